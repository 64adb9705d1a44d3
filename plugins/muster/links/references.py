"""Whether what specs and other texts name without a link is there: paths to code, anchors, sections.

Where a name may mean something that nobody here knows, it is not judged.

implements: MU-RULE-2016, MU-RULE-2023
"""

from __future__ import annotations

import re
from functools import cached_property
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from muster.links.resolving import World
from muster.model import MentionKind, Place, Problem
from muster.settings import Anchors
from muster.text.globs import matches
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from muster.links.resolving import Files
    from muster.model import Document, Mention, NamedPath, Page, Project

_LINE = re.compile(r"L[0-9]+(?:C[0-9]+)?(?:-L?[0-9]+(?:C[0-9]+)?)?")
# What samples are called, and the anchors that stand for any other.
_PLACEHOLDER = re.compile(
    r"(?:.*/)?(?:foo|bar|baz|qux|path/to|x+|your[-_]?\w*|my[-_]\w+|some[-_]\w+|file|page|example)(?:/.*|\.md)",
    re.IGNORECASE,
)
_ANY_ANCHOR = frozenset("anchor section fragment heading hash slug id name title foo bar baz x xxx some-anchor".split())
# Where a path that begins with `../` is one from the folder of the file; in code it is often that of the built page.
_BY_FOLDER = (".md", ".yaml", ".yml", ".toml", ".json", ".cfg", ".ini", ".conf", ".txt")
# Tests and samples are full of files that nobody has; a log of changes tells of those that once were.
_MADE_UP = re.compile(
    r"(?:.*/)?(?:(?:tests?|testing|testdata|__tests__|__snapshots__|fixtures?|snapshots?|examples?|samples?|mocks?)/.*"
    r"|(?:test_[^/]*|conftest\.py|[^/]*[._-](?:test|spec|tests)\.\w+|[^/]*\.snap))",
    re.IGNORECASE,
)
_HISTORY = re.compile(r"(?:.*/)?(?:change-?log|changes|history|news|releases?|release[-_]notes)\b[^/]*", re.IGNORECASE)


def reference_problems(
    project: Project,
    mentions: Mapping[str, Sequence[Mention]],
    files: Files,
    generated: Callable[[Project], Collection[str]],
) -> list[Problem]:
    """What is named and is not there; `mentions` are those of the files that are no pages, by path."""
    judge = _Judge(project, files, generated)
    found: list[Problem] = []
    for document in project.documents:
        for named in document.paths:
            found += judge.code_path(document, named)
    derived = {file.path for file in project.derived if file.same}  # what they name, their sources name
    named_by = {page.path: page.mentions for page in project.pages if page.mentions and page.path not in derived}
    for path, several in (*named_by.items(), *mentions.items()):
        if _HISTORY.fullmatch(path) is None:
            for mention in several:
                if mention.kind is not MentionKind.ADDRESS:
                    found += judge.mention(path, mention)
    return found


