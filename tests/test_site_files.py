"""What a site has beside its pages: data for its scripts, and twins for programs."""

from __future__ import annotations

import importlib.util
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from muster import pipeline
from muster.gate.report.as_sarif import sarif
from muster.gate.report.subject import subject_of
from muster.inputs import memory
from muster.model import ResultFile
from muster.settings import settings_from
from muster.site.data import LONGEST_TITLE, shard_of, short_title
from muster.site.details import told_of
from muster.site.files import asset_files, generated_files
from muster.site.page import PlainLinks, with_head
from muster.site.sources import source_address
from muster.site.twins import requirement_files
from muster.trace.lock import MARK
from muster.trace.sheets import as_json
from muster.trace.view import holes_first, rows_of
from test_mkdocs_build import built, page, project, run

if TYPE_CHECKING:
    from pathlib import Path

    from muster.model import Outcome
    from muster.site.page import GeneratedFile

HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
QUEUE = (
    f"# Queue\n\n{HEAD}## Order\n\n"
    "- [Q-1001] It MUST run.\n- [Q-1002] It MUST NOT stop, and it\n  need not sing.\n- [Q-1003] It sings.\n"
)
POOL = f"# Pool\n\n{HEAD}- [P-1001] It MAY grow. derives: Q-1001\n"
CODE = '"""The queue."""\n\n\ndef run():\n    """Run.  implements: Q-1001"""\n'
TEST = "# verifies: Q-1001\ndef test_run():\n    pass\n"
PROJECT = {"specs/10-queue.md": QUEUE, "specs/20-pool.md": POOL, "src/queue.py": CODE, "tests/test_queue.py": TEST}
SETTINGS = '[links]\nrepository = "https://example.org/o/r"\n'
LINKS = PlainLinks("specs/made", "specs")
BLOB = "https://example.org/o/r/blob/HEAD"
OLDER = "sha256:" + "0" * 64
SIDE_FILES = {
    "requirements/trace.lock": f'{MARK}["Q-1001","{OLDER}","src/queue.py"]\n["{OLDER}","It SHOULD run."]\n',
    "requirements/waivers.yaml": "- {requirement: Q-1002, rule: TRC, reason: Soon., owner: Ada, expires: 2027-01-31}\n",
}
RESULTS = b'<testsuite><testcase classname="tests.test_queue" name="test_run"/></testsuite>'
DATA = "assets/muster/data/"


def outcome_of(files: dict[str, str], settings: str = SETTINGS) -> Outcome:
    results = [ResultFile("junit.xml", RESULTS)] if "requirements/waivers.yaml" in files else []
    return pipeline.run(
        memory(files), settings_from(settings, "muster.toml"), today=date(2026, 11, 28), results=results
    )


def files_of(outcome: Outcome, links: PlainLinks = LINKS, *, rules: bool = True) -> tuple[GeneratedFile, ...]:
    report = sarif(subject_of(outcome, lambda _path: ()))
    told = told_of(outcome, links, outcome.project.trace.citations, rules=rules)
    return generated_files(outcome, told, report)


def data_of(outcome: Outcome, name: str) -> Any:
    return json.loads({file.path: file.data for file in files_of(outcome)}[f"{DATA}{name}"])


@pytest.mark.requirement("MU-SITE-9021")
def test_the_data_holds_each_requirement_once_with_what_repeats_by_number() -> None:
    assert data_of(outcome_of(PROJECT), "requirements.json") == {
        "version": 1,
        "levels": ["must", "should", "may", "info"],
        "statuses": ["specified", "implemented", "tested", "verified", "waived", "suspect", "failing"],
        "severities": ["error", "warning", "info"],
        "specs": [
            ["specs/10-queue.md", "Queue", "../10-queue/", "compliance/queue/"],
            ["specs/20-pool.md", "Pool", "../20-pool/", "compliance/pool/"],
        ],
        "files": ["src/queue.py", "tests/test_queue.py"],
        "columns": {
            "id": ["Q-1001", "Q-1002", "Q-1003", "P-1001"],
            "title": [
                *("It MUST run.", "It MUST NOT stop, and it need not sing.", "It sings."),
                "It MAY grow. derives: Q-1001",
            ],
            "level": [0, 0, 3, 2],
            "negated": [0, 1, 0, 0],
            "status": [2, 0, 0, 0],
            "spec": [0, 0, 0, 1],
            "line": [7, 8, 10, 5],
            "code": [[0], [], [], []],
            "tests": [[1], [], [], []],
            "passed": [0, 0, 0, 0],
            "failed": [0, 0, 0, 0],
            "findings": [0, 1, 1, 0],
            "worst": [-1, 1, 0, -1],
        },
    }


