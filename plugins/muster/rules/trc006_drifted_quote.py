"""TRC006: a citation that repeats the requirement in other words than the spec has."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.revision import marked_words
from muster.text.fingerprint import normalised
from muster.trace.tracing import first_by_id


def check(project: Project) -> Iterator[Finding]:
    """Compare the texts that annotations repeat with the specs.  implements: MU-TRACE-3009, MU-TRACE-3021"""
    quoting = [one for one in project.trace.odd if one.quote is not None and one.defect is None]
    if not quoting:
        return
    requirements = first_by_id(project)
    for one in quoting:
        said, now = _words(one.quote or ""), _words(requirements[one.id].text)
        if said != now and not one.literal:
            yield RULE.at(
                one.place,
                f"{one.id} is quoted in other words than the spec has",
                help="see whether the code still fits, then copy the spec's text",
                detail=marked_words(said, now),
            )


def _words(text: str) -> str:
    """The words without emphasis and code marks, which a text in code seldom repeats."""
    return " ".join(normalised(text).replace("`", "").replace("\\", "").split())


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
_CODE = '@Specification(number = "AUTH-001", text = "The server MUST {} passwords.")\nvoid hash() {{}}\n'
RULE = Rule(
    code="TRC006",
    name="drifted-quote",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="The text beside the code is what its author read; the spec says something else by now, or always did.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings='[trace]\nmarks = ["annotation"]\n'
            'annotations = [{ name = "Specification", id = "number", text = "text" }]\n',
            bad_files={"src/Auth.java": _CODE.format("encrypt")},
            good_files={"src/Auth.java": _CODE.format("hash")},
            marks=(("src/Auth.java", 1),),
        ),
    ),
)
