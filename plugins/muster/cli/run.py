"""`muster run`: a command, and a row in the ledger for each attempt at it.

implements: MU-LEDGER-8020, MU-LEDGER-8021, MU-LEDGER-8025
"""

from __future__ import annotations

import difflib
import re
import time
from typing import TYPE_CHECKING, Any

import click
import msgspec
from msgspec import Struct

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, outcome_of
from muster.cli.terminal import note, visible
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from muster.ledger.book import Ledger
    from muster.ledger.rows import Run
    from muster.ledger.running import Ended
    from muster.ledger.task import Attempt, Task
    from muster.settings import Settings, TaskSettings
    from muster.workspace import Workspace

SPEC_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog=examples(
        "muster run nightly",
        "muster run --task docs -- nox -s docs",
        "muster run --task backup --retries 2 --wait 60 -- ./backup.sh",
        "muster run --task import --key batch-7 -- python import.py",
    ),
)
@click.option("--task", metavar="SLUG", help="Under which slug a command is recorded that no setting defines.")
@click.option("--name", metavar="NAME", help="The task's name for people.")
@click.option("--type", "kind", metavar="TYPE", help="The task's kind, to tell tasks apart by.")
@click.option("--window", metavar="LENGTH", help="It is scheduled: run once in each 15m, 1h, 1d, 1w or the like.")
@click.option("--retries", type=click.IntRange(0, 100), metavar="N", help="Try it N times more where it fails.")
@click.option("--wait", type=click.IntRange(0, 3600), metavar="SECONDS", help="Wait between two attempts.")
@click.option("--key", metavar="TEXT", help="A key of your own: a run with this key is recorded once.")
@click.option("--reads", multiple=True, metavar="PATH", help="A file that goes in, kept as a parent. Repeatable.")
@click.option("--spec", metavar="SPEC", help="The spec that it is about: its path, its record or its spec_id.")
@click.argument("words", nargs=-1, metavar="[TASK | -- COMMAND...]", type=click.UNPROCESSED)
@click.pass_obj
def command(  # noqa: PLR0913 -- one argument for each option
    where: Where,
    *,
    task: str | None,
    name: str | None,
    kind: str | None,
    window: str | None,
    retries: int | None,
    wait: int | None,
    key: str | None,
    reads: tuple[str, ...],
    spec: str | None,
    words: tuple[str, ...],
) -> int:
    """Run a task and record it.

    TASK is one that the settings define under `tasks`; any other command is named after --, with
    --task for its slug. Its output is passed through, and its exit status is that of this command.
    Each attempt is a row in the ledger: times, exit status, the files of the project that it wrote,
    who ran it; retries stand under one trace. With a window, a second start in the same window
    does not run it again.
    """
    workspace = where.open()
    options = {"name": name, "type": kind, "window": window, "retries": retries, "wait": wait, "spec": spec}
    settings = _task_asked(workspace.settings, task, words, options)
    return _Running(workspace, settings, key, _parents(workspace, settings, reads)).run()


