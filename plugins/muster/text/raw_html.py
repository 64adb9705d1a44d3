"""Raw HTML that ends with a blank line, as CommonMark tells it by its first line."""

from __future__ import annotations

import re

# CommonMark's names of the tags that begin a block of HTML anywhere, and what a tag is.
BLOCK_NAMES = (
    "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link "
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead "
    "title tr track ul"
).split()
_BLOCK_TAG = re.compile(rf"</?(?:{'|'.join(BLOCK_NAMES)})(?=\s|/?>|$)", re.IGNORECASE)
_ATTRIBUTE = r"(?:\s+[a-zA-Z_:][a-zA-Z0-9:._-]*(?:\s*=\s*(?:[^\"'=<>`\x00-\x20]+|'[^']*'|\"[^\"]*\"))?)"
_TAG_ALONE = re.compile(rf"(?:<[A-Za-z][A-Za-z0-9\-]*{_ATTRIBUTE}*\s*/?>|</[A-Za-z][A-Za-z0-9\-]*\s*>)\s*$")
_OTHER_HTML = re.compile(r"<(?:[!?]|(?:script|pre|style|textarea)(?=\s|>|$))", re.IGNORECASE)


def html_end(lines: list[str], at: int, end: int) -> int:
    """The line after the raw HTML that begins at a line and ends with a blank one; 0 for none, -1 where in doubt."""
    line = lines[at]
    if _OTHER_HTML.match(line):
        return -1
    if _BLOCK_TAG.match(line) is None and _TAG_ALONE.match(line) is None:
        return 0
    row = at + 1
    while row < end and lines[row].strip(" \t"):
        row += 1
    return row


def html_ends_text(line: str) -> bool | None:
    """Whether a line that begins with `<` ends the paragraph above it; None where in doubt."""
    if _OTHER_HTML.match(line):
        return None
    return _BLOCK_TAG.match(line) is not None
