"""What hostile or broken input does: a finding or a clear error, in bounded time, and nothing lost."""

from __future__ import annotations

import gc
import json
import os
import random
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from muster import pipeline, workspace
from muster.cli.app import run
from muster.inputs import memory
from muster.model import Outcome
from muster.records import record_of
from muster.settings import InvalidSettings, Settings, settings_from
from muster.store.cache import Cache
from muster.store.tree import tree_of
from muster.text.inline import plain
from repositories import repository, write

if TYPE_CHECKING:
    from collections.abc import Callable

    Captured = pytest.CaptureFixture[str]

SPEC = "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n- [Q-101] It MUST go.\n"
PATH = "specs/10-queue.md"


def codes(outcome: Outcome) -> list[tuple[str, str, int]]:
    """What was found, where; without the derived files, which nobody wrote here."""
    found = [(finding.code, finding.place.path, finding.place.line) for finding in outcome.findings]
    return [finding for finding in found if not finding[0].startswith("DRF")]


def of_text(text: str, table: str = "") -> Outcome:
    return pipeline.run(memory({PATH: text}), settings_from(table, "muster.toml"))


def project(root: Path, **more: str) -> Path:
    return write(root, {PATH: SPEC, **more})


# Files that are none, or too much


@pytest.mark.requirement("MU-CORE-0022")
def test_a_line_of_fifty_megabytes_is_a_finding_and_the_other_files_are_checked(tmp_path: Path) -> None:
    project(tmp_path, **{"specs/20-long.md": "# Long\n\n" + "x" * 50_000_000})

    outcome = workspace.check(tmp_path, use_cache=False)

    assert codes(outcome) == [("ENC002", "specs/20-long.md", 1)]
    assert outcome.counts.requirements == 1


@pytest.mark.requirement("MU-CORE-0022")
def test_a_long_line_below_the_limit_of_a_file_is_named(tmp_path: Path) -> None:
    project(tmp_path, **{"specs/20-long.md": "# Long\n\n" + "x" * 2_000_000})

    assert codes(workspace.check(tmp_path, use_cache=False)) == [("ENC002", "specs/20-long.md", 3)]


@pytest.mark.parametrize(
    "nested",
    [
        ">" * 10_000 + " It MUST go.",
        "> " * 10_000 + "It MUST go.",
        "- " * 10_000 + "It MUST go.",
        "".join("  " * depth + "- It MUST go.\n" for depth in range(600)),
        "".join("   " * depth + "1. It MUST go.\n" for depth in range(600)),
    ],
    ids=["quotes", "spaced quotes", "lists in a line", "lists by line", "ordered lists by line"],
)
@pytest.mark.requirement("MU-CORE-0022", "MU-CORE-0033")
def test_what_nests_deeper_than_anybody_reads_is_a_finding(nested: str) -> None:
    outcome = of_text(SPEC + "\nText.\n\n" + nested)

    assert "SHP009" in [code for code, _, _ in codes(outcome)]
    assert outcome.counts.requirements == 1


@pytest.mark.requirement("MU-CORE-0022")
def test_a_spec_that_is_deleted_between_listing_and_reading_is_a_finding(tmp_path: Path) -> None:
    project(tmp_path, **{"specs/20-gone.md": "# Gone\n"})
    tree = tree_of(tmp_path)

    (tmp_path / "specs/20-gone.md").unlink()
    outcome = pipeline.run(tree, Settings())

    assert codes(outcome) == [("ENC002", "specs/20-gone.md", 1)]
    with pytest.raises(workspace.NotSynced, match=r"specs/20-gone\.md could not be read"):
        workspace.sync(tmp_path, outcome)


@pytest.mark.parametrize("in_git", [False, True])
@pytest.mark.requirement("MU-CORE-0022")
def test_a_pipe_and_a_folder_named_like_a_spec_are_none_and_links_that_lead_nowhere_are_findings(
    tmp_path: Path, in_git: bool
) -> None:
    (repository if in_git else write)(tmp_path, {PATH: SPEC})
    os.mkfifo(tmp_path / "specs/pipe.md")
    (tmp_path / "specs/folder.md").mkdir()
    (tmp_path / "specs/around.md").symlink_to("about.md")
    (tmp_path / "specs/about.md").symlink_to("around.md")
    (tmp_path / "specs/itself.md").symlink_to("itself.md")
    (tmp_path / "specs/tree").symlink_to("..")

    outcome = workspace.check(tmp_path, use_cache=False)

    assert codes(outcome) == [("ENC002", f"specs/{name}.md", 1) for name in ("about", "around", "itself")]


