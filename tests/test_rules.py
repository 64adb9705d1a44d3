"""Every rule is tested by its own examples, through the real pipeline."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import markdown
import pytest
from markdown_it import MarkdownIt

from muster.inputs import memory
from muster.model import Finding, Host, Outcome
from muster.pipeline import run
from muster.rules.base import FRAME, Example, Rule
from muster.rules.table import RETIRED_CODES, RULES
from muster.settings import Settings, settings_from
from results import results_among

TODAY = date(2026, 1, 1)
CODES = Path(__file__).with_name("rule_codes.txt")
CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{number}")
    for rule in RULES.values()
    for number, example in enumerate(rule.examples, start=1)
]
HOST_CASES = [case for case in CASES if str(case.id).startswith(("SHP006", "SHP007", "SHP010", "SHP011"))]


def outcome_of(files: dict[str, str], settings: Settings, host: Host | None = None) -> Outcome:
    """Run over the files as committed beside all derived files that they give, but for those that they bring."""
    results = results_among(files, settings)
    first = run(memory(files), settings, today=TODAY, results=results)
    derived = {file.path: file.text for file in first.project.derived if file.text is not None}
    return run(memory({**derived, **files}), settings, host=host, today=TODAY, results=results)


def found_in(example: Example, *, bad: bool) -> tuple[Finding, ...]:
    text = example.settings if bad or example.good_settings is None else example.good_settings
    return outcome_of(example.files(bad=bad), settings_from(text, "muster.toml"), example.host).findings


@pytest.mark.requirement(
    "MU-RULE-2002", "MU-RULE-2010", "MU-RULE-2011", "MU-RULE-2012", "MU-RULE-2014", "MU-RULE-2018", "MU-RULE-2024"
)
@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_bad_example_is_reported_on_its_marked_lines_and_by_no_other_rule(rule: Rule, example: Example) -> None:
    found = found_in(example, bad=True)

    assert [(finding.code, finding.place.path, finding.place.line) for finding in found] == [
        (rule.code, path, line) for path, line in example.expected(rule.code)
    ]
    assert found, "a bad example marks at least one line"


@pytest.mark.requirement("MU-RULE-2002")
@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_good_example_yields_nothing(rule: Rule, example: Example) -> None:
    assert found_in(example, bad=False) == (), rule.code


@pytest.mark.requirement("MU-RULE-2002")
def test_the_frame_of_the_examples_is_clean_under_every_rule() -> None:
    assert outcome_of({"specs/10-example.md": FRAME}, Settings()).findings == ()


@pytest.mark.requirement("MU-RULE-2001")
@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_a_rule_has_a_code_a_name_a_reason_and_examples_that_differ(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z]{3}[0-9]{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|drift|mojibake", rule.name)
    assert rule.why.endswith(".")
    assert "\n" not in rule.why
    assert rule.examples
    assert bool(rule.fix) == bool(rule.fix_note)
    for example in rule.examples:
        bad, good = (example.files(bad=side) for side in (True, False))
        assert bad != good or example.good_settings is not None


@pytest.mark.requirement("MU-RULE-2017")
def test_each_system_that_is_built_has_rules_in_the_registry() -> None:
    built = {"ALO", "CHN", "DRF", "ENC", "KWD", "LED", "LNK", "PKT", "PRM", "REQ", "SET", "SHP", "TRC"}
    assert {code[:3] for code in RULES} == built


@pytest.mark.requirement("MU-RULE-2001")
def test_each_rule_stands_in_a_file_named_after_it_and_the_table_is_in_order() -> None:
    folder = Path(__file__).parent.parent / "plugins/muster/rules"
    files = sorted(path.stem for path in folder.glob("*.py") if re.match(r"[a-z]{3}[0-9]{3}_", path.stem))

    assert files == [f"{rule.code.lower()}_{rule.name.replace('-', '_')}" for rule in RULES.values()]


@pytest.mark.requirement("MU-RULE-2003")
def test_no_code_is_given_up_renamed_or_used_again() -> None:
    known = dict(line.split() for line in CODES.read_text(encoding="utf-8").splitlines())
    now = {rule.code: rule.name for rule in RULES.values()}

    assert {code: name for code, name in known.items() if code not in RETIRED_CODES} == now, (
        f"a new rule is added to {CODES.name}; a code that went goes to RETIRED_CODES and stays in the list"
    )
    assert not RETIRED_CODES & now.keys()
    assert known.keys() >= RETIRED_CODES


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_finding_is_one_line_that_says_what_to_do(rule: Rule, example: Example) -> None:
    for finding in found_in(example, bad=True):
        assert finding.help, rule.code
        assert "\n" not in finding.message + finding.help
        assert "invalid" not in finding.message
        assert finding.place.line >= 1
        assert finding.place.column >= 1


class _Outline(HTMLParser):
    """The words of a page, each with the lists, items and tables around it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.path: list[str] = []
        self.items = 0
        self.words: list[tuple[str, ...]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.items += tag in ("li", "td", "th")
        if tag in ("ul", "ol", "li", "td", "th", "table"):
            self.path.append(f"{tag}{self.items if tag in ('li', 'td', 'th') else ''}")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol", "li", "td", "th", "table"):
            self.path.pop()

    def handle_data(self, data: str) -> None:
        self.words += [(*self.path, word) for word in data.split()]


def _as_site(text: str) -> list[tuple[str, ...]]:
    return _Outline(markdown.Markdown(extensions=["tables", "toc", "pymdownx.superfences"]).convert(text)).words


def _as_commonmark(text: str) -> list[tuple[str, ...]]:
    return _Outline(MarkdownIt("commonmark").enable("table").render(text)).words


@pytest.mark.requirement("MU-RULE-2024")
@pytest.mark.parametrize(("rule", "example"), HOST_CASES)
def test_the_host_shows_the_bad_example_otherwise_than_commonmark(rule: Rule, example: Example) -> None:
    bad = example.files(bad=True)[example.path]

    assert _as_site(bad) != _as_commonmark(bad), rule.code


@pytest.mark.requirement("MU-RULE-2024")
@pytest.mark.parametrize(
    "text",
    [
        "- [A-001] one\n\n    two\n\n- [A-002] three\n",
        "- [A-001] one\n    - two\n- [A-002] three\n",
        "- [A-001] one\n  > two\n- [A-002] three\n",
        "- [A-001] one\n    - two\n    - three\n\n    four\n",
        "  - [A-001] one\n\n    two\n",
        "- zero\n    - [A-001] one\n\n        two\n",
        "1. [A-001] one\n    - two\n        - three\n",
        "# Title\n- [A-001] one\n",
        "- [A-001] one\n  two\n",
        "zero\n\n| [A-001] | b |\n|---|---|\n| [A-002] | one |\n",
        "- zero\n    - [A-001] one\n",
    ],
)
def test_what_the_host_shows_like_commonmark_is_no_finding(text: str) -> None:
    assert _as_site(text) == _as_commonmark(text)
    assert _host_codes(text) == []


@pytest.mark.requirement("MU-RULE-2024")
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("zero\n- [A-001] one\n", ["SHP006"]),
        ("> zero\n- [A-001] one\n", ["SHP006"]),
        ("zero\n1. one\n- [A-001] two\n", ["SHP006"]),
        ("| a |\n|---|\n| b |\n- [A-001] one\n", ["SHP006"]),
        ("- a\n\n    zero\n    - [A-001] one\n", ["SHP006"]),
        ("- [A-001] one\n\n    two\n- three\n- [A-002] four\n", ["SHP006"]),
        ("- [A-001] one\n\n    ```\n    two\n\n    ```\n- [A-002] three\n", ["SHP006"]),
        ("- [A-001] one\n\n   two\n", ["SHP007"]),
        ("- [A-001] one\n\n  - two\n", ["SHP007"]),
        ("- [A-001] one\n\n  ```\n  two\n  ```\n", ["SHP007"]),
        ("- zero\n    - [A-001] one\n\n      two\n", ["SHP007"]),
        ("- zero\n    - [A-001] one\n      - two\n", ["SHP007"]),
        ("- zero\n\n    1) [A-001] one\n", ["SHP010"]),
        ("- zero\n    | [A-001] | b |\n    |---|---|\n    | [A-002] | one |\n", ["SHP011"]),
    ],
)
def test_what_the_host_shows_otherwise_is_found_by_its_kind(text: str, codes: list[str]) -> None:
    assert _as_site(text) != _as_commonmark(text)
    assert _host_codes(text) == codes


@pytest.mark.requirement("MU-RULE-2024")
@pytest.mark.parametrize("anchors", ['style = "github"', "sane_lists = true"])
def test_a_host_that_reads_commonmark_has_no_such_findings(anchors: str) -> None:
    assert _host_codes("zero\n- [A-001] one\n\n  two\n", f"[anchors]\n{anchors}\n") == []


@pytest.mark.requirement("MU-RULE-2024")
def test_a_host_with_another_tab_length_nests_by_it() -> None:
    assert _host_codes("- [A-001] one\n  - two\n", "[anchors]\ntab_length = 2\n") == []


def _host_codes(text: str, settings: str = "") -> list[str]:
    chosen = f'[rules]\nselect = ["SHP006", "SHP007", "SHP010", "SHP011"]\n{settings}'
    outcome = run(memory({"specs/10-example.md": text}), settings_from(chosen, "muster.toml"))
    return [finding.code for finding in outcome.findings]
