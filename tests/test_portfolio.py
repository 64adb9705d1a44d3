"""`muster portfolio`: real repositories, good ones and others, as one site and one JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from muster.cli.app import run
from portfolios import CORE, QUEUE, portfolio, ran, repositories, spec, tiny, told, tree
from repositories import repository, write
from repositories import run as git


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


@pytest.mark.requirement("MU-FOLIO-9502")
def test_two_repositories_become_a_table_a_site_and_a_json(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    repositories(root, {"core": CORE, "queue": QUEUE})

    status = run(["portfolio", "--workers", "1"])

    out, err = capfd.readouterr()
    assert status == 0
    assert out == (
        "repository       gate       musts verified   requirements   errors   warnings   cited   cites\n"
        "─────────────────────────────────────────────────────────────────────────────────────────────\n"
        "core             fails        0 of 2 (0 %)              4        4          1       4       0\n"
        "queue            fails        0 of 1 (0 %)              1        3          0       0       4\n"
        "\n"
        "2 repositories   0 passed     0 of 3 (0 %)              5        7          1       4       4\n"
    )
    assert err == "portfolio/index.html: 5 files, 5 written, 0 removed\n"
    assert sorted(tree(root / "portfolio")) == [
        ".muster-portfolio",
        "index.html",
        "portfolio.css",
        "portfolio.json",
        "repositories/core.html",
        "repositories/queue.html",
    ]


def test_a_narrow_terminal_shows_what_one_asks_for_first(
    root: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    repositories(root, {"a-service-with-a-name-that-is-long": CORE, "queue": QUEUE})
    monkeypatch.setenv("COLUMNS", "60")

    run(["portfolio", "--workers", "1", "--color", "never"])

    assert capfd.readouterr().out == (
        "repository                gate       musts verified   errors\n"
        "────────────────────────────────────────────────────────────\n"
        "a-service-with-a-name-t   fails        0 of 2 (0 %)        4\n"
        "hat-is-long\n"
        "queue                     fails        0 of 1 (0 %)        3\n"
        "\n"
        "2 repositories            0 passed     0 of 3 (0 %)        7\n"
    )


@pytest.mark.requirement("MU-FOLIO-9502", "MU-FOLIO-9503")
def test_the_json_counts_each_citation_of_another_repository(root: Path) -> None:
    repositories(root, {"core": CORE, "queue": QUEUE})

    run(["portfolio", "--workers", "1"])

    found = told(root)
    core, _ = found["repositories"]
    assert (found["schema_version"], found["title"]) == (1, "Portfolio")
    assert found["totals"] == {
        "repositories": 2,
        "read": 2,
        "absent": 0,
        "broken": 0,
        "passing": 0,
        "specs": 2,
        "requirements": 5,
        "statuses": {"specified": 1, "implemented": 3, "tested": 1},
        "musts": {"specified": 1, "implemented": 2},
        "findings": {"error": 7, "warning": 1},
        "citations": 4,
        "unknown": 0,
        "unchecked": 0,
    }
    assert core["specs"] == [
        {
            "path": "specs/10-core.md",
            "title": "Core SPEC",
            "requirements": 4,
            "statuses": {"implemented": 3, "tested": 1},
            "musts": {"implemented": 2},
        }
    ]
    assert (core["raised"], core["cited"]) == (3, 4)
    assert [(one["id"], one["path"], one["line"], one["kind"]) for one in found["citations"]] == [
        ("OC-CORE-1001", "specs/10-queue.md", 5, "mentions"),
        ("OC-CORE-1002", "src/queue.py", 1, "implements"),
        ("OC-CORE-1003", "src/queue.py", 1, "implements"),
        ("OC-CORE-1004", "tests/test_queue.py", 1, "verifies"),
    ]


def test_the_json_is_valid_under_its_schema(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    repositories(root, {"core": CORE, "queue": QUEUE})
    run(["portfolio", "--workers", "1"])
    capfd.readouterr()
    run(["schema", "portfolio"])

    validator = Draft202012Validator(json.loads(capfd.readouterr().out))

    assert [error.message for error in validator.iter_errors(told(root))] == []


@pytest.mark.requirement("MU-FOLIO-9501")
def test_each_repository_is_read_by_its_own_settings(root: Path) -> None:
    own = {"muster.toml": 'fail_on = "error"\n[specs]\ninclude = ["docs/*.md"]\n[rules]\nignore = ["DRF"]\n'}
    repositories(root, {"core": {**own, "docs/a.md": spec("A", "A-1001 It MUST run.")}, "queue": QUEUE})

    run(["portfolio", "--workers", "1"])

    core, queue = told(root)["repositories"]
    assert (core["gate"], [one["path"] for one in core["specs"]]) == ("passes", ["docs/a.md"])
    assert (queue["gate"], queue["rules"]) == ("fails", {"DRF001": 3})


HOSTILE = {
    "core": CORE,
    "queue": {**QUEUE, "src/wrong.py": "# implements: core:OC-CORE-1009, core:OC-CORE-1007, broken:X-1001\n"},
    "broken": {"muster.toml": "[specs]\nincluded = 3\n", "specs/10-x.md": spec("X", "X-1001 It MUST run.")},
    "no-toml": {"muster.toml": "= = =\n"},
    "no-specs": {"README.md": "# Nothing\n"},
    "same": CORE,
    "größe.数": {"specs/größe.md": spec("Größe <b>&", "GR-1001 It MUST <script>alert(1)</script> run.")},
}


@pytest.mark.requirement("MU-FOLIO-9504")
def test_absent_and_broken_repositories_are_told_and_stop_nothing(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    repositories(root, HOSTILE)
    repository(root / "core" / "inner", {"specs/10-inner.md": spec("Inner", "INNER-1001 It MUST run.")})
    nowhere = (root / "nowhere").as_uri()
    portfolio(root, {**{name: name for name in HOSTILE}, "inner": "core/inner", "gone": "gone", "unreachable": nowhere})

    statuses = [run(["portfolio", "--fetch", "--workers", "2", *more]) for more in ([], ["--strict"])]

    err = capfd.readouterr().err
    found = {one["name"]: one for one in told(root)["repositories"]}
    assert statuses == [0, 1]
    assert {name: (one["state"], one["problem"]) for name, one in found.items() if one["problem"]} == {
        "broken": (
            "broken",
            "its settings have 1 mistake: muster.toml: unknown setting `specs.included`; did you mean `specs.include`?",
        ),
        "gone": ("absent", "there is no folder at its path"),
        "no-specs": ("read", "no spec is found in it"),
        "no-toml": (
            "broken",
            "its settings have 1 mistake: muster.toml: not TOML: Invalid statement (at line 1, column 1)",
        ),
        "unreachable": ("absent", "it could not be cloned"),
    }
    assert {name: one["requirements"] for name, one in found.items() if one["requirements"]} == {
        "core": 4,
        "größe.数": 1,
        "inner": 1,
        "queue": 1,
        "same": 4,
    }
    assert (found["same"]["cited"], found["core"]["cited"]) == (0, 4)
    assert [(one["line"], one["column"], one["message"]) for one in told(root)["findings"]] == [
        (1, 15, "core defines no OC-CORE-1009"),
        (1, 34, "core has retired OC-CORE-1007"),
    ]
    assert found["queue"]["unchecked"] == 1
    assert "queue: src/wrong.py:1:15: core defines no OC-CORE-1009\n  help: did you mean core:OC-CORE-100" in err
    assert "1 citation of repositories that were not read: not checked\n" in err


def test_json_and_pages_hold_no_path_of_this_machine(root: Path) -> None:
    repositories(root, HOSTILE)
    portfolio(root, {**{name: str(root / name) for name in HOSTILE}, "unreachable": (root / "nowhere").as_uri()})

    run(["portfolio", "--fetch", "--workers", "1"])

    assert [path for path, data in tree(root / "portfolio").items() if str(root).encode() in data] == []


def test_a_second_run_writes_the_same_bytes_and_touches_nothing(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    repositories(root, HOSTILE)
    run(["portfolio", "--workers", "1", "--no-cache"])
    before = tree(root / "portfolio")
    capfd.readouterr()

    for more in ([], [], ["--no-cache"]):
        assert run(["portfolio", "--workers", "1", *more]) == 0

    assert tree(root / "portfolio") == before
    assert capfd.readouterr().err.count("portfolio/index.html: 10 files, 0 written, 0 removed\n") == 3


def test_without_a_cache_nothing_is_left_in_the_repositories(root: Path) -> None:
    repositories(root, {"core": CORE, "queue": QUEUE})

    run(["portfolio", "--workers", "1", "--no-cache"])

    assert sorted(str(path) for path in root.glob("*/.muster")) == []


def test_a_page_of_a_repository_that_is_no_more_goes_and_a_file_of_somebody_else_stays(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    repositories(root, {"core": CORE, "queue": QUEUE})
    run(["portfolio", "--workers", "1", "--site", "build/all"])
    write(root, {"build/all/repositories/mine.html": "mine"})
    portfolio(root, {"core": "core"})

    run(["portfolio", "--workers", "1", "--site", "build/all"])

    assert sorted(path.name for path in (root / "build/all/repositories").iterdir()) == ["core.html", "mine.html"]
    assert capfd.readouterr().err.endswith("build/all/index.html: 4 files, 3 written, 1 removed\n")


def test_a_file_of_somebody_else_with_the_name_of_a_page_is_not_replaced(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    repositories(root, {"core": CORE})
    write(root, {"portfolio/index.html": "mine"})

    assert run(["portfolio", "--workers", "1"]) == 2
    assert (root / "portfolio" / "index.html").read_text() == "mine"
    assert "is not replaced: Muster did not write it\nhelp: move it away" in capfd.readouterr().err


def test_without_a_file_the_message_shows_one(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["portfolio"]) == 2
    assert capfd.readouterr().err.startswith(
        'muster: portfolio.toml: no such file\nhelp: write one, such as\n  title = "Our services"\n\n  [[repositories]]'
    )
    assert not (root / "portfolio").exists()


@pytest.mark.requirement("MU-FOLIO-9501")
def test_each_mistake_of_the_file_is_a_line(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(root, {"p.toml": '[[repositories]]\nname = "a"\n\n[[repositories]]\npath = "b"\n'})

    assert run(["portfolio", "p.toml"]) == 2
    assert capfd.readouterr().err == (
        "muster: p.toml:1: the repository has neither `path` nor `url`; give it one of them\n"
        "muster: p.toml:4: the repository has no `name`\n"
        "help: the page Portfolio of the guide describes the file\n"
    )


def test_fifty_small_repositories_make_a_page_each_and_cite_one_another(root: Path) -> None:
    repositories(root, {f"r{number:02}": tiny(number) for number in range(50)})

    assert run(["portfolio", "--workers", "2"]) == 0

    totals = told(root)["totals"]
    assert (totals["read"], totals["requirements"], totals["citations"]) == (50, 100, 49)
    assert len(list((root / "portfolio" / "repositories").iterdir())) == 50


# Clones


def clones(root: Path) -> Path:
    """A portfolio of one clone, of a repository beside it."""
    repository(root / "origin", CORE)
    git(root / "origin", "tag", "v1")
    return portfolio(root, {"core": (root / "origin").as_uri()})


def state(root: Path) -> tuple[str, str, int]:
    (one,) = told(root)["repositories"]
    return one["state"], one["problem"], one["requirements"]


def changed(root: Path) -> None:
    """A further requirement in the repository that was cloned."""
    write(root / "origin", {"specs/20-more.md": spec("More", "MORE-1001 It MUST run.")})
    git(root / "origin", "add", "-A")
    git(root / "origin", "commit", "-q", "-m", "more")


@pytest.mark.requirement("MU-FOLIO-9505")
def test_nothing_is_cloned_or_fetched_unless_somebody_asks(root: Path) -> None:
    clones(root)

    seen = []
    for words in ([], ["--fetch"], [], ["--fetch"]):
        assert run(["portfolio", "--workers", "1", *words]) == 0
        seen.append(state(root))
        if len(seen) == 2:
            changed(root)

    assert seen == [
        ("absent", "it is not cloned yet: `muster portfolio --fetch` does it", 0),
        ("read", "", 4),
        ("read", "", 4),
        ("read", "", 5),
    ]
    assert (root / ".muster" / ".gitignore").read_text() == "*\n"


def test_a_revision_is_a_branch_a_tag_or_a_commit(root: Path) -> None:
    clones(root)
    first = git(root / "origin", "rev-parse", "HEAD")
    changed(root)
    run(["portfolio", "--workers", "1", "--fetch"])
    text = (root / "portfolio.toml").read_text()

    seen = {}
    for revision in ("v1", "main", first, first[:10], "nowhere"):
        write(root, {"portfolio.toml": f'{text}revision = "{revision}"\n'})
        run(["portfolio", "--workers", "1"])
        seen[revision] = state(root)

    assert seen == {
        "v1": ("read", "", 4),
        "main": ("read", "", 5),
        first: ("read", "", 4),
        first[:10]: ("read", "", 4),
        "nowhere": ("broken", "its clone has no revision 'nowhere'; `--fetch` looks for it", 0),
    }


def test_a_clone_whose_host_is_gone_is_read_as_it_was_and_is_told(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    clones(root)
    run(["portfolio", "--workers", "1", "--fetch"])
    shutil.rmtree(root / "origin")
    capfd.readouterr()

    assert run(["portfolio", "--workers", "1", "--fetch", "--strict"]) == 1

    assert state(root) == ("read", "it could not be fetched: this is its last state here", 4)
    assert "muster: core: it could not be fetched: this is its last state here\n  fatal: " in capfd.readouterr().err


def test_a_clone_gives_way_to_that_of_another_address(root: Path) -> None:
    clones(root)
    run(["portfolio", "--workers", "1", "--fetch"])
    repository(root / "other", {"specs/10-o.md": spec("O", "O-1001 It MUST run.")})
    portfolio(root, {"core": (root / "other").as_uri()})

    run(["portfolio", "--workers", "1", "--fetch"])

    assert state(root) == ("read", "", 1)


@pytest.mark.parametrize("url", ["./origin", "../{name}/origin", "{path}/origin"])
def test_an_address_may_be_a_path_seen_from_the_portfolio(url: str, root: Path) -> None:
    clones(root)
    shown = url.format(name=root.name, path=root)
    write(root, {"portfolio.toml": f'[[repositories]]\nname = "core"\nurl = "{shown}"\n'})

    run(["portfolio", "--workers", "1", "--fetch"])

    assert state(root) == ("read", "", 4)


def test_a_hook_of_a_clone_and_an_address_that_runs_a_program_run_nothing(root: Path) -> None:
    write(root, {"portfolio.toml": '[[repositories]]\nname = "core"\nurl = "ext::sh -c touch% ran"\n'})

    assert run(["portfolio", "--workers", "1", "--fetch"]) == 0

    assert state(root) == ("absent", "it could not be cloned", 0)
    assert list(root.rglob("ran")) == []


def test_a_check_imports_nothing_of_it(root: Path) -> None:
    write(root, QUEUE)
    status, _, error = ran(root, "--help")  # of its own help, no pipeline either
    assert (status, error) == (0, "")

    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "muster", "check"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "muster.pipeline" in done.stderr
    assert [name for name in ("portfolio", "spreading", "distributed", "dask") if name in done.stderr] == []