@pytest.mark.requirement("MU-SITE-9012")
def test_the_details_of_a_requirement_tell_all_that_is_known_of_it() -> None:
    found = data_of(outcome_of(PROJECT | SIDE_FILES), "details-0.json")["requirements"]

    assert list(found) == ["Q-1001", "Q-1002", "Q-1003", "P-1001"]
    assert found["Q-1001"] == {
        "id": "Q-1001",
        "title": "It MUST run.",
        "text": "It MUST run.",
        "level": "must",
        "status": "suspect",
        "reached": "verified",
        "why": "its text changed since src/queue.py was reviewed",
        "spec": "specs/10-queue.md",
        "spec_title": "Queue",
        "line": 7,
        "section": "Order",
        "href": "../10-queue/#Q-1001",
        "page": "compliance/queue/#Q-1001",
        "source": f"{BLOB}/specs/10-queue.md?plain=1#L7",
        "code": [{"path": "src/queue.py", "line": 5, "href": f"{BLOB}/src/queue.py#L5"}],
        "tests": [{"path": "tests/test_queue.py", "line": 1, "href": f"{BLOB}/tests/test_queue.py#L1"}],
        "mentions": [{"path": "specs/20-pool.md", "line": 5, "href": f"{BLOB}/specs/20-pool.md?plain=1#L5"}],
        "results": [{"name": "tests.test_queue::test_run", "outcome": "passed"}],
        "children": [{"id": "P-1001", "spec": "specs/20-pool.md", "href": "../20-pool/#P-1001"}],
        "reviews": [
            {"path": "specs/20-pool.md", "current": True, "href": f"{BLOB}/specs/20-pool.md?plain=1#L1"},
            {"path": "src/queue.py", "current": False, "href": f"{BLOB}/src/queue.py#L1"},
            {"path": "tests/test_queue.py", "current": True, "href": f"{BLOB}/tests/test_queue.py#L1"},
        ],
        "changes": [
            {"paths": ["src/queue.py"], "words": [["", "It"], ["old", "SHOULD"], ["new", "MUST"], ["", "run."]]}
        ],
        "findings": [
            {
                "code": "TRC005",
                "severity": "warning",
                "message": "Q-1001 changed since src/queue.py was reviewed",
                "path": "src/queue.py",
                "line": 5,
                "column": 26,
                "help": "see whether what cites it still fits, then `muster review Q-1001`",
                "rule": "rules/TRC005/",
                "href": f"{BLOB}/src/queue.py#L5",
            }
        ],
    }
    assert found["Q-1002"]["why"] == "Ada answers for it until 2027-01-31: Soon."
    assert found["Q-1002"]["waivers"] == [
        {"reason": "Soon.", "owner": "Ada", "expires": "2027-01-31", "rule": "TRC", "line": 1}
    ]
    assert [one["code"] for one in found["Q-1003"]["findings"]] == ["KWD001"]
    assert found["P-1001"]["parents"] == [{"id": "Q-1001", "spec": "specs/10-queue.md", "href": "../10-queue/#Q-1001"}]


@pytest.mark.requirement("MU-SITE-9023")
def test_the_graph_holds_its_edges_by_number() -> None:
    idle = f"# Idle\n\n{HEAD}- [I-1001] It MUST wait.\n\n## Traceability\n\n- Q-1002 -> `specs/30-idle.md`\n"

    assert data_of(outcome_of(PROJECT | {"specs/30-idle.md": idle}), "graph.json") == {
        "version": 1,
        "nodes": [[0, "", 5], [1, "", 1]],
        "code": [0, 0],
        "tests": [0, 1],
        "derives": [3, 0],
        "specs": [2, 1],
    }


def test_a_place_that_cites_twice_is_one_edge_and_tells_its_first_line() -> None:
    code = "# implements: Q-1001\n# implements: Q-1002, Q-1001\n"

    found = data_of(outcome_of(PROJECT | {"src/queue.py": code}), "graph.json")

    assert (found["nodes"], found["code"]) == ([[0, "", 1], [1, "", 1]], [0, 0, 1, 0])


