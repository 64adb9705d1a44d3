"""What the scripts of the site load: every requirement once, as compact JSON, and the rest of it in shards.

All addresses are relative to the site, or to the folder of the pages; "" is none. All strings are plain text.

`assets/muster/data/requirements.json`, for the matrix and the graph: a list a column, for a browser reads few long
lists in half the time of many short ones. All are in the order of the specs:

    {"version": 1, "levels": [...], "statuses": [...], "severities": [...],
     "specs": [[path, title, address of its page, address of its page of compliance], ...],
     "files": [path of a file that cites, ...],
     "columns": {"id": [...], "title": [...], "level": [level#, ...], "negated": [0 or 1, ...],
                 "status": [status#, ...], "spec": [spec#, ...], "line": [...], "code": [[file#, ...], ...],
                 "tests": [[file#, ...], ...], "passed": [...], "failed": [...], "findings": [...],
                 "worst": [severity# or -1, ...]}}

`assets/muster/data/index.json` tells how many there are: `{"version": 1, "count": 249, "shards": 3}`. All that the
drawer shows of a requirement stands in `details-N.json` (`site/details.py`), N being `shard_of` its ID.

`assets/muster/data/graph.json` (`site/edges.py`) holds the edges, by number of row, spec and node, one pair behind
the other:

    {"version": 1, "nodes": [[file#, symbol or "" for the whole file, first line], ...],
     "code": [row#, node#, ...], "tests": [row#, node#, ...],
     "derives": [row# of the child, row# of the parent, ...], "specs": [spec#, row# of the parent, ...]}

implements: MU-SITE-9021
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import CaseOutcome, Level, Severity, Status
from muster.site.findings_of import findings_by_requirement
from muster.site.page import GeneratedFile, names_of
from muster.text.utf8 import encodable
from muster.trace.view import Row  # noqa: TC001 -- msgspec reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.model import Document, Finding, Outcome, Requirement
    from muster.site.page import Links

FOLDER = "assets/muster/data"
REQUIREMENTS = "requirements.json"
VERSION = 1
PER_SHARD = 100
LONGEST_TITLE = 300
_LEVELS, _STATUSES, _SEVERITIES = list(Level), list(Status), list(Severity)
_encode = msgspec.json.Encoder().encode


class ShownSpec(Struct, frozen=True):
    """A spec, and where the site has it."""

    document: Document
    address: str  # of its page; "" where it is not published
    compliance: str  # of its page of compliance


class Catalogue(Struct, frozen=True):
    """The requirements of a project with what the site knows of each, gathered once."""

    outcome: Outcome
    rows: Sequence[Row]  # in the order of the specs
    specs: Mapping[str, ShownSpec]  # by path
    homes: Mapping[str, tuple[Document, Requirement]]  # by ID
    findings: Mapping[str, Sequence[Finding]]  # by ID
    links: Links


def catalogue_of(outcome: Outcome, rows: Sequence[Row], links: Links) -> Catalogue:
    """Gather what the data is made of; `rows` are those of all requirements, in the order of the specs."""
    documents = [document for document in outcome.project.specs if document.requirements]
    specs = {
        encodable(document.path): ShownSpec(
            document, links.document_address(document.path), links.page_address(f"compliance/{name}.md")
        )
        for document, name in zip(documents, names_of(documents), strict=True)
    }
    homes: dict[str, tuple[Document, Requirement]] = {}
    for document in documents:
        for requirement in document.requirements:
            homes.setdefault(requirement.id.text, (document, requirement))
    own = [row for row in rows if row.spec in specs]
    return Catalogue(outcome, own, specs, homes, findings_by_requirement(outcome, homes), links)


def data_file(name: str, content: object) -> GeneratedFile:
    """A file of data: one line of JSON."""
    return GeneratedFile(f"{FOLDER}/{name}", _encode(content) + b"\n")


def requirements_file(catalogue: Catalogue) -> GeneratedFile:
    """The columns of the matrix."""
    rows = catalogue.rows
    files = citing_files(rows)
    specs = {path: number for number, path in enumerate(catalogue.specs)}
    shown = [
        [path, encodable(one.document.title or one.document.package), one.address, one.compliance]
        for path, one in catalogue.specs.items()
    ]
    content = {
        "version": VERSION,
        "levels": _LEVELS,
        "statuses": _STATUSES,
        "severities": _SEVERITIES,
        "specs": shown,
        "files": list(files),
        "columns": _columns(rows, specs, files, [catalogue.findings.get(row.id, ()) for row in rows]),
    }
    return data_file(REQUIREMENTS, content)


def citing_files(rows: Sequence[Row]) -> dict[str, int]:
    """The number of each file that cites, by path."""
    return {path: i for i, path in enumerate(sorted({one.path for row in rows for one in (*row.code, *row.tests)}))}


def _columns(
    rows: Sequence[Row], specs: Mapping[str, int], files: Mapping[str, int], found: Sequence[Sequence[Finding]]
) -> dict[str, list[object]]:
    return {
        "id": [row.id for row in rows],
        "title": [short_title(row.title) for row in rows],
        "level": [_LEVELS.index(row.level) for row in rows],
        "negated": [int(row.negated) for row in rows],
        "status": [_STATUSES.index(row.status) for row in rows],
        "spec": [specs[row.spec] for row in rows],
        "line": [row.line for row in rows],
        "code": [list(dict.fromkeys(files[one.path] for one in row.code)) for row in rows],
        "tests": [list(dict.fromkeys(files[one.path] for one in row.tests)) for row in rows],
        "passed": [row.count(CaseOutcome.PASSED) for row in rows],
        "failed": [row.count(CaseOutcome.FAILED) for row in rows],
        "findings": [len(own) for own in found],
        "worst": [min((_SEVERITIES.index(one.severity) for one in own), default=-1) for own in found],
    }


def short_title(title: str) -> str:
    """A title of at most 300 characters, cut behind a word."""
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 4].rsplit(' ', 1)[0]} ..."


def shards_of(count: int) -> int:
    """How many files the details of so many requirements are shared out over."""
    return max(1, -(-count // PER_SHARD))


def shard_of(identifier: str, shards: int) -> int:
    """Which of them has a requirement: FNV-1a of its ID, which a script computes without any table.

    A place that hangs on the ID alone stays what it is when requirements before it come and go.
    """
    value = 0x811C9DC5
    for byte in identifier.encode("utf-8", "replace"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value % shards
