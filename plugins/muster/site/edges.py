"""The edges that the graph is walked by: `assets/muster/data/graph.json`, whose shape stands in `site/data.py`.

implements: MU-SITE-9023
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.site.data import VERSION, Catalogue, citing_files, data_file
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.site.page import GeneratedFile
    from muster.trace.view import Cited

_Pairs = dict[tuple[int, int], None]  # each edge once, in order


def graph_file(catalogue: Catalogue) -> GeneratedFile:
    """The edges between requirements, code, tests and specs."""
    nodes = _Nodes(citing_files(catalogue.rows))
    code: _Pairs = {}
    tests: _Pairs = {}
    for number, row in enumerate(catalogue.rows):
        code |= {(number, node): None for node in nodes.numbers(row.code)}
        tests |= {(number, node): None for node in nodes.numbers(row.tests)}
    derives, specs = _derivations(catalogue)
    content = {
        "version": VERSION,
        "nodes": [[file, symbol, line] for (file, symbol), line in zip(nodes.known, nodes.lines, strict=True)],
        "code": _flat(code),
        "tests": _flat(tests),
        "derives": _flat(derives),
        "specs": _flat(specs),
    }
    return data_file("graph.json", content)


class _Nodes:
    """Functions, classes and whole files that cite, numbered as they come."""

    def __init__(self, files: dict[str, int]) -> None:
        self.files = files
        self.known: dict[tuple[int, str], int] = {}
        self.lines: list[int] = []  # the first that cites

    def numbers(self, places: Iterable[Cited]) -> list[int]:
        """The numbers of what stands around these places."""
        found = []
        for one in places:
            number = self.known.setdefault((self.files[one.path], one.symbol), len(self.known))
            if number == len(self.lines):
                self.lines.append(one.line)
            self.lines[number] = min(self.lines[number], one.line)
            found.append(number)
        return found


def _derivations(catalogue: Catalogue) -> tuple[_Pairs, _Pairs]:
    """Child and parent by number of row; a whole spec and its parent."""
    rows = {row.id: number for number, row in enumerate(catalogue.rows)}
    specs = {path: number for number, path in enumerate(catalogue.specs)}
    derives: _Pairs = {}
    whole: _Pairs = {}
    for one in catalogue.outcome.project.trace.derivations:
        parent, child, spec = rows.get(one.parent), rows.get(one.child), specs.get(encodable(one.spec))
        if parent is not None and child is not None:
            derives[child, parent] = None
        elif parent is not None and not one.child and spec is not None:
            whole[spec, parent] = None
    return derives, whole


def _flat(pairs: _Pairs) -> list[int]:
    return [number for pair in pairs for number in pair]
