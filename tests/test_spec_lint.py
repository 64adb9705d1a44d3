"""The mechanical preflight: what each check finds, which of them block, and the report."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from muster import ledger
from muster.cli.app import run
from muster.model import SnapshotNames
from muster.prompts.contracts import schema_text, template_text
from muster.prompts.spec_lint import (
    ASSUMPTIONS,
    CAPREF,
    HEADINGS,
    TESTPLAN,
    UNIVERSAL_ID,
    Check,
    LintedSpec,
    Location,
    SpecLintReport,
    lint_report,
    spec_checks,
)
from muster.settings import GovernanceMode

STRICT, STANDARD, LIGHT = GovernanceMode
SPEC = """\
# Queue SPEC

## 1) Purpose

It keeps the order.

## 2) Scope

The queue.

## 3) Capabilities

- `fs.read`: the log
- fs.write (to be confirmed)

## 4) Requirements

- [Q-001] The queue MUST keep the order with `fs.read` and `queue.push`.

## 5) Assumptions

- One writer. NEEDS_CONFIRMATION
- The disk is local. CONFIRMED by ann

## 6) Test plan

```sh
pytest tests/test_queue.py
```
"""
NAMES = SnapshotNames("snapshot.json", "", "", ("engine.fs", "fs.read", "fs.write", "read.file"), ("fs.remove",))


def failures(text: str, snapshot: SnapshotNames | None = NAMES) -> list[tuple[str, str, str]]:
    """Code, location and message of what fails."""
    checks = spec_checks(LintedSpec("specs/q.md", text, snapshot=snapshot), template_text(), STRICT)
    return [(one.code, one.locations[0].value, one.message) for one in checks if one.status == "fail"]


def changed(*changes: tuple[str, str]) -> str:
    text = SPEC
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@pytest.mark.requirement("MU-PRM-6030")
def test_a_spec_that_keeps_the_contract_passes_each_check() -> None:
    checks = spec_checks(LintedSpec("specs/q.md", SPEC, snapshot=NAMES), template_text(), STANDARD)

    assert [(check.code, check.status) for check in checks] == [
        (code, "pass") for code in (HEADINGS, ASSUMPTIONS, CAPREF, TESTPLAN, UNIVERSAL_ID)
    ]


def test_the_template_itself_passes_as_a_spec_about_documents() -> None:
    assert failures(template_text()) == []


@pytest.mark.requirement("MU-PRM-6030")
@pytest.mark.parametrize("title", ["## Scope", "### 2.1 SCOPE", "# Scope", "## **Scope**:"])
def test_a_heading_of_the_template_is_there_whatever_its_number_level_or_case(title: str) -> None:
    assert failures(changed(("## 2) Scope", title))) == []


def test_a_missing_heading_is_named_and_one_in_a_fence_is_none() -> None:
    told = [(HEADINGS, "Scope", "the heading 'Scope' of the template is missing")]

    assert failures(changed(("## 2) Scope\n", ""))) == told
    assert failures(changed(("## 2) Scope\n", "```md\n## Scope\n```\n"))) == told


@pytest.mark.requirement("MU-PRM-6030")
@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        ("- One writer.", True),
        ("- One writer: needs_confirmation", True),
        ("- One writer. NOT CONFIRMED", True),
        ("- UNCONFIRMED: one writer.", True),
        ("One writer writes.", True),
        ("- **NEEDS_CONFIRMATION** one writer.", False),
        ("- One writer,\n  and one reader (NEEDS_CONFIRMATION).", False),
        ("- One writer:\n    - of the log. NEEDS_CONFIRMATION", False),
        ("- NONE", False),
        ("None.", False),
        ("N/A", False),
        ("We assume:\n\n- One writer. NEEDS_CONFIRMATION", False),
    ],
)
def test_an_assumption_is_open_until_it_says_that_it_is_confirmed_or_has_to_be(line: str, is_open: bool) -> None:
    text = changed(("- One writer. NEEDS_CONFIRMATION\n- The disk is local. CONFIRMED by ann", line))
    shown = line.removeprefix("- ").split("\n")[0]
    told = [(ASSUMPTIONS, "specs/q.md:22", f"the assumption {shown!r} is not marked NEEDS_CONFIRMATION")]

    assert failures(text) == (told if is_open else [])


def test_an_assumption_is_seen_in_a_table_and_outside_of_its_section() -> None:
    table = "| what | state |\n|---|---|\n| One writer | open |\n| Disk | NEEDS_CONFIRMATION |"
    rows = changed(("- One writer. NEEDS_CONFIRMATION\n- The disk is local. CONFIRMED by ann", table))
    beside = changed(("It keeps the order.", "Assumption: there is one."))

    assert [(code, where) for code, where, _ in failures(rows)] == [(ASSUMPTIONS, "specs/q.md:24")]
    assert [(code, where) for code, where, _ in failures(beside)] == [(ASSUMPTIONS, "specs/q.md:5")]


@pytest.mark.requirement("MU-PRM-6030")
@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("It keeps the order.", "It uses `fs.chmod`.", "fs.chmod"),
        ("It keeps the order.", "It uses fs.chmod.", "fs.chmod"),
        ("It keeps the order.", "It reads, then `$ fs.chmod x`, and ends.", "fs.chmod"),
        ("It keeps the order.", "It uses **fs.chmod**.", "fs.chmod"),
        ("It keeps the order.", "It uses fs.read/fs.chmod.", "fs.chmod"),
        ("It keeps the order.", "It uses fs\\.chmod.", "fs.chmod"),
        ("It keeps the order.", "It uses `FS.CHMOD`.", "FS.CHMOD"),
        ("It keeps the order.", "It uses fs.chmod@1.2.", "fs.chmod"),
        ("- `fs.read`: the log", "- `fs.read`, `docker.run`", "docker.run"),
        ("- `fs.read`: the log", "- `fs.read` and `mailer`", "mailer"),
        ("- `fs.read`: the log", "- `fs.read`: the log of `docker.run`", "docker.run"),
        ("- `fs.read`: the log", "- fs.read and git.push", "git.push"),
        ("- `fs.read`: the log", "- fs.read\n\nUses docker.run for it.", "docker.run"),
        ("- `fs.read`: the log", "- fs.read\n\n[Q-002] It MUST use docker.run.", "docker.run"),
        ("## 2) Scope", "## 2) Scope\n\n### The tools that it has\n\nUses docker.run for it.", "docker.run"),
        ("## 2) Scope", "## 2) Scope\n\n### Required tools and engines\n\n- fs.read and git.push\n", "git.push"),
        ("It keeps the order.", "It calls `read.socket(path)`.", "read.socket"),
        ("It keeps the order.", "It calls ``engine.net``.", "engine.net"),
        ("- `fs.read`: the log", "- `net.open`: the log", "net.open"),
        ("- `fs.read`: the log", "- net.open: the log", "net.open"),
        ("- `fs.read`: the log", "- **Mailer** - the log", "Mailer"),
        ("## 3) Capabilities", "## 3) Capabilities\n\n### Required tools\n\n- mailer", "mailer"),
        ("## 3) Capabilities", "## 3) Capabilities\n\n### Surfaces and connectors\n\n- slack", "slack"),
        ("## 3) Capabilities", "## 3) Capabilities\n\n### Engines\n\n| id |\n|---|\n| gpu |", "gpu"),
        ("## 3) Capabilities", "## 3) Capabilities\n\n### Events\n\n- FR-EVT-GOV-001", "FR-EVT-GOV-001"),
    ],
)
def test_what_a_spec_names_and_its_snapshot_does_not_allow_is_told(old: str, new: str, name: str) -> None:
    found = failures(changed((old, new)))

    assert {(code, words) for code, _, words in found} == {
        (CAPREF, f"{name!r} is not in the capability snapshot snapshot.json")
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("It keeps the order.", "It is not `queue.pop`, nor queue.push in prose."),
        ("It keeps the order.", "It is `Fs.Read` or FS.WRITE, in any case."),
        ("It keeps the order.", "See fs.md, `fs.toml`, docs/fs.chmod.md and https://fs.chmod/x."),
        ("It keeps the order.", "See [the page](fs.chmod) <!-- fs.chmod --> of ann@fs.example."),
        ("- `fs.read`: the log", "- fs.read@1.2, e.g. the `a.md` of Python 3.11 and v1.2"),
        ("It keeps the order.", "```sh\nfs.chmod\n```"),
        ("It keeps the order.", "<!-- `fs.chmod` -->"),
        ("- `fs.read`: the log", "- NONE"),
        ("- `fs.read`: the log", "- [Q-002] The queue MUST be small."),
        ("## 3) Capabilities\n", "## 3) Capabilities\n\nWhat it may use, and no more.\n"),
        ("## 2) Scope", "## 2) Scope\n\n### Tools of the trade\n\n- hammer\n"),
    ],
)
def test_what_names_nothing_of_a_registry_is_let_alone(old: str, new: str) -> None:
    assert failures(changed((old, new))) == []


def test_names_in_one_line_are_told_each_and_at_its_own_line() -> None:
    text = changed(("- `fs.read`: the log", "- `fs.read`, `docker.run`,\n  and `fs.Remove`, git.push and docker.run"))

    assert failures(text) == [
        (CAPREF, "specs/q.md:13", "'docker.run' is not in the capability snapshot snapshot.json"),
        (CAPREF, "specs/q.md:14", "'docker.run' is not in the capability snapshot snapshot.json"),
        (CAPREF, "specs/q.md:14", "'fs.Remove' is denied by the capability snapshot snapshot.json"),
        (CAPREF, "specs/q.md:14", "'git.push' is not in the capability snapshot snapshot.json"),
    ]


def test_a_denied_name_is_told_as_denied_and_without_a_snapshot_nothing_is_judged() -> None:
    text = changed(("It keeps the order.", "It uses `fs.remove` and `fs.remove`."))

    assert failures(text) == [
        (CAPREF, "specs/q.md:5", "'fs.remove' is denied by the capability snapshot snapshot.json")
    ]
    checks = spec_checks(LintedSpec("specs/q.md", text), template_text(), STRICT)
    assert [check.status for check in checks if check.code == CAPREF] == ["skipped"]


@pytest.mark.requirement("MU-PRM-6030")
@pytest.mark.parametrize(
    ("plan", "is_runnable"),
    [
        ("```sh\npytest -q\n```", True),
        ("```\nmake\n```", True),
        ("```console\n$ nox -s tests\nok\n```", True),
        ("```bash\n# first\nQUEUE=1 cargo test --workspace\n```", True),
        ("    pytest -q", True),
        ("Run `pytest tests/test_queue.py`.", True),
        ("- `nox`", True),
        ("- `./run-tests`", True),
        ("- Run `$ check-it all`.", True),
        ("```\n$ check-it all\n```", True),
        ("```text\n$ check-it all\n```", True),
        ("```\nCI=1 .venv/bin/pytest -q\n```", True),
        ("```bash\ncheck-it all\n```", True),
        ("```\nhello world\n```", False),
        ("    hello world", False),
        ("- `hello world`", False),
        ("```\nmake sure that it works\n```", False),
        ("```text\npytest -q\n```", False),
        ("- `python`", False),
        ("Docs-only: N/A", True),
        ("- **Docs-only:** N/A (nothing runs)", True),
        ("", False),
        ("By hand, and by looking.", False),
        ("See `tests/test_queue.py`.", False),
        ("```sh\n# to be written\n```", False),
        ("```sh\n<command>\n```", False),
        ("```sh\nTODO\n```", False),
        ("```python\nassert queue\n```", False),
        ("```console\nok\n```", False),
        ("Docs-only: yes", False),
    ],
)
def test_a_test_plan_has_a_command_that_can_be_run_or_says_that_there_is_none(plan: str, is_runnable: bool) -> None:
    text = changed(("```sh\npytest tests/test_queue.py\n```", plan))
    told = (TESTPLAN, "specs/q.md:25", "the test plan has no command to run, and does not say `Docs-only: N/A`")

    assert failures(text) == ([] if is_runnable else [told])


def test_a_spec_without_a_test_plan_fails_for_that_too() -> None:
    assert [code for code, _, _ in failures(changed(("## 6) Test plan", "## 6) Later")))] == [HEADINGS, TESTPLAN]


@pytest.mark.requirement("MU-PRM-6030")
@pytest.mark.parametrize(
    ("mode", "errors"),
    [
        (STRICT, [HEADINGS, ASSUMPTIONS, CAPREF, TESTPLAN, UNIVERSAL_ID]),
        (STANDARD, [ASSUMPTIONS, CAPREF, TESTPLAN, UNIVERSAL_ID]),
        (LIGHT, [CAPREF, UNIVERSAL_ID]),
    ],
)
def test_the_governance_mode_decides_which_checks_block(mode: GovernanceMode, errors: list[str]) -> None:
    text = "# Q\n\n## Assumptions\n\n- One.\n\n## Tools\n\n- mailer\n"
    spec = LintedSpec("specs/q.md", text, snapshot=NAMES, id_problems=((3, "Q1 is no ID"),))
    report = lint_report([spec], "# T\n\n## Scope\n", mode, "0.1.0", None)
    failed = [check for check in report.checks if check.status == "fail"]

    assert [check.code for check in failed if check.severity == "error"] == errors
    assert (report.verdict, report.error_count, report.warning_count) == ("fail", len(errors), 5 - len(errors))


def test_warnings_alone_pass_and_the_whole_report_is_as_the_contract_says() -> None:
    spec = LintedSpec("specs/q.md", changed(("## 2) Scope\n", "")), "0b0e", NAMES)
    report = lint_report([spec], template_text(), STANDARD, "0.1.0", "2026-01-01T00:00:00Z")

    assert report == SpecLintReport(
        report_id=report.report_id,
        spec_id="0b0e",
        spec_artifact_ref="specs/q.md",
        capability_snapshot_ref="snapshot.json",
        verdict="pass",
        error_count=0,
        warning_count=1,
        checks=(
            Check(
                HEADINGS,
                "warning",
                "fail",
                "the heading 'Scope' of the template is missing",
                (Location("heading", "Scope"),),
            ),
            Check(ASSUMPTIONS, "error", "pass", "each open assumption says NEEDS_CONFIRMATION", ()),
            Check(CAPREF, "error", "pass", "only what the snapshot allows is named", ()),
            Check(
                TESTPLAN,
                "error",
                "pass",
                "the test plan has a command that can be run, or says that there is nothing to run",
                (),
            ),
            Check(UNIVERSAL_ID, "error", "pass", "the IDs are well-formed and unique", ()),
        ),
        tool_version="0.1.0",
        created_at="2026-01-01T00:00:00Z",
    )
    again = lint_report([spec], template_text(), STANDARD, "0.1.0", "2027-01-01T00:00:00Z")
    other = lint_report([spec, spec], template_text(), STANDARD, "0.1.0", None)
    assert again.report_id == report.report_id != other.report_id


def test_without_a_spec_each_check_is_skipped() -> None:
    report = lint_report([], template_text(), STRICT, "0.1.0", None)

    assert {(check.status, check.message) for check in report.checks} == {("skipped", "there is no spec to check")}
    assert (report.verdict, len(report.checks)) == ("pass", 5)


REGISTRY = """\
registry_version: "1"
capabilities:
  - {capability_id: fs.read, kind: Surface, risk_class: Low}
  - {capability_id: fs.write, kind: Surface, risk_class: Medium}
