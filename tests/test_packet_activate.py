"""`muster packet activate`: packet, registry and event in one step, wherever an earlier run was stopped."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster import ledger
from muster.cli.app import run
from muster.packets.activating import stub_in
from muster.packets.packet import Field
from muster.packets.reading import packet_in
from muster.packets.registry import Entry, Refused, Row, activated_row
from repositories import repository, write

STUB_PATH = "gov/task_packets/stubs/WP-1-Lens-v3.md"
PACKET_PATH = "gov/task_packets/WP-1-Lens-v3.md"
REGISTRY_PATH = "gov/REGISTRY.md"
STUB = """# TASK_PACKET_STUB_TEMPLATE

This is a BACKLOG STUB.

# Work Packet Stub: WP-1-Lens-v3

## STUB_METADATA
- WP_ID: WP-1-Lens-v3
- BASE_WP_ID: WP-1-Lens
- CREATED_AT: 2026-03-04T00:00:00Z
- STUB_STATUS: STUB (NOT READY FOR DEV)
- RISK: LOW
- SPEC_TARGET: gov/CURRENT.md (currently v02.md)
- SPEC_ANCHOR_CANDIDATES (Main Body, not Roadmap):
  - v02.md 10.4 Calendar Lens
  - Sync

## INTENT (DRAFT)
- What: all of it \u2013 fully.
- Status: as it was.

```md
## GAPS_IDENTIFIED
```

## GAPS_IDENTIFIED
- Too many.
"""
CARRIED = """
## WORK_PACKET
- STUB: gov/task_packets/stubs/WP-1-Lens-v3.md
- Status: Draft
- BASE_WP_ID: WP-1-Lens
- RISK: LOW
- SPEC_ANCHOR_CANDIDATES (Main Body, not Roadmap):
  - v02.md 10.4 Calendar Lens
  - Sync

TASK_PACKET_STUB_TEMPLATE

This is a BACKLOG STUB.

Work Packet Stub: WP-1-Lens-v3

## INTENT (DRAFT)
- What: all of it \\\\u2013 fully.
- Status: as it was.

```md
## GAPS_IDENTIFIED
```

