"""Repinning: windows, the SHA-1 and the name of the spec are brought up to date, and every other byte is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.model import Verdict, Window
from muster.packets.packet import Anchor, Packet
from muster.packets.pins import pins_in
from muster.packets.placing import Claim, placed
from muster.packets.reading import packet_in
from muster.packets.repinning import Move, Renamed, repinned, repinned_pins
from muster.packets.spec_text import SpecText, spec_text

OLD, NEW = "0a5a9069bf8e06654ddf9b647927c2cb8a30aa6f", "ff" * 20
RENAMED = Renamed("Spec_v02.138.md", "Spec_v02.139.md")
PACKET = f"""\
## TECHNICAL_REFINEMENT (MASTER SPEC)

### METADATA
- WP_ID: WP-1-Queue-v1
- SPEC_TARGET_RESOLVED: roles/SPEC_CURRENT.md -> Spec_v02.138.md
- SPEC_TARGET_SHA1: {OLD}
- USER_REVIEW_STATUS: APPROVED
- USER_SIGNATURE: ilja270220261121

### GAPS_IDENTIFIED
- Spec_v02.138.md says all.

#### ANCHOR 1
- SPEC_ANCHOR: Spec_v02.138.md 2.6 Hooks [ADD v02.138]
- CONTEXT_START_LINE: 20
- CONTEXT_END_LINE: 31
- CONTEXT_TOKEN: Hooks [ADD v02.138]
- EXCERPT_ASCII_ESCAPED:
  ```text
  ## 2.6 Hooks [ADD v02.138]
  ```

