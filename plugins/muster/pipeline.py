"""The one pipeline: files in, project, findings and derived files out.

implements: MU-CORE-0001, MU-CORE-0003, MU-CORE-0010
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from muster.allocations import allocated_files, with_allocations, with_spec_ids
from muster.chain_files import firsts_of, folders_found, with_chains
from muster.compiles import with_prompt_places
from muster.deriving import derived_of
from muster.gate.judge import enabled, project_findings, settled
from muster.inputs import lines_in
from muster.joined import joined
from muster.links.labels import undefined_references
from muster.links.references import reference_problems
from muster.links.resolving import link_problems
from muster.links.site import as_published
from muster.model import (
    Counts,
    Document,
    Host,
    Outcome,
    Package,
    Page,
    Place,
    Problem,
    Project,
)
from muster.packets.packet import NO_PINS
from muster.prompt_files import with_prompts
from muster.records import records_of
from muster.refinements import anchors_of, packets_found, with_refinements
from muster.side_files import baseline_of, retired_of, waivers_of
from muster.specs.baseline import shrunk
from muster.specs.discovery import BASELINE, is_document, is_page, side_path
from muster.specs.naming import file_name, folder_of_package_spec
from muster.specs.packages import manifests_beside, manifests_in, packages_of
from muster.tasks import with_tasks
from muster.text.source import source_of
from muster.text.utf8 import encodable
from muster.traces import folders_made

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from muster.inputs import Executor, Inputs, Progress
    from muster.model import ResultFile
    from muster.settings import Settings
    from muster.store.cache import Cache
    from muster.sweep import Found


def run(  # noqa: PLR0913 -- what a run is made of
    inputs: Inputs,
    settings: Settings,
    *,
    cache: Cache | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    host: Host | None = None,
    today: date | None = None,
    results: Sequence[ResultFile] = (),
    quick: bool = False,
) -> Outcome:
    """Read the project, judge it, and say which derived files must change. Nothing is written.

    Waivers expire as of `today`; without a day, none does. `results` are those of tests that ran.
    With `quick`, what an earlier run joined is built on: the same is found, and the trace is whole once it is asked.
    """
    settings = settings if host else as_published(settings, inputs.paths)
    markdown = [path for path in inputs.entries if path.endswith(".md")]  # of tens of thousands of files, few are
    paths = _markdown(markdown, inputs, settings)
    records, fresh = records_of(paths, inputs, settings, cache, executor, progress)
    problems = _not_followed(inputs, settings)
    problems += [record.problem for record in records.values() if record.problem]
    identities = {path: record.file_id for path, record in records.items()}
    documents = [record.document for record in records.values() if record.document]
    pages = tuple(record.page for record in records.values() if record.page)
    findings = [finding for record in records.values() for finding in record.findings]

    packages, named, more = _named(documents, pages, inputs, settings)
    files = (inputs, settings, cache)
    retired, wrong = retired_of(*files)
    waivers, wrong_waivers = waivers_of(*files)
    known, wrong_known = baseline_of(*files)
    project = Project(
        settings=settings,
        documents=named,
        pages=pages,
        packages=packages,
        retired=retired,
        waivers=waivers,
        known=known,
        problems=(*problems, *more, *wrong, *wrong_waivers, *wrong_known),
        host=host,
        today=today,
    )
    packets = packets_found(settings, markdown, inputs, cache)
    chains = folders_found(markdown, settings, inputs, cache)
    project = with_allocations(project, markdown, inputs, cache, firsts_of(chains))
    pins = {path: record.pins for path, record in records.items() if record.pins != NO_PINS}
    project = with_refinements(project, packets, pins, inputs, cache)
    project = with_prompts(project, markdown, inputs, cache)
    project = with_prompt_places(project, markdown, inputs, cache)
    project = with_chains(project, chains, inputs, cache)
    project = with_tasks(project, inputs, cache)
    identities |= allocated_files(project, identities, cache)
    project, own_lock, found = joined(project, inputs, cache, executor, results, quick=quick)
    # With a spec unread, what the derived files should hold is not known.
    if not any(is_document(problem.place.path, settings) for problem in problems):
        derived = (*derived_of(project, identities, inputs, cache), *filter(None, [own_lock]))
        project = msgspec.structs.replace(project, derived=tuple(sorted(derived, key=lambda file: file.path)))
    dead = _dead_links(project, found, inputs)
    project = msgspec.structs.replace(project, problems=(*project.problems, *dead))
    lines = functools.partial(lines_in, inputs)
    end = settled(project, [*findings, *project_findings(project)], lines)
    counts = Counts(
        specs=sum(document.is_spec for document in named),
        pages=len(pages) - sum(document.is_spec for document in named),
        requirements=sum(len(document.requirements) for document in named),
        rules=len(enabled(settings)),
        links=sum(len(page.links) for page in pages),
        citations=project.trace.cited,
        results=len(project.trace.results),
        packets=len(project.refinements),
        anchors=anchors_of(project),
        pins=len(project.pins),
        chains=len(project.chains),
        turns=sum(len(chain.turns) for chain in project.chains),
        waived=end.waived,
        known=end.known,
        cached=len(paths) - fresh,
    )
    path = side_path(BASELINE, settings)
    return Outcome(
        project,
        with_spec_ids(end.findings, project),
        counts,
        shrunk(project, end.mended, path, lines) if end.mended else None,
    )


def _markdown(markdown: Iterable[str], inputs: Inputs, settings: Settings) -> list[str]:
    """Which of the Markdown files to read; what `muster pages` wrote is no source.

    Inputs are sorted by path, and so mother specs come before their children.  implements: MU-REQ-1003
    """
    made = folders_made(inputs)
    return [
        path
        for path in markdown
        if is_document(path, settings) or (is_page(path, settings) and not (made and path.startswith(made)))
    ]


def _dead_links(project: Project, found: Found, inputs: Inputs) -> list[Problem]:
    """Links and references that lead nowhere.  implements: MU-RULE-2013, MU-RULE-2023"""
    # What a derived file names was read from its sources, where it is as they give it.
    true = {file.path for file in project.derived if file.same}
    true.add(side_path(BASELINE, project.settings))  # it quotes what was found elsewhere
    mentions = {path: named.mentions for path, named in found.items() if named.mentions and path not in true}
    made = folders_made(inputs)  # a site generator makes their links good, and no author can mend them
    dead = [one for one in link_problems(project, inputs, _generated) if not one.place.path.startswith(made)]
    dead += reference_problems(project, mentions, inputs, _generated)
    dead += undefined_references(project, inputs.paths, lambda path: "\n".join(lines_in(inputs, path)))
    return dead + _dead_elsewhere(inputs, project.settings)


def _generated(project: Project) -> list[str]:
    from muster.site.pages import generated_paths  # only a link that would be dead asks for it

    return generated_paths(project)


def _dead_elsewhere(inputs: Inputs, settings: Settings) -> list[Problem]:
    """What the last `muster links --external` found dead, where the gate is to include it.

    implements: MU-RULE-2021
    """
    if not settings.links.external.gate:
        return []
    from muster.links.external import RECORD, problems_in

    try:
        return problems_in(inputs.standing(RECORD))
    except OSError:
        return []


def _not_followed(inputs: Inputs, settings: Settings) -> list[Problem]:
    """Links and folders where a spec is due and nothing is read: a hole that must not go unseen."""
    words = [
        (path, f"is not read: {why}", "replace it by a file inside the project") for path, why in inputs.unread.items()
    ]
    words += [
        (
            path,
            f"is a link to {target}, which is no spec or page here",
            "name that in `specs.include`, or drop the link",
        )
        for path, target in inputs.twins.items()
        if not is_document(target, settings)
    ]
    return [
        Problem("ENC002", Place(encodable(path)), encodable(f"{path} {what}"), remedy)
        for path, what, remedy in words
        if is_document(path, settings)
    ]


def whole(project: Project, inputs: Inputs) -> Project:
    """The project with its documents and pages read afresh, passages and all: what a fix needs."""
    from muster.links.reading import read_page
    from muster.specs.reading import document_of

    packages = {document.path: document.package for document in project.documents}
    documents, pages = [], []
    for page in project.pages:
        source = source_of(inputs.read(page.path).decode("utf-8"))
        full = None
        if page.path in packages:
            full = document_of(page.path, source, project.settings)
            documents.append(msgspec.structs.replace(full, package=packages[page.path]))
        pages.append(read_page(page.path, source, project.settings, full))
    return msgspec.structs.replace(project, documents=tuple(documents), pages=tuple(pages))


# Joining


def _named(
    documents: list[Document], pages: Iterable[Page], inputs: Inputs, settings: Settings
) -> tuple[tuple[Package, ...], tuple[Document, ...], tuple[Problem, ...]]:
    """The packages, and the documents with the name of the package that holds them."""
    wanted = settings.packages
    unnamed = [document for document in documents if not document.package]
    if not (unnamed or wanted.must or wanted.should or wanted.may):
        # Nothing names a package: only the README beside a manifest is of interest, for what it links.
        beside = manifests_beside([page.path for page in pages if page.path.endswith("/README.md")], inputs.paths)
        return packages_of(beside, documents, wanted.rationale_heading, inputs.read)[0], tuple(documents), ()
    manifests = manifests_in(inputs.entries)
    packages, problems = packages_of(manifests, documents, wanted.rationale_heading, inputs.read)
    names = {package.path: package.name for package in packages}
    named = []
    for document in documents:
        if not document.package:
            folder = folder_of_package_spec(document.path)
            name = names.get(folder) or folder.rsplit("/", 1)[-1] or "root"
            document = msgspec.structs.replace(document, package=file_name(name))  # noqa: PLW2901
        named.append(document)
    if unnamed:
        packages, problems = packages_of(manifests, named, wanted.rationale_heading, inputs.read)
    return packages, tuple(named), problems
