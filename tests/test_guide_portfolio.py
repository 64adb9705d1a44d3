"""What the guide says of portfolios comes true: its sessions happen in the folder that they tell of."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from guide_story import FORMATS, GUIDE, below, differences, happenings
from guide_telling import teller
from muster.portfolio.as_json import PortfolioTold, RepositoryTold, SpecTold, Totals
from muster.portfolio.reading import SAMPLE, portfolio_of
from muster.portfolio.values import CrossCitation, CrossFinding
from portfolios import spec
from repositories import repository

PAGE = GUIDE / "portfolio.md"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and beside it what `billing` is cloned from."""
    repository(tmp_path / "billing", {"specs/10-billing.md": spec("Billing", "BILL-1001 It MUST add up.")})
    root = tmp_path / "all"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def test_the_portfolio_of_the_guide_is_told_as_it_happens(
    root: Path, capfd: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    def amended(_: Path, text: str) -> str:
        return text.replace("https://git.example.org/billing.git", (root.parent / "billing").as_uri())

    page = PAGE.read_text(encoding="utf-8")
    sessions = happenings(root, page, teller(root, capfd), amended)

    assert differences(PAGE, sessions, update=request.config.getoption("update")) == []
    assert json.loads((root / "all.json").read_bytes()) == json.loads((root / "portfolio/portfolio.json").read_bytes())


def test_each_key_of_the_file_is_described() -> None:
    listed = re.findall(r"^\| `(\w+)`", below(PAGE, "## The file"), re.MULTILINE)

    assert listed == ["title", "name", "path", "url", "revision"]
    assert [one.name for one in portfolio_of(SAMPLE, "p").entries] == ["core", "queue"]


def test_each_key_of_the_json_is_described() -> None:
    described = set(re.findall(r"`(\w+)`", below(FORMATS, "## A portfolio")))
    kinds = (PortfolioTold, Totals, RepositoryTold, SpecTold, CrossCitation, CrossFinding)

    assert {field for kind in kinds for field in kind.__struct_fields__} <= described
