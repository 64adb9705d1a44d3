"""What is shipped for the machines of others works there: each file's steps are run as its runner would run them.

These tests make environments and install into them; `pytest -m "not installs"` leaves them out.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from muster import __version__
from repositories import checkout, repository, run, write

pytestmark = pytest.mark.installs

QUEUE = "specs/10-queue.md"
POOL = "specs/20-pool.md"
_SPEC = "# {0} SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n- [{1}-1001] It MUST run.\n"
GOOD = {
    ".gitignore": ".muster/\n",
    QUEUE: _SPEC.format("Queue", "QUEUE"),
    POOL: _SPEC.format("Pool", "POOL") + "\nThe [rules](10-queue.md#1-rules) of the queue hold.\n",
}
BAD_LINE = "- [QUEUE-1002] It runs well.\n"
WORDS = re.compile(r"\$\{\{ (.+?) \}\}")
ERROR = re.compile(r"^(.+?):\d+:\d+: error\[(\w+)\]", re.MULTILINE)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checkout(tmp_path_factory.mktemp("clone") / "muster")


@pytest.fixture(scope="module")
def wheel(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=clone, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def constraints(wheel: Path, tmp_path: Path) -> Path:
    """What leads pip to the Muster of this checkout where a step names the one of the registry."""
    file = tmp_path / "constraints.txt"
    file.write_text(f"mkdocs-muster @ {wheel.as_uri()}\n", encoding="utf-8")
    return file


def machine(folder: Path) -> dict[str, str]:
    """The environment of a runner: its `python` has pip and nothing else."""
    command = [sys.executable, "-m", "virtualenv", "--quiet", "--no-download", str(folder / "python")]
    subprocess.run(command, check=True, capture_output=True)
    kept = {name: value for name, value in os.environ.items() if not re.match(r"PYTHON|VIRTUAL_ENV|GIT_|NOX|CI$", name)}
    return {**kept, "PATH": f"{folder / 'python' / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def shell(script: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step as GitHub does."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def gate_steps(workflow: Path) -> list[str]:
    """The commands of the job `docs_specs`."""
    return [step["run"] for step in loaded(workflow)["jobs"]["docs_specs"]["steps"] if "run" in step]


def errors(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    """Path and code of each error in the output."""
    return ERROR.findall(done.stdout + done.stderr)


def edit(root: Path, path: str, old: str, new: str) -> None:
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8")


def synced(root: Path) -> None:
    subprocess.run([sys.executable, "-m", "muster", "-C", str(root), "sync"], check=True, capture_output=True)


def project(root: Path, files: Mapping[str, str]) -> Path:
    """A repository with these files, in step with its specs."""
    synced(write(root, files))
    return repository(root, {})


@pytest.mark.requirement("MU-RULE-2030", "MU-RULE-2035", "MU-CORE-0030")
def test_the_own_workflow_and_its_nox_session_pass_on_a_fresh_clone_and_fail_on_a_broken_one(
    clone: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "muster"
    run(tmp_path, "clone", "-q", str(clone), str(fresh))
    environment = machine(tmp_path)

    passed = [shell(step, fresh, environment) for step in gate_steps(fresh / ".github/workflows/docs_specs.yml")]
    edit(fresh, "specs/10-requirements.md", "Files that git ignores MUST be left out", "Ignored files stay out")
    failed = shell("nox -s docs_specs", fresh, environment)

    assert [(done.returncode, errors(done)) for done in passed] == [(0, [])] * 2, passed[-1].stdout + passed[-1].stderr
    assert failed.returncode == 1
    assert ("specs/10-requirements.md", "KWD001") in errors(failed)


@pytest.mark.requirement("MU-RULE-2035", "MU-CORE-0043")
def test_the_workflow_that_init_writes_passes_on_its_project_and_fails_on_a_broken_one(
    tmp_path: Path, constraints: Path
) -> None:
    root = repository(tmp_path / "billing", {"README.md": "# Billing\n"})
    subprocess.run([sys.executable, "-m", "muster", "-C", str(root), "init", "--ci"], check=True, capture_output=True)
    synced(root)
    (spec,) = root.glob("specs/[0-9]*.md")
    environment = {**machine(tmp_path), "PIP_CONSTRAINT": str(constraints)}
    steps = gate_steps(root / ".github/workflows/docs_specs.yml")

    passed = [shell(step, root, environment) for step in steps]
    with spec.open("a", encoding="utf-8") as file:
        file.write("\n- [BILLING-1999] It runs well.\n")
    failed = shell(steps[-1], root, environment)

    assert [(done.returncode, errors(done)) for done in passed] == [(0, [])] * len(steps), passed[-1].stderr
    assert failed.returncode == 1
    assert (spec.relative_to(root).as_posix(), "KWD001") in errors(failed)


class Action:
    """`action.yml` on a runner: its steps, with the inputs where GitHub puts them."""

    def __init__(self, clone: Path, temporary: Path, **more: str) -> None:
        self._action = loaded(clone / "action.yml")
        self._known = {"github.action_path": str(clone)}
        self._environment = {**machine(temporary), "RUNNER_TEMP": str(temporary), **more}

    def step(self, number: int, folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run one of the steps that have a script."""
        given = {name: facts["default"] for name, facts in self._action["inputs"].items()} | inputs
        known = self._known | {f"inputs.{name}": value for name, value in given.items()}
        step = [step for step in self._action["runs"]["steps"] if "run" in step][number]
        environment = {name: WORDS.sub(lambda m: known[m[1]], value) for name, value in step["env"].items()}
        assert step["shell"] == "bash"
        assert WORDS.search(step["run"]) is None, "an input in the script itself would be run"
        return shell(step["run"], folder, {**self._environment, **environment})


