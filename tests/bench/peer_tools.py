"""The tools beside which Muster is measured: where they come from, what is run of each, and what it must have read."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

Counts = tuple[int | None, int | None]  # requirements and citations; None where the output tells nothing of these
_ID = r"[A-Z]+\d*[-_][A-Z]+[-_]\d+"


class Kind(StrEnum):
    """What a job is compared by."""

    CHECK = "Read, check and trace"
    SITE = "With the HTML site"


@dataclass(frozen=True)
class Job:
    """A row of the tables: commands that run one after another, without `fresh` in the folder before them."""

    kind: Kind
    name: str
    commands: tuple[str, ...]
    counted: Callable[[Path], Counts]
    fresh: tuple[str, ...] = ()
    warm: bool = False  # compared with Muster's warm run; it follows the run whose leavings it uses
    statuses: Sequence[int] = (0,)
    environment: str = ""  # another than that of the tool


@dataclass(frozen=True)
class Tool:
    """A tool, the packages that bring it, and what is to be known of its rows."""

    key: str
    name: str
    packages: tuple[str, ...]
    does: str
    jobs: tuple[Job, ...]
    times: int = 100  # of Muster's CPU time, cold: the goal
    prepare: str = ""
    python: tuple[int, int] = (3, 11)  # the oldest for which its newest version is made
    faster: tuple[str, ...] = ()  # packages of the environment `fast`
    counted_first: Callable[[Path], Counts] | None = None  # what `prepare` must have read
    blind: bool = False  # its checks tell no number of citations, so one that leads nowhere must fail them


def said(folder: Path) -> Path:
    """The file that keeps what a run in that folder printed; beside it, so that no tool reads it."""
    return folder.parent / f"{folder.name}.said"


def _muster_said(folder: Path) -> Counts:
    text = said(folder).read_text(encoding="utf-8").replace(",", "")
    found = re.search(r"(\d+) requirements.*?(\d+) citations", text)
    assert found, text[-500:]
    return int(found[1]), int(found[2])


def _muster_pages(below: str, folder: Path) -> Counts:
    shown = json.loads((folder / below / "requirements.json").read_text(encoding="utf-8"))["requirements"]
    return len(shown), sum(len(one["code"]) + len(one["tests"]) for one in shown)


def _strictdoc_json(folder: Path) -> Counts:
    text = (folder / "output/json/index.json").read_text(encoding="utf-8")
    return len(set(re.findall(rf'"UID": "({_ID})"', text))), None


def _strictdoc_site(folder: Path) -> Counts:
    pages = (folder / "output/html").glob("*/specs/**/*.html")
    text = "".join(
        page.read_text(encoding="utf-8") for page in pages if not re.search(r"-(TABLE|TRACE|DEEP-TRACE)$", page.stem)
    )
    links = set(re.findall(rf"_source_files/(\w+)/[\w/]+\.py\.html#({_ID})", text))
    return len(set(re.findall(rf'data-uid="({_ID})"', text))), len(links)


def _sphinx_json(folder: Path) -> Counts:
    found = json.loads((folder / "_build/needs/needs.json").read_text(encoding="utf-8"))
    needs = found["versions"][found["current_version"]]["needs"].values()
    return sum(need["type"] == "req" for need in needs), sum(len(need["links"]) for need in needs if "links" in need)


def _sphinx_site(folder: Path) -> Counts:
    pages = {name: _all(folder / f"_build/html/{name}") for name in ("specs", "trace")}
    return len(set(re.findall(rf'id="({_ID})"', pages["specs"]))), len(
        set(re.findall(rf'id="((?:IMPL|TEST)_{_ID})"', pages["trace"]))
    )


def _doorstop(folder: Path) -> Counts:
    """What the first run, which stamps, said that it checks; a citation that leads nowhere would have failed."""
    text = said(folder).read_text(encoding="utf-8")
    return len(set(re.findall(r"checking item ([A-Z\d]+-[A-Z\d]+-\d{4,})", text))), None


def _passed(_folder: Path) -> Counts:
    """It prints nothing to count: `_doorstop` counted the same files, and no error now tells that all was found."""
    return None, None


def _doorstop_site(folder: Path) -> Counts:
    text = _all(folder / "../published/documents")
    return len(set(re.findall(r'id="([A-Z\d]+-[A-Z\d]+-\d{4,})"', text))), len(
        re.findall(r"<code>(?:src|tests)/[\w/]+\.py</code> \(line \d+\)", text)
    )


def _reqstool(folder: Path) -> Counts:
    found = json.loads((folder / "status.json").read_text(encoding="utf-8"))["requirements"].values()
    return len(found), sum(one["implementations"] + one["automated_tests"]["total"] for one in found)


def _reqstool_report(folder: Path) -> Counts:
    text = (folder / "report.adoc").read_text(encoding="utf-8")
    return text.count("=== Requirement "), text.count("==== IMPLEMENTATIONS") + text.count(":SVC_")


def _lobster(folder: Path) -> Counts:
    levels = json.loads((folder / "report.lobster").read_text(encoding="utf-8"))["levels"]
    items = next(level["items"] for level in levels if level["kind"] == "requirements")
    return len(items), sum(len(item["ref_down"]) for item in items)


def _lobster_site(folder: Path) -> Counts:
    """The requirements of the page; their citations are counted in what it is made of."""
    text = (folder / "lobster_report.html").read_text(encoding="utf-8")
    return len(set(re.findall(rf"TRLC Requirement bench\.({_ID})</div>", text))), _lobster(folder)[1]


def _all(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.html")))


_LOBSTER = (
    "lobster-trlc --config lobster-trlc.yaml --out requirements.lobster",
    "lobster-python src --out code.lobster",
    "lobster-python tests --activity --out tests.lobster",
    "lobster-report",
    "lobster-ci-report",
)
_ALONE = tuple(f"{command} --single" if "python" in command else command for command in _LOBSTER)
_LOBSTER_MADE = ("*.lobster", "lobster_report.html")
_SKIPS = "doorstop --no-reformat --no-level-check --no-child-check --no-suspect-check --no-review-check"
_CHECK, _SITE = Kind.CHECK, Kind.SITE
MUSTER = Tool(
    "muster",
    "Muster",
    (),
    "reads the Markdown and all text files, finds the citations itself, applies its rules and compares the derived "
    "files. `muster pages` writes pages of the requirements without a theme; `mkdocs build` all specs and these pages "
    "with Material.",
    (
        Job(_CHECK, "`check`, cold", ("muster check",), _muster_said, (".muster",)),
        Job(_CHECK, "`check`, warm", ("muster check",), _muster_said, warm=True),
        Job(
            _SITE,
            "`sync` and `mkdocs build`, cold",
            ("muster sync", "python -W ignore -m mkdocs build --quiet"),
            partial(_muster_pages, "../site"),
            (".muster", "../site"),
        ),
        Job(
            _SITE,
            "`pages`, cold",
            ("muster pages ../pages",),
            partial(_muster_pages, "../pages"),
            (".muster", "../pages"),
        ),
    ),
    prepare="muster sync",
)
PEERS = (
    Tool(
        "strictdoc",
        "StrictDoc",
        ("strictdoc",),
        "reads SDoc and looks through the same code and tests for its markers; the JSON holds the requirements, the "
        "site their links to the code as well. Parallel by default. Its cache is the fast setting; for the site, the "
        "fast setting leaves out the screens and the search that it adds by default.",
        (
            Job(_CHECK, "JSON, defaults", ("strictdoc export . --formats json",), _strictdoc_json, ("output",)),
            Job(_CHECK, "JSON, its cache", ("strictdoc export . --formats json",), _strictdoc_json, warm=True),
            Job(_SITE, "HTML, defaults", ("strictdoc export . --formats html",), _strictdoc_site, ("output",)),
            Job(
                _SITE,
                "HTML, fewest screens",
                ("strictdoc export . --formats html --config fast/strictdoc_config.py",),
                _strictdoc_site,
                ("output",),
            ),
        ),
        blind=True,
    ),
    Tool(
        "sphinx-needs",
        "Sphinx-Needs",
        ("sphinx-needs",),
        "reads reStructuredText. It reads no code: each citation is a need of its own, `impl` or `test`, with a link. "
        "The builder `needs` writes JSON and no pages.",
        (
            Job(_CHECK, "`needs`, defaults", ("sphinx-build -b needs . _build/needs",), _sphinx_json, ("_build",)),
            Job(
                _CHECK,
                "`needs`, `-j auto`",
                ("sphinx-build -j auto -b needs . _build/needs",),
                _sphinx_json,
                ("_build",),
            ),
            Job(
                _CHECK, "`needs`, its cache", ("sphinx-build -j auto -b needs . _build/needs",), _sphinx_json, warm=True
            ),
            Job(_SITE, "`html`, defaults", ("sphinx-build -b html . _build/html",), _sphinx_site, ("_build",)),
            Job(_SITE, "`html`, `-j auto`", ("sphinx-build -j auto -b html . _build/html",), _sphinx_site, ("_build",)),
        ),
    ),
    Tool(
        "doorstop",
        "Doorstop",
        ("doorstop",),
        "reads a YAML file for each item and looks for the two words that it cites in the files that it names. A "
        "first run, which stamps each item, is not counted. It has no cache. The skips leave out all but the "
        "references and the links.",
        (
            Job(_CHECK, "defaults", ("doorstop",), _passed),
            Job(_CHECK, "skips", (_SKIPS,), _passed),
            Job(
                _SITE, "`publish`, defaults", ("doorstop publish all ../published",), _doorstop_site, ("../published",)
            ),
            Job(
                _SITE,
                "`publish`, no child links",
                ("doorstop publish --no-child-links all ../published",),
                _doorstop_site,
                ("../published",),
            ),
        ),
        300,
        "doorstop -v",
        counted_first=_doorstop,
        blind=True,
    ),
    Tool(
        "reqstool",
        "reqstool",
        ("reqstool",),
        "reads YAML. It reads no code: the annotations are there as its build plugins would have written them. It "
        "has no cache and writes no HTML: its report is AsciiDoc. The fast setting adds the C library for YAML, "
        "`ruamel.yaml.clib`.",
        tuple(
            Job(kind, f"{name}, {setting}", (command,), counted, fresh, statuses=range(256), environment=environment)
            for kind, name, command, counted, fresh in (
                (
                    _CHECK,
                    "`status`",
                    "reqstool status --format json local -p . -o status.json",
                    _reqstool,
                    ("status.json",),
                ),
                (_SITE, "`report`", "reqstool report local -p . -o report.adoc", _reqstool_report, ("report.adoc",)),
            )
            for setting, environment in (("defaults", ""), ("C library", "fast"))
        ),
        300,
        python=(3, 13),
        faster=("ruamel.yaml.clib",),
    ),
    Tool(
        "lobster",
        "LOBSTER with TRLC",
        ("bmw-lobster", "trlc"),
        "reads TRLC and the same code and tests, by a syntax tree, with a program for each step; all of them are "
        "counted. It has no cache. The fast setting starts no further processes. Its HTML is one page of the trace, "
        "without the prose around the requirements.",
        (
            Job(_CHECK, "all steps, defaults", _LOBSTER, _lobster, _LOBSTER_MADE),
            Job(_CHECK, "all steps, `--single`", _ALONE, _lobster, _LOBSTER_MADE),
            Job(_SITE, "and `lobster-html-report`", (*_LOBSTER, "lobster-html-report"), _lobster_site, _LOBSTER_MADE),
            Job(_SITE, "the same, `--single`", (*_ALONE, "lobster-html-report"), _lobster_site, _LOBSTER_MADE),
        ),
    ),
)


def bin_of(environment: Path, name: str) -> str:
    """A program of an environment."""
    return str(environment / "bin" / name)


def words(command: str, environment: Path | None) -> list[str]:
    """A command as it is started: Muster's own by the Python that measures, a peer's from its environment."""
    program, *rest = command.split()
    if environment is not None:
        return [bin_of(environment, program), *rest]
    return [sys.executable, *(rest if program == "python" else ["-m", program, *rest])]
