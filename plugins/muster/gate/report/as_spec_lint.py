"""The mechanical preflight of the specs, `hsk.spec_lint_report@1`; the schema is what `muster schema spec-lint` prints.

Its IDs are judged by the rules REQ001 and REQ002, as everywhere; the other checks are the preflight's own.

implements: MU-PRM-6030
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from muster import __version__
from muster.prompts.spec_lint import LintedSpec, lint_report
from muster.rules.base import runs
from muster.text.utf8 import encodable
from muster.text.words import unordered

if TYPE_CHECKING:
    from muster.gate.report.subject import Subject
    from muster.model import Document, Project, SnapshotNames
    from muster.prompts.spec_lint import SpecLintReport

_ID_RULES = ("REQ001", "REQ002")


def spec_lint(subject: Subject) -> str:
    """The report on the specs that are shown."""
    written = json.dumps(msgspec.to_builtins(lint_of(subject)), indent=2)  # in ASCII: no text of a spec acts in it
    return unordered(written, r"\u0023") + "\n"


def lint_of(subject: Subject) -> SpecLintReport:
    """What the preflight finds in the specs that are shown."""
    from muster.prompts.contracts import template_text

    project = subject.project
    today = f"{project.today.isoformat()}T00:00:00Z" if project.today else None
    specs = [_linted(document, subject) for document in project.specs if _is_shown(document.path, subject.paths)]
    return lint_report(specs, template_text(), project.settings.prompts.governance_mode, __version__, today)


def _is_shown(path: str, shown: tuple[str, ...]) -> bool:
    return not shown or "." in shown or any(path == one or path.startswith(f"{one}/") for one in shown)


def _linted(document: Document, subject: Subject) -> LintedSpec:
    wrong = tuple(
        (finding.place.line, encodable(finding.message))
        for finding in subject.findings
        if finding.place.path == document.path and finding.code in _ID_RULES
    )
    spec_id = subject.project.spec_ids.get(document.path, "")
    text = "\n".join(subject.lines(document.path))
    judged = all(runs(subject.project.settings.rules, code, document.path) for code in _ID_RULES)
    return LintedSpec(document.path, text, spec_id, _snapshot(spec_id, subject.project), wrong, judged)


def _snapshot(spec_id: str, project: Project) -> SnapshotNames | None:
    """The last snapshot that was made for a spec, else the one that follows from the registry.

    A prompt that was compiled for no spec says nothing of what any spec may name.
    """
    own = [one for one in project.snapshots if one.spec_id and one.spec_id == spec_id]
    if own:
        return max(own, key=lambda one: (one.generated_at, one.ref))
    registry = project.settings.prompts.registry
    return next((one for one in project.snapshots if registry and one.ref == registry), None)
