"""RFC 2119 keywords in running text.  implements: MU-REQ-1017, MU-REQ-1018"""

from __future__ import annotations

import re

from muster.model import LEVELS, Keyword, Level
from muster.settings import LevelPolicy

# Longest first, so that MUST NOT is never read as MUST; a break or emphasis may stand between the words.
# It begins with a set of letters, for which the matcher has a fast search, and looks back from there.
_WORD = re.compile(
    r"[MNORS](?<![A-Za-z0-9].)(?<![A-Za-z0-9]-.)"
    r"(?:(?<=N)OT[\s*_]+RECOMMENDED|(?<=R)ECOMMENDED|(?<=R)EQUIRED|(?<=O)PTIONAL|(?<=M)AY"
    r"|(?:(?<=M)UST|(?<=S)HALL|(?<=S)HOULD)(?:[\s*_]+NOT)?)(?![A-Za-z0-9])(?!-[A-Za-z0-9])"
)
_LOWER = re.compile(
    r"(?<![A-Za-z0-9])(?<![A-Za-z0-9]-)(?:not[\s*_]+recommended|recommended|required|optional|may"
    r"|(?:must|shall|should)(?:[\s*_]+not)?)(?![A-Za-z0-9])(?!-[A-Za-z0-9])",
    re.IGNORECASE,
)
_TRAILING_NOT = re.compile(r"[\s*_]+(?:not|NOT)\b")  # of `MUST not`, and of `MAY NOT`, which RFC 2119 does not have
_FOLD = re.compile(r"[\s*_]+")
_STANDARD = re.compile(r"\bRFC[\s\-\u2010-\u2015]*(?:2119|8174)|\bBCP[\s\-]*14\b", re.IGNORECASE)
_DECLARES = re.compile(
    r"interpret|key[\s-]*words?\b|conformance|normative|terminology|requirement levels?|language"
    r"|(?:described|defined|specified|meaning|sense|accordance|per|follow(?:s|ing)?|uses?)\b",
    re.IGNORECASE,
)
_RFC8174 = re.compile(r"RFC[\s\-\u2010-\u2015]*8174|\bBCP[\s\-]*14\b", re.IGNORECASE)
_RFC2119 = re.compile(r"RFC[\s\-\u2010-\u2015]*2119", re.IGNORECASE)
_QUOTES = "\"'\u201c\u2018\u00ab\u2039"

_ORDER = {Level.MUST: 0, Level.SHOULD: 1, Level.MAY: 2, Level.INFO: 3}


def defines_keywords(text: str) -> bool:
    """Whether a passage says what the keywords mean, in any of the wordings that specs use for it."""
    if "2119" not in text and "8174" not in text and "14" not in text:
        return False
    return _STANDARD.search(text) is not None and _DECLARES.search(text) is not None


def may_declare(text: str) -> bool:
    """Whether a passage of a document may say what the keywords mean: a quick look at the whole of it."""
    return "2119" in text or "8174" in text or ("14" in text and "bcp" in text.lower())


def conformance_in(text: str) -> str:
    """Which conformance language a text declares: `rfc8174`, `rfc2119`, or none."""
    if not defines_keywords(text):
        return ""
    if _RFC8174.search(text):
        return "rfc8174"
    return "rfc2119" if _RFC2119.search(text) else ""


def has_keyword(masked: str) -> bool:
    """Whether a capitalised keyword may stand in a masked passage: a quick look that spares the long one."""
    return (
        "MUST" in masked
        or "SHOULD" in masked
        or "MAY" in masked
        or "SHALL" in masked
        or "REQUIRED" in masked
        or "RECOMMENDED" in masked
        or "OPTIONAL" in masked
    )


def keywords_in(
    masked: str, line: int, columns: tuple[int, ...], *, lowercase: bool = False, definition: bool = False
) -> tuple[Keyword, ...]:
    """The keywords of a masked passage that begins at `line`; `columns` says where its lines stand.

    In a passage that defines the keywords, and in quotation marks, a keyword is quoted: it binds nobody.
    """
    found = []
    row = counted = 0
    in_lines = "\n" in masked
    has_not = "not" in masked or "NOT" in masked
    for match in (_LOWER if lowercase else _WORD).finditer(masked):
        start = match.start()
        offset = start
        if in_lines:
            row += masked.count("\n", counted, start)
            counted = start
            offset -= masked.rfind("\n", 0, start) + 1
        written = match[0]
        if has_not and not written.endswith("NOT") and (tail := _TRAILING_NOT.match(masked, match.end())):
            written += tail[0]
        column = (columns[row] if row < len(columns) else 1) + offset
        quoted = definition or (start > 0 and masked[start - 1] in _QUOTES)
        word = match[0].upper()
        if not written.isalpha():  # two words, with a space, a break or emphasis between them
            word, written = _FOLD.sub(" ", word), _FOLD.sub(" ", written)
        found.append(Keyword(word, line + row, column, written, quoted))
    return tuple(found)


def level_of(keywords: tuple[Keyword, ...], policy: LevelPolicy) -> tuple[Level, bool]:
    """The level of a text with these keywords, and whether the keyword that gives it is negated."""
    binding = [keyword for keyword in keywords if not keyword.quoted and keyword.word in LEVELS]
    if not binding or policy is LevelPolicy.NONE:
        return Level.INFO, False
    first = policy is LevelPolicy.FIRST
    winner = binding[0] if first or len(binding) == 1 else min(binding, key=lambda keyword: _ORDER[keyword.level])
    return winner.level, winner.negated
