"""What a check says, how it ends, and what a rule says of itself."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest

from muster.cli.app import run
from muster.gate.report import WRITERS, subject_of, summary
from muster.inputs import memory
from muster.model import Severity
from muster.pipeline import run as pipeline
from muster.rules.base import FRAME
from muster.rules.table import RULES
from muster.settings import settings_from
from muster.site.rule_page import rule_page
from results import results_among

Captured = pytest.CaptureFixture[str]
WARNING = FRAME + "- [AUTH-001] It MUST be fast.\n"
ERROR = FRAME + "- [AUTH-001] It is so.\n"
RIGHT = FRAME + "- [AUTH-001] It MUST be so.\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The place of a spec in an empty project."""
    (tmp_path / "specs").mkdir()
    return tmp_path / "specs" / "10-queue.md"


@pytest.mark.requirement("MU-CORE-0030")
@pytest.mark.parametrize(
    ("text", "settings", "options", "status"),
    [
        (RIGHT, "", [], 0),
        (WARNING, "", [], 0),
        (ERROR, "", [], 1),
        (ERROR, '[rules]\nseverity = { KWD001 = "warning" }\n', [], 0),
        (WARNING, 'fail_on = "warning"\n', [], 1),
        (WARNING, "", ["--fail-on", "warning"], 1),
        (WARNING, 'fail_on = "warning"\n', ["--fail-on", "error"], 0),
        (WARNING, '[rules]\nseverity = { KWD007 = "error" }\n', [], 1),
        (RIGHT, "unknown = 1\n", [], 2),
        (RIGHT, "", ["--unknown"], 2),
        (RIGHT, "", ["nowhere"], 2),
    ],
)
def test_the_status_is_0_without_errors_1_with_some_and_2_where_it_could_not_run(
    text: str, settings: str, options: list[str], status: int, spec: Path, capfd: Captured
) -> None:
    root = spec.parent.parent
    where = ["-C", str(root)]
    spec.write_text(text, encoding="utf-8")
    assert run([*where, "sync"]) == 0
    (root / "muster.toml").write_text(settings, encoding="utf-8")

    assert run([*where, "check", *options]) == status
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.requirement("MU-CORE-0030")
def test_drift_alone_is_status_1_for_check_and_for_sync_that_only_looks(spec: Path) -> None:
    where = ["-C", str(spec.parent.parent)]
    spec.write_text(RIGHT, encoding="utf-8")

    assert [run([*where, *words]) for words in (["check"], ["sync", "--check"])] == [1, 1]
    assert [run([*where, *words]) for words in (["sync"], ["sync", "--check"], ["check"])] == [0, 0, 0]


def test_a_folder_that_is_none_is_status_2(tmp_path: Path) -> None:
    assert run(["-C", str(tmp_path / "none"), "check"]) == 2


@pytest.mark.requirement("MU-CORE-0031", "MU-CORE-0032")
def test_each_finding_is_one_line_with_its_place_and_one_line_of_help() -> None:
    bad = [
        (rule.code, example.files(bad=True), settings_from(example.settings, "muster.toml"), example.host)
        for rule in RULES.values()
        for example in rule.examples
    ]
    for code, files, settings, host in bad:
        inputs = memory(files)
        results = results_among(files, settings)
        outcome = pipeline(inputs, settings, host=host, today=date(2026, 1, 1), results=results)
        lines = WRITERS["text"](subject_of(outcome, lambda _: ())).splitlines()

        heads = [
            line for line in lines if re.match(r"\S.*:[0-9]+:[0-9]+: (error|warning|info)\[[A-Z]{3}[0-9]{3}\] .", line)
        ]
        helps = [line for line in lines if line.startswith("  help: ")]
        assert heads == [
            f"{f.place.path}:{f.place.line}:{f.place.column}: {f.severity.value}[{f.code}] {f.message}"
            for f in outcome.findings
        ]
        assert any(f"[{code}]" in head for head in heads)
        assert helps == [f"  help: {f.help}; see `muster rule {f.code}`" for f in outcome.findings]


@pytest.mark.requirement("MU-CORE-0022")
def test_a_file_that_is_no_utf_8_is_named_with_its_byte_and_the_others_are_checked() -> None:
    files: dict[str, str | bytes] = {
        "specs/10-bad.md": b"# Gr\xc3\xb6\xc3\x9fe\n\nna\xefve\n",
        "specs/20-queue.md": ERROR,
    }

    found = pipeline(memory(files), settings_from("", "muster.toml")).findings

    assert [(f.code, str(f.place)) for f in found] == [
        ("ENC001", "specs/10-bad.md:3:3"),
        ("KWD001", "specs/20-queue.md:7:3"),
    ]
    assert "byte 0xef at offset 13" in found[0].message


@pytest.mark.requirement("MU-RULE-2034")
def test_the_summary_on_standard_error_says_what_was_checked_and_how_long_it_took(spec: Path, capfd: Captured) -> None:
    spec.write_text(ERROR + "- [AUTH-002] It MUST be fast.\n", encoding="utf-8")
    (spec.parent / "index.md").write_text("# Home\n", encoding="utf-8")
    root = spec.parent.parent
    run(["-C", str(root), "sync"])
    capfd.readouterr()

    assert run(["-C", str(root), "check", "--report", "json"]) == 1
    out, err = capfd.readouterr()

    said = rf"1 spec, 1 page, 2 requirements, {len(RULES)} rules in [0-9]+\.[0-9]{{2}} s: 1 error, 1 warning\n"
    assert re.fullmatch(said, err)
    assert json.loads(out)["counts"] == {
        "specs": 1,
        "pages": 1,
        "requirements": 2,
        "rules": len(RULES),
        "links": 0,
        "citations": 0,
        "results": 0,
        "packets": 0,
        "anchors": 0,
        "pins": 0,
        "chains": 0,
        "turns": 0,
        "waived": 0,
        "known": 0,
        "error": 1,
        "warning": 1,
        "info": 0,
    }


@pytest.mark.requirement("MU-RULE-2034")
def test_the_summary_counts_the_rules_that_ran_and_the_remarks() -> None:
    table = '[rules]\nselect = ["KWD"]\nseverity = { KWD = "info" }\n'
    outcome = pipeline(memory({"specs/10-queue.md": WARNING}), settings_from(table, "muster.toml"))
    count = sum(code.startswith("KWD") for code in RULES)

    assert [finding.severity for finding in outcome.findings] == [Severity.INFO]
    assert summary(subject_of(outcome, lambda _: ()), 0.5) == (
        f"1 spec, 1 requirement, {count} rules in 0.50 s: 0 errors, 0 warnings, 1 remark"
    )


@pytest.mark.requirement("MU-RULE-2004", "MU-RULE-2003")
@pytest.mark.parametrize("code", RULES)
def test_a_rule_prints_the_page_that_the_site_publishes(code: str, capfd: Captured) -> None:
    assert run(["rule", code]) == 0

    page, err = capfd.readouterr()
    assert (page, err) == (rule_page(RULES[code]), "")
    assert page.startswith(f"# {code} {RULES[code].name}\n\n{RULES[code].why}\n")
    assert len(re.findall("^## Reported", page, re.MULTILINE)) == len(RULES[code].examples)


@pytest.mark.requirement("MU-RULE-2004")
def test_a_rule_that_is_none_is_told_with_a_near_one(capfd: Captured) -> None:
    assert run(["rule", "KWD01"]) == 2
    assert re.search(r"there is no rule 'KWD01'\nhelp: did you mean KWD001\?", capfd.readouterr().err)
