"""REQ007: two specs, one requirement file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from muster.model import Document, Finding, Place, Project, Severity
from muster.rules.base import FRAME, Example, Rule, Scope
from muster.specs.discovery import KEPT

_HELP = "name its package: `package` in the front matter, or `specs.packages` in the settings"


def check(project: Project) -> Iterator[Finding]:
    """Report each spec whose requirement file another one gives already.  implements: MU-REQ-1038

    Names that differ in case only are one name on many file systems.
    """
    folder = project.settings.output.requirements.strip("/")
    first: dict[str, Document] = {}
    for document in project.documents:
        if not document.requirements:
            continue
        path = f"{folder}/{document.package}.yaml"
        folded = _folded(document.package)
        if what := KEPT.get(f"{folded}.yaml"):
            words = f"{document.path} would yield {path}, which is the list of {what}"
            yield RULE.at(Place(document.path), words, help=_HELP)
            continue
        known = first.setdefault(folded, document)
        if known is not document:
            words = f"{known.path} and {document.path} both yield {path}"
            if known.package != document.package:
                words = f"{known.path} and {document.path} yield files that differ in case only: {path}"
            yield RULE.at(Place(document.path), words, help=_HELP)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


RULE = Rule(
    code="REQ007",
    name="package-clash",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="One of the two specs would have no requirement file, and nobody would know which.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            bad_files={"specs/20-example.md": FRAME + "- [USER-001] The server MUST know its users.\n"},
            good_files={"specs/20-users.md": FRAME + "- [USER-001] The server MUST know its users.\n"},
            marks=(("specs/20-example.md", 1),),
        ),
    ),
)
