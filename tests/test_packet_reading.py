"""Refinement packets as they are read, well formed or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.packets.packet import SECTIONS, Anchor, Excerpt, Fence, Field, Packet
from muster.packets.quick import plain_packet
from muster.packets.reading import any_packet, packet_in

SEED = Path(__file__).parent.parent.parent / "shared/seeds/004_80561ea3c553ebc1.txt"

QUOTED = """  ```text
  ## 2.1 Queues (Normative)

  Jobs wait:
  ```json
  {"wait": true}
  ```
  #### ANCHOR 9
  - CONTEXT_TOKEN: quoted
  ```
"""
PACKET = f"""## TECHNICAL_REFINEMENT (MASTER SPEC)

Requirements (HARD):
- This block is REQUIRED for any packet with Status: Ready for Dev / In Progress.

### METADATA
- WP_ID: WP-1-Queue-v1
- **CREATED_AT:** 2026-03-01T10:00:00Z
* **SPEC_TARGET_RESOLVED**: `docs/CURRENT.md -> Spec_v1.md`
SPEC_TARGET_SHA1: 0a5a9069bf8e06654ddf9b647927c2cb8a30aa6f
- USER_REVIEW_STATUS (of the owner): <pending>
- USER_SIGNATURE:

### GAPS_IDENTIFIED
- NONE

#### What was looked at
<!-- - all of it
### PRIMITIVES
-->
- the whole of 2.1 <!-- and 2.2 -->

### PRIMITIVES (traits)
```md
### METADATA
```text
inside
```
- WP_ID: another
```

### SPEC_ANCHORS

#### ANCHOR 1
- SPEC_ANCHOR: Spec_v1.md 2.1 Queues
- CONTEXT_START_LINE: 10
- CONTEXT_END_LINE: 20
- CONTEXT_TOKEN: **Queues**
- EXCERPT_ASCII_ESCAPED:
{QUOTED}
#### ANCHOR
- CONTEXT_TOKEN: second
- EXCERPT_ASCII_ESCAPED:

