"""Writing to the terminal: streams, colour, and progress when something takes long."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TextIO

from muster.text.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_PATIENCE = 1.0  # seconds without a word


def out(text: str) -> None:
    """Write to standard output."""
    with _named_output():
        sys.stdout.write(text)


def finish() -> None:
    """Have all of it written, while somebody is there to tell of a failure."""
    with _named_output():
        sys.stdout.flush()


@contextmanager
def _named_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, "standard output") from error


def note(text: str) -> None:
    """Write a line to standard error: what a command did, beside its output."""
    finish()  # so that both read in order where they end in one place
    sys.stderr.write(f"{text}\n")


def coloured(choice: str, stream: TextIO) -> bool:
    """Whether a stream gets colours, by `--color` and NO_COLOR."""
    if choice == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return choice == "always"


def style(text: str, name: str, *, colour: bool) -> str:
    """The text in a style of the table, where colour is on."""
    return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if colour and text else text


def visible(text: str) -> str:
    """The text with what would steer the terminal spelled out; line breaks and tabs stay."""
    return printable(text, keep="\n\t")


def coloured_diff(text: str, *, colour: bool) -> str:
    """A unified diff with added lines green and removed ones red."""
    if not colour:
        return visible(text)
    styles = {"+": "green", "-": "red", "@": "cyan"}
    lines = []
    for line in visible(text).splitlines(keepends=True):
        body = line.rstrip("\n")
        chosen = "bold" if line.startswith(("+++ ", "--- ")) else styles.get(line[:1])
        lines.append((style(body, chosen, colour=True) if chosen else body) + line[len(body) :])
    return "".join(lines)


class Progress:
    """A bar on standard error for work that takes over a second on a terminal.  implements: MU-CORE-0034"""

    def __init__(self, label: str) -> None:
        self._label = label
        self._start = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Say how far the work is."""
        if not self._shown or (self._bar is None and time.monotonic() - self._start < _PATIENCE):
            return
        if self._bar is None or self._task is None:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._label, total=total)
            self._bar.start()
        self._bar.update(self._task, completed=done, total=total)
