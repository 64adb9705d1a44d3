"""Pieces of work that the bench measures in a process of their own.

`python -m bench.child plain|bytes|reading|linked ROOT LISTING` does one over the files that LISTING names and
prints what it cost as JSON; `python -m bench.child list ROOT` prints what `muster check` reads there.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

# Makes the measured code import what it needs and build its tables, which start-up pays and not reading.
_WARM_UP = """\
---
title: Warm-up
---
# Warm-up

- [A-100] One MUST *do* it; see [here](#warm-up), `code`.
    - nested

      <b>HTML</b>

1. one

| a | b |
| --- | --- |
| [A-101] | MAY |

> quote

```sh
code
```
"""


def main(arguments: Sequence[str]) -> None:
    """Do the work that the command line names."""
    name, root = arguments[0], Path(arguments[1])
    if name == "list":
        print(json.dumps(_listing(root)))
        return
    files = [root / path for path in json.loads(Path(arguments[2]).read_bytes())["paths"]]
    act = WORKS[name](root, files)
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))


def _listing(root: Path) -> dict[str, object]:
    from muster import workspace

    outcome = workspace.check(root, use_cache=False)
    paths = [document.path for document in outcome.project.documents]
    return {
        "paths": paths,
        "specs": [document.path for document in outcome.project.specs],
        "bytes": sum((root / path).stat().st_size for path in paths),
        "requirements": outcome.counts.requirements,
    }


def _plain(_root: Path, files: list[Path]) -> Callable[[], None]:
    """The yardstick P: markdown-it-py's full parse, blocks and inlines, of texts that are in memory."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.parse(_WARM_UP)
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]

    def act() -> None:
        for text in texts:
            parser.parse(text)

    return act


def _bytes(_root: Path, files: list[Path]) -> Callable[[], None]:
    def act() -> None:
        for file in files:
            file.read_bytes()

    return act


def _reading(root: Path, files: list[Path]) -> Callable[[], None]:
    """Muster's reading alone, as `check` does it for a file that no cache knows."""
    from muster.specs.reading import read_document
    from muster.workspace import open_workspace

    settings = open_workspace(root, use_cache=False).settings
    named = [(file.relative_to(root).as_posix(), file) for file in files]
    read_document("specs/warm-up.md", _WARM_UP, settings)
    gc.disable()  # as `check` does

    def act() -> None:
        for path, file in named:
            read_document(path, file.read_text(encoding="utf-8", errors="replace"), settings)

    return act


def _linked(root: Path, files: list[Path]) -> Callable[[], None]:
    """Everything that a `check` without cache does in one process, over the same documents and what they link to."""
    from muster import pipeline
    from muster.inputs import memory
    from muster.workspace import open_workspace

    workspace = open_workspace(root, use_cache=False)
    documents = {file.relative_to(root).as_posix() for file in files}
    paths = [path for path in workspace.inputs.paths if path in documents or not path.endswith(".md")]
    inputs = memory({path: (root / path).read_bytes() for path in paths})
    pipeline.run(memory({"specs/warm-up.md": _WARM_UP}), workspace.settings)
    gc.disable()

    def act() -> None:
        pipeline.run(inputs, workspace.settings)

    return act


WORKS: dict[str, Callable[[Path, list[Path]], Callable[[], None]]] = {
    "plain": _plain,
    "bytes": _bytes,
    "reading": _reading,
    "linked": _linked,
}

if __name__ == "__main__":
    main(sys.argv[1:])
