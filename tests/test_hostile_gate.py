"""What a hostile or unlucky user does to the gate, through the real command line."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from muster.links.anchors import footnote_anchors, listed_ids
from muster.links.built import Report, Site, report_on
from muster.links.guessing import Guesses
from muster.links.html import page_of
from muster.links.problems import duplicate_anchors
from muster.links.scanning import scan
from muster.links.targets import Target, Way, target_of
from repositories import repository, write

if TYPE_CHECKING:
    from collections.abc import Callable

SPEC = "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n- [Q-101] It MUST go.\n"
DEAD = "[b](y.md)\n"


def muster(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "muster", "check", "--no-cache", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", timeout=60, check=False)


def project(root: Path, **more: str) -> Path:
    return write(root, {"muster.toml": "", "specs/10-queue.md": SPEC, **more})


def found(root: Path, select: str) -> list[tuple[str, str, int]]:
    done = muster(root, "--select", select, "--report", "json")
    assert (done.returncode in (0, 1), done.stderr.count("Traceback")) == (True, 0), done.stderr
    return [(one["code"], one["path"], one["line"]) for one in json.loads(done.stdout)["findings"]]


# Links


@pytest.mark.parametrize(
    "href",
    [
        "java\tscript:x",
        "java\nscript:x",
        "\x01 JavaScript:x",
        "vb\rscript:x",
        "javascript:alert('{{x}}')",
        "javascript:`${x}`",
        "DATA:text/html;base64,x",
    ],
)
@pytest.mark.requirement("MU-RULE-2013")
def test_a_script_is_one_however_browsers_let_it_be_written(href: str) -> None:
    assert target_of(href, "a.md") == Target(Way.SCRIPT)


@pytest.mark.requirement("MU-RULE-2013")
def test_only_what_a_browser_would_run_is_a_script() -> None:
    hrefs = ("java script:x", "docs/javascript:x", "a.md?javascript:x", "data:image/png;base64,x")

    assert [target_of(href, "a.md").way for href in hrefs] == [Way.INSIDE, Way.INSIDE, Way.INSIDE, Way.AWAY]


@pytest.mark.requirement("MU-RULE-2013")
def test_srcset_is_read_as_browsers_do_also_where_it_begins_with_commas() -> None:
    text = '<img srcset=" ,, ,a.png 1x, b.png,">'

    assert list(page_of(text).links) == ["a.png", "b.png"]


def dead_on_one_line(size: int) -> Report:
    """The report of a page whose text is one line of dead links."""
    text = " " * 100 * size + "".join(f'<a href="{number}.html">' for number in range(size))
    return report_on(Site({"index.html": text.encode()}, ["index.html"]))


# Each of these took time with the square of its length, or worse.
GROWING: dict[str, tuple[int, Callable[[int], object]]] = {
    "footnotes that stay open": (3_000, lambda size: footnote_anchors("[^" * size)),
    "blanks in a row of a table": (3_000, lambda size: listed_ids("|#" + " " * size + "x|", row=True)),
    "blanks in a list of attributes": (3_000, lambda size: listed_ids("*x*{#a" + " " * size + "b", row=False)),
    "anchors beside headings of the same name": (
        500,
        lambda size: list(
            duplicate_anchors("a.md", [("a", 9 * n) for n in range(size)], [("a", 9 * n) for n in range(size)])
        ),
    ),
    "references between code": (1_000, lambda size: scan("`x` [a][b] <b> " * size, {})),
    "blanks in a srcset": (2_000, lambda size: page_of(f'<img srcset="{" " * size}">')),
    "commas in a srcset": (6_000, lambda size: page_of(f'<img srcset="{"," * size}">')),
    "dead links on one line of a site": (1_000, dead_on_one_line),
}


@pytest.mark.parametrize("name", GROWING)
@pytest.mark.requirement("MU-CORE-0022")
def test_ten_times_the_text_takes_far_less_than_a_hundred_times_the_time(name: str) -> None:
    size, work = GROWING[name]

    def seconds(size: int) -> float:
        start = time.process_time()  # whatever else the machine does
        work(size)
        return time.process_time() - start

    seconds(10)  # what is imported and compiled on the way
    once, ten_times = (min(seconds(many) for _ in range(3)) for many in (size, 10 * size))
    assert ten_times < 35 * max(0.004, once)


@pytest.mark.requirement("MU-CORE-0022")
def test_of_thousands_of_dead_anchors_the_first_get_a_guess_and_the_rest_take_no_time() -> None:
    guesses = Guesses()
    names = [f"head-{number}" for number in range(30_000)]

    assert [guesses.near("hd-7", names, 0.6) for _ in range(4)] == ["head-7", "head-7", "head-7", ""]
    assert guesses.near("hd-7", ["head-7"], 0.6) == "head-7"


# Files beside the requirement files


@pytest.mark.parametrize("deep", ["[" * 50_000, "{a: " * 30_000, "- " * 400_000 + "x", "? " * 100_000])
@pytest.mark.parametrize(
    ("path", "code", "head"),
    [
        ("requirements/waivers.yaml", "SET008", ""),
        ("requirements/retired.yaml", "SET004", ""),
        ("specs/20-deep.md", "SHP008", "---\ntitle:\n  "),
    ],
)
@pytest.mark.requirement("MU-CORE-0022")
def test_yaml_that_nests_without_end_is_a_finding_and_ends_no_process(
    tmp_path: Path, deep: str, path: str, code: str, head: str
) -> None:
    root = project(tmp_path, **{path: f"{head}{deep}\n---\n\n# Deep\n" if head else f"{deep}\n"})

    assert [(one, at) for one, at, _ in found(root, code)] == [(code, path)]


@pytest.mark.requirement("MU-RULE-2033")
def test_yaml_that_only_has_many_brackets_is_read(tmp_path: Path) -> None:
    waiver = "- {rule: LNK001, reason: '[[[', owner: Ada, expires: 2099-01-31}\n"
    root = project(tmp_path, **{"README.md": DEAD, "requirements/waivers.yaml": waiver * 300})

    assert found(root, "LNK001,SET008") == []


@pytest.mark.requirement("MU-RULE-2033")
def test_a_link_in_the_place_of_the_waivers_is_told_with_what_helps(tmp_path: Path) -> None:
    root = project(tmp_path / "project", **{"requirements/README.md": "# R\n"})
    (tmp_path / "elsewhere").write_text("[]")
    (root / "requirements/waivers.yaml").symlink_to(tmp_path / "elsewhere")

    told = json.loads(muster(root, "--select", "SET008", "--report", "json").stdout)["findings"]

    assert [(one["message"], one["help"]) for one in told] == [
        (
            "requirements/waivers.yaml cannot be read: the link leads out of the project",
            "put an ordinary file there",
        )
    ]


# Reports


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown"])
@pytest.mark.requirement("MU-RULE-2031")
def test_no_report_on_standard_output_gives_a_ci_runner_an_order(tmp_path: Path, form: str) -> None:
    order = "##[add-mask]x"
    root = project(tmp_path, **{f"{order}.md": f"[b](<{order}.md>)\n"})

    done = muster(root, "--report", form)

    assert (done.returncode, "##[" in done.stdout, "add-mask" in done.stdout) == (1, False, True)
    if form == "json":
        assert f"{order}.md" in {one["path"] for one in json.loads(done.stdout)["findings"]}
    if form == "junit":
        assert f"{order}.md" in {one.get("file") for one in ET.fromstring(done.stdout).iter("testcase")}


@pytest.mark.parametrize(
    "path", ["README.md", "requirements/waivers.yaml", "requirements/baseline.json", "mkdocs.yml", "COMPLIANCE.md"]
)
@pytest.mark.requirement("MU-RULE-2031")
def test_a_report_replaces_nothing_that_a_check_reads(tmp_path: Path, path: str) -> None:
    root = project(tmp_path, **{"README.md": DEAD, "mkdocs.yml": "site_name: x\n"})
    before = {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}

    done = muster(root, "--report", f"json={path}")

    assert (done.returncode, done.stderr) == (
        2,
        f"muster: --report would replace {path}, which is a source\nhelp: name another file\n",
    )
    assert {file: file.read_bytes() for file in root.rglob("*") if file.is_file()} == before


@pytest.mark.requirement("MU-RULE-2031")
def test_a_report_never_writes_into_gits_own_folder(tmp_path: Path) -> None:
    root = repository(tmp_path, {"muster.toml": "", "specs/10-queue.md": SPEC})
    before = (root / ".git/config").read_bytes()

    done = muster(root, "--report", "json=.git/config")

    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "muster: --report would write .git/config, which is git's own",
    )
    assert (root / ".git/config").read_bytes() == before


@pytest.mark.requirement("MU-RULE-2031")
def test_a_markdown_report_replaces_the_one_of_the_last_run(tmp_path: Path) -> None:
    root = project(tmp_path, **{"README.md": DEAD})

    done = [muster(root, "--select", "LNK", "--report", "markdown=report.md").returncode for _ in range(2)]

    assert (done, (root / "report.md").read_text().startswith("**Muster found 1 error")) == ([1, 1], True)


@pytest.mark.requirement("MU-RULE-2031")
def test_two_reports_for_one_file_are_a_mistake(tmp_path: Path) -> None:
    done = muster(project(tmp_path), "--report", "json=out", "--report", "sarif=./out")

    assert (done.returncode, done.stderr) == (2, "muster: two reports for ./out\nhelp: give each a file of its own\n")


@pytest.mark.requirement("MU-RULE-2031")
def test_a_report_in_the_place_of_a_link_that_leads_to_itself_is_told(tmp_path: Path) -> None:
    root = project(tmp_path)
    (root / "loop").symlink_to("loop")

    done = muster(root, "--report", "json=loop")

    assert (done.returncode, "it is a symbolic link that leads to itself" in done.stderr) == (2, True), done.stderr


@pytest.mark.requirement("MU-RULE-2031")
def test_a_report_may_go_to_standard_output_by_its_device(tmp_path: Path) -> None:
    done = muster(project(tmp_path), "--select", "LNK", "--report", "json=/dev/stdout")

    assert (done.returncode, json.loads(done.stdout)["findings"]) == (0, [])


# Since


@pytest.mark.parametrize(
    "name", ["^HEAD", "--upload-pack=touch x", "HEAD:muster.toml", "HEAD^{tree}", "", "HEAD..HEAD"]
)
@pytest.mark.requirement("MU-RULE-2034")
def test_what_names_no_one_commit_is_no_revision(tmp_path: Path, name: str) -> None:
    root = repository(tmp_path, {"muster.toml": "", "specs/10-queue.md": SPEC, "README.md": DEAD})

    done = muster(root, "--since", name)

    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (
        2,
        "",
        f"muster: git knows no revision {name!r} here",
    )
