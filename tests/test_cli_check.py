"""The same project gives the same bytes, wherever and however it is checked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from muster.cli.app import run
from repositories import repository, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.requirement("MU-CORE-0010")
def test_workers_locale_time_zone_and_hash_seed_change_no_byte(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    for number in range(60):  # more than are read without processes
        text = f"# Part {number}\n\n- [PART-{number:04}] It MUST run.\n- [PART-1{number:03}] It is größer.\n"
        (tmp_path / "specs" / f"{number:02}-part.md").write_text(text, encoding="utf-8")

    def report(*options: str, **environment: str) -> bytes:
        command = [sys.executable, "-m", "muster", "check", "--no-cache", *options]
        done = subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **environment}, capture_output=True, check=False
        )
        assert done.returncode == 1
        return done.stdout

    first = report("--workers", "1")

    assert first.count(b"[KWD001]") == 60
    assert report("--workers", "2") == first
    assert report("--workers", "2", LC_ALL="C", TZ="Asia/Kolkata", PYTHONHASHSEED="1") == first


@pytest.mark.requirement("MU-REQ-1002")
def test_where_git_refuses_to_answer_the_reader_is_told(tmp_path: Path) -> None:
    repository(tmp_path, {"README.md": "# R\n"})
    (tmp_path / ".git/config").write_text("[broken\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "muster", "check"], cwd=tmp_path, capture_output=True, check=False, text=True
    )

    assert done.returncode == 0
    assert "files that it ignores are read too: bad config line 1 in file .git/config\n" in done.stderr


@pytest.mark.requirement("MU-RULE-2031")
@pytest.mark.parametrize(
    ("paths", "shown", "hidden"),
    [
        ([], ["docs/b.md", "specs/10-a.md", "specs/more/20-b.md"], ""),
        (["."], ["docs/b.md", "specs/10-a.md", "specs/more/20-b.md"], ""),
        (["specs"], ["specs/10-a.md", "specs/more/20-b.md"], "1 finding in other files not shown\n"),
        (["specs/10-a.md", "docs/"], ["docs/b.md", "specs/10-a.md"], "1 finding in other files not shown\n"),
        (["specs/more"], ["specs/more/20-b.md"], "2 findings in other files not shown\n"),
        (["docs/c.md"], [], "3 findings in other files not shown\n"),
    ],
)
def test_paths_limit_what_is_shown_and_not_what_is_judged(
    paths: list[str], shown: list[str], hidden: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    dead = "# A\n\n[a](gone.md)\n"
    write(tmp_path, {"specs/10-a.md": dead, "specs/more/20-b.md": dead, "docs/b.md": dead, "docs/c.md": "# C\n"})
    rules = ["--select", "LNK001"]

    assert run(["-C", str(tmp_path), "check", *paths, *rules]) == 1
    out, err = capfd.readouterr()

    assert re.findall(r"(?m)^(\S+?):3:1: error\[LNK001\]", out) == shown
    assert re.fullmatch(rf"{hidden}.* s: 3 errors, 0 warnings\n", err)
    assert run(["-C", str(tmp_path), "check", *paths, "spec", *rules]) == 2  # no beginning of a name is a path
    assert capfd.readouterr().err.startswith("muster: spec: no such file or folder\n")


@pytest.mark.requirement("MU-CORE-0043")
@pytest.mark.parametrize("name", ["MUST", "2024-plan", "md", "Größe & mehr", "日本", "a.b_c", "README", "index"])
def test_a_project_of_any_name_is_set_up_ready_to_sync_and_check(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    where = ["-C", str(tmp_path)]

    assert [run([*where, *command]) for command in (["init", "--name", name], ["sync"], ["check"])] == [0, 0, 0]
    assert capfd.readouterr().err.splitlines()[-1].startswith("1 spec, 1 page, 1 requirement, ")


@pytest.mark.requirement("MU-REQ-1044")
@pytest.mark.parametrize(("marker", "written"), [("bold", "- **QUEUE-0001** Every"), ("colon", "- QUEUE-0001: Every")])
def test_a_new_spec_marks_its_ids_as_the_settings_say(marker: str, written: str, tmp_path: Path) -> None:
    (tmp_path / "muster.toml").write_text(f'[requirements]\nmarkers = ["{marker}"]\n', encoding="utf-8")
    where = ["-C", str(tmp_path)]

    assert [run([*where, *command]) for command in (["spec", "new", "queue"], ["sync"], ["check"])] == [0, 0, 0]
    assert written in (tmp_path / "specs" / "10-queue.md").read_text(encoding="utf-8")
