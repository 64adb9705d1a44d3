"""Real builds: MkDocs, ProperDocs and Zensical over small projects, each in a process of its own."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from mkdocs.config.base import Config
from mkdocs.config.config_options import Type
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, PluginCollection

from muster.hosts.host_settings import host_of
from muster.model import Host

pytestmark = pytest.mark.site

CONFORMANCE = "Conformance language: RFC 2119 and RFC 8174\n\n"
QUEUE = f"# Queue\n\n{CONFORMANCE}## Order\n\n- [Q-1001] It MUST run; see [C-1001].\n- [Q-1002] It MAY stop.\n"
CORE = (
    f"# Core\n\n{CONFORMANCE}- [C-1001] It MUST feed the [queue](../../specs/10-queue.md#order)"
    " of [lib](../src/lib.rs).\n"
)
MKDOCS = """\
site_name: Sample
docs_dir: specs
strict: true
theme: {theme}
use_directory_urls: {directory_urls}
plugins:
  - muster-specs
  - muster-compliance: {compliance}
  - muster-gate: {gate}
markdown_extensions:
  - toc: {toc}
validation: {{links: {{anchors: warn, unrecognized_links: warn}}, omitted_files: ignore}}
"""


class RedirectOptions(Config):
    """Those of the plugin mkdocs-redirects."""

    redirect_maps = Type(dict, default={})


class Redirects(BasePlugin[RedirectOptions]):
    """What stands for the plugin mkdocs-redirects, of which only the settings are read."""


def project(folder: Path, files: dict[str, str] | None = None, **options: str) -> Path:
    """A project in `folder`, its derived files in place."""
    values = {"theme": "mkdocs", "directory_urls": "true", "compliance": "{rules: false}", "gate": "{}", "toc": "{}"}
    config = MKDOCS.format(**values | options)
    for path, text in {
        "mkdocs.yml": config,
        "muster.toml": "",
        "specs/10-queue.md": QUEUE,
        "specs/guide/index.md": "# Guide\n\nSee [Q-1001], [the queue](../10-queue.md#Q-1002), "
        "[core](../../core/SPEC/SPEC.md#C-1001).\n",
        "core/SPEC/SPEC.md": CORE,
        "core/src/lib.rs": "",
        "core/pyproject.toml": '[project]\nname = "core"\n',
        **(files or {}),
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    done = run(folder, "muster", "sync")
    assert done.returncode == 0, done.stderr
    return folder


def run(folder: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "default"}
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def built(folder: Path, module: str = "mkdocs") -> Path:
    done = run(folder, module, "build", "--strict")
    assert done.returncode == 0, done.stderr
    return folder / "site"


def page(site: Path, path: str) -> str:
    return (site / path).read_text("utf-8")


def badge_links(html: str) -> list[tuple[str, str]]:
    """Where the badges of a page lead, and how that link is called."""
    return re.findall(r'<a class="muster-badges" href="([^"]*)" aria-label="([^"]*)"', html)


def hrefs(html: str, css_class: str) -> list[str]:
    return re.findall(rf'<a class="{css_class}" href="([^"]*)"', html)


@pytest.mark.requirement("MU-SITE-9001", "MU-SITE-9010", "MU-SITE-9011")
def test_build_shows_anchors_badges_and_links(tmp_path: Path) -> None:
    site = built(project(tmp_path))

    queue = page(site, "10-queue/index.html")
    assert re.findall(r'<a id="([^"]*)" class="muster-id"', queue) == ["Q-1001", "Q-1002"]
    assert hrefs(queue, "muster-ref") == ["../packages/core/#C-1001"]
    assert hrefs(page(site, "guide/index.html"), "muster-ref") == ["../10-queue/#Q-1001"]
    assert (site / "assets/muster/muster.css").is_file()
    assert 'href="../assets/muster/muster.css"' in queue


@pytest.mark.requirement("MU-SITE-9012")
def test_badges_lead_to_the_generated_page_of_their_spec_and_no_search_finds_them(tmp_path: Path) -> None:
    queue = QUEUE.replace("# Queue", "# [Q-1000] Queue").replace(CONFORMANCE, f"{CONFORMANCE}It MUST be one.\n\n")
    root = project(tmp_path, {"specs/10-queue.md": queue}, theme="{name: material, font: false}")
    config = (root / "mkdocs.yml").read_text("utf-8").replace("  - muster-gate: {}\n", "  - search\n")
    (root / "mkdocs.yml").write_text(config, "utf-8")
    site = built(root)

    queue = page(site, "10-queue/index.html")
    assert badge_links(queue) == [
        ("../compliance/queue/#Q-1000", "Q-1000: must, specified; open"),
        ("../compliance/queue/#Q-1001", "Q-1001: must, specified; open"),
        ("../compliance/queue/#Q-1002", "Q-1002: may, specified; open"),
    ]
    assert badge_links(page(site, "packages/core/index.html")) == [
        ("../../compliance/core/#C-1001", "C-1001: must, specified; open")
    ]
    assert 'id="Q-1001"' in page(site, "compliance/queue/index.html")
    assert re.findall("<title>(.*?)</title>", queue) == ["[Q-1000] Queue - Sample"]
    found = msgspec.json.decode((site / "search/search_index.json").read_bytes())["docs"]
    own = [one for one in found if one["location"].startswith("10-queue/")]
    assert [one["title"] for one in own] == ["[Q-1000] Queue", "Order"]
    assert [one for one in own if "specified" in one["text"]] == []


@pytest.mark.requirement("MU-SITE-9012")
def test_badges_lead_nowhere_where_no_plugin_makes_such_a_page(tmp_path: Path) -> None:
    root = project(tmp_path)
    config = (root / "mkdocs.yml").read_text("utf-8").replace("  - muster-compliance: {rules: false}\n", "")
    (root / "mkdocs.yml").write_text(config, "utf-8")

    queue = page(built(root), "10-queue/index.html")

    assert badge_links(queue) == []
    assert queue.count('<span class="muster-badges" data-search-exclude>') == 2


def test_links_hold_without_directory_urls(tmp_path: Path) -> None:
    root = project(tmp_path, directory_urls="false")
    (root / "muster.toml").write_text("[site]\ndirectory_urls = false\n", encoding="utf-8")
    site = built(root)

    assert hrefs(page(site, "10-queue.html"), "muster-ref") == ["packages/core.html#C-1001"]
    assert badge_links(page(site, "10-queue.html"))[0] == (
        "compliance/queue.html#Q-1001",
        "Q-1001: must, specified; open",
    )
    assert 'href="../10-queue.html#Q-1001"' in page(site, "compliance/queue.html")
    assert 'href="queue.html"' in page(site, "compliance/index.html")


@pytest.mark.requirement("MU-SITE-9005")
def test_spec_from_outside_has_a_page_whose_links_are_resolved_from_where_it_lies(tmp_path: Path) -> None:
    site = built(project(tmp_path))
    core = page(site, "packages/core/index.html")

    assert 'id="C-1001"' in core
    assert '<a href="../../10-queue/#order">queue</a>' in core
    assert '<span title="../src/lib.rs">lib</span>' in core
    assert '<a href="../packages/core/#C-1001">core</a>' in page(site, "guide/index.html")


@pytest.mark.requirement("MU-SITE-9008")
def test_requirement_files_and_compliance_tables_are_published(tmp_path: Path) -> None:
    site = built(project(tmp_path))

    assert page(site, "requirements/queue.yaml") == (tmp_path / "requirements/queue.yaml").read_text("utf-8")
    assert 'href="../../10-queue/#Q-1001"' in page(site, "compliance/queue/index.html")
    assert 'href="../../packages/core/#C-1001"' in page(site, "compliance/core/index.html")
    assert '<a href="queue/">Queue</a>' in page(site, "compliance/index.html")


@pytest.mark.requirement("MU-SITE-9007")
def test_drift_fails_the_build_with_the_finding_in_its_message(tmp_path: Path) -> None:
    project(tmp_path)
    derived = tmp_path / "requirements/queue.yaml"
    derived.write_text(derived.read_text("utf-8").replace("It MUST run", "It may run"), "utf-8")

    done = run(tmp_path, "mkdocs", "build")

    assert done.returncode == 1
    assert "error[DRF001] requirements/queue.yaml differs from what its sources give" in done.stderr
    assert not (tmp_path / "site").exists()


def test_gate_can_be_told_to_warn_only(tmp_path: Path) -> None:
    project(tmp_path, gate="{fail_on: never}")
    (tmp_path / "requirements/queue.yaml").unlink()

    done = run(tmp_path, "mkdocs", "build", "--no-strict")
    strict = run(tmp_path, "mkdocs", "build", "--strict")

    assert done.returncode == 0
    assert "WARNING -  muster-gate: requirements/queue.yaml:1:1: error[DRF001]" in done.stderr
    assert strict.returncode == 1


@pytest.mark.requirement("MU-CORE-0004")
def test_build_writes_nothing_but_the_site_unless_told_to_sync(tmp_path: Path) -> None:
    project(tmp_path, gate="{fail_on: never}")
    (tmp_path / "requirements/queue.yaml").unlink()
    before = state(tmp_path)

    run(tmp_path, "mkdocs", "build", "--no-strict")
    without = state(tmp_path)
    project_file = tmp_path / "mkdocs.yml"
    project_file.write_text(
        project_file.read_text("utf-8").replace("{rules: false}", "{rules: false, sync: true}"), "utf-8"
    )
    built(tmp_path)

    assert without == before
    assert set(state(tmp_path)) - set(before) == {"requirements/queue.yaml"}


def state(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in ("site", ".muster")
    }


@pytest.mark.requirement("MU-REQ-1020")
def test_build_that_names_headings_otherwise_than_the_settings_is_a_finding(tmp_path: Path) -> None:
    project(tmp_path, toc='{slugify: !!python/name:markdown.extensions.toc.slugify_unicode , separator: "_"}')

    done = run(tmp_path, "mkdocs", "build")

    assert done.returncode == 1
    assert "mkdocs.yml:1:1: error[SET007]" in done.stderr
    assert 'setting `anchors.slug` is "ascii", but this site has "unicode"' in done.stderr
    assert 'setting `anchors.separator` is "-", but this site has "_"' in done.stderr


def test_unknown_slug_function_is_told_by_name(tmp_path: Path) -> None:
    project(tmp_path, toc="{slugify: !!python/name:os.path.join }")

    done = run(tmp_path, "mkdocs", "build")

    assert done.returncode == 1
    assert "this site makes its anchors with posixpath.join, which Muster does not know" in done.stderr


@pytest.mark.requirement("MU-REQ-1020")
@pytest.mark.parametrize(
    ("toc", "slug", "separator"),
    [
        ("{}", "ascii", "-"),
        (
            '{slugify: !!python/object/apply:pymdownx.slugs.slugify {kwds: {case: lower}}, separator: "_"}',
            "pymdownx",
            "_",
        ),
    ],
)
def test_host_settings_print_as_json(tmp_path: Path, toc: str, slug: str, separator: str) -> None:
    project(tmp_path, toc=toc)

    done = run(tmp_path, "muster.hosts.host_settings", "mkdocs.yml")

    assert (done.returncode, msgspec.json.decode(done.stdout, type=Host)) == (
        0,
        Host("mkdocs.yml", slug=slug, separator=separator, attr_list=False),
    )


def test_host_settings_of_a_missing_file_exit_with_2(tmp_path: Path) -> None:
    done = run(tmp_path, "muster.hosts.host_settings", "none.yml")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("none.yml: ")
    assert "Traceback" not in done.stderr


@pytest.mark.requirement("MU-REQ-1020")
def test_host_settings_are_read_from_the_long_names_of_extensions_and_from_another_file_too(tmp_path: Path) -> None:
    extensions = "[markdown.extensions.extra, sane_lists, markdown.extensions.toc: {separator: _}]"
    (tmp_path / "docs").mkdir()
    (tmp_path / "site.yml").write_text(
        f"site_name: S\nuse_directory_urls: false\nplugins: []\nmarkdown_extensions: {extensions}\n", "utf-8"
    )

    done = run(tmp_path, "muster.hosts.host_settings", "site.yml")

    assert msgspec.json.decode(done.stdout, type=Host) == Host(
        "site.yml", slug="ascii", separator="_", sane_lists=True, attr_list=True, docs="docs", directory_urls=False
    )


@pytest.mark.requirement("MU-REQ-1020")
def test_an_unknown_slug_function_ends_host_settings_by_name(tmp_path: Path) -> None:
    slugify = "!!python/object/apply:pymdownx.slugs.slugify {kwds: {case: fold}}"
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text(f"site_name: S\nmarkdown_extensions: [toc: {{slugify: {slugify}}}]\n", "utf-8")

    done = run(tmp_path, "muster.hosts.host_settings")

    function = "pymdownx.slugs.slugify(case='fold', normalize='NFC', percent_encode=False)"
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        f"mkdocs.yml: the anchors are made with {function}, which Muster does not know"
    )


@pytest.mark.requirement("MU-REQ-1020")
def test_redirects_of_the_plugin_are_paths_of_the_project() -> None:
    maps = {"old.md": "guide/index.md", "away.md": "https://example.org/"}
    config = MkDocsConfig(config_file_path="mkdocs.yml")
    config.load_dict({"docs_dir": "specs"})
    config.plugins = PluginCollection()
    config.plugins["redirects"] = Redirects()
    config.plugins["redirects"].load_config({"redirect_maps": maps})

    assert host_of(config, Path()).redirects == {
        "specs/away.md": "https://example.org/",
        "specs/old.md": "specs/guide/index.md",
    }


@pytest.mark.requirement("MU-SITE-9006")
def test_builds_in_one_process_do_not_leak_into_each_other(tmp_path: Path) -> None:
    project(tmp_path)
    script = """
