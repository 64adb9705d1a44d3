"""`muster review`: look at what changed, and say that what cites it still fits.  implements: MU-TRACE-3022"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from muster.cli.asked import ids_asked
from muster.cli.diff import marked
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, inside, outcome_of
from muster.cli.terminal import coloured, note, out, style, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from muster.model import Project, Requirement, Suspect


@click.command(
    "review",
    epilog=examples(
        "muster review",
        "muster review OC-CORE-1004",
        "muster review OC-CORE-1004 --path src/queue.py",
        "muster review --all",
    ),
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Clear all that is suspect.")
@click.option("--path", "paths", multiple=True, metavar="PATH", help="Only for this citing file or folder. Repeatable.")
@click.option("--dry-run", is_flag=True, help="Show what would be cleared, and write nothing.")
@colour_option
@click.pass_obj
def command(
    where: Where, ids: tuple[str, ...], *, every: bool, paths: tuple[str, ...], dry_run: bool, colour: str
) -> None:
    """Show what changed in the requirements that code and tests cite, and clear it.

    When the text of a requirement changes, each file that cites it is suspect until somebody has
    looked whether it still does what the text says. Without arguments, what is suspect is listed
    with the words of then and now, and nothing is written. With IDs or --all the same is shown, and
    then the files count as reviewed: that is written to requirements/trace.lock, and the derived
    files are brought up to date. `git restore requirements/trace.lock` takes it back.
    """
    if ids and every:
        raise Mistake("--all clears everything, and there are IDs too", help="leave one of them out")
    workspace = where.open()
    project = outcome_of(workspace).project
    ids = ids_asked(project, ids)
    folders = tuple(inside(where, workspace.root, path) for path in paths)
    _demand_files(paths, folders, workspace.inputs.paths)
    chosen = [one for one in project.trace.suspects if not ids or one.id in ids]
    chosen = [one for one in chosen if not folders or _is_in(one.path, folders)]
    out("\n".join(_paragraphs(chosen, project, colour=coloured(colour, sys.stdout))))
    for line in _stale(ids, project):
        note(line)
    if not chosen:
        note(_nothing(ids, folders))
        return
    ids_of = len({one.id for one in chosen})
    tally = f"{counted(len(chosen), 'citing file')} of {counted(ids_of, 'requirement')}"
    if dry_run or not (ids or every):
        remedy = "`muster review ID` clears one, `muster review --all` all"
        note(f"{tally} suspect" + ("; nothing was written" if dry_run else f"; {remedy}"))
        return
    for path in _cleared(where, project, chosen):
        out(f"written {visible(path)}\n")
    note(f"{tally} reviewed")


def _demand_files(paths: Sequence[str], folders: Sequence[str], known: Collection[str]) -> None:
    """Stop at a path below which the project has no file: a slip would pass for a review."""
    for path, folder in zip(paths, folders, strict=True):
        if not any(_is_in(one, (folder,)) for one in known):
            raise Mistake(f"{visible(path)}: no file of the project", help="name a file that cites, or a folder")


def _is_in(path: str, folders: Sequence[str]) -> bool:
    return any(folder in (".", path) or path.startswith(f"{folder}/") for folder in folders)


def _nothing(ids: Sequence[str], folders: Sequence[str]) -> str:
    meant = "none of these files" if ids or folders else "no file"
    return f"{meant} is to be reviewed: each cites, or was reviewed, under the text that stands now"


def _stale(ids: Sequence[str], project: Project) -> Iterator[str]:
    """What a review cannot clear: a citation that itself names an older version."""
    from muster.model import Defect

    for one in project.trace.citations:
        if one.defect is Defect.STALE and (not ids or one.id in ids) and not one.literal:
            yield f"{visible(str(one.place))} cites {visible(one.written)}: change it to {visible(one.id)} there"


def _paragraphs(chosen: Sequence[Suspect], project: Project, *, colour: bool) -> Iterator[str]:
    """For each requirement and each text of then: the ID, its words, and the files."""
    from muster.trace.tracing import first_by_id

    requirements = first_by_id(project)
    lines = _lines(project)
    groups: dict[tuple[str, str], list[str]] = {}
    for one in chosen:
        groups.setdefault((one.id, one.before), []).append(one.path)
    for (name, before), paths in groups.items():
        requirement = requirements[name]
        place = visible(f"{requirement.place.path}:{requirement.place.line}")
        head = f"{style('suspect', 'yellow', colour=colour)} {style(visible(name), 'bold', colour=colour)} {place}"
        files = "\n".join(f"  cited by {visible(path)}:{lines.get((name, path), 1)}" for path in paths)
        yield f"{head}\n  {_words(before, requirement, colour=colour)}\n{files}\n"


def _lines(project: Project) -> Mapping[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for one in project.trace.citations:
        if not one.literal:
            found.setdefault((one.id, one.place.path), one.place.line)
    for proof in project.trace.evidence:
        found.setdefault((proof.requirement, proof.place.path), proof.place.line)
    return found


def _words(before: str, requirement: Requirement, *, colour: bool) -> str:
    from muster.specs.revision import words_between
    from muster.text.fingerprint import normalised

    now = normalised(requirement.text)
    if not before:
        return f"now: {visible(now)}"
    return marked(tuple(words_between(before, now)), colour=colour)


def _cleared(where: Where, project: Project, chosen: Sequence[Suspect]) -> list[str]:
    """Write the lock with these reviewed, then what follows from it; the paths that changed."""
    from muster import workspace as projects
    from muster.specs.discovery import side_path
    from muster.store import files
    from muster.trace import lock
    from muster.trace.tracing import first_by_id

    root = where.root()
    path = side_path(lock.NAME, project.settings)
    own = lock.Lock(project.trace.reviews, project.trace.texts)
    new = lock.reviewed(own, first_by_id(project), [(one.id, one.path) for one in chosen])
    with files.lock(root):
        files.write(root, path, lock.rendered(new).encode("utf-8"))
    return sorted({path, *projects.sync(root, outcome_of(where.open()))})
