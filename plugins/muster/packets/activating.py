"""From a stub to a packet: what a stub says, and what of it the packet carries on.

implements: MU-PKT-5023
"""

from __future__ import annotations

import re
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.packets.fields import heading_in
from muster.packets.packet import KNOWN_SECTIONS, Field
from muster.packets.writing import in_ascii
from muster.text.markdown import Kind
from muster.text.source import source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.text.markdown import Node
    from muster.text.source import Source

FOLDER = "stubs"

_FIELD = re.compile(r"(?P<indent> {0,3})(?:[-*+][ \t]+)?\**`?(?P<key>[A-Z][A-Z0-9_]*)`?(?:[ \t]*\([^)]*\))?\**:\**")
_SAYS_STUB = re.compile(r"^(?:#{1,6}[ \t]+STUB_METADATA\b|[-*+ \t]*STUB_STATUS\**:)", re.MULTILINE)
_MADE = re.compile(r"^## WORK_PACKET\r?\n- STUB:", re.MULTILINE)
_STATUS = re.compile(r"[ \t]*(?:[-*+][ \t]+)?\**status\**:", re.IGNORECASE)
_BULLET = re.compile(r"[ \t]+(?:[-*+]|[0-9]{1,3}[.)])[ \t]+(.*\S)")
_VALUE = re.compile(r"`([^`]+)`|(\S+)")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*")
_REVISION = re.compile(r"-v[0-9]+$")
_SAID_ELSEWHERE = frozenset(("WP_ID", "CREATED_AT", "SPEC_TARGET", "STUB_STATUS", "STATUS"))
_OF_PACKETS = frozenset((*KNOWN_SECTIONS, "TECHNICAL_REFINEMENT", "ANCHOR"))


class Stub(Struct, frozen=True):
    """A work packet that waits for its refinement."""

    wp_id: str
    base_wp_id: str
    target: str  # SPEC_TARGET: the pointer file, or the spec; "" for none
    candidates: tuple[Field, ...]  # the members of SPEC_ANCHOR_CANDIDATES
    carried: str  # what the packet has from it behind the block


def is_stub(path: str, text: str) -> bool:
    """Whether a file is a stub: by its folder, or by what it says of itself; a packet may repeat that of its stub."""
    return is_in_stubs(path) or (_SAYS_STUB.search(text) is not None and _MADE.search(text) is None)


def is_in_stubs(path: str) -> bool:
    """Whether a file lies in a folder for stubs."""
    return basename(dirname(path)) == FOLDER


def packet_path(stub: str, wp_id: str, folder: str) -> str:
    """Where the packet of a stub stands: above the folder of the stubs, else where packets stand."""
    if is_in_stubs(stub):
        above = dirname(dirname(stub))
        return f"{above}/{basename(stub)}" if above else basename(stub)
    return f"{folder.strip('/')}/{wp_id}.md"


def stub_in(path: str, text: str) -> Stub:
    """What a stub says; of two fields with one name, the first counts."""
    source = source_of(text)
    fields: dict[str, Field] = {}
    for field in _fields_in(source):
        fields.setdefault(field.key, field)
    wp_id = _word(fields.get("WP_ID"))
    told = fields.get("SPEC_ANCHOR_CANDIDATES")
    return Stub(
        wp_id,
        _word(fields.get("BASE_WP_ID")) or _REVISION.sub("", wp_id),
        _word(fields.get("SPEC_TARGET")),
        tuple(_members(source, told)) if told else (),
        _carried(path, source, fields.get("WP_ID")),
    )


def _word(field: Field | None) -> str:
    """The first word of a value: a path or an ID, without the remark that may follow it."""
    match = _VALUE.match(field.value) if field else None
    return (match[1] or match[2]).strip("*") if match else ""


def _running_lines(source: Source) -> Iterator[tuple[int, str]]:
    """The lines that stand in no code and no HTML, by number."""
    held = {
        number for node in source.nodes if node.kind in (Kind.CODE, Kind.HTML) for number in range(node.start, node.end)
    }
    first = source.front.body_line - 1
    yield from ((at + 1, line) for at, line in enumerate(source.lines) if at >= first and at not in held)


def _fields_in(source: Source) -> Iterator[Field]:
    for number, line in _running_lines(source):
        if match := _FIELD.match(line):
            value = line[match.end() :].strip()
            yield Field(match["key"], value, number, line.find(value, match.end()) + 1)


