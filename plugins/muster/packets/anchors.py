"""Anchors and pins: whether an anchor is whole, and what became of the lines that either is pinned to.

implements: MU-PKT-5016
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Pinned, Place, Problem, Verdict, Window
from muster.packets.claims import CODE, claim_problems
from muster.packets.escapes import decoded
from muster.packets.filling import place_of, unfilled
from muster.packets.packet import is_placeholder
from muster.packets.placing import Claim, Placing, placed
from muster.packets.unheaded import PINNING
from muster.packets.verdicts import Spots, spots_at, verdict_problem
from muster.text.source import raw_lines
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.packets.packet import Anchor, Field, Packet, Pin
    from muster.packets.spec_text import SpecText
    from muster.packets.target import Target

BROKEN = "PKT017"
PIN = "PKT016"
_TOKEN, _EXCERPT = "CONTEXT_TOKEN", "EXCERPT_ASCII_ESCAPED"
_START, _END = "CONTEXT_START_LINE", "CONTEXT_END_LINE"
_LINE = re.compile(r"([0-9]{1,15})(?:\s*\(.*)?")  # a remark may stand behind it


class Judged(Struct, frozen=True):
    """An anchor with its verdict, and what is wrong with it."""

    pinned: Pinned
    problems: tuple[Problem, ...]


def anchors_judged(packet: Packet, text: str, path: str, target: Target, spec: SpecText | None) -> tuple[Judged, ...]:
    """Every anchor of a packet, held against its spec; without a spec, only its form is judged."""
    return tuple(_judged(anchor, text, path, target, spec) for anchor in packet.anchors)


def judged_pin(pin: Pin, path: str, target: str, spec: SpecText | None) -> tuple[Pinned, tuple[Problem, ...]]:
    """A pin with its verdict, and what is wrong with it; the target is the file that it means, "" for none.

    implements: MU-PKT-5024
    """
    place = Place(path, pin.line, pin.column, pin.width)
    placing = _placing_of(pin, path, target, spec) if spec else Placing(Verdict.UNKNOWN)
    found = (placing.verdict, placing.moved, placing.places)
    pinned = Pinned(place, "", "", target, pin.window, decoded(pin.token), *found)
    if spec is None:
        why = f"{target} cannot be read" if target else f"{shortened(pin.path)} is no file of the project"
        remedy = "name a file beside this one, or from the root of the project"
        return pinned, (Problem(PIN, place, f"a pin to nothing: {why}", remedy),)
    problem = verdict_problem(pinned, spots_at(place), is_quoted=bool(pin.excerpt), among_others=placing.among_others)
    return pinned, (problem,) if problem else ()


def _placing_of(pin: Pin, path: str, target: str, spec: SpecText) -> Placing:
    """What became of the lines of a pin in the file at this path; its own words prove nothing of its file."""
    return placed(Claim(pin.window, pin.token, pin.excerpt), spec.without_pins if path == target else spec)


def lacking_anchors(packet: Packet, path: str) -> Iterator[Problem]:
    """That there is no anchor at all; a section that is missing, or an anchor without heading, is told as that."""
    section = packet.section("SPEC_ANCHORS")
    if section and not packet.anchors and PINNING.isdisjoint([field.key for field in packet.fields]):
        remedy = "add `#### ANCHOR 1` with SPEC_ANCHOR, a window of lines, CONTEXT_TOKEN and an excerpt"
        yield Problem(CODE, Place(path, section.line), "the packet has no anchor", remedy)


def _judged(anchor: Anchor, text: str, path: str, target: Target, spec: SpecText | None) -> Judged:
    owner = Place(path, anchor.line)
    window = _window(anchor)
    token = anchor.token.value if anchor.token and not is_placeholder(anchor.token.value) else ""
    excerpt = anchor.excerpt.text if anchor.excerpt and not is_placeholder(anchor.excerpt.text) else ""
    placing = placed(Claim(window, token, excerpt), spec) if spec else Placing(Verdict.UNKNOWN)
    pinned = Pinned(
        place=owner,
        name=anchor.name,
        claim=decoded(anchor.claim.value) if anchor.claim else "",
        spec=target.path,
        window=window,
        token=decoded(token),
        verdict=placing.verdict,
        moved=placing.moved,
        places=placing.places,
    )
    problems = [*claim_problems(anchor, owner, target, spec, window)]
    wrong_window = [*_window_problems(anchor, owner, pinned, spec)]
    problems += wrong_window
    remedy = f"write `- {_TOKEN}: ` and a text that stands in the window"
    if problem := unfilled(CODE, f"{_TOKEN} of {anchor.name}", anchor.token, owner, remedy):
        problems.append(problem)
    problems += _excerpt(anchor, text, owner)
    if placing.verdict is Verdict.OK:
        return Judged(pinned, tuple(problems))
    is_whole = anchor.excerpt is None or anchor.excerpt.closed or not anchor.excerpt.fenced
    told = {Verdict.MOVED: not wrong_window, Verdict.CHANGED: is_whole}.get(pinned.verdict, True)
    spots = _spots(anchor, owner)
    of_verdict = verdict_problem(pinned, spots, is_quoted=bool(excerpt), among_others=placing.among_others)
    if told and of_verdict:
        problems.append(of_verdict)
    return Judged(pinned, tuple(problems))


def _window(anchor: Anchor) -> Window | None:
    """The window that an anchor says, be it in the spec or not; None where that is none."""
    first, last = _number(anchor.start), _number(anchor.end)
    return Window(first, last) if first is not None and last is not None and first <= last else None


def _number(field: Field | None) -> int | None:
    number = _LINE.fullmatch(field.value) if field else None
    return int(number[1]) if number else None


def _window_problems(anchor: Anchor, owner: Place, pinned: Pinned, spec: SpecText | None) -> Iterator[Problem]:
    """What is wrong with a window: lines that are missing, no numbers, reversed, or not in the spec."""
    if pinned.window and spec and spec.holds(pinned.window):
        return
    remedy = "write the first and the last line of the spec that the excerpt quotes"
    if pinned.moved:
        remedy = f"write {pinned.moved.first} as {_START} and {pinned.moved.last} as {_END}"
    for key, field in ((_START, anchor.start), (_END, anchor.end)):
        if problem := unfilled(CODE, f"{key} of {anchor.name}", field, owner, remedy):
            yield problem
        elif field and _number(field) is None:
            words = f"{key} of {anchor.name} is {shortened(field.value)!r}, which is no line number"
            yield Problem(CODE, place_of(owner.path, field), words, remedy)
    first, last = _number(anchor.start), _number(anchor.end)
    if anchor.start is None or anchor.end is None or first is None or last is None:
        return
    if first > last:
        words = f"the window of {anchor.name} ends at line {last}, before it begins at line {first}"
        yield Problem(CODE, place_of(owner.path, anchor.end), words, remedy)
    elif first < 1 or (spec and last > spec.size):
        beyond = spec is None or first < 1 or first > spec.size
        if pinned.moved:
            remedy = f"run `muster packet repin {owner.path}`, which moves the window to {pinned.moved.words}"
        extent = f"{pinned.spec} {_extent(spec)}" if spec else "lines count from 1"
        words = f"the window of {anchor.name} is {Window(first, last).words}, and {extent}"
        yield Problem(CODE, place_of(owner.path, anchor.start if beyond else anchor.end), words, remedy)


def _extent(spec: SpecText) -> str:
    return f"has {Window(1, spec.size).words}" if spec.size else "is empty"


def _excerpt(anchor: Anchor, text: str, owner: Place) -> Iterator[Problem]:
    """An excerpt that is missing, empty, a placeholder, or cut off before its fence closes.

    implements: MU-PKT-5019
    """
    excerpt = anchor.excerpt
    whose = f"{_EXCERPT} of {anchor.name}"
    remedy = f"write `- {_EXCERPT}:` and below it, in an indented fence, the lines of the spec"
    if excerpt is None:
        yield Problem(CODE, owner, f"{whose} is missing", remedy)
    elif excerpt.fenced and not excerpt.closed:
        lines = raw_lines(text)
        rest = range(excerpt.end_line, len(lines))  # from the line behind it
        cut = next((row + 1 for row in rest if lines[row].strip()), 0)
        if cut:
            words = f"this line ends the excerpt of {anchor.name}, whose fence is not closed yet"
            yield Problem(BROKEN, Place(owner.path, cut), words, "indent it like the fence, or close that before it")
        else:
            words = f"the fence of the excerpt of {anchor.name} is not closed"
            yield Problem(BROKEN, Place(owner.path, excerpt.line), words, "close it behind the excerpt")
    elif not excerpt.text.strip():
        yield Problem(CODE, Place(owner.path, excerpt.line), f"{whose} is empty", remedy)
    elif is_placeholder(excerpt.text):
        words = f"{whose} is still {shortened(excerpt.text.strip())!r}"
        yield Problem(CODE, Place(owner.path, excerpt.line), words, remedy)


def _spots(anchor: Anchor, owner: Place) -> Spots:
    return Spots(
        window=place_of(owner.path, anchor.start) if anchor.start else owner,
        token=place_of(owner.path, anchor.token) if anchor.token else owner,
        excerpt=Place(owner.path, anchor.excerpt.line) if anchor.excerpt else owner,
    )
