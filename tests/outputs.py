"""All that Muster gives for a project, as one mapping: the report, the derived files, the generated pages.

`python tests/outputs.py FOLDER` prints it as JSON, so that a test can have it from a process of another
locale, time zone or hash seed, and compare.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from muster import pipeline
from muster.gate.report import WRITERS, subject_of
from muster.rules.table import RULES
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages
from muster.specs.discovery import is_input
from muster.store.cache import Cache
from muster.store.tree import tree_of
from muster.store.workers import Workers
from muster.workspace import open_workspace

REPORTS = "reports"
PROCESSES = "processes"  # an entry, and no output: how many chunks went over to other processes


class Counting(Workers):
    """The real processes, counting what they are given."""

    submitted = 0

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        self.submitted += 1
        return super().submit(work, *arguments)


def backwards(folder: str) -> list[os.DirEntry[str]]:
    """A folder's listing in the opposite order."""
    return sorted(os.scandir(folder), key=lambda entry: entry.name, reverse=True)


def outputs_of(root: Path, *, workers: int = 1, cache: Path | None = None, reverse: bool = False) -> dict[str, str]:
    """Each output under its path; a derived file that is right already as the file that stands there."""
    workspace = open_workspace(root, use_cache=False)
    kept = Cache.open(cache) if cache else None
    inputs = tree_of(root, kept, is_input(workspace.settings), backwards if reverse else os.scandir)
    executor = Counting(workers)
    try:
        outcome = pipeline.run(inputs, workspace.settings, cache=kept, executor=executor if workers > 1 else None)
    finally:
        executor.shutdown()
        if kept:
            kept.save()
    subject = subject_of(outcome, workspace.lines)
    derived = {
        file.path: (root / file.path).read_text("utf-8") if file.same else (file.text or "(to be removed)\n")
        for file in outcome.project.derived
    }
    pages = generated_pages(outcome, tuple(RULES.values()), PlainLinks("specs/made", "specs"))
    return {
        PROCESSES: str(executor.submitted),
        **{f"{REPORTS}/{form}": write(subject) for form, write in WRITERS.items()},
        **derived,
        **{f"pages/{page.path}": page.text for page in pages},
    }


def main() -> None:
    """Print the outputs of one project."""
    parser = argparse.ArgumentParser(description="Print all that Muster gives for a project.")
    parser.add_argument("root", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--reverse", action="store_true")
    options = parser.parse_args()
    found = outputs_of(options.root, workers=options.workers, cache=options.cache, reverse=options.reverse)
    # Bytes, so that the locale has no say in what the caller reads.
    sys.stdout.buffer.write(json.dumps(found).encode())


if __name__ == "__main__":
    main()
