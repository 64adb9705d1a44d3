"""A repository that is not clean starts with what it has, and only ever gets better."""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from muster import pipeline
from muster.cli.app import run
from muster.gate.baseline import adopted
from muster.hosts.build import read_build
from muster.inputs import lines_in, memory
from muster.model import Derived, Host, Known, Outcome
from muster.rules.base import FRAME
from muster.settings import Settings, settings_from
from muster.specs.baseline import known_in, rendered
from muster.workspace import check, sync

SPEC = "specs/10-queue.md"
PATH = "requirements/baseline.json"
HEAD = '{\n"schema_version": 1,\n"findings": [\n'


def spec(words: list[str]) -> str:
    """A spec with an untestable word in each requirement."""
    return FRAME + "".join(
        f"- [QUEUE-{number}] Pool {number} MUST be {word}.\n" for number, word in enumerate(words, 1001)
    )


def outcome_of(files: dict[str, str], settings: Settings | None = None) -> Outcome:
    """Run over the files beside all that follows from them."""
    chosen = settings or Settings()
    derived = {file.path: file.text or "" for file in pipeline.run(memory(files), chosen).project.derived}
    return pipeline.run(memory({**derived, **files}), chosen)


def adopted_in(files: dict[str, str]) -> dict[str, str]:
    """The files with a baseline of what is found in them."""
    baseline = adopted(outcome_of(files).findings, PATH, lambda path: lines_in(memory(files), path))
    assert baseline is not None
    assert baseline.text is not None
    return {**files, PATH: baseline.text}