def test_the_shard_of_a_requirement_hangs_on_its_id_alone_and_none_is_much_larger_than_others() -> None:
    """The same numbers come from `data.js`, which a browser test reads details with."""
    assert [shard_of(name, 100) for name in ("Q-1001", "MU-SITE-9021", "käse-1")] == [85, 60, 31]
    counts = [0] * 100
    for number in range(10_000):
        counts[shard_of(f"AREA-{1000 + number}", 100)] += 1
    assert (min(counts) > 50, max(counts) < 150) == (True, True)


def test_many_requirements_are_shared_out_over_shards_that_hold_each_once() -> None:
    items = "".join(f"- [Q-{1000 + number}] It MUST do {number}.\n" for number in range(250))
    made = {file.path: file.data for file in files_of(outcome_of({"specs/10-queue.md": f"# Queue\n\n{HEAD}{items}"}))}

    assert json.loads(made[f"{DATA}index.json"]) == {"version": 1, "count": 250, "shards": 3}
    shards = [list(json.loads(made[f"{DATA}details-{number}.json"])["requirements"]) for number in range(3)]
    assert sorted(name for own in shards for name in own) == [f"Q-{1000 + number}" for number in range(250)]
    assert all(shard_of(name, 3) == number for number, own in enumerate(shards) for name in own)


@pytest.mark.requirement("MU-SITE-9025")
def test_the_twins_are_what_the_commands_write() -> None:
    outcome = outcome_of(PROJECT)
    made = {file.path: file.data.decode() for file in files_of(outcome)}
    rows = holes_first(rows_of(outcome.project, outcome.project.trace.citations))

    assert made["requirements.json"] == as_json(rows, given=False)
    assert made["findings.sarif"] == sarif(subject_of(outcome, lambda _path: ()))


@pytest.mark.requirement("MU-SITE-9025")
def test_the_requirement_files_are_published_as_the_sources_give_them() -> None:
    before = outcome_of(PROJECT).project
    texts = {file.path: file.text.encode() for file in before.derived if file.text is not None}
    committed = {path: data.decode() for path, data in texts.items()}

    fresh = list(requirement_files(before, lambda path: pytest.fail(f"{path} is not committed")))
    kept = list(requirement_files(outcome_of(PROJECT | committed).project, texts.__getitem__))

    assert [file.path for file in fresh] == [
        "requirements/pool.yaml",
        "requirements/queue.yaml",
        "requirements/requirements.schema.json",
        "requirements/trace.lock",
    ]
    assert sorted(kept, key=lambda file: file.path) == sorted(fresh, key=lambda file: file.path)


def test_the_same_project_gives_the_same_bytes() -> None:
    assert files_of(outcome_of(PROJECT | SIDE_FILES)) == files_of(outcome_of(PROJECT | SIDE_FILES))


def test_a_project_without_requirements_has_empty_data() -> None:
    outcome = outcome_of({"specs/index.md": "# Nothing\n"})

    assert data_of(outcome, "index.json") == {"version": 1, "count": 0, "shards": 1}
    assert data_of(outcome, "details-0.json") == {"version": 1, "requirements": {}}
    assert data_of(outcome, "requirements.json")["columns"]["id"] == []
    assert data_of(outcome, "graph.json")["nodes"] == []


@pytest.mark.requirement("MU-CORE-0024")
def test_hostile_text_stays_text_and_a_path_that_is_no_utf8_is_spelled_out() -> None:
    words = "It MUST <script>alert(1)</script> {{ x }} \N{RIGHT-TO-LEFT OVERRIDE}\N{PILE OF POO} [a](javascript:b)."
    files = {"specs/10-<b>.md": f"# <b>\n\n{HEAD}- [Q-1001] {words}\n", "src/\udcfe.py": "# implements: Q-1001\n"}
    outcome = outcome_of(files)

    found = data_of(outcome, "details-0.json")["requirements"]["Q-1001"]

    assert found["text"] == words
    assert (found["spec"], found["href"]) == ("specs/10-<b>.md", "../10-%3Cb%3E/#Q-1001")
    assert found["code"] == [{"path": "src/\\udcfe.py", "line": 1, "href": f"{BLOB}/src/%5Cudcfe.py#L1"}]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        pytest.param("short", "short", id="as it is"),
        pytest.param("word " * 60, "word " * 60, id="just fits"),
        pytest.param("word " * 100, "word " * 58 + "word ...", id="behind a word"),
        pytest.param("w" * 100_000, "w" * 296 + " ...", id="one long word"),
    ],
)
def test_a_long_title_is_cut_behind_a_word(title: str, shown: str) -> None:
    assert short_title(title) == shown
    assert len(shown) <= LONGEST_TITLE


