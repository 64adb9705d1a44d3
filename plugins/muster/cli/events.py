"""`muster events`: what the gates decided, in a chain that can be verified.

implements: MU-LEDGER-8030, MU-LEDGER-8032, MU-LEDGER-8040, MU-ALLOC-4023
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from muster.cli.errors import Mistake
from muster.cli.events_retire import retire
from muster.cli.help import colour_option, examples
from muster.cli.runs import ledger_of, moment
from muster.cli.terminal import coloured, finish, note, out, style, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.cli.project import Where
    from muster.ledger.events import Event
    from muster.workspace import Workspace

_MOST = 1_000_000_000
_LOOK = 0.5  # seconds between two looks of --follow
_STYLES = {"gate:pass": "green", "gate:fail": "red"}


@click.group(
    "events",
    commands=[retire],
    invoke_without_command=True,
    epilog=examples(
        "muster events",
        "muster events --spec-id 7f0a3c2e-93f1-5c4e-8a7b-2f0e5d6c7b8a",
        "muster events --follow --format jsonl",
        "muster events verify --head 12:sha256:0123abcd",
    ),
)
@click.option("--spec-id", "spec", metavar="ID", help="The whole story of a spec: its spec_id, its path or its record.")
@click.option("--trace", metavar="ID", help="Only of this trace.")
@click.option("--type", "kind", metavar="TYPE", help="Only of this type, such as docs_specs or spec_allocated.")
@click.option("--after", type=click.IntRange(0, _MOST), default=0, metavar="N", help="Only those behind event N.")
@click.option("--limit", type=click.IntRange(1, _MOST), metavar="N", help="Only the last N; without it, all.")
@click.option("--follow", is_flag=True, help="Go on, and show each event as it comes, until Ctrl-C.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@colour_option
@click.pass_context
def command(  # noqa: PLR0913 -- one argument for each option
    ctx: click.Context,
    *,
    spec: str | None,
    trace: str | None,
    kind: str | None,
    after: int,
    limit: int | None,
    follow: bool,
    form: str,
    colour: str,
) -> None:
    """Show the events in the ledger.

    They stand in order. An event is recorded once and never changed, and each holds the digest of the one before it.
    """
    if ctx.invoked_subcommand is not None:
        return
    if follow and form == "json":
        raise Mistake("--follow has no end, and a JSON list has one", help="`--format jsonl` writes one event a line")
    where: Where = ctx.obj
    workspace = where.open()
    wanted: dict[str, Any] = {"spec": None, "trace": trace, "type": _type(kind)}
    if spec is not None:
        from muster.cli.run import spec_ids_of

        wanted["spec"] = next(iter(spec_ids_of(workspace, spec)), "")
    book = ledger_of(workspace)
    found = book.events(**wanted, after=after, last=limit) if book else []
    tinted = coloured(colour, sys.stdout)
    out(_written(found, form, colour=tinted))
    if not follow:
        if not found:
            asked = after or any(value is not None for value in wanted.values())
            note("no event fits" if asked else "no event is recorded yet; `muster check` records what it decides")
        return
    last = found[-1].seq if found else after
    while True:
        finish()
        time.sleep(_LOOK)
        fresh = _fresh(workspace, wanted, last)
        out(_written(fresh, form, colour=tinted))
        last = fresh[-1].seq if fresh else last


def _fresh(workspace: Workspace, wanted: dict[str, Any], last: int) -> list[Event]:
    """What came since; the ledger is opened anew, as it may be another by now."""
    from muster.recording import ledger_read

    book = ledger_read(workspace.root, workspace.settings)
    if book is None:
        return []
    with book:
        return book.events(**wanted, after=last)


def _type(kind: str | None) -> str | None:
    import difflib

    from muster.ledger.payloads import KINDS

    if kind is not None and kind not in KINDS:
        near = difflib.get_close_matches(kind, KINDS, 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise Mistake(f"there is no type of event {kind!r}", help=f"{meant}there are {', '.join(KINDS)}")
    return kind


def _written(events: list[Event], form: str, *, colour: bool) -> str:
    if form == "json":
        return msgspec.json.format(msgspec.json.encode(events), indent=2).decode() + "\n"
    if form == "jsonl":
        return "".join(msgspec.json.encode(event).decode() + "\n" for event in events)
    return "".join(event_lines(events, colour=colour))


def event_lines(events: Iterable[Event], *, colour: bool) -> Iterator[str]:
    """An event a line: number, time, what happened, to what."""
    for event in events:
        name = style(f"{event.event:<15}", _STYLES.get(event.event, "cyan"), colour=colour)
        line = (
            f"{event.seq:>5}  {style(moment(event.recorded_at), 'dim', colour=colour)}  {name}  {event.type:<24}"
            f"  {visible(_about(event.context))}"
        )
        yield f"{line.rstrip()}\n"


def _about(context: dict[str, Any]) -> str:
    """What of a payload says most; one that somebody damaged is shown as it is."""
    try:
        return "; ".join(part for part in _parts(context) if part)
    except (KeyError, TypeError, ValueError):
        return msgspec.json.encode(context).decode()


def _parts(context: dict[str, Any]) -> Iterator[str]:
    if context.get("reasons"):
        yield "; ".join(context["reasons"])
        return
    yield next((context[name] for name in ("spec", "record", "work_packet_id", "chain") if context.get(name)), "")
    yield context.get("spec_id") or ""
    if "errors" in context:
        yield f"{counted(context['errors'], 'error')}, {counted(context['warnings'], 'warning')}"
    if "after" in context:
        yield f"{context['before'] or 'new'} -> {context['after']}"
    yield from (str(context[name]) for name in ("gate", "verdict", "label", "decision") if context.get(name))
    if context.get("spec_prompt_pack_id"):
        yield f"{context['spec_prompt_pack_id']}; {context['capability_snapshot_ref']}"
        yield counted(context["total_tokens"], "token")


@command.command("verify", epilog=examples("muster events verify", "muster events verify --head 12:sha256:0123abcd"))
@click.option(
    "--head", metavar="HEAD", help="What `muster events head` printed before: a loss at the end shows against it."
)
@click.pass_obj
def verify(where: Where, *, head: str | None) -> int:
    """Verify that no event was changed, lost, inserted or put elsewhere.

    Exit status 1 where one was. Only against a HEAD of an earlier day, kept somewhere else, is seen
    that events at the end are gone, or that all of them were written anew.
    """
    from muster.ledger.events import Head

    try:
        known = Head.parse(head) if head else None
    except ValueError as error:
        raise Mistake(str(error), help="give it as `muster events head` printed it") from None
    book = ledger_of(where.open())
    if book is None:
        if known and known.seq:
            raise Mistake("there is no ledger, and the head says that there was one", help="bring back an export")
        note("no event is recorded yet")
        return 0
    broken = book.broken(known)
    out("".join(f"{visible(problem)}\n" for problem in broken))
    end, begins = book.head(), book.begins()
    if begins:
        last = f"the event {begins.last_seq}" if begins.last_seq == 1 else f"the events 1 to {begins.last_seq}"
        note(f"{last}, before {begins.before}, were retired, as event {begins.seq} says; the chain begins behind them")
    if broken:
        note(f"{counted(end.seq, 'event')}: {counted(len(broken), 'break')} in the chain")
        note("help: compare with an export or a backup; later events are still readable")
    else:
        note(f"{counted(end.seq, 'event')}, the chain holds" + (f" and reaches the head {known.seq}" if known else ""))
    return int(bool(broken))


@command.command("head", epilog=examples("muster events head", "muster events head > head.txt"))
@click.pass_obj
def head_(where: Where) -> None:
    """Print the end of the chain: its number and digest, to be kept elsewhere for `verify --head`."""
    from muster.ledger.events import GENESIS, Head

    book = ledger_of(where.open())
    out(f"{book.head() if book else Head(0, GENESIS)}\n")


@command.command("export", epilog=examples("muster events export events.jsonl", "muster events export -"))
@click.argument("target", metavar="FILE")
@click.pass_obj
def export(where: Where, target: str) -> None:
    """Write all events into FILE as JSON Lines, or to standard output for -."""
    from muster.store import files

    book = ledger_of(where.open())
    found = book.events() if book else []
    text = _written(found, "jsonl", colour=False)
    if target == "-":
        out(text)
        return
    path = Path(where.folder / target).absolute()
    files.write(path.parent, path.name, text.encode())
    note(f"{visible(target)}: {counted(len(found), 'event')}")