@pytest.mark.requirement("MU-CORE-0022")
def test_settings_that_are_a_pipe_are_none(tmp_path: Path) -> None:
    os.mkfifo(project(tmp_path) / "pyproject.toml")

    assert workspace.open_workspace(tmp_path, use_cache=False).source == ""


@pytest.mark.requirement("MU-CORE-0022")
def test_a_name_that_is_not_utf_8_is_a_finding_that_every_report_can_write(tmp_path: Path, capfd: Captured) -> None:
    project(tmp_path)
    (tmp_path / os.fsdecode(b"specs/20-\xff.md")).write_text(SPEC)

    status = run(["-C", str(tmp_path), "check", "--select", "ENC", "--report", "json"])

    (finding,) = json.loads(capfd.readouterr().out)["findings"]
    assert (status, finding["code"], finding["path"]) == (1, "ENC001", "specs/20-\\udcff.md")
    assert finding["help"] == "rename the file"


# Front matter and settings


@pytest.mark.parametrize(
    "value",
    [
        '!!int ""',
        '!!float ""',
        "!!timestamp x",
        "!!bool x",
        "0x" + "f" * 5000,
        "9" * 5000,
        "2024-99-99",
        "&a [*a]",
        "1e999999999",
    ],
)
@pytest.mark.requirement("MU-CORE-0023", "MU-CORE-0033")
def test_a_value_of_front_matter_that_yaml_cannot_make_stays_a_text(value: str) -> None:
    assert codes(of_text(f"---\ntitle: {value}\n---\n{SPEC}")) == []


@pytest.mark.requirement("MU-CORE-0023")
def test_front_matter_makes_no_object() -> None:
    assert codes(of_text(f"---\na: 1\ntitle: !!python/object/apply:os.system ['true']\n---\n{SPEC}")) == [
        ("SHP008", PATH, 3)
    ]


@pytest.mark.requirement("MU-CORE-0023")
def test_aliases_of_aliases_are_not_multiplied_out() -> None:
    names = "abcdefghij"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(names)
    )
    merged = "a: &a {x: y}\n" + "".join(
        f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * 9)}]}}\n" for before, name in pairwise(names)
    )

    for text in (bomb, merged):
        assert codes(of_text(f"---\n{text}title: *j\nprefix: Q\n---\n{SPEC}")) == []


