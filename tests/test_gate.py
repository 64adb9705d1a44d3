"""What becomes of the findings: selection, severity, allowances, order."""

from __future__ import annotations

import random

import pytest

from muster.gate.fixes import edited, edits_of
from muster.gate.judge import enabled
from muster.inputs import memory
from muster.model import Finding, Severity
from muster.pipeline import run, whole
from muster.rules.base import FRAME, Scope
from muster.rules.table import RULES
from muster.settings import Settings, settings_from

SPEC = "specs/10-example.md"
VAGUE = "- [AUTH-001] The server MUST answer fast.\n"
MUTE = "- [AUTH-001] The server hashes passwords.\n"
NO_DRIFT = '[rules]\nignore = ["DRF"]\n'


def findings_of(text: str, settings: str = NO_DRIFT, path: str = SPEC) -> tuple[Finding, ...]:
    return run(memory({path: FRAME + text}), settings_from(settings, "muster.toml")).findings


def codes_of(text: str, settings: str = NO_DRIFT, path: str = SPEC) -> list[str]:
    return [finding.code for finding in findings_of(text, settings, path)]


@pytest.mark.requirement("MU-RULE-2006")
@pytest.mark.parametrize(
    ("rules", "codes"),
    [
        ('select = ["KWD001"]', ["KWD001"]),
        ('select = ["KWD"]', ["KWD001", "KWD002"]),
        ('select = ["KWD"]\nignore = ["KWD001"]', ["KWD002"]),
        ('ignore = ["KWD", "DRF"]', []),
        ('select = ["REQ"]', []),
    ],
)
def test_rules_are_selected_and_ignored_by_code_and_prefix(rules: str, codes: list[str]) -> None:
    assert codes_of(f"{MUTE}- The server MUST salt passwords.\n", f"[rules]\n{rules}\n") == codes


@pytest.mark.requirement("MU-RULE-2006")
@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ('KWD007 = "error"', Severity.ERROR),
        ('KWD = "info"', Severity.INFO),
        ('KWD = "error"\nKWD007 = "info"', Severity.INFO),
        ('KWD0 = "info"\nKWD = "error"', Severity.INFO),
        ('REQ = "error"', Severity.WARNING),
    ],
)
def test_the_longest_prefix_gives_the_severity(severity: str, expected: Severity) -> None:
    (finding,) = findings_of(VAGUE, f"{NO_DRIFT}[rules.severity]\n{severity}\n")

    assert (finding.code, finding.severity) == ("KWD007", expected)


PATHS = """
[[rules.paths]]
path = "specs/old/**"
ignore = ["KWD007"]

[[rules.paths]]
path = "specs/new/**"
severity = { KWD = "error" }
"""


@pytest.mark.requirement("MU-RULE-2006")
def test_a_path_has_its_own_selection_and_severity() -> None:
    settings = NO_DRIFT + PATHS

    assert codes_of(VAGUE, settings, "specs/old/10-example.md") == []
    assert [finding.severity for finding in findings_of(VAGUE, settings, "specs/new/10-example.md")] == [Severity.ERROR]
    assert [finding.severity for finding in findings_of(VAGUE, settings)] == [Severity.WARNING]


@pytest.mark.requirement("MU-RULE-2006")
def test_a_severity_of_a_path_wins_over_the_general_one() -> None:
    settings = f'{NO_DRIFT}severity = {{ KWD007 = "info" }}\n{PATHS}'
    other = settings.replace('"specs/new/**"', '"specs/**"').replace("KWD =", "REQ =")

    assert [finding.severity for finding in findings_of(VAGUE, settings, "specs/new/10-example.md")] == [Severity.ERROR]
    assert [finding.severity for finding in findings_of(VAGUE, other)] == [Severity.INFO]


