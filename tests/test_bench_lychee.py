"""What the bench makes of the links that Muster and lychee find dead in the same site."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from bench.lychee import Cost, ours, theirs
from bench.measure import Failed, Sample
from bench.page import Report, links_beside, summary, with_parts

SAMPLES = ((Sample(2.0, 1.8, 77_000_000), Sample(1.8, 1.6, 78_000_000)), (Sample(18.0, 20.0, 53_000_000),) * 2)
COST = Cost("0.24.2", 2002, 400, *SAMPLES, same=True)


def program(folder: Path, told: object, status: int = 2) -> Path:
    """A program that writes what lychee wrote to the file that `--output` names."""
    (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")
    path = folder / "lychee"
    path.write_text(f'#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\ncp told.json "$2"\nexit {status}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_what_both_write_of_the_same_faults_is_the_same(tmp_path: Path) -> None:
    pages = {
        "index.html": "<a href='gone/'><a href='a%20b/#no'><a href='a%20b/#no'><a href='empty'><a href='?q#f'>",
        "a b/index.html": "<a href='../'><a href='../#x%20y'>",
        "empty/file.txt": "",
    }
    for path, text in pages.items():
        (tmp_path / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / path).write_text(text, encoding="utf-8")
    top = (tmp_path / "site").as_uri()
    first = [f"{top}/gone", f"{top}/a%20b#no", f"{top}/a%20b#no", f"{top}/empty", f"{top}/index.html?q#f"]
    told = {
        f"{tmp_path}/site/index.html": [{"url": url} for url in first],
        f"{tmp_path}/site/a b/index.html": [{"url": f"{top}#x%20y"}],
    }

    _, by_lychee = theirs(tmp_path, program(tmp_path, {"error_map": told}))
    _, by_muster = ours(tmp_path)

    assert by_muster == by_lychee
    assert by_muster == {
        ("index.html", "gone", ""),
        ("index.html", "a b", "no"),
        ("index.html", "empty", ""),
        ("index.html", "", "f"),
        ("a b/index.html", "", "x y"),
    }


def test_a_lychee_that_could_not_run_is_no_figure(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()

    with pytest.raises(Failed, match="ended with 1"):
        theirs(tmp_path, program(tmp_path, {"error_map": {}}, status=1))


def test_the_page_holds_medians_ratios_within_a_round_and_whether_the_faults_are_the_same() -> None:
    table = links_beside(COST)

    assert table[table.index(next(line for line in table if line.startswith("| "))) :] == [
        "| 2,002 pages, 400 dead links; both find the same | seconds | CPU seconds | peak MB |",
        "| --- | ---: | ---: | ---: |",
        "| `muster links` | 1.90 | 1.70 | 78 |",
        "| lychee 0.24.2 | 18.00 | 20.00 | 53 |",
        "",
        "Muster takes 10.6% of lychee's seconds, 8.5% of its CPU time.",
        "",
    ]
    assert "| **not the same**" not in "\n".join(table)
    assert "both find **not the same**" in "\n".join(links_beside(Cost("1", 1, 1, *SAMPLES, same=False)))


def test_the_goal_stands_beside_what_was_measured() -> None:
    report = Report((), None, None, None, None, COST, None, None, None, None)

    assert summary(report).splitlines()[2:] == [
        "| internal links of 2,002 pages | 10.56 | 8.50 | 25 % of lychee | yes |",
    ]


def test_a_new_measurement_takes_the_place_of_the_old() -> None:
    page = with_parts("# Performance\n\n## How to repeat it\n\nText.\n", links_beside(COST))

    assert page.count("### Links beside lychee") == 1
    assert with_parts(page, links_beside(COST)) == page
