"""Where a file names something of another repository: `core:OC-CORE-1001`.

It is looked for as an ID of a grammar of its own, and so a verb before it, a marker of pytest and a string count as
they do for the IDs of the repository itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.portfolio.values import Named
from muster.settings import CitationMark
from muster.text.utf8 import encodable
from muster.trace.citations import chosen_by, kinds_by
from muster.trace.hits import hits_in
from muster.trace.marks import Scan, patterns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from muster.inputs import Reader
    from muster.settings import Settings
    from muster.trace.marks import Patterns

MOST_NAMES = 200  # that are alternatives of a pattern; with more, any word before a colon may be one
_VERBS = {"implements": "implements", "verifies": "verifies", "mentions": "mentions", "derives": "mentions"}
# What a reference stands behind: no word, path, address or further colon.
_BEFORE = r"(?<![\x80-\xff./:@+-])"
_REST = r"[A-Za-z][^\s\"'`<>()\[\]{},;|*\\]{0,119}"
_ANY_NAME = r"(?:[A-Za-z0-9]|[\x80-\xff])(?:[A-Za-z0-9_.-]|[\x80-\xff]){0,99}"


def pattern_of(names: Sequence[str], settings: Settings) -> Patterns:
    """What finds a reference to one of these repositories; to any, where none is named."""
    if names:
        longest = sorted(names, key=lambda name: (-len(name), name))
        grammar = f"{_BEFORE}(?:{'|'.join(re.escape(name) for name in longest)}):{_REST}"
    else:
        grammar = f"{_BEFORE}{_ANY_NAME}:(?=[A-Za-z]\\S{{0,99}}[0-9]){_REST}"
    return patterns_of(Scan((), grammar, (CitationMark.ID,), (), (), settings.trace.generated))


def named_in(
    paths: Iterable[str], reader: Reader, settings: Settings, names: Sequence[str], own: str
) -> Iterator[Named]:
    """What the text files of a repository name of others, by path, line and column; `own` is its own name."""
    patterns = pattern_of(names, settings)
    may_cite, kind_of = chosen_by(settings.trace), kinds_by(settings.trace)
    heads = [f"{name}:".encode() for name in names if name != own] if len(names) <= _FEW else []
    for path in paths:
        if not may_cite(path):
            continue
        try:
            content = reader.text_of(path, settings.specs.max_bytes)
        except OSError:
            continue  # as for its own citations: no rule demands the text
        if not content or (heads and not any(head in content for head in heads)):
            continue
        default = kind_of(path)
        for hit in hits_in(content, path, patterns):
            repository, _, text = hit.id.partition(":")
            if repository != own and not hit.literal:
                kind = type(default)(_VERBS.get(hit.verb, default.value))
                yield Named(encodable(path), hit.line, hit.column, kind, encodable(repository), encodable(text))


_FEW = 20  # names that are looked for one by one, which is quicker than a pattern
