"""The pages of prompt chains: all by their state, and the timeline of each.

implements: MU-CHAIN-7052
"""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from muster.chains.machine import Phase, State
from muster.chains.view import ChainView
from muster.settings import ChainSettings
from muster.site.chain_page import chain_page, next_in_short, unfolded
from muster.site.chain_ways import INDEX, PLACE, decision_badge, findings_badges, name_of, seen_from, state_badge
from muster.site.identity import spec_ids_of
from muster.site.packet_page import Ways, word_badge
from muster.site.page import GeneratedPage, file_names, table
from muster.site.recorded import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.model import Chain, Finding, Outcome, Project
    from muster.site.page import Links

_NO_CHAIN = """\
No prompt chain is here yet. A chain is a folder of turns, and here will be where each one stands and which turn
may follow. `muster chain new` begins one, with its onboarding task:

```console
$ muster chain new retry --title 'A limit for retries'
```
"""
MOST_ROWS = 1000  # of the overview; each chain has a page all the same


class Stand(StrEnum):
    """Where chains stand, those that wait for somebody first."""

    BLOCKED = "blocked"
    HELD = "held"
    OPEN = "open"
    CLOSED = "closed"
    ABANDONED = "abandoned"


_SHOWN = {Stand.OPEN: "may", Stand.BLOCKED: "failed", Stand.HELD: "waived", Stand.CLOSED: "passed"}


def stand_of(chain: Chain) -> Stand:
    """Where a chain stands, in one word."""
    return Stand(chain.state) if chain.state in list(Stand) else Stand.OPEN


def chain_paths(project: Project) -> dict[str, str]:
    """The page of each chain, by its folder; two of one name get a page each, and so does a published file."""
    docs = project.settings.site.docs.strip("/")
    own = f"{docs}/chains/" if docs not in ("", ".") else ""
    published = {page.path[len(own) : -3] for page in project.pages if own and page.path.startswith(own)}
    names = file_names((chain.name for chain in project.chains), published)
    return {chain.path: f"chains/{name}.md" for chain, name in zip(project.chains, names, strict=True)}


def turn_pages(project: Project) -> dict[str, str]:
    """The page that shows a turn, by the path of the turn."""
    paths = chain_paths(project)
    return {turn.path: paths[chain.path] for chain in project.chains for turn in chain.turns}


def paths_of(project: Project) -> list[str]:
    """All pages of a project with chains, or with settings for them; without either, none."""
    return [INDEX, *chain_paths(project).values()] if _is_wanted(project) else []


def _is_wanted(project: Project) -> bool:
    return bool(project.chains) or project.settings.chains != ChainSettings()


def chain_pages(outcome: Outcome, views: Sequence[ChainView], links: Links, *, rules: bool) -> list[GeneratedPage]:
    """The overview and the page of each chain; `rules` says whether the rules have pages.

    A chain without a view has a page that shows nothing of what stands in its turns.
    """
    project = outcome.project
    if not _is_wanted(project):
        return []
    paths = chain_paths(project)
    found = unfolded(outcome.findings, project.chains)
    ways = Ways(links, INDEX, {}, project.settings.links.repository, rules)
    with_page = frozenset(spec_ids_of(project.allocations))
    by_path = {view.chain.path: view for view in views}
    pages = [GeneratedPage(INDEX, _index(project.chains, paths, found, ways))]
    for chain in project.chains:
        view = by_path.get(chain.path) or ChainView(chain)
        spec_ids = (project.spec_ids.get(turn.path, "") for turn in chain.turns)
        spec_id = next((one for one in spec_ids if one in with_page), "")
        here = seen_from(ways, paths[chain.path])
        pages.append(GeneratedPage(here.page, chain_page(view, found.get(chain.path, ()), spec_id, here)))
    return pages


def _index(
    chains: Sequence[Chain], paths: Mapping[str, str], found: Mapping[str, Sequence[Finding]], ways: Ways
) -> str:
    head = "---\nhide:\n  - toc\n---\n\n# Chains\n"
    if not chains:
        return f"{head}\n{_NO_CHAIN}"
    counts = Counter(map(stand_of, chains))
    items = "".join(
        f"<li><strong>{counts[stand]:,}</strong> {word_badge(_SHOWN.get(stand, 'none'), stand)}</li>\n"
        for stand in Stand
    )
    ordered = sorted(chains, key=lambda chain: (list(Stand).index(stand_of(chain)), _phase_of(chain)))
    rows = [_row(chain, paths[chain.path], found.get(chain.path, ()), ways) for chain in ordered[:MOST_ROWS]]
    caption = "Prompt chains, those that wait for somebody first"
    if len(ordered) > MOST_ROWS:
        caption = f"The first {MOST_ROWS:,} of {len(ordered):,} prompt chains"
    columns = ("Chain", "State", "Phase", "Turns", "Last turn", "Next allowed step")
    return "\n".join([head, f'<ul class="muster-counts">\n{items}</ul>\n', table(caption, columns, rows)])


def _phase_of(chain: Chain) -> int:
    return list(Phase).index(Phase(chain.phase)) if chain.phase in list(Phase) else len(Phase)


def _row(chain: Chain, page: str, findings: Sequence[Finding], ways: Ways) -> str:
    href = ways.to(page)
    state = state_badge(chain.state) if chain.state in list(State) else ""
    last = chain.turns[-1] if chain.turns else None
    shown = "none"
    if last:
        name = f'<a href="{href}#{PLACE}{len(chain.turns)}">{told(name_of(last), 60)}</a>'
        shown = f"{name} {decision_badge(last.decision)}"
    title = f"{told(chain.title, 60)}<br>" if chain.title else ""
    return (
        f'<th scope="row">{title}<a href="{href}"><code>{told(chain.name, 60)}</code></a></th>'
        f'<td><div class="muster-badge-rows">{state}{findings_badges(findings)}</div></td>'
        f"<td>{told(chain.phase, 40)}</td>"
        f'<td>{len(chain.turns):,}</td><td class="muster-said">{shown}</td><td>{next_in_short(chain)}</td>'
    )
