"""Muster's own site under MkDocs, ProperDocs and Zensical, each with Material: every page says the same."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from repositories import checkout
from site_words import words_of
from test_mkdocs_build import run

pytestmark = [pytest.mark.site, pytest.mark.requirement("MU-SITE-9001")]
# Zensical knows no plugins: there it is the extension, and pages that `muster pages` writes.
PLUGINS = re.compile(r"^plugins:\n(?:  .*\n)+", re.MULTILINE)
EXTENSIONS = "markdown_extensions:\n"
WITHOUT_NETWORK = """
import socket
def refuse(*_):
    raise OSError("this build has no network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from mkdocs.__main__ import cli
cli(["build", "--strict"])
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with its site, which MkDocs built in strict mode and without network."""
    root = checkout(tmp_path_factory.mktemp("own") / "muster")
    command = [sys.executable, "-c", WITHOUT_NETWORK]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root


def texts_of(root: Path) -> dict[str, str]:
    """The words of each page, by its address."""
    site = root / "site"
    return {page.relative_to(site).parent.as_posix(): words_of(page) for page in sorted(site.rglob("index.html"))}


def built(root: Path, module: str, *arguments: str) -> dict[str, str]:
    done = run(root, module, "build", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return texts_of(root)


def test_it_is_built_without_network_and_asks_nobody(own: Path) -> None:
    site = own / "site"

    page = (site / "10-requirements/index.html").read_text(encoding="utf-8")
    assert "mkdocs-material" in page
    assert '<a id="MU-REQ-1001" class="muster-id"' in page
    assert (site / "compliance/requirements/index.html").is_file()
    derived = "requirements/requirements.yaml"
    assert (site / derived).read_bytes() == (own / derived).read_bytes()
    asked = r'<(?:script|img|iframe|link rel="(?:stylesheet|icon|preconnect)")[^>]* (?:src|href)="(//|https?:)'
    assert re.findall(asked, page) == []


@pytest.mark.long  # test_mkdocs_build.py builds a smaller project under each
@pytest.mark.requirement("MU-SITE-9002", "MU-SITE-9003", "MU-SITE-9004")
@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("properdocs", "zensical")),
    reason="ProperDocs and Zensical are not installed",
)
def test_every_page_says_the_same_under_each_host(own: Path) -> None:
    expected = texts_of(own)
    (own / "mkdocs.yml").rename(own / "properdocs.yml")
    found = {"properdocs": built(own, "properdocs", "--strict")}
    done = run(own, "muster", "pages", "specs", "--docs", "specs")
    assert done.returncode == 0, done.stderr
    config = (own / "properdocs.yml").read_text(encoding="utf-8")
    config = PLUGINS.sub("", config).replace(EXTENSIONS, f"{EXTENSIONS}  - muster\n")
    (own / "mkdocs.yml").write_text(config, encoding="utf-8")
    found["zensical"] = built(own, "zensical", "--clean")

    assert len(expected) > 200
    for host, texts in found.items():
        assert sorted(texts) == sorted(expected), host
        assert [page for page in texts if texts[page] != expected[page]] == [], host
