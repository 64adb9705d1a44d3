"""The pages of runs and of allocated specs: what the ledger holds, shown to people, and never written by a build."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from markdown import Markdown
from msgspec.structs import replace

from html_tags import Tags
from muster import ledger, pipeline
from muster.inputs import memory
from muster.ledger.events import GENESIS, Event
from muster.ledger.history import history_read
from muster.ledger.keys import keyed
from muster.ledger.rows import Run
from muster.ledger.statistics import (
    Decision,
    RunHistory,
    SpecStory,
    failures_in,
    gates_in,
    nearest_rank,
    retries_in,
    tasks_in,
    trend_in,
)
from muster.ledger.task import Attempt, Clock, Task, begin
from muster.model import Outcome
from muster.settings import Settings
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages, generated_paths
from muster.site.recorded import duration, moment, told

ONE = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
TWO = "7f0c1c52-5b1e-5c57-9a53-0b9d5f5c4a11"
TRACE = "11111111-1111-4111-8111-111111111111"
START = 1_795_000_000.0  # 2026-11-18T11:06:40Z
LINKS = PlainLinks("specs", "specs")
HOSTILE = "<script>alert(1)</script> {{ config }} {% raw %} \u202egnp.exe \u05e9\u05dc\u05d5\u05dd ![x](y) | *z*"
BODY = "# Queue SPEC\n\nConformance language: RFC 8174\n\n- [QUEUE-001] The queue MUST keep the order.\n"


def record(spec_id: str = "") -> str:
    own = f"spec_id: {spec_id}\n" if spec_id else ""
    return f"---\nready_for_planning: true\nblocking_unknowns: []\n{own}---\n# What it is for\n"


FILES = {
    "specs/queue/elicitation.md": record(ONE),
    "specs/queue/objective-contract.json": json.dumps({"spec_id": ONE}) + "\n",
    "specs/later/elicitation.md": record(),
    "specs/later/objective-contract.json": "{}\n",
    "specs/10-queue.md": f"---\nelicitation: queue/elicitation.md\nstatus: ready\n---\n{BODY}",
    "packets/one.md": f"---\nspec_id: {ONE}\n---\n# Build it\n",
}


def span(number: int) -> str:
    return f"22222222-2222-4222-8222-{number:012}"


def run_of(number: int, slug: str = "nightly", *, seconds: float = 1.0, error: str = "", **more: Any) -> Run:
    """A run that began `number` hours after the start, its random parts made from the number."""
    ticks = iter((0.0, seconds)).__next__
    clock = Clock(lambda: START + 3600 * number, ticks)
    retried, name = more.pop("retried", 0), more.pop("name", "")
    more.setdefault("trace_id", f"33333333-3333-4333-8333-{number:012}")
    attempt: Attempt = begin(Task(slug, name), span_id=span(number), clock=clock, **more)
    if retried:
        attempt = replace(attempt, number=retried + 1, retry_of=span(number - 1))
    run = attempt.failed(error, "ExitStatus") if error else attempt.succeeded()
    at, last = run.created_at, f"{number:016x}"
    return replace(run, id=f"task_exec_{slug}_{at}_{last}", session_id=f"task:{slug}:{at}:{last}")


def event_of(seq: int, kind: str, event: str = "gate:pass", **context: Any) -> Event:
    at = f"2026-11-18T11:{seq:02}:00.000000Z"
    return Event(
        seq=seq,
        recorded_at=at,
        event=event,
        type=kind,
        code="",
        trace_id=TRACE,
        span_id=span(seq),
        context={"spec_id": ONE, **context},
        idempotency_key=str(seq),
        prev=GENESIS,
        digest=GENESIS,
    )


def checked(seq: int, run_id: str, errors: int, warnings: int = 0) -> Event:
    kind = "gate:fail" if errors else "gate:pass"
    return event_of(seq, "docs_specs", kind, run_id=run_id, counts={"KWD001": errors}, errors=errors, warnings=warnings)


def outcome_of(files: dict[str, str]) -> Outcome:
    return pipeline.run(memory(files), Settings())


def pages_of(files: dict[str, str], history: RunHistory) -> dict[str, str]:
    return {page.path: page.text for page in generated_pages(outcome_of(files), (), LINKS, history)}


def cells(page: str, caption: str) -> list[list[str]]:
    """The texts of a table's body."""
    body = page.split(f"<caption>{caption}</caption>")[1].split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body.strip().splitlines()]


# Statistics


