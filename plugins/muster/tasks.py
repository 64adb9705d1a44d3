"""What the settings say of tasks and of the ledger, held against the project: what names nothing, and what is broken.

implements: MU-RULE-2017, MU-RULE-2030, MU-LEDGER-8025, MU-LEDGER-8030
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from muster.model import Place, Problem
from muster.records import rule_version
from muster.rules.base import SETTINGS_FILE
from muster.specs.nearest import Nearest
from muster.text.globs import pattern_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.inputs import Inputs
    from muster.model import Project
    from muster.settings import TaskSettings
    from muster.store.cache import Cache


def with_tasks(project: Project, inputs: Inputs, cache: Cache | None) -> Project:
    """The project with what is wrong with its tasks and with the histories that it keeps."""
    found: list[Problem] = []
    for number, task in enumerate(project.settings.tasks):
        found += _unmatched(number, task, inputs)
        found += _unknown_spec(number, task, project)
    for glob in project.settings.ledger.histories:
        found += _broken(glob, inputs, cache)
    return msgspec.structs.replace(project, problems=(*project.problems, *found)) if found else project


def _unmatched(number: int, task: TaskSettings, inputs: Inputs) -> Iterator[Problem]:
    for glob in task.reads:
        if not _matching(glob, inputs):
            words = f"`tasks[{number}].reads` of {task.slug} has {glob!r}, which no file matches"
            yield Problem("LED001", Place(SETTINGS_FILE), words, "name the files that go in, or leave it out")


def _unknown_spec(number: int, task: TaskSettings, project: Project) -> Iterator[Problem]:
    if not task.spec:
        return
    known = {document.path for document in project.specs} | {one.record for one in project.allocations}
    if task.spec not in known and task.spec.lower() not in project.spec_ids.values():
        words = f"`tasks[{number}].spec` of {task.slug} is {task.spec!r}, which is no spec, no record and no spec_id"
        meant = Nearest(known).to(task.spec)
        remedy = f"did you mean {meant}?" if meant else "name a spec of the project, or its record"
        yield Problem("LED002", Place(SETTINGS_FILE), words, remedy)


def _matching(glob: str, inputs: Inputs) -> list[str]:
    pattern = pattern_of(glob)
    return [path for path in inputs.paths if pattern.fullmatch(path)]


def _broken(glob: str, inputs: Inputs, cache: Cache | None) -> Iterator[Problem]:
    """A history that is kept in the repository, and does not hold; its reading is kept by content."""
    paths = _matching(glob, inputs)
    if not paths:
        yield Problem(
            "LED003",
            Place(SETTINGS_FILE),
            f"`ledger.histories` has {glob!r}, which no file matches",
            "`muster runs export FILE` writes a history",
        )
    for path in sorted(paths):
        version = inputs.versions.get(path)
        key = f"{rule_version()}:history:{version}:{path}"
        held = cache.get_many([key]).get(key) if cache and version else None
        if held is None:
            held = _reason(path, inputs).encode()
            if cache and version:
                cache.put_many({key: held})
        if held:
            remedy = "bring back what was committed, or write it anew: `muster runs export FILE`"
            yield Problem("LED003", Place(path), held.decode(), remedy)


def _reason(path: str, inputs: Inputs) -> str:
    """Why a file is no history that holds; empty where it is one."""
    from muster.ledger.carrying import NoHistory, history_in, stored_chain

    try:
        stored_chain(history_in(inputs.read(path), path))
    except NoHistory as error:
        return str(error)
    except OSError as error:
        return f"{path}: it cannot be read: {error.strerror}"
    return ""
