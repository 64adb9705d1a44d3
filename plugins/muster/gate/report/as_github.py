"""Workflow commands of GitHub Actions, which show each finding beside its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import Severity
from muster.rules.table import RULES
from muster.text.words import printable

if TYPE_CHECKING:
    from muster.gate.report.subject import Subject
    from muster.model import Finding

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(subject: Subject) -> str:
    """One command a finding, and nothing where there is none."""
    return "".join(_command(finding, subject.folder) for finding in subject.findings)


def _command(finding: Finding, folder: str) -> str:
    place = finding.place
    properties = {"file": printable(folder + place.path), "line": str(place.line), "col": str(place.column)}
    if place.width:
        properties["endColumn"] = str(place.column + place.width - 1)  # the last one that is meant
    properties["title"] = f"{finding.code} {RULES[finding.code].name}"
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    remedy = f"{printable(finding.help)}; " if finding.help else ""
    message = f"{printable(finding.message)}\nhelp: {remedy}see `muster rule {finding.code}`"
    return f"::{_COMMANDS[finding.severity]} {told}::{_data(message)}\n"


def _data(words: str) -> str:
    """As `escapeData` of the Actions toolkit has it."""
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    """As `escapeProperty` of the Actions toolkit has it."""
    return _data(words).replace(":", "%3A").replace(",", "%2C")
