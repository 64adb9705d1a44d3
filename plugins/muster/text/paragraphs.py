"""Which lines are surely text, and where a paragraph ends."""

from __future__ import annotations

import re

from muster.text.raw_html import html_ends_text

# A line of text: whatever stands before it, it opens no block, underlines no heading and begins no row.
TEXT = re.compile(
    r"[^\s#>\-+*_`~<\[|:=!?0-9]|\[|\*{1,3}(?=[^\s*])|_{1,3}(?=[^\s_])|`{1,2}(?!`)|~(?!~~)|!(?!!!)|\?(?!\?\?)"
    r"|[0-9](?![0-9]{0,8}[.)](?:[ \t]|$))|:(?=[^\s\-:|])|\+(?=\S)|-(?=[^\s\-:|])"
)
# At the margin, it ends a paragraph and whatever is open below it.
INTERRUPTS = re.compile(r"#{1,6}(?:[ \t]|$)|`{3,}[^`]*$|~~~|>|<!--|[-*+] +\S")
ANY_RULE = re.compile(r"(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
BULLET = re.compile(r"([-*+]) (?=\S)")
_FIRST_NUMBER = re.compile(r" {0,3}1[.)] {1,4}\S")
_SET_IN_BULLET = re.compile(r" {1,3}[-*+] {1,4}\S")


def text_end(lines: list[str], at: int, end: int, *, in_item: bool = False) -> int:
    """The line after a paragraph's text that goes on at `at`; 0 where only the parser can tell."""
    while at < end:
        line = lines[at]
        bare = line.lstrip(" \t")
        if bare[:1].isalpha():  # nearly every line: what begins with a letter goes on
            at += 1
            continue
        if not bare or (line[0] not in " \t" and INTERRUPTS.match(line)) or (in_item and BULLET.match(bare)):
            return at
        if TEXT.match(bare) is None:
            ends = None if in_item else _ends_text(line, bare)
            if ends is not False:
                return at if ends else 0
        at += 1
    return at


def may_define(text: str) -> bool:
    """Whether a paragraph may begin with a link definition."""
    return text.lstrip(" ").startswith("[") and "]:" in text


def _ends_text(line: str, bare: str) -> bool | None:
    """Whether a line that is not plainly text ends the paragraph above it; None where only the parser can tell."""
    if line.startswith("    "):
        return False
    if "\t" in line[:4]:
        return None
    if line[0] == "<":
        return html_ends_text(line)
    if ANY_RULE.fullmatch(bare):
        return True if bare[0] != "-" else None
    return True if _SET_IN_BULLET.match(line) or _FIRST_NUMBER.match(line) else None
