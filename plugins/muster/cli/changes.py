"""Changes to files as a unified diff."""

from __future__ import annotations

import difflib

_NO_NEWLINE = "\n\\ No newline at end of file\n"


def unified(path: str, old: str | None, new: str | None) -> str:
    """The diff from one text to the other, as `git diff` heads it; None stands for no file."""
    before = (old or "").splitlines(keepends=True)
    after = (new or "").splitlines(keepends=True)
    heads = ("/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}")
    lines = difflib.unified_diff(before, after, *heads)
    return "".join(line if line.endswith("\n") else line + _NO_NEWLINE for line in lines)
