"""Front matter in YAML (`---`) and TOML (`+++`).  implements: MU-REQ-1004"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from msgspec import Struct

from muster.text.foreign_yaml import NotYaml, composed


class FrontMatter(Struct, frozen=True):
    """The values at the head of a document, and the first line after them."""

    values: dict[str, str]  # those that are plain; what is nested, no setting of a spec is
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
    except _Malformed as error:
        return FrontMatter({}, end + 1, str(error), error.line)
    # A rule between two thematic breaks is text, not front matter.
    return FrontMatter({}, 1) if values is None else FrontMatter(values, end + 1)


class _Malformed(ValueError):
    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def _yaml(source: str) -> dict[str, str] | None:
    """The plain values of a mapping as they are written; None where the text is YAML and no mapping.

    Nothing is constructed: a text that was written to blow up an alias, a merge or a number stays a text.
    implements: MU-CORE-0023
    """
    import yaml

    try:
        root = composed(source)
    except NotYaml as error:
        raise _Malformed(str(error), error.line + 1) from None
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        return None
    values = {}
    for key, value in root.value:
        if not _standard(value.tag):
            raise _Malformed(f"not plain YAML: nothing is made of a {value.tag}", value.start_mark.line + 2)
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.ScalarNode) and value.tag != _NULL:
            values[str(key.value)] = str(value.value)
    return values


_YAML = "tag:yaml.org,2002:"
_NULL = _YAML + "null"


def _standard(tag: str) -> bool:
    """Whether a tag is one of YAML's own, that each reader knows: `!!int`, but not `!!python/object`."""
    return tag.startswith(_YAML) and "/" not in tag.removeprefix(_YAML)


def _toml(source: str) -> dict[str, str]:
    """The plain values of the top table."""
    import tomllib

    try:
        table = tomllib.loads(source)
        return {key: _written(value) for key, value in table.items() if isinstance(value, _PLAIN)}
    except (ValueError, RecursionError) as error:
        raise _Malformed(f"not TOML: {error}", 2) from None


_PLAIN = (str, bool, int, float, date, datetime, time)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
