"""What a prompt has to say, and what it may not hold.

implements: MU-CHAIN-7013, MU-CHAIN-7014, MU-CHAIN-7016, MU-CHAIN-7021, MU-CHAIN-7032, MU-CHAIN-7033
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Set as AbstractSet  # noqa: TC003 -- msgspec reads the types of fields
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

from muster.chains.finding import problem_at
from muster.chains.header_checks import header_problems
from muster.chains.labels import Step, is_phase_of
from muster.chains.scope import widened
from muster.chains.turn import FURTHER, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muster.chains.rounds import Round
    from muster.chains.turn import Entry, Prompt, Scope, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings

WORK = (Work.DIFF, Work.EDIT, Work.QA)  # what governance never does
_SPAN = re.compile(r"`([^`]+)`")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")


class Before(Struct, frozen=True):
    """What the turns before a prompt ask of it."""

    folder: str
    protocol: str = ""  # the document that the first prompt links
    parent: Scope | None = None  # the scope of the prompt that a sub-iteration goes on with
    conditions: tuple[str, ...] = ()  # of the last skeptic gate
    uncertainties: AbstractSet[str] = frozenset()  # that were declared
    unanswered: bool = False  # a prompt of phase 0 has no response, which might declare more
    scopes: AbstractSet[str] = frozenset()  # of the prompts of phase 0


def prompt_problems(
    turn: Turn, one: Round, before: Before, settings: ChainSettings, is_there: Callable[[str], bool]
) -> Iterator[Problem]:
    """All that is wrong with a prompt; with its header alone, where that is broken."""
    prompt = turn.prompt
    if prompt is None:
        return
    broken = list(header_problems(turn, prompt, one.name, settings))
    if broken:
        yield from broken
        return
    yield from _phase(turn, prompt, one)
    yield from _block(turn, prompt, one)
    yield from _protocol(turn, prompt, one, before, settings, is_there)
    if one.label.step is Step.EXPLORATION:
        yield from _exploration(turn, prompt, one, before)
    if not one.label.is_read_only:
        yield from _scope(turn, prompt, one, before)
        yield from _conditions(turn, prompt, one, before)


def has_header(turn: Turn | None, settings: ChainSettings) -> bool:
    """Whether a prompt can be judged by: its header is whole."""
    if turn is None or turn.prompt is None:
        return False
    return not any(header_problems(turn, turn.prompt, "", settings))


def _phase(turn: Turn, prompt: Prompt, one: Round) -> Iterator[Problem]:
    entry = header_field(prompt, "PHASE")
    if entry and not is_phase_of(entry.text, one.label):
        message = f"the PHASE of {one.name} is {entry.value!r}: that is another step"
        yield problem_at(turn, entry.line, "CHN005", message, "write the phase that the label belongs to")


def _block(turn: Turn, prompt: Prompt, one: Round) -> Iterator[Problem]:
    """Text outside the block or outside the template; of a diff or the like another rule speaks."""
    if not any(trace.work in WORK for trace in turn.work):
        if not prompt.line:
            message = f"{one.name} is not one block that can be copied"
            yield problem_at(turn, min(prompt.outside, default=1), "CHN008", message, "put all of it into one fence")
        elif prompt.outside:
            message = f"text stands outside the block of {one.name}"
            yield problem_at(
                turn, prompt.outside[0], "CHN008", message, "say it in a field of the block, or take it out"
            )
        if len(prompt.blocks) > 1:
            line = next((line for line in prompt.blocks if line != prompt.line), prompt.line)
            message = f"{one.name} has {len(prompt.blocks)} blocks"
            yield problem_at(turn, line, "CHN008", message, "give it one block, which can be copied")
        for stray in prompt.strays[:1]:
            message = f"{stray.text.strip()!r} belongs to no field of {one.name}"
            yield problem_at(
                turn, stray.line, "CHN008", message, f"the fields below the header are {', '.join(FURTHER)}"
            )
    seen: set[str] = set()
    for entry in prompt.further:
        if entry.key not in FURTHER or entry.key in seen:
            why = "twice" if entry.key in seen else "and no prompt has such a field"
            message = f"{one.name} has the field {entry.key} {why}"
            yield problem_at(
                turn, entry.line, "CHN008", message, f"the fields below the header are {', '.join(FURTHER)}"
            )
        seen.add(entry.key)
    purpose = further_field(prompt, "PURPOSE")
    renamed = purpose is None and bool(prompt.strays)  # which is a finding already
    if not renamed and (purpose is None or not purpose.text.strip()):
        line = purpose.line if purpose else prompt.line
        message = f"{one.name} does not state its purpose"
        yield problem_at(turn, line, "CHN008", message, "add `PURPOSE:` with its one concern below the header")


def protocol_of(prompt: Prompt, folder: str, settings: ChainSettings, is_there: Callable[[str], bool]) -> str:
    """The document that a prompt links as its protocol; "" where none of its links leads to one."""
    entry = further_field(prompt, "PROTOCOL")
    links = prompt.links
    if entry is not None:
        last = max((item.line for item in entry.items), default=entry.line)
        links = tuple(link for link in links if entry.line <= link.line <= last)
    for link in links:
        for path in _targets(link.text, folder):
            named = not settings.protocol or path == settings.protocol or path.endswith(f"/{settings.protocol}")
            if named and is_there(path):
                return path
    return ""


def _targets(target: str, folder: str) -> Iterator[str]:
    """The paths that a target may stand for: seen from the folder of the chain, and from the root."""
    bare = unquote(target.partition("#")[0].partition("?")[0])
    if not bare or _SCHEME.match(bare) or not posixpath.splitext(bare)[1]:
        return
    found = dict.fromkeys(
        posixpath.normpath(path).lstrip("/") for path in (posixpath.join(folder, bare.lstrip("/")), bare)
    )
    yield from (path for path in found if not path.startswith("../"))


def _protocol(
    turn: Turn,
    prompt: Prompt,
    one: Round,
    before: Before,
    settings: ChainSettings,
    is_there: Callable[[str], bool],
) -> Iterator[Problem]:
    entry = further_field(prompt, "PROTOCOL")
    line = entry.line if entry else prompt.line
    found = protocol_of(prompt, before.folder, settings, is_there)
    wanted = settings.protocol or before.protocol or "the protocol document"
    if not found:
        said = next((link.text for link in prompt.links if entry is None or link.line == line), "")
        message = (
            f"{one.name} links {said!r}, and that is not {wanted}" if said else f"{one.name} does not link {wanted}"
        )
        if said and not settings.protocol:
            message = f"{one.name} links {said!r}, where no document is"
        yield problem_at(
            turn, line, "CHN006", message, "add `PROTOCOL: [protocol](../../path/of/it.md)` below the header"
        )
    elif before.protocol and found != before.protocol:
        message = f"{one.name} links {found}, and the chain is governed by {before.protocol}"
        yield problem_at(turn, line, "CHN006", message, f"link {before.protocol}")


def _exploration(turn: Turn, prompt: Prompt, one: Round, before: Before) -> Iterator[Problem]:
    entry = further_field(prompt, "UNCERTAINTY")
    named = [word for word in re.split(r"[\s,;]+", entry.text) if word] if entry else []
    declared = [word.strip(".:`()*") for word in named]
    if entry is None or not declared:
        message = f"{one.name} names no uncertainty that it is to close"
        line = entry.line if entry else prompt.line
        yield problem_at(turn, line, "CHN010", message, f"add `UNCERTAINTY:` with {_known(before)}")
    elif not before.unanswered and not before.uncertainties & set(declared):
        message = f"no earlier turn declared the uncertainty {entry.text.strip()!r} of {one.name}"
        yield problem_at(turn, entry.line, "CHN010", message, f"name {_known(before)}")
    scope = prompt.scope
    if scope is not None and scope_words(scope) and scope_words(scope) in before.scopes:
        message = f"{one.name} has the SCOPE of an earlier prompt"
        yield problem_at(turn, scope.line, "CHN010", message, "ask what no prompt has asked, or take the prompt out")


def _known(before: Before) -> str:
    """The uncertainties from which a prompt may choose."""
    return f"one that was declared: {', '.join(sorted(before.uncertainties)) or 'none was'}"


def scope_words(scope: Scope) -> str:
    """The words of a scope, in which two are compared."""
    return " ".join(re.findall(r"\w+", scope.text.casefold()))


def _scope(turn: Turn, prompt: Prompt, one: Round, before: Before) -> Iterator[Problem]:
    scope = prompt.scope
    if scope is None:
        return
    lacks = [word for word, there in (("allowed", scope.allows), ("prohibited", scope.forbids)) if not there]
    if lacks:
        message = f"the SCOPE of {one.name} does not list the {' and the '.join(lacks)} files"
        yield problem_at(
            turn, scope.line, "CHN015", message, "write `Allowed: src/a.py, docs/**` and `Prohibited: none`"
        )
    elif before.parent is not None and before.parent.allows:
        for glob in widened(scope, before.parent):
            message = f"{one.name} widens the SCOPE of the prompt that it goes on with: {glob.text}"
            yield problem_at(turn, glob.line, "CHN015", message, "keep within it, or begin a prompt with a new number")


def _conditions(turn: Turn, prompt: Prompt, one: Round, before: Before) -> Iterator[Problem]:
    entry = header_field(prompt, "CONSTRAINTS")
    said = _plain(entry.text) if entry else ""
    for condition in before.conditions:
        if _plain(condition) not in said:
            message = (
                f"the CONSTRAINTS of {one.name} do not repeat the condition {condition!r} of the last skeptic gate"
            )
            line = entry.line if entry else prompt.line
            yield problem_at(turn, line, "CHN017", message, "write the condition into CONSTRAINTS as the gate has it")


def _plain(text: str) -> str:
    """A text in which line breaks, case and the full stop behind make no difference."""
    return " ".join(text.casefold().split()).rstrip(" .;")


def header_field(prompt: Prompt, key: str) -> Entry | None:
    """A field of the header."""
    return next((entry for entry in prompt.header if entry.key == key), None)


def further_field(prompt: Prompt, key: str) -> Entry | None:
    """A field below the header."""
    return next((entry for entry in prompt.further if entry.key == key), None)


def commands_of(prompt: Prompt | None) -> Sequence[str]:
    """The commands that a read-only prompt allows."""
    entry = further_field(prompt, "COMMANDS") if prompt else None
    told = [entry.value, *(item.text for item in entry.items)] if entry else []
    return [bare_command(one) for text in told if text.strip() for one in _spans_of(text) or (text,)]


def _spans_of(text: str) -> Sequence[str]:
    """The code spans that a line consists of, with commas or the like between them."""
    spans = _SPAN.findall(text)
    return spans if spans and not _SPAN.sub("", text).strip(" \t,;") else ()


def bare_command(text: str) -> str:
    """A command without the marks around it."""
    return " ".join(text.strip().strip("`").removeprefix("$ ").split())
