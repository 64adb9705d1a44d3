"""Failures become a message, one line of help and an exit status.  implements: MU-CORE-0033"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING

import click

from muster.settings import InvalidSettings

if TYPE_CHECKING:
    from collections.abc import Callable

COULD_NOT_RUN = 2
INTERRUPTED = 130  # 128 + SIGINT, as shells count
PIPE_CLOSED = 141  # 128 + SIGPIPE

_REMEDIES = {
    errno.ENOSPC: "free some space, and run the command again",
    errno.EDQUOT: "free some space, and run the command again",
    errno.EACCES: "make it readable and writable for you, and run the command again",
    errno.EPERM: "make it readable and writable for you, and run the command again",
    errno.EROFS: "make the folder writable, and run the command again",
    errno.ENOTDIR: "a file stands where a folder is needed: rename it, and run the command again",
    errno.EISDIR: "a folder stands where a file is needed: rename it, and run the command again",
    errno.EEXIST: "something else has that name: rename it, and run the command again",
    errno.ENOENT: "check the path",
}


class Mistake(Exception):
    """Something that the user can put right, with what to do.

    `recorded` is what the ledger has of it where the message holds what it must not keep.
    """

    def __init__(self, message: str, *, help: str, recorded: str = "") -> None:  # noqa: A002 -- the word on the screen
        self.help = help
        self.recorded = recorded
        super().__init__(message)


def status_of(call: Callable[[], int]) -> int:
    """The exit status of a command; its failures are told on standard error."""
    try:
        return call()
    except BrokenPipeError:
        _close_output()  # whoever read it has seen enough
        return PIPE_CLOSED
    except (KeyboardInterrupt, click.Abort):
        _tell(["interrupted"])
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- the last handler there is
        if os.environ.get("MUSTER_DEBUG"):
            traceback.print_exc()
        _tell(*words_for(error))
        return COULD_NOT_RUN


def words_for(error: Exception) -> tuple[list[str], str]:
    """What is wrong, a line for each problem, and what to do."""
    if isinstance(error, Mistake):
        return [str(error)], error.help
    if isinstance(error, click.NoSuchOption):
        command = error.ctx.command_path if error.ctx else "muster"
        return [f"{command} has no option {error.option_name}"], f"`{command} --help` lists its options"
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "muster"
        return [_lowered(error.format_message())], f"`{command} --help` shows how it is used"
    if isinstance(error, InvalidSettings):
        return str(error).splitlines(), "the settings are described in the guide, and by `muster schema settings`"
    if (known := _of_store(error)) is not None:
        return known
    if isinstance(error, OSError):
        return [_of_system(error)], _REMEDIES.get(error.errno or 0, "put that right, and run the command again")
    return (
        [f"this is a defect of Muster: {type(error).__name__}: {error}"],
        "set MUSTER_DEBUG=1 to see where it happened, and report it with the traceback",
    )


def _of_store(error: Exception) -> tuple[list[str], str] | None:
    """The failures that other rooms tell in words of their own: what is wrong, `;`, what to do."""
    from muster.ledger.book import Refused
    from muster.ledger.database import LedgerUnavailable
    from muster.store.files import Busy, NotWritten, OutsideRoot
    from muster.store.git import UnknownRevision
    from muster.workspace import NoProject, NotSynced

    if isinstance(error, NotWritten):
        return [f"{error.path} is not written: {error.reason}"], error.remedy
    if isinstance(error, LedgerUnavailable):
        return [f"the ledger cannot be used: {error}"], error.remedy
    if isinstance(error, Refused):
        return str(error).splitlines(), "mend the row; `muster schema run` describes it"
    if isinstance(error, Busy | OutsideRoot | UnknownRevision):
        problem, _, remedy = str(error).partition("; ")
        return [problem], remedy
    if isinstance(error, NotSynced):
        return [str(error)], "mend that first; `muster check` shows the places"
    if isinstance(error, NoProject):
        return [str(error)], "name the project's folder: `muster -C DIR`"
    return None


def _of_system(error: OSError) -> str:
    reason = (error.strerror or str(error)).lower()
    named = error.filename2 or error.filename
    return f"{os.fsdecode(named)}: {reason}" if isinstance(named, str | bytes) else reason


def _lowered(message: str) -> str:
    """A sentence of click as a clause of ours."""
    text = message.strip().rstrip(".")
    return text[:1].lower() + text[1:]


def _tell(problems: list[str], remedy: str = "") -> None:
    _close_output()
    lines = [f"muster: {problem}\n" for problem in problems]
    if remedy:
        lines.append(f"help: {remedy}\n")
    sys.stderr.writelines(lines)


def _close_output() -> None:
    """Write out what is left; where that fails, drop it, or the interpreter would try and complain at its end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 -- a descriptor is wanted
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
