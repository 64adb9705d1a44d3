"""What the guide says of the site is what the site has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from browser.policy import policy_of
from guide_story import GUIDE, below
from muster.site import dashboard, findings_page, graph, holes, matrix, twins
from muster.site.badges import FOLDER

PAGE = GUIDE / "site.md"


@pytest.mark.requirement("MU-SITE-9020", "MU-SITE-9021", "MU-SITE-9022", "MU-SITE-9023")
def test_the_table_of_pages_names_each_page_that_shows_the_whole_project() -> None:
    listed = re.findall(r"^\| `([\w/]+/)` \|", below(PAGE, "### What it shows"), re.MULTILINE)
    made = [module.PATH.removesuffix(".md").removesuffix("index") for module in (dashboard, matrix, holes, graph)]
    made.append(findings_page.PATH.removesuffix(".md"))

    assert sorted(listed) == sorted(["compliance/", *(f"{path.rstrip('/')}/" for path in made)])


def test_the_limits_of_the_pages_are_those_that_the_guide_names() -> None:
    shown = [re.findall(r"\b\d{3}\b", below(PAGE, heading)) for heading in ("### Holes", "### Findings")]

    assert shown == [[str(holes.MOST)], [str(findings_page.MOST)]]


@pytest.mark.requirement("MU-SITE-9025")
def test_each_file_for_programs_is_named() -> None:
    listed = re.findall(r"^\| (.+?) \|", below(PAGE, "### For programs"), re.MULTILINE)[1:]

    assert listed == [
        f"`{twins.REQUIREMENTS}`",
        f"`{twins.FINDINGS}`",
        f"`{twins.FOLDER}/*.yaml`",
        f"`{FOLDER}/*.svg`, `{FOLDER}/*.json`",
    ]


@pytest.mark.requirement("MU-SITE-9031")
def test_the_policy_that_the_guide_gives_is_the_one_under_which_the_site_is_tested(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("<script>theme()</script>", encoding="utf-8")
    (shown,) = re.findall(
        r"^Content-Security-Policy: (.*?)^```$", below(PAGE, "## Content-Security-Policy"), re.DOTALL | re.MULTILINE
    )

    tested = re.sub(r"'sha256-[^']+'", "'sha256-...'", policy_of(tmp_path))

    assert re.split(r";\s+", shown.strip()) == tested.split("; ")
