"""Kill `muster sync` with SIGKILL at random instants, and prove that no file is ever left in part.

`python tests/soak/kill_sync.py [--kills 200] [--seed 1]`. A project goes to and fro between two states
of its specs. Before each kill the derived files are those of one state and the specs those of the
other, so that nearly every derived file has to change, one has to appear and one has to go.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import synthetic

REQUIREMENTS = 1000
A_SPEC = 10  # requirements a spec: many small files make the writing long, and so often hit
PATIENCE = 60.0  # seconds that one sync may take

# The review lock remembers, and so is no function of the sources that two states could be compared by.
UNCITED = '[trace]\ninclude = ["nothing"]\n'
LOCK = "requirements/trace.lock"

Files = dict[str, bytes]


class Broken(Exception):
    """A kill left something that it must not leave."""


class Hit(StrEnum):
    """Where in the work of `sync` a kill fell."""

    BEFORE = "before the writing"
    DURING = "between two files"
    WITHIN = "within a file, whose temporary one stayed until the next sync"
    AFTER = "after the writing"


@dataclass(frozen=True)
class State:
    """The files of the project under one version of its specs."""

    sources: Files
    derived: Files


@dataclass(frozen=True)
class Pace:
    """How long an undisturbed `sync` takes, and the part of it from the first change of a file to the last."""

    whole: float
    writing: float


def main() -> int:
    """Run the kills and say what they hit; 1 where a file was not whole, or where no kill could have told."""
    parser = argparse.ArgumentParser(description="Kill `muster sync` and look for half-written files.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="muster-soak-") as folder:
        try:
            hits = soak(Path(folder), options.kills, Random(f"{options.seed}:kills"))
        except Broken as broken:
            print(f"error: {broken}", file=sys.stderr)
            return 1
    print("; ".join(f"{hits[hit]} {hit}" for hit in Hit))
    if options.kills >= 100 and not (hits[Hit.DURING] and hits[Hit.WITHIN]):
        print("error: no kill fell between two files, or none within one, so too little is proved", file=sys.stderr)
        return 1
    print(f"{options.kills} kills: all files whole")
    return 0


def soak(root: Path, kills: int, random: Random) -> Counter[Hit]:
    """Make the project, kill `sync` so often, and count what the kills hit; raise `Broken` at the first harm."""
    plan = synthetic.plan(REQUIREMENTS, typical=A_SPEC)
    synthetic.write_project(root, plan)
    states, pace = _prepared(root, plan)
    print(f"sync takes {pace.whole:.2f} s, its writing {pace.writing:.3f} s", file=sys.stderr)
    clean = _own_names(root)
    hits: Counter[Hit] = Counter()
    for number in range(kills):
        old, new = states[number % 2], states[1 - number % 2]
        _write_sources(root, old.sources, new.sources)
        if random.random() < 0.5:
            _kill(root, random.uniform(0, pace.whole))
        else:
            _kill(root, random.uniform(0, pace.writing), since_change=True)
        hits[_hit(root, old, new, f"kill {number + 1}")] += 1
        _sync(root)
        _assert_clean(root, new, f"the sync after kill {number + 1}")
        if extra := _own_names(root) - clean:
            raise Broken(f"the sync after kill {number + 1} left {sorted(extra)} in .muster/")
    return hits


def _prepared(root: Path, plan: list[synthetic.Spec]) -> tuple[tuple[State, State], Pace]:
    """Both states, each by an undisturbed `sync`, and the pace; the project is in the first state at the end."""
    made = dict(synthetic.files(plan)) | {"muster.toml": UNCITED}
    (root / "muster.toml").write_text(UNCITED)
    (root / LOCK).unlink()
    base = {path: text.encode() for path, text in made.items() if path.startswith("specs/")}
    others = {path: text.encode() for path, text in made.items() if path not in base}
    specs = sorted(path for path in base if "/guide/" not in path)
    first = {path: data for path, data in base.items() if path != specs[0]}
    second = {path: data.replace(b"MUST", b"SHALL") for path, data in base.items() if path != specs[-1]}
    found, paces, before = [], [], base
    for sources in (second, first, second, first):
        _write_sources(root, before, sources)
        paces.append(_sync(root))
        known = sources | others
        found.append(State(known, {path: data for path, data in _files(root).items() if path not in known}))
        before = sources
    if found[0] != found[2] or found[1] != found[3]:
        raise Broken("two undisturbed syncs of the same specs differ")
    changed = [path for path, data in found[0].derived.items() if found[1].derived.get(path) != data]
    if len(changed) < len(specs):
        raise Broken(f"only {len(changed)} derived files change between the states; the soak would prove little")
    # The quickest with some room: what other processes slowed down would move most instants past the end.
    room = 1.25
    return (found[1], found[0]), Pace(room * min(p.whole for p in paces), room * min(p.writing for p in paces))


def _hit(root: Path, old: State, new: State, what: str) -> Hit:
    """Where the kill fell, by what it left; raise `Broken` where a file is neither old nor new."""
    files = _files(root)
    for path in sorted(new.sources):
        if files.pop(path, None) != new.sources[path]:
            raise Broken(f"{what} changed the source {path}")
    for path in sorted(old.derived.keys() | new.derived.keys()):
        if files.get(path) not in (old.derived.get(path), new.derived.get(path)):
            raise Broken(f"{what} left {path} neither old nor new: {_shown(files.get(path))}")
    if files == new.derived:
        return Hit.AFTER
    # What is beside the derived files is a temporary one: no harm yet, but the next sync has to remove it.
    if files.keys() - old.derived.keys() - new.derived.keys():
        return Hit.WITHIN
    return Hit.BEFORE if files == old.derived else Hit.DURING


def _assert_clean(root: Path, state: State, what: str) -> None:
    files, wanted = _files(root), state.sources | state.derived
    if files != wanted:
        wrong = sorted(path for path in files.keys() | wanted.keys() if files.get(path) != wanted.get(path))
        raise Broken(f"{what} left these other than they are due: {', '.join(wrong)}")


def _kill(root: Path, after: float, *, since_change: bool = False) -> None:
    """Start `sync` and kill it so many seconds after its start, or after the first change of a derived file."""
    watched = (root, root / "requirements")  # a folder's time changes with each file that comes or goes in it
    before = [path.stat().st_mtime_ns for path in watched]
    process = _start(root)
    try:
        while since_change and process.poll() is None and [path.stat().st_mtime_ns for path in watched] == before:
            pass
        time.sleep(after)
    finally:
        if process.returncode is None:  # not yet waited for, so the number is still its own
            # The process and whatever it started: a worker that outlives it would disturb the next run.
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _sync(root: Path) -> Pace:
    """Run `sync` undisturbed and say how long it took; raise `Broken` where it fails."""
    before = {path: path.stat().st_mtime_ns for path in _paths(root)}
    start = time.perf_counter()
    process = _start(root)
    try:
        output, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise Broken(f"`muster sync` did not end within {PATIENCE:.0f} s") from None
    whole = time.perf_counter() - start
    if process.returncode:
        raise Broken(f"`muster sync` ended with {process.returncode}:\n{output.decode(errors='replace')[-2000:]}")
    after = {path: path.stat().st_mtime_ns for path in _paths(root)}
    written = [moment for path, moment in after.items() if before.get(path) != moment]
    return Pace(whole, (max(written) - min(written)) / 1e9 if written else 0.0)


def _start(root: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "muster", "-C", str(root), "sync"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _write_sources(root: Path, old: Files, new: Files) -> None:
    for path in old.keys() - new.keys():
        (root / path).unlink()
    for path, data in new.items():
        if old.get(path) != data:
            (root / path).write_bytes(data)


def _files(root: Path) -> Files:
    """Every file of the project, those of git and of Muster's own folder left out."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in _paths(root)}


def _paths(root: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in (".git", ".muster")]
        found += [Path(folder, name) for name in names]
    return found


def _own_names(root: Path) -> set[str]:
    """The names in `.muster/`, without the side files that SQLite keeps beside an open database."""
    own = root / ".muster"
    sides = ("-journal", "-wal", "-shm")
    return {path.relative_to(own).as_posix() for path in own.rglob("*") if not path.name.endswith(sides)}


def _shown(data: bytes | None) -> str:
    return "missing" if data is None else f"{len(data)} bytes, ending in {data[-40:]!r}"


if __name__ == "__main__":
    sys.exit(main())
