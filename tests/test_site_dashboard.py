"""The dashboard: what holds, what does not, what to do next, each number with a link to its rows."""

from __future__ import annotations

import re

import pytest

from html_tags import Tags
from muster.gate.baseline import adopted
from muster.inputs import lines_in, memory
from muster.model import Status
from muster.site.attention import left
from muster.site.charts import bar, columns
from muster.site.pages import generated_paths
from muster.site.standing import percent, shares
from standing import FILES, HEAD, POOL, TODAY, derived, links, outcome_of, pages_of, rendered, rows, section, words

DASHBOARD = "dashboard/index.md"
MATRIX = "../compliance/matrix.md"
HOSTILE = (
    "<script>alert(1)</script> {{ config }} {% raw %} [x](javascript:y) *z* \u202egnp.exe \u05e9\u05dc\u05d5\u05dd"
)


def dashboard(files: dict[str, str], *, results: bool = True) -> str:
    return pages_of(outcome_of(files, results=results))[DASHBOARD]


def waiver(requirement: str, expires: str, reason: str = "It is late.", owner: str = "ada") -> str:
    return f"- requirement: {requirement}\n  owner: {owner}\n  expires: {expires}\n  reason: '{reason}'\n"


@pytest.mark.requirement("MU-SITE-9020")
def test_the_headline_says_how_many_musts_are_verified_and_whether_the_gate_passes() -> None:
    page = dashboard(FILES)
    (headline,) = re.findall(r'<p class="muster-headline">(.*?)</p>', page)

    assert words(headline) == "2 of 4 musts are verified. The gate fails: 1 error. Findings"
    assert links(headline) == [
        ("2 of 4 musts are verified.", f"{MATRIX}?level=must"),
        ("Findings", "../compliance/findings.md"),
    ]


@pytest.mark.parametrize(
    ("items", "said"),
    [
        pytest.param("- [Q-1001] It MUST run.\n", "The only must is verified.", id="one must"),
        pytest.param("- [Q-1004] It SHOULD sing.\n", "0 of 1 requirement is verified.", id="no must"),
    ],
)
def test_the_headline_of_few_requirements_is_a_sentence_too(items: str, said: str) -> None:
    page = dashboard({**FILES, "specs/10-queue.md": f"# Queue\n\n{HEAD}{items}", "specs/20-pool.md": "# Pool\n"})

    assert said in words(page)


@pytest.mark.requirement("MU-SITE-9020")
def test_each_tile_and_each_status_leads_to_its_rows() -> None:
    page = dashboard(FILES)
    tiles = page.split('<ul class="muster-tiles">')[1].split("</ul>")[0]
    legend = page.split('<ul class="muster-legend">')[1].split("</ul>")[0]

    assert links(tiles) == [
        ("gate fails 1 error, 0 warnings", "../compliance/findings.md"),
        ("musts verified 50 % 2 of 4", f"{MATRIX}?level=must&amp;status=verified"),
        ("holes 4 of 6 requirements", "../compliance/holes.md"),
        ("failing 1 tests say no", f"{MATRIX}?status=failing"),
        ("suspect 0 all reviewed", f"{MATRIX}?status=suspect"),
        ("waivers 0 none written", "#waivers"),
    ]
    assert links(legend) == [
        ("2 verified 33 %", f"{MATRIX}?status=verified"),
        ("1 tested 17 %", f"{MATRIX}?status=tested"),
        ("1 implemented 17 %", f"{MATRIX}?status=implemented"),
        ("1 specified 17 %", f"{MATRIX}?status=specified"),
        ("1 failing 16 %", f"{MATRIX}?status=failing"),
    ]
    assert 'aria-label="6 requirements: 2 verified, 1 tested, 1 implemented, 1 specified, 1 failing"' in page


@pytest.mark.requirement("MU-SITE-9020")
def test_coverage_stands_by_level_and_by_spec_with_the_worst_first() -> None:
    page = dashboard(FILES)

    assert rows(section(page, "levels")) == [
        ["must", "", "4", "2 50 %", "0", "1", "0", "1"],
        ["should", "", "1", "0 0 %", "1", "0", "0", "0"],
        ["may", "", "1", "0 0 %", "0", "0", "1", "0"],
    ]
    assert rows(section(page, "specs")) == [
        ["Queue", "", "5", "1 20 %", "1", "1", "1", "1"],
        ["Pool", "", "1", "1 100 %", "0", "0", "0", "0"],
    ]
    assert links(section(page, "specs"))[:3] == [
        ("Queue", "../compliance/queue.md"),
        ("5", f"{MATRIX}?spec=specs/10-queue.md&amp;"),
        ("1 20 %", f"{MATRIX}?spec=specs/10-queue.md&amp;status=verified"),
    ]


