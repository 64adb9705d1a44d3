"""What the derived files hold, and what becomes of them as the specs change."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from muster.inputs import memory
from muster.model import Derived, Outcome
from muster.pipeline import run
from muster.settings import settings_from

QUEUE = (
    "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Order\n\n"
    "- [Q-010] It *MUST* run as `src/queue.py` says. Or not.\n- [Q-009] It SHOULD rest.\n- [Q-1000] It MAY stop.\n"
)
POOL = "# Pool\n\nConformance language: RFC 2119 and RFC 8174\n\n- [P-001] It MUST hold.\n- [P-002] It holds.\n"


def outcome_of(files: dict[str, str], table: str = "") -> Outcome:
    return run(memory(files), settings_from(table, "muster.toml"))


def derived(files: dict[str, str], table: str = "") -> dict[str, str]:
    """Each derived file's text, for sources with none committed."""
    return {file.path: file.text or "" for file in outcome_of(files, table).files}


def due(files: dict[str, str], table: str = "") -> list[Derived]:
    return list(outcome_of(files, table).files)


def codes(files: dict[str, str], table: str = "") -> list[tuple[str, str]]:
    return [(f.code, f.place.path) for f in outcome_of(files, table).findings if f.code.startswith("DRF")]


@pytest.mark.requirement("MU-REQ-1031", "MU-REQ-1030")
def test_a_requirement_file_holds_these_fields_sorted_by_id_and_nothing_else() -> None:
    text = derived({"specs/10-queue.md": QUEUE})["requirements/queue.yaml"]
    table: dict[str, Any] = yaml.safe_load(text)
    prints = [entry.pop("fingerprint") for entry in table["requirements"].values()]

    assert text.startswith("# Written by `muster sync` from specs/10-queue.md. Do not edit.\n")
    assert list(table) == ["schema_version", "source", "requirements"]
    assert list(table["requirements"]) == ["Q-009", "Q-010", "Q-1000"]
    assert {key: value for key, value in table.items() if key != "requirements"} == {
        "schema_version": 1,
        "source": "specs/10-queue.md",
    }
    section = {"section": "1) Order"}
    anchor = "specs/10-queue.md#1-order"
    assert table["requirements"] == {
        "Q-009": {"title": "It SHOULD rest.", "level": "should", **section, "links": [anchor]},
        "Q-010": {
            "title": "It MUST run as src/queue.py says.",
            "level": "must",
            **section,
            "links": [anchor, "src/queue.py"],
        },
        "Q-1000": {"title": "It MAY stop.", "level": "may", **section, "links": [anchor]},
    }
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in prints)
    assert len(set(prints)) == 3


@pytest.mark.requirement("MU-REQ-1030")
@pytest.mark.parametrize(
    ("path", "head", "table", "name"),
    [
        ("specs/10-queue.md", "", "", "queue"),
        ("specs/queue.md", "", "", "queue"),
        ("specs/10-queue.md", "---\npackage: orders\n---\n", "", "orders"),
        ("specs/10-queue.md", "", '[specs]\npackages = { "specs/10-queue.md" = "line" }\n', "line"),
        ("specs/10-queue.md", "---\npackage: a\n---\n", '[specs]\npackages = { "specs/10-queue.md" = "b" }\n', "a"),
        ("crates/q/SPEC/SPEC.md", "", "", "fast-queue"),
        ("crates/q/SPEC/SPEC.md", "---\npackage: orders\n---\n", "", "orders"),
    ],
)
def test_a_requirement_file_is_named_after_its_package(path: str, head: str, table: str, name: str) -> None:
    files = {path: head + QUEUE, "crates/q/Cargo.toml": '[package]\nname = "fast-queue"\n'}

    assert [file for file in derived(files, table) if file.endswith(".yaml")] == [f"requirements/{name}.yaml"]


@pytest.mark.requirement("MU-REQ-1036")
def test_the_compliance_table_has_a_section_with_totals_for_each_spec() -> None:
    text = derived({"specs/10-queue.md": QUEUE, "specs/20-pool.md": POOL, "specs/guide/a.md": QUEUE})["COMPLIANCE.md"]

    assert text == (
        "<!-- Written by `muster sync`. Do not edit. -->\n\n# Compliance\n\n"
        "5 requirements (2 must, 1 should, 1 may, 1 info; 5 specified)\n\n"
        "## Queue\n\n"
        "[specs/10-queue.md](specs/10-queue.md): 3 requirements (1 must, 1 should, 1 may; 3 specified)\n\n"
        "| ID | Level | Status | Title |\n|---|---|---|---|\n"
        "| [Q-009](specs/10-queue.md#1-order) | should | specified | It SHOULD rest. |\n"
        "| [Q-010](specs/10-queue.md#1-order) | must | specified | It MUST run as src/queue.py says. |\n"
        "| [Q-1000](specs/10-queue.md#1-order) | may | specified | It MAY stop. |\n\n"
        "## Pool\n\n"
        "[specs/20-pool.md](specs/20-pool.md): 2 requirements (1 must, 1 info; 2 specified)\n\n"
        "| ID | Level | Status | Title |\n|---|---|---|---|\n"
        "| [P-001](specs/20-pool.md#pool) | must | specified | It MUST hold. |\n"
        "| [P-002](specs/20-pool.md#pool) | info | specified | It holds. |\n"
    )


