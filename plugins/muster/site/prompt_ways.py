"""Where the pages of prompts lead: to packs, specs, requirements, packets and events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.prompts.naming import NotNamed, SourceKind, named_in
from muster.site import identity, runs
from muster.site.markup import escape, fragment
from muster.site.packet_page import Ways
from muster.site.recorded import event_anchor, moment, run_anchor, told
from muster.site.story import MOST_EVENTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.ledger.events import Event
    from muster.ledger.statistics import RunHistory
    from muster.model import Project
    from muster.prompts.manifest import PackInput
    from muster.prompts.view import PromptViews
    from muster.site.page import Links

INDEX = "prompts/index.md"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)


def when(iso: str) -> str:
    """The time that a file tells, if it is one."""
    return moment(iso) if _MOMENT.fullmatch(iso) else told(iso, 40) or "not said"


class PromptPaths(Struct, frozen=True):
    """The page of each pack by the path of its file, and of each compiled prompt by its folder."""

    packs: Mapping[str, str]
    compiles: Mapping[str, str]


class PromptWays(Struct, frozen=True):
    """What pages of prompts lead to, seen from one of them."""

    ways: Ways
    project: Project
    history: RunHistory
    paths: PromptPaths
    packets: Mapping[str, str]  # the page of each packet
    requirements: Mapping[str, str]  # the path of the spec of each requirement, by ID
    packs: Mapping[str, str]  # the path of each pack, by SHA-256
    events: Mapping[str, Event]  # the last one that recorded each compile, by the ID of its context snapshot
    spec_ids: frozenset[str]  # those that have a page

    def at(self, page: str) -> PromptWays:
        """The same, seen from another page."""
        return replace(self, ways=replace(self.ways, page=page))

    def overview(self) -> str:
        """A link to the overview."""
        return f'<a href="{self.ways.to(INDEX)}">All prompts</a>'

    def pack(self, own: PackInput) -> str:
        """The pack that a prompt was compiled with: its page where that has the same bytes."""
        name = f'<code class="muster-whole">{told(own.pack_id, 60)}</code>'
        path = self.packs.get(own.sha256)
        return f'<a href="{self.ways.to(self.paths.packs[path])}">{name}</a>' if path else name

    def requirement(self, identifier: str) -> str:
        """A requirement, linked to where it stands on the site."""
        shown = f'<code class="muster-whole">{told(identifier, 60)}</code>'
        href = self._document(self.requirements.get(identifier, ""))
        return f'<a href="{escape(href)}#{escape(fragment(identifier))}">{shown}</a>' if href else shown

    def handle(self, handle: str) -> str:
        """What a handle names, linked as far as it is published."""
        shown = f"<code>{told(handle)}</code>"
        try:
            named = named_in(handle)
        except NotNamed:
            return shown
        if named.kind is SourceKind.REQUIREMENT:
            return "requirement " + ", ".join(map(self.requirement, named.ids))
        if named.kind is SourceKind.PACKET and (page := self.packets.get(named.path)):
            return f'<a href="{self.ways.to(page)}">{shown}</a>'
        href = self._document(named.path)
        where = f"#{fragment(named.anchor)}" if named.anchor else ""
        return f'<a href="{escape(href + where)}">{shown}</a>' if href else shown

    def spec(self, spec_id: str) -> str:
        """A spec by its identity, and the documents that are tied to it."""
        if not spec_id:
            return "none"
        shown = f"<code>{told(spec_id)}</code>"
        if spec_id not in self.spec_ids:
            return shown
        paths = [path for one in self.project.allocations if one.spec_id == spec_id for path in one.specs]
        specs = ", ".join(map(self.ways.path, paths))
        return f'<a href="{self.ways.to(identity.path_of(spec_id))}">{shown}</a>' + (f" ({specs})" if specs else "")

    def spec_in_short(self, spec_id: str) -> str:
        """The same where there is little room: the path of its document, linked to the page of its identity."""
        own = [path for one in self.project.allocations if one.spec_id == spec_id for path in one.specs]
        if spec_id not in self.spec_ids or not own:
            return self.spec(spec_id)
        return f'<a href="{self.ways.to(identity.path_of(spec_id))}"><code>{told(own[0])}</code></a>'

    def event_link(self, event: Event | None) -> str:
        """An event, linked to where it stands in the story of its spec, else to its run."""
        if event is None:
            return "the ledger could not be read" if self.history.problem else "none is recorded"
        href = self._event_page(event.seq, str(event.context.get("spec_id") or ""), event.span_id)
        number = f'<a href="{href}">#{event.seq}</a>' if href else f"#{event.seq}"
        return f"{number} {moment(event.recorded_at)}"

    def _event_page(self, seq: int, spec_id: str, span_id: str) -> str:
        story = self.history.stories.get(spec_id)
        if story and story.events and spec_id in self.spec_ids and seq >= story.events[-MOST_EVENTS:][0].seq:
            return f"{self.ways.to(identity.path_of(spec_id))}#{event_anchor(seq)}"
        shown = self.history.runs[: runs.MOST_RUNS]
        run = next((one for one in shown if one.facts.span_id == span_id), None)
        return f"{self.ways.to(runs.PATH)}#{escape(run_anchor(run))}" if run else ""

    def _document(self, path: str) -> str:
        return self.ways.links.to_document(self.ways.page, path) if path.endswith(".md") else ""


def ways_of(
    project: Project,
    views: PromptViews,
    history: RunHistory,
    paths: PromptPaths,
    packets: Mapping[str, str],
    links: Links,
    *,
    rules: bool,
) -> PromptWays:
    """What pages of prompts lead to, seen from their overview; `rules` says whether the rules have pages."""
    requirements: dict[str, str] = {}
    for document in project.documents:
        for requirement in document.requirements:
            requirements.setdefault(requirement.id.text, document.path)
    packs: dict[str, str] = {}
    for pack in views.packs:
        if pack.path in paths.packs:
            packs.setdefault(pack.sha256, pack.path)
    events = {str(one.context.get("context_snapshot_id")): one for one in history.compiles}
    spec_ids = frozenset(identity.spec_ids_of(project.allocations))
    ways = Ways(links, INDEX, {}, "", rules)
    return PromptWays(ways, project, history, paths, packets, requirements, packs, events, spec_ids)
