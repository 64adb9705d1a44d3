"""What the guide says of the ledger and of allocation comes true."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from muster import ledger
from muster.cli.app import run
from muster.ledger.events import Event, Stored, breaks_in
from muster.ledger.invariants import Standing, violations
from muster.ledger.patterns import PATTERNS
from muster.ledger.rows import Run
from muster.rules.table import RULES
from muster.settings import settings_from
from muster.text.canonical import canonical

GUIDE = Path(__file__).parents[1] / "specs" / "guide"
FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
NAMESPACE = "6f1a4c1e-93f1-5c4e-8a7b-2f0e5d6c7b8a"  # under which the IDs of the page are minted


def section(page: str, heading: str) -> str:
    """What stands below a heading, its subsections included; in a fence, `#` begins no heading."""
    lines = (GUIDE / page).read_text(encoding="utf-8").split("\n")
    level, fenced = heading.index(" "), False
    found: list[str] = []
    for line in lines[lines.index(heading) + 1 :]:
        fenced ^= line.startswith("```")
        if not fenced and re.match(rf"#{{1,{level}}} ", line):
            break
        found.append(line)
    return "\n".join(found)


def fences(page: str, heading: str, info: str) -> list[str]:
    """The fences below a heading whose first line begins so."""
    return [match["body"] for match in FENCE.finditer(section(page, heading)) if match["info"].startswith(info)]


def said(command: list[str], folder: Path) -> str:
    """What a command prints where `python` is the one that runs the tests."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.requirement("MU-LEDGER-8026", "MU-LEDGER-8013")
def test_the_four_checks_of_the_guide_run_as_they_stand_and_print_what_it_shows(tmp_path: Path) -> None:
    checks = fences("ledger.md", "## Four checks", "sh")
    shown = fences("ledger.md", "## Four checks", "text")

    assert len(checks) == 4
    assert [said(["bash", "-c", check], tmp_path) for check in checks] == shown


@pytest.mark.requirement("MU-LEDGER-8026", "MU-LEDGER-8010")
def test_the_example_in_python_records_retries_and_queries(tmp_path: Path) -> None:
    (example,) = fences("ledger.md", "## From Python", "python")

    assert [said([sys.executable, "-c", example], tmp_path)] == fences("ledger.md", "## From Python", "text")


@pytest.mark.requirement("MU-LEDGER-8026")
def test_each_name_that_the_guide_lists_is_one_of_the_library() -> None:
    rows = re.findall(r"^\| (`(?:ledger|book|attempt)\..*?) \|", section("ledger.md", "## From Python"), re.MULTILINE)
    listed = re.findall(r"(ledger|book|attempt)\.(\w+)\(", "\n".join(rows))
    holders = {"ledger": ledger, "book": ledger.Ledger, "attempt": ledger.Attempt}

    assert len(listed) >= len(rows)
    assert [name for holder, name in listed if not callable(getattr(holders[holder], name, None))] == []


@pytest.mark.requirement("MU-LEDGER-8023")
def test_the_guide_lists_each_pattern_of_scrubbing_with_what_it_leaves() -> None:
    text = section("ledger.md", "## Scrubbing")
    listed = re.findall(r"^\| ([^|]+) \| [^|]+ \| `([^|`]+)`[^|]* \|$", text, re.MULTILINE)

    assert listed == [(pattern.name, pattern.leaves.removeprefix(r"\1")) for pattern in PATTERNS]


@pytest.mark.requirement("MU-LEDGER-8003")
def test_each_query_of_the_guide_is_answered_by_the_index_that_it_names(tmp_path: Path) -> None:
    queries = fences("ledger.md", "## Five queries", "sql")
    ledger.open(tmp_path / "ledger.db").close()
    database = sqlite3.connect(tmp_path / "ledger.db")

    assert len(queries) == 5
    for query in queries:
        index = query.removeprefix("-- ").split(":", 1)[0]
        steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}")]
        assert len(steps) == 1, steps  # no step sorts
        assert f" INDEX {index} (" in steps[0]
    database.close()


@pytest.mark.requirement("MU-LEDGER-8025")
def test_the_task_of_the_guide_is_one_that_the_settings_take() -> None:
    (example,) = fences("ledger.md", "## Tasks", "toml")

    (task,) = settings_from(example, "muster.toml").tasks

    assert (task.slug, task.window, task.retries) == ("daily_reflection", "1d", 2)


@pytest.mark.requirement("MU-LEDGER-8002")
def test_the_run_that_the_guide_shows_is_one_that_a_ledger_takes() -> None:
    (shown,) = fences("formats.md", "### A run", "json")
    row = msgspec.json.decode(shown)

    found = msgspec.convert(row, Run)

    assert violations(row, Standing(script_runs=frozenset(found.facts.io.script_runs))) == []
    assert msgspec.json.decode(msgspec.json.encode(found)) == row


@pytest.mark.requirement("MU-LEDGER-8030")
def test_the_event_that_the_guide_shows_has_the_digest_of_its_content() -> None:
    (shown,) = fences("formats.md", "### An event", "json")
    event = msgspec.json.decode(shown, type=Event)

    stored = Stored(**{**msgspec.structs.asdict(event), "context": canonical(event.context).decode()})

    assert list(breaks_in([stored])) == []


@pytest.mark.requirement("MU-ALLOC-4002", "MU-ALLOC-4010", "MU-ALLOC-4015")
def test_allocating_says_what_the_guide_shows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (record,) = fences("allocation.md", "## Record and contract", "markdown title")
    (contract,) = fences("allocation.md", "## Record and contract", "json title")
    refused, allocated = fences("allocation.md", "## Allocating", "console")[:2]
    settled = record.replace("planning: false", "planning: true").replace(":\n  - Who may cancel an invoice?", ": []")
    folder = tmp_path / "specs" / "billing"
    folder.mkdir(parents=True)
    (tmp_path / "muster.toml").write_text(f'namespace = "{NAMESPACE}"\n', encoding="utf-8")
    (folder / "objective-contract.json").write_text(contract, encoding="utf-8")

    def happens(session: str) -> str:
        """The session with what its commands say, standard output before standard error."""
        found = ""
        for line in re.findall(r"^\$ muster (.*)$", session, re.MULTILINE):
            capfd.readouterr()
            run(["-C", str(tmp_path), *line.replace("specs", str(tmp_path / "specs")).split()])
            found += f"$ muster {line}\n{''.join(capfd.readouterr())}"
        return found

    (folder / "elicitation.md").write_text(record, encoding="utf-8")
    assert happens(refused) == refused

    (folder / "elicitation.md").write_text(settled, encoding="utf-8")
    assert happens(allocated) == allocated


def test_the_guide_lists_each_rule_of_allocation() -> None:
    text = section("allocation.md", "## Tying specs to a record")
    listed = re.findall(r"^\| \[(\w+)\]\(\.\./rules/\1\.md\) \|", text, re.MULTILINE)

    assert listed == [code for code in RULES if code.startswith("ALO")]
