"""What a model may name and use in one job: the CapabilitySnapshot, `hsk.capability_snapshot@1`, and its table.

implements: MU-PRM-6020
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from msgspec import Struct

from muster.prompts.canonical import sha256_of
from muster.prompts.fields import Fields
from muster.prompts.governance import is_git
from muster.prompts.plain_tree import NoTree, tree_in
from muster.prompts.values import CompileTrouble  # noqa: TC001 -- msgspec reads the types of fields
from muster.text.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: Final = "hsk.capability_snapshot@1"
NO_REGISTRY = "none"  # in place of a version: nobody named a registry, and the pack shows no capabilities
REPOSITORY = "repository"  # the tag of what needs a repository of Git


class Kind(StrEnum):
    """What a capability is."""

    SURFACE = "Surface"
    ENGINE = "Engine"
    RUNTIME = "Runtime"
    INTEGRATION = "Integration"
    MODEL = "Model"
    WORKFLOW = "Workflow"


class RiskClass(StrEnum):
    """What harm the use of a capability can do."""

    LOW = "Low"
    MEDIUM = "Medium"
    HIGH = "High"
    CRITICAL = "Critical"


class Capability(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Something that may be named and used."""

    capability_id: str
    kind: Kind
    risk_class: RiskClass
    tags: tuple[str, ...] = ()


