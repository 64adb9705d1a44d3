"""JUnit XML as pytest, cargo-nextest, gotestsum, Maven Surefire and jest-junit write it.

A file with any damage has no results: half a file proves nothing.

implements: MU-TRACE-3010
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.model import CaseOutcome, CaseResult, Place
from muster.text.junit_words import FAILED_STATES, FAILED_TAGS, MOST_DEPTH, NOT_RUN_STATES
from muster.text.unreadable import Unreadable
from muster.text.words import shortened
from muster.text.xml import ANEW, streamed
from muster.trace.cases import (
    MOST_REQUIREMENTS,
    MOST_TESTS,
    first_line,
    folded_name,
    is_titled,
    node_of,
    path_named,
    requirements_named,
    seconds_in,
)

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

_MOST_TEXT = 4_000  # characters of an element that can matter
_SAYS_NOTHING = frozenset({"", "Failed"})
_OF_TITLES = re.compile(r"\b(jest|vitest|mocha)\b", re.IGNORECASE)


class _Suite:
    """A testsuite that is being read."""

    def __init__(self, name: str, file: str, first: int) -> None:
        self.name = name
        self.file = file
        self.first = first  # the number of its first case
        self.requirements: list[str] = []


class _Case:
    """A testcase that is being read, or was."""

    __slots__ = ("failed", "file", "full", "line", "message", "requirements", "seconds", "skipped", "suite", "titled")

    def __init__(self, attributes: dict[str, str], suite: _Suite, line: int, *, titled: bool) -> None:
        self.full = attributes.get("name", "")
        around = attributes.get("classname", "")
        # jest-junit repeats the whole title as the class; then the suite alone says what stands around.
        self.suite = suite.name if around in ("", self.full) else around
        self.file = path_named(attributes.get("file", "") or (around if is_titled(around) else "") or suite.file)
        self.titled = titled or is_titled(self.file)
        self.line = line
        self.seconds = seconds_in(attributes.get("time", ""))
        states = {attributes.get("status", "").casefold(), attributes.get("result", "").casefold()}
        self.failed = bool(states & FAILED_STATES)
        self.skipped = bool(states & NOT_RUN_STATES)
        self.message = ""
        self.requirements: tuple[str, ...] = ()

    def result(self, path: str) -> CaseResult:
        name = self.full if self.titled else folded_name(self.full)
        outcome = CaseOutcome.SKIPPED if self.skipped else CaseOutcome.PASSED
        return CaseResult(
            name=name,
            suite=self.suite,
            outcome=CaseOutcome.FAILED if self.failed else outcome,
            place=Place(path, self.line),
            file=self.file,
            requirements=tuple(sorted(set(self.requirements))),
            node=node_of(self.file, self.suite, name),
            message=self.message,
            seconds=self.seconds,
            names=(self.full,),
        )


class _Reader:
    """Takes what expat meets, one element after the other."""

    def __init__(self, parser: XMLParserType) -> None:
        self.parser = parser
        self.cases: list[_Case] = []
        self.case: _Case | None = None
        self.suites = [_Suite("", "", 0)]
        self.depth = 0
        self.titled = False
        self.caught: tuple[str, int, dict[str, str]] | None = None  # the element whose text is kept, and its depth
        self.text: list[str] = []
        self.kept = 0

    def refuse(self, message: str, remedy: str = ANEW) -> Unreadable:
        return Unreadable(self.parser.CurrentLineNumber, message, remedy)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self.depth += 1
        if self.depth == 1 and name not in ("testsuites", "testsuite"):
            words = f"the root is <{shortened(tag)}>, and JUnit XML has <testsuites> or <testsuite>"
            raise self.refuse(words, "have the runner write JUnit XML; `muster trace` reads no other XML")
        if self.depth > MOST_DEPTH:
            raise self.refuse(f"elements are nested more than {MOST_DEPTH} deep, and JUnit XML is flat")
        if name == "testsuites":
            self.titled = _OF_TITLES.search(attributes.get("name", "")) is not None
        elif name == "testsuite":
            file = attributes.get("file", "") or self.suites[-1].file
            self.suites.append(_Suite(attributes.get("name", ""), file, len(self.cases)))
        elif name == "testcase":
            self.open_case(attributes)
        elif self.caught is None and (name == "property" or (self.case and name in (*FAILED_TAGS, "skipped"))):
            self.caught, self.text, self.kept = (name, self.depth, attributes), [], 0
            self.parser.CharacterDataHandler = self.characters

    def open_case(self, attributes: dict[str, str]) -> None:
        if self.case:
            raise self.refuse("a <testcase> stands inside another one")
        if len(self.cases) >= MOST_TESTS:
            raise self.refuse(f"the file has more than {MOST_TESTS:,} tests", "give the results in several files")
        self.case = _Case(attributes, self.suites[-1], self.parser.CurrentLineNumber, titled=self.titled)
        self.cases.append(self.case)

    def characters(self, text: str) -> None:
        if self.kept < _MOST_TEXT:
            self.text.append(text)
            self.kept += len(text)

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if self.caught and self.caught[1] == self.depth:
            kind, _, attributes = self.caught
            self.caught, self.parser.CharacterDataHandler = None, None
            self.close(kind, attributes, "".join(self.text))
        elif name == "testcase":
            self.case = None
        elif name == "testsuite":
            suite = self.suites.pop()
            if suite.requirements:
                self.spread(suite)
        self.depth -= 1

    def close(self, kind: str, attributes: dict[str, str], text: str) -> None:
        """Take in what an element inside a case or a suite says."""
        if kind == "property":
            self.take(requirements_named(attributes.get("name", ""), attributes.get("value") or text))
            return
        assert self.case is not None
        written = attributes.get("message", "")
        words = first_line(*((text, written) if written.strip() in _SAYS_NOTHING else (written, text)))
        if kind == "skipped":
            self.case.skipped = True
            self.case.message = self.case.message or words
        else:
            self.case.message = self.case.message if self.case.failed and self.case.message else words
            self.case.failed = True

    def take(self, ids: list[str]) -> None:
        if not ids:
            return
        if self.case:
            self.case.requirements = self.joined(self.case.requirements, ids)
        else:
            self.suites[-1].requirements = list(self.joined(tuple(self.suites[-1].requirements), ids))

    def spread(self, suite: _Suite) -> None:
        """A property of a suite holds for all of its cases, before and behind it."""
        shared = tuple(suite.requirements)
        for case in self.cases[suite.first :]:
            case.requirements = self.joined(case.requirements, shared) if case.requirements else shared

    def joined(self, old: tuple[str, ...], new: list[str] | tuple[str, ...]) -> tuple[str, ...]:
        ids = tuple(dict.fromkeys((*old, *new)))
        if len(ids) > MOST_REQUIREMENTS:
            words = f"a test names more than {MOST_REQUIREMENTS} requirements"
            raise self.refuse(words, "name at each test those that it verifies")
        return ids


def cases_in(content: bytes, path: str) -> tuple[CaseResult, ...]:
    """Each testcase of a JUnit XML file, in order, retries and parameters apart; or raise `Unreadable`."""
    reader = streamed(content, _Reader)
    return tuple(case.result(path) for case in reader.cases)