```md
at the margin
```
"""
LINES = PACKET.split("\n")


def packet_of(text: str) -> Packet:
    """The packet that a text is."""
    packet = packet_in(text)
    assert packet is not None
    return packet


def line_of(words: str) -> int:
    """The number of the first line of PACKET that begins so."""
    return next(number for number, line in enumerate(LINES, 1) if line.startswith(words))


def outdented(lines: list[str]) -> str:
    """Lines without their indent of two."""
    return "\n".join(line[2:] for line in lines)


def troubles_in(text: str) -> list[tuple[int, str, str]]:
    """What is wrong with the form of a packet."""
    return [(trouble.line, trouble.message, trouble.help) for trouble in packet_of(text).troubles]


@pytest.mark.requirement("MU-PKT-5001")
def test_fields_are_read_with_bold_and_plain_labels_and_their_columns() -> None:
    packet = packet_of(PACKET)

    assert [field for field in packet.fields if field.line > 5] == [
        Field("WP_ID", "WP-1-Queue-v1", 7, 10),
        Field("CREATED_AT", "2026-03-01T10:00:00Z", 8, 19),
        Field("SPEC_TARGET_RESOLVED", "docs/CURRENT.md -> Spec_v1.md", 9, 30),
        Field("SPEC_TARGET_SHA1", "0a5a9069bf8e06654ddf9b647927c2cb8a30aa6f", 10, 19),
        Field("USER_REVIEW_STATUS", "<pending>", 11, 38),
        Field("USER_SIGNATURE", "", 12, 3),
    ]
    assert (packet.line, packet.status, packet.troubles) == (1, None, ())
    for field in packet.fields:
        assert LINES[field.line - 1][field.column - 1 :].startswith(field.value)


@pytest.mark.requirement("MU-PKT-5001")
def test_sections_hold_their_lines_without_comments_and_fences() -> None:
    gaps, primitives, anchors = packet_of(PACKET).sections[1:]

    assert (gaps.name, gaps.line) == ("GAPS_IDENTIFIED", 14)
    assert gaps.content == ((15, "- NONE"), (line_of("- the whole"), "- the whole of 2.1"))
    assert primitives.content == ()
    assert primitives.fences == (Fence(line_of("```md"), "### METADATA\n```text\ninside\n```\n- WP_ID: another", True),)
    assert (anchors.name, anchors.content, anchors.fences) == ("SPEC_ANCHORS", (), ())


@pytest.mark.requirement("MU-PKT-5019")
def test_an_excerpt_is_whole_although_equal_fences_nest_in_it() -> None:
    line, margin = line_of("#### ANCHOR 1"), line_of("at the margin")

    assert packet_of(PACKET).anchors == (
        Anchor(
            "ANCHOR 1",
            line,
            Field("SPEC_ANCHOR", "Spec_v1.md 2.1 Queues", line + 1, 16),
            Field("CONTEXT_START_LINE", "10", line + 2, 23),
            Field("CONTEXT_END_LINE", "20", line + 3, 21),
            Field("CONTEXT_TOKEN", "Queues", line + 4, 20),
            Excerpt(line + 7, line + 15, outdented(QUOTED.split("\n")[1:-2]), True, True),
        ),
        Anchor(
            "ANCHOR",
            margin - 5,
            None,
            None,
            None,
            Field("CONTEXT_TOKEN", "second", margin - 4, 18),
            Excerpt(margin, margin + 1, "at the margin", True, True),
        ),
    )


@pytest.mark.requirement("MU-PKT-5001")
@pytest.mark.parametrize("ending", ["\r\n", "\r"], ids=["CRLF", "CR"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(ending: str) -> None:
    assert packet_in("\ufeff" + PACKET.replace("\n", ending)) == packet_in(PACKET)


@pytest.mark.requirement("MU-PKT-5001")
def test_sections_may_stand_in_any_order_at_the_level_of_the_block() -> None:
    packet = packet_of(
        "## TECHNICAL_REFINEMENT\n- WP_ID: W\n\n## SPEC_ANCHORS\n#### ANCHOR\n\n## GAPS_IDENTIFIED\n- NONE\n"
    )

    assert [section.name for section in packet.sections] == ["SPEC_ANCHORS", "GAPS_IDENTIFIED"]
    assert packet.is_refinement
    assert packet.troubles == ()


@pytest.mark.requirement("MU-PKT-5001")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "# A page\n\nStatus: draft\n",
        "# Stub\n\n## STUB_METADATA\n- WP_ID: WP-1\n- STUB_STATUS: STUB (NOT READY FOR DEV)\n",
        "# How to\n\n```md\n## TECHNICAL_REFINEMENT\n- SPEC_TARGET_RESOLVED: a -> b\n```\n",
        "# Anchors\n\n## ANCHOR texts in links\n\n#### ANCHOR\n\nprose\n",
    ],
    ids=["empty", "prose", "stub", "a packet in a fence", "other anchors"],
)
def test_other_files_are_no_packets(text: str) -> None:
    assert packet_in(text) is None


@pytest.mark.requirement("MU-PKT-5004")
def test_a_work_packet_that_names_the_file_of_its_refinement_is_none_itself() -> None:
    packet = packet_of(
        "# Task\n\n## METADATA\n- WP_ID: WP-1\n- **Status:** In Progress (since May)\n\n"
        "## TECHNICAL_REFINEMENT (MASTER SPEC)\n- REFINEMENT_FILE: refinements/WP-1.md\n\n"
        "## VALIDATION\n- **Status**: later\n- **Spec Target Resolved**: docs/X.md -> Y.md\n```text\nnever closed\n"
    )

    assert packet.line == 7
    assert not packet.is_refinement
    assert packet.status == Field("STATUS", "In Progress (since May)", 5, 15)
    assert packet.troubles == ()


@pytest.mark.requirement("MU-PKT-5004")
def test_anchors_that_a_work_packet_repeats_from_the_file_it_names_are_not_its_own() -> None:
    packet = packet_of(
        "## METADATA\n- WP_ID: WP-1\n- Status: Done\n\n## TECHNICAL_REFINEMENT\n- REFINEMENT_FILE: r/WP-1.md\n\n"
        "## WINDOWS\n#### ANCHOR 1\n- SPEC_ANCHOR: Spec.md 2.1\n\n#### ANCHOR 1\n- SPEC_ANCHOR: Spec.md 2.2\n"
    )

    assert (packet.anchors, packet.is_refinement, packet.troubles) == ((), False, ())


@pytest.mark.requirement("MU-PKT-5004")
def test_a_work_packet_may_hold_its_refinement_with_metadata_of_both() -> None:
    packet = packet_of(
        "# Task\n\n## METADATA\n- WP_ID: WP-1\n- CREATED_AT: then\n\n"
        + PACKET.replace("-v1", "-v2")
        + "\n## STATE\n- Status: Ready for Dev\n"
    )

    assert packet.field("WP_ID") == Field("WP_ID", "WP-1-Queue-v2", 13, 10)
    assert [section.line for section in packet.sections if section.name == "METADATA"] == [3, 12]
    assert packet.status is not None
    assert packet.status.value == "Ready for Dev"
    assert packet.troubles == ()


@pytest.mark.requirement("MU-PKT-5001")
@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        (
            "## TECHNICAL_REFINEMENT (MASTER SPEC)\n",
            "## Refinement\n",
            (9, "this belongs to a refinement, but no heading TECHNICAL_REFINEMENT is in the file",
             "write `## TECHNICAL_REFINEMENT (MASTER SPEC)` above the refinement"),
        ),
        (
            "### SPEC_ANCHORS\n",
            "### GAPS_IDENTIFIED\n- one\n",
            (line_of("### SPEC_ANCHORS"), "a second section GAPS_IDENTIFIED: the first is in line 14",
             "make one section of the two"),
        ),
        (
            "### GAPS_IDENTIFIED\n",
            "### METADATA\n- WP_ID: another\n",
            (14, "a second section METADATA: the first is in line 6", "make one section of the two"),
        ),
        (
            "- USER_SIGNATURE:\n",
            "- WP_ID: another\n",
            (12, "WP_ID stands twice: line 7 says 'WP-1-Queue-v1'", "keep the one that is true"),
        ),
        (
            "- CONTEXT_TOKEN: **Queues**\n",
            "- CONTEXT_END_LINE: 21\n",
            (line_of("- CONTEXT_TOKEN"), f"CONTEXT_END_LINE stands twice: line {line_of('- CONTEXT_END')} says '20'",
             "keep the one that is true"),
        ),
        (
            "#### ANCHOR\n",
            "#### ANCHOR 1\n",
            (LINES.index("#### ANCHOR") + 1, f"a second ANCHOR 1: the first is in line {line_of('#### ANCHOR 1')}",
             "give each anchor its own number"),
        ),
        (
            "### SPEC_ANCHORS\n",
            "## TECHNICAL_REFINEMENT\n### METADATA\n",
            (line_of("### SPEC_ANCHORS"), "a second heading TECHNICAL_REFINEMENT: the first is in line 1",
             "keep one refinement in a file"),
        ),
        (
            "### SPEC_ANCHORS\n",
            "### SPEC_ANCHORS\n```md\nnever closed\n",
            (line_of("### SPEC_ANCHORS") + 1, "this fence is never closed", "close it with a line of the same ticks"),
        ),
        (
            "at the margin\n```\n",
            "at the margin\n```\n<!-- never closed\n",
            (len(LINES), "this comment is never closed", "close it with -->"),
        ),
    ],
    ids=["no heading", "section", "METADATA", "field", "field of an anchor", "anchor", "heading", "fence", "comment"],
)  # fmt: skip
def test_trouble_with_the_form_is_told_once_with_its_line(old: str, new: str, trouble: tuple[int, str, str]) -> None:
    assert PACKET.count(old) == 1
    assert troubles_in(PACKET.replace(old, new)) == [trouble]


SECOND = f"""
#### ANCHOR 2
- SPEC_ANCHOR: Spec_v1.md 2.1 Queues
- CONTEXT_START_LINE: 30
- CONTEXT_END_LINE: 40
- CONTEXT_TOKEN: Queues
- EXCERPT_ASCII_ESCAPED:
{QUOTED}
"""
PLAIN = "## TECHNICAL_REFINEMENT\n\n### METADATA\n- WP_ID: W\n\n### SPEC_ANCHORS\n" + SECOND.replace(
    "ANCHOR 2", "ANCHOR 1"
)
PLAIN_END = PLAIN.count("\n") + 1  # the number of the line behind it


@pytest.mark.requirement("MU-PKT-5001")
@pytest.mark.parametrize("heading", ["#### ANCHOR  2", "#### ANCHOR\t2", "### ANCHOR_2", "##### **ANCHOR 2**"])
def test_the_heading_of_an_anchor_may_be_written_in_several_ways(heading: str) -> None:
    packet = packet_of(PLAIN + SECOND.replace("#### ANCHOR 2", heading))

    assert ([anchor.name for anchor in packet.anchors], packet.troubles) == (["ANCHOR 1", "ANCHOR 2"], ())


@pytest.mark.requirement("MU-PKT-5001")
@pytest.mark.parametrize(
    "heading",
    [
        "#### Anchor 2",
        "#### ANCHOR two",
        "**ANCHOR 2**",
        "#### SPEC ANCHOR 2",
        "#### 2. ANCHOR",
        "##### Anchor 2",
        "---",
    ],
)
def test_an_anchor_whose_heading_is_misspelt_is_told_once(heading: str) -> None:
    second = SECOND.replace("#### ANCHOR 2", heading)
    told = "stands in no anchor of its own", "write `#### ANCHOR 2` above it"

    assert troubles_in(PLAIN + second) == [(PLAIN_END + 2, f"SPEC_ANCHOR {told[0]}", told[1])]
    assert troubles_in(PLAIN + second.replace("- SPEC_ANCHOR: Spec_v1.md 2.1 Queues\n", "")) == [
        (PLAIN_END + 2, f"CONTEXT_START_LINE {told[0]}", told[1])
    ]
    assert troubles_in(PLAIN + second + SECOND.replace("#### ANCHOR 2", "#### Anchor 3")) == [
        (PLAIN_END + 2, f"SPEC_ANCHOR {told[0]}", told[1]),
        (PLAIN_END + 20, f"SPEC_ANCHOR {told[0]}", "write `#### ANCHOR 3` above it"),
    ]


@pytest.mark.requirement("MU-PKT-5001")
def test_an_anchor_whose_heading_is_indented_is_told_at_that_heading() -> None:
    assert troubles_in(PLAIN + SECOND.replace("#### ANCHOR 2", " #### ANCHOR 2")) == [
        (PLAIN_END + 1, "'#### ANCHOR 2' is indented, so that no anchor begins here", "a heading begins at column 0")
    ]


@pytest.mark.requirement("MU-PKT-5001")
def test_the_fields_of_an_anchor_without_any_anchor_are_told() -> None:
    told = "stands in no anchor of its own", "write `#### ANCHOR 1` above it"

    assert troubles_in(PLAIN.replace("#### ANCHOR 1", "#### Anchor 1")) == [(9, f"SPEC_ANCHOR {told[0]}", told[1])]
    assert troubles_in(PLAIN.replace("- WP_ID: W\n", "- WP_ID: W\n- CONTEXT_TOKEN: x\n"))[0][:2] == (
        (5, f"CONTEXT_TOKEN {told[0]}")
    )
    assert troubles_in(PLAIN.replace("- WP_ID: W\n", "- WP_ID: W\n- SPEC_ANCHOR: x\n")) == []


@pytest.mark.requirement("MU-PKT-5001")
def test_a_field_of_an_anchor_that_stands_there_twice_is_told_although_both_say_the_same() -> None:
    line = "- CONTEXT_TOKEN: Queues\n"
    told = "CONTEXT_TOKEN stands twice: line 12 says 'Queues'", "keep the one that is true"

    assert troubles_in(PLAIN.replace(line, line + line)) == [(13, *told)]
    assert troubles_in(PLAIN.replace(line, f"{line}\n##### A remark\n{line}")) == [(15, *told)]


@pytest.mark.requirement("MU-PKT-5001", "MU-PKT-5003")
@pytest.mark.parametrize(
    "heading",
    ["#### ANCHOR 2", "#### ANCHOR  2", "#### Anchor 2", "##### Anchor 2", " #### ANCHOR 2", "**ANCHOR 2**", ""],
)
def test_the_quick_reader_gives_the_same_or_leaves_it_to_the_other(heading: str) -> None:
    for text in (
        PLAIN + SECOND.replace("#### ANCHOR 2", heading),
        PLAIN.replace("#### ANCHOR 1", heading),
        PLAIN.replace("- WP_ID: W\n", f"- WP_ID: W\n{heading}\n- CONTEXT_TOKEN: x\n"),
        PLAIN.replace("- CONTEXT_TOKEN: Queues\n", f"- CONTEXT_TOKEN: Queues\n{heading}\n- CONTEXT_TOKEN: Queues\n"),
    ):
        assert plain_packet(text) in (None, any_packet(text))
    assert plain_packet(PLAIN.replace("```json", "json").replace("\n  ```\n  ####", "\n  ####")) is not None


@pytest.mark.requirement("MU-PKT-5001")
def test_remarks_and_equal_answers_may_stand_twice() -> None:
    assert troubles_in(PACKET.replace("- USER_SIGNATURE:\n", "- WP_ID: WP-1-Queue-v1\n- NOTE: a\n- NOTE: b\n")) == []


@pytest.mark.requirement("MU-PKT-5001")
def test_a_fence_that_is_not_closed_hides_no_section_below_it() -> None:
    packet = packet_of(PACKET.replace("### SPEC_ANCHORS\n", "### SPEC_ANCHORS\n```md\nnever closed\n\n"))

    assert [section.name for section in packet.sections] == [
        "METADATA",
        "GAPS_IDENTIFIED",
        "PRIMITIVES",
        "SPEC_ANCHORS",
    ]
    assert packet.sections[-1].fences == (Fence(line_of("### SPEC_ANCHORS") + 1, "never closed", False),)
    assert len(packet.anchors) == 2


@pytest.mark.requirement("MU-PKT-5019")
def test_a_line_at_the_margin_cuts_an_excerpt_and_nothing_behind_it() -> None:
    packet = packet_of(PACKET.replace("  Jobs wait:\n", "## Jobs wait:\n"))
    line = line_of("#### ANCHOR 1")

    assert packet.anchors[0].excerpt == Excerpt(line + 7, line + 7, "## 2.1 Queues (Normative)", True, False)
    assert packet.anchors[1:] == packet_of(PACKET).anchors[1:]
    assert packet.troubles == ()


@pytest.mark.requirement("MU-PKT-5019")
def test_what_is_left_of_an_excerpt_that_was_cut_is_no_content() -> None:
    cut = QUOTED.replace("  Jobs wait:\n", "}\n```\n\n## Jobs wait\n\n```ts\ninterface Wait {\n```\n- WP_ID: quoted\n")
    packet = packet_of(PACKET.replace(QUOTED, cut))

    assert packet.anchors[1].name == "ANCHOR"
    assert packet.fields == packet_of(PACKET).fields
    assert packet.troubles == ()


@pytest.mark.requirement("MU-PKT-5019")
@pytest.mark.parametrize(
    ("below", "text", "fenced", "closed"),
    [
        ("", "", False, True),
        ("  without\n   a fence\n", "without\n a fence", False, True),
        ("  ```text\n  ```\n", "", True, True),
        ("  ```text\n  never closed\n", "never closed", True, False),
        ("  ```text\ncut at once\n  ```\n", "", True, False),
        ("\n  ```text\n  a\n  ```\n  (abridged)\n", "a", True, True),
        ("\t~~~text\n\ta\n\t~~~\n", "a", True, True),
        ("````text\n```\n# a\n```\n````\n", "```\n# a\n```", True, True),
        ("```text\nnever closed\n", "never closed", True, False),
    ],
    ids=[
        "none",
        "no fence",
        "empty",
        "unclosed",
        "cut at once",
        "remark",
        "tabs",
        "long ticks",
        "unclosed at the margin",
    ],
)
def test_excerpts_of_every_form_end_before_the_next_anchor(below: str, text: str, fenced: bool, closed: bool) -> None:
    start = PACKET.index(QUOTED)
    packet = packet_of(PACKET[:start] + below + "\n" + PACKET[start + len(QUOTED) :])

    excerpt = packet.anchors[0].excerpt
    assert excerpt is not None
    assert (excerpt.text, excerpt.fenced, excerpt.closed) == (text, fenced, closed)
    assert [anchor.name for anchor in packet.anchors] == ["ANCHOR 1", "ANCHOR"]
    assert packet.anchors[1].excerpt is not None
    assert packet.anchors[1].excerpt.text == "at the margin"
    assert packet.troubles == ()


@pytest.mark.requirement("MU-PKT-5019")
@pytest.mark.corpora
@pytest.mark.skipif(not SEED.is_file(), reason="the seeds are not here")
def test_the_seed_is_read_whole() -> None:
    lines = SEED.read_text().split("\n")
    packet = packet_of(SEED.read_text())

    assert [section.name for section in packet.sections if section.name in SECTIONS] == list(SECTIONS)
    assert (packet.line, packet.status, packet.troubles) == (1, None, ())
    proposed = packet.section("PROPOSED_SPEC_ENRICHMENT")
    assert proposed is not None
    assert proposed.fences == (Fence(67, "<not applicable; ENRICHMENT_NEEDED=NO>", True),)
    assert [
        (anchor.name, anchor.line, anchor.start and anchor.start.value, anchor.end and anchor.end.value, anchor.excerpt)
        for anchor in packet.anchors
    ] == [
        (f"ANCHOR {n}", line, first, last, Excerpt(line + 7, end, outdented(lines[line + 6 : end - 1]), True, True))
        for n, line, first, last, end in [(1, 73, "9550", "9677", 206), (2, 208, "9901", "9914", 228)]
    ]  # fmt: skip


@pytest.mark.requirement("MU-PKT-5003")
@pytest.mark.parametrize(
    "unit",
    ["#", "#\n", "- A: ", "- A: \n", "```x\n", "```x\n## METADATA\n", "```x\n```x\n```\n## METADATA\n", "\\", "<!--",
     "<!--\n", "- EXCERPT_ASCII_ESCAPED:\n  ```x\n", "- EXCERPT_ASCII_ESCAPED:\n  ```x\n  a\nb\n", "`", "- a (", "**"],
)  # fmt: skip
def test_hostile_text_is_read_in_time_that_grows_with_it(unit: str) -> None:
    text = "## TECHNICAL_REFINEMENT\n- WP_ID: W\n" + unit * (200_000 // len(unit))

    assert packet_of(text).field("WP_ID") == Field("WP_ID", "W", 2, 10)  # a square of it would take minutes
