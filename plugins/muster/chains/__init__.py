"""Prompt chains: turns in files, and the protocol that they follow."""
