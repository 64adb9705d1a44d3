"""What the guide says to those who come from another tool comes true: each page is one story, told in a repository.

The exports that the pages convert were written by the tools themselves: StrictDoc 0.30.4 and Sphinx-Needs 9.1.0, kept
under `coming_from/`; the items of Doorstop 3.2 stand in the page. Where a tool is installed, it is asked again.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from guide_story import FENCE, GUIDE, Told, differences, happenings, titled
from guide_telling import teller
from repositories import repository, write

SAMPLES = Path(__file__).parent / "coming_from"
PAGES = ("from-strictdoc.md", "from-sphinx-needs.md", "from-doorstop.md", "from-openfasttrace.md")
EXPORTS = {"from-strictdoc.md": "out/json/index.json", "from-sphinx-needs.md": "out/needs.json"}


def real(path: Path, _: str) -> str:
    """An export as its tool wrote it, of which the page shows a part."""
    return (SAMPLES / path.name).read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "queue", {".gitignore": ".muster/\nout/\n"})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def told(root: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    return teller(root, capfd)


@pytest.mark.requirement("MU-REQ-1016", "MU-TRACE-3003")
@pytest.mark.parametrize("page", PAGES)
def test_each_session_of_the_page_prints_what_it_shows(
    page: str, root: Path, told: Told, request: pytest.FixtureRequest
) -> None:
    sessions = happenings(root, (GUIDE / page).read_text(encoding="utf-8"), told, real)
    update = request.config.getoption("--update", default=False)

    assert differences(GUIDE / page, sessions, update=update) == []


@pytest.mark.parametrize("page", PAGES)
def test_the_project_of_the_page_ends_clean(page: str, root: Path, told: Told) -> None:
    for _ in happenings(root, (GUIDE / page).read_text(encoding="utf-8"), told, real):
        pass
    told("muster sync")

    assert re.search(r": 0 errors, \d+ warnings?", told("muster check"))


@pytest.mark.parametrize(("page", "path"), EXPORTS.items(), ids=EXPORTS)
def test_what_the_page_shows_of_an_export_stands_in_the_real_one(page: str, path: str) -> None:
    (shown,) = [match["body"] for match in FENCE.finditer((GUIDE / page).read_text("utf-8")) if path in match["info"]]
    laid_out = json.dumps(json.loads(real(Path(path), "")), indent=2)
    whole = {line.strip().rstrip(",") for line in laid_out.splitlines()}
    kept = [line.strip().rstrip(",") for line in shown.splitlines() if line.strip() != "..."]

    assert kept
    assert [line for line in kept if line not in whole] == []


def asked(command: str, root: Path, *, tool: str) -> None:
    """Run a command of another tool, where it is installed."""
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    subprocess.run(["bash", "-c", command], cwd=root, check=True, capture_output=True)


def foreign(page: str) -> list[str]:
    """The commands of other tools that a page shows."""
    return [
        match["body"].strip() for match in FENCE.finditer((GUIDE / page).read_text("utf-8")) if match["info"] == "sh"
    ]


def test_strictdoc_exports_what_is_kept_as_its_export(root: Path) -> None:
    write(root, {path: text for path, text in titled(GUIDE / "from-strictdoc.md").items() if path.endswith(".sdoc")})

    asked(foreign("from-strictdoc.md")[0], root, tool="strictdoc")

    assert (root / "out/json/index.json").read_text("utf-8") == (SAMPLES / "index.json").read_text("utf-8")