@pytest.mark.requirement("MU-LEDGER-8041")
@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([7], 50, 7), ([7], 95, 7), ([4, 1, 3, 2], 50, 2), (list(range(1, 101)), 95, 95), (list(range(1, 21)), 95, 19)],
)
def test_a_percentile_is_the_value_of_the_nearest_rank(values: list[int], percent: int, expected: int) -> None:
    assert nearest_rank(values, percent) == expected


@pytest.mark.requirement("MU-LEDGER-8041")
def test_each_task_has_its_rate_its_durations_and_its_last_run() -> None:
    runs = [run_of(n, seconds=n, error="it broke" if n == 2 else "") for n in (1, 2, 3, 4)]
    runs.append(run_of(5, "tests", seconds=0.25))

    nightly, tests = tasks_in(runs)

    assert (nightly.slug, nightly.runs, nightly.success_rate, nightly.p50_ms, nightly.p95_ms, nightly.last) == (
        "nightly",
        4,
        0.75,
        2000,
        4000,
        runs[3],
    )
    assert (tests.slug, tests.runs, tests.success_rate, tests.p95_ms) == ("tests", 1, 1.0, 250)
    assert failures_in(runs) == [runs[1]]


@pytest.mark.requirement("MU-LEDGER-8041")
def test_a_retry_is_a_chain_of_attempts_and_not_a_second_run_of_the_trace() -> None:
    first = run_of(1, error="it broke", trace_id=TRACE)
    second = run_of(2, error="it broke", trace_id=TRACE, retried=1)
    third = run_of(3, trace_id=TRACE, retried=2)
    caused = [run_of(number, "check", trace_id=TRACE) for number in (4, 5)]

    (retried,) = retries_in([*caused, first, second, third])
    (cut,) = retries_in([third])

    assert (retried.first, retried.last, retried.attempts) == (first, third, 3)
    assert (cut.first, cut.attempts) == (third, 3)


@pytest.mark.requirement("MU-LEDGER-8041")
def test_a_check_that_decides_for_several_specs_is_one_point_of_the_trend() -> None:
    events = [checked(1, "a", 2, 1), checked(2, "a", 0, 3), checked(3, "b", 0), event_of(4, "spec_allocated")]

    assert trend_in(events) == [
        Decision(1, "2026-11-18T11:01:00.000000Z", passed=False, errors=2, warnings=4, run_id="a"),
        Decision(3, "2026-11-18T11:03:00.000000Z", passed=True, errors=0, warnings=0, run_id="b"),
    ]


@pytest.mark.requirement("MU-ALLOC-4024")
def test_the_gate_matrix_counts_allocation_as_one_gate_and_each_gate_of_a_packet_by_itself() -> None:
    events = [
        event_of(1, "spec_allocation_refused", "gate:fail"),
        event_of(2, "spec_allocated"),
        event_of(3, "gov_gate_transition", gate_kind="validator", gate="REPORT"),
        event_of(4, "gov_gate_transition", "gate:fail", gate_kind="validator", gate="MERGE"),
        event_of(5, "spec_status_changed", "spec:changed"),
    ]

    assert [(row.gate, row.passes, row.failures, row.last.seq) for row in gates_in(events)] == [
        ("allocation", 1, 1, 2),
        ("gov_gate_transition / validator / REPORT", 1, 0, 3),
        ("gov_gate_transition / validator / MERGE", 0, 1, 4),
    ]


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1234, "1.2 s"),
        (59_949, "59.9 s"),
        (59_950, "1 min"),
        (200_000, "3 min 20 s"),
        (3_600_000, "1 h"),
        (7_500_000, "2 h 5 min"),
        (90_000_000, "1 d 1 h"),
        (10**12, "11,574 d 1 h"),
    ],
)
def test_a_duration_is_shown_for_people(milliseconds: int, shown: str) -> None:
    assert duration(milliseconds) == shown


def test_a_time_is_shown_to_the_second_in_utc_for_people_and_programs() -> None:
    assert moment("2026-11-28T09:20:34.123456Z") == ('<time datetime="2026-11-28T09:20:34Z">2026-11-28 09:20:34</time>')


# The page of runs


@pytest.mark.requirement("MU-LEDGER-8041")
def test_a_project_without_ledger_has_a_page_that_says_what_will_be_there() -> None:
    page = pages_of({}, RunHistory())["runs/index.md"]

    assert page.startswith("---\nsearch:\n  exclude: true\n---\n\n# Runs\n\nNo run is recorded yet. Here will be")
    assert "$ muster check\n$ muster run --task nightly -- nox -s docs\n" in page
    assert "<table>" not in page


