"""New chains, and new turns of one: which may follow, what is known of it, and the file written where none is.

implements: MU-CHAIN-7002
"""

from __future__ import annotations

import os
import re
from posixpath import basename, dirname, normpath, relpath
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.chain_files import read_turns
from muster.chains.draft import Draft
from muster.chains.due import PRIME, Due, What, due_in
from muster.chains.labels import Step, label_in
from muster.chains.machine import State
from muster.chains.order import walk_of
from muster.chains.templates import turn_text
from muster.chains.trial import is_binding
from muster.chains.turn import Kind
from muster.refining import Refusal, refusal
from muster.store import files
from muster.text.globs import any_matches
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from muster.chains.turn import Turn
    from muster.model import Chain, Project
    from muster.workspace import Workspace

_NAME = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_FOREIGN = re.compile(r"[^a-z0-9]+")
_NUMBER = re.compile(r"[0-9]+")
_UNCERTAINTY = re.compile(r"U([0-9]{1,9})")
ENDED = (State.CLOSED, State.ABANDONED)


class Planned(Struct, frozen=True):
    """A turn that can be written."""

    path: str
    text: str
    due: Due


def is_open(chain: Chain) -> bool:
    """Whether a chain goes on."""
    return chain.state not in ENDED


def chain_meant(text: str, project: Project) -> Chain | Refusal:
    """The chain of this name, or of which it is a unique part; "" for the only one that is open."""
    if not project.chains:
        return refusal([("there is no chain yet", "`muster chain new retry` begins one")])
    if not text:
        going = [chain for chain in project.chains if is_open(chain)]
        if len(going) == 1:
            return going[0]
        words = "several chains are open" if going else "no chain is open"
        remedy = (
            f"name one: {_names(going)}" if going else "name a closed one, or begin another with `muster chain new`"
        )
        return refusal([(words, remedy)])
    wanted = text.strip("/")
    exact = [chain for chain in project.chains if wanted in (chain.name, chain.path)]
    near = exact or [chain for chain in project.chains if wanted.casefold() in chain.path.casefold()]
    if len(near) == 1:
        return near[0]
    if near:
        return refusal([(f"{shortened(text)!r} is part of several names", f"name one: {_names(near)}")])
    return refusal([(f"there is no chain {shortened(text)!r}", f"name one: {_names(project.chains)}")])


def _names(chains: Sequence[Chain], most: int = 5) -> str:
    """The names of chains, as a message lists them; the path where two have one name."""
    all_names = [chain.name for chain in chains]
    shown = [chain.path if all_names.count(chain.name) > 1 else chain.name for chain in chains[:most]]
    return ", ".join([*map(shortened, shown), *(["..."] if len(chains) > most else [])])


def new_chain(workspace: Workspace, project: Project, name: str, draft: Draft) -> Planned | Refusal:
    """The onboarding task of a new chain; `draft` says its title and its IDs."""
    settings = project.settings.chains
    if _NAME.fullmatch(name) is None:
        near = _FOREIGN.sub("-", name.casefold()).strip("-")
        words = f"{shortened(name)!r} is no name for a chain"
        return refusal([(words, f"use small letters, digits and dashes: {near[:60] or 'retry'}")])
    parent = settings.folder.strip("/") or "."
    folder = normpath(f"{parent}/{_next_number(workspace, project, parent):03}-{name}")
    path = f"{folder}/001-onboarding.md"
    if not any_matches(path, settings.include):
        words = f"{shortened(path)} would not be read: no glob of `chains.include` takes it"
        return refusal([(words, "let `chains.folder` and `chains.include` agree")])
    documents = tuple((name, _way(folder, _document(name, workspace, project))) for name in settings.documents)
    full = Draft(What.ONBOARDING, "0", draft.title, draft.trace_id, draft.spec_id, documents)
    return Planned(path, turn_text(full, settings), Due(What.ONBOARDING, "0", "onboarding task"))


def absent_documents(workspace: Workspace, project: Project) -> tuple[str, ...]:
    """The documents that an onboarding task has to name and the project does not have, or has in several places."""
    return tuple(name for name in project.settings.chains.documents if not _document(name, workspace, project))


def _next_number(workspace: Workspace, project: Project, parent: str) -> int:
    """The number behind all that folders beside a new chain begin with."""
    start = "" if parent == "." else f"{parent}/"
    told = {path[len(start) :].partition("/")[0] for path in workspace.inputs.paths if path.startswith(start)}
    told |= {chain.name for chain in project.chains if (dirname(chain.path) or ".") == parent}
    return max((int(match[0][:9]) for name in told if (match := _NUMBER.match(name))), default=0) + 1


def _document(name: str, workspace: Workspace, project: Project) -> str:
    """Where a required document stands; "" where nobody can tell."""
    others = [one for one in project.settings.chains.documents if one != name]
    paths = workspace.inputs.paths
    if name in paths:
        return name
    found = [
        path
        for path in paths
        if path.endswith(f"/{name}") and not any(path == one or path.endswith(f"/{one}") for one in others)
    ]
    return found[0] if len(found) == 1 else ""


def _way(folder: str, path: str) -> str:
    """A path of the project as a link from a folder."""
    return relpath(path, folder) if path else ""


def _reads_only(label: str) -> bool:
    known = label_in(label)
    return known is not None and known.is_read_only


def turns_of(workspace: Workspace, chain: Chain) -> list[Turn]:
    """The turns of a chain, read."""
    paths = [turn.path for turn in chain.turns]
    return read_turns(paths, workspace.settings.chains, workspace.inputs, workspace.cache)[0]


