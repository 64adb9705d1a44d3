"""How a project cites its requirements, as patterns over bytes.

A pattern that begins with the areas that the specs define runs many times quicker than one for any ID, so it is
built from them.

implements: MU-TRACE-3001, MU-TRACE-3003, MU-TRACE-3009
"""

from __future__ import annotations

import functools
import re
from os.path import commonprefix
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.settings import DEFAULT_ID, Annotation, CitationMark, Settings
from muster.specs.grammar import STANDARDS

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST_AREAS = 200  # that are alternatives of a pattern; with more, any ID is looked for and its area looked up

_ANY_AREA = r"[A-Z][A-Z0-9]*(?:-[A-Z][A-Z0-9]*)*"
_NUMBER = "[0-9]{3,5}"
_NO_MORE = r"(?![A-Za-z0-9_])(?!-[A-Za-z0-9_])(?!\.[0-9])"
# What may follow an ID of a list: `/1002`, `..1004`, an en dash with a number or a whole ID.
_TAIL = rf"(?P<rest>(?:/{_NUMBER}(?![A-Za-z0-9_]))*(?:(?:\.\.\.?|\xe2\x80\x93)(?:{_ANY_AREA}-)?{_NUMBER}{_NO_MORE})?)"
# What every plain ID of the usual grammar holds; it begins with a literal, and so is searched as quickly as one.
_GATE = re.compile(rb"-(?<=[A-Z0-9]-)[0-9]{3}")
_OPENERS = rb"[\[(`\"'*<]{0,3}"


class Scan(Struct, frozen=True):
    """What to look for: plain values, so that other processes can be told."""

    areas: tuple[str, ...]  # that the specs define, and those of retired IDs; sorted
    grammar: str  # of an ID, where it is not the default
    marks: tuple[CitationMark, ...]
    prefixes: tuple[str, ...]
    annotations: tuple[Annotation, ...]
    generated: tuple[str, ...]


def scan_of(settings: Settings, ids: Iterable[str]) -> Scan:
    """What to look for in a project that has these IDs."""
    own = settings.trace
    default = settings.requirements.id == DEFAULT_ID
    areas = {area_of(identifier) for identifier in ids} if default and CitationMark.ID in own.marks else set()
    grammar = "" if default else settings.requirements.id
    return Scan(tuple(sorted(areas - {""})), grammar, own.marks, own.prefixes, own.annotations, own.generated)


def area_of(identifier: str) -> str:
    """All before the last hyphen of an ID that ends in a number: `OC-CORE` of `OC-CORE-1001`."""
    area, _, number = identifier.rpartition("-")
    return area if number.isdigit() and number.isascii() else ""


class Patterns(Struct, frozen=True):
    """The compiled patterns of a scan."""

    scan: Scan
    areas: frozenset[bytes]
    heads: tuple[bytes, ...]  # a file without any of these literals has none of the marks that are no plain ID
    known: re.Pattern[bytes] | None  # a plain ID; group "rest" holds what a list adds
    spoken: re.Pattern[bytes] | None  # what follows on a verb: at least one ID of any area
    rule: re.Pattern[bytes] | None  # groups "verb" and "id"
    need: re.Pattern[bytes] | None  # groups "verb" and "ids"
    annotation: re.Pattern[bytes] | None  # groups "name", up to its opening parenthesis

    def may_hit(self, content: bytes) -> bool:
        """Whether a file can cite: a search that most files end with, and so as quick as can be."""
        for head in self.heads:
            if head in content:
                return True
        if self.spoken is None:
            return self.known is not None
        return _GATE.search(content) is not None


