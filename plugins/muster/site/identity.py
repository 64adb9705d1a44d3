"""The pages of specs by their identity: for each allocated one, all that belongs to it and all that became of it.

implements: MU-ALLOC-4024
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.ledger.statistics import SpecStory, trend_in
from muster.site.markup import escape
from muster.site.page import NOT_SEARCHED, GeneratedPage, heading, table
from muster.site.recorded import decision_badge, event_link, moment, told
from muster.site.story import event_table, gate_matrix, run_table, session_log
from muster.site.trend import trend
from muster.specs.compliance import totals
from muster.specs.requirement_file import distinct
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.ledger.statistics import RunHistory
    from muster.model import Allocated, Document, Project
    from muster.site.page import Links

INDEX = "identity/index.md"
_KINDS = ("packet", "prompt", "chain")
_NOTHING = "Nothing is recorded of this spec yet; `muster check` records what its gate decides.\n"
_UNREADABLE = "The ledger could not be read when this page was made; the log of the build says why.\n"


def spec_ids_of(allocations: Iterable[Allocated]) -> list[str]:
    """The identities, each once: a copied record (a finding) has that of another one."""
    return list(dict.fromkeys(one.spec_id for one in allocations if one.spec_id))


def path_of(spec_id: str) -> str:
    """The page of an allocated spec."""
    return f"identity/{spec_id}.md"


def paths_of(allocations: Sequence[Allocated]) -> list[str]:
    """All pages of a project with these records; without a record, none."""
    return [INDEX, *map(path_of, spec_ids_of(allocations))] if allocations else []


def identity_pages(
    project: Project,
    compliance: Mapping[str, str],
    links: Links,
    history: RunHistory,
    artifacts: Mapping[str, str],
) -> list[GeneratedPage]:
    """The list and the page of each.

    `compliance` are the generated pages of specs, by the path of the spec, and `artifacts` those of packets
    and prompts.
    """
    by_id = {
        spec_id: [one for one in project.allocations if one.spec_id == spec_id]
        for spec_id in spec_ids_of(project.allocations)
    }
    pages = [GeneratedPage(INDEX, _index(project, by_id, links, history))]
    for spec_id, records in by_id.items():
        page = _Page(project, compliance, artifacts, links, path_of(spec_id))
        story = history.stories.get(spec_id, SpecStory())
        pages.append(GeneratedPage(page.path, page.text(spec_id, records, story, unreadable=bool(history.problem))))
    return pages


def _index(project: Project, by_id: Mapping[str, Sequence[Allocated]], links: Links, history: RunHistory) -> str:
    """The allocated specs, and the records without identity."""
    parts = ["# Specs by identity\n", *([_UNREADABLE] if history.problem else [])]
    rows = []
    for spec_id, records in by_id.items():
        href = escape(links.to_page(INDEX, path_of(spec_id)))
        specs = [path for one in records for path in one.specs]
        story = history.stories.get(spec_id, SpecStory())
        last = f"{moment(story.events[-1].recorded_at)} {decision_badge(story.events[-1])}" if story.events else "none"
        rows.append(
            f'<th scope="row"><a href="{href}"><code>{told(spec_id)}</code></a></th>'
            f"<td>{_paths((one.record for one in records), INDEX, links)}</td>"
            f"<td>{_paths(specs, INDEX, links)}</td><td>{last}</td>"
        )
    columns = ("Identity", "Record", "Specs", "Last event")
    parts.append(table("Allocated specs", columns, rows) if rows else "No spec is allocated yet.\n")
    waiting = [one for one in project.allocations if not one.spec_id]
    if waiting:
        rows = [
            f'<th scope="row">{path_link(one.record, INDEX, links)}</th><td>{"yes" if one.ready else "no"}</td>'
            f"<td>{_paths(one.specs, INDEX, links)}</td>"
            for one in waiting
        ]
        parts.append("## Not allocated yet\n\n`muster allocate RECORD` gives each of them its identity.\n")
        parts.append(table("Records without identity", ("Record", "Ready", "Specs"), rows))
    return "\n".join(parts)


class _Page:
    """The page of one spec."""

    def __init__(
        self, project: Project, compliance: Mapping[str, str], artifacts: Mapping[str, str], links: Links, path: str
    ) -> None:
        self.project, self.compliance, self.artifacts, self.links = project, compliance, artifacts, links
        self.path = path

    def text(self, spec_id: str, records: Sequence[Allocated], story: SpecStory, *, unreadable: bool) -> str:
        specs = self._documents(path for one in records for path in one.specs)
        planning = [path for one in records for path in one.planning]
        title = specs[0].title if specs else ""
        overview = escape(self.links.to_page(self.path, INDEX))
        parts = [
            f"{NOT_SEARCHED}# {heading(title or records[0].record)}\n",
            f'<p><code>{told(spec_id)}</code>. Times are in UTC. <a href="{overview}">All identities</a></p>\n',
            self._records(records, story),
            "## Specs\n",
            self._specs(specs) if specs else "No spec is tied to it yet.\n",
            "## Planning\n",
            self._planning(planning) if planning else "No packet, prompt or chain is tied to it yet.\n",
        ]
        if unreadable or not (story.events or story.runs):
            return "\n".join([*parts, "## Story\n", _UNREADABLE if unreadable else _NOTHING])
        decisions = trend_in(story.events)
        parts += ["## Gates\n", gate_matrix(story)]
        parts += ["## Compliance trend\n", trend(decisions, linked=True)] if decisions else []
        parts += ["## Session log\n", session_log(story)]
        parts += ["## Runs\n", run_table(story)]
        return "\n".join([*parts, "## Events\n", event_table(story)])

    def _documents(self, paths: Iterable[str]) -> list[Document]:
        wanted = set(paths)
        return [document for document in self.project.documents if document.path in wanted]

    def _records(self, records: Sequence[Allocated], story: SpecStory) -> str:
        allocated = {
            event.context.get("record"): f"{moment(event.recorded_at)} {event_link(event.seq)}"
            for event in story.events
            if event.type == "spec_allocated"
        }
        rows = [
            f'<th scope="row">{path_link(one.record, self.path, self.links)}</th>'
            f"<td>{path_link(one.contract, self.path, self.links) if one.contract else 'none'}</td>"
            f"<td>{'yes' if one.ready else 'no'}</td><td>{allocated.get(one.record, 'not recorded')}</td>"
            for one in records
        ]
        return table("Elicitation record", ("Record", "Contract", "Ready", "Allocated"), rows)

    def _specs(self, specs: Sequence[Document]) -> str:
        statuses = self.project.trace.statuses
        rows = []
        for document in specs:
            own = escape(totals(distinct(document), statuses))
            page = self.compliance.get(document.path)
            shown = f'<a href="{escape(self.links.to_page(self.path, page))}">{own}</a>' if page else own
            rows.append(
                f'<th scope="row">{path_link(document.path, self.path, self.links)}</th>'
                f"<td>{told(document.status, 80) if document.status else 'not said'}</td><td>{shown}</td>"
            )
        return table("Specs that are tied to it", ("Spec", "Status", "Compliance"), rows)

    def _planning(self, paths: Sequence[str]) -> str:
        rows = [f'<th scope="row">{self._artifact(path)}</th><td>{_kind_of(path)}</td>' for path in paths]
        return table("Planning artifacts that are tied to it", ("Path", "Kind"), rows)

    def _artifact(self, path: str) -> str:
        """A planning artifact; a packet or a prompt leads to the page that shows it."""
        page = self.artifacts.get(path)
        if page is None:
            return path_link(path, self.path, self.links)
        return f'<a href="{escape(self.links.to_page(self.path, page))}"><code>{told(path)}</code></a>'


def _kind_of(path: str) -> str:
    """What a planning artifact is, as its name or the folder around it says."""
    for part in reversed(path.lower().split("/")):
        for kind in _KINDS:
            if kind in part:
                return kind
    return "other"


def path_link(path: str, page: str, links: Links) -> str:
    """A path of the project, linked where it is published."""
    href = links.to_document(page, path) if path.endswith(".md") else ""
    shown = f"<code>{told(path)}</code>"
    return f'<a href="{escape(href)}">{shown}</a>' if href else shown


def _paths(paths: Iterable[str], page: str, links: Links) -> str:
    every = list(paths)
    shown = ", ".join(path_link(path, page, links) for path in every[:5])
    more = f" and {counted(len(every) - 5, 'other')}" if len(every) > 5 else ""
    return f"{shown}{more}" if every else "none"
