"""`muster prompt compile`.  implements: MU-PRM-6010, MU-PRM-6022, MU-PRM-6025"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, inside
from muster.cli.prompt_order import Asked, demand_named, demand_none, order_of, order_options, words_of
from muster.cli.prompt_words import recorded_prompt, without_texts
from muster.cli.recorded import record_option
from muster.cli.terminal import note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from muster.cli.recorded import Log
    from muster.compiling import Compile
    from muster.gathering import Order, Site
    from muster.prompt_folders import Span
    from muster.prompts.provenance import Reference


@click.command(
    "compile",
    epilog=examples(
        "muster prompt compile --set PROMPT_TEXT=@prompts/queue.md --dry-run",
        "muster prompt compile --set PROMPT_TEXT=requirement:QUEUE-1001,QUEUE-1002",
        "muster prompt compile mine@2 --set 'PROMPT_TEXT=Write it.' --keep-text",
    ),
)
@click.argument("pack", metavar="[PACK]", required=False)
@order_options
@click.option(
    "--lint-report", metavar="FILE", help="A report of `muster check --report spec-lint`; the event names it."
)
@click.option("--output", metavar="DIR", help="The folder to write; by default a new one in `prompts.folder`.")
@click.option("--keep-text", is_flag=True, help="Store the full text too, and the texts that it is made from.")
@click.option("--dry-run", is_flag=True, help="Show hashes and token counts, and write nothing.")
@record_option
@click.pass_obj
def compile_(
    where: Where,
    /,
    *,
    pack: str | None,
    lint_report: str | None,
    output: str | None,
    keep_text: bool,
    dry_run: bool,
    no_record: bool,
    **options: Any,
) -> int:
    """Compile a prompt from a pack and its values.

    PACK is the ID of a pack or the path of its file; by default spec_router_pack@1. What the project
    knows needs no value: workspace, version control, governance mode and gates, the capabilities.
    The folder that is written holds hashes and references: the envelope, the snapshots, skeletons of
    SpecIntent and SpecRouterDecision with their provenance, and a manifest of all that went in, from
    which `muster prompt verify` makes the prompt again. The ledger gets an event. The same compile
    again changes nothing.
    """
    from muster.compiling import compile_of
    from muster.prompts.values import Problems

    with recorded_prompt(where, "prompt-compile", enabled=not (no_record or dry_run)) as log:
        workspace = where.open()
        log.opened(workspace)
        demand_named("--output", output)
        demand_named("--lint-report", lint_report)
        order, site = order_of(where, workspace, Asked(pack=pack, **options))
        made = compile_of(order, site, keep_text=keep_text)
        if isinstance(made, Problems):
            demand_none(made.troubles)
            raise Mistake("nothing is compiled", help="see above")
        log.spec_ids = [made.manifest.spec_id] if made.manifest.spec_id else []
        log.reads = reads_of(made)
        log.words = without_texts(where, {one.handle for one in made.manifest.inputs}).words
        path = inside(where, workspace.root, output) if output else ""
        lint = _lint(inside(where, workspace.root, lint_report), site) if lint_report else None
        path = _folder(path, made, site)
        if not dry_run:
            _write(order, made, (path, lint), site, log)
    out(summary(made))
    if dry_run:
        note(f"nothing is written; it would be {visible(path)}")
    return 0


def _folder(path: str, made: Compile, site: Site) -> str:
    """The folder to write, in which nothing else stands."""
    from muster.prompt_folders import default_folder, standing_at, unfit_folder
    from muster.prompts.values import CompileTrouble

    path = path or default_folder(made, site)
    wrong = unfit_folder(site.root, path) or standing_at(site.root, path, made)
    if isinstance(wrong, CompileTrouble):
        raise Mistake(words_of(wrong), help=visible(wrong.help))
    return path


def _write(order: Order, made: Compile, place: tuple[str, Reference | None], site: Site, log: Log) -> None:
    from muster.ledger.database import LedgerUnavailable
    from muster.prompt_folders import Placed, write
    from muster.prompts.values import CompileTrouble
    from muster.recording import open_ledger

    path, lint = place
    try:
        with open_ledger(site.root, site.project.settings) as book:
            written = write(order, made, Placed(path, lint, _span(log)), site, book)
    except LedgerUnavailable as error:
        log.attempt = None  # where the event has no place, the run has none
        remedy = "or name another ledger in MUSTER_LEDGER; --dry-run needs none, and each compile that is written does"
        raise Mistake(f"the ledger cannot be used: {visible(str(error))}", help=f"{error.remedy}; {remedy}") from None
    if isinstance(written, CompileTrouble):
        raise Mistake(words_of(written), help=visible(written.help))
    log.wrote(written.paths)
    if written.paths:
        note(f"written {visible(path)}: {counted(len(written.paths), 'file')}")
    else:
        note(f"{visible(path)} holds this compile already; nothing was written")


def _span(log: Log) -> Span:
    from muster.ledger.keys import new_uuid
    from muster.prompt_folders import Span

    return Span(log.attempt.trace_id, log.attempt.span_id) if log.attempt else Span(new_uuid(), new_uuid())


def _lint(path: str, site: Site) -> Reference:
    """The report of a preflight, by its path and hash."""
    import hashlib

    import msgspec

    from muster.gathering import NoInput, read_file
    from muster.prompts.provenance import Reference
    from muster.prompts.spec_lint import SpecLintReport

    try:
        data = read_file(site.root, path, 50_000_000, "a report")
        msgspec.json.decode(data, type=SpecLintReport)
    except NoInput as error:
        demand_none(error.troubles)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        words = f"{visible(path)} is no report of a preflight: {visible(str(error)[:200])}"
        raise Mistake(words, help="write one: `muster check --report spec-lint=FILE`") from None
    return Reference(path, hashlib.sha256(data).hexdigest())


def reads_of(made: Compile) -> tuple[str, ...]:
    """What went into a compile, as its run names it."""
    manifest = made.manifest
    handles = (one.handle for one in manifest.inputs if one.kind != "text")
    return tuple(dict.fromkeys((manifest.pack.handle, manifest.capability_snapshot.handle, *handles)))[:64]


def summary(made: Compile) -> str:
    """Hashes, token counts, and what was cut."""
    manifest, envelope = made.manifest, made.envelope
    cut = [name for name, was_cut in envelope.truncation.per_placeholder_truncated.items() if was_cut]
    if envelope.truncation.variable_suffix_truncated:
        cut.append("the variable suffix")
    rows = (
        ("context snapshot", manifest.context_snapshot_id),
        ("spec_id", manifest.spec_id or "none"),
        ("pack", f"{manifest.pack.pack_id} {manifest.pack.sha256}"),
        ("capability snapshot", f"{manifest.capability_snapshot.handle} {manifest.capability_snapshot.sha256}"),
        ("stable prefix", f"{envelope.stable_prefix_hash} {counted(envelope.stable_prefix_tokens, 'token')}"),
        ("variable suffix", f"{envelope.variable_suffix_hash} {counted(envelope.variable_suffix_tokens, 'token')}"),
        ("full prompt", f"{envelope.full_prompt_hash} {counted(envelope.total_tokens, 'token')}"),
        ("budget", f"{envelope.stable_prefix.token_budget:,} by {manifest.tokenizer}"),
        ("cut", ", ".join(cut) or "nothing"),
        ("without a value", ", ".join(made.missing) or "none"),
    )
    return "".join(f"{name:<20} {visible(text)}\n" for name, text in rows)
