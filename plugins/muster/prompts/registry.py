"""The registry of capabilities and tools: a file in YAML or JSON.

The registry::

    registry_version: "2026.1"
    capabilities:
      - capability_id: engine.git         # letters, digits and any of ._:/@+-
        kind: Engine                      # Surface, Engine, Runtime, Integration, Model, Workflow
        risk_class: Medium                # Low, Medium, High, Critical
        tags: [repository]                # of what needs a repository of Git
        description: what it is for       # for who reads the file
        routes: [spec_router]             # the job kinds that need it; absent: all
        modes: [GOV_STRICT, GOV_STANDARD] # the governance modes that permit it; absent: all
        requires: [surface.terminal]      # does not work without these
        includes: []                      # brings these along, as far as they are permitted
    tools:
      - tool_id: git.diff
        engine_id: engine.git             # where this is a capability, it is one of kind Engine, and must be allowed
        operation: diff
        capability_required: engine.git
        schema_ref: git.diff@1
        routes: [spec_router]             # routes, modes and description as above

`routes` says which jobs need something, `modes` which may have it; `minimal.py` makes the snapshot of one job from it.

implements: MU-PRM-6020
"""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.prompts.capabilities import Capability, Kind, RiskClass, Tool
from muster.prompts.fields import Fields
from muster.prompts.governance import Mode
from muster.prompts.plain_tree import NoTree, tree_in
from muster.prompts.values import CompileTrouble  # noqa: TC001 -- msgspec reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_CYCLES = 20  # that are told at once
_MOST_LINKS = 6  # of a cycle that are shown
_CAPABILITY = (*Capability.__struct_fields__, "description", "routes", "modes", "requires", "includes")
_TOOL = (*Tool.__struct_fields__, "description", "routes", "modes")
_OPTIONAL = frozenset(("tags", "description", "routes", "modes", "requires", "includes"))


class Use(Struct, frozen=True, gc=False):
    """For which jobs an entry is meant; None for all."""

    routes: tuple[str, ...] | None = None
    modes: tuple[Mode, ...] | None = None

    def needed(self, route: str) -> bool:
        """Whether a job of this kind needs it."""
        return self.routes is None or route in self.routes

    def permitted(self, mode: Mode) -> bool:
        """Whether the governance mode lets a job have it."""
        return self.modes is None or mode in self.modes


class Entry(Struct, frozen=True, gc=False):
    """A capability of a registry."""

    capability: Capability
    use: Use
    requires: tuple[str, ...]
    includes: tuple[str, ...]


class ToolEntry(Struct, frozen=True, gc=False):
    """A tool of a registry."""

    tool: Tool
    use: Use


class Registry(Struct, frozen=True):
    """All capabilities and tools that there are."""

    version: str
    capabilities: dict[str, Entry]  # by ID
    tools: tuple[ToolEntry, ...]


class RegistryReading(Struct, frozen=True):
    """A registry, or all that is wrong with it."""

    registry: Registry | None
    troubles: tuple[CompileTrouble, ...]


def registry_in(data: bytes, name: str) -> RegistryReading:
    """The registry that a file holds; it is JSON where its name ends with `.json`, else YAML."""
    try:
        tree = tree_in(data, name)
    except NoTree as error:
        return RegistryReading(None, (error.trouble,))
    reading = _Reading()
    registry = reading.registry(tree)
    return RegistryReading(None if reading.fields.troubles else registry, tuple(reading.fields.troubles))


