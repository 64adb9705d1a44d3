"""The page of the matrix as it stands without scripts."""

from __future__ import annotations

import re

import pytest
from markdown import Markdown

from muster import pipeline
from muster.inputs import memory
from muster.settings import Settings
from muster.site.files import asset_files
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages, generated_paths

HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
LINKS = PlainLinks("specs/generated", "specs")


def pages_of(files: dict[str, str]) -> dict[str, str]:
    outcome = pipeline.run(memory(files), Settings())
    return {page.path: page.text for page in generated_pages(outcome, (), LINKS)}


def imported(name: str, known: dict[str, str]) -> set[str]:
    """The scripts that one loads, itself among them."""
    found = {name}
    for other in re.findall(r'from "\./(.+?\.js)"', known[name]):
        found |= imported(other, known)
    return found


@pytest.mark.requirement("MU-SITE-9021")
def test_a_browser_fetches_data_and_scripts_of_the_matrix_beside_the_page() -> None:
    page = pages_of({"specs/10-queue.md": f"# Queue\n\n{HEAD}- [Q-1001] It MUST run.\n"})["compliance/matrix.md"]
    scripts = {file.path.removeprefix("assets/muster/"): file.data.decode() for file in asset_files()}

    wanted = imported("muster.js", scripts) | imported("matrix.js", scripts)

    assert re.findall(r'<link rel="modulepreload" href="\.\./assets/muster/(.+?)">', page) == [
        "muster.js",
        *sorted(wanted - {"muster.js"}),
    ]
    assert '<link rel="preload" as="fetch" crossorigin href="../assets/muster/data/requirements.json">' in page


@pytest.mark.requirement("MU-SITE-9021")
def test_the_matrix_lists_the_page_of_each_spec_with_its_totals() -> None:
    files = {
        "specs/10-queue.md": f"# Queue\n\n{HEAD}- [Q-1001] It MUST run.\n- [Q-1002] It MAY sing.\n",
        "specs/20-pool.md": f"# Pool\n\n{HEAD}- [P-1001] It SHOULD run.\n",
    }

    page = re.sub(r"<div hidden>.*?</div>\n\n", "", pages_of(files)["compliance/matrix.md"])

    assert page == (
        "---\nsearch:\n  exclude: true\nhide:\n  - toc\n---\n\n# Compliance matrix\n\n"
        '<p>3 requirements in 2 specs. <a href="index.md">Totals by spec</a></p>\n\n'
        '<div class="muster-matrix" data-muster="matrix">\n<div class="muster-matrix-plain">\n'
        "<p>3 requirements (1 must, 1 should, 1 may; 3 specified). Each spec has a page of its requirements:</p>\n"
        '<ul>\n<li><a href="queue.md">Queue</a>: 2 requirements (1 must, 1 may; 2 specified)</li>\n'
        '<li><a href="pool.md">Pool</a>: 1 requirement (1 should; 1 specified)</li>\n</ul>\n</div>\n</div>\n'
    )


@pytest.mark.requirement("MU-SITE-9021")
def test_the_totals_of_all_specs_lead_to_the_matrix() -> None:
    page = pages_of({"specs/10-queue.md": f"# Queue\n\n{HEAD}- [Q-1001] It MUST run.\n"})["compliance/index.md"]

    assert '<p>1 requirement in 1 spec. <a href="matrix.md">All in one table</a></p>' in page


def test_the_matrix_of_a_project_without_requirements_says_so() -> None:
    page = pages_of({"specs/index.md": "# Nothing\n"})["compliance/matrix.md"]

    assert page.endswith(
        "# Compliance matrix\n\nNo spec defines a requirement yet: write one, and `muster check` reads it.\n"
    )
    assert "data-muster" not in page


def test_a_spec_that_is_called_matrix_does_not_take_the_page() -> None:
    files = {"specs/10-matrix.md": f"# Matrix\n\n{HEAD}- [M-1001] It MUST run.\n"}
    paths = [path for path in generated_paths(pipeline.run(memory(files), Settings()).project) if "compliance" in path]

    assert [path for path in paths if "matrix" in path] == [
        "compliance/matrix.md",
        "compliance/matrix-2.md",
    ]
    assert 'id="M-1001"' in pages_of(files)["compliance/matrix-2.md"]


@pytest.mark.requirement("MU-CORE-0024")
def test_titles_are_inert_in_the_matrix() -> None:
    page = pages_of({"specs/10-a.md": f"# <script>x</script> {{{{ x }}}}\n\n{HEAD}- [A-1001] It MUST.\n"})[
        "compliance/matrix.md"
    ]
    html = Markdown().convert(page)

    assert "<script" not in page + html
    assert "{{" not in page
