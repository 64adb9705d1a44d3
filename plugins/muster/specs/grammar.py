"""How the project writes an ID, and where in a passage one defines a requirement.

implements: MU-REQ-1010, MU-REQ-1011, MU-REQ-1016
"""

from __future__ import annotations

import functools
import re
from itertools import accumulate, pairwise

from msgspec import Struct

from muster.model import Block, Mark
from muster.settings import DEFAULT_ID, Marker, RequirementSettings
from muster.text.inline import label

# Areas that name a standard, not a requirement: `[RFC-2119]`, `[ISO-8601]`, `[SHA-256]` cite.
STANDARDS = (
    "AES ANSI ASCII BCP BSI CAN CVE CWE DIN ECMA EN ETSI FIPS GMT GPL HTTP IEC IEEE IETF ISO ITU JEP KB MD MIL NIST "
    "PEP PKCS RFC RSA SAE SHA SHS SP STD TLS UCS USB UTC UTF XEP"
).split()

_RULE_ID = r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*(?:\+[0-9]+)?"
_NEED_ID = r"[A-Za-z]+~[^\W\d_][\w.-]*~[0-9]+"
_LEAD = r"\s*(?:\|\s*)?(?:\[[ xX]\]\s+)?"


class Grammar(Struct, frozen=True):
    """The compiled patterns of a project's markers."""

    id: re.Pattern[str]
    anywhere: re.Pattern[str]  # a bracketed ID; group "id"
    starts: tuple[re.Pattern[str], ...]  # at the start of a hard line; groups "id" and "marker"
    needs: re.Pattern[str] | None  # the same for `req~name~1`, which may stand in a code span of its own
    heading: re.Pattern[str] | None  # a heading that is nothing but the ID
    brackets: bool
    sample: str


@functools.cache
def grammar_of(settings: RequirementSettings) -> Grammar:
    """Compile the markers that the settings choose."""
    default = settings.id == DEFAULT_ID
    body = rf"(?!(?:{'|'.join(STANDARDS)})-){settings.id}" if default else settings.id
    patterns = {
        Marker.BRACKET: rf"[*_]{{0,3}}(?P<marker>\[(?P<id>{body})\])(?![(\[\x00])",
        Marker.BOLD: rf"(?P<marker>(?P<b>\*\*|__)(?P<id>{body})(?::?(?P=b)))",
        Marker.COLON: rf"[*_]{{0,3}}(?P<marker>(?P<id>{body}):)(?=[\s*_]|$)",
        Marker.RULE: rf"(?P<marker>[a-z][a-z0-9]*\[(?P<id>{_RULE_ID if default else body})\])(?=[ \t]*(?:\n|$))",
    }
    need = rf"(?P<marker>`?(?P<id>{_NEED_ID if default else body})`?)(?=[ \t]*(?:\n|$))"
    markers = settings.markers
    samples = {Marker.RULE: "r[area.name]", Marker.NEED: "req~name~1", Marker.BOLD: "**AREA-1001**"}
    return Grammar(
        id=re.compile(_RULE_ID if default and Marker.RULE in markers else body),
        anywhere=re.compile(rf"(?P<marker>\[(?P<id>{body})\])"),
        starts=tuple(re.compile(_LEAD + pattern) for marker, pattern in patterns.items() if marker in markers),
        needs=re.compile(_LEAD + need) if Marker.NEED in markers else None,
        heading=re.compile(rf"\s*[*_]{{0,3}}(?P<marker>(?P<id>{body}))[*_:]{{0,4}}\s*")
        if Marker.HEADING in markers
        else None,
        brackets=Marker.BRACKET in markers,
        sample=samples.get(markers[0], "[AREA-1001]") if default else settings.id,
    )


# What may stand between a trailing ID and the end: emphasis, a stop, a cell's edge, an attribute list.
_AFTER = re.compile(r"[*_]{0,3}[.;,]?\s*(?:\|\s*)?(?:\{[^{}\n]*\}\s*)?")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)\n[ \t]*")
_STOP = re.compile(r"[.:;!?)][\"'*_]*\s+$")
_LEADS_UP = re.compile(
    r"(?:\b(?:also|and|as|at|by|cf|for|from|in|is|of|on|or|per|see|than|to|under|via|with|"
    r"covers|derives|follows|implements|refines|requirements?|satisfies|verifies|cf\.|see:)[\s*_]+|\][*_]*,\s*)$",
    re.IGNORECASE,
)
_LOWER_NEXT = re.compile(r"\s*[a-z(,;]")
_BETWEEN = re.compile(r"[\s*_,;/&+]*(?:\band\s+)?")


