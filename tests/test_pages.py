"""Generated pages: plain, complete, accessible, and inert."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown

from muster import pipeline
from muster.inputs import memory
from muster.model import Outcome
from muster.rules.table import RULES
from muster.settings import Settings
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages
from muster.site.rule_page import FAMILIES, rule_index_page, rule_page

HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
QUEUE = f"# Queue\n\n{HEAD}- [Q-1001] It MUST run.\n- [Q-1002] It MUST NOT stop.\n- [Q-1003] It MAY sing.\n"
LINKS = PlainLinks("specs/generated", "specs")


def outcome_of(files: dict[str, str]) -> Outcome:
    return pipeline.run(memory(files), Settings())


def pages_of(files: dict[str, str]) -> dict[str, str]:
    return {page.path: page.text for page in generated_pages(outcome_of(files), (), LINKS)}


def numbers(spec: str, *counts: int) -> str:
    """The cells of a row, each number a link to its rows in the matrix."""
    kinds = ("level=must", "level=should", "level=may", "", "status=specified")
    cells = ""
    for kind, number in zip(kinds, counts, strict=True):
        filters = "&amp;".join([*([f"spec={spec}"] if spec else []), *([kind] if kind or spec else [])])
        href = f"matrix.md?{filters}" if filters else "matrix.md"
        shown = f'<a href="{href}">{number}</a>' if number else '<span class="muster-zero">0</span>'
        cells += f"<td>{shown}</td>"
    return cells


@pytest.mark.requirement("MU-SITE-9004", "MU-SITE-9008")
def test_page_of_all_specs_holds_totals_by_level_and_status() -> None:
    files = {"specs/10-queue.md": QUEUE, "specs/20-pool.md": f"# Pool\n\n{HEAD}- [P-1001] It SHOULD run.\n"}

    assert pages_of(files)["compliance/index.md"] == (
        "---\nhide:\n  - toc\n---\n\n# Compliance\n\n"
        '<p>4 requirements in 2 specs. <a href="matrix.md">All in one table</a></p>\n\n'
        '<div class="muster-table muster-numbers">\n<table>\n'
        "<caption>Requirements by spec, level and status</caption>\n"
        '<thead>\n<tr><th scope="col">Spec</th><th scope="col">must</th><th scope="col">should</th>'
        '<th scope="col">may</th><th scope="col">all</th><th scope="col">specified</th></tr>\n'
        "</thead>\n<tbody>\n"
        f'<tr><th scope="row"><a href="queue.md">Queue</a></th>{numbers("specs/10-queue.md", 2, 0, 1, 3, 3)}</tr>\n'
        f'<tr><th scope="row"><a href="pool.md">Pool</a></th>{numbers("specs/20-pool.md", 0, 1, 0, 1, 1)}</tr>\n'
        "</tbody>\n<tfoot>\n"
        f'<tr><th scope="row">All specs</th>{numbers("", 2, 1, 1, 4, 4)}</tr>\n'
        "</tfoot>\n</table>\n</div>\n"
    )


def test_page_of_a_spec_links_each_requirement_to_its_anchor() -> None:
    page = pages_of({"specs/10-queue.md": QUEUE})["compliance/queue.md"]

    head = "---\nsearch:\n  exclude: true\nhide:\n  - toc\n---\n\n# Queue\n\n"
    assert page.startswith(f'{head}<div class="muster-report">\n<p>3 requirements (2 must, 1 may; 3 specified)')
    assert re.findall(r'<tr><th scope="row" id="[^"]*"><a href="([^"]*)">([^<]*)</a></th>', page) == [
        ("../../10-queue.md#Q-1001", "Q-1001"),
        ("../../10-queue.md#Q-1002", "Q-1002"),
        ("../../10-queue.md#Q-1003", "Q-1003"),
    ]
    assert re.findall(r'<span class="muster-badge muster-must">([^<]*)</span>', page) == ["must", "must not"]


def test_project_without_requirements_has_a_page_that_says_so() -> None:
    pages = pages_of({"specs/index.md": "# Nothing\n"})

    assert {"compliance/index.md", "compliance/matrix.md", "runs/index.md"} <= pages.keys()
    assert pages["compliance/index.md"] == (
        "---\nhide:\n  - toc\n---\n\n# Compliance\n\nNo spec defines a requirement yet.\n"
    )


def test_spec_outside_the_documentation_folder_is_listed_without_link() -> None:
    files = {"core/SPEC/SPEC.md": f"# Core\n\n{HEAD}- [C-1001] It MUST run.\n"}

    page = pages_of(files)["compliance/core.md"]

    assert "<code>core/SPEC/SPEC.md</code>" in page
    assert '<tr><th scope="row" id="C-1001">C-1001</th>' in page


def test_two_specs_of_one_package_have_a_page_each() -> None:
    front = "---\npackage: index\n---\n\n"
    files = {"specs/10-a.md": f"{front}- [A-1001] It MUST.\n", "specs/20-b.md": f"{front}- [B-1001] It MUST.\n"}

    assert sorted(path for path in pages_of(files) if path.startswith("compliance/")) == [
        "compliance/findings.md",
        "compliance/holes.md",
        "compliance/index-spec-2.md",
        "compliance/index-spec.md",
        "compliance/index.md",
        "compliance/matrix.md",
    ]


@pytest.mark.requirement("MU-CORE-0024")
def test_text_of_documents_is_inert_in_pages() -> None:
    title = "# <script>x</script> {{ x }} [a](b) *c*"
    hostile = f"{title}\n\n- [A-1001] It MUST `<script>` {{{{ x }}}} {{% y %}} | [A-1001](z).\n"

    pages = pages_of({"specs/10-a.md": hostile})

    for text in pages.values():
        html = Markdown(extensions=["attr_list", "tables"]).convert(text)
        assert "<script" not in text + html
        assert "{{" not in text
        assert "{%" not in text
    assert "<em>" not in Markdown().convert(pages["compliance/a.md"])


@pytest.mark.requirement("MU-RULE-2003")
def test_each_rule_has_a_page_made_from_it() -> None:
    pages = {page.path: page.text for page in generated_pages(outcome_of({}), tuple(RULES.values()), LINKS)}

    assert [path for path in pages if path.startswith("rules/")] == [
        "rules/index.md",
        *(f"rules/{code}.md" for code in RULES),
    ]
    for code, rule in RULES.items():
        assert f"[{code} {rule.name}]({code}.md)" in pages["rules/index.md"]
        assert rule.why in pages[f"rules/{code}.md"]


def test_rule_page_shows_examples_without_their_marks() -> None:
    page = rule_page(RULES["KWD001"])

    assert page.startswith("# KWD001 missing-keyword\n\nWithout a keyword")
    assert "```markdown\n- [AUTH-001] The server hashes passwords.\n```" in page
    assert "<!-- KWD001 -->" not in page


def test_the_right_side_of_an_example_shows_only_what_changed() -> None:
    page = rule_page(RULES["SET012"])

    assert page.count("requirements/baseline.json`:") == 1
    assert page.endswith("\n## Right\n\nWithout `requirements/baseline.json`.\n")
    assert rule_page(RULES["LNK002"]).count("`mkdocs.yml`:") == 1
    for rule in RULES.values():
        assert not re.search(r"^## Right.*\n+(?:## |\Z)", rule_page(rule), re.MULTILINE)


def test_the_list_of_rules_has_a_heading_for_each_prefix() -> None:
    page = rule_index_page(tuple(RULES.values()))

    assert re.findall(r"^## (\w{3}): .+$", page, re.MULTILINE) == sorted(FAMILIES)
    assert "\n\n## LNK: Links\n\n- [LNK001 missing-target](LNK001.md) <span class=" in page
