"""How far each requirement has come once and must not fall back from, `requirements/ratchet.yaml`.

implements: MU-TRACE-3014
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import Place, Problem, Status, natural
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "ratchet.yaml"
MARK = "# Written by `muster trace --ratchet`: what each requirement has reached, and must not fall back from.\n"
STEPS = (Status.SPECIFIED, Status.IMPLEMENTED, Status.TESTED, Status.VERIFIED)
_ENTRY = re.compile(r"(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\"'#{<-][^:\"]*)): *([a-z]+)\s*")


class Floor(Struct, frozen=True, array_like=True):
    """An entry of the ratchet."""

    id: str
    status: Status
    line: int


def floor_in(text: str, path: str) -> tuple[tuple[Floor, ...], tuple[Problem, ...]]:
    """The entries of a ratchet, and every line of it that is none."""
    found: dict[str, Floor] = {}
    problems = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.startswith(("#", "---")) or line.strip() == "{}":
            continue
        match = _ENTRY.fullmatch(line)
        if match is None or match[3] not in STEPS[1:]:
            words = f"{shortened(line, 60)!r} is no entry of the ratchet"
            remedy = "write `AUTH-001: verified`, or tested, or implemented; `muster trace --ratchet` writes the file"
            problems.append(Problem("TRC013", Place(path, number), words, remedy))
            continue
        name = match[1].replace('\\"', '"').replace("\\\\", "\\") if match[1] is not None else match[2]
        if name in found:
            words = f"{shortened(name)} stands twice in the ratchet"
            problems.append(Problem("TRC013", Place(path, number), words, "keep the higher entry"))
        floor = Floor(name, Status(match[3]), number)
        if name not in found or step(found[name].status) < step(floor.status):
            found[name] = floor
    return tuple(found.values()), tuple(problems)


def step(status: Status) -> int:
    """How far a status is on the way to verified."""
    return STEPS.index(status)


def raised(floor: Mapping[str, Status], reached: Mapping[str, Status]) -> dict[str, Status]:
    """The ratchet with what was reached since, without requirements that are gone."""
    best: dict[str, Status] = {}
    for name, status in reached.items():
        top = max(status, floor.get(name, Status.SPECIFIED), key=step)
        if top is not Status.SPECIFIED:
            best[name] = top
    return best


def rendered(floor: Mapping[str, Status]) -> str:
    """The file's text: a line for each requirement, sorted."""
    return MARK + "".join(f"{_key(name)}: {floor[name]}\n" for name in sorted(floor, key=natural))


def _key(name: str) -> str:
    if re.fullmatch(r"[A-Za-z][\w. ~+-]*[\w+~]", name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
