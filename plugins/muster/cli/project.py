"""Finding, opening and reading a project, the same way for every command."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 -- msgspec reads the types of fields
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.cli.errors import Mistake
from muster.cli.terminal import Progress, note, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from muster.model import Outcome, ResultFile
    from muster.rules.base import Rule
    from muster.settings import Settings
    from muster.told import Told
    from muster.workspace import Workspace


class Where(Struct, frozen=True):
    """Where a command was started: paths that somebody types are relative to it."""

    folder: Path
    told: bool  # by -C; then it is the project's folder, and nothing above it is looked at
    words: tuple[str, ...] = ()  # the command line, for who records it

    def root(self) -> Path:
        """The project's folder: the nearest above with settings, else the repository's, else where we are."""
        from muster.workspace import find_root

        return self.folder.resolve() if self.told else find_root(self.folder)

    def settings(self) -> Settings:
        """The settings alone, for what reads no file of the project."""
        from muster.workspace import settings_of

        return settings_of(self.root())[0]

    def open(self, *, use_cache: bool = True, quiet: bool = False) -> Workspace:
        """Open the project for reading; `quiet` leaves what git complains of to the caller."""
        from muster.workspace import open_workspace

        workspace = open_workspace(self.root(), use_cache=use_cache)
        if workspace.inputs.warning and not quiet:
            note(f"muster: git does not answer, and so files that it ignores are read too: {workspace.inputs.warning}")
        return workspace


def outcome_of(
    workspace: Workspace,
    settings: Settings | None = None,
    *,
    workers: int = 0,
    today: date | None = None,
    results: Sequence[ResultFile] | None = None,
) -> Outcome:
    """Read and check the project, with a progress bar where it takes long."""
    with Progress("reading specs") as progress:
        chosen = replace(workspace, settings=settings) if settings else workspace
        return chosen.run(workers=workers, progress=progress, today=today, results=results)


def judged(
    workspace: Workspace,
    settings: Settings,
    *,
    workers: int = 0,
    today: date | None = None,
    results: Sequence[ResultFile] | None = None,
) -> tuple[Outcome, Told]:
    """The same, and what the ledger is told; where nothing changed since the last time, the project is left empty."""
    with Progress("reading specs") as progress:
        return workspace.judged(settings, results, workers=workers, progress=progress, today=today)


def mention_no_specs(outcome: Outcome) -> None:
    """Say what was looked for where a project has no spec: that is no error, and no silence either."""
    for line in no_specs(outcome):
        note(line)


def no_specs(outcome: Outcome) -> tuple[str, ...]:
    """The words for a project without a spec; none for any other, and none for one of packets or chains."""
    counts, project = outcome.counts, outcome.project
    if counts.specs or counts.packets or counts.chains:
        return ()
    globs = ", ".join(project.settings.specs.include)
    if project.documents:
        first, more = visible(project.documents[0].path), len(project.documents) - 1
        named = f"{first} and {counted(more, 'more file')}" if more else first
        return (
            f"muster: no requirement found in {named}, and so no spec",
            "help: begin a list item, a paragraph or a table row with an ID in brackets, `[QUEUE-1001] It MUST run.`",
            "help: for IDs that are written in another way, set `requirements.id` and `requirements.markers`",
        )
    return (
        f"muster: no spec found; looked for {globs}",
        "help: `muster init` writes a first spec; other places go into the setting `specs.include`",
    )


def codes_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The codes in arguments such as `KWD,REQ001`, each known as a code or as the beginning of some."""
    from muster.rules.table import RULES

    codes = [code.strip().upper() for text in texts for code in text.split(",") if code.strip()]
    for code in codes:
        if not any(known.startswith(code) for known in RULES):
            raise Mistake(f"there is no rule {code!r}", help=near_rules(code, RULES))
    return tuple(codes)


def near_rules(code: str, rules: Mapping[str, Rule]) -> str:
    """What to try for a code that no rule has."""
    names = {rule.name: known for known, rule in rules.items()}
    import difflib  # only a mistake wants it

    near = difflib.get_close_matches(code.upper(), rules, 1, 0.5)
    near = near or [names[name] for name in difflib.get_close_matches(code.lower(), names, 1)]
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{meant}`muster rule` lists all {counted(len(rules), 'rule')}"


def inside(where: Where, root: Path, text: str) -> str:
    """A path that somebody typed, relative to the project and with `/`."""
    return os.path.relpath(os.path.abspath(where.folder / text), root).replace(os.sep, "/")  # noqa: PTH100 -- links stay
