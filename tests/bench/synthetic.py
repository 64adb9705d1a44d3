"""Synthetic projects: specs, sources and tests of any size, the same for a seed on every machine.

`python tests/bench/synthetic.py FOLDER COUNT` writes one, with its derived files, as a git
repository with one commit. Nothing here reads the clock.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import wording
from bench.blocks import section_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SPECS_A_FOLDER = len(wording.PARTS)
TYPICAL = 75  # requirements a spec
_A_SECTION = 7  # requirements a section, more or less
_EPOCH = 1_700_000_000  # the modification time of every file, well before any index is written


@dataclass(frozen=True)
class Spec:
    """One spec of the plan: where it is, and which IDs stand in which of its sections."""

    seed: int
    index: int
    group: str
    part: str
    size: int

    @property
    def name(self) -> str:
        """The name of its requirement file, unlike any other in the project."""
        return f"{self.group}-{self.part}"

    @property
    def path(self) -> str:
        return f"specs/{self.group}/{10 + self.index % SPECS_A_FOLDER}-{self.name}.md"

    @property
    def area(self) -> str:
        return f"{self.group}-{self.part}".upper()

    @property
    def in_rust(self) -> bool:
        return self.index % 2 == 1

    @property
    def source(self) -> str:
        return f"src/{self.group}/{self.part}.{'rs' if self.in_rust else 'py'}"

    @property
    def test(self) -> str:
        return f"tests/{self.group}/test_{self.part}.{'rs' if self.in_rust else 'py'}"

    @cached_property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Title and IDs of each section; numbers rise through the spec, and each section opens a new ten."""
        random = Random(f"{self.seed}:{self.index}:plan")
        sizes: list[int] = []
        while (left := self.size - sum(sizes)) > 0:
            sizes.append(min(left, random.randint(_A_SECTION - 3, _A_SECTION + 3)))
        titles = wording.section_titles(random, len(sizes))
        sections, number = [], 1001
        for title, size in zip(titles, sizes, strict=True):
            sections.append((title, tuple(f"{self.area}-{number + i}" for i in range(size))))
            number = (number + size) // 10 * 10 + 11
        return tuple(sections)

    @property
    def ids(self) -> Iterator[str]:
        for _, ids in self.sections:
            yield from ids


