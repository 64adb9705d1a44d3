"""Projects that have next to nothing: each page is there, quiet, and no wider than the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.policy import serving
from browser.walk import walk
from browser.whole import SMALL, build_small

if TYPE_CHECKING:
    from playwright.sync_api import Browser


pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.requirement("MU-SITE-9032")]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sites of projects that have next to nothing, by what they have."""
    root = tmp_path_factory.mktemp("small")
    return build_small(root)


@pytest.mark.requirement("MU-SITE-9030", "MU-SITE-9031")
@pytest.mark.parametrize("name", SMALL)
def test_a_project_with(name: str, small: dict[str, Path], browser: Browser) -> None:
    with serving(small[name]) as address:
        seen = walk(browser, address, small[name], axe=False)

    assert {"dashboard/", "compliance/", "compliance/matrix/", "compliance/holes/", "graph/", "runs/"} <= set(
        seen.pages
    )
    assert (seen.trouble, seen.wide, seen.inline, seen.hacked) == ([], [], [], [])
