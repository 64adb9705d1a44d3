"""The mechanical preflight of a spec: five checks that need no model, as `hsk.spec_lint_report@1`.

How a spec names a capability, so that SPEC-VAL-CAPREF-001 sees it, stands in `spec_names`; what is a command, in
`spec_commands`.

What fails is an error or a warning by the governance mode; only errors make the verdict `fail`. See `BLOCKING`.

implements: MU-PRM-6030
"""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from muster.prompts.spec_commands import nothing_to_run
from muster.prompts.spec_names import unknown_names
from muster.settings import GovernanceMode
from muster.text.source import source_of
from muster.text.uuids import named_uuid
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.model import SnapshotNames
    from muster.prompts.spec_outline import Outline

HEADINGS = "SPEC-VAL-HEADINGS-001"
ASSUMPTIONS = "SPEC-VAL-ASSUMPTIONS-001"
CAPREF = "SPEC-VAL-CAPREF-001"
TESTPLAN = "SPEC-VAL-TESTPLAN-001"
UNIVERSAL_ID = "SPEC-VAL-UNIVERSAL-ID-001"

_EACH = frozenset(GovernanceMode)
# The modes in which a check that fails is an error; in the others it is a warning.
BLOCKING: dict[str, frozenset[GovernanceMode]] = {
    HEADINGS: frozenset({GovernanceMode.STRICT}),
    ASSUMPTIONS: frozenset({GovernanceMode.STRICT, GovernanceMode.STANDARD}),
    CAPREF: _EACH,
    TESTPLAN: frozenset({GovernanceMode.STRICT, GovernanceMode.STANDARD}),
    UNIVERSAL_ID: _EACH,
}
_PASSED = {
    HEADINGS: "the headings of the template are there",
    ASSUMPTIONS: "each open assumption says NEEDS_CONFIRMATION",
    CAPREF: "only what the snapshot allows is named",
    TESTPLAN: "the test plan has a command that can be run, or says that there is nothing to run",
    UNIVERSAL_ID: "the IDs are well-formed and unique",
}
_NAMESPACE = uuid.UUID("2f0a6c55-0c2d-5a57-8d5e-3c0f3f4f6a10")  # of report IDs


class Location(Struct, frozen=True):
    """Where in a spec a check looked: a heading by its name, a line as `path:line`."""

    kind: Literal["heading", "line", "block", "json_path"]
    value: str


class Check(Struct, frozen=True):
    """One thing that was checked, or one thing that is wrong."""

    code: str
    severity: Literal["error", "warning"]
    status: Literal["pass", "fail", "skipped"]
    message: str
    locations: tuple[Location, ...]


class SpecLintReport(Struct, frozen=True):
    """What the preflight found, `hsk.spec_lint_report@1`: for each check what is wrong, or that nothing is."""

    report_id: str  # the same for the same specs, checks and version
    spec_id: str  # "" where none is allocated, and for several specs
    spec_artifact_ref: str  # the path of the spec; "." for several
    capability_snapshot_ref: str  # "" where there is none, and for several
    verdict: Literal["pass", "fail"]
    error_count: int
    warning_count: int
    checks: tuple[Check, ...]
    tool_version: str
    created_at: str | None  # the day as of which it was checked


class LintedSpec(Struct, frozen=True):
    """A spec and what is known of it besides its text."""

    path: str
    text: str
    spec_id: str = ""
    snapshot: SnapshotNames | None = None
    id_problems: tuple[tuple[int, str], ...] = ()  # line and message of malformed and duplicate IDs
    ids_judged: bool = True  # the rules about IDs ran


def lint_report(
    specs: Sequence[LintedSpec], template: str, mode: GovernanceMode, version: str, created_at: str | None
) -> SpecLintReport:
    """The report on some specs; `template` is the text whose headings they must have."""
    found = [check for spec in specs for check in spec_checks(spec, template, mode)]
    failed = [check for check in found if check.status == "fail"]
    checks = (*failed, *_settled(found, mode))
    checks = tuple(sorted(checks, key=lambda check: list(BLOCKING).index(check.code)))
    errors = sum(check.severity == "error" for check in failed)
    told = SpecLintReport(
        report_id="",
        spec_id=specs[0].spec_id if len(specs) == 1 else "",
        spec_artifact_ref=specs[0].path if len(specs) == 1 else ".",
        capability_snapshot_ref=_ref(specs),
        verdict="fail" if errors else "pass",
        error_count=errors,
        warning_count=len(failed) - errors,
        checks=checks,
        tool_version=version,
        created_at=None,
    )
    content = msgspec.json.encode((told, [(spec.path, spec.text) for spec in specs]))
    report_id = named_uuid(_NAMESPACE, content)
    return msgspec.structs.replace(told, report_id=report_id, created_at=created_at)


