"""Which requirements and tests a change touches.

A requirement is touched where its own text changes, and with it those that derive from it; or where code or a test that
cites it does. A page that merely mentions it touches it too, and needs none of its tests to run.

implements: MU-TRACE-3032
"""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CitationKind
from muster.text.globs import any_matches
from muster.text.utf8 import encodable
from muster.trace.view import Derived, Row, cited, counts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from muster.model import CaseResult, Citation, Project
    from muster.specs.revision import Change

SCHEMA_VERSION = 1


class Reason(Struct, frozen=True, order=True):
    """Why a requirement is touched."""

    # defined, added, removed, tightened, loosened, reworded; implements, verifies, mentions; derives
    what: str
    path: str
    line: int = 0
    symbol: str = ""
    gone: bool = False  # it stood there before the change
    parent: str = ""  # the ID of the one that it derives from, which is touched itself


class Test(Struct, frozen=True, order=True):
    """A test of a touched requirement."""

    path: str
    symbol: str = ""
    pytest: str = ""  # what pytest takes for it; "" for another runner's


class Touched(Struct, frozen=True):
    """A requirement that a change touches."""

    id: str
    title: str
    level: str
    status: str  # "removed" for one that is gone
    spec: str
    line: int  # 0 for one that is gone
    reasons: tuple[Reason, ...]
    tests: tuple[Test, ...]
    parents: tuple[Derived, ...]
    children: tuple[Derived, ...]


class ImpactReport(Struct, frozen=True):
    """What `muster impact --format json` writes."""

    schema_version: int
    files: tuple[str, ...]  # that changed
    requirements: tuple[Touched, ...]
    tests: tuple[str, ...]  # what pytest takes


class Edit(Struct, frozen=True):
    """What was changed."""

    paths: frozenset[str]  # of files, those that are gone included
    whole: frozenset[str] = frozenset()  # specs of which every requirement counts as changed
    changes: tuple[Change, ...] = ()  # of requirements, where there is something to compare with
    before: tuple[Citation, ...] = ()  # in these files, before the change


def touched_by(
    edit: Edit, project: Project, rows: Sequence[Row], citations: Sequence[Citation], node: Callable[[CaseResult], str]
) -> tuple[Touched, ...]:
    """The requirements that a change touches, in the order of the specs, and then those that are gone.

    `citations` are those of the project as it is now, with symbols in the tests of these. `node` gives what pytest
    takes for a test of the results, or "".
    """
    reasons: defaultdict[str, set[Reason]] = defaultdict(set)
    for name, reason in (*_by_text(edit, rows), *_by_citation(edit, citations)):
        reasons[name].add(reason)
    _descend(reasons, rows)
    verifying: defaultdict[str, set[Test]] = defaultdict(set)
    for one in citations:
        if one.kind is CitationKind.VERIFIES and not one.literal:
            verifying[one.id].add(_cited_test(one))
    for name, results in project.trace.tests.items():
        verifying[name].update(Test(encodable(one.file), one.name, at) for one in results if (at := node(one)))
    known = {row.id for row in rows}
    found = [
        Touched(
            id=row.id,
            title=row.title,
            level=row.level.value,
            status=row.status.value,
            spec=row.spec,
            line=row.line,
            reasons=tuple(sorted(reasons[row.id])),
            tests=_distinct(verifying[row.id]) if _runs(reasons[row.id]) else (),
            parents=row.parents,
            children=row.children,
        )
        for row in rows
        if row.id in reasons
    ]
    for change in edit.changes:
        if change.new is None and change.old is not None and change.id not in known:
            old, why = change.old, tuple(sorted(reasons[change.id]))
            words = (encodable(old.title), old.level.value, "removed", encodable(change.path))
            found.append(Touched(change.id, *words, 0, why, _distinct(verifying[change.id]), (), ()))
    return tuple(found)