@functools.cache
def patterns_of(scan: Scan) -> Patterns:
    """Compile what to look for."""
    heads: list[bytes] = []
    known = spoken = rule = need = annotation = None
    if CitationMark.ID in scan.marks:
        if scan.grammar:
            known = re.compile(rf"(?P<id>{scan.grammar})(?P<rest>)(?![A-Za-z0-9_])".encode())
        else:
            known, spoken = _plain(scan.areas), _SPOKEN
    if CitationMark.RULE in scan.marks and scan.prefixes:
        names = "|".join(re.escape(prefix) for prefix in scan.prefixes)
        rule = re.compile(rf"(?<![\w\[])(?:{names})\[(?:(?P<verb>[a-z]+) )?(?P<id>[A-Za-z0-9._+-]+)\]".encode())
        heads += [f"{prefix}[".encode() for prefix in scan.prefixes]
    if CitationMark.NEED in scan.marks:
        one = r"[A-Za-z]+~[\w.-]+~[0-9]+"
        need = re.compile(
            rf"\[[ \t]*(?P<verb>[a-z]+)(?:~[\w.-]*(?:~[0-9]+)?)?[ \t]*->[ \t]*(?P<ids>{one}(?:[ \t]*,[ \t]*{one})*)"
            rf"[ \t]*(?:>>[^\]\n]*)?\]".encode()
        )
        heads.append(b"->")
    if CitationMark.ANNOTATION in scan.marks and scan.annotations:
        names = "|".join(re.escape(one.name) for one in scan.annotations)
        annotation = re.compile(rf"(?:@|#\[|(?<![\w\])])\[)(?P<name>{names})[ \t]*\(".encode())
        heads += [one.name.encode() for one in scan.annotations]
    areas = frozenset(area.encode() for area in scan.areas)
    return Patterns(scan, areas, tuple(heads), known, spoken, rule, need, annotation)


def _plain(areas: tuple[str, ...]) -> re.Pattern[bytes] | None:
    """A plain ID of one of these areas, with the literal that all begin with in front."""
    if not areas:
        return None
    if len(areas) > _MOST_AREAS:
        alternatives = _ANY_AREA
    else:
        common = commonprefix(areas)  # noqa: RUF071 -- of texts, not of paths
        rests = sorted((area[len(common) :] for area in areas), key=lambda rest: (-len(rest), rest))
        alternatives = re.escape(common) + "(?:" + "|".join(re.escape(rest) for rest in rests) + ")"
    return re.compile(rf"(?P<id>(?P<area>{alternatives})-{_NUMBER})".encode() + _NO_TAIL_OR_TAIL)


# An ID is whole where no letter, digit or hyphen goes on; a list may.
_NO_TAIL_OR_TAIL = rf"{_NO_MORE}".encode() + _TAIL.encode("latin-1")
_ONE = rf"(?!(?:{'|'.join(STANDARDS)})-){_ANY_AREA}-{_NUMBER}".encode()
ANY_ID = re.compile(rb"(?<![A-Za-z0-9_-])(?P<id>" + _ONE + rb")" + _NO_TAIL_OR_TAIL)
# Behind these two verbs, with a capital or without, an ID of any area is a citation, if perhaps a wrong one.
SPOKEN_HEADS = (b"mplements:", b"erifies:")
_SPOKEN = re.compile(rb"[ \t]*" + _OPENERS + rb"(?P<id>" + _ONE + rb")[^\n]{0,400}")
# A verb right before an ID, and what may stand between the IDs that share it.
VERB_BEFORE = re.compile(
    rb"(?<![A-Za-z0-9_-])([Ii]mplements|[Vv]erifies|[Mm]entions|[Dd]erives)(?: from)?:[ \t]*" + _OPENERS + rb"$"
)
BETWEEN = re.compile(
    rb"[\])`\"'*>]{0,3}[ \t]*(?:[,;/&+|]|,?[ \t]*(?:and|or)\b)?[ \t]*"
    + _OPENERS
    + rb"|[\])`\"'*>]{0,3}[ \t]*(?:[,;/&+]|\b(?:and|or))[ \t]*\r?\n[ \t]*(?://[/!]*|#+|\*+|--+|;+|%+)?[ \t]*"
    + _OPENERS
)
REST = re.compile(rb"/(?P<number>[0-9]{3,5})|(?:\.\.\.?|\xe2\x80\x93)(?P<last>(?:[A-Z][A-Z0-9-]*-)?[0-9]{3,5})")