@pytest.mark.requirement("MU-RULE-2005")
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "- [AUTH-001] The server MUST answer fast. <!-- muster: allow KWD007 a pilot -->\n", id="same line"
        ),
        pytest.param(
            "- [AUTH-001] The server MUST answer fast,\n  <!-- muster: allow KWD007 a pilot -->\n", id="next line"
        ),
        pytest.param(
            "<!-- muster: allow KWD007 a pilot -->\n\n- [AUTH-001] The server MUST answer fast.\n", id="above"
        ),
        pytest.param("<!-- muster: allow-file KWD007 a pilot -->\n\n- [AUTH-001] It MUST be fast.\n", id="file, above"),
        pytest.param("- [AUTH-001] It MUST be fast.\n\n<!-- muster: allow-file KWD007 a pilot -->\n", id="file, below"),
        pytest.param("- [AUTH-001] It MUST be fast. <!-- muster: allow KWD a pilot -->\n", id="prefix"),
        pytest.param("- [AUTH-001] It MUST be fast. <!-- muster: allow REQ002, KWD007 a pilot -->\n", id="list"),
        pytest.param(
            "- [AUTH-001] The server MUST answer: <!-- muster: allow KWD007 a pilot -->\n\n    - fast\n",
            id="nested item",
        ),
        pytest.param(
            "| ID | Rule |\n|---|---|\n| [AUTH-002] | It MUST be fast. <!-- muster: allow KWD007 a pilot --> |\n",
            id="row",
        ),
        pytest.param("### [AUTH-001] It MUST be fast <!-- muster: allow KWD007 a pilot -->\n", id="heading"),
        pytest.param("> [AUTH-001] It MUST be fast. <!-- muster: allow KWD007 a pilot -->\n", id="quote"),
    ],
)
def test_an_allowance_with_a_reason_accepts_what_it_covers(text: str) -> None:
    assert codes_of(text) == []


@pytest.mark.requirement("MU-RULE-2005")
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        pytest.param(
            "- [AUTH-001] It MUST be fast. <!-- muster: allow KWD007 -->\n", ["KWD007", "SET001"], id="no reason"
        ),
        pytest.param(
            "- [AUTH-001] It MUST be fast. <!-- muster: allow a pilot -->\n", ["KWD007", "SET003"], id="no code"
        ),
        pytest.param(
            "- [AUTH-001] It MUST be fast. <!-- muster: allow KWD006 a pilot -->\n",
            ["KWD007", "SET002"],
            id="other code",
        ),
        pytest.param(
            "- [AUTH-001] It MUST be done. <!-- muster: allow KWD007 a pilot -->\n- [AUTH-002] It MUST be fast.\n",
            ["KWD007", "SET002"],
            id="other item",
        ),
        pytest.param(
            "    <!-- muster: allow KWD007 a pilot -->\n\n- [AUTH-001] It MUST be fast.\n", ["KWD007"], id="code"
        ),
        pytest.param(
            "<!-- muster: allow-file SET002 a pilot -->\n\n- [AUTH-001] It MUST be done.\n", ["SET002"], id="of itself"
        ),
    ],
)
def test_an_allowance_accepts_nothing_else(text: str, codes: list[str]) -> None:
    assert sorted(codes_of(text)) == codes


@pytest.mark.requirement("MU-RULE-2005")
def test_an_allowance_of_a_rule_that_did_not_run_is_not_called_unused() -> None:
    text = "- [AUTH-001] It MUST be done. <!-- muster: allow KWD007 a pilot -->\n"

    assert codes_of(text) == ["SET002"]
    assert codes_of(text, '[rules]\nignore = ["DRF", "KWD007"]\n') == []
    assert codes_of(text, '[rules]\nselect = ["SET", "REQ"]\n') == []


@pytest.mark.requirement("MU-RULE-2005")
def test_a_finding_of_the_whole_project_can_be_allowed() -> None:
    text = f"{MUTE.replace('hashes', 'MUST hash')}- [AUTH-001] It MUST be done. <!-- muster: allow REQ002 a pilot -->\n"

    assert codes_of(text) == []


@pytest.mark.requirement("MU-CORE-0032")
def test_findings_come_in_the_order_of_path_line_column_code() -> None:
    texts = [
        FRAME + "".join(f"- [AUTH-{at:03}] It MUST be fast and easy, etc.\n" for at in range(at, at + 5))
        for at in (1, 9)
    ]
    files = {"specs/20-b.md": texts[0], "specs/10-a.md": texts[1], "specs/30-c.md": f"# C\n\n{MUTE}# D\n"}
    settings = settings_from(NO_DRIFT, "muster.toml")
    expected = run(memory(files), settings).findings

    assert len(expected) > 30
    assert list(expected) == sorted(expected, key=Finding.sort_key)
    for seed in range(5):
        paths = list(files)
        random.Random(seed).shuffle(paths)
        assert run(memory({path: files[path] for path in paths}), settings).findings == expected


