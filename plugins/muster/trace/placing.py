"""Whether a result and a file of tests can belong together: what the result says of its place, beside a path.

implements: MU-TRACE-3010
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import CaseResult

SAME = 10_000  # the place is exactly this one
_INSIDE = 1_000  # the result's path is absolute, and ends with this one
_JVM = (".java", ".kt", ".kts", ".scala", ".groovy")
_BOUNDARY = re.compile(r"::|[./$]")
_OF_CLASS = re.compile(r"[.$]")
_NOWHERE = ("", "pytest", "unittest")  # what runners say where they know no module


class Spot(Struct, frozen=True):
    """Where a result says that it stands."""

    file: str
    suite: str
    name: str = ""  # only where the name has modules in it, as in Rust

    @classmethod
    def of(cls, result: CaseResult) -> Spot:
        head, colons, _ = result.node.partition("::")
        return cls(result.file or (head if colons and "/" in head else ""), result.suite, result.name)


def hints_of(spot: Spot) -> set[str]:
    """Words under which a spot is found: one of them is in `words_for` each path that it may agree with."""
    hints = {part for part in (*_BOUNDARY.split(spot.suite)[-6:], spot.suite, spot.file) if part}
    if spot.file:
        *folders, name = spot.file.split("/")
        hints |= {name.partition(".")[0], folders[-1] if folders else ""}
    if "::" in spot.name or "::" in spot.suite or spot.file.endswith(".rs"):
        hints |= {"::".join(parts) for parts in _rust_names(spot)}
    elif spot.name and not spot.suite:
        hints.add(spot.name)
    return hints


def words_for(path: str, scope: tuple[str, ...], last: str) -> set[str]:
    """What of a path and a symbol in it a result must have among its hints."""
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if path.endswith(".rs"):
        return {"::".join((*_rust_modules(path), *scope, last)), "::".join((*scope, last)), stem}
    if path.endswith(".go"):
        return {folders[-1] if folders else "", stem}
    return {stem, *scope[-1:]}


def whole_words_for(path: str, scope: tuple[str, ...]) -> set[str]:
    """The hints of a result that stands at this very place: most do, and no other needs a look then."""
    return {path, ".".join((*path.rpartition(".")[0].split("/"), *scope))} if path.endswith(".py") else {path}


def location_of(path: str) -> str:
    """What can hold a test of one name only once: a file, and in Go a package."""
    return path.rpartition("/")[0] if path.endswith(".go") else path


def agreement(spot: Spot, path: str, scope: tuple[str, ...], last: str) -> int | None:
    """How well a result's place agrees with a symbol in a file: 0 where it contradicts, None where nothing tells.

    A file that the result names is compared with the path: equal, or one ends with the other. Without one the suite
    tells: a dotted module and classes (Python), the path of a package that ends with the file's folder (Go), the
    class named as the file, in a package that ends as its folder does (JVM), modules and the binary (Rust).
    """
    if spot.file and not (near := _of_file(spot.file, path)):
        return 0
    near = _of_file(spot.file, path) if spot.file else 0
    if path.endswith((".py", ".pyi")):
        return _python(spot, near, path, scope)
    if path.endswith(".rs"):
        return _rust(spot, near, path, (*scope, last))
    if path.endswith(_JVM):
        return _jvm(spot, near, path, scope)
    if near:
        return near
    return _go(spot, path) if path.endswith(".go") else _other(spot, scope)


def _of_file(file: str, path: str) -> int:
    if file == path:
        return SAME
    if file.endswith(f"/{path}"):
        return _INSIDE
    return path.count("/") if f"/{path}".endswith(f"/{file}") else 0


def _python(spot: Spot, near: int, path: str, scope: tuple[str, ...]) -> int | None:
    module = path.rpartition(".")[0].split("/")
    have = tuple(spot.suite.split("."))
    nowhere = spot.suite in _NOWHERE or " " in spot.suite
    if near:
        if nowhere:
            return near
        after = tuple(takewhile(lambda part: part != module[-1], reversed(have)))[::-1]
        if len(after) < len(have):
            return near if after == scope else 0
        return near if not scope or have[-len(scope) :] == scope else 0
    if nowhere or have == scope:
        return None
    want = (*module, *scope)
    least = min(len(have), len(want))
    if have[-least:] != want[-least:] or least <= len(scope):
        return 0
    return SAME if have == want else least


def _jvm(spot: Spot, near: int, path: str, scope: tuple[str, ...]) -> int | None:
    *folders, name = path.split("/")
    stem = name.partition(".")[0]
    if spot.suite in _NOWHERE or " " in spot.suite:
        return near or None
    have = tuple(_OF_CLASS.split(spot.suite))
    at = have.index(stem) if stem in have else len(have) - max(len(scope), 1)
    package, classes = have[: max(at, 0)], have[max(at, 0) :]
    if (scope and classes != scope) or (not scope and stem not in have):
        return 0
    common = _tail(package, folders)
    if near:
        return near
    return 1 + common if common or not package else 0


def _go(spot: Spot, path: str) -> int | None:
    folder = path.rpartition("/")[0].split("/")
    if spot.suite in _NOWHERE or folder == [""]:
        return None
    return _tail(spot.suite.split("/"), folder)


def _rust(spot: Spot, near: int, path: str, symbol: tuple[str, ...]) -> int | None:
    names = _rust_names(spot)
    if near:
        return near if any(name[-len(symbol) :] == symbol for name in names) else 0
    if (*_rust_modules(path), *symbol) not in names:
        # Without a suite a lone function may stand in any file.
        return None if not spot.suite and names == {symbol} else 0
    parts = [part.replace("-", "_") for part in path.split("/")]
    crate, *binary = spot.suite.replace("-", "_").split("::")
    own = parts[-2] if len(parts) == 1 else parts[parts.index("src") - 1] if "src" in parts[1:] else ""
    stem = parts[-1].removesuffix(".rs")
    in_bin = "bin" in parts or stem == "main"
    fits = in_bin == any(part.startswith("bin/") for part in binary)
    named = bool(binary) and binary[-1].rpartition("/")[2] in (stem, own, parts[-2] if len(parts) > 1 else "")
    return 1 + 8 * (crate in (own, *parts[:-1])) + 4 * fits + 2 * named


def _rust_modules(path: str) -> tuple[str, ...]:
    """The modules of a file inside its crate, or the name of the binary for a test of its own."""
    parts = path.removesuffix(".rs").split("/")
    if "src" in parts:
        parts = parts[len(parts) - parts[::-1].index("src") :]
        if parts[:1] == ["bin"]:
            parts = parts[2:]
    elif "tests" in parts:
        parts = parts[len(parts) - parts[::-1].index("tests") :]
    return tuple(parts[:-1] if parts[-1:] in (["mod"], ["lib"], ["main"]) else parts)


def _rust_names(spot: Spot) -> set[tuple[str, ...]]:
    """The full name of a test inside its crate, as nextest and as cargo2junit would have it."""
    name = tuple(spot.name.split("::"))
    suite = tuple(spot.suite.split("::")) if spot.suite else ()
    return {name, (*suite[1:], *name), (*suite, *name)}


def _other(spot: Spot, scope: tuple[str, ...]) -> int | None:
    """Titles and names of fixtures say nothing of a file; but another fixture is another test."""
    suite = [part for part in _BOUNDARY.split(spot.suite) if part]
    return 0 if scope and suite and scope[-1] not in suite and " " not in spot.suite else None


def _tail(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts two paths have in common at their ends."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
