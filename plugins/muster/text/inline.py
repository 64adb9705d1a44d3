"""Inline Markdown without a parse: what of a passage is running text.

`masked` keeps every character at its offset, so that what is found in the masked text stands at the
same line and column of the source.
"""

from __future__ import annotations

import html
import re
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CODE = "\x00"  # stands where a code span, an escape, an image or a link target stood

# These patterns begin with a set of characters, for which the matcher has a fast search, and look back from there.
_SPECIAL = re.compile(r"[\\`<\]!h](?:(?<!h)|(?<=h)ttps?://)")
_TAG = re.compile(
    r"</?[A-Za-z][A-Za-z0-9-]*+"
    r"(?:\s++[A-Za-z_:][\w:.-]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?+)*+\s*+/?>"
)
_AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*+>")
_TARGET = re.compile(r"\]\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*+\))*+\)", re.DOTALL)
_REFERENCE = re.compile(r"\]\[([^\[\]]*+)\]")
_IMAGE = re.compile(r"!\[(?:[^\[\]]|\[[^\[\]]*+\])*+\](?:\((?:[^()\\]|\\.|\([^()]*+\))*+\)|\[[^\[\]]*+\])")
_URL = re.compile(r"https?://[^\s<>\"'`)\]]++")
_BACKTICKS = re.compile(r"`++")
_NOT_BREAK = re.compile(r"[^\n]")


def masked(text: str, labels: frozenset[str] = frozenset()) -> str:
    """Blank what is not running text, keeping offsets and line breaks.

    Code spans, escapes, autolinks, images and link targets become `CODE`; HTML comments and tags
    become spaces, as they leave nothing to read. `labels` are the link definitions of the document:
    only with one of them is `[a][b]` a link.  implements: MU-REQ-1012
    """
    # Looking for a few substrings is several times quicker than one search by a pattern.
    intricate = "<" in text or "\\" in text or "][" in text
    if not intricate and "`" not in text and "](" not in text and "://" not in text:
        return text
    intricate = intricate or "``" in text or "![" in text or text.count("`") % 2 == 1
    if not intricate and "](" not in text and "://" not in text:
        return code_blanked(text)
    if not intricate and ("](" not in text or _INTRICATE_TARGET.search(text) is None):
        simple = _SIMPLE if "://" in text else _SIMPLE_TARGET if "`" not in text else _SIMPLE_CODE
        return simple.sub(_blank, text)
    parts: list[str] = []
    done = at = 0
    closers = _Closers(text, labels)
    while (match := _SPECIAL.search(text, at)) is not None:
        start = match.start()
        first, end, fill = _span(text, start, closers)
        if end > first:
            parts += (text[done:first], _NOT_BREAK.sub(fill, text[first:end]))
            done = end
        at = max(end, start + 1)
    parts.append(text[done:])
    return "".join(parts)


def code_blanked(text: str) -> str:
    """A text whose backticks are single ones and pair up, with its code spans blanked."""
    parts = text.split("`")
    for at in range(1, len(parts), 2):
        inside = parts[at]
        blank = CODE * len(inside) if "\n" not in inside else _NOT_BREAK.sub(CODE, inside)
        parts[at] = CODE + blank + CODE
    return "".join(parts)


def code_spans(text: str) -> Iterator[tuple[int, int]]:
    """First offset and end of each code span."""
    closers = _Closers(text, frozenset())
    at = 0
    while (match := _CODE_OPENS.search(text, at)) is not None:
        at = match.end()
        if match[0][0] == "`" and (end := closers.code_end(at, at - match.start())) > 0:
            yield match.start(), end
            at = end


def tags_in(source: str) -> Iterator[tuple[int, str]]:
    """The tags of raw HTML with their offsets; what stands in comments, scripts and styles is none."""
    if "<!--" in source or "<s" in source or "<S" in source:
        source = _UNREAD.sub(_spaces, source)
    yield from ((match.start(), match[0]) for match in _TAG.finditer(source) if match[0][1] != "/")


_CODE_OPENS = re.compile(r"\\.|`++", re.DOTALL)
_UNREAD = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1|\Z)", re.DOTALL | re.IGNORECASE)


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match[0])


