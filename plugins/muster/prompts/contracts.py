"""The schemas and templates that are shipped, by the names under which packs and artifacts refer to them.

The files in `assets/schemas` are made from the Structs: `pytest tests/test_prompt_answers.py --update` writes them.

implements: MU-PRM-6033
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SCHEMAS = (
    "hsk.capability_snapshot@1",
    "hsk.spec_intent@0.2",
    "hsk.spec_lint_report@1",
    "hsk.spec_prompt_pack@1",
    "hsk.spec_router_decision@0.2",
)
ANSWERS = {"SpecIntent": "hsk.spec_intent@0.2", "SpecRouterDecision": "hsk.spec_router_decision@0.2"}
TEMPLATE = "hsk.feature_spec@0.2"
TEMPLATES = (TEMPLATE,)
DEFAULT_PACK = "spec_router_pack@1"


def type_of(schema: str) -> type[msgspec.Struct]:
    """What a text that is valid under a schema becomes; raises KeyError for a name that is none of `SCHEMAS`."""
    from muster.prompts.capabilities import CapabilitySnapshot
    from muster.prompts.provenance import SpecIntent, SpecRouterDecision
    from muster.prompts.spec_lint import SpecLintReport
    from muster.prompts.values import Pack

    types: dict[str, type[msgspec.Struct]] = {
        "hsk.capability_snapshot@1": CapabilitySnapshot,
        "hsk.spec_intent@0.2": SpecIntent,
        "hsk.spec_lint_report@1": SpecLintReport,
        "hsk.spec_prompt_pack@1": Pack,
        "hsk.spec_router_decision@0.2": SpecRouterDecision,
    }
    return types[schema]


def schema_text(name: str) -> str:
    """The JSON Schema of that name, as the file that is shipped; what it does not name may not be there."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": name}
    found = msgspec.json.schema(type_of(name))
    for part in found["$defs"].values():
        if "properties" in part:
            part["additionalProperties"] = False
    return json.dumps({**head, **found}, indent=2) + "\n"


@functools.cache
def template_text(name: str = TEMPLATE) -> str:
    """The Markdown template of that name; its headings are those that a spec must have."""
    return _assets().joinpath(f"schemas/{name}.md").read_text("utf-8")


@functools.cache
def default_pack() -> bytes:
    """The exact bytes of the pack that is shipped.  implements: MU-PRM-6001"""
    return _assets().joinpath(f"spec_prompt_packs/{DEFAULT_PACK}.json").read_bytes()


def _assets() -> Traversable:
    from importlib.resources import files

    return files("muster").joinpath("assets")
