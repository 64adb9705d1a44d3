"""Files, git and the cache: the only input and output of Muster beside the ledger."""

FOLDER = ".muster"
"""The folder below the project's root that is Muster's own: cache and lock. It is never a source."""