@pytest.mark.requirement("MU-CORE-0032")
def test_what_is_said_of_an_allowance_stands_among_the_other_findings() -> None:
    text = f"<!-- muster: allow KWD007 nothing -->\n\n{MUTE}"

    assert [(f.code, f.place.line) for f in findings_of(text)] == [("SET002", 7), ("KWD001", 9)]


@pytest.mark.requirement("MU-RULE-2006")
def test_every_rule_runs_by_default_in_exactly_one_scope() -> None:
    scopes = [rule.code for scope in Scope for rule in enabled(Settings(), scope)]

    assert sorted(scopes) == sorted(RULES)


def _fixed(files: dict[str, str], settings: str = "") -> dict[str, str]:
    inputs = memory(files)
    outcome = run(inputs, settings_from(settings, "muster.toml"))
    edits = edits_of(whole(outcome.project, inputs), [RULES["KWD002"]])
    return {path: edited(files[path], of_path).text for path, of_path in edits.items()}


@pytest.mark.requirement("MU-REQ-1041")
def test_a_fix_gives_each_normative_bullet_the_next_free_id_of_its_area() -> None:
    text = (
        f"{FRAME}- [AUTH-007] The server MUST hash passwords.\n- The server MUST salt passwords.\n"
        "- [ ] It SHOULD forget them.\n1. It MAY\n   rest.\n- It rests.\n\nIt MUST NOT sleep.\n"
    )
    files = {
        SPEC: text,
        "specs/20-more.md": f"{FRAME}- [AUTH-010] It MUST start.\n- It MUST stop.\n",
        "requirements/retired.yaml": "AUTH-012: {reason: never built}\n",
    }

    assert _fixed(files) == {
        SPEC: text.replace("- The server MUST salt", "- [AUTH-013] The server MUST salt")
        .replace("- [ ] It", "- [ ] [AUTH-014] It")
        .replace("1. It", "1. [AUTH-015] It"),
        "specs/20-more.md": f"{FRAME}- [AUTH-010] It MUST start.\n- [AUTH-016] It MUST stop.\n",
    }


@pytest.mark.requirement("MU-REQ-1041")
def test_a_fix_leaves_nothing_of_its_kind_to_find() -> None:
    text = f"{FRAME}- [AUTH-007] The server MUST hash passwords.\r\n- The server MUST salt\r\n  passwords.\r\n"

    (mended,) = _fixed({SPEC: text}).values()

    assert mended == text.replace("- The server MUST salt", "- [AUTH-008] The server MUST salt")
    assert codes_of(mended.removeprefix(FRAME)) == []


@pytest.mark.requirement("MU-REQ-1041")
def test_a_fix_uses_the_area_and_the_band_that_a_spec_claims() -> None:
    text = f"---\nprefix: USER-2000..2999\n---\n{FRAME}- [USER-2004] It MUST know users.\n- It MUST forget users.\n"

    (mended,) = _fixed({SPEC: text, "specs/20-more.md": f"{FRAME}- [USER-9000] It MUST end.\n"}).values()

    assert "- [USER-2005] It MUST forget users.\n" in mended


@pytest.mark.requirement("MU-REQ-1041")
@pytest.mark.parametrize(
    ("bullet", "settings"),
    [
        ("- It MUST be so. <!-- muster: allow KWD002 an aside -->\n", ""),
        ("- It MUST be so.\n", '[rules]\nignore = ["KWD002"]\n'),
        ("- It MUST be so.\n", '[[rules.paths]]\npath = "specs/**"\nignore = ["KWD"]\n'),
        ("- It MUST be so.\n", '[requirements]\nmarkers = ["bold"]\n'),
        ("- The word (MUST, SHOULD or MAY) is named.\n", ""),
        ("It MUST be so.\n", ""),
    ],
)
def test_a_fix_touches_nothing_that_is_allowed_off_or_no_bullet(bullet: str, settings: str) -> None:
    marker = "**AUTH-001**" if "bold" in settings else "[AUTH-001]"

    assert _fixed({SPEC: f"{FRAME}- {marker} It MUST be.\n\n{bullet}"}, settings) == {}
