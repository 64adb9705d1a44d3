"""What the guide says of tracing comes true: its sessions happen in the project that they tell of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from guide_story import GUIDE, Told, differences, happenings
from guide_telling import teller
from repositories import repository, write
from repositories import run as git

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = GUIDE / "trace.md"
SPEC = """# Queue SPEC

Conformance language: RFC 2119 and RFC 8174

## 1) Admission

- [QUEUE-1001] A pool MUST have a bounded queue for each priority.
- [QUEUE-1002] A full queue MUST reject with the reason.
- [QUEUE-1003] A full queue SHOULD reject with a hint when to retry.
- [QUEUE-1004] Dequeue MUST prefer higher priority.
"""
POOL = '''"""A pool of tasks.  implements: QUEUE-1001"""

from collections import deque

LIMIT = 3
PRIORITIES = 2


class Pool:
    """Tasks that wait, by priority."""

    def __init__(self) -> None:
        self.queues = [deque() for _ in range(PRIORITIES)]

    def push(self, task: str, priority: int = 0) -> str:
        """Take a task in, or say why not.

        implements: QUEUE-1002
        """
        queue = self.queues[priority]
        if len(queue) == LIMIT:
            return f"the queue of priority {priority} is full"
        queue.append(task)
        return ""

    def pop(self) -> str:  # implements: QUEUE-1004
        """The next task."""
        return next(queue for queue in reversed(self.queues) if queue).popleft()
'''
TEST = """import pytest
from pool import Pool


@pytest.mark.requirement("QUEUE-1001", "QUEUE-1002")
def test_a_full_queue_rejects_with_the_reason() -> None:
    pool = Pool()
    assert [pool.push(task) for task in "abc"] == ["", "", ""]
    assert pool.push("d") == "the queue of priority 0 is full"
"""
FILES = {
    "specs/10-queue.md": SPEC,
    "src/pool.py": POOL,
    "tests/test_pool.py": TEST,
    "tests/conftest.py": "import sys\n\nsys.path.insert(0, 'src')\n",
    ".gitignore": ".muster/\njunit.xml\n__pycache__/\n.pytest_cache/\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "queue", FILES)
    monkeypatch.chdir(root)
    return root


def aside(root: Path, told: Told) -> dict[str, Callable[[], object]]:
    """What happens before some commands, and is not shown: the page tells of it in words."""

    def commit() -> None:
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", "traced")

    def reword() -> None:
        write(root, {"tests/test_pool.py": TEST})
        told("muster sync")
        commit()
        write(root, {"specs/10-queue.md": SPEC.replace("the reason.", "the reason and its limit.")})

    def recode() -> None:
        commit()
        write(
            root, {"src/pool.py": POOL.replace("append(task)", "append(task.strip())").replace("next task", "next one")}
        )

    return {
        "pytest -q --muster-strict": lambda: write(root, {"tests/test_pool.py": TEST.replace("1002", "1012")}),
        "muster sync": reword,
        "muster impact HEAD": recode,
    }


@pytest.fixture
def told(root: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    tell = teller(root, capfd)
    before = aside(root, tell)

    def call(line: str) -> str:
        before.pop(line, lambda: None)()
        return tell(line)

    return call


@pytest.mark.requirement("MU-TRACE-3010", "MU-TRACE-3011", "MU-TRACE-3020")
def test_each_session_of_the_page_prints_what_it_shows(root: Path, told: Told, request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    first, _, last = page.partition("To run just the tests of what is touched:")
    sessions = happenings(root, first, told)
    update = request.config.getoption("--update", default=False)

    assert differences(PAGE, sessions, update=update) == []
    assert len(re.findall(r"^```console$", last, re.MULTILINE)) == 1


def test_just_the_tests_of_what_is_touched_run(root: Path, told: Told) -> None:
    told("muster sync")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "traced")
    git(root, "switch", "-q", "-c", "limit")
    write(root, {"src/pool.py": POOL.replace("LIMIT = 3", "LIMIT = 1 + 2")})
    shown = re.findall(r"^\$ (.*--tests.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert ["1 passed" in told(line) for line in shown] == [True, True]
