"""The pages of prompts: what a compile was made from, how its tokens are spent, and never a file's markup."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown

from html_tags import Tags
from muster.compiling import Compile, compile_of
from muster.gathering import Order, Site
from muster.ledger.history import history_read
from muster.ledger.statistics import NO_HISTORY, RunHistory
from muster.model import Outcome
from muster.prompt_folders import Placed, Span, Written, default_folder
from muster.prompt_folders import write as write_compile
from muster.prompt_views import prompt_views
from muster.prompts.contracts import DEFAULT_PACK, default_pack, schema_text
from muster.prompts.governance import Mode
from muster.prompts.tokenizers import tokenizer_named
from muster.prompts.view import CompileView, Part, PromptViews, Share, compile_view, kept_texts, shares_of
from muster.recording import ledger_read, open_ledger
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages, generated_paths
from muster.workspace import Workspace, open_workspace
from repositories import write
from test_mkdocs_build import built, page, run

LINKS = PlainLinks("specs", "specs")
SPEC_ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
SPEC = (
    "---\nelicitation: queue/elicitation.md\n---\n# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n"
    "## Order\n\n- [Q-1001] It MUST run.\n- [Q-1002] It MUST keep the order.\n"
)
PACK_PATH = f"assets/spec_prompt_packs/{DEFAULT_PACK}.json"
REGISTRY = """\
registry_version: "2026.1"
capabilities:
  - {capability_id: surface.terminal, kind: Surface, risk_class: Low}
tools: []
"""
FILES = {
    "muster.toml": '[prompts]\nregistry = "capabilities.yaml"\n',
    "specs/10-queue.md": SPEC,
    "specs/queue/elicitation.md": f"---\nspec_id: {SPEC_ID}\nready_for_planning: true\n---\n",
    "specs/queue/objective-contract.json": f'{{"spec_id": "{SPEC_ID}"}}\n',
    "capabilities.yaml": REGISTRY,
    PACK_PATH: default_pack().decode(),
}
PROMPT = f"""\
---
spec_id: {SPEC_ID}
---
# Prompt: The order of the queue

