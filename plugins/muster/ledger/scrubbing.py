"""Taking out of a row what must not be kept: secrets, tokens, e-mail addresses, home directories.

It is a net for accidents and no promise: a secret that looks like a word goes through it. What must not be stored
should not be handed over in the first place.

implements: MU-LEDGER-8023
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.ledger.patterns import NAMED_WHOLE, NAMES, NUMBER, PATTERNS, SECRET, Pattern
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class _Shape(Struct, frozen=True):
    """How an object is looked through: which members stay, which are objects of a shape, whose words its keys are.

    A member that stays has a form of its own, or is what other rows are compared by.
    """

    stay: frozenset[str] = frozenset()
    shapes: Mapping[str, _Shape] = {}
    is_free: bool = False  # its keys are anybody's words, and not the names of our fields


_FIXED, _FREE = _Shape(), _Shape(is_free=True)
_FACTS = _Shape(
    frozenset(
        (
            *("task_slug", "scheduled_vs_manual", "status", "started_at_iso", "ended_at_iso"),
            *("trace_id", "span_id", "retry_of", "idempotency_key", "task_config_digest"),
        )
    ),
    {
        "retrieval": _Shape(shapes={"filters": _FREE}),
        "io": _Shape(frozenset(("tool_calls", "script_runs"))),
        "error": _Shape(frozenset(("stack_hash",))),
    },
)
_RUN = _Shape(
    frozenset(("id", "type", "session_id", "created_at", "meta")),
    {"provenance": _Shape(frozenset(("method",))), "content": _Shape(shapes={"structured": _FACTS})},
)
_ROW = _Shape(frozenset(("id", "trace_id", "span_id", "status")), {"arguments": _FREE})
_CONTEXT = _Shape(
    frozenset(
        (
            *("spec_id", "record", "contract", "spec", "run_id", "work_packet_id", "base_wp_id"),
            *("record_digest", "contract_digest", "packet_digest", "idempotency_key"),
            *("role", "gate_kind", "gate", "verdict", "spec_prompt_pack_id", "spec_prompt_pack_sha256"),
            *("context_snapshot_id", "stable_prefix_hash", "variable_suffix_hash"),
        )
    ),
    {"counts": _FREE},
)
_CODE = "[A-Z]{2,8}[0-9]{1,5}"  # of a rule


class Scrubber:
    """The patterns, those of the settings, and the home of who runs it."""

    def __init__(self, more: Iterable[str] = (), home: str | None = None) -> None:
        own = [Pattern("setting `ledger.scrub`", pattern, "[scrubbed]") for pattern in more]
        # A pattern of somebody's own may ask where a text begins, so texts cannot be joined to be looked through.
        self._joins = not own
        home = (os.path.expanduser("~") if home is None else home).rstrip("/")  # noqa: PTH111 -- a text is wanted
        if len(home) > 3:
            own.append(Pattern("own home directory", rf"{re.escape(home)}(?![\w.-])", "~", (home.lower(),)))
        self._patterns = (*PATTERNS, *own)

    def text(self, text: str) -> str:
        """The text without what the patterns find, and without what no database keeps."""
        lowered = text.lower()
        for pattern in self._patterns:
            if not pattern.needs or any(word in lowered for word in pattern.needs):
                text = re.sub(pattern.looks, pattern.leaves, text)
        return _keepable(text)

    def run(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a run, `meta.scrubbed` true where something was taken out."""
        return self._row(row, _RUN, "meta")

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a tool call or a script run."""
        return self._row(row, _ROW, "")

    def context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The payload of an event: what it says, and not what it names."""
        found: dict[str, Any] = self._mapped(context, _CONTEXT)
        for name in _CONTEXT.stay & context.keys():
            if isinstance(context[name], str):
                found[name] = _keepable(context[name])
        return found

    def command(self, words: Sequence[str]) -> tuple[str, ...]:
        """A command line, in which an option may have its value in the next word, and a value may have blanks."""
        found: list[str] = []
        for number, word in enumerate(words):
            name, is_set, value = word.partition("=")
            option = words[number - 1] if number else ""
            if is_set and _names_secret(name, value) and re.fullmatch(r"-{0,2}[\w.:-]{1,80}", name):
                found.append(f"{name}={SECRET}")
            elif _is_option(option) and not _is_option(word) and _names_secret(option, word):
                found.append(SECRET)
            else:
                found.append(self.text(word))
        return tuple(found)

    def _row(self, row: Mapping[str, Any], shape: _Shape, marks: str) -> dict[str, Any]:
        found = _texts(row, shape)
        texts = [text for text, _ in found]
        whole = "\n".join(texts)
        is_named = any(_names_secret(text) for text, is_key in found if is_key)
        if not is_named and all(self.text(text) == text for text in ([whole] if self._joins else texts)):
            return dict(row)
        changed: dict[str, Any] = self._mapped(row, shape)
        return {**changed, marks: {**row[marks], "scrubbed": True}} if marks and changed != row else changed

    def _mapped(self, value: Any, shape: _Shape) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return type(value)(self._mapped(member, shape) for member in value)
        if not isinstance(value, dict):
            return value
        if shape.is_free:
            return self._free(value, self._of_member)
        return {
            key: member if key in shape.stay else self._mapped(member, shape.shapes.get(key, _FIXED))
            for key, member in value.items()
        }

    def _of_member(self, key: str, member: Any) -> Any:
        return self._hidden(member) if _names_secret(key) else self._mapped(member, _FREE)

    def _hidden(self, value: Any) -> Any:
        """What is left of a value that is named a secret: its numbers, and how it is made."""
        if isinstance(value, str):
            return value and SECRET
        if isinstance(value, dict):
            return self._free(value, lambda _, member: self._hidden(member))
        if isinstance(value, list | tuple):
            return type(value)(self._hidden(member) for member in value)
        return value

    def _free(self, value: dict[str, Any], change: Callable[[str, Any], Any]) -> dict[str, Any]:
        """An object whose keys are texts, too; those that become the same are told apart by a number."""
        found: dict[str, Any] = {}
        for key, member in value.items():
            own = again = key if re.fullmatch(_CODE, key) else self.text(key)
            number = 1
            while again in found:
                number += 1
                again = f"{own} {number}"
            found[again] = change(key, member)
        return found


def _keepable(text: str) -> str:
    return encodable(text).replace("\0", "\\0") if "\0" in text or not text.isascii() else text


def _is_option(word: str) -> bool:
    """Whether a word is an option and no value: `-v`, `--silent`, but not `-hunter2`."""
    return word.startswith("--") or (word.startswith("-") and (len(word) == 2 or _names_secret(word)))


def _names_secret(name: str, value: str = "") -> bool:
    """Whether an option, a variable or a member of this name has a secret for its value."""
    lowered = name.lower()
    if lowered.startswith("--no-") or not any(word in lowered for word in NAMES):
        return False
    if lowered.endswith("tokens") and re.fullmatch(NUMBER, value):
        return False
    return re.search(NAMED_WHOLE, name) is not None


def _texts(value: Any, shape: _Shape) -> list[tuple[str, bool]]:
    """Every text in a value that may change, and whether it is the key of a free object."""
    if isinstance(value, str):
        return [(value, False)]
    found: list[tuple[str, bool]] = []
    if isinstance(value, dict):
        for key, member in value.items():
            if shape.is_free:
                found.append((key, True))
            if key not in shape.stay:
                found += _texts(member, _FREE if shape.is_free else shape.shapes.get(key, _FIXED))
    elif isinstance(value, list | tuple):
        for member in value:
            found += _texts(member, shape)
    return found
