"""`muster packet list`.  implements: MU-PKT-5020"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click
import msgspec
from msgspec import Struct

from muster.cli.help import colour_option, examples
from muster.cli.packet_check import mention_none
from muster.cli.terminal import coloured, note, out, style, visible
from muster.model import Verdict
from muster.packets.state import State, state_of
from muster.text.utf8 import encodable
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muster.cli.project import Where
    from muster.model import Refinement


@click.command("list", epilog=examples("muster packet list", "muster packet list --state failed --format json"))
@click.option("--state", type=click.Choice([state.value for state in State]), help="Only those in this state.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
@colour_option
@click.pass_obj
def packets(where: Where, *, state: str | None, form: str, colour: str) -> int:
    """List the packets: how far each is, and how its anchors stand.

    A packet is pending, reviewed (approved), signed, ready (signed, and work may begin), or failed
    (an error stands in it). What is wrong, `muster packet check` tells.
    """
    outcome = where.open().run_packets()
    project = outcome.project
    states = {one.path: state_of(one, outcome.findings) for one in project.refinements}
    chosen = [one for one in project.refinements if state in (None, states[one.path].value)]
    if form == "json":
        rows = [{"state": states[one.path].value, **_fields_of(one)} for one in chosen]
        out(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n")
    elif chosen:
        out("".join(_lines(chosen, states, colour=coloured(colour, sys.stdout))))
    elif project.refinements:
        note(f"no packet is {state}")
    elif project.pins:
        note(f"no packet; {counted(len(project.pins), 'pin')}")
    else:
        mention_none(project)
    return 0


def _fields_of(value: Struct) -> dict[str, object]:
    """A value as an object of JSON: its fields by their names, and so on in depth."""
    return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}


def _plain(value: object) -> object:
    if isinstance(value, Struct):
        return _fields_of(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return encodable(value) if isinstance(value, str) else value


_STYLES = {State.FAILED: "red", State.READY: "green", State.SIGNED: "green", State.REVIEWED: "cyan"}


def _lines(chosen: Sequence[Refinement], states: Mapping[str, State], *, colour: bool) -> Iterator[str]:
    """A line for each packet, under a head."""
    rows = [(states[one.path].value, one.wp_id or "-", _anchors(one), one.spec or "-", one.path) for one in chosen]
    head = ("state", "work packet", "anchors", "spec", "packet")
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    yield style(
        "  ".join(word.ljust(width) for word, width in zip(head, widths, strict=True)).rstrip(), "bold", colour=colour
    )
    yield "\n"
    for row, one in zip(rows, chosen, strict=True):
        cells = [visible(cell.ljust(width)) for cell, width in zip(row, widths, strict=True)]
        tint = _STYLES.get(states[one.path])
        cells[0] = style(cells[0], tint, colour=colour) if tint else cells[0]
        yield "  ".join(cells).rstrip() + "\n"


def _anchors(packet: Refinement) -> str:
    """`3 ok, 1 moved`."""
    verdicts = Counter(anchor.verdict for anchor in packet.anchors)
    return ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in Verdict if verdicts[verdict]) or "none"
