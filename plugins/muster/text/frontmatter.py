"""Front matter in YAML (`---`) and TOML (`+++`)."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class FrontMatter(Struct, frozen=True):
    """The values at the head of a document, and the first line after them."""

    values: dict[str, Any]
    body_line: int  # counted from 1
    error: str = ""
    error_line: int = 1


def front_matter_of(lines: list[str]) -> FrontMatter:
    """Read the front matter of a document; a malformed one is told, and its lines still left out."""
    fence = lines[0].rstrip() if lines else ""
    if fence not in ("---", "+++"):
        return FrontMatter({}, 1)
    closing = ("---", "...") if fence == "---" else ("+++",)
    end = next((number for number, line in enumerate(lines[1:], start=2) if line.rstrip() in closing), 0)
    if not end:
        return FrontMatter({}, 1)
    source = "\n".join(lines[1 : end - 1])
    try:
        values = _yaml(source) if fence == "---" else _toml(source)
    except ValueError as error:
        return FrontMatter({}, end + 1, *_told(error))
    if values is None:
        return FrontMatter({}, end + 1)
    if not isinstance(values, dict):
        # A rule between two thematic breaks is text, not front matter.
        return FrontMatter({}, 1) if fence == "---" else FrontMatter({}, end + 1)
    return FrontMatter({str(key): value for key, value in values.items()}, end + 1)


class _Malformed(ValueError):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def _told(error: ValueError) -> tuple[str, int]:
    return str(error), getattr(error, "line", 1)


def _yaml(source: str) -> Any:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(source, loader)  # noqa: S506 - a safe loader by either name
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise _Malformed(f"not YAML: {reason}", (mark.line if mark else 0) + 2) from None


def _toml(source: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(source)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _Malformed(f"not TOML: {error}", 2) from None