class _Judge:
    """Looks up each name among the files, the folders and the pages."""

    def __init__(self, project: Project, files: Files, generated: Callable[[Project], Collection[str]]) -> None:
        self.world = World(project, files, generated)
        self.ignore = project.settings.links.ignore
        self.redirects = project.settings.links.redirects
        self._targets: dict[tuple[str, str], tuple[str, str]] = {}
        self._ids: dict[str, frozenset[str]] = {}
        self._bare: dict[str, dict[str, str]] = {}
        self._numbers: dict[str, tuple[frozenset[str], frozenset[int]]] = {}

    @cached_property
    def by_name(self) -> Mapping[str, Sequence[str]]:
        """The paths of all files, by their last part."""
        found: dict[str, list[str]] = {}
        for path in self.world.files.paths:
            found.setdefault(basename(path), []).append(path)
        return found

    # Paths to code

    def code_path(self, document: Document, named: NamedPath) -> Iterator[Problem]:
        """What is wrong with a path that a spec names."""
        path = named.path
        place = Place(document.path, named.line, named.column, len(path))
        there = self._exists(path, document.path)
        if named.marked and there:
            words = f"{shortened(path)} exists and is still marked as to be created"
            yield Problem("LNK012", place, words, "remove the mark `(to be created)`")
        elif not named.marked and not there and self._is_claimed(named, document.path):
            words = f"{shortened(path)} is named here and does not exist"
            yield Problem("LNK011", place, words, "mend the path, or write `(to be created)` behind it")

    def _exists(self, path: str, source: str) -> bool:
        return any(self.world.existing(at) is not None or self._ignored(at) for at in _readings(path, source))

    def _ignored(self, path: str) -> bool:
        return any(matches(path, glob) for glob in self.ignore) or self.world.files.is_ignored(path)

    def _is_claimed(self, named: NamedPath, source: str) -> bool:
        """Whether a path that leads nowhere is one of this repository: it begins in it, and nothing ends with it."""
        tail = named.path.rstrip("/")
        while tail.startswith(("./", "../")):
            tail = tail.partition("/")[2]
        if any(other.endswith(f"/{tail}") for other in self.by_name.get(basename(tail), ())):
            return False
        folders = self.world.folders
        for at in _readings(named.path, source):
            begins = at[: len(at) - len(tail)] + tail.partition("/")[0]
            if begins in folders and (not named.material or dirname(at) in folders):
                return True
        return False

    # Anchors and sections

    def mention(self, source: str, mention: Mention) -> Iterator[Problem]:
        """What is wrong with an anchor or a section that a file names."""
        place = Place(source, mention.line, mention.column, mention.width)
        if not mention.path:
            if self._lacks(self.world.pages[source], mention.name):
                yield _no_section(place, mention.name, "this page")
            return
        target, missing = self._target(mention.path, source)
        made_up = mention.sample or mention.name in _ANY_ANCHOR
        if missing and mention.kind is MentionKind.ANCHOR and not made_up:
            words = f"{shortened(mention.path)}#{shortened(mention.name)}: there is no {shortened(missing)}"
            yield Problem("LNK014", place, words, "mend the path; `links.exclude` names files that are made up")
        page_there = self.world.pages.get(target)
        if page_there is None:
            return
        if mention.kind is MentionKind.SECTION:
            if self._lacks(page_there, mention.name):
                yield _no_section(place, mention.name, shortened(target))
        elif not self._has_anchor(page_there, mention.name) and mention.name not in _ANY_ANCHOR:
            yield self._no_anchor(place, page_there, mention.name)

    def _lacks(self, page: Page, number: str) -> bool:
        """Whether a page has no section of this number, and numbers its sections as deep, or the one around it."""
        if page.path not in self._numbers:
            self._numbers[page.path] = frozenset(page.numbers), frozenset(other.count(".") for other in page.numbers)
        numbers, depths = self._numbers[page.path]
        return number not in numbers and (number.count(".") in depths or number.rpartition(".")[0] in numbers)

    def _target(self, path: str, source: str) -> tuple[str, str]:
        """The file that a text means, and where it means none, the path at which one should be; both may be empty."""
        key = path, dirname(source)
        if key not in self._targets:
            made_up = _MADE_UP.fullmatch(source) is not None
            target = self._found(path, source)
            self._targets[key] = target, "" if target or made_up else self._missing(path, source)
        return self._targets[key]

    def _found(self, path: str, source: str) -> str:
        readings = [self.redirects.get(at, at) for at in _readings(path, source)]
        for at in readings:
            there = self.world.existing(at)
            if there is not None:
                return there
            if self._ignored(at):
                return "\0"  # it is there, and no page
        tail = path.rpartition("../")[2].removeprefix("./")
        named_so = [at for at in self.by_name.get(basename(tail), ()) if f"/{at}".endswith(f"/{tail}")]
        return (named_so[0] if len(named_so) == 1 else "\0") if named_so else ""

    def _missing(self, path: str, source: str) -> str:
        """Where a file should be that is not: in a folder that is named and is there, and under no sample's name."""
        if "/" not in path.rpartition("../")[2].removeprefix("./") or _PLACEHOLDER.fullmatch(path):
            return ""
        if path.startswith("../") and not source.endswith(_BY_FOLDER):
            return ""  # text that a site shows elsewhere than where it stands
        at = next((at for at in _readings(path, source) if dirname(at) in self.world.folders), "")
        return "" if at and at in self.world.generated else at

    def _has_anchor(self, page: Page, name: str) -> bool:
        if page.open or name == "top" or _LINE.fullmatch(name) or name[-1] in "-_":
            return True  # it may have more than is known, or a program adds the rest
        plain = unquote(name)
        world = self.world
        site, github = world.anchors(page.path, github=False), world.anchors(page.path, github=True)
        return plain in site or plain in github or plain.lower() in github or plain in self._requirements(page.path)

    def _requirements(self, path: str) -> frozenset[str]:
        """The anchors that requirements have wherever the project is shown as a site."""
        if path not in self._ids:
            document = self.world.documents.get(path) if self.world.style is not Anchors.GITHUB else None
            self._ids[path] = frozenset(one.anchor for one in document.requirements) if document else frozenset()
        return self._ids[path]

    def _no_anchor(self, place: Place, page: Page, name: str) -> Problem:
        words = f"{shortened(page.path)} has no anchor {shortened(name)}"
        near = self._same_letters(name, page)
        better = f"did you mean #{shortened(near)}?" if near else "take one that the page has"
        return Problem("LNK014", place, words, better)

    def _same_letters(self, name: str, page: Page) -> str:
        """The anchor that has the same letters, or else nearly the same."""
        if page.path not in self._bare:
            anchors = sorted(page.anchors, reverse=True)  # of several, the first
            self._bare[page.path] = {_NO_LETTER.sub("", anchor.lower()): anchor for anchor in anchors}
        same = self._bare[page.path].get(_NO_LETTER.sub("", name.lower()))
        return same or self.world.guesses.near(name, page.anchors, 0.7)


_NO_LETTER = re.compile(r"[\W_]+")


def _readings(path: str, source: str) -> list[str]:
    """The paths from the root that a path may stand for: from the root, or from a folder above the file."""
    folder = dirname(source)
    if path.startswith(("./", "../")):
        starts = [folder]
    else:
        starts = [""]
        while folder:
            starts.append(folder)
            folder = dirname(folder)
    found = (normpath(join(start, path)) for start in starts)
    return [at for at in found if not at.startswith("..")]


def _no_section(place: Place, number: str, where: str) -> Problem:
    words = f"§{number}: no heading of {where} begins with {number}"
    return Problem("LNK013", place, words, "mend the number, or link the section")
