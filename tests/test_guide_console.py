"""Each command of the guide is run by some test, or stands here with the reason why it is not."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from guide_story import GUIDE
from guide_telling import ENVIRONMENT, SHELL
from muster.cli.app import run
from repositories import repository, write
from repositories import run as git
from test_guide_trace import FILES

# Pages whose sessions a test tells from the first to the last.
TOLD = {
    "chains.md": "test_guide_chains.py",
    "concepts.md": "test_guide_concepts.py",
    "from-doorstop.md": "test_guide_coming_from.py",
    "from-openfasttrace.md": "test_guide_coming_from.py",
    "from-sphinx-needs.md": "test_guide_coming_from.py",
    "from-strictdoc.md": "test_guide_coming_from.py",
    "index.md": "test_guide_start.py",
    "packets.md": "test_guide_packets.py",
    "portfolio.md": "test_guide_portfolio.py",
    "prompts.md": "test_guide_prompts.py",
    "trace.md": "test_guide_trace.py",
}
OWN_PAGE = "told on the page of its own, in a project that has what it asks for"
OTHER_DAY = "an ID of another day"
NO_END = "it goes on until somebody ends it"
NETWORK = "it needs the package registry; test_shipped.py installs"
# Beginnings of commands that no test runs as they stand. Their words and options are looked at all the same.
NOT_RUN = {
    "muster packet ": OWN_PAGE,
    "muster portfolio ": OWN_PAGE,
    "muster prompt ": OWN_PAGE,
    "muster chain ": OWN_PAGE,
    "muster allocate ": "told by test_guide_ledger.py, in a project with a record",
    "muster check --watch": NO_END,
    "muster events --follow": NO_END,
    "muster events --spec-id ": OTHER_DAY,
    "muster events retire": "test_ledger_retention.py has a ledger with old months",
    "muster events verify --head ": "the head of another day; cases/ledger.md has one",
    "muster runs show ": OTHER_DAY,
    "muster runs --trace ": OTHER_DAY,
    "muster runs backfill ": "told by test_backfill.py, with results of several runners",
    "muster run --task ": "it runs what is not here: nox, a backup, an import; test_run.py runs others",
    "muster run daily_reflection": "the task of ledger.md, which asks for another program",
    "muster spec new queue": "the project of this test has that spec; test_starter.py begins with none",
    "muster links ": "it needs LinkChecker and a site; test_links_built.py has both",
    "muster pages specs/generated ": "told by cases/pages.md",
    "pip install ": NETWORK,
    "export MUSTER_LEDGER=": "it needs PostgreSQL; test_ledger_stores.py starts one",
    "zensical build --clean": "told by test_mkdocs_build.py, where Zensical is installed",
}
CORE = """# Core SPEC

Conformance language: RFC 2119 and RFC 8174

- [OC-CORE-1001] A pool MUST have a bounded queue for each priority.
- [OC-CORE-1002] A full queue SHOULD reject with a hint when to retry.
"""
SESSION = re.compile(r"^```console\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
JUNIT = """<testsuites><testsuite name="pytest"><testcase classname="tests.test_pool" \
name="test_a_full_queue_rejects_with_the_reason" time="0.001"/></testsuite></testsuites>
"""


def commands(page: str) -> list[str]:
    """What a page shows behind `$ `."""
    sessions = SESSION.finditer((GUIDE / page).read_text(encoding="utf-8"))
    return [line for match in sessions for line in re.findall(r"^\$ (.*)$", match["body"], re.MULTILINE)]


def reason(line: str) -> str:
    """Why no test runs it; empty where one does."""
    return next((why for words, why in NOT_RUN.items() if f"{line} ".startswith(words)), "")


PAGES = sorted(path.name for path in GUIDE.glob("*.md") if path.name not in TOLD and commands(path.name))
SHOWN = list(dict.fromkeys(line for page in PAGES for line in commands(page)))
TO_RUN = [line for line in SHOWN if not reason(line)]
TO_PARSE = [line for line in SHOWN if reason(line) and line.startswith("muster ")]


@pytest.mark.parametrize(("page", "module"), TOLD.items(), ids=TOLD)
def test_a_page_that_is_told_names_its_module_rightly(page: str, module: str) -> None:
    told = Path(__file__).with_name(module).read_text(encoding="utf-8")

    assert f'"{page}"' in told
    assert "differences(" in told


def test_each_reason_is_still_asked_for() -> None:
    assert [words for words in NOT_RUN if not any(f"{line} ".startswith(words) for line in SHOWN)] == []


@pytest.mark.parametrize("line", TO_PARSE)
def test_a_command_that_is_not_run_has_words_and_options_that_exist(
    line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = shlex.split(re.split(r" [|>] ", line, maxsplit=1)[0])[1:]
    asked = [words[0], "--help", *words[1:]] if words[0] == "run" else [*words, "--help"]

    assert run(asked) == 0
    assert capfd.readouterr().err == ""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that has what the commands ask for: results, branches, tags, some history."""
    root = repository(tmp_path / "queue", {**FILES, ".gitignore": ".muster/\n*.xml\n*.json\n*.jsonl\n*.xlsx\n*.txt\n"})
    monkeypatch.chdir(root)
    task = '[[tasks]]\nslug = "nightly"\ncommand = ["true"]\n'
    write(
        root,
        {
            "muster.toml": task,
            "specs/20-core.md": CORE,
            "src/queue.py": "# implements: QUEUE-1003\n",
            "junit.xml": JUNIT,
        },
    )
    for tag in ("v1.2", "v1.3", "v1.4"):
        write(root, {"notes.md": f"# Notes\n\n{tag}\n"})
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", tag)
        git(root, "tag", tag)
    run(["sync"])
    run(["runs", "export", "history.jsonl"])
    run(["runs", "export", "other.jsonl"])
    return root


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("line", TO_RUN)
def test_a_command_of_the_guide_does_its_work(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    capfd.readouterr()

    if line.startswith("muster ") and not SHELL.search(line):
        status, error = run(shlex.split(line)[1:]), capfd.readouterr().err
    else:
        environment = {**os.environ, **ENVIRONMENT}
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], env=environment, capture_output=True, text=True, check=False
        )
        status, error = done.returncode, done.stderr

    assert status in (0, 1), error  # 2: the command could not do what it says
