"""A project on disk: its root, settings, files and cache, opened for the pipeline."""

from __future__ import annotations

import gc
import os
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.settings import InvalidSettings, Settings, settings_from
from muster.specs.discovery import is_input
from muster.store import files
from muster.store.cache import Cache
from muster.store.results import read_results, result_paths
from muster.store.tree import Tree, tree_of
from muster.store.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from muster.inputs import Inputs, Progress
    from muster.model import Derived, Host, Outcome, ResultFile
    from muster.told import Told

OWN_FOLDER = ".muster"


class NoProject(ValueError):
    """There is nothing to work on."""


class NotSynced(RuntimeError):
    """Derived files were left alone, with the reason and what to do."""


class Workspace(Struct, frozen=True):
    """What a front end opens."""

    root: Path
    settings: Settings
    source: str  # the settings file, or "" where there is none
    inputs: Tree
    cache: Cache | None

    def run(
        self,
        *,
        inputs: Inputs | None = None,
        workers: int = 0,
        progress: Progress | None = None,
        host: Host | None = None,
        today: date | None = None,
        results: Sequence[ResultFile] | None = None,
        quick: bool = False,
    ) -> Outcome:
        """Run the pipeline over the files; `workers` 0 takes as many processes as pay.

        Waivers expire as of `today`, by default the day that it is here. Test results are those that the settings
        name, unless others are given.
        """
        from muster import pipeline  # a check that finds its verdict kept reads nothing, and needs none of it

        executor = Workers(workers) if workers != 1 else None
        collecting = gc.isenabled()
        gc.disable()  # a run makes values by the hundred thousand and no cycles: the collector would only look
        try:
            return pipeline.run(
                inputs or self.inputs,
                self.settings,
                cache=self.cache,
                executor=executor,
                progress=progress,
                host=host,
                today=today or date.today(),  # noqa: DTZ011 -- a waiver ends with the day of who asks
                results=self.results() if results is None else results,
                quick=quick,
            )
        finally:
            if collecting:
                gc.enable()
            if executor:
                executor.shutdown()
            if self.cache:
                self.cache.save()

    def judged(
        self,
        settings: Settings,
        results: Sequence[ResultFile] | None = None,
        *,
        workers: int = 0,
        progress: Progress | None = None,
        today: date | None = None,
    ) -> tuple[Outcome, Told]:
        """The outcome of a check and what the ledger is told of it, as an earlier one left them where nothing changed.

        The project of an outcome that was kept is empty.
        """
        from muster import verdicts

        day = today or date.today()  # noqa: DTZ011 -- a waiver ends with the day of who asks
        given = self.results() if results is None else results

        def run(inputs: Inputs) -> Outcome:
            chosen = replace(self, settings=settings)
            return chosen.run(inputs=inputs, workers=workers, progress=progress, today=day, results=given, quick=True)

        return verdicts.judged(self.inputs, settings, self.cache, given, day, run)

    def run_packets(self, *, signed: bool = False) -> Outcome:
        """Judge the packets and pins alone; with `signed`, every packet has to be signed."""
        from muster import packets_alone

        collecting = gc.isenabled()
        gc.disable()
        try:
            return packets_alone.run(
                self.inputs,
                self.settings,
                cache=self.cache,
                today=date.today(),  # noqa: DTZ011 -- a waiver ends with the day of who asks
                signed=signed,
            )
        finally:
            if collecting:
                gc.enable()
            if self.cache:
                self.cache.save()

    def results(self) -> tuple[ResultFile, ...]:
        """The test results that the settings name, in the order of their paths."""
        globs = self.settings.trace.results
        return read_results(self.root, result_paths(self.root, globs)) if globs else ()

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a file as a finding counts them; none where it cannot be read."""
        from muster.text.source import lines_of

        try:
            return lines_of(self.inputs.read(path).decode("utf-8", "replace"))
        except OSError:
            return ()


def find_root(start: Path) -> Path:
    """The folder of the settings that hold for `start`: the nearest above with some, else the repository's, else it."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if _settings_file(folder) is not None or (folder / ".git").exists():
            return folder
    return start


def open_workspace(root: Path, *, use_cache: bool = True) -> Workspace:
    """Open the project at `root`.  implements: MU-CORE-0040"""
    if not root.is_dir():
        msg = f"{root} is not a folder"
        raise NoProject(msg)
    root = root.resolve()
    settings, source = settings_of(root)
    cache = Cache.open(root / OWN_FOLDER) if use_cache else None
    return Workspace(root, settings, source, tree_of(root, cache, is_input(settings)), cache)


def settings_of(root: Path) -> tuple[Settings, str]:
    """The settings of the project at `root`, and their file; "" where there is none."""
    source = _settings_file(root)
    if source is None:
        return Settings(), ""
    try:
        return settings_from((root / source).read_bytes().decode("utf-8"), source), source
    except UnicodeDecodeError as error:
        raise InvalidSettings(source, [f"not UTF-8 at byte {error.start}"]) from None


def _settings_file(folder: Path) -> str | None:
    if (folder / "muster.toml").is_file():
        return "muster.toml"
    project = folder / "pyproject.toml"
    try:
        # A word in the text spares the reading of every pyproject.toml on the way up.
        return "pyproject.toml" if project.is_file() and b"tool.muster" in project.read_bytes() else None
    except OSError:
        return None


def check(root: Path, *, workers: int = 0, use_cache: bool = True, host: Host | None = None) -> Outcome:
    """Open the project at `root` and run the pipeline over it."""
    return open_workspace(root, use_cache=use_cache).run(workers=workers, host=host)


def write_baseline(root: Path, file: Derived) -> None:
    """Write or remove the baseline alone.  implements: MU-RULE-2032"""
    with files.lock(root):
        files.clear_leftovers(root, [os.path.dirname(file.path)])  # noqa: PTH120 - a path of the project
        if file.text is None:
            files.remove(root, file.path)
        else:
            files.write(root, file.path, file.text.encode("utf-8"))


def _demand_no_source(root: Path, outcome: Outcome) -> None:
    """Stop where a link, or a setting, would have a derived file written over a spec."""
    sources = {os.path.realpath(root / document.path): document.path for document in outcome.project.documents}
    for file in outcome.files:
        source = sources.get(os.path.realpath(root / file.path))
        if source is not None:
            msg = f"nothing was written, because {file.path} leads to {source}, which is a source"
            raise NotSynced(msg)


def sync(root: Path, outcome: Outcome, *, force: bool = False) -> list[str]:
    """Write what differs and remove what is orphaned; returns the changed paths.  implements: MU-CORE-0012

    Files that Muster did not write stay, unless `force`: then they are replaced.
    """
    unread = [problem.place.path for problem in outcome.project.problems if problem.code in ("ENC001", "ENC002")]
    if unread:
        msg = f"nothing was written, because {unread[0]} could not be read"
        raise NotSynced(msg)
    output = outcome.project.settings.output
    folders = {output.requirements, os.path.dirname(output.compliance) or "."}  # noqa: PTH120 - a path of the project, not of the machine
    changed = []
    _demand_no_source(root, outcome)
    with files.lock(root):
        files.clear_leftovers(root, sorted(folders))
        for file in outcome.files:
            if not file.ours and not force:
                continue
            if file.text is None:
                done = files.remove(root, file.path)
            else:
                done = files.write(root, file.path, file.text.encode("utf-8"))
            if done:
                changed.append(file.path)
    return changed
