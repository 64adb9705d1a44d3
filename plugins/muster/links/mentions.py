"""What a text names without linking it: a Markdown file with an anchor or a section, and on a page a bare `§2`.

Any text file may hold the first two; the bytes are looked through by one pattern, and only what stands
around a hit is decoded.

implements: MU-RULE-2023
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.model import Mention, MentionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST = 300  # characters of a path or a fragment; no longer one is looked for

# It begins with a literal, and so runs at the speed of a search for one.
_HINT = re.compile(rb"\.md(?:#|[`\"')\]*_]{0,3},?[ \t]{0,3}\xc2\xa7)")
_ANY_HINT = re.compile(r"\.md(?=#|[`\"')\]*_]{0,3},?[ \t]{0,3}§)")

_STEM_BACKWARDS = re.compile(r"[\w./@+-]*")
_RUN_BACKWARDS = re.compile(r"[^\s\"'`<>|]*")
_BEFORE = frozenset(":{}$%<>*\\~)]#&?…\x00")  # the path is only the end of something: a template, an address
_FRAGMENT = re.compile(r"#([\w.:%@~+-]+)")
_OPEN_END = re.compile(r"[{<$*…\[(]|%[sd({]|\\[({]")  # a template goes on here
_SAMPLE = re.compile(r"\b(?:e\.\s?g|for\s+instance|examples?|such\s+as|like|suppose|imagine)\b", re.IGNORECASE)
_SIGN = r"§{1,2}[ \t\u00a0\u202f]?"
_NUMBER = r"([0-9]{1,3}(?:\.[0-9]{1,3}){0,6})(?![\w%]|[.,][0-9])"
_SECTION = re.compile(rf"[`\"')\]*_]{{0,3}},?[ \t]{{0,3}}{_SIGN}{_NUMBER}")
_BARE = re.compile(_SIGN + _NUMBER)


def mentions_in(content: bytes) -> tuple[Mention, ...]:
    """The anchors and sections that a text file names, in order; it may be in any encoding that holds ASCII."""
    if _HINT.search(content) is None:
        return ()
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return tuple(_in_bytes(content))


def _in_bytes(content: bytes) -> Iterator[Mention]:
    line, column, at = 1, 1, 0  # of the byte at `at`
    done = 0
    for hit in _HINT.finditer(content):
        if hit.start() < done:
            continue
        first = max(content.rfind(b"\n", max(hit.start() - _LONGEST, 0), hit.start()) + 1, hit.start() - _LONGEST)
        after = content[hit.start() : hit.start() + 2 * _LONGEST].partition(b"\n")[0]
        before = content[first : hit.start()].decode("utf-8", "surrogateescape")
        found = _at(before, after.decode("utf-8", "surrogateescape"))
        if found is None:
            continue
        kind, path, name, width, sample = found
        start = hit.start() - len(path[:-3].encode("utf-8", "surrogateescape"))
        breaks = content.count(b"\n", at, start)
        if breaks:
            line, column, at = line + breaks, 1, content.rfind(b"\n", at, start) + 1
        column += len(content[at:start].decode("utf-8", "surrogateescape"))
        at = start
        done = hit.end()
        yield Mention(kind, path, name, line, column, width, sample)


def mentions_in_text(text: str, links: Iterable[tuple[int, int]], code: Iterable[tuple[int, int]]) -> list[Mention]:
    """Those of a paragraph, heading or row, with its offset as the column and no line.

    What stands in one of its links is the link's affair. A bare `§2` counts for the page itself only where
    no other document is near: no standard, law or file in the same text, no link before it.
    """
    bare = "§" in text
    if not bare and ".md#" not in text:
        return []
    text = _blanked(text, links)
    found = []
    for hit in _ANY_HINT.finditer(text):
        start = hit.start()
        there = _at(text[max(start - _LONGEST, 0) : start], text[start : start + 2 * _LONGEST])
        if there is not None:
            kind, path, name, width, sample = there
            found.append(Mention(kind, path, name, 0, start - len(path) + 3, width, sample))
    if bare:
        found += _of_the_page(text, _blanked(text, code))
    return sorted(found, key=lambda mention: mention.column)


def _at(before: str, after: str) -> tuple[MentionKind, str, str, int, bool] | None:
    """What stands around `.md`, with which `after` begins."""
    turned = before[::-1]
    matched = _STEM_BACKWARDS.match(turned)
    stem = matched[0][::-1] if matched else ""
    ahead = before[: len(before) - len(stem)][-1:]
    if not stem or len(stem) >= _LONGEST - 4 or stem[0] in "/+-@" or not (stem[-1].isalnum() or stem[-1] in "_-"):
        return None
    run = _RUN_BACKWARDS.match(turned)
    if ahead in _BEFORE or (run and "//:" in run[0]):
        return None
    path = f"{stem}.md"
    if after[3] != "#":
        section = _SECTION.match(after, 3)
        return (MentionKind.SECTION, path, section[1], len(stem) + section.end(), False) if section else None
    fragment = _FRAGMENT.match(after, 3)
    if fragment is None or fragment.end() >= _LONGEST or _OPEN_END.match(after, fragment.end()):
        return None
    name = fragment[1].rstrip(".:")
    if not name or fragment[1].endswith("..") or name[0] in "%@~+":
        return None
    return MentionKind.ANCHOR, path, name, len(path) + 1 + len(name), _SAMPLE.search(before) is not None


def _blanked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            parts += (text[done:start], "\x00" * (end - start))
            done = end
    return "".join((*parts, text[done:])) if parts else text


# A section of something else: of a standard, a law, a contract, a paper.
_OTHERS = re.compile(
    r"\b(?:RFC|BCP|STD|ISO|IEC|IEEE|ECMA|W3C|ITU|ETSI|ANSI|NIST|FIPS|DIN|EN(?=[ -][0-9])|PEP|JEP|POSIX|OASIS|WHATWG"
    r"|CommonMark|Unicode|GDPR|DSGVO|HIPAA|BGB|HGB|StGB|UrhG|USC|CFR|Act|U\.S\.C|C\.F\.R|[Ss]tandards?|[Pp]aper|[Mm]anual"
    r"|[Ll]icen[cs]e|[Ss]tatute|[A-Z]\w+\s+[Ss]pec(?:ification)?s?)\b|\.(?:pdf|md|txt|html?|rst|adoc)\b"
)
_OF_OTHERS = re.compile(r"[\s,]+(?:(?:of|in|from|de[rs]|du|von)\b|[A-Z\x00])|\s*[(\[]?[ \t]*(?:of|in|from)\b|\s*\x00")


_OPENS = frozenset(" \n\t\u00a0(–—-/,;:*_[")


def _of_the_page(text: str, prose: str) -> Iterator[Mention]:
    """Bare section references that can mean nothing but the page that they stand on; `prose` has no code."""
    other = _OTHERS.search(text)
    link = text.find("\x00")
    last = min(other.start() if other else len(text), link if link >= 0 else len(text))
    for match in _BARE.finditer(prose, 0, last):
        start, end = match.span()
        if (not start or text[start - 1] in _OPENS) and _OF_OTHERS.match(text, end) is None:
            yield Mention(MentionKind.SECTION, "", match[1], 0, start, end - start)
