"""What the guide says of packets comes true: its page is one story, told here in a real repository."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from guide_story import FENCE, FORMATS, GUIDE, README, Told, below, differences, muster_words, titled
from guide_story import happenings as happenings_of
from muster.cli.app import run
from muster.packets.state import State
from muster.rules.table import RULES
from muster.settings import PacketSettings
from repositories import repository, write

PAGE = GUIDE / "packets.md"
CREATED = "2026-11-28T09:46:09Z"  # when the packets of the page are written
# What differs from run to run, and what stands for it on the page.
CONSTANTS = (
    (re.compile(r"\d+ rules in \d+\.\d\d s"), "17 rules in 0.14 s"),
    (re.compile(r"^( *\d+  )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE), r"\g<1>2026-11-28 10:15:42"),
    (re.compile(r"CREATED_AT: [0-9T:-]+Z"), f"CREATED_AT: {CREATED}"),
)


def steady(text: str) -> str:
    """What was printed, with the constants of the page in place of times."""
    for pattern, constant in CONSTANTS:
        text = pattern.sub(constant, text)
    return text


def answered(path: Path, sections: str) -> str:
    """A packet whose sections up to its anchors are replaced."""
    text = path.read_text(encoding="utf-8")
    first, last = sections.splitlines(keepends=True)[0], "### SPEC_ANCHORS"
    return text[: text.index(first)] + sections + "\n" + text[text.index(last) :]


def happenings(root: Path, page: str, told: Told) -> Iterator[tuple[re.Match[str], str]]:
    """The sessions of the page as they happen."""
    return happenings_of(root, page, told, answered)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "queue", {".gitignore": ".muster/\n"})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def told(root: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    """A command line with what it prints, standard output before standard error."""

    def call(line: str) -> str:
        capfd.readouterr()
        run(muster_words(line))
        for packet in root.glob("packets/*.md"):
            packet.write_text(steady(packet.read_text("utf-8")), encoding="utf-8")
        return steady(f"$ {line}\n{''.join(capfd.readouterr())}")

    return call


@pytest.mark.requirement("MU-PKT-5020", "MU-PKT-5021", "MU-PKT-5022", "MU-PKT-5023", "MU-PKT-5024", "MU-PKT-5030")
def test_each_session_of_the_page_prints_what_it_shows(root: Path, told: Told, request: pytest.FixtureRequest) -> None:
    sessions = happenings(root, PAGE.read_text(encoding="utf-8"), told)
    update = request.config.getoption("--update", default=False)

    assert differences(PAGE, sessions, update=update) == []


@pytest.mark.requirement("MU-PKT-5001", "MU-PKT-5010")
def test_the_packet_under_formats_is_the_answered_one_of_the_page(root: Path, told: Told) -> None:
    shown = titled(FORMATS)["packets/WP-1-Retry-v1.md"]

    for match, _ in happenings(root, PAGE.read_text(encoding="utf-8"), told):
        if "0 errors, 0 warnings" in match["body"]:
            break

    assert (root / "packets/WP-1-Retry-v1.md").read_text(encoding="utf-8") == shown


@pytest.mark.parametrize("path", ["SPEC_CURRENT.md", "packets/stubs/WP-3-Hints-v1.md", "packets/REGISTRY.md"])
def test_a_file_that_both_pages_show_is_the_same_on_both(path: str) -> None:
    assert titled(FORMATS)[path] == titled(PAGE)[path]


def test_the_anchor_on_the_page_is_one_that_new_writes(root: Path, told: Told) -> None:
    (shown,) = [match["body"] for match in FENCE.finditer(PAGE.read_text("utf-8")) if match["info"] == "markdown"]

    next(happenings(root, PAGE.read_text(encoding="utf-8"), told))

    assert shown in (root / "packets/WP-1-Retry-v1.md").read_text(encoding="utf-8")


@pytest.mark.requirement("MU-PKT-5024")
def test_the_pin_of_the_readme_is_printed_for_its_quick_start(root: Path, told: Told) -> None:
    (spec,) = [match["body"] for match in FENCE.finditer(README.read_text("utf-8")) if "# Queue SPEC" in match["body"]]
    (shown,) = [match["body"] for match in FENCE.finditer(below(README, "## Citations that prove themselves"))]
    write(root, {"specs/10-queue.md": spec})

    assert told("muster packet pin specs/10-queue.md#Admission") == shown


def test_the_page_lists_each_rule_of_packets() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(\.\./rules/\1\.md\) \|", below(PAGE, "## Rules"), re.MULTILINE)

    assert listed == [code for code in RULES if code.startswith("PKT")]


def test_the_page_lists_each_setting_of_packets() -> None:
    listed = re.findall(
        r"^\| \[`packets\.(\w+)`\]\(settings\.md#packets\1\) \|", below(PAGE, "## Settings"), re.MULTILINE
    )

    assert listed == list(PacketSettings.__struct_fields__)


def test_the_page_lists_each_state_of_a_packet() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", below(PAGE, "### How far it is"), re.MULTILINE)

    assert sorted(listed) == sorted(state.value for state in State)


@pytest.mark.requirement("MU-PKT-5020")
def test_the_list_under_formats_is_that_of_the_answered_packet(root: Path, told: Told) -> None:
    (shown,) = [match["body"] for match in FENCE.finditer(below(FORMATS, "## The list of packets"))]

    for match, _ in happenings(root, PAGE.read_text(encoding="utf-8"), told):
        if "0 errors, 0 warnings" in match["body"]:
            break

    [packet] = json.loads(told("muster packet list --format json").partition("\n")[2])
    packet |= {"anchors": packet["anchors"][:1], "digest": "sha256:..."}
    assert json.loads(shown) == [packet]
