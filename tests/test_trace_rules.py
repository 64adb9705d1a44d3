"""Status, thresholds, evidence and the ratchet, through the pipeline."""

from __future__ import annotations

import re
from datetime import date

import pytest

from muster import pipeline
from muster.inputs import memory
from muster.model import Evidence, Finding, Outcome, Place, ResultFile, Status
from muster.settings import Settings, settings_from
from muster.trace.evidence import evidence_in
from muster.trace.ratchet import MARK, floor_in, raised, rendered

SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Way\n\n" + "".join(
    f"- [Q-{number}] The queue {word} do {number}.\n"
    for number, word in ((1001, "MUST"), (1002, "MUST"), (1003, "MUST"), (1004, "SHOULD"))
)
TEST = "# verifies: Q-1001\ndef test_a(): ...\n\n\n# verifies: Q-1002\ndef test_b(): ...\n"
UNKNOWN = "this evidence has the unknown field"
NO_OWNER = "this evidence has no owner"
KINDS = "inspection, analysis, demonstration, sign-off"
DAY = date(2027, 1, 1)
EVIDENCE = (
    "- {requirement: Q-1001, kind: inspection, owner: Ada, date: 2026-12-01, reference: 'https://example.org/1'}\n"
)


def junit(**outcomes: str) -> ResultFile:
    cases = "".join(
        f'<testcase classname="tests.test_q" name="{name}">{f"<{tag}/>" if tag else ""}</testcase>'
        for name, tag in outcomes.items()
    )
    return ResultFile("junit.xml", f"<testsuite>{cases}</testsuite>".encode())


def run(files: dict[str, str], *results: ResultFile, settings: str = "") -> Outcome:
    own = settings_from(settings, "muster.toml") if settings else Settings()
    return pipeline.run(memory({"specs/q.md": SPEC, **files}), own, today=DAY, results=results)


def statuses(files: dict[str, str], *results: ResultFile) -> dict[str, str]:
    return {name[2:]: status.value for name, status in run(files, *results).project.trace.statuses.items()}


def found(outcome: Outcome, code: str) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.code == code]


@pytest.mark.requirement("MU-TRACE-3012", "MU-TRACE-3013")
def test_each_requirement_has_the_first_status_that_holds() -> None:
    files = {"src/q.py": "# Q-1001 Q-1002 Q-1003\n", "tests/test_q.py": TEST}

    assert statuses(files) == {"1001": "tested", "1002": "tested", "1003": "implemented", "1004": "specified"}
    assert statuses(files, junit(test_a="", test_b="failure")) == {
        "1001": "verified", "1002": "failing", "1003": "implemented", "1004": "specified",
    }  # fmt: skip
    assert statuses(files, junit(test_a="skipped", test_b="error"))["1001"] == "tested"
    assert statuses(files, junit(test_b=""))["1001"] == "tested", "no result, no proof"
    waived = {"requirements/waivers.yaml": "- {requirement: Q-1003, reason: later, owner: Ada, expires: 2027-01-01}\n"}
    assert statuses({**files, **waived})["1003"] == "waived"
    assert found(run({**files, **waived}), "SET010") == [], "what gives a status is of use"
    expired = {"requirements/waivers.yaml": waived["requirements/waivers.yaml"].replace("2027-01-01", "2026-12-31")}
    assert statuses({**files, **expired})["1003"] == "implemented"
    of_a_rule = {"requirements/waivers.yaml": waived["requirements/waivers.yaml"].replace("{", "{rule: KWD007, ")}
    assert statuses({**files, **of_a_rule})["1003"] == "implemented"