@pytest.fixture(scope="module")
def action(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Action:
    """The action after its first step, which installs Muster."""
    action = Action(clone, tmp_path_factory.mktemp("runner"))
    done = action.step(0, clone)
    assert done.returncode == 0, done.stderr
    return action


@pytest.mark.requirement("MU-RULE-2035")
def test_the_action_passes_on_a_good_project_and_fails_on_a_bad_one(action: Action, tmp_path: Path) -> None:
    good = project(tmp_path / "my project", GOOD)
    bad = project(tmp_path / "bad", {**GOOD, QUEUE: GOOD[QUEUE] + BAD_LINE})

    passed, failed = action.step(1, good), action.step(1, tmp_path, directory="bad")

    assert (passed.returncode, passed.stdout) == (0, "")
    assert (failed.returncode, errors(failed)) == (1, [(QUEUE, "KWD001")])
    assert action.step(1, tmp_path, directory="my project").returncode == 0
    assert bad.is_dir()


@pytest.mark.requirement("MU-RULE-2035")
def test_the_arguments_of_the_action_are_split_as_in_a_shell_and_never_run(action: Action, tmp_path: Path) -> None:
    root = project(tmp_path / "project", {**GOOD, "shlex.py": "raise SystemExit('not the real one')\n"})

    quoted = action.step(1, root, arguments="--report 'json=my report.json'\n--report \"text=it's.txt\"")
    hostile = [
        action.step(1, root, arguments=words)
        for words in ("$(touch hacked)", "`touch hacked`", "; touch hacked", "&& touch hacked", "'\"$(touch hacked)\"'")
    ]
    torn = action.step(1, root, arguments="--report 'json=x")

    assert quoted.returncode == 0, quoted.stderr
    assert {"my report.json", "it's.txt"} <= {path.name for path in root.iterdir()}
    assert [done.returncode for done in hostile] == [2] * len(hostile)
    assert (torn.returncode, torn.stderr) == (2, "arguments: no closing quotation\n")
    assert not (root / "hacked").exists()


@pytest.mark.requirement("MU-RULE-2035")
def test_the_action_installs_the_version_that_it_is_told(clone: Path, tmp_path: Path, constraints: Path) -> None:
    action = Action(clone, tmp_path, PIP_CONSTRAINT=str(constraints))
    root = project(tmp_path / "project", GOOD)

    done = action.step(0, root, version=f"=={__version__}")
    refused = action.step(0, root, version="==0.0.1; echo hacked")

    assert done.returncode == 0, done.stderr
    assert action.step(1, root).returncode == 0
    assert refused.returncode != 0
    assert "hacked\n" not in refused.stdout


class Hooked:
    """A repository whose commits pass a hook of this checkout."""

    def __init__(self, root: Path, clone: Path, home: Path, hook: str) -> None:
        self.root = root
        revision = run(clone, "rev-parse", "HEAD")
        config = {"repos": [{"repo": str(clone), "rev": revision, "hooks": [{"id": hook}]}]}
        run(root.parent, "init", "-q", "-b", "main", str(root))
        write(root, {**GOOD, ".pre-commit-config.yaml": yaml.safe_dump(config)})
        synced(root)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment = {
            **kept,
            "PRE_COMMIT_HOME": str(home),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        self._run(sys.executable, "-m", "pre_commit", "install")

    def commit(self, *options: str) -> tuple[int, list[tuple[str, str]]]:
        """Commit everything, as a user does; the status, and the errors that are shown."""
        self._run("git", "add", "-A")
        user = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        done = self._run("git", *user, "commit", "-q", "-m", "next", *options)
        assert "Traceback" not in done.stderr
        return done.returncode, errors(done)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment that both hooks share."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.mark.requirement("MU-RULE-2035")
@pytest.mark.parametrize("hook", ["muster-check", "muster-check-changed"])
def test_a_hook_stops_a_bad_commit_and_one_that_breaks_another_file(
    hook: str, clone: Path, home: Path, tmp_path: Path
) -> None:
    hooked = Hooked(tmp_path / "project", clone, home, hook)

    first = hooked.commit()
    edit(hooked.root, QUEUE, "It MUST run.", "It MUST run.\n" + BAD_LINE.rstrip())
    synced(hooked.root)
    bad = hooked.commit()
    edit(hooked.root, QUEUE, BAD_LINE, "")
    synced(hooked.root)
    edit(hooked.root, QUEUE, "## 1) Rules", "## 1) Order")
    synced(hooked.root)
    elsewhere = hooked.commit()
    (hooked.root / QUEUE).unlink()
    synced(hooked.root)
    removed = hooked.commit()
    edit(hooked.root, POOL, "[rules](10-queue.md#1-rules)", "rules")
    mended = hooked.commit()

    assert first == (0, [])
    assert bad == (1, [(QUEUE, "KWD001")])
    assert elsewhere == (1, [(POOL, "LNK002")])
    assert removed == (1, [(POOL, "LNK001")])
    assert mended == (0, [])


@pytest.mark.requirement("MU-RULE-2035")
def test_the_hook_for_changes_lets_older_findings_pass(clone: Path, home: Path, tmp_path: Path) -> None:
    hooked = Hooked(tmp_path / "project", clone, home, "muster-check-changed")
    edit(hooked.root, QUEUE, "It MUST run.", "It MUST run.\n" + BAD_LINE.rstrip())
    synced(hooked.root)
    stopped = hooked.commit()
    hooked.commit("--no-verify")

    edit(hooked.root, POOL, "of the queue", "of each queue")
    passed = hooked.commit()
    edit(hooked.root, POOL, "It MUST run.", "It MUST run.\n- [POOL-1002] It runs too.")
    synced(hooked.root)
    failed = hooked.commit()

    assert (stopped, passed, failed) == ((1, [(QUEUE, "KWD001")]), (0, []), (1, [(POOL, "KWD001")]))


def test_each_shipped_hook_runs_whatever_a_commit_changes(clone: Path) -> None:
    hooks = loaded(clone / ".pre-commit-hooks.yaml")

    told = [(hook["id"], hook["entry"], hook["pass_filenames"], hook["always_run"]) for hook in hooks]
    assert told == [
        ("muster-check", "muster check", False, True),
        ("muster-check-changed", "muster check --since HEAD", False, True),
    ]
