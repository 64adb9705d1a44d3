"""Which specs are allocated, gathered from the elicitation records and from what names them.

implements: MU-ALLOC-4003, MU-ALLOC-4022
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from muster.identity import blob_id
from muster.model import Place, Problem, Tie
from muster.packets.packet import is_placeholder
from muster.readings import readings
from muster.records import rule_version
from muster.specs import requirement_file
from muster.specs.derived import file_of, owners_of
from muster.specs.discovery import is_left_out, side_path
from muster.text.globs import paths_matching, union_of
from muster.text.utf8 import encodable
from muster.trace.ratchet import NAME as RATCHET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.allocation.records import Held, Tied
    from muster.inputs import Inputs
    from muster.model import Finding, Project
    from muster.settings import Settings
    from muster.store.cache import Cache


def with_allocations(
    project: Project, markdown: Iterable[str], inputs: Inputs, cache: Cache | None, firsts: Mapping[str, str]
) -> Project:
    """The project with its records, and with the identity of each path that belongs to an allocated spec.

    `markdown` are the paths of all Markdown files, of which some are records and planning artifacts. A turn of a chain
    belongs where the first does: `firsts` says which that is.
    """
    settings = project.settings.allocation
    records, planning = _chosen(markdown, project.settings)
    said = any(document.tie != Tie() for document in project.documents)
    if not (records or planning or said or settings.specs):
        return project
    from muster.allocation.records import joined

    held, contracts = _records(records, inputs, cache)
    tied = _tied(project, [path for path in planning if path not in held and path not in firsts], inputs, cache)
    found = joined(held, contracts, tied, inputs.twins)
    turns = {path: found.spec_ids[first] for path, first in firsts.items() if first in found.spec_ids}
    return msgspec.structs.replace(
        project,
        allocations=found.allocations,
        spec_ids={**turns, **found.spec_ids, **_requirement_files(project, found.spec_ids)},
        problems=(*project.problems, *_not_followed(inputs, project.settings), *found.problems),
    )


def _chosen(paths: Iterable[str], settings: Settings) -> tuple[list[str], list[str]]:
    """The paths that can be records, and those of planning artifacts."""
    allocation = settings.allocation
    either = paths_matching(paths, allocation.records + allocation.planning)
    found = [path for path in either if not is_left_out(path, settings)]
    records, planning = union_of(allocation.records), union_of(allocation.planning)
    return [path for path in found if records.fullmatch(path)], [path for path in found if planning.fullmatch(path)]


def _records(
    paths: Sequence[str], inputs: Inputs, cache: Cache | None
) -> tuple[dict[str, Held], dict[str, tuple[str, Held]]]:
    """What the records hold, and the contract beside each with what that holds."""
    if not paths:
        return {}, {}
    from muster.allocation.records import Held, contract_held, record_in
    from muster.allocation.spec_ids import contract_beside

    read, unread = readings("record", paths, record_in, Held | None, inputs, cache)
    records = {path: held for path, held in read.items() if held is not None}
    records |= {path: Held(problems=(_unread(path, why),)) for path, why in unread.items()}
    contracts = {}
    for path in records:
        beside = contract_beside(path)
        contracts[path] = inputs.twins.get(beside, beside)
    wanted = sorted(path for path in set(contracts.values()) if path in inputs.paths)
    held, unread = readings("contract", wanted, contract_held, Held, inputs, cache)
    unread |= {path: inputs.unread[path] for path in contracts.values() if path in inputs.unread}
    held |= {path: Held(problems=(_unread(path, why),)) for path, why in unread.items()}
    return records, {path: (one, held[one]) for path, one in contracts.items() if one in held}


def _unread(path: str, why: str) -> Problem:
    words = encodable(f"{path} cannot be read: {why}")
    return Problem("ALO003", Place(encodable(path)), words, "put an ordinary file there")


def _tied(project: Project, planning: Sequence[str], inputs: Inputs, cache: Cache | None) -> list[Tied]:
    """What can be tied to a record, and what it says of that."""
    from muster.allocation.records import Tied, marked_ready, tied_by

    settings = project.settings.allocation
    artifacts = set(planning)
    found = []
    for document in project.documents:
        tie, given = tied_by(settings, document.path, document.tie)
        is_ready = document.is_spec and marked_ready(settings, document.status)
        status = document.status if is_ready else ""
        found.append(Tied(document.path, tie, document.path in artifacts, status, given))
    others = sorted(artifacts - {document.path for document in project.documents})
    for path, own in ties_of(others, inputs, cache).items():
        tie, given = tied_by(settings, path, own)
        found.append(Tied(path, tie, planning=True, given=given))
    return found


def ties_of(paths: Sequence[str], inputs: Inputs, cache: Cache | None) -> dict[str, Tie]:
    """What these files say of their identity; one that cannot be read is a finding as a page."""
    return readings("tie", paths, _tie_in, Tie, inputs, cache)[0]


def _tie_in(data: bytes, _path: str) -> Tie:
    from muster.specs.ties import tie_in  # it reads YAML, and a warm check reads none

    text = data.decode("utf-8", "replace")
    tie = tie_in(text)
    if tie != Tie() or "TECHNICAL_REFINEMENT" not in text:
        return tie
    from muster.packets.reading import packet_in

    packet = packet_in(text)  # a packet may say it among its own fields
    field = packet.field("SPEC_ID") if packet else None
    return Tie(spec_id=field.value, spec_id_line=field.line) if field and not is_placeholder(field.value) else tie


def may_allocate(markdown: Iterable[str], settings: Settings) -> bool:
    """Whether there is anything by which a spec could have an identity."""
    return bool(settings.allocation.specs or _chosen(markdown, settings)[0])


def _not_followed(inputs: Inputs, settings: Settings) -> list[Problem]:
    """Links where a record is due and nothing is read."""
    links = {path: f"is a link to {target}, which is no record" for path, target in inputs.twins.items()}
    links |= {path: f"is not read: {why}" for path, why in inputs.unread.items()}
    paths, _ = _chosen([path for path in links if path.endswith(".md")], settings)
    targets, _ = _chosen([inputs.twins[path] for path in paths if path in inputs.twins], settings)
    return [
        Problem("ALO003", Place(encodable(path)), encodable(f"{path} {links[path]}"), "put the record itself there")
        for path in sorted(paths)
        if inputs.twins.get(path) not in targets
    ]


def _requirement_files(project: Project, spec_ids: Mapping[str, str]) -> dict[str, str]:
    """The identity of the requirement files that allocated specs give."""
    if not spec_ids:
        return {}
    owners = owners_of(project.documents)
    return {
        file_of(package, project.settings): spec_ids[document.path]
        for package, document in owners.items()
        if document.path in spec_ids
    }


def allocated_files(project: Project, identities: Mapping[str, str], cache: Cache | None) -> dict[str, str]:
    """By spec, the content ID of each requirement file that bears an identity.

    It is kept under the content ID that the file has without one.
    """
    specs = {document.path: document for document in project.documents if document.requirements}
    keys = {
        path: f"{rule_version()}:allocated:{identities[path]}:{spec_id}"
        for path, spec_id in project.spec_ids.items()
        if path in specs
    }
    known = cache.get_many(list(keys.values())) if cache and keys else {}
    found = {path: known[key].decode() for path, key in keys.items() if key in known}
    fresh = {
        path: blob_id(requirement_file.rendered(specs[path], project.spec_ids[path]).encode("utf-8"))
        for path in keys
        if path not in found
    }
    if cache and fresh:
        cache.put_many({keys[path]: identity.encode() for path, identity in fresh.items()})
    return found | fresh


def with_spec_ids(findings: tuple[Finding, ...], project: Project) -> tuple[Finding, ...]:
    """The findings, each with the identity of the spec that it is of: whose file it is in, or that is cited there."""
    ids = project.spec_ids
    if not ids:
        return findings
    cited = _cited(project) if any(finding.place.path not in ids for finding in findings) else {}
    found = []
    for finding in findings:
        spec_id = ids.get(finding.place.path) or (cited.get(finding.place, "") if finding.code[:3] == "TRC" else "")
        found.append(msgspec.structs.replace(finding, spec_id=spec_id) if spec_id else finding)
    return tuple(found)


def _cited(project: Project) -> dict[Place, str]:
    """The identity of the spec that each citation, and each line of the ratchet, is about."""
    trace = project.trace
    owners: dict[str, str] = {}
    for document in project.documents:
        spec_id = project.spec_ids.get(document.path, "")
        for requirement in document.requirements:
            owners.setdefault(requirement.id.text, spec_id)
    places = {one.place: owners.get(one.id, "") for one in trace.citations}
    places |= {proof.place: owners.get(proof.requirement, "") for proof in trace.evidence}
    ratchet = side_path(RATCHET, project.settings)
    return places | {Place(ratchet, line): owners.get(name, "") for name, line in trace.floor_lines.items()}
