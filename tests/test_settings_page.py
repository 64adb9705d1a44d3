"""The guide's page of settings is the one that the settings give."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, get_args, get_type_hints

import msgspec
import pytest

from muster.settings import Settings, settings_from
from muster.site.settings_page import settings_page

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[1] / "specs" / "guide" / "settings.md"
EXAMPLE = re.compile(r"```toml\n(.*?)```", re.DOTALL)
HEADING = re.compile(r"^### `(.+)`$", re.MULTILINE)


def names_in(table: type[msgspec.Struct], where: str = "") -> Iterator[str]:
    """The full name of each setting, tables left out, those of tables in a list put in."""
    for name, kind in get_type_hints(table).items():
        inner = [one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, msgspec.Struct)]
        if kind not in inner:
            yield f"{where}{name}"
        for one in inner:
            yield from names_in(one, f"{where}{name}.")


@pytest.mark.requirement("MU-CORE-0035")
def test_the_committed_page_is_the_generated_one(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update", default=False):
        PAGE.write_text(settings_page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == settings_page(), "`pytest --update` writes the page anew"


@pytest.mark.requirement("MU-CORE-0035")
def test_the_page_describes_each_setting_once() -> None:
    assert sorted(HEADING.findall(settings_page())) == sorted(names_in(Settings))


def test_each_example_on_the_page_is_valid_and_differs_from_the_default() -> None:
    examples = EXAMPLE.findall(settings_page())

    assert len(examples) == len(list(names_in(Settings)))
    assert [example for example in examples if settings_from(example, "muster.toml") == Settings()] == []
