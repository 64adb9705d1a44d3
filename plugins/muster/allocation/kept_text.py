"""A file as text of which every byte is kept: byte order mark, line endings and all."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from muster.model import Place

MARK = "\ufeff"
MOST = 1_000_000  # characters that are read as YAML or JSON
_BREAK = re.compile(r"\r\n|\r|\n")


class Malformed(ValueError):
    """A record or a contract that cannot be read: what is wrong, what to do, and at which character."""

    def __init__(self, message: str, remedy: str, offset: int = 0) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.offset = offset


class KeptText:
    """The text of a file; UTF-8 gives back each of its bytes."""

    def __init__(self, data: bytes) -> None:
        self.broken = -1  # the first character that is no UTF-8
        try:
            self.text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.broken = len(data[: error.start].decode("utf-8"))
            self.byte = data[error.start]
            self.text = data.decode("utf-8", "replace")
        self.begin = len(MARK) if self.text.startswith(MARK) else 0

    def demand_utf8(self) -> None:
        """Raise Malformed at the first byte that is no UTF-8."""
        if self.broken >= 0:
            raise Malformed(f"not UTF-8: the byte 0x{self.byte:02X}", "save the file as UTF-8", self.broken)

    @cached_property
    def _starts(self) -> list[int]:
        return [self.begin, *(match.end() for match in _BREAK.finditer(self.text))]

    def place(self, path: str, offset: int, width: int = 0) -> Place:
        """Where a character stands, as editors count: the byte order mark is no column."""
        line = max(bisect_right(self._starts, offset), 1)
        return Place(path, line, max(offset - self._starts[line - 1], 0) + 1, width)


def line_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the line of one character begins, and where that of another ends, its line end included."""
    begin = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    closing = _BREAK.search(text, end)
    return begin, closing.end() if closing else len(text)