@pytest.mark.requirement("MU-TRACE-3012")
def test_failing_goes_before_suspect_and_suspect_before_waived() -> None:
    files = {"tests/test_q.py": TEST, "requirements/waivers.yaml": "".join(
        f"- {{requirement: Q-{n}, reason: later, owner: Ada, expires: 2027-01-01}}\n" for n in (1001, 1002)
    )}  # fmt: skip
    lock = next(file.text for file in run(files).files if file.path == "requirements/trace.lock") or ""
    changed = {**files, "requirements/trace.lock": lock, "specs/q.md": SPEC.replace("do 100", "never do 100")}

    assert statuses(changed, junit(test_a="failure", test_b="")) == {
        "1001": "failing", "1002": "suspect", "1003": "specified", "1004": "specified",
    }  # fmt: skip
    assert statuses(files, junit(test_b=""))["1002"] == "waived"


@pytest.mark.requirement("MU-TRACE-3014")
@pytest.mark.parametrize(
    ("settings", "results", "message"),
    [
        ('status = "implemented"\npercent = 100', (), "2 of 3 must (66 %) implemented, and 100 %"),
        ('status = "tested"\npercent = 66', (), ""),
        ('status = "tested"\npercent = 67', (), "2 of 3 must (66 %) tested, and 67 %"),
        ('status = "implemented"\npercent = 1\nlevel = "should"', (), "0 of 1 should (0 %) implemented, and 1 %"),
        ('status = "implemented"\npercent = 100\nspec = "specs/other.md"', (), ""),
        ('status = "verified"\npercent = 100', (), ""),
        ('status = "verified"\npercent = 100', (junit(test_a=""),), "1 of 3 must (33 %) verified, and 100 %"),
        ('status = "verified"\npercent = 33', (junit(test_a=""),), ""),
    ],
)  # fmt: skip
def test_a_threshold_holds_for_each_spec_it_means(settings: str, results: tuple[ResultFile, ...], message: str) -> None:
    outcome = run({"tests/test_q.py": TEST}, *results, settings=f"[[trace.thresholds]]\n{settings}\n")

    shown = [(re.sub(r" requirements? of level| are| must be$", "", f.message), str(f.place)) for f in outcome.findings]
    assert [one for one in shown if "%" in one[0]] == ([(message, "specs/q.md:1:1")] if message else [])


@pytest.mark.requirement("MU-TRACE-3014")
def test_the_ratchet_holds_what_was_reached_and_judges_results_only_where_there_are_some() -> None:
    ratchet = f"{MARK}Q-1001: verified\nQ-1002: tested\nQ-1003: implemented\nQ-9999: tested\n"
    files = {"tests/test_q.py": TEST, "src/q.py": "# Q-1003\n", "requirements/ratchet.yaml": ratchet}

    assert found(run(files), "TRC009") == []
    assert found(run(files, junit(test_a="")), "TRC009") == []
    (skipped,) = found(run(files, junit(test_a="skipped")), "TRC009")
    assert (skipped.message, str(skipped.place)) == (
        "Q-1001 was verified, and is tested now",
        "requirements/ratchet.yaml:2:1",
    )
    (absent,) = found(run(files, junit(test_b="")), "TRC009")
    assert absent.message == "Q-1001 was verified, and is tested now: the results have none of its tests"
    broken = ResultFile("broken.xml", b"<testsuite>")
    assert found(run(files, broken, junit(test_b="")), "TRC009") == [], "half the results give no verdict"
    fallen = found(run({**files, "tests/test_q.py": "", "src/q.py": ""}), "TRC009")
    assert [finding.message for finding in fallen] == [
        "Q-1001 was verified, and is specified now",
        "Q-1002 was tested, and is specified now",
        "Q-1003 was implemented, and is specified now",
    ]


@pytest.mark.requirement("MU-TRACE-3014")
def test_a_ratchet_only_rises_and_forgets_requirements_that_are_gone() -> None:
    before = {"A-2": Status.VERIFIED, "A-10": Status.IMPLEMENTED, "A-3": Status.TESTED}
    reached = {"A-2": Status.TESTED, "A-10": Status.VERIFIED, "A-4": Status.SPECIFIED, "Req 1.2": Status.TESTED}

    after = raised(before, reached)
    assert rendered(after) == f"{MARK}A-2: verified\nA-10: verified\nReq 1.2: tested\n"
    assert {one.id: one.status for one in floor_in(rendered(after), "r")[0]} == after


