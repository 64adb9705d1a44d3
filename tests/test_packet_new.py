"""`muster packet new`: what an anchor means in a spec, and a packet that lacks only what somebody has to answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from muster.cli.app import run
from muster.model import Verdict, Window
from muster.packets.anchors import anchors_judged
from muster.packets.candidates import Candidate, Outline, Unfit, candidate, outline_of
from muster.packets.escapes import folded
from muster.packets.reading import packet_in
from muster.packets.repinning import Move, repinned
from muster.packets.spec_text import spec_text
from muster.packets.target import Target as Found
from muster.packets.writing import Target, packet_text
from repositories import repository, write

NOW = datetime(2026, 11, 28, 9, 20, 34, 999_999, tzinfo=UTC)
SPEC = """---
title: "# no heading"
---
# Queue SPEC

## 1) Admission

- [QUEUE-1001] The queue MUST admit \u2014 at most \u2014 10 jobs.

```text
## 2) no heading either
```

### 1.1 Back-off

The client MUST wait.


## 2) Order of jobs

First come.

## 3) Order of events

Then `"\\n"` \U0001f600.
"""
ANSWERS = {
    r"- <fill: what .*|- <fill: which .*|- <fill: how .*": "- NONE",
    r"<fill: PASS or FAIL[^>]*>": "PASS",
    r"CLEARLY_COVERS_REASON: <fill.*": "CLEARLY_COVERS_REASON: Section 1 says so.",
    r"AMBIGUITY_FOUND: <fill.*": "AMBIGUITY_FOUND: NO",
    r"AMBIGUITY_REASON: <fill.*": "AMBIGUITY_REASON: NONE",
    r"ENRICHMENT_NEEDED: <fill.*": "ENRICHMENT_NEEDED: NO",
    r"REASON_NO_ENRICHMENT: <fill.*": "REASON_NO_ENRICHMENT: The spec is enough.",
}


def outline(text: str = SPEC) -> Outline:
    return outline_of(spec_text(text.encode()), {"QUEUE-1001": Window(8, 8)})


def answered(text: str) -> str:
    """A packet in which somebody has answered every question."""
    for question, answer in ANSWERS.items():
        text = re.sub(question, answer, text)
    assert "<fill" not in text
    return text


Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {"muster.toml": "", ".gitignore": ".muster/\n", "specs/10-queue.md": SPEC}
    return repository(tmp_path / "project", files)


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def new(muster: Muster, *arguments: str) -> tuple[int, str, str]:
    return muster("packet", "new", "WP-1-Queue-v1", "--spec", "specs/10-queue.md", *arguments)


@pytest.mark.requirement("MU-PKT-5022")
@pytest.mark.parametrize(
    ("text", "claim", "window", "token"),
    [
        ("QUEUE-1001", "QUEUE-1001", Window(8, 8), "QUEUE-1001"),
        ("1.1", "1.1 Back-off", Window(14, 16), "Back-off"),
        ("\u00a71.1", "1.1 Back-off", Window(14, 16), "Back-off"),
        ("back-OFF", "1.1 Back-off", Window(14, 16), "Back-off"),
        ("1.1 Back", "1.1 Back-off", Window(14, 16), "Back-off"),
        ("### 1.1 Back-off", "1.1 Back-off", Window(14, 16), "Back-off"),
        ("1", "1) Admission", Window(6, 16), "Admission"),
        ("Order of job", "2) Order of jobs", Window(19, 21), "Order of jobs"),
        ("of jobs", "2) Order of jobs", Window(19, 21), "Order of jobs"),
        ("Queue SPEC", "Queue SPEC", Window(4, 25), "Queue SPEC"),
        ("L16-L20", "1.1 Back-off", Window(16, 20), "The client MUST wait."),
        ("l16 - 20", "1.1 Back-off", Window(16, 20), "The client MUST wait."),
        ("L2", '"title: "# no heading"', Window(2, 2), 'title: "# no heading'),
    ],
    ids=[
        "an ID",
        "a number",
        "a number with its sign",
        "a heading in another case",
        "a part with its number",
        "a heading with its marks",
        "a heading with others below it",
        "a part that ends in a word",
        "a unique part",
        "the title of all",
        "lines",
        "lines in small letters",
        "a line before the first heading",
    ],
)
def test_an_anchor_means_the_lines_that_it_names(text: str, claim: str, window: Window, token: str) -> None:
    lines = tuple(SPEC.split("\n")[window.first - 1 : window.last])

    found = candidate(text, outline())

    assert found == Candidate(claim, window, token, lines)


@pytest.mark.requirement("MU-PKT-5022")
@pytest.mark.parametrize("text", ["10", "## 10", "\u00a710"])
def test_a_heading_that_is_a_number_and_nothing_else_has_that_number(text: str) -> None:
    spec = "# Queue SPEC\n\n## 10\n\nTen jobs at most.\n\n## 2026\n\nText.\n"

    assert candidate(text, outline(spec)) == (Candidate("10", Window(3, 5), "10", ("## 10", "", "Ten jobs at most.")))


@pytest.mark.requirement("MU-PKT-5022")
@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        (
            "order",
            "'order' fits 2 headings: line 19: 2) Order of jobs; line 23: 3) Order of events",
            "write more of the heading, its number, or its lines, such as L19-L21",
        ),
        (
            "Backof",
            "'Backof' is no heading, section number or requirement ID of the spec",
            "nearest is line 14: 1.1 Back-off",
        ),
        (
            "QUEUE-1002",
            "'QUEUE-1002' is no heading, section number or requirement ID of the spec",
            "did you mean QUEUE-1001?",
        ),
        (
            "no heading either",
            "'no heading either' is no heading, section number or requirement ID of the spec",
            "name a heading, a section number, a requirement ID or lines, L20-L31",
        ),
        (
            "L20-L10",
            "L20-L10 ends before it begins",
            "the spec has 25 lines; write the first and the last, such as L20-L31",
        ),
        ("L0", "L0 leaves the spec", "the spec has 25 lines; write the first and the last, such as L20-L31"),
        (
            "L20-L999999999",
            "L20-L999999999 leaves the spec",
            "the spec has 25 lines; write the first and the last, such as L20-L31",
        ),
        ("L17-L18", "no words of lines 17-18 could be told from others", "choose lines with text in them"),
        (" ", "an anchor is empty", "name a heading, a section number, a requirement ID or lines, L20-L31"),
    ],
    ids=["several", "a near one", "an ID", "in a fence", "reversed", "line 0", "far too many", "blank", "empty"],
)
def test_an_anchor_that_means_nothing_or_several_things_is_refused(text: str, message: str, remedy: str) -> None:
    assert candidate(text, outline()) == Unfit(message, remedy)


@pytest.mark.requirement("MU-PKT-5022")
@pytest.mark.parametrize(
    ("spec", "text", "token"),
    [
        ("## Twin\n\n## Twin\n", "L1", "Twin"),
        ("Contents: 1 Rules\n\n## 1 Rules\n\nA rule of its own.\n", "1", "A rule of its own."),
        ("- ## 1 Rules\n\n## 1 Rules\n\n- A rule of its own.\n", "1", "A rule of its own."),
        ("# `code` **here**\n", "L1", "code` **here"),
        ("## Pending\n\nText.\n", "Pending", "Text."),
        ("## C:\\\\u00e9 path\n\nText here.\n", "L1-L3", "Text here."),
        ("## 2.1 Foo ##\n\nText of it.\n", "L1-L3", "2.1 Foo"),
        ("1. ### Foo\n", "L1", "Foo"),
        (f"## H\n\n{'word ' * 60}\n", "L3", ("word " * 23).strip()),
    ],
    ids=[
        "a twin",
        "contents",
        "no line is like it",
        "marks",
        "a placeholder",
        "an escape",
        "a heading by its line",
        "a heading in a list",
        "a long line",
    ],
)
def test_a_token_stands_on_no_other_line_where_possible_and_survives_its_field(
    spec: str, text: str, token: str
) -> None:
    found = candidate(text, outline_of(spec_text(spec.encode()), {}))

    assert isinstance(found, Candidate)
    assert found.token == token


@pytest.mark.requirement("MU-PKT-5010")
@pytest.mark.requirement("MU-PKT-5022")
def test_a_packet_has_the_form_of_the_seed() -> None:
    found = candidate("3", outline())
    assert isinstance(found, Candidate)

    text = packet_text("WP-1", NOW, Target("SPEC_CURRENT.md", "queue v2.md", "ab" * 20, "an-id"), (found,))

    head, rest = text.split("### METADATA\n")
    metadata, rest = rest.split("\n### REQUIRED SECTIONS")
    assert head.startswith("## TECHNICAL_REFINEMENT (MASTER SPEC)\n\nRequirements (HARD):\n- This block is REQUIRED")
    assert metadata == (
        "- WP_ID: WP-1\n"
        "- CREATED_AT: 2026-11-28T09:20:34Z\n"
        "- SPEC_TARGET_RESOLVED: SPEC_CURRENT.md -> queue v2.md\n"
        f"- SPEC_TARGET_SHA1: {'ab' * 20}\n"
        "- SPEC_ID: an-id\n"
        "- USER_REVIEW_STATUS: <pending>\n"
        "- USER_SIGNATURE: <pending>\n"
        "- USER_APPROVAL_EVIDENCE: <pending>\n"
    )
    assert rest.split("\n#### ANCHOR 1\n")[1] == (
        "- SPEC_ANCHOR: queue v2.md 3) Order of events\n"
        "- CONTEXT_START_LINE: 23\n"
        "- CONTEXT_END_LINE: 25\n"
        "- CONTEXT_TOKEN: Order of events\n"
        "- EXCERPT_ASCII_ESCAPED:\n"
        "  ```text\n"
        "  ## 3) Order of events\n"
        "\n"
        '  Then `"\\\\n"` \\\\uD83D\\\\uDE00.\n'
        "  ```\n"
    )
    assert text.isascii()


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=40)
_LINE = st.one_of(
    _TEXT,
    st.sampled_from(
        ["", "```", "```json", "~~~", "- a", "> q", "\\n \\\\ \\u2192", "<!-- c -->", "| a | b |", "  x  "]
    ),
    st.integers(1, 9).map(lambda n: f"{'#' * (n % 6 + 1)} {n}. Heading {n}"),
)


@pytest.mark.requirement("MU-PKT-5021")
@pytest.mark.requirement("MU-PKT-5022")
@given(st.lists(_LINE, min_size=1, max_size=30), st.lists(_LINE, max_size=12), st.data())
@example(["```text", "# H", "```", "word"], ["x"], None)
def test_a_packet_is_right_and_is_right_again_after_insertions_and_repin(
    lines: list[str], inserted: list[str], data: st.DataObject | None
) -> None:
    before = spec_text("\n".join([*lines, "the end"]).encode())
    first = data.draw(st.integers(1, before.size)) if data else 1
    last = data.draw(st.integers(first, before.size)) if data else before.size
    found = candidate(f"L{first}-L{last}", outline_of(before, {}))
    if isinstance(found, Unfit):
        assert not any(char.isalnum() for line in before.lines(Window(first, last)) for char in line) or any(
            mark in line for line in before.lines(Window(first, last)) for mark in ("<!--", "\\", "<pending", "ending")
        )
        return
    text = packet_text("WP-1", NOW, Target("", "spec.md", before.sha1), (found,))

    assert verdicts(text, before.sha1, "\n".join([*lines, "the end"])) == [Verdict.OK]

    after = spec_text("\n".join([*inserted, *lines, "the end"]).encode())
    packet = packet_in(text)
    assert packet is not None
    [judged] = anchors_judged(packet, text, "WP-1.md", Found(path="spec.md", written="spec.md"), after)
    if judged.pinned.moved is None:
        quoted = re.escape(folded("\n".join(found.lines)))
        several = len(re.findall(f"(?={quoted})", folded("\n".join([*inserted, *lines, "the end"])))) > 1
        assert judged.pinned.verdict is Verdict.OK or several
        return
    moved = repinned(text.encode(), packet, [Move(packet.anchors[0], judged.pinned.moved)], after.sha1).decode()
    assert verdicts(moved, after.sha1, "\n".join([*inserted, *lines, "the end"])) == [Verdict.OK]


def verdicts(text: str, sha1: str, spec: str) -> list[Verdict]:
    """What became of each anchor of a packet; its form is right."""
    packet = packet_in(text)
    assert packet is not None
    assert packet.troubles == ()
    digest = packet.field("SPEC_TARGET_SHA1")
    assert digest is not None
    assert digest.value == sha1
    target = Found(path="spec.md", written="spec.md")
    return [one.pinned.verdict for one in anchors_judged(packet, text, "WP-1.md", target, spec_text(spec.encode()))]


@pytest.mark.requirement("MU-PKT-5022")
def test_a_new_packet_passes_every_check_once_its_questions_are_answered(project: Path, muster: Muster) -> None:
    status, out, err = new(muster, "--anchor", "QUEUE-1001", "--anchor", "1", "--anchor", "events", "--anchor", "L8")

    path = project / "packets/WP-1-Queue-v1.md"
    assert (status, out) == (0, "written packets/WP-1-Queue-v1.md\n")
    assert err == (
        "next: answer what is still `<fill: ...>` in it, then run `muster packet check packets/WP-1-Queue-v1.md`\n"
    )
    text = path.read_text(encoding="ascii")
    assert re.findall(r"- SPEC_ANCHOR: (.*)", text) == [
        "specs/10-queue.md QUEUE-1001",
        "specs/10-queue.md 1) Admission",
        "specs/10-queue.md 3) Order of events",
    ]
    assert f"- SPEC_TARGET_SHA1: {hashlib.sha1((project / 'specs/10-queue.md').read_bytes()).hexdigest()}\n" in text
    told = [line for line in muster("packet", "check")[1].splitlines() if ": error[" in line or ": warning[" in line]
    assert {code for line in told for code in re.findall(r"\[(PKT\d+)\]", line)} == {"PKT006", "PKT007", "PKT008"}
    assert [line for line in told if not line.endswith(" is not answered yet")] == []

    path.write_text(answered(text), encoding="ascii")
    assert muster("packet", "check")[:2] == (0, "")


@pytest.mark.requirement("MU-PKT-5022")
def test_a_requirement_of_a_spec_that_no_setting_includes_is_found_too(project: Path, muster: Muster) -> None:
    write(project, {".design/queue.md": SPEC})

    status, out, err = muster("packet", "new", "WP-1", "--spec", ".design/queue.md", "--anchor", "QUEUE-1001")

    assert (status, out) == (0, "written packets/WP-1.md\n"), err
    assert "- CONTEXT_START_LINE: 8\n- CONTEXT_END_LINE: 8\n- CONTEXT_TOKEN: QUEUE-1001\n" in (
        project / "packets/WP-1.md"
    ).read_text(encoding="utf-8")


@pytest.mark.requirement("MU-PKT-5022")
def test_lines_that_stand_at_several_places_alike_are_told(project: Path, muster: Muster) -> None:
    twice = "## 4) Twin\n\nAlike.\n"
    write(project, {"specs/10-queue.md": f"{SPEC}\n{twice}\n{twice}"})

    status, _, err = new(muster, "--anchor", "1.1", "--anchor", "L27-L29", "--anchor", "L25-L29", "--dry-run")

    told = "ANCHOR 2 stand alike at specs/10-queue.md:27, 31: nobody can tell them apart once they move"
    assert (status, err) == (0, f"muster: the lines of {told}\nnothing is written\n")


@pytest.mark.requirement("MU-PKT-5022")
def test_nothing_is_replaced_and_a_dry_run_writes_nothing(project: Path, muster: Muster) -> None:
    status, out, err = new(muster, "--anchor", "1", "--dry-run")
    assert (status, err) == (0, "nothing is written\n")
    assert out.startswith("--- /dev/null\n+++ b/packets/WP-1-Queue-v1.md\n@@ -0,0 +1,")
    assert not (project / "packets").exists()

    write(project, {"packets/WP-1-Queue-v1.md": "mine"})
    assert new(muster, "--anchor", "1") == (
        2,
        "",
        "muster: packets/WP-1-Queue-v1.md is there already\nhelp: no packet is replaced: move it, or name another\n",
    )
    assert (project / "packets/WP-1-Queue-v1.md").read_text() == "mine"


@pytest.mark.requirement("MU-PKT-5002")
@pytest.mark.requirement("MU-PKT-5022")
def test_the_pointer_of_the_settings_names_the_spec(project: Path, muster: Muster) -> None:
    pointer = "The current spec is **10-queue.md**.\n"
    write(project, {"muster.toml": '[packets]\npointer = "specs/CURRENT.md"\n', "specs/CURRENT.md": pointer})

    assert muster("packet", "new", "WP-1-Queue-v1", "--anchor", "1")[0] == 0

    path = project / "packets/WP-1-Queue-v1.md"
    text = path.read_text(encoding="ascii")
    assert "- SPEC_TARGET_RESOLVED: specs/CURRENT.md -> 10-queue.md\n" in text
    assert "- SPEC_ANCHOR: 10-queue.md 1) Admission\n" in text
    path.write_text(answered(text), encoding="ascii")
    assert muster("packet", "check")[:2] == (0, "")

    write(project, {"specs/20-other.md": "# Other SPEC\n"})
    muster("packet", "new", "WP-2", "--spec", "specs/20-other.md", "--anchor", "Other")
    text = (project / "packets/WP-2.md").read_text(encoding="ascii")
    assert "- SPEC_TARGET_RESOLVED: specs/20-other.md\n" in text  # the pointer names another


@pytest.mark.requirement("MU-PKT-5011")
@pytest.mark.requirement("MU-PKT-5022")
def test_a_packet_about_an_allocated_spec_carries_its_identity(project: Path, muster: Muster) -> None:
    record = "---\nready_for_planning: true\nblocking_unknowns: []\n---\n\n# Elicitation\n"
    spec = SPEC.replace("---\ntitle", "---\nelicitation: queue/elicitation.md\ntitle", 1)
    files = {"elicitation.md": record, "objective-contract.json": "{}"}
    write(project / "specs/queue", files)
    write(project, {"specs/10-queue.md": spec, "muster.toml": 'namespace = "6f1c1f4e-0c54-4d0e-9d57-3f5d6c1a2b3c"\n'})
    spec_id = muster("allocate", "specs/queue")[1].split()[1]

    assert new(muster, "--anchor", "1")[0] == 0

    path = project / "packets/WP-1-Queue-v1.md"
    text = path.read_text(encoding="ascii")
    assert f"\n- SPEC_ID: {spec_id}\n- USER_REVIEW_STATUS: <pending>\n" in text
    path.write_text(answered(text), encoding="ascii")
    assert muster("packet", "check")[:2] == (0, "")
