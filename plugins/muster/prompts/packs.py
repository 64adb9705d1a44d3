"""Prompt packs: the file as a value, or all that is wrong with it at once.

implements: MU-PRM-6002, MU-PRM-6003, MU-PRM-6004
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import msgspec

from muster.prompts.json_places import LineStarts, Malformed, placed_json
from muster.prompts.shape import MALFORMED, Fault, Fields, Flag, ListOf, OneOf, Text, Whole, faults_in
from muster.prompts.template import NAME, meant_in, misspelled_in, names_in
from muster.prompts.values import PACK_SCHEMA, Pack, PackReading, PackTrouble
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 1_000_000  # bytes
PACK_ID = r"[A-Za-z][A-Za-z0-9_-]{0,99}@[1-9][0-9]{0,8}"  # names a file, and none outside of its folder
_WRONG_ID, _TWICE, _UNDECLARED, _UNUSED, _IN_PREFIX, _BUDGET = (f"PRM00{number}" for number in range(2, 8))
_MARK = b"\xef\xbb\xbf"

_TOKENS = Whole(0, code=_BUDGET)
PACK_SHAPE = Fields(
    {
        "schema_version": OneOf((PACK_SCHEMA,)),
        "pack_id": Text("an ID such as `spec_router_pack@1`", PACK_ID, code=_WRONG_ID),
        "description": Text(),
        "target_job_kind": OneOf(("spec_router",)),
        "stable_prefix_sections": ListOf(
            Fields(
                {
                    "section_id": Text("an ID such as `SYSTEM_RULES`", r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"),
                    "content_md": Text(),
                }
            )
        ),
        "variable_suffix_template_md": Text(),
        "placeholders": ListOf(
            Fields(
                {
                    "name": Text("a name such as `PROMPT_TEXT`", rf"(?=.{{1,100}}\Z){NAME}"),
                    "source": OneOf(("prompt_ref", "capability_snapshot", "workflow_context", "governance_mode")),
                    "max_tokens": _TOKENS,
                    "required": Flag(),
                }
            )
        ),
        "required_outputs": ListOf(
            Fields(
                {
                    "artifact_kind": OneOf(("SpecIntent", "SpecRouterDecision", "SpecArtifact")),
                    "schema_ref": Text(
                        "the name of a schema such as `hsk.spec_intent@0.2`",
                        r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*@[0-9]+(?:\.[0-9]+)*",
                    ),
                }
            )
        ),
        "budgets": Fields(
            {
                "max_total_tokens": Whole(1, code=_BUDGET),
                "max_prompt_excerpt_tokens": _TOKENS,
                "max_capsule_tokens": _TOKENS,
                "max_capability_table_tokens": _TOKENS,
            },
            code=_BUDGET,
        ),
    }
)


def pack_in(data: bytes, file_name: str = "", largest: int = LARGEST) -> PackReading:
    """The pack that a file holds; with the file's name, that must be the pack's ID and `.json`.

    A file over `largest` bytes is refused without a look into it.
    """
    digest = hashlib.sha256(data).hexdigest()
    if len(data) > largest:
        message = f"the file has {len(data):,} bytes, and a pack at most {largest:,}"
        return PackReading(None, (PackTrouble(MALFORMED, "$", 1, 1, message, "write less into the pack"),), digest)
    try:
        text = data.removeprefix(_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        return PackReading(None, (_not_utf8(error),), digest)
    lines = LineStarts(text)
    try:
        placed = placed_json(text)
    except Malformed as error:
        trouble = PackTrouble(MALFORMED, "$", *lines.place(error.offset), str(error), error.remedy)
        return PackReading(None, (trouble,), digest)
    troubles = [
        PackTrouble(fault.code, fault.path, *lines.place(placed.offsets[fault.path]), fault.message, fault.help)
        for fault in _faults(placed.value, file_name)
    ]
    if data.startswith(_MARK):
        words = "the file begins with a byte order mark, which JSON does not have"
        troubles.append(PackTrouble(MALFORMED, "$", 1, 1, words, "save the file as UTF-8 without it"))
    for twice in placed.repeated:
        words = f"`{shortened(twice.name)}` stands twice in one object"
        troubles.append(PackTrouble(_TWICE, twice.path, *lines.place(twice.offset), words, "keep one of the two"))
    if troubles:
        return PackReading(None, tuple(sorted(troubles, key=_order)), digest)
    return PackReading(msgspec.convert(placed.value, Pack), (), digest)


def file_name_of(pack_id: str) -> str:
    """The file of a pack within the folder of packs; raises ValueError for an ID that could name another."""
    if next(faults_in(pack_id, PACK_SHAPE.members["pack_id"]), None):
        raise ValueError(f"`{shortened(pack_id)}` is no ID of a pack; write it like `spec_router_pack@1`")
    return f"{pack_id}.json"


def _order(trouble: PackTrouble) -> tuple[int, int, str, str]:
    return trouble.line, trouble.column, trouble.code, trouble.message


def _not_utf8(error: UnicodeDecodeError) -> PackTrouble:
    before = error.object[: error.start].decode("utf-8")
    line, column = LineStarts(before).place(len(before))
    words = f"not UTF-8: the byte 0x{error.object[error.start]:02X}"
    return PackTrouble(MALFORMED, "$", line, column, words, "save the file as UTF-8")


def _faults(value: Any, file_name: str) -> Iterator[Fault]:
    yield from faults_in(value, PACK_SHAPE)
    if not isinstance(value, dict):
        return
    pack_id = value.get("pack_id")
    if file_name and isinstance(pack_id, str) and file_name != f"{pack_id}.json":
        words = f"the file is called `{shortened(file_name)}`, and the pack `{shortened(pack_id)}`"
        fits = re.fullmatch(PACK_ID, pack_id) is not None
        remedy = f"call the file `{pack_id}.json`, or change the ID" if fits else "change the ID"
        yield Fault(_WRONG_ID, "$.pack_id", words, remedy)
    sections = _texts(value, "stable_prefix_sections", "section_id")
    names = _texts(value, "placeholders", "name")
    yield from _twice(sections, "section")
    yield from _twice(names, "placeholder")
    yield from _twice(_texts(value, "required_outputs", "artifact_kind"), "output")
    if value.get("required_outputs") == []:
        yield Fault(MALFORMED, "$.required_outputs", "the pack asks for no output", "name at least a SpecArtifact")
    template = value.get("variable_suffix_template_md")
    if isinstance(template, str) and isinstance(value.get("placeholders"), list):
        yield from _undeclared(template, frozenset(names.values()))
        yield from _unused(names, frozenset(names_in(template)))
    for path, content in _texts(value, "stable_prefix_sections", "content_md").items():
        for meant in meant_in(content):
            words = f"{shortened(meant)} stands in the stable prefix, where nothing is expanded"
            yield Fault(_IN_PREFIX, path, words, "move it into `variable_suffix_template_md`")


def _texts(value: dict[str, Any], list_name: str, name: str) -> dict[str, str]:
    """The texts of that name in a list of objects, by their paths; what has another shape is left out."""
    items = value.get(list_name)
    return {
        f"$.{list_name}[{index}].{name}": item[name]
        for index, item in enumerate(items if isinstance(items, list) else [])
        if isinstance(item, dict) and isinstance(item.get(name), str)
    }


def _twice(texts: dict[str, str], noun: str) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for path, text in texts.items():
        if first.setdefault(text, path) != path:
            words = f"the {noun} `{shortened(text)}` stands twice, first at {first[text]}"
            remedy = "take one of the two out" if noun == "output" else "give it another name, or take it out"
            yield Fault(_TWICE, path, words, remedy)


def _undeclared(template: str, declared: frozenset[str]) -> Iterator[Fault]:
    path = "$.variable_suffix_template_md"
    for name in names_in(template):
        if name not in declared:
            words = f"the template has {{{{{shortened(name)}}}}}, and no placeholder has that name"
            yield Fault(_UNDECLARED, path, words, f"declare `{shortened(name)}` under `placeholders`, or take it out")
    for meant in misspelled_in(template):
        words = f"{shortened(meant)} in the template is not expanded"
        yield Fault(_UNDECLARED, path, words, "write a placeholder like {{PROMPT_TEXT}}: capitals, and no blanks")


def _unused(names: dict[str, str], used: frozenset[str]) -> Iterator[Fault]:
    for path, name in names.items():
        if name not in used:
            words = f"the template does not use the placeholder `{shortened(name)}`"
            yield Fault(_UNUSED, path, words, f"write {{{{{shortened(name)}}}}} into the template, or take it out")
