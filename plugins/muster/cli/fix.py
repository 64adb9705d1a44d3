"""`muster fix`: mend what rules can mend, and undo it.  implements: MU-REQ-1041"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from muster.cli.changes import unified
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where, codes_of, outcome_of
from muster.cli.terminal import coloured, coloured_diff, note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from pathlib import Path

    from muster.workspace import Workspace


class _Plan(Struct, frozen=True):
    """The files to change, before and after, and how many edits that makes."""

    before: dict[str, str]
    after: dict[str, str]
    made: int
    left: int
    in_code: int  # edits of code, where nobody asked for these


_EXAMPLES = examples("muster fix --dry-run", "muster fix KWD002", "muster fix --code", "muster fix --undo")


@click.command("fix", epilog=_EXAMPLES)
@click.argument("codes", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Show the changes and write nothing.")
@click.option("--code", is_flag=True, help="Mend code blocks and code spans too.")
@click.option("--undo", is_flag=True, help="Put the files of the last fix back, where they are unchanged since.")
@colour_option
@click.pass_obj
def command(where: Where, *, codes: tuple[str, ...], dry_run: bool, code: bool, undo: bool, colour: str) -> int:
    """Mend findings that need no judgement, in the sources themselves.

    CODES are rules, or beginnings of their codes; without, every rule that has a fix mends what it
    finds. The changes are shown as a diff. The files as they were are kept under .muster/undo until
    the next fix. Run `muster sync` after a fix.
    """
    from muster.store import files
    from muster.store import undo as way_back

    if undo:
        if codes or dry_run or code:
            raise Mistake("--undo goes alone", help="write `muster fix --undo`")
        return _undo(where.root())
    workspace = where.open()
    plan = _plan(workspace, codes_of(codes), code=code)
    shown = coloured(colour, sys.stdout)
    for path, text in plan.after.items():
        out(coloured_diff(unified(path, plan.before[path], text), colour=shown))
    if plan.after and not dry_run:
        before, after = ({path: text.encode() for path, text in side.items()} for side in (plan.before, plan.after))
        root = workspace.root
        with files.lock(root):
            _demand_unchanged(root, before)
            way_back.keep(root, before, after)
            for path, data in after.items():
                files.write(root, path, data)
    verb = "would be made" if dry_run else "made"
    note(f"{counted(plan.made, 'fix', 'fixes')} {verb} in {counted(len(plan.after), 'file')}")
    if plan.left:
        note(f"{counted(plan.left, 'fix', 'fixes')} left out beside others in the same place; run `muster fix` again")
    if plan.in_code:
        # Mojibake in the prose of a page is what tells it in its code: once that is mended, code is no finding.
        first = "" if dry_run or not plan.after else "after `muster fix --undo`, "
        note(f"{counted(plan.in_code, 'fix', 'fixes')} in code left out; {first}`muster fix --code` makes them too")
    return 0


def _plan(workspace: Workspace, codes: tuple[str, ...], *, code: bool) -> _Plan:
    from muster import pipeline
    from muster.gate.fixes import edited, edits_of, fixable
    from muster.rules.table import RULES

    able = fixable(RULES)
    chosen = [code for code in able if not codes or code.startswith(codes)]
    if not chosen:
        raise Mistake(f"no rule of {', '.join(codes)} has a fix", help=f"rules with a fix: {', '.join(able)}")
    project = pipeline.whole(outcome_of(workspace).project, workspace.inputs)
    before, after = {}, {}
    made = left = in_code = 0
    for path, edits in edits_of(project, [RULES[code] for code in chosen]).items():
        text = workspace.inputs.read(path).decode()
        wanted = [edit for edit in edits if code or not edit.in_code]
        in_code += len(edits) - len(wanted)
        fixed = edited(text, wanted)
        made, left = made + fixed.made, left + len(fixed.left)
        if fixed.text != text:
            before[path], after[path] = text, fixed.text
    return _Plan(before, after, made, left, in_code)


def _demand_unchanged(root: Path, before: dict[str, bytes]) -> None:
    """Stop, before anything is written, where somebody saved a file after it was read."""
    for path, data in before.items():
        if (root / path).read_bytes() != data:
            raise Mistake(f"{path} changed while it was read", help="run `muster fix` again; nothing was written")


def _undo(root: Path) -> int:
    from muster.store import files, undo

    with files.lock(root):
        done = undo.restore(root)
    if done is None:
        note("nothing to undo")
        return 0
    out("".join(f"restored {visible(path)}\n" for path in done.restored))
    for path in done.changed:
        note(f"muster: {visible(path)} is not restored: it changed since the fix")
    if done.changed:
        note("help: its former text is kept under .muster/undo")
    note(f"{counted(len(done.restored), 'file')} restored, {len(done.changed):,} left alone")
    return int(bool(done.changed))
