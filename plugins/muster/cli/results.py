"""`--results`: test results from the command line, in place of those that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from muster.cli.errors import Mistake
from muster.cli.terminal import Progress, note, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muster.cli.project import Where
    from muster.model import Citation, Outcome, ResultFile
    from muster.workspace import Workspace

F = TypeVar("F", bound="Callable[..., Any]")


def results_option(function: F) -> F:
    """Give a command `--results`."""
    option = click.option(
        "--results",
        "results",
        multiple=True,
        metavar="FILE",
        help="Test results: JUnit XML, or what `pytest --muster-results` writes. Repeatable; default: those of the"
        " setting `trace.results`.",
    )
    return option(function)


def given_results(where: Where, workspace: Workspace, paths: Sequence[str]) -> tuple[ResultFile, ...]:
    """The results in the files that somebody typed, under the names that they typed; else those of the settings."""
    from muster.store.results import read_results

    if not paths:
        return workspace.results()
    found = read_results(where.folder, dict.fromkeys(paths))
    for file in found:
        if file.content is None:
            raise Mistake(
                f"--results {file.path} cannot be read: {file.error[:1].lower()}{file.error[1:]}",
                help="name the file that your test runner wrote; `pytest --muster-results FILE` writes one",
            )
    return found


def traced_outcome(where: Where, workspace: Workspace, paths: Sequence[str]) -> Outcome:
    """Read and check the project with these results, and say which of them tell nothing."""
    given = given_results(where, workspace, paths)
    with Progress("reading specs") as progress:
        outcome = workspace.run(progress=progress, results=given)
    for problem in outcome.project.problems:
        if problem.code == "TRC010":
            note(visible(f"muster: {problem.place.path}:{problem.place.line}: {problem.message}"))
            note(visible(f"help: {problem.help}"))
    return outcome


def named_citations(workspace: Workspace, citations: Sequence[Citation]) -> list[Citation]:
    """The citations with the functions and classes around them."""
    from muster.records import rule_version
    from muster.symbols import with_symbols

    found = with_symbols(citations, workspace.inputs, workspace.cache, rule_version())
    if workspace.cache:
        workspace.cache.save()
    return found
