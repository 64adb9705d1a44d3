"""A pack and values, compiled to the envelope of a prompt.

A pure function: the same pack, values and tokenizer give the same bytes. The prefix is made from the pack alone.

implements: MU-PRM-6010, MU-PRM-6011, MU-PRM-6013, MU-PRM-6014, MU-PRM-6017
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.prompts.canonical import sha256_of
from muster.prompts.template import expanded
from muster.prompts.values import (
    Block,
    BlockKind,
    CompileTrouble,
    Envelope,
    Problems,
    Truncation,
    WorkingContext,
    prompt_text,
)
from muster.text.utf8 import is_encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from muster.prompts.tokenizers import Tokenizer
    from muster.prompts.values import Pack, Placeholder

SEPARATOR = "\n\n"
_KINDS: dict[str, BlockKind] = {"SYSTEM_RULES": "rules", "OUTPUT_CONTRACT": "constraints"}


class _Cut(Struct, frozen=True):
    """A text as it goes in, and whether something of it was cut."""

    text: str
    shorter: bool


def compiled(
    pack: Pack, values: Mapping[str, str], tokenizer: Tokenizer, capsules: Sequence[str] = ()
) -> Envelope | Problems:
    """The envelope, or every reason why there is none.

    A capsule of context becomes a block of its own behind the expanded template; one of which nothing is left makes
    none. No block takes part in the expansion of another.
    """
    prefix = _prefix(pack, tokenizer)
    # A separator stands only behind a prefix.
    left = pack.budgets.max_total_tokens - prefix.token_estimate
    left -= tokenizer.count(SEPARATOR) if prefix.text else 0
    troubles = [*_troubles_of_values(pack, values, capsules), *([_too_long(pack, prefix)] if left < 0 else [])]
    if troubles:
        return Problems(tuple(troubles))
    parts = _parts(pack, values, tokenizer)
    held = [_cut(capsule, pack.budgets.max_capsule_tokens, tokenizer) for capsule in capsules]
    template = expanded(pack.variable_suffix_template_md, {name: part.text for name, part in parts.items()})
    whole = _suffix_blocks([template, *(part.text for part in held if part.text)])
    suffix = _suffix(pack, prefix, whole, left, tokenizer)
    if suffix is None:
        return Problems((_too_long(pack, prefix),))
    flags = {name: part.shorter for name, part in parts.items()}
    flags |= {f"CONTEXT_CAPSULE[{index}]": part.shorter for index, part in enumerate(held)}
    return Envelope(
        prefix,
        suffix,
        stable_prefix_hash=sha256_of(prefix.blocks),
        variable_suffix_hash=sha256_of(suffix.blocks),
        full_prompt_hash=sha256_of({"stable_prefix_blocks": prefix.blocks, "variable_suffix_blocks": suffix.blocks}),
        stable_prefix_tokens=prefix.token_estimate,
        variable_suffix_tokens=suffix.token_estimate,
        total_tokens=tokenizer.count(prompt_text(prefix.text, suffix.text)),
        truncation=Truncation(flags, suffix.blocks != whole),
    )


def missing_optional(pack: Pack, values: Mapping[str, str]) -> tuple[str, ...]:
    """The placeholders that expand to nothing as nobody gave a value, in the order of the pack."""
    return tuple(each.name for each in pack.placeholders if not each.required and each.name not in values)


def missing_required(pack: Pack, names: Collection[str]) -> Iterator[CompileTrouble]:
    """The placeholders that must have a value, and have none."""
    for each in pack.placeholders:
        if each.required and each.name not in names:
            message = f"the placeholder `{each.name}` is required, and no value is given for it"
            yield CompileTrouble(f"$.values.{each.name}", message, f"give a value for `{each.name}`")


def unknown_placeholders(pack: Pack, names: Iterable[str]) -> Iterator[CompileTrouble]:
    """The values for which a pack has no placeholder."""
    declared = sorted({each.name for each in pack.placeholders})
    for name in sorted(set(names) - set(declared)):
        shown = shortened(name)
        near = difflib.get_close_matches(shown, declared, 1)
        remedy = f"leave it out; the placeholders of the pack are {', '.join(declared) or 'none'}"
        remedy = f"did you mean {near[0]}? Else {remedy}" if near else remedy
        yield CompileTrouble(f"$.values.{shown}", f"the pack {pack.pack_id} has no placeholder `{shown}`", remedy)


def most_tokens(pack: Pack, placeholder: Placeholder) -> int:
    """What a value may take: the smaller of its `max_tokens` and of the budget that governs it."""
    governing = {
        "PROMPT_TEXT": pack.budgets.max_prompt_excerpt_tokens,
        "CAPABILITY_SNAPSHOT_TABLE": pack.budgets.max_capability_table_tokens,
    }
    return min(placeholder.max_tokens, governing.get(placeholder.name, placeholder.max_tokens))


def prefix_trouble(pack: Pack, tokenizer: Tokenizer) -> CompileTrouble | None:
    """What is wrong with a prefix that leaves no room at all."""
    prefix = _prefix(pack, tokenizer)
    return _too_long(pack, prefix) if prefix.token_estimate > pack.budgets.max_total_tokens else None


def _prefix(pack: Pack, tokenizer: Tokenizer) -> WorkingContext:
    """The sections in order, as they are: nothing is expanded here."""
    blocks = tuple(
        Block(
            kind=_KINDS.get(section.section_id, "rules"),
            content=section.content_md,
            source_refs=(),
            sensitivity="low",
            projection="full",
            order_key=f"{index:04}_{section.section_id}",
        )
        for index, section in enumerate(pack.stable_prefix_sections)
    )
    count = tokenizer.count(_text(blocks))
    build_id = f"spec_prompt_pack:{pack.pack_id}:stable_prefix"
    return WorkingContext(blocks, pack.budgets.max_total_tokens, count, build_id)


def _parts(pack: Pack, values: Mapping[str, str], tokenizer: Tokenizer) -> dict[str, _Cut]:
    """The value of each placeholder in the order of the pack; an optional one that is missing is empty."""
    return {
        each.name: _cut(values.get(each.name, ""), most_tokens(pack, each), tokenizer) for each in pack.placeholders
    }


def _cut(text: str, most: int, tokenizer: Tokenizer) -> _Cut:
    kept = tokenizer.cut(text, most)
    return _Cut(kept, len(kept) < len(text))


def _suffix_blocks(contents: Sequence[str]) -> tuple[Block, ...]:
    """The expanded template, and behind it the capsules."""
    return tuple(
        Block(
            kind="context_capsule" if index else "user_input",
            content=content,
            source_refs=(),
            sensitivity="medium",
            projection="full",
            order_key=f"{index:04}_{'CONTEXT_CAPSULE' if index else 'VARIABLE_SUFFIX'}",
        )
        for index, content in enumerate(contents)
    )


def _suffix(
    pack: Pack, prefix: WorkingContext, whole: tuple[Block, ...], left: int, tokenizer: Tokenizer
) -> WorkingContext | None:
    """The suffix within what is left to it; None where not even an empty one fits.

    The whole prompt is counted as well: where a byte pair encoding takes more tokens for it than for its parts, the
    suffix gives way.
    """
    text = _text(whole)
    most = left
    while True:
        blocks = _shortened_blocks(whole, len(tokenizer.cut(text, most)))
        kept = _text(blocks)
        count = tokenizer.count(kept)
        total = tokenizer.count(prompt_text(prefix.text, kept))
        over = max(count - left, total - pack.budgets.max_total_tokens)
        if over <= 0:
            return WorkingContext(blocks, left, count, f"spec_prompt_pack:{pack.pack_id}:variable_suffix")
        if not kept:
            return None
        most = min(most, count) - over


def _shortened_blocks(blocks: tuple[Block, ...], size: int) -> tuple[Block, ...]:
    """The blocks in that many characters of their text: the last ones go, and the one in which it ends is shorter."""
    kept = [blocks[0].content[:size]]
    start = len(blocks[0].content) + len(SEPARATOR)
    for block in blocks[1:]:
        if start >= size:
            break
        kept.append(block.content[: size - start])
        start += len(block.content) + len(SEPARATOR)
    return _suffix_blocks(kept)


def _text(blocks: tuple[Block, ...]) -> str:
    return SEPARATOR.join(block.content for block in blocks)


def _troubles_of_values(pack: Pack, values: Mapping[str, str], capsules: Sequence[str]) -> Iterator[CompileTrouble]:
    yield from missing_required(pack, values)
    yield from unknown_placeholders(pack, values)
    texts = {f"$.values.{shortened(name)}": values[name] for name in sorted(values)}
    texts |= {f"$.capsules[{index}]": text for index, text in enumerate(capsules)}
    for path, text in texts.items():
        if not is_encodable(text):
            message = "the text holds half of a surrogate pair, which no UTF-8 can write"
            yield CompileTrouble(path, message, "give text that was read as UTF-8")


def _too_long(pack: Pack, prefix: WorkingContext) -> CompileTrouble:
    most = pack.budgets.max_total_tokens
    message = f"the stable prefix takes {prefix.token_estimate:,} tokens, and the whole prompt may take {most:,}"
    if prefix.token_estimate <= most:
        message = f"{message}: not even the blank line behind it fits"
    return CompileTrouble("$.budgets.max_total_tokens", message, "shorten the sections, or raise max_total_tokens")
