"""Coverage over time: what a check records of statuses, and what the dashboard makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from ledgers import as_row
from muster.ledger.events import GENESIS, Event
from muster.ledger.statistics import RunHistory, trend_in
from muster.ledger.task import Clock, begin
from muster.model import Severity, Status
from muster.recording import gate_events
from muster.told import told_of
from standing import FILES, links, outcome_of, pages_of, rows, section, words

DASHBOARD = "dashboard/index.md"
NOW = {"failing": 1, "implemented": 1, "specified": 1, "tested": 1, "verified": 2}


def checked(seq: int, day: int, statuses: Any, *, errors: int = 0, run: str = "") -> Event:
    """What one check decided of the whole project on a day of November."""
    told = {} if statuses is None else {"statuses": statuses}
    return Event(
        seq=seq,
        recorded_at=f"2026-11-{day:02}T09:30:00.000000Z",
        event="gate:fail" if errors else "gate:pass",
        type="docs_specs",
        code="",
        trace_id="11111111-1111-4111-8111-111111111111",
        span_id=f"22222222-2222-4222-8222-{seq:012}",
        context={"spec_id": None, "run_id": run or f"run-{seq}", "counts": {}, "errors": errors, "warnings": 0, **told},
        idempotency_key=str(seq),
        prev=GENESIS,
        digest=GENESIS,
    )


def dashboard(*events: Event, **history: Any) -> str:
    return pages_of(outcome_of(FILES), RunHistory(decisions=events, **history))[DASHBOARD]


@pytest.mark.requirement("MU-SITE-9020")
def test_a_check_records_how_many_requirements_have_each_status_spec_by_spec() -> None:
    record = "---\nready_for_planning: true\nblocking_unknowns: []\n---\n# What it is for\n"
    own = {
        "specs/queue/elicitation.md": record,
        "specs/queue/objective-contract.json": "{}\n",
        "specs/10-queue.md": f"---\nelicitation: queue/elicitation.md\n---\n{FILES['specs/10-queue.md']}",
    }
    outcome = outcome_of(FILES | own)
    run = begin("check", clock=Clock()).succeeded()
    drafts = list(gate_events(run, told_of(outcome), outcome.findings, Severity.ERROR))

    assert [(draft.context["record"], draft.context["statuses"]) for draft in drafts] == [
        ("specs/queue/elicitation.md", {"failing": 1, "implemented": 1, "specified": 1, "tested": 1, "verified": 1}),
        (None, {"verified": 1}),
    ]


def test_a_check_of_a_project_without_requirements_records_no_statuses() -> None:
    outcome = outcome_of({"specs/10-queue.md": "# Queue SPEC\n"})
    run = begin("check", clock=Clock()).succeeded()

    assert ["statuses" in draft.context for draft in gate_events(run, told_of(outcome), (), Severity.ERROR)] == [False]


@pytest.mark.requirement("MU-SITE-9020")
def test_the_statuses_of_one_run_are_counted_together_and_what_is_no_number_is_passed_over() -> None:
    events = [
        checked(1, 1, {"verified": 2, "failing": 1}, run="a"),
        checked(2, 1, {"verified": 3, "unheard": 9, "tested": "x"}, run="a"),
        checked(3, 2, None),
        checked(4, 3, [1]),
    ]

    assert [one.statuses for one in trend_in(events)] == [{Status.VERIFIED: 5, Status.FAILING: 1}, {}, {}]


@pytest.mark.requirement("MU-SITE-9020")
def test_the_trend_has_a_column_for_each_check_and_a_table_of_the_same() -> None:
    page = section(
        dashboard(checked(1, 1, {"tested": 4}), checked(2, 2, {"verified": 3, "tested": 1}, errors=2)), "trend"
    )

    assert words(page).startswith("Trend")
    assert (
        'aria-label="Requirements by status in the latest 2 checks; the gate passed 1 of 2 times.'
        ' Verified: 0 % at first, 75 % now"' in page
    )
    assert "<title>2026-11-02 09:30: 3 verified, 1 tested; the gate failed</title>" in page
    assert rows(page) == [
        ["2026-11-02 09:30:00", "fail", "2", "0", "3", "1"],
        ["2026-11-01 09:30:00", "pass", "0", "0", "0", "4"],
    ]


def test_a_check_leads_to_its_run_where_the_page_of_runs_has_it() -> None:
    run = begin("check", clock=Clock()).succeeded()
    page = section(dashboard(checked(1, 1, {"tested": 4}, run=run.id), runs=(run,)), "trend")

    assert as_row(run)["id"] == run.id
    assert links(page) == [
        ("2026-11-01 09:30:00", f"../runs/index.md#run-{run.id[-16:]}"),
        ("All runs", "../runs/index.md"),
    ]


def test_of_many_checks_the_latest_sixty_are_drawn() -> None:
    page = section(dashboard(*(checked(n, 1 + n // 60, {"tested": n}) for n in range(1, 100))), "trend")

    assert page.count("<title>") == 60
    assert [rows(page)[0][-1], rows(page)[-1][-1]] == ["99", "40"]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        pytest.param({}, "No check is recorded yet.", id="nothing"),
        pytest.param({"decisions": (checked(1, 1, None),)}, "do not tell how many requirements", id="older checks"),
        pytest.param({"problem": "it is locked"}, "The ledger could not be read", id="unreadable"),
    ],
)
def test_without_checks_the_trend_says_why_there_is_none(history: dict[str, Any], said: str) -> None:
    page = pages_of(outcome_of(FILES), RunHistory(**history))[DASHBOARD]

    assert said in words(section(page, "trend"))
    assert words(section(page, "changes")).startswith("What changed There is no earlier check")


@pytest.mark.requirement("MU-SITE-9020")
def test_what_changed_is_counted_since_the_last_check_of_an_earlier_day() -> None:
    before = NOW | {"verified": 4, "tested": 0, "failing": 0}
    events = (checked(1, 20, {"verified": 9}), checked(2, 27, before, errors=3), checked(3, 28, NOW))
    page = section(dashboard(*events), "changes")

    assert "Since the check of 2026-11-27 09:30:00:" in words(page)
    assert rows(page) == [
        ["verified", "4", "2", "−2 worse"],
        ["tested", "0", "1", "+1"],
        ["failing", "0", "1", "+1 worse"],
        ["errors", "3", "1", "−2 better"],
    ]
    assert links(page)[0] == ("2", "../compliance/matrix.md?status=verified")


def test_where_nothing_changed_the_page_says_since_when() -> None:
    page = section(dashboard(checked(1, 28, NOW, errors=1)), "changes")

    assert words(page).startswith("What changed Nothing since the check of 2026-11-28 09:30:00")