def marks_in(
    text: str, masked: str, block: Block, grammar: Grammar, labels: frozenset[str], place: tuple[int, tuple[int, ...]]
) -> tuple[Mark, ...]:
    """The IDs marked in a passage, in order; the first that stands at an edge defines.

    The edges are the start and the end of the passage and of its hard lines, and a line that ends
    right after a sentence with its ID.
    """
    found: dict[int, tuple[re.Match[str], bool]] = {}
    links: set[int] = set()
    if block is Block.HEADING and grammar.heading and (match := grammar.heading.fullmatch(masked)):
        found[match.start("marker")] = (match, True)
    for match in _at_starts(text, masked, grammar, labels):
        found.setdefault(match.start("marker"), (match, True))
    if grammar.brackets and "[" in masked:
        for match in grammar.anywhere.finditer(masked):
            if match.start() not in found:
                behind = masked[match.end() : match.end() + 1]
                linked = behind in ("(", "\x00") or (bool(labels) and label(match["id"]) in labels)
                edge = (
                    not linked and _ends(masked, match.start(), match.end()) and not _inside_link(masked, match.start())
                )
                found[match.start()] = (match, edge)
                if linked:
                    links.add(match.start())
    if not found:
        return ()
    starts = sorted(found)
    first = next((at for at, start in enumerate(starts) if found[start][1]), None)
    if len(starts) == 1:
        match, edge = found[starts[0]]
        row = masked.count("\n", 0, starts[0])
        return (_mark(match, masked, place, row, defines=edge, at_edge=edge, beside=False),)
    before, after = _neighbours(masked, [found[start][0].span("marker") for start in starts], first, links)
    rows = _rows_of(masked, starts)
    return tuple(
        _mark(
            found[start][0],
            masked,
            place,
            rows[at],
            defines=at == first,
            at_edge=found[start][1] or at in before or at in after,
            beside=at in after,
        )
        for at, start in enumerate(starts)
    )


def _at_starts(text: str, masked: str, grammar: Grammar, labels: frozenset[str]) -> list[re.Match[str]]:
    """The IDs that stand where a passage or one of its hard lines begins, and are no link."""
    starts = _hard_starts(masked)
    found = [pattern.match(masked, start) for pattern in grammar.starts for start in starts]
    if grammar.needs is not None:
        found += [grammar.needs.match(text, start) for start in starts]
    return [match for match in found if match and not (labels and label(match["id"]) in labels)]


def _neighbours(masked: str, spans: list[tuple[int, int]], first: int | None, links: set[int]) -> tuple[range, range]:
    """Which marks stand with nothing between them and the one that defines: those before it, those after it."""
    if first is None or len(spans) == 1:
        return range(0), range(0)
    low = high = first
    while low > 0 and spans[low - 1][0] not in links and _BETWEEN.fullmatch(masked, spans[low - 1][1], spans[low][0]):
        low -= 1
    while (
        high + 1 < len(spans)
        and spans[high + 1][0] not in links
        and _BETWEEN.fullmatch(masked, spans[high][1], spans[high + 1][0])
    ):
        high += 1
    return range(low, first), range(first + 1, high + 1)


def _hard_starts(masked: str) -> list[int]:
    return (
        [0, *(match.end() for match in _HARD_BREAK.finditer(masked))] if "  \n" in masked or "\\\n" in masked else [0]
    )


def _ends(masked: str, start: int, end: int) -> bool:
    """Whether a bracketed ID ends the passage, a hard line, or a line right after its sentence.

    One that its sentence leads up to (`as in [A-1001].`) refers.
    """
    if _LEADS_UP.search(masked, max(0, start - 24), start) is not None:
        return False
    after = _AFTER.match(masked, end)
    last = after.end() if after else end
    if last >= len(masked):
        return True
    if "\n" not in masked[end : last + 1]:
        return masked.startswith("\\\n", last)
    if "  \n" in masked[end:last]:
        return True
    return _STOP.search(masked, max(0, start - 8), start) is not None and _LOWER_NEXT.match(masked, last) is None


def _inside_link(masked: str, start: int) -> bool:
    if "]\x00" not in masked and "](" not in masked:
        return False
    depth = 0
    for char in reversed(masked[max(0, start - 1000) : start]):
        depth += (char == "]") - (char == "[")
        if depth < 0:
            return True
    return False


def _rows_of(masked: str, offsets: list[int]) -> list[int]:
    """The row of each of some rising offsets; every line break is counted once."""
    return list(accumulate(masked.count("\n", *between) for between in pairwise([0, *offsets])))


def _mark(
    match: re.Match[str],
    masked: str,
    place: tuple[int, tuple[int, ...]],
    row: int,
    *,
    defines: bool,
    at_edge: bool,
    beside: bool,
) -> Mark:
    line, columns = place
    start, end = match.span("marker")
    offset = start - (masked.rfind("\n", 0, start) + 1)
    column = (columns[row] if row < len(columns) else 1) + offset
    return Mark(match["id"], line + row, column, end - start, defines, at_edge, beside)
