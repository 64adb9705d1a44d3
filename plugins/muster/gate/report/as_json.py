"""The findings for machines; the schema is what `muster schema report` prints."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster import __version__
from muster.model import Severity
from muster.rules.table import RULES
from muster.text.utf8 import encodable
from muster.text.words import unordered

if TYPE_CHECKING:
    from muster.gate.report.subject import Subject

SCHEMA_VERSION = 1


class ReportedFinding(Struct, frozen=True):
    """A finding in the JSON report."""

    code: str
    rule: str
    severity: Severity
    path: str
    line: int
    column: int
    message: str
    help: str
    detail: str
    fingerprint: str
    spec_id: str  # "" where the finding is of no allocated spec


class JsonReport(Struct, frozen=True):
    """The JSON report of `muster check`."""

    schema_version: int
    tool: str
    version: str
    counts: dict[str, int]
    findings: tuple[ReportedFinding, ...]


def json(subject: Subject) -> str:
    """All that the findings say, with the fingerprint that stays theirs while lines move."""
    from muster.gate.fingerprint import fingerprints

    counts = {name: value for name, value in msgspec.structs.asdict(subject.counts).items() if name != "cached"}
    found = Counter(finding.severity for finding in subject.findings)
    counts |= {severity.value: found[severity] for severity in Severity}
    keys = fingerprints(subject.findings, subject.lines)
    findings = tuple(
        ReportedFinding(
            code=finding.code,
            rule=RULES[finding.code].name,
            severity=finding.severity,
            path=encodable(finding.place.path),
            line=finding.place.line,
            column=finding.place.column,
            message=encodable(finding.message),
            help=encodable(finding.help),
            detail=encodable(finding.detail),
            fingerprint=key,
            spec_id=finding.spec_id,
        )
        for finding, key in zip(subject.findings, keys, strict=True)
    )
    report = JsonReport(SCHEMA_VERSION, "muster", __version__, counts, findings)
    written: str = msgspec.json.format(msgspec.json.encode(report), indent=2).decode()
    return unordered(written, r"\u0023") + "\n"
