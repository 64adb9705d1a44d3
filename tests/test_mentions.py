"""Anchors and sections that texts name without linking them, and the sweep over all files that finds them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import cast

import pytest

import repositories
from muster import pipeline, workspace
from muster.inputs import Inputs, memory
from muster.links.mentions import mentions_in, mentions_in_text
from muster.links.numbers import section_numbers
from muster.model import Mention, MentionKind
from muster.settings import Settings, settings_from
from muster.store.cache import Cache
from muster.store.tree import tree_of
from muster.sweep import Found, look_of, swept
from muster.text.inline import code_spans
from muster.text.source import source_of
from muster.trace.marks import scan_of

SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 3) Order\n\n"
FILES = {"specs/10-queue.md": f"{SPEC}### 3.1 Fairness\n\n- [Q-1001] It MUST go.\n"}


def named(text: str | bytes) -> list[tuple[str, str, int, int, int]]:
    content = text if isinstance(text, bytes) else text.encode()
    return [(m.path, m.name, m.line, m.column, m.width) for m in mentions_in(content)]


def found(files: dict[str, str | bytes], table: str = "") -> list[tuple[str, str, int, int]]:
    """What LNK013 and LNK014 find in these files and the spec."""
    outcome = pipeline.run(memory({**FILES, **files}), settings_from(table, "muster.toml"))
    return [
        (finding.code, finding.place.path, finding.place.line, finding.place.column)
        for finding in outcome.findings
        if finding.code in ("LNK013", "LNK014")
    ]


# In one text


@pytest.mark.requirement("MU-RULE-2023")
def test_a_path_with_an_anchor_or_a_section_is_found_at_its_place_in_any_text() -> None:
    text = "x\r\n# «é» see specs/10-queue.md#2-api, and\r`specs/10-queue.md` §6.2–§6.4\n\tlink: ../a/b.md#c.\n"

    assert named(text) == [
        ("specs/10-queue.md", "2-api", 2, 11, 23),
        ("specs/10-queue.md", "6.2", 3, 2, 23),
        ("../a/b.md", "c", 4, 8, 11),
    ]


@pytest.mark.requirement("MU-RULE-2023")
def test_a_file_that_is_not_utf_8_is_looked_through_all_the_same() -> None:
    assert named(b"\xff\xe9 specs/10-queue.md#2-api \xfe") == [("specs/10-queue.md", "2-api", 1, 4, 23)]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/specs/10-queue.md#2-api",
        "https://example.org/?file=specs/10-queue.md#2-api",
        "C:/specs/10-queue.md#2-api",
        "/specs/10-queue.md#2-api",
        'f"{folder}/10-queue.md#2-api"',
        "$SPECS/10-queue.md#2-api",
        "%s.md#2-api",
        '"specs/10-queue.md#" + anchor',
        'f"specs/10-queue.md#{anchor}"',
        "specs/10-queue.md#req-{number}",
        "specs/10-queue.md#<anchor>",
        "specs/10-queue.md#...",
        "specs/10-queue.md#a...",
        "specs/*.md#a",
        r"\nspecs/10-queue.md#a",
        "*.md#a",
        ".md#a",
        "specs/10-queue.md and §3",
        "specs/10-queue.md §3a",
        "x" * 400 + ".md#a",
    ],
)
def test_what_is_no_whole_path_or_goes_on_in_a_template_is_not_found(text: str) -> None:
    assert named(text) == []


def bare(text: str) -> list[str]:
    return [m.name for m in mentions_in_text(text, [], code_spans(text))]


@pytest.mark.requirement("MU-RULE-2023")
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("see §3.17 and §6.1–§6.4.", ["3.17", "6.1", "6.4"]),
        ("(§ 3) or `x` §4", ["3", "4"]),
        ("as RFC 7230 §3.2 says", []),
        ("§3.2 of RFC 7230", []),
        ("§3.2 of the other text", []),
        ("the Baggage Specification, §3", []),
        ("the contract (see §3)", ["3"]),
        ("a `§3.17` in code is a sample", []),
        ("§ 433 BGB", []),
        ("5§3 and §3%", []),
        ("§3 Queues", []),
    ],
)
def test_a_bare_section_counts_for_its_page_only_where_nothing_else_can_be_meant(text: str, numbers: list[str]) -> None:
    assert bare(text) == numbers


def test_a_section_in_a_link_or_behind_one_is_not_the_page_s() -> None:
    text = "see [Spec, § 3](https://example.org) and §4"

    assert mentions_in_text(text, [(4, 36)], []) == []


def test_a_named_file_is_found_in_code_with_its_section_outside() -> None:
    text = "see `specs/10-queue.md` §2 and §4"

    assert mentions_in_text(text, [], code_spans(text)) == [
        Mention(MentionKind.SECTION, "specs/10-queue.md", "2", 0, 5, 21)
    ]


def test_the_numbers_of_a_page_are_those_of_its_headings_clauses_and_listed_items() -> None:
    text = """# 2026 Spec
