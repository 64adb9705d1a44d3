"""Traces of work in a turn, of whatever kind: diffs, edits, QA, builds, commands.

implements: MU-CHAIN-7015, MU-CHAIN-7020
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.chains.patch import LANGUAGES, begins_diff
from muster.chains.runs import command_in, is_outcome, is_run_of
from muster.chains.turn import Trace, Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from muster.chains.fences import Body
    from muster.settings import ChainSettings

_FORMS = ("*** Begin Patch", "*** Update File:", "*** Add File:", "*** Delete File:", "<<<<<<< SEARCH")
_DIFF_STARTS = ("diff --git ", "diff --cc ", "--- ", "@@ -")
_HUNK = re.compile(r"@@ -[0-9]{1,12}(?:,[0-9]{1,12})? \+[0-9]{1,12}")
_START = r"^(?:[A-Za-z_]\w{0,60}=\S{0,200} |(?:uv|poetry|pipenv|hatch) run |python[0-9.]{0,5} -m |sudo |npx ){0,4}"
_QA = re.compile(
    _START + r"(?:pytest|py\.test|tox|nox|pre-commit|unittest|mypy|pyright|flake8|pylint|ruff(?: check)?(?! format)|"
    r"(?:npm|yarn|pnpm)(?: run)? (?:test|lint)|(?:make|just) (?:test|tests|check|lint|qa)|cargo (?:test|clippy|check)|"
    r"go (?:test|vet)|coverage run|jest|vitest)\b"
)
_BUILD = re.compile(
    _START + r"(?:build|(?:npm|yarn|pnpm)(?: run)? build|(?:make|just)(?: (?:build|all|install|dist))?$|cargo build|"
    r"go build|docker (?:buildx )?build|mkdocs build|hatch build|poetry build|uv build|"
    r"mvn (?:package|install)|gradle build|(?:gradlew|\./gradlew) build|cmake|"
    r"setup\.py (?:build|sdist|bdist_wheel)|pip3? install|(?:npm|yarn|pnpm) (?:ci|install))\b"
)
_EDIT = re.compile(
    _START + r"(?:git (?:apply|am|commit|add|rm|mv|stash|reset|restore|revert|cherry-pick|checkout)|patch|apply_patch|"
    r"sed -i\S{0,20}|perl -\S{0,5}i\S{0,5}|ruff format|ruff check .{0,100}--fix|black|isort|prettier --write|"
    r"rm|mv|cp|mkdir|touch|tee|truncate|chmod|ln)\b"
)
_INTO_FILE = re.compile(r"(?<![0-9&>=-])>{1,2}\s*(?!/dev/null|&)[\w./~$\"'-]")
_BUILT = re.compile(
    r"Successfully built \S|BUILD SUCCESS(?:FUL)?|Finished `?\w{1,20}`? (?:profile )?.{0,40}target\(s\)"
)


def traces_in(body: Body, settings: ChainSettings) -> tuple[Trace, ...]:
    """All traces of work, in the order of their lines; of each stretch one diff, one edit and one outcome of QA.

    A command stands behind a shell's prompt: `$ git log`. One that is only named (`TESTS: pytest -q`) is no trace.
    """
    known = tuple(filter(None, (settings.qa, *settings.final_qa)))
    found: list[Trace] = []
    for fence in body.fences:
        if fence.language in LANGUAGES and any(line.strip() for line in fence.text_lines):
            found.append(Trace(Work.DIFF, fence.text_lines[0], fence.line))
            continue
        found += _in_stretch(fence.text_lines, range(fence.line + 1, fence.line + 1 + len(fence.text_lines)), known)
    found += _in_stretch([said.text for said in body.prose], [said.line for said in body.prose], known)
    return tuple(sorted(found, key=lambda trace: trace.line))


def work_of(command: str, known: Sequence[str] = ()) -> Work:
    """What kind of work a command is; the known ones are QA."""
    if any(is_run_of(command, one) for one in known):
        return Work.QA
    if _EDIT.match(command) or _INTO_FILE.search(command):
        return Work.EDIT
    if _QA.match(command):
        return Work.QA
    return Work.BUILD if _BUILD.match(command) else Work.COMMAND


def _in_stretch(lines: Sequence[str], numbers: Sequence[int], known: Sequence[str]) -> Iterator[Trace]:
    seen: set[Work] = set()
    for row, line in enumerate(lines):
        if command := command_in(line):
            yield Trace(work_of(command, known), command, numbers[row])
            continue
        work = _shown(lines, row)
        if work is not None and work not in seen:
            seen.add(work)
            yield Trace(work, line.strip()[:200], numbers[row])


def _shown(lines: Sequence[str], row: int) -> Work | None:
    """What a line gives away that is no command."""
    line = lines[row].lstrip()
    if line.startswith(_DIFF_STARTS):
        three = [other.lstrip() for other in lines[row : row + 3]]
        return Work.DIFF if _HUNK.match(line) or begins_diff(three) else None
    if line.startswith(_FORMS):
        return Work.EDIT
    if is_outcome(line):
        return Work.QA
    return Work.BUILD if _BUILT.match(line) else None
