"""One pipeline serves every front end, and none of them needs another's libraries."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from muster.cli.app import run
from muster.workspace import check

PACKAGE = Path(__file__).parents[1] / "plugins" / "muster"
MODULES = sorted(PACKAGE.rglob("*.py"))
SPEC = "# Queue\n\n- [Q-001] It runs fast.\n- [Q-001] It MUST be easy.\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with findings of document and project rules, and a site that warns of them."""
    files = {
        "specs/10-queue.md": SPEC,
        "specs/index.md": "# Home\n\nSee [Q-001] first.\n",
        "mkdocs.yml": "site_name: x\ndocs_dir: specs\ntheme: mkdocs\nplugins:\n  - muster-specs\n"
        "  - muster-compliance: {rules: false}\n  - muster-gate: {fail_on: never}\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


FOUND = re.compile(r"\S+:[0-9]+:[0-9]+: (?:error|warning)\[[A-Z]{3}[0-9]{3}\] .*")


@pytest.mark.requirement("MU-CORE-0001")
def test_command_line_site_and_python_find_the_same(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    outcome = check(project)
    assert run(["-C", str(project), "check"]) == 1
    printed = FOUND.findall(capfd.readouterr().out)
    build = python(project, "-m", "mkdocs", "build")
    pages = python(project, "-m", "muster", "pages", "made", "--docs", "specs")

    told = [f"{f.place}: {f.severity.value}[{f.code}] {f.message}" for f in outcome.findings if f.severity != "info"]
    assert len({line.partition("[")[2][:6] for line in told}) > 4
    assert printed == told
    assert FOUND.findall(build.stderr) == told
    assert pages.returncode == 0, pages.stderr
    listed = [requirement.id.text for requirement in outcome.project.requirements]
    assert listed == ["Q-001", "Q-001"]
    made = (project / "made" / "compliance" / "queue.md").read_text(encoding="utf-8")
    site = (project / "site" / "compliance" / "queue" / "index.html").read_text(encoding="utf-8")
    for text in (made, site):
        assert re.findall(r'<tr><th scope="row"[^>]*>(?:<a [^>]*>)?(Q-[0-9]+)', text) == ["Q-001"]


@pytest.mark.requirement("MU-CORE-0003", "MU-CORE-0002")
def test_check_and_sync_run_where_no_site_generator_is_installed(project: Path) -> None:
    script = (
        "import sys\n"
        "for name in ('mkdocs', 'properdocs', 'zensical', 'markdown', 'pymdownx', 'material'):\n"
        "    sys.modules[name] = None\n"  # an import of it fails, as where it is not installed
        "from muster.cli.app import run\n"
        "sys.exit(run(sys.argv[1:]))\n"
    )

    statuses = [python(project, "-c", script, *words).returncode for words in (["check"], ["sync"], ["pages", "made"])]

    assert statuses == [1, 0, 0]
    assert not (project / "site").exists()


def imported(path: Path) -> set[str]:
    """The first names of what a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.requirement("MU-CORE-0002")
def test_only_the_hosts_import_a_site_generator() -> None:
    generators = {"mkdocs", "properdocs", "zensical", "material", "sphinx"}

    importing = {path.relative_to(PACKAGE).parts[0] for path in MODULES if imported(path) & generators}

    assert importing == {"hosts"}


def called(path: Path) -> set[str]:
    """The last names of what a module calls, with `shell=` where it says so."""
    calls = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Call)]
    found = {ast.unparse(call.func).rpartition(".")[2] for call in calls}
    return found | {f"{word.arg}=" for call in calls for word in call.keywords if word.arg == "shell"}


@pytest.mark.requirement("MU-CORE-0023")
def test_nothing_in_the_package_evaluates_text() -> None:
    barred = {"eval", "exec", "compile_command", "unsafe_load", "full_load", "system", "popen", "shell=", "__import__"}
    loaders = {"code", "codeop", "dill", "marshal", "pickle", "runpy", "shelve"}

    assert len(MODULES) > 100
    assert {path.name: found for path in MODULES if (found := called(path) & barred)} == {}
    assert {path.name: found for path in MODULES if (found := imported(path) & loaders)} == {}


@pytest.mark.requirement("MU-CORE-0023")
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("specs/10-queue.md", "---\ntitle: {}\n---\n\n# Queue\n"),
        ("requirements/retired.yaml", "Q-002: {{reason: {}}}\n"),
        ("requirements/retired.yaml", "{}: {{reason: x}}\n"),
    ],
)
@pytest.mark.parametrize("tag", ["!!python/object/apply:os.mkdir", "!!python/object/new:os.mkdir"])
def test_a_tag_in_yaml_runs_nothing(path: str, text: str, tag: str, project: Path) -> None:
    (project / path).parent.mkdir(exist_ok=True)
    (project / path).write_text(text.format(f"{tag} [ran]"), encoding="utf-8")

    done = python(project, "-m", "muster", "check", "--report", "json")

    assert done.returncode == 1
    assert isinstance(json.loads(done.stdout)["findings"], list)
    assert not (project / "ran").exists()
