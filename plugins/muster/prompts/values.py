"""What a prompt is made from, and what it becomes.

Field names are those of the pack's schema and of the contracts around it, so that these values are written as they
are: `msgspec.json.encode(envelope)`.

implements: MU-PRM-6002, MU-PRM-6011
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

PACK_SCHEMA = "hsk.spec_prompt_pack@1"

Source = Literal["prompt_ref", "capability_snapshot", "workflow_context", "governance_mode"]
ArtifactKind = Literal["SpecIntent", "SpecRouterDecision", "SpecArtifact"]
BlockKind = Literal["rules", "constraints", "user_input", "context_capsule"]
Sensitivity = Literal["low", "medium", "high"]
Projection = Literal["full", "minimal", "analytics_only"]


class PrefixSection(Struct, frozen=True):
    """A part of the stable prefix; nothing is ever expanded in it."""

    section_id: str
    content_md: str


class Placeholder(Struct, frozen=True):
    """A place in the template of the suffix, written `{{NAME}}`."""

    name: str
    source: Source
    max_tokens: int
    required: bool


class RequiredOutput(Struct, frozen=True):
    """What the model must answer with, and the schema that holds for it."""

    artifact_kind: ArtifactKind
    schema_ref: str


class Budgets(Struct, frozen=True):
    """How many tokens the prompt and some of its parts may take."""

    max_total_tokens: int
    max_prompt_excerpt_tokens: int
    max_capsule_tokens: int
    max_capability_table_tokens: int


class Pack(Struct, frozen=True):
    """A versioned skeleton of a prompt, `hsk.spec_prompt_pack@1`."""

    schema_version: Literal["hsk.spec_prompt_pack@1"]
    pack_id: str
    description: str
    target_job_kind: Literal["spec_router"]
    stable_prefix_sections: tuple[PrefixSection, ...]
    variable_suffix_template_md: str
    placeholders: tuple[Placeholder, ...]
    required_outputs: tuple[RequiredOutput, ...]
    budgets: Budgets


class PackTrouble(Struct, frozen=True):
    """One thing that is wrong with a pack, and where."""

    code: str  # of the rule that reports it, such as `PRM003`
    json_path: str  # such as `$.placeholders[2].name`
    line: int
    column: int  # in characters, the first is 1
    message: str
    help: str


class PackReading(Struct, frozen=True):
    """A pack, or all that is wrong with it."""

    pack: Pack | None
    troubles: tuple[PackTrouble, ...]
    sha256: str  # of the exact bytes


class Block(Struct, frozen=True):
    """A stretch of text in a prompt, with what it is and where it came from."""

    kind: BlockKind
    content: str
    source_refs: tuple[str, ...]
    sensitivity: Sensitivity
    projection: Projection
    order_key: str


class WorkingContext(Struct, frozen=True):
    """Blocks in order, with the tokens that they may take and that they take."""

    blocks: tuple[Block, ...]
    token_budget: int
    token_estimate: int
    build_id: str

    @property
    def text(self) -> str:
        """The blocks' contents, one blank line between them."""
        return "\n\n".join(block.content for block in self.blocks)


class Truncation(Struct, frozen=True):
    """What was cut: true exactly where something was."""

    per_placeholder_truncated: dict[str, bool]  # by name, in the order of the pack
    variable_suffix_truncated: bool


class Envelope(Struct, frozen=True):
    """A compiled prompt."""

    stable_prefix: WorkingContext
    variable_suffix: WorkingContext
    stable_prefix_hash: str
    variable_suffix_hash: str
    full_prompt_hash: str
    stable_prefix_tokens: int
    variable_suffix_tokens: int
    total_tokens: int  # of the text that is sent, separator and all
    truncation: Truncation

    @property
    def text(self) -> str:
        """What is sent: prefix, one blank line, suffix; without a prefix, the suffix alone."""
        return prompt_text(self.stable_prefix.text, self.variable_suffix.text)


def prompt_text(prefix: str, suffix: str) -> str:
    """Two parts as they are sent."""
    return f"{prefix}\n\n{suffix}" if prefix else suffix


class CompileTrouble(Struct, frozen=True):
    """Why a prompt cannot be compiled."""

    path: str  # what it is about, such as `$.values.PROMPT_TEXT` or `$.budgets.max_total_tokens`
    message: str
    help: str


class Problems(Struct, frozen=True):
    """All reasons why a prompt cannot be compiled, instead of an envelope."""

    troubles: tuple[CompileTrouble, ...]