#### ANCHOR 2
- SPEC_ANCHOR: Spec_v02.138.md.bak 2.7 More
- CONTEXT_START_LINE: 9
- CONTEXT_END_LINE: 12
- CONTEXT_TOKEN: More
"""


def packet_of(data: bytes) -> Packet:
    packet = packet_in(data.decode("utf-8", "replace"))
    assert packet is not None
    return packet


def move(packet: Packet, number: int, first: int, last: int) -> Move:
    return Move(packet.anchors[number], Window(first, last))


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


PENDING = ("REVIEW_STATUS: APPROVED", "REVIEW_STATUS: <pending>")


@pytest.mark.requirement("MU-PKT-5021")
def test_windows_sha1_and_the_name_of_the_spec_change_and_nothing_else() -> None:
    packet = packet_of(PACKET.encode())
    moves = [move(packet, 0, 57, 68), move(packet, 1, 46, 49)]

    assert repinned(PACKET.encode(), packet, moves, NEW, RENAMED).decode() == changed(
        PACKET,
        PENDING,
        ("-> Spec_v02.138.md", "-> Spec_v02.139.md"),
        (OLD, NEW),
        ("ANCHOR: Spec_v02.138.md 2.6", "ANCHOR: Spec_v02.139.md 2.6"),
        ("START_LINE: 20", "START_LINE: 57"),
        ("END_LINE: 31", "END_LINE: 68"),
        ("START_LINE: 9", "START_LINE: 46"),
        ("END_LINE: 12", "END_LINE: 49"),
    )


@pytest.mark.requirement("MU-PKT-5021")
def test_repinning_again_changes_nothing() -> None:
    packet = packet_of(PACKET.encode())
    once = repinned(PACKET.encode(), packet, [move(packet, 0, 57, 68)], NEW, RENAMED)
    read = packet_of(once)

    assert repinned(once, read, [move(read, 0, 57, 68)], NEW, RENAMED) == once


@pytest.mark.requirement("MU-PKT-5021")
def test_where_nothing_is_to_mend_the_review_stands() -> None:
    data = PACKET.encode()
    packet = packet_of(data)

    assert repinned(data, packet) == data
    assert repinned(data, packet, [move(packet, 0, 20, 31)], OLD.upper(), Renamed("Spec.md", "Spec.md")) == data


@pytest.mark.requirement("MU-PKT-5021")
def test_a_review_that_is_pending_stays_as_it_is_written() -> None:
    data = PACKET.replace("APPROVED", "PENDING").encode()

    assert repinned(data, packet_of(data), sha1=NEW) == data.replace(OLD.encode(), NEW.encode())


@pytest.mark.requirement("MU-PKT-5021")
@pytest.mark.parametrize(
    ("written", "repinned_to"),
    [
        ("- CONTEXT_START_LINE: 20 (start)  ", "- CONTEXT_START_LINE: 57 (start)  "),
        ("- CONTEXT_START_LINE: 20(start)", "- CONTEXT_START_LINE: 57(start)"),
        ("* **CONTEXT_START_LINE:** `20`\t", "* **CONTEXT_START_LINE:** `57`\t"),
        ("- **CONTEXT_START_LINE**:   20", "- **CONTEXT_START_LINE**:   57"),
        ("CONTEXT_START_LINE: **20**", "CONTEXT_START_LINE: **57**"),
        ("- CONTEXT_START_LINE (20 before): 20", "- CONTEXT_START_LINE (20 before): 57"),
        ("- CONTEXT_START_LINE: -20", "- CONTEXT_START_LINE: 57"),
        ("- CONTEXT_START_LINE: L20", "- CONTEXT_START_LINE: 57"),
        ("- CONTEXT_START_LINE: <fill in>", "- CONTEXT_START_LINE: 57"),
        ("- CONTEXT_START_LINE:", "- CONTEXT_START_LINE: 57"),
        ("- **CONTEXT_START_LINE:** ", "- **CONTEXT_START_LINE:** 57"),
        ("- **CONTEXT_START_LINE**:", "- **CONTEXT_START_LINE**: 57"),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_labels_marks_remarks_and_line_ends_stay(written: str, repinned_to: str, mark: str, end: str) -> None:
    text = mark + PACKET.replace("- CONTEXT_START_LINE: 20", written)
    data = text.replace("\n", end).encode()
    packet = packet_of(data)

    done = repinned(data, packet, [move(packet, 0, 57, 31)])

    assert done.decode() == changed(text, (written + "\n", repinned_to + "\n"), PENDING).replace("\n", end)


@pytest.mark.requirement("MU-PKT-5021")
def test_bytes_that_are_no_utf8_stay() -> None:
    data = (
        PACKET.encode()
        .replace(b"### GAPS", b"\xe2\x86 \xff ### GAPS")
        .replace(b"_LINE: 20", b"_LINE (\xe2\x86\xff): 20")
    )
    packet = packet_of(data)

    assert repinned(data, packet, [move(packet, 0, 57, 31)]) == (
        data.replace(b": 20", b": 57").replace(b"APPROVED", b"<pending>")
    )


@pytest.mark.requirement("MU-PKT-5021")
def test_an_anchor_without_a_line_of_its_window_stays() -> None:
    data = PACKET.replace("- CONTEXT_END_LINE: 31\n", "").encode()
    packet = packet_of(data)

    assert repinned(data, packet, [move(packet, 0, 57, 68)]) == data


@pytest.mark.requirement("MU-PKT-5021")
def test_the_name_is_changed_in_a_target_without_an_arrow_and_in_back_ticks() -> None:
    data = b"- SPEC_TARGET_RESOLVED: `specs/a.md`\n#### ANCHOR 1\n- SPEC_ANCHOR: `specs/a.md` 2\n- SPEC_ANCHOR: x\n"

    assert repinned(data, packet_of(data), renamed=Renamed("specs/a.md", "specs/b.md")) == (
        data.replace(b"a.md", b"b.md")
    )


SECTION = "## 2.6 Hooks\n\nA gate MUST emit an event.\nActivation MUST emit another.\n"
FILLING = "".join(f"Line {number}.\n" for number in range(1, 20))


def verdicts(packet: Packet, spec: SpecText) -> list[Verdict]:
    return [placed(claim_of(anchor), spec).verdict for anchor in packet.anchors]


def claim_of(anchor: Anchor) -> Claim:
    assert anchor.start
    assert anchor.end
    assert anchor.token
    assert anchor.excerpt
    return Claim(Window(int(anchor.start.value), int(anchor.end.value)), anchor.token.value, anchor.excerpt.text)


def mended(data: bytes, spec: SpecText) -> bytes:
    packet = packet_of(data)
    placings = [(anchor, placed(claim_of(anchor), spec)) for anchor in packet.anchors]
    moves = [Move(anchor, placing.moved) for anchor, placing in placings if placing.moved]
    return repinned(data, packet, moves, spec.sha1)


STORY = f"""\
## TECHNICAL_REFINEMENT
- SPEC_TARGET_RESOLVED: spec.md
- SPEC_TARGET_SHA1: <pending>
- USER_REVIEW_STATUS: APPROVED
#### ANCHOR 1
- SPEC_ANCHOR: spec.md 2.6 Hooks
- CONTEXT_START_LINE: 20
- CONTEXT_END_LINE: 23
- CONTEXT_TOKEN: Activation
- EXCERPT_ASCII_ESCAPED:
  ```text
{"".join(f"  {line}".rstrip() + chr(10) for line in SECTION.splitlines())}  ```
""".encode()


@pytest.mark.requirement("MU-PKT-5020", "MU-PKT-5021")
def test_a_spec_that_shifts_by_37_lines_moves_a_claim_and_repinning_makes_it_right() -> None:
    shifted = spec_text(("New.\n" * 37 + FILLING + SECTION + FILLING).encode())
    repaired = mended(STORY, shifted)

    assert verdicts(packet_of(STORY), spec_text(f"{FILLING}{SECTION}".encode())) == [Verdict.OK]
    assert verdicts(packet_of(STORY), shifted) == [Verdict.MOVED]
    assert verdicts(packet_of(repaired), shifted) == [Verdict.OK]
    assert repaired == (
        STORY.replace(b"_LINE: 20", b"_LINE: 57")
        .replace(b"_LINE: 23", b"_LINE: 60")
        .replace(b"SHA1: <pending>", b"SHA1: " + shifted.sha1.encode())
        .replace(b"APPROVED", b"<pending>")
    )
    assert mended(repaired, shifted) == repaired


@pytest.mark.requirement("MU-PKT-5021")
@given(st.integers(0, 60), st.lists(st.integers(0, 19), max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_whatever_is_inserted_above_repinning_makes_it_right(above: int, inside: list[int], end: str) -> None:
    lines = FILLING.splitlines()
    for at in inside:
        lines.insert(at, "Put in.")
    spec = spec_text(end.join(["New."] * above + lines + SECTION.splitlines()).encode())

    repaired = mended(STORY, spec)

    assert verdicts(packet_of(repaired), spec) == [Verdict.OK]
    assert mended(repaired, spec) == repaired


@pytest.mark.requirement("MU-PKT-5024")
def test_the_lines_of_pins_change_and_nothing_else() -> None:
    text = (
        '\ufeffText <!-- muster: pin a.md#L20-L31 token="x" -->\r\nand <!-- muster: pin a#L1.md#L7 token="y" --> and'
        ' <!-- muster: pin\r\n  "b c.md#L9-L9"\r\n  token="z" -->\r\n'
    )
    first, second, third = pins_in(text).pins

    done = repinned_pins(text.encode(), [(third, Window(10, 10)), (first, Window(57, 68)), (second, Window(8, 8))])

    assert done.decode() == changed(text, ("#L20-L31", "#L57-L68"), ("#L7", "#L8"), ("#L9-L9", "#L10-L10"))
    assert repinned_pins(text.encode(), [(second, Window(8, 9))]).decode() == changed(text, ("#L7", "#L8-L9"))
    assert repinned_pins(text.encode(), [(first, first.window)]) == text.encode()
    assert repinned_pins(text.encode(), []) == text.encode()
