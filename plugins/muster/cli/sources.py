"""`muster links --sources`: every link of the Markdown files, with where it leads and what `check` says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.cli.errors import Mistake
from muster.cli.project import inside, outcome_of
from muster.cli.terminal import note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.cli.project import Where
    from muster.model import Project

_STATES = ("LNK001", "LNK002", "LNK003", "LNK005")


class Row(Struct, frozen=True):
    """A link: where it stands, where it leads, and `ok` or the code of what is wrong with it."""

    path: str
    line: int
    column: int
    href: str
    target: str
    fragment: str
    state: str


def list_sources(where: Where, to: str, form: str) -> int:
    """Print the links of the project, all or those to one file; 1 where one of them is dead."""
    workspace = where.open()
    rows = list(rows_of(outcome_of(workspace).project))
    if to:
        path, mark, fragment = to.partition("#")
        wanted = inside(where, workspace.root, path)
        if wanted not in workspace.inputs.paths and not any(row.target == wanted for row in rows):
            raise Mistake(f"--to {path}: no such file", help="name a file, as in `--to specs/10-queue.md`")
        rows = [row for row in rows if row.target == wanted and (not mark or row.fragment == fragment)]
    if form == "json":
        import msgspec

        out(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n")
    else:
        out("".join(_line(row) for row in rows))
    dead = sum(row.state != "ok" for row in rows)
    note(f"{counted(len(rows), 'link')} in {counted(len({row.path for row in rows}), 'file')}: {dead:,} dead")
    return int(dead > 0)


def rows_of(project: Project) -> Iterator[Row]:
    """Each link of each page, in order."""
    faults = {
        (problem.place.path, problem.place.line, problem.place.column): problem.code
        for problem in project.problems
        if problem.code in _STATES
    }
    for page in project.pages:
        for link in page.links:
            state = faults.get((page.path, link.line, link.column), "ok")
            target = link.path.lstrip("/") or "."
            yield Row(page.path, link.line, link.column, link.href, target, link.fragment, state)


def _line(row: Row) -> str:
    target = f"{row.target}#{row.fragment}" if row.fragment else row.target
    return visible(f"{row.path}:{row.line}:{row.column}: {row.href} -> {target}: {row.state}") + "\n"
