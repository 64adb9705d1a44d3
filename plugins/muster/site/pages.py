"""The generated pages: where the requirements of each spec stand, and what each rule says.

Tables are ready HTML inside Markdown, for a Markdown table costs a hundred times as much to render. Text from
documents is escaped, and made inert to template engines that look into pages.
"""

from __future__ import annotations

import itertools
import posixpath
import re
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from muster.model import Document, Level, Outcome, Project, Requirement, Status
from muster.rules.table import RULES
from muster.site.markup import escape, fragment, inert
from muster.site.rule_page import rule_index_page, rule_page
from muster.site.trace import dossier, dossiers_of
from muster.specs.compliance import totals
from muster.specs.requirement_file import distinct
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.rules.base import Rule
    from muster.site.trace import Dossier

NOT_SEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"


class GeneratedPage(Struct, frozen=True):
    """A page that nobody wrote: its path below the folder of the pages, and its Markdown."""

    path: str
    text: str


class Links(Protocol):
    """How the host links from a generated page; ready HTML is not looked into, so a link is final."""

    def to_document(self, page: str, document: str) -> str:
        """The link to a document of the project, without fragment; "" where it is not published."""
        ...

    def to_page(self, page: str, other: str) -> str:
        """The link to another generated page."""
        ...


class PlainLinks(Struct, frozen=True):
    """Links between Markdown files, for generators that turn `.md` into the address of the page themselves.

    `folder` is where the pages are written and `site` the documentation folder, both in the project;
    a document outside `site` is not published.
    """

    folder: str
    site: str

    def to_document(self, page: str, document: str) -> str:
        if self.site not in ("", ".") and not document.startswith(f"{self.site.rstrip('/')}/"):
            return ""
        return posixpath.relpath(document, posixpath.dirname(posixpath.join(self.folder, page)))

    def to_page(self, page: str, other: str) -> str:
        return posixpath.relpath(other, posixpath.dirname(page))


def generated_pages(outcome: Outcome, rules: Sequence[Rule], links: Links) -> tuple[GeneratedPage, ...]:
    """All pages of a project; `rules` may be empty.

    implements: MU-SITE-9004, MU-SITE-9008
    """
    specs = [document for document in outcome.project.specs if document.requirements]
    names = names_of(specs)
    trace = outcome.project.trace
    dossiers = dossiers_of(outcome.project)
    pages = [GeneratedPage("compliance/index.md", compliance_page(specs, names, links, trace.statuses))]
    pages += [
        GeneratedPage(path, spec_page(document, path, links, trace.statuses, dossiers))
        for document, path in zip(specs, (f"compliance/{name}.md" for name in names), strict=True)
    ]
    if rules:
        pages.append(GeneratedPage("rules/index.md", rule_index_page(rules)))
        pages += [GeneratedPage(f"rules/{rule.code}.md", rule_page(rule)) for rule in rules]
    return tuple(pages)


def generated_paths(project: Project) -> list[str]:
    """Where a site build puts these pages, seen from the project: what a link may lead to though no file is there."""
    specs = [document for document in project.specs if document.requirements]
    own = ["compliance/index", *(f"compliance/{name}" for name in names_of(specs))]
    own += ["rules/index", *(f"rules/{code}" for code in RULES)]
    return [posixpath.normpath(posixpath.join(project.settings.site.docs, f"{path}.md")) for path in own]


def names_of(specs: Sequence[Document]) -> list[str]:
    """A file name for each spec: its package; two specs with one package (a finding) still get a page each."""
    names: dict[str, None] = {}
    for document in specs:
        base = re.sub(r"[^\w.-]+", "-", document.package).strip("-.") or "spec"
        base = f"{base}-spec" if base.lower() in ("index", "readme") else base  # those names are a folder's own page
        candidates = itertools.chain([base], (f"{base}-{i}" for i in itertools.count(2)))
        names[next(name for name in candidates if name not in names)] = None
    return list(names)


