"""JUnit XML: a suite for each file, a test case for each finding."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from muster.rules.table import RULES
from muster.text.words import printable, unordered

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from muster.gate.report.subject import Subject
    from muster.model import Finding, Severity


def junit(subject: Subject) -> str:
    """What fails the check is a failure, all else a skipped case, which CI shows and lets pass.

    A run that found nothing is one case that passed, as a report without cases counts as a mistake
    in several CI systems.
    """
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    top = Element("testsuites", {"name": "muster check", **_totals(subject.findings, subject.fail_on)})
    for path, group in groupby(subject.findings, lambda finding: finding.place.path):
        findings = tuple(group)
        suite = SubElement(top, "testsuite", {"name": printable(path), **_totals(findings, subject.fail_on)})
        for finding in findings:
            _add_case(suite, finding, subject.fail_on)
    if not subject.findings:
        suite = SubElement(top, "testsuite", {"name": "muster", **_totals((), subject.fail_on)})
        SubElement(suite, "testcase", classname="muster", name="muster check")
    indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{unordered(tostring(top, encoding="unicode"), "&#35;")}\n'


def _totals(findings: Iterable[Finding], fail_on: Severity) -> dict[str, str]:
    fails = [finding.severity.reaches(fail_on) for finding in findings]
    return {
        "tests": str(max(1, len(fails))),
        "failures": str(fails.count(True)),
        "errors": "0",
        "skipped": str(fails.count(False)),
    }


def _add_case(suite: Element, finding: Finding, fail_on: Severity) -> None:
    """What XML 1.0 cannot hold is no printable text either, and so it is spelled out."""
    from xml.etree.ElementTree import SubElement

    place, message = printable(str(finding.place)), printable(finding.message)
    case = SubElement(
        suite,
        "testcase",
        classname=f"{finding.code} {RULES[finding.code].name}",
        name=f"{place} {message}",
        file=printable(finding.place.path),
        line=str(finding.place.line),
    )
    if finding.spec_id:
        SubElement(SubElement(case, "properties"), "property", name="spec_id", value=finding.spec_id)
    remedy = f"{printable(finding.help)}; " if finding.help else ""
    lines = [f"{place}: {finding.severity.value}[{finding.code}] {message}"]
    lines += [f"  | {printable(line)}" for line in finding.detail.splitlines()]
    lines.append(f"  help: {remedy}see `muster rule {finding.code}`")
    kind = "failure" if finding.severity.reaches(fail_on) else "skipped"
    told = SubElement(case, kind, type=finding.severity.value, message=f"{finding.code} {message}")
    told.text = "\n".join(lines)
