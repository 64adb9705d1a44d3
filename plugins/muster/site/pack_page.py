"""The page of a prompt pack: its bytes by their hash, its prefix and template, its placeholders and budgets.

implements: MU-PRM-6031
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from muster.prompts.compiler import most_tokens
from muster.prompts.contracts import SCHEMAS, TEMPLATES, schema_text, template_text
from muster.prompts.template import pieces_of
from muster.site.findings_page import with_code
from muster.site.markup import escape, inert
from muster.site.packet_page import MOST_FINDINGS, word_badge
from muster.site.page import NOT_SEARCHED, heading, table
from muster.site.prompt_page import facts_of, state_badge
from muster.site.prompt_ways import when
from muster.site.recorded import told
from muster.text.source import lines_of
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import Finding
    from muster.prompts.values import Pack
    from muster.prompts.view import CompileView, PackView
    from muster.site.packet_page import Ways
    from muster.site.prompt_ways import PromptWays

MOST_LINES = 500  # of a section or of the template
LONGEST = 2_000  # characters of a line
MOST_COMPILES = 200
_FRONT = NOT_SEARCHED.replace("---\n\n", "hide:\n  - toc\n---\n\n")


def pack_badge(view: PackView, findings: Sequence[Finding]) -> str:
    """Whether a pack is one."""
    if findings:
        return word_badge("error", counted(len(findings), "finding"))
    return word_badge("ok", "valid") if view.pack else word_badge("failed", "malformed")


def pack_page(view: PackView, findings: Sequence[Finding], compiles: Sequence[CompileView], ways: PromptWays) -> str:
    """The page; `findings` are those in the file, `compiles` the prompts that were made with these bytes."""
    pack = view.pack
    facts = {"File": f"<code>{told(view.path)}</code>", "SHA-256": f"<code>{told(view.sha256) or 'unread'}</code>"}
    if pack:
        facts |= {
            "Description": told(pack.description, 1000) or "none",
            "For jobs": f"<code>{told(pack.target_job_kind)}</code>",
        }
    if view.prefix_tokens is not None:
        facts["Stable prefix"] = f"{counted(view.prefix_tokens, 'token')} as {told(view.tokenizer)} counts them"
    parts = [
        f"{_FRONT}# Pack {heading(printable(view.pack_id))}\n",
        f'<p class="muster-standing">{pack_badge(view, findings)} {ways.overview()}</p>\n',
        facts_of(facts),
    ]
    if findings:
        parts += ["## Findings\n", findings_table(findings, ways.ways)]
    if pack:
        parts += ["## Budgets\n", _budgets(pack), "## Placeholders\n", _placeholders(pack)]
        parts += ["## Stable prefix\n", *_sections(pack)]
        parts += ["## Template of the suffix\n", text_box("Template", pack.variable_suffix_template_md, marked=True)]
        parts += ["## Required outputs\n", _outputs(pack), *_schemas(pack)]
    if compiles:
        parts += ["## Compiled prompts\n", _compiles(compiles, ways)]
    return "\n".join(parts)


def findings_table(findings: Sequence[Finding], ways: Ways) -> str:
    """What is wrong with a file."""
    rows = [
        f'<th scope="row">{ways.rule(one.code)}</th><td>{one.place.line}</td><td>{word_badge(one.severity)}</td>'
        f"<td>{with_code(one.message)}</td>"
        for one in findings[:MOST_FINDINGS]
    ]
    caption = "What is wrong with the file"
    if len(findings) > MOST_FINDINGS:
        caption = f"The first {MOST_FINDINGS} of {len(findings):,} findings"
    return table(caption, ("Rule", "Line", "Severity", "What is wrong"), rows, cards=True)


def _budgets(pack: Pack) -> str:
    governs = {
        "max_total_tokens": "prefix, blank line and suffix together",
        "max_prompt_excerpt_tokens": "<code>PROMPT_TEXT</code>",
        "max_capsule_tokens": "a context capsule",
        "max_capability_table_tokens": "<code>CAPABILITY_SNAPSHOT_TABLE</code>",
    }
    rows = [
        f'<th scope="row"><code>{name}</code></th><td>{tokens:,}</td><td>{governs[name]}</td>'
        for name, tokens in msgspec.structs.asdict(pack.budgets).items()
    ]
    return table("How many tokens may be spent", ("Budget", "Tokens", "On"), rows)


def _placeholders(pack: Pack) -> str:
    rows = []
    for each in pack.placeholders:
        most = most_tokens(pack, each)
        held = f" (held to {most:,} by its budget)" if most < each.max_tokens else ""
        rows.append(
            f'<th scope="row"><code>{told(each.name)}</code></th><td>{each.source}</td>'
            f"<td>{each.max_tokens:,}{held}</td><td>{'yes' if each.required else 'no'}</td>"
        )
    if not rows:
        return "The pack has no placeholder.\n"
    return table("What the template asks for, in order", ("Placeholder", "Source", "Most tokens", "Required"), rows)


def _sections(pack: Pack) -> list[str]:
    if not pack.stable_prefix_sections:
        return ["The pack has no section.\n"]
    return [text_box(section.section_id, section.content_md) for section in pack.stable_prefix_sections]


def text_box(title: str, text: str, *, marked: bool = False) -> str:
    """A text as it is, its lines in a box of their own; with `marked`, its placeholders are marked.

    Each line is an element, so that no blank line ends the block for a strict Markdown.
    """
    lines = lines_of(text.removesuffix("\n"))
    shown = "".join(f"<span>{_line(line, marked=marked)}\n</span>" for line in lines[:MOST_LINES])
    more = len(lines) - MOST_LINES
    rest = f'<p class="muster-caption">and {counted(more, "more line")}</p>' if more > 0 else ""
    name = told(title)
    code = f'<code tabindex="0" role="group" aria-label="{inert(printable(title))}">{shown}</code>'
    box = f'<p class="muster-caption">{name}</p><pre class="muster-lines">{code}</pre>{rest}'
    return f'<div class="muster-packet">\n{box}\n</div>\n'


def _line(line: str, *, marked: bool) -> str:
    kept = line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."
    if not marked:
        return _text(kept)
    return "".join(
        _text(text) + (f'<mark class="muster-placeholder">{inert(f"{{{{{name}}}}}")}</mark>' if name else "")
        for text, name in pieces_of(kept)
    )


def _text(text: str) -> str:
    return inert(printable(text.expandtabs(4)))


def _outputs(pack: Pack) -> str:
    rows = []
    for number, output in enumerate(pack.required_outputs, start=1):
        name = f"<code>{told(output.schema_ref)}</code>"
        is_shipped = output.schema_ref in (*SCHEMAS, *TEMPLATES)
        shown = f'<a href="#{_place(output.schema_ref)}">{name}</a>' if is_shipped else f"{name} (not shipped)"
        rows.append(f'<th scope="row">{number}</th><td>{output.artifact_kind}</td><td>{shown}</td>')
    return table("What an answer must hold, in order", ("Order", "Artifact", "Schema"), rows) if rows else "None.\n"


def _schemas(pack: Pack) -> list[str]:
    """The shipped schemas that the pack names, each to be opened."""
    found = []
    for name in dict.fromkeys(output.schema_ref for output in pack.required_outputs):
        if text := _schema(name):
            box = text_box(f"{name}, as it comes with Muster", text)
            found.append(
                f'<details class="muster-more" id="{_place(name)}">\n<summary>{told(name)}</summary>\n{box}</details>\n'
            )
    return found


def _place(schema: str) -> str:
    return f"schema-{escape(schema)}"


def _schema(name: str) -> str:
    """The text of a shipped schema or template; "" for another name."""
    if name in TEMPLATES:
        return template_text(name)
    return schema_text(name) if name in SCHEMAS else ""


def _compiles(compiles: Sequence[CompileView], ways: PromptWays) -> str:
    rows = []
    for one in compiles[:MOST_COMPILES]:
        own = one.manifest
        assert own is not None
        href = ways.ways.to(ways.paths.compiles[one.folder])
        rows.append(
            f'<th scope="row"><a href="{href}"><code>{told(one.folder.rpartition("/")[2])}</code></a></th>'
            f"<td>{when(own.created_at)}</td><td>{ways.spec(own.spec_id)}</td><td>{state_badge(one)}</td>"
        )
    caption = "Prompts that were compiled with it, the latest first"
    if len(compiles) > MOST_COMPILES:
        caption = f"The latest {MOST_COMPILES} of {len(compiles):,} prompts that were compiled with it"
    return table(caption, ("Prompt", "Created", "Spec", "Inputs"), rows)
