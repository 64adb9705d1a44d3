"""The commands whose output a response shows, and how they ended.

implements: MU-CHAIN-7031, MU-CHAIN-7040
"""

from __future__ import annotations

import functools
import re
import shlex
from typing import TYPE_CHECKING

from muster.chains.patch import is_diff
from muster.chains.turn import Ran
from muster.chains.verdicts import Verdict, bare, hook, summary, verdict_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from muster.chains.fences import Fence

_PROMPT = re.compile(
    r"\s{0,12}(?:\([\w .-]{1,40}\) )?(?:(?:[\w.-]{1,40}@[\w.:~/-]{1,120})?[$❯]|%|PS [^>\n]{1,120}>) +(?=[\w./~\"'(])"
)
_MONEY = re.compile(r"[0-9][0-9.,]*(?:\s|$)")
_STATUS = re.compile(r"echo \"?(?:exit(?: status| code)?[:=] ?)?\$\?\"?$", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_WRAPPERS = (("uv", "run"), ("poetry", "run"), ("pipenv", "run"), ("python", "-m"), ("python3", "-m"), ("py", "-m"))


def command_in(line: str) -> str:
    """The command behind a shell's prompt: `$ pytest -q`; "" where there is none."""
    if not ("$" in line or "%" in line or "❯" in line or ">" in line):
        return ""
    match = _PROMPT.match(line)
    if match is None or (rest := line[match.end() :].strip()) == "" or _MONEY.match(rest):
        return ""
    return rest


def runs_in(fences: Iterable[Fence], known: Collection[str] = ()) -> tuple[Ran, ...]:
    """The runs in fences that hold no diff; a line that is one of the known commands is one without its `$` too.

    Output below no command is a run of the command "", where it tells how it ended.
    """
    commands = {_squeezed(command) for command in known}
    return tuple(ran for fence in fences if not is_diff(fence) for ran in _runs_of(fence, commands))


def is_run_of(shown: str, required: str) -> bool:
    """Whether a command that is shown is the required one, or has it among others: whatever starts it, in any quotes.

    `python -m pytest -q -k 'not slow'` and `CI=1 uv run pytest -q -k "not slow"; echo $?` are one and the same;
    `pytest -q -k "not slow" tests/one.py` and `pytest` are others.
    """
    wanted = _simple_commands(required)
    if not wanted or wanted[0][0] not in shown:
        return False
    found = _simple_commands(shown[:2000])
    return all(command in found for command in wanted)


def _runs_of(fence: Fence, commands: Collection[str]) -> Iterator[Ran]:
    command, line = "", 0
    told: list[Verdict] = []
    rows = iter(enumerate(fence.text_lines, fence.line + 1))
    for number, text in rows:
        shown = command_in(bare(text))
        if not shown and commands and len(text) < 400 and _squeezed(text) in commands:
            shown = _squeezed(text)
        if not shown:
            if (verdict := verdict_of(text)) is not None:
                line = line or number
                told.append(verdict)
            continue
        if command and _STATUS.match(shown):
            told += _echoed(rows)
            continue
        if command or told:
            yield _ran(command, line, told)
        command, line, told = _joined(shown, rows), number, []
    if command or told:
        yield _ran(command, line, told)


def _joined(command: str, rows: Iterator[tuple[int, str]]) -> str:
    """A command with its further lines, where it ends in a backslash."""
    while command.endswith("\\"):
        following = next(rows, (0, ""))[1].strip().removeprefix(">").strip()
        command = f"{command[:-1].rstrip()} {following}"
        if len(command) > 2000:
            break
    return command.strip()


def _echoed(rows: Iterator[tuple[int, str]]) -> list[Verdict]:
    """What `echo $?` printed in the next line."""
    text = next(rows, (0, ""))[1].strip()
    number = text.rpartition(" ")[2]
    return [Verdict(number == "0", f"exit status: {number}")] if number.isdecimal() and len(number) < 4 else []


def _ran(command: str, line: int, told: Sequence[Verdict]) -> Ran:
    """A run and its outcome: it failed where anything says so."""
    told = [verdict for verdict in told if verdict.sure] or told
    failed = next((verdict for verdict in told if not verdict.passed), None)
    verdict = failed or (told[-1] if told else None)
    return Ran(command, line, verdict.passed if verdict else None, verdict.told if verdict else "")


def is_outcome(line: str) -> bool:
    """Whether a line is what pytest or pre-commit prints of how QA went."""
    text = bare(line).strip()
    return bool(text) and (summary(text) or hook(text)) is not None


def _squeezed(command: str) -> str:
    return " ".join(command.split())


@functools.lru_cache(maxsize=256)  # a command is held against several, one after the other
def _simple_commands(line: str) -> list[list[str]]:
    """The commands of a line, each as its words: without what only starts it, and without where its output goes."""
    try:
        words = shlex.split(line[:2000])
    except ValueError:  # a quote that is never closed
        words = line[:2000].split()
    commands: list[list[str]] = [[]]
    for word in words:
        if word in _BETWEEN:
            commands.append([])
        elif word.endswith(";"):
            commands[-1].append(word[:-1])
            commands.append([])
        else:
            commands[-1].append(word)
    return [own for command in commands if any(own := _without_starter(command))]


_BETWEEN = frozenset({";", "|", "&&", "||"})


def _without_starter(words: list[str]) -> list[str]:
    while words and (_ASSIGNMENT.match(words[0]) or tuple(words[:2]) in _WRAPPERS):
        words = words[1:] if _ASSIGNMENT.match(words[0]) else words[2:]
    end = next((at for at, word in enumerate(words) if word.startswith(("2>", ">", "&>"))), len(words))
    return words[:end]
