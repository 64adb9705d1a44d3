"""The same project gives the same bytes, wherever, whenever and however it is read."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import corpus
from bench.synthetic import plan, write_project
from muster.cli.app import run
from muster.records import WORTH_A_PROCESS
from outputs import PROCESSES, REPORTS

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "plugins" / "muster"
SPECS = 60  # small ones: more than it takes to start processes
FAR_AWAY = {"LC_ALL": "C", "TZ": "Asia/Kolkata", "PYTHONHASHSEED": "1", "PYTHONUTF8": "0"}


def outputs(root: Path, *options: str, **environment: str) -> dict[str, str]:
    """The outputs that a process of its own gives, by default one with hash seed 0, for the project at `root`."""
    command = [sys.executable, str(HERE / "outputs.py"), str(root), *options]
    env = {**os.environ, "PYTHONHASHSEED": "0", **environment}
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, str] = json.loads(done.stdout)
    chunks = int(found.pop(PROCESSES))
    assert (chunks > 0) == ("2" in options and "--cache" not in options), "processes run where they are asked for"
    return found


def copied(root: Path, to: Path, *, git: bool = False) -> Path:
    """The project in another folder, by default without its repository."""
    ignored = shutil.ignore_patterns(".muster", *(() if git else (".git",)))
    return Path(shutil.copytree(root, to, ignore=ignored))


def state(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Inode, modification time and content of each file, the repository's and the cache's own left out."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.relative_to(root).parts[0] not in (".git", ".muster")
    }


def specs_of(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("specs/*/*.md") if path.parent.name != "guide")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of about 300 requirements in 60 specs, with things to find, and no derived file yet."""
    root = tmp_path_factory.mktemp("synthetic") / "project"
    root.mkdir()
    write_project(root, plan(300, typical=300 // SPECS), sync=False)
    for number, spec in enumerate(specs_of(root)[::7]):
        with spec.open("a", encoding="utf-8") as file:
            file.write(f"\n- [ODD-{number:03}] It is größer.\n- It MUST run.\n- [ODD-1{number:03}] It MUST be fast.\n")
    return root


@pytest.fixture(scope="module")
def expected(project: Path) -> dict[str, str]:
    """What it gives in one process, read anew, in its repository."""
    return outputs(project)


@pytest.mark.requirement("MU-CORE-0010")
def test_the_project_gives_enough_to_compare(project: Path, expected: dict[str, str]) -> None:
    report = json.loads(expected[f"{REPORTS}/json"])

    assert len(specs_of(project)) == SPECS > WORTH_A_PROCESS
    assert report["counts"]["requirements"] > 300
    assert len({finding["code"] for finding in report["findings"]}) > 3
    assert len([path for path in expected if path.startswith("requirements/")]) == SPECS + 2  # schema and lock
    of_all = ("findings", "holes", "index", "matrix")
    assert len([path for path in expected if path.startswith("pages/compliance/")]) == SPECS + len(of_all)


@pytest.mark.requirement("MU-CORE-0010")
@pytest.mark.parametrize(
    ("options", "environment"),
    [
        pytest.param(["--workers", "2"], {}, id="two processes"),
        pytest.param([], {"LC_ALL": "C", "PYTHONUTF8": "0"}, id="another locale"),
        pytest.param([], {"TZ": "Asia/Kolkata"}, id="another time zone"),
        pytest.param([], {"PYTHONHASHSEED": "1"}, id="another hash seed"),
        pytest.param(["--workers", "2"], FAR_AWAY, id="all of that"),
    ],
)
def test_workers_locale_time_zone_and_hash_seed_change_no_byte(
    options: list[str], environment: dict[str, str], project: Path, expected: dict[str, str]
) -> None:
    assert outputs(project, *options, **environment) == expected


@pytest.mark.requirement("MU-CORE-0010", "MU-CORE-0011")
def test_another_folder_without_git_and_a_listing_in_reverse_change_no_byte(
    project: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    plain = copied(project, tmp_path / "elsewhere" / "größer")

    assert outputs(plain) == expected
    assert outputs(plain, "--reverse", "--workers", "2") == expected


@pytest.mark.requirement("MU-CORE-0010")
@pytest.mark.parametrize("git", [True, pytest.param(False, marks=pytest.mark.long)])
def test_a_warm_cache_and_a_partly_warm_one_change_no_byte(
    git: bool, project: Path, expected: dict[str, str], tmp_path: Path
) -> None:
    root = copied(project, tmp_path / "project", git=git)
    kept = ["--cache", str(tmp_path / "cache")]
    spec = specs_of(root)[0]
    text = spec.read_bytes()

    spec.write_bytes(b"# Other\n\n- [OTHER-001] It MUST differ.\n")
    assert outputs(root, *kept) != expected
    spec.write_bytes(text)

    assert outputs(root, *kept) == expected
    assert outputs(root, *kept, **FAR_AWAY) == expected


SOME = [
    pytest.param(name, marks=[*corpus.needs_corpora, *([pytest.mark.long] if name != "openfeature" else [])])
    for name in corpus.NAMES
]


@pytest.mark.requirement("MU-CORE-0010", "MU-CORE-0011")
@pytest.mark.parametrize("name", SOME)
def test_real_specs_give_the_same_bytes_everywhere(name: str, tmp_path: Path) -> None:
    here, there = (tmp_path / folder / "repo" for folder in ("here", "far/away"))
    for root in (here, there):
        shutil.copytree(corpus.FOLDER / name / "repo", root, ignore=shutil.ignore_patterns(".git"))
        shutil.copyfile(HERE / "corpora" / f"{name}.toml", root / "muster.toml")
    many = len(corpus.documents(name)) >= WORTH_A_PROCESS

    found = outputs(here)

    assert outputs(there, "--reverse", *(["--workers", "2"] if many else []), **FAR_AWAY) == found
    assert str(tmp_path) not in "".join(found.values())


@pytest.mark.requirement("MU-CORE-0012", "MU-CORE-0004")
def test_a_second_sync_a_check_and_a_build_touch_no_file(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = copied(project, tmp_path / "project", git=True)
    (root / "mkdocs.yml").write_text(
        f"site_name: x\ndocs_dir: specs\nsite_dir: {tmp_path / 'site'}\ntheme: mkdocs\n"
        "plugins:\n  - muster-specs\n  - muster-compliance: {rules: false}\n  - muster-gate: {fail_on: never}\n",
        encoding="utf-8",
    )
    sources = state(root)

    assert run(["-C", str(root), "check"]) == 1
    assert state(root) == sources
    assert run(["-C", str(root), "sync"]) == 0
    written = state(root)
    assert {path for path in written if path not in sources} == {
        path for path in written if path.startswith("requirements/") or path == "COMPLIANCE.md"
    }
    assert {path: written[path] for path in sources} == sources

    for _ in range(2):
        capfd.readouterr()
        assert run(["-C", str(root), "sync"]) == 0
        assert capfd.readouterr().err == f"0 files written, 0 removed, {SPECS + 3} unchanged\n"
    run(["-C", str(root), "check", "--no-cache"])
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build"],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "compliance" / "index.html").is_file()
    assert state(root) == written


@pytest.mark.requirement("MU-CORE-0011")
def test_no_derived_file_tells_where_when_or_by_whom_it_was_made(project: Path, tmp_path: Path) -> None:
    who = {"USER": "nobody-zq", "LOGNAME": "nobody-zq", "HOME": "/home/nobody-zq", "HOSTNAME": "machine-zq"}

    found = outputs(copied(project, tmp_path / "machine-zq" / "project"), **who)
    derived = {path: text for path, text in found.items() if not path.startswith((f"{REPORTS}/", "pages/rules/"))}

    assert len(derived) > 2 * SPECS
    for path, text in derived.items():
        assert not [name for name in ("nobody-zq", "machine-zq", str(tmp_path), str(HERE.parent)) if name in text], path
        assert re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}:[0-9]{2}:[0-9]{2}", text) is None, path


@cache
def imports(path: Path) -> set[str]:
    """The modules that a file imports, at its top or inside."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.requirement("MU-CORE-0010", "MU-CORE-0011")
def test_what_makes_derived_files_imports_neither_clock_nor_machine_nor_chance() -> None:
    rooms = [path for room in ("gate", "rules", "site", "specs", "text") for path in (PACKAGE / room).glob("*.py")]
    outside = {"getpass", "locale", "os", "platform", "random", "secrets", "socket", "tempfile", "time"}
    clock = re.compile(r"\.(?:now|today|utcnow|fromtimestamp|cwd|home|absolute|resolve)\(")

    assert len(rooms) > 60
    assert {path.name: found for path in rooms if (found := imports(path) & outside)} == {}
    assert {path.name: told for path in rooms if (told := clock.findall(path.read_text("utf-8")))} == {}
