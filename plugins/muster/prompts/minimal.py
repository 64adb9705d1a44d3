"""The snapshot of one job, made from the registry: what its route and its governance mode need, and no more.

It holds the capabilities that the route needs, and with them what these require and include, to the last link. What is
needed and not permitted, by its own modes or because something that it requires is denied, is told in
`denied_capabilities` with the reason. What the route does not need is not told at all; without Git, so is what carries
the tag `repository`, and all that requires it. A tool comes with the capability that it requires.

implements: MU-PRM-6020
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from muster.prompts.capabilities import REPOSITORY, SCHEMA, CapabilitySnapshot, Denied
from muster.prompts.governance import Mode, is_git

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.prompts.registry import Registry


def snapshot_of(
    registry: Registry, route: str, mode: Mode, version_control: str, spec_id: str, generated_at: str
) -> CapabilitySnapshot:
    """What a job of this kind may use under this mode, and no more; see above for what that is."""
    standing = _standing(registry, mode, with_git=is_git(version_control))
    allowed, denied = _needed(registry, route, standing)
    tools = [
        one.tool
        for one in registry.tools
        if one.use.needed(route)
        and one.use.permitted(mode)
        and one.tool.capability_required in allowed
        and (one.tool.engine_id in allowed or one.tool.engine_id not in registry.capabilities)
    ]
    return CapabilitySnapshot(
        SCHEMA,
        spec_id,
        registry.version,
        tuple(registry.capabilities[one].capability for one in sorted(allowed)),
        tuple(sorted(tools, key=lambda tool: tool.tool_id)),
        tuple(Denied(one, standing[one]) for one in sorted(denied)),
        generated_at,
    )


_ABSENT = "absent"  # a repository capability where there is none: not even its name is told


def _standing(registry: Registry, mode: Mode, *, with_git: bool) -> dict[str, str]:
    """Why each capability cannot be had; "" where it can."""
    graph = {name: entry.requires for name, entry in registry.capabilities.items()}
    standing: dict[str, str] = {}
    for name in TopologicalSorter(graph).static_order():
        entry = registry.capabilities[name]
        lacking = [(one, standing[one]) for one in entry.requires if standing[one]]
        if not with_git and (REPOSITORY in entry.capability.tags or any(why == _ABSENT for _, why in lacking)):
            standing[name] = _ABSENT
        elif not entry.use.permitted(mode):
            standing[name] = f"{mode} does not permit it"
        else:
            standing[name] = f"it requires {lacking[0][0]}, which is denied" if lacking else ""
    return standing


def _needed(registry: Registry, route: str, standing: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The capabilities that a route needs: those that it can have, and those that it is denied."""
    pending = [name for name, entry in registry.capabilities.items() if entry.use.needed(route)]
    met = set(pending)
    allowed: set[str] = set()
    denied: set[str] = set()
    while pending:
        name = pending.pop()
        if standing[name]:
            if standing[name] != _ABSENT:
                denied.add(name)
            continue
        allowed.add(name)
        entry = registry.capabilities[name]
        for one in (*entry.requires, *entry.includes):
            if one not in met:
                met.add(one)
                pending.append(one)
    return allowed, denied
