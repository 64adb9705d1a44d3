"""Refinement packets: read, checked, repinned, written."""