def test_of_many_specs_a_dozen_are_in_sight_and_a_hundred_on_the_page() -> None:
    files = {f"specs/{n:03}.md": f"# Spec {n}\n\n{HEAD}- [A{n:03}-1001] It MUST run.\n" for n in range(120)}
    found = section(dashboard(files), "specs")
    seen, folded = found.split("<details")

    assert (len(rows(seen)), len(rows(folded))) == (12, 88)
    assert "<summary>The next 88 specs</summary>" in folded
    assert links(folded)[-1] == ("All 120 specs", "../compliance/index.md")


@pytest.mark.requirement("MU-SITE-9020")
def test_what_fails_or_is_suspect_says_why_and_opens() -> None:
    lock = {"requirements/trace.lock": derived(FILES)["requirements/trace.lock"]}
    found = section(dashboard({**FILES, **lock, "specs/20-pool.md": POOL.replace("hold", "hold on")}), "attention")

    assert rows(found) == [
        ["Q-1002", "must not", "failing", "It MUST NOT stop.fails: tests.test_queue::test_stop"],
        [
            *("P-1001", "must", "suspect"),
            "It MUST hold on.its text changed since src/queue.py, tests/test_queue.py was reviewed",
        ],
    ]
    assert '<th scope="row" id="Q-1002"><a href="../compliance/queue.md#Q-1002">' in found


@pytest.mark.requirement("MU-SITE-9020")
def test_waivers_stand_by_their_end_with_the_days_that_are_left() -> None:
    texts = [
        waiver("Q-1005", "2027-03-08"),
        waiver("Q-1003", "2026-11-27", HOSTILE),
        waiver("Q-1004", "2026-11-28", owner="grace"),
        "- rule: KWD001\n  path: specs/**\n  owner: ada\n  expires: 2026-12-01\n  reason: x\n",
    ]
    page = dashboard({**FILES, "requirements/waivers.yaml": "".join(texts)})
    found = rows(section(page, "waivers"))

    assert [row[:4] for row in found] == [
        ["2026-11-27", "ended 1 day ago", "every rule of Q-1003", "ada"],
        ["2026-11-28", "last day", "every rule of Q-1004", "grace"],
        ["2026-12-01", "3 days", "KWD001 in specs/**", "ada"],
        ["2027-03-08", "100 days", "every rule of Q-1005", "ada"],
    ]
    assert found[1][4] == "It is late.requirements/waivers.yaml:9"
    assert "waivers</span> <strong>4</strong> <small>1 ended</small>" in page
    assert left(TODAY, None) == ""


@pytest.mark.requirement("MU-SITE-9020")
def test_the_next_steps_begin_with_what_presses_most() -> None:
    waivers = {"requirements/waivers.yaml": waiver("Q-1005", "2026-12-01")}
    steps = links(section(dashboard(FILES | waivers), "next"))

    assert steps == [
        ("Mend 1 failing requirement", f"{MATRIX}?status=failing"),
        ("Clear 1 error", "../compliance/findings.md"),
        ("Settle 1 waiver", "#waivers"),
        ("Test 1 must", f"{MATRIX}?level=must&amp;status=implemented"),
    ]
    assert "No results were given" in section(dashboard(FILES, results=False), "next")


def test_where_nothing_is_due_the_page_says_so() -> None:
    files = {
        "specs/20-pool.md": POOL,
        "src/pool.py": "# implements: P-1001\n",
        "tests/test_queue.py": "# verifies: P-1001\ndef test_run():\n    pass\n",
    }
    page = dashboard(files)

    assert "The only must is verified. The gate passes: no finding is open." in words(page)
    assert words(section(page, "next")).endswith(
        "Nothing is due: each requirement is verified or waived, and the gate passes."
    )
    assert 'id="attention"' not in page


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param(
            {"README.md": "# Nothing\n"}, "No spec is found yet. muster init sets a project up", id="no specs"
        ),
        pytest.param(
            {"specs/10-queue.md": "# Queue SPEC\n"},
            "No spec defines a requirement yet. Write one",
            id="no requirements",
        ),
        pytest.param({"specs/10-queue.md": POOL}, "No check is recorded yet. muster check records one", id="no runs"),
    ],
)
def test_an_empty_project_gets_a_page_that_says_the_next_command(files: dict[str, str], said: str) -> None:
    assert said in words(rendered(dashboard(files)))