def _task_asked(
    settings: Settings, slug: str | None, words: tuple[str, ...], options: Mapping[str, Any]
) -> TaskSettings:
    """The task of the settings, or one made of the command line; options win over settings."""
    from muster.settings import InvalidSettings, settings_of

    known = {task.slug: task for task in settings.tasks}
    if slug is None:
        if not words:
            raise Mistake("there is nothing to run", help="name a task of the settings, or `--task SLUG -- COMMAND`")
        if words[0] in known and len(words) > 1:
            raise Mistake(
                f"{words[0]} is a task of the settings, and takes no command",
                help=f"`muster run {words[0]}`, or `muster run --task SLUG -- COMMAND` for another command",
            )
        if words[0] not in known:
            near = difflib.get_close_matches(words[0], known, 1)
            meant = f"did you mean `muster run {near[0]}`? " if near else ""
            listed = f"defined are {', '.join(known)}; " if known and not near else ""
            raise Mistake(
                f"no task {words[0]!r} is defined in the settings",
                help=f"{meant}{listed}a command needs a slug: `muster run --task SLUG -- COMMAND`",
            )
        slug, words = words[0], known[words[0]].command
    elif not words:
        raise Mistake("there is no command after --task", help=f"`muster run --task {slug} -- COMMAND`")
    given = {key: value for key, value in options.items() if value is not None}
    told = {key: encodable(value) if isinstance(value, str) else value for key, value in given.items()}
    base = msgspec.to_builtins(known[slug]) if slug in known else {"slug": slug}
    row = {**base, **told, "command": list(words)}
    try:
        checked: TaskSettings = settings_of({"tasks": [row]}, "muster run").tasks[0]
    except InvalidSettings as error:
        raise Mistake(
            error.problems[0].replace("tasks[0].slug", "--task").replace("tasks[0].", "--"),
            help="`muster run --help` shows how it is used",
        ) from None
    return checked


def _parents(workspace: Workspace, settings: TaskSettings, reads: tuple[str, ...]) -> tuple[str, ...]:
    """The files that go in: those named, and those of the project that the task's globs name."""
    from muster.text.globs import matches
    from muster.told import named

    versions = workspace.inputs.versions
    found = tuple(sorted(path for path in versions if any(matches(path, glob) for glob in settings.reads)))
    return tuple(dict.fromkeys([*reads, *named(found, lambda: [[encodable(path), versions[path]] for path in found])]))


