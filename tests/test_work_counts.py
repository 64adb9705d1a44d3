"""How much work a command does, in counts that are the same on every machine: CI holds them, and no second.

A count that rises is a regression, or a decision: then the formula here changes in the same commit. What grows does so
with the number of specs, each of which has about six requirements, one file of code and one of tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.synthetic import Spec, commit, plan, write_project
from muster.rules.table import RULES
from muster.site.data import shards_of
from muster.site.files import asset_files

COUNTING = Path(__file__).parent / "counting.py"
A_SPEC = 6  # requirements, more or less
SIZES = (15, 30)  # specs: below those for which a check starts further processes, of which nothing is heard
CHUNK = 32  # files that are looked through again together where one of them changed, more or less: `sweep.py`
DEFINITION = len("[guide]: ../guide/reading.md\n")  # what a synthetic spec has that is not read by lines alone
GIT = {"git ls-files": 2, "git diff-files": 1}
MORE = "\n## More\n"  # a heading, or a comment
CHECK = ("muster", "check", "--no-record")
MKDOCS = """\
site_name: Bench
docs_dir: specs
theme: {name: mkdocs, highlightjs: false}
validation: {omitted_files: ignore, absolute_links: ignore, unrecognized_links: ignore}
plugins: [muster-specs, muster-gate, muster-compliance]
"""


@dataclass(frozen=True)
class Counts:
    """What `counting.py` heard of one command: how often each path, process, module or database."""

    opened: Counter[str]
    written: Counter[str]
    removed: Counter[str]
    listed: Counter[str]
    started: Counter[str]
    texts: Counter[str]
    sizes: Counter[str]
    statements: Counter[str]


class Project:
    """A synthetic project of so many specs, and what each step counted."""

    def __init__(self, folder: Path, specs: int) -> None:
        self.root = folder / f"specs-{specs}"
        self.counts = folder / f"specs-{specs}.json"
        self.specs: list[Spec] = plan(specs * A_SPEC, typical=A_SPEC)
        self.steps: dict[str, Counts] = {}
        self.what = "all" if specs == SIZES[0] else "files"  # texts are counted in one of the two: it takes long
        assert len(self.specs) == specs
        self.root.mkdir()
        write_project(self.root, self.specs)
        (self.root / ".gitignore").write_text(".muster/\nbuild/\nsite/\n", encoding="utf-8")
        for file in (self.root / ".muster").iterdir():
            file.unlink()
        commit(self.root, "What git ignores")

    def step(self, name: str, *command: str, what: str = "all", **environment: str) -> Counts:
        """Run a command, and keep what it did."""
        words = [sys.executable, "-W", "ignore", str(COUNTING), what, str(self.counts), *command]
        own = {**os.environ, **environment}
        done = subprocess.run(words, cwd=self.root, env=own, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads(self.counts.read_text(encoding="utf-8"))
        self.steps[name] = Counts(**{name: Counter(counter) for name, counter in told.items()})
        return self.steps[name]

    def edit(self, path: str) -> None:
        """Add words that no requirement, no citation and no link is among."""
        with (self.root / path).open("a", encoding="utf-8") as file:
            file.write(MORE)

    @property
    def edited(self) -> Spec:
        """The spec that is edited, whose code is Python."""
        return self.specs[4]


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> list[Project]:
    """Both sizes behind the same steps, one after another as a user takes them."""
    made = [Project(tmp_path_factory.mktemp("work"), specs) for specs in SIZES]
    for one in made:
        one.step("cold", *CHECK, what=one.what)
        one.step("warm", *CHECK)
        one.step("recorded first", "muster", "check", what="files")
        one.step("recorded again", "muster", "check", what="files")
        one.step("synced again", "muster", "sync", "--no-record", what="files")
        one.step("pages", "muster", "pages", "build", what="files")
        one.step("pages again", "muster", "pages", "build", what="files")
    for name, path in (("spec edited", "path"), ("code edited", "source")):
        for one in made:
            one.edit(getattr(one.edited, path))
        time.sleep(2.1)  # until no file is so young that it may change unnoticed
        for one in made:
            one.step(name, *CHECK, what=one.what)
    return made


@pytest.fixture(params=range(len(SIZES)), ids=[f"{specs} specs" for specs in SIZES])
def project(request: pytest.FixtureRequest, projects: list[Project]) -> Project:
    chosen: Project = projects[request.param]
    return chosen


@pytest.fixture
def small(projects: list[Project]) -> Project:
    return projects[0]


def by_folder(paths: Counter[str], depth: int = 1) -> dict[str, int]:
    """How often each folder, by the first parts of the paths; files of the root have their own names."""
    folders: Counter[str] = Counter()
    for path, times in paths.items():
        parts = path.split("/")
        folders["/".join(parts[:depth]) if len(parts) > depth else path] += times
    return dict(folders)


def without(paths: Counter[str], *left_out: str) -> Counter[str]:
    return Counter({path: times for path, times in paths.items() if path not in left_out})


@pytest.mark.requirement("MU-CORE-0015")
def test_a_cold_check_opens_each_spec_twice_and_all_else_once(project: Project) -> None:
    found, specs = project.steps["cold"], len(project.specs)

    assert by_folder(found.opened) == {
        ".gitignore": 1,
        "COMPLIANCE.md": 1,
        "README.md": 2,  # as each document: read, and looked through for what it names
        "muster.toml": 2,
        "requirements": specs + 3,  # a file for each spec, the schema, and the lock twice
        "specs": 2 * (specs + 1),  # with a page that is no spec
        "src": specs,
        "tests": specs,
    }
    assert (found.written, found.removed, found.listed) == ({".muster/.gitignore": 1}, {}, {})
    assert found.started == GIT


@pytest.mark.requirement("MU-CORE-0015")
def test_a_cold_check_takes_each_byte_of_its_documents_apart_once(small: Project) -> None:
    found = small.steps["cold"]
    documents = ["README.md", "specs/guide/reading.md", *(spec.path for spec in small.specs)]

    size = sum((small.root / path).stat().st_size for path in documents) - len(MORE)  # one was edited since
    assert found.texts["muster.text.source"] == len(documents)
    assert found.sizes["muster.text.source"] == size
    most = len(small.specs) * DEFINITION
    assert found.sizes["markdown_it.parser_block"] <= most, "more of a plain document went to the parser"


@pytest.mark.requirement("MU-CORE-0015")
def test_a_cold_check_keeps_what_it_read_in_three_statements_a_document(project: Project) -> None:
    assert project.steps["cold"].statements == {"cache.db": 3 * len(project.specs) + 93}


@pytest.mark.requirement("MU-CORE-0015")
def test_a_check_in_which_nothing_changed_opens_the_settings_alone_and_asks_five_times(project: Project) -> None:
    found = project.steps["warm"]

    assert found == Counts(
        opened=Counter({"muster.toml": 1}),
        written=Counter(),
        removed=Counter(),
        listed=Counter(),
        started=Counter(GIT),
        texts=Counter(),
        sizes=Counter(),
        statements=Counter({"cache.db": 5}),
    )


@pytest.mark.requirement("MU-CORE-0015")
@pytest.mark.parametrize("step", ["warm", "recorded again", "synced again"])
def test_where_nothing_changed_twice_the_project_is_no_more_work(step: str, projects: list[Project]) -> None:
    small, large = projects

    assert small.steps[step] == large.steps[step]


@pytest.mark.requirement("MU-CORE-0015")
def test_of_one_spec_that_is_edited_others_are_opened_where_they_are_looked_through_with_it(project: Project) -> None:
    found, edited = project.steps["spec edited"], project.edited

    others = without(found.opened, "muster.toml", edited.path)
    assert found.opened[edited.path] == 3  # for its identity, to be read, to be looked through
    assert set(others.values()) == {1}
    assert len(others) < 2 * CHUNK
    assert (found.written, found.started) == ({}, GIT)


@pytest.mark.requirement("MU-CORE-0015")
def test_of_one_file_of_code_that_is_edited_likewise(project: Project) -> None:
    found, edited = project.steps["code edited"], project.edited

    others = without(found.opened, "muster.toml", edited.source)
    assert found.opened[edited.source] == 1
    assert set(others.values()) == {1}
    assert len(others) < 2 * CHUNK
    assert (found.written, found.started) == ({}, GIT)


@pytest.mark.requirement("MU-CORE-0015")
def test_one_spec_that_is_edited_is_taken_apart_alone_and_for_code_none(small: Project) -> None:
    spec, code = small.steps["spec edited"], small.steps["code edited"]

    assert spec.texts["muster.text.source"] == 1
    assert spec.sizes["muster.text.source"] == (small.root / small.edited.path).stat().st_size
    assert code.texts == {}


@pytest.mark.requirement("MU-CORE-0015")
@pytest.mark.parametrize("step", ["spec edited", "code edited"])
def test_an_edit_is_as_many_statements_whatever_the_size(step: str, projects: list[Project]) -> None:
    small, large = projects

    assert small.steps[step].statements == large.steps[step].statements


@pytest.mark.requirement("MU-CORE-0015")
def test_a_second_sync_writes_no_file_but_its_lock(project: Project) -> None:
    found = project.steps["synced again"]

    assert found.written == {".muster/lock": 1}
    assert found.removed == {}
    assert found.opened == {"muster.toml": 1, "requirements/trace.lock": 1}


@pytest.mark.requirement("MU-CORE-0015")
def test_the_first_run_in_a_ledger_is_a_statement_for_each_spec_and_later_ones_are_twenty(project: Project) -> None:
    first, again = project.steps["recorded first"], project.steps["recorded again"]

    assert first.statements == {"cache.db": 5, "ledger.db": len(project.specs) + 48}
    assert again.statements == {"cache.db": 5, "ledger.db": 20}
    assert again.opened == {"muster.toml": 1}


@pytest.mark.requirement("MU-CORE-0015")
def test_a_run_in_postgresql_is_as_many_statements_whatever_it_tells(
    projects: list[Project], postgres_url: str
) -> None:
    small, large = projects

    first, again, others = (
        one.step("to a server", "muster", "check", MUSTER_LEDGER=postgres_url).statements["postgresql"]
        for one in (small, small, large)
    )

    assert first - again == 90  # the tables are made
    assert (again, others) == (20, 20)  # `others`: with fifteen specs that the server had not heard of


@pytest.mark.requirement("MU-CORE-0015")
def test_pages_are_two_for_each_spec_one_for_each_rule_and_a_few(project: Project) -> None:
    found, specs = project.steps["pages"], len(project.specs)

    shards, shipped = shards_of(specs * A_SPEC), len(asset_files())
    assert by_folder(found.written, 2) == {
        "build/.muster-pages": 1,
        "build/assets": shards + shipped + 3,
        "build/badges": 6,
        "build/compliance": specs + 4,
        "build/dashboard": 1,
        "build/findings.sarif": 1,
        "build/graph": 1,
        "build/rules": len(RULES) + 1,
        "build/runs": 1,
        "build/requirements": specs + 2,
        "build/requirements.json": 1,
    }
    assert set(found.written.values()) == {1}


@pytest.mark.requirement("MU-CORE-0015")
def test_pages_a_second_time_are_compared_and_not_written(project: Project) -> None:
    first, again = project.steps["pages"], project.steps["pages again"]

    assert (again.written, again.removed) == ({}, {})
    assert {path: times for path, times in again.opened.items() if path.startswith("build/")} == {
        **dict.fromkeys(first.written, 1),
        "build/.muster-pages": 3,
    }
    assert not any(path.startswith(("src/", "tests/", "specs/")) for path in again.opened)


@pytest.mark.requirement("MU-CORE-0015")
@pytest.mark.site
def test_a_site_build_writes_each_of_its_files_once_and_its_links_are_each_page_read_once(small: Project) -> None:
    (small.root / "mkdocs.yml").write_text(MKDOCS, encoding="utf-8")

    found = small.step("site", "mkdocs", "build", "--quiet", what="files")

    site = {path.relative_to(small.root).as_posix() for path in (small.root / "site").rglob("*") if path.is_file()}
    assert found.written == dict.fromkeys(site, 1)
    assert max(times for path, times in found.opened.items() if path.startswith("specs/")) == 3

    (small.root / "site/index.html").write_text("<h1>Home</h1>\n", encoding="utf-8")  # its specs have none

    found = small.step("links", "muster", "links", "site", what="files")

    pages = {path for path in site if path.endswith(".html")} | {"site/index.html"}
    assert {path: times for path, times in found.opened.items() if path.startswith("site/")} == dict.fromkeys(pages, 1)
    assert found.opened.keys() - pages == {"muster.toml"}
    assert (found.written, found.started) == ({}, {})
