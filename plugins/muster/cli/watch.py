"""`muster check --watch`: check again on each save.  implements: MU-RULE-2037"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from muster.cli.errors import COULD_NOT_RUN, Mistake, words_for
from muster.cli.screen import CLEARED, screen, size_of_terminal
from muster.cli.terminal import coloured, finish, note, out, visible
from muster.model import Severity
from muster.settings import InvalidSettings
from muster.specs.discovery import is_input
from muster.store import git
from muster.store.tree import everything
from muster.store.watching import SETTLED, TICK, Eye, cpu_seconds, differing, git_folder
from muster.text.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from muster.cli.project import Where
    from muster.cli.verdict import Asked, Verdict
    from muster.gate.report import Subject
    from muster.store.tree import Tree
    from muster.workspace import Workspace

_NAMED = 3  # changed files whose names are shown


class Watch:
    """A check that goes on until somebody ends it."""

    def __init__(self, where: Where, asked: Asked, check: Callable[[Workspace, float], Verdict]) -> None:
        if any(form != "text" and path is None for form, path in asked.reports):
            raise Mistake("--watch shows text", help="give the report a file: `--report json=report.json`")
        self._where = where
        self._asked = asked
        self._check = check
        self._on_screen = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
        self._status: int | None = None
        self._workspace: Workspace | None = None  # as it was checked; None where it could not be
        self._looked = 0  # when the project that was checked was listed, in nanoseconds
        self._commit: bytes | None = None
        self._told: list[str] = []  # of what could not be checked
        self._git: tuple[Path | None, str] = (None, "")
        self._draw: Callable[[int, int], str] = lambda _columns, _rows: ""
        self._size = (0, 0)

    def run(self) -> int:
        """Watch until Ctrl-C; the exit status is that of the last check."""
        try:
            self._go()
        except KeyboardInterrupt:
            if self._status is None:
                raise
        if self._on_screen:
            out("\n")
        return self._status or 0

    def _go(self) -> None:
        eye = self._look()
        while True:
            time.sleep(TICK)
            if eye.changed():
                time.sleep(SETTLED)
                eye = self._look()
            elif self._on_screen and size_of_terminal() != self._size:
                self._show()

    def _look(self) -> Eye:
        """Open the project, and check it if it is not what it was."""
        began, started, now = cpu_seconds(), time.perf_counter(), time.time_ns()
        before = self._workspace
        root: Path | None = None
        tree: Tree | None = None
        changed: list[str] = []
        problem: Exception | None = None
        try:
            root = self._where.root()
            workspace = self._where.open(use_cache=self._asked.use_cache, quiet=True)
            changed = self._changed(workspace)
            relevant, tree = is_input(workspace.settings), workspace.inputs
        except Exception as error:
            if self._status is None and not isinstance(error, InvalidSettings):
                raise
            problem = error
            relevant, tree = (is_input(before.settings), before.inputs) if before else (everything, None)
        if root is not None and self._git[0] != root:
            self._git = (root, git_folder(root))
        eye = Eye(root or self._where.folder, tree, relevant, self._git[1])
        eye.rest(cpu_seconds() - began)
        if problem is not None:
            self._tell_problem(problem)
        elif before is None or changed:
            self._looked = now
            self._judge(workspace, started, changed if before else [])
        elif workspace.cache:
            workspace.cache.save()
        return eye

    def _changed(self, workspace: Workspace) -> list[str]:
        """What stands otherwise than at the last look; the reports of the watch itself are no change."""
        before = self._workspace
        found = []
        if self._asked.since is not None:
            commit = git.run(workspace.root, "rev-parse", "--verify", "--quiet", f"{self._asked.since}^{{commit}}")
            if commit != self._commit:
                found.append(self._asked.since)
            self._commit = commit
        if before is None:
            return found
        if workspace.settings != before.settings:
            found.append(workspace.source or before.source)
        own = {
            os.path.relpath(os.path.realpath(self._where.folder / path), workspace.root).replace(os.sep, "/")
            for _, path in self._asked.reports
            if path
        }
        found += [path for path in differing(before.inputs, workspace.inputs, self._looked) if path not in own]
        return list(dict.fromkeys(found))

    def _judge(self, workspace: Workspace, started: float, changed: list[str]) -> None:
        """Check, and show what came of it."""
        try:
            verdict = self._check(workspace, started)
        except Exception as error:
            if self._status is None:
                raise
            self._tell_problem(error)
            return
        self._workspace = workspace
        self._status = verdict.status
        self._told = []
        notes = [*verdict.notes, *_named(changed)]
        if workspace.inputs.warning:
            notes.insert(0, f"muster: git does not answer: {workspace.inputs.warning}")
        if not self._on_screen:
            out(verdict.report)
            for line in notes:
                note(line)
            finish()
            return
        blocks = _blocks(verdict.subject, colour=coloured(self._asked.colour, sys.stdout))
        self._draw = lambda columns, rows: screen(blocks, [*notes, _WAITING], columns, rows)
        self._show()

    def _tell_problem(self, error: Exception) -> None:
        """Show why there is nothing to check; but once, until that changes."""
        problems, remedy = words_for(error)
        lines = [f"muster: {visible(problem)}" for problem in problems] + [f"help: {remedy}"]
        self._workspace = None
        self._status = COULD_NOT_RUN
        if lines == self._told:
            return
        self._told = lines
        if not self._on_screen:
            for line in lines:
                note(line)
            return
        self._draw = lambda columns, rows: screen([], [*lines, _WAITING], columns, rows)
        self._show()

    def _show(self) -> None:
        self._size = size_of_terminal()
        out(CLEARED + self._draw(*self._size))
        finish()


_WAITING = "watching; Ctrl-C ends"


def _blocks(subject: Subject, *, colour: bool) -> list[Callable[[], str]]:
    """The findings as texts to be made when they are shown, the gravest first."""
    from functools import partial

    from msgspec.structs import replace

    from muster.gate.report import text

    order = list(Severity)
    findings = sorted(subject.findings, key=lambda finding: order.index(finding.severity))
    return [partial(text, replace(subject, findings=(finding,), colour=colour)) for finding in findings]


def _named(changed: list[str]) -> list[str]:
    """The line that names what changed."""
    if not changed:
        return []
    more = f" and {counted(len(changed) - _NAMED, 'more file')}" if len(changed) > _NAMED else ""
    return [f"changed: {visible(', '.join(changed[:_NAMED]))}{more}"]
