"""Allocation: one point where a spec gets its identity."""
