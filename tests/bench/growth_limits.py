"""What a project and a portfolio come up against while they grow, and at which size, by `bench.growth`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bench.growth import PARTS, Cost, Portfolio, Size, reached

MB, GB = 1_000_000, 1_000_000_000
_UNITS = {"GB": GB, "GiB": 1 << 30, "MB": MB, "MiB": 1 << 20, "s": 1}
_A_FILE = 100 << 20
CHECK = PARTS[:-1]  # all but the site


@dataclass(frozen=True)
class Limit:
    """What a figure must not pass, why, and what to do then."""

    what: str
    limit: float
    unit: str
    why: str
    remedy: str
    size: float  # at which it comes to that

    @property
    def row(self) -> str:
        amount = self.limit / _UNITS[self.unit]
        return f"| {self.what} | {amount:,.0f} {self.unit} | {about(self.size)} | {self.why} |"


def seconds(parts: Sequence[str]) -> Callable[[Size], float]:
    """The CPU seconds of some parts together."""
    return lambda size: sum(size.cpu[part] for part in parts)


def peak(part: str) -> Callable[[Size], float]:
    """The memory when a part was done."""
    return lambda size: size.peak[part]


def of(name: str) -> Callable[[Size], float]:
    """Another size."""
    return lambda size: size.sizes[name]


def about(number: float) -> str:
    """A number with two digits that mean something."""
    if number > 1e9:
        return "never"
    digits = max(len(f"{number:.0f}") - 2, 0)
    return f"{round(number, -digits):,.0f}"


def limits(cost: Cost) -> list[Limit]:
    """All that a project comes up against, what comes first first."""
    split = "split the project into repositories, which `muster portfolio` joins again"
    known: tuple[tuple[str, Callable[[Size], float], float, str, str, str], ...] = (
        ("`requirements/trace.lock`", of("lock"), _A_FILE, "MiB", "GitHub refuses a larger file", split),
        (
            "`COMPLIANCE.md`",
            of("table"),
            _A_FILE,
            "MiB",
            "GitHub refuses a larger file",
            'leave it out (`output.compliance = ""`): the site has the same in pages',
        ),
        (
            "the site",
            of("site"),
            GB,
            "GB",
            "GitHub Pages publishes no more",
            f"publish it elsewhere, or {split}",
        ),
        (
            "the cache",
            of("cache"),
            1 << 30,
            "GiB",
            "`store/cache.py` keeps no more",
            "make its limit a setting, or what was dropped is read again in each check",
        ),
        (
            "what the matrix loads",
            of("matrix"),
            50 * MB,
            "MB",
            "four seconds at 100 Mbit/s, uncompressed",
            "have the server compress it; beyond that its columns have to come in shards, as the details do",
        ),
        (
            "memory of a check",
            peak("record"),
            16 * GB,
            "GB",
            "a hosted runner of GitHub has no more",
            f"take a larger machine, or {split}",
        ),
        (
            "memory of the site",
            peak("site"),
            16 * GB,
            "GB",
            "a hosted runner of GitHub has no more",
            "write pages and files one by one, or take a larger machine",
        ),
        (
            "a cold check in one process",
            seconds(CHECK),
            3600,
            "s",
            "an hour, which nobody waits for",
            "read with more processes (`--workers`), and keep the cache between runs",
        ),
    )
    return _sorted(
        Limit(what, limit, unit, why, remedy, reached(cost.points(value), limit))
        for what, value, limit, unit, why, remedy in known
    )


def portfolio_limits(cost: Cost) -> list[Limit]:
    """The same for a portfolio."""
    teams = "make a portfolio for each team, and one of those that all share"
    known: tuple[tuple[str, Callable[[Portfolio], float], float, str, str, str], ...] = (
        (
            "a cold run in one process",
            lambda one: one.cold,
            3600,
            "s",
            "an hour, which nobody waits for",
            "read with more processes (`--workers`) or machines (`--dask`): each repository is read by itself",
        ),
        ("`portfolio.json`", lambda one: one.json, _A_FILE, "MiB", "GitHub refuses a larger file", teams),
        ("the site", lambda one: one.site, GB, "GB", "GitHub Pages publishes no more", teams),
        (
            "`portfolio.toml`",
            lambda one: one.named,
            4 * MB,
            "MB",
            "`muster portfolio` reads no larger one",
            teams,
        ),
        (
            "memory",
            lambda one: one.peak,
            16 * GB,
            "GB",
            "a hosted runner of GitHub has no more",
            f"take a larger machine, or {teams}",
        ),
    )
    return _sorted(
        Limit(what, limit, unit, why, remedy, reached(cost.points_across(value), limit))
        for what, value, limit, unit, why, remedy in known
    )


def _sorted(found: Iterable[Limit]) -> list[Limit]:
    return sorted(found, key=lambda one: one.size)
