"""The results that the pytest plugin writes: JSON, one test a line, sorted.

implements: MU-TRACE-3011
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from muster.model import CaseOutcome, CaseResult, Place
from muster.text.unreadable import Unreadable
from muster.text.utf8 import encodable
from muster.text.words import printable, shortened
from muster.trace.cases import MOST_REQUIREMENTS, MOST_TESTS, first_line, folded_name, path_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SCHEMA_VERSION = 1
ANEW = "run the tests again with `pytest --muster-results FILE`"
_BYTE = re.compile(r"\(byte ([0-9]+)\)")
_ENTRY = re.compile(r"\$\.tests\[([0-9]+)\]")


class OwnTest(Struct, frozen=True, forbid_unknown_fields=True):
    """One test as it ended."""

    node: str  # how pytest calls it, parameters and all
    file: str  # relative to pytest's rootdir, with "/"
    name: str  # of the function, with its parameters
    suite: str  # the module and the classes, joined by "."
    outcome: CaseOutcome
    seconds: Annotated[float, Meta(ge=0)]
    message: str
    requirements: tuple[str, ...]


class Results(Struct, frozen=True, forbid_unknown_fields=True):
    """The file as a whole."""

    schema_version: Literal[1]
    tests: tuple[OwnTest, ...]


class _Version(Struct, frozen=True):
    """What must be known of a file before the rest of it."""

    schema_version: Any = None


def rendered(tests: Iterable[OwnTest]) -> bytes:
    """The file of these tests."""
    rows = [msgspec.json.encode(_encodable(test)) for test in sorted(tests, key=lambda test: test.node)]
    body = b"[\n" + b",\n".join(rows) + b"\n]" if rows else b"[]"
    return b'{"schema_version":%d,"tests":%b}\n' % (SCHEMA_VERSION, body)


def _encodable(test: OwnTest) -> OwnTest:
    """The test with lone surrogates, which a file's name may hold, spelled out."""
    words = {name: encodable(getattr(test, name)) for name in ("node", "file", "name", "suite", "message")}
    return msgspec.structs.replace(test, **words, requirements=tuple(encodable(text) for text in test.requirements))


def cases_in(content: bytes, path: str) -> tuple[CaseResult, ...]:
    """Each test of a file of our own, in order; or raise `Unreadable`."""
    body = content.removeprefix(b"\xef\xbb\xbf")
    try:
        version = msgspec.json.decode(body, type=_Version).schema_version
        if version != SCHEMA_VERSION or isinstance(version, bool):
            raise _of_another_version(version)
        tests = msgspec.json.decode(body, type=Results).tests
    except RecursionError:
        raise Unreadable(1, "the JSON is nested too deep to be test results", ANEW) from None
    except UnicodeDecodeError as error:
        raise _malformed(body, str(error)) from None  # it counts from the start of a string
    except msgspec.ValidationError as error:
        entry = _ENTRY.search(str(error))
        line = _lines(body)(int(entry[1])) if entry else 1
        raise Unreadable(line, f"the JSON holds no results of Muster: {printable(str(error))}", ANEW) from None
    except msgspec.DecodeError as error:
        raise _malformed(body, str(error)) from None
    if len(tests) > MOST_TESTS:
        raise Unreadable(1, f"the file has more than {MOST_TESTS:,} tests", "give the results in several files")
    lines = _lines(body)
    for at, test in enumerate(tests):
        if len(test.requirements) > MOST_REQUIREMENTS:
            words = f"a test names more than {MOST_REQUIREMENTS} requirements"
            raise Unreadable(lines(at), words, "name at each test those that it verifies")
    return tuple(_case(test, Place(path, lines(at))) for at, test in enumerate(tests))


def _case(test: OwnTest, place: Place) -> CaseResult:
    name = folded_name(test.name)
    return CaseResult(
        name=name,
        suite=test.suite,
        outcome=test.outcome,
        place=place,
        file=path_named(test.file),
        requirements=tuple(sorted(set(test.requirements))),
        node=test.node.removesuffix(test.name) + name if test.node.endswith(test.name) else test.node,
        message=first_line(test.message),
        seconds=round(test.seconds, 3),
        names=(test.name,),
    )


def _of_another_version(version: Any) -> Unreadable:
    if isinstance(version, int) and not isinstance(version, bool):
        words = f"the file is of version {shortened(str(version))}, and this Muster knows version {SCHEMA_VERSION}"
        return Unreadable(1, words, "use the Muster that wrote it, or run the tests again with this one")
    remedy = "give JUnit XML, or what `pytest --muster-results FILE` writes"
    return Unreadable(1, "the JSON has no schema_version that Muster ever wrote", remedy)


def _malformed(body: bytes, words: str) -> Unreadable:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return Unreadable(_line(body, error.start), "the file is not UTF-8", ANEW)
    if "truncated" in words:
        return Unreadable(_line(body, len(body.rstrip())), "the file ends in the middle of its JSON", ANEW)
    at = _BYTE.search(words)
    return Unreadable(_line(body, int(at[1]) if at else 0), f"the file is no JSON: {printable(words)}", ANEW)


def _line(body: bytes, offset: int) -> int:
    return body.count(b"\n", 0, offset) + 1


class _lines:  # noqa: N801 -- used as a function
    """The line of each test by its number, as we lay the file out; 1 where another program did it otherwise."""

    def __init__(self, body: bytes) -> None:
        self.starts: Sequence[int] = [
            at for at, line in enumerate(body.split(b"\n"), start=1) if line.startswith(b'{"node"')
        ]

    def __call__(self, at: int) -> int:
        return self.starts[at] if at < len(self.starts) else 1
