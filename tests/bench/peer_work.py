"""The work that Muster and its peers are measured by: documents, chapters and requirements, in no tool's format.

The prose is that of the synthetic projects. Each requirement is cited twice: by the function that fulfils it and by
the test of that function. `bench.peer_formats` writes it down for each tool.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from bench import synthetic, wording

CITATIONS = 2  # of each requirement


@dataclass(frozen=True)
class Item:
    """A requirement."""

    area: str
    number: str
    statement: str
    reason: str

    @property
    def id(self) -> str:
        return f"{self.area}-{self.number}"

    @property
    def name(self) -> str:
        """The same for tools whose names know no hyphen."""
        return self.id.replace("-", "_")


@dataclass(frozen=True)
class Chapter:
    """A section of a document: prose, then its requirements."""

    title: str
    prose: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Document:
    """One spec, the file of code that fulfils it and the file of tests that verifies it."""

    group: str
    part: str
    chapters: tuple[Chapter, ...]

    @property
    def title(self) -> str:
        return f"{self.group.capitalize()} {self.part}"

    @property
    def area(self) -> str:
        return f"{self.group}-{self.part}".upper()

    @property
    def place(self) -> str:
        """Where it is: a folder and a name without a suffix, which no other document has in its own folder either."""
        return f"{self.group}/{self.group}-{self.part}"

    @property
    def source(self) -> str:
        return f"src/{self.group}/{self.group}_{self.part}.py"

    @property
    def test(self) -> str:
        return f"tests/{self.group}/test_{self.group}_{self.part}.py"

    @property
    def items(self) -> Iterator[Item]:
        for chapter in self.chapters:
            yield from chapter.items


def documents(count: int, seed: int = 1) -> tuple[Document, ...]:
    """Documents with `count` requirements among them, shared out as in the synthetic projects."""
    return tuple(map(_document, synthetic.plan(count, seed)))


def _document(spec: synthetic.Spec) -> Document:
    random = Random(f"{spec.seed}:{spec.index}:work")
    return Document(spec.group, spec.part, tuple(_chapter(random, title, ids) for title, ids in spec.sections))


def _chapter(random: Random, title: str, ids: tuple[str, ...]) -> Chapter:
    prose = wording.remarks(random, random.randint(3, 6))
    return Chapter(title, prose, tuple(_item(random, id_) for id_ in ids))


def _item(random: Random, id_: str) -> Item:
    area, _, number = id_.rpartition("-")
    return Item(area, number, wording.obligation(random), wording.reasons(random, 4))
