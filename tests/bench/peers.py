"""Muster beside its peers: `nox -s bench -- peers`, or `python tests/bench/run.py peers [--sizes 1000,10000]`.

Each tool is installed from the package registry into an environment of its own, gets the same work in its own format,
and does its jobs in turn with all others, round by round. What it must have read is counted after each run. A run
beyond the limit is ended; it is not tried again, and nor are the larger sizes of that job.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import muster
from bench import peer_page, synthetic
from bench.measure import Failed, Sample, TooLong, kept, process
from bench.peer_formats import WRITERS
from bench.peer_tools import MUSTER, PEERS, Counts, Job, Kind, Tool, bin_of, said, words
from bench.peer_work import CITATIONS, documents

_T = TypeVar("_T")
ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENTS = ROOT / ".nox/peers"
PROVING = 3  # requirements
PREPARING = 4  # times the limit of a run, for what is not measured


@dataclass(frozen=True)
class _Place:
    """Where a tool is installed, and where its work lies."""

    tool: Tool
    environments: Mapping[str, Path]
    folder: Path


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for, print it, and write the section of the page where asked."""
    options = _options(arguments)
    compileall.compile_dir(Path(muster.__file__).parent, quiet=2)  # as an installer does
    ours, *tools = (
        replace(tool, jobs=tuple(job for job in tool.jobs if job.kind is Kind.CHECK or not options.no_site))
        for tool in (MUSTER, *PEERS)
        if tool is MUSTER or not options.only or tool.key in options.only
    )
    environments = {tool.key: _installed(tool, options.environments) for tool in tools}
    found = [peer_page.Found(ours, muster.__version__, python_of(Path(sys.executable)))]
    found += [_found(tool, environments[tool.key][""]) for tool in tools]
    sizes = []
    with kept(options.keep) as folder:
        for tool in tools:
            _proved(_place(tool, environments[tool.key], folder, PROVING), options.limit)
        given_up: set[tuple[str, str]] = set()
        for count in options.sizes:
            places = [_place(tool, environments.get(tool.key, {}), folder, count) for tool in (ours, *tools)]
            ready = [place for place in places if _prepared(place, count, options.limit)]
            sizes.append(peer_page.Size(count, _measured(ready, count, options.rounds, options.limit, given_up)))
            print("\n".join(peer_page.tables(found, sizes[-1])), flush=True)
    report = peer_page.Report(tuple(found), tuple(sizes), options.rounds, options.limit)
    print("\n".join(peer_page.section(report)))
    if not (options.no_write or options.only or options.no_site):
        target = ROOT / "specs/guide/performance.md"
        target.write_text(peer_page.written(target.read_text("utf-8"), report), encoding="utf-8", newline="\n")
        _tell(f"wrote {target.relative_to(ROOT)}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py peers", description="Measure Muster beside its peers.")
    parser.add_argument("--sizes", type=_numbers, default=[1000, 10_000], help="requirements: 1000,10000")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of every job")
    parser.add_argument("--limit", type=float, default=600, metavar="SECONDS", help="a run that takes longer is ended")
    names = [tool.key for tool in PEERS]
    parser.add_argument("--only", action="append", choices=names, help="this peer alone, and no page. Repeatable")
    parser.add_argument("--no-site", action="store_true", help="without HTML sites, and no page")
    parser.add_argument("--no-write", action="store_true", help="leave specs/guide/performance.md")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the work there")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, metavar="DIR", help="install them there")
    return parser.parse_args(arguments)


def _numbers(text: str) -> list[int]:
    return sorted(int(part) for part in text.split(","))


def _installed(tool: Tool, below: Path) -> dict[str, Path]:
    """The environments of a tool, made where they are missing; one for its defaults, perhaps a faster one."""
    wanted = {"": tool.packages, **({"fast": (*tool.packages, *tool.faster)} if tool.faster else {})}
    names = {kind: "-".join(filter(None, [tool.key, kind])) for kind in wanted}
    return {
        kind: environment(below.resolve() / names[kind], packages, tool.python) for kind, packages in wanted.items()
    }


