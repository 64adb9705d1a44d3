"""What the bench measures: synthetic projects, and copies of the corpora with the settings of the tests."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import synthetic, tree
from bench.measure import TESTS, Failed, with_bench

CORPORA = ("llama-orch", "openfeature", "opentelemetry", "tracey")
_MAKERS = ("blocks.py", "synthetic.py", "tree.py", "wording.py")


@dataclass(frozen=True)
class Subject:
    """A project to measure, committed and in step with its specs."""

    name: str
    root: Path
    listing: Path  # the documents that `check` reads there, for `bench.child`
    inputs: Path  # all files that it reads, a line each
    files: int
    size: int  # bytes of Markdown
    requirements: int
    spec: str  # the one that is edited
    source: str  # of code, the one that is edited; "" where there is none
    statuses: tuple[int, ...]  # of a `check` before any edit

    @property
    def is_synthetic(self) -> bool:
        return self.statuses == (0,)

    @contextmanager
    def edited(self, edit: Callable[[str], str], path: str = "") -> Iterator[None]:
        """Change the spec, or another file, for a while, then put everything back as git knows it."""
        file = self.root / (path or self.spec)
        before, times = file.read_bytes(), file.stat()
        file.write_bytes(edit(before.decode()).encode())
        try:
            yield
        finally:
            file.write_bytes(before)
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
            synthetic.git(self.root, "update-index", "-q", "--refresh")


def synthetic_subject(folder: Path, count: int) -> Subject:
    """A synthetic project in `folder`, made anew unless one by the same generator is there."""
    root = folder / f"synthetic-{count}"
    _make(root, "synthetic.py", "--no-sync", str(root), str(count))
    return _subject(f"synthetic {count:,}", root, (0,))


def tree_subject(folder: Path, count: int) -> Subject:
    """A tree of so many sources in `folder`, made anew unless one by the same generator is there."""
    root = folder / f"tree-{count}"
    _make(root, "tree.py", str(root), str(count))
    subject = _subject(f"tree {count:,}", root, (0, 1))
    found = synthetic.git(root, "grep", "-ohE", tree.pattern(), "--", "*.py", "*.rs").count("\n")
    if found != tree.citations(count):
        raise Failed(f"{root} has {found} citations and not {tree.citations(count)}")
    synthetic.git(root, "update-index", "-q", "--refresh")
    return subject


def _make(root: Path, *command: str) -> None:
    """Have a script of ours make a project, unless it did."""
    stamp = root.with_suffix(".stamp")
    maker = hashlib.sha256(b"".join((TESTS / "bench" / name).read_bytes() for name in _MAKERS)).hexdigest()
    if not stamp.is_file() or stamp.read_text() != maker:
        shutil.rmtree(root, ignore_errors=True)
        # In a process of its own, so that the bench stays small: a child's peak memory starts with its parent's.
        script, *arguments = command
        subprocess.run([sys.executable, str(TESTS / "bench" / script), *arguments], check=True)
        stamp.write_text(maker)


def corpus_subject(folder: Path, corpora: Path, name: str) -> Subject:
    """A copy of a corpus under the settings by which the tests load it; it has findings of its own."""
    root = folder / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(corpora / name / "repo", root, symlinks=True, copy_function=shutil.copyfile)
    shutil.rmtree(root / "requirements", ignore_errors=True)  # files of another tool, under the names of ours
    (root / "COMPLIANCE.md").unlink(missing_ok=True)
    shutil.copyfile(TESTS / "corpora" / f"{name}.toml", root / "muster.toml")
    synthetic.git(root, "init", "--quiet", "--initial-branch=main")
    synthetic.commit(root, "Sources")
    return _subject(name, root, (0, 1))


def _subject(name: str, root: Path, statuses: tuple[int, ...]) -> Subject:
    subprocess.run([sys.executable, "-m", "muster", "-C", str(root), "sync"], check=True, capture_output=True)
    synthetic.commit(root, "Derived files")
    listing = root.with_suffix(".json")
    command = [sys.executable, "-m", "bench.child", "list", str(root)]
    found = subprocess.run(command, env=with_bench(), stdout=subprocess.PIPE, check=True)
    listing.write_bytes(found.stdout)
    facts = json.loads(found.stdout)
    inputs = root.with_suffix(".txt")
    inputs.write_text("".join(f"{path}\n" for path in facts["inputs"]))
    specs = facts["specs"] or facts["paths"]
    sources = [path for path in facts["inputs"] if path.startswith("src/") and path.endswith(".py")]
    return Subject(
        name=name,
        root=root,
        listing=listing,
        inputs=inputs,
        files=len(facts["paths"]),
        size=facts["bytes"],
        requirements=facts["requirements"],
        spec=specs[len(specs) // 2],
        source=sources[len(sources) // 2] if sources else "",
        statuses=statuses,
    )
