"""The canonical header of a prompt: a broken one holds the chain before the prompt's content is judged.

implements: MU-CHAIN-7010, MU-CHAIN-7012
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.finding import problem_at
from muster.chains.turn import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.turn import Entry, Prompt, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings


def header_problems(turn: Turn, prompt: Prompt, name: str, settings: ChainSettings) -> Iterator[Problem]:
    """What is wrong with the header, or that a second prompt begins behind it."""
    second = prompt.roles[1] if len(prompt.roles) > 1 else 0
    header = list(prompt.header)
    if second:
        message = f"a second ROLE begins another prompt within {name}"
        yield problem_at(
            turn, second, "CHN002", message, "ask for one action a prompt: give the other a turn of its own"
        )
        return
    keys = [entry.key for entry in header]
    missing = [key for key in HEADER if key not in keys]
    begin = header[0].line if header else prompt.line
    if missing:
        message = f"the header of {name} lacks {', '.join(missing)}"
        help_ = f"begin with one block of {', '.join(HEADER)}, in this order and without a blank line"
        yield problem_at(turn, begin, "CHN004", message, help_)
    else:
        yield from _strange(turn, header, name)
    yield from _twice(turn, header, name)
    yield from _order(turn, header, name)
    for entry in header:
        if entry.key == "ROLE" and entry.text.strip() != settings.executor:
            message = f"the ROLE of {name} is {entry.text.strip()!r}, not {settings.executor}"
            yield problem_at(turn, entry.line, "CHN004", message, f"write `ROLE: {settings.executor}`")
        elif entry.key in HEADER and not entry.text.strip():
            message = f"the field {entry.key} of {name} is empty"
            yield problem_at(turn, entry.line, "CHN004", message, "say what holds, or `none`")


def _strange(turn: Turn, header: list[Entry], name: str) -> Iterator[Problem]:
    for entry in header:
        if entry.key not in HEADER:
            message = f"the header of {name} has the field {entry.key}, which is none of it"
            yield problem_at(turn, entry.line, "CHN004", message, "take it out of the header")


def _twice(turn: Turn, header: list[Entry], name: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry in header:
        if entry.key in seen:
            message = f"the header of {name} has the field {entry.key} twice"
            yield problem_at(turn, entry.line, "CHN004", message, "keep one of them")
        seen.add(entry.key)


def _order(turn: Turn, header: list[Entry], name: str) -> Iterator[Problem]:
    """The first field that stands before another that comes before it."""
    firsts = {entry.key: entry for entry in reversed(header) if entry.key in HEADER}
    due = [key for key in HEADER if key in firsts]
    found = sorted(due, key=lambda key: firsts[key].line)
    for entry, key in zip((firsts[key] for key in found), due, strict=True):
        if entry.key != key:
            message = f"the header of {name} has {entry.key} where {key} is due"
            yield problem_at(turn, entry.line, "CHN004", message, f"keep to the order {', '.join(HEADER)}")
            return