## STUB_GAPS_IDENTIFIED
- Too many.
"""
SPEC = "# Calendar SPEC\n\n## 10.4 Calendar Lens (Normative)\n\nEvents.\n\n## 10.5 Sync\n\nText.\n"
REGISTRY = (
    f"# Registry\n\nA stub is {STUB_PATH}.\n\n| Base | Packet | Notes |\r\n|---|---|---|\r\n"
    f"| WP-1-Lens | `{STUB_PATH}` | from {STUB_PATH} \xa0|\r\n| WP-2 | x | y |"
)
MOVED = REGISTRY.replace(f"| `{STUB_PATH}` |", f"| `{PACKET_PATH}` |")
SETTINGS = f'[packets]\nregistry = "{REGISTRY_PATH}"\ntask_board = "gov/BOARD.md"\n'
FILES = {
    "muster.toml": SETTINGS,
    ".gitignore": ".muster/\n",
    "v02.md": SPEC,
    "gov/CURRENT.md": "It is **v02.md**; see **Codex v1.md**.\n",
    REGISTRY_PATH: REGISTRY,
    STUB_PATH: STUB,
}
ACTIVE = f"WP-1-Lens-v3 is active: {PACKET_PATH}\n"
NEXT = f"next: answer what is still `<fill: ...>` in it, then run `muster packet check {PACKET_PATH}`\n"
DONE = (0, f"written {PACKET_PATH}\nwritten {REGISTRY_PATH}\n", ACTIVE + NEXT)
ALREADY = (0, "", "WP-1-Lens-v3 is active already; nothing was written\n")

STAY_WORDS = (
    "name headings, section numbers, requirement IDs or lines, L20-L31;"
    " with --anchor, candidates of the stub that fit nothing stay words"
)
NO_STUB = "help: a stub lies in a folder `stubs`, or has STUB_METADATA\n"

Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", FILES)


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of `muster packet activate` in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), "packet", "activate", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def activations(project: Path) -> list[dict[str, Any]]:
    with ledger.open(project / ".muster/ledger.db") as book:
        assert book.broken() == []
        found = book.events(type="gov_work_packet_activated")
    return [{"code": event.code, "key": event.idempotency_key, **event.context} for event in found]


def registry(project: Path) -> str:
    return (project / REGISTRY_PATH).read_bytes().decode()


@pytest.mark.requirement("MU-PKT-5023")
@pytest.mark.requirement("MU-PKT-5030")
def test_packet_registry_and_event_come_in_one_step(project: Path, muster: Muster) -> None:
    assert muster("WP-1-Lens-v3") == DONE

    text = (project / PACKET_PATH).read_text(encoding="ascii")
    assert "- SPEC_TARGET_RESOLVED: gov/CURRENT.md -> v02.md\n" in text
    assert "- SPEC_ANCHOR: v02.md 10.4 Calendar Lens (Normative)\n" in text
    assert "- SPEC_ANCHOR: v02.md 10.5 Sync\n" in text
    assert text.endswith("  Text.\n  ```\n" + CARRIED)
    assert registry(project) == MOVED
    assert (project / STUB_PATH).read_text(encoding="utf-8") == STUB
    [event] = activations(project)
    assert event == {
        "code": "FR-EVT-GOV-WP-001",
        "key": event["key"],
        "spec_id": None,
        "base_wp_id": "WP-1-Lens",
        "work_packet_id": "WP-1-Lens-v3",
        "stub_packet_ref": STUB_PATH,
        "active_packet_ref": PACKET_PATH,
        "traceability_registry_ref": REGISTRY_PATH,
        "task_board_ref": "gov/BOARD.md",
        "idempotency_key": event["key"],
    }
    assert muster(STUB_PATH) == ALREADY
    assert activations(project) == [event]


@pytest.mark.requirement("MU-PKT-5023")
def test_a_dry_run_shows_both_changes_and_makes_none(project: Path, muster: Muster) -> None:
    status, out, err = muster("WP-1-Lens-v3", "--dry-run")

    assert (status, err) == (0, "nothing is written\n")
    assert out.startswith(f"--- /dev/null\n+++ b/{PACKET_PATH}\n")
    assert f"--- a/{REGISTRY_PATH}\n+++ b/{REGISTRY_PATH}\n" in out
    assert registry(project) == REGISTRY
    assert not (project / PACKET_PATH).exists()
    assert not (project / ".muster/ledger.db").exists()


@pytest.mark.requirement("MU-PKT-5023")
def test_a_run_stopped_after_the_packet_is_finished_by_the_next(project: Path, muster: Muster) -> None:
    write(project, {PACKET_PATH: "## TECHNICAL_REFINEMENT\n- WP_ID: WP-1-Lens-v3\n- edited: since\n"})

    assert muster("WP-1-Lens-v3") == (0, f"written {REGISTRY_PATH}\n", ACTIVE)

    assert (project / PACKET_PATH).read_text().endswith("- edited: since\n")
    assert registry(project) == MOVED
    assert len(activations(project)) == 1
    assert muster("WP-1-Lens-v3") == ALREADY


@pytest.mark.requirement("MU-PKT-5023")
def test_a_run_killed_before_its_event_is_finished_by_the_next(project: Path, muster: Muster) -> None:
    ledger.open(project / ".muster/ledger.db").close()
    with sqlite3.connect(project / ".muster/ledger.db", isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")  # nobody else can append
        command = [sys.executable, "-m", "muster", "-C", str(project), "packet", "activate", "WP-1-Lens-v3"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while registry(project) != MOVED:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        assert process.wait() == -signal.SIGKILL
        holder.execute("ROLLBACK")
    assert activations(project) == []
    before = (project / PACKET_PATH).read_bytes()

    assert muster("WP-1-Lens-v3") == (0, "", ACTIVE)

    assert (project / PACKET_PATH).read_bytes() == before
    assert len(activations(project)) == 1
    assert muster("WP-1-Lens-v3") == ALREADY


@pytest.mark.requirement("MU-PKT-5023")
@pytest.mark.parametrize(
    ("changed", "message", "remedy"),
    [
        (
            {REGISTRY_PATH: "# Registry\n\nNo table.\n"},
            [f"{REGISTRY_PATH} has no row with {STUB_PATH}"],
            "add one to its table: a cell of it is that path",
        ),
        (
            {REGISTRY_PATH: f"| a | b |\n|---|---|\n| x | {STUB_PATH} |\n| y | {STUB_PATH} |\n"},
            [f"{REGISTRY_PATH} has 2 rows with {STUB_PATH}: lines 3, 4"],
            "leave one of them",
        ),
        (
            {REGISTRY_PATH: f"| a | b |\n|---|---|\n| x | {STUB_PATH} |\n| y | {PACKET_PATH} |\n"},
            [f"{REGISTRY_PATH} names {PACKET_PATH} in line 4 and its stub in line 3"],
            "leave one of the two rows",
        ),
        (
            {"muster.toml": '[packets]\nregistry = "gov"\n'},
            ["gov cannot be read: is a directory"],
            "mend the registry, or the setting `packets.registry`",
        ),
        (
            {PACKET_PATH: "# Mine\n\n- WP_ID: WP-9\n"},
            [f"{PACKET_PATH} is there already, and its WP_ID is 'WP-9', not 'WP-1-Lens-v3'"],
            "no packet is replaced: move it, or correct its WP_ID",
        ),
        (
            {STUB_PATH: STUB.replace("  - Sync", "  - v02.md Synch\n  - Sink")},
            [
                "'Synch' is no heading, section number or requirement ID of the spec; nearest is line 7: 10.5 Sync",
                "'Sink' is no heading, section number or requirement ID of the spec; nearest is line 7: 10.5 Sync",
            ],
            STAY_WORDS,
        ),
        (
            {STUB_PATH: STUB.replace("SPEC_TARGET: gov/CURRENT.md", "SPEC_TARGET: gov/NONE.md")},
            ["gov/NONE.md leads to no file of the project, or to several"],
            "name the spec by its path from the root of the project",
        ),
        (
            {STUB_PATH: STUB.replace("- SPEC_TARGET", "- TARGET")},
            ["the stub names no SPEC_TARGET"],
            "write it into the stub, or name the spec with --spec",
        ),
        (
            {STUB_PATH: STUB.replace("- WP_ID: WP-1-Lens-v3", "- WP_ID: WP-1-Lens-v4")},
            [f"{PACKET_PATH} is not named for WP-1-Lens-v4"],
            "name it WP-1-Lens-v4.md, so that both agree",
        ),
        (
            {STUB_PATH: STUB.replace("- WP_ID: WP-1-Lens-v3\n", "")},
            [f"{STUB_PATH} has no WP_ID"],
            "write `- WP_ID: WP-1-Login-v1` into it",
        ),
    ],
    ids=[
        "no row",
        "two rows",
        "a row of each",
        "no registry",
        "another packet",
        "no such headings",
        "no such target",
        "no target",
        "another name",
        "no ID",
    ],
)
def test_what_stands_in_the_way_is_told_and_nothing_is_written(
    project: Path,
    capfd: pytest.CaptureFixture[str],
    changed: dict[str, str],
    message: list[str],
    remedy: str,
) -> None:
    write(project, changed)
    before = {path: path.read_bytes() for path in project.glob("gov/**/*.md")}

    status = run(["-C", str(project), "packet", "activate", str(project / STUB_PATH)])

    words = "".join(f"muster: {one}\n" for one in message)
    assert (status, *capfd.readouterr()) == (1, "", f"{words}help: {remedy}\n")
    assert {path: path.read_bytes() for path in project.glob("gov/**/*.md")} == before
    assert activations(project) == []


@pytest.mark.requirement("MU-PKT-5023")
def test_anchors_of_the_command_stand_in_for_candidates_that_fit_nothing(project: Path, muster: Muster) -> None:
    write(project, {STUB_PATH: STUB.replace("  - Sync", "  - Synch requirements")})

    status, out, err = muster("WP-1-Lens-v3", "--anchor", "10.5")

    assert (status, out) == (0, DONE[1])
    assert err == (
        f"'Synch requirements' of SPEC_ANCHOR_CANDIDATES is no heading of the spec, and stays words\n{ACTIVE}{NEXT}"
    )
    text = (project / PACKET_PATH).read_text(encoding="ascii")
    assert text.count("#### ANCHOR") == 2
    assert "  - Synch requirements\n" in text


@pytest.mark.requirement("MU-PKT-5023")
def test_a_project_without_registry_and_board_has_none_in_the_event(project: Path, muster: Muster) -> None:
    write(project, {"muster.toml": ""})

    assert muster("WP-1-Lens-v3") == (0, f"written {PACKET_PATH}\n", DONE[2])

    [event] = activations(project)
    assert (event["traceability_registry_ref"], event["task_board_ref"]) == (None, None)
    assert registry(project) == REGISTRY


@pytest.mark.requirement("MU-PKT-5023")
@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("WP-1-Lens-v2", "muster: no stub is 'WP-1-Lens-v2' or has that WP_ID\nhelp: did you mean WP-1-Lens-v3?\n"),
        ("nothing/like it", f"muster: no stub is 'nothing/like it' or has that WP_ID\n{NO_STUB}"),
        ("", f"muster: no stub is '' or has that WP_ID\n{NO_STUB}"),
    ],
    ids=["a near one", "a path", "nothing"],
)
def test_a_stub_that_is_not_there_is_a_mistake(muster: Muster, named: str, words: str) -> None:
    assert muster(named) == (2, "", words)


@pytest.mark.requirement("MU-PKT-5023")
def test_a_stub_is_read_in_the_forms_that_people_write() -> None:
    text = (
        "# Task Packet Stub: WP-1-X-v2\n\n**Status:** STUB (Not Activated)\n\n## Identity\n"
        "- WP_ID: `WP-1-X-v2`\n- Created: 2026-01-11\n- **SPEC_TARGET:** `a b.md` (currently v2)\n\n"
        "```\n- WP_ID: WP-9\n```\n## Why\nBecause.\n"
    )

    found = stub_in("stubs/WP-1-X-v2.md", text)

    assert (found.wp_id, found.base_wp_id, found.target, found.candidates) == ("WP-1-X-v2", "WP-1-X", "a b.md", ())
    assert found.carried == (
        "\n## WORK_PACKET\n- STUB: stubs/WP-1-X-v2.md\n- Status: Draft\n- Created: 2026-01-11\n\n"
        "```\n- WP_ID: WP-9\n```\n\nTask Packet Stub: WP-1-X-v2\n\n## Why\nBecause.\n"
    )
    told = stub_in("x.md", "- SPEC_ANCHOR_CANDIDATES: 2.1 Queue\n  - **2.2** Back-off\n- OTHER: x\n  - no\n")
    assert told.candidates == (
        Field("SPEC_ANCHOR_CANDIDATES", "2.1 Queue", 1, 27),
        Field("SPEC_ANCHOR_CANDIDATES", "**2.2** Back-off", 2, 5),
    )


@pytest.mark.requirement("MU-PKT-5023")
@pytest.mark.parametrize(
    ("cell", "after"),
    [
        ("p/stubs/W.md", "p/W.md"),
        ("  `p/stubs/W.md`", "  `p/W.md`"),
        ("[W](stubs/W.md)", "[W](W.md)"),
        ("[p/stubs/W.md](<p/stubs/W.md>)", "[p/W.md](<p/W.md>)"),
        ('[W](./stubs/W.md "the stub")', '[W](./W.md "the stub")'),
        ("./stubs/W.md", "./W.md"),
        ("**`p/stubs/W.md`**", "**`p/W.md`**"),
        ("<p/stubs/W.md>", "<p/W.md>"),
        ("p/stubs/W.md (draft)", "p/W.md (draft)"),
        ("`p/stubs/W.md` (stub)", "`p/W.md`"),
    ],
    ids=[
        "plain",
        "code",
        "a link from the registry",
        "a link from the root",
        "a link with a title",
        "from here",
        "bold",
        "angles",
        "a remark",
        "a remark that it is a stub",
    ],
)
def test_a_row_of_the_registry_changes_in_one_cell_and_keeps_every_other_byte(cell: str, after: str) -> None:
    def table(cell: str) -> bytes:
        rows = f"\ufeff# R\r\n```\n| p/stubs/W.md |\n```\n| a | b |\n|-|-|\r\n| x \\| p/stubs/W.md | y |\n| {cell} |z|"
        return rows.encode() + b"\n\xff\xe9 \x00"

    entry = Entry("W", "p/stubs/W.md", "p/W.md")
    assert activated_row(table(cell), "p/R.md", entry) == Row(table(after), 8, changed=True)
    assert activated_row(table(after), "p/R.md", entry) == Row(table(after), 8, changed=False)
    assert activated_row(table("other"), "p/R.md", entry) == Refused(
        "p/R.md has no row with p/stubs/W.md", "add one to its table: a cell of it is that path"
    )


@pytest.mark.requirement("MU-PKT-5023")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stub", "active=W-v1; activated from stub p/stubs/W.md"),
        (" `stub`; supersedes: W-v0\t", " active=W-v1; activated from stub p/stubs/W.md; supersedes: W-v0\t"),
        ("STUB (not ready)", "active=W-v1; activated from stub p/stubs/W.md (not ready)"),
        ("stubborn", "stubborn"),
        ("stub/W", "stub/W"),
        ("a stub", "a stub"),
        ("", ""),
    ],
    ids=["the word", "with more behind it", "in capitals", "a longer word", "a path", "in the middle", "nothing"],
)
def test_a_note_that_begins_with_stub_tells_where_the_packet_comes_from(before: str, after: str) -> None:
    def table(path: str, note: str) -> bytes:
        head = "| Note | Packet |\n|-|-|\n| stub | x |\n\n| Base | Packet | **Notes** | Also |\r\n|-|-|-|-|\r\n"
        return f"{head}| W | {path} |{note}| stub |\r\n| V | y | stub | z |".encode()

    entry = Entry("W-v1", "p/stubs/W.md", "p/W.md")

    assert activated_row(table("p/stubs/W.md", before), "p/R.md", entry) == Row(table("p/W.md", after), 7, changed=True)


@pytest.mark.requirement("MU-PKT-5023")
def test_the_head_of_a_registry_never_changes_and_a_path_among_words_is_none() -> None:
    entry = Entry("W", "p/stubs/W.md", "p/W.md")
    refused = Refused("p/R.md has no row with p/stubs/W.md", "add one to its table: a cell of it is that path")

    for row in ("x", "see p/stubs/W.md", "p/stubs/W.md and more", "p/stubs/W.md#x", "ap/stubs/W.md"):
        assert activated_row(f"| p/stubs/W.md | b |\n|---|---|\n| {row} | d |\n".encode(), "p/R.md", entry) == refused


@pytest.mark.requirement("MU-PKT-5023")
def test_a_stub_with_metadata_twice_is_activated_twice_alike(project: Path, muster: Muster) -> None:
    write(project, {STUB_PATH: f"{STUB}\n## METADATA\n- STUB_STATUS: STUB\n- WP_ID: WP-1-Lens-v3\n"})

    assert muster("WP-1-Lens-v3") == DONE
    assert "\n## STUB_METADATA\n- STUB_STATUS: STUB\n" in (project / PACKET_PATH).read_text()
    assert muster("WP-1-Lens-v3") == ALREADY


@pytest.mark.requirement("MU-PKT-5023")
def test_a_note_names_the_stub_as_its_row_does_in_a_table_without_outer_bars() -> None:
    table = b"Packet | Notes\n---|---\nstubs/W.md | stub\n"

    assert activated_row(table, "p/R.md", Entry("W", "p/stubs/W.md", "p/W.md")) == Row(
        b"Packet | Notes\n---|---\nW.md | active=W; activated from stub stubs/W.md\n", 3, changed=True
    )


@pytest.mark.requirement("MU-PKT-5023")
def test_a_stub_is_carried_whole_and_no_heading_of_it_extends_the_block() -> None:
    text = (
        "---\nkind: stub\n---\nHints\n=====\n\nSay when.\n\n- WP_ID: WP-1\n- RISK: LOW\n\n"
        "### SPEC_ANCHORS\n- a\n\n```\n### METADATA\n```\n\nWhy\n---\nBecause.\n"
    )

    carried = stub_in("stubs/WP-1.md", text).carried

    assert carried == (
        "\n## WORK_PACKET\n- STUB: stubs/WP-1.md\n- Status: Draft\n\nHints\n\nSay when.\n\n- RISK: LOW\n\n"
        "### STUB_SPEC_ANCHORS\n- a\n\n```\n### METADATA\n```\n\n## Why\nBecause.\n"
    )
    packet = packet_in(f"## TECHNICAL_REFINEMENT\n\n### METADATA\n- WP_ID: WP-1\n{carried}")
    assert packet is not None
    assert [section.name for section in packet.sections] == ["METADATA"]
    assert packet.status is not None
    assert packet.status.value == "Draft"


REFINEMENT_PATH = "gov/refinements/WP-1-Lens-v3.md"


@pytest.fixture
def refined(project: Path, capfd: pytest.CaptureFixture[str]) -> Path:
    """A project in which the refinement of the stub is written already."""
    order = ["new", "WP-1-Lens-v3", "--pointer", "gov/CURRENT.md", "--anchor", "Sync", "--output", REFINEMENT_PATH]
    assert run(["-C", str(project), "packet", *order]) == 0
    capfd.readouterr()
    return project


@pytest.mark.requirement("MU-PKT-5004")
@pytest.mark.requirement("MU-PKT-5023")
def test_a_refinement_that_stands_elsewhere_is_named_and_not_written_again(
    refined: Path, muster: Muster, capfd: pytest.CaptureFixture[str]
) -> None:
    assert muster("WP-1-Lens-v3") == (*DONE[:2], f"{ACTIVE}its refinement is {REFINEMENT_PATH}\n")

    assert (refined / PACKET_PATH).read_text(encoding="ascii") == (
        "## METADATA\n- WP_ID: WP-1-Lens-v3\n\n"
        f"## TECHNICAL_REFINEMENT (MASTER SPEC)\n- REFINEMENT_FILE: {REFINEMENT_PATH}\n{CARRIED}"
    )
    assert registry(refined) == MOVED
    assert muster("WP-1-Lens-v3") == ALREADY
    assert len(activations(refined)) == 1

    text = (refined / PACKET_PATH).read_text(encoding="ascii")
    write(refined, {PACKET_PATH: text.replace("- Status: Draft", "- Status: Ready for Dev")})
    run(["-C", str(refined), "packet", "check", "--no-record"])
    told = capfd.readouterr()[0]
    assert "[PKT015]" not in told  # the refinement is found
    assert f"{REFINEMENT_PATH}:17:" in told  # and must be signed for this work packet
    assert "[PKT014]" in told


@pytest.mark.requirement("MU-PKT-5023")
def test_anchors_are_not_asked_for_where_the_refinement_has_its_own(refined: Path, muster: Muster) -> None:
    status, out, err = muster("WP-1-Lens-v3", "--anchor", "10.5")

    assert (status, out) == (1, "")
    assert err == (
        f"muster: WP-1-Lens-v3 has its refinement in {REFINEMENT_PATH}, which says its spec and its anchors\n"
        "help: leave out --anchor and --spec, or move that file away\n"
    )
    assert not (refined / PACKET_PATH).exists()


@pytest.mark.requirement("MU-PKT-5023")
def test_two_refinements_of_one_stub_are_told(refined: Path, muster: Muster) -> None:
    other = "gov/refinements/more/WP-1-Lens-v3.md"
    write(refined, {other: (refined / REFINEMENT_PATH).read_text(encoding="ascii")})

    status, out, err = muster("WP-1-Lens-v3")

    assert (status, out) == (1, "")
    assert err.startswith("muster: WP-1-Lens-v3 has a packet: gov/refinements/")
