"""The requirement file of a spec, `requirements/<package>.yaml`.

implements: MU-CORE-0011, MU-REQ-1030, MU-REQ-1031, MU-REQ-1033, MU-REQ-1037
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.model import Document, Requirement

SCHEMA_VERSION = 1
MARK = "# Written by `muster sync` from "
_SHAPE = re.compile(r"(?:\A|\n)schema_version: *[0-9]+ *\r?\nsource: ")


def rendered(document: Document, spec_id: str = "") -> str:
    """The file's text: sorted by ID, without line numbers, the same on every machine.

    It bears the identity of an allocated spec.  implements: MU-ALLOC-4022
    """
    from muster.text.yaml import key, scalar  # its patterns take a while to make, and a warm check writes no YAML

    lines = [
        f"{MARK}{one_line(document.path)}. Do not edit.",
        "# yaml-language-server: $schema=requirements.schema.json",
        f"schema_version: {SCHEMA_VERSION}",
        f"source: {scalar(document.path)}",
        *([f"spec_id: {spec_id}"] if spec_id else []),  # a UUID, which YAML takes for nothing else
        "requirements:",
    ]
    for requirement in sorted(distinct(document), key=lambda requirement: requirement.id.sort_key()):
        section = document.section_of(requirement)
        lines += (
            f"  {key(requirement.id.text)}",
            f"    title: {scalar(requirement.title)}",
            f"    level: {requirement.level.value}",
            f"    section: {scalar(section.title if section else '')}",
            "    links:",
            *(f"    - {scalar(link)}" for link in requirement.links),
            f"    fingerprint: {requirement.fingerprint}",
        )
    return "\n".join(lines) + "\n"


def one_line(path: str) -> str:
    """A path as a YAML comment holds it: as it is, or quoted where it would end the line."""
    if path.isprintable():
        return path
    from muster.text.yaml import scalar

    return scalar(path)


def distinct(document: Document) -> list[Requirement]:
    """The requirements of a spec, of each ID the first; a rule reports the others."""
    first: dict[str, Requirement] = {}
    for requirement in document.requirements:
        first.setdefault(requirement.id.text, requirement)
    return list(first.values())


def is_ours(text: str) -> bool:
    """Whether Muster wrote a file.  implements: MU-REQ-1035"""
    return text.startswith(MARK)


def has_shape(text: str) -> bool:
    """Whether a file is a requirement file, by whatever tool, that `sync` may take over."""
    return is_ours(text) or _SHAPE.search(text[:2000]) is not None


SCHEMA: dict[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Muster requirement file",
    "description": "The requirements of one spec, written by `muster sync`.",
    "type": "object",
    "required": ["schema_version", "source", "requirements"],
    "additionalProperties": False,
    "properties": {
        "schema_version": {"const": SCHEMA_VERSION, "description": "The version of this format."},
        "source": {"type": "string", "description": "The spec, as a path from the root of the repository."},
        "spec_id": {"type": "string", "format": "uuid", "description": "The identity of the spec, once allocated."},
        "requirements": {
            "type": ["object", "null"],
            "description": "The requirements by ID, sorted.",
            "additionalProperties": {
                "type": "object",
                "required": ["title", "level", "section", "links", "fingerprint"],
                "additionalProperties": False,
                "properties": {
                    "title": {"type": "string", "description": "The first sentence, at most 160 characters."},
                    "level": {"enum": ["must", "should", "may", "info"], "description": "How strongly it binds."},
                    "section": {"type": "string", "description": "The heading above it."},
                    "links": {
                        "type": "array",
                        "items": {"type": "string"},
                        "minItems": 1,
                        "description": "The spec's anchor, then the code and test paths that the spec names.",
                    },
                    "fingerprint": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                },
            },
        },
    },
}
