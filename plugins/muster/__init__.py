"""Muster makes written specs binding."""

__version__ = "0.1.0"