def plan(count: int, seed: int = 1, typical: int = TYPICAL) -> list[Spec]:
    """Share `count` requirements out over specs of about `typical` each, a third more or less."""
    specs = max(1, round(count / typical))
    random = Random(f"{seed}:sizes")
    sizes = [count // specs + (i < count % specs) for i in range(specs)]
    for i in range(0, specs - 1, 2):
        shift = random.randint(-(typical // 4), typical // 4)
        sizes[i], sizes[i + 1] = sizes[i] + shift, sizes[i + 1] - shift
    return [
        Spec(seed, i, _group(i // SPECS_A_FOLDER), wording.PARTS[i % SPECS_A_FOLDER], size)
        for i, size in enumerate(sizes)
    ]


def files(specs: list[Spec]) -> Iterator[tuple[str, str]]:
    """Each file of a project of these specs: its path and its text."""
    count = sum(spec.size for spec in specs)
    yield "README.md", f"# Synthetic project\n\nA project of {count} requirements, made for measuring.\n"
    yield "muster.toml", "# Every setting has its default.\n"
    yield "specs/guide/reading.md", "# How to read the specs\n\nEach folder holds the specs of one part.\n"
    for spec in specs:
        yield spec.path, spec_text(spec, specs)
        yield spec.source, _source_text(spec)
        yield spec.test, _test_text(spec)


def spec_text(spec: Spec, specs: list[Spec]) -> str:
    """The Markdown of one spec: head, and for each section prose, requirements and what surrounds them."""
    random = Random(f"{spec.seed}:{spec.index}:text")
    parts = [
        f"# {spec.group.capitalize()} {spec.part} SPEC",
        f"Status: draft\nApplies to: `{spec.source}`\nConformance language: RFC 2119 and RFC 8174.",
        wording.wrapped(wording.remarks(random, 2)),
    ]
    for i, (title, ids) in enumerate(spec.sections):
        parts.append(f"## {title}")
        parts += section_text(random, ids, _links(random, spec, specs, i))
    parts.append(f"## Traceability\n\n- Code: `{spec.source}`\n- Tests: `{spec.test}`")
    parts.append("[guide]: ../guide/reading.md\n")
    return "\n\n".join(parts)


def write_project(folder: Path, specs: list[Spec], *, sync: bool = True) -> None:
    """Write a project into an empty folder and commit it, with its derived files unless told otherwise."""
    write_files(folder, files(specs))
    if sync:
        subprocess.run([sys.executable, "-m", "muster", "-C", str(folder), "sync"], check=True, capture_output=True)
        commit(folder, "Derived files")


def write_files(folder: Path, contents: Iterable[tuple[str, str]]) -> None:
    """Write these files into an empty folder and commit them."""
    for path, text in contents:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, "Sources")


def commit(folder: Path, subject: str) -> None:
    """Commit everything, each file with an old modification time so that git trusts its index."""
    age(folder)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={subject}")


def age(folder: Path) -> None:
    """Give each file an old modification time."""
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for name in names:
            os.utime(Path(root, name), (_EPOCH, _EPOCH))


def git(folder: Path, *arguments: str) -> str:
    """Run git with fixed identity and date, and without the settings of user or machine."""
    who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _IDENTITY.items()}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", "-c", "gc.auto=0", "-c", "maintenance.auto=false", *arguments],
        cwd=folder,
        env={**os.environ, **who, **alone},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


_IDENTITY = {"NAME": "Bench", "EMAIL": "bench@example.invalid", "DATE": f"{_EPOCH} +0000"}


def _group(number: int) -> str:
    """A folder name; past the end of the words they come again with a digit, as areas must differ."""
    lap, place = divmod(number, len(wording.GROUPS))
    return wording.GROUPS[place] + (str(lap + 1) if lap else "")


def _links(random: Random, spec: Spec, specs: list[Spec], section: int) -> tuple[str, ...]:
    """Four links that resolve: in the page, to an anchor of another spec, to a spec, and by reference."""
    other = specs[random.randrange(len(specs))]
    title, ids = other.sections[random.randrange(len(other.sections))]
    own = spec.sections[section - 1][0]
    target = "" if other is spec else f"../{other.path.removeprefix('specs/')}"
    return (
        f"[{own.lower()}](#{_anchor(own)})",
        f"[{title}]({target}#{_anchor(title)})",
        f"[{random.choice(ids)}]({target}#{_anchor(title)})",
        "[the guide][guide]",
    )


def _anchor(title: str) -> str:
    return title.lower().replace(" ", "-")


def _source_text(spec: Spec) -> str:
    """The code that cites each requirement once."""
    lines = [f"// {spec.name}." if spec.in_rust else f'"""{spec.name}."""']
    for i, id_ in enumerate(spec.ids):
        number = id_.rpartition("-")[2]
        if spec.in_rust:
            lines += ["", f"/// implements: {id_}", f"pub fn rule_{number}(value: u64) -> bool {{"]
            lines += [f"    value < {i + 2}", "}"]
        else:
            lines += ["", "", f"def rule_{number}(value: int) -> bool:"]
            lines += [f'    """implements: {id_}"""', f"    return value < {i + 2}"]
    return "\n".join(lines) + "\n"


def _test_text(spec: Spec) -> str:
    """The tests that cite each requirement once."""
    lines = [f"use {spec.group}::{spec.part}::*;" if spec.in_rust else f"from {spec.group}.{spec.part} import *"]
    for id_ in spec.ids:
        number = id_.rpartition("-")[2]
        mark, name = ("//", f"fn rule_{number}_holds()") if spec.in_rust else ("#", f"def test_rule_{number}_holds():")
        lines += ["", f"{mark} verifies: {id_}"]
        body = f"assert!(rule_{number}(1));" if spec.in_rust else f"assert rule_{number}(1)"
        lines += ["#[test]", f"{name} {{", f"    {body}", "}"] if spec.in_rust else [name, f"    {body}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write one project from the command line."""
    parser = argparse.ArgumentParser(description="Write a synthetic project.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-sync", action="store_true", help="leave the derived files out")
    options = parser.parse_args()
    write_project(options.folder, plan(options.count, options.seed), sync=not options.no_sync)


if __name__ == "__main__":
    main()