def dues_of(chain: Chain, turns: Sequence[Turn], project: Project) -> tuple[Due, ...]:
    """The turns that may follow in a chain."""
    before = project.chains[: project.chains.index(chain)]
    progress = walk_of(turns, project.settings.chains, binding=is_binding(before)).progress
    return due_in(progress, project.settings.chains, [turn.label for turn in turns if turn.kind is Kind.PROMPT])


def chosen(dues: Sequence[Due], what: What | None, label: str | None) -> tuple[Due, ...]:
    """Those of the turns that may follow which somebody means; without a word, those that lead on."""
    if what is None and label is None:
        return tuple(due for due in dues if not due.aside) or tuple(due for due in dues if not due.named_only)
    return tuple(
        due
        for due in dues
        if what in (None, due.what) and (not due.named_only if label is None else _bare(due.label) == _bare(label))
    )


def _bare(label: str) -> str:
    return " ".join(label.split()).rstrip(f"{PRIME}\N{PRIME}").casefold()


def next_turn(workspace: Workspace, chain: Chain, turns: Sequence[Turn], due: Due) -> Planned:
    """The turn, with all that earlier ones settle of it, behind every number that a file of the folder has."""
    settings = workspace.settings.chains
    beside = (path for path in workspace.inputs.paths if dirname(path) == chain.path)
    numbers = [int(match[0][:9]) for path in beside if (match := _NUMBER.match(basename(path)))]
    allowed, prohibited = _scope(due, turns)
    open_ones, declared = _uncertainties(turns)
    draft = Draft(
        due.what,
        due.label,
        title=chain.title or chain.name if due.what is What.ONBOARDING else "",
        protocol=_way(chain.path, settings.protocol) or _protocol_linked(turns),
        conditions=conditions_for(due, chain),
        allowed=allowed,
        prohibited=prohibited,
        uncertainties=open_ones,
        declared=declared,
    )
    name = f"{max(numbers, default=0) + 1:03}-{_file_words(due)}.md"
    return Planned(f"{chain.path}/{name}", turn_text(draft, settings), due)


def _protocol_linked(turns: Sequence[Turn]) -> str:
    """The link to the protocol that the prompts of a chain have; "" before the first."""
    prompts = [turn.prompt for turn in turns if turn.prompt]
    named = [(entry.line, prompt) for prompt in prompts for entry in prompt.further if entry.key == "PROTOCOL"]
    return next((link.text for line, prompt in named for link in prompt.links if link.line == line), "")


def conditions_for(due: Due, chain: Chain) -> tuple[str, ...]:
    """The conditions under which the last gate let the chain go on, as long as no prompt has repeated them."""
    if due.what is not What.PROMPT:
        return ()
    for turn in reversed(chain.turns):
        if turn.kind == "prompt" and not _reads_only(turn.label):
            return ()
        if turn.kind == "gate" and turn.about == "skeptic":
            return next((gate.conditions for gate in chain.gates if gate.path == turn.path), ())
    return ()


def _scope(due: Due, turns: Sequence[Turn]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a sub-iteration may touch, and N+1 that is given again: what the step before it might."""
    label = label_in(due.label)
    if due.what is not What.PROMPT or label is None or not (label.is_sub_iteration or label.step is Step.FINAL):
        return (), ()
    for turn in reversed(turns):
        before = label_in(turn.label)
        if turn.prompt and turn.prompt.scope and before and (before.step, before.number) == (label.step, label.number):
            scope = turn.prompt.scope
            return tuple(one.text for one in scope.allowed), tuple(one.text for one in scope.prohibited)
    return (), ()


def _uncertainties(turns: Sequence[Turn]) -> tuple[tuple[str, ...], int]:
    """The uncertainties that no exploration took up, and the highest number that one has."""
    declared = [one.name for turn in turns if turn.response for one in turn.response.uncertainties if one.name]
    taken = " ".join(
        entry.text for turn in turns if turn.prompt for entry in turn.prompt.further if entry.key == "UNCERTAINTY"
    )
    words = set(re.findall(r"\w+", taken))
    numbers = [int(match[1]) for name in declared if (match := _UNCERTAINTY.fullmatch(name))]
    return tuple(name for name in dict.fromkeys(declared) if name not in words), max(numbers, default=0)


def _file_words(due: Due) -> str:
    """`prompt-1a`, `skeptic-gate-n+1`, `decision-phase-0`."""
    if due.what in (What.ONBOARDING, What.CLOSURE, What.RETROSPECTIVE):
        return due.what.value
    kind = "prompt" if due.what in (What.EXPLORATION, What.SPIKE) else due.what.value
    if kind.endswith("-decision"):
        kind = f"decision-{kind.removesuffix('-decision')}"
    return f"{kind}-{due.label.rstrip(PRIME).casefold().replace(' ', '-')}"


def write_turn(root: Path, planned: Planned) -> Refusal | None:
    """Write a turn under the lock, unless its number was taken meanwhile."""
    with files.lock(root):
        taken = _taken(root, planned)
        if taken:
            return refusal([(f"{shortened(taken)} is there already", "no file is replaced: run it again")])
        files.write(root, planned.path, planned.text.encode())
    return None


def _taken(root: Path, planned: Planned) -> str:
    """What stands where a turn, or the folder of a new chain, is to stand: the same number is enough."""
    folder = dirname(planned.path)
    if planned.due.what is What.ONBOARDING and not os.path.lexists(root / folder):
        return _same_number(root, folder)
    return _same_number(root, planned.path)


def _same_number(root: Path, path: str) -> str:
    """A sibling of a path whose name begins with the same number."""
    number = int(basename(path).partition("-")[0])
    folder = dirname(path)
    try:
        names = sorted(path.name for path in (root / folder).iterdir())
    except FileNotFoundError:
        return ""
    same = (name for name in names if (match := _NUMBER.match(name)) and int(match[0]) == number)
    return next((f"{folder}/{name}" for name in same), "")
