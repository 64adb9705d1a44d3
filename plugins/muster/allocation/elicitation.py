"""The elicitation record: Markdown whose front matter says whether planning may begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.allocation.front import front_in, slot_in
from muster.allocation.kept_text import KeptText, Malformed
from muster.allocation.spec_ids import KEY, spec_id_of
from muster.model import Problem
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.allocation.front import Front, Key

CODE = "ALO003"
READY = "ready_for_planning"
BLOCKING = "blocking_unknowns"


class Elicitation(Struct, frozen=True, array_like=True):
    """An elicitation record as read: its identity, and what it says of planning."""

    path: str
    spec_id: str = ""  # in lower case; "" for none or a placeholder
    written: str = ""  # its value as it stands there, quotes and all
    ready: bool = False
    blocking: tuple[str, ...] = ()
    declares_blocking: bool = False
    line: int = 1  # of spec_id, where the record has it
    problems: tuple[Problem, ...] = ()
    says_ready: str = ""  # "true" or "false"; "?" for what is neither, "" for no such key
    readable: bool = True  # its front matter could be taken apart


def elicitation_in(data: bytes, path: str) -> Elicitation:
    """What a record says, and every problem of it.

    implements: MU-ALLOC-4014
    """
    kept = KeptText(data)
    problems: list[Problem] = []

    def tell(wrong: Malformed) -> None:
        problems.append(Problem(CODE, kept.place(path, wrong.offset), str(wrong), wrong.remedy))

    try:
        front = front_in(kept)
    except Malformed as wrong:
        tell(wrong)
        return Elicitation(path, problems=tuple(problems), readable=False)
    for found in (*_repeated(kept, path, front), *_wrong(front)):
        tell(found)
    written, spec_id, line = "", "", 1
    try:
        if slot := slot_in(kept, front):
            written, line = kept.text[slot.start : slot.end], kept.place(path, slot.key_start).line
            spec_id = demanded_id(slot.value, slot.start)
    except Malformed as wrong:
        tell(wrong)
    ready, blocking = front.key(READY), front.key(BLOCKING)
    return Elicitation(
        path,
        spec_id,
        written,
        ready is not None and _truth(ready.node) is True,
        _entries(kept, front, blocking),
        blocking is not None,
        line,
        tuple(sorted(problems, key=lambda problem: problem.place)),
        "" if ready is None else {True: "true", False: "false", None: "?"}[_truth(ready.node)],
    )


def demanded_id(value: str, offset: int) -> str:
    """The ID that a value is, "" for a placeholder; raises Malformed for what is neither."""
    spec_id = spec_id_of(value)
    if spec_id is None:
        words = f"{KEY} is {shortened(value)!r}, neither a UUID nor a placeholder such as <spec-id>"
        raise Malformed(words, "put the UUID that was allocated there, or leave it to `muster allocate`", offset)
    return spec_id


def _repeated(kept: KeptText, path: str, front: Front) -> Iterator[Malformed]:
    """The keys that stand more than once, each told where it stands again first."""
    first: dict[str, Key] = {}
    told = set()
    for key in front.keys:
        name = key.name
        before = first.setdefault(name, key)
        if name and before is not key and name not in told:
            told.add(name)
            line = kept.place(path, before.start).line
            yield Malformed(f"{shortened(name)!r} stands twice, first in line {line}", "keep one of them", key.start)


def _wrong(front: Front) -> Iterator[Malformed]:
    ready, blocking = front.key(READY), front.key(BLOCKING)
    if ready is not None and _truth(ready.node) is None:
        yield Malformed(
            f"{READY} is {_shown(ready.node)}, and neither true nor false", "write true or false", ready.start
        )
    if blocking is not None and blocking.node.id != "sequence":
        words = f"{BLOCKING} is {_shown(blocking.node)}, and no list"
        yield Malformed(words, "write `[]` for none, else each unknown behind `- `", blocking.start)


def _shown(node: Any) -> str:
    if node.id != "scalar":
        return "a list" if node.id == "sequence" else "a mapping"
    return repr(shortened(node.value)) if node.value else "empty"


def _truth(node: Any) -> bool | None:
    """What a value says under each version of YAML: `yes` is a text in some, `"true"` in all."""
    if node.id != "scalar" or not node.tag.endswith(":bool"):
        return None
    return {"true": True, "false": False}.get(node.value.lower())


def _entries(kept: KeptText, front: Front, key: Key | None) -> tuple[str, ...]:
    """The entries of a list as they stand there, an empty one told as such."""
    if key is None or key.node.id != "sequence":
        return ()
    found = []
    for node in key.node.value:
        if node.id == "scalar":
            text = node.value
        else:
            text = kept.text[front.start + node.start_mark.index : front.start + node.end_mark.index]
        found.append(" ".join(text.split()) or "(an empty entry)")
    return tuple(found)
