"""`muster prompt show`: the text of a prompt, for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where  # noqa: TC001 -- click's callbacks
from muster.cli.prompt_folder import damage_of, stored
from muster.cli.prompt_order import Asked, demand_none, order_of, order_options, site_of, values_of
from muster.cli.prompt_verify import drift_lines, needed
from muster.cli.terminal import note, out, visible

if TYPE_CHECKING:
    from muster.replaying import Stored
    from muster.workspace import Workspace


@click.command(
    "show",
    epilog=examples(
        "muster prompt show prompts/compiled/1b4e28ba-2fa1",
        "muster prompt show --set PROMPT_TEXT=@prompts/queue.md --what suffix",
    ),
)
@click.argument("named", metavar="[DIR|PACK]", required=False)
@order_options
@click.option(
    "--what",
    type=click.Choice(["prefix", "suffix", "all"]),
    default="all",
    show_default=True,
    help="Which part of the prompt.",
)
@click.option(
    "--skeletons",
    is_flag=True,
    help="Instead, what is sent behind the prompt: SpecIntent and SpecRouterDecision, to be filled in.",
)
@click.pass_obj
def show(where: Where, /, *, named: str | None, what: str, skeletons: bool, **options: Any) -> int:
    """Show the text of a prompt.

    DIR is the folder of a compiled prompt: its text is the one that is kept there, else it is
    compiled again from its inputs; texts that nobody kept are given again with --set. Exit status 1
    where the folder was edited, and where its inputs changed. Otherwise the options are those of
    `muster prompt compile`, and nothing is written. What would steer a terminal is spelled out.
    """
    workspace = where.open()
    asked = Asked(pack=named, **options)
    is_folder = named is not None and (where.folder / named / "manifest.json").is_file()
    if not is_folder and named and (where.folder / named).is_dir():
        stored(where, workspace, named)  # says what is wrong with it
    if skeletons:
        if not is_folder or asked != Asked(pack=named):
            raise Mistake("a folder alone has skeletons", help="write `muster prompt show DIR --skeletons`")
        return _show_skeletons(stored(where, workspace, named or ""))
    prefix, suffix, status = (
        _stored(where, workspace, named or "", asked) if is_folder else _compiled(where, workspace, asked)
    )
    if prefix is None or suffix is None:
        return status
    from muster.prompts.folder import part_of

    out(visible(part_of(prefix, suffix, what)) + "\n")
    return status


def _show_skeletons(found: Stored) -> int:
    """Both skeletons as they stand in the folder, each in a fence with its name above."""
    from muster.prompts.folder import DECISION, INTENT

    damage = damage_of(found)
    for one in damage:
        note(f"muster: {one}")
    if damage:
        note("help: a model would copy what is wrong: restore the folder, or compile again")
        return 1
    for kind, name in (("SpecIntent", INTENT), ("SpecRouterDecision", DECISION)):
        text = found.files.get(name, b"").decode("utf-8", "replace")
        out(f"{kind}:\n\n```json\n{visible(text)}```\n\n")
    return 0


def _compiled(where: Where, workspace: Workspace, asked: Asked) -> tuple[str, str, int]:
    from muster.compiling import compile_of
    from muster.prompts.values import Problems

    made = compile_of(*order_of(where, workspace, asked))
    if isinstance(made, Problems):
        demand_none(made.troubles)
        raise Mistake("nothing is compiled", help="see above")
    return made.envelope.stable_prefix.text, made.envelope.variable_suffix.text, 0


def _stored(where: Where, workspace: Workspace, named: str, asked: Asked) -> tuple[str | None, str | None, int]:
    """The two parts of a stored prompt, None where nobody can tell them, and the exit status."""
    if not Asked(pack=named, values=asked.values) == asked:
        raise Mistake("the folder says what was compiled", help="with a folder, give --set and --what alone")
    found = stored(where, workspace, named)
    damage = damage_of(found)
    for one in damage:
        note(f"muster: {one}")
    if (kept := _kept(found)) is not None:
        note(f"the text that {visible(found.path)} keeps{' in envelope.json, which nobody edited' if damage else ''}")
        return *kept, int(bool(damage))
    if damage:
        note(f"help: see `muster prompt verify {visible(found.path)}`; restore the folder, or compile again")
        return None, None, 1
    from muster.replaying import verdict_on

    verdict = verdict_on(found, values_of(where, workspace, asked.values), site_of(workspace))
    if verdict.drifts:
        note(f"muster: {visible(found.path)} keeps no text, and its inputs have changed:")
        note(drift_lines(verdict).rstrip("\n"))
        return None, None, 1
    if verdict.lacking:
        raise Mistake(f"{visible(found.path)} keeps no text", help=needed(verdict))
    if verdict.made is None:
        demand_none(verdict.troubles)
        raise Mistake("nothing is compiled", help="see above")
    note(f"compiled again from the inputs of {visible(found.path)}, which keeps no text")
    return verdict.made.envelope.stable_prefix.text, verdict.made.envelope.variable_suffix.text, 0


def _kept(found: Stored) -> tuple[str, str] | None:
    """The parts of a text that the envelope keeps, and that was not touched since."""
    import hashlib

    import msgspec

    from muster.prompts.folder import ENVELOPE, stored_in
    from muster.prompts.manifest import is_intact

    digest = hashlib.sha256(found.files.get(ENVELOPE, b"")).hexdigest()
    if not is_intact(found.manifest) or digest != found.manifest.files.get(ENVELOPE):
        return None
    try:
        envelope = stored_in(found.files[ENVELOPE])
    except (KeyError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    prefix, suffix = envelope.stable_prefix.text, envelope.variable_suffix.text
    return None if prefix is None or suffix is None else (prefix, suffix)
