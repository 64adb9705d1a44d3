"""The quick reader of plain packets: where it gives a packet, it is that of the reader for any text."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.packet_project import packet_text, sections
from muster.packets.quick import plain_packet
from muster.packets.reading import any_packet

SEED = Path(__file__).parent.parent.parent / "shared/seeds/004_80561ea3c553ebc1.txt"
QUOTED = """\
  ```text
  ## 2.1 Queues

    - indented:
  ```json
  {"wait": true}
  ```
  #### ANCHOR 9
  - CONTEXT_TOKEN: quoted
  ```
"""
PLAIN = f"""\
## TECHNICAL_REFINEMENT (MASTER SPEC)

Requirements (HARD):
- This block is REQUIRED for any packet with Status: Ready for Dev.

### METADATA
- WP_ID: WP-1-Queue-v1
- CREATED_AT: 2026-03-01T10:00:00Z
- SPEC_TARGET_RESOLVED: docs/CURRENT.md -> Spec_v1.md
- USER_SIGNATURE: <pending>

### REQUIRED SECTIONS

### GAPS_IDENTIFIED
- NONE

#### What was looked at
  - all of it

### PRIMITIVES (traits)
```md
a text
```

### SPEC_ANCHORS

#### ANCHOR 1
- SPEC_ANCHOR: Spec_v1.md 2.1 Queues
- CONTEXT_START_LINE: 10
- CONTEXT_TOKEN: Queues
- EXCERPT_ASCII_ESCAPED:
{QUOTED}
#### ANCHOR 2
- CONTEXT_TOKEN: **second**
- EXCERPT_ASCII_ESCAPED:
  ```
  two
  ```
"""
ODD_LINES = (
    "", "  ", " ", "\t", "\v", "  \x1c", "text", "- text", "#", "##", "#x", "# Title", "## Title", "##### Title",
    "```", "```md", "  ```", "  ```text", " ```", "\t```", "````", "```a`b", "~~~", "  ~~~", "~", "`code`: x",
    "<!-- a -->", "<!--", "-->", "- WP_ID: other <!-- a -->", "- **WP_ID:** bold", "* WP_ID: other", "WP_ID: other",
    "- WP_ID: `other`", "- WP_ID:", "- wp id: other", "- Status: Done", "- REFINEMENT_FILE: a.md", "- NOTE: a",
    "- SPEC_TARGET_RESOLVED: a", "- CONTEXT_TOKEN: other", "- CONTEXT_TOKEN:  two ", "- CONTEXT_TOKEN: **b**",
    "- CONTEXT_START_LINE: 10", "- CONTEXT_TOKEN (a): b", "- EXCERPT_ASCII_ESCAPED:", "- EXCERPT_ASCII_ESCAPED: x",
    "- **EXCERPT_ASCII_ESCAPED:**", "* EXCERPT_ASCII_ESCAPED:", "## TECHNICAL_REFINEMENT", "### METADATA",
    "### GAPS_IDENTIFIED", "#### ANCHOR", "#### ANCHOR 2", "### ANCHOR 3", "## ANCHOR 1", "\u2192", "  \x85", "a\rb",
)  # fmt: skip
CHANGES = ("delete", "double", "swap", "move", "indent", "deepen", "unindent", "tab", "bold", "bullet", "end", "put")
Change = tuple[str, int, int, str]


def packets() -> list[str]:
    """Packets in the plain form."""
    short, *_ = texts = [PLAIN, packet_text(3, sections(400)[1:4], "0" * 40)]
    texts += [f"A line above.\n\n{short}", short.removesuffix("\n"), short.replace("### GAPS", "#### GAPS")]
    return [*texts, *([SEED.read_text(encoding="utf-8")] if SEED.is_file() else [])]


def changed(text: str, changes: list[Change]) -> str:
    """A text after some changes of its lines."""
    lines = text.split("\n")
    for kind, first, second, odd in changes:
        lines = lines or [""]
        row, other = first % len(lines), second % len(lines)
        line = lines[row]
        match kind:
            case "delete":
                del lines[row]
            case "double":
                lines.insert(other if second % 2 else row, line)
            case "swap":
                lines[row], lines[other] = lines[other], line
            case "move":
                lines.insert(other, lines.pop(row))
            case "put":
                lines.insert(row, odd)
            case _:
                lines[row] = {
                    "indent": f" {line}",
                    "deepen": f"#{line}",
                    "unindent": line.removeprefix(" ").removeprefix("#"),
                    "tab": f"\t{line}",
                    "bold": line.replace("- ", "- **", 1).replace(": ", ":** ", 1),
                    "bullet": line.removeprefix("- ") if line.startswith("- ") else f"- {line}",
                    "end": f"{line}{odd}",
                }[kind]
    return "\n".join(lines)


def agrees(text: str) -> bool:
    """Whether the quick reader gives the packet of the other, or none."""
    return plain_packet(text) in (None, any_packet(text))


@pytest.mark.requirement("MU-PKT-5003")
@pytest.mark.parametrize("text", packets()[:2], ids=["short", "of a benchmark"])
def test_a_plain_packet_is_read_quickly(text: str) -> None:
    assert plain_packet(text) is not None
    assert plain_packet(text) == any_packet(text)


@pytest.mark.requirement("MU-PKT-5003")
@pytest.mark.corpora
@pytest.mark.skipif(not SEED.is_file(), reason="the seeds are not here")
def test_the_seed_is_read_quickly() -> None:
    text = SEED.read_text(encoding="utf-8")

    assert plain_packet(text) is not None
    assert plain_packet(text) == any_packet(text)


@pytest.mark.requirement("MU-PKT-5003")
@settings(deadline=None)
@given(
    st.sampled_from(packets()),
    st.lists(
        st.tuples(st.sampled_from(CHANGES), st.integers(0, 999), st.integers(0, 999), st.sampled_from(ODD_LINES)),
        max_size=6,
    ),
)
@example(PLAIN, [("put", 33, 0, "\t```")])
@example(PLAIN, [("end", 34, 0, "\v")])
def test_the_quick_reader_agrees_with_the_other_or_gives_way(text: str, changes: list[Change]) -> None:
    assert agrees(changed(text, changes))


@pytest.mark.requirement("MU-PKT-5003")
@pytest.mark.parametrize("odd", ODD_LINES, ids=range(len(ODD_LINES)))
def test_a_line_put_anywhere_is_read_alike(odd: str) -> None:
    for row in range(len(PLAIN.split("\n"))):
        assert agrees(changed(PLAIN, [("put", row, 0, odd)])), row
        assert agrees(changed(changed(PLAIN, [("put", row, 0, odd)]), [("delete", row + 1, 0, "")])), row
