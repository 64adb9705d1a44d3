"""What the bench of growth makes of its figures: exponents, what a million costs on paper, and what breaks first."""

from __future__ import annotations

import math
from dataclasses import astuple

import pytest

from bench.growth import PARTS, Cost, Portfolio, Size, growth_of, reached
from bench.growth_page import kept, section
from bench.page import with_parts


def size(requirements: int, *, quick: float = 1.0) -> Size:
    """A project whose every figure is in step with its requirements, but for the memory of the process itself."""
    cpu = {part: number * requirements / 100_000 for number, part in enumerate(PARTS, start=1)}
    peak = dict.fromkeys(PARTS, 30_000_000 + 10_000 * requirements)
    each = {"table": 200, "lock": 700, "index": 5, "cache": 1_500, "report": 40, "ledger": 10, "site": 4_000}
    sizes = {name: number * requirements for name, number in each.items()}
    sizes |= {"matrix": 200 * requirements, "page": 120_000, "pages": 180 + requirements // 25}
    sizes |= {"files": requirements // 20, "requirements": requirements, "specs": requirements // 75}
    return Size(requirements, cpu | {"read": quick * cpu["read"]}, peak, sizes)


def portfolio(repositories: int) -> Portfolio:
    return Portfolio(
        repositories,
        cold=0.3 + repositories / 100,
        warm=0.3 + repositories / 125,
        peak=34_000_000 + 10_000 * repositories,
        site=6_000 * repositories,
        json=900 * repositories,
        named=50 * repositories,
    )


COST = Cost((size(10_000), size(100_000)), (portfolio(100), portfolio(1_000)), rounds=3)


def test_a_cost_in_step_with_its_size_has_the_exponent_one() -> None:
    grown = growth_of([(10, 0.1), (100, 1.0), (1_000, 10.0)], 10_000)

    assert astuple(grown) == pytest.approx((1.0, 1.0, 100.0))


def test_a_cost_that_grows_more_steeply_goes_on_by_its_last_exponent() -> None:
    grown = growth_of([(10, 1.0), (100, 10.0), (1_000, 1_000.0)], 10_000)

    assert astuple(grown) == pytest.approx((1.5, 2.0, 100_000.0))


def test_a_cost_most_of_which_does_not_grow_goes_on_in_a_straight_line() -> None:
    grown = growth_of([(100, 30.0), (1_000, 39.0)], 10_000)

    assert grown.far == pytest.approx(129.0)


def test_a_limit_is_reached_where_the_cost_goes_on_to() -> None:
    assert reached([(10, 1.0), (100, 100.0)], 10_000.0) == pytest.approx(1_000.0)
    assert reached([(100, 30.0), (1_000, 39.0)], 129.0) == pytest.approx(10_000.0)
    assert reached([(10, 5.0), (100, 5.0)], 10.0) == math.inf


def test_the_section_tells_exponents_what_is_on_paper_and_what_breaks_first() -> None:
    assert "\n".join(section(COST)) == SECTION


def test_the_section_is_put_on_the_page_and_kept_when_the_rest_is_measured_anew() -> None:
    page = "# Performance\n\n### Ledger\n\nOld.\n\n## How to repeat it\n\nSo.\n"

    once = with_parts(page, section(COST))
    again = with_parts(once, section(COST))

    assert once == again
    assert once == page.replace("## How", f"{SECTION}\n## How")
    assert kept(once) == section(COST)
    assert kept(page) == []


def test_where_reading_grows_most_steeply_it_is_named() -> None:
    steep = Cost((size(10_000), size(100_000, quick=2.0)), COST.portfolios, rounds=1)

    told = " ".join(section(steep))

    assert "`read` grows most steeply, with an exponent of 1.30" in told
    assert "one round, medians" in told


SECTION = """\
### Growth

What each part costs for the synthetic projects, three decades of them: CPU seconds with those
of git, each size in a process of its own whose modules are loaded and which has no cache, one
part after another, 3 rounds, medians; the largest size once. One exponent is that of all sizes,
by least squares on logarithmic axes: small sizes, where what does not grow is most of the cost,
make it smaller. The other is that between the last two sizes. The last column is on paper: by
the latter exponent, or by the straight line through the last two sizes where that is more.

| CPU seconds for so many requirements | 10,000 | 100,000 | exponent | of the last two | 1,000,000 |
| --- | ---: | ---: | ---: | ---: | ---: |
| list: git lists the files | 0.100 | 1.000 | 1.00 | 1.00 | 10 |
| read: each document, judged by itself | 0.200 | 2.000 | 1.00 | 1.00 | 20 |
| scan: every text file, for what it names | 0.300 | 3.000 | 1.00 | 1.00 | 30 |
| join: citations, lock and status | 0.400 | 4.000 | 1.00 | 1.00 | 40 |
| judge: links, and rules for the whole project | 0.500 | 5.000 | 1.00 | 1.00 | 50 |
| derive: derived files, compared | 0.600 | 6.000 | 1.00 | 1.00 | 60 |
| keep: what is left to write into the cache | 0.700 | 7.000 | 1.00 | 1.00 | 70 |
| report: text and JSON, a finding for ten requirements | 0.800 | 8.000 | 1.00 | 1.00 | 80 |
| record: the first check in a new ledger | 0.900 | 9.000 | 1.00 | 1.00 | 90 |
| **a cold check, all of these** | 4.500 | 45.000 | 1.00 | 1.00 | 450 |
| site: pages and files, as Markdown and JSON | 1.000 | 10.000 | 1.00 | 1.00 | 100 |

| Megabytes, and numbers | 10,000 | 100,000 | exponent | of the last two | 1,000,000 |
| --- | ---: | ---: | ---: | ---: | ---: |
| memory of a check, peak | 130 | 1,030 | 0.90 | 0.90 | 10,030 |
| memory with the site, peak | 130 | 1,030 | 0.90 | 0.90 | 10,030 |
| cache | 15.0 | 150.0 | 1.00 | 1.00 | 1,500 |
| site | 40.0 | 400.0 | 1.00 | 1.00 | 4,000 |
| its files (number) | 580 | 4,180 | 0.86 | 0.86 | 40,180 |
| its largest page | 0.1 | 0.1 | 0.00 | 0.00 | 0 |
| what its matrix loads | 2.0 | 20.0 | 1.00 | 1.00 | 200 |
| JSON report | 0.4 | 4.0 | 1.00 | 1.00 | 40 |
| `requirements/trace.lock` | 7.0 | 70.0 | 1.00 | 1.00 | 700 |
| `COMPLIANCE.md` | 2.0 | 20.0 | 1.00 | 1.00 | 200 |
| git's index | 0.05 | 0.50 | 1.00 | 1.00 | 5 |
| files of the project (number) | 500 | 5,000 | 1.00 | 1.00 | 50,000 |
| ledger after the first check | 0.1 | 1.0 | 1.00 | 1.00 | 10 |

#### What breaks first on the way to 1,000,000 requirements

| What | limit | reached at so many requirements | why that |
| --- | ---: | ---: | --- |
| `requirements/trace.lock` | 100 MiB | 150,000 | GitHub refuses a larger file |
| the site | 1 GB | 250,000 | GitHub Pages publishes no more |
| what the matrix loads | 50 MB | 250,000 | four seconds at 100 Mbit/s, uncompressed |
| `COMPLIANCE.md` | 100 MiB | 520,000 | GitHub refuses a larger file |
| the cache | 1 GiB | 720,000 | `store/cache.py` keeps no more |
| memory of a check | 16 GB | 1,600,000 | a hosted runner of GitHub has no more |
| memory of the site | 16 GB | 1,600,000 | a hosted runner of GitHub has no more |
| a cold check in one process | 3,600 s | 8,000,000 | an hour, which nobody waits for |

On paper a cold check of 1,000,000 requirements takes 450 CPU seconds in one process, 4% of them
for reading, 10.0 GB of memory, and 1.5 GB of disk for its cache. The site adds 100 CPU seconds
and is 4.0 GB in 40,000 files, before a generator makes HTML of its pages, which is the cost of
that generator. Git is not what breaks: it lists the files in 10.0 CPU seconds, from an index of
5.0 MB. Of the parts that are more than a hundredth of the whole, `list` grows most steeply,
with an exponent of 1.00 between the last two sizes.

First breaks `requirements/trace.lock`, at 150,000 requirements (GitHub refuses a larger file):
split the project into repositories, which `muster portfolio` joins again. Then the site, at
250,000: publish it elsewhere, or split the project into repositories, which `muster portfolio`
joins again. Then what the matrix loads, at 250,000: have the server compress it; beyond that
its columns have to come in shards, as the details do. Then `COMPLIANCE.md`, at 520,000: leave
it out (`output.compliance = ""`): the site has the same in pages. Then the cache, at 720,000:
make its limit a setting, or what was dropped is read again in each check. The others hold up to
1,000,000 and beyond: memory of a check, memory of the site, a cold check in one process.

#### And to 10,000 repositories

`muster portfolio --workers 1` over git repositories of two requirements each, every one of
which cites the one before; whole processes with all that they start. The last row is on paper,
as above.

| Repositories | CPU seconds, cold | warm | ms each, cold | peak MB | site, MB | `portfolio.json`, MB |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| 100 | 1.30 | 1.10 | 13.0 | 35 | 0.6 | 0.09 |
| 1,000 | 10.30 | 8.30 | 10.3 | 44 | 6.0 | 0.90 |
| 10,000, on paper | 100 | 80 | 10.0 | 134 | 60 | 9 |

| What | limit | reached at so many repositories | why that |
| --- | ---: | ---: | --- |
| `portfolio.toml` | 4 MB | 80,000 | `muster portfolio` reads no larger one |
| `portfolio.json` | 100 MiB | 120,000 | GitHub refuses a larger file |
| the site | 1 GB | 170,000 | GitHub Pages publishes no more |
| a cold run in one process | 3,600 s | 360,000 | an hour, which nobody waits for |
| memory | 16 GB | 1,600,000 | a hosted runner of GitHub has no more |

On paper 10,000 repositories of two requirements take 100 CPU seconds where no cache is there,
and 80 where nothing changed. With 10,000 requirements in each of them, reading them takes
45,000 more. Where they are clones, 10,000 fetches of a second each, eight at once, take 21
minutes: that is the network's, and was not measured, nor was the memory that more requirements
of a repository take.

Nothing of this breaks before 10,000 repositories are reached. First breaks `portfolio.toml`, at
80,000 repositories (`muster portfolio` reads no larger one): make a portfolio for each team,
and one of those that all share.
"""
