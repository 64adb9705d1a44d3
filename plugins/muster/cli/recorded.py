"""Commands that record themselves in the ledger.  implements: MU-LEDGER-8022"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from muster.cli.terminal import note, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from muster.cli.project import Where
    from muster.ledger.events import Draft
    from muster.ledger.rows import Failure, Run
    from muster.ledger.task import Attempt
    from muster.model import Finding, Outcome, Severity
    from muster.settings import Settings
    from muster.told import Told
    from muster.workspace import Workspace

F = TypeVar("F", bound="Callable[..., Any]")


def record_option(function: F) -> F:
    """Give a command `--no-record`."""
    option = click.option(
        "--no-record",
        is_flag=True,
        help="Leave this run out of the ledger; the setting `ledger.record` does so for good.",
    )
    return option(function)


class Log:
    """What a command tells of itself while it works; it is recorded at its end."""

    def __init__(self, attempt: Attempt | None) -> None:
        self.attempt = attempt
        self.workspace: Workspace | None = None
        self.outcome: Outcome | None = None
        self.written: list[str] = []
        self.spec_ids: list[str] = []
        self.told: Told | None = None
        self.reads: tuple[str, ...] | None = None
        self.failure: tuple[str, str, int] | None = None
        self.drafts: list[Callable[[Run], Iterable[Draft]]] = []
        self.judged: tuple[Outcome, Sequence[Finding]] | None = None
        self.words: tuple[str, ...] | None = None  # the command line, where more of it may be told by now
        self.hidden: Mapping[str, str] = {}  # what messages have in place of these words

    def opened(self, workspace: Workspace) -> None:
        """The project, and with it the place of the ledger."""
        self.workspace = workspace

    def looked_at(self, outcome: Outcome, told: Told | None = None) -> None:
        """What went into the run, and the specs that it is about; what that tells, where it is known already."""
        from muster.told import told_of

        self.outcome = outcome
        self.told = told or told_of(outcome)
        self.spec_ids = self.told.spec_ids

    def wrote(self, paths: Iterable[str]) -> None:
        """Files that were written or removed."""
        self.written += paths

    def failed(self, kind: str, message: str) -> None:
        """The command did its work, and what it looked at does not pass."""
        self.failure = (kind, message, 1)

    def decided(self, findings: Sequence[Finding], fail_on: Severity) -> None:
        """A gate passed or failed."""
        from muster.recording import gate_events

        outcome, told = self.outcome, self.told
        if outcome is not None and told is not None:
            self.drafts.append(lambda run: gate_events(run, told, findings, fail_on))
            self.packets(outcome, findings)

    def packets(self, outcome: Outcome, findings: Sequence[Finding]) -> None:
        """Packets were judged; what changed of them is recorded."""
        if outcome.project.refinements:
            self.judged = outcome, findings


@contextmanager
def recorded(where: Where, name: str, *, enabled: bool = True) -> Iterator[Log]:
    """Run a command; however it ends, that goes into the ledger, and nothing of the ledger stops it."""
    if not enabled:
        yield Log(None)
        return
    from muster.ledger.task import Task, begin
    from muster.recording import inherited

    log = Log(begin(Task(name, f"muster {name}", "muster"), **inherited()))
    try:
        yield log
    except BaseException as error:
        _record(where, log, *_words_of(error))
        raise
    _record(where, log, *(log.failure or ("", "", 0)))


def _words_of(error: BaseException) -> tuple[str, str, int]:
    """What the user is told, or that it was stopped, and the exit status."""
    from muster.cli.errors import COULD_NOT_RUN, INTERRUPTED, Mistake, words_for

    name = type(error).__name__
    if isinstance(error, Mistake) and error.recorded:
        return name, error.recorded, COULD_NOT_RUN
    if isinstance(error, Exception) and not isinstance(error, click.Abort):
        return name, "; ".join(words_for(error)[0]) or name, COULD_NOT_RUN
    return name, "interrupted", INTERRUPTED


def _record(where: Where, log: Log, kind: str, message: str, status: int) -> None:
    """Write the run down, or say that nobody did."""
    from muster.ledger.database import LedgerUnavailable
    from muster.ledger.task import failure_of
    from muster.recording import is_there
    from muster.settings import Settings

    settings = log.workspace.settings if log.workspace else Settings()
    if not settings.ledger.record or log.attempt is None:
        return
    if log.workspace is None and not is_there(where.root(), settings):
        return  # where the settings cannot be read, nobody knows where a ledger is to be made
    for word in sorted(log.hidden, key=len, reverse=True):
        message = message.replace(word, log.hidden[word])
    try:
        _write(where, log, settings, failure_of(message, kind) if kind else None, status)
    except Exception as error:  # noqa: BLE001 -- whatever it is, what the command itself did stands
        words = str(error).splitlines()[:1] or [type(error).__name__]
        note(f"muster: this run is not recorded: {visible(words[0])}")
        if isinstance(error, LedgerUnavailable):
            note(f"help: {error.remedy}; or leave the ledger alone with --no-record")


def _write(where: Where, log: Log, settings: Settings, failure: Failure | None, exit_status: int) -> None:
    from msgspec.structs import replace

    from muster.ledger.rows import RunStatus
    from muster.recording import command_run, open_ledger, status_events
    from muster.text.canonical import digest_of

    assert log.attempt is not None
    reads = log.reads if log.reads is not None else log.told.reads if log.told else ()
    attempt = replace(
        log.attempt, reads=reads, config_digest=digest_of(settings), spec_ids=tuple(log.spec_ids), source="muster"
    )
    root = log.workspace.root if log.workspace else where.root()
    with open_ledger(root, settings, durable=False) as book:
        run, script = command_run(
            attempt,
            book.scrubbed_command(log.words or where.words),
            ".",
            exit_status,
            status=RunStatus.FAILED if failure else RunStatus.SUCCESS,
            error=failure,
            files_written=log.written,
        )
        drafts = [draft for made in log.drafts for draft in made(run)]
        if log.judged is not None:
            from muster.packet_events import packet_events

            drafts += packet_events(run, *log.judged, book)
        if log.outcome is not None and log.told is not None:
            if log.outcome.project.chains:
                from muster.chain_events import chain_events

                drafts += chain_events(run, log.outcome, book)
            drafts += status_events(run, log.told, book)
        book.record(run, script_runs=(script,), events=tuple(drafts))
