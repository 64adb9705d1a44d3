"""Badges: how far the musts have come and whether the gate passes, as SVG and in the form of shields.io's endpoint.

implements: MU-SITE-9025
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Level, Severity, Status
from muster.site.markup import escape
from muster.site.page import GeneratedFile
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import Outcome
    from muster.trace.view import Row

FOLDER = "badges"
# White on each has a contrast of 4.5:1 at least.
_GOOD, _FAIR, _POOR, _NONE, _LABEL = "#2e7d32", "#8a6100", "#b3261e", "#616161", "#444444"
_FAIR_FROM = 50  # per cent


class Badge(Struct, frozen=True):
    """A label, and what it says."""

    name: str  # of its files
    label: str
    message: str
    colour: str


class Endpoint(Struct, frozen=True, rename={"schema_version": "schemaVersion"}):
    """What shields.io makes a badge of."""

    schema_version: int
    label: str
    message: str
    color: str


def badges_of(outcome: Outcome, rows: Sequence[Row]) -> tuple[Badge, ...]:
    """The badges of a project: of its musts, or where it has none, of all its requirements."""
    musts = [row for row in rows if row.level is Level.MUST] or list(rows)
    verified = sum(row.status is Status.VERIFIED for row in musts)
    implemented = sum(row.reached is not Status.SPECIFIED for row in musts)
    return (
        _share("verified", verified, len(musts)),
        _share("implemented", implemented, len(musts)),
        _gate(outcome),
    )


def _share(name: str, part: int, whole: int) -> Badge:
    """So much of the whole in per cent, 100 only where nothing is missing."""
    if not whole:
        return Badge(name, name, "no requirements", _NONE)
    percent = part * 100 // whole
    colour = _GOOD if part == whole else _FAIR if percent >= _FAIR_FROM else _POOR
    return Badge(name, name, f"{percent} %", colour)


def _gate(outcome: Outcome) -> Badge:
    least = outcome.project.settings.fail_on
    if not outcome.fails(least):
        return Badge("gate", "muster", "passing", _GOOD)
    errors = sum(finding.severity is Severity.ERROR for finding in outcome.findings)
    found = sum(finding.severity.reaches(least) for finding in outcome.findings)
    told = counted(errors, "error") if errors == found else counted(found, "finding")
    return Badge("gate", "muster", f"failing, {told}", _POOR)


def badge_files(badges: Sequence[Badge]) -> tuple[GeneratedFile, ...]:
    """Two files for each badge."""
    return tuple(
        file
        for badge in badges
        for file in (
            GeneratedFile(f"{FOLDER}/{badge.name}.svg", svg(badge).encode()),
            GeneratedFile(f"{FOLDER}/{badge.name}.json", endpoint(badge)),
        )
    )


def endpoint(badge: Badge) -> bytes:
    """The badge for shields.io."""
    shown = Endpoint(1, badge.label, badge.message, badge.colour.removeprefix("#"))
    return msgspec.json.format(msgspec.json.encode(shown), indent=2) + b"\n"


def svg(badge: Badge) -> str:
    """The badge as a picture that needs nothing from elsewhere; its title says what it shows."""
    left, right = (_width(words) + 12 for words in (badge.label, badge.message))
    title = escape(f"{badge.label}: {badge.message}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" '
        f'aria-labelledby="title">\n<title id="title">{title}</title>\n'
        f'<rect width="{left + right}" height="20" rx="3" fill="{badge.colour}"/>\n'
        f'<path d="M3 0h{left - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="{_LABEL}"/>\n'
        '<g fill="#ffffff" font-family="Verdana, Geneva, \'DejaVu Sans\', sans-serif" font-size="11" '
        'text-anchor="middle">\n'
        f"{_text(badge.label, left / 2)}{_text(badge.message, left + right / 2)}</g>\n</svg>\n"
    )


def _text(words: str, middle: float) -> str:
    """Words that take the room that was counted, in whatever font."""
    return f'<text x="{middle:g}" y="14" textLength="{_width(words)}">{escape(words)}</text>\n'


_NARROW, _WIDE = frozenset("fijlrt:., "), frozenset("mwMW%")


def _width(words: str) -> int:
    """About how wide words are in Verdana of 11 pixels."""
    return round(sum(4.5 if char in _NARROW else 10.5 if char in _WIDE else 7 for char in words))
