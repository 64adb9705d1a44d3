r"""Projects of refinement packets: a long spec, a pointer file that names it, and packets with anchors all over it.

`python tests/bench/packet_project.py FOLDER PACKETS LINES [--inside]` writes one as a git repository with one commit.
The packets are in the form of their owners: each excerpt is a whole section, with `\\uXXXX` for what is not ASCII.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count, takewhile
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import wording
from bench.synthetic import write_files
from muster.packets.escapes import escaped

ANCHORS = 4  # of each packet
NAME = "Master_Spec_v01.001.md"
POINTER = ".GOV/roles_shared/SPEC_CURRENT.md"
OUTSIDE = f".GOV/spec/{NAME}"  # where no glob of `specs.include` leads
INSIDE = f"specs/{NAME}"
_A_CHAPTER = 40  # sections
_A_SECTION = 26  # lines, or up to ten more


@dataclass(frozen=True)
class Section:
    """A section of the spec, from its heading to its last line that is not blank."""

    title: str
    first: int  # the line of its heading
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


def sections(lines: int, seed: int = 1) -> list[Section]:
    """The sections of a spec that has about so many lines."""
    return list(takewhile(lambda section: section.last < lines, _endless(Random(f"{seed}:spec"))))


def spec_text(found: list[Section]) -> str:
    """The spec of these sections."""
    return "\n".join(chain(_HEAD, *(_with_chapter(section) for section in found)))


def _with_chapter(section: Section) -> Iterator[str]:
    """The lines of a section with what stands between it and the one before."""
    chapter, _, number = section.title.partition(" ")[0].partition(".")
    if number == "1":
        yield from (f"## {chapter}) Chapter {chapter}", "")
    yield from section.lines
    yield ""


def _endless(random: Random) -> Iterator[Section]:
    line = len(_HEAD) + 1
    for number in count():
        chapter, place = divmod(number, _A_CHAPTER)
        line += 2 if place == 0 else 0  # the heading of the chapter
        title = f"{chapter + 1}.{place + 1} {wording.section_titles(random, 1)[0]} (Normative) [ADD v01.001]"
        section = Section(title, line, tuple(_section_lines(random, title, f"MASTER-{1001 + number}")))
        yield section
        line += len(section.lines) + 1


def _section_lines(random: Random, title: str, requirement: str) -> Iterator[str]:
    """A heading, a requirement, then prose, lists and code up to the size of a section."""
    blocks = [f"### {title}", wording.wrapped(f"[{requirement}] {wording.obligation(random)}", "- ", "  ")]
    while sum(block.count("\n") + 2 for block in blocks) < _A_SECTION:
        blocks.append(random.choice(_BLOCKS)(random))
    return iter("\n\n".join(blocks).split("\n"))


def _prose(random: Random) -> str:
    return wording.wrapped(wording.remarks(random, random.randint(4, 8)))


def _reference(random: Random) -> str:
    """Prose with characters that a packet has to escape."""
    number = f"{random.randint(1, 9)}.{random.randint(1, 9)}"
    return wording.wrapped(
        f"Prompt\u2192Spec (\u00a7{number}) goes on: {wording.remarks(random, 3)} \U0001d6ab is its name."
    )


def _list(random: Random) -> str:
    """A list of long lines."""
    return "\n".join(f"- {wording.detail(random)}; {wording.remarks(random, 1)}" for _ in range(random.randint(4, 9)))


def _code(random: Random) -> str:
    """A fence, in which a packet has to double the backslashes."""
    lines = (
        f'  "{wording.code_name(random)}": "## RULES\\n- {wording.detail(random)}",'
        for _ in range(random.randint(3, 7))
    )
    return "\n".join(["```json", "{", *lines, f'  "limit": {random.randint(1, 999)}', "}", "```"])


_BLOCKS = (_prose, _reference, _list, _list, _code)
_HEAD = ("# Master SPEC", "", "Conformance language: RFC 2119 and RFC 8174.", "")


def pointer_text(name: str = NAME) -> str:
    """The pointer file that names a spec."""
    return f"# SPEC_CURRENT\n\nThe current spec is **{name}**; who needs another one asks for it.\n"


def packet_id(number: int) -> str:
    """The ID of a packet's work packet."""
    return f"WP-1-Packet-{number:04}-v1"


def packet_path(number: int) -> str:
    """Where a packet lies."""
    return f".GOV/refinements/{packet_id(number)}.md"


