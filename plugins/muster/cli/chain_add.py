"""`muster chain add`: the next turn of a chain.  implements: MU-CHAIN-7002"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from muster.chains.due import What
from muster.cli.chain_new import demanded, show_or_write
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, outcome_of
from muster.cli.recorded import record_option, recorded
from muster.cli.terminal import note, visible
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.chains.due import Due
    from muster.chains.turn import Turn
    from muster.model import Chain

_WHATS = {what.value for what in What}


@click.command(
    "add",
    epilog=examples(
        "muster chain add",
        "muster chain add retry",
        "muster chain add retry authorization --label 1a",
        "muster chain add retry spike --label 'SPIKE PRE PROMPT 2' --dry-run",
    ),
)
@click.argument("chain", required=False, default="")
@click.argument("what", required=False, default="")
@click.option("--label", metavar="LABEL", help="Of which step, where several may follow: 2, 1a, N+1.")
@click.option("--dry-run", is_flag=True, help="Show the turn, and write nothing.")
@record_option
@colour_option
@click.pass_obj
def add(
    where: Where,
    *,
    chain: str,
    what: str,
    label: str | None,
    dry_run: bool,
    no_record: bool,
    colour: str,
) -> int:
    """Write the next turn of a chain.

    CHAIN is the name of its folder or a unique part of it; by default the only chain that is open.
    WHAT is onboarding, prompt, exploration, spike, response, evidence-gate, skeptic-gate,
    authorization, phase-decision, resume-decision, alignment-decision, closure or retrospective; by
    default the turn that is due. Where several may follow, they are named as commands, with exit
    status 2, as is a turn that may not follow. No file is ever replaced.
    """
    from muster.chaining import chain_meant, chosen, dues_of, next_turn, turns_of

    chain, what = ("", chain) if chain in _WHATS and not what else (chain, what)
    meant = _what(what)
    with recorded(where, "chain-add", enabled=not (no_record or dry_run)) as log:
        workspace = where.open()
        log.opened(workspace)
        outcome = outcome_of(workspace)
        log.looked_at(outcome)
        found = demanded(chain_meant(chain, outcome.project))
        turns = turns_of(workspace, found)
        _demand_answers(turns)
        dues = dues_of(found, turns, outcome.project)
        picked = chosen(dues, meant, label)
        if len(picked) != 1:
            raise _refused(found, dues, picked, meant, label)
        planned = next_turn(workspace, found, turns, picked[0])
        if show_or_write(workspace, planned, colour, dry_run=dry_run):
            log.wrote([planned.path])
    return 0


def _what(text: str) -> What | None:
    """The turn that somebody names."""
    if not text:
        return None
    if text not in _WHATS:
        raise Mistake(f"there is no turn {visible(text)!r}", help=f"name one of {', '.join(What)}")
    return What(text)


def _demand_answers(turns: Sequence[Turn]) -> None:
    """Stop where the last turn still asks: what follows depends on the answer."""
    last = turns[-1] if turns else None
    if last and last.unfilled:
        first = last.unfilled[0]
        raise Mistake(
            f"{visible(last.path)}:{first.line} still asks: {visible(shortened(first.text))}",
            help="answer it first; what may follow depends on it",
        )


def command_for(chain: Chain, due: Due, dues: Sequence[Due]) -> str:
    """The command that writes a turn, to be copied."""
    several = sum(due.what is one.what for one in dues) > 1
    label = f" --label {shlex.quote(due.label)}" if several else ""
    return f"muster chain add {shlex.quote(chain.name)} {due.what}{label}"


def _refused(chain: Chain, dues: Sequence[Due], picked: Sequence[Due], what: What | None, label: str | None) -> Mistake:
    """Nothing is written: what may follow instead, or which of several."""
    shown = picked or [due for due in dues if not due.named_only]
    name = visible(chain.name)
    commands = [command_for(chain, due, dues) for due in shown]
    width = max(map(len, commands), default=0)
    for command, due in zip(commands, shown, strict=True):
        note(f"{visible(command.ljust(width))}  # {visible(due.words)}")
    if not dues:
        return Mistake(f"{name} is {chain.state}: no turn follows", help="`muster chain new` begins another chain")
    if picked:
        return Mistake(f"{name} is {chain.state}: several turns may follow", help="copy one of these commands")
    meant = " ".join(filter(None, (what, f"with the label {label}" if label else "")))
    return Mistake(
        f"{name} is {chain.state}: {visible(meant)} may not follow",
        help="copy one of these commands, or see `muster chain status`",
    )
