"""Growth: a check and its site, part by part, against requirements; a portfolio against repositories.

`python tests/bench/run.py --only growth` measures this alone. All is CPU time; each size in a process of its own.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Failed, exponent, process, with_bench
from bench.subjects import synthetic_subject
from portfolios import tiny
from repositories import repository

SIZES = (100, 1_000, 10_000, 100_000)  # requirements
REPOSITORIES = (10, 100, 1_000)
FAR, FAR_REPOSITORIES = 1_000_000, 10_000
ONCE = 100_000  # requirements from which one round is enough: it takes long, and noise is little of it
PARTS = ("list", "read", "scan", "join", "judge", "derive", "keep", "report", "record", "site")
Points = Sequence[tuple[int, float]]  # sizes, and what each costs


@dataclass(frozen=True)
class Size:
    """What a project of so many requirements costs: CPU seconds, bytes of memory after each part, and other sizes."""

    requirements: int
    cpu: Mapping[str, float]
    peak: Mapping[str, int]
    sizes: Mapping[str, int]  # bytes and numbers, see `bench.growth_parts`


@dataclass(frozen=True)
class Portfolio:
    """What `muster portfolio` costs for so many repositories: whole processes."""

    repositories: int
    cold: float  # CPU seconds
    warm: float
    peak: int  # bytes
    site: int  # bytes of pages and JSON
    json: int
    named: int  # bytes of `portfolio.toml`


@dataclass(frozen=True)
class Growth:
    """The exponents of a cost, and what it comes to far out."""

    overall: float  # by least squares over all sizes
    last: float  # between the last two
    far: float  # by the latter, or by the straight line through the last two where that is more


@dataclass(frozen=True)
class Cost:
    """All sizes, each with its medians over the rounds."""

    sizes: tuple[Size, ...]
    portfolios: tuple[Portfolio, ...]
    rounds: int

    def points(self, value: Callable[[Size], float]) -> Points:
        return [(size.requirements, value(size)) for size in self.sizes]

    def points_across(self, value: Callable[[Portfolio], float]) -> Points:
        return [(one.repositories, value(one)) for one in self.portfolios]

    def growth(self, value: Callable[[Size], float]) -> Growth:
        """How a figure of a project grows, up to `FAR`."""
        return growth_of(self.points(value), FAR)

    def across(self, value: Callable[[Portfolio], float]) -> Growth:
        """How a figure of a portfolio grows, up to `FAR_REPOSITORIES`."""
        return growth_of(self.points_across(value), FAR_REPOSITORIES)


def growth_of(points: Points, far: int) -> Growth:
    """The exponents of a cost that grows with a size."""
    slope = statistics.linear_regression(
        [math.log(size) for size, _ in points], [math.log(cost) for _, cost in points]
    ).slope
    before, largest = points[-2:]
    last = exponent(before, largest)
    power = largest[1] * math.pow(far / largest[0], last)
    return Growth(slope, last, max(power, _line(before, largest, far)))


def _line(before: tuple[int, float], largest: tuple[int, float], far: float) -> float:
    """The straight line through two points: what does not grow at all makes the exponent of the rest too small."""
    return largest[1] + (largest[1] - before[1]) / (largest[0] - before[0]) * (far - largest[0])


def reached(points: Points, limit: float) -> float:
    """The size at which a cost comes to a limit, as `growth_of` goes on; infinite where it never does."""
    before, largest = points[-2:]
    last, rise = exponent(before, largest), (largest[1] - before[1]) / (largest[0] - before[0])
    if rise <= 0:
        return math.inf
    return min(largest[0] * math.pow(limit / largest[1], 1 / last), largest[0] + (limit - largest[1]) / rise)


def measure(folder: Path, rounds: int) -> Cost:
    """Every size once in each round, but the largest in the first alone."""
    found: dict[int, list[Size]] = {size: [] for size in SIZES}
    across: dict[int, list[Portfolio]] = {count: [] for count in REPOSITORIES}
    roots = {size: synthetic_subject(folder, size).root for size in SIZES}
    homes = {count: _portfolio_made(folder, count) for count in REPOSITORIES}
    for number in range(rounds):
        for size in SIZES:
            if number == 0 or size < ONCE:
                found[size].append(_project(roots[size], folder / "growth-ledger.db", size))
        for count in REPOSITORIES:
            if number == 0 or count < REPOSITORIES[-1]:
                across[count].append(_portfolio(homes[count], count))
    return Cost(tuple(map(_middle, found.values())), tuple(map(_middle_of, across.values())), rounds)


def _project(root: Path, ledger: Path, size: int) -> Size:
    shutil.rmtree(root / ".muster", ignore_errors=True)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{ledger}{suffix}").unlink(missing_ok=True)
    command = [sys.executable, "-m", "bench.growth_parts", str(root), str(ledger)]
    done = subprocess.run(command, env=with_bench(), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}")
    told = json.loads(done.stdout)
    if told["sizes"]["requirements"] != size:
        raise Failed(f"{root} has {told['sizes']['requirements']} requirements and not {size}")
    costs = told["parts"]
    return Size(
        size,
        {name: cost["cpu"] for name, cost in costs.items()},
        {name: cost["peak"] for name, cost in costs.items()},
        told["sizes"],
    )


def _middle(rounds: Sequence[Size]) -> Size:
    return Size(
        rounds[0].requirements,
        {part: statistics.median(one.cpu[part] for one in rounds) for part in rounds[0].cpu},
        {part: int(statistics.median(one.peak[part] for one in rounds)) for part in rounds[0].peak},
        rounds[0].sizes,
    )


def _portfolio_made(folder: Path, count: int) -> Path:
    """So many git repositories of two requirements each, and the file that names them all."""
    home = folder / f"portfolio-{count}"
    if not home.is_dir():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        names = [f"r{number:02}" for number in range(count)]
        for number, name in enumerate(names):
            repository(part / name, tiny(number))
        entries = (f'[[repositories]]\nname = "{name}"\npath = "{name}"\n' for name in names)
        (part / "portfolio.toml").write_text("\n".join(entries), encoding="utf-8")
        part.rename(home)
    return home


def _portfolio(home: Path, count: int) -> Portfolio:
    """One run that finds no cache, and one that finds nothing changed, each in one process."""
    site = home / "portfolio"
    for made in (site, *home.glob("*/.muster")):
        shutil.rmtree(made, ignore_errors=True)
    command = [sys.executable, "-m", "muster", "portfolio", "--workers", "1"]
    cold, warm = (process(command, home) for _ in range(2))
    sizes = ((site / "portfolio.json").stat().st_size, (home / "portfolio.toml").stat().st_size)
    pages = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    return Portfolio(count, cold.cpu, warm.cpu, cold.peak, pages, *sizes)


def _middle_of(rounds: Sequence[Portfolio]) -> Portfolio:
    cold, warm = (statistics.median(getattr(one, name) for one in rounds) for name in ("cold", "warm"))
    one = rounds[0]
    return Portfolio(one.repositories, cold, warm, one.peak, one.site, one.json, one.named)