def _by_text(edit: Edit, rows: Iterable[Row]) -> Iterator[tuple[str, Reason]]:
    """Requirements that say something else than they did."""
    for change in edit.changes:
        line = change.new.place.line if change.new else 0
        yield change.id, Reason(change.kind.value, encodable(change.path), line, gone=change.new is None)
    whole = {encodable(path) for path in edit.whole}
    for row in rows:
        if row.spec in whole:
            yield row.id, Reason("defined", row.spec, row.line)


def _by_citation(edit: Edit, citations: Iterable[Citation]) -> Iterator[tuple[str, Reason]]:
    """Requirements that changed files cite, or cited before."""
    now = set()
    for one in citations:
        if one.place.path in edit.paths and counts(one):
            now.add((one.id, one.kind, one.place.path))
            place = cited(one)
            yield one.id, Reason(one.kind.value, place.path, place.line, place.symbol)
    for one in edit.before:
        if counts(one) and (one.id, one.kind, one.place.path) not in now:
            place = cited(one)
            yield one.id, Reason(one.kind.value, place.path, place.line, place.symbol, gone=True)


_WEAK = ("mentions",)
_OF_CODE = ("implements", "verifies", "mentions")


def _runs(reasons: Iterable[Reason]) -> bool:
    """Whether the tests are worth a run: a mere mention changes nothing that they look at."""
    return any(reason.what not in _WEAK for reason in reasons)


def _descend(reasons: defaultdict[str, set[Reason]], rows: Sequence[Row]) -> None:
    """Add what derives from requirements whose text changed, down to the last child."""
    children: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        for mother in row.parents:
            children[mother.id].append(row.id)
    specs = {row.id: row.spec for row in rows}
    due = [name for name, own in reasons.items() if any(one.what not in _OF_CODE for one in own)]
    seen = set(due)
    while due:
        parent = due.pop()
        for child in children[parent]:
            reasons[child].add(Reason("derives", specs[child], parent=parent))
            if child not in seen:
                seen.add(child)
                due.append(child)


def _cited_test(one: Citation) -> Test:
    place = cited(one)
    return Test(place.path, place.symbol, pytest_node(place.path, place.symbol))


def _distinct(tests: Collection[Test]) -> tuple[Test, ...]:
    """The tests sorted; of two that pytest takes for one, the first."""
    found: dict[str | Test, Test] = {}
    for test in sorted(tests):
        found.setdefault(test.pytest or test, test)
    return tuple(found.values())


def pytest_node(path: str, symbol: str) -> str:
    """What pytest takes for a function or class of a Python file; "" for another language.

    A node that pytest does not know would stop all of its run, and so what is not plainly a test (a helper, a class
    without `Test` before its name) gives way to the class or the file around it.
    """
    if not path.endswith(".py"):
        return ""
    inner: list[str] = []
    for part in symbol.split(".") if symbol else ():
        if part.startswith("test"):
            return "::".join((path, *inner, part))
        if not part.startswith("Test"):
            break
        inner.append(part)
    return "::".join((path, *inner))


_MODULES = ("test_*.py", "*_test.py")  # in other files pytest finds no tests


def pytest_arguments(touched: Iterable[Touched], changed: Iterable[str], tests: tuple[str, ...]) -> tuple[str, ...]:
    """What to hand to pytest, sorted: the tests, and test files that changed themselves; `tests` are their globs.

    A `conftest.py` that changed stands for its folder. What lies in another of them is left out.
    """
    found = {test.pytest for one in touched for test in one.tests if test.pytest}
    for path in changed:
        folder, _, name = path.rpartition("/")
        if name == "conftest.py":
            found.add(folder or ".")
        elif any(fnmatchcase(name, form) for form in _MODULES) and any_matches(path, tests):
            found.add(path)
    return tuple(sorted(one for one in found if not any(around in found for around in _around(one))))


def _around(node: str) -> Iterator[str]:
    """The class, the file and the folders that a node lies in."""
    path, _, rest = node.partition("::")
    parts = rest.split("::") if rest else []
    for length in range(len(parts)):
        yield "::".join((path, *parts[:length]))
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    if node != ".":
        yield "."
