"""Prompts: packs, compiled to envelopes that anyone can rebuild byte for byte."""
