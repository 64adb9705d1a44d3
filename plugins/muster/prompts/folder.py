"""What is stored of a compile beside the contracts: the envelope, with or without its text, and the texts behind it.

implements: MU-PRM-6025
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.prompts.values import (  # msgspec reads the types of fields
    BlockKind,
    Envelope,
    Projection,
    Sensitivity,
    Truncation,
    prompt_text,
)

if TYPE_CHECKING:
    from muster.prompts.values import Block, WorkingContext

ENVELOPE, CONTEXT, SNAPSHOT = "envelope.json", "context_snapshot.json", "capability_snapshot.json"
INTENT, DECISION, PACK = "spec_intent.json", "spec_router_decision.json", "pack.json"
TEXT, KEPT = "prompt.txt", "values.json"  # only where the user asks for the text


class StoredBlock(Struct, frozen=True, forbid_unknown_fields=True):
    """A block of an envelope; its content only where the text is kept."""

    kind: BlockKind
    content: str | None
    content_sha256: str
    source_refs: tuple[str, ...]
    sensitivity: Sensitivity
    projection: Projection
    order_key: str


class StoredContext(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of an envelope."""

    blocks: tuple[StoredBlock, ...]
    token_budget: int
    token_estimate: int
    build_id: str

    @property
    def text(self) -> str | None:
        """The blocks' contents, one blank line between them; None where they are not kept."""
        contents = [block.content for block in self.blocks]
        return None if None in contents else "\n\n".join(one for one in contents if one is not None)


class StoredEnvelope(Struct, frozen=True, forbid_unknown_fields=True):
    """An envelope as its folder has it."""

    stable_prefix: StoredContext
    variable_suffix: StoredContext
    stable_prefix_hash: str
    variable_suffix_hash: str
    full_prompt_hash: str
    stable_prefix_tokens: int
    variable_suffix_tokens: int
    total_tokens: int
    truncation: Truncation

    @property
    def blocks(self) -> tuple[StoredBlock, ...]:
        """All blocks in order."""
        return (*self.stable_prefix.blocks, *self.variable_suffix.blocks)


class Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """The texts that a prompt was made from."""

    values: dict[str, str]  # by placeholder
    requirements: dict[str, str]  # those that stand in the values, by ID


def stored(envelope: Envelope, *, keep_text: bool) -> StoredEnvelope:
    """An envelope as it is stored; without `keep_text`, of each block only the hash of its content."""
    own = {name: getattr(envelope, name) for name in Envelope.__struct_fields__}
    own |= {
        name: _stored_context(context, keep_text=keep_text)
        for name, context in own.items()
        if name in ("stable_prefix", "variable_suffix")
    }
    return StoredEnvelope(**own)


def stored_in(data: bytes) -> StoredEnvelope:
    """The envelope that a file holds; raises msgspec.DecodeError and UnicodeDecodeError."""
    return msgspec.json.decode(data, type=StoredEnvelope)


def part_of(prefix: str, suffix: str, what: str) -> str:
    """The part of a prompt that is meant: `prefix`, `suffix`, or all of it."""
    match what:
        case "prefix":
            return prefix
        case "suffix":
            return suffix
    return prompt_text(prefix, suffix)


def _stored_context(context: WorkingContext, *, keep_text: bool) -> StoredContext:
    blocks = tuple(_stored_block(block, keep_text=keep_text) for block in context.blocks)
    return StoredContext(blocks, context.token_budget, context.token_estimate, context.build_id)


def _stored_block(block: Block, *, keep_text: bool) -> StoredBlock:
    return StoredBlock(
        block.kind,
        block.content if keep_text else None,
        hashlib.sha256(block.content.encode()).hexdigest(),
        block.source_refs,
        block.sensitivity,
        block.projection,
        block.order_key,
    )