def label(text: str) -> str:
    """The name under which a link definition is known: white space folded, case ignored."""
    return " ".join(text.split()).lower().upper()


# Where code spans are single backticks in pairs and a target has no brackets of its own, one pass finds all.
_INTRICATE_TARGET = re.compile(r"\]\([^()\s]*[\s(]")
_SIMPLE_TARGET = re.compile(r"\((?<=\]\()[^()\s]*\)")
_SIMPLE_CODE = re.compile(r"[`(](?:(?<=`)[^`]*`|(?<=\]\()[^()\s]*\))")
_SIMPLE = re.compile(r"[`(h](?:(?<=`)[^`]*`|(?<=\]\()[^()\s]*\)|(?<=h)ttps?://[^\s<>\"'`)\]]++)")


def _blank(match: re.Match[str]) -> str:
    return CODE * len(match[0]) if "\n" not in match[0] else _NOT_BREAK.sub(CODE, match[0])


class _Closers:
    """Remembers which closing marks are not to come, so that a hostile text is read once only."""

    def __init__(self, text: str, labels: frozenset[str]) -> None:
        self.text = text
        self.labels = labels
        self.no_comment_end = len(text)
        self.absent: set[int] = set()  # lengths of backtick runs that nothing closes from here on

    def comment_end(self, start: int) -> int:
        if start >= self.no_comment_end:
            return -1
        end = self.text.find("-->", start + 4)
        if end < 0:
            self.no_comment_end = start
            return -1
        return end + 3

    def reference(self, start: int) -> re.Match[str] | None:
        found = _REFERENCE.match(self.text, start)
        return found if found and (not found[1] or label(found[1]) in self.labels) else None

    def code_end(self, start: int, length: int) -> int:
        if length in self.absent:
            return -1
        for run in _BACKTICKS.finditer(self.text, start):
            if run.end() - run.start() == length:
                return run.end()
        self.absent.add(length)
        return -1


def _span(text: str, start: int, closers: _Closers) -> tuple[int, int, str]:
    """What the special character at `start` opens: first and last offset to blank, and by what."""
    char = text[start]
    if char == "\\":
        return start, (start + 2 if text[start + 1 : start + 2].strip() else start), CODE
    if char == "`":
        run = _BACKTICKS.match(text, start)
        opened = run.end() if run else start + 1
        end = closers.code_end(opened, opened - start)
        return (start, end, CODE) if end > 0 else (opened, opened, CODE)
    if char == "<":
        if text.startswith("<!--", start):
            end = closers.comment_end(start)
            return start, max(end, start), " "
        if match := _AUTOLINK.match(text, start):
            return start, match.end(), CODE
        found = _TAG.match(text, start)
        return start, (found.end() if found else start), " "
    if char == "]":
        target = _TARGET.match(text, start) or closers.reference(start)
        return start + 1, (target.end() if target else start + 1), CODE
    found = _IMAGE.match(text, start) if char == "!" else _URL.match(text, start)
    return start, (found.end() if found else start), CODE


_RUN = re.compile(r"\*+|_+")


def without_emphasis(text: str, mask: str | None = None) -> str:
    """Remove `*` and `_` that pair up as emphasis outside code; a lone `*` or a `snake_case` stays.

    A run opens where no space follows, closes where no space precedes; a run of `_` neither opens after
    nor closes before a letter or digit. A closing run pairs with the nearest open one of its character,
    for as many marks as both still have.  implements: MU-REQ-1021
    """
    if "*" not in text and "_" not in text:
        return text
    mask = masked(text) if mask is None else mask
    if "*" not in mask and "_" not in mask:
        return text
    open_runs: dict[str, list[list[int]]] = {"*": [], "_": []}
    dropped: list[int] = []
    for run in _RUN.finditer(mask):
        start, end = run.span()
        before, after = mask[start - 1 : start] or " ", mask[end : end + 1] or " "
        stack = open_runs[mask[start]]
        inside = mask[start] == "_"
        if not before.isspace() and not (inside and after.isalnum()):
            while start < end and stack:
                first, last = stack.pop()
                size = min(last - first, end - start)
                dropped += range(last - size, last)
                dropped += range(start, start + size)
                start += size
                if last - size > first:
                    stack.append([first, last - size])
        if start < end and not after.isspace() and not (inside and before.isalnum()):
            stack.append([start, end])
    if not dropped:
        return text
    parts = []
    kept = 0
    for at in sorted(dropped):
        parts.append(text[kept:at])
        kept = at + 1
    parts.append(text[kept:])
    return "".join(parts)


