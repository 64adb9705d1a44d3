"""Somebody answers for a finding, for a reason, until a day."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path

import pytest

from muster import pipeline
from muster.cli.app import run
from muster.inputs import memory
from muster.model import Outcome, Waiver
from muster.rules.base import FRAME
from muster.rules.table import RULES
from muster.settings import Settings, settings_from
from muster.specs.waivers import waivers_in

SPEC = "specs/10-queue.md"
PATH = "requirements/waivers.yaml"
DAY = date(2027, 1, 31)
TEXT = FRAME + "- [QUEUE-1001] It MUST be fast.\n- [QUEUE-1002] It MUST be robust,\n  and it MUST be easy.\n"
REST = "reason: a number will come, owner: Ada, expires: 2027-01-31"


def outcome_of(waivers: str, text: str = TEXT, *, today: date | None = DAY, settings: str = "") -> Outcome:
    """Run over one spec and waivers, beside all that follows from them."""
    chosen = settings_from(settings, "muster.toml")
    files = {SPEC: text, PATH: waivers}
    derived = {file.path: file.text or "" for file in pipeline.run(memory(files), chosen).project.derived}
    return pipeline.run(memory({**derived, **files}), chosen, today=today)


def told(outcome: Outcome) -> list[tuple[str, str, int]]:
    return [(finding.code, finding.place.path, finding.place.line) for finding in outcome.findings]


# What the spec has, each at its line.
FAST, ROBUST, EASY = (("KWD007", SPEC, line) for line in (7, 8, 9))


@pytest.mark.requirement("MU-RULE-2033")
@pytest.mark.parametrize(
    ("today", "codes", "waived"),
    [
        (date(2027, 1, 30), [], 3),
        (date(2027, 1, 31), [], 3),
        (date(2027, 2, 1), [("SET009", PATH, 1), FAST, ROBUST, EASY], 0),
        (None, [], 3),
    ],
    ids=["before", "on the day", "after", "no day"],
)
def test_a_waiver_holds_to_the_end_of_its_day_and_is_reported_after_it(
    today: date | None, codes: list[tuple[str, str, int]], waived: int
) -> None:
    outcome = outcome_of(f"- {{rule: KWD007, {REST}}}\n", today=today)

    assert (told(outcome), outcome.counts.waived) == (codes, waived)


@pytest.mark.requirement("MU-RULE-2033")
@pytest.mark.parametrize(
    ("which", "left"),
    [
        ("rule: KWD", []),
        ("rule: KWD007, path: specs", []),
        ("rule: KWD007, path: 'specs/*-queue.md'", []),
        ("rule: KWD007, requirement: QUEUE-1002", [FAST]),
        ("requirement: QUEUE-1002", [FAST]),
        ("requirement: QUEUE-1001", [ROBUST, EASY]),
        ("rule: KWD007, path: docs", [("SET010", PATH, 1), FAST, ROBUST, EASY]),
        ("rule: KWD001", [("SET010", PATH, 1), FAST, ROBUST, EASY]),
        ("rule: REQ, requirement: QUEUE-1001", [("SET010", PATH, 1), FAST, ROBUST, EASY]),
    ],
)
def test_a_waiver_covers_what_it_names(which: str, left: list[tuple[str, str, int]]) -> None:
    assert told(outcome_of(f"- {{{which}, {REST}}}\n")) == left


def test_a_waiver_covers_no_finding_about_settings() -> None:
    outcome = outcome_of(f"- {{path: '**', requirement: QUEUE-1001, {REST}}}\n- {{rule: SET, {REST}}}\n")

    assert told(outcome) == [("SET008", PATH, 2), ROBUST, EASY]


@pytest.mark.requirement("MU-RULE-2005")
def test_what_an_allowance_accepts_needs_no_waiver() -> None:
    text = FRAME + "- [QUEUE-1001] It MUST be fast. <!-- muster: allow KWD007 a pilot -->\n"

    assert told(outcome_of(f"- {{rule: KWD007, {REST}}}\n", text)) == [("SET010", PATH, 1)]


def test_a_waiver_is_unused_only_where_all_its_rules_ran() -> None:
    waivers = f"- {{rule: KWD, path: docs, {REST}}}\n"

    assert told(outcome_of(waivers, settings='[rules]\nselect = ["KWD001", "SET"]\n')) == []
    assert told(outcome_of(waivers, settings='[rules]\nselect = ["KWD0", "SET"]\nignore = ["KWD007"]\n')) == []
    assert told(outcome_of(waivers, settings='[rules]\nselect = ["KWD", "SET"]\n'))[0] == ("SET010", PATH, 1)


def test_a_waiver_is_not_unused_and_its_requirement_not_unknown_while_a_file_is_unread() -> None:
    files = {SPEC: "\udcff", PATH: f"- {{rule: KWD007, {REST}}}\n- {{requirement: QUEUE-1001, {REST}}}\n"}

    assert told(pipeline.run(memory(files), Settings(), today=DAY)) == [("ENC001", SPEC, 1)]


def test_a_waiver_of_a_requirement_that_there_is_not_is_malformed() -> None:
    (finding, *_) = outcome_of(f"\n- {{requirement: QUEUE-1003, {REST}}}\n").findings

    assert (finding.code, finding.place.line, finding.message) == (
        "SET008",
        2,
        "this waiver names QUEUE-1003, which no spec defines",
    )


def test_a_waiver_is_read_as_it_stands() -> None:
    text = "- rule: KWD007\n  path: specs/*.md\n  reason: |\n    one\n    two\n  owner: 'Ada'\n  expires: 2027-01-31\n"

    assert waivers_in(text, PATH, RULES) == (
        (Waiver("KWD007", "", "specs/*.md", "one\ntwo", "Ada", DAY, 1),),
        (),
    )


@pytest.mark.parametrize("text", ["", "# none yet\n", "---\n", "[]\n", "---\n...\n"])
def test_a_file_without_waivers_is_in_order(text: str) -> None:
    assert waivers_in(text, PATH, RULES) == ((), ())


@pytest.mark.requirement("MU-RULE-2033")
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("{", [(1, "not YAML: did not find expected node content")]),
        ("a: 1\n", [(1, "the file is no list of waivers")]),
        ("\nword\n", [(2, "the file is no list of waivers")]),
        ("- word\n- [a]\n-\n", [(line, "this waiver is no mapping") for line in (1, 2, 3)]),
        (
            "- {}\n",
            [
                (1, "this waiver has no reason"),
                (1, "this waiver has no owner"),
                (1, "this waiver has no expires"),
                (1, "this waiver names neither a rule nor a requirement"),
            ],
        ),
        (
            f"- rule:\n  requirement: ~\n  {REST.replace(', ', chr(10) + '  ')}\n",
            [(1, "this waiver names neither a rule nor a requirement")],
        ),
        (
            "- rule: KWD007\n  reason: ' '\n  owner: [Ada]\n  expires: 2027-02-30\n",
            [
                (3, "'owner' of this waiver is no text"),
                (2, "this waiver has no reason"),
                (4, "this waiver expires on '2027-02-30', which is no date"),
            ],
        ),
        (
            f"- {{rule: KWD07, {REST}}}\n- {{rule: kwd007, {REST}}}\n- {{rule: '::error::%0A', {REST}}}\n",
            [
                (1, "this waiver names KWD07, which is no rule"),
                (2, "this waiver names kwd007, which is no rule"),
                (3, "this waiver names ::error::%0A, which is no rule"),
            ],
        ),
        (
            f"- {{rule: SET001, {REST}}}\n",
            [(1, "this waiver names SET001, and what is wrong with the settings cannot be waived")],
        ),
        (f"- {{rule: KWD, rule: REQ, {REST}}}\n", [(1, "this waiver has 'rule' twice")]),
        (
            f"- {{rule: KWD, reasons: x, ? [a] : b, {REST}}}\n",
            [(1, "this waiver has the unknown field 'reasons'"), (1, "this waiver has the unknown field ''")],
        ),
        (
            f"- &a {{rule: KWD, {REST}}}\n- {{<<: *a}}\n",
            [
                (2, "this waiver has the unknown field '<<'"),
                (2, "this waiver has no reason"),
                (2, "this waiver has no owner"),
                (2, "this waiver has no expires"),
                (2, "this waiver names neither a rule nor a requirement"),
            ],
        ),
        ("[" * 3_000, [(1, None)]),
        ("a" * 1_000_001, [(1, "the file has 1,000,001 characters, more than 1,000,000")]),
    ],
    ids=range(14),
)
def test_every_problem_of_a_malformed_file_is_told_at_its_line(
    text: str, problems: list[tuple[int, str | None]]
) -> None:
    _, found = waivers_in(text, PATH, RULES)

    assert [
        (problem.place.line, problem.message if words else None)
        for problem, (_, words) in zip(found, problems, strict=True)
    ] == problems
    assert {problem.code for problem in found} == {"SET008"}


@pytest.mark.parametrize(
    "expires", ["soon", "2027-13-01", "20270131", "2027-W04-7", "2027-01-31T10:00:00", "31.01.2027", "0000-00-00"]
)
def test_what_is_no_date_never_holds(expires: str) -> None:
    outcome = outcome_of(f"- {{rule: KWD007, reason: r, owner: o, expires: '{expires}'}}\n")

    assert told(outcome) == [("SET008", PATH, 1), FAST, ROBUST, EASY]


def test_a_good_waiver_holds_beside_a_malformed_one() -> None:
    assert told(outcome_of(f"- {{rule: KWD007, {REST}}}\n- rule\n")) == [("SET008", PATH, 2)]


@pytest.mark.requirement("MU-REQ-1038")
@pytest.mark.parametrize(
    ("name", "what"), [("20-waivers", "waivers"), ("20-Waivers", "waivers"), ("20-retired", "retired IDs")]
)
def test_a_package_named_like_a_list_that_people_keep_clashes_and_never_replaces_it(name: str, what: str) -> None:
    files = {f"specs/{name}.md": TEXT.replace("fast", "red").replace("robust", "red").replace("easy", "red")}

    outcome = pipeline.run(memory(files), Settings())

    (finding,) = (finding for finding in outcome.findings if finding.code == "REQ007")
    assert finding.message.endswith(f", which is the list of {what}")
    assert [
        file.path for file in outcome.files if file.path.casefold() == f"requirements/{name[3:]}.yaml".casefold()
    ] == []


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / SPEC).write_text(TEXT, encoding="utf-8")
    (tmp_path / "muster.toml").write_text('fail_on = "warning"\n', encoding="utf-8")
    subprocess.run(["git", "init", "-q"], check=True, cwd=tmp_path)
    assert run(["sync"]) == 0
    (tmp_path / PATH).write_text(f"- {{rule: KWD007, {REST}}}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.requirement("MU-RULE-2033")
@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("day", "status"), [("2027-01-31", 0), ("2027-02-01", 1), ("soon", 2), ("2027-02-30", 2)])
def test_the_command_line_judges_waivers_as_of_the_day_that_it_is_given(
    day: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--today", day]) == status

    said = capfd.readouterr().err
    assert (f"muster: --today {day} is no date\nhelp: write it like 2027-01-31\n" == said) is (status == 2)
    assert said.endswith(": 0 errors, 0 warnings, 3 waived\n") is (status == 0)


def test_without_a_day_the_command_line_takes_the_one_that_it_is(project: Path) -> None:
    (project / PATH).write_text("- {rule: KWD007, reason: r, owner: o, expires: 1999-12-31}\n", encoding="utf-8")
    assert run(["check"]) == 1

    (project / PATH).write_text("- {rule: KWD007, reason: r, owner: o, expires: 9999-12-31}\n", encoding="utf-8")
    assert run(["check"]) == 0


def test_a_baseline_takes_in_what_is_not_waived_and_an_expired_waiver_shows_what_it_hid(project: Path) -> None:
    (project / PATH).write_text(f"- {{rule: KWD007, requirement: QUEUE-1002, {REST}}}\n", encoding="utf-8")

    assert run(["check", "--baseline", "--today", "2027-01-31"]) == 0
    assert run(["check", "--today", "2027-01-31"]) == 0
    assert run(["check", "--today", "2027-02-01"]) == 1


@pytest.mark.usefixtures("project")
def test_a_warm_run_reads_waivers_as_a_cold_one_does() -> None:
    assert [run(["check", "--today", "2027-01-31"]) for _ in range(2)] == [0, 0]
    assert [run(["check", "--today", "2027-02-01"]) for _ in range(2)] == [1, 1]
