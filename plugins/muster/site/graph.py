"""The page of the graph: specs, requirements, code and tests as a picture that is walked.

Without JavaScript it is a picture of the specs, and a table of what hangs on each.

implements: MU-SITE-9023
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CitationKind, Status
from muster.site.graph_picture import Box, Tie, picture
from muster.site.markup import escape, inert
from muster.site.page import WIDE, table
from muster.specs.requirement_file import distinct
from muster.text.words import counted
from muster.trace.view import counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.model import Citation, Document, Project
    from muster.site.page import Links

PATH = "graph/index.md"

_COLUMNS = ("Spec", "Requirements", "Verified", "Files of code", "Files of tests")
_KIN = ("Derives from", "Derived from it")


class _Reach(Struct, frozen=True):
    """What hangs on a spec: files that implement or verify it, and the specs it derives from, by path."""

    code: frozenset[str]
    tests: frozenset[str]
    parents: Mapping[str, int]  # how many derivations lead to each
    children: Mapping[str, int]


def graph_page(specs: Sequence[Document], names: Sequence[str], links: Links, project: Project) -> str:
    """The page: what a script finds by `data-muster`, and in it what stands there without one."""
    head = f"{WIDE}# Graph\n\n"
    own = {document.path: distinct(document) for document in specs}
    count = sum(len(requirements) for requirements in own.values())
    if not count:
        return f"{head}No spec defines a requirement yet: write one, and `muster check` reads it.\n"
    reaches = _reaches(specs, project)
    statuses = project.trace.statuses
    boxes = [
        Box(
            document.path,
            document.title or name,
            tuple(statuses.get(one.id.text, Status.SPECIFIED) for one in own[document.path]),
        )
        for document, name in zip(specs, names, strict=True)
    ]
    ties = [
        Tie(child, parent, number) for child, one in reaches.items() for parent, number in sorted(one.parents.items())
    ]
    titles = {box.key: box.title for box in boxes} if ties else {}
    columns = (*_COLUMNS, *_KIN) if ties else _COLUMNS
    rows = [_row(box, name, reaches[box.key], links, titles) for box, name in zip(boxes, names, strict=True)]
    matrix = escape(links.to_page(PATH, "compliance/matrix.md"))
    intro = (
        f"<p>{counted(count, 'requirement')} in {counted(len(specs), 'spec')}, and what fulfils and proves them."
        f' <a href="{matrix}">The same as one table</a></p>\n\n'
    )
    address = escape(links.page_address("compliance/matrix.md"))
    plain = [
        '<div class="muster-graph-plain">',
        picture(boxes, ties),
        table("What hangs on each spec", columns, rows, numbers=True),
        "</div>",
    ]
    return "\n".join(
        [head + intro + f'<div class="muster-graph" data-muster="graph" data-matrix="{address}">', *plain, "</div>", ""]
    )


def _row(box: Box, name: str, reach: _Reach, links: Links, titles: Mapping[str, str]) -> str:
    href = escape(links.to_page(PATH, f"compliance/{name}.md"))
    verified = sum(status is Status.VERIFIED for status in box.statuses)
    numbers = (len(box.statuses), verified, len(reach.code), len(reach.tests))
    cells = "".join(f"<td>{number:,}</td>" for number in numbers)
    kin = "".join(f"<td>{_named(one, titles)}</td>" for one in (reach.parents, reach.children) if titles)
    return f'<th scope="row"><a href="{href}">{inert(box.title)}</a></th>{cells}{kin}'


def _named(others: Mapping[str, int], titles: Mapping[str, str]) -> str:
    """The specs at the other end, each with the number of derivations."""
    shown = sorted((titles[path], number) for path, number in others.items())
    return ", ".join(f"{inert(title)} ({number:,})" for title, number in shown) or "none"


def _reaches(specs: Sequence[Document], project: Project) -> dict[str, _Reach]:
    homes = {one.id.text: document.path for document in reversed(specs) for one in reversed(document.requirements)}
    code, tests = (_files(project.trace.citations, kind, homes) for kind in _FULFIL)
    parents: dict[str, dict[str, int]] = {document.path: {} for document in specs}
    children: dict[str, dict[str, int]] = {document.path: {} for document in specs}
    for parent, child, spec in sorted({(one.parent, one.child, one.spec) for one in project.trace.derivations}):
        home = homes.get(parent)
        own = homes.get(child, "") if child else spec
        if home is not None and own in parents and own != home:
            parents[own][home] = parents[own].get(home, 0) + 1
            children[home][own] = children[home].get(own, 0) + 1
    return {
        path: _Reach(frozenset(code.get(path, ())), frozenset(tests.get(path, ())), parents[path], children[path])
        for path in parents
    }


_FULFIL = (CitationKind.IMPLEMENTS, CitationKind.VERIFIES)


def _files(citations: Iterable[Citation], kind: CitationKind, homes: Mapping[str, str]) -> dict[str, set[str]]:
    """The files that cite requirements of each spec."""
    found: dict[str, set[str]] = {}
    for one in citations:
        if one.kind is kind and counts(one) and one.id in homes:
            found.setdefault(homes[one.id], set()).add(one.place.path)
    return found
