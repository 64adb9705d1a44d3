"""The pages of prompts: packs, what was compiled from them, and prompt documents.

implements: MU-PRM-6031
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.prompts.view import CompileView, PackView
from muster.site.pack_page import pack_badge, pack_page
from muster.site.packet_page import word_badge
from muster.site.page import GeneratedPage, file_names, table
from muster.site.prompt_page import compile_page, cut_of, state_badge
from muster.site.prompt_ways import INDEX, PromptPaths, ways_of, when
from muster.site.recorded import told
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from muster.ledger.statistics import RunHistory
    from muster.model import Finding, Outcome, Project
    from muster.prompts.view import PromptViews
    from muster.site.page import Links
    from muster.site.prompt_ways import PromptWays

MOST_ROWS = 1000  # of compiled prompts in the overview; each has a page all the same
_FIELDS = ("status", "owner", "created", "last-modified")
_NO_COMPILE = """\
No prompt is compiled yet. `muster prompt compile` makes one, and here will be what it was made from, how its
tokens are spent, and whether its inputs still are as they were.
"""


def prompt_paths(project: Project) -> PromptPaths:
    """The pages of packs and compiled prompts; two of one name get a page each, and so does a published file."""
    docs = project.settings.site.docs.strip("/")
    own = f"{docs}/" if docs not in ("", ".") else ""
    published = {page.path[len(own) : -3] for page in project.pages if own and page.path.startswith(own)}
    prompts = project.prompts
    packs = _pages("prompts/packs/", prompts.packs, prompts.packs.values(), published)
    names = (folder.rpartition("/")[2] for folder in prompts.compiles)
    return PromptPaths(packs, _pages("prompts/", prompts.compiles, names, published))


def _pages(folder: str, keys: Iterable[str], wanted: Iterable[str], published: Collection[str]) -> dict[str, str]:
    taken = {path.removeprefix(folder) for path in published if path.startswith(folder)}
    return {key: f"{folder}{name}.md" for key, name in zip(keys, file_names(wanted, taken), strict=True)}


def paths_of(project: Project) -> list[str]:
    """All pages of a project with packs, compiled prompts or prompt documents; without any, none."""
    paths = prompt_paths(project)
    return [INDEX, *paths.packs.values(), *paths.compiles.values()] if _any(project) else []


def artifact_pages(project: Project) -> dict[str, str]:
    """The page that shows a file, by its path: for a pack, and for a prompt document, of which the overview tells."""
    return dict(prompt_paths(project).packs) | {one.path: INDEX for one in project.prompts.documents}


def prompt_pages(
    outcome: Outcome,
    views: PromptViews,
    history: RunHistory,
    packets: Mapping[str, str],
    links: Links,
    *,
    rules: bool,
) -> list[GeneratedPage]:
    """The overview and the page of each pack and compiled prompt; `rules` says whether the rules have pages.

    `packets` are the pages of packets. What has no view has a page that shows no more than its name.
    """
    project = outcome.project
    if not _any(project):
        return []
    paths = prompt_paths(project)
    ways = ways_of(project, views, history, paths, packets, links, rules=rules)
    found: dict[str, list[Finding]] = {}
    for finding in outcome.findings:
        found.setdefault(finding.place.path, []).append(finding)
    by_path = {view.path: view for view in views.packs}
    by_folder = {view.folder: view for view in views.compiles}
    packs = [by_path.get(path) or PackView(path, name, "", None) for path, name in project.prompts.packs.items()]
    compiles = _latest_first(by_folder.get(one) or CompileView(one) for one in project.prompts.compiles)
    made = {pack.path: [one for one in compiles if _made_with(one, pack)] for pack in packs}
    pages = [GeneratedPage(INDEX, _index(packs, compiles, made, found, ways))]
    for pack in packs:
        page = paths.packs[pack.path]
        text = pack_page(pack, found.get(pack.path, ()), made[pack.path], ways.at(page))
        pages.append(GeneratedPage(page, text))
    by_folder = {view.folder: view for view in compiles}
    for folder, page in paths.compiles.items():
        pages.append(GeneratedPage(page, compile_page(by_folder[folder], ways.at(page))))
    return pages


def _latest_first(compiles: Iterable[CompileView]) -> list[CompileView]:
    """By the time of the compile, of one moment by their folders; those whose time nobody can tell come last."""
    by_folder = sorted(compiles, key=lambda view: view.folder)
    return sorted(by_folder, key=lambda view: view.manifest.created_at if view.manifest else "", reverse=True)


def _made_with(view: CompileView, pack: PackView) -> bool:
    return view.manifest is not None and view.manifest.pack.sha256 == pack.sha256


def _index(
    packs: Sequence[PackView],
    compiles: Sequence[CompileView],
    made: Mapping[str, Sequence[CompileView]],
    found: Mapping[str, Sequence[Finding]],
    ways: PromptWays,
) -> str:
    parts = ["---\nhide:\n  - toc\n---\n\n# Prompts\n"]
    if packs:
        parts += ["## Packs\n", _packs(packs, made, found, ways)]
    parts += ["## Compiled prompts\n", _compiles(compiles, ways) if compiles else _NO_COMPILE]
    if ways.project.prompts.documents:
        parts += ["## Prompt documents\n", _documents(found, ways)]
    return "\n".join(parts)


def _packs(
    packs: Sequence[PackView],
    made: Mapping[str, Sequence[CompileView]],
    found: Mapping[str, Sequence[Finding]],
    ways: PromptWays,
) -> str:
    rows = []
    for view in sorted(packs, key=lambda view: (view.pack_id, view.path)):
        href = ways.ways.to(ways.paths.packs[view.path])
        budget = f"{view.pack.budgets.max_total_tokens:,}" if view.pack else "unknown"
        rows.append(
            f'<th scope="row"><a href="{href}"><code>{told(view.pack_id, 100)}</code></a></th>'
            f"<td>{pack_badge(view, found.get(view.path, ()))}</td><td>{budget}</td><td>{len(made[view.path]):,}</td>"
            f'<td class="muster-hash"><code>{told(view.sha256) or "unread"}</code></td>'
        )
    return table("Prompt packs", ("Pack", "State", "Token budget", "Prompts", "SHA-256"), rows)


def _compiles(compiles: Sequence[CompileView], ways: PromptWays) -> str:
    rows = []
    for view in compiles[:MOST_ROWS]:
        own, stand = view.manifest, view.stand
        href = ways.ways.to(ways.paths.compiles[view.folder])
        cut = cut_of(stand) if stand else "unknown"
        budget = f" of {view.pack.budgets.max_total_tokens:,}" if view.pack else ""
        rows.append(
            f'<th scope="row"><a href="{href}"><code>{told(view.folder.rpartition("/")[2], 60)}</code></a></th>'
            f"<td>{when(own.created_at) if own else 'unknown'}</td><td>{state_badge(view)}</td>"
            f"<td>{ways.pack(own.pack) if own else 'unknown'}</td>"
            f"<td>{f'{stand.total_tokens:,}{budget}' if stand else 'unknown'}</td>"
            f'<td class="muster-said">{cut}</td>'
            f"<td>{ways.spec_in_short(own.spec_id) if own else 'unknown'}</td>"
        )
    caption = "Compiled prompts, the latest first"
    if len(compiles) > MOST_ROWS:
        caption = f"The latest {MOST_ROWS:,} of {len(compiles):,} compiled prompts"
    return table(caption, ("Prompt", "Created", "Inputs", "Pack", "Tokens", "Cut", "Spec"), rows)


def _documents(found: Mapping[str, Sequence[Finding]], ways: PromptWays) -> str:
    rows = []
    for one in ways.project.prompts.documents:
        fields = {name.lower(): value for name, value in one.fields.items()}
        own = [finding for finding in found.get(one.path, ()) if finding.code == "PRM009"]
        state = word_badge("error", counted(len(own), "finding")) if own else word_badge("ok", "in form")
        told_fields = "".join(f"<td>{told(fields.get(name, ''), 80) or 'not said'}</td>" for name in _FIELDS)
        rows.append(
            f'<th scope="row">{ways.ways.path(one.path)}<br>{told(one.title, 60) or "no title"}</th><td>{state}</td>'
            f"{told_fields}<td>{told(fields.get('prompt id', ''), 80) or 'not said'}</td>"
        )
    columns = ("Document", "Form", *(name.capitalize() for name in _FIELDS), "Prompt ID")
    return table("Prompt documents", columns, rows)


def _any(project: Project) -> bool:
    return bool(project.prompts.packs or project.prompts.compiles or project.prompts.documents)