class Tool(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An operation that may be called."""

    tool_id: str
    engine_id: str
    operation: str
    capability_required: str
    schema_ref: str


class Denied(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A capability that the job would need and may not have."""

    capability_id: str
    reason: str


class CapabilitySnapshot(Struct, frozen=True, forbid_unknown_fields=True):
    """What one job may use, and no more; each list by ID."""

    schema_version: Literal["hsk.capability_snapshot@1"]
    spec_id: str
    registry_version: str
    allowed_capabilities: tuple[Capability, ...]
    allowed_tools: tuple[Tool, ...]
    denied_capabilities: tuple[Denied, ...]
    generated_at: str  # ISO 8601 in UTC with `Z`; in no hash

    @property
    def is_silent(self) -> bool:
        """Whether it says nothing of what may be named, as there was no registry to say it."""
        every = (*self.allowed_capabilities, *self.allowed_tools, *self.denied_capabilities)
        return self.registry_version == NO_REGISTRY and not every

    @property
    def sha256(self) -> str:
        """The SHA-256 of what it says: of its canonical JSON without the time at which it was made."""
        return sha256_of({name: value for name, value in msgspec.to_builtins(self).items() if name != "generated_at"})


class SnapshotReading(Struct, frozen=True):
    """A given snapshot, or all that is wrong with it."""

    snapshot: CapabilitySnapshot | None
    troubles: tuple[CompileTrouble, ...]


_TABLES = {
    "allowed_capabilities": Capability.__struct_fields__,
    "allowed_tools": Tool.__struct_fields__,
    "denied_capabilities": Denied.__struct_fields__,
}


def snapshot_in(data: bytes, name: str, version_control: str) -> SnapshotReading:
    """The snapshot that somebody made elsewhere; where there is no Git, one with repository capabilities is wrong.

    Its lists are brought into the order of their IDs.
    """
    try:
        tree = tree_in(data, name)
    except NoTree as error:
        return SnapshotReading(None, (error.trouble,))
    fields = Fields()
    known = CapabilitySnapshot.__struct_fields__
    top = fields.table(tree, "", known, known)
    if top is None:
        return SnapshotReading(None, tuple(fields.troubles))
    version = fields.text(top, "schema_version", "")
    if version and version != SCHEMA:
        fields.wrong("schema_version", f"{version!r} is no schema of a snapshot", f"write {SCHEMA!r}")
    registry, made = (fields.text(top, one, "") for one in ("registry_version", "generated_at"))
    spec_id = fields.text(top, "spec_id", "") if top.get("spec_id") != "" else ""  # a prompt may be about no spec
    capabilities = list(_capabilities(fields, top, version_control))
    allowed = {one.capability_id for one in capabilities}
    tools = list(_tools(fields, top, allowed))
    denied = [
        Denied(fields.identifier(row, "capability_id", where), fields.text(row, "reason", where))
        for where, row in _rows(fields, top, "denied_capabilities", "capability_id")
    ]
    if fields.troubles:
        return SnapshotReading(None, tuple(fields.troubles))
    by_id = (
        tuple(sorted(capabilities, key=lambda one: one.capability_id)),
        tuple(sorted(tools, key=lambda one: one.tool_id)),
        tuple(sorted(denied, key=lambda one: one.capability_id)),
    )
    return SnapshotReading(CapabilitySnapshot(SCHEMA, spec_id, registry, *by_id, made), ())


def _rows(fields: Fields, top: dict[str, Any], name: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    known = _TABLES[name]
    met: set[str] = set()
    for where, value in fields.entries(top, name, ""):
        row = fields.table(value, where, known, [one for one in known if one != "tags"])
        if row is None:
            continue
        identifier = row.get(key)
        if isinstance(identifier, str) and identifier in met:
            fields.wrong(f"{where}.{key}", f"{identifier!r} stands there twice", "keep one")
        elif isinstance(identifier, str):
            met.add(identifier)
        yield where, row


def _capabilities(fields: Fields, top: dict[str, Any], version_control: str) -> Iterator[Capability]:
    for where, row in _rows(fields, top, "allowed_capabilities", "capability_id"):
        identifier = fields.identifier(row, "capability_id", where)
        kind = fields.choice(row, "kind", where, "kind", Kind)
        risk = fields.choice(row, "risk_class", where, "risk class", RiskClass)
        tags = fields.texts(row, "tags", where)
        if REPOSITORY in tags and not is_git(version_control):
            words = f"{identifier!r} needs a repository, and version control is {version_control!r}"
            fields.wrong(f"{where}.tags", words, "leave it out, or say that version control is Git")
        if identifier and kind and risk:
            yield Capability(identifier, kind, risk, tags)


def _tools(fields: Fields, top: dict[str, Any], allowed: set[str]) -> Iterator[Tool]:
    for where, row in _rows(fields, top, "allowed_tools", "tool_id"):
        needed = fields.identifier(row, "capability_required", where)
        if needed and needed not in allowed:
            remedy = fields.guess(needed, allowed) or "allow that, or leave the tool out"
            fields.wrong(f"{where}.capability_required", f"{needed!r} is no allowed capability", remedy)
        yield Tool(
            fields.identifier(row, "tool_id", where),
            fields.identifier(row, "engine_id", where),
            fields.text(row, "operation", where),
            needed,
            fields.text(row, "schema_ref", where),
        )


def table_of(snapshot: CapabilitySnapshot) -> str:
    """The allowed capabilities and tools as one Markdown table, by ID: the value of `CAPABILITY_SNAPSHOT_TABLE`.

    Nothing in it can end a cell, open a comment or stand for a placeholder.
    """
    risks = {one.capability_id: str(one.risk_class) for one in snapshot.allowed_capabilities}
    rows = [
        (one.capability_id, str(one.kind), str(one.risk_class), f"tags: {', '.join(one.tags)}" if one.tags else "")
        for one in snapshot.allowed_capabilities
    ]
    rows += [
        (
            tool.tool_id,
            "Tool",
            risks.get(tool.capability_required, ""),
            f"{tool.operation} of {tool.engine_id}; needs {tool.capability_required}; schema {tool.schema_ref}",
        )
        for tool in snapshot.allowed_tools
    ]
    head = ("| id | kind | risk_class | use |", "| --- | --- | --- | --- |")
    return "\n".join((*head, *(f"| {' | '.join(map(_cell, row))} |" for row in sorted(rows))))


_ESCAPES = str.maketrans({char: f"\\{char}" for char in "\\|{}`<>[]"})


def _cell(text: str) -> str:
    return printable(text, keep=" ").translate(_ESCAPES).strip()


def changes_between(was: CapabilitySnapshot, now: CapabilitySnapshot) -> tuple[str, ...]:
    """What one snapshot says otherwise than another, in words."""
    words = []
    for name in ("spec_id", "registry_version"):
        before, after = getattr(was, name), getattr(now, name)
        if before != after:
            words.append(f"{name} was {before!r} and is {after!r}")
    for what, old, new in (
        ("capability", _by_id(was.allowed_capabilities), _by_id(now.allowed_capabilities)),
        ("tool", _by_id(was.allowed_tools), _by_id(now.allowed_tools)),
        ("denied capability", _by_id(was.denied_capabilities), _by_id(now.denied_capabilities)),
    ):
        for identifier in sorted(old.keys() | new.keys()):
            if old.get(identifier) != new.get(identifier):
                verb = "is new" if identifier not in old else "is gone" if identifier not in new else "changed"
                words.append(f"{what} {identifier} {verb}")
    return tuple(words)


def _by_id(entries: tuple[Capability, ...] | tuple[Tool, ...] | tuple[Denied, ...]) -> dict[str, Struct]:
    return {entry.tool_id if isinstance(entry, Tool) else entry.capability_id: entry for entry in entries}
