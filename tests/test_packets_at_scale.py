"""Many packets over one long spec: it is read once a run, however many anchors are pinned to it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.packet_project import OUTSIDE, POINTER, files, packet_path
from bench.synthetic import write_files

PACKETS, ANCHORS, LINES = 60, 240, 8_000
OPENING = Path(__file__).parent / "opening.py"
PACKET_PATHS = {packet_path(number) for number in range(PACKETS)}


@dataclass(frozen=True)
class Check:
    """What `muster packet check` found, and how often it opened which files of the project."""

    status: int
    found: dict[str, Any]
    opened: Counter[str]

    @property
    def packets(self) -> set[str]:
        """The packets that it opened."""
        return {path for path in self.opened if path in PACKET_PATHS}


def check(root: Path, *options: str) -> Check:
    """`muster packet check` in a process of its own."""
    openings = root.parent / "openings.txt"
    command = [sys.executable, str(OPENING), str(openings), "packet", "check", "--no-record", "--report", "json"]
    done = subprocess.run([*command, *options], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return Check(done.returncode, json.loads(done.stdout), Counter(openings.read_text(encoding="utf-8").splitlines()))


def project(root: Path, packets: int = PACKETS) -> Path:
    """A repository with so many packets over a spec of 0.5 MB."""
    root.mkdir()
    write_files(root, files(packets, LINES))
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "project")


def codes(found: Check) -> Counter[str]:
    return Counter(finding["code"] for finding in found.found["findings"])


def shift(root: Path, lines: int) -> None:
    """Put lines at the top of the spec."""
    spec = root / OUTSIDE
    spec.write_bytes(b"A remark that came later.\n" * lines + spec.read_bytes())


@pytest.mark.requirement("MU-PKT-5003")
def test_a_cold_check_opens_the_spec_once_and_a_warm_one_never(root: Path) -> None:
    cold, warm = check(root), check(root)

    assert (root / OUTSIDE).stat().st_size > 500_000
    assert (cold.found["counts"]["packets"], cold.found["counts"]["anchors"]) == (PACKETS, ANCHORS)
    assert (cold.opened[OUTSIDE], warm.opened[OUTSIDE]) == (1, 0)
    assert cold.packets == PACKET_PATHS
    assert warm.packets == set()


@pytest.mark.requirement("MU-PKT-5003")
@pytest.mark.parametrize("packets", [1, PACKETS])
def test_how_often_the_spec_is_opened_does_not_grow_with_the_packets(packets: int, tmp_path: Path) -> None:
    found = check(project(tmp_path / "project", packets), "--no-cache")

    assert (found.opened[OUTSIDE], found.opened[POINTER]) == (1, 1)
    assert found.found["counts"]["packets"] == packets


@pytest.mark.requirement("MU-PKT-5003")
def test_a_warm_check_finds_what_a_cold_one_does(root: Path) -> None:
    clean = [check(root), check(root), check(root, "--no-cache")]
    shift(root, 37)
    moved = [check(root), check(root), check(root, "--no-cache")]

    assert [one.status for one in clean] == [0, 0, 0]
    assert clean[0].found["findings"] == []
    assert clean[0].found == clean[1].found == clean[2].found
    assert [one.status for one in moved] == [1, 1, 1]
    assert codes(moved[0]) == {"PKT010": ANCHORS, "PKT005": PACKETS}
    assert moved[0].found == moved[1].found == moved[2].found


@pytest.mark.requirement("MU-PKT-5003")
def test_a_spec_that_is_not_committed_is_opened_once_more_to_tell_what_it_holds(root: Path) -> None:
    shift(root, 1)

    assert check(root).opened[OUTSIDE] == 2


@pytest.mark.requirement("MU-PKT-5003")
def test_a_change_of_one_packet_has_that_one_read_again_and_the_spec_once(root: Path) -> None:
    check(root)
    packet = root / packet_path(7)
    packet.write_text(packet.read_text(encoding="utf-8").replace("Specific: [ ] PASS", "Specific: [ ] FAIL"), "utf-8")

    found = check(root)

    assert found.packets == {packet_path(7)}
    assert found.opened[OUTSIDE] == 1
    assert codes(found) == {"PKT007": 1}