@pytest.mark.requirement("MU-TRACE-3014")
@pytest.mark.parametrize(
    "line", ["Q-1001", "Q-1001: good", "- Q-1001: tested", "Q-1001: specified", "<<<<<<< HEAD", "{"]
)
def test_a_line_of_the_ratchet_that_cannot_be_read_is_reported(line: str) -> None:
    floors, problems = floor_in(f"{MARK}Q-1002: tested\n{line}\n", "r")

    assert [floor.id for floor in floors] == ["Q-1002"]
    assert [(problem.code, problem.place.line) for problem in problems] == [("TRC013", 3)]


@pytest.mark.requirement("MU-TRACE-3015")
def test_evidence_verifies_until_the_text_changes_and_again_once_it_is_reviewed() -> None:
    files = {"requirements/evidence.yaml": EVIDENCE}
    assert statuses(files)["1001"] == "verified"
    (evidence,) = run(files).project.trace.evidence
    assert evidence == Evidence(
        "Q-1001",
        "inspection",
        "Ada",
        date(2026, 12, 1),
        "https://example.org/1",
        Place("requirements/evidence.yaml", 1),
    )

    lock = next(file.text for file in run(files).files if file.path == "requirements/trace.lock") or ""
    changed = run({**files, "requirements/trace.lock": lock, "specs/q.md": SPEC.replace("do 1001", "never do 1001")})
    assert changed.project.trace.statuses["Q-1001"] is Status.SUSPECT
    assert [str(f.place) for f in found(changed, "TRC005")] == ["requirements/evidence.yaml:1:1"]


@pytest.mark.requirement("MU-TRACE-3015")
@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", []),
        ("- 1\n", ["this evidence is no mapping"]),
        ("a: 1\n", ["the file is no list of evidence"]),
        ("- {requirement: [\n", None),
        (EVIDENCE.replace("inspection", "hope"), [f"this evidence is of the kind 'hope'; there are {KINDS}"]),
        (EVIDENCE.replace("2026-12-01", "2026-13-01"), ["this evidence is of '2026-13-01', which is no date"]),
        (EVIDENCE.replace("owner", "onwer"), [f"{UNKNOWN} 'onwer'; did you mean 'owner'?", NO_OWNER]),
        (EVIDENCE.replace("owner: Ada", "requirement: Q-1002"), ["this evidence has 'requirement' twice", NO_OWNER]),
        (EVIDENCE.replace("owner: Ada, ", ""), [NO_OWNER]),
    ],
)  # fmt: skip
def test_evidence_that_cannot_be_taken_at_its_word_is_reported(text: str, messages: list[str] | None) -> None:
    evidence, problems = evidence_in(text, "requirements/evidence.yaml")

    assert evidence == ()
    assert {problem.code for problem in problems} <= {"TRC012"}
    if messages is None:
        assert len(problems) == 1
    else:
        assert [problem.message for problem in problems] == messages


@pytest.mark.requirement("MU-TRACE-3005", "MU-TRACE-3015")
def test_evidence_for_an_unknown_requirement_is_an_unknown_citation() -> None:
    (finding,) = found(run({"requirements/evidence.yaml": EVIDENCE.replace("1001", "1009")}), "TRC001")

    assert (finding.message, finding.place.path) == (
        "Q-1009 is cited, and no spec defines it",
        "requirements/evidence.yaml",
    )


@pytest.mark.requirement("MU-RULE-2019")
def test_a_must_without_citation_is_reported_once_the_project_cites_and_as_severely_as_settings_say() -> None:
    assert found(run({}), "TRC002") == []
    assert found(run({"README.md": "Q-1001\n"}), "TRC002") == []
    (outcome, strict) = (
        run({"src/q.py": "# Q-1001\n", "tests/test_q.py": TEST}, settings=settings)
        for settings in ("", '[rules.severity]\nTRC002 = "error"\n')
    )
    assert [(f.message, f.severity.value) for f in found(outcome, "TRC002")] == [
        ("neither code nor a test cites Q-1003", "warning")
    ]
    assert [f.severity.value for f in found(strict, "TRC002")] == ["error"]


