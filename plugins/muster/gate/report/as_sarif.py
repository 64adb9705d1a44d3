"""SARIF 2.1.0, for code scanning and for editors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from muster import __version__
from muster.gate.fingerprint import fingerprints
from muster.model import Severity
from muster.rules.table import RULES
from muster.text.utf8 import encodable
from muster.text.words import printable, unordered

if TYPE_CHECKING:
    from muster.gate.report.subject import Subject
    from muster.model import Finding, Place
    from muster.rules.base import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PLACEHOLDER = re.compile(r"\{[0-9]+\}")
_MARK = re.compile(r"[ ]?<!-- [A-Z]{3}[0-9]{3} -->")  # in an example: which line is reported
_TICKS = re.compile("`{3,}")


def sarif(subject: Subject) -> str:
    """One run: the rules that found something, and what they found, with paths from the top of the repository."""
    codes = sorted({finding.code for finding in subject.findings})
    indexes = {code: index for index, code in enumerate(codes)}
    keys = fingerprints(subject.findings, subject.lines)
    driver = {
        "name": "Muster",
        "version": __version__,
        "rules": [_descriptor(RULES[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        # Where that is on this machine is nobody's business.
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top of the repository."}}},
        "results": [
            _result(finding, indexes[finding.code], key, subject.folder)
            for finding, key in zip(subject.findings, keys, strict=True)
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    written: str = msgspec.json.format(msgspec.json.encode(log), indent=2).decode()
    return unordered(written, r"\u0023") + "\n"


def _result(finding: Finding, index: int, key: str, folder: str) -> dict[str, Any]:
    remedy = f"\nhelp: {printable(finding.help)}" if finding.help else ""
    detail = f"\n{printable(finding.detail, keep=' ' + chr(10))}" if finding.detail else ""
    own = {"properties": {"spec_id": finding.spec_id}} if finding.spec_id else {}
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": _literal(printable(finding.message) + detail + remedy)},
        "locations": [{"physicalLocation": _location(finding.place, folder)}],
        "partialFingerprints": {"muster/v1": key},
        **own,
    }


def _location(place: Place, folder: str) -> dict[str, Any]:
    from urllib.parse import quote

    region = {"startLine": place.line, "startColumn": place.column}
    if place.width:
        region["endColumn"] = place.column + place.width
    return {"artifactLocation": {"uri": quote(encodable(folder + place.path)), "uriBaseId": _ROOT}, "region": region}


def _literal(words: str) -> str:
    """Words that SARIF could take for a placeholder or a link (3.11.5, 3.11.6), written so that it does not.

    All others are left as they are: viewers that know nothing of escapes show these.
    """
    if _PLACEHOLDER.search(words):
        words = words.replace("{", "{{").replace("}", "}}")
    if "](" in words:
        words = re.sub(r"[\\\[\]]", r"\\\g<0>", words)
    return words


def _descriptor(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.name.replace("-", " ").capitalize()},
        "fullDescription": {"text": rule.why},
        "help": _help(rule),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["specification", rule.code[:3]]},
    }


def _help(rule: Rule) -> dict[str, str]:
    """What a rule's page says first: why, what `muster fix` does, and an example that one file can show."""
    plain, rich = [rule.why], [rule.why]
    if rule.fix_note:
        plain.append(f"`muster fix` {rule.fix_note}")
        rich.append(f"`muster fix` {rule.fix_note}")
    sides = ((_shown(example.bad), _shown(example.good)) for example in rule.examples if not example.settings)
    bad, good = next((pair for pair in sides if pair[0] != pair[1]), ("", ""))
    if bad:
        plain += ["Reported:", bad, "Right:", good]
        rich += ["Reported:", _fenced(bad), "Right:", _fenced(good)]
    more = f"`muster rule {rule.code}` shows more."
    return {"text": "\n\n".join((*plain, more)), "markdown": "\n\n".join((*rich, more))}


def _shown(example: str) -> str:
    """A side of an example without its marks; in it a lone surrogate stands for a byte that is no UTF-8."""
    return _MARK.sub("", example).rstrip().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _fenced(text: str) -> str:
    fence = "`" * (max((len(run) for run in _TICKS.findall(text)), default=2) + 1)
    return f"{fence}\n{text}\n{fence}"
