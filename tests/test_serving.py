"""`mkdocs serve`: what it watches, and what 50 builds in one process show and leave behind."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING

import pytest

from muster.hosts.watching import watched
from repositories import write

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.site, pytest.mark.requirement("MU-SITE-9006")]

SPEC = "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n- [Q-1001] It MUST run.\n- [Q-1002] It MUST stop.\n"
WAIVER = "- {requirement: Q-1002, rule: TRC, reason: Soon., owner: Ada, expires: 2999-01-31}\n"
PROJECT = {
    "mkdocs.yml": (
        "site_name: Sample\ndocs_dir: specs\ntheme: {name: null, custom_dir: theme}\n"
        "plugins: [muster-specs, muster-compliance: {rules: false}]\nvalidation: {omitted_files: ignore}\n"
    ),
    "muster.toml": '[trace]\nresults = [".muster/*.xml", "target/reports/*.xml"]\n',
    "theme/main.html": "{{ page.content }}",
    "specs/index.md": "# Home\n\nSee [Q-1001].\n",
    "specs/10-queue.md": SPEC,
    "specs/20-pool.md": SPEC.replace("Queue", "Pool").replace("Q-", "P-"),
    "src/queue.py": "# implements: Q-1001\n",
    ".ci/run": "# implements: Q-1002\n",
    "tests/test_queue.py": "# verifies: Q-1001\ndef test_run():\n    pass\n",
    "requirements/waivers.yaml": "[]\n",
    "target/reports/junit.xml": "<testsuite/>",
    ".muster/junit.xml": "<testsuite/>",
}
# What changes from build to build, and where a reader sees it.
REBUILDS = """\
import gc, json, logging, pathlib, re, sys
from mkdocs.commands.build import build
from mkdocs.config import load_config

logging.disable(logging.CRITICAL)
SPEC, WAIVER, SETTINGS = json.loads(pathlib.Path("given.json").read_text("utf-8"))

def put(path, text):
    pathlib.Path(path).write_text(text, "utf-8")

def change(number):
    on = number // 5 % 2 == 0
    match number % 5:
        case 0:
            put("specs/10-queue.md", SPEC.replace("It MUST run.", f"It MUST run {number:02} times."))
        case 1:
            put("src/queue.py", "# implements: Q-1001\\n" if on else "# nothing\\n")
        case 2:
            case = '<testcase classname="tests.test_queue" name="test_run"/>'
            put(".muster/junit.xml", f"<testsuite>{case if on else ''}</testsuite>")
        case 3:
            put("requirements/waivers.yaml", WAIVER if on else "[]\\n")
        case 4:
            put("muster.toml", SETTINGS if on else SETTINGS + '[specs]\\nexclude = ["specs/20-*.md"]\\n')

def seen():
    site = pathlib.Path("site")
    rows = {one["id"]: one for one in json.loads((site / "requirements.json").read_text("utf-8"))["requirements"]}
    page = (site / "10-queue/index.html").read_text("utf-8")
    table = (site / "compliance/queue/index.html").read_text("utf-8")
    return {
        "words": re.findall("It MUST run ?(.*?)\\\\.", page),
        "badges": re.findall('muster-badge [^>]*>([a-z ]+)<', page),
        "statuses": {name: row["status"] for name, row in rows.items()},
        "dossier": "src/queue.py" in table,
        "pool": (site / "compliance/pool/index.html").exists(),
    }

for number in range(50):
    change(number)
    build(load_config("mkdocs.yml"))
    gc.collect()
    print(json.dumps((seen(), sys.getallocatedblocks(), len(gc.get_objects()), len(sys.modules))))
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in (".git", ".venv", "site", "node_modules/one"):
        (tmp_path / folder).mkdir(parents=True)
    return write(tmp_path, PROJECT)