def environment(folder: Path, packages: Sequence[str], python: tuple[int, int] = (3, 11)) -> Path:
    """An environment with the newest versions of these packages, made where it is missing."""
    done = folder / "packages.txt"
    if not done.is_file() or done.read_text("utf-8").split() != [*packages]:
        _tell(f"installing {', '.join(packages)}")
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([_python(python), "-m", "venv", folder], check=True)
        pip = [bin_of(folder, "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *packages], check=True)
        done.write_text("\n".join(packages), "utf-8")
    return folder


def _python(oldest: tuple[int, int]) -> str:
    """A Python for which the newest version of a tool is made; ours where there is none."""
    if sys.version_info >= oldest:
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for minor in range(oldest[1], oldest[1] + 4):
        name = f"python{oldest[0]}.{minor}"
        for path in (shutil.which(name), *sorted(pyenv.glob(f"versions/{oldest[0]}.{minor}.*/bin/{name}"))):
            if path and not subprocess.run([path, "-c", "pass"], capture_output=True, check=False).returncode:
                return str(path)
    _tell(f"no Python {oldest[0]}.{oldest[1]}: pip takes an older version")
    return sys.executable


def python_of(python: Path) -> str:
    """Its version."""
    command = [str(python), "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _found(tool: Tool, environment: Path) -> peer_page.Found:
    """The versions that pip chose."""
    python = bin_of(environment, "python")
    code = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    command = [python, "-c", code, *tool.packages]
    versions = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return peer_page.Found(tool, ", ".join(versions), python_of(Path(python)))


def _place(tool: Tool, environments: Mapping[str, Path], folder: Path, count: int) -> _Place:
    """The work written for a tool, in git, in a folder without anything else."""
    root = folder / f"{count}-{tool.key}/work"
    shutil.rmtree(root.parent, ignore_errors=True)
    root.mkdir(parents=True)
    _apart(write, tool.key, count, root)
    return _Place(tool, environments, root)


def write(key: str, count: int, root: Path) -> None:
    """Write the work for a tool into an empty folder."""
    synthetic.write_files(root, WRITERS[key](documents(count)))


def _apart(function: Callable[..., _T], *arguments: object) -> _T:
    """Do it in a process of its own: the peak of ours would be the least of all that we start from then on."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _prepared(place: _Place, count: int, limit: float) -> bool:
    """Whether what comes before the first run went well; it has more time than a run."""
    if not place.tool.prepare:
        return True
    _tell(f"{place.tool.name}, {count:,}: preparing")
    try:
        _ran((place.tool.prepare,), place, "", (0,), PREPARING * limit)
    except TooLong as error:
        _tell(f"left out: {error}")
        return False
    if place.tool.counted_first:
        _counted(place.tool.name, _apart(place.tool.counted_first, place.folder), count)
    return True


def _proved(place: _Place, limit: float) -> None:
    """Raise `Failed` where the checks of a tool that counts no citations pass with one that leads nowhere."""
    if not place.tool.blind:
        return
    first = documents(PROVING)[0]
    test, number = place.folder / first.test, next(first.items).number
    test.write_text(test.read_text("utf-8").replace(f"-{number}", "-9999"), "utf-8")
    for job in place.tool.jobs:
        if job.kind is Kind.CHECK and not job.warm:
            _ran(job.commands, place, job.environment, (1,), limit)


def _measured(
    places: Sequence[_Place], count: int, rounds: int, limit: float, given_up: set[tuple[str, str]]
) -> dict[tuple[str, str], list[peer_page.Run]]:
    """The runs of each job by tool and name."""
    runs: dict[tuple[str, str], list[peer_page.Run]] = {}
    turns = [(place, job) for place in places for job in place.tool.jobs]
    for number in range(rounds):
        before: tuple[str, str] | None = None
        for place, job in turns:
            key = (place.tool.key, job.name)
            if job.warm and before in given_up:
                given_up.add(key)  # what it would use was not finished
            before = key
            if key in given_up:
                continue
            run = _once(place, job, count, limit)
            runs.setdefault(key, []).append(run)
            more = "> " if run.ended else ""
            cost = f"{more}{run.sample.wall:.1f} s, {more}{run.sample.cpu:.1f} s of CPU"
            _tell(f"{count:,}, round {number + 1}: {place.tool.name}, {job.name}: {cost}")
            if run.ended:
                given_up.add(key)
    return runs


def _once(place: _Place, job: Job, count: int, limit: float) -> peer_page.Run:
    for pattern in job.fresh:
        for path in (place.folder / pattern).parent.glob(Path(pattern).name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    try:
        sample = _ran(job.commands, place, job.environment, job.statuses, limit)
    except TooLong as error:
        return peer_page.Run(error.sample, ended=True)
    _counted(f"{place.tool.name}, {job.name}", _apart(job.counted, place.folder), count)
    return peer_page.Run(sample)


def _ran(commands: Sequence[str], place: _Place, kind: str, statuses: Sequence[int], limit: float) -> Sample:
    """The sum of the commands; the limit is for all of them together."""
    environment = place.environments.get(kind)
    alone = {"NO_COLOR": "1", "NO_MKDOCS_2_WARNING": "1"}
    if environment is not None:
        alone["PATH"] = os.pathsep.join([str(environment / "bin"), os.environ.get("PATH", "")])
    total = Sample(0, 0, 0)
    for command in commands:
        left = max(limit - total.wall, 0.1)
        try:
            one = process(
                words(command, environment), place.folder, statuses, alone, limit=left, output=said(place.folder)
            )
        except TooLong as error:
            raise TooLong(str(error), _sum(total, error.sample)) from error
        total = _sum(total, one)
    return total


def _sum(one: Sample, other: Sample) -> Sample:
    return Sample(one.wall + other.wall, one.cpu + other.cpu, max(one.peak, other.peak))


def _counted(what: str, counts: Counts, count: int) -> None:
    """Raise `Failed` where a run read less than it was given, or more: an empty run is never fast."""
    wanted = (count, CITATIONS * count)
    if any(found not in (None, one) for found, one in zip(counts, wanted, strict=True)):
        raise Failed(f"{what}: read {counts} requirements and citations, not {wanted}")


def _tell(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)