import pathlib, sys
from mkdocs.commands.build import build
from mkdocs.config import load_config
config = load_config("mkdocs.yml")
build(config)
spec = pathlib.Path("specs/10-queue.md")
spec.write_text(spec.read_text("utf-8").replace("Q-1002", "Q-1003"), "utf-8")
guide = pathlib.Path("specs/guide/index.md")
guide.write_text(guide.read_text("utf-8").replace("Q-1002", "Q-1003"), "utf-8")
from muster.workspace import check, sync
sync(pathlib.Path.cwd(), check(pathlib.Path.cwd()))
build(config if "same" in sys.argv else load_config("mkdocs.yml"))
"""
    for how in ("same", "new"):
        (tmp_path / "specs/10-queue.md").write_text(QUEUE, "utf-8")
        project(tmp_path)
        done = subprocess.run(
            [sys.executable, "-c", script, how], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        queue = page(tmp_path / "site", "10-queue/index.html")
        assert re.findall(r'<a id="([^"]*)" class="muster-id"', queue) == ["Q-1001", "Q-1003"]
        table = page(tmp_path / "site", "compliance/queue/index.html")
        assert re.findall(r'10-queue/#(Q-[0-9]+)"', table) == ["Q-1001", "Q-1003"]
        derived = page(tmp_path / "site", "requirements/queue.yaml")
        assert re.findall(r"^  (Q-[0-9]+):$", derived, re.MULTILINE) == ["Q-1001", "Q-1003"]
        assert queue.count("assets/muster/muster.css") == 1


@pytest.mark.long  # test_own_site.py builds under each host
@pytest.mark.requirement("MU-SITE-9002")
@pytest.mark.skipif(importlib.util.find_spec("properdocs") is None, reason="ProperDocs is not installed")
def test_properdocs_builds_the_same_pages(tmp_path: Path) -> None:
    project(tmp_path, theme="{name: null, custom_dir: theme}", files={"theme/main.html": "{{ page.content }}"})
    expected = pages_of(built(tmp_path))
    (tmp_path / "mkdocs.yml").rename(tmp_path / "properdocs.yml")

    assert pages_of(built(tmp_path, "properdocs")) == expected


def pages_of(site: Path) -> dict[str, str]:
    return {path.relative_to(site).as_posix(): path.read_text("utf-8") for path in sorted(site.rglob("*.html"))}


@pytest.mark.long  # test_own_site.py builds under each host
@pytest.mark.requirement("MU-SITE-9003", "MU-SITE-9004")
@pytest.mark.skipif(importlib.util.find_spec("zensical") is None, reason="Zensical is not installed")
def test_zensical_shows_the_same_and_the_pages_that_muster_writes(tmp_path: Path) -> None:
    project(tmp_path)
    (tmp_path / "mkdocs.yml").unlink()
    (tmp_path / "zensical.toml").write_text(
        '[project]\nsite_name = "Sample"\ndocs_dir = "specs"\n[project.markdown_extensions.muster]\n', "utf-8"
    )
    pages = run(tmp_path, "muster", "pages", "specs/made", "--docs", "specs")
    assert pages.returncode == 0, pages.stderr

    done = run(tmp_path, "zensical", "build", "--clean")

    assert done.returncode == 0, done.stdout + done.stderr
    queue = page(tmp_path / "site", "10-queue/index.html")
    assert re.findall(r'<a id="([^"]*)" class="muster-id"', queue) == ["Q-1001", "Q-1002"]
    assert hrefs(page(tmp_path / "site", "guide/index.html"), "muster-ref") == ["../10-queue/#Q-1001"]
    assert 'href="../../../10-queue/#Q-1001"' in page(tmp_path / "site", "made/compliance/queue/index.html")


@pytest.mark.long  # test_own_site.py builds under each host
@pytest.mark.requirement("MU-SITE-9003", "MU-SITE-9004", "MU-SITE-9012")
@pytest.mark.skipif(importlib.util.find_spec("zensical") is None, reason="Zensical is not installed")
@pytest.mark.parametrize(
    ("option", "made", "links"),
    [
        ('{pages = "made"}', True, ["../made/compliance/queue/#Q-1001", "../made/compliance/queue/#Q-1002"]),
        ('{pages = "made"}', False, []),
        ("{}", True, []),
    ],
    ids=["told and made", "told and not made", "made and not told"],
)
def test_badges_under_zensical_lead_to_the_pages_that_muster_wrote_where_it_is_told(
    option: str, made: bool, links: list[str], tmp_path: Path
) -> None:
    project(tmp_path)
    (tmp_path / "mkdocs.yml").unlink()
    (tmp_path / "zensical.toml").write_text(
        f'[project]\nsite_name = "Sample"\ndocs_dir = "specs"\nmarkdown_extensions.muster = {option}\n', "utf-8"
    )
    if made:
        pages = run(tmp_path, "muster", "pages", "specs/made", "--docs", "specs")
        assert pages.returncode == 0, pages.stderr

    done = run(tmp_path, "zensical", "build", "--clean")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "10-queue.md:" not in done.stdout  # no complaint of a link
    queue = page(tmp_path / "site", "10-queue/index.html")
    assert [href for href, _ in badge_links(queue)] == links
    assert queue.count('class="muster-badges"') == 2
    found = msgspec.json.decode((tmp_path / "site/search.json").read_bytes())["items"]
    words = [f"{one['title']} {one['text']}" for one in found if one["location"].startswith("10-queue/")]
    assert [one for one in words if "specified" in one] == []
