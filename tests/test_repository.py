"""The top of the repository holds together: what the documents name exists, and what they promise is run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

from muster import __version__
from muster.model import CitationKind
from muster.workspace import check

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SESSION = re.compile(r"nox -s ([a-z_]+)")
FENCE = re.compile(r"^(?P<fence>`{3,})(?P<language>\w+)\n(?P<body>.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE)


def text(path: str | Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def loaded(path: str | Path) -> Any:
    return yaml.safe_load(ROOT.joinpath(path).read_text(encoding="utf-8"))


def sessions() -> list[str]:
    """The sessions of the noxfile, in its order."""
    functions = [node for node in ast.parse(text("noxfile.py")).body if isinstance(node, ast.FunctionDef)]
    return [function.name for function in functions if function.decorator_list]


def muster(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and standard output of a `muster` command."""
    done = subprocess.run(
        [sys.executable, "-m", "muster", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def fences(path: str, language: str) -> list[str]:
    return [match["body"] for match in FENCE.finditer(text(path)) if match["language"] == language]


def quick_start_spec(path: str) -> str:
    return next(body for body in fences(path, "markdown") if body.startswith("# Queue SPEC"))


def test_ci_runs_the_gate_then_the_two_commands_that_the_readme_promises() -> None:
    promised = [line[2:] for body in fences("README.md", "console") for line in body.splitlines() if "nox" in line]
    called = re.findall(r"^(?:step|beside) (nox .*?)(?: 2>&1.*| #.*)?$", text(".ci/run"), re.MULTILINE)
    called = [line.replace(" --no-install", "") for line in called]  # into the environment of the tests

    assert promised == ["nox -s docs", "nox -s tests"]
    # The gate once more behind the tests: only then are there results for the ratchet.
    later = ["nox -s soak -- --kills 4", "nox -s browser", "nox -s docs_specs"]
    assert called == ["nox -s lint", "nox -s docs_specs", *promised, *later]


def test_ci_is_bash_that_stops_at_the_first_failure() -> None:
    path = ROOT / ".ci" / "run"

    assert path.stat().st_mode & 0o111
    assert "set -euo pipefail\n" in path.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", path], check=True)


@pytest.mark.parametrize(
    "path", ["README.md", "CONTRIBUTING.md", ".ci/run", *(str(workflow.relative_to(ROOT)) for workflow in WORKFLOWS)]
)
def test_each_nox_session_that_a_document_names_exists(path: str) -> None:
    assert set(SESSION.findall(text(path))) <= set(sessions())


def test_contributing_describes_each_nox_session() -> None:
    described = re.findall(r"^\| `nox -s ([a-z_]+)` \|", text("CONTRIBUTING.md"), re.MULTILINE)

    assert sorted(described) == sorted(sessions())


def test_each_script_that_a_nox_session_starts_exists() -> None:
    scripts = re.findall(r'"python", "([^"]+)"', text("noxfile.py"))

    assert scripts
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


@pytest.mark.requirement("MU-RULE-2036")
def test_the_workflow_publishes_the_site_only_after_the_gate() -> None:
    jobs = loaded(".github/workflows/docs_specs.yml")["jobs"]

    assert list(jobs) == ["docs_specs", "site"]
    assert [step["run"] for step in jobs["docs_specs"]["steps"] if "run" in step][-1] == "nox -s docs_specs"
    assert jobs["site"]["needs"] == "docs_specs"
    # The whole name of the ref: a tag may bear the name of the branch.
    branch = "format('refs/heads/{0}', github.event.repository.default_branch)"
    assert jobs["site"]["if"] == f"github.event_name == 'push' && github.ref == {branch}"
    uploads = [step["with"]["path"] for step in jobs["site"]["steps"] if "upload" in step.get("uses", "")]
    assert uploads == ["site"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_each_workflow_has_jobs_with_steps_and_few_rights(path: Path) -> None:
    workflow = loaded(path)

    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["steps"] for job in workflow["jobs"].values())


def test_the_own_commits_run_what_the_shipped_hook_runs() -> None:
    local = [one for repo in loaded(".pre-commit-config.yaml")["repos"] for one in repo["hooks"]]
    shipped = {hook["id"]: hook["entry"] for hook in loaded(".pre-commit-hooks.yaml")}

    assert {one["id"]: one["entry"] for one in local}["muster-check"] == shipped["muster-check"]


def test_each_dependency_has_a_lower_and_an_upper_bound() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(line for lines in extras for line in lines)]
    unbound = [line for line in wanted if not re.fullmatch(r"[\w.-]+>=[\d.]+,<[\d.]+", line)]

    assert unbound == ["mkdocs-muster[site]"]


@pytest.mark.requirement("MU-TRACE-3005")
def test_each_citation_names_a_requirement_and_each_rule_that_is_built_has_code_and_test() -> None:
    trace = check(ROOT).project.trace
    code, tests = (
        {one.id for one in trace.citations if one.kind is kind}
        for kind in (CitationKind.IMPLEMENTS, CitationKind.VERIFIES)
    )
    later = {"MU-RULE-2017"}  # it comes with the systems of the specs 40 to 80
    elsewhere = {"MU-RULE-2036"}  # a workflow fulfils it, and data cites nothing

    assert [one for one in trace.citations if one.defect and not one.literal] == []
    built = {name for name in trace.statuses if name.startswith(("MU-RULE-", "MU-TRACE-"))}
    assert built - later - (code & tests) == elsewhere
    assert elsewhere <= tests


def test_the_changelog_has_a_section_for_what_is_not_released() -> None:
    assert re.search(r"^## \[Unreleased\]$", text("CHANGELOG.md"), re.MULTILINE)
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_the_navigation_of_the_site_names_each_page_once() -> None:
    def leaves(entry: Any) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        return [leaf for part in (entry.values() if isinstance(entry, dict) else entry) for leaf in leaves(part)]

    written = [path.relative_to(ROOT / "specs").as_posix() for path in (ROOT / "specs").rglob("*.md")]
    made = ("chains", "compliance", "dashboard", "graph", "packets", "prompts", "rules", "runs")
    generated = [f"{name}/index.md" for name in made]

    assert sorted(leaves(loaded("mkdocs.yml")["nav"])) == sorted(written + generated)


def test_the_site_takes_no_font_from_elsewhere() -> None:
    theme = loaded("mkdocs.yml")["theme"]

    assert theme["font"] is False
    assert "navigation.prune" in theme["features"]


def test_contributing_shows_the_rooms_that_there_are() -> None:
    (picture,) = [body for body in fences("CONTRIBUTING.md", "text") if body.startswith("plugins/muster/")]
    drawn = re.findall(r"^  ([a-z_]+(?:\.py|/))  ", picture, re.MULTILINE)
    package = ROOT / "plugins" / "muster"
    there = [path.name + ("/" if path.is_dir() else "") for path in package.iterdir() if path.suffix in ("", ".py")]

    assert sorted(drawn) == sorted(name for name in there if not name.startswith((".", "__")))


def test_each_path_that_contributing_names_exists() -> None:
    paths = re.findall(r"`((?:plugins|tests|specs)/[\w./-]+)`", text("CONTRIBUTING.md"))

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("path", ["README.md", "specs/guide/index.md"])
def test_the_quick_start_gives_what_it_shows(path: str, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    spec = tmp_path / "specs" / "10-queue.md"
    spec.write_text(quick_start_spec(path), encoding="utf-8")

    (shown,) = [body for body in fences(path, "console") if body.startswith("$ muster sync")]
    written = "".join(f"{line}\n" for line in shown.splitlines() if line.startswith("written "))

    assert muster(tmp_path, "sync") == (0, written)
    assert muster(tmp_path, "check") == (0, "")


@pytest.mark.parametrize(
    ("path", "shown", "line"),
    [
        ("README.md", 0, "- [OC-CORE-1004] Dequeue prefers higher priority."),
        ("specs/index.md", 0, "- [OC-CORE-1004] Dequeue prefers higher priority."),
        ("specs/guide/index.md", 0, "- [OC-CORE-1001] A pool has a bounded queue for each priority."),
    ],
)
def test_a_finding_looks_as_the_documents_show_it(path: str, shown: int, line: str, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    lines = quick_start_spec("README.md").splitlines()
    lines[6] = line
    (tmp_path / "specs" / "10-queue.md").write_text("\n".join(lines) + "\n", encoding="utf-8")

    status, output = muster(tmp_path, "check", "--select", "KWD001")

    assert status == 1
    assert output.strip() == fences(path, "text")[shown].strip()


@pytest.mark.requirement("MU-CORE-0035")
def test_each_option_of_each_plugin_is_described() -> None:
    page = text("specs/guide/site.md")
    sections = {part.partition("`\n")[0]: part for part in page.split("\n## `")[1:]}
    points = [point for point in entry_points(group="mkdocs.plugins") if point.name.startswith("muster-")]

    assert sorted(sections) == sorted(point.name for point in points)
    for point in points:
        options = {name for name, _ in point.load().config_scheme} - {"root"}  # which all have, described above them
        assert set(re.findall(r"^\| `(\w+)` \|", sections[point.name], re.MULTILINE)) == options
    assert "option `root`" in page


def test_the_page_of_formats_shows_real_files_and_a_real_report(tmp_path: Path) -> None:
    page = "specs/guide/formats.md"
    (tmp_path / "specs").mkdir()
    spec = tmp_path / "specs" / "10-queue.md"
    spec.write_text(quick_start_spec("README.md"), encoding="utf-8")
    muster(tmp_path, "sync")

    assert fences(page, "yaml")[0] == (tmp_path / "requirements" / "queue.yaml").read_text(encoding="utf-8")
    assert fences(page, "markdown") == [(tmp_path / "COMPLIANCE.md").read_text(encoding="utf-8")]

    spec.write_text(spec.read_text(encoding="utf-8").replace("A pool MUST have", "A pool has"), encoding="utf-8")

    assert muster(tmp_path, "check", "--select", "KWD001", "--report", "json") == (1, fences(page, "json")[1])