def packet_text(number: int, anchored: list[Section], sha1: str, name: str = NAME) -> str:
    """A packet that is approved and signed."""
    random = Random(f"{number}:packet")
    asides = [wording.remarks(random, 2) for _ in range(8)]
    wp_id = packet_id(number)
    anchors = "".join(_anchor(place, section, name) for place, section in enumerate(anchored, start=1))
    return _PACKET.format(wp_id=wp_id, pointer=POINTER, name=name, sha1=sha1, asides=asides) + anchors


def _anchor(place: int, section: Section, name: str) -> str:
    excerpt = "".join(f"  {escaped(line)}\n" if line else "\n" for line in section.lines)
    return (
        f"\n#### ANCHOR {place}\n- SPEC_ANCHOR: {name} {section.title}\n- CONTEXT_START_LINE: {section.first}\n"
        f"- CONTEXT_END_LINE: {section.last}\n- CONTEXT_TOKEN: {section.title}\n- EXCERPT_ASCII_ESCAPED:\n"
        f"  ```text\n{excerpt}  ```\n"
    )


def files(packets: int, lines: int, spec: str = OUTSIDE) -> Iterator[tuple[str, str]]:
    """Each file of a project with so many packets over a spec of so many lines, which lies at that path."""
    found = sections(lines)
    text = spec_text(found)
    yield "muster.toml", "[rules]\nline_length = 200  # nobody breaks the lines of such a spec\n"
    yield spec, text
    yield POINTER, pointer_text()
    sha1 = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
    for number in range(packets):
        places = range(number, number + packets * ANCHORS, packets)  # far apart
        yield packet_path(number), packet_text(number, [found[place % len(found)] for place in places], sha1)


_PACKET = """\
## TECHNICAL_REFINEMENT (MASTER SPEC)

Requirements (HARD):
- This block is part of any packet with Status: Ready for Dev / In Progress.
- For EACH SPEC_ANCHOR, include an excerpt window (start/end lines) and a context token in that window.
- Matching rule: context match only (token-in-window), not exact content match.
- Keep this file ASCII-only. Non-ASCII characters are written as \\\\uXXXX escapes inside the excerpt block.

### METADATA
- WP_ID: {wp_id}
- CREATED_AT: 2026-02-27T09:46:09Z
- SPEC_TARGET_RESOLVED: {pointer} -> {name}
- SPEC_TARGET_SHA1: {sha1}
- USER_REVIEW_STATUS: APPROVED
- USER_SIGNATURE: ann270220261121
- USER_APPROVAL_EVIDENCE: APPROVE REFINEMENT {wp_id}

### REQUIRED SECTIONS

### GAPS_IDENTIFIED
- NONE

### FLIGHT_RECORDER_INTERACTION (event IDs + telemetry triggers)
- {name} asks for these:
  - {asides[0]}
  - {asides[1]}

### RED_TEAM_ADVISORY (security failure modes)
- {asides[2]}
- {asides[3]}

### PRIMITIVES (traits/structs/enums)
- {asides[4]}
- {asides[5]}

### CLEARLY_COVERS (5-point checklist)
- Appears in Main Body: [ ] PASS
- Explicitly named: [ ] PASS
- Specific: [ ] PASS
- Measurable acceptance criteria: [ ] PASS
- No ambiguity: [ ] PASS
- CLEARLY_COVERS_VERDICT: PASS
- CLEARLY_COVERS_REASON: {asides[6]}
- AMBIGUITY_FOUND: NO
- AMBIGUITY_REASON: NONE

### ENRICHMENT
- ENRICHMENT_NEEDED: NO
- REASON_NO_ENRICHMENT: {asides[7]}

#### PROPOSED_SPEC_ENRICHMENT (VERBATIM)
```md
<not applicable; ENRICHMENT_NEEDED=NO>
```

### SPEC_ANCHORS (one or more)
"""


def main() -> None:
    """Write one project from the command line."""
    parser = argparse.ArgumentParser(description="Write a project of refinement packets.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("packets", type=int)
    parser.add_argument("lines", type=int)
    parser.add_argument("--inside", action="store_true", help="put the spec where specs are")
    options = parser.parse_args()
    write_files(options.folder, files(options.packets, options.lines, INSIDE if options.inside else OUTSIDE))


if __name__ == "__main__":
    main()
