"""The places of a file that name a requirement, as they stand there: what they mean, the whole project tells.

implements: MU-TRACE-3001, MU-TRACE-3002, MU-TRACE-3003
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.settings import CitationMark
from muster.trace.annotations import annotations_in
from muster.trace.marks import ANY_ID, BETWEEN, REST, SPOKEN_HEADS, VERB_BEFORE, Patterns, area_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.trace.lexing import Context

_WORD = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_HEAD = 2000  # bytes among whose first lines a program says that it wrote the file
_HEAD_LINES = 5
_VERB_REACH = 60  # bytes before an ID in which its verb stands
_LONGEST_VERB = 14  # bytes of `derives from`, with one before it
_TICKS_REACH = 2000  # bytes before a verb in which a backtick opens
_MARKDOWN = (".md", ".mdx", ".markdown")
_NO_BREAK = b"\xe2\x80\x91"  # a hyphen that does not end a line


class Hit(Struct, frozen=True, array_like=True, gc=False):
    """An ID as a file names it."""

    id: str
    line: int
    column: int
    width: int
    verb: str = ""
    form: CitationMark = CitationMark.ID
    literal: bool = False  # in a string, or in a sample of a document
    last: str = ""  # where a range begins: the ID that it ends with
    quote: str | None = None


class Raw(Struct, frozen=True, gc=False):
    """A hit before its line is counted: offsets of the bytes that it stands in."""

    start: int
    end: int
    id: str
    verb: str = ""
    form: CitationMark = CitationMark.ID
    last: str = ""
    quote: str | None = None
    claims: bool = False  # it is no mere text, though it stands in a string
    around: int = -1  # where what it stands in begins, if that is what its context hangs on


def hits_in(content: bytes, path: str, patterns: Patterns) -> tuple[Hit, ...]:
    """The hits of a file, in order; it may be in any encoding that holds ASCII."""
    if path.endswith(_MARKDOWN) and _NO_BREAK in content:
        content = content.replace(_NO_BREAK, b"-")
    if not patterns.may_hit(content):
        return ()
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    raw = sorted(_raw(content, path, patterns), key=lambda one: (one.start, one.id))
    if not raw or _is_generated(content, patterns.scan.generated):
        return ()
    return tuple(_placed(content, path, raw))


def _is_generated(content: bytes, marks: tuple[str, ...]) -> bool:
    """Whether its first lines say that a program wrote the file.  implements: MU-TRACE-3006"""
    head = b"\n".join(content[:_HEAD].split(b"\n", _HEAD_LINES)[:_HEAD_LINES])
    return any(mark.encode() in head for mark in marks)


def _raw(content: bytes, path: str, patterns: Patterns) -> Iterator[Raw]:
    scan = patterns.scan
    if CitationMark.ID in scan.marks:
        yield from _plain(content, path, patterns)
    if patterns.rule:
        for match in patterns.rule.finditer(content):
            verb = match["verb"] or b""
            yield Raw(*match.span("id"), match["id"].decode(), _OF_RULES.get(verb.decode(), ""), CitationMark.RULE)
    if patterns.need:
        for match in patterns.need.finditer(content):
            verb = _OF_NEEDS.get(match["verb"].decode(), "")
            for one in re.finditer(rb"[A-Za-z]+~[\w.-]+~[0-9]+", match["ids"]):
                start = match.start("ids") + one.start()
                yield Raw(start, start + len(one[0]), one[0].decode(), verb, CitationMark.NEED)
    if patterns.annotation:
        for found in annotations_in(content, patterns.annotation, scan.annotations):
            form = CitationMark.ANNOTATION
            yield Raw(found.start, found.end, found.id, form=form, quote=found.text, around=found.at)


_OF_RULES = {
    "impl": "implements", "implements": "implements", "verify": "verifies", "verifies": "verifies",
    "test": "verifies", "depends": "mentions", "related": "mentions", "define": "mentions",
}  # fmt: skip
_OF_NEEDS = {
    "impl": "implements", "utest": "verifies", "itest": "verifies", "stest": "verifies", "test": "verifies",
}  # fmt: skip


def _plain(content: bytes, path: str, patterns: Patterns) -> Iterator[Raw]:
    """Plain IDs: those of known areas anywhere, those of any area behind a verb."""
    matches: dict[int, re.Match[bytes]] = {}
    for match in patterns.known.finditer(content) if patterns.known else ():
        start = match.start()
        if start and content[start - 1] in _WORD:
            continue
        if patterns.scan.grammar or match["area"] in patterns.areas:
            matches[start] = match
    if patterns.spoken:
        for phrase in _spoken(content, patterns.spoken):
            first = matches.get(phrase.start("id"))
            if first is not None and content.find(b"-", first.end(), phrase.end()) < 0:
                continue  # all that it says is known already
            last: tuple[int, str] | None = None
            for match in ANY_ID.finditer(content, phrase.start(), phrase.end()):
                verb = _verb_at(content, match.start(), last)
                last = (match.end(), verb) if verb else None
                if verb:
                    matches.setdefault(match.start(), match)
    before: tuple[int, str] | None = None  # where the hit before ended, and its verb
    python = path.endswith((".py", ".pyi")) and b"mark.requirement(" in content
    for start in sorted(matches):
        match = matches[start]
        verb = _verb_at(content, start, before) or ""
        claims = python and _in_marker(content, start)
        if claims:
            verb = "verifies"
        if match["rest"]:
            yield from _listed(match, verb, claims=claims)
        else:
            yield Raw(start, match.end(), match["id"].decode(errors="replace"), verb, claims=claims)
        before = (match.end(), verb) if verb else None


def _spoken(content: bytes, phrase: re.Pattern[bytes]) -> Iterator[re.Match[bytes]]:
    """What follows on the verbs; they are searched as literals, which is many times quicker than a pattern."""
    for head in SPOKEN_HEADS:
        at = content.find(head)
        while at >= 0:
            at += len(head)
            if match := phrase.match(content, at):
                yield match
            at = content.find(head, at)


def _verb_at(content: bytes, start: int, before: tuple[int, str] | None) -> str | None:
    """The verb that an ID at an offset stands behind: its own, or that of the ID before it in a list."""
    first = max(start - _VERB_REACH, 0)
    first = content.rfind(b"\n", first, start) + 1 or first
    colon = content.rfind(b":", first, start)
    if colon >= 0 and (match := VERB_BEFORE.search(content, max(first, colon - _LONGEST_VERB), start)):
        return match[1].decode().lower()
    if before and BETWEEN.fullmatch(content, before[0], start):
        return before[1]
    return None


# `@pytest.mark.requirement("A-1001", "A-1002")`: strings that claim something.
_MARKER = re.compile(
    rb"\bmark\.requirement\(\s*(?:[rbuRBU]?[\"'][^\"'\n]*[\"']\s*,\s*(?:#[^\n]*\n\s*)?)*[rbuRBU]?[\"']$"
)
_MARKER_REACH = 1000


def _in_marker(content: bytes, start: int) -> bool:
    at = content.rfind(b"mark.requirement(", max(0, start - _MARKER_REACH), start)
    return at >= 0 and _MARKER.search(content, max(0, at - 1), start) is not None


def _listed(match: re.Match[bytes], verb: str, *, claims: bool) -> Iterator[Raw]:
    """The ID of a match and those that its list adds: `OC-CORE-1001/1002`, `OC-CORE-1001..1004`."""
    start, end = match.span("id")
    last = match["id"].decode(errors="replace")
    pending = Raw(start, end, last, verb, claims=claims)
    offset = match.start("rest")
    for part in REST.finditer(match["rest"]):
        if part["number"]:
            yield pending
            number = part.start("number") + offset
            written = part["number"].decode()
            pending = Raw(number, number + len(written), f"{area_of(last)}-{written}", verb, claims=claims)
        else:
            written = part["last"].decode()
            end_id = written if "-" in written else f"{area_of(last)}-{written}"
            pending = Raw(pending.start, pending.end, pending.id, verb, last=end_id, claims=claims)
    yield pending


def _placed(content: bytes, path: str, raw: Sequence[Raw]) -> Iterator[Hit]:
    """The hits with line, column and whether they stand in a literal."""
    literal = _literals(content, path, raw)
    line, opened, column, at = 1, 0, 1, 0  # of the byte at `at`: its line, where that begins, and its column
    for one, inside in zip(raw, literal, strict=True):
        if inside is None:
            continue
        # Only what lies between two hits is looked at: a line of megabytes may hold a hundred thousand.
        if (breaks := content.count(b"\n", at, one.start)) > 0:
            line += breaks
            opened = at = content.rfind(b"\n", at, one.start) + 1
            column = 1
        column += _characters(content[at : one.start])
        at = one.start
        width = _characters(content[one.start : one.end])
        sample = bool(one.verb) and not one.claims and _in_ticks(content, opened, one.start)
        yield Hit(one.id, line, column, width, one.verb, one.form, inside or sample, one.last, one.quote)


def _characters(part: bytes) -> int:
    """How many characters a part of a line has: a byte that is no UTF-8 is one, a byte order mark none."""
    return len(part) if part.isascii() else len(part.decode("utf-8", "surrogateescape").removeprefix("\ufeff"))


def _in_ticks(content: bytes, opened: int, end: int) -> bool:
    """Whether a verb stands in backticks with its ID: it shows how one cites."""
    first = max(opened, end - _VERB_REACH)
    verb = max(content.rfind(b":", first, end), first)
    return content.count(b"`", max(opened, verb - _TICKS_REACH), verb) % 2 == 1


def _literals(content: bytes, path: str, raw: Sequence[Raw]) -> list[bool | None]:
    """For each hit whether it is a mere text; None for what does not count at all where it stands."""
    places = [one.around if one.around >= 0 else one.start for one in raw]
    offsets = sorted(set(places))
    if path.endswith(_MARKDOWN):
        from muster.trace.prose import samples

        inside = dict(zip(offsets, samples(content, offsets), strict=True))
        return [None if _defines(content, one) else inside[place] for one, place in zip(raw, places, strict=True)]
    from muster.trace.syntax import contexts_of

    contexts = dict(zip(offsets, contexts_of(content, path, offsets), strict=True))
    return [_literal(one, contexts[place]) for one, place in zip(raw, places, strict=True)]


def _defines(content: bytes, one: Raw) -> bool:
    """Whether a page defines a requirement there, or would if it were a spec: `r[area.name]` alone on its line."""
    if one.form is not CitationMark.RULE or one.verb:
        return False
    end = content.find(b"\n", one.end, one.end + _HEAD)
    line = content[content.rfind(b"\n", max(0, one.start - _HEAD), one.start) + 1 : end if end >= 0 else len(content)]
    return re.fullmatch(rb"[ \t>]*[a-z][a-z0-9]*\[[^\]]*\][ \t]*", line) is not None


def _literal(one: Raw, context: Context) -> bool | None:
    from muster.trace.lexing import Context

    if one.form is CitationMark.RULE and context is Context.CODE:
        return None  # `r[i]` in code takes an element
    if one.form is CitationMark.ANNOTATION and context is Context.COMMENT:
        return None  # it is commented out
    return context is Context.STRING and not one.claims
