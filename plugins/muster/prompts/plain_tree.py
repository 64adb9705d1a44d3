"""A JSON or YAML file as texts, lists and tables, in which nothing is lost: a table keeps a key that stands twice."""

from __future__ import annotations

import json
from typing import Any

from muster.prompts.values import CompileTrouble
from muster.text.foreign_yaml import NotYaml, composed
from muster.text.utf8 import encodable

MOST = 16_000_000  # bytes; PyYAML takes about a second for each million
_MOST_DIGITS = 100
_NULL = "tag:yaml.org,2002:null"


class Table(tuple[tuple[str, Any], ...]):
    """The names and values of an object or a mapping, in order and as often as they stand there."""

    __slots__ = ()


class NoTree(ValueError):
    """A file cannot be read at all."""

    def __init__(self, path: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.trouble = CompileTrouble(path, message, remedy)


def tree_in(data: bytes, name: str) -> Any:
    """What a file holds, None for nothing; raises NoTree.  A `name` that ends with `.json` says that it is JSON.

    In YAML every scalar but null is its text: `no` and `1.10` stay as they are written.
    """
    if len(data) > MOST:
        raise NoTree("$", f"the file has {len(data):,} bytes, more than {MOST:,}", "keep less in one file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NoTree(f"line {line}", "the file is not UTF-8", "save it as UTF-8") from None
    return _json(text) if name.lower().endswith(".json") else _yaml(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=Table, parse_constant=_no_number, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise NoTree(f"line {error.lineno}, column {error.colno}", f"not JSON: {error.msg}", "mend the JSON") from None
    except RecursionError:
        raise NoTree("$", "the JSON nests too deep", "nest less") from None
    except ValueError as error:
        raise NoTree("$", f"not JSON: {error}", "mend the JSON") from None


def _no_number(word: str) -> Any:
    msg = f"{word} is no number of JSON"
    raise ValueError(msg)


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        msg = f"a number has {len(digits):,} digits"
        raise ValueError(msg)
    return int(digits)


def _yaml(text: str) -> Any:
    try:
        root = composed(text)
    except NotYaml as error:
        raise NoTree(f"line {error.line}", encodable(str(error)), "mend the YAML") from None
    return None if root is None else _value(root, set())


def _value(node: Any, met: set[int]) -> Any:
    """What a node holds.  An alias gives the same node again, and aliases of aliases could hold anything."""
    if id(node) in met:
        line = node.start_mark.line + 1
        raise NoTree(
            f"line {line}", "what an anchor marks here is used again by an alias", "write it out in each place"
        )
    met.add(id(node))
    if node.id == "sequence":
        return [_value(one, met) for one in node.value]
    if node.id == "mapping":
        return Table((_key(key), _value(value, met)) for key, value in node.value)
    return None if node.tag == _NULL else node.value


def _key(node: Any) -> str:
    if node.id != "scalar":
        raise NoTree(f"line {node.start_mark.line + 1}", "a key is no text", "write a name before the colon")
    return str(node.value)
