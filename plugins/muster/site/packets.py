"""The pages of refinement packets: what became of the claims that are pinned to lines of specs.

implements: MU-PKT-5031
"""

from __future__ import annotations

from collections import Counter
from posixpath import basename
from typing import TYPE_CHECKING

from muster.model import Verdict
from muster.packets.state import State, state_of
from muster.packets.view import bare_view
from muster.site.packet_page import INDEX, Ways, packet_page, verdict_badges, word_badge
from muster.site.page import GeneratedPage, file_names, table
from muster.site.recorded import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.model import Finding, Outcome, Pinned, Project, Refinement
    from muster.packets.view import PacketView
    from muster.site.page import Links

_NO_PACKET = """\
No refinement packet is here yet. A packet pins claims to lines of a spec, and here will be whether they
still stand there. `muster packet new` writes one:

```console
$ muster packet new WP-1-Queue-v1 --spec specs/10-queue.md --anchor "Queue order"
```
"""


def packet_paths(project: Project) -> dict[str, str]:
    """The page of each packet, by the path of the packet.

    Two packets with one file name get a page each, and so does one that is published itself, in a folder `packets`.
    """
    docs = project.settings.site.docs.strip("/")
    own = f"{docs}/packets/" if docs not in ("", ".") else ""
    published = {page.path[len(own) : -3] for page in project.pages if own and page.path.startswith(own)}
    names = file_names((basename(one.path).removesuffix(".md") for one in project.refinements), published)
    return {one.path: f"packets/{name}.md" for one, name in zip(project.refinements, names, strict=True)}


def paths_of(project: Project) -> list[str]:
    """All pages of a project with packets or pins; without either, none."""
    there = project.refinements or project.pins
    return [INDEX, *packet_paths(project).values()] if there else []


def packet_pages(outcome: Outcome, views: Sequence[PacketView], links: Links, *, rules: bool) -> list[GeneratedPage]:
    """The overview and the page of each packet; `rules` says whether the rules have pages.

    A packet without a view has a page without lines.
    """
    project = outcome.project
    if not (project.refinements or project.pins):
        return []
    sections = {document.path: document.sections for document in project.documents}
    ways = Ways(links, INDEX, sections, project.settings.links.repository, rules)
    found: dict[str, list[Finding]] = {}
    for finding in outcome.findings:
        found.setdefault(finding.place.path, []).append(finding)
    paths = packet_paths(project)
    pages = [GeneratedPage(INDEX, _index(project, paths, found, ways))]
    by_path = {view.refinement.path: view for view in views}
    for own in project.refinements:
        page = paths[own.path]
        view = by_path.get(own.path) or bare_view(own)
        here = Ways(links, page, ways.sections, ways.repository, rules)
        pages.append(GeneratedPage(page, packet_page(view, found.get(own.path, ()), here)))
    return pages


def _index(project: Project, paths: Mapping[str, str], found: Mapping[str, Sequence[Finding]], ways: Ways) -> str:
    """How many packets there are of each state, the packets, and the pins of other files."""
    parts = ["---\nhide:\n  - toc\n---\n\n# Packets\n"]
    if project.refinements:
        states = {one.path: state_of(one, found.get(one.path, ())) for one in project.refinements}
        parts += [_counts(list(states.values())), _table(project.refinements, states, paths, ways)]
    else:
        parts.append(_NO_PACKET)
    if project.pins:
        parts += ["## Pins\n", _pins(project.pins, ways)]
    return "\n".join(parts)


def _counts(states: Sequence[State]) -> str:
    counts = Counter(states)
    items = "".join(f"<li><strong>{counts[state]:,}</strong> {word_badge(state)}</li>\n" for state in State)
    return f'<ul class="muster-counts">\n{items}</ul>\n'


def _table(refinements: Sequence[Refinement], states: Mapping[str, State], paths: Mapping[str, str], ways: Ways) -> str:
    """The packets, those that need somebody first."""
    order = list(State)
    known = Counter(one.wp_id for one in refinements)
    rows = []
    for one in sorted(refinements, key=lambda one: (order.index(states[one.path]), one.path)):
        name = one.wp_id if one.wp_id and known[one.wp_id] == 1 else one.path
        review = told(one.review, 80) or "pending"
        signed = f'<br><code class="muster-whole">{told(one.signature, 80)}</code>' if one.signature else ""
        rows.append(
            f'<th scope="row"><a href="{ways.to(paths[one.path])}"><code>{told(name)}</code></a></th>'
            f"<td>{word_badge(states[one.path])}</td>"
            f'<td><div class="muster-badge-rows">{verdict_badges(one.anchors) or "none"}</div></td>'
            f"<td>{review}{signed}</td><td>{told(one.status, 80) if one.work_packet else 'none'}</td>"
            f"<td>{ways.path(one.spec) if one.spec else 'not found'}</td>"
        )
    columns = ("Packet", "State", "Anchors", "Review", "Work packet", "Spec")
    return table("Refinement packets by state", columns, rows)


def _pins(pins: Sequence[Pinned], ways: Ways) -> str:
    """The pins of files that are no packets."""
    rows = []
    for one in pins:
        place = one.place
        at = ways.lines(one.spec, one.window) if one.spec and one.window else "not found"
        rows.append(
            f'<th scope="row">{ways.path(place.path)} line {place.line}</th><td>{word_badge(one.verdict)}</td>'
            f"<td>{ways.path(one.spec) if one.spec else 'not found'} {at}</td>"
            f"<td>{_now(one, ways)}</td><td><code>{told(one.token)}</code></td>"
        )
    return table("Pins of other files", ("Pin", "Verdict", "Pinned to", "Now", "Token"), rows)


def _now(pin: Pinned, ways: Ways) -> str:
    """Where the lines of a pin are today."""
    if pin.moved:
        return ways.lines(pin.spec, pin.moved)
    if pin.places and pin.verdict is Verdict.AMBIGUOUS:
        return f"any of lines {', '.join(map(str, pin.places))}"
    return "as written" if pin.verdict.holds else "nowhere"