def test_without_repository_and_without_pages_of_rules_there_are_no_such_addresses() -> None:
    outcome = outcome_of(PROJECT | SIDE_FILES, "")
    shard = json.loads({file.path: file.data for file in files_of(outcome, rules=False)}[f"{DATA}details-0.json"])
    found = shard["requirements"]["Q-1001"]

    assert found["code"] == [{"path": "src/queue.py", "line": 5}]
    assert ("source" in found, "rule" in found["findings"][0], "href" in found["findings"][0]) == (False,) * 3


@pytest.mark.parametrize(
    ("first", "last", "address"),
    [
        pytest.param(3, 0, "https://example.org/o/r/blob/HEAD/a%20b/c%23.py#L3", id="a line"),
        pytest.param(3, 5, "https://example.org/o/r/blob/HEAD/a%20b/c%23.py#L3-L5", id="lines"),
    ],
)
def test_lines_have_an_address_in_the_repository(first: int, last: int, address: str) -> None:
    assert source_address("https://example.org/o/r/", "a b/c#.py", first, last) == address
    assert source_address("", "a b/c#.py", first, last) == ""


@pytest.mark.requirement("MU-SITE-9004")
@pytest.mark.parametrize(
    ("links", "document", "page", "index"),
    [
        pytest.param(PlainLinks("specs/made", "specs"), "../10-a/", "rules/X/", "rules/", id="inside"),
        pytest.param(PlainLinks("specs", "specs"), "10-a/", "rules/X/", "rules/", id="the documentation folder itself"),
        pytest.param(PlainLinks(".", "."), "specs/10-a/", "rules/X/", "rules/", id="the project"),
        pytest.param(
            PlainLinks("specs/made", "specs", directory_urls=False),
            "../10-a.html",
            "rules/X.html",
            "rules/index.html",
            id="files",
        ),
    ],
)
def test_plain_pages_know_where_the_generator_shows_them(
    links: PlainLinks, document: str, page: str, index: str
) -> None:
    assert links.document_address("specs/10-a.md") == document
    assert links.page_address("rules/X.md") == page
    assert links.page_address("rules/index.md") == index


def test_a_document_that_is_not_published_has_no_address() -> None:
    assert LINKS.document_address("core/SPEC.md") == ""
    assert (LINKS.document_address("specs/index.md"), LINKS.document_address("specs/made/README.md")) == ("../", "./")


@pytest.mark.requirement("MU-SITE-9004", "MU-SITE-9031")
def test_plain_pages_load_styles_and_scripts_by_relative_links_behind_the_front_matter() -> None:
    tags = LINKS.head("compliance/queue.md")

    assert tags == (
        '<div hidden><link rel="stylesheet" href="../assets/muster/muster.css">'
        '<script type="module" src="../assets/muster/muster.js"></script></div>'
    )
    assert with_head("---\na: b\n---\n\n# T\n", tags) == f"---\na: b\n---\n\n{tags}\n\n# T\n"
    assert with_head("# T\n", tags) == f"{tags}\n\n# T\n"
    assert with_head("# T\n", "") == "# T\n"


@pytest.mark.requirement("MU-SITE-9031")
def test_scripts_and_styles_are_shipped_and_name_no_other_host() -> None:
    found = {file.path: file.data.decode() for file in asset_files()}

    assert {"assets/muster/muster.css", "assets/muster/muster.js", "assets/muster/data.js"} <= found.keys()
    assert [
        path for path, text in found.items() if re.search(r"https?://(?!www\.w3\.org/)|@import|\beval\(", text)
    ] == []


