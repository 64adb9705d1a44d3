"""The runs that JUnit XML, a report of nox and the results of our own pytest plugin tell of."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from muster.ledger.past import Past, Times, moment_in, past_of, seconds_in
from muster.ledger.rows import RunStatus
from muster.text.junit_words import FAILED_STATES, FAILED_TAGS, MOST_DEPTH, NOT_RUN_STATES
from muster.text.unreadable import Unreadable
from muster.text.words import counted, printable, shortened
from muster.text.xml import ANEW, streamed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.parsers.expat import XMLParserType

_NOX_AGAIN = "run `nox --report FILE` again"
_OWN_AGAIN = "run `pytest --muster-results FILE` again"


class _Tally:
    """How tests ended, counted one after the other."""

    def __init__(self) -> None:
        self.tests = self.failed = self.skipped = 0
        self.first_failed = ""
        self.seconds = 0.0

    def add(self, name: str, seconds: float, *, failed: bool, skipped: bool) -> None:
        self.tests += 1
        self.seconds += seconds
        self.failed += failed
        self.skipped += skipped and not failed
        if failed and not self.first_failed:
            self.first_failed = name or "a test without name"

    def outcome(self) -> tuple[RunStatus, str, str]:
        if self.failed:
            words = f"{self.failed:,} of {counted(self.tests, 'test')} failed: {shortened(self.first_failed, 300)}"
            return RunStatus.FAILED, "TestFailure", words
        return RunStatus.PARTIAL if self.skipped == self.tests else RunStatus.SUCCESS, "", ""


class _Suite:
    """A testsuite that is being read, or was."""

    def __init__(self, attributes: dict[str, str], line: int, timestamp: str) -> None:
        self.name = attributes.get("name", "").strip() or "tests"
        self.timestamp = attributes.get("timestamp", "").strip() or timestamp
        self.time = attributes.get("time", "").strip()
        self.line = line
        self.tally = _Tally()
        self.problem: Unreadable | None = None  # with the time of a test

    def times(self) -> Times:
        if self.problem:
            raise self.problem
        return Times(
            started=moment_in(self.timestamp, "timestamp", self.line) if self.timestamp else None,
            seconds=seconds_in(self.time, "time", self.line) if self.time else self.tally.seconds,
        )


class _Suites:
    """Takes what expat meets, and keeps the suites that hold tests of their own."""

    def __init__(self, parser: XMLParserType) -> None:
        self.parser = parser
        self.depth = 0
        self.open = [_Suite({}, 1, "")]
        self.case: dict[str, str] | None = None
        self.failed = self.skipped = False
        self.done: list[_Suite] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name, line = tag.rpartition(":")[2], self.parser.CurrentLineNumber
        self.depth += 1
        if self.depth == 1 and name not in ("testsuites", "testsuite"):
            words = f"the root is <{shortened(tag)}>, and JUnit XML has <testsuites> or <testsuite>"
            raise Unreadable(line, words, "have the runner write JUnit XML; no other XML is read")
        if self.depth > MOST_DEPTH:
            words = f"elements are nested more than {MOST_DEPTH} deep, and JUnit XML is flat"
            raise Unreadable(line, words, ANEW)
        if name in ("testsuites", "testsuite"):
            self.open.append(_Suite(attributes, line, self.open[-1].timestamp))
        elif name == "testcase":
            if self.case is not None:
                raise Unreadable(line, "a <testcase> stands inside another one", ANEW)
            states = {attributes.get("status", "").casefold(), attributes.get("result", "").casefold()}
            self.case = attributes
            self.failed, self.skipped = bool(states & FAILED_STATES), bool(states & NOT_RUN_STATES)
        elif self.case is not None:
            self.failed |= name in FAILED_TAGS
            self.skipped |= name == "skipped"

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        self.depth -= 1
        if name == "testcase" and self.case is not None:
            self.close(self.case, self.open[-1])
            self.case = None
        elif name in ("testsuites", "testsuite"):
            suite = self.open.pop()
            if suite.tally.tests:
                self.done.append(suite)

    def close(self, case: dict[str, str], suite: _Suite) -> None:
        seconds = 0.0
        if not suite.time and (text := case.get("time", "").strip()):
            try:
                seconds = seconds_in(text, "time", self.parser.CurrentLineNumber)
            except Unreadable as error:
                suite.problem = suite.problem or error
        suite.tally.add(case.get("name", "").strip(), seconds, failed=self.failed, skipped=self.skipped)


def runs_of_suites(content: bytes, modified: float) -> Iterator[Past | Unreadable]:
    """One run for each suite of a JUnit XML file that holds tests of its own; suites around it are no runs."""
    digest = hashlib.sha256(content).hexdigest()
    for number, suite in enumerate(streamed(content, _Suites).done):
        try:
            span = suite.times().span(modified, suite.line)
        except Unreadable as error:
            yield error
            continue
        identity = (suite.timestamp, suite.time, digest, str(number))
        yield past_of("test", suite.name, suite.tally.outcome(), span, identity)


class _Session(Struct, frozen=True):
    """A session as nox reports it."""

    name: Annotated[str, Meta(pattern=r"\S")]
    result: Literal["success", "failed", "aborted", "skipped"]
    signatures: tuple[str, ...] = ()
    reason: str | None = None
    duration: float | None = None  # older versions do not give it

    @property
    def full_name(self) -> str:
        """The name with the Python and the parameters, as nox prints it."""
        return next((text for text in self.signatures if text.strip()), self.name)

    def outcome(self) -> tuple[RunStatus, str, str]:
        if self.result == "success":
            return RunStatus.SUCCESS, "", ""
        if self.result == "skipped":
            return RunStatus.PARTIAL, "", ""
        reason = (self.reason or "").strip() or f"the session {shortened(self.full_name)} {_ENDED[self.result]}"
        return RunStatus.FAILED, f"Session{self.result.title()}", reason


_ENDED = {"failed": "failed", "aborted": "was aborted"}


def runs_of_nox(content: bytes, sessions: list[Any], modified: float) -> Iterator[Past | Unreadable]:
    """One run for each session of a report of nox, which gives durations and no times."""
    digest = hashlib.sha256(content).hexdigest()
    for number, written in enumerate(sessions):
        try:
            session = msgspec.convert(written, _Session)
            seconds = None if session.duration is None else seconds_in(session.duration, "duration", 1)
            span = Times(seconds=seconds).span(modified, 1)
        except (msgspec.ValidationError, OverflowError) as error:
            words = f"session {number + 1} is not as nox writes it: {printable(str(error))}"
            yield Unreadable(1, words, _NOX_AGAIN)
        except Unreadable as error:
            yield Unreadable(1, f"session {number + 1}: {error.message}", error.remedy)
        else:
            yield past_of("nox", session.full_name, session.outcome(), span, (digest, str(number)))


class _Test(Struct, frozen=True):
    """What counts of a test in a file of our own."""

    node: str
    outcome: Literal["passed", "failed", "skipped"]
    seconds: Annotated[float, Meta(ge=0)]


def runs_of_own_tests(content: bytes, document: dict[str, Any], modified: float) -> Iterator[Past | Unreadable]:
    """The one run of a file that `pytest --muster-results` wrote, which gives durations and no times."""
    version = document["schema_version"]
    if version != 1 or isinstance(version, bool):
        words = f"the results are of version {shortened(str(version))}, and this Muster knows version 1"
        raise Unreadable(1, words, _OWN_AGAIN)
    try:
        tests = msgspec.convert(document["tests"], tuple[_Test, ...])
    except (msgspec.ValidationError, OverflowError) as error:
        raise Unreadable(1, f"the JSON holds no results of Muster: {printable(str(error))}", _OWN_AGAIN) from None
    if not tests:
        return
    tally = _Tally()
    for test in tests:
        tally.add(test.node, test.seconds, failed=test.outcome == "failed", skipped=test.outcome == "skipped")
    span = Times(seconds=tally.seconds).span(modified, 1)
    yield past_of("test", "pytest", tally.outcome(), span, (hashlib.sha256(content).hexdigest(),))
