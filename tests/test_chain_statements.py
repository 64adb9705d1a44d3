"""What the protocol asks for, statement by statement: a rule holds it, or the guide says that no machine does."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chain_statements import PROJECT, SETTINGS, STATEMENTS, Edit, Statement, Way
from muster import pipeline
from muster.chains.smoke import smoke
from muster.inputs import memory
from muster.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SEED = ROOT.parent / "shared/seeds/002_d1b6ee3a468eca48.txt"
PAGE = ROOT / "specs/guide/chains.md"
BEGIN = "<!-- what no machine checks: `pytest tests/test_chain_statements.py --update` writes it anew -->\n"
END = "<!-- end of what no machine checks -->\n"
NORMATIVE = re.compile(
    r"\b(?:must|never|only|forbid\w*|require|requirement to|required|no|not|cannot|mandatory|always|without|exclusively"
    r"|explicitly|halts?|blocks?|stops|up to|alone)\b",
    re.IGNORECASE,
)
needs_seed = pytest.mark.skipif(not SEED.is_file(), reason="the user's protocol is not in ../shared/seeds")


def of(way: Way) -> list[Statement]:
    return [statement for statement in STATEMENTS if statement.way is way]


def named(way: Way) -> list[object]:
    """The statements with what they begin with as names."""
    return [
        pytest.param(one, id=f"{one.section}-{'-'.join(re.findall('[a-zA-Z0-9]+', one.quote)[:7])}") for one in of(way)
    ]


@cache
def found_after(edit: Edit) -> list[str]:
    """The codes of all that the whole pipeline finds."""
    outcome = pipeline.run(memory(dict(edit(PROJECT))), SETTINGS)
    return [finding.code for finding in outcome.findings]


def sections() -> dict[str, str]:
    """The sections 2 to 10 of the protocol by their numbers, without headings and fences."""
    found: dict[str, list[str]] = {}
    text = SEED.read_text(encoding="utf-8")
    number = ""
    for line in re.sub(r"^```\n.*?^```\n", "", text, flags=re.MULTILINE | re.DOTALL).splitlines():
        heading = re.match(r"\s*#+ ([0-9.]*)", line)
        if heading is None:
            found.setdefault(number, []).append(line)
        elif heading[1]:
            number = heading[1].rstrip(".")
    return {number: "\n".join(lines) for number, lines in found.items() if number not in ("", "1")}


def sentences() -> Iterator[tuple[str, str]]:
    """Each sentence that asks for something or forbids it, with its section."""
    for number, text in sections().items():
        for line in text.splitlines():
            for sentence in re.split(r"(?<=\.)\s+(?=[A-Z“`*])", line.strip().removeprefix("- ")):
                if NORMATIVE.search(sentence):
                    yield number, sentence


@needs_seed
def test_each_statement_stands_in_its_section_word_for_word() -> None:
    texts = sections()

    assert [one for one in STATEMENTS if one.quote not in texts[one.section]] == []
    assert len({(one.section, one.quote) for one in STATEMENTS}) == len(STATEMENTS)


@needs_seed
def test_each_word_that_asks_or_forbids_stands_in_a_statement_of_the_table() -> None:
    left = []
    for number, text in sections().items():
        quotes = [one.quote for one in STATEMENTS if one.section == number]
        covered = {at for quote in quotes for at in range(text.index(quote), text.index(quote) + len(quote))}
        left += [
            (number, text[max(0, match.start() - 40) : match.end() + 40])
            for match in NORMATIVE.finditer(text)
            if match.start() not in covered
        ]

    assert left == []
    assert len(list(sentences())) == 76


@needs_seed
def test_each_bullet_of_the_violations_and_of_the_contract_stands_in_the_table() -> None:
    left = [
        (number, line)
        for number, text in sections().items()
        if number in ("2", "3", "4.2", "4.3", "6", "7", "8.1", "8.2", "8.3", "8.4", "9.1", "9.2", "9.3", "9.4", "9.5")
        for line in text.splitlines()
        if line.startswith("- ") and not any(one.section == number and one.quote in line for one in STATEMENTS)
    ]

    assert left == []


def test_the_statements_are_counted_by_what_becomes_of_them() -> None:
    assert Counter(one.way.value for one in STATEMENTS) == {
        "held": 156,
        "allowed": 3,
        "smoked": 7,
        "unheld": 16,
        "told": 6,
    }


def test_each_rule_of_chains_holds_a_statement() -> None:
    holding = {one.code for one in STATEMENTS}

    assert [code for code in RULES if code.startswith("CHN") and code not in holding] == []


@pytest.mark.parametrize("statement", named(Way.HELD))
def test_a_chain_that_breaks_a_statement_breaks_just_the_rule_that_holds_it(statement: Statement) -> None:
    assert statement.edit is not None
    assert found_after(statement.edit) == [statement.code]


@pytest.mark.parametrize("statement", named(Way.ALLOWED))
def test_what_the_protocol_allows_is_no_finding(statement: Statement) -> None:
    assert statement.edit is not None
    assert found_after(statement.edit) == []


@pytest.mark.requirement("MU-CHAIN-7050")
@pytest.mark.parametrize("statement", named(Way.SMOKED))
def test_a_smoke_in_which_a_statement_is_broken_fails(statement: Statement) -> None:
    report = smoke(SETTINGS.chains, statement.code)

    assert smoke(SETTINGS.chains).passed
    assert (report.passed, [problem.code for problem in report.found]) == (False, [statement.code])


def listed() -> str:
    """The statements that no machine checks, with the reasons, as the guide has them."""
    rows = [f"| {one.section} | {_begun(one.quote).rstrip('.;')} | {one.reason} |\n" for one in of(Way.UNHELD)]
    return "".join(["\n| section | what the protocol says | why nothing checks it |\n|---|---|---|\n", *rows, "\n"])


def _begun(quote: str) -> str:
    """A quote that begins within a sentence, so that one sees it."""
    return f"… {quote}" if quote[0].islower() else quote


def test_the_guide_lists_what_no_machine_checks(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert (page.count(BEGIN), page.count(END)) == (1, 1)
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    wanted = f"{before}{BEGIN}{listed()}{END}{after}"
    if request.config.getoption("--update", default=False):
        PAGE.write_text(wanted, encoding="utf-8", newline="\n")
        page = wanted

    assert page == wanted, "`pytest --update` writes it anew"
