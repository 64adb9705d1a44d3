"""The dashboard: what holds, what does not, what changed, and what to do next.

implements: MU-SITE-9020
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import Level, Severity, Status
from muster.site.attention import attention, findings_by_rule, waivers
from muster.site.coverage import by_level, by_spec, whole
from muster.site.coverage_trend import changes, coverage_trend
from muster.site.findings_page import PATH as FINDINGS
from muster.site.findings_page import aside, findings_page, standing_words
from muster.site.holes import PATH as HOLES
from muster.site.holes import holes_page
from muster.site.markup import escape
from muster.site.next_steps import next_steps
from muster.site.page import WIDE, GeneratedPage
from muster.site.standing import Rows, counts_of, done_of, percent, standing_of
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.ledger.statistics import RunHistory
    from muster.model import Document, Outcome
    from muster.site.page import Links
    from muster.site.standing import Standing

PATH = "dashboard/index.md"
PATHS = (PATH, HOLES, FINDINGS)
_NO_SPECS = """\
No spec is found yet. `muster init` sets a project up, and `muster check` says where it looks.
"""
_NO_REQUIREMENTS = """\
No spec defines a requirement yet. Write one into a spec, and give it an ID:

```markdown
- [QUEUE-1001] A pool MUST have a bounded queue.
```

`muster check` reads it, and this page shows how far it has come: specified, implemented, tested,
verified.
"""


def standing_pages(
    outcome: Outcome, specs: Sequence[Document], names: Sequence[str], links: Links, history: RunHistory, *, rules: bool
) -> list[GeneratedPage]:
    """The dashboard, holes and findings; `names` are those of the pages of `specs`, `rules`: each rule has a page."""
    standing = standing_of(outcome, specs, names)
    return [
        GeneratedPage(PATH, dashboard_page(standing, links, history)),
        GeneratedPage(HOLES, holes_page(standing, links)),
        GeneratedPage(FINDINGS, findings_page(outcome, links, rules=rules)),
    ]


def dashboard_page(standing: Standing, links: Links, history: RunHistory) -> str:
    """The page, as ready HTML.  implements: MU-SITE-9020"""
    head = f"{WIDE}# Dashboard\n\n"
    rows = Rows(PATH, links, standing.parts)
    body = [f'<div class="muster-dashboard">\n{_headline(standing, rows)}']
    if standing.rows:
        body += [_tiles(standing, rows), whole(standing, rows)]
        findings = links.to_page(PATH, FINDINGS)
        body += [next_steps(standing, rows), coverage_trend(history, rows)]
        body.append(_pair(changes(standing, history, rows, findings), findings_by_rule(standing, rows)))
        body += [by_level(standing, rows), by_spec(standing, rows), attention(standing, rows), waivers(standing, rows)]
    elif standing.outcome.findings:
        body.append(findings_by_rule(standing, rows))
    text = head + "\n".join(part for part in body if part) + "\n</div>\n"
    if standing.rows:
        return text
    return f"{text}\n{_NO_REQUIREMENTS if standing.outcome.project.specs else _NO_SPECS}"


def _pair(left: str, right: str) -> str:
    return f'<div class="muster-pair">\n{left}\n{right}\n</div>'


def _headline(standing: Standing, rows: Rows) -> str:
    """One sentence on the requirements, one on the gate."""
    findings = escape(rows.links.to_page(PATH, FINDINGS))
    gate = f'{standing_words(standing.outcome)}{aside(standing.outcome)} <a href="{findings}">Findings</a>'
    if not standing.rows:
        return f'<p class="muster-headline">{gate}</p>'
    binding, word, said = _binding(standing)
    size = sum(binding.values())
    verified = binding.get(Status.VERIFIED, 0)
    if verified == size:
        told = f"The only {word} is verified." if size == 1 else f"All {size:,} {word}s are verified."
    else:
        told = f"{verified:,} of {counted(size, word)} {'is' if 1 in (verified, size) else 'are'} verified."
    href = rows.href(**said)
    return f'<p class="muster-headline"><a href="{href}"><strong>{told}</strong></a> {gate}</p>'


def _binding(standing: Standing) -> tuple[dict[Status, int], str, dict[str, str]]:
    """What the headline counts: the musts, or where there are none, all requirements."""
    musts = counts_of(row for row in standing.rows if row.level is Level.MUST)
    if musts:
        return dict(musts), "must", {"level": Level.MUST.value}
    return dict(standing.statuses), "requirement", {}


def _tiles(standing: Standing, rows: Rows) -> str:
    """The numbers that a lead looks at first, each a link."""
    binding, word, said = _binding(standing)
    size, verified = sum(binding.values()), binding.get(Status.VERIFIED, 0)
    project = standing.outcome.project
    fails = standing.outcome.fails(project.settings.fail_on)
    gate = "fails" if fails else "passes"
    found = [sum(one.severity is severity for one in standing.outcome.findings) for severity in Severity]
    open_ = len(standing.rows) - done_of(standing.statuses)
    waived = project.waivers
    to = {name: escape(rows.links.to_page(PATH, path)) for name, path in (("holes", HOLES), ("findings", FINDINGS))}
    failing, suspect = (standing.statuses.get(status, 0) for status in (Status.FAILING, Status.SUSPECT))
    tiles = [
        (
            "gate",
            gate,
            f"{counted(found[0], 'error')}, {counted(found[1], 'warning')}"
            + (f", {standing.outcome.counts.known:,} known" if standing.outcome.counts.known else ""),
            to["findings"],
            fails,
            not fails,
        ),
        (
            f"{word}s verified",
            escape(percent(verified, size)),
            f"{verified:,} of {size:,}",
            rows.href(**said, status=Status.VERIFIED.value),
            False,
            verified == size,
        ),
        ("holes", f"{open_:,}", f"of {counted(len(standing.rows), 'requirement')}", to["holes"], False, not open_),
        (
            "failing",
            f"{failing:,}",
            "tests say no" if failing else "no test fails",
            rows.href(status="failing"),
            failing > 0,
            False,
        ),
        (
            "suspect",
            f"{suspect:,}",
            "text changed" if suspect else "all reviewed",
            rows.href(status="suspect"),
            suspect > 0,
            False,
        ),
        ("waivers", f"{len(waived):,}", _next_end(standing), "#waivers", _ended(standing) > 0, False),
    ]
    items = "".join(_tile(*tile) for tile in tiles)
    return f'<ul class="muster-tiles">{items}</ul>'


def _tile(name: str, number: str, below: str, href: str, bad: bool, good: bool) -> str:
    kind = ' class="muster-tile-bad"' if bad else ' class="muster-tile-good"' if good else ""
    return f'<li{kind}><a href="{href}"><span>{name}</span> <strong>{number}</strong> <small>{below}</small></a></li>'


def _ended(standing: Standing) -> int:
    project = standing.outcome.project
    return sum(project.today is not None and one.expires < project.today for one in project.waivers)


def _next_end(standing: Standing) -> str:
    """When the next waiver ends, or how many have ended."""
    project = standing.outcome.project
    if not project.waivers:
        return "none written"
    if ended := _ended(standing):
        return f"{ended:,} ended"
    first = min(one.expires for one in project.waivers)
    if project.today is None:
        return f"next ends {first}"
    days = (first - project.today).days
    return f"next ends in {counted(days, 'day')}" if days else "next ends today"
