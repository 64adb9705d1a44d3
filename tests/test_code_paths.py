"""Paths to code that specs name."""

from __future__ import annotations

from pathlib import Path

import pytest

import repositories
from muster import pipeline, workspace
from muster.inputs import memory
from muster.settings import settings_from
from muster.specs.paths import named_in, paths_in, resolved
from muster.text.inline import masked

HEAD = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Order\n\n"
CODE = {"src/queue.py": "", "tests/unit/test_queue.py": "", "ci/gate.yaml": ""}


def names(text: str) -> list[tuple[str, bool]]:
    return [(name.path, name.marked) for name in named_in(text, masked(text))]


def found(text: str, path: str = "specs/10-queue.md", table: str = "", **more: str) -> list[tuple[str, int, int]]:
    files = {**CODE, path: HEAD + text, **more}
    outcome = pipeline.run(memory(files), settings_from(table, "muster.toml"))
    return [
        (finding.code, finding.place.line - 6, finding.place.column)
        for finding in outcome.findings
        if finding.code in ("LNK011", "LNK012")
    ]


@pytest.mark.requirement("MU-RULE-2016")
def test_a_path_in_a_requirement_or_in_the_prose_around_must_exist() -> None:
    text = "- [Q-1001] It MUST go, see `src/gone.py`\n  and src/queue.py.\n\nIn ../src/,\n`src/lost.py`\n"

    assert found(text) == [("LNK011", 1, 29), ("LNK011", 5, 2)]


@pytest.mark.requirement("MU-RULE-2016")
@pytest.mark.parametrize(
    "text",
    [
        "Tests: `src/gone.py` (to be created)\n",
        "Tests: src/gone.py (To be\ncreated)\n",
        "Tests: **`src/gone.py`** (to be created if missing)\n",
        "Tests (to be created): src/gone.py\n",
    ],
)
def test_what_is_to_be_created_need_not_exist(text: str) -> None:
    assert found(text) == []


@pytest.mark.requirement("MU-RULE-2016")
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Tests: `src/queue.py` (to be created)\n", ("LNK012", 1, 9)),
        ("Tests: src/queue.py (TO BE CREATED soon)\n", ("LNK012", 1, 8)),
        ("Tests: ../tests/unit/ (to be created)\n", ("LNK012", 1, 8)),
    ],
)
def test_once_it_exists_the_mark_is_the_finding(text: str, place: tuple[str, int, int]) -> None:
    assert found(text) == [place]


def test_a_mark_is_that_of_its_own_path_alone() -> None:
    assert found("`src/a.py` (to be created), `src/b.py`, `src/queue.py` (to be created)\n") == [
        ("LNK011", 1, 30),
        ("LNK012", 1, 42),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "```\nsrc/gone.py\n```\n",
        "> [!NOTE]\n> see src/gone.py\n",
        "### Example\n\nsee src/gone.py\n",
        "a file (e.g. `src/gone.py`) or, for example, src/lost.py\n",
        "as in src/foo/bar.py, or src/gone.py\n",
        "the file src/gone.py was removed\n",
        "[src/gone.py](https://example.org/src/gone.py)\n",
        "https://example.org/src/gone.py\n",
        "src/*.py, src/{a,b}.py, src/<name>.py, $HOME/src/gone.py\n",
        "lib/gone.py is of another repository\n",
        "the command writes `ci/report.json`\n",
        "a report, e.g. `ci/report.json`\n",
        "`out/report.json` stands somewhere\n",
        "unit/test_queue.py has it\n",
        "<!-- src/gone.py -->\n",
    ],
)
def test_what_is_made_up_linked_or_of_elsewhere_is_not_judged(text: str) -> None:
    assert found(text) == []


def test_a_file_of_data_is_judged_beside_others_that_are_there() -> None:
    assert found("It conforms to `ci/gone.yaml` and ../out/y.json\n") == [("LNK011", 1, 17)]


def test_a_path_from_the_top_of_a_machine_is_none_of_the_project() -> None:
    assert paths_in("see /usr/lib/a.py, src/b.py and ./src/") == ["src/b.py", "./src/"]
    assert [resolved(path, "specs/a.md") for path in ("../src/", "../../src/b.py", "../", "src/b.py")] == [
        "src/",
        "",
        "",
        "src/b.py",
    ]


def test_a_page_is_no_spec_and_names_nothing_that_must_exist() -> None:
    assert found("see src/gone.py\n", "specs/guide/use.md") == []


def test_paths_resolve_from_each_folder_above_the_spec() -> None:
    text = "- [Q-1001] It MUST go.\n\n`src/lib.rs`, `q/src/lib.rs`, `src/gone.rs`\n"

    assert found(text, "crates/q/SPEC/SPEC.md", **{"crates/q/src/lib.rs": ""}) == [("LNK011", 3, 32)]


def test_what_the_settings_say_that_something_else_makes_is_taken_to_exist() -> None:
    assert found("Code: `src/made.py`\n", table='[links]\nignore = ["src/made.py"]\n') == []


@pytest.mark.requirement("MU-RULE-2016")
def test_a_path_in_a_submodule_exists_and_so_does_an_ignored_file(tmp_path: Path) -> None:
    inner = repositories.repository(tmp_path / "inner", {"a.py": ""})
    spec = f"{HEAD}Code: `src/sub/any.py`, `src/made.py`, `src/gone.py`\n"
    root = repositories.repository(
        tmp_path / "r", {"specs/10-queue.md": spec, "src/a.py": "", ".gitignore": "made.py\n"}
    )
    repositories.run(root, "submodule", "add", "-q", str(inner), "src/sub")
    (root / "src/made.py").write_text("")

    for _ in range(2):  # the second time, all comes from the cache
        outcome = workspace.check(root)
        assert [f.message for f in outcome.findings if f.code == "LNK011"] == [
            "src/gone.py is named here and does not exist"
        ]
    (root / "src/gone.py").write_text("")
    assert [f for f in workspace.check(root).findings if f.code == "LNK011"] == []


@pytest.mark.requirement("MU-CORE-0022")
@pytest.mark.parametrize("unit", ["a/", "a+", "`a/b.py` ", "a/b.py (to be created) ", "../", "[a/b.py"])
def test_a_text_of_a_megabyte_is_read_once(unit: str) -> None:
    text = unit * (300_000 // len(unit))

    assert len(names(text)) in (0, text.count("a/b.py"))
