"""What the page of a spec shows of each requirement beside its status: the same as the drawer, from the same values.

It is readable without scripts: a line that says why it stands there, which opens to all the rest.

implements: MU-SITE-9012, MU-TRACE-3021
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import CaseOutcome, Severity
from muster.site.data import short_title
from muster.site.markup import escape, fragment, inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.site.details import About, Answered, Change, Details, Proof, Relation, Review, Spot, Test
    from muster.site.page import Links

_MOST = 20  # of a kind that are listed
_TAGS = {"old": ("<del>", "</del>"), "new": ("<ins>", "</ins>")}
_LABELS = {Severity.ERROR: "failed", Severity.WARNING: "waived", Severity.INFO: "info"}
_MARKS = str.maketrans("", "", "*_`")


class Dossiers:
    """Shows one requirement after the other on one page."""

    def __init__(self, page: str, links: Links) -> None:
        self.page = page
        self.links = links
        self._specs: dict[str, str] = {}

    def html(self, found: Details) -> str:
        """What stands below a requirement's title."""
        parts = "".join(self._parts(found))
        why = inert(short_title(found.why))
        if parts:
            whole = f"<dt>Why</dt><dd>{inert(found.why)}</dd>" if len(found.why) > len(short_title(found.why)) else ""
            shown = f'<details class="muster-trace"><summary>{why}</summary><dl>{whole}{parts}</dl></details>'
        else:
            shown = f'<div class="muster-beneath">{why}</div>' if why else ""
        return shown + "".join(_change(one) for one in found.changes)

    def _parts(self, found: Details) -> Iterator[str]:
        more = found.more
        if not _says_all(found.title, found.text):
            yield f'<dt>Text</dt><dd class="muster-trace-text">{inert(found.text.strip())}</dd>'
        yield _listed("Findings", [self._finding(one) for one in found.findings[:_MOST]], found.findings, more)
        yield _listed("Code", [_spot(one) for one in found.code[:_MOST]], found.code, more)
        yield _listed("Tests", [_spot(one) for one in found.tests[:_MOST]], found.tests, more)
        yield _listed("Results", [_result(one) for one in found.results[:_MOST]], found.results, more)
        yield _listed("Evidence", [_proof(one) for one in found.evidence[:_MOST]], found.evidence, more)
        yield _listed("Waivers", [_waiver(one) for one in found.waivers[:_MOST]], found.waivers, more)
        yield _listed("Derived from", [self._relation(one) for one in found.parents[:_MOST]], found.parents, more)
        yield _listed("Derived by", [self._relation(one) for one in found.children[:_MOST]], found.children, more)
        yield _listed("Mentions", [_spot(one) for one in found.mentions[:_MOST]], found.mentions, more)
        yield _listed("Reviews", [_review(one) for one in found.reviews[:_MOST]], found.reviews, more)

    def _finding(self, one: About) -> str:
        rule = escape(self.links.to_page(self.page, f"rules/{one.code}.md")) if one.rule else ""
        return (
            f'<span class="muster-badge muster-{_LABELS[one.severity]}">{one.severity}</span>'
            f"{_linked(rule, one.code)} {inert(one.message)}"
            + (f'<div class="muster-beneath">{inert(one.help)}</div>' if one.help else "")
            + f'<div class="muster-beneath">{_place(one.path, one.line, one.href)}</div>'
        )

    def _relation(self, one: Relation) -> str:
        if one.spec not in self._specs:
            self._specs[one.spec] = self.links.to_document(self.page, one.spec) if one.href else ""
        href = self._specs[one.spec]
        return _linked(escape(f"{href}#{fragment(one.id)}" if href and one.id else href), inert(one.id or one.spec))


_KEYS = {"Derived from": "parents", "Derived by": "children"}


def _listed(title: str, items: Sequence[str], every: Sequence[object], more: dict[str, int]) -> str:
    """A term with what belongs to it, and how many there are beyond that."""
    if not items:
        return ""
    rest = len(every) - len(items) + more.get(_KEYS.get(title, title.lower()), 0)
    last = f"<dd>and {rest:,} more</dd>" if rest else ""
    return f"<dt>{title}</dt><dd>{'</dd><dd>'.join(items)}</dd>{last}"


def _says_all(title: str, text: str) -> bool:
    """Whether a title says all of a text, markup aside."""
    return title == text or title.translate(_MARKS).split() == text.translate(_MARKS).split()


def _linked(href: str, shown: str) -> str:
    return f'<a href="{href}">{shown}</a>' if href else shown


def _place(path: str, line: int, href: str) -> str:
    return _linked(escape(href), f"<code>{inert(f'{path}:{line}' if line else path)}</code>")


def _spot(one: Spot) -> str:
    symbol = f" {inert(one.symbol)}" if one.symbol else ""
    stale = ' <span class="muster-badge muster-suspect">cites an older version</span>' if one.stale else ""
    return f"{_place(one.path, one.line, one.href)}{symbol}{stale}"


def _result(one: Test) -> str:
    label = "info" if one.outcome is CaseOutcome.SKIPPED else one.outcome.value
    message = f'<div class="muster-beneath">{inert(short_title(one.message))}</div>' if one.message else ""
    return f'<span class="muster-badge muster-{label}">{one.outcome}</span><code>{inert(one.name)}</code>{message}'


def _proof(one: Proof) -> str:
    where = f" {_place(one.path, one.line, one.href)}" if one.path else ""
    return f"{inert(f'{one.kind} by {one.owner} on {one.date}: {one.reference}')}{where}"


def _waiver(one: Answered) -> str:
    where = f" of {_place(one.path, 0, '')}" if one.path else ""
    return f"{inert(one.rule)}{where} by {inert(one.owner)} until {one.expires}: {inert(one.reason)}".lstrip()


def _review(one: Review) -> str:
    other = '<span class="muster-badge muster-suspect">reviewed under other words</span>'
    return f"{_place(one.path, 0, one.href)} {'reviewed under the words of today' if one.current else other}"


def _change(one: Change) -> str:
    """The words of then and now, and the files that nobody has looked at since."""
    words = " ".join(inert(said).join(_TAGS.get(side, ("", ""))) for side, said in one.words)
    files = ", ".join(f"<code>{inert(path)}</code>" for path in one.paths[:_MOST])
    more = f" and {len(one.paths) - _MOST:,} more" if len(one.paths) > _MOST else ""
    return (
        f'<details class="muster-change" open><summary>changed since {files}{more} '
        f"{'was' if len(one.paths) == 1 else 'were'} reviewed</summary>"
        f"<p>{words or 'its text of that time is not known'}</p></details>"
    )
