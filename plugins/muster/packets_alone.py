"""The packets and pins of a project, judged without its specs and links: what `muster packet` looks at.

The same readings, checks, allowances, waivers and baseline as in the pipeline, for these rules alone. Of the specs
nothing is parsed; so a check of packets costs little more than reading the specs that they name.

implements: MU-PKT-5003
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from muster.allocations import may_allocate, ties_of, with_allocations, with_spec_ids
from muster.gate.judge import enabled, project_findings, settled
from muster.inputs import lines_in
from muster.links.site import as_published
from muster.model import Counts, Document, Outcome, Page, Project
from muster.packets.packet import NO_PINS, Pins
from muster.readings import readings
from muster.refinements import anchors_of, packets_found, with_refinements
from muster.side_files import baseline_of, waivers_of
from muster.specs.discovery import is_document, is_page
from muster.traces import folders_made

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from muster.inputs import Inputs
    from muster.model import Allowance, Finding
    from muster.refinements import Found
    from muster.settings import Settings
    from muster.shelf import Shelf
    from muster.store.cache import Cache


def run(
    inputs: Inputs, settings: Settings, *, cache: Cache | None = None, today: date | None = None, signed: bool = False
) -> Outcome:
    """What the rules of packets find; with `signed`, every packet has to be signed."""
    settings = _rules_of_packets(as_published(settings, inputs.paths))
    markdown = [path for path in inputs.entries if path.endswith(".md")]
    packets = packets_found(settings, markdown, inputs, cache)
    files = (inputs, settings, cache)
    (waivers, _), (known, _) = waivers_of(*files), baseline_of(*files)
    project = Project(
        settings=settings,
        documents=_ties(packets, settings, inputs, cache) if may_allocate(markdown, settings) else (),
        waivers=waivers,
        known=tuple(one for one in known if one.code.startswith("PKT")),
        today=today,
    )
    project = with_allocations(project, markdown, inputs, cache, {})
    project = msgspec.structs.replace(project, problems=())  # of records: the whole check tells of them
    pins = _pins(markdown, settings, inputs, packets.shelf, cache)
    project = with_refinements(project, packets, pins, inputs, cache, signed=signed)
    findings = project_findings(project)
    project = msgspec.structs.replace(project, pages=tuple(_allowing(findings, inputs)))
    end = settled(project, findings, functools.partial(lines_in, inputs))
    counts = Counts(
        specs=len(_specs_named(packets, project)),
        pages=0,
        requirements=0,
        rules=len(enabled(settings)),
        packets=len(project.refinements),
        anchors=anchors_of(project),
        pins=len(project.pins),
        waived=end.waived,
        known=end.known,
    )
    return Outcome(project, with_spec_ids(end.findings, project), counts)


def _specs_named(found: Found, project: Project) -> set[str]:
    """The files to whose lines something is pinned, be there an anchor already or not."""
    named = {target.path for target in found.targets.values()} | {pin.spec for pin in project.pins}
    return named - {""}


def _rules_of_packets(settings: Settings) -> Settings:
    """The settings, with the rules of packets alone; those that are off stay off."""
    chosen = settings.rules.select or ("PKT",)
    select = tuple(code if code.startswith("PKT") else "PKT" for code in chosen if "PKT".startswith(code[:3]))
    rules = msgspec.structs.replace(settings.rules, select=select or ("PKT-",))
    return msgspec.structs.replace(settings, rules=rules)


def _ties(found: Found, settings: Settings, inputs: Inputs, cache: Cache | None) -> tuple[Document, ...]:
    """The specs that packets name, with no more than what they say of their identity."""
    specs = sorted({target.path for target in found.targets.values()} & inputs.entries.keys())
    ties = ties_of([path for path in specs if is_document(path, settings)], inputs, cache)
    return tuple(Document(path, True, "", "", "", "", "", (), (), (), (), 1, tie=tie) for path, tie in ties.items())


def _pins(
    markdown: Iterable[str], settings: Settings, inputs: Inputs, shelf: Shelf, cache: Cache | None
) -> dict[str, Pins]:
    """The pins of the files in which a check looks for them."""
    made = folders_made(inputs)
    paths = [
        path
        for path in markdown
        if is_document(path, settings) or (is_page(path, settings) and not (made and path.startswith(made)))
    ]
    read, _ = readings("pins", paths, _pins_in, Pins, shelf, cache)
    return {path: pins for path, pins in read.items() if pins != NO_PINS}


def _pins_in(data: bytes, _path: str) -> Pins:
    if b"muster:" not in data:
        return NO_PINS
    from muster.packets.pins import pins_in

    return pins_in(data.decode("utf-8", "replace"))


def _allowing(findings: Iterable[Finding], inputs: Inputs) -> Iterable[Page]:
    """The files with findings in which some are allowed."""
    for path in sorted({finding.place.path for finding in findings}):
        if allowances := _allowances("\n".join(lines_in(inputs, path))):
            yield Page(path, allowances=allowances)


def _allowances(text: str) -> tuple[Allowance, ...]:
    if "muster:" not in text:
        return ()
    from muster.text.allowances import allowances_in
    from muster.text.source import source_of

    return allowances_in(source_of(text), ())
