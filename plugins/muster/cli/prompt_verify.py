"""`muster prompt verify`.  implements: MU-PRM-6024, MU-PRM-6026"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import click

from muster.cli.errors import COULD_NOT_RUN, Mistake
from muster.cli.help import examples
from muster.cli.project import Where  # noqa: TC001 -- click's callbacks
from muster.cli.prompt_folder import stored
from muster.cli.prompt_order import site_of, values_of, words_of
from muster.cli.prompt_words import recorded_prompt
from muster.cli.recorded import record_option
from muster.cli.terminal import note, out, visible
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muster.prompts.naming import Named
    from muster.replaying import Stored, Told, Verdict

_MOST_LINES = 40  # of the difference between two texts
_MOST_COMPARED = 2_000  # lines of both: the time of a comparison can grow with their square


@click.command(
    "verify",
    epilog=examples(
        "muster prompt verify prompts/compiled/1b4e28ba-2fa1",
        "muster prompt verify prompts/compiled/old --set PROMPT_TEXT=@prompt.txt",
    ),
)
@click.argument("folders", metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    help="A text that the folder does not keep, given again: the text, or @PATH for a file. Repeatable.",
)
@record_option
@click.pass_obj
def verify(where: Where, *, folders: tuple[str, ...], values: tuple[str, ...], no_record: bool) -> int:
    """Prove that a compiled prompt is what its inputs give, byte for byte.

    DIR is a folder that `muster prompt compile` wrote. Its pack, registry, requirements, sections and
    files are read as they are now, and the prompt is compiled again. Exit status 0 where every byte is
    as it was; 1 where something drifted, which is named: the pack, the tokenizer, the capability
    snapshot, a requirement by its ID, a section, a text, a file of the folder; 2 where the prompt
    cannot be compiled again.
    """
    from muster.replaying import verdict_on

    with recorded_prompt(where, "prompt-verify", enabled=not no_record) as log:
        workspace = where.open()
        log.opened(workspace)
        found = [stored(where, workspace, one) for one in folders]
        log.reads = tuple(one.path for one in found)[:64]
        given = values_of(where, workspace, values)
        _demand_needed(found, given)
        site = site_of(workspace)
        verdicts = [
            verdict_on(one, {name: value for name, value in given.items() if name in _texts(one)}, site)
            for one in found
        ]
        status = max(_status(one) for one in verdicts)
        if status:
            log.failure = ("PromptDrifted" if status == 1 else "PromptNotCompiled", _failure(verdicts), status)
    for verdict in verdicts:
        _show(verdict, by_name=len(verdicts) > 1)
    return status


def _texts(one: Stored) -> tuple[str, ...]:
    from muster.replaying import texts_needed

    return texts_needed(one)


def _demand_needed(found: Sequence[Stored], given: Mapping[str, str | Named]) -> None:
    """Stop at a text that went into none of the prompts."""
    names = sorted({name for one in found for name in _texts(one)})
    for name in given:
        if name not in names:
            remedy = f"only texts are given again: {', '.join(names)}" if names else "leave --set out"
            raise Mistake(f"no text {visible(shortened(name))} went into this prompt", help=remedy)


def _status(verdict: Verdict) -> int:
    if verdict.is_proved:
        return 0
    return 1 if verdict.drifts else COULD_NOT_RUN


def _failure(verdicts: Sequence[Verdict]) -> str:
    told = [f"{one.stored.path}: {drift.drift.what} {drift.drift.name}" for one in verdicts for drift in one.drifts]
    return visible("; ".join(told)[:2000]) or "the prompt cannot be compiled again"


def _show(verdict: Verdict, *, by_name: bool) -> None:
    """What came of one folder; `by_name` where there are others, so that each message says which it is about."""
    path = visible(verdict.stored.path)
    which = f"{path}: " if by_name else ""
    if verdict.is_proved:
        out(f"{path}: proved, {verdict.stored.manifest.envelope_hashes.full_prompt}\n")
    elif verdict.drifts:
        out(f"{path}: drifted\n{drift_lines(verdict)}")
    else:
        out(f"{path}: cannot be compiled again\n")
    if verdict.lacking:
        note(f"help: {which}{needed(verdict)}")
    if not verdict.is_proved:
        for trouble in verdict.troubles:
            note(f"muster: {which}{words_of(trouble)}")
            note(f"help: {which}{visible(trouble.help)}")


def needed(verdict: Verdict) -> str:
    """What to do where texts were not kept."""
    names = " ".join(f"--set {name}=@FILE" for name in verdict.lacking)
    return visible(f"give again what was typed and not kept: {names}; or compile with --keep-text")


def drift_lines(verdict: Verdict) -> str:
    """Each input that drifted, with its text before and after where that is known."""
    return visible("".join(f"  {line}\n" for told in verdict.drifts for line in _lines(told)))


def _lines(told: Told) -> Iterator[str]:
    yield str(told.drift)
    if told.new is None and told.old is None:
        return
    if told.old is None:
        yield "    its old text was not kept; the new one:"
    before, after = (told.old or "").splitlines(), (told.new or "").splitlines()
    lines = _changed_lines(before, after) if _few(before, after) else []
    lines = lines or [*(f"- {line}" for line in before), *(f"+ {line}" for line in after)]
    yield from (f"    {shortened(line, 400)}" for line in lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        yield f"    and {len(lines) - _MOST_LINES:,} more lines"


def _changed_lines(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The lines that went and came, and one on each side of them."""
    heads = ("---", "+++")
    lines = list(difflib.unified_diff(before, after, *heads, n=1, lineterm=""))[len(heads) :]
    return [f"{line[0]} {line[1:]}" for line in lines if not line.startswith("@@")]


def _few(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether two texts are short enough to be compared line by line."""
    return len(before) + len(after) <= _MOST_COMPARED and sum(map(len, before)) + sum(map(len, after)) < 200_000
