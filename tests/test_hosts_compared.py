"""One project under MkDocs, ProperDocs and Zensical, each with Material: the generated pages say the same."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from repositories import write
from site_words import words_of
from test_mkdocs_build import run

pytestmark = [
    pytest.mark.site,
    pytest.mark.requirement("MU-SITE-9001", "MU-SITE-9002", "MU-SITE-9003", "MU-SITE-9004"),
    pytest.mark.skipif(
        any(importlib.util.find_spec(name) is None for name in ("properdocs", "zensical")),
        reason="ProperDocs and Zensical are not installed",
    ),
]

HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
THEME = "theme: {name: material, language: en, font: false}\n"
EXTENSIONS = "markdown_extensions: [attr_list, tables, pymdownx.superfences, toc: {permalink: true}%s]\n"
PROJECT = {
    "muster.toml": '[trace]\nresults = ["junit.xml"]\n[links]\nrepository = "https://git.example/queue"\n',
    "specs/index.md": "# Home\n\nSee [Q-1001].\n",
    "specs/10-queue.md": (
        f"# Queue & `pool`\n\n{HEAD}## Order\n\n- [Q-1001] It MUST run `<b>first</b>` *things* | {{{{ first }}}}.\n"
        "- [Q-1002] It SHOULD stop; see [P-1001].\n- [Q-1003] It sings.\n"
    ),
    "specs/20-pool.md": f"# Pool\n\n{HEAD}- [P-1001] It MAY grow. derives: Q-1001\n",
    "src/queue.py": '"""implements: Q-1001"""\n',
    "tests/test_queue.py": "# verifies: Q-1001\ndef test_run():\n    pass\n",
    "junit.xml": '<testsuite><testcase classname="tests.test_queue" name="test_run"/></testsuite>',
    "requirements/waivers.yaml": "- {requirement: Q-1002, rule: TRC, reason: Soon., owner: Ada, expires: 2999-01-31}\n",
}


def texts_of(site: Path, folder: str = "") -> dict[str, str]:
    """The words of each generated page, by its address below the folder of the pages."""
    base = site / folder
    kinds = ("compliance", "dashboard", "graph", "rules", "runs")
    pages = [page for kind in kinds for page in sorted((base / kind).rglob("index.html"))]
    return {page.relative_to(base).parent.as_posix(): words_of(page) for page in pages}


def built(folder: Path, module: str, *arguments: str) -> Path:
    done = run(folder, module, "build", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    first = write(tmp_path_factory.mktemp("mkdocs"), PROJECT)
    (first / ".git").mkdir()
    assert run(first, "muster", "sync").returncode == 0
    found: dict[str, Path] = {}
    for name in ("mkdocs", "properdocs", "zensical"):
        root = tmp_path_factory.mktemp("hosts") / name
        shutil.copytree(first, root)  # with the ledger, for a run has its time
        plugins = "plugins: [search, muster-specs, muster-compliance]\n"
        config = f"site_name: Sample\ndocs_dir: specs\n{THEME}"
        if name == "zensical":
            done = run(root, "muster", "pages", "specs", "--docs", "specs")
            assert done.returncode == 0, done.stderr
            write(root, {"mkdocs.yml": config + EXTENSIONS % ", muster"})
            found[name] = built(root, "zensical", "--clean")
        else:
            write(root, {f"{name}.yml": config + plugins + EXTENSIONS % ""})
            found[name] = built(root, name, "--strict")
    return found


def test_the_generated_pages_say_the_same_under_each_host(sites: dict[str, Path]) -> None:
    expected = texts_of(sites["mkdocs"])

    assert {"compliance", "compliance/matrix", "compliance/queue", "dashboard", "rules/KWD001"} <= set(expected)
    assert texts_of(sites["properdocs"]) == expected
    assert texts_of(sites["zensical"]) == expected