@pytest.mark.requirement("MU-CORE-0041")
@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("[requirements]\nid = '(?P<id>x)'\n", "neither name a group"),
        ("[requirements]\nid = '(x)(y)\\2'\n", "nor refer to one"),
        ("[requirements]\nid = '(?i)a-[0-9]+'\n", "cannot be part of a larger pattern"),
        ("fail_on = 0x" + "f" * 5000, "too large a number"),
        ("[specs]\nmax_line = 99999999999999999999\n", "`specs.max_line` is 99999999999999999999"),
        ("a = " + "[" * 5000, "not TOML"),
        ("a = " + "9" * 5000, "not TOML"),
        ('[output]\nrequirements = "specs"\n', "the specs are there"),
        ('[output]\nrequirements = ".git"\n', "belongs to git"),
        ('[output]\ncompliance = ".muster/x.md"\n', "Muster's cache"),
        ('[output]\ncompliance = "requirements/x.md"\n', "the requirement files are there"),
    ],
)
def test_settings_that_cannot_work_are_told(table: str, told: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings_from(table, "muster.toml")

    assert told in str(caught.value)


@pytest.mark.requirement("MU-CORE-0033")
def test_numbers_of_any_length_are_in_order() -> None:
    long = "7" * 5000
    text = f"{SPEC}- [Q-{long}] It MUST stop.\n- [Q-9{long}] It MUST rest.\n"

    outcome = of_text(text, "[requirements]\nid = '[A-Z]+-[0-9]+'\n")

    assert outcome.counts.requirements == 3
    assert "REQ006" not in [code for code, _, _ in codes(outcome)]


# Nothing is lost


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("derived", ["COMPLIANCE.md", "requirements/queue.yaml"])
@pytest.mark.requirement("MU-CORE-0004", "MU-REQ-1035")
def test_a_link_in_the_place_of_a_derived_file_never_costs_a_spec(tmp_path: Path, derived: str, force: bool) -> None:
    project(tmp_path)
    (tmp_path / derived).parent.mkdir(exist_ok=True)
    (tmp_path / derived).symlink_to(tmp_path / PATH)
    outcome = workspace.check(tmp_path)

    with pytest.raises(workspace.NotSynced, match="leads to specs/10-queue.md, which is a source".replace(".", r"\.")):
        workspace.sync(tmp_path, outcome, force=force)

    assert (tmp_path / PATH).read_text() == SPEC
    assert ("DRF003", derived) in [(finding.code, finding.place.path) for finding in outcome.findings]


@pytest.mark.requirement("MU-CORE-0004")
def test_a_report_never_replaces_a_spec(tmp_path: Path, capfd: Captured) -> None:
    project(tmp_path)

    assert run(["-C", str(tmp_path), "check", "--report", f"json={PATH}"]) == 2
    assert "specs/10-queue.md, which is a source" in capfd.readouterr().err
    assert (tmp_path / PATH).read_text() == SPEC


@pytest.mark.requirement("MU-REQ-1035")
def test_a_file_that_git_ignores_is_compared_and_not_replaced_either(tmp_path: Path) -> None:
    repository(tmp_path, {PATH: SPEC, ".gitignore": "COMPLIANCE.md\nrequirements/\n"})
    workspace.sync(tmp_path, workspace.check(tmp_path))
    assert workspace.check(tmp_path).files == ()

    (tmp_path / "COMPLIANCE.md").write_text("mine\n")
    workspace.sync(tmp_path, workspace.check(tmp_path))

    assert (tmp_path / "COMPLIANCE.md").read_text() == "mine\n"


@pytest.mark.requirement("MU-CORE-0024")
def test_a_hostile_path_ends_neither_a_comment_nor_a_link() -> None:
    outcome = pipeline.run(memory({"specs/10-a\nb](javascript:x)<i>.md": SPEC}), Settings())
    texts = {file.path: file.text or "" for file in outcome.files}

    assert texts["requirements/a-b-javascript-x-i.yaml"].splitlines()[0] == (
        '# Written by `muster sync` from "specs/10-a\\nb](javascript:x)<i>.md". Do not edit.'
    )
    assert (
        "[specs/10-a b\\](javascript:x)\\<i\\>.md](<specs/10-a%0Ab](javascript:x)%3Ci%3E.md>)" in texts["COMPLIANCE.md"]
    )


@pytest.mark.requirement("MU-CORE-0010")
def test_a_cache_that_the_disk_damaged_changes_no_result(tmp_path: Path) -> None:
    write(tmp_path, {PATH: SPEC})
    workspace.sync(tmp_path, workspace.check(tmp_path))
    cache = tmp_path / ".muster/cache.db"
    whole = cache.read_bytes()
    wanted = workspace.check(tmp_path, use_cache=False).findings
    chance = random.Random(7)

    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 20, 400))):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        cache.write_bytes(bytes(damaged))
        assert workspace.check(tmp_path).findings == wanted


@pytest.mark.requirement("MU-CORE-0010")
def test_a_value_of_the_cache_that_was_changed_counts_for_missing(tmp_path: Path) -> None:
    import sqlite3

    cache = Cache.open(tmp_path)
    cache.put_many({"key": b"value"})
    cache.save()
    with sqlite3.connect(tmp_path / "cache.db") as connection:
        connection.execute("UPDATE contents SET value = CAST(replace(hex(value), 'x', 'y') AS BLOB)")
    connection.close()

    assert Cache.open(tmp_path).get_many(["key"]) == {}


@pytest.mark.requirement("MU-CORE-0022")
def test_a_spec_that_is_a_link_to_what_is_no_spec_is_a_finding_and_a_link_to_a_spec_is_none(tmp_path: Path) -> None:
    project(tmp_path)
    (spec,) = (tmp_path / "specs").glob("*.md")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("# A\n", encoding="utf-8")
    (tmp_path / "specs/20-a.md").symlink_to("../docs/a.md")
    (tmp_path / "specs/30-twin.md").symlink_to(spec.name)

    found = [f for f in workspace.check(tmp_path).findings if f.code == "ENC002"]

    assert [(f.place.path, f.message) for f in found] == [
        ("specs/20-a.md", "specs/20-a.md is a link to docs/a.md, which is no spec or page here")
    ]


