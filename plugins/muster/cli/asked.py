"""Requirements that somebody names on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.errors import Mistake
from muster.text.words import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.model import Project


def ids_asked(project: Project, texts: Iterable[str]) -> tuple[str, ...]:
    """The IDs meant, in any case, with `_` for `-`; one that no spec defines is a mistake, with the nearest."""
    known = dict.fromkeys(requirement.id.text for requirement in project.requirements)
    folded: dict[str, list[str]] = {}
    for identifier in known:
        folded.setdefault(_folded(identifier), []).append(identifier)
    found: dict[str, None] = {}
    for text in texts:
        name = " ".join(text.split())
        alike = [name] if name in known else folded.get(_folded(name), [])
        if len(alike) > 1:
            raise Mistake(f"{shortened(text)!r} may be {' or '.join(alike)}", help="write it as the spec does")
        if not alike:
            raise Mistake(f"no spec defines {shortened(text)!r}", help=_help(project, known, name))
        found[alike[0]] = None
    return tuple(found)


def _folded(text: str) -> str:
    return text.casefold().replace("_", "-")


def _help(project: Project, known: Iterable[str], name: str) -> str:
    from muster.specs.nearest import Nearest

    for retired in project.retired:
        if _folded(retired.id) == _folded(name):
            successor = f"; {retired.successor} took its place" if retired.successor else ""
            return f"{retired.id} is retired: {shortened(retired.reason)}{successor}"
    near = Nearest(known).to(name)
    if near:
        return f"did you mean {near}?" if " " not in near else f"did you mean '{near}'?"
    number = len(list(known))
    if not number:
        return "no spec defines any; `muster check` says where it looked"
    return f"`muster trace` lists all {counted(number, 'requirement')}"
