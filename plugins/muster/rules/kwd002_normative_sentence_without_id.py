"""KWD002: a sentence that binds, and has no ID to cite."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from muster.model import Block, Document, Edit, Finding, InvalidReqId, Keyword, Passage, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope, runs
from muster.rules.wording import stated
from muster.settings import Marker
from muster.specs.grammar import grammar_of
from muster.specs.ids import NoFreeId, next_id
from muster.specs.lookalikes import look_alikes
from muster.specs.naming import Band, band_of

CODE = "KWD002"
_BULLET = re.compile(r"[ \t>]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]+")
_CHECKBOX = re.compile(r"\[[ xX]\][ \t]+")


def check(project: Project) -> Iterator[Finding]:
    """Report the first keyword of each passage without ID in a spec that has IDs.  implements: MU-RULE-2011"""
    for document in project.specs:
        for passage, keyword in _without_id(document, project):
            yield RULE.at(
                Place(document.path, keyword.line, keyword.column, len(keyword.written)),
                f"a sentence with {keyword.word} has no ID",
                help="give it an ID, or say it without a keyword; `muster fix` gives IDs to list items"
                if _start(document, passage)
                else "give it an ID, or say it without a keyword",
            )


def _without_id(document: Document, project: Project) -> Iterator[tuple[Passage, Keyword]]:
    if not document.requirements:
        return
    for passage in document.passages:
        if not passage.keywords or passage.owner or passage.aside or passage.header or passage.block is Block.HEADING:
            continue
        keywords = stated(passage)
        # A look-alike of an ID is a finding of its own.
        if keywords and not any(look_alikes(passage, document.path, project.settings)):
            yield passage, keywords[0]


def fix(project: Project) -> Iterator[Edit]:
    """Give an ID to each list item that binds, in the area of its spec.  implements: MU-REQ-1041"""
    settings = project.settings
    if Marker.BRACKET not in settings.requirements.markers:
        return
    known = {requirement.id.text for requirement in project.requirements}
    known |= {retired.id for retired in project.retired}
    grammar = grammar_of(settings.requirements).id
    for document in project.specs:
        band = _band(document)
        if band is None or not runs(settings.rules, CODE, document.path):
            continue
        for passage, keyword in _without_id(document, project):
            column = _start(document, passage)
            if not column or any(allowance.covers(CODE, keyword.line) for allowance in document.allowances):
                continue
            try:
                new = next_id(band.area, known, grammar, [band] if band != Band(band.area) else [])
            except (NoFreeId, InvalidReqId):
                break
            known.add(new.text)
            word = document.lines[passage.line - 1][column - 1 :].split(None, 1)[0]
            yield Edit(document.path, passage.line, column, word, f"[{new}] {word}")


def _band(document: Document) -> Band | None:
    """The area that a spec claims, or else that of most of its requirements."""
    if document.prefix:
        return band_of(document.prefix)
    areas = Counter(requirement.id.area for requirement in document.requirements if requirement.id.area)
    return Band(areas.most_common(1)[0][0]) if areas else None


def _start(document: Document, passage: Passage) -> int:
    """The column at which the text of a list item begins; 0 where the passage is no item's first paragraph."""
    if passage.block is not Block.PARAGRAPH or not passage.indent:
        return 0
    line = document.lines[passage.line - 1]
    bullet = _BULLET.match(line)
    if bullet is None or bullet.end() != passage.columns[0] - 1:
        return 0
    box = _CHECKBOX.match(line, bullet.end())
    return (box.end() if box else bullet.end()) + 1


RULE = Rule(
    code=CODE,
    name="normative-sentence-without-id",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    fix=fix,
    fix_note="gives each such list item the next free ID of its spec's area.",
    why="Nobody can cite, test or trace an obligation that has no ID.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n- The server MUST salt passwords. <!-- KWD002 -->\n",
            good="- [AUTH-001] The server MUST hash passwords.\n- [AUTH-002] The server MUST salt passwords.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n\nPasswords SHOULD be long. <!-- KWD002 -->\n",
            good='- [AUTH-001] The server MUST hash passwords.\n\nLong passwords are better; "SHOULD" would bind.\n',
        ),
    ),
)