def _members(source: Source, field: Field) -> Iterator[Field]:
    """The list below a field, or what stands behind its colon."""
    if field.value:
        yield field
    for number, line in enumerate(source.lines[field.line :], start=field.line + 1):
        bullet = _BULLET.fullmatch(line.rstrip())
        if bullet is None and line.strip():
            return
        if bullet:
            yield Field(field.key, bullet[1], number, line.find(bullet[1]) + 1)


def anchor_text(candidate: str, spec: str) -> str:
    """A candidate without the name of the spec that it may begin with."""
    words = candidate.strip().strip("`").strip()
    for name in (spec, basename(spec)):
        if words.startswith(name):
            return words[len(name) :].strip("`#: \t")
    return words


def work_packet_text(stub: Stub, refinement: str) -> str:
    """A work packet whose refinement is a file of its own."""
    metadata = f"## METADATA\n- WP_ID: {stub.wp_id}\n"
    return f"{metadata}\n## TECHNICAL_REFINEMENT (MASTER SPEC)\n- REFINEMENT_FILE: {refinement}\n{stub.carried}"


def _carried(path: str, source: Source, wp_id: Field | None) -> str:
    """All of a stub, its metadata first and without what the block says itself."""
    running = dict(_running_lines(source))
    nodes = [node for node in source.root.children if node.kind is Kind.HEADING and int(node.info) <= 2]
    begins = next((at for at, node in enumerate(nodes) if int(node.info) == 2), len(nodes))
    ends = [*(node.start for node in nodes[begins:]), len(source.lines)]
    own, others = "", [*_introduction(source, nodes[:begins], ends[0], running)]
    for node, end in zip(nodes[begins:], ends[1:], strict=True):
        start = _end_of(node, source)
        body = source.lines[start:end]
        if wp_id is not None and node.start < wp_id.line <= end:
            own = _text(_kept_metadata(body, start, running), running)
        else:
            others.append(f"## {_title(node.content)}\n{_text(enumerate(body, start + 1), running)}")
    head = f"## WORK_PACKET\n- STUB: {in_ascii(path)}\n- Status: Draft\n{own.lstrip(chr(10))}"
    return "\n" + in_lines(part.rstrip("\n") for part in (head, *others))


def _introduction(source: Source, titles: Sequence[Node], end: int, running: dict[int, str]) -> Iterator[str]:
    """What stands above the sections of a stub, its titles as text."""
    starts = [source.front.body_line - 1, *(_end_of(node, source) for node in titles)]
    heads = ["", *(in_ascii(" ".join(node.content.split())) for node in titles)]
    for head, start, stop in zip(heads, starts, [*(node.start for node in titles), end], strict=True):
        kept = _kept_metadata(source.lines[start:stop], start, running)
        yield from (part for part in (head, _text(kept, running).strip("\n")) if part)


def _end_of(heading: Node, source: Source) -> int:
    """The row behind a heading, and behind the line that may underline it."""
    under = source.lines[heading.end : heading.end + 1]
    is_underlined = not source.lines[heading.start].lstrip().startswith("#")
    return heading.end + int(is_underlined and bool(under) and _UNDERLINE.fullmatch(under[0]) is not None)


def in_lines(parts: Iterable[str]) -> str:
    """Parts with a blank line between them."""
    return "\n\n".join(parts) + "\n"


def _kept_metadata(body: Sequence[str], start: int, running: dict[int, str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(body, start=start + 1):
        match = _FIELD.match(line) if number in running else None
        if not (match and match["key"] in _SAID_ELSEWHERE) and not (number in running and _STATUS.match(line)):
            yield number, line


def _title(content: str) -> str:
    """A heading that no reader takes for one of a packet's own."""
    words = " ".join(content.split())
    first = re.split(r"[^A-Za-z_]", words.strip("*`"), maxsplit=1)[0]
    return in_ascii(f"STUB_{words}" if first in _OF_PACKETS else words)


def _text(lines: Iterable[tuple[int, str]], running: dict[int, str]) -> str:
    """Numbered lines in ASCII, whose headings no reader takes for those of a packet."""
    return "".join(f"{in_ascii(_headed(line) if number in running else line)}\n" for number, line in lines)


def _headed(line: str) -> str:
    heading = heading_in(line, 0) if line.startswith("#") else None
    return f"{line[: heading.level]} STUB_{line[heading.level :].strip()}" if heading and heading.name else line
