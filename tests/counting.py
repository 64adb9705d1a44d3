"""A program as it is, and how much it does: `python tests/counting.py files|all COUNTS.json PROGRAM ARGUMENTS...`.

What is counted is the same on every machine: files of the working folder that are opened, written and removed, folders
that are listed, processes that are started, statements of SQLite; with `all`, which takes twice as long, texts that
Muster takes apart, what markdown-it is handed of them, and statements that psycopg sends. Python itself tells each, by
an audit hook, which can never be taken off again, and by a trace function: so it takes a process of its own. What git
and SQLite open is not among it, nor what other processes do.
"""

from __future__ import annotations

import json
import os
import runpy
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR
_TEMPORARY = ".muster-tmp"  # the end of a name that lasts until the file is put in its place
# By the name of the function and its module: the argument that is counted.
_TEXTS = {("source_of", "muster.text.source"): "text", ("parse", "markdown_it.parser_block"): "src"}
_EXECUTES = {("execute", "psycopg.cursor"), ("executemany", "psycopg.cursor")}


class Counting:
    """What was heard so far."""

    def __init__(self) -> None:
        self.top = os.path.realpath(".") + os.sep
        self.opened: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        self.removed: Counter[str] = Counter()
        self.listed: Counter[str] = Counter()
        self.started: Counter[str] = Counter()
        self.texts: Counter[str] = Counter()  # how many, by module
        self.sizes: Counter[str] = Counter()  # their bytes
        self.statements: Counter[str] = Counter()  # by the name of the database

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """An event of Python's own; those of no interest come by the thousand."""
        if event == "open":
            path, _, flags = arguments
            assert isinstance(flags, int)
            if not flags & os.O_DIRECTORY:
                self._note(self.written if flags & _WRITING else self.opened, path)
        elif event == "os.rename":
            self._note(self.written, arguments[1])
        elif event == "os.remove":
            self._note(self.removed, arguments[0])
        elif event in ("os.scandir", "os.listdir"):
            self._note(self.listed, arguments[0])
        elif event == "subprocess.Popen":
            words = arguments[1]
            assert isinstance(words, list)
            self.started[" ".join(word for word in words[:2] if isinstance(word, str))] += 1

    def trace(self, frame: FrameType, _event: str, _: object) -> None:
        """The call of a function; of its lines nothing is to be told."""
        name = frame.f_code.co_name
        if name in ("source_of", "parse"):
            module = frame.f_globals.get("__name__", "")
            if argument := _TEXTS.get((name, module)):
                self.texts[module] += 1
                self.sizes[module] += len(frame.f_locals[argument].encode())
        elif name in ("execute", "executemany") and (name, frame.f_globals.get("__name__")) in _EXECUTES:
            self.statements["postgresql"] += 1

    def _note(self, counter: Counter[str], path: object) -> None:
        if isinstance(path, str | bytes | os.PathLike):
            whole = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 -- `resolve` would look at each folder
            if f"{whole}{os.sep}".startswith(self.top) and not whole.endswith(_TEMPORARY):
                counter[os.path.relpath(whole, self.top)] += 1

    def connected(self, connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        """SQLite's own `connect`, whose connections count their statements; of one for many rows, each row."""

        def wrapped(database: object, *arguments: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(database, *arguments, **options)
            name = Path(str(database)).name

            def note(_: str) -> None:
                self.statements[name] += 1

            connection.set_trace_callback(note)
            return connection

        return wrapped

    def told(self) -> dict[str, Counter[str]]:
        """What is written down."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Counter)}


def main(what: str, counts: str, program: str, *arguments: str) -> None:
    """Run the program to its end, and write down what was counted."""
    counting = Counting()
    sys.argv = [program, *arguments]
    sys.addaudithook(counting.hear)
    sqlite3.connect = counting.connected(sqlite3.connect)  # type: ignore[assignment]
    if what == "all":
        sys.settrace(counting.trace)
    try:
        runpy.run_module(program, run_name="__main__")
    finally:
        sys.settrace(None)
        Path(counts).write_text(json.dumps(counting.told()), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
