"""Each format of a report is read back as its readers do, with the worst of texts in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator
from junitparser import Failure, JUnitXml, Skipped, TestCase
from markdown_it import MarkdownIt
from msgspec.structs import replace

import corpus
from muster.cli.app import run
from muster.gate.fingerprint import fingerprints
from muster.gate.report import WRITERS, Subject, subject_of, summary
from muster.inputs import memory
from muster.model import Counts, Finding, Place, Severity
from muster.pipeline import run as pipeline
from muster.rules.base import FRAME
from muster.rules.table import RULES
from muster.settings import RuleSettings, Settings

HERE = Path(__file__).parent
SCHEMA = corpus.FOLDER.parent / "reference" / "sarif-schema-2.1.0.json"  # beside the corpora
needs_schema = pytest.mark.skipif(not SCHEMA.is_file(), reason="the schema of SARIF is not here")

Captured = pytest.CaptureFixture[str]
COUNTS = Counts(specs=1, pages=0, requirements=2, rules=3)
PLAIN = Finding("KWD001", Severity.ERROR, Place("specs/a b.md", 7, 3, 4), "A-1 has no keyword", "say MUST")
HOSTILE = [
    "::error::owned",
    "\n::error::owned",
    "\r\n::set-output name=x::y",
    "%0A::error::owned%0D%25",
    "a,line=1::b:c",
    "##[error]owned ##vso[task.setvariable variable=x]y",
    "<img src=x onerror=alert(1)><!-- ]]> &amp; &#64;",
    "]]></failure></testcase><testcase name='owned'/>",
    "@everyone #1 GH-1 o/r#2 https://e.org www.e.org a@e.org",
    "[x](https://e.org) ![x](y) [x]: z {0} {1:x} `code` ``` **b** _i_ ~~s~~ $m$ a|b|c \\| \\",
    "\x00\x01\x08\x0b\x0c\x1b[31m\x7f\x85\u2028\u202e\ufffe\uffff",
    "lone \udcff and \ud800 and \U0001f600",
    "`both`",
    "closed `",
    "\"quotes\" and 'quotes'\t",
    "x" * 200_000,
]
hostile = pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))


def subject(*findings: Finding, lines: Sequence[str] = ()) -> Subject:
    return Subject(findings, COUNTS, lambda _: lines)


def around(text: str) -> Subject:
    """Three findings; a hostile text is all of the second, and the other two are still whole."""
    second = Finding("LNK001", Severity.WARNING, Place(text or "x", 1, 1), text, text, text)
    return subject(PLAIN, second, PLAIN, lines=[text])


def written(form: str, what: Subject) -> str:
    """The report, which must be such that a file or a terminal can take it."""
    report = WRITERS[form](what)
    assert report.encode("utf-8").decode("utf-8") == report
    return report


@pytest.mark.parametrize("form", WRITERS)
@hostile
def test_no_text_gets_a_control_character_or_a_line_of_its_own_into_a_report(form: str, text: str) -> None:
    report = written(form, around(text))

    assert [char for char in report if not (char.isprintable() or char == "\n")] == [] or form == "json"
    assert [line for line in report.split("\n") if re.match(r"\s*::(?!(error|warning) file=)", line)] == []


# The text report, in the log of a runner


@hostile
def test_the_text_report_gives_a_runner_no_order(text: str) -> None:
    report = written("text", around(text))

    assert re.findall(r"(?m)^\s*::|##\w*\[", report) == []
    assert report.count("specs/a b.md:7:3: error[KWD001] A-1 has no keyword\n") == 2


def test_a_diff_has_the_colours_of_one_and_the_lines_around_have_none() -> None:
    drift = replace(PLAIN, detail="@@ -1 +1 @@\n same\n-old\n+new")
    report = WRITERS["text"](replace(subject(drift), colour=True))

    assert report.split("\n")[1:5] == ["  @@ -1 +1 @@", "   same", "  \x1b[31m-old\x1b[0m", "  \x1b[32m+new\x1b[0m"]


@pytest.mark.parametrize(
    ("column", "excerpt", "mark"),
    [
        (1, f"wide{'x' * 156}…", "^^^^"),
        (200, f"…{'x' * 80}wide{'x' * 76}…", f"{' ' * 81}^^^^"),
        (397, f"…{'x' * 80}wide", f"{' ' * 81}^^^^"),
    ],
)
def test_a_long_line_is_shown_around_the_place_and_marked_below_it(column: int, excerpt: str, mark: str) -> None:
    line = f"{'x' * (column - 1)}wide{'x' * (397 - column)}"
    report = WRITERS["text"](subject(replace(PLAIN, place=Place("a.md", 1, column, 4)), lines=[line]))

    assert report.split("\n")[1:3] == [f"  1 | {excerpt}", f"    | {mark}"]


# Fingerprints


def keys(*findings: Finding, **lines: list[str]) -> list[str]:
    return fingerprints(findings, lambda path: lines.get(path, []))


def at(line: int, message: str = "m", code: str = "KWD001", path: str = "a") -> Finding:
    return Finding(code, Severity.ERROR, Place(path, line), message, "")


@pytest.mark.requirement("MU-RULE-2032")
def test_a_finding_keeps_its_fingerprint_where_its_line_moves_and_its_message_names_another_line() -> None:
    before = keys(at(1, "again in line 2"), a=["the  text"])
    after = keys(at(3, "again in line 4"), a=["", "new", " the text\t"])

    assert before == after
    assert re.fullmatch(r"[0-9a-f]{32}:1", before[0])


def test_code_path_and_text_of_the_line_make_the_fingerprint() -> None:
    found = keys(at(1), at(2), at(1, code="KWD002"), at(1, path="b"), a=["one", "two"], b=["one"])

    assert len(set(found)) == 4


def test_findings_that_are_equal_are_numbered_in_their_order() -> None:
    found = keys(at(1), at(2), at(3), at(1, path="b"), at(3), a=["x", "y", "x"], b=["x"])

    assert [key.partition(":")[2] for key in found] == ["1", "1", "2", "1", "3"]
    assert found[0].partition(":")[0] == found[2].partition(":")[0] == found[4].partition(":")[0]


def test_without_a_line_the_message_counts_but_for_its_numbers() -> None:
    gone = keys(at(9, "10 of 12 are gone"), at(1, "x"), a=[" "])

    assert gone == keys(at(7, "8 of 9 are gone"), at(1, "x"))
    assert len(set(gone)) == 2
    assert keys(at(1, "\udcff", path="\udcff")) != keys(at(1, "\udcfe", path="\udcff"))


def test_a_hundred_thousand_findings_ask_for_each_file_once() -> None:
    asked: list[str] = []

    def lines(path: str) -> list[str]:
        asked.append(path)
        return ["x" * 100_000]

    many = tuple(at(1, path=f"{number % 10}") for number in range(100_000))
    found = fingerprints(many, lines)

    assert (len(set(found)), sorted(asked)) == (100_000, [str(number) for number in range(10)])


# JSON


@hostile
def test_json_says_what_was_found_and_its_fingerprint(text: str) -> None:
    report = json.loads(written("json", around(text)))

    assert [finding["fingerprint"] for finding in report["findings"]] == fingerprints(
        around(text).findings, around(text).lines
    )
    assert report["findings"][1]["message"] == text.encode("utf-8", "backslashreplace").decode()


# SARIF


def wrong_with(log: object) -> list[str]:
    validator = Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=None)
    return sorted(f"{error.json_path}: {error.message}" for error in validator.iter_errors(log))


@pytest.mark.requirement("MU-RULE-2031")
@needs_schema
@hostile
def test_sarif_is_valid_under_the_schema_of_oasis(text: str) -> None:
    assert wrong_with(json.loads(written("sarif", around(text)))) == []


@needs_schema
def test_sarif_is_valid_with_every_rule_and_with_none() -> None:
    every = [Finding(code, severity, Place("a"), "m", "") for code in RULES for severity in Severity]
    log = json.loads(written("sarif", subject(*every)))

    assert wrong_with(log) == []
    assert wrong_with(json.loads(written("sarif", subject()))) == []
    assert len(wrong_with({**log, "version": "2.0.0"})) == 1


@pytest.mark.requirement("MU-RULE-2031")
def test_sarif_describes_each_rule_that_found_something_with_its_reason_and_an_example() -> None:
    every = [Finding(code, Severity.ERROR, Place("a"), "m", "") for code in RULES]
    log = json.loads(written("sarif", subject(*every)))

    (driver,) = (part["tool"]["driver"] for part in log["runs"])
    assert [rule["id"] for rule in driver["rules"]] == sorted(RULES)
    for rule in driver["rules"]:
        assert rule["fullDescription"]["text"] == RULES[rule["id"]].why
        assert rule["help"]["text"].startswith(RULES[rule["id"]].why)
        parts = ("Reported:", "Right:")
        sides = (
            [e.files(bad=bad)[e.path] for bad in (True, False)] for e in RULES[rule["id"]].examples if not e.settings
        )
        one_file = any(bad != good for bad, good in sides)
        assert [words in rule["help"]["text"] for words in parts] == [one_file, one_file]
        assert re.findall(r"(?s)\n\n(\w+:)\n\n```+\n\S", rule["help"]["markdown"]) == [*parts] * one_file
        assert rule["help"]["markdown"].endswith(f"`muster rule {rule['id']}` shows more.")


@pytest.mark.requirement("MU-RULE-2031")
def test_a_result_of_sarif_has_its_rule_level_place_and_fingerprint() -> None:
    remark = Finding("KWD007", Severity.INFO, Place("specs/ä%:#?.md", 2), "a\u202eb", "")
    (made,) = json.loads(written("sarif", subject(PLAIN, remark)))["runs"]
    prints = fingerprints((PLAIN, remark), lambda _: ())

    def location(uri: str, **region: int) -> list[dict[str, Any]]:
        artifact = {"uri": uri, "uriBaseId": "%SRCROOT%"}
        return [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]

    assert made["results"] == [
        {
            "ruleId": "KWD001",
            "ruleIndex": 0,
            "level": "error",
            "message": {"text": "A-1 has no keyword\nhelp: say MUST"},
            "locations": location("specs/a%20b.md", startLine=7, startColumn=3, endColumn=7),
            "partialFingerprints": {"muster/v1": prints[0]},
        },
        {
            "ruleId": "KWD007",
            "ruleIndex": 1,
            "level": "note",
            "message": {"text": "a\\u202eb"},
            "locations": location("specs/%C3%A4%25%3A%23%3F.md", startLine=2, startColumn=1),
            "partialFingerprints": {"muster/v1": prints[1]},
        },
    ]
    assert (made["columnKind"], made["tool"]["driver"]["rules"][0]["name"]) == ("unicodeCodePoints", "MissingKeyword")
    assert unquote("specs/%C3%A4%25%3A%23%3F.md") == "specs/ä%:#?.md"


@pytest.mark.requirement("MU-RULE-2031")
@pytest.mark.parametrize("seed", range(10))
def test_the_fingerprints_of_sarif_stay_where_lines_move(seed: int) -> None:
    chance = Random(seed)
    spec = FRAME + "".join(f"- [AUTH-{number:03}] It is {number}.\n- Every pool MUST run.\n" for number in range(1, 9))

    def prints(text: str) -> list[str]:
        outcome = pipeline(memory({"specs/10-queue.md": text}), Settings())
        report = WRITERS["sarif"](subject_of(outcome, lambda _: text.split("\n")))
        results = json.loads(report)["runs"][0]["results"]
        return [result["partialFingerprints"]["muster/v1"] for result in results if result["ruleId"] != "DRF001"]

    lines = spec.split("\n")
    for _ in range(9):
        at = chance.randrange(1, len(lines))
        lines[at:at] = [""] * chance.randint(1, 3)

    assert prints("\n".join(lines)) == prints(spec)
    assert len(set(prints(spec))) == 16


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("[A-1] says {x}", "[A-1] says {x}"),
        ("{0} of {x}", "{{0}} of {{x}}"),
        (r"see [a\](https://e.org)", r"see \[a\\\](https://e.org)"),
    ],
)
def test_sarif_takes_no_words_for_a_placeholder_or_a_link(message: str, text: str) -> None:
    finding = Finding("KWD001", Severity.ERROR, Place("a"), message, "")
    (result,) = json.loads(written("sarif", subject(finding)))["runs"][0]["results"]

    assert result["message"] == {"text": text}


# GitHub


COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>.*?))?::(?P<data>.*)")


def commands(log: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """The workflow commands of a log, read as the runner does: one a line, at its start or after white space."""
    for line in re.split(r"\r\n|\r|\n", log):
        if match := COMMAND.match(line.lstrip()):
            pairs = (pair.split("=", 1) for pair in (match["properties"] or "").split(",") if pair)
            properties = {name: value.replace("%3A", ":").replace("%2C", ",") for name, value in pairs}
            decoded = {name: data_of(value) for name, value in properties.items()}
            yield match["name"], decoded, data_of(match["data"])


def data_of(words: str) -> str:
    return words.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


@pytest.mark.requirement("MU-RULE-2031")
def test_annotations_have_severity_place_title_message_and_help() -> None:
    warning = Finding("KWD007", Severity.WARNING, Place("a,b:c%.md", 2), "100% sure", "")
    remark = Finding("KWD007", Severity.INFO, Place("a"), "m", "h")

    assert list(commands(written("github", subject(PLAIN, warning, remark)))) == [
        (
            "error",
            {"file": "specs/a b.md", "line": "7", "col": "3", "endColumn": "6", "title": "KWD001 missing-keyword"},
            "A-1 has no keyword\nhelp: say MUST; see `muster rule KWD001`",
        ),
        (
            "warning",
            {"file": "a,b:c%.md", "line": "2", "col": "1", "title": "KWD007 vague-word"},
            "100% sure\nhelp: see `muster rule KWD007`",
        ),
        (
            "notice",
            {"file": "a", "line": "1", "col": "1", "title": "KWD007 vague-word"},
            "m\nhelp: h; see `muster rule KWD007`",
        ),
    ]
    assert written("github", subject()) == ""


@hostile
def test_an_annotation_stays_one_command_whatever_is_in_it(text: str) -> None:
    found = list(commands(written("github", around(text))))

    assert [name for name, _, _ in found] == ["error", "warning", "error"]
    assert found[0] == found[2]
    assert set(found[1][1]) == {"file", "line", "col", "title"}
    assert found[1][2].count("\n") == 1


# JUnit


def junit(what: Subject) -> JUnitXml:
    return JUnitXml.fromstring(written("junit", what).encode())


def cases(what: Subject) -> list[tuple[str, TestCase]]:
    return [(suite.name, case) for suite in junit(what) for case in suite]


@pytest.mark.requirement("MU-RULE-2031")
def test_junit_has_a_suite_for_each_file_where_errors_fail_and_the_rest_is_skipped() -> None:
    remark = Finding("KWD007", Severity.INFO, Place("b.md", 2), "m", "", "- old\n+ new")
    what = subject(PLAIN, remark)
    found = junit(what)

    assert (found.tests, found.failures, found.errors, found.skipped) == (2, 1, 0, 1)
    assert [(name, case.classname, case.name) for name, case in cases(what)] == [
        ("specs/a b.md", "KWD001 missing-keyword", "specs/a b.md:7:3 A-1 has no keyword"),
        ("b.md", "KWD007 vague-word", "b.md:2:1 m"),
    ]
    results = [result for _, case in cases(what) for result in case if isinstance(result, Failure | Skipped)]
    assert [(type(result), result.type, result.message, result.text) for result in results] == [
        (
            Failure,
            "error",
            "KWD001 A-1 has no keyword",
            "specs/a b.md:7:3: error[KWD001] A-1 has no keyword\n  help: say MUST; see `muster rule KWD001`",
        ),
        (
            Skipped,
            "info",
            "KWD007 m",
            "b.md:2:1: info[KWD007] m\n  | - old\n  | + new\n  help: see `muster rule KWD007`",
        ),
    ]


def test_junit_fails_where_the_check_fails() -> None:
    warning = replace(PLAIN, severity=Severity.WARNING)
    strict = replace(subject(PLAIN, warning), fail_on=Severity.WARNING)

    assert (junit(subject(PLAIN, warning)).failures, junit(strict).failures) == (1, 2)


def test_junit_of_a_run_that_found_nothing_is_one_case_that_passed() -> None:
    found = junit(subject())

    assert (found.tests, found.failures, found.errors, found.skipped) == (1, 0, 0, 0)
    assert [(name, case.name, case.is_passed) for name, case in cases(subject())] == [("muster", "muster check", True)]


@hostile
def test_junit_reads_back_with_as_many_cases_as_findings(text: str) -> None:
    found = cases(around(text))

    assert [len(list(case)) for _, case in found] == [1, 1, 1]
    assert found[0][1].name == found[2][1].name == "specs/a b.md:7:3 A-1 has no keyword"


# Markdown


def html(what: Subject) -> str:
    """The comment as GitHub makes it: CommonMark with tables, and its own reading of bare addresses and names."""
    return str(MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(written("markdown", what)))


@pytest.mark.requirement("MU-RULE-2031")
def test_markdown_has_a_summary_and_the_findings_by_file() -> None:
    assert written("markdown", subject(PLAIN, PLAIN)) == (
        "**Muster found 2 errors, 0 warnings** in 1 spec, 2 requirements, 3 rules.\n"
        "\n"
        "#### `specs/a b.md`\n"
        "\n"
        "- 7:3 **error** `KWD001` A-1 has no keyword\\\n"
        "  help: say MUST; see `muster rule KWD001`\n"
        "- 7:3 **error** `KWD001` A-1 has no keyword\\\n"
        "  help: say MUST; see `muster rule KWD001`\n"
    )
    assert written("markdown", subject()) == "**Muster found nothing** in 1 spec, 2 requirements, 3 rules.\n"


@hostile
def test_markdown_holds_no_markup_of_a_document_and_names_nobody(text: str) -> None:
    page = html(around(text))
    tags = re.findall(r"<(\w+)[ >]", page)
    running = re.sub("<code>.*?</code>", "", page)

    assert set(tags) == {"p", "strong", "h4", "code", "ul", "li", "br"}
    assert (tags.count("h4"), tags.count("li"), tags.count("code")) == (3, 3, 9)
    assert re.findall(r"@\w|#\d|(?i:gh-\d)|://|www\.", running.replace("&#", "")) == []


def test_a_comment_keeps_below_the_limit_of_github_and_shows_the_gravest() -> None:
    path = "specs/10-queue.md"
    warnings = [Finding("KWD007", Severity.WARNING, Place(path, number), "<" * 400, "") for number in range(1, 2_000)]
    grave = Finding("KWD001", Severity.ERROR, Place(path, 2_000), "grave", "")
    report = written("markdown", subject(*warnings, grave))
    shown = report.count("\n- ")

    assert len(report.encode()) <= 65_536
    assert (shown > 20, "`KWD001` grave" in report) == (True, True)
    assert report.endswith(f"\n… and {2_000 - shown:,} more findings. `muster check` shows all.\n")


# Together


def test_the_summary_counts_links_where_there_are_some() -> None:
    counts = Counts(specs=3, pages=0, requirements=41, rules=46, links=1264)

    assert summary(Subject((), counts), 0.19) == (
        "3 specs, 41 requirements, 1,264 links, 46 rules in 0.19 s: 0 errors, 0 warnings"
    )


@pytest.mark.requirement("MU-RULE-2031", "MU-CORE-0031")
def test_one_run_writes_every_format(tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "specs").mkdir()
    spec = FRAME + "- [AUTH-001] It `::error::` is @all <b>.\n"
    (tmp_path / "specs" / "10-queue.md").write_text(spec, encoding="utf-8")
    options = [f"--report={form}={tmp_path / form}.out" for form in WRITERS]

    day = ["--today", "2026-01-01"]
    assert run(["-C", str(tmp_path), "check", "--select", "KWD", *day, *options, "--report", "github"]) == 1
    out, err = capfd.readouterr()

    chosen = Settings(rules=RuleSettings(select=("KWD",)))
    outcome = pipeline(memory({"specs/10-queue.md": spec}), chosen, today=date(2026, 1, 1))
    outcome = type(outcome)(
        outcome.project,
        tuple(finding for finding in outcome.findings if finding.code == "KWD001"),
        type(outcome.counts)(specs=1, pages=0, requirements=1, rules=sum(code.startswith("KWD") for code in RULES)),
    )
    expected = subject_of(outcome, lambda _: spec.split("\n"))
    assert {form: (tmp_path / f"{form}.out").read_text("utf-8") for form in WRITERS} == {
        form: written(form, expected) for form in WRITERS
    }
    assert (out, err.count("\n")) == (written("github", expected), 2)  # the verdict of the preflight, and the summary


def test_a_report_in_a_file_has_no_colours_whatever_the_terminal_gets(tmp_path: Path, capfd: Captured) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "10-queue.md").write_text(FRAME + "- [AUTH-001] It is so.\n", encoding="utf-8")
    options = ["--select", "KWD", "--color", "always", "--report", "text", f"--report=text={tmp_path}/out.txt"]

    assert run(["-C", str(tmp_path), "check", *options]) == 1
    shown, kept = capfd.readouterr().out, (tmp_path / "out.txt").read_text("utf-8")

    assert ("\x1b" in shown, re.sub(r"\x1b\[[0-9;]*m", "", shown)) == (True, kept)


# The guide


GUIDE = HERE.parent / "specs" / "guide" / "formats.md"
TITLES = {
    "text": "Text",
    "json": "JSON",
    "sarif": "SARIF",
    "github": "GitHub annotations",
    "junit": "JUnit XML",
    "markdown": "Markdown",
    "spec-lint": "Spec lint",
}


@pytest.mark.parametrize("form", WRITERS)
def test_the_guide_shows_the_real_report(form: str, tmp_path: Path, capfd: Captured) -> None:
    readme = (HERE.parent / "README.md").read_text("utf-8")
    (spec,) = re.findall(r"```markdown[^\n]*\n(# Queue SPEC\n.*?)```", readme, re.DOTALL)
    (tmp_path / "specs").mkdir()
    path = tmp_path / "specs" / "10-queue.md"
    path.write_text(spec, encoding="utf-8")
    assert run(["-C", str(tmp_path), "sync"]) == 0
    path.write_text(spec.replace("A pool MUST have", "A pool has"), encoding="utf-8")
    capfd.readouterr()
    _, _, section = GUIDE.read_text("utf-8").partition(f"\n### {TITLES[form]}\n")
    (shown, *_) = re.findall(r"```\w+\n(.*?)\n```", section, re.DOTALL)

    assert run(["-C", str(tmp_path), "check", "--select", "KWD001", "--report", form]) == 1
    report = capfd.readouterr().out
    if form == "sarif":
        report = json.dumps(json.loads(report)["runs"][0]["results"][0], indent=2)
    if form == "spec-lint":
        checks = json.loads(report)["checks"]
        report = json.dumps(next(check for check in checks if check["code"] == "SPEC-VAL-TESTPLAN-001"), indent=2)

    assert shown == report.rstrip("\n")


@pytest.mark.requirement("MU-RULE-2031")
def test_a_project_in_a_subfolder_has_its_places_from_the_top_of_the_repository(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".git").mkdir()
    spec = tmp_path / "services" / "queue" / "specs" / "10-queue.md"
    spec.parent.mkdir(parents=True)
    spec.write_text(FRAME + "- [Q-1001] It runs.\n", encoding="utf-8")
    root = str(spec.parents[1])
    (spec.parents[1] / "muster.toml").write_text("", encoding="utf-8")

    run(["-C", root, "check", "--select", "KWD001", "--report", "github", "--report", f"sarif={tmp_path}/out.sarif"])

    result = json.loads((tmp_path / "out.sarif").read_text("utf-8"))["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert place == "services/queue/specs/10-queue.md"
    assert capfd.readouterr().out.startswith(f"::error file={place},line=7,")