def told(outcome: Outcome) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.place.path, finding.place.line) for finding in outcome.findings]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "specs").mkdir()
    (tmp_path / "muster.toml").write_text('fail_on = "warning"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.requirement("MU-RULE-2032")
def test_three_hundred_findings_are_adopted_and_the_next_one_fails(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = spec(["fast"] * 300)
    (project / SPEC).write_text(text, encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check"]) == 1

    assert run(["check", "--baseline"]) == 0
    said = capfd.readouterr().err.splitlines()
    assert said[-2] == f"{PATH}: written with 300 findings; commit it"
    assert said[-1].endswith(": 0 errors, 0 warnings, 300 known")
    assert len(json.loads((project / PATH).read_bytes())["findings"]) == 300

    (project / SPEC).write_text(f"{text}- [QUEUE-1301] Pool 1301 MUST be robust.\n", encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check"]) == 1
    assert run(["check", "--baseline"]) == 1
    said = capfd.readouterr().err.splitlines()
    assert said[-2] == f"{PATH}: nothing to drop, and nothing new is taken in"
    assert said[-1].endswith(": 0 errors, 1 warning, 300 known")

    (project / SPEC).write_text(text.replace("Pool 1150 MUST be fast", "Pool 1150 MUST run"), encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check"]) == 0
    assert capfd.readouterr().err.splitlines()[-1].endswith(": 0 errors, 0 warnings, 299 known")
    left = [entry["message"] for entry in json.loads((project / PATH).read_bytes())["findings"]]
    assert len(left) == 299

    (project / SPEC).write_text(text, encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check"]) == 1, "what was mended once does not come back unseen"


@pytest.mark.requirement("MU-RULE-2032")
def test_a_mended_entry_is_reported_at_its_line_until_it_is_dropped(project: Path) -> None:
    (project / SPEC).write_text(spec(["fast", "robust"]), encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check", "--baseline"]) == 0
    lines = (project / PATH).read_text(encoding="utf-8").splitlines()
    (project / SPEC).write_text(spec(["fast", "red"]), encoding="utf-8")

    outcome = check(project)

    (line,) = (number for number, text in enumerate(lines, 1) if "robust" in text)
    assert (("SET012", PATH, line)) in told(outcome)
    assert outcome.baseline is not None
    assert outcome.baseline.committed == "\n".join([*lines, ""])
    assert PATH in sync(project, outcome)
    assert told(check(project)) == []


@pytest.mark.requirement("MU-RULE-2032")
@pytest.mark.parametrize("command", [["sync"], ["check", "--baseline"]])
def test_a_baseline_with_nothing_left_is_removed(
    command: list[str], project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / SPEC).write_text(spec(["fast"]), encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check", "--baseline"]) == 0
    (project / SPEC).write_text(spec(["red"]), encoding="utf-8")
    assert run(["sync", "--check"]) == 1
    assert f"--- a/{PATH}\n+++ /dev/null\n" in capfd.readouterr().out
    assert (project / PATH).exists()

    run(command)

    assert not (project / PATH).exists()
    said = capfd.readouterr()
    assert (f"removed {PATH}" in said.out) or (f"{PATH}: removed, as all of it is mended" in said.err)


def test_without_findings_no_baseline_is_written(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / SPEC).write_text(spec(["red"]), encoding="utf-8")
    assert run(["sync"]) == 0

    assert run(["check", "--baseline"]) == 0

    assert f"{PATH}: not written, as there is nothing to take in\n" in capfd.readouterr().err
    assert not (project / PATH).exists()


def test_what_the_baseline_quotes_is_no_dead_reference_of_its_own() -> None:
    files = {SPEC: spec(["red"]), "src/a.py": f"# as {SPEC}#gone has it\n"}
    before = outcome_of(files)
    assert {finding.code for finding in before.findings} == {"LNK014"}

    known = adopted(before.findings, PATH, lambda path: lines_in(memory(files), path))
    assert known is not None

    assert outcome_of({**files, PATH: known.text or ""}).findings == ()


def test_a_plain_check_writes_no_baseline(project: Path) -> None:
    (project / SPEC).write_text(spec(["fast"]), encoding="utf-8")

    assert run(["check"]) == 1

    assert sorted(path.name for path in project.iterdir()) == [".muster", "muster.toml", "specs"]


@pytest.mark.parametrize(
    "more", [["specs"], ["--select", "KWD"], ["--ignore", "KWD"], ["--since", "main"], ["--watch"]], ids=str
)
def test_a_baseline_of_a_part_is_refused(more: list[str], project: Path) -> None:
    (project / SPEC).write_text(spec(["fast"]), encoding="utf-8")

    assert run(["check", "--baseline", *more]) == 2

    assert not (project / PATH).exists()


@pytest.mark.requirement("MU-RULE-2032")
@pytest.mark.parametrize("seed", range(20))
def test_blank_lines_anywhere_keep_everything_known(seed: int) -> None:
    chance = random.Random(seed)
    words = chance.choices(["fast", "robust", "flexible", "red"], k=12)
    files = adopted_in(
        {SPEC: spec([*words, "fast"]), "specs/20-pool.md": FRAME + "- [POOL-001] It is quick.\n\nThe pool MUST be.\n"}
    )
    known = outcome_of(files)
    lines = files[SPEC].split("\n")
    for _ in range(chance.randint(1, 9)):
        lines.insert(chance.randint(0, len(lines)), "")

    moved = outcome_of({**files, SPEC: "\n".join(lines)})

    assert told(known) == told(moved) == []
    assert moved.counts.known == known.counts.known >= 1


@pytest.mark.requirement("MU-RULE-2032")
def test_a_second_equal_finding_is_new() -> None:
    files = adopted_in({SPEC: spec(["red"]) + "\nThe queue MUST be quick.\n\nIt is red.\n"})

    outcome = outcome_of({**files, SPEC: f"{files[SPEC]}\nThe queue MUST be quick.\n"})

    assert told(outcome) == [("KWD002", SPEC, 13)]
    assert outcome.counts.known == 1


def test_remarks_settings_and_drift_are_not_taken_in() -> None:
    settings = settings_from(
        '[rules]\nselect = ["SET", "DRF", "KWD007"]\nseverity = {KWD007 = "info"}\n', "muster.toml"
    )
    files = {SPEC: spec(["fast"]) + "\nIt is red. <!-- muster: allow KWD007 -->\n"}
    findings = pipeline.run(memory(files), settings).findings

    assert sorted({finding.code for finding in findings}) == ["DRF001", "KWD007", "SET001"]
    assert adopted(findings, PATH, lambda path: lines_in(memory(files), path)) is None


def test_entries_of_rules_that_did_not_run_are_not_mended() -> None:
    files = {**adopted_in({SPEC: spec(["fast"])})}
    files[SPEC] = spec(["red"])

    narrow = outcome_of(files, settings_from('[rules]\nselect = ["REQ", "SET"]\n', "muster.toml"))
    there = '[[rules.paths]]\npath = "specs"\nignore = ["KWD"]\n'

    assert (told(narrow), narrow.baseline) == ([], None)
    assert outcome_of(files, settings_from(there, "muster.toml")).baseline is None
    assert outcome_of(files).baseline is not None


def test_an_entry_of_a_rule_that_is_no_more_is_dropped() -> None:
    files = {SPEC: spec(["red"]), PATH: rendered([Known("OLD001", SPEC, "0", "of a rule that went")])}

    outcome = outcome_of(files)
    narrow = outcome_of(files, settings_from('[rules]\nselect = ["KWD", "SET"]\n', "muster.toml"))

    assert told(outcome) == told(narrow) == [("SET012", PATH, 4)]
    assert outcome.files == (Derived(PATH, False, None, files[PATH]),)


def test_nothing_counts_as_mended_while_a_file_is_unread_that_could_be_read_before() -> None:
    files: dict[str, str] = adopted_in({SPEC: spec(["fast"])})
    broken = {**files, SPEC: "\udcff" + files[SPEC]}

    assert outcome_of(broken).baseline is None


def test_a_file_that_never_could_be_read_does_not_keep_the_others_from_being_mended() -> None:
    files = adopted_in({SPEC: spec(["fast"]), "specs/20-old.md": "\udcff\n"})
    files[SPEC] = spec(["red"])

    outcome = outcome_of(files)

    assert outcome.baseline is not None
    assert [known.code for known in known_in(outcome.baseline.text or "", PATH)[0]] == ["ENC001"]


def test_what_is_written_is_read_back_and_sorted_one_entry_a_line() -> None:
    known = [
        Known("KWD007", "specs/b.md", "2", 'a "quoted" word\\'),
        Known("KWD007", "specs/a.md", "1", "::error::\x1b[31m\u2028\u202e größer"),
        Known("KWD001", "specs/b.md", "3", "\udcff"),
        Known("ENC002", "specs/\udcff.md", "4", "a name that is no UTF-8"),
    ]

    text = rendered(known)

    assert text.splitlines() == [
        "{",
        '"schema_version": 1,',
        '"findings": [',
        r'{"code": "KWD007", "path": "specs/a.md", "key": "1", "message": "::error::\\x1b[31m\\u2028\\u202e größer"},',
        '{"code": "KWD001", "path": "specs/b.md", "key": "3", "message": "\\\\udcff"},',
        '{"code": "KWD007", "path": "specs/b.md", "key": "2", "message": "a \\"quoted\\" word\\\\"},',
        r'{"code": "ENC002", "path": "specs/\udcff.md", "key": "4", "message": "a name that is no UTF-8"}',
        "]",
        "}",
    ]
    found, problems = known_in(text, PATH)
    assert problems == ()
    assert [(one.code, one.path, one.key, one.line) for one in found] == [
        ("KWD007", "specs/a.md", "1", 4),
        ("KWD001", "specs/b.md", "3", 5),
        ("KWD007", "specs/b.md", "2", 6),
        ("ENC002", "specs/\udcff.md", "4", 7),
    ]
    pretty = json.dumps(json.loads(text), indent=2)
    assert [one.line for one in known_in(pretty, PATH)[0]] == [4, 10, 16, 22]
    assert [one.line for one in known_in(json.dumps(json.loads(text)), PATH)[0]] == [1, 1, 1, 1]


ENTRY = '{"code": "KWD001", "path": "a.md", "key": "1", "message": "m"}'


@pytest.mark.requirement("MU-RULE-2032")
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(1, "the file is no JSON: Expecting value")]),
        (f"{HEAD}{ENTRY}\n", [(5, "the file is no JSON: Expecting ',' delimiter")]),
        ("[" * 100_000, [(1, "the file is no JSON that can be a baseline")]),
        ("9" * 5_000, [(1, "the file is no JSON that can be a baseline")]),
        ("[]", [(1, "the file has no schema_version that Muster ever wrote")]),
        ("{}", [(1, "the file has no schema_version that Muster ever wrote")]),
        ('{"schema_version": true, "findings": []}', [(1, "the file has no schema_version that Muster ever wrote")]),
        ('{"schema_version": "1", "findings": []}', [(1, "the file has no schema_version that Muster ever wrote")]),
        (
            '{"schema_version": 2, "entries": {}}',
            [(1, "the file is of version 2, and this Muster knows version 1")],
        ),
        (
            '{"schema_version": 1}',
            [(1, "the file is no baseline: Object missing required field `findings`")],
        ),
        (
            '{"schema_version": 1, "findings": {}}',
            [(1, "the file is no baseline: Expected `array`, got `object` - at `$.findings`")],
        ),
        (
            '{"schema_version": 1, "findings": [], "more": 1}',
            [(1, "the file is no baseline: Object contains unknown field `more`")],
        ),
        (
            f'{HEAD}{ENTRY},\n{{"code": 1, "path": "a.md", "key": "2", "message": "m"}},\n"word"\n]\n}}\n',
            [
                (5, "this entry is none: Expected `str`, got `int` - at `$.code`"),
                (1, "this entry is none: Expected `object`, got `str`"),
            ],
        ),
        (f"{HEAD}{ENTRY},\n{ENTRY}\n]\n}}\n", [(5, "1 of a.md stands twice")]),
        (
            f'{HEAD}{ENTRY},\n{{"code": "1", "code": "2", "path": "a.md", "key": "2", "message": "m"}}\n]\n}}',
            [(5, "'code' stands twice in one object")],
        ),
        (f"{HEAD}<<<<<<< HEAD\n{ENTRY}\n=======\n", [(4, "the file has the marks of a merge that stopped")]),
        (" " * 50_000_001, [(1, "the file has 50,000,001 characters, more than 50,000,000")]),
    ],
    ids=range(17),
)
def test_of_a_malformed_baseline_nothing_is_known_and_every_problem_is_told(
    text: str, problems: list[tuple[int, str]]
) -> None:
    known, found = known_in(text, PATH)

    assert known == ()
    assert [(problem.place.line, problem.message) for problem in found] == problems
    assert {problem.code for problem in found} == {"SET011"}


def test_a_malformed_baseline_hides_nothing_and_is_left_alone(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / SPEC).write_text(spec(["fast"]), encoding="utf-8")
    (project / "requirements").mkdir()
    (project / PATH).write_text('{"schema_version": 7}', encoding="utf-8")
    assert run(["sync"]) == 0

    assert run(["check", "--baseline"]) == 1

    assert f"{PATH}: left as it is\n" in capfd.readouterr().err
    assert (project / PATH).read_text(encoding="utf-8") == '{"schema_version": 7}'
    assert told(check(project)) == [("SET011", PATH, 1), ("KWD007", SPEC, 7)]


def test_a_baseline_that_is_no_utf8_or_leads_out_of_the_project_is_a_finding(project: Path) -> None:
    (project / SPEC).write_text(spec(["red"]), encoding="utf-8")
    assert run(["sync"]) == 0
    (project / PATH).write_bytes(b"\xff")
    assert told(check(project)) == [("SET011", PATH, 1)]
    (project / PATH).unlink()

    (project / PATH).symlink_to("/etc/hostname")

    (finding,) = check(project).findings
    assert (finding.code, finding.message) == (
        "SET011",
        f"{PATH} cannot be read: the link leads out of the project",
    )


def test_a_baseline_may_be_a_link_inside_the_project(project: Path) -> None:
    (project / SPEC).write_text(spec(["fast", "robust"]), encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check", "--baseline"]) == 0
    (project / PATH).rename(project / "known.json")
    (project / PATH).symlink_to(Path(os.pardir) / "known.json")
    assert check(project).counts.known == 2
    (project / SPEC).write_text(spec(["fast", "red"]), encoding="utf-8")

    assert run(["check", "--baseline"]) == 1  # drift of the requirement file

    assert len(known_in((project / "known.json").read_text(encoding="utf-8"), PATH)[0]) == 1
    assert (project / PATH).is_symlink()


def test_a_baseline_that_git_ignores_is_refused(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / SPEC).write_text(spec(["fast"]), encoding="utf-8")
    (project / ".gitignore").write_text("*.json\n", encoding="utf-8")
    (project / "requirements").mkdir()
    (project / PATH).write_text("{}", encoding="utf-8")
    subprocess.run(["git", "init", "-q"], check=True, cwd=project)

    assert run(["check", "--baseline"]) == 2

    assert capfd.readouterr().err == (
        f"muster: {PATH} is ignored by git\nhelp: take it out of .gitignore: a baseline is committed\n"
    )


def test_a_site_build_knows_what_the_baseline_knows_and_drops_what_is_mended(project: Path) -> None:
    (project / SPEC).write_text(spec(["fast", "robust"]), encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check", "--baseline"]) == 0
    (project / SPEC).write_text(spec(["fast", "red"]), encoding="utf-8")

    build = read_build(project, Host("mkdocs.yml", slug="ascii"), writes=True)

    assert (told(build.outcome), build.outcome.counts.known) == ([], 1)


def test_a_warm_run_gives_what_a_cold_one_gives(project: Path) -> None:
    (project / SPEC).write_text(spec(["fast", "robust"]), encoding="utf-8")
    assert run(["sync"]) == 0
    assert run(["check", "--baseline"]) == 0
    (project / SPEC).write_text(spec(["fast", "red"]), encoding="utf-8")

    cold, warm = check(project), check(project)

    assert (warm.findings, warm.baseline) == (cold.findings, cold.baseline)
