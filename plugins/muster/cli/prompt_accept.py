"""`muster prompt accept`.  implements: MU-PRM-6032, MU-PRM-6033"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, inside
from muster.cli.prompt_folder import stored
from muster.cli.prompt_order import demand_named
from muster.cli.prompt_words import recorded_prompt
from muster.cli.recorded import record_option
from muster.cli.terminal import note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from pathlib import Path

    from muster.prompts.answer import Answer
    from muster.prompts.values import Pack
    from muster.replaying import Stored

_MOST = 20_000_000  # bytes of an answer
_NAMES = {
    "SpecIntent": "spec_intent.json",
    "SpecRouterDecision": "spec_router_decision.json",
    "SpecArtifact": "spec.md",
}


@click.command(
    "accept",
    epilog=examples(
        "muster prompt accept prompts/compiled/1b4e28ba-2fa1 answer.md",
        "muster prompt accept prompts/compiled/1b4e28ba-2fa1 - --write answers/queue",
    ),
)
@click.argument("folder", metavar="DIR")
@click.argument("answer", metavar="ANSWER")
@click.option("--write", "target", metavar="DIR", help="Store the artifacts of an accepted answer in this new folder.")
@record_option
@click.pass_obj
def accept(where: Where, *, folder: str, answer: str, target: str | None, no_record: bool) -> int:
    """Check the answer of a model to a compiled prompt.

    DIR is the folder of the prompt, ANSWER a file, or `-` for standard input. The answer has to hold
    the outputs that the pack asks for, in order: SpecIntent, SpecRouterDecision and the spec, each in a
    fence or bare and nothing between them, valid under their schemas, the provenance of the prompt
    copied in. All that is wrong is told with its line. Exit status 1 where something is.
    """
    with recorded_prompt(where, "prompt-accept", enabled=not no_record) as log:
        workspace = where.open()
        log.opened(workspace)
        found = stored(where, workspace, folder)
        log.reads = (found.path,)
        demand_named("ANSWER", answer)
        demand_named("--write", target)
        path = _target(inside(where, workspace.root, target), found, workspace.root) if target else ""
        result = _judged(_answer(where, answer), found, workspace.root)
        if not result.is_accepted:
            log.failed("AnswerRefused", f"{counted(len(result.troubles), 'fault')} in the answer to {found.path}")
        elif path:
            log.wrote(_write(path, result, workspace.root))
    for one in result.troubles:
        out(visible(f"{answer}:{one.line}:{one.column}: error {one.message}\n  help: {one.help}\n"))
    if not result.is_accepted:
        note(f"{counted(len(result.troubles), 'fault')}; the answer is not accepted")
        return 1
    note(f"accepted: {', '.join(one.kind for one in result.artifacts)}")
    return 0


def _answer(where: Where, named: str) -> str:
    if named == "-":
        data = sys.stdin.buffer.read(_MOST + 1)
    else:
        path = where.folder / named
        if not path.is_file():
            raise Mistake(f"{visible(named)}: there is no such file", help="name the file of the answer, or `-`")
        with path.open("rb") as file:
            data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise Mistake(f"{visible(named)} has more than {_MOST:,} bytes", help="an answer is shorter")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Mistake(f"{visible(named)}:{line} is not UTF-8", help="save the answer as UTF-8") from None


def _judged(text: str, found: Stored, root: Path) -> Answer:
    """What is wrong with an answer, by the pack and the provenance of the folder, which nobody may have touched."""
    from muster.prompts.answer import answer_in
    from muster.prompts.answer_claims import Compiled
    from muster.prompts.manifest import files_of, is_intact
    from muster.prompts.view import compile_view

    view = compile_view(found.path, found.files)
    if not is_intact(found.manifest) or files_of(found.files) != found.manifest.files:
        words = f"{visible(found.path)} is not as it was written"
        raise Mistake(words, help=f"see `muster prompt verify {visible(found.path)}`, and restore it")
    if view.pack is None or view.intent is None or view.decision is None or view.snapshot is None:
        raise Mistake(f"{visible(found.path)}: {visible('; '.join(view.troubles))}", help="compile again")
    made = Compiled(view.intent, view.decision, view.snapshot)
    return answer_in(text, view.pack, made, _templates(view.pack, found, root))


def _templates(pack: Pack, found: Stored, root: Path) -> dict[str, str]:
    """The templates that are shipped, and those that the project keeps beside the folder of packs."""
    from muster.gathering import SHIPPED, NoInput, read_file
    from muster.prompt_files import template_path
    from muster.prompts.contracts import TEMPLATES, template_text

    texts = {name: template_text(name) for name in TEMPLATES}
    handle = found.manifest.pack.handle
    for output in pack.required_outputs:
        if output.artifact_kind == "SpecArtifact" and not handle.startswith(SHIPPED):
            try:
                data = read_file(root, template_path(handle, output.schema_ref), 1_000_000, "a template")
                texts[output.schema_ref] = data.decode()
            except (NoInput, UnicodeDecodeError):
                continue  # the answer says then that there is none
    return texts


def _target(path: str, found: Stored, root: Path) -> str:
    """The folder for the artifacts, where they can be written."""
    import os

    from muster.cli.prompt_order import words_of
    from muster.prompt_folders import unfit_folder

    if wrong := unfit_folder(root, path):
        raise Mistake(words_of(wrong), help=visible(wrong.help))
    if f"{path}/".startswith(f"{found.path}/"):
        words = f"{visible(path)} is in the folder of the prompt, which holds what was compiled and nothing else"
        raise Mistake(words, help="name a folder beside it")
    if os.path.lexists(root / path):
        raise Mistake(f"{visible(path)} is there already", help="no answer is replaced: name a new folder")
    return path


def _write(path: str, result: Answer, root: Path) -> list[str]:
    from muster.store import files
    from muster.store.whole_folder import clear_half_written, write_whole

    contents = {_NAMES[one.kind]: f"{one.text.rstrip()}\n".encode() for one in result.artifacts}
    with files.lock(root):
        clear_half_written(root, path.rpartition("/")[0])
        write_whole(root, path, contents)
    written = [f"{path}/{name}" for name in contents]
    out("".join(f"written {visible(one)}\n" for one in written))
    return written