def test_50_builds_in_one_process_follow_each_change_and_leave_nothing_behind(root: Path) -> None:
    write(root, {"given.json": json.dumps([SPEC, WAIVER, PROJECT["muster.toml"]])})

    command = [sys.executable, "-W", "ignore", "-c", REBUILDS]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [seen for seen, *_ in told] == [expected(number) for number in range(50)]
    # After the tenth, the thirtieth and the fiftieth build the files are the same but for one number.
    _, blocks, objects, modules = zip(*(told[number] for number in (9, 29, 49)), strict=True)
    assert [modules[2] - modules[0], max(objects[2] - objects[0], 0)] == [0, 0]
    assert blocks[2] - blocks[0] < 1000, blocks  # of 200,000: a project that stayed would be many a time


def expected(number: int) -> dict[str, object]:
    """What the site says after the build of that number: each kind of change stays until the next of its kind."""
    code, passed, waived, pool = (((number - kind) // 5) % 2 == 0 for kind in (1, 2, 3, 4))
    first = "verified" if passed and number >= 2 else "tested"
    second = "waived" if waived and number >= 3 else "implemented"
    there = {"P-1001": "specified", "P-1002": "specified"} if pool or number < 4 else {}
    return {
        "words": [f"{number // 5 * 5:02} times"],
        "badges": ["must", first, "must", second],
        "statuses": {"Q-1001": first, "Q-1002": second} | there,
        "dossier": code or number < 1,
        "pool": pool or number < 4,
    }


CHANGES = (
    "specs/10-queue.md",
    "specs/new.md",
    "src/queue.py",
    ".ci/run",
    "muster.toml",
    "requirements/waivers.yaml",
    "target/reports/other.xml",
    ".muster/junit.xml",
)


@contextmanager
def serving(root: Path) -> Iterator[SimpleQueue[str]]:
    """The lines of a running `mkdocs serve`."""
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{free_port()}"]
    lines: SimpleQueue[str] = SimpleQueue()
    with subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        reader = threading.Thread(target=_read, args=(server.stderr, lines))
        reader.start()
        try:
            yield lines
        finally:
            server.terminate()
            reader.join()


def _read(stream: IO[str], lines: SimpleQueue[str]) -> None:
    for line in stream:
        lines.put(line)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def said(lines: SimpleQueue[str], words: str, seconds: float) -> bool:
    """Whether a line with these words comes in time."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except Empty:
            return False
        if words in line:
            return True
    return False


def test_a_server_builds_once_more_for_each_change_and_never_for_what_it_wrote(root: Path) -> None:
    with serving(root) as lines:
        assert said(lines, "Serving on", 60)
        followed = []
        for path in CHANGES:
            with (root / path).open("a", encoding="utf-8") as file:
                file.write("\n")
            if said(lines, "Documentation built", 30):
                followed.append(path)

        assert followed == list(CHANGES)
        assert not said(lines, "Detected file changes", 1.5)


def kinds(root: Path, found: Iterator[tuple[Path, bool]]) -> dict[str, bool]:
    return {path.relative_to(root).as_posix(): whole for path, whole in found}


def test_what_a_project_consists_of_is_watched_and_nothing_that_a_build_writes(root: Path) -> None:
    (root / "out/html").mkdir(parents=True)
    results = (".muster/junit.xml", "target/reports/junit.xml", "tests/junit.xml", "junit.xml", "out/junit.xml")

    plain = kinds(root, watched(root, root / "site"))
    whole = kinds(root, watched(root, root / "out/html", ["src/queue.py", ".ci/run", ".muster/x", "README"], results))

    assert plain == {
        ".": False,
        "out": True,
        "specs": True,
        "requirements": True,
        "src": True,
        "tests": True,
        "theme": True,
    }
    assert whole == {
        ".": False,
        ".ci": True,
        ".muster/junit.xml": False,
        "out": False,
        "requirements": True,
        "site": True,
        "specs": True,
        "src": True,
        "target/reports": False,
        "tests": True,
        "theme": True,
    }
