"""`muster runs`: what ran, when, and how it ended.  implements: MU-LEDGER-8024, MU-LEDGER-8040, MU-LEDGER-8042"""

from __future__ import annotations

import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.terminal import Progress, coloured, note, out, style, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.cli.project import Where
    from muster.ledger.book import Ledger
    from muster.ledger.past import Past
    from muster.ledger.rows import Run
    from muster.workspace import Workspace

_AGE = re.compile(r"([0-9]{1,6})([mhdw])")
_LATEST = 253_402_300_799.0  # the end of the year 9999
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_STYLES = {"success": "green", "failed": "red", "partial": "yellow"}


def _seconds(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    """A time as seconds since 1970: `2026-11-28`, `2026-11-28T09:20:34Z`, or how long ago, `2h`, `7d`."""
    if value is None:
        return None
    if match := _AGE.fullmatch(value):
        return max(time.time() - int(match[1]) * _SECONDS[match[2]], 0.0)
    try:
        moment = datetime.fromisoformat(value)
        return min(max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), 0.0), _LATEST)
    except (ValueError, OverflowError):
        words = f"{value!r} is no time; write 2026-11-28, 2026-11-28T09:20:34Z, or 2h, 7d for as long ago"
        raise click.BadParameter(words) from None


@click.group(
    "runs",
    invoke_without_command=True,
    epilog=examples(
        "muster runs",
        "muster runs --task check --status failed --since 7d",
        "muster runs --spec specs/10-queue.md --format json",
        "muster runs show 782566df56358397",
    ),
)
@click.option("--task", metavar="SLUG", help="Only of this task.")
@click.option("--status", type=click.Choice(["success", "failed", "partial"]), help="Only those that ended so.")
@click.option(
    "--since", callback=_seconds, metavar="TIME", help="Only from this time on: 2026-11-28, or 7d for as long ago."
)
@click.option("--until", callback=_seconds, metavar="TIME", help="Only from before this time.")
@click.option("--trace", metavar="ID", help="Only of this trace: an attempt and its retries, and what they started.")
@click.option("--spec", metavar="SPEC", help="Only those of this spec: its path, its record or its spec_id.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=20, show_default=True, metavar="N", help="The latest N."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@colour_option
@click.pass_context
def command(  # noqa: PLR0913 -- one argument for each option
    ctx: click.Context,
    *,
    task: str | None,
    status: str | None,
    since: float | None,
    until: float | None,
    trace: str | None,
    spec: str | None,
    limit: int,
    form: str,
    colour: str,
) -> None:
    """List the runs in the ledger.

    The latest stand first. Muster's own commands record themselves, `muster run` records any other. Times are in UTC.
    """
    if ctx.invoked_subcommand is not None:
        return
    where: Where = ctx.obj
    wanted: dict[str, Any] = {"task": task, "status": status, "since": since, "until": until, "trace": trace}
    workspace = where.open()
    if spec is not None:
        from muster.cli.run import spec_ids_of

        wanted["spec"] = next(iter(spec_ids_of(workspace, spec)), "")
    book = ledger_of(workspace)
    runs = book.runs(**wanted, limit=limit + 1) if book else []
    more, runs = len(runs) > limit, runs[:limit]
    if form == "json":
        out(msgspec.json.format(msgspec.json.encode(runs), indent=2).decode() + "\n")
        return
    if not runs:
        asked = any(value is not None for value in wanted.values())
        note("no run fits" if asked else "no run is recorded yet; `muster check` and `muster run` record theirs")
        return
    out("".join(_lines(runs, colour=coloured(colour, sys.stdout))))
    if more:
        note(f"the latest {counted(limit, 'run')}; `--limit` shows more")


def ledger_of(workspace: Workspace) -> Ledger | None:
    """The ledger of a project, opened for questions until the command ends; None where there is none."""
    from muster.recording import ledger_read

    book = ledger_read(workspace.root, workspace.settings)
    if book is not None:
        click.get_current_context().call_on_close(book.close)
    return book


def _lines(runs: Sequence[Run], *, colour: bool) -> Iterator[str]:
    width = max(len(run.facts.task_slug) for run in runs)
    for run in runs:
        facts = run.facts
        what = visible(facts.error.message or "").splitlines()[0] if facts.error else ""
        again = f" attempt {facts.attempt}" if facts.attempt > 1 else ""
        yield (
            f"{style(moment(facts.started_at_iso), 'dim', colour=colour)}  {facts.task_slug:<{width}}  "
            f"{style(f'{facts.status:<7}', _STYLES[facts.status], colour=colour)}  {lasted(facts.duration_ms):>8}  "
            f"{style(run.id.rsplit('_', 1)[-1], 'cyan', colour=colour)}{again}{'  ' if what else ''}{what}\n"
        )


def moment(iso: str) -> str:
    """`2026-11-28 09:20:34`."""
    return iso[:19].replace("T", " ")


def lasted(milliseconds: int) -> str:
    """A duration for people: `182 ms`, `3.2 s`, `4 min 05 s`, `2 h 10 min`."""
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"{milliseconds} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


@command.command("show", epilog=examples("muster runs show 782566df56358397", "muster runs show ID --format json"))
@click.argument("identity", metavar="ID")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)
@colour_option
@click.pass_obj
def show(where: Where, identity: str, *, form: str, colour: str) -> None:
    """Show one run: all its fields, its other attempts, and its events.

    ID is the whole ID of the run, or the 16 characters that end it and that `muster runs` lists.
    """
    book = ledger_of(where.open())
    run = book.run(identity) if book else None
    if book is None or run is None:
        raise Mistake(f"there is no run {visible(identity)}", help="`muster runs` lists the latest")
    scripts, calls = book.script_runs(run.facts.io.script_runs), book.tool_calls(run.facts.io.tool_calls)
    trace = sorted(book.runs(trace=run.facts.trace_id, limit=None), key=lambda one: one.ts)
    events = book.events(trace=run.facts.trace_id)
    if form == "json":
        shown = {
            "run": run,
            "script_runs": scripts,
            "tool_calls": calls,
            "trace": [one.id for one in trace],
            "events": events,
        }
        out(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n")
        return
    tinted = coloured(colour, sys.stdout)
    out(f"{style(visible(run.content.text), 'bold', colour=tinted)}\n\n")
    row = msgspec.to_builtins(run)
    facts = row["content"].pop("structured")
    out("".join(_fields({**facts, **{name: row[name] for name in row if name != "content"}}, colour=tinted)))
    for script in scripts:
        out(f"\nran {visible(_command_line(script.command))}\n  exit status {script.exit_status}\n")
    if len(trace) > 1:
        out(f"\n{style('the same trace', 'bold', colour=tinted)}\n{''.join(_lines(trace, colour=tinted))}")
    if events:
        from muster.cli.events import event_lines

        out(f"\n{style('events', 'bold', colour=tinted)}\n{''.join(event_lines(events, colour=tinted))}")


def _fields(values: dict[str, Any], *, colour: bool) -> Iterator[str]:
    width = max(map(len, values))
    for name, value in values.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield f"{style(f'{name:<{width}}', 'dim', colour=colour)}  {visible(text)}\n"


def _command_line(words: Iterable[str]) -> str:
    import shlex

    return shlex.join(words)


@command.command(
    "backfill", epilog=examples("muster runs backfill junit.xml nox.json", "muster runs backfill --dry-run results/")
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--dry-run", is_flag=True, help="Count what would be recorded, and write nothing.")
@click.pass_obj
def backfill(where: Where, paths: tuple[str, ...], *, dry_run: bool) -> int:
    """Record runs of the past, from the files that they left.

    Read are JUnit XML, reports of `nox --report`, results of `pytest --muster-results`, and task
    results in JSON or JSON Lines; of a folder, all files that end in .xml, .json or .jsonl. A run
    that is recorded already is left as it is, so this can be repeated.
    """
    from muster.ledger.backfill import pasts_in
    from muster.recording import open_ledger

    workspace = where.open()
    files = list(_files(where.folder, paths))
    found: list[Past] = []
    problems: list[str] = []
    with Progress("reading results") as progress:
        for number, path in enumerate(files, start=1):
            pasts, wrong = pasts_in(path.read_bytes(), _named(path, where.folder), path.stat().st_mtime)
            found += pasts
            problems += wrong
            progress(number, len(files))
    for problem in problems:
        what, _, remedy = problem.partition("; ")
        note(f"muster: {visible(what)}" + (f"\nhelp: {visible(remedy)}" if remedy else ""))
    if dry_run:
        book = ledger_of(workspace)
        known = _known(book, found)
        out(
            f"{counted(len(found) - known, 'run')} would be recorded, {known:,} known,"
            f" from {counted(len(files), 'file')}\n"
        )
    else:
        with open_ledger(workspace.root, workspace.settings) as book:
            new = _record_all(book, found)
        out(f"{counted(new, 'run')} recorded, {len(found) - new:,} known, from {counted(len(files), 'file')}\n")
    return int(bool(problems))


def _files(folder: Path, paths: Iterable[str]) -> Iterator[Path]:
    for text in paths:
        path = folder / text
        if path.is_dir():
            yield from sorted(one for one in path.rglob("*") if _may_tell(one, path))
        elif path.is_file():
            yield path
        else:
            raise Mistake(f"{text}: no such file or folder", help="name files of results, or folders with some")


def _may_tell(path: Path, folder: Path) -> bool:
    """Whether a file of a folder can be a result; what is in hidden folders is nobody's report."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix in (".xml", ".json", ".jsonl") and not hidden and path.is_file()


def _named(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _known(book: Ledger | None, pasts: Sequence[Past]) -> int:
    """How many of these are recorded, or stand among them twice."""
    from muster.ledger.backfill import run_of_past

    keys = [run_of_past(past).facts.idempotency_key for past in pasts]
    return len(keys) - len({key for key in keys if book is None or not book.has_run(key)})


def _record_all(book: Ledger, pasts: Sequence[Past]) -> int:
    """Record them in batches, and return how many are new."""
    from muster.ledger.backfill import run_of_past
    from muster.ledger.book import Entry

    new = len(pasts) - _known(book, pasts)
    with Progress("recording") as progress:
        for start in range(0, len(pasts), 500):
            book.record_all([Entry(run=run_of_past(past)) for past in pasts[start : start + 500]])
            progress(min(start + 500, len(pasts)), len(pasts))
    return new


@command.command(
    "export", epilog=examples("muster runs export history.jsonl", "muster runs export - | gzip > history.gz")
)
@click.argument("target", metavar="FILE")
@click.pass_obj
def export(where: Where, target: str) -> None:
    """Write all runs and events into FILE, or to standard output for -.

    `muster runs import` brings them back, here or elsewhere: so CI carries history from one run to
    the next.
    """
    from muster.ledger.carrying import exported
    from muster.store import files

    book = ledger_of(where.open())
    if book is None:
        raise Mistake("there is no ledger yet", help="`muster check` and `muster run` make one")
    data = b"".join(exported(book))
    if broken := book.broken():
        note(f"muster: the chain of events is broken, and so this cannot be brought in again: {visible(broken[0])}")
    if target == "-":
        out(data.decode())
        return
    path = Path(where.folder / target).absolute()
    files.write(path.parent, path.name, data)
    lines = data.splitlines()
    runs, events = (sum(line.startswith(start) for line in lines) for start in (b'{"run":', b'{"event":'))
    note(f"{visible(target)}: {counted(runs, 'run')} and {counted(events, 'event')}")


@command.command(
    "import", epilog=examples("muster runs import history.jsonl", "muster runs import --merge other.jsonl")
)
@click.argument("source", metavar="FILE")
@click.option("--merge", is_flag=True, help="Append its events to ours where the two histories parted.")
@click.pass_obj
def import_(where: Where, source: str, *, merge: bool) -> None:
    """Bring in the runs and events of a FILE that `muster runs export` wrote.

    What is known already stays as it is, so this can be repeated. Nothing is written where FILE is
    damaged, or where its events are no continuation of those here.
    """
    from muster.ledger.book import Parted
    from muster.ledger.carrying import NoHistory, history_in, imported
    from muster.recording import open_ledger

    data = sys.stdin.buffer.read() if source == "-" else (where.folder / source).read_bytes()
    workspace = where.open()
    try:
        history = history_in(data, source)
        with open_ledger(workspace.root, workspace.settings) as book:
            carried = imported(book, history, merge=merge)
    except NoHistory as error:
        raise Mistake(str(error), help="export it again: `muster runs export FILE`") from None
    except Parted as error:
        raise Mistake(f"{source}: {error}", help="`--merge` appends what is not known here") from None
    note(
        f"{counted(carried.runs, 'run')} and {counted(carried.events, 'event')} brought in,"
        f" {carried.known_runs:,} and {carried.known_events:,} known"
    )
