"""What test results name that is not there: requirements, and tests.

implements: MU-TRACE-3013
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from muster.model import Problem
from muster.specs.nearest import Nearest
from muster.text.words import shortened
from muster.trace.named import finder
from muster.trace.placing import Spot

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from muster.model import CaseResult

_AGAIN = "run the tests again: these results are of another state of the repository"
_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_TEST_MODULE = re.compile(r"test_\w+|\w+_test")
_NUMBERED = re.compile(r"(\w+?)_[0-9]+(?:_\w*)?")
_MOST_GUESSES = 200  # IDs for which a nearest one is looked for


def strange(
    results: Iterable[CaseResult],
    ids: Collection[str],
    paths: Collection[str],
    read: Callable[[str], bytes | None],
) -> Iterator[Problem]:
    """What is wrong with the results that name a requirement, by property or by name, in their order.

    A property may name an ID that no spec defines; and a test may be gone, together with its file or alone. `read`
    gives the content of a file, or None where it cannot be read; it is asked once for each.
    """
    named = finder(ids)
    nearest = Nearest(ids)
    gone = _Gone(paths, read)
    for result in results:
        for identifier in result.requirements:
            if identifier not in ids:
                words = f"{called(result)} names {shortened(identifier)}, which no spec defines"
                yield Problem("TRC015", result.place, words, nearest.help(identifier))
        naming = result.requirements or any(named(name) for name in (result.name, *result.names))
        if naming and (missing := gone(result)):
            words = f"{missing} stands in the results, and there is no such test"
            yield Problem("TRC014", result.place, words, _AGAIN)


def called(result: CaseResult) -> str:
    """What a message calls a test."""
    around = result.file or result.suite
    return shortened(result.node or (f"{around}::{result.name}" if around else result.name), 200)


class _Gone:
    """Whether a test is in the repository no longer."""

    def __init__(self, paths: Collection[str], read: Callable[[str], bytes | None]) -> None:
        self.paths = paths
        self.read = read
        self.known: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            self.known[path.rpartition("/")[2]].append(path)
        self.words: dict[str, frozenset[str] | None] = {}
        self.heirs: dict[str, frozenset[str]] = {}

    def __call__(self, result: CaseResult) -> str:
        """How the missing test is called; "" where it is there, or where nobody knows."""
        spot = Spot.of(result)
        file = spot.file or self._derived(result)
        if not file:
            return ""
        paths = self._standing(file)
        name = result.name.partition("[")[0].rpartition("::")[2]
        missing = shortened(result.node or f"{file}::{result.name}", 200)
        if not paths:
            return missing
        if not _IDENTIFIER.fullmatch(name):
            return ""  # a title may be put together where the test runs
        return "" if any(self._has(path, name, result.suite) for path in paths) else missing

    def _derived(self, result: CaseResult) -> str:
        """The file that a dotted module of pytest or unittest stands for."""
        parts = result.suite.split(".")
        modules = [at for at, part in enumerate(parts) if _TEST_MODULE.fullmatch(part)]
        if not modules or not result.name.startswith("test") or not all(_IDENTIFIER.fullmatch(part) for part in parts):
            return ""
        return "/".join(parts[: modules[-1] + 1]) + ".py"

    def _standing(self, file: str) -> list[str]:
        """The files of the project that a path in the results can mean: it may be absolute, or begin further down."""
        same = self.known.get(file.rpartition("/")[2], [])
        if file in self.paths:
            return [file]
        return [path for path in same if path.endswith(f"/{file}") or file.endswith(f"/{path}")]

    def _has(self, path: str, name: str, suite: str) -> bool:
        if path not in self.words:
            content = self.read(path)
            text = "" if content is None else content.decode("utf-8", "replace")
            self.words[path] = None if content is None else frozenset(re.findall(r"\w+", text))
            # A class that has a base may inherit its tests from another file.
            self.heirs[path] = frozenset(
                re.findall(r"\bclass\s+(\w+)(?:\s*\(\s*(?!object\b)\w|\s+extends\b|[ \t]*:[ \t]*\w)", text)
            )
        words = self.words[path]
        if words is None or name in words or self.heirs[path].intersection(re.split(r"[.$]", suite)):
            return True
        numbered = _NUMBERED.fullmatch(name)
        return numbered is not None and numbered[1] in words and "parameterized" in words
