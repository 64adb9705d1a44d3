"""What a rule is: data and one pure function; its examples are its tests and its page.

implements: MU-RULE-2001, MU-RULE-2002
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import overload

from msgspec import Struct

from muster.model import Edit, Finding, Host, Place, Problem, Project, Severity
from muster.settings import RuleSettings
from muster.text.globs import matches

Check = Callable[[Project], Iterator[Finding]]
Fix = Callable[[Project], Iterator[Edit]]

FRAME = "# Example SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Behaviour\n\n"
SETTINGS_FILE = "muster.toml"  # where a finding about the settings stands; a rule does not see which file they are in
EXAMPLE_PATH = "specs/10-example.md"
_MARK = re.compile(r"[ ]?<!-- ([A-Z]{3}[0-9]{3}) -->")


class Scope(StrEnum):
    """How much of the project a rule needs at once."""

    DOCUMENT = "document"  # one document, fresh: its findings are kept with its reading
    PAGE = "page"  # one Markdown file of any kind, fresh, as its links see it
    PROJECT = "project"  # the whole project, whose documents may come without passages
    FINDINGS = "findings"  # the project and what the other rules found in it


class Example(Struct, frozen=True):
    """A defect and its mend. `<!-- CODE -->` marks a line that the rule reports, and is not part of the text."""

    bad: str
    good: str
    path: str = EXAMPLE_PATH
    framed: bool = True  # the text stands under a title and a conformance declaration
    settings: str = ""  # TOML
    good_settings: str | None = None  # TOML, where the settings themselves are mended
    bad_files: dict[str, str] = {}  # further files, marked in the same way
    good_files: dict[str, str] = {}
    host: Host | None = None  # what a site build found
    marks: tuple[tuple[str, int], ...] = ()  # path and line of findings where no comment can stand

    def files(self, *, bad: bool) -> dict[str, str]:
        """Path and text of all files of one side, without the marks."""
        files = {path: _MARK.sub("", text) for path, text in (self.bad_files if bad else self.good_files).items()}
        files[self.path] = self._frame + _MARK.sub("", self.bad if bad else self.good)
        return files

    def expected(self, code: str) -> list[tuple[str, int]]:
        """Path and line of each finding that the bad side must give."""
        texts = {**self.bad_files, self.path: self._frame + self.bad}
        marked = [
            (path, number)
            for path, text in texts.items()
            for number, line in enumerate(text.split("\n"), start=1)
            if code in _MARK.findall(line)
        ]
        return sorted([*marked, *self.marks])

    @property
    def _frame(self) -> str:
        return FRAME if self.framed else ""


class Later(Sequence[Example]):
    """Examples that cost something to make, made when somebody looks at them: most runs only check."""

    def __init__(self, make: Callable[[], tuple[Example, ...]]) -> None:
        self._make = functools.cache(make)

    @overload
    def __getitem__(self, at: int) -> Example: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Example]: ...

    def __getitem__(self, at: int | slice) -> Example | Sequence[Example]:
        return self._make()[at]

    def __len__(self) -> int:
        return len(self._make())


class Rule(Struct, frozen=True):
    """A check with a code that is never used for another."""

    code: str
    name: str
    severity: Severity
    scope: Scope
    since: str
    why: str
    check: Check
    examples: Sequence[Example]
    fix: Fix | None = None
    fix_note: str = ""  # what `muster fix` does about it

    def at(
        self,
        place: Place,
        message: str,
        *,
        help: str = "",  # noqa: A002 - the word that the finding prints
        detail: str = "",
        severity: Severity | None = None,
    ) -> Finding:
        """A finding of this rule."""
        return Finding(self.code, severity or self.severity, place, message, help, detail)

    def from_problem(self, problem: Problem) -> Finding:
        """A finding for something that reading met."""
        return self.at(problem.place, problem.message, help=problem.help)


def reported(code: str) -> Check:
    """The check of a rule whose defect reading meets by itself: it reports those problems."""

    def check(project: Project) -> Iterator[Finding]:
        from muster.rules.table import RULES

        rule = RULES[code]
        of_documents = (problem for document in project.documents for problem in document.problems)
        of_pages = (problem for page in project.pages for problem in page.problems)
        for problem in (*project.problems, *of_documents, *of_pages):
            if problem.code == code:
                yield rule.from_problem(problem)

    return check


def runs(rules: RuleSettings, code: str, path: str = "") -> bool:
    """Whether the settings let a rule run; with a path, whether its findings there count."""
    if rules.select and not code.startswith(rules.select):
        return False
    if rules.ignore and code.startswith(rules.ignore):
        return False
    return not (path and any(code.startswith(part.ignore) for part in rules.paths if matches(path, part.path)))


def nearest(code: str, codes: Iterable[str]) -> str:
    """What to do about a code that is none."""
    near = difflib.get_close_matches(code.upper(), codes, 1, 0.5)
    return f"did you mean {near[0]}?" if near else "`muster rule` lists the codes"
