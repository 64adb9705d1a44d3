"""Whether the spec covers what a packet is about: five points, a verdict, a reason, and all in agreement.

implements: MU-PKT-5014
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from muster.model import Place, Problem
from muster.packets.filling import choice, filled, is_nothing, is_question, place_of, unfilled
from muster.packets.packet import is_placeholder
from muster.text.words import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.packet import Field, Packet

CODE = "PKT007"
POINTS = (
    ("Appears in Main Body", {"MAIN", "BODY"}),
    ("Explicitly named", {"NAMED"}),
    ("Specific", {"SPECIFIC"}),
    ("Measurable acceptance criteria", {"MEASURABLE"}),
    ("No ambiguity", {"AMBIGUITY"}),
)  # each with the words by which its label is known
_VERDICTS = ("PASS", "FAIL")
_ANSWERS = ("YES", "NO")
_SECTION = "CLEARLY_COVERS"
_VERDICT, _REASON = f"{_SECTION}_VERDICT", f"{_SECTION}_REASON"
_FOUND, _AMBIGUITY = "AMBIGUITY_FOUND", "AMBIGUITY_REASON"
_NEEDED = "ENRICHMENT_NEEDED"


def verdict_of(packet: Packet) -> str:
    """`PASS`, `FAIL`, or "" where the packet says neither."""
    return choice(filled(packet, _VERDICT), _VERDICTS)


def answer_of(packet: Packet, key: str) -> str:
    """`YES`, `NO`, or "" where a field says neither."""
    return choice(filled(packet, key), _ANSWERS)


def coverage_problems(packet: Packet, path: str) -> Iterator[Problem]:
    """What is missing in CLEARLY_COVERS, and what contradicts itself.

    A section that is missing or empty is told as that, and as nothing else.
    """
    section = packet.section(_SECTION)
    fields = _fields(packet)
    if not fields and (section is None or not section.content):
        return
    owner = Place(path, max(section.line if section else packet.line, 1))
    points = {label: _point(fields, words) for label, words in POINTS}
    yield from _points(points, owner)
    yield from _verdict(packet, owner)
    reason = packet.field(_REASON)
    remedy = f"write `- {_REASON}: ` and why"
    if problem := unfilled(CODE, _REASON, reason, owner, remedy):
        yield problem
    elif reason and is_nothing(reason.value):
        words = f"{_REASON} is {shortened(reason.value)!r}, which is none"
        yield Problem(CODE, place_of(path, reason), words, remedy)
    yield from _ambiguity(packet, path)
    yield from _contradictions(packet, path, points)


def _fields(packet: Packet) -> tuple[Field, ...]:
    """The fields of the section; of the whole packet, where no heading says which these are."""
    section = packet.section(_SECTION)
    if section is None:
        return tuple(field for field in packet.fields if field.key in (_VERDICT, _REASON)) and packet.fields
    lines = {line for line, _ in section.content}
    return tuple(field for field in packet.fields if field.line in lines)


def _point(fields: tuple[Field, ...], words: set[str]) -> Field | None:
    for field in fields:
        if words <= _words(field.key) and field.key not in (_VERDICT, _REASON, _FOUND, _AMBIGUITY):
            return field
    return None


@lru_cache(maxsize=1024)  # most keys are those of the template
def _words(key: str) -> frozenset[str]:
    return frozenset(key.split("_"))


def _points(points: dict[str, Field | None], owner: Place) -> Iterator[Problem]:
    """Points that are missing, all in one finding, and those that are neither passed nor failed."""
    if missing := [label for label, field in points.items() if field is None]:
        words = f"{_SECTION} lacks {counted(len(missing), 'point')} of its five: {', '.join(missing)}"
        yield Problem(CODE, owner, words, f"write `- {missing[0]}: PASS` or FAIL")
    for label, field in points.items():
        if field and not choice(field.value, _VERDICTS):
            words = f"the point {label!r} is {_said(field, _VERDICTS)}"
            yield Problem(CODE, place_of(owner.path, field), words, f"write `- {label}: PASS` or FAIL")


def _verdict(packet: Packet, owner: Place) -> Iterator[Problem]:
    field = packet.field(_VERDICT)
    remedy = f"write `- {_VERDICT}: PASS` or FAIL"
    if problem := unfilled(CODE, _VERDICT, field, owner, remedy):
        yield problem
    elif field and not choice(field.value, _VERDICTS):
        words = f"{_VERDICT} is {_said(field, _VERDICTS)}"
        yield Problem(CODE, place_of(owner.path, field), words, remedy)


def _ambiguity(packet: Packet, path: str) -> Iterator[Problem]:
    """An answer that is neither YES nor NO, and a YES that does not say what is ambiguous."""
    found = packet.field(_FOUND)
    if found is None:
        return
    answer = answer_of(packet, _FOUND)
    if not answer:
        words = f"{_FOUND} is {_said(found, _ANSWERS)}"
        yield Problem(CODE, place_of(path, found), words, f"write `- {_FOUND}: NO`, or YES and {_AMBIGUITY}")
    reason = packet.field(_AMBIGUITY)
    if answer == "YES" and (reason is None or is_nothing(reason.value) or is_placeholder(reason.value)):
        said = _reason_said(reason)
        place = place_of(path, reason or found)
        words = f"{_FOUND} is YES, and {_AMBIGUITY} is {said}"
        yield Problem(CODE, place, words, f"write into {_AMBIGUITY} what is ambiguous")


def _said(field: Field, words: tuple[str, str]) -> str:
    """What a field says instead of one of two words."""
    if is_question(field.value):
        return "not answered yet"
    return f"{shortened(field.value)!r}, neither {words[0]} nor {words[1]}"


def _reason_said(reason: Field | None) -> str:
    """What a field says instead of a reason."""
    if reason is None:
        return "missing"
    if not reason.value:
        return "empty"
    return "not answered yet" if is_question(reason.value) else f"{shortened(reason.value)!r}"


def _contradictions(packet: Packet, path: str, points: dict[str, Field | None]) -> Iterator[Problem]:
    """A verdict that its points, an ambiguity or the enrichment deny."""
    field = packet.field(_VERDICT)
    verdict = verdict_of(packet)
    if field is None or not verdict:
        return
    against = [
        f"{label!r} (line {point.line}) is FAIL"
        for label, point in points.items()
        if point and choice(point.value, _VERDICTS) == "FAIL"
    ]
    found, needed = packet.field(_FOUND), packet.field(_NEEDED)
    if found and answer_of(packet, _FOUND) == "YES":
        against.append(f"{_FOUND} (line {found.line}) is YES")
    if verdict == "PASS" and against:
        words = f"{_VERDICT} is PASS, and {', '.join(against)}"
        yield Problem(CODE, place_of(path, field), words, f"write `- {_VERDICT}: FAIL`, or settle what fails")
    due = "NO" if verdict == "PASS" else "YES"
    if needed and answer_of(packet, _NEEDED) not in ("", due):
        words = f"{_VERDICT} is {verdict}, and {_NEEDED} (line {needed.line}) is {answer_of(packet, _NEEDED)}"
        remedy = "PASS goes with ENRICHMENT_NEEDED: NO, FAIL with YES"
        yield Problem(CODE, place_of(path, field), words, remedy)
