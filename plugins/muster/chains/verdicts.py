"""What the output of a command says of how it ended: its exit status, or the last words of a known tool.

implements: MU-CHAIN-7031
"""

from __future__ import annotations

import re

from msgspec import Struct

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|(?:\^\[|\x1b|␛)?\[[0-9;]{0,12}[mK]")
_EXIT = re.compile(
    r"[\[(>#* -]{0,6}(?:(?:process )?exited with(?: (?:status|code))?|exit(?:[ _-]?(?:status|code))?|return ?code|rc|"
    r"(?:stato|codice) (?:di )?(?:uscita|ritorno)|uscita)[*`]{0,3}\s{0,3}[:=]?[*`\s]{0,4}(-?[0-9]{1,5})[\])`*.]{0,3}$",
    re.IGNORECASE,
)
_COUNT = re.compile(r"[0-9]{1,9} ([a-z]+)")
_TIME = re.compile(r"[0-9.,]{1,15} ?s(?:ec(?:ond)?s?)?(?: \([0-9:, day]{1,30}\))?$")
_WORDS = frozenset(
    "failed passed skipped deselected xfailed xpassed warning warnings error errors rerun reruns subtests".split()
)
_HOOK = re.compile(r"\.{3,}(?:\([^()]{0,80}\))?(Passed|Failed|Skipped)$")
_FAILED = re.compile(
    r"FAILED (?:\S{1,200}::|\((?:failures|errors|unexpected))|!{3,} .{0,200}(?:[Ii]nterrupted|error)|INTERNALERROR>|"
    r"ERROR: (?:usage:|not found:|file or directory not found)|Traceback \(most recent call last\):|"
    r"(?:\S{1,80}: )?(?:line [0-9]{1,6}: )?\S{1,80}: (?:command not found|comando non trovato|not found$)|"
    r"Segmentation fault|Killed$|Found [1-9][0-9]{0,8} errors?\b|make(?:\[[0-9]+\])?: \*\*\* |"
    r"test result: FAILED|Tests:\s{1,10}[1-9][0-9]{0,8} failed|npm ERR!|--- FAIL:|FAIL(?:\t|$)"
)
_PASSED = re.compile(
    r"OK(?: \([a-z]{1,20} ?[a-z]{0,20}=[0-9]{1,9}[^()]{0,80}\))?$|Success: no issues found|All checks passed!|"
    r"Found 0 errors|test result: ok\.|Tests:\s{1,10}[1-9][0-9]{0,8} passed|ok {1,3}\t"
)


class Verdict(Struct, frozen=True, array_like=True):
    """Words that tell how a command ended."""

    passed: bool
    told: str
    sure: bool = True  # else a word such as `OK`, which counts where nothing else tells


def bare(line: str) -> str:
    """A line without what colours it on a terminal."""
    return _COLOUR.sub("", line) if "[" in line else line


def exit_status(line: str) -> Verdict | None:
    """What `exit status: 0` says."""
    if len(line) > 120 or not line[-6:].strip(" ])`*.")[-1:].isdigit():
        return None
    match = _EXIT.match(line.strip())
    return Verdict(int(match[1]) == 0, line.strip()) if match else None


def summary(line: str) -> Verdict | None:
    """What the last line of pytest says: `3 failed, 12 passed in 0.34s`, within `=` or not."""
    if len(line) > 400 or " in " not in line:
        return None
    words = line.strip().strip("=").strip()
    counts, _, took = words.rpartition(" in ")
    if not _TIME.match(took):
        return None
    if counts == "no tests ran":
        return Verdict(False, words)
    found = [_COUNT.match(part) for part in counts.split(", ")]
    kinds = {match[1] for match in found if match}
    if not all(found) or not kinds <= _WORDS or not kinds - {"warning", "warnings"}:
        return None
    bad = kinds & {"failed", "error", "errors"}
    return Verdict(not bad and bool(kinds - {"deselected", "warning", "warnings"}), words)


def hook(line: str) -> Verdict | None:
    """What a line of pre-commit says: `ruff.......Passed`."""
    if not line.endswith(("Passed", "Failed", "Skipped")) or len(line) > 400:
        return None
    at = line.find("...")
    match = _HOOK.search(line, at) if at > 0 else None
    if match is None:
        return None
    name = line[:at]
    return Verdict(match[1] != "Failed", f"{name}: {match[1]}")


def other(line: str) -> Verdict | None:
    """What other tools say: unittest, mypy, ruff, make, cargo, npm, Go, and the shell."""
    if _FAILED.match(line):
        return Verdict(False, line[:120].strip(), sure=False)
    return Verdict(True, line[:120].strip(), sure=False) if _PASSED.match(line) else None


def verdict_of(line: str) -> Verdict | None:
    """What a line says of how its command ended; None where it says nothing of that."""
    line = bare(line).strip()
    if not line:
        return None
    return exit_status(line) or summary(line) or hook(line) or other(line)