@pytest.mark.requirement("MU-REQ-1037")
def test_inserted_lines_change_nothing_and_a_changed_word_one_entry() -> None:
    before = derived({"specs/10-queue.md": QUEUE, "specs/20-pool.md": POOL})
    shifted = derived(
        {"specs/10-queue.md": QUEUE.replace("## 1)", "Prose.\n\nMore.\n\n## 1)"), "specs/20-pool.md": POOL}
    )
    changed = derived({"specs/10-queue.md": QUEUE.replace("It SHOULD rest", "It SHOULD nap"), "specs/20-pool.md": POOL})

    assert shifted == before
    assert {path for path in before if before[path] != changed[path]} == {"requirements/queue.yaml", "COMPLIANCE.md"}
    old, new = (yaml.safe_load(one["requirements/queue.yaml"])["requirements"] for one in (before, changed))
    assert {name for name in old if old[name] != new[name]} == {"Q-009"}


@pytest.mark.requirement("MU-REQ-1035")
def test_a_requirement_file_whose_spec_is_gone_is_reported_and_goes() -> None:
    committed = derived({"specs/10-queue.md": QUEUE, "specs/20-pool.md": POOL})
    files = {**committed, "specs/10-queue.md": QUEUE}

    assert codes(files) == [("DRF001", "COMPLIANCE.md"), ("DRF002", "requirements/pool.yaml")]
    assert [(file.path, file.gone, file.ours) for file in due(files)] == [
        ("COMPLIANCE.md", False, True),
        ("requirements/pool.yaml", True, True),
    ]


@pytest.mark.requirement("MU-REQ-1035", "MU-RULE-2014")
def test_with_the_last_requirement_all_that_muster_wrote_goes() -> None:
    committed = derived({"specs/10-queue.md": QUEUE})

    assert codes({**committed, "specs/10-queue.md": "# Queue\n"}) == [("DRF002", path) for path in sorted(committed)]
    assert all(file.gone for file in due({**committed, "specs/10-queue.md": "# Queue\n"}))


@pytest.mark.requirement("MU-REQ-1035")
@pytest.mark.parametrize(
    "path",
    ["requirements/pool.yaml", "requirements/README.md", "requirements/requirements.schema.json", "COMPLIANCE.md"],
)
@pytest.mark.parametrize("spec", [QUEUE, "# Queue\n"])
def test_a_file_that_muster_did_not_write_is_never_to_go(path: str, spec: str) -> None:
    files = {path: "flask: 3\n", "specs/10-queue.md": spec}

    assert [file.path for file in due(files) if file.gone or (file.path == path and file.ours)] == []


@pytest.mark.requirement("MU-RULE-2014")
@pytest.mark.parametrize("path", ["requirements/queue.yaml", "COMPLIANCE.md", "requirements/requirements.schema.json"])
def test_a_derived_file_that_differs_is_shown_as_a_diff_of_both(path: str) -> None:
    committed = derived({"specs/10-queue.md": QUEUE})
    last = committed[path].splitlines()[-1]
    edited = {**committed, path: f"{committed[path].rstrip()} edited\n"}

    (finding,) = outcome_of({**edited, "specs/10-queue.md": QUEUE}, '[rules]\nselect = ["DRF"]\n').findings

    assert (finding.code, finding.place.path, finding.place.line) == ("DRF001", path, committed[path].count("\n"))
    assert finding.detail.splitlines()[:2] == [f"--- {path} (committed)", f"+++ {path} (from sources)"]
    assert f"-{last} edited" in finding.detail.splitlines()
    assert f"+{last}" in finding.detail.splitlines()


@pytest.mark.requirement("MU-CORE-0024")
def test_the_words_of_a_spec_stay_words_in_the_compliance_table() -> None:
    spec = "# <b>Q</b> & [x](y)\n\n- [Q-001] It MUST `<script>alert(1)</script>` | `*not*` `_c_` `a~b`.\n"

    text = derived({"specs/10-a b(c).md": spec})["COMPLIANCE.md"]
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)

    assert re.findall(r"<(?!/)(\w+)", html.partition("<h2>")[2]) == [
        *("p", "a", "table", "thead", "tr", "th", "th", "th", "th", "tbody", "tr", "td", "a", "td", "td", "td")
    ]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; | *not* _c_ a~b." in html


@pytest.mark.requirement("MU-CORE-0022", "MU-REQ-1036")
def test_a_compliance_table_of_ours_may_be_larger_than_any_spec() -> None:
    table = "[specs]\nmax_bytes = 400\n"
    files = {"specs/10-pool.md": POOL}
    whole = derived(files, table)
    grown = {**whole, "COMPLIANCE.md": whole["COMPLIANCE.md"] + "x" * 400}

    assert [f.code for f in outcome_of({**files, **whole}, table).findings] == ["KWD001"]
    assert [f.code for f in outcome_of({**files, **grown}, table).findings] == ["DRF001", "KWD001"]