@pytest.mark.requirement("MU-CORE-0030", "MU-CORE-0033")
@pytest.mark.parametrize("command", ["check --report json", "--version", "sync"])
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_no_traceback(tmp_path: Path, command: str, closed: str) -> None:
    project(tmp_path)
    workspace.sync(tmp_path, workspace.check(tmp_path))

    done = shell(tmp_path, f"{command} {closed}")

    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)


@pytest.mark.requirement("MU-CORE-0030", "MU-CORE-0033")
@pytest.mark.parametrize("command", ["check --report json", "--version", "sync"])
def test_a_full_stream_is_told_and_no_traceback(tmp_path: Path, command: str) -> None:
    project(tmp_path)  # not synced, so that each of the commands has something to say

    done = shell(tmp_path, f"{command} >/dev/full")

    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"no space left on device" in done.stderr


def shell(folder: Path, arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    call = ["sh", "-c", f'"$0" -m muster {arguments}', sys.executable]
    return subprocess.run(call, cwd=folder, capture_output=True, check=False, env=environment)


# Time


def ticks(length: int) -> str:
    """Runs of backticks, each longer than the one before: none closes another."""
    return " ".join("`" * size for size in range(1, int((2 * length) ** 0.5)))


# Each is a document of about so many characters.
PATHOLOGICAL: dict[str, Callable[[int], str]] = {
    "ids in a line": lambda n: "[Q-101] " * (n // 8),
    "ids in lines": lambda n: "[Q-101] [Q-102]\n" * (n // 16),
    "keywords in a paragraph": lambda n: "it MUST go\n" * (n // 11),
    "lowercase keywords": lambda n: "- [Q-101] it MUST " + "must do\n  " * (n // 10),
    "comments that nothing closes in a heading": lambda n: "# " + "<!--" * (n // 4),
    "backticks in a heading": lambda n: "# " + ticks(n),
    "spaces in a heading": lambda n: "# a" + " " * n + "}",
    "paragraphs": lambda n: "a\n\n" * (n // 3),
    "headings of one text": lambda n: "# a\n" * (n // 4),
    "allowances": lambda n: "<!-- muster: allow KWD001 x -->\na\n\n" * (n // 36),
    "allowances that nothing closes": lambda n: "- [Q-101] it MUST " + "<!-- muster: allow KWD001 x" * (n // 27),
    "brackets": lambda n: "- [Q-101] it MUST " + "](" * (n // 2),
    "a table of columns": lambda n: "|a" * (n // 6) + "|\n" + "|-" * (n // 6) + "|\n" + "|[Q-101]" * (n // 24) + "|\n",
    "emphasis": lambda n: "- [Q-101] it MUST " + "*a _b " * (n // 6),
}


def seconds(text: str) -> float:
    gc.disable()  # as a run does; it would look through all that the tests before have left
    started = time.process_time()
    record_of(PATH, text.encode(), Settings())
    taken = time.process_time() - started
    gc.enable()
    return taken


@pytest.mark.parametrize("name", PATHOLOGICAL)
@pytest.mark.requirement("MU-CORE-0022")
def test_four_times_the_text_takes_far_less_than_forty_times_the_time(name: str) -> None:
    size = 10_000
    short = seconds(PATHOLOGICAL[name](size))
    while short < 0.05 and size < 80_000:
        size *= 2
        short = seconds(PATHOLOGICAL[name](size))

    assert seconds(PATHOLOGICAL[name](4 * size)) < 40 * max(short, 0.05)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("`a` b", "a b"),
        ("`` a`b `` c", "a`b c"),
        ("` ` x", "x"),
        ("`<b>` <b>bold</b>", "<b> bold"),
        ("``a` <i>b</i>", "``a` b"),
        ("<!-- a --> b <!-- c", "b <!-- c"),
        ("`a``b` c", "a``b c"),
    ],
)
def test_code_spans_and_tags_are_told_apart_in_one_pass(text: str, bare: str) -> None:
    assert plain(text) == bare
