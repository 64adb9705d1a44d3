"""DRF001: a derived file that its sources no longer give."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope

_SHOWN = 40  # lines of the diff
_COMPARED = 2000  # lines from the first difference on
_HUNK = re.compile(r"@@ -(\d+)((?:,\d+)?) \+(\d+)((?:,\d+)?) @@")


def check(project: Project) -> Iterator[Finding]:
    """Compare every derived file with the committed one, byte for byte.  implements: MU-RULE-2014"""
    broken = {problem.place.path for problem in project.problems if problem.code == "TRC011"}  # told line by line
    for file in project.derived:
        if file.text is None or not file.ours or file.path in broken:
            continue
        if file.committed is None:
            yield RULE.at(Place(file.path), f"{file.path} is missing", help="run `muster sync`")
        elif file.committed != file.text:
            line, diff = _difference(file.path, file.committed, file.text)
            yield RULE.at(
                Place(file.path, line),
                f"{file.path} differs from what its sources give",
                help="run `muster sync`; never edit a derived file by hand",
                detail=diff,
            )


def _difference(path: str, committed: str, wanted: str) -> tuple[int, str]:
    old, new = committed.splitlines(), wanted.splitlines()
    same = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    # A diff of the stretch after the common head is the same diff, without the cost of the head.
    start = max(same - 2, 0)
    parts = old[start : start + _COMPARED], new[start : start + _COMPARED]
    names = f"{path} (committed)", f"{path} (from sources)"
    lines = [_moved(line, start) for line in difflib.unified_diff(*parts, *names, lineterm="", n=2)]
    if not lines:
        lines = ["(only line ends or the end of the file differ)"]
    rest = len(lines) - _SHOWN
    if rest > 0:
        lines = [*lines[:_SHOWN], f"... {rest} more lines"]
    return min(same, max(len(old) - 1, 0)) + 1, "\n".join(lines)


def _moved(line: str, start: int) -> str:
    """A hunk's header with the line numbers of the whole files."""
    match = _HUNK.fullmatch(line)
    return f"@@ -{int(match[1]) + start}{match[2]} +{int(match[3]) + start}{match[4]} @@" if match else line


RULE = Rule(
    code="DRF001",
    name="drift",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="A requirement file that says something else than its spec misleads everybody who trusts it.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash passwords.\n",
            good="- [AUTH-001] The server MUST hash passwords.\n",
            bad_files={
                "COMPLIANCE.md": "<!-- Written by `muster sync`. Do not edit. -->\n\n# Compliance\n\nAll is well.\n",
            },
            marks=(("COMPLIANCE.md", 5),),
        ),
    ),
)