## 1) Queue
### 1.1 Order
## §2 Limits
## Section 3: More
**3.1** A clause.
## 4. Last
1. one
2. two
## 1000 things
1. none
"""

    assert section_numbers(source_of(text.replace("\n", "\n\n")).nodes) == (
        "1", "1.1", "2", "3", "3.1", "4", "4.1", "4.2",
    )  # fmt: skip


# Against the files


@pytest.mark.requirement("MU-RULE-2023")
def test_an_anchor_that_a_text_file_names_resolves_from_the_root_or_a_folder_above_the_file() -> None:
    files: dict[str, str | bytes] = {
        "src/a.py": "# specs/10-queue.md#31-fairness\n# specs/10-queue.md#3.1\n# SPECS: specs/10-queue.md#Q-1001\n"
        "# specs/10-queue.md#31-Fairness specs/10-queue.md#top specs/10-queue.md#L3\n",
        "specs/x.yaml": "- 10-queue.md#31-fairness\n- 10-queue.md#gone\n",
        "pkg/docs/a.md": "# A\n",
        "pkg/src/b.rs": "// docs/a.md#a and docs/a.md#b\n",
    }

    assert found(files) == [
        ("LNK014", "pkg/src/b.rs", 1, 20),
        ("LNK014", "specs/x.yaml", 2, 3),
        ("LNK014", "src/a.py", 2, 3),
    ]


@pytest.mark.requirement("MU-RULE-2023")
def test_a_missing_file_is_found_where_its_folder_is_there_and_it_is_no_sample() -> None:
    text = "specs/gone.md#a other/gone.md#a gone.md#a specs/foo.md#two specs/gone.md#anchor ../specs/gone.md#b ../x.md#"

    assert found({"src/a.yaml": text}) == [("LNK014", "src/a.yaml", 1, 1), ("LNK014", "src/a.yaml", 1, 81)]
    assert found({"src/a.py": text}) == [("LNK014", "src/a.py", 1, 1)]  # code is shown elsewhere than it stands


def test_what_tests_and_logs_of_changes_make_up_or_remember_is_not_missing() -> None:
    text = "specs/gone.md#a\n"

    assert found({"tests/a.py": text, "src/a_test.go": text, "CHANGELOG.md": f"# Log\n\n{text}"}) == []
    assert found({"tests/a.py": "specs/10-queue.md#gone\n"}) == [("LNK014", "tests/a.py", 1, 1)]


def test_a_file_that_the_words_before_call_a_sample_need_not_exist() -> None:
    text = "# paths such as specs/gone.md#a\n# e.g. specs/gone.md#a\n# specs/gone.md#a\n"

    assert found({"src/a.py": text}) == [("LNK014", "src/a.py", 3, 3)]


def test_the_help_names_the_anchor_with_the_same_letters() -> None:
    outcome = pipeline.run(memory({**FILES, "a.txt": "specs/10-queue.md#3-1-fairness"}), Settings())

    assert [(f.message, f.help) for f in outcome.findings if f.code == "LNK014"] == [
        ("specs/10-queue.md has no anchor 3-1-fairness", "did you mean #31-fairness?")
    ]


@pytest.mark.requirement("MU-RULE-2023")
def test_a_section_of_the_page_or_of_a_named_file_must_be_one_of_its_headings() -> None:
    files: dict[str, str | bytes] = {
        "README.md": "# Readme\n\nSee 10-queue.md §3.1, specs/10-queue.md §3.2 and file.md §9. And §12.\n",
        "specs/20-own.md": "# Own\n\n## 1) A\n\nSee §1, §2, §1.1 and\n§9.9.\n",
        "a.c": "/* 10-queue.md §7 and §8 */",
    }

    assert found(files) == [
        ("LNK013", "README.md", 3, 23),
        ("LNK013", "a.c", 1, 4),
        ("LNK013", "specs/20-own.md", 5, 9),
        ("LNK013", "specs/20-own.md", 5, 13),
    ]


@pytest.mark.parametrize("text", ["```\nspecs/10-queue.md#gone\n```\n", "[x](https://a.org/specs/10-queue.md#gone)\n"])
def test_fences_and_links_of_a_page_name_nothing(text: str) -> None:
    assert found({"README.md": f"# Readme\n\n{text}"}) == []


def test_plain_text_and_code_spans_of_a_page_do() -> None:
    text = "# Readme\n\nsee specs/10-queue.md#gone and\n`specs/10-queue.md#gone`\n"

    assert found({"README.md": text}) == [("LNK014", "README.md", 3, 5), ("LNK014", "README.md", 4, 2)]


def test_excluded_files_binaries_and_files_that_are_too_large_are_not_looked_through() -> None:
    text = "specs/10-queue.md#gone\n"
    files: dict[str, str | bytes] = {
        "samples/a.py": text,
        "a.dat": f"\0{text}".encode(),
        "a.png": text,
        "large.txt": text + "x" * 2000,
        "late.txt": text + "\0" * 1,
    }

    assert found(files, '[links]\nexclude = ["samples/**"]\n[specs]\nmax_bytes = 1000\n') == []


@pytest.mark.requirement("MU-CORE-0022")
@pytest.mark.parametrize("unit", [".md#", "a.md#b;", "a/", "a.md §1 ", "\r", "\x1b[2J::error::a.md#b "])
def test_a_line_of_a_megabyte_is_read_once(unit: str) -> None:
    content = unit.encode() * (1_000_000 // len(unit.encode()))

    assert len(mentions_in(content)) in (0, content.count(b".md#b") + content.count(b".md \xc2"))


@pytest.mark.requirement("MU-CORE-0022")
def test_hostile_words_are_made_visible_in_the_message() -> None:
    outcome = pipeline.run(memory({**FILES, "a.txt": "specs/10-queue.md#a\u0301\u200b"}), Settings())

    assert all(f.message.isprintable() for f in outcome.findings if f.code == "LNK014")


# The sweep


class Texts:
    """Files by version, each of which names its own path; what is read is noted."""

    def __init__(self, versions: dict[str, str], state: str = "") -> None:
        self.versions = versions
        self.state = state
        self.looked: list[str] = []

    @property
    def reader(self) -> Texts:
        return self

    @property
    def portable(self) -> bool:
        return False

    def text_of(self, path: str, limit: int) -> bytes | None:
        self.looked.append(path)
        if path.startswith("gone"):
            raise FileNotFoundError(path)
        return f"a.md#{path[:-3].replace('/', '-')}"[:limit].encode() if path.endswith("00.py") else b"nothing"

    def text_size(self, path: str) -> int:
        return len(path)


LOOK = look_of(Settings(), scan_of(Settings(), []), [])


@pytest.mark.requirement("MU-RULE-2023", "MU-TRACE-3001")
def test_only_the_chunk_of_a_changed_file_is_looked_through_again(tmp_path: Path) -> None:
    versions = {f"src/{number:05}.py": "1" for number in range(3000)}

    def run(now: dict[str, str], state: str = "") -> tuple[Found, list[str]]:
        texts = Texts(now, state)
        cache = Cache.open(tmp_path)
        result = swept(LOOK, cast(Inputs, texts), cache, "key")
        cache.save()
        return result, texts.looked

    first, looked = run(versions)
    assert (len(looked), len(first)) == (3000, 30)
    assert run(versions) == (first, [])

    changed, looked = run({**versions, "src/01500.py": "2"})
    assert changed == first
    assert 0 < len(looked) < 1500
    assert "src/01500.py" in looked

    racy = {**versions, "src/00000.py": ""}
    assert run(racy)[0] == first
    assert run(racy) == (first, ["src/00000.py"])

    assert run(versions, "state 1") == (first, [])
    # Where the state is known, not even the versions are asked for.
    assert run({}, "state 1") == (first, [])
    assert run({}, "state 2") == ({}, [])


def test_several_processes_find_what_one_finds(tmp_path: Path) -> None:
    files = {f"src/{number}.py": f"# OC-CORE-1001 specs/10-queue.md#n{number}\n" for number in range(5000)}
    root = repositories.write(tmp_path, {"specs/10-queue.md": "- [OC-CORE-1001] It MUST run.\n", **files})

    one, two = (workspace.check(root, workers=workers, use_cache=False) for workers in (1, 2))
    assert one == two
    assert len(one.project.trace.citations) == 5000


@pytest.mark.requirement("MU-RULE-2023")
@pytest.mark.parametrize("in_git", [True, False])
def test_an_edit_of_any_text_file_is_seen_in_and_outside_of_git(tmp_path: Path, in_git: bool) -> None:
    files = {**FILES, "src/a.py": "# specs/10-queue.md#31-fairness\n"}
    root = repositories.repository(tmp_path / "r", files) if in_git else repositories.write(tmp_path, files)

    def codes() -> list[tuple[str, int]]:
        found = workspace.check(root).findings
        return [(finding.place.path, finding.place.line) for finding in found if finding.code == "LNK014"]

    for _ in range(2):
        assert codes() == []
    (root / "src/a.py").write_text("#\n# specs/10-queue.md#gone\n")
    for _ in range(2):
        assert codes() == [("src/a.py", 2)]
    (root / "src/a.py").write_text("#\n# specs/10-queue.md#31-fairness\n")
    (root / "src/b.py").write_text("# specs/10-queue.md#gone\n")
    assert codes() == [("src/b.py", 1)]


def test_a_text_that_vanishes_keeps_none_of_the_others_from_being_looked_through() -> None:
    texts = Texts({"gone.py": "1", "src/100.py": "1"})

    assert list(swept(LOOK, cast(Inputs, texts), None, "1")) == ["src/100.py"]


def test_a_tree_tells_of_each_file_a_version_that_changes_with_it(tmp_path: Path) -> None:
    repositories.write(tmp_path, {"a.py": "1", "b.md": "2"})
    os.utime(tmp_path / "a.py", ns=(0, 0))
    later = tree_of(tmp_path, relevant=lambda path: path.endswith(".md"), now=lambda: 10**19).versions
    at_once = tree_of(tmp_path, relevant=lambda path: path.endswith(".md"), now=lambda: 0).versions

    assert list(later) == list(at_once) == ["a.py", "b.md"]
    assert (at_once["a.py"], later["a.py"].split(":")[:2]) == ("", ["1", "0"])
    assert later["b.md"] == at_once["b.md"]


def test_a_tree_hands_out_texts_only(tmp_path: Path) -> None:
    repositories.write(tmp_path, {"a.py": "1234"})
    (tmp_path / "b.bin").write_bytes(b"1\x002")
    tree = tree_of(tmp_path)

    texts = tree.reader
    assert (texts.text_of("a.py", 4), texts.text_of("a.py", 3), texts.text_of("b.bin", 9)) == (b"1234", None, None)
    assert (texts.text_size("a.py"), texts.text_size("b.bin"), texts.text_size("c")) == (4, 0, 0)