def compliance_page(
    specs: Sequence[Document], names: Sequence[str], links: Links, statuses: Mapping[str, Status]
) -> str:
    """The page of all specs: one row of totals for each."""
    head = "# Compliance\n\n"
    if not specs:
        return f"{head}No spec defines a requirement yet.\n"
    every = [requirement for document in specs for requirement in distinct(document)]
    levels = [level for level in Level if any(requirement.level is level for requirement in every)]
    there = {statuses.get(requirement.id.text, Status.SPECIFIED) for requirement in every}
    counts = _Counts(tuple(levels), tuple(status for status in Status if status in there), statuses)
    rows = []
    for document, name in zip(specs, names, strict=True):
        href = links.to_page("compliance/index.md", f"compliance/{name}.md")
        link = f'<a href="{escape(href)}">{inert(document.title or name)}</a>'
        rows.append(f'<th scope="row">{link}</th>{counts.cells(distinct(document))}')
    intro = f"{counted(len(every), 'requirement')} in {counted(len(specs), 'spec')}.\n\n"
    columns = ("Spec", *counts.levels, "all", *counts.shown)
    foot = f'<th scope="row">All specs</th>{counts.cells(every)}'
    return head + intro + table("Requirements by spec, level and status", columns, rows, numbers=True, foot=foot)


class _Counts(Struct, frozen=True):
    """The columns of numbers: the levels and the statuses that some requirement has."""

    levels: tuple[Level, ...]
    shown: tuple[Status, ...]
    statuses: Mapping[str, Status]

    def cells(self, requirements: Sequence[Requirement]) -> str:
        """How many of these there are of each."""
        levels = Counter(requirement.level for requirement in requirements)
        states = Counter(self.statuses.get(requirement.id.text, Status.SPECIFIED) for requirement in requirements)
        numbers = [*(levels[level] for level in self.levels), len(requirements), *(states[one] for one in self.shown)]
        return "".join(f"<td>{number}</td>" for number in numbers)


def spec_page(
    document: Document, page: str, links: Links, statuses: Mapping[str, Status], dossiers: Mapping[str, Dossier]
) -> str:
    """The page of one spec: totals, then one row for each requirement, linked to its anchor."""
    title = document.title or document.package
    href = links.to_document(page, document.path)
    own = distinct(document)
    head = f"{NOT_SEARCHED}# {_heading(title)}\n\n"
    source = f'<a href="{escape(href)}">{inert(document.path)}</a>' if href else f"<code>{inert(document.path)}</code>"
    overview = escape(links.to_page(page, "compliance/index.md"))
    intro = f'<p>{escape(totals(own, statuses))} in {source}. <a href="{overview}">All specs</a></p>\n\n'
    rows = [
        _row(requirement, href, statuses.get(requirement.id.text, Status.SPECIFIED), dossiers.get(requirement.id.text))
        for requirement in own
    ]
    return head + intro + table("Requirements", ("ID", "Level", "Status", "Title"), rows)


def _heading(title: str) -> str:
    """A document's title as a heading in which nothing is markup: each special character is an entity."""
    return "".join(char if char.isalnum() or char in " ,.:;" else f"&#{ord(char)};" for char in " ".join(title.split()))


def _row(requirement: Requirement, href: str, status: Status, traced: Dossier | None) -> str:
    identifier = requirement.id.text
    title = inert(requirement.title) + (dossier(traced) if traced else "")
    shown = inert(identifier)
    name = f'<a href="{escape(href)}#{escape(fragment(identifier))}">{shown}</a>' if href else shown
    level = f"{requirement.level} not" if requirement.negated else requirement.level.value
    return (
        f'<th scope="row">{name}</th><td><span class="muster-badge muster-{requirement.level}">{level}</span></td>'
        f'<td><span class="muster-badge muster-{status}">{status}</span></td><td>{title}</td>'
    )


def table(caption: str, columns: Iterable[str], rows: Iterable[str], *, numbers: bool = False, foot: str = "") -> str:
    """An accessible table: it has a caption, and header cells that say what they head."""
    # The class stands on a wrapper: Material styles, and makes scroll on a phone, tables that have none.
    kind = "muster-table muster-numbers" if numbers else "muster-table"
    parts = [f'<div class="{kind}">', "<table>", f"<caption>{escape(caption)}</caption>", "<thead>"]
    parts.append("<tr>" + "".join(f'<th scope="col">{escape(column)}</th>' for column in columns) + "</tr>")
    parts += ["</thead>", "<tbody>", *(f"<tr>{row}</tr>" for row in rows), "</tbody>"]
    if foot:
        parts += ["<tfoot>", f"<tr>{foot}</tr>", "</tfoot>"]
    return "\n".join([*parts, "</table>", "</div>", ""])
