"""`muster impact`: the requirements and tests that a change touches.  implements: MU-TRACE-3032"""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import click

from muster.cli.colours import STATUSES
from muster.cli.edited import edit_of
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, no_specs
from muster.cli.results import named_citations, results_option, traced_outcome
from muster.cli.terminal import coloured, note, out, style, visible
from muster.model import CitationKind, Status
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muster.model import CaseResult
    from muster.trace.impact import Edit, Reason, Touched
    from muster.workspace import Workspace

_WORDS = {"implements": "implemented in", "verifies": "tested in", "mentions": "mentioned in"}


@click.command(
    "impact",
    epilog=examples(
        "muster impact main...",
        "muster impact src/queue.py specs/10-queue.md",
        "muster impact --tests HEAD~3",
        "muster impact v1.2..v1.3 --format json",
    ),
)
@click.argument("changes", metavar="PATH|RANGE...", nargs=-1, required=True)
@click.option("--tests", "only_tests", is_flag=True, help="Print only what pytest takes, a line each.")
@click.option("--null", is_flag=True, help="With --tests: end each with a zero byte, for `xargs -0`.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Text for reading, JSON for programs.",
)
@results_option
@colour_option
@click.pass_obj
def command(
    where: Where,
    *,
    changes: tuple[str, ...],
    only_tests: bool,
    null: bool,
    form: str,
    results: tuple[str, ...],
    colour: str,
) -> None:
    """List the requirements that a change touches, and their tests.

    What changed is told by files, folders and globs, or by a revision or range of git: `main`
    compares it with the files as they are, `main...` does so since the branch left it, `A..B`
    compares two commits. A spec that is named as a path counts as changed from end to end.

    Touched are requirements that the changed files cite, or cited before; those whose text changed;
    and what derives from the latter.
    """
    from muster.trace.impact import SCHEMA_VERSION, ImpactReport, pytest_arguments, touched_by
    from muster.trace.view import rows_of

    if only_tests and form == "json":
        raise Mistake("--tests prints no JSON", help="leave --tests out: the JSON has them as `tests`")
    if null and not only_tests:
        raise Mistake("--null is for --tests", help="write `muster impact --tests --null main...`")
    workspace = where.open()
    outcome = traced_outcome(where, workspace, results)
    project = outcome.project
    edit = edit_of(where, workspace, project, changes)
    every = project.trace.citations
    needed = [one for one in every if one.kind is CitationKind.VERIFIES or one.place.path in edit.paths]
    touched = touched_by(edit, project, rows_of(project, every), named_citations(workspace, needed), _nodes(workspace))
    standing = [path for path in sorted(edit.paths) if path in workspace.inputs.paths]
    tests = pytest_arguments(touched, standing, project.settings.trace.tests)
    if only_tests:
        end = "\0" if null else "\n"
        out("".join(f"{_from_here(where, workspace, one)}{end}" for one in tests))
    elif form == "json":
        import msgspec

        from muster.text.utf8 import encodable

        report = ImpactReport(SCHEMA_VERSION, tuple(encodable(path) for path in sorted(edit.paths)), touched, tests)
        out(msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n")
    else:
        out("\n".join(_paragraph(one, colour=coloured(colour, sys.stdout)) for one in touched))
    for line in no_specs(outcome) or _notes(edit, touched, tests, only_tests=only_tests):
        note(line)


def _nodes(workspace: Workspace) -> Callable[[CaseResult], str]:
    """What pytest takes for a test of the results; "" where the project has no such file."""
    texts: dict[str, str] = {}

    def has(path: str, name: str) -> bool:
        if path not in texts:
            try:
                texts[path] = (workspace.inputs.reader.text_of(path, 1 << 26) or b"").decode("utf-8", "replace")
            except OSError:
                texts[path] = ""
        return re.search(rf"\bdef {re.escape(name)}\b", texts[path]) is not None

    def node(result: CaseResult) -> str:
        file, _, inner = result.node.partition("::")
        if not result.node:
            file, inner = _from_suite(result, workspace)
        if not file.endswith(".py") or file not in workspace.inputs.paths:
            return ""
        # The results may be of another state: a test that is gone would stop all of the run.
        return f"{file}::{inner}" if inner and has(file, result.name) else file

    return node


def _from_suite(result: CaseResult, workspace: Workspace) -> tuple[str, str]:
    """The file and the rest of the node, where the results tell only a dotted module."""
    parts = result.suite.split(".")
    for length in range(len(parts), 0, -1):
        file = "/".join(parts[:length]) + ".py"
        if file in workspace.inputs.paths:
            return file, "::".join((*parts[length:], result.name))
    return "", ""


def _from_here(where: Where, workspace: Workspace, node: str) -> str:
    """A node with its path relative to where somebody would type it."""
    path, colons, inner = node.partition("::")
    return os.path.relpath(workspace.root / path, where.folder.resolve()).replace(os.sep, "/") + colons + inner


def _paragraph(one: Touched, *, colour: bool) -> str:
    status = style(one.status, STATUSES[Status(one.status)] if one.status in STATUSES else "red", colour=colour)
    lines = [
        f"{style(visible(one.id), 'bold', colour=colour)}  {status}  {visible(one.title)}",
        *(f"  {visible(words)}" for words in _reasons(one.reasons)),
        *(f"  test {visible(test.pytest or f'{test.path} {test.symbol}'.rstrip())}" for test in one.tests),
        *([f"  parents {visible(', '.join(map(str, one.parents)))}"] if one.parents else []),
        *([f"  children {visible(', '.join(map(str, one.children)))}"] if one.children else []),
    ]
    return "\n".join(lines) + "\n"


def _reasons(reasons: Sequence[Reason]) -> Iterator[str]:
    for one in reasons:
        place = f"{one.path}:{one.line} {one.symbol}".rstrip() if one.line and not one.gone else one.path
        if one.what == "derives":
            yield f"derives from {one.parent}"
        elif one.what in _WORDS:
            yield f"{'no longer ' if one.gone else ''}{_WORDS[one.what]} {place}"
        else:
            yield f"{one.what} {'from' if one.what == 'removed' else 'in'} {place}"


def _notes(edit: Edit, touched: Sequence[Touched], tests: Sequence[str], *, only_tests: bool) -> Iterator[str]:
    if only_tests and not tests:
        yield "muster: there is nothing to run"
    others = sorted({test.path for one in touched for test in one.tests if not test.pytest})
    if only_tests and others:
        shown = ", ".join(others[:5]) + (f" and {len(others) - 5:,} more" if len(others) > 5 else "")
        yield visible(f"muster: not listed, as pytest does not take them: {shown}")
    files = counted(len(edit.paths), "changed file")
    run = (
        counted(len(tests), "argument")
        if only_tests
        else counted(len({t for one in touched for t in one.tests}), "test")
    )
    yield f"{files}: {counted(len(touched), 'requirement')} touched, {run}{' for pytest' if only_tests else ''}"
