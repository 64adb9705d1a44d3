"""Prompts: 10,000 compiles of the default pack, and how a compile grows with the prompt, for each tokenizer.

`python tests/bench/run.py --only prompts` measures this alone.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

from bench import synthetic, wording
from bench.measure import Sample, exponent, middle, process, ratio, works

TOKENIZERS = ("chars", "words", "o200k", "cl100k")
FEW, MANY = 100, 10_000  # compiles
SIZES = (100_000, 1_000_000, 10_000_000)  # bytes of a prompt
PROMPT, TABLE = 3_000, 20  # bytes of the prompt of each of the many, rows of their table of capabilities
REQUIREMENTS = 75  # of the project in which whole processes run
OPEN = 10**9  # tokens, where a budget is to hold nothing back
_PROCESSES = 5  # of each whole process in a round: they are short
_FOREIGN = "Das Gerät prüft die Größe; le reçu est signé a\u0300 la fin. キューは順序を守る。\n"  # NFC has work to do
_COMPILE = (
    *(sys.executable, "-m", "muster", "prompt", "compile", "--set", "PROMPT_TEXT=@request.md"),
    *("--registry", "capabilities.json", "--output", "compiled"),
)
_VERIFY = (sys.executable, "-m", "muster", "prompt", "verify", "compiled")


class Step(StrEnum):
    """Whole processes, in the words of the table."""

    PASS = "`python -c pass`"
    VERSION = "`muster --version`"
    CHECK = "`muster check`, cold"
    WORDS = "`muster prompt compile`, cold"
    DRY = "`muster prompt compile --dry-run`, cold"
    BPE = "`muster prompt compile --tokenizer o200k`, cold"
    VERIFY = "`muster prompt verify`"


Parts = Mapping[str, Sequence[Sample]]  # the pieces of work in one process, see `bench.child`


@dataclass(frozen=True)
class Counted:
    """What compiles with one tokenizer cost, round by round."""

    tokenizer: str
    parts: Parts

    @property
    def compiles(self) -> list[Sample]:
        """All `MANY` of each round."""
        pairs = zip(self.parts["few"], self.parts["many"], strict=True)
        return [Sample(few.wall + many.wall, few.cpu + many.cpu, many.peak) for few, many in pairs]

    @property
    def memory(self) -> float:
        """The peak memory after `MANY` compiles, in times of that after `FEW`."""
        pairs = zip(self.parts["few"], self.parts["many"], strict=True)
        return statistics.median(many.peak / few.peak for few, many in pairs)

    @property
    def growth(self) -> tuple[float, float]:
        """The exponent between the two largest prompts, by the clock and in CPU time."""
        small, large = SIZES[-2:]
        one, other = (middle(self.parts[compile_of(size)]) for size in (small, large))
        return exponent((small, one.wall), (large, other.wall)), exponent((small, one.cpu), (large, other.cpu))

    def ratio(self, part: str, base: str) -> tuple[float, float]:
        return ratio(self.parts[part], self.parts[base])


@dataclass(frozen=True)
class Cost:
    """Everything that was measured of prompts."""

    counted: tuple[Counted, ...]
    whole: Mapping[Step, Sequence[Sample]]

    def ratio(self, step: Step, base: Step = Step.PASS) -> tuple[float, float]:
        """How long a whole process takes for each second of another, by the clock and in CPU time."""
        return ratio(self.whole[step], self.whole[base])


def measure(folder: Path, rounds: int) -> Cost:
    """Each tokenizer in a process of its own, and the whole processes, once in each round."""
    root, listing = folder / "prompts", folder / "prompts.json"
    if not root.is_dir():
        synthetic.write_files(root, _files())
    listing.write_text(json.dumps({"paths": []}))
    parts: dict[str, dict[str, list[Sample]]] = {name: {} for name in TOKENIZERS}
    whole: dict[Step, list[Sample]] = {}
    for _ in range(rounds):
        for name in TOKENIZERS:
            for part, sample in works(f"prompts-{name}", root, listing).items():
                parts[name].setdefault(part, []).append(sample)
        for _ in range(_PROCESSES):
            for step, sample in _processes(root):
                whole.setdefault(step, []).append(sample)
    print(f"(load of the machine: {', '.join(f'{load:.1f}' for load in os.getloadavg())})", file=sys.stderr)
    return Cost(tuple(Counted(name, parts[name]) for name in TOKENIZERS), whole)


def compile_of(size: int) -> str:
    """The part that compiles a prompt of so many bytes with budgets wide open."""
    return f"compile {size}"


def floor_of(size: int) -> str:
    """The part that brings the same prompt to NFC, writes it as JSON, and takes its SHA-256: H."""
    return f"floor {size}"


def values() -> dict[str, str]:
    """A value for each placeholder of the default pack, but for the prompt itself."""
    random = Random("capabilities")
    rows = (f"| {wording.code_name(random)} | Engine | Low | {wording.detail(random)} |\n" for _ in range(TABLE))
    return {
        "PROMPT_REF": "file:request.md",
        "WORKSPACE_ID": "bench",
        "PROJECT_ID": "prompts",
        "VERSION_CONTROL": "Git",
        "REPO_ROOT": "repo:prompts",
        "CAPABILITY_SNAPSHOT_TABLE": "| id | kind | risk | use |\n| --- | --- | --- | --- |\n" + "".join(rows),
        "GOVERNANCE_MODE": "GOV_STANDARD",
        "REQUIRED_GATES": "spec-lint, trace, validation",
    }


def prose(size: int) -> str:
    """So many bytes of UTF-8, one sentence in eight not English; it repeats itself after 100,000."""
    random = Random("prompt")
    once = ""
    while len(once) < min(size, SIZES[0]):
        once += f"{wording.remarks(random, 4)}\n{wording.reasons(random, 3)}\n{_FOREIGN}\n"
    data = once.encode()
    return (data * (1 + size // len(data)))[:size].decode(errors="ignore")


def _files() -> Iterator[tuple[str, str]]:
    """A small project with a request and a registry of capabilities."""
    yield from synthetic.files(synthetic.plan(REQUIREMENTS))
    yield "request.md", prose(PROMPT)
    capabilities = [
        {"capability_id": f"engine.{number}", "kind": "Engine", "risk_class": "Low", "tags": ["core"]}
        for number in range(TABLE)
    ]
    registry = {"registry_version": "1", "capabilities": capabilities, "tools": []}
    yield "capabilities.json", json.dumps(registry, indent=2) + "\n"


def _processes(root: Path) -> Iterator[tuple[Step, Sample]]:
    """Whole processes in a project as git knows it: without a cache, a ledger or an earlier compile."""
    yield Step.PASS, process([sys.executable, "-c", "pass"], root)
    yield Step.VERSION, process([sys.executable, "-m", "muster", "--version"], root)
    synthetic.git(root, "clean", "--quiet", "-xffd")
    yield Step.CHECK, process([sys.executable, "-m", "muster", "check"], root, (0, 1))  # 1: nothing derived is there
    for step, options in ((Step.DRY, ["--dry-run"]), (Step.BPE, ["--tokenizer", "o200k"]), (Step.WORDS, [])):
        synthetic.git(root, "clean", "--quiet", "-xffd")
        yield step, process([*_COMPILE, *options], root)
    yield Step.VERIFY, process(_VERIFY, root)