@pytest.mark.requirement("MU-LEDGER-8041")
def test_the_page_of_runs_holds_rates_failures_retries_trend_and_the_latest_runs() -> None:
    runs = (
        run_of(4, "tests", seconds=0.25, name="All tests"),
        run_of(3, seconds=70, trace_id=TRACE, retried=1),
        run_of(2, seconds=2, error="exit status 3", trace_id=TRACE),
    )
    page = pages_of({}, RunHistory(runs, (checked(1, "a", 2, 1), checked(2, "b", 0))))["runs/index.md"]

    at = {n: moment(runs[4 - n].created_at) for n in (2, 3, 4)}
    short = {n: f"<code>{n:016x}</code>" for n in (2, 3, 4)}
    bad, good = (f'<span class="muster-badge muster-{kind}">{word}</span>' for kind, word in (
        ("failed", "failed"), ("passed", "success")
    ))  # fmt: skip
    first = f'<a href="#run-{2:016x}">{at[2]}</a>'
    assert cells(page, "Runs by task") == [
        ["<code>nightly</code>", "2", "50 %", "2.0 s", "1 min 10 s", f"{at[3]} {good}"],
        ["<code>tests</code> All tests", "1", "100 %", "250 ms", "250 ms", f"{at[4]} {good}"],
    ]
    assert cells(page, "Failed runs, the latest first") == [
        [first, "<code>nightly</code>", "1", "<strong>ExitStatus</strong> exit status 3"]
    ]
    assert cells(page, "What was tried more than once, by trace, the latest first") == [
        [first, "<code>nightly</code>", "2", good, "1 h 1 min", f"<code>{TRACE}</code>"]
    ]
    assert cells(page, "All runs, the latest first") == [
        [short[4], at[4], "<code>tests</code>", good, "250 ms", "1"],
        [short[3], at[3], "<code>nightly</code>", good, "1 min 10 s", "2"],
        [short[2], at[2], "<code>nightly</code>", bad, "2.0 s", "1"],
    ]
    assert [row[2:] for row in cells(page, "Decisions of the gate, the latest first")] == [["0", "0"], ["2", "1"]]
    assert 'aria-label="Errors and warnings of the latest 2 decisions, at most 3 at once; the last one passed' in page
    assert re.findall(r'<rect class="muster-bar-(\w+)" x', page) == ["errors", "warnings", "none"]


def test_of_very_many_runs_the_latest_200_are_listed() -> None:
    runs = tuple(run_of(number) for number in range(250, 0, -1))

    page = pages_of({}, RunHistory(runs, has_more=True))["runs/index.md"]

    assert "<p>The latest 250 runs, since" in page
    assert len(cells(page, "The latest 200 runs")) == 200


def test_a_rate_is_100_percent_only_where_nothing_failed() -> None:
    runs = tuple(run_of(number, error="no" if number == 7 else "") for number in range(2000, 0, -1))

    page = pages_of({}, RunHistory(runs))["runs/index.md"]

    assert cells(page, "Runs by task")[0][2] == "99.9 %"


# The pages of allocated specs


RECORD = "specs/queue/elicitation.md"
STORY = SpecStory(
    (
        event_of(1, "spec_allocation_refused", "gate:fail", record=RECORD, reasons=["two unknowns"]),
        event_of(3, "spec_allocated", record=RECORD, contract="specs/queue/objective-contract.json"),
        checked(4, "a", 2),
        checked(6, "b", 0),
    ),
    (replace(run_of(6, "check"), ts=START - 70), replace(run_of(4, "check"), ts=START - 190)),  # 11:05:30 and 11:03:30
)


@pytest.mark.requirement("MU-ALLOC-4024")
def test_the_page_of_a_spec_holds_its_record_what_is_tied_to_it_and_its_whole_story() -> None:
    page = pages_of(FILES, RunHistory(STORY.runs, stories={ONE: STORY}))[f"identity/{ONE}.md"]

    assert "# Queue SPEC\n" in page
    assert cells(page, "Elicitation record") == [
        [
            '<a href="../queue/elicitation.md"><code>specs/queue/elicitation.md</code></a>',
            "<code>specs/queue/objective-contract.json</code>",
            "yes",
            f'{moment("2026-11-18T11:03:00Z")} <a href="#event-3">#3</a>',
        ]
    ]
    assert cells(page, "Specs that are tied to it") == [
        [
            '<a href="../10-queue.md"><code>specs/10-queue.md</code></a>',
            "ready",
            '<a href="../compliance/queue.md">1 requirement (1 must; 1 specified)</a>',
        ]
    ]
    assert cells(page, "Planning artifacts that are tied to it") == [["<code>packets/one.md</code>", "packet"]]
    assert [row[:3] for row in cells(page, "Decisions by gate")] == [["allocation", "1", "1"], ["docs_specs", "1", "1"]]
    assert [row[3] for row in cells(page, "Events in order")] == [event.type for event in STORY.events]
    assert cells(page, "Events in order")[0][4] == "reasons: two unknowns"