def _ref(specs: Sequence[LintedSpec]) -> str:
    snapshot = specs[0].snapshot if len(specs) == 1 else None
    return snapshot.ref if snapshot else ""


def _settled(found: Sequence[Check], mode: GovernanceMode) -> Iterator[Check]:
    """One entry for each check in which nothing is wrong: passed, or skipped in every spec."""
    for code in BLOCKING:
        of_code = [check for check in found if check.code == code]
        if any(check.status == "fail" for check in of_code):
            continue
        skipped = [check for check in of_code if check.status == "skipped"]
        if not of_code:
            yield Check(code, _severity(code, mode), "skipped", "there is no spec to check", ())
        elif len(skipped) == len(of_code):
            yield skipped[0]
        else:
            yield Check(code, _severity(code, mode), "pass", _PASSED[code], ())


def _severity(code: str, mode: GovernanceMode) -> Literal["error", "warning"]:
    return "error" if mode in BLOCKING[code] else "warning"


def spec_checks(spec: LintedSpec, template: str, mode: GovernanceMode) -> list[Check]:
    """All that is wrong with one spec; a check in which nothing is has one entry that says so."""
    from muster.prompts.spec_outline import outline_of

    outline = outline_of(source_of(spec.text))

    def failed(code: str, message: str, line: int = 0, heading: str = "") -> Check:
        where = Location("heading", heading) if heading else Location("line", f"{spec.path}:{line}")
        return Check(code, _severity(code, mode), "fail", message, (where,))

    checks = [failed(HEADINGS, words, heading=name) for name, words in missing_headings(outline, template)]
    checks += [failed(ASSUMPTIONS, words, line) for line, words in _open_assumptions(outline)]
    if spec.snapshot is None:
        words = "no capability snapshot is known for the spec: set `prompts.registry`, or compile its prompt"
        checks.append(Check(CAPREF, _severity(CAPREF, mode), "skipped", words, ()))
    else:
        checks += [failed(CAPREF, words, line) for line, words in unknown_names(outline, spec.snapshot)]
    checks += [failed(TESTPLAN, words, line) for line, words in nothing_to_run(outline)]
    checks += [failed(UNIVERSAL_ID, words, line) for line, words in spec.id_problems]
    if not spec.ids_judged:
        words = "the rules about IDs do not run: see `rules.select` and `rules.ignore`"
        checks.append(Check(UNIVERSAL_ID, _severity(UNIVERSAL_ID, mode), "skipped", words, ()))
    for code in BLOCKING:
        if not any(check.code == code for check in checks):
            checks.append(Check(code, _severity(code, mode), "pass", _PASSED[code], ()))
    return checks


def missing_headings(outline: Outline, template: str) -> Iterator[tuple[str, str]]:
    """The headings of a template, below its title, that a spec lacks; numbers and case do not count."""
    from muster.prompts.spec_outline import outline_of

    known = {part.name for part in outline.parts}
    for part in outline_of(source_of(template)).parts:
        if part.level > 1 and part.name not in known:
            yield part.title, f"the heading {part.title!r} of the template is missing"


_MARKED = re.compile(r"\bNEEDS_CONFIRMATION\b|(?<!NOT )\bCONFIRMED\b")
_NONE = re.compile(r"\W*(?:none|n/?a|no (?:open )?assumptions)\W*", re.IGNORECASE)
_ASSUMPTION = re.compile(r"[*_]*assumption[*_]*:", re.IGNORECASE)


def _open_assumptions(outline: Outline) -> Iterator[tuple[int, str]]:
    """Assumptions that say neither NEEDS_CONFIRMATION nor CONFIRMED, in their section or behind `Assumption:`."""
    listed = {entry.line: entry.text for part in outline.named("assumptions") for entry in part.entries}
    elsewhere = {entry.line: entry.text for entry in outline.entries if _ASSUMPTION.match(entry.text) is not None}
    for line, text in sorted({**elsewhere, **listed}.items()):
        if _MARKED.search(text) is None and _NONE.fullmatch(text) is None:
            yield line, f"the assumption {shortened(_first_line(text))!r} is not marked NEEDS_CONFIRMATION"


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]
