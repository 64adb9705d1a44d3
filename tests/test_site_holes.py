"""The pages of holes and of findings."""

from __future__ import annotations

import pytest

from standing import FILES, HEAD, links, outcome_of, pages_of, rows, section, words

HOLES = "compliance/holes.md"
FINDINGS = "compliance/findings.md"


@pytest.mark.requirement("MU-SITE-9022")
def test_holes_are_counted_by_level_and_by_spec_with_links_to_their_rows() -> None:
    page = pages_of(outcome_of(FILES))[HOLES]
    summary = page.split("<h2")[0]

    assert words(summary).split("each stands once")[0].endswith("4 of 6 requirements are neither verified nor waived; ")
    assert rows(summary) == [
        ["must", "1", "0", "1", "0", "2"],
        ["should", "0", "0", "0", "1", "1"],
        ["may", "0", "1", "0", "0", "1"],
        ["Queue", "1", "1", "1", "1", "4"],
    ]
    assert links(summary)[:6] == [
        ("2 without code", "matrix.md?without=code"),
        ("2 without a test", "matrix.md?without=tests"),
        ("failing", "#failing"),
        ("not implemented", "#not-implemented"),
        ("not tested", "#not-tested"),
        ("not verified", "#not-verified"),
    ]
    assert links(summary)[-1] == (
        "4",
        "matrix.md?spec=specs/10-queue.md&amp;status=failing,specified,implemented,tested",
    )


@pytest.mark.requirement("MU-SITE-9022")
@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        ("failing", ["Q-1002", "must not", "failing", "It MUST NOT stop.fails: tests.test_queue::test_stop"]),
        ("not-implemented", ["Q-1005", "may", "specified", "It MAY dance."]),
        ("not-tested", ["Q-1003", "must", "implemented", "It MUST wait.code: src/queue.py"]),
        ("not-verified", ["Q-1004", "should", "tested", "It SHOULD sing.no result of: tests/test_queue.py"]),
    ],
)
def test_each_requirement_stands_where_it_is_stuck(anchor: str, expected: list[str]) -> None:
    found = rows(section(pages_of(outcome_of(FILES))[HOLES], anchor))

    assert found == [["Queue 1"], expected]


def test_of_many_holes_two_hundred_are_listed_and_the_musts_are_among_them() -> None:
    items = "".join(f"- [Q-{1000 + n}] It {'MUST' if n % 2 else 'MAY'} run {n}.\n" for n in range(500))
    found = section(pages_of(outcome_of({"specs/10-queue.md": f"# Queue\n\n{HEAD}{items}"}))[HOLES], "not-implemented")

    assert [row[1] for row in rows(found)[1:]] == ["must"] * 200
    assert ("500 in the matrix", "matrix.md?status=specified") in links(found)
    assert "The first 200 of 500 in the matrix" in words(found)


def test_without_holes_and_without_requirements_the_page_says_so() -> None:
    done = {
        "specs/20-pool.md": FILES["specs/20-pool.md"],
        "src/pool.py": "# implements: P-1001\n",
        "tests/test_queue.py": "# verifies: P-1001\ndef test_run():\n    pass\n",
    }

    assert words(pages_of(outcome_of(done))[HOLES]).endswith(
        "Nothing is missing: 1 requirement, all verified or waived."
    )
    assert "No spec defines a requirement yet" in pages_of(outcome_of({"specs/index.md": "# Nothing\n"}))[HOLES]


@pytest.mark.requirement("MU-SITE-9020")
def test_findings_stand_rule_by_rule_with_their_places() -> None:
    page = pages_of(outcome_of({"specs/10-queue.md": f"# Queue\n\n{HEAD}- [Q-1001] It runs.\n- [Q-1002] It sits.\n"}))[
        FINDINGS
    ]
    found = section(page, "KWD001")

    assert words(page.split("<h2")[0]).endswith("KWD001 missing-keyword error 2") or "KWD001" in page.split("<h2")[0]
    assert rows(found) == [
        ["specs/10-queue.md:5", "error", "Q-1001 has no RFC 2119 keywordsay MUST, SHOULD or MAY"],
        ["specs/10-queue.md:6", "error", "Q-1002 has no RFC 2119 keywordsay MUST, SHOULD or MAY"],
    ]
    assert links(found)[:2] == [
        ("why, and how to mend it", "../rules/KWD001.md"),
        ("specs/10-queue.md:5", "../10-queue.md"),
    ]
    assert links(page)[-1] == ("findings.sarif", "../findings.sarif")


def test_of_many_findings_a_rule_has_a_hundred_and_the_rest_is_in_the_twin() -> None:
    items = "".join(f"- [Q-{1000 + n}] It runs {n}.\n" for n in range(150))
    found = section(pages_of(outcome_of({"specs/10-queue.md": f"# Queue\n\n{HEAD}{items}"}))[FINDINGS], "KWD001")

    assert len(rows(found)) == 100
    assert "50 more are in findings.sarif." in words(found)


def test_without_findings_the_page_says_that_the_gate_passes() -> None:
    page = pages_of(outcome_of({"specs/index.md": "# Nothing\n"}))[FINDINGS]

    assert "The gate passes: no finding is open." in words(page)
