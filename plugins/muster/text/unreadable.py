"""A file that another program wrote, and that tells nothing."""

from __future__ import annotations


class Unreadable(ValueError):
    """A file, or a part of it, has nothing to give, with the line that says so and what to do."""

    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message
        self.remedy = remedy
