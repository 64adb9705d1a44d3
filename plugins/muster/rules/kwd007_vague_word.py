"""KWD007: a word that no test can decide."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from muster.model import Finding, Passage, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.wording import binding_passages, place_in, present_in, without_quotes


def check(project: Project) -> Iterator[Finding]:
    """Report the words of `rules.vague_words` in requirements.  implements: MU-RULE-2011"""
    words = project.settings.rules.vague_words
    if not words:
        return
    pattern = _pattern(words)
    hints = sorted({max(word.split(), key=len).lower() for word in words if word.strip()})
    for document in project.documents:
        owned = binding_passages(document)
        present = present_in(owned, hints, fold=True)
        for owner, passages in owned.items() if present else ():
            for passage in passages:
                lower = passage.masked.lower()
                if any(hint in lower for hint in present):
                    yield from _in_passage(document.path, owner, passage, pattern)


def _in_passage(path: str, owner: str, passage: Passage, pattern: re.Pattern[str]) -> Iterator[Finding]:
    for match in pattern.finditer(without_quotes(passage.masked)):
        word = " ".join(match[0].split())
        yield RULE.at(
            Place(path, *place_in(passage, match.start()), len(match[0])),
            f"{owner} says {word!r}, which no test can decide",
            help="give a number, a condition or a list; the words are those of `rules.vague_words`",
        )


@functools.cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words as a whole, the longest first; "to fail fast" says when, not how fast."""
    ordered = sorted(words, key=lambda word: (-len(word), word))
    body = "|".join(r"\s+".join(re.escape(part) for part in word.split()) for word in ordered if word.strip())
    return re.compile(
        rf"(?<![\w\u2010\u2011-])(?<!fail )(?<!fails )(?:{body or '(?!)'})(?![\w\u2010\u2011-])", re.IGNORECASE
    )


RULE = Rule(
    code="KWD007",
    name="vague-word",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Everybody agrees to `fast`, and nobody can say when it is not met.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST answer quickly. <!-- KWD007 -->\n",
            good="- [AUTH-001] The server MUST answer within 200 ms.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST refuse blanks, tabs, etc. <!-- KWD007 -->\n",
            good="- [AUTH-001] The server MUST refuse blanks and tabs.\n",
        ),
    ),
)
