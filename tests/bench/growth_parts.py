"""The parts of a check and of its site, one after another in a process of their own, each with what it cost.

`python -m bench.growth_parts ROOT LEDGER` prints them as JSON: CPU seconds and, after each part, the most memory that
was resident so far; and the sizes of what was read, kept and made. The parts do what `pipeline.run`, `muster check` and
`muster pages` do without a cache, in one process; what is written down here is no gate, and so nothing is found but
what `report` is given.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.child import _WARM_UPS, _peak

if TYPE_CHECKING:
    from muster.model import Outcome, Project
    from muster.records import Record
    from muster.sweep import Found
    from muster.workspace import Workspace

EVERY = 10  # requirements, one has a finding for the reports


class Stages:
    """What is known of a project so far."""

    workspace: Workspace
    records: dict[str, Record]
    project: Project
    found: Found
    outcome: Outcome

    def __init__(self, root: Path, ledger: Path) -> None:
        self.root = root
        self.ledger = ledger
        self.sizes: dict[str, int] = {}

    @property
    def parts(self) -> dict[str, Callable[[], None]]:
        """All of them, in their order."""
        every = (self.list, self.read, self.scan, self.join, self.judge, self.derive, self.keep)
        return {part.__name__: part for part in (*every, self.report, self.record, self.site)}

    def list(self) -> None:
        """The files and their identities, by git."""
        from muster.workspace import open_workspace

        self.workspace = open_workspace(self.root)
        self.sizes["files"] = len(self.workspace.inputs.paths)

    def read(self) -> None:
        """Each document, judged by itself."""
        from muster.model import Project
        from muster.records import records_of

        inputs, settings, cache = self.workspace.inputs, self.workspace.settings, self.workspace.cache
        paths = [path for path in inputs.entries if path.endswith(".md")]
        self.records, _ = records_of(paths, inputs, settings, cache, None, None)
        documents = tuple(record.document for record in self.records.values() if record.document)
        pages = tuple(record.page for record in self.records.values() if record.page)
        self.project = Project(settings=settings, documents=documents, pages=pages)
        self.sizes["requirements"] = sum(len(one.requirements) for one in documents)
        self.sizes["specs"] = len(self.project.specs)

    def scan(self) -> None:
        """Every text file, for what it names."""
        from muster.traces import named_by

        self.found = named_by(self.project, self.workspace.inputs, self.workspace.cache, None)

    def join(self) -> None:
        """Citations, lock and status of each requirement."""
        from muster.traces import sides_of, with_trace

        inputs, cache = self.workspace.inputs, self.workspace.cache
        sides = sides_of(self.project, inputs, cache)
        self.project = with_trace(self.project, self.found, sides, inputs, cache, ()).project

    def judge(self) -> None:
        """Links, and the rules for the whole project."""
        import functools

        from msgspec.structs import replace

        from muster.gate.judge import project_findings, settled
        from muster.inputs import lines_in
        from muster.links.references import reference_problems
        from muster.links.resolving import link_problems

        inputs = self.workspace.inputs
        mentions = {path: named.mentions for path, named in self.found.items() if named.mentions}
        dead = link_problems(self.project, inputs, lambda _: [])
        dead += reference_problems(self.project, mentions, inputs, lambda _: [])
        self.project = replace(self.project, problems=(*self.project.problems, *dead))
        settled(self.project, [*project_findings(self.project)], functools.partial(lines_in, inputs))

    def derive(self) -> None:
        """The derived files, compared with what is committed."""
        from msgspec.structs import replace

        from muster.deriving import derived_of

        identities = {path: record.file_id for path, record in self.records.items()}
        derived = derived_of(self.project, identities, self.workspace.inputs, self.workspace.cache)
        if drifted := [file.path for file in derived if not file.same]:
            raise AssertionError(f"{drifted[:3]} are no longer what the specs give")
        self.project = replace(self.project, derived=derived)
        for name, path in (("table", "COMPLIANCE.md"), ("lock", "requirements/trace.lock"), ("index", ".git/index")):
            self.sizes[name] = (self.root / path).stat().st_size

    def keep(self) -> None:
        """The cache, written down."""
        assert self.workspace.cache is not None
        self.workspace.cache.save()
        self.sizes["cache"] = (self.root / ".muster/cache.db").stat().st_size

    def report(self) -> None:
        """The text and the JSON, of one finding for every so many requirements."""
        from muster.gate.report import subject_of
        from muster.gate.report.as_json import json as as_json
        from muster.gate.report.as_text import text
        from muster.model import Counts, Finding, Outcome, Severity

        required = [*self.project.requirements]
        findings = tuple(
            Finding("KWD001", Severity.ERROR, one.place, f"{one.id.text} has no RFC 2119 keyword", "say MUST")
            for one in required[::EVERY]
        )
        counts = Counts(len(self.project.specs), len(self.project.pages), len(required), rules=0)
        self.outcome = Outcome(self.project, (), counts)
        subject = subject_of(Outcome(self.project, findings, counts), self.workspace.lines)
        text(subject)
        self.sizes["report"] = len(as_json(subject))

    def record(self) -> None:
        """What the first check of a project leaves in a new ledger: a run, and an event for each status."""
        from muster.ledger import Ledger, Task, begin
        from muster.model import Severity
        from muster.recording import gate_events, status_events
        from muster.told import told_of

        attempt = begin(Task("check", "muster check", "muster"))
        told = told_of(self.outcome)
        with Ledger.open(str(self.ledger), durable=False) as book:
            run = attempt.succeeded()
            events = [*gate_events(run, told, (), Severity.ERROR), *status_events(run, told, book)]
            book.record(run, events=tuple(events))
        self.sizes["events"] = len(events)
        self.sizes["ledger"] = self.ledger.stat().st_size

    def site(self) -> None:
        """Pages and files, as `muster pages` writes them; no generator makes HTML of them yet."""
        from muster.gate.report import subject_of
        from muster.gate.report.as_sarif import sarif
        from muster.rules.table import RULES
        from muster.site.details import told_of
        from muster.site.files import asset_files, generated_files
        from muster.site.page import PlainLinks
        from muster.site.pages import pages_told
        from muster.site.twins import requirement_files

        told = told_of(self.outcome, PlainLinks("specs", "specs"), self.project.trace.citations, rules=True)
        made = {page.path: len(page.text.encode()) for page in pages_told(told, tuple(RULES.values()))}
        self.sizes["page"] = max(made.values())
        report = sarif(subject_of(self.outcome, self.workspace.lines))
        for files in (generated_files(self.outcome, told, report), asset_files()):
            made |= {file.path: len(file.data) for file in files}
        made |= {
            file.path: len(file.data)
            for file in requirement_files(self.project, lambda path: (self.root / path).read_bytes())
        }
        self.sizes["site"] = sum(made.values())
        self.sizes["pages"] = len(made)
        self.sizes["matrix"] = made["assets/muster/data/requirements.json"]


def measured(stages: Stages) -> Iterator[tuple[str, dict[str, float]]]:
    """Each part with what it cost."""
    gc.disable()  # as a run does
    for name, part in stages.parts.items():
        began = _cpu()
        part()
        yield name, {"cpu": _cpu() - began, "peak": _peak()}


def _cpu() -> float:
    """CPU seconds of this process, and of those that it waited for: git."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _warmed_up() -> None:
    """Have the code import what it needs and build its tables, which start-up pays."""
    from muster import pipeline
    from muster.inputs import memory
    from muster.rules.table import RULES
    from muster.settings import Settings
    from muster.site.page import PlainLinks
    from muster.site.pages import generated_pages

    outcome = pipeline.run(memory(_WARM_UPS), Settings())
    generated_pages(outcome, tuple(RULES.values()), PlainLinks("specs", "specs"))


def main(root: str, ledger: str) -> None:
    """Print what the parts cost."""
    _warmed_up()
    stages = Stages(Path(root), Path(ledger))
    costs = dict(measured(stages))
    print(json.dumps({"parts": costs, "sizes": stages.sizes}))


if __name__ == "__main__":
    main(*sys.argv[1:])
