"""What the plugins cost a Material build: the same pages with and without them, and a generated page beside another.

`python tests/bench/site.py [--rounds 9] [--pages 500]` prints the figures. All is CPU time of the whole `mkdocs
build`, with what `muster check` has read in its cache: reading afresh is measured beside, as `check` itself.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import browser, synthetic
from bench.measure import Sample, process, ratio
from bench.page import Goal

A_PAGE = 20  # requirements a page
_CONFIG = """\
site_name: Bench
docs_dir: specs
site_dir: ../site
theme:
  name: material
  font: false
  features: [navigation.prune]
validation: {{omitted_files: ignore, absolute_links: ignore, unrecognized_links: ignore}}
markdown_extensions: [admonition, attr_list, tables, pymdownx.superfences, toc: {{permalink: true}}]
plugins: [{plugins}]
"""
_VARIANTS = {
    "plain": "search",
    "plugins": "search, muster-specs, muster-gate",
    "pages": "search, muster-specs, muster-gate, muster-compliance",
}


@dataclass(frozen=True)
class Cost:
    """What a round of builds showed, as medians over the rounds."""

    pages: int
    generated: int
    seconds: dict[str, float]  # CPU by variant
    plugins: float  # the same pages with plugins, against those without
    page: float  # a generated page, against an ordinary one
    requirements: int
    browser: browser.Cost | None


def cost(rounds: int, pages: int) -> Cost:
    """Build the three sites in turn, round by round, so that what disturbs the machine disturbs all alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in _VARIANTS}
    with tempfile.TemporaryDirectory(prefix="muster-bench-site-") as name:
        root = Path(name) / "project"
        root.mkdir()
        synthetic.write_project(root, synthetic.plan(pages * A_PAGE, typical=A_PAGE))
        process([sys.executable, "-m", "muster", "check"], root)
        built = {}
        for number in range(rounds):
            # Each round begins with another variant, so that none is always the first.
            order = [*_VARIANTS][number % 3 :] + [*_VARIANTS][: number % 3]
            for variant in order:
                (root / "mkdocs.yml").write_text(_CONFIG.format(plugins=_VARIANTS[variant]), "utf-8")
                command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--quiet"]
                samples[variant].append(process(command, root))
                built[variant] = sum(1 for _ in (Path(name) / "site").rglob("index.html"))
        opened = _opened(root)
    generated = built["pages"] - built["plugins"]
    ordinary = [sample.cpu / built["plain"] for sample in samples["plain"]]
    made = [(more.cpu - less.cpu) / generated for more, less in zip(samples["pages"], samples["plugins"], strict=True)]
    return Cost(
        pages=built["plain"],
        generated=generated,
        seconds={variant: statistics.median(sample.cpu for sample in found) for variant, found in samples.items()},
        plugins=ratio(samples["plugins"], samples["plain"])[1],
        page=statistics.median(a / b for a, b in zip(made, ordinary, strict=True)),
        requirements=pages * A_PAGE,
        browser=opened,
    )


def _opened(root: Path) -> browser.Cost | None:
    """The matrix of the project in a browser, beside the one page of a site that has nothing else."""
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--quiet"]
    (root / "mkdocs.yml").write_text(_CONFIG.format(plugins=_VARIANTS["pages"]), "utf-8")
    process(command, root)
    empty = root.parent / "nothing/project"
    (empty / "specs").mkdir(parents=True)
    (empty / "mkdocs.yml").write_text(_CONFIG.format(plugins="search"), "utf-8")
    (empty / "specs/index.md").write_text("# Empty\n", "utf-8")
    process(command, empty)
    return browser.measure(root.parent / "site", empty.parent / "site", 15)


def measure(rounds: int, pages: int) -> tuple[Goal, ...]:
    """The two figures that have a limit, for the page of the bench."""
    found = cost(rounds, pages)
    what = f"Plugins, added to a Material build of the same {found.pages} pages (CPU)"
    page = f"A generated page ({found.generated} of them), beside an ordinary one (CPU)"
    return Goal(what, 5, "%", (found.plugins - 1) * 100), Goal(page, 1.5, "times", found.page)


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description="Measure what the plugins cost a Material build.")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pages", type=int, default=500)
    options = parser.parse_args()
    print(cost(options.rounds, options.pages))


if __name__ == "__main__":
    main()