MOTHER = "# Mother\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Way\n\n" + "".join(
    f"- [M-{number}] It MUST do {number}.\n" for number in (1001, 1002, 1003, 1004)
)


@pytest.mark.requirement("MU-TRACE-3007", "MU-TRACE-3008")
def test_requirements_derive_by_word_and_by_map_and_a_must_without_child_is_reported() -> None:
    child = SPEC.replace("do 1001.", "do 1001. (derives: M-1001)").replace(
        "do 1002.", "do 1002.\n  derives from: M-1001"
    )
    traceability = "\n## 2) Traceability map\n\n- M-1002/1003 → Q-1003\n"
    outcome = run({"specs/00-mother.md": MOTHER + traceability, "specs/q.md": child})

    assert [(one.parent, one.child, one.place.path) for one in outcome.project.trace.derivations] == [
        ("M-1001", "Q-1001", "specs/q.md"),
        ("M-1001", "Q-1002", "specs/q.md"),
        ("M-1002", "Q-1003", "specs/00-mother.md"),
        ("M-1003", "Q-1003", "specs/00-mother.md"),
    ]
    (finding,) = found(outcome, "TRC003")
    assert finding.message == "M-1004 has neither a requirement that derives from it, nor code, nor a test"
    cited = run({"specs/00-mother.md": MOTHER + traceability, "specs/q.md": child, "src/a.py": "# M-1004\n"})
    assert found(cited, "TRC003") == []
    assert {f.message[-6:] for f in found(cited, "TRC002")} == {"Q-1001", "Q-1002", "Q-1003"}, "the mother is TRC003's"


@pytest.mark.requirement("MU-TRACE-3010")
@pytest.mark.parametrize(
    "text",
    [
        "<testsuite><testcase name='a'/>",
        "",
        "\0\1\2",
        '<!DOCTYPE a [<!ENTITY b "c">]><testsuite>&b;</testsuite>',
        "<html/>",
        '{"schema_version": 99}',
    ],
)
def test_results_that_cannot_be_taken_at_their_word_are_an_error_and_count_for_none(text: str) -> None:
    outcome = run({"tests/test_q.py": TEST}, ResultFile("junit.xml", text.encode()), junit(test_a=""))

    (finding,) = found(outcome, "TRC010")
    assert finding.place.path == "junit.xml"
    assert outcome.project.trace.statuses["Q-1001"] is Status.VERIFIED


@pytest.mark.requirement("MU-TRACE-3010", "MU-TRACE-3012")
def test_of_two_files_of_results_the_one_that_failed_decides_whatever_their_order() -> None:
    good, bad = junit(test_a=""), junit(test_a="failure")
    bad = ResultFile("other.xml", bad.content)

    for results in ((good, bad), (bad, good)):
        assert statuses({"tests/test_q.py": TEST}, *results)["1001"] == "failing"


@pytest.mark.requirement("MU-TRACE-3004", "MU-TRACE-3013")
def test_a_citation_behind_bytes_that_are_no_utf_8_belongs_to_the_function_it_stands_in() -> None:
    source = "def test_a():\n    assert 0 # " + "\udce9" * 30 + " verifies: Q-1001\ndef test_b(): pass\n"

    assert statuses({"tests/test_q.py": source}, junit(test_a="failure", test_b=""))["1001"] == "failing"


def test_an_id_with_digits_that_are_none_is_read_as_a_text() -> None:
    settings = '[requirements]\nid = "[A-Z]+-[0-9a-z²]+"\n'

    assert "A-²" in run({"specs/a.md": "- [A-²] It MUST run.\n"}, settings=settings).project.trace.statuses


@pytest.mark.requirement("MU-TRACE-3010")
def test_a_results_file_that_cannot_be_opened_is_an_error() -> None:
    (finding,) = found(run({}, ResultFile("junit.xml", None, "Permission denied")), "TRC010")

    assert finding.message == "junit.xml cannot be read: Permission denied"