tools: []
"""


def checked(folder: Path, capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    """The exit status and the report of a check."""
    capfd.readouterr()
    where = ["-C", str(folder), "check", "--today", "2026-01-01", "--select", "REQ,PRM"]
    status = run([*where, "--report", "spec-lint", *arguments])
    report = json.loads(capfd.readouterr().out)
    assert list(Draft202012Validator(json.loads(schema_text("hsk.spec_lint_report@1"))).iter_errors(report)) == []
    return status, report


@pytest.mark.requirement("MU-PRM-6030")
def test_a_check_writes_the_report_and_its_verdict_counts(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs/10-queue.md").write_text(SPEC, encoding="utf-8")
    (tmp_path / "specs/20-other.md").write_text("# Other\n\nNothing.\n", encoding="utf-8")
    (tmp_path / "registry.yaml").write_text(REGISTRY, encoding="utf-8")
    (tmp_path / "muster.toml").write_text('[prompts]\nregistry = "registry.yaml"\n', encoding="utf-8")

    status, report = checked(tmp_path, capfd, "specs/10-queue.md")
    assert (status, report["verdict"], report["spec_artifact_ref"]) == (0, "pass", "specs/10-queue.md")
    assert (report["capability_snapshot_ref"], report["created_at"]) == ("registry.yaml", "2026-01-01T00:00:00Z")
    status, report = checked(tmp_path, capfd)
    assert (status, report["verdict"], report["spec_artifact_ref"]) == (1, "fail", ".")


@pytest.mark.requirement("MU-PRM-6030")
def test_ids_are_judged_by_the_rules_and_told_as_skipped_where_these_do_not_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "specs").mkdir()
    spec = changed(
        ("- [Q-001] The", "- [Q-001] A queue MUST be.\n- [Q-001] The"), ("- fs.write (to be confirmed)\n", "")
    )
    (tmp_path / "specs/10-queue.md").write_text(spec, encoding="utf-8")
    where = ["-C", str(tmp_path), "check", "--report", "spec-lint", "--select"]

    def ids(select: str) -> list[tuple[str, str]]:
        capfd.readouterr()
        run([*where, select])
        checks = json.loads(capfd.readouterr().out)["checks"]
        return [(check["status"], check["message"]) for check in checks if check["code"] == UNIVERSAL_ID]

    assert [status for status, _ in ids("REQ")] == ["fail"]
    assert [status for status, _ in ids("KWD")] == ["skipped"]


@pytest.mark.requirement("MU-PRM-6020", "MU-PRM-6030")
def test_the_snapshot_of_the_last_compile_for_the_spec_goes_before_the_registry(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec_id = "0b0e2f9c-5f0e-5d9c-8a41-64a05b1c9a10"
    record = f"---\nspec_id: {spec_id}\nready_for_planning: true\nblocking_unknowns: []\n---\n\n# Elicitation\n"
    compiled = {
        "schema_version": "hsk.capability_snapshot@1",
        "spec_id": spec_id,
        "registry_version": "1",
        "allowed_capabilities": [
            {"capability_id": "fs.read", "kind": "Surface", "risk_class": "Low", "tags": []},
        ],
        "allowed_tools": [],
        "denied_capabilities": [],
        "generated_at": "2026-01-01T00:00:00Z",
    }
    digest = hashlib.sha256(json.dumps(compiled).encode()).hexdigest()
    later = [{**compiled, "generated_at": f"{year}-01-01T00:00:00Z"} for year in (2027, 2028)]
    half = "prompts/compiled/.2.0123456789abcdef.muster-tmp"  # is still being written
    for path, text in {
        "specs/10-queue.md": f"---\nelicitation: elicitation.md\nspec_id: {spec_id}\n---\n\n{SPEC}",
        "specs/elicitation.md": record,
        "prompts/compiled/1/capability_snapshot.json": json.dumps(compiled),
        "prompts/compiled/1/manifest.json": json.dumps({"files": {"capability_snapshot.json": digest}}),
        f"{half}/capability_snapshot.json": json.dumps(later[0]),
        "prompts/compiled/edited/capability_snapshot.json": json.dumps(later[1]),
        "prompts/compiled/edited/manifest.json": json.dumps({"files": {"capability_snapshot.json": digest}}),
        "registry.yaml": REGISTRY,
        "muster.toml": '[prompts]\nregistry = "registry.yaml"\n',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    _, report = checked(tmp_path, capfd, "specs/10-queue.md")

    assert report["spec_id"] == spec_id
    assert report["capability_snapshot_ref"] == "prompts/compiled/1/capability_snapshot.json"
    assert report["verdict"] == "fail"


@pytest.mark.requirement("MU-PRM-6020", "MU-PRM-6030")
@pytest.mark.parametrize(
    ("settings", "ref", "status"),
    [('[prompts]\nregistry = "registry.yaml"\n', "registry.yaml", "pass"), ("", "", "skipped")],
    ids=["with a registry", "without one"],
)
@pytest.mark.parametrize("version", ["1", "none"])
def test_a_compile_for_no_spec_says_nothing_of_what_a_spec_may_name(
    version: str, settings: str, ref: str, status: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    compiled = {
        "schema_version": "hsk.capability_snapshot@1",
        "spec_id": "",
        "registry_version": version,
        "allowed_capabilities": [],
        "allowed_tools": [],
        "denied_capabilities": [],
        "generated_at": "2026-01-01T00:00:00Z",
    }
    digest = hashlib.sha256(json.dumps(compiled).encode()).hexdigest()
    for path, text in {
        "specs/10-queue.md": SPEC,
        "prompts/compiled/1/capability_snapshot.json": json.dumps(compiled),
        "prompts/compiled/1/manifest.json": json.dumps({"files": {"capability_snapshot.json": digest}}),
        "registry.yaml": REGISTRY,
        "muster.toml": settings,
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    _, report = checked(tmp_path, capfd, "specs/10-queue.md")

    assert report["capability_snapshot_ref"] == ref
    checks = report["checks"]
    assert isinstance(checks, list)
    assert [check["status"] for check in checks if check["code"] == CAPREF] == [status]


@pytest.mark.requirement("MU-PRM-6030")
def test_a_verdict_that_stops_is_told_and_recorded(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "specs").mkdir()
    text = changed(("## 2) Scope\n", ""), ("pytest tests/test_queue.py\n", ""), ("One writer. NEEDS_C", "One. C"))
    (tmp_path / "specs/10-queue.md").write_text(text.replace("CONFIRMATION", ""), encoding="utf-8")
    (tmp_path / "muster.toml").write_text("", encoding="utf-8")
    where = ["-C", str(tmp_path), "check", "--select", "REQ"]
    words = "spec-lint: fail, 2 errors, 1 warning"

    assert run([*where, "--report", f"spec-lint={tmp_path}/lint.json"]) == 1
    told = capfd.readouterr().err.splitlines()
    assert told[-2] == f"{words} ({tmp_path}/lint.json)"
    assert told[-1].endswith(": 0 errors, 0 warnings")
    assert run([*where, "--report", "spec-lint"]) == 1
    assert capfd.readouterr().err.splitlines()[-2] == words
    with ledger.open(tmp_path / ".muster/ledger.db") as book:
        messages = {one.facts.error.message for one in book.runs() if one.facts.error}
    assert messages == {words, f"{words} ({tmp_path}/lint.json)"}


@pytest.mark.requirement("MU-PRM-6020", "MU-PRM-6030")
def test_a_compile_without_capabilities_allows_and_denies_its_spec_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec_id = "0b0e2f9c-5f0e-5d9c-8a41-64a05b1c9a10"
    record = f"---\nspec_id: {spec_id}\nready_for_planning: true\nblocking_unknowns: []\n---\n\n# Elicitation\n"
    silent = {
        "schema_version": "hsk.capability_snapshot@1",
        "spec_id": spec_id,
        "registry_version": "none",
        "allowed_capabilities": [],
        "allowed_tools": [],
        "denied_capabilities": [],
        "generated_at": "2026-01-01T00:00:00Z",
    }
    digest = hashlib.sha256(json.dumps(silent).encode()).hexdigest()
    for path, text in {
        "specs/10-queue.md": f"---\nelicitation: elicitation.md\nspec_id: {spec_id}\n---\n\n{SPEC}",
        "specs/elicitation.md": record,
        "prompts/compiled/1/capability_snapshot.json": json.dumps(silent),
        "prompts/compiled/1/manifest.json": json.dumps({"files": {"capability_snapshot.json": digest}}),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    _, report = checked(tmp_path, capfd, "specs/10-queue.md")

    assert (report["spec_id"], report["capability_snapshot_ref"]) == (spec_id, "")
