"""`muster chain new`: a chain with its onboarding task.  implements: MU-CHAIN-7002"""

from __future__ import annotations

import sys
import uuid
from typing import TYPE_CHECKING, TypeVar

import click

from muster.cli.changes import unified
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, outcome_of
from muster.cli.recorded import record_option, recorded
from muster.cli.terminal import coloured, coloured_diff, note, out, visible

if TYPE_CHECKING:
    from muster.chaining import Planned
    from muster.model import Project
    from muster.refining import Refusal
    from muster.workspace import Workspace

Made = TypeVar("Made")


@click.command(
    "new",
    epilog=examples(
        "muster chain new retry",
        "muster chain new retry --title 'Retry of failed jobs' --dry-run",
    ),
)
@click.argument("name")
@click.option("--title", metavar="TEXT", help="What the chain is called; by default its name.")
@click.option("--spec-id", metavar="UUID", help="The spec that it works on: its gates are recorded under that ID.")
@click.option("--dry-run", is_flag=True, help="Show the turn, and write nothing.")
@record_option
@colour_option
@click.pass_obj
def new(
    where: Where,
    *,
    name: str,
    title: str | None,
    spec_id: str | None,
    dry_run: bool,
    no_record: bool,
    colour: str,
) -> int:
    """Begin a prompt chain: a folder with its onboarding task.

    The folder has the next number and NAME. The documents that the settings require are named; what
    only somebody can answer is left as `<fill: ...>` with the question. No file is ever replaced.
    """
    from muster.chaining import new_chain
    from muster.chains.draft import Draft
    from muster.chains.due import What

    with recorded(where, "chain-new", enabled=not (no_record or dry_run)) as log:
        workspace = where.open()
        log.opened(workspace)
        words = _line(title) or name.replace("-", " ").capitalize()
        draft = Draft(What.ONBOARDING, "0", words, str(uuid.uuid4()), _spec_id(spec_id))
        project = outcome_of(workspace).project
        planned = demanded(new_chain(workspace, project, name, draft))
        if draft.spec_id and draft.spec_id not in {one.spec_id for one in project.allocations}:
            note(f"muster: no record of the project holds the spec_id {draft.spec_id}: a check will say so")
        if show_or_write(workspace, planned, colour, dry_run=dry_run):
            log.wrote([planned.path])
        _say_settings(workspace, project)
    return 0


def _say_settings(workspace: Workspace, project: Project) -> None:
    """The settings that a first chain needs, where they are as a project without chains has them."""
    from muster.chaining import absent_documents
    from muster.settings import ChainLanguage, ChainSettings

    chains = project.settings.chains
    whence = f"in {visible(workspace.source or 'muster.toml')}"
    if absent := absent_documents(workspace, project):
        named = ", ".join(map(visible, absent))
        note(f"next: set `chains.documents` {whence} to what a chain has to read: the project has no {named}")
    if chains == ChainSettings() and chains.language is not ChainLanguage.ANY:
        language = chains.language.name.capitalize()
        note(f"next: set `chains.language` {whence} to that of the responses: without it they have to be {language}")


def _line(text: str | None) -> str:
    """A title in one line; "" where it says nothing."""
    from muster.text.utf8 import encodable

    return " ".join(encodable(text or "").split())


def _spec_id(text: str | None) -> str:
    """A spec ID in its usual form."""
    if text is None:
        return ""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        words = f"--spec-id {visible(text)!r} is no UUID"
        raise Mistake(words, help="`muster allocate` gives a spec its ID, and says it") from None


def demanded(made: Made | Refusal) -> Made:
    """What was made; a refusal ends the command."""
    from muster.refining import Refusal

    if isinstance(made, Refusal):
        for reason in made.reasons[:-1]:
            note(f"muster: {visible(reason)}")
        raise Mistake(visible(made.reasons[-1]), help=visible(made.help))
    return made


def show_or_write(workspace: Workspace, planned: Planned, colour: str, *, dry_run: bool) -> bool:
    """Write a turn, or with `dry_run` show it; whether it is written."""
    from muster.chaining import write_turn

    if dry_run:
        out(coloured_diff(unified(planned.path, None, planned.text), colour=coloured(colour, sys.stdout)))
        note("nothing is written")
        return False
    demanded(write_turn(workspace.root, planned))
    out(f"written {visible(planned.path)}\n")
    questions = "answer what is still `<fill: ...>` in it, then run " if "<fill: " in planned.text else "run "
    note(f"next: {questions}`muster chain add {planned.path.split('/')[-2]}` for the turn behind it")
    return True
