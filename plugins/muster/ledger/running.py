"""Running a command as somebody's shell would: its output is its own, and its exit status is kept.

implements: MU-LEDGER-8020
"""

from __future__ import annotations

import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

NOT_FOUND = 127  # as shells count
NOT_STARTED = 126
_PASSED_ON = (signal.SIGTERM, signal.SIGHUP)


class Ended(Struct, frozen=True):
    """How a command ended: its exit status as a shell has it, and what is to be said of a failure."""

    status: int
    kind: str = ""
    message: str = ""
    stopped: bool = False  # by a signal to us: it is not tried again


def ran(words: Sequence[str], folder: Path, environment: Mapping[str, str], caught: Caught) -> Ended:
    """Run a command to its end; a signal that would end us is the command's to answer first."""
    name = words[0]
    try:
        process = subprocess.Popen(list(words), cwd=folder, env=dict(environment))
    except FileNotFoundError:
        return Ended(NOT_FOUND, "CommandNotFound", f"there is no command {name!r}")
    except OSError as error:
        return Ended(NOT_STARTED, "CommandNotStarted", f"{name} cannot be started: {(error.strerror or '').lower()}")
    caught.hand_to(process)
    status = process.wait()
    caught.process = None
    stopped = bool(caught.numbers)
    if status < 0:
        word = signal.Signals(-status).name if -status in set(signal.Signals) else f"signal {-status}"
        return Ended(128 - status, "Signal", f"{name} was ended by {word}", stopped)
    if status:
        return Ended(status, "ExitStatus", f"{name} ended with exit status {status}", stopped)
    return Ended(0, stopped=stopped)


class Caught:
    """The signals that came while a command ran."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.numbers: list[int] = []

    def __call__(self, number: int, _: FrameType | None) -> None:
        self.numbers.append(number)
        self._pass_on(number)

    def hand_to(self, process: subprocess.Popen[bytes]) -> None:
        """From now on, signals are this command's; those that came while it was started, too."""
        self.process = process
        for number in self.numbers:
            self._pass_on(number)

    def _pass_on(self, number: int) -> None:
        # An interrupt of the terminal reached the command already, which stands in the same group.
        if number in _PASSED_ON and self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@contextmanager
def held_signals() -> Iterator[Caught]:
    """Catch what would end us, until the command has ended and is recorded; what is ignored stays so, as by `nohup`."""
    caught = Caught()
    numbers = [one for one in (signal.SIGINT, *_PASSED_ON) if signal.getsignal(one) is not signal.SIG_IGN]
    before = {number: signal.signal(number, caught) for number in numbers}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
