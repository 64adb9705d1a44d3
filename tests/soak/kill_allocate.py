"""Kill `muster allocate` with SIGKILL at random instants, run it again, and look whether there is one identity.

`python tests/soak/kill_allocate.py [--kills 200] [--seed 1]`. Every other kill waits until the first file is written,
so that many fall between the way back, the record, the contract and the event, which take a few milliseconds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from muster import ledger

NAMESPACE = "6f1c1f4e-0c54-4d0e-9d57-3f5d6c1a2b3c"
RECORD = (
    "---\ntitle: Kept # as it is\nspec_id: <spec-id>\nready_for_planning: true\nblocking_unknowns: []\n---\n\n# Text\n"
)
CONTRACT = '{\n\t"objective": "survive",\n\t"z": 1,\n\t"a": 2\n}'
PATIENCE = 60.0
WRITING = 0.02  # seconds, about, from the first file to the end


class Broken(Exception):
    """A kill left something that the next run did not mend."""


def main() -> int:
    """Run the kills and say where they fell; 1 where an identity was lost, doubled or half written."""
    parser = argparse.ArgumentParser(description="Kill `muster allocate` and run it again.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random = Random(f"{options.seed}:allocate")
    with tempfile.TemporaryDirectory(prefix="muster-soak-") as folder:
        try:
            hits = Counter(one_kill(Path(folder) / f"{number:04}", random, number) for number in range(options.kills))
        except Broken as broken:
            print(f"error: {broken}", file=sys.stderr)
            return 1
    told = ", ".join(f"{count} {where}" for where, count in sorted(hits.items()))
    print(f"{options.kills} kills of `muster allocate`: {told}; each time one spec_id, both files right, one event")
    return 0


def one_kill(root: Path, random: Random, number: int) -> str:
    """Kill one allocation, finish it, and say what the kill had left."""
    folder = root / "specs/kept"
    folder.mkdir(parents=True)
    (root / "muster.toml").write_text(f'namespace = "{NAMESPACE}"\n', encoding="utf-8")
    record, contract = folder / "elicitation.md", folder / "objective-contract.json"
    record.write_text(RECORD, encoding="utf-8")
    contract.write_text(CONTRACT, encoding="utf-8")
    process = start(root)
    if number % 2:
        begun = root / ".muster/allocations"
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and not (begun.is_dir() and any(begun.iterdir())) and time.monotonic() < deadline:
            pass
        wait(random.random() * WRITING)
    else:
        wait(random.random() * 0.5)
    process.kill()
    process.wait()
    left = what_is_left(root, record, contract)
    again = start(root)
    said = again.communicate(timeout=PATIENCE)[0]
    if again.returncode:
        raise Broken(f"kill {number} left {left}, and the next run failed: {said}")
    demand_right(root, record, contract, f"kill {number} left {left}")
    return left


def start(root: Path) -> subprocess.Popen[str]:
    """Start an allocation."""
    command = [sys.executable, "-m", "muster", "allocate", "specs/kept"]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait(seconds: float) -> None:
    """Wait more exactly than `sleep` does."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def what_is_left(root: Path, record: Path, contract: Path) -> str:
    """How far the killed run had come."""
    written = [
        name
        for name, path, text in (("record", record, RECORD), ("contract", contract, CONTRACT))
        if path.read_text("utf-8") != text
    ]
    if written == ["record", "contract"]:
        return "with both files and the event" if events_in(root) else "between the files and the event"
    if written:
        return "between record and contract"
    return "before the files" if not (root / ".muster/allocations").exists() else "between the way back and the record"


def events_in(root: Path) -> list[ledger.Event]:
    """The events of the project; none where there is no ledger."""
    path = root / ".muster/ledger.db"
    if not path.exists():
        return []
    with ledger.open(path) as book:
        if broken := book.broken():
            raise Broken(f"the chain is broken: {broken[0]}")
        return book.events()


def demand_right(root: Path, record: Path, contract: Path, after: str) -> None:
    """One identity, in both files and in one event, and no other byte changed."""
    spec_id = json.loads(contract.read_text("utf-8"))["spec_id"]
    if record.read_text("utf-8") != RECORD.replace("<spec-id>", spec_id):
        raise Broken(f"{after}: the record is {record.read_text('utf-8')!r}")
    if contract.read_text("utf-8") != CONTRACT.replace("{\n", f'{{\n\t"spec_id": "{spec_id}",\n', 1):
        raise Broken(f"{after}: the contract is {contract.read_text('utf-8')!r}")
    told = [(event.type, event.context["spec_id"]) for event in events_in(root)]
    if told != [("spec_allocated", spec_id)]:
        raise Broken(f"{after}: the events are {told}")
    if leftover := [path.name for path in record.parent.iterdir() if path not in (record, contract)]:
        raise Broken(f"{after}: {leftover} are left")


if __name__ == "__main__":
    sys.exit(main())
