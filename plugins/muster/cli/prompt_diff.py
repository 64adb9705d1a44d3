"""`muster prompt diff`: what differs between two compiled prompts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from muster.cli.changes import unified
from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import Where  # noqa: TC001 -- click's callbacks
from muster.cli.prompt_folder import damage_of, stored
from muster.cli.terminal import coloured, coloured_diff, note, out, visible

if TYPE_CHECKING:
    from muster.prompts.folder import StoredEnvelope
    from muster.replaying import Stored

_COUNTED = (
    "stable_prefix_hash",
    "variable_suffix_hash",
    "full_prompt_hash",
    "stable_prefix_tokens",
    "variable_suffix_tokens",
    "total_tokens",
)


@click.command(
    "diff",
    epilog=examples("muster prompt diff prompts/compiled/old prompts/compiled/new"),
)
@click.argument("old", metavar="DIR")
@click.argument("new", metavar="DIR")
@colour_option
@click.pass_obj
def diff(where: Where, *, old: str, new: str, colour: str) -> int:
    """Show what differs between two compiled prompts.

    That is their inputs, blocks, hashes and token counts, and where both keep their text, the lines of
    it. Exit status 1 where they differ, and where a folder is not as it was written.
    """
    workspace = where.open()
    before, after = stored(where, workspace, old), stored(where, workspace, new)
    first, second = _envelope(before), _envelope(after)
    lines = [*_inputs(before, after), *_blocks(first, second), *_counts(first, second)]
    out("".join(f"{visible(line)}\n" for line in lines))
    texts = [_text(one) for one in (first, second)]
    if lines and texts[0] is not None and texts[1] is not None:
        shown = unified("prompt.txt", f"{texts[0]}\n", f"{texts[1]}\n")
        out(coloured_diff(shown, colour=coloured(colour, sys.stdout)))
    elif lines:
        note("the texts are not kept by both: compile with --keep-text to see their lines")
    damage = list(dict.fromkeys((*damage_of(before), *damage_of(after))))
    for one in damage:
        note(f"muster: {one}")
    if damage:
        note("help: `muster prompt verify` says more; restore the folder, or compile again")
    elif not lines:
        note("both are the same prompt, made from the same inputs")
    return 1 if lines or damage else 0


def _envelope(one: Stored) -> StoredEnvelope:
    from muster.prompts.folder import ENVELOPE, stored_in

    try:
        return stored_in(one.files[ENVELOPE])
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        words = f"{visible(one.path)}/{ENVELOPE} is missing, or no envelope"
        raise Mistake(words, help="restore it, or compile again") from None


def _text(envelope: StoredEnvelope) -> str | None:
    from muster.prompts.values import prompt_text

    prefix, suffix = envelope.stable_prefix.text, envelope.variable_suffix.text
    return None if prefix is None or suffix is None else prompt_text(prefix, suffix)


def _inputs(before: Stored, after: Stored) -> list[str]:
    """What went in: pack, tokenizer, capabilities, values, requirements."""
    from muster.replaying import fingerprints_in

    old, new = before.manifest, after.manifest
    rows = [
        ("spec_id", old.spec_id, new.spec_id),
        ("pack", f"{old.pack.pack_id} {old.pack.sha256}", f"{new.pack.pack_id} {new.pack.sha256}"),
        ("tokenizer", old.tokenizer, new.tokenizer),
        ("governance mode", str(old.governance_mode), str(new.governance_mode)),
        ("capability snapshot", old.capability_snapshot.sha256, new.capability_snapshot.sha256),
    ]
    values = [{one.placeholder: f"{one.handle} {one.sha256}" for one in each.inputs} for each in (old, new)]
    known = [fingerprints_in(each) for each in (old, new)]
    for what, (was, now) in (("input", values), ("requirement", known)):
        rows += [(f"{what} {name}", was.get(name, ""), now.get(name, "")) for name in _names(was, now)]
    return [*_changed(rows), *_capabilities(before, after)]


def _capabilities(before: Stored, after: Stored) -> list[str]:
    """What one capability snapshot says otherwise than the other."""
    from muster.prompts.capabilities import changes_between
    from muster.prompts.view import compile_view

    old, new = (compile_view(one.path, one.files).snapshot for one in (before, after))
    return [f"  {one}" for one in changes_between(old, new)] if old and new else []


def _blocks(old: StoredEnvelope, new: StoredEnvelope) -> list[str]:
    shown = [{one.order_key: f"{one.kind} {one.content_sha256}" for one in each.blocks} for each in (old, new)]
    return _changed([(f"block {name}", shown[0].get(name, ""), shown[1].get(name, "")) for name in _names(*shown)])


def _counts(old: StoredEnvelope, new: StoredEnvelope) -> list[str]:
    """Hashes, token counts, budgets, and what was cut."""
    rows = [(name, str(getattr(old, name)), str(getattr(new, name))) for name in _COUNTED]
    rows.append(("token_budget", str(old.stable_prefix.token_budget), str(new.stable_prefix.token_budget)))
    was, now = old.truncation, new.truncation
    flags = was.per_placeholder_truncated, now.per_placeholder_truncated
    rows += [(f"cut {name}", _word(flags[0].get(name)), _word(flags[1].get(name))) for name in _names(*flags)]
    rows.append(("cut the variable suffix", _word(was.variable_suffix_truncated), _word(now.variable_suffix_truncated)))
    return _changed(rows)


def _word(flag: bool | None) -> str:
    return "" if flag is None else "yes" if flag else "no"


def _names(old: dict[str, str] | dict[str, bool], new: dict[str, str] | dict[str, bool]) -> list[str]:
    """The names in either, in the order of the first, then the second."""
    return list(dict.fromkeys((*old, *new)))


def _changed(rows: list[tuple[str, str, str]]) -> list[str]:
    return [f"{name}: {old or 'none'} -> {new or 'none'}" for name, old, new in rows if old != new]