_LINK = re.compile(
    r"[!\[](?<!\\.)(?:(?<=\[)|(?<=!)\[)"
    r"((?:[^\[\]]|\[[^\[\]]*+\])*+)\](?:\((?:[^()\\]|\\.|\([^()]*+\))*+\)|\[[^\[\]]*+\])"
)
_HELD = re.compile(rf"{CODE}([0-9]+){CODE}")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_TAGS = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
_TAGS_ALONE = re.compile(r"</?[A-Za-z][^<>]*>")


def plain(text: str) -> str:
    """The text a reader sees, on one line: no emphasis, code marks, link targets, tags or escapes."""
    return unmarked(without_emphasis(text))


def unmarked(text: str) -> str:
    """The same for a text whose emphasis is removed already."""
    if "`" in text:
        # What stands in code is text: it sits out the rest under a number.
        parts = _code_split(text.replace(CODE, "\ufffd"))
        written = CODE.join(parts[::2])
        shown = _without_markup(written)
        outer = shown.split(CODE)
        if shown is written:
            bare = "".join(parts)
        elif len(outer) == len(parts) // 2 + 1:
            bare = "".join(part for pair in zip_longest(outer, parts[1::2], fillvalue="") for part in pair)
        else:  # a tag or a target took some of the code with it
            held = "".join(f"{CODE}{i // 2}{CODE}" if i % 2 else part for i, part in enumerate(parts))
            bare = _HELD.sub(lambda match: parts[2 * int(match[1]) + 1], _without_markup(held))
    else:
        bare = _without_markup(text)
    return " ".join(bare.split())


def _without_markup(text: str) -> str:
    """A text that has no code, without link targets, tags, escapes and entities."""
    if "](" in text or "][" in text:
        text = _LINK.sub(_first_group, text)
    if "<" in text:
        text = _without_tags(text)
    if "\\" in text:
        text = _ESCAPE.sub(_first_group, text)
    return html.unescape(text) if "&" in text else text


def _first_group(match: re.Match[str]) -> str:
    return match[1]  # a function: templates such as `\\1` are several times slower


def _without_tags(text: str) -> str:
    """A text without HTML comments and tags; a comment that nothing closes is text."""
    closed = text.rfind("-->") + 3 if "-->" in text else 0
    return _TAGS.sub("", text[:closed]) + _TAGS_ALONE.sub("", text[closed:])


def _code_split(text: str) -> list[str]:
    """A text in parts: what is no code, the content of a code span, and so on in turn.

    Which run of backticks closes which is looked up from the end, so that no text is read twice.
    """
    if "``" not in text and text.count("`") % 2 == 0:
        return [_content(part) if i % 2 else part for i, part in enumerate(text.split("`"))]
    runs = [match.span() for match in _BACKTICKS.finditer(text)]
    following: dict[int, int] = {}  # by length, the next run of it
    closing = [-1] * len(runs)
    for at in range(len(runs) - 1, -1, -1):
        size = runs[at][1] - runs[at][0]
        closing[at] = following.get(size, -1)
        following[size] = at
    parts: list[str] = []
    done = at = 0
    while at < len(runs):
        end = closing[at]
        if end < 0:
            at += 1
            continue
        parts += (text[done : runs[at][0]], _content(text[runs[at][1] : runs[end][0]]))
        done, at = runs[end][1], end + 1
    parts.append(text[done:])
    return parts


def _content(code: str) -> str:
    """A code span's content: without one space on either side, where something is left."""
    code = code[1:] if code[0] == " " and len(code) > 1 else code
    return code[:-1] if code[-1] == " " and len(code) > 1 else code
