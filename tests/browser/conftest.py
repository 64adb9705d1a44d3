"""What the tests in a real browser share: sites that are built and served, and pages that watch what happens."""

from __future__ import annotations

import fcntl
import functools
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.policy import serving
from browser.walk import Seen, walk
from browser.watching import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser, Page

# Debian's Chromium; the one without windows, a package of its own, shows the same in two fifths of the time.
BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MKDOCS = """\
site_name: Sample
docs_dir: specs
strict: true
theme:
  name: material
  language: en
  font: false
  palette:
    - {media: "(prefers-color-scheme: light)", scheme: default, primary: indigo}
    - {media: "(prefers-color-scheme: dark)", scheme: slate, primary: indigo}
plugins: [search, muster-specs, muster-compliance]
"""
HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
HOSTILE = '<script>window.hacked = 1</script><img src="x" onerror="window.hacked = 1">{{ 7 * 7 }}'
FILES = {
    "muster.toml": "",
    "mkdocs.yml": MKDOCS,
    "specs/index.md": "# Home\n\nThe queue obeys [Q-1002] always.\n",
    "specs/10-queue.md": f"""\
# Queue

{HEAD}## Order

- [Q-1001] It MUST run `first` things first.
- [Q-1002] It MUST NOT stop while a lease is held.
- [Q-1003] It SHOULD say how long it is.
- [Q-1010] It MAY sing.
""",
    "specs/20-pool.md": f"""\
# Pool

{HEAD}- [P-999] =1+1 MUST NOT become a formula, "quoted" too.
- [P-1000] A lease MUST end.
""",
    "src/queue.py": '''def first():\n    """implements: Q-1001, Q-1002"""\n''',
    "tests/test_queue.py": "# verifies: Q-1001\ndef test_first():\n    assert True\n",
}
EMOJI = "\U0001f3f4\u200d\u2620\ufe0f \U0001f469\u200d\U0001f469\u200d\U0001f467"
HOSTILE_FILES = {
    "muster.toml": "",
    "mkdocs.yml": MKDOCS.replace("strict: true", "strict: false"),
    "specs/index.md": "# Home\n",
    "specs/10-hostile.md": f"""\
# Hostile `<b>spec</b>` &amp; {HOSTILE}

{HEAD}- [H-1001] It MUST show `{HOSTILE}` as text.
- [H-1002] It MUST follow no [link](javascript:window.hacked=1), and {EMOJI} stay whole.
- [H-1003] הדרישה MUST לקרוא מימין לשמאל, كذلك هنا.
- [H-1004] It MUST bear {"a word without an end" * 20}{"x" * 100_000}.
- [H-1005] It MUST bear {"many words " * 9_000}.
""",
    "src/<img src=x onerror=alert(1)>.py": '"""implements: H-1001"""\n',
}


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Mapping[str, str]], str]]:
    """Builds the site of some files, once for each name, and gives the address where it is served on this machine."""
    with ExitStack() as stack:

        @functools.cache
        def address(name: str) -> str:
            root = made_once(tmp_path_factory, name, lambda root: build_site(root, wanted[name]))
            return stack.enter_context(serving(root / "site"))

        wanted: dict[str, Mapping[str, str]] = {}

        def address_of(name: str, files: Mapping[str, str]) -> str:
            wanted.setdefault(name, files)
            return address(name)

        yield address_of


def build_site(root: Path, files: Mapping[str, str]) -> None:
    """Write the files of a project, and build its site."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    for arguments in (["muster", "sync"], ["mkdocs", "build"]):
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def made_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first process of the run to ask for it makes, for all of them."""
    base = temporary.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"shared-{name}"
    with root.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (done := root / ".made").exists():
            root.mkdir()  # not there yet, unless making it failed: then it fails here too
            make(root)
            done.touch()
    return root


@pytest.fixture(scope="package")
def sample(served: Callable[[str, Mapping[str, str]], str]) -> str:
    """The address of a small site of two specs."""
    return served("sample", FILES)


@pytest.fixture(scope="package")
def hostile(served: Callable[[str, Mapping[str, str]], str]) -> str:
    """The address of a site whose texts would break a careless page."""
    return served("hostile", HOSTILE_FILES)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    found = next((path for path in BROWSERS if path.exists()), None)
    if found is None:
        pytest.skip("there is no browser: apt-get install chromium-headless-shell")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address and the folder of a site that has one of everything, and hostile texts everywhere."""
    from browser.whole import build_whole

    root = made_once(tmp_path_factory, "whole", build_whole)
    with serving(root / "site") as address:
        yield address, root / "site"


@pytest.fixture(scope="package")
def seen(browser: Browser, whole: tuple[str, Path]) -> Seen:
    """What a walk over all of its pages saw."""
    from browser.whole import DRAWERS

    return walk(browser, *whole, axe="MUSTER_AXE" in os.environ, drawers=DRAWERS)


@pytest.fixture
def window(browser: Browser) -> Iterator[Window]:
    """A page of its own, which may use the clipboard; a script that fails fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(8_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    found = Window(context.new_page(), context)
    found.watch()
    yield found
    context.close()
    assert found.trouble == []


@pytest.fixture
def page(window: Window) -> Page:
    """The page of the window."""
    return window.page