HOSTS = ["mkdocs", "properdocs"]
OWN_FILES = {
    "assets/muster/data/details-0.json",
    "assets/muster/data/graph.json",
    "assets/muster/data/index.json",
    "assets/muster/data/requirements.json",
    "assets/muster/muster.css",
    "assets/muster/muster.js",
    *(f"badges/{name}.{ending}" for name in ("gate", "implemented", "verified") for ending in ("json", "svg")),
    "findings.sarif",
    "requirements.json",
    "requirements/core.yaml",
    "requirements/queue.yaml",
}


def missing_places(top: Path) -> list[str]:
    """The addresses of the data below a folder of a site that lead to no place in it."""
    found = json.loads((top / "assets/muster/data/details-0.json").read_bytes())["requirements"]
    missing = []
    for name, one in found.items():
        for address in filter(None, (one.get("href"), one.get("page"))):
            path, _, fragment = address.partition("#")
            html = (top / path / "index.html").resolve()
            if not html.is_file() or f'id="{fragment}"' not in html.read_text("utf-8"):
                missing.append(f"{name}: {address}")
    return missing


@pytest.mark.site
@pytest.mark.requirement("MU-SITE-9002", "MU-SITE-9025", "MU-SITE-9031")
@pytest.mark.parametrize("host", HOSTS)
def test_a_site_has_data_whose_addresses_hold_and_loads_its_script_as_a_module(host: str, tmp_path: Path) -> None:
    pytest.importorskip(host)
    folder = project(tmp_path, theme="{name: material, font: false}")
    (folder / "mkdocs.yml").rename(folder / f"{host}.yml")

    site = built(folder, host)

    assert {path.relative_to(site).as_posix() for path in site.rglob("*")} >= OWN_FILES
    assert missing_places(site) == []
    html = page(site, "compliance/queue/index.html")
    assert re.findall(r"<[^>]*assets/muster/[^>]*>", html) == [
        '<link rel="stylesheet" href="../../assets/muster/muster.css">',
        '<script src="../../assets/muster/muster.js" type="module">',
    ]


@pytest.mark.site
@pytest.mark.requirement("MU-SITE-9003", "MU-SITE-9004", "MU-SITE-9025")
@pytest.mark.skipif(importlib.util.find_spec("zensical") is None, reason="Zensical is not installed")
def test_zensical_publishes_the_files_that_muster_writes_and_its_pages_load_them(tmp_path: Path) -> None:
    folder = project(tmp_path, files={"specs/guide/index.md": "# Guide\n\nSee [Q-1001].\n"})
    (folder / "mkdocs.yml").unlink()
    (folder / "zensical.toml").write_text(
        '[project]\nsite_name = "Sample"\ndocs_dir = "specs"\n[project.markdown_extensions.muster]\n', "utf-8"
    )
    first, second = (run(folder, "muster", "pages", "specs/made", "--docs", "specs") for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert second.stdout == ""

    done = run(folder, "zensical", "build", "--clean", "--strict")

    assert done.returncode == 0, done.stdout + done.stderr
    top = folder / "site" / "made"
    assert {path.relative_to(top).as_posix() for path in top.rglob("*")} >= OWN_FILES
    assert missing_places(top) == []
    assert re.findall(r"<[^>]*assets/muster/[^>]*>", page(top, "compliance/queue/index.html")) == [
        '<link rel="stylesheet" href="../../assets/muster/muster.css">',
        '<script type="module" src="../../assets/muster/muster.js">',
    ]


@pytest.mark.site
def test_a_file_of_the_author_with_the_name_of_a_twin_stops_the_build(tmp_path: Path) -> None:
    done = run(project(tmp_path, files={"specs/requirements.json": "{}"}), "mkdocs", "build")

    assert done.returncode == 1
    assert "muster: requirements.json is the name of a generated page; rename that file" in done.stderr


@pytest.mark.requirement("MU-SITE-9004")
def test_links_of_pages_that_muster_wrote_are_no_findings() -> None:
    files = PROJECT | {"specs/made/.muster-pages": "", "specs/made/a.md": '<a href="b.md#c">b</a>\n'}
    mine = PROJECT | {"specs/made/a.md": '<a href="b.md#c">b</a>\n'}

    dead = [[str(one.place) for one in outcome_of(own).findings if one.code == "LNK001"] for own in (files, mine)]

    assert dead == [[], ["specs/made/a.md:1:1"]]
