"""`muster chain status`: where chains stand, and what may follow.  implements: MU-CHAIN-7003"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from muster.cli.chain_add import command_for
from muster.cli.chain_new import demanded
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, outcome_of
from muster.cli.terminal import coloured, note, out, style, visible
from muster.model import Severity
from muster.text.utf8 import encodable
from muster.text.words import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muster.chains.due import Due
    from muster.model import Chain, ChainTurn, Finding, Outcome, Project
    from muster.workspace import Workspace


@click.command(
    "status",
    epilog=examples("muster chain status", "muster chain status retry", "muster chain status --all --format json"),
)
@click.argument("chain", required=False, default="")
@click.option("--all", "every", is_flag=True, help="List chains that have ended, too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@colour_option
@click.pass_obj
def status(where: Where, *, chain: str, every: bool, form: str, colour: str) -> int:
    """Say where the chains stand, or tell all of one.

    CHAIN is the name of its folder or a unique part of it: then its turns are listed, with what a
    gate caught, what is missing, which turn may follow, and the findings of its files. Whether a
    chain keeps the rules, `muster check` decides.
    """
    from muster.chaining import chain_meant, is_open

    workspace = where.open()
    outcome = outcome_of(workspace)
    project = outcome.project
    tint = coloured(colour, sys.stdout)
    if chain:
        found = demanded(chain_meant(chain, project))
        stands = [_stand(found, workspace, outcome)]
        out(_json(stands) if form == "json" else "".join(_story(stands[0], colour=tint)))
        return 0
    chosen = [one for one in project.chains if every or is_open(one)]
    if form == "json":
        out(_json([_stand(one, workspace, outcome) for one in chosen]))
        return 0
    if chosen:
        out("".join(_table([_stand(one, workspace, outcome) for one in chosen], colour=tint)))
    _mention_others(project, len(chosen))
    return 0


class Stand(msgspec.Struct, frozen=True):
    """A chain, what may follow in it, and what is wrong in its files."""

    chain: Chain
    dues: tuple[Due, ...]
    findings: tuple[Finding, ...]


def _stand(chain: Chain, workspace: Workspace, outcome: Outcome) -> Stand:
    from muster.chaining import dues_of, turns_of

    own = tuple(one for one in outcome.findings if one.place.path.startswith(f"{chain.path}/"))
    # Behind a turn that still asks nothing is added; what may follow depends on the answer.
    dues = () if chain.asks else dues_of(chain, turns_of(workspace, chain), outcome.project)
    return Stand(chain, tuple(due for due in dues if not due.named_only), own)


def _mention_others(project: Project, shown: int) -> None:
    """Say what is not listed, and how to begin where there is nothing."""
    ended = len(project.chains) - shown
    if not project.chains:
        note(f"muster: no chain found; looked for {', '.join(project.settings.chains.include)}")
        note("help: `muster chain new retry` begins one; other places go into the setting `chains.include`")
    elif ended:
        note(f"{counted(ended, 'chain has', 'chains have')} ended: `muster chain status --all` lists all")


def _table(stands: Sequence[Stand], *, colour: bool) -> Iterator[str]:
    """A line for each chain, under a head."""
    rows = [
        (
            one.chain.state,
            one.chain.phase,
            str(len(one.chain.turns)),
            _tally(one.findings),
            visible(one.chain.path),
            visible(one.chain.asks) or _short_words(one.dues),
        )
        for one in stands
    ]
    head = ("state", "phase", "turns", "findings", "chain", "next")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[0] = style(cells[0], "bold" if row is head else _tint(row[0]), colour=colour)
        yield "  ".join(cells).rstrip() + "\n"


def _tint(state: str) -> str:
    return {"blocked": "red", "held": "yellow", "closed": "green", "abandoned": "dim"}.get(state, "cyan")


def _short_words(dues: Sequence[Due]) -> str:
    """The turns that lead on, in few words."""
    words = [due.words for due in dues if not due.aside]
    more = f", or {len(words) - 1} more" if len(words) > 2 else ""
    return visible((" or ".join(words[:2]) if not more else words[0] + more) or "nothing")


def _tally(findings: Sequence[Finding]) -> str:
    """`2 errors, 1 warning`."""
    errors = sum(one.severity is Severity.ERROR for one in findings)
    others = len(findings) - errors
    words = [counted(errors, "error")] * bool(errors) + [counted(others, "warning")] * bool(others)
    return ", ".join(words) or "none"


def _story(stand: Stand, *, colour: bool) -> Iterator[str]:
    """All that there is to say of one chain."""
    chain = stand.chain

    def title(words: str) -> str:
        return f"\n{style(words, 'bold', colour=colour)}\n"

    named = f": {visible(chain.title)}" if chain.title else ""
    yield f"{style(visible(chain.path), 'bold', colour=colour)}{named}\n"
    state = style(chain.state, _tint(chain.state), colour=colour)
    yield f"{state}, {chain.phase}; {counted(len(chain.turns), 'turn')}\n"
    yield from _timeline(chain.turns, title, colour=colour)
    if chain.missing:
        yield title("missing")
        yield from (f"  - {visible(words)}\n" for words in chain.missing)
    if chain.asks:
        yield title("next")
        yield f"  {visible(chain.asks)}\n"
        yield from _findings(stand, title, colour=colour)
        return
    yield title("may follow")
    commands = [command_for(chain, due, stand.dues) for due in stand.dues]
    width = max(map(len, commands), default=0)
    for command, due in zip(commands, stand.dues, strict=True):
        yield f"  {visible(command.ljust(width))}  # {visible(due.words)}\n"
    if not stand.dues:
        yield "  nothing\n"
    yield from _findings(stand, title, colour=colour)


def _findings(stand: Stand, title: Callable[[str], str], *, colour: bool) -> Iterator[str]:
    if stand.findings:
        yield title("findings")
        for one in stand.findings:
            tint = "red" if one.severity is Severity.ERROR else "yellow"
            code = style(f"{one.severity}[{one.code}]", tint, colour=colour)
            yield f"  {visible(one.place.path)}:{one.place.line}: {code} {_one_line(one.message)}\n"


def _timeline(turns: Sequence[ChainTurn], title: Callable[[str], str], *, colour: bool) -> Iterator[str]:
    """The turns in order, by phase, each with what a gate caught in it."""
    words = [f"{turn.actor}: {_turn_words(turn)}" for turn in turns]
    lines = [visible(shortened(text)) for text in words]
    width = max(map(len, lines), default=0)
    phase = None
    for turn, line in zip(turns, lines, strict=True):
        if turn.phase != phase:
            phase = turn.phase
            yield title(phase)
        name = style(visible(turn.path.rpartition("/")[2]), "dim", colour=colour)
        yield f"  {line.ljust(width)}  {name}\n"
        yield from (f"      caught: {_one_line(words)}\n" for words in turn.caught)


def _turn_words(turn: ChainTurn) -> str:
    """`response to Prompt 1`, `skeptic gate of Prompt 1: PASS`."""
    from muster.chains.naming import turn_name

    decides = turn.kind not in ("onboarding", "prompt", "response", "")
    decision = f": {turn.decision or 'not decided'}" if decides else ""
    return f"{turn_name(turn.kind, turn.about, turn.label)}{decision}"


def _one_line(words: str) -> str:
    return shortened(" ".join(words.split()), 200)


def _json(stands: Sequence[Stand]) -> str:
    """The chains as JSON."""
    rows = [
        {
            **_fields_of(one.chain),
            "may_follow": [
                {"what": due.what.value, "label": due.label, "command": command_for(one.chain, due, one.dues)}
                for due in one.dues
            ],
            "findings": [
                {
                    "code": found.code,
                    "severity": found.severity.value,
                    "place": str(found.place),
                    "message": found.message,
                }
                for found in one.findings
            ],
        }
        for one in stands
    ]
    return msgspec.json.format(msgspec.json.encode(_plain(rows)), indent=2).decode() + "\n"


def _fields_of(value: msgspec.Struct) -> dict[str, object]:
    """A value as an object of JSON: its fields by their names."""
    return {name: getattr(value, name) for name in value.__struct_fields__}


def _plain(value: object) -> object:
    """A value as JSON can hold it, in depth."""
    if isinstance(value, msgspec.Struct):
        return _plain(_fields_of(value))
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return encodable(value) if isinstance(value, str) else value
