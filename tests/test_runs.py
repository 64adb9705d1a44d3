"""`muster runs` and `muster events`: asking, carrying and verifying."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import msgspec
import pytest

from muster import ledger
from muster.cli.app import run
from muster.ledger.events import GENESIS, sealed
from muster.ledger.task import Clock
from repositories import repository, write

SPEC = "# Queue SPEC\n\nStatus: draft\n\nConformance language: RFC 2119 and RFC 8174\n\n- [QUEUE-1001] It MUST be.\n"
JUNIT = (
    '<testsuites><testsuite name="unit" timestamp="2026-01-02T03:04:05" time="1.5" tests="2" failures="1">'
    '<testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite></testsuites>'
)

Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", {"specs/10-queue.md": SPEC, ".gitignore": ".muster/\n"})


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


@pytest.fixture
def history(project: Path, muster: Muster) -> Path:
    """A project in which something happened."""
    muster("sync")
    muster("check")
    muster("run", "--task", "flaky", "--retries", "1", "--", "sh", "-c", "exit 4")
    return project


@pytest.mark.requirement("MU-LEDGER-8040")
@pytest.mark.usefixtures("history")
def test_runs_are_listed_the_latest_first_and_by_what_is_asked(muster: Muster) -> None:
    status, out, _ = muster("runs")

    assert status == 0
    lines = [re.sub(r" {2,}", "  ", line) for line in out.splitlines()]
    assert [re.sub(r"^\S+ \S+  ", "", re.sub(r"[0-9.]+ m?s  [0-9a-f]{16}", "T ID", line)) for line in lines] == [
        "flaky  failed  T ID attempt 2  sh ended with exit status 4",
        "flaky  failed  T ID  sh ended with exit status 4",
        "check  success  T ID",
        "sync  success  T ID",
    ]
    for arguments, count in (
        (["--task", "check"], 1),
        (["--status", "failed"], 2),
        (["--status", "failed", "--task", "check"], 0),
        (["--since", "1h"], 4),
        (["--until", "2026-01-01"], 0),
        (["--limit", "3"], 3),
    ):
        assert muster("runs", *arguments)[1].count("\n") == count, arguments


@pytest.mark.requirement("MU-LEDGER-8040")
@pytest.mark.usefixtures("history")
def test_runs_as_json_are_valid_under_the_published_schema(muster: Muster) -> None:
    schema = json.loads(muster("schema", "run")[1])

    rows = json.loads(muster("runs", "--format", "json")[1])

    assert len(rows) == 4
    for row in rows:
        jsonschema.validate(row, schema)
    [trace] = {row["content"]["structured"]["trace_id"] for row in rows if row["content"]["structured"]["attempt"] == 2}
    assert len(json.loads(muster("runs", "--trace", trace, "--format", "json")[1])) == 2


@pytest.mark.requirement("MU-LEDGER-8040")
@pytest.mark.usefixtures("history")
def test_one_run_is_shown_with_its_other_attempts_and_its_events(muster: Muster) -> None:
    [latest, *_] = json.loads(muster("runs", "--format", "json")[1])

    status, out, _ = muster("runs", "show", latest["id"][-16:])

    assert status == 0
    assert "\nran sh -c 'exit 4'\n  exit status 4\n" in out
    assert out.count("sh ended with exit status 4\n") >= 3  # its words, and the two attempts
    assert json.loads(muster("runs", "show", latest["id"], "--format", "json")[1])["run"] == latest
    assert muster("runs", "show", "0" * 16) == (
        2,
        "",
        "muster: there is no run 0000000000000000\nhelp: `muster runs` lists the latest\n",
    )


@pytest.mark.requirement("MU-LEDGER-8040")
def test_without_a_ledger_the_lists_are_empty_and_say_what_fills_them(project: Path, muster: Muster) -> None:
    assert muster("runs") == (
        0,
        "",
        "no run is recorded yet; `muster check` and `muster run` record theirs\n",
    )
    assert muster("runs", "--format", "json") == (0, "[]\n", "")
    assert muster("events") == (0, "", "no event is recorded yet; `muster check` records what it decides\n")
    assert muster("events", "verify") == (0, "", "no event is recorded yet\n")
    assert muster("events", "head")[1] == f"0:sha256:{'0' * 64}\n"
    assert not (project / ".muster/ledger.db").exists()


@pytest.mark.requirement("MU-LEDGER-8024")
def test_runs_of_the_past_are_recorded_once(project: Path, muster: Muster) -> None:
    write(project, {"out/junit.xml": JUNIT, "out/copy.xml": JUNIT, "out/broken.json": '{"task": '})

    counted = muster("runs", "backfill", "--dry-run", "out")
    assert (counted[0], counted[1]) == (1, "1 run would be recorded, 1 known, from 3 files\n")
    assert not (project / ".muster/ledger.db").exists()
    assert "out/broken.json" in counted[2]
    assert muster("runs", "backfill", "out")[1] == "1 run recorded, 1 known, from 3 files\n"
    assert muster("runs", "backfill", "out/junit.xml") == (0, "0 runs recorded, 1 known, from 1 file\n", "")

    [row] = json.loads(muster("runs", "--format", "json")[1])
    facts = row["content"]["structured"]
    assert row["meta"] == {"scrubbed": False, "backfilled": True, "spec_ids": []}
    assert (facts["started_at_iso"], facts["duration_ms"]) == ("2026-01-02T03:04:05.000000Z", 1500)
    assert facts["error"] == {"type": "TestFailure", "message": "1 of 2 tests failed: b", "stack_hash": None}


@pytest.mark.requirement("MU-LEDGER-8042")
def test_history_is_carried_from_one_ci_run_to_the_next(history: Path, muster: Muster, tmp_path: Path) -> None:
    muster("runs", "export", str(tmp_path / "history.jsonl"))
    head = muster("events", "head")[1]
    runs = muster("runs", "--format", "json")[1]
    for path in (history / ".muster").glob("ledger.db*"):
        path.unlink()

    assert muster("runs", "import", str(tmp_path / "history.jsonl"))[2] == (
        "4 runs and 2 events brought in, 0 and 0 known\n"
    )
    assert (muster("events", "head")[1], muster("runs", "--format", "json")[1]) == (head, runs)
    muster("check")
    assert muster("runs", "import", str(tmp_path / "history.jsonl"))[2] == (
        "0 runs and 0 events brought in, 4 and 2 known\n"
    )
    assert muster("events", "verify", "--head", head.strip())[0] == 0


@pytest.mark.requirement("MU-LEDGER-8042")
def test_histories_that_parted_are_merged_only_where_that_is_asked(
    history: Path, muster: Muster, tmp_path: Path
) -> None:
    start, other = tmp_path / "start.jsonl", tmp_path / "other.jsonl"
    muster("runs", "export", str(start))
    muster("check")
    muster("runs", "export", str(other))
    for path in (history / ".muster").glob("ledger.db*"):
        path.unlink()
    muster("runs", "import", str(start))
    muster("check")
    before = muster("events")[1]

    status, _, err = muster("runs", "import", str(other))

    assert status == 2
    assert err.endswith("help: `--merge` appends what is not known here\n")
    assert muster("events")[1] == before
    assert muster("runs", "import", "--merge", str(other))[2] == "1 run and 1 event brought in, 4 and 2 known\n"
    assert muster("events")[1].startswith(before)
    assert muster("events", "verify")[0] == 0


@pytest.mark.requirement("MU-LEDGER-8042")
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:-40], "it was cut off"),
        (lambda data: data.replace(b"docs_specs", b"docs_spec2"), "the chain of its events is broken"),
        (lambda data: b"# Notes\n" + data, "it is no history of Muster of version 1"),
        (lambda data: data.replace(b'"attempt":1', b'"attempt":"1"', 1), "it cannot be read"),
    ],
    ids=["cut off", "changed", "no history", "no run"],
)
def test_a_damaged_history_is_not_brought_in(
    damage: Callable[[bytes], bytes], words: str, history: Path, muster: Muster, tmp_path: Path
) -> None:
    file = tmp_path / "history.jsonl"
    muster("runs", "export", str(file))
    file.write_bytes(damage(file.read_bytes()))
    for path in (history / ".muster").glob("ledger.db*"):
        path.unlink()

    status, _, err = muster("runs", "import", str(file))

    assert (status, words in err) == (2, True), err
    assert muster("runs")[1] == ""


@pytest.mark.requirement("MU-LEDGER-8042")
def test_a_retry_whose_clock_jumped_back_is_brought_in_behind_what_it_retries(
    project: Path, muster: Muster, tmp_path: Path
) -> None:
    now = [2_000_000.0, 1_000_000.0]
    clock = Clock(now=lambda: now.pop(0), ticks=lambda: 0.0)
    (project / ".muster").mkdir()
    with ledger.open(project / ".muster/ledger.db") as book:
        first = ledger.begin("jumpy", clock=clock)
        book.record(first.failed("no"))
        book.record(first.again().succeeded())
    muster("runs", "export", str(tmp_path / "history.jsonl"))
    for path in (project / ".muster").glob("ledger.db*"):
        path.unlink()

    assert muster("runs", "import", str(tmp_path / "history.jsonl"))[2].startswith("2 runs and 0 events brought in")


@pytest.mark.requirement("MU-LEDGER-8042")
def test_one_run_that_is_refused_keeps_all_others_out(history: Path, muster: Muster, tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    muster("runs", "export", str(file))
    lines = file.read_bytes().splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if line.startswith(b'{"run":'))
    lines[last] = re.sub(rb'"duration_ms":[0-9]+', b'"duration_ms":999999', lines[last])
    file.write_bytes(b"".join(lines))
    for path in (history / ".muster").glob("ledger.db*"):
        path.unlink()

    status, _, err = muster("runs", "import", str(file))

    assert (status, "`duration_ms` is 999999; from start to end it is" in err) == (2, True), err
    assert muster("runs")[1] == ""


@pytest.mark.requirement("MU-LEDGER-8031")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "nonsense"}, "`type` is 'nonsense'"),
        ({"event": "gate:zzz"}, "`event` is 'gate:zzz'"),
        ({"context": {"spec_id": None, "reasons": 5}}, "`context.run_id` is missing"),
    ],
)
def test_an_event_that_no_ledger_takes_is_not_brought_in(
    change: dict[str, object], words: str, history: Path, muster: Muster, tmp_path: Path
) -> None:
    with ledger.open(history / ".muster/ledger.db") as book:
        event = book.events(type="docs_specs")[-1]
    told = {name: getattr(event, name) for name in ledger.Draft.__struct_fields__} | change
    forged = sealed(told, 1, event.recorded_at, GENESIS)
    head, end = b'{"format":"muster-history","version":1}', b'{"end":{"runs":0,"events":1}}'
    (tmp_path / "forged.jsonl").write_bytes(b"\n".join([head, msgspec.json.encode({"event": forged}), end, b""]))

    status, _, err = muster("runs", "import", "--merge", str(tmp_path / "forged.jsonl"))

    assert (status, words in err) == (2, True), err


@pytest.mark.requirement("MU-LEDGER-8030")
def test_the_chain_is_verified_from_the_command_line(history: Path, muster: Muster) -> None:
    head = muster("events", "head")[1].strip()
    with sqlite3.connect(history / ".muster/ledger.db") as connection:
        connection.execute("""UPDATE events SET context = replace(context, '"errors":0', '"errors":9') WHERE seq = 2""")
    connection.close()

    status, out, err = muster("events", "verify")

    assert status == 1
    assert out.startswith("event 2 was changed: its digest is sha256:")
    assert err.startswith("2 events: 1 break in the chain\nhelp: ")

    with sqlite3.connect(history / ".muster/ledger.db") as connection:
        connection.execute("DELETE FROM events WHERE seq = 2")
    connection.close()
    assert muster("events", "verify")[0] == 0
    assert muster("events", "verify", "--head", head)[:2] == (
        1,
        "event 2 of the head is missing: the chain ends with 1\n",
    )
    assert muster("events", "verify", "--head", "12")[0] == 2


@pytest.mark.requirement("MU-LEDGER-8032")
def test_events_are_exported_as_json_lines_and_valid_under_the_schema(history: Path, muster: Muster) -> None:
    schema = json.loads(muster("schema", "event")[1])

    assert muster("events", "export", "events.jsonl")[2] == "events.jsonl: 2 events\n"

    lines = (history / "events.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [1, 2]
    for line in lines:
        jsonschema.validate(json.loads(line), schema)
    assert muster("events", "--type", "docs_specs", "--format", "jsonl")[1] == f"{lines[1]}\n"


@pytest.mark.requirement("MU-LEDGER-8032")
def test_events_are_read_as_they_come(history: Path, muster: Muster) -> None:
    command = [sys.executable, "-m", "muster", "events", "--follow", "--format", "jsonl", "--after", "1"]
    process = subprocess.Popen(command, cwd=history, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        assert json.loads(process.stdout.readline())["seq"] == 2
        muster("check")
        assert json.loads(process.stdout.readline())["seq"] == 3
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def test_a_thing_that_is_no_time_is_told(muster: Muster) -> None:
    status, _, err = muster("runs", "--since", "yesterday")

    assert status == 2
    assert "'yesterday' is no time; write 2026-11-28, 2026-11-28T09:20:34Z, or 2h, 7d for as long ago" in err


@pytest.mark.parametrize(
    "words", [["--since", "999999w"], ["--since", "9999-12-31T23:59:59-12:00"], ["--task", "\udcff"]]
)
@pytest.mark.usefixtures("history")
def test_what_is_out_of_all_bounds_is_no_defect(words: list[str], muster: Muster) -> None:
    assert muster("runs", *words)[0] == 0


def test_a_type_that_no_event_has_is_told(muster: Muster) -> None:
    status, _, err = muster("events", "--type", "docs_spec")

    assert status == 2
    assert err.startswith("muster: there is no type of event 'docs_spec'\nhelp: did you mean docs_specs? ")


def test_a_listing_reads_while_another_process_writes(history: Path, muster: Muster) -> None:
    with ledger.open(history / ".muster/ledger.db") as book:
        for _ in range(50):
            book.record(ledger.begin("busy").succeeded())
        started = time.monotonic()
        assert muster("runs", "--limit", "60")[1].count("\n") == 54
    assert time.monotonic() - started < 30
