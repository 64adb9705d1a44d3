"""The page of open findings, rule by rule, each with its place.

implements: MU-SITE-9020
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from muster.model import Finding, Severity
from muster.rules.table import RULES
from muster.site.coverage import framed
from muster.site.markup import escape, inert
from muster.site.page import WIDE
from muster.site.recorded import told
from muster.site.sources import source_address
from muster.specs.discovery import BASELINE, side_path
from muster.text.utf8 import encodable
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import Outcome
    from muster.site.page import Links

PATH = "compliance/findings.md"
MOST = 500
MOST_OF_A_RULE = 100  # so that one rule leaves room for the others
SARIF = "findings.sarif"
_ORDER = list(Severity)
_CODE = re.compile(r"`([^`]+)`")


def findings_page(outcome: Outcome, links: Links, *, rules: bool) -> str:
    """The page; `rules`: each rule has a page.  implements: MU-SITE-9020"""
    head = f"{WIDE}# Findings\n\n"
    by_code: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in sorted(outcome.findings, key=Finding.sort_key):
        by_code[finding.code].append(finding)
    ranked = sorted(by_code.items(), key=lambda one: (_gravest(one[1]), -len(one[1]), one[0]))
    body = [f"<p>{standing_words(outcome)}{aside(outcome)}</p>"]
    if ranked:
        body += [_summary(ranked), *_sections(ranked, outcome, links, rules=rules)]
    twin = escape(links.to_file(PATH, SARIF))
    body.append(f'<p>For programs: <a href="{twin}">{SARIF}</a> holds all of them.</p>')
    return head + '<div class="muster-report">\n' + "\n".join(body) + "\n</div>\n"


def standing_words(outcome: Outcome) -> str:
    """`The gate fails: 3 errors, 1 warning.`"""
    fails = outcome.fails(outcome.project.settings.fail_on)
    numbers = [(severity, sum(one.severity is severity for one in outcome.findings)) for severity in Severity]
    words = ", ".join(
        counted(number, "remark" if severity is Severity.INFO else severity.value)
        for severity, number in numbers
        if number
    )
    badge = (
        f'<span class="muster-badge muster-{"failed" if fails else "passed"}">{"fails" if fails else "passes"}</span>'
    )
    return f'<span class="muster-gate">The gate {badge}:</span> {words or "no finding is open"}.'


def aside(outcome: Outcome) -> str:
    """What is not open: waived, or there when the repository took Muster in, with the file that lists it."""
    waived, known = outcome.counts.waived, outcome.counts.known
    parts = [f"{waived:,} more {'is' if waived == 1 else 'are'} waived"] if waived else []
    parts += [f"{counted(known, 'known finding')} {'stands' if known == 1 else 'stand'} in {_baseline(outcome)}"] * (
        known > 0
    )
    return f" {', '.join(parts)}." if parts else ""


def _baseline(outcome: Outcome) -> str:
    """The file of what is known, as a link where its place is known."""
    settings = outcome.project.settings
    path = side_path(BASELINE, settings)
    href = source_address(settings.links.repository, path, 1)
    name = f"<code>{told(path)}</code>"
    return f'the baseline, <a href="{escape(href)}">{name}</a>' if href else f"the baseline, {name}"


def _gravest(found: Sequence[Finding]) -> int:
    return min(_ORDER.index(one.severity) for one in found)


def _badge(severity: Severity) -> str:
    return f'<span class="muster-badge muster-severity-{severity}">{severity}</span>'


def _name(code: str) -> str:
    return inert(RULES[code].name) if code in RULES else ""


def _summary(ranked: Sequence[tuple[str, Sequence[Finding]]]) -> str:
    lines = [
        f'<th scope="row"><a href="#{code}">{code} {_name(code)}</a></th><td>{_badge(_ORDER[_gravest(found)])}</td>'
        f'<td><a href="#{code}">{len(found):,}</a></td>'
        for code, found in ranked
    ]
    head = "".join(f'<th scope="col">{words}</th>' for words in ("Rule", "Severity", "Findings"))
    return framed("Open findings by rule", head, lines, "muster-numbers muster-narrow")


def _sections(
    ranked: Sequence[tuple[str, Sequence[Finding]]], outcome: Outcome, links: Links, *, rules: bool
) -> list[str]:
    """A section for each rule, until all room is taken."""
    parts, room = [], MOST
    for code, found in ranked:
        shown = found[: min(MOST_OF_A_RULE, room)]
        room -= len(shown)
        page = escape(links.to_page(PATH, f"rules/{code}.md")) if rules and code in RULES else ""
        about = f' <a href="{page}">why, and how to mend it</a>' if page else ""
        lines = [_line(one, outcome, links) for one in shown]
        head = "".join(f'<th scope="col">{words}</th>' for words in ("Place", "Severity", "What is wrong"))
        values = [framed(f"Findings of {code}", head, lines, "muster-cards muster-places")] if lines else []
        if len(found) > len(shown):
            twin = escape(links.to_file(PATH, SARIF))
            values.append(f'<p>{len(found) - len(shown):,} more are in <a href="{twin}">{SARIF}</a>.</p>')
        parts += [
            f'<section>\n<h2 id="{code}">{code} {_name(code)}</h2>',
            f"<p>{counted(len(found), 'finding')}.{about}</p>",
            *values,
            "</section>",
        ]
    return parts


def _line(finding: Finding, outcome: Outcome, links: Links) -> str:
    place = finding.place
    shown = f"<code>{told(encodable(f'{place.path}:{place.line}'), 200)}</code>"
    href = source_address(outcome.project.settings.links.repository, place.path, place.line)
    href = href or links.to_document(PATH, place.path)
    where = f'<a href="{escape(href)}">{shown}</a>' if href else shown
    remedy = f'<span class="muster-beneath">{with_code(finding.help)}</span>' if finding.help else ""
    return (
        f'<th scope="row">{where}</th><td>{_badge(finding.severity)}</td><td>{with_code(finding.message)}{remedy}</td>'
    )


def with_code(message: str) -> str:
    """The words of a finding, in which what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", told(encodable(message)))