@pytest.mark.requirement("MU-ALLOC-4024")
def test_the_session_log_holds_runs_and_events_by_time_each_linked_to_its_event() -> None:
    page = pages_of(FILES, RunHistory(STORY.runs, stories={ONE: STORY}))[f"identity/{ONE}.md"]

    assert [(re.sub(r"<[^>]*>", "", row[1]), row[3]) for row in cells(page, "Runs and events by time")] == [
        ("event spec_allocation_refused", '<a href="#event-1">#1</a>'),
        ("event spec_allocated", '<a href="#event-3">#3</a>'),
        ("run of check", '<a href="#event-4">#4</a>'),
        ("event docs_specs", '<a href="#event-4">#4</a>'),
        ("run of check", '<a href="#event-6">#6</a>'),
        ("event docs_specs", '<a href="#event-6">#6</a>'),
    ]


@pytest.mark.requirement("MU-ALLOC-4024")
def test_every_link_within_a_page_leads_to_one_anchor() -> None:
    history = RunHistory(STORY.runs, STORY.events, {ONE: STORY})
    for page in pages_of(FILES, history).values():
        anchors = re.findall(r' id="([^"]*)"', page)
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([^"]*)"', page)) <= set(anchors)


@pytest.mark.requirement("MU-ALLOC-4024")
def test_the_list_of_identities_holds_the_allocated_specs_and_the_records_that_wait() -> None:
    page = pages_of(FILES, RunHistory(stories={ONE: STORY}))["identity/index.md"]

    assert [row[0] for row in cells(page, "Allocated specs")] == [f'<a href="{ONE}.md"><code>{ONE}</code></a>']
    assert cells(page, "Records without identity") == [
        ['<a href="../later/elicitation.md"><code>specs/later/elicitation.md</code></a>', "yes", "none"]
    ]


def test_a_project_without_records_has_no_page_of_identities() -> None:
    folders = {path.partition("/")[0] for path in pages_of({"specs/10-queue.md": BODY}, RunHistory())}

    assert folders == {"compliance", "dashboard", "graph", "runs"}


def test_two_records_with_one_identity_share_its_page() -> None:
    files = {**FILES, "specs/copy/elicitation.md": record(ONE)}

    pages = pages_of(files, RunHistory())

    assert [path for path in pages if path.startswith("identity/")] == ["identity/index.md", f"identity/{ONE}.md"]
    assert len(cells(pages[f"identity/{ONE}.md"], "Elicitation record")) == 2


def test_a_spec_of_which_nothing_is_recorded_says_so() -> None:
    page = pages_of(FILES, RunHistory())[f"identity/{ONE}.md"]

    assert page.endswith(
        "## Story\n\nNothing is recorded of this spec yet; `muster check` records what its gate decides.\n"
    )


@pytest.mark.requirement("MU-ALLOC-4024")
def test_a_link_to_a_generated_page_is_no_dead_link() -> None:
    targets = ("runs/index.md", "identity/index.md", f"identity/{ONE}.md", f"identity/{TWO}.md")
    text = "# Home\n\n" + "".join(f"- [there]({target})\n" for target in targets)
    outcome = outcome_of({**FILES, "specs/index.md": text, "mkdocs.yml": MKDOCS})

    assert [one.message for one in outcome.findings if one.code == "LNK001"] == [
        f"identity/{TWO}.md: there is no specs/identity/{TWO}.md"
    ]
    made = [page.path for page in generated_pages(outcome, (), LINKS)]
    assert [f"specs/{path}" for path in made] == [
        path for path in generated_paths(outcome.project) if not path.startswith("specs/rules/")
    ]


# Text from the ledger


@pytest.mark.requirement("MU-CORE-0024", "MU-SITE-9031")
def test_text_of_the_ledger_is_inert_and_pages_hold_neither_script_nor_style() -> None:
    runs = (run_of(2, error=HOSTILE, name=HOSTILE, spec_ids=(ONE,)), run_of(1, "check"))
    events = (event_of(1, "skeptic_gate", chain=HOSTILE, label="</table>", decision=HOSTILE, conditions=[HOSTILE]),)
    history = RunHistory(runs, (checked(2, "a", 1),), {ONE: SpecStory((*events, checked(2, "a", 1)), runs)})

    pages = pages_of(FILES, history)

    for path in ("runs/index.md", f"identity/{ONE}.md"):
        html = Markdown(extensions=["attr_list", "tables", "toc"]).convert(pages[path].split("---\n\n", 1)[1])
        seen = Tags()
        seen.feed(html)
        assert seen.tags & {"script", "style", "img", "em"} == set()
        assert [name for name in seen.attributes if name == "style" or name.startswith("on")] == []
        assert "<script>alert(1)</script> {{ config }} {% raw %} \\u202egnp.exe" in seen.words
        assert not re.search(r"\{[{%]|\u202e", pages[path])


def test_a_text_of_the_ledger_stands_on_one_line_and_is_cut() -> None:
    assert told("a\r\n  b\x1b[0m") == "a b\\x1b[0m"
    assert told("word " * 100, 20) == "word word word w ..."
    assert told("\u05e9\u05dc\u05d5\u05dd") == "<bdi>\u05e9\u05dc\u05d5\u05dd</bdi>"


# Builds


MKDOCS = """\
site_name: Sample
docs_dir: specs
strict: false
theme: {name: material, font: false}
plugins: [search, muster-specs, muster-compliance: {rules: false}, muster-gate]
"""


def project(folder: Path, settings: str = "") -> Path:
    files = {
        **FILES,
        "mkdocs.yml": MKDOCS,
        "muster.toml": settings,
        "specs/index.md": "# Home\n\n[runs](runs/index.md)\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    done = muster(folder, "sync", "--no-record")
    assert done.returncode == 0, done.stderr
    return folder


def recorded(where: str) -> None:
    """A spec that is allocated, a check that fails and is made good, and a task that is tried twice."""
    with ledger.open(where) as book:
        names = {"record": "specs/queue/elicitation.md", "contract": "specs/queue/objective-contract.json"}
        book.append(draft("spec_allocated", "gate:pass", span(90), names))
        for number, errors in ((1, 2), (2, 0)):
            run = run_of(number, "check", error="2 errors" if errors else "", spec_ids=(ONE,))
            found = {"run_id": run.id, "counts": {"KWD001": errors}, "errors": errors, "warnings": 1}
            kind = "gate:fail" if errors else "gate:pass"
            book.record(run, events=(draft("docs_specs", kind, run.facts.span_id, found),))
        book.record(run_of(3, error=HOSTILE, name=HOSTILE, trace_id=TRACE))
        book.record(run_of(4, name=HOSTILE, trace_id=TRACE, retried=1))


def draft(kind: str, event: Any, own: str, context: dict[str, Any]) -> ledger.Draft:
    return ledger.Draft(
        event=event,
        type=kind,
        trace_id=TRACE,
        span_id=own,
        context={"spec_id": ONE, **context},
        idempotency_key=keyed(kind, own),
    )


def started(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    environment.pop("MUSTER_LEDGER", None)
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
    )


def muster(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return started(folder, "muster", *arguments)


def digests(folder: Path, pattern: str) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob(pattern))
    }


@pytest.mark.site
@pytest.mark.requirement("MU-LEDGER-8041", "MU-ALLOC-4024", "MU-LEDGER-8031")
def test_a_strict_build_shows_the_ledger_and_writes_nothing_into_it(tmp_path: Path) -> None:
    root = project(tmp_path)
    recorded(str(root / ".muster/ledger.db"))
    before = digests(root / ".muster", "ledger.db")

    first = started(root, "mkdocs", "build", "--strict")
    pages = digests(root / "site", "*.html")
    second = started(root, "mkdocs", "build", "--strict")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr
    assert digests(root / "site", "*.html") == pages, "the same ledger gives the same bytes"
    assert digests(root / ".muster", "ledger.db") == before
    runs = (root / "site/runs/index.html").read_text("utf-8")
    assert [row[1] for row in cells(runs, "Runs by task")] == ["2", "2"]
    assert [row[2:] for row in cells(runs, "Decisions of the gate, the latest first")] == [["0", "1"], ["2", "1"]]
    assert f'href="../identity/{ONE}/"' in runs
    assert "<script>alert" not in runs
    spec = (root / f"site/identity/{ONE}/index.html").read_text("utf-8")
    assert '<a href="../../compliance/queue/">1 requirement' in spec
    assert '<a href="../../queue/elicitation/">' in spec
    assert [row[0] for row in cells(spec, "Events in order")] == ["#1", "#2", "#3"]
    navigation = re.findall(r'<a href="([^"]*)" class="md-nav__link">', (root / "site/404.html").read_text("utf-8"))
    assert [href for href in navigation if href.startswith(("/runs", "/identity"))] == ["/identity/", "/runs/"]


@pytest.mark.site
@pytest.mark.requirement("MU-LEDGER-8031")
def test_a_build_makes_no_ledger(tmp_path: Path) -> None:
    root = project(tmp_path)

    done = started(root, "mkdocs", "build", "--strict")

    assert done.returncode == 0, done.stderr
    assert list((root / ".muster").glob("ledger*")) == []
    assert "No run is recorded yet" in (root / "site/runs/index.html").read_text("utf-8")


@pytest.mark.site
@pytest.mark.requirement("MU-LEDGER-8041")
def test_a_ledger_that_is_no_database_is_a_warning_which_fails_a_strict_build_only(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / ".muster/ledger.db").write_bytes(b"no database\n" * 100)

    loose = started(root, "mkdocs", "build")
    strict = started(root, "mkdocs", "build", "--strict")

    warning = "WARNING -  muster-compliance: the pages show no runs: "
    assert loose.returncode == 0, loose.stderr
    assert warning in loose.stderr
    assert "it is no SQLite database; help: move that file away: a new ledger is made" in loose.stderr
    assert (strict.returncode, warning in strict.stderr) == (1, True)
    assert (root / ".muster/ledger.db").read_bytes() == b"no database\n" * 100


def test_a_page_without_ledger_names_no_path_of_this_machine(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / ".muster/ledger.db").write_bytes(b"no database\n" * 100)

    done = muster(root, "pages", "made")

    assert done.returncode == 0
    assert "muster: the pages show no runs: " in done.stderr
    assert "help: move that file away: a new ledger is made\n" in done.stderr
    for path in ("made/runs/index.md", f"made/identity/{ONE}.md", "made/identity/index.md"):
        page = (root / path).read_text("utf-8")
        assert "The ledger could not be read when this page was made" in page
        assert str(tmp_path) not in page


@pytest.mark.requirement("MU-SITE-9004", "MU-LEDGER-8041")
def test_muster_pages_writes_the_same_pages_from_sqlite_and_from_postgres(tmp_path: Path, postgres_url: str) -> None:
    root = project(tmp_path)
    recorded(str(root / ".muster/ledger.db"))
    recorded(postgres_url)

    assert muster(root, "pages", "specs/made", "--docs", "specs").returncode == 0
    sqlite = (root / "specs/made/runs/index.md").read_text("utf-8")
    (root / "muster.toml").write_text(f'[ledger]\nurl = "{postgres_url}"\n', "utf-8")
    assert muster(root, "pages", "specs/made", "--docs", "specs").returncode == 0
    postgres = (root / "specs/made/runs/index.md").read_text("utf-8")

    times = re.compile(r"<time.*?</time>")  # of the events, which each ledger gives itself
    assert times.sub("", sqlite) == times.sub("", postgres)
    assert len(cells(sqlite, "All runs, the latest first")) == 4
    story = (root / f"specs/made/identity/{ONE}.md").read_text("utf-8")
    assert [row[0] for row in cells(story, "Events in order")] == ["#1", "#2", "#3"]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE experiences SET provenance = '[]'", "the run task_exec_nightly_"),
        ("UPDATE events SET recorded_at = '2026-13-01T00:00:00Z'", "an event is damaged: "),
        ("UPDATE events SET context = '[]' WHERE type = 'docs_specs'", "an event is damaged: "),
    ],
)
def test_a_row_that_was_damaged_is_told_and_no_defect(tmp_path: Path, statement: str, problem: str) -> None:
    where = tmp_path / "ledger.db"
    recorded(str(where))
    connection = sqlite3.connect(where)
    connection.execute(statement)
    connection.commit()
    connection.close()

    history = history_read(lambda: ledger.Ledger.open(where, reading=True), [ONE])

    assert history == RunHistory(problem=history.problem, remedy=history.remedy)
    assert history.problem.startswith(problem)
    assert history.remedy
