"""One repository of a portfolio, read by its own settings: what a worker does, in this process or in another.

implements: MU-FOLIO-9501
"""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from muster import __version__
from muster.model import Severity
from muster.portfolio.foreign import named_in
from muster.portfolio.values import (
    MOST_FINDINGS,
    Named,
    Order,
    ReadFinding,
    Reading,
    ReadRequirement,
    State,
)
from muster.records import rule_version
from muster.settings import InvalidSettings
from muster.specs.requirement_file import distinct
from muster.text.utf8 import encodable
from muster.text.words import counted
from muster.workspace import NoProject, open_workspace

if TYPE_CHECKING:
    from muster.model import Outcome, Requirement
    from muster.workspace import Workspace

_encode = msgspec.json.Encoder().encode
_order = msgspec.json.Decoder(Order).decode
_decode_named = msgspec.msgpack.Decoder(tuple[Named, ...]).decode
_LONGEST_TITLE = 160
_LOOK = 1  # raised where `portfolio/foreign.py` finds something else in the same file
NO_FOLDER = "there is no folder at its path"


class OtherVersion(RuntimeError):
    """The worker runs another Muster than who asks it."""


def repository_read(order: bytes) -> bytes:
    """Read a repository: an `Order` as JSON, and a `Reading` as JSON. Whatever is wrong with it becomes words."""
    asked = _order(order)
    if asked.version != __version__:
        raise OtherVersion(f"the worker runs Muster {__version__}, and this is {asked.version}")
    try:
        reading = _read(asked)
    except NoProject:
        reading = Reading(asked.name, State.ABSENT, NO_FOLDER)
    except InvalidSettings as error:
        told = counted(len(error.problems), "mistake")
        reading = Reading(asked.name, State.BROKEN, encodable(f"its settings have {told}: {'; '.join(_lines(error))}"))
    except OSError as error:
        why = f"it cannot be read: {(error.strerror or type(error).__name__).lower()}"
        reading = Reading(asked.name, State.BROKEN, why, encodable(str(error)))
    except Exception as error:  # noqa: BLE001 -- one repository must not take the others with it
        words = f"Muster failed on it ({type(error).__name__}); `muster check` there tells more"
        reading = Reading(asked.name, State.BROKEN, words, encodable(str(error)))
    return _encode(reading)


def _lines(error: InvalidSettings) -> list[str]:
    return [" ".join(line.split()) for line in str(error).splitlines()]


def _read(asked: Order) -> Reading:
    workspace = open_workspace(Path(asked.folder), use_cache=asked.cache)
    outcome = workspace.run(workers=1, today=asked.today)
    project = outcome.project
    specs = [document for document in project.specs if document.requirements]
    statuses = project.trace.statuses
    seen: set[str] = set()
    requirements = []
    for number, document in enumerate(specs):
        for one in distinct(document):
            if one.id.text not in seen:
                seen.add(one.id.text)
                requirements.append(
                    ReadRequirement(encodable(one.id.text), _title(one), one.level, statuses[one.id.text], number)
                )
    return Reading(
        asked.name,
        problem="" if project.specs else "no spec is found in it",
        detail=encodable(workspace.inputs.warning),
        grammar=project.settings.requirements.id,
        passes=not outcome.fails(project.settings.fail_on),
        specs=tuple((encodable(one.path), encodable(one.title or one.package)) for one in specs),
        requirements=tuple(requirements),
        retired=tuple(encodable(one.id) for one in project.retired),
        severities={
            severity: number
            for severity in Severity
            if (number := sum(one.severity is severity for one in outcome.findings))
        },
        rules=_rules(outcome),
        findings=_gravest(outcome),
        named=_named(workspace, outcome, asked),
    )


def _title(requirement: Requirement) -> str:
    title = encodable(" ".join(requirement.title.split()))
    return title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 4].rsplit(' ', 1)[0]} ..."


def _rules(outcome: Outcome) -> dict[str, int]:
    codes = Counter(one.code for one in outcome.findings)
    return {code: codes[code] for code in sorted(codes)}


def _gravest(outcome: Outcome) -> tuple[ReadFinding, ...]:
    gravest = sorted(outcome.findings, key=lambda one: (list(Severity).index(one.severity), one.sort_key()))
    return tuple(
        ReadFinding(
            one.code,
            one.severity,
            encodable(one.place.path),
            one.place.line,
            one.place.column,
            encodable(one.message),
        )
        for one in gravest[:MOST_FINDINGS]
    )


def _named(workspace: Workspace, outcome: Outcome, asked: Order) -> tuple[Named, ...]:
    """What its files name of other repositories; where no file changed, as the cache has it."""
    inputs, settings, cache = workspace.inputs, workspace.settings, workspace.cache
    own = _encode((_LOOK, settings.trace, settings.specs.max_bytes, asked.names, asked.name, rule_version()))
    key = f"portfolio:{hashlib.blake2b(own, digest_size=16).hexdigest()}:{inputs.state}"
    held = cache.get_many([key]).get(key) if cache and inputs.state else None
    if held is not None:
        return _decode_named(held)
    made = {file.path for file in outcome.project.derived}
    paths = [path for path in inputs.versions if path not in made]
    found = tuple(named_in(paths, inputs.reader, settings, asked.names, asked.name))
    if cache and inputs.state:
        cache.put_many({key: msgspec.msgpack.encode(found)})
        cache.save()
    return found
