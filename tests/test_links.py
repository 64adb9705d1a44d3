"""What `check` says of links and anchors, through the real pipeline: on GitHub, on a MkDocs site, in an mdBook."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from corpus import FOLDER, needs_corpora
from corpus import inputs as corpus_inputs
from corpus import settings as corpus_settings
from muster.cli.app import run as command_line
from muster.inputs import memory
from muster.model import Page
from muster.pipeline import run
from muster.settings import settings_from
from muster.workspace import check

GITHUB = '[anchors]\nstyle = "github"\n[specs]\ninclude = []\n'
SITE = '[site]\ndocs = "docs"\n[specs]\ninclude = ["docs/specs/*.md"]\n'
BOOK = '[anchors]\nstyle = "mdbook"\n[site]\ndocs = "src"\n[specs]\ninclude = []\n'
GUIDE = "# Guide\n\n## Queue & limits\n\n## Again\n\n## Again\n\n<a id='Here'></a>Text.\n"


def told(files: dict[str, str], settings: str = GITHUB) -> list[str]:
    """`path:line:column code message` of each finding about links."""
    outcome = run(memory(files), settings_from(settings, "muster.toml"))
    return [f"{f.place} {f.code} {f.message}" for f in outcome.findings if f.code.startswith("LNK")]


def helps(files: dict[str, str], settings: str = GITHUB) -> list[str]:
    """What each finding about links says to do."""
    outcome = run(memory(files), settings_from(settings, "muster.toml"))
    return [f.help for f in outcome.findings if f.code.startswith("LNK")]


def faults(link: str, files: dict[str, str], page: str, settings: str) -> list[str]:
    """The code and message of what is wrong with one link on a page."""
    return [line.split(" ", 1)[1] for line in told({page: f"# Page\n\n{link}\n", **files}, settings)]


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    "link",
    [
        "[a](docs/guide.md)", "[a](./docs/guide.md#queue--limits)", "[a](docs/guide.md#again-1)", "[a](#page)",
        "[a](docs/guide.md#Queue--Limits)", "[a](docs/guide.md#user-content-again)", "[a](docs/guide.md#here)",
        "[a](/docs/guide.md)", "[a](docs)", "[a](docs/)", "[a](docs/#docs)", "[a](src/queue.py#L10-L20)",
        "[a](docs/guide.md#L3)", "[a](docs/guide.md?plain=1#L3)", "![a](<docs/a picture.png>)",
        "![a](docs/a%20picture.png)", "[a](../../issues/7)", "[a](../../wiki)", "[a](#)", "[a](#top)", "[a]()",
        '<a href="docs/guide.md#again">a</a>', "<img src='docs/a picture.png'>", "[a][b]\n\n[b]: docs/guide.md#again",
        "[a](docs/guide.md#:~:text=Text)", "[a](mailto:a@b.c) <https://a.b>", "[a]({{ url }})", "[^1]\n\n[^1]: A note.",
        "[a](docs/guide.md 'title')", "[a](.)", "[a](docs/../docs/guide.md)", "[a](/var/queue.md)",
        "<video src='gone.mp4' href='gone.md'></video>",
    ],
)  # fmt: skip
def test_what_github_resolves_is_no_finding(link: str) -> None:
    files = {"docs/guide.md": GUIDE, "docs/README.md": "# Docs\n", "docs/a picture.png": "", "src/queue.py": ""}
    files["var/queue.md"] = "# Variables\n"

    assert faults(link, files, "README.md", GITHUB) == []


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[a](docs/gide.md)", "LNK001 docs/gide.md: there is no docs/gide.md"),
        ("[a](Docs/guide.md)", "LNK001 Docs/guide.md: there is no Docs/guide.md"),
        ("![a](guide.png)", "LNK001 guide.png: there is no guide.png"),
        (
            "[a](docs/guide.md#queue-limits)",
            "LNK002 docs/guide.md#queue-limits: docs/guide.md has no anchor queue-limits",
        ),
        ("[a](docs/guide.md#again-2)", "LNK002 docs/guide.md#again-2: docs/guide.md has no anchor again-2"),
        ("[a](#nowhere)", "LNK002 #nowhere: README.md has no anchor nowhere"),
        ("[a][b]\n\n[b]: gone.md", "LNK001 gone.md: there is no gone.md"),
        ('<a href="gone.md">a</a>', "LNK001 gone.md: there is no gone.md"),
        ("[a](../gone.md)", "LNK005 ../gone.md leads out of the repository"),
        ("[a](file:///home/ada/a.md)", "LNK003 file:///home/ada/a.md is a place on somebody's machine"),
        ("[a](/home/ada/a.md)", "LNK003 /home/ada/a.md is a place on somebody's machine"),
        ("[a](C:\\\\a.md)", "LNK003 C:\\a.md is a place on somebody's machine"),
        ("[a](javascript:alert)", "LNK008 javascript:alert would run code"),
        ("[a][nothing]", "LNK006 no link definition `[nothing]: ...` on this page"),
        ("<a id=x></a>\n\ntext\n\n<a id=x></a>", "LNK007 the anchor x stands on line 3 too"),
    ],
)  # fmt: skip
def test_what_github_does_not_resolve_is_told(link: str, fault: str) -> None:
    assert faults(link, {"docs/guide.md": GUIDE}, "README.md", GITHUB) == [fault]


@pytest.mark.requirement("MU-CORE-0031")
@pytest.mark.parametrize(
    ("link", "remedy"),
    [
        ("[a](guide.md)", "did you mean `docs/guide.md`?"),
        ("[a](docs/GUIDE.md)", "did you mean `docs/guide.md`?"),
        ("[a](docs/gide.md)", "did you mean `docs/guide.md`?"),
        ("[a](gide.md)", "mend the path, or remove the link"),
        ("[a](same.md)", "mend the path, or remove the link"),
        ("[a](docs/guide.md#agian)", "did you mean `#again`?"),
        ("[a](docs/guide.md#zzz)", "mend the anchor, or add it"),
    ],
)
def test_the_help_names_the_one_file_or_anchor_that_may_be_meant(link: str, remedy: str) -> None:
    files = {"README.md": f"# Page\n\n{link}\n", "docs/guide.md": GUIDE, "a/same.md": "# A\n", "b/same.md": "# B\n"}

    assert helps(files) == [remedy]


SPEC = "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Order & size\n\n- [Q-1001] It MUST run.\n"
SITE_FILES = {
    "docs/specs/10-queue.md": SPEC,
    "docs/guide/index.md": "# Guide\n\nA *term*{#term}.\n\n## Scope {#scope}\n",
    "docs/guide/more.md": "# More\n",
    "docs/images/a.png": "",
    "core/SPEC/SPEC.md": SPEC.replace("Q-", "C-"),
    "src/queue.py": "",
    "opt/a.py": "",
    "README.md": "# Readme\n",
}
OUTSIDE = SITE.replace('["docs/specs/*.md"]', '["docs/specs/*.md", "**/SPEC/SPEC.md"]')


@pytest.mark.requirement("MU-RULE-2013", "MU-REQ-1020")
@pytest.mark.parametrize(
    "link",
    [
        "[a](../specs/10-queue.md#1-order-size)", "[a](../specs/10-queue.md#Q-1001)", "[a](index.md#scope)",
        "[a](index.md#term)", "![a](../images/a.png)", "[a](../../core/SPEC/SPEC.md#C-1001)", "[a](../more/)",
        "[a](../../specs/10-queue/#Q-1001)", "<a href='../../specs/10-queue/'>a</a>", "<img src='../../images/a.png'>",
        "[a](../compliance/index.md)", "[a](../rules/KWD001.md)", "[a](../../old/)",
    ],
)  # fmt: skip
def test_what_the_site_has_is_no_finding(link: str) -> None:
    settings = OUTSIDE + '[links]\nredirects = { "docs/old.md" = "docs/guide/index.md" }\n'

    assert (
        faults(link, {**SITE_FILES, "docs/guide/page.md": f"# Page\n\n{link}\n"}, "docs/guide/page.md", settings) == []
    )


@pytest.mark.requirement("MU-RULE-2013", "MU-REQ-1020")
@pytest.mark.parametrize(
    ("link", "fault"),
    [
        (
            "[a](../specs/10-queue.md#1-order--size)",
            "LNK002 ../specs/10-queue.md#1-order--size: docs/specs/10-queue.md has no anchor 1-order--size on the site",
        ),
        (
            "[a](../specs/10-queue.md#Q-1002)",
            "LNK002 ../specs/10-queue.md#Q-1002: docs/specs/10-queue.md has no anchor Q-1002",
        ),
        ("[a](../specs/10-queue.md#L3)", "LNK002 ../specs/10-queue.md#L3: docs/specs/10-queue.md has no anchor L3"),
        ("[a](../../src/queue.py)", "LNK005 ../../src/queue.py leaves the site: src/queue.py is not published"),
        ("[a](../../README.md)", "LNK005 ../../README.md leaves the site: README.md is not published"),
        ("[a](../images/)", "LNK001 ../images/: the site has no page for the folder docs/images"),
        ("[a](/guide/)", "LNK003 /guide/ begins at the top of the host, where this site need not be"),
        (
            "<a href='more.md'>a</a>",
            "LNK001 more.md in raw HTML leads nowhere from the address of this page, /guide/page/",
        ),
        (
            "<img src='../images/a.png'>",
            "LNK001 ../images/a.png in raw HTML leads nowhere from the address of this page, /guide/page/",
        ),
        ("[a](/home/ada/a.md)", "LNK003 /home/ada/a.md is a place on somebody's machine"),
        ("[a](../old.md)", "LNK001 ../old.md: there is no docs/old.md"),
        ("[a](.hidden.md)", "LNK001 .hidden.md: there is no docs/guide/.hidden.md"),
    ],
)  # fmt: skip
def test_what_the_site_has_not_is_told(link: str, fault: str) -> None:
    settings = OUTSIDE + '[links]\nredirects = { "docs/old.md" = "docs/guide/index.md" }\n'

    assert faults(link, SITE_FILES, "docs/guide/page.md", settings) == [fault]


@pytest.mark.requirement("MU-CORE-0031")
@pytest.mark.parametrize(
    ("page", "link", "remedy"),
    [
        ("guide/page.md", "<a href='more.md'>a</a>", "write it in Markdown, or as `../more/`"),
        ("guide/page.md", "<a href='../top.md'>a</a>", "write it in Markdown, or as `../../top/`"),
        ("guide/page.md", "<a href='../index.md'>a</a>", "write it in Markdown, or as `../..`"),
        ("guide/page.md", "<img src='../a.png'>", "write it in Markdown, or as `../../a.png`"),
        ("guide/page.md", "[a](/guide/more/)", "write the path relative to this page: `more.md`"),
        ("guide/page.md", "[a](/a.png)", "write the path relative to this page: `../a.png`"),
        ("guide/page.md", "[a](/none)", "write the path relative to this page"),
        ("top.md", "[a](guide/)", "link a page of it"),
        ("guide/page.md", "[a](../part)", "link `../part/index.md`"),
        ("guide/page.md", "[a](../../src/queue.py)", "link a page below docs/, or the file's full web address"),
    ],
)
def test_on_a_site_the_help_counts_from_where_the_page_is_or_its_file(page: str, link: str, remedy: str) -> None:
    files = {"docs/guide/more.md": "# More\n", "docs/top.md": "# Top\n", "docs/a.png": "", "src/queue.py": ""}
    files |= {"docs/index.md": "# Home\n", "docs/part/index.md": "# Part\n"}

    assert helps({**files, f"docs/{page}": f"# Page\n\n{link}\n"}, SITE) == [remedy]


@pytest.mark.requirement("MU-RULE-2013")
def test_a_spec_from_outside_is_read_on_the_site_and_on_github() -> None:
    links = "[a](#1-order-size) [b](#C-1001) [c](../../src/queue.py) [d](#1-order--size) [e](#order)"

    assert told({**SITE_FILES, "core/SPEC/SPEC.md": f"{SITE_FILES['core/SPEC/SPEC.md']}\n{links}\n"}, OUTSIDE) == [
        "core/SPEC/SPEC.md:9:77 LNK002 #order: core/SPEC/SPEC.md has no anchor order"
    ]


@pytest.mark.requirement("MU-RULE-2013")
def test_a_readme_beside_a_site_is_read_on_github() -> None:
    links = "[a](docs/specs/10-queue.md#1-order--size) [b](src/queue.py#L1) [c](docs/specs/10-queue.md#Q-1001)"

    assert faults(links, {k: v for k, v in SITE_FILES.items() if k != "README.md"}, "README.md", SITE) == [
        (
            "LNK002 docs/specs/10-queue.md#Q-1001: docs/specs/10-queue.md has no anchor Q-1001"
            " on GitHub, where this file is read"
        )
    ]


@pytest.mark.requirement("MU-RULE-2013", "MU-CORE-0043")
def test_without_a_site_every_file_is_read_on_github() -> None:
    files = {"specs/10-queue.md": SPEC + "\n[a](../src/queue.py) [b](#1-order--size)\n", "src/queue.py": ""}
    site = {"mkdocs.yml": "site_name: Sample\n"}

    assert told(files, "") == []
    assert [line.split(" ")[1] for line in told({**files, **site}, "")] == ["LNK005", "LNK002"]
    assert told(files, '[site]\ndocs = ""\n') == []


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize("text", ["::: package.module", "--8<-- 'more.md'", "{% include 'more.md' %}"])
def test_a_page_that_takes_in_text_from_elsewhere_may_have_any_anchor(text: str) -> None:
    assert faults("[a](b.md#anything)", {"docs/b.md": f"# B\n\n{text}\n"}, "docs/a.md", SITE) == []


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("[a](guide.md#queue--limits)", ""),
        ("[a](guide.html#again-1)", ""),
        ("[a](part)", ""),
        ("[a](old.html)", ""),
        ("[a](guide.md#queue-limits)", "LNK002 guide.md#queue-limits: src/guide.md has no anchor queue-limits"),
        ("[a](draft.md)", "LNK001 draft.md: the book has no chapter src/draft.md"),
        ("[a](../README.md)", "LNK005 ../README.md leaves the site: README.md is not published"),
        ("[a](gone.md)", "LNK001 gone.md: there is no src/gone.md"),
    ],
)
def test_a_book_has_the_chapters_that_its_summary_names(link: str, fault: str) -> None:
    files = {
        "src/SUMMARY.md": "# Summary\n\n- [Page](page.md)\n- [Guide](guide.md)\n- [Part](part/README.md)\n",
        "src/guide.md": GUIDE, "src/part/README.md": "# Part\n", "src/draft.md": "# Draft\n", "README.md": "# Top\n",
    }  # fmt: skip
    settings = BOOK + '[links]\nredirects = { "src/old.html" = "src/guide.md" }\n'

    assert faults(link, files, "src/page.md", settings) == ([fault] if fault else [])


@pytest.mark.requirement("MU-RULE-2013")
def test_a_book_without_a_summary_has_every_page_as_a_chapter() -> None:
    files = {"src/guide.md": GUIDE, "notes.md": "# Notes\n"}

    assert faults("[a](guide.md#again) [b](../notes.md)", files, "src/page.md", BOOK) == [
        "LNK005 ../notes.md leaves the site: notes.md is not published"
    ]


@pytest.mark.requirement("MU-RULE-2013")
def test_settings_name_the_own_address_and_the_targets_that_something_else_makes() -> None:
    settings = GITHUB + '[links]\nrepository = "https://github.com/a/b"\nignore = ["api/**"]\nexclude = ["vendor/**"]\n'
    own = "https://github.com/a/b"
    text = (
        f"[a]({own}/blob/main/docs/x.md) [b]({own}/issues/1) [c]({own}/blob/{'0' * 40}/x.md) [d]({own}/tree/v1.2/x)\n"
        f"[e](api/index.html) [f]({own}/blob/{{{{branch}}}}/docs/x.md)\n"
    )

    assert told({"README.md": text, "vendor/README.md": "[a](gone.md)\n"}, settings) == [
        f"README.md:1:1 LNK004 {own}/blob/main/docs/x.md leads by the web to docs/x.md of this repository"
    ]
    on_site = f'{SITE}[links]\nrepository = "{own}"\n'
    text = f"[a]({own}/blob/main/docs/b.md) [b]({own}/blob/main/src/queue.py)\n"  # the site has the first alone
    assert told({"docs/a.md": f"# A\n\n{text}", "docs/b.md": "# B\n", "src/queue.py": ""}, on_site) == [
        f"docs/a.md:3:1 LNK004 {own}/blob/main/docs/b.md leads by the web to docs/b.md of this repository"
    ]


@pytest.mark.requirement("MU-RULE-2013", "MU-RULE-2005")
def test_an_allowance_holds_in_a_readme_too_and_is_judged_there() -> None:
    text = "[a](gone.md) <!-- muster: allow LNK001 made later -->\n\n<!-- muster: allow LNK002 nothing -->\n\nText.\n"
    outcome = run(memory({"README.md": text}), settings_from(GITHUB, "muster.toml"))

    assert [(f.code, f.place.line) for f in outcome.findings] == [("SET002", 3)]


@pytest.mark.requirement("MU-RULE-2013")
def test_what_lies_in_the_working_tree_alone_is_told_apart_from_what_is_nowhere(tmp_path: Path) -> None:
    def git(*arguments: str, folder: Path = tmp_path) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always"]
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)

    (tmp_path / "other").mkdir()
    git("init", "-q", folder=tmp_path / "other")
    (tmp_path / "other" / "a.md").write_text("# A\n")
    git("add", ".", folder=tmp_path / "other")
    git("commit", "-qm", "a", folder=tmp_path / "other")
    root = tmp_path / "root"
    root.mkdir()
    git("init", "-q", folder=root)
    git("submodule", "add", "-q", str(tmp_path / "other"), "vendor/other", folder=root)
    (root / "docs").mkdir()
    (root / "docs/guide.md").write_text("# Guide\n")
    (root / "manual").symlink_to("docs")
    (root / "GUIDE.md").symlink_to("docs/guide.md")
    (root / "loop").symlink_to("loop")
    (root / ".gitignore").write_text("build/\n")
    (root / "build").mkdir()
    (root / "build/index.html").write_text("")
    (root / "muster.toml").write_text(GITHUB)
    (root / "README.md").write_text(
        "[a](manual/guide.md) [b](GUIDE.md) [c](vendor/other/a.md#any) [d](manual)\n"
        "[e](build/index.html)\n[f](loop)\n[g](manual/gone.md)\n"
    )
    git("add", ".", folder=root)

    found = check(root, use_cache=False).findings

    assert [(f.place.line, f.message) for f in found if f.code == "LNK001"] == [
        (2, "build/index.html: there is no build/index.html in the repository: git ignores it"),
        (3, "loop: there is no loop"),
        (4, "manual/gone.md: there is no manual/gone.md"),
    ]


CORPORA = [
    pytest.param(name, dead, marks=needs_corpora)
    for name, dead in (("llama-orch", 83), ("openfeature", 0), ("tracey", 1), ("opentelemetry", 0))
]
# Link targets only: in the answer they are no pages.
TARGETS_ALONE = frozenset(("CHANGELOG.md", "issue-management.md", "tools/spec-extract/README.md"))


def corpus_pages(name: str) -> list[Page]:
    project = run(corpus_inputs(name), corpus_settings(name)).project
    return [page for page in project.pages if page.path not in TARGETS_ALONE]


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(("name", "dead"), CORPORA)
def test_every_link_of_the_corpora_is_read_and_exactly_the_dead_ones_are_told(name: str, dead: int) -> None:
    records = [json.loads(line) for line in (FOLDER / name / "expected" / "links.jsonl").read_text().splitlines()]
    findings = run(corpus_inputs(name), corpus_settings(name)).findings
    lines = {
        path: text.decode().split("\n") for path, text in corpus_inputs(name).contents.items() if path.endswith(".md")
    }
    found = {(f.place.path, f.place.line) for f in findings if f.code in ("LNK001", "LNK002")}

    read = sorted((page.path, link.href) for page in corpus_pages(name) for link in page.links)
    assert read == sorted((record["file"], record["href"]) for record in records)
    assert {place for place in found if place[0] not in TARGETS_ALONE} == {
        (record["file"], record["line"]) for record in records if record["status"] != "ok"
    }
    assert sum(record["status"] != "ok" for record in records) == dead
    # The answer gives the first line of an HTML block, and miscounts after a code span that spans lines; we do neither.
    exact = {(page.path, link.line, link.href) for page in corpus_pages(name) for link in page.links}
    told = {(record["file"], record["line"], record["href"]) for record in records}
    assert len(exact - told) <= 9
    for path, line, href in exact - told:
        assert href in lines[path][line - 1] or href in lines[path][line]


@pytest.mark.requirement("MU-RULE-2013")
@pytest.mark.parametrize(("name", "dead"), CORPORA)
def test_the_links_of_a_corpus_can_be_listed_on_the_command_line(
    name: str, dead: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    root = shutil.copytree(FOLDER / name / "repo", tmp_path / "repo")
    settings = (Path(__file__).parent / "corpora" / f"{name}.toml").read_text(encoding="utf-8")
    (root / "muster.toml").write_text(settings, encoding="utf-8")
    records = [json.loads(line) for line in (FOLDER / name / "expected" / "links.jsonl").read_text().splitlines()]

    status = command_line(["-C", str(root), "links", "--sources", "--format", "json"])

    rows = [row for row in json.loads(capfd.readouterr().out) if row["path"] not in TARGETS_ALONE]
    assert status == int(dead > 0 or name == "opentelemetry")  # two targets of issue-management.md are not kept
    assert sorted((row["path"], row["href"], row["state"] == "ok") for row in rows) == sorted(
        (record["file"], record["href"], record["status"] == "ok") for record in records
    )


@pytest.mark.requirement("MU-RULE-2013")
def test_the_links_to_one_file_can_be_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "muster.toml").write_text(GITHUB, encoding="utf-8")
    (tmp_path / "README.md").write_text("[a](guide.md#again) [b](guide.md#no) [c](gone.md)\n", encoding="utf-8")
    (tmp_path / "guide.md").write_text(GUIDE, encoding="utf-8")
    where = ["-C", str(tmp_path), "links", "--sources"]

    assert command_line([*where, "--to", "guide.md"]) == 1
    assert capfd.readouterr().out == (
        "README.md:1:1: guide.md#again -> guide.md#again: ok\nREADME.md:1:21: guide.md#no -> guide.md#no: LNK002\n"
    )
    assert command_line([*where, "--to", "guide.md#again"]) == 0
    assert capfd.readouterr().err == "1 link in 1 file: 0 dead\n"
    assert command_line([*where, "--to", "nothing.md"]) == 2
    assert "--to nothing.md: no such file" in capfd.readouterr().err