@pytest.mark.requirement("MU-SITE-9031", "MU-CORE-0024")
def test_the_pages_hold_no_style_script_or_template_whatever_the_texts_are() -> None:
    files = {
        **FILES,
        "specs/10-queue.md": f"# {HOSTILE}\n\n{HEAD}- [Q-1001] It MUST {HOSTILE}\n- [Q-1002] MUST NOT `{HOSTILE}`\n",
        "requirements/waivers.yaml": waiver("Q-1001", "2026-12-01", HOSTILE, "'<b>ada</b> {{ x }}'"),
    }
    pages = pages_of(outcome_of(files))

    for path in (DASHBOARD, "compliance/holes.md", "compliance/findings.md"):
        tags = Tags()
        tags.feed(rendered(pages[path]))
        assert tags.tags.isdisjoint({"script", "style", "img", "em", "b"}), path
        assert {name for name in tags.attributes if name == "style" or name.startswith("on")} == set(), path
        assert not re.search(r"\{\{|\{%|\u202e|javascript:[^<]*\"", pages[path]), path


def test_each_link_of_a_page_to_itself_has_its_place() -> None:
    pages = pages_of(outcome_of(FILES | {"requirements/waivers.yaml": waiver("Q-1001", "2026-12-01")}))

    for path in (DASHBOARD, "compliance/holes.md", "compliance/findings.md"):
        ids = re.findall(r' id="([^"]*)"', pages[path])
        assert len(ids) == len(set(ids)), path
        assert {href[1:] for _, href in links(pages[path]) if href.startswith("#")} <= set(ids), path


def test_a_check_of_links_knows_the_pages() -> None:
    paths = generated_paths(outcome_of(FILES).project)

    assert {"specs/dashboard/index.md", "specs/compliance/holes.md", "specs/compliance/findings.md"} <= {
        f"specs/{path.removeprefix('specs/')}" for path in paths
    }


def test_what_is_one_of_ten_thousand_is_seen_in_a_bar() -> None:
    drawn = bar({Status.VERIFIED: 9_999, Status.FAILING: 1}, 10)
    widths = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)%"', drawn)]

    assert widths == pytest.approx([99.2, 0.8], abs=0.02)
    assert (percent(1, 10_000), percent(9_999, 10_000), percent(0, 5), percent(5, 5)) == (
        "<1 %",
        "99 %",
        "0 %",
        "100 %",
    )


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        pytest.param((2, 1), ["66 %", "34 %"], id="what is verified is not rounded up"),
        pytest.param((0, 1, 1, 1), ["34 %", "33 %", "33 %"], id="thirds"),
        pytest.param((1, 1, 10), ["8 %", "8 %", "84 %"], id="equal numbers have equal shares where that can be"),
        pytest.param((9_999, 1), ["99 %", "1 %"], id="one of many is open"),
        pytest.param((1, 9_999), ["<1 %", "99 %"], id="one of many is verified"),
        pytest.param((7,), ["100 %"], id="all"),
        pytest.param((), [], id="none"),
    ],
)
def test_shares_are_in_all_a_hundred(numbers: tuple[int, ...], told: list[str]) -> None:
    order = (Status.VERIFIED, Status.TESTED, Status.IMPLEMENTED, Status.SPECIFIED)

    assert list(shares(dict(zip(order, numbers, strict=False))).values()) == told


def test_what_the_baseline_knows_is_counted_where_nothing_is_open() -> None:
    files = {"specs/20-pool.md": f"{POOL}- [P-1002] It holds.\n"}
    found = outcome_of(files)
    path = "requirements/baseline.json"
    baseline = adopted(found.findings, path, lambda name: lines_in(memory(files), name))
    page = dashboard({**files, path: baseline.text if baseline and baseline.text else ""})

    assert "no finding is open. 1 known finding stands in the baseline, requirements/baseline.json. Findings" in words(
        page
    )
    assert "0 errors, 0 warnings, 1 known" in words(page)
    assert links(section(page, "findings")) == [("1 known finding", "../compliance/findings.md")]


def test_a_column_tells_itself_and_the_mark_of_a_failure_is_taller() -> None:
    drawn = columns(
        [({Status.VERIFIED: 2}, "one & only", "muster-mark-pass"), ({}, "none", "muster-mark-fail")], 100, "x"
    )

    assert "<title>one &amp; only</title>" in drawn
    assert re.findall(r'<rect class="(muster-[\w-]+)"[^>]* height="([\d.]+)"', drawn) == [
        ("muster-fill-verified", "100.0"),
        ("muster-mark-pass", "3"),
        ("muster-mark-fail", "8"),
    ]


def test_where_only_derived_files_are_wrong_the_step_names_the_command_that_writes_them() -> None:
    drifted = dashboard(
        {**FILES, "requirements/pool.yaml": "# Written by `muster sync`. Do not edit.\n", "src/a.py": ""}
    )
    alone = {"specs/20-pool.md": POOL, "requirements/pool.yaml": "# Written by `muster sync`. Do not edit.\n"}

    assert "Clear 2 errors The gate fails until then" in words(section(drifted, "next"))
    assert "Clear 1 error Derived files differ" in words(section(dashboard(alone), "next"))
