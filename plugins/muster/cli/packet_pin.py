"""`muster packet pin`: a comment that pins any Markdown text to lines of a file.  implements: MU-PKT-5024"""

from __future__ import annotations

import re

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, inside, outcome_of
from muster.cli.terminal import note, out, visible

_PLAIN = re.compile(r"[^\s\"']+")


@click.command(
    "pin",
    # On one line with its word `examples`, a path is a sample to the check of links.
    epilog=examples("muster packet pin specs/10-queue.md#L20-L31", "muster packet pin specs/10-queue.md#QUEUE-1002"),
)
@click.argument("target", metavar="PATH#LINES")
@click.pass_obj
def pin(where: Where, *, target: str) -> int:
    """Print a comment that pins a text to lines of a file.

    LINES are L20-L31, a requirement ID, a heading or a unique part of one, or a section number. The comment goes into
    any Markdown file, beside the words that rely on those lines: `muster check` tells when they have
    moved or are gone, and `muster packet repin` mends it. Its token is a text that stands on no
    other line of the file, where there is one.
    """
    from muster.packets.candidates import Unfit, candidate
    from muster.packets.spec_text import spec_text
    from muster.refining import Refusal, content, outline_in

    workspace = where.open()
    name, _, lines = target.partition("#")
    if not (name and lines):
        raise Mistake(f"{target!r} names no lines of a file", help="write it like specs/10-queue.md#L20-L31")
    path = inside(where, workspace.root, name)
    data = content(workspace.root, path)
    if isinstance(data, Refusal):
        raise Mistake(visible(data.reasons[0]), help=data.help)
    spec = spec_text(data)
    found = candidate(lines, outline_in(outcome_of(workspace).project, path, spec))
    if isinstance(found, Unfit):
        raise Mistake(visible(found.message), help=visible(found.help))
    window = found.window
    place = f"{path}#L{window.first}" + (f"-L{window.last}" if window.last > window.first else "")
    out(f"<!-- muster: pin {place if _PLAIN.fullmatch(place) else _quoted(place)} token={_quoted(found.token)} -->\n")
    if len(spec.lines_with(found.token, 2)) > 1:
        note('muster: no text of these lines stands there only; excerpt="..." would tell them from others')
    return 0


def _quoted(text: str) -> str:
    """A text in quotes, as a pin has it."""
    text = text.replace("-->", r"--\u003e")
    return f"'{text}'" if '"' in text and "'" not in text else '"' + text.replace('"', r"\u0022") + '"'
