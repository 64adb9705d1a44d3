"""`muster id`: the next free ID of an area.  implements: MU-REQ-1040"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, outcome_of
from muster.cli.terminal import Progress, note, out, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.model import Project, ReqId
    from muster.specs.naming import Band
    from muster.workspace import Workspace


@click.command("id", epilog=examples("muster id OC-CORE", "muster id OC-CORE-2000..2999", "muster id QUEUE --new"))
@click.argument("area")
@click.option("--new", is_flag=True, help="AREA is a new one: no spec knows it yet.")
@click.pass_obj
def command(where: Where, area: str, *, new: bool) -> None:
    """Print the next free ID of an area.

    It follows the highest number in use, and keeps the digits that the area writes. IDs on other
    local and remote branches count where git knows them, retired ones always: an ID is for life.
    AREA may carry a band of numbers, as in the setting `specs.prefixes`.
    """
    workspace = where.open()
    project = outcome_of(workspace).project
    used = known_ids(workspace, project)
    out(f"{_next(area, used, project, new=new)}\n")
    if used.branches:
        note(f"IDs counted that stand on {visible(', '.join(used.branches))}")


class Known(Struct, frozen=True):
    """The IDs in use and out of use, and the branches that have some which this one lacks."""

    ids: frozenset[str]
    branches: tuple[str, ...]


def known_ids(workspace: Workspace, project: Project) -> Known:
    """All IDs of the project, the retired ones, and those of other branches."""
    ids = {requirement.id.text for requirement in project.requirements}
    ids |= {retired.id for retired in project.retired}
    names = []
    for name, there in _of_branches(workspace):
        if not there <= ids:
            ids |= there
            names.append(name.removeprefix("refs/heads/").removeprefix("refs/remotes/"))
    return Known(frozenset(ids), tuple(names))


def _of_branches(workspace: Workspace) -> Iterator[tuple[str, set[str]]]:
    """The IDs on each branch; one that git can no longer read is passed over."""
    from muster import pipeline
    from muster.cli.revisions import read_specs
    from muster.inputs import memory
    from muster.store import git

    tips = git.branches(workspace.root)
    with Progress("reading branches") as progress:
        for count, (name, commit) in enumerate(tips.items(), start=1):
            progress(count, len(tips))
            try:
                files = read_specs(workspace.root, commit, workspace.settings)
            except git.UnknownRevision:
                note(f"muster: the branch {visible(name)} cannot be read, and is not counted")
                continue
            project = pipeline.run(memory(files), workspace.settings, cache=workspace.cache).project
            yield name, {r.id.text for r in project.requirements} | {retired.id for retired in project.retired}
    if workspace.cache:
        workspace.cache.save()


def _next(text: str, used: Known, project: Project, *, new: bool) -> ReqId:
    from muster.model import InvalidReqId
    from muster.specs.grammar import grammar_of
    from muster.specs.ids import NoFreeId, areas_in, next_id
    from muster.specs.naming import band_of

    asked = band_of(text)
    bands = _bands(project)
    areas = sorted({*areas_in(used.ids), *(band.area for band in bands)})
    if used.ids and not areas:
        raise Mistake("no ID of this project has an area", help="only numbers within an area are counted")
    if not new and asked.area not in areas:
        raise Mistake(f"no spec knows the area {asked.area!r}", help=_near(asked.area, areas))
    own = [asked] if _limited(asked) else [band for band in bands if band.area == asked.area and _limited(band)]
    try:
        return next_id(asked.area, used.ids, grammar_of(project.settings.requirements).id, own)
    except InvalidReqId as error:
        raise Mistake(str(error), help=f"an area is written like {areas[0] if areas else 'QUEUE'!r}") from None
    except NoFreeId as error:
        raise Mistake(str(error), help="give a wider band in `specs.prefixes`, or start a new area") from None


def _bands(project: Project) -> list[Band]:
    """What specs claim, by their front matter and by the settings, in the order of the specs."""
    from muster.specs.naming import band_of

    claims = [document.prefix for document in project.documents if document.prefix]
    claims += [claim for path, claim in sorted(project.settings.specs.prefixes.items()) if claim not in claims]
    return [band_of(claim) for claim in dict.fromkeys(claims)]


def _limited(band: Band) -> bool:
    from muster.specs.naming import Band

    return band != Band(band.area)


def _near(area: str, areas: list[str]) -> str:
    near = difflib.get_close_matches(area, areas, 1) or difflib.get_close_matches(area.upper(), areas, 1)
    if near:
        return f"did you mean {near[0]}? For a new area, write `muster id {area} --new`"
    known = f"known areas: {', '.join(areas)}; " if areas else ""
    return f"{known}for a new area, write `muster id {area} --new`"
