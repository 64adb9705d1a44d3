"""How far the parser has to read where lines alone do not tell what is open."""

from __future__ import annotations

import re

from muster.text.paragraphs import INTERRUPTS, TEXT

_FENCE_LIKE = re.compile(r"([ \t]*)((?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*)(?:(`{3,})([^`]*)|(~{3,})(.*))$", re.DOTALL)
_OPEN_HTML = re.compile(r" {0,3}<(?:script|pre|style|textarea)\b| {0,3}<(?:\?|![A-Za-z]|!\[CDATA\[)", re.IGNORECASE)
_COMMENT = re.compile(r"[ \t]*(?:[-*+>][ \t]+)*<!--")
_HTML = re.compile(r" {0,3}<")


def reset_after(lines: list[str], at: int, end: int) -> int:
    """The next line that follows a blank one, begins at the margin, and stands in no fence or raw HTML.

    Where a fence cannot be told from what looks like one, the parser gets the rest of the document.
    """
    fence: tuple[str, str] | None = None  # its indent and its run
    html = False  # this chunk of lines has HTML, in which a fence is none
    blank = False
    for row in range(at, end):
        line = lines[row]
        bare = line.strip(" \t")
        if not bare:
            blank, html = True, False
            continue
        margin = line[0] not in " \t"
        if margin and fence and fence[0] and not bare.startswith(("`", "~")):
            return end
        closed = blank and row > at and margin and fence is None
        if closed and line[0] not in "-*+>" and (TEXT.match(line) or INTERRUPTS.match(line)):
            return row
        blank = False
        if "<" in line and fence is None:
            if _OPEN_HTML.match(line) or (_COMMENT.match(line) and "-->" not in line):
                return end
            html = html or _HTML.match(line) is not None
        if "```" in line or "~~~" in line:
            state = _toggled(fence, line)
            if state is _UNSURE or (html and state is not fence):
                return end
            fence = state
    return end


_UNSURE = ("?", "")


def _toggled(fence: tuple[str, str] | None, line: str) -> tuple[str, str] | None:
    """What is open after a line that may open or close a fence."""
    match = _FENCE_LIKE.match(line)
    if match is None or line.lstrip(" \t").startswith(">"):
        return fence
    indent, marker, run = match[1], match[2], match[3] or match[5]
    if marker:
        return _UNSURE
    if fence is None:
        return indent, run
    if run[0] != fence[1][0] or len(run) < len(fence[1]) or (match[4] or match[6] or "").strip(" \t"):
        return fence
    return None if indent == fence[0] else _UNSURE
