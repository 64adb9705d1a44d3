"""Who follows the quick start comes from an empty folder to a gate that holds and a site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from guide_story import GUIDE, Told, differences, happenings
from guide_telling import teller

PAGE = GUIDE / "index.md"
SHOWN_AS = {"```markdown\n# Queue SPEC": '```markdown title="queue/specs/10-queue.md"\n# Queue SPEC'}


def story() -> str:
    """The page from its second step on, its spec as the file that it is; the first installs."""
    text = PAGE.read_text(encoding="utf-8").partition("## 2. ")[2]
    for shown, meant in SHOWN_AS.items():
        assert text.count(shown) == 1
        text = text.replace(shown, meant)
    return text


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Told:
    """As somebody types it: `cd` holds for what follows."""
    monkeypatch.chdir(tmp_path)

    def call(line: str) -> str:
        if line.startswith("cd "):
            monkeypatch.chdir(Path.cwd() / line[3:])
            return f"$ {line}\n"
        return teller(Path.cwd(), capfd)(line)

    return call


@pytest.mark.requirement("MU-CORE-0030", "MU-SITE-9001")
def test_each_step_happens_as_the_page_shows_it(tmp_path: Path, told: Told, request: pytest.FixtureRequest) -> None:
    sessions = happenings(tmp_path, story(), told)
    update = request.config.getoption("--update", default=False)

    assert differences(PAGE, sessions, update=update) == []
    assert (tmp_path / "queue" / "site" / "10-queue" / "index.html").is_file()


def test_each_command_of_the_table_is_one_that_there_is() -> None:
    table = re.findall(r"^\| [^|]+ \| (`muster .*`) \|$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert len(table) > 10
