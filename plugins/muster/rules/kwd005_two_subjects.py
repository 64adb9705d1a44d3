"""KWD005: two obligations with different subjects under one ID."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from muster.model import Finding, Keyword, Level, Passage, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.wording import binding, binding_offsets, binding_passages

_OBLIGING = frozenset((Level.MUST, Level.SHOULD))
_CLAUSE = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!etc)[.;:!?][\"')*_]*\s|[|\u2013\u2014]|\s-\s|\]")
_PARENTHESES = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W_][\w'\u2019-]*")
_ARTICLES = frozenset(("a", "an", "and", "but", "or", "so", "the", "then"))
# What follows these words is not the head of the subject: "a file of the cache" is a file.
_LIMITS = frozenset(
    "after as at before between by for from if in into of on once per than that to under unless when where which while "
    "who whose with within without".split()
)
# Where the subject is one of these, or ends in one, it cannot be told from the words before the keyword.
_PRONOUNS = frozenset(
    "again all alone also always and any both but each either he it itself neither never none one only or other others "
    "same she still such that there these they this those together too we what which who you".split()
)


def check(project: Project) -> Iterator[Finding]:
    """Report the first obligation whose subject differs from that of one before.  implements: MU-RULE-2011

    It looks at the noun before the keyword only, and where in doubt says nothing.
    """
    for document in project.documents:
        for owner, passages in binding_passages(document).items():
            if sum(word.level in _OBLIGING for passage in passages for word in binding(passage)) < 2:
                continue
            for before, now, keyword in _changes(passages):
                yield RULE.at(
                    Place(document.path, keyword.line, keyword.column, len(keyword.written)),
                    f"{owner} binds {before!r} and {now!r}",
                    help="give each obligation an ID of its own",
                )
                break


def _changes(passages: Sequence[Passage]) -> Iterator[tuple[str, str, Keyword]]:
    first: list[str] = []
    for passage in passages:
        for subject, keyword in _subjects(passage):
            # "Replica sets" and "replicas" may well be one party: a noun of both is enough.
            if first and subject[-1] not in first and first[-1] not in subject:
                yield first[-1], subject[-1], keyword
            first = first or subject


def _subjects(passage: Passage) -> Iterator[tuple[list[str], Keyword]]:
    """The subject of each clause with an obligation, where it can be told."""
    starts = [0, *(match.end() for match in _CLAUSE.finditer(passage.masked))]
    done = -1  # the start of the last clause that had a keyword
    for offset, keyword in binding_offsets(passage):
        start = starts[bisect_right(starts, offset) - 1]
        if start != done and keyword.level in _OBLIGING:
            subject = _subject(passage.masked[start:offset])
            if subject:
                yield subject, keyword
        done = start


def _subject(words: str) -> list[str]:
    """The nouns that a clause begins with, folded; none for a pronoun, or where it cannot be told."""
    # What stands before a comma is a condition or another part; what code says, nobody folds.
    part = _PARENTHESES.sub(" ", words).rsplit(",", 1)[-1]
    if "\x00" in part:
        return []
    found = [word.casefold() for word in _WORD.findall(part)]
    while found and found[0] in _ARTICLES:
        del found[0]
    end = next((at for at, word in enumerate(found) if word in _LIMITS), len(found))
    if not end or found[0].endswith("ing") or not _PRONOUNS.isdisjoint((found[0], found[end - 1])):
        return []
    if found[end - 1].endswith(("ed", "ing", "ly")):
        return []
    return [_singular(word) for word in found[:end]]


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


RULE = Rule(
    code="KWD005",
    name="two-subjects",
    severity=Severity.WARNING,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Of an ID that binds two parties, one test can pass while the other party fails.",
    examples=(
        Example(
            bad="- [AUTH-001] The client MUST send a nonce.\n  The server MUST check it. <!-- KWD005 -->\n",
            good="- [AUTH-001] The client MUST send a nonce. It MUST be new.\n- [AUTH-002] The server MUST check it.\n",
        ),
    ),
)
