"""The JSON artifacts of an answer: their JSON, their schema, the provenance in them, and what else they say.

implements: MU-PRM-6032
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from muster.prompts.answer_claims import Compiled, decision_faults, intent_faults
from muster.prompts.contract_faults import contract_faults
from muster.prompts.contracts import ANSWERS, type_of
from muster.prompts.json_places import Malformed, PlacedJson, placed_json
from muster.prompts.provenance import SpecIntent
from muster.prompts.values import Pack  # noqa: TC001 -- msgspec reads the types of fields
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from muster.prompts.values import RequiredOutput


class Flaw(Struct, frozen=True):
    """One thing that is wrong with a JSON text."""

    offset: int
    path: str
    message: str
    help: str


class Contract(Struct, frozen=True):
    """What JSON artifacts are held against."""

    pack: Pack
    made: Compiled
    templates: tuple[str, ...]  # that are known, by name


def json_flaws(text: str, output: RequiredOutput, contract: Contract) -> tuple[Any, list[Flaw]]:
    """The value of a JSON artifact, and all that is wrong with it."""
    try:
        placed = placed_json(text)
    except Malformed as error:
        return None, [Flaw(error.offset, "$", str(error), error.remedy)]
    found = [
        Flaw(twice.offset, twice.path, f"`{shortened(twice.name)}` stands twice in one object", "keep one of the two")
        for twice in placed.repeated
    ]
    wanted = ANSWERS[output.artifact_kind]
    if output.schema_ref != wanted:
        words = f"the pack asks for {output.schema_ref}, which is no schema that Muster has"
        return placed.value, [*found, Flaw(0, "$", words, f"name {wanted} in the pack")]
    kind = type_of(wanted)
    shape = list(contract_faults(placed.value, kind))
    found += [Flaw(placed.offsets[one.path], one.path, f"{one.path}: {one.message}", one.help) for one in shape]
    optional = {field.encode_name for field in fields(kind) if not field.required}
    found += _provenance_flaws(placed, contract.made.provenance, optional)
    if not shape:  # else it is not known what it says
        found += _claims(placed, msgspec.convert(placed.value, kind), contract)
    return placed.value, found


def _claims(placed: PlacedJson, said: Any, contract: Contract) -> Iterator[Flaw]:
    """What an artifact that is valid says and may not say."""
    if isinstance(said, SpecIntent):
        faults = intent_faults(said, contract.made, contract.pack)
    else:
        faults = decision_faults(said, contract.made, contract.templates)
    for one in faults:
        yield Flaw(placed.offsets[one.path], one.path, one.message, one.help)


def _provenance_flaws(placed: PlacedJson, provenance: Mapping[str, Any], optional: Collection[str]) -> Iterator[Flaw]:
    """The fields of the provenance that have another value, or that are missing though the schema lets them."""
    if not isinstance(placed.value, dict):
        return
    for name, wanted in provenance.items():
        if name not in placed.value and name in optional:
            yield Flaw(placed.offsets["$"], "$", f"$: `{name}` of the provenance is missing", f"add `{name}`")
        if name in placed.value and not _same(placed.value[name], wanted):
            path = f"$.{name}"
            found = shortened(repr(placed.value[name]))
            words = f"{path}: the provenance says {shortened(repr(wanted))}, and here is {found}"
            yield Flaw(placed.offsets[path], path, words, "copy the provenance of the compile as it is")


def _same(value: Any, wanted: Any) -> bool:
    """Whether two JSON values are equal, of which `1` and `true` are not."""
    if isinstance(value, dict) and isinstance(wanted, dict):
        return value.keys() == wanted.keys() and all(_same(value[name], wanted[name]) for name in wanted)
    if isinstance(value, list) and isinstance(wanted, list):
        return len(value) == len(wanted) and all(map(_same, value, wanted))
    return type(value) is type(wanted) and value == wanted
