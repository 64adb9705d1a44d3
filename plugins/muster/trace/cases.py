"""What the readers of test results share: how a name is cut, which properties count, what a message keeps."""

from __future__ import annotations

import math
import re

from muster.text.words import printable

PROPERTIES = frozenset({"requirement", "requirements", "req"})  # that name requirements, in any case
MOST_BYTES = 200_000_000  # of a results file
MOST_TESTS = 1_000_000  # in a results file
MOST_REQUIREMENTS = 200  # that one test names
MOST_MESSAGE = 300  # characters of a message that are kept

_SEPARATOR = re.compile(r"[,;\r\n]+")
_TITLED = (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
_CALL = re.compile(r"([^\s\[\](){}]+)[\[({].*[\])}]", re.DOTALL)
_SUBTEST = re.compile(r"((?:Test|Example|Fuzz|Benchmark)\w*)/.*", re.DOTALL)
_NUMBERED = re.compile(r"(\w+)/[0-9]+")
_CASE = re.compile(r"(.+)::case_[0-9]+(?:_\w+)?")
_NOISE = ("=== ", "--- ")  # what `go test` says before the first word of a failure


def is_titled(path: str) -> bool:
    """Whether the tests of this file have titles for names, as in Jest."""
    return path.endswith(_TITLED)


def folded_name(full: str) -> str:
    """The function that a full name runs: without parameters, Go's subtests and rstest's cases.

    `test_a[x-1]`, `push(int)[1]`, `push{int}[1]`, `TestPush/empty`, `Push/0`, `tests::push::case_1`. A name with
    white space before its brackets is a title, and kept.
    """
    for pattern in (_SUBTEST, _NUMBERED, _CASE, _CALL):
        if match := pattern.fullmatch(full):
            return match[1]
    return full


def requirements_named(name: str, value: str) -> list[str]:
    """The IDs that a property gives; none where it is about something else. An ID may hold a space."""
    if name.strip().casefold() not in PROPERTIES:
        return []
    return [part for text in _SEPARATOR.split(value) if (part := " ".join(text.split()))]


def first_line(*texts: str) -> str:
    """The first line that says something, printable and of a bearable length."""
    for text in texts:
        for line in text[:10_000].splitlines():
            if (words := line.strip()) and not words.startswith(_NOISE):
                words = printable(words)
                return words if len(words) <= MOST_MESSAGE else f"{words[: MOST_MESSAGE - 1]}…"
    return ""


def path_named(text: str) -> str:
    """A path as a runner writes it, with `/` and without the dot in front."""
    return text.strip().replace("\\", "/").removeprefix("./")


def seconds_in(text: str) -> float:
    """A duration, `1.25` or `1,024.5`, to the millisecond; 0 where it is none."""
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return 0.0
    return round(value, 3) if math.isfinite(value) and value > 0 else 0.0


def node_of(file: str, suite: str, name: str) -> str:
    """How pytest calls a test, `tests/test_queue.py::TestQueue::test_push`; "" for other runners."""
    if not file.endswith(".py"):
        return ""
    stem = file.removesuffix(".py").rsplit("/", 1)[-1]
    _, _, classes = f".{suite}".rpartition(f".{stem}")
    inner = [part for part in classes.split(".") if part] if f".{stem}" in f".{suite}" else []
    return "::".join((file, *inner, name))