class _Running(Struct, frozen=True):
    """A task that is about to be run."""

    workspace: Workspace
    task: TaskSettings
    key: str | None
    reads: tuple[str, ...]

    @property
    def root(self) -> Path:
        """The project's folder, where the command runs."""
        return self.workspace.root

    def run(self) -> int:
        """Run it, unless it has been in this window or with this key; returns its exit status."""
        from muster.ledger.task import Task, begin
        from muster.recording import inherited, open_ledger

        own = self.task
        task = Task(own.slug, own.name, own.type, window=own.window, command=tuple(map(encodable, own.command)))
        # The ledger comes first: what cannot be recorded is not run and then forgotten.
        with open_ledger(self.root, self.workspace.settings) as book:
            attempt = begin(task, key=self.key, reads=self.reads, spec_ids=self._spec_ids(), **inherited())
            if not task.window and self.key is None:
                return self._attempts(book, attempt)
            release = book.claimed(attempt.idempotency_key)
            if release is None:
                note(f"muster: {task.slug} is running already{_when(task)}; it is not run again")
                return 0
            try:
                if known := book.runs(key=attempt.idempotency_key):
                    status = _status_of(book, known[0])
                    how = f", and failed with exit status {status}" if status else ""
                    note(
                        f"muster: {task.slug} is recorded already{_when(task)}{how}: {known[0].id}; it is not run again"
                    )
                    return status
                if book.has_run(attempt.idempotency_key):  # its row went with its month, its key did not
                    note(f"muster: {task.slug} was recorded{_when(task)} and is retired since; it is not run again")
                    return 0
                return self._attempts(book, attempt)
            finally:
                release()

    def _spec_ids(self) -> tuple[str, ...]:
        if not self.task.spec:
            return ()
        return spec_ids_of(self.workspace, self.task.spec)

    def _attempts(self, book: Ledger, attempt: Attempt) -> int:
        from muster.ledger.running import NOT_FOUND, NOT_STARTED

        while True:
            ended = self._attempt(book, attempt)
            left = self.task.retries + 1 - attempt.number
            if ended.status == 0 or ended.stopped or left <= 0:
                if ended.status in (NOT_FOUND, NOT_STARTED):  # nobody else says so: the command had no say
                    note(f"muster: {visible(ended.message)}")
                return ended.status
            wait = f" in {self.task.wait} s" if self.task.wait else ""
            note(f"muster: {visible(ended.message)}; attempt {attempt.number + 1} of {self.task.retries + 1}{wait}")
            time.sleep(self.task.wait)
            attempt = attempt.again()

    def _attempt(self, book: Ledger, attempt: Attempt) -> Ended:
        from muster.ledger.rows import RunStatus
        from muster.ledger.running import held_signals, ran
        from muster.ledger.task import failure_of
        from muster.recording import command_run, environment_of

        before = self._versions()
        with held_signals() as caught:
            ended = ran(self.task.command, self.root, environment_of(attempt), caught)
            run, script = command_run(
                attempt,
                book.scrubbed_command(self.task.command),
                ".",
                ended.status,
                status=RunStatus.FAILED if ended.kind else RunStatus.SUCCESS,
                error=failure_of(ended.message, ended.kind) if ended.kind else None,
                files_written=_written(before, self._versions()),
            )
            self._record(run, script)
        return ended

    def _versions(self) -> dict[str, str]:
        """Every file of the project, with a text that changes with its content."""
        from muster.specs.discovery import is_input
        from muster.store.tree import tree_of

        return dict(tree_of(self.root, None, is_input(self.workspace.settings)).versions)

    def _record(self, run: Run, script: object) -> None:
        """Record it; where the ledger went away meanwhile, keep the row in a file that can be imported."""
        from muster.ledger.book import Refused
        from muster.ledger.database import LedgerUnavailable
        from muster.ledger.rows import ScriptRun
        from muster.recording import open_ledger
        from muster.store import files

        assert isinstance(script, ScriptRun)
        try:
            # Opened anew: the command may have done away with the file that was open before.
            with open_ledger(self.root, self.workspace.settings) as book:
                book.record(run, script_runs=(script,))
        except Refused as error:
            note(f"muster: the run is not recorded: {visible(error.violations[0])}")
        except LedgerUnavailable as error:
            from muster.ledger.carrying import lines_of_run
            from muster.ledger.scrubbing import Scrubber

            path = f".muster/unrecorded/{run.id.rsplit('_', 1)[-1]}.jsonl"
            clean = Scrubber(self.workspace.settings.ledger.scrub).run(msgspec.to_builtins(run))
            files.write(self.root, path, lines_of_run(msgspec.convert(clean, type(run)), (script,)))
            note(f"muster: the run is not in the ledger, but in {path}: {visible(str(error))}")
            note(f"help: {error.remedy}; then `muster runs import {path}`")


def _status_of(book: Ledger, first: Run) -> int:
    """How a task ended that is not run again: the exit status of its last attempt."""
    retries = {one.facts.retry_of: one for one in book.runs(trace=first.facts.trace_id, limit=None)}
    last = first
    while (after := retries.get(last.facts.span_id)) is not None:
        last = after
    scripts = book.script_runs(last.facts.io.script_runs)
    return scripts[-1].exit_status if scripts else int(last.facts.error is not None)


def _when(task: Task) -> str:
    return f" in this window of {task.window}" if task.window else " with this key"


def _written(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The files that are new or have another content."""
    return [path for path, version in after.items() if before.get(path) != version]


def spec_ids_of(workspace: Workspace, spec: str) -> tuple[str, ...]:
    """The identity of a spec that somebody names by its path, its record or the ID itself."""
    if SPEC_ID.fullmatch(spec):
        return (spec.lower(),)
    project = outcome_of(workspace).project
    if spec in project.spec_ids:
        return (project.spec_ids[spec],)
    known = {document.path for document in project.documents} | {one.record for one in project.allocations}
    if spec not in known:
        raise Mistake(
            f"{visible(spec)} is no spec and no elicitation record", help="name a path of the project, or a spec_id"
        )
    note(f"muster: {visible(spec)} has no spec_id yet; `muster allocate` gives it one")
    return ()