class _Reading:
    """Goes through a registry once."""

    def __init__(self) -> None:
        self.fields = Fields()
        self.paths: dict[str, str] = {}  # of each capability
        self.kinds: dict[str, Kind | None] = {}

    def registry(self, tree: Any) -> Registry:
        known = ("registry_version", "capabilities", "tools")
        top = self.fields.table(tree, "", known, known[:2]) or {}
        version = self.fields.text(top, "registry_version", "")
        entries = list(self._entries(top))
        tools = list(self._tools(top))
        self._references(entries)
        return Registry(version, {entry.capability.capability_id: entry for entry in entries}, tuple(tools))

    def _entries(self, top: dict[str, Any]) -> Iterator[Entry]:
        needed = [one for one in _CAPABILITY if one not in _OPTIONAL]
        for where, value in self.fields.entries(top, "capabilities", ""):
            row = self.fields.table(value, where, _CAPABILITY, needed)
            if row is None:
                continue
            identifier = self.fields.identifier(row, "capability_id", where)
            kind = self.fields.choice(row, "kind", where, "kind", Kind)
            risk = self.fields.choice(row, "risk_class", where, "risk class", RiskClass)
            if identifier in self.paths:
                words = f"{identifier!r} is the ID of {self.paths[identifier]} already"
                self.fields.wrong(f"{where}.capability_id", words, "give each capability an ID of its own")
            elif identifier:
                self.paths[identifier], self.kinds[identifier] = where, kind
            capability = Capability(
                identifier, kind or Kind.SURFACE, risk or RiskClass.CRITICAL, self.fields.texts(row, "tags", where)
            )
            requires, includes = (self.fields.texts(row, name, where) for name in ("requires", "includes"))
            yield Entry(capability, self._use(row, where), requires, includes)

    def _use(self, row: dict[str, Any], where: str) -> Use:
        self.fields.text(row, "description", where)
        routes = self.fields.texts(row, "routes", where)
        modes = self.fields.choices(row, "modes", where, "governance mode", Mode)
        return Use(routes if row.get("routes") is not None else None, modes if row.get("modes") is not None else None)

    def _tools(self, top: dict[str, Any]) -> Iterator[ToolEntry]:
        needed = [one for one in _TOOL if one not in _OPTIONAL]
        met: dict[str, str] = {}
        for where, value in self.fields.entries(top, "tools", ""):
            row = self.fields.table(value, where, _TOOL, needed)
            if row is None:
                continue
            identifier, engine, capability = (
                self.fields.identifier(row, name, where) for name in ("tool_id", "engine_id", "capability_required")
            )
            operation, schema = (self.fields.text(row, name, where) for name in ("operation", "schema_ref"))
            if identifier in met:
                words = f"{identifier!r} is the ID of {met[identifier]} already"
                self.fields.wrong(f"{where}.tool_id", words, "give each tool an ID of its own")
            elif identifier:
                met[identifier] = where
            self._known(capability, f"{where}.capability_required")
            kind = self.kinds.get(engine)
            if kind and kind is not Kind.ENGINE:
                words = f"{engine!r} is a capability of kind {kind}, and no engine"
                self.fields.wrong(f"{where}.engine_id", words, "name an engine")
            yield ToolEntry(Tool(identifier, engine, operation, capability, schema), self._use(row, where))

    def _known(self, identifier: str, where: str) -> None:
        if identifier and identifier not in self.paths:
            remedy = self.fields.guess(identifier, self.paths) or "name a capability of this registry, or define it"
            self.fields.wrong(where, f"{identifier!r} is no capability of this registry", remedy)

    def _references(self, entries: list[Entry]) -> None:
        """Report what requires and includes name in vain, and where they run in a circle."""
        for name in ("requires", "includes"):
            graph: dict[str, list[str]] = {}
            for entry in entries:
                identifier = entry.capability.capability_id
                named: tuple[str, ...] = getattr(entry, name)
                for at, one in enumerate(named):
                    self._known(one, f"{self.paths.get(identifier, 'capabilities')}.{name}[{at}]")
                graph.setdefault(identifier, [one for one in named if one in self.paths])
            for cycle in _cycles(graph):
                shown = " -> ".join([*cycle[:_MOST_LINKS], *(["...", cycle[-1]] if len(cycle) > _MOST_LINKS else [])])
                verb = "requires itself" if name == "requires" else "includes itself"
                words = f"{cycle[0]!r} {verb}: {shown}"
                self.fields.wrong(f"{self.paths[cycle[0]]}.{name}", words, "take one of these links out")


def _cycles(graph: dict[str, list[str]]) -> Iterator[list[str]]:
    """Cycles, each from a node round to itself, until none is left or many are told."""
    for _ in range(_MOST_CYCLES):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            cycle: list[str] = error.args[1][::-1]
            yield cycle
            graph[cycle[0]].remove(cycle[1])
        else:
            return
