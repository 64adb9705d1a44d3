"""The front matter of an elicitation record, key by key, each where it stands in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.allocation.kept_text import MOST, Malformed
from muster.allocation.spec_ids import KEY
from muster.text.foreign_yaml import NotYaml, composed
from muster.text.words import shortened

if TYPE_CHECKING:
    from muster.allocation.kept_text import KeptText

_OPENING = re.compile(r"---[ \t]*(?:\r\n|\r|\n)")
_CLOSING = re.compile(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)")
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")  # what YAML counts as the end of a line
_BETWEEN = re.compile(r"[ \t]*:[ \t]*")
_TEMPLATE = re.compile(r"\{\{[^{}]*\}\}")  # to YAML, a mapping whose key is a mapping
_FENCED = "begin the record with a line `---`, its keys as `key: value`, and a line `---`"
_ID_FORM = f"write `{KEY}: UUID` on one line, or leave the key out"


class Key(Struct, frozen=True):
    """A key at the top of front matter, and the node that stands behind it."""

    name: str  # "" for what is no text
    start: int
    end: int
    node: Any  # of PyYAML: an alias gives the node that it leads to
    value_start: int  # of that node
    value_end: int

    @property
    def is_alias(self) -> bool:
        """Whether the value stands elsewhere."""
        return self.value_start < self.end


class Front(Struct, frozen=True):
    """The lines between the fences: characters `start` to `end` of the text."""

    start: int
    end: int
    keys: tuple[Key, ...]

    def key(self, name: str) -> Key | None:
        """The first key of this name."""
        return next((key for key in self.keys if key.name == name), None)


class Slot(Struct, frozen=True):
    """The value of spec_id, where it stands; a placeholder and an empty value are values too."""

    key_start: int
    start: int
    end: int
    value: str


def front_in(kept: KeptText) -> Front:
    """The front matter of a record; raises Malformed."""
    kept.demand_utf8()
    opening = _OPENING.match(kept.text, kept.begin)
    if opening is None:
        raise Malformed("the record has no front matter", _FENCED, kept.begin)
    closing = _CLOSING.search(kept.text, opening.end())
    if closing is None:
        raise Malformed("the front matter is never closed", "end it with a line `---`", kept.begin)
    start, end = opening.end(), closing.start()
    if end - start > MOST:
        words = f"the front matter has {end - start:,} characters, more than {MOST:,}"
        raise Malformed(words, "keep only its keys there, and the texts below", kept.begin)
    root = _root(kept.text[start:end], start)
    keys = tuple(_key(start, key, node) for key, node in root.value) if root is not None else ()
    return Front(start, end, keys)


def _root(source: str, start: int) -> Any:
    """The mapping that the front matter is, None for one without keys."""
    try:
        root = composed(source)
    except NotYaml as error:
        at, tab = _where(source, error.line)
        said = str(error).removeprefix("not YAML: ") + ("; the line has a tab" if tab else "")
        remedy = "indent with blanks, YAML takes no tabs" if tab else "mend the YAML between the fences"
        raise Malformed(f"the front matter is not YAML: {said}", remedy, start + at) from None
    if root is None:
        return None
    if root.id != "mapping":
        kind = {"sequence": "a list", "scalar": "a text"}.get(root.id, "something else")
        raise Malformed(f"the front matter is {kind}, and no keys with values", _FENCED, start + root.start_mark.index)
    if root.flow_style:
        words = "the front matter is a mapping in braces, and no keys line by line"
        raise Malformed(words, "write each key as `key: value` on a line of its own", start + root.start_mark.index)
    return root


def _where(source: str, number: int) -> tuple[int, bool]:
    """Where a line of YAML begins, counted from 1; or its first tab, and whether there is one."""
    ends = [0, *(match.end() for match in _BREAK.finditer(source))]
    begin = ends[min(number, len(ends)) - 1]
    line = _BREAK.split(source[begin:], maxsplit=1)[0]
    return (begin + line.index("\t"), True) if "\t" in line else (begin, False)


def _key(start: int, key: Any, node: Any) -> Key:
    name = str(key.value) if key.id == "scalar" else ""
    marks = (key.start_mark, key.end_mark, node.start_mark, node.end_mark)
    key_start, key_end, value_start, value_end = (start + mark.index for mark in marks)
    return Key(name, key_start, key_end, node, value_start, value_end)


def slot_in(kept: KeptText, front: Front) -> Slot | None:
    """Where spec_id stands, None for no such key; raises Malformed where it is not one value on the key's line."""
    key = front.key(KEY)
    if key is None:
        return None
    written = kept.text[key.value_start : key.value_end]
    if key.is_alias:
        raise Malformed(f"{KEY} is an alias, and not the ID itself", _ID_FORM, key.start)
    if not _BETWEEN.fullmatch(kept.text, key.end, key.value_start):
        raise Malformed(f"{KEY} and its value are not on one line", _ID_FORM, key.start)
    if _TEMPLATE.fullmatch(written):
        return Slot(key.start, key.value_start, key.value_end, written)
    if key.node.id != "scalar" or key.node.style in ("|", ">") or written[:1] in ("&", "!"):
        raise Malformed(
            f"{KEY} is no plain text but {shortened(' '.join(written.split()))!r}", _ID_FORM, key.value_start
        )
    return Slot(key.start, key.value_start, key.value_end, str(key.node.value))
