"""KWD003: a lowercase `must` beside capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from muster.model import Finding, Passage, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.wording import binding_passages, place_in, present_in, without_quotes

# A modal verb stands before a verb: what follows these words, or comes before those, is the noun.
_WORDS = re.compile(
    r"(?<![\w\-/])(?<!\b[Aa] )(?<!\b[Aa]n )(?<!\b[Nn]o )(?<!\b[Tt]he )(?<!\bof )(?<!\blevel )"
    r"(?:(?P<may>MAY[\s*_]+(?:NOT|not))(?!\w)"
    r"|(?P<modal>[Mm]ust|[Ss]hall|[Ss]hould|MUST|SHALL|SHOULD)(?P<not>[\s*_]+(?i:not))?"
    r"(?=[\s*_]+(?!(?:an?|and|are|for|has|if|in|is|of|or|that|the|to|was|were|which|would)\b)[A-Za-z]))"
)
_LOWERCASE = ("must", "Must", "shall", "Shall", "should", "Should")
_INVERTED = re.compile(r"(?:^|[.;:!?|]\s+|\n\s*)$")


def check(project: Project) -> Iterator[Finding]:
    """Report modal verbs that are not capitalised in full, and MAY NOT.  implements: MU-RULE-2011"""
    for document in project.documents:
        counts = project.settings.requirements.lowercase and document.conformance != "rfc8174"
        owned = binding_passages(document)
        present = present_in(owned, _LOWERCASE)
        for passages in owned.values():
            for passage in passages:
                if not _may_have_one(passage, present):
                    continue
                text = without_quotes(passage.masked)
                for match in _WORDS.finditer(text):
                    told = _told(match, lowercase_counts=counts)
                    if told:
                        written = match[0]
                        place = Place(document.path, *place_in(passage, match.start()), len(written))
                        yield RULE.at(place, told[0], help=told[1])


def _may_have_one(passage: Passage, present: list[str]) -> bool:
    """A quick look that spares the long one: most passages have capitalised keywords only."""
    return any(keyword.written != keyword.word or keyword.word == "MAY" for keyword in passage.keywords) or (
        bool(present) and any(word in passage.masked for word in present)
    )


def _told(match: re.Match[str], *, lowercase_counts: bool) -> tuple[str, str] | None:
    """What is wrong with a word, and what to write; nothing where it is a keyword or no modal verb."""
    written = " ".join(match[0].replace("*", " ").replace("_", " ").split())
    if match["may"]:
        words = f"{written!r} is no keyword: some read a ban, others a permission not to"
        return words, "say MUST NOT where it is forbidden, else what is allowed"
    if written.isupper() or (lowercase_counts and match["modal"].islower()):
        return None
    if match["modal"] == "Should" and not match["not"] and _INVERTED.search(match.string, 0, match.start()):
        return None  # "Should the queue be full, the server MUST ..." is a condition
    return f"{written!r} stands beside capitalised keywords", f"say {written.upper()}, or use another word"


RULE = Rule(
    code="KWD003",
    name="lowercase-keyword",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Beside a MUST, a reader cannot tell whether a lowercase must binds; RFC 8174 says that it does not.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords\n  and must salt them. <!-- KWD003 -->\n",
            good="- [AUTH-001] The server MUST hash passwords and MUST salt them.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST not keep passwords. <!-- KWD003 -->\n",
            good="- [AUTH-001] The server MUST NOT keep passwords; a lowercase must is a finding.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MAY NOT keep passwords. <!-- KWD003 -->\n",
            good="- [AUTH-001] The server MUST NOT keep passwords.\n",
        ),
    ),
)
