"""The generated pages: where the requirements of each spec stand, what ran, and what each rule says."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.ledger.statistics import NO_HISTORY
from muster.model import Document, Level, Outcome, Project, Requirement, Status
from muster.prompts.view import NO_PROMPTS
from muster.rules.table import RULES
from muster.site import identity, runs
from muster.site.chains import chain_pages, turn_pages
from muster.site.chains import paths_of as paths_of_chains
from muster.site.coverage import MOST_SPECS, framed
from muster.site.dashboard import PATHS as PATHS_OF_STANDING
from muster.site.dashboard import standing_pages
from muster.site.details import told_of
from muster.site.graph import PATH as GRAPH
from muster.site.graph import graph_page
from muster.site.markup import escape, fragment, inert
from muster.site.matrix import PATH as MATRIX
from muster.site.matrix import matrix_page
from muster.site.packets import packet_pages, packet_paths, paths_of
from muster.site.page import WIDE, WIDE_AND_SEARCHED, GeneratedPage, heading, names_of, table
from muster.site.prompts import artifact_pages, prompt_pages
from muster.site.prompts import paths_of as paths_of_prompts
from muster.site.rule_page import rule_index_page, rule_page
from muster.site.standing import Rows
from muster.site.trace import Dossiers
from muster.specs.compliance import totals
from muster.specs.requirement_file import distinct
from muster.text.utf8 import encodable
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.chains.view import ChainView
    from muster.ledger.statistics import RunHistory
    from muster.packets.view import PacketView
    from muster.prompts.view import PromptViews
    from muster.rules.base import Rule
    from muster.site.details import Details, Told
    from muster.site.page import Links


def generated_pages(
    outcome: Outcome,
    rules: Sequence[Rule],
    links: Links,
    history: RunHistory = NO_HISTORY,
    packets: Sequence[PacketView] = (),
    prompts: PromptViews = NO_PROMPTS,
    chains: Sequence[ChainView] = (),
) -> tuple[GeneratedPage, ...]:
    """All pages of a project.

    `rules` may be empty, and so may `history`, which is what its ledger holds, and `packets`, without which the pages
    of packets show no lines, and `prompts`, without which those of prompts show no more than names, and `chains`,
    without which those of chains show nothing of what stands in the turns.
    """
    told = told_of(outcome, links, outcome.project.trace.citations, rules=bool(rules))
    return pages_told(told, rules, history, packets, prompts, chains)


def pages_told(
    told: Told,
    rules: Sequence[Rule],
    history: RunHistory = NO_HISTORY,
    packets: Sequence[PacketView] = (),
    prompts: PromptViews = NO_PROMPTS,
    chains: Sequence[ChainView] = (),
) -> tuple[GeneratedPage, ...]:
    """The same from what is told of requirements, which whoever makes the files too gathers once for both.

    implements: MU-SITE-9004, MU-SITE-9008
    """
    outcome, links = told.catalogue.outcome, told.catalogue.links
    project = outcome.project
    specs = [document for document in project.specs if document.requirements]
    names = names_of(specs)
    trace = project.trace
    pages = [
        GeneratedPage("compliance/index.md", compliance_page(specs, names, links, trace.statuses)),
        GeneratedPage(MATRIX, matrix_page(specs, names, links, trace.statuses)),
        GeneratedPage(GRAPH, graph_page(specs, names, links, project)),
    ]
    pages += standing_pages(outcome, specs, names, links, history, rules=bool(rules))
    pages += [
        GeneratedPage(path, spec_page(document, path, links, trace.statuses, told.details))
        for document, path in zip(specs, (f"compliance/{name}.md" for name in names), strict=True)
    ]
    pages.append(GeneratedPage(runs.PATH, runs.runs_page(history, links, identity.spec_ids_of(project.allocations))))
    if project.allocations:
        compliance = {document.path: f"compliance/{name}.md" for document, name in zip(specs, names, strict=True)}
        artifacts = artifact_pages(project) | packet_paths(project) | turn_pages(project)
        pages += identity.identity_pages(project, compliance, links, history, artifacts)
    pages += packet_pages(outcome, packets, links, rules=bool(rules))
    pages += prompt_pages(outcome, prompts, history, packet_paths(project), links, rules=bool(rules))
    pages += chain_pages(outcome, chains, links, rules=bool(rules))
    if rules:
        pages.append(GeneratedPage("rules/index.md", rule_index_page(rules)))
        pages += [GeneratedPage(f"rules/{rule.code}.md", rule_page(rule)) for rule in rules]
    return tuple(pages)


def generated_paths(project: Project) -> list[str]:
    """Where a site build puts these pages, seen from the project: what a link may lead to though no file is there."""
    specs = [document for document in project.specs if document.requirements]
    own = ["compliance/index.md", MATRIX, GRAPH, *PATHS_OF_STANDING]
    own += [f"compliance/{name}.md" for name in names_of(specs)]
    own += [runs.PATH, *identity.paths_of(project.allocations), *paths_of(project)]
    own += [*paths_of_prompts(project), *paths_of_chains(project)]
    own += ["rules/index.md", *(f"rules/{code}.md" for code in RULES)]
    return [posixpath.normpath(posixpath.join(project.settings.site.docs, path)) for path in own]


def compliance_page(
    specs: Sequence[Document], names: Sequence[str], links: Links, statuses: Mapping[str, Status]
) -> str:
    """The page of all specs: one row of totals for each."""
    head = f"{WIDE_AND_SEARCHED}# Compliance\n\n"
    if not specs:
        return f"{head}No spec defines a requirement yet.\n"
    every = [requirement for document in specs for requirement in distinct(document)]
    levels = [level for level in Level if any(requirement.level is level for requirement in every)]
    there = {statuses.get(requirement.id.text, Status.SPECIFIED) for requirement in every}
    counts = _Counts(tuple(levels), tuple(status for status in Status if status in there), statuses)
    matrix = Rows("compliance/index.md", links, {})
    rows = []
    for document, name in zip(specs, names, strict=True):
        href = links.to_page("compliance/index.md", f"compliance/{name}.md")
        link = f'<a href="{escape(href)}">{inert(document.title or name)}</a>'
        # Of hundreds of specs each number as a link would make this page heavier than all others.
        own = matrix.href(spec=encodable(document.path)) if len(specs) <= MOST_SPECS else ""
        rows.append(f'<th scope="row">{link}</th>{counts.cells(distinct(document), own)}')
    intro = (
        f"<p>{counted(len(every), 'requirement')} in {counted(len(specs), 'spec')}."
        f' <a href="{matrix.href()}">All in one table</a></p>\n\n'
    )
    columns = ("Spec", *counts.levels, "all", *counts.shown)
    foot = f'<th scope="row">All specs</th>{counts.cells(every, matrix.href())}'
    return head + intro + table("Requirements by spec, level and status", columns, rows, numbers=True, foot=foot)


class _Counts(Struct, frozen=True):
    """The columns of numbers: the levels and the statuses that some requirement has."""

    levels: tuple[Level, ...]
    shown: tuple[Status, ...]
    statuses: Mapping[str, Status]

    def cells(self, requirements: Sequence[Requirement], matrix: str) -> str:
        """How many of these there are of each; with the address of their rows in the matrix, links to these."""
        levels = Counter(requirement.level for requirement in requirements)
        states = Counter(self.statuses.get(requirement.id.text, Status.SPECIFIED) for requirement in requirements)
        numbers = [(f"level={level}", levels[level]) for level in self.levels]
        numbers += [("", len(requirements)), *((f"status={one}", states[one]) for one in self.shown)]
        return "".join(f"<td>{_number(matrix, narrowed, number)}</td>" for narrowed, number in numbers)


def _number(matrix: str, narrowed: str, number: int) -> str:
    """A number as a link to its rows; nought has none."""
    if not number:
        return '<span class="muster-zero">0</span>'
    if not matrix:
        return f"{number:,}"
    start = matrix.removesuffix("&amp;") + ("&amp;" if "?" in matrix else "?") if narrowed else matrix
    return f'<a href="{start}{narrowed}">{number:,}</a>'


def spec_page(
    document: Document, page: str, links: Links, statuses: Mapping[str, Status], details: Mapping[str, Details]
) -> str:
    """The page of one spec: totals, then one row for each requirement, linked to its anchor."""
    title = document.title or document.package
    href = links.to_document(page, document.path)
    own = distinct(document)
    head = f"{WIDE}# {heading(title)}\n\n"
    source = f'<a href="{escape(href)}">{inert(document.path)}</a>' if href else f"<code>{inert(document.path)}</code>"
    overview = escape(links.to_page(page, "compliance/index.md"))
    intro = f'<p>{escape(totals(own, statuses))} in {source}. <a href="{overview}">All specs</a></p>'
    shown = Dossiers(page, links)
    rows = [_row(requirement, href, details[requirement.id.text], shown) for requirement in own]
    columns = "".join(f'<th scope="col">{words}</th>' for words in ("ID", "Level", "Status", "Title"))
    values = framed("Requirements", columns, rows, "muster-cards")
    return f'{head}<div class="muster-report">\n{intro}\n{values}\n</div>\n'


def _row(requirement: Requirement, href: str, found: Details, dossiers: Dossiers) -> str:
    identifier = requirement.id.text
    title = inert(found.title) + dossiers.html(found)
    shown = inert(identifier)
    name = f'<a href="{escape(href)}#{escape(fragment(identifier))}">{shown}</a>' if href else shown
    level = f"{requirement.level} not" if requirement.negated else requirement.level.value
    return (
        f'<th scope="row" id="{escape(identifier)}">{name}</th>'
        f'<td><span class="muster-badge muster-{requirement.level}">{level}</span></td>'
        f'<td><span class="muster-badge muster-{found.status}">{found.status}</span></td><td>{title}</td>'
    )
