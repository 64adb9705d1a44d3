"""What the page of a spec shows of each requirement beside its status: who cites it, which tests ran, what changed.

implements: MU-TRACE-3021
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import CaseOutcome, CitationKind
from muster.site.markup import inert
from muster.specs.revision import Side, words_between
from muster.text.fingerprint import normalised
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.model import CaseResult, Citation, Evidence, Project

_MOST = 20  # places of a kind that are listed
_TAGS = {Side.BOTH: ("", ""), Side.OLD: ("<del>", "</del>"), Side.NEW: ("<ins>", "</ins>")}
_KINDS = {CitationKind.IMPLEMENTS: "Code", CitationKind.VERIFIES: "Tests", CitationKind.MENTIONS: "Mentions"}


class Dossier(Struct, frozen=True):
    """What is known of one requirement."""

    citations: tuple[Citation, ...] = ()
    results: tuple[CaseResult, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    doubted: tuple[str, ...] = ()  # files that were reviewed under another text
    before: str = ""  # that text
    now: str = ""


def dossiers_of(project: Project) -> dict[str, Dossier]:
    """What is known of each requirement that somebody cites."""
    trace = project.trace
    cited: dict[str, list[Citation]] = {}
    for citation in trace.citations:
        if not citation.literal and citation.defect is None:
            cited.setdefault(citation.id, []).append(citation)
    doubted: dict[str, list[str]] = {}
    before: dict[str, str] = {}
    for suspect in trace.suspects:
        doubted.setdefault(suspect.id, []).append(suspect.path)
        before.setdefault(suspect.id, suspect.before)
    proved = {one.requirement for one in trace.evidence}
    texts = {requirement.id.text: requirement.text for requirement in project.requirements} if before else {}
    return {
        name: Dossier(
            tuple(cited.get(name, ())),
            trace.tests.get(name, ()),
            tuple(one for one in trace.evidence if one.requirement == name) if name in proved else (),
            tuple(doubted.get(name, ())),
            before.get(name, ""),
            normalised(texts[name]) if name in before else "",
        )
        for name in {**cited, **trace.tests, **doubted, **dict.fromkeys(sorted(proved))}
    }


def dossier(found: Dossier) -> str:
    """The HTML that opens below a requirement's title."""
    by_kind = {kind: [one for one in found.citations if one.kind is kind] for kind in _KINDS}
    told = [
        counted(len(own), word, plural)
        for own, word, plural in (
            (by_kind[CitationKind.IMPLEMENTS], "place in code", "places in code"),
            (by_kind[CitationKind.VERIFIES], "place in tests", "places in tests"),
            (found.results, "result", "results"),
            (found.evidence, "piece of evidence", "pieces of evidence"),
        )
        if own
    ]
    parts = [
        f"<dt>{title}</dt>{_listed(_place(one) for one in by_kind[kind])}"
        for kind, title in _KINDS.items()
        if by_kind[kind]
    ]
    if found.results:
        parts.append(f"<dt>Results</dt>{_listed(_result(result) for result in found.results)}")
    if found.evidence:
        said = (f"{one.kind} by {one.owner} on {one.date}: {one.reference}" for one in found.evidence)
        parts.append(f"<dt>Evidence</dt>{_listed(inert(words) for words in said)}")
    shown = f'<details class="muster-trace"><summary>{", ".join(told)}</summary><dl>{"".join(parts)}</dl></details>'
    return (shown if told else "") + (_change(found) if found.doubted else "")


def _listed(items: Iterable[str]) -> str:
    every = list(items)
    more = f"<dd>and {len(every) - _MOST:,} more</dd>" if len(every) > _MOST else ""
    return "".join(f"<dd>{item}</dd>" for item in every[:_MOST]) + more


def _place(citation: Citation) -> str:
    return f"<code>{inert(f'{citation.place.path}:{citation.place.line}')}</code>"


def _result(result: CaseResult) -> str:
    label = "info" if result.outcome is CaseOutcome.SKIPPED else result.outcome.value
    return (
        f'<span class="muster-badge muster-{label}">{result.outcome}</span>'
        f"<code>{inert(result.node or f'{result.suite} {result.name}'.strip())}</code>"
    )


def _change(found: Dossier) -> str:
    """The words of then and now, and the files that nobody has looked at since."""
    words = " ".join(
        f"{_TAGS[run.side][0]}{inert(run.text)}{_TAGS[run.side][1]}" for run in words_between(found.before, found.now)
    )
    files = ", ".join(f"<code>{inert(path)}</code>" for path in found.doubted[:_MOST])
    more = f" and {len(found.doubted) - _MOST:,} more" if len(found.doubted) > _MOST else ""
    said = words if found.before else "its text of that time is not known"
    return (
        f'<details class="muster-change" open><summary>changed since {files}{more} '
        f"{'was' if len(found.doubted) == 1 else 'were'} reviewed</summary><p>{said}</p></details>"
    )