Prompt ID: 3f0a1c6e-9d53-4f1e-8a51-0c7d2f4b8e11
Status: draft
Owner: ilja
Created: 2026-02-27T09:46:09Z
Last-Modified: 2026-02-28T09:46:09Z
"""
HOSTILE = "</code></pre><script>alert(1)</script> {{ config }} {% raw %} ![x](y) | *z* \u202egnp.exe"


def compiled(root: Path, values: dict[str, str], hour: int = 10, **order: Any) -> str:
    """The folder of a prompt that was compiled and recorded."""
    workspace = open_workspace(root)
    site = Site(root, workspace.run().project, workspace.inputs.paths)
    keep_text = order.pop("keep_text", False)
    defaults: dict[str, Any] = {
        "tokenizer": "words",
        "registry": "capabilities.yaml",
        "mode": Mode.STANDARD,
        "at": f"2026-11-27T{hour}:00:00Z",
        "spec_id": SPEC_ID,
    }
    asked = Order(values=values, **(defaults | order))
    made = compile_of(asked, site, keep_text=keep_text)
    assert isinstance(made, Compile), made
    span = Span(str(UUID(int=4 << 76 | 8 << 60 | hour)), str(UUID(int=4 << 76 | 8 << 60)))
    with open_ledger(root, workspace.settings) as book:
        written = write_compile(asked, made, Placed(default_folder(made, site), None, span), site, book)
    assert isinstance(written, Written), written
    return written.folder


def read(root: Path) -> tuple[Workspace, Outcome, PromptViews]:
    workspace = open_workspace(root)
    outcome = workspace.run()
    return workspace, outcome, prompt_views(root, outcome.project, workspace.inputs)


def view_of(root: Path, folder: str) -> CompileView:
    return next(view for view in read(root)[2].compiles if view.folder == folder)


def every_page(root: Path) -> dict[str, str]:
    workspace, outcome, views = read(root)
    history = history_read(lambda: ledger_read(root, workspace.settings), [SPEC_ID])
    return {one.path: one.text for one in generated_pages(outcome, (), LINKS, history, (), views)}


def pages_of(root: Path) -> dict[str, str]:
    return {path: text for path, text in every_page(root).items() if path.startswith("prompts/")}


def page_of(root: Path, folder: str) -> str:
    return pages_of(root)[f"prompts/{folder.rpartition('/')[2]}.md"]


def words(markup: str) -> list[str]:
    return html.unescape(re.sub(r"<[^>]+>", " ", markup)).split()


def rows(markup: str, caption: str) -> list[list[str]]:
    """The rows of a table as words."""
    body = markup.split(f"<caption>{caption}</caption>")[1].split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return [words(row) for row in body.strip().splitlines()]


def facts(markup: str, title: str = "") -> dict[str, str]:
    """The names and values below a heading; without one, at the top."""
    own = markup.split(f"## {title}\n")[1] if title else markup
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", own.split("</dl>")[0])
    return {" ".join(words(name)): " ".join(words(value)) for name, value in found}


# The overview


@pytest.mark.requirement("MU-PRM-6031")
def test_the_overview_lists_packs_compiled_prompts_and_prompt_documents(tmp_path: Path) -> None:
    root = write(tmp_path, {**FILES, "prompts/queue.md": PROMPT})
    first = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})
    second = compiled(root, {"PROMPT_TEXT": "word " * 1000}, 11, spec_id="")

    overview = pages_of(root)["prompts/index.md"]

    digest = "d05b4a8a1796062f1dc0af21055b9c933909a0f7b3d10b40425dd0803161aa27"
    assert rows(overview, "Prompt packs") == [[DEFAULT_PACK, "valid", "8,000", "2", digest]]
    totals = [view.stand.total_tokens for folder in (second, first) if (view := view_of(root, folder)).stand]
    assert rows(overview, "Compiled prompts, the latest first") == [
        f"{second[17:]} 2026-11-27 11:00:00 text not kept {DEFAULT_PACK} {totals[0]:,} of 8,000 PROMPT_TEXT"
        " none".split(),
        f"{first[17:]} 2026-11-27 10:00:00 proved {DEFAULT_PACK} {totals[1]:,} of 8,000 nothing"
        " specs/10-queue.md".split(),
    ]
    assert rows(overview, "Prompt documents") == [
        "prompts/queue.md The order of the queue 8 findings draft ilja 2026-02-27T09:46:09Z 2026-02-28T09:46:09Z"
        " 3f0a1c6e-9d53-4f1e-8a51-0c7d2f4b8e11".split()
    ]


def test_without_prompts_there_is_no_page_and_with_a_document_alone_only_the_overview(tmp_path: Path) -> None:
    bare = {path: text for path, text in FILES.items() if path != PACK_PATH}

    assert pages_of(write(tmp_path / "none", bare)) == {}
    pages = pages_of(write(tmp_path / "one", {**bare, "prompts/queue.md": PROMPT}))
    assert list(pages) == ["prompts/index.md"]
    assert "`muster prompt compile` makes one" in pages["prompts/index.md"]


def test_the_pages_are_those_that_a_link_may_lead_to(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})
    _, outcome, views = read(root)

    made = [one.path for one in generated_pages(outcome, (), LINKS, prompts=views)]
    assert made == [path for path in generated_paths(outcome.project) if not path.startswith("rules/")]


def test_a_pack_that_only_compiled_prompts_hold_has_one_page(tmp_path: Path) -> None:
    root = write(tmp_path, {path: text for path, text in FILES.items() if path != PACK_PATH})
    folders = [compiled(root, {"PROMPT_TEXT": f"requirement:Q-100{number}"}, 10 + number) for number in (1, 2)]

    pages = pages_of(root)

    assert [path for path in pages if path.startswith("prompts/packs/")] == ["prompts/packs/spec_router_pack-1.md"]
    assert facts(pages["prompts/packs/spec_router_pack-1.md"])["File"] == f"{min(folders)}/pack.json"


def test_a_compile_does_not_take_the_name_of_a_published_page(tmp_path: Path) -> None:
    root = write(tmp_path, {**FILES, "mkdocs.yml": MKDOCS})
    name = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})[17:]
    write(root, {f"specs/prompts/{name}.md": "# Ours\n"})

    assert f"prompts/{name}-2.md" in pages_of(root)
    assert f"prompts/{name}.md" not in pages_of(root)


def test_a_prompt_document_that_is_tied_to_a_spec_leads_from_its_page_to_the_overview(tmp_path: Path) -> None:
    root = write(tmp_path, {**FILES, "prompts/queue.md": PROMPT})

    identity = every_page(root)[f"identity/{SPEC_ID}.md"]

    assert '<a href="../prompts/index.md"><code>prompts/queue.md</code></a></th><td>prompt</td>' in identity


# The page of a compiled prompt


@pytest.mark.requirement("MU-PRM-6031")
def test_every_field_of_the_provenance_is_on_the_page(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001,Q-1002"})
    own = json.loads((root / folder / "spec_intent.json").read_bytes())
    stand = own["prompt_envelope"]

    shown = facts(page_of(root, folder), "Provenance")

    flags = stand["truncation"]["per_placeholder_truncated"]
    assert shown == {
        **{name: own[name] for name in ("spec_prompt_pack_id", "spec_prompt_pack_sha256", "context_snapshot_id")},
        "capability_snapshot_ref.handle": own["capability_snapshot_ref"]["handle"],
        "capability_snapshot_ref.sha256": own["capability_snapshot_ref"]["sha256"],
        "capability_registry_version": "2026.1",
        "tokenizer": "words@1",
        **{name: stand[name] for name in ("stable_prefix_hash", "variable_suffix_hash", "full_prompt_hash")},
        **{name: f"{stand[name]:,}" for name in ("stable_prefix_tokens", "variable_suffix_tokens", "total_tokens")},
        "variable_suffix_truncated": "false",
        **{f"truncated.{name}": "false" for name in flags},
        "missing_placeholders": "PROJECT_ID",
    }
    assert list(flags) == [each["name"] for each in json.loads(default_pack())["placeholders"]]


@pytest.mark.requirement("MU-PRM-6031")
def test_a_changed_requirement_is_named_with_both_fingerprints_and_linked_to_its_anchor(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001,Q-1002"})
    (was,) = (one.fingerprints for one in view_of(root, folder).manifest.inputs if one.fingerprints)  # type: ignore[union-attr]
    write(
        root,
        {"specs/10-queue.md": SPEC.replace("It MUST run", "It MUST fly").replace("- [Q-1002] It MUST", "- It MUST")},
    )
    now = next(one.fingerprint for one in open_workspace(root).run().project.requirements)

    text = page_of(root, folder)

    assert rows(text, "What is not as it was") == [
        ["requirement", "Q-1001", "PROMPT_TEXT", "holds", "it", was["Q-1001"], now],
        ["requirement", "Q-1002", "PROMPT_TEXT", "holds", "it", was["Q-1002"], "gone"],
    ]
    assert rows(text, "Requirements and their fingerprints") == [
        ["Q-1001", "PROMPT_TEXT", was["Q-1001"], "changed"],
        ["Q-1002", "PROMPT_TEXT", was["Q-1002"], "gone"],
    ]
    assert '<a href="../10-queue.md#Q-1001"><code class="muster-whole">Q-1001</code></a>' in text
    assert facts(text)["Inputs"] == "2 things changed"


@pytest.mark.requirement("MU-PRM-6031")
def test_the_inputs_are_told_by_handle_and_hash_and_what_nobody_kept_as_such(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "Write a queue.", "PROJECT_ID": "rocket"})
    manifest = json.loads((root / folder / "manifest.json").read_bytes())

    text = page_of(root, folder)

    told = {row[0]: row for row in rows(text, "What the prompt was made from")}
    assert told["Pack"] == ["Pack", "as", "it", "was", DEFAULT_PACK, PACK_PATH, manifest["pack"]["sha256"]]
    hashes = {one["placeholder"]: one["sha256"] for one in manifest["inputs"]}
    assert told["PROMPT_TEXT"] == ["PROMPT_TEXT", "not", "kept", "text:", hashes["PROMPT_TEXT"]]
    assert told["PROJECT_ID"] == ["PROJECT_ID", "as", "it", "was", "text:", hashes["PROJECT_ID"]]
    assert facts(text)["Inputs"] == "as they were; not kept, and so not looked at: PROMPT_TEXT"


@pytest.mark.requirement("MU-PRM-6031")
def test_a_compile_leads_to_its_event_in_the_story_of_its_spec(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    own = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})
    other = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"}, 11, spec_id="")

    pages = every_page(root)

    page_own, page_other = (pages[f"prompts/{folder[17:]}.md"] for folder in (own, other))
    assert f'<dd><a href="../identity/{SPEC_ID}.md#event-1">#1</a> <time' in page_own
    assert 'id="event-1"' in pages[f"identity/{SPEC_ID}.md"]
    assert "<dd>#2 <time" in page_other  # no page has it: no spec is named, and no run was recorded
    assert f'<a href="../identity/{SPEC_ID}.md"><code>{SPEC_ID}</code></a> (<a href="../10-queue.md">' in page_own


def test_a_ledger_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})
    _, outcome, views = read(root)

    for history, expected in (
        (RunHistory(problem="no", remedy="none"), "the ledger could not be read"),
        (NO_HISTORY, "none is recorded"),
    ):
        pages = {one.path: one.text for one in generated_pages(outcome, (), LINKS, history, (), views)}
        assert facts(pages[f"prompts/{folder[17:]}.md"])["Event"] == expected


@pytest.mark.requirement("MU-PRM-6025", "MU-PRM-6031")
def test_the_text_of_a_prompt_is_on_no_page_though_the_folder_keeps_it(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "Write a clandestine queue."}, keep_text=True)

    pages = every_page(root)

    assert [path for path, text in pages.items() if "clandestine" in text] == []
    assert facts(pages[f"prompts/{folder[17:]}.md"])["Text"] == "kept in the folder, and shown on no page"
    assert facts(pages[f"prompts/{folder[17:]}.md"])["Inputs"] == (
        "as they were: made again, the prompt is the same byte for byte"
    )


def test_texts_that_stayed_on_another_machine_are_no_damage(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"}, keep_text=True)
    for name in ("prompt.txt", "values.json"):
        (root / folder / name).unlink()

    view = view_of(root, folder)

    assert (view.troubles, view.drifts) == ((), ())


# Damage


def without_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def torn_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"schema_version": ', encoding="utf-8")


def edited_manifest(folder: Path) -> None:
    own = folder / "manifest.json"
    own.write_text(own.read_text("utf-8").replace('"keeps_text": false', '"keeps_text": true'), encoding="utf-8")


def edited_intent(folder: Path) -> None:
    (folder / "spec_intent.json").write_text("[]", encoding="utf-8")


def other_pack(folder: Path) -> None:
    (folder / "pack.json").write_text('{"pack_id": "../../x"}', encoding="utf-8")


def stray_file(folder: Path) -> None:
    (folder / "notes.txt").write_text("ours", encoding="utf-8")


def stray_folder(folder: Path) -> None:
    (folder / "notes").mkdir()


def odd_kind(folder: Path) -> None:
    own = folder / "manifest.json"
    text = own.read_text("utf-8").replace('"kind": "requirement"', '"kind": "oracle"')
    own.write_text(
        text.replace('"handle": "requirement:Q-1001"', '"handle": "file:../../etc/passwd"'), encoding="utf-8"
    )


@pytest.mark.requirement("MU-PRM-6031")
@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (without_manifest, ["manifest.json is missing"]),
        (torn_manifest, ["manifest.json is no manifest of a prompt: Input data was truncated"]),
        (edited_manifest, ["manifest.json was edited after it was written"]),
        (
            edited_intent,
            [
                "spec_intent.json was edited after it was written",
                "spec_intent.json has another shape: Expected `object`, got `array`",
            ],
        ),
        (stray_file, ["notes.txt was not written by the compile"]),
        (stray_folder, ["notes/ (a folder) was not written by the compile"]),
        (odd_kind, ["manifest.json is no manifest of a prompt: Invalid kind 'oracle' - at `$.inputs[1]`"]),
    ],
    ids=["no manifest", "torn manifest", "edited manifest", "edited intent", "stray file", "stray folder", "odd kind"],
)
def test_a_damaged_folder_has_a_page_that_says_so(damage: Any, told: list[str], tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})
    damage(root / folder)

    text = page_of(root, folder)

    assert 'muster-failed">damaged</span>' in text
    assert rows(text, "What is wrong with the folder") == [words(html.escape(one)) for one in told]


def test_a_pack_in_a_folder_that_is_none_is_damage(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})
    other_pack(root / folder)

    view = view_of(root, folder)

    assert (view.pack, view.shares) == (None, ())
    assert view.troubles[0] == "pack.json was edited after it was written"
    assert view.troubles[1].startswith("pack.json is no prompt pack: $")


# The budget


def stored(root: Path, folder: str) -> CompileView:
    return compile_view(folder, {path.name: path.read_bytes() for path in (root / folder).iterdir()})


def spending(view: CompileView) -> dict[str, int]:
    return {share.name or str(share.part): share.tokens for share in view.shares}


@pytest.mark.requirement("MU-PRM-6031")
@pytest.mark.parametrize("tokenizer", ["chars", "words", "o200k", "cl100k"])
def test_the_shares_come_to_the_budget_and_to_what_the_envelope_says(tokenizer: str, tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001", "PROJECT_ID": "rocket"}, tokenizer=tokenizer)

    view = view_of(root, folder)

    assert view.stand is not None
    shares = spending(view)
    assert sum(shares.values()) == 8000
    assert shares["stable prefix"] == view.stand.stable_prefix_tokens
    assert shares["left"] == 8000 - view.stand.total_tokens
    assert shares["PROMPT_TEXT"] == tokenizer_named(tokenizer).count("It MUST run.")


def test_the_one_text_that_nobody_kept_takes_what_the_others_leave(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    prompt = "Write a queue, and keep its order." * 3
    kept, not_kept = (
        compiled(root, {"PROMPT_TEXT": prompt}, keep_text=flag, hour=hour) for flag, hour in ((True, 10), (False, 11))
    )

    assert kept == not_kept  # the same compile: the first one stays
    (root / kept / "values.json").unlink()
    view = view_of(root, kept)
    assert view.replay is not None
    assert view.replay.lacking == ("PROMPT_TEXT",)
    assert spending(view)["PROMPT_TEXT"] == tokenizer_named("words").count(prompt)


def test_several_texts_that_nobody_kept_are_one_share(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    view = stored(root, compiled(root, {"PROMPT_TEXT": "requirement:Q-1001", "PROJECT_ID": "rocket"}))
    own = kept_texts(view)
    assert view.manifest is not None
    texts = {one.placeholder: own[one.sha256] for one in view.manifest.inputs if one.sha256 in own}
    del texts["PROJECT_ID"]

    shares = shares_of(view, texts, tokenizer_named("words"))

    assert [share for share in shares if share.part is Part.UNKNOWN] == [
        Share(Part.UNKNOWN, 5, "PROMPT_TEXT, PROJECT_ID", 932)
    ]
    assert sum(share.tokens for share in shares) == 8000


def test_of_a_cut_suffix_only_what_stands_before_the_cut_is_spent(tmp_path: Path) -> None:
    pack = json.loads(default_pack())
    pack["pack_id"], pack["budgets"]["max_total_tokens"] = "tight@1", 180
    root = write(tmp_path, {**FILES, "assets/spec_prompt_packs/tight@1.json": json.dumps(pack)})
    given_again = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"}, pack="tight@1")
    unknown = compiled(root, {"PROMPT_TEXT": "Write a queue."}, 11, pack="tight@1")

    view = view_of(root, given_again)
    assert spending(view)["PROMPT_TEXT"] == 4
    assert spending(view)["CAPABILITY_SNAPSHOT_TABLE"] == 0
    assert [share.cut for share in view.shares if share.part is Part.TEMPLATE] == [True]
    assert view_of(root, unknown).shares == (
        Share(Part.PREFIX, 146),
        Share(Part.SUFFIX, 34, cut=True),
        Share(Part.LEFT, 0),
    )


def test_the_bar_tells_in_words_and_numbers_what_its_colours_show(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "word " * 1000}, keep_text=True)
    view = view_of(root, folder)
    assert view.stand is not None

    text = page_of(root, folder)

    (label,) = re.findall(r'role="img" aria-label="([^"]*)"', text)
    assert label.startswith(
        f"{view.stand.total_tokens:,} tokens of 8,000 are spent: stable prefix 146, PROMPT_REF 3, PROMPT_TEXT 900,"
    )
    told = rows(text, "Tokens as words@1 counts them")
    assert told[0] == ["1", "stable", "prefix", "146", "1.8", "%", "no"]
    assert told[2] == ["3", "PROMPT_TEXT", "900", "11.2", "%", "900", "cut"]
    bar = text.split('role="img"')[1].split("</svg>")[0]
    assert re.findall(r">(\d+)</text>", bar) == ["1", "3", "9", "10"][: len(re.findall("</text>", bar))]
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%"', bar)]
    assert abs(sum(widths) - 100) < 0.1


@given(
    tokens=st.lists(st.integers(0, 10_000), min_size=1, max_size=30),
    cut=st.booleans(),
)
def test_any_bar_is_as_wide_as_its_parts(tokens: list[int], cut: bool) -> None:
    from muster.site.budget_bar import budget_bar

    shares = [Share(Part.VALUE, number, f"P{at}", 10_000, cut) for at, number in enumerate(tokens)]
    made = budget_bar([Share(Part.PREFIX, 5), *shares, Share(Part.LEFT, 7)], sum(tokens) + 12, "words@1")

    bar = made.split('role="img"')[1].split("</svg>")[0]
    widths = [float(width) for width in re.findall(r'width="([\d.]+)%"', bar)]
    assert len(widths) == 1 + sum(number > 0 for number in tokens)
    assert abs(sum(widths) - 100) < 0.1
    assert len(rows(made, "Tokens as words@1 counts them")) == len(tokens) + 2


# The page of a pack


@pytest.mark.requirement("MU-PRM-6031")
def test_the_page_of_a_pack_shows_hash_budgets_placeholders_and_texts(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)

    text = pages_of(root)["prompts/packs/spec_router_pack-1.md"]

    pack = json.loads(default_pack())
    assert facts(text) == {
        "File": PACK_PATH,
        "SHA-256": "d05b4a8a1796062f1dc0af21055b9c933909a0f7b3d10b40425dd0803161aa27",
        "Description": pack["description"],
        "For jobs": "spec_router",
        "Stable prefix": "146 tokens as words@1 counts them",
    }
    assert [row[:2] for row in rows(text, "How many tokens may be spent")] == [
        [name, f"{tokens:,}"] for name, tokens in pack["budgets"].items()
    ]
    assert rows(text, "What the template asks for, in order") == [
        [one["name"], one["source"], str(one["max_tokens"]), "yes" if one["required"] else "no"]
        for one in pack["placeholders"]
    ]
    marked = re.findall(r'<mark class="muster-placeholder">(.*?)</mark>', text)
    assert [html.unescape(one) for one in marked] == [f"{{{{{one['name']}}}}}" for one in pack["placeholders"]]
    boxes = [
        html.unescape(re.sub(r"<[^>]+>", "", box)) for box in re.findall(r"<pre[^>]*>(.*?)</pre>", text, re.DOTALL)
    ]
    sections = [one["content_md"] for one in pack["stable_prefix_sections"]]
    assert [box.rstrip("\n") for box in boxes[:3]] == [*sections, pack["variable_suffix_template_md"]]
    assert rows(text, "What an answer must hold, in order") == [
        [str(number), one["artifact_kind"], one["schema_ref"]]
        for number, one in enumerate(pack["required_outputs"], start=1)
    ]
    assert re.findall(r'<a href="#(schema-[^"]*)"', text) == re.findall(r'<details [^>]*id="(schema-[^"]*)"', text)
    assert boxes[3] == schema_text("hsk.spec_intent@0.2").expandtabs(4)


@pytest.mark.requirement("MU-PRM-6031")
def test_the_page_of_a_malformed_pack_shows_what_is_wrong_with_it(tmp_path: Path) -> None:
    root = write(tmp_path, {**FILES, PACK_PATH: default_pack().decode().replace("900, ", "-4, ", 1)})

    text = pages_of(root)["prompts/packs/spec_router_pack-1.md"]

    findings = rows(text, "What is wrong with the file")
    assert [row[:3] for row in findings] == [["PRM007", "19", "error"]]
    assert findings[0][3] == "$.placeholders[1].max_tokens:"
    assert "## Placeholders" not in text


# Text from files


@pytest.mark.requirement("MU-CORE-0024", "MU-SITE-9031")
def test_text_of_packs_prompts_and_folders_is_inert(tmp_path: Path) -> None:
    pack = json.loads(default_pack())
    pack["pack_id"], pack["description"] = "evil@1", HOSTILE.replace("\u202e", "")
    tame = HOSTILE.replace("{{ config }}", "").replace("\u202e", "")
    pack["stable_prefix_sections"][0]["content_md"] = tame
    pack["variable_suffix_template_md"] += f'\n--8<-- "mkdocs.yml"\n\n\n# {tame}'
    files = {
        **FILES,
        "assets/spec_prompt_packs/evil@1.json": json.dumps(pack),
        "prompts/evil.md": PROMPT.replace("The order of the queue", HOSTILE).replace("ilja", HOSTILE),
    }
    root = write(tmp_path, files)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"}, pack="evil@1")
    for name in ("manifest.json", "spec_intent.json", "spec_router_decision.json", "context_snapshot.json"):
        own = root / folder / name
        text = own.read_text("utf-8").replace(SPEC_ID, HOSTILE.replace('"', "'"))
        own.write_text(text.replace("words@1", f"words@{HOSTILE}").replace("2026.1", HOSTILE), encoding="utf-8")

    for made in pages_of(root).values():
        seen = Tags()
        seen.feed(Markdown(extensions=["attr_list", "tables", "toc"]).convert(made.split("---\n\n", 1)[1]))
        assert seen.tags & {"script", "style", "img", "em"} == set()
        assert [name for name in seen.attributes if name == "style" or name.startswith("on")] == []
        assert not re.search(r"\{[{%]|\u202e|^--8<", made, re.MULTILINE)
        for block in re.findall(r"<(?:pre|table).*?</(?:pre|table)>", made, re.DOTALL):
            assert "\n\n" not in block  # a blank line ends a block for a strict Markdown


def test_a_view_of_any_bytes_is_a_page(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})
    for number, path in enumerate(sorted((root / folder).iterdir())):
        whole = path.read_bytes()
        for data in (b"", b"\xff\xfe", b"[" * 5000, b"null", whole[: len(whole) // 2], whole.replace(b'"', b"'")):
            path.write_bytes(data)
            assert f"prompts/{folder[17:]}.md" in pages_of(root), (number, data[:20])
        path.write_bytes(whole)
    assert view_of(root, folder).proved


# Builds


MKDOCS = """\
site_name: Sample
docs_dir: specs
strict: true
theme: {name: material, font: false}
plugins: [search, muster-specs, muster-compliance: {rules: false}]
"""


def site_in(folder: Path) -> tuple[Path, list[str]]:
    """A site with two compiled prompts, of which one changed since, built in strict mode; and their names."""
    index = "# Notes\n\n[prompts](prompts/index.md), [the pack](prompts/packs/spec_router_pack-1.md)\n"
    write(folder, {**FILES, "mkdocs.yml": MKDOCS, "specs/index.md": index, "prompts/queue.md": PROMPT})
    values = ("PROMPT_TEXT=requirement:Q-1001,Q-1002", f"PROMPT_TEXT={'word ' * 2000}")
    for hour, value in enumerate(values, start=10):
        spec = ("--spec", "specs/10-queue.md") if hour == 10 else ()
        done = run(folder, "muster", "prompt", "compile", "--set", value, *spec, "--at", f"2026-11-27T{hour}:00:00Z")
        assert done.returncode == 0, done.stderr
    write(folder, {"specs/10-queue.md": SPEC.replace("keep the order", "keep an order")})
    manifests = [json.loads(one.read_bytes()) for one in folder.glob("prompts/compiled/*/manifest.json")]
    names = [one["context_snapshot_id"][:13] for one in sorted(manifests, key=lambda one: one["created_at"])]
    return built(folder), names


@pytest.mark.site
@pytest.mark.requirement("MU-PRM-6031", "MU-SITE-9024")
def test_a_site_shows_the_prompts_and_none_of_its_links_is_dead(tmp_path: Path) -> None:
    site, (changed, other) = site_in(tmp_path)

    overview = page(site, "prompts/index.html")
    assert [row[3:5] for row in rows(overview, "Compiled prompts, the latest first")] == [
        ["text", "not"],
        ["1", "changed"],
    ]
    one = page(site, f"prompts/{changed}/index.html")
    assert '<a href="../../10-queue/#Q-1002"><code class="muster-whole">Q-1002</code></a>' in one
    assert f'<a href="../../identity/{SPEC_ID}/#event-' in one
    assert '<a href="../packs/spec_router_pack-1/">' in one
    assert re.search(r'<dt>Event</dt><dd><a href="\.\./\.\./runs/#run-', page(site, f"prompts/{other}/index.html"))
    done = run(tmp_path, "muster", "links", "site")
    assert (done.returncode, done.stdout) == (0, "")


def test_views_are_values_of_their_own(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    folder = compiled(root, {"PROMPT_TEXT": "requirement:Q-1001"})

    assert msgspec.structs.replace(view_of(root, folder), shares=(), replay=None, proved=False) == stored(root, folder)
