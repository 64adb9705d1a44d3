"""Words by which a response declares progression, or asks for an approval or interprets one, in English and Italian.

A report is none of them: `Next steps: Prompt 2 could cover the tests`.

implements: MU-CHAIN-7037
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.chains.approval_forms import STEMS, pattern_of
from muster.chains.paragraphs import clause_before, held_in, holds_one, is_denied, paragraphs_in
from muster.chains.turn import Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.chains.paragraphs import Paragraph
    from muster.settings import ChainSettings

_END = re.compile(r"[.!?] ")
_OF_FILES = re.compile(
    r"\b(?:files?|paths?|scope|globs?|percors[oi]|elenco|ambito|commands?|"
    r"comand[oi])\b",
    re.IGNORECASE,
)


def approvals_in(prose: Sequence[Said], settings: ChainSettings) -> tuple[Said, ...]:
    """The words about progression and approvals, in the order of their lines; what is denied is none."""
    stems = held_in(" ".join([said.text.strip() for said in prose]).casefold(), STEMS)
    if not stems:
        return ()
    pattern = pattern_of(settings.executor, settings.orchestrator, settings.planner)
    return tuple(said for paragraph in paragraphs_in(prose) for said in _in_paragraph(paragraph, pattern, stems))


def _in_paragraph(paragraph: Paragraph, pattern: re.Pattern[str], stems: tuple[str, ...]) -> Iterator[Said]:
    """The first such words of a paragraph; a sentence without a word that all forms need is passed over."""
    text = paragraph.text
    for start, end in _sentences(text):
        folded = text[start:end].casefold()
        if not holds_one(folded, stems):
            continue
        for match in pattern.finditer(text, start, end):
            words = match[0].strip(" .,;:")
            about_files = _OF_FILES.search(clause_before(text, match.start())) if _is_of_scope(words) else None
            if about_files is None and not is_denied(text, match.start(), match.end(), reach=3):
                yield Said(words, paragraph.line_at(match.start() + len(match[0]) - len(match[0].lstrip())))
                return


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends."""
    start = 0
    for match in _END.finditer(text):
        yield start, match.start() + 1
        start = match.end()
    yield start, len(text)


def _is_of_scope(words: str) -> bool:
    """Whether the words may also tell which files were allowed: `the files that the OCP approved`."""
    return words.casefold().endswith(("approved", "confirmed", "approvato", "confermato"))
