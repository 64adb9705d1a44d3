"""The commands of a test plan: SPEC-VAL-TESTPLAN-001.

A command that can be run is

- a line in a fence of a shell (`sh`, `bash`, ...); in one of a session (`console`) or of `text` a line behind `$ `;
- in a fence without a language, in an indented block and in a code span: a line behind `$ `, or one that begins with
  a program of `PROGRAMS` or with `./`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.prompts.spec_outline import CODE_SPAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.prompts.spec_outline import Outline

PROGRAMS = frozenset(
    """
    ansible-playbook ant bash bats bazel behave buck bun bundle cabal cargo cmake composer ctest curl cypress dart deno
    docker docker-compose dotnet eslint flake8 flutter git go gradle gradlew hatch helm java jest julia just kubectl
    lein make mix mkdocs mocha muster mvn mvnw mypy ninja node nox npm npx pdm perl php phpunit pipenv playwright pnpm
    podman poetry powershell pre-commit prove pwsh pytest python python3 rake robot rscript rspec ruby ruff rustc sbt
    sh stack swift terraform tox tsc uv uvx vitest xcodebuild yarn zig zsh
    """.split()
)
_ALONE = frozenset(
    "bats behave ctest gradlew jest just make mvnw ninja nox phpunit prove pytest rake rspec tox vitest".split()
)
_SHELLS = frozenset({"sh", "bash", "zsh", "fish", "shell", "powershell", "bat"})
_SESSIONS = frozenset({"console", "shell-session", "sh-session", "terminal", "text", "txt"})
_DOCS_ONLY = re.compile(r"[-*+\s]*[*_`]*Docs-only:[*_`]*\s*N/A\b.*")
_COMMAND = re.compile(r"(?:\$ +)?(?:[A-Z_]+=\S* +)*([A-Za-z0-9_.~/-]*[A-Za-z0-9])(?= |$)")
_PLACEHOLDER = re.compile(r"<[a-z][^<>]*>|\.\.\.|…|\b(?:TODO|TBD|FIXME)\b", re.IGNORECASE)
# `make sure that it works` is no command.
_PROSE = re.compile(r"(?:go|just|make|mix|node|stack|swift) +(?:an?|each|for|it|sure|that|the|this|through|to)\b")


def nothing_to_run(outline: Outline) -> Iterator[tuple[int, str]]:
    """A test plan that is missing, or that has neither a command to run nor says that there is none."""
    plans = [part for name in ("test plan", "tests", "testing") for part in outline.named(name)]
    if not plans:
        yield 1, "there is no section `Test plan` with a command to run, or with `Docs-only: N/A`"
    elif not any(_is_runnable(info, code) for part in plans for info, code in part.code) and not any(
        _says_how(line) for part in plans for line in part.lines
    ):
        yield plans[0].line, "the test plan has no command to run, and does not say `Docs-only: N/A`"


def _is_runnable(info: str, code: str) -> bool:
    """Whether a code block holds a command."""
    language = (info.split() or [""])[0].lower().strip("{}.")
    lines = [line.strip() for line in code.split("\n")]
    if language in _SHELLS:
        return any(_is_command(line) for line in lines)
    if language in _SESSIONS:
        return any(_is_command(line) for line in lines if line.startswith("$ ") or _is_powershell(line, language))
    return language == "" and any(_is_known(line) for line in lines)


def _is_powershell(line: str, language: str) -> bool:
    return line.startswith("> ") and language not in ("text", "txt")


def _says_how(line: str) -> bool:
    """Whether a line of prose has a command in a code span, or says that there is nothing to run."""
    if _DOCS_ONLY.fullmatch(line):
        return True
    return any(_is_known(span[2].strip(), alone=_ALONE) for span in CODE_SPAN.finditer(line))


def _is_command(line: str) -> bool:
    line = line.removeprefix("> ")
    return not line.startswith("#") and _PLACEHOLDER.search(line) is None and _COMMAND.match(line) is not None


def _is_known(line: str, alone: frozenset[str] = PROGRAMS) -> bool:
    """Whether a line is a command whatever stands around it; `alone` are the programs that need no argument."""
    match = _COMMAND.match(line)
    if match is None or not _is_command(line):
        return False
    if line.startswith("$ ") or line[match.start(1) :].startswith("./"):
        return True
    program = match[1].rpartition("/")[2].lower()
    return program in (PROGRAMS if match.end() < len(line) else alone) and not _PROSE.match(line)
