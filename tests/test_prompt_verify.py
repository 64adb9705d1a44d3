"""`muster prompt verify`: proved byte for byte, or each drifted input by its name."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from muster.cli.app import run
from muster.prompts.contracts import default_pack
from prompting import AT, FILES, NAMES, SPEC, SPEC_ID, SPEC_PATH, Muster, compiled
from repositories import repository, write
from repositories import run as git

PACK_PATH = "assets/spec_prompt_packs/spec_router_pack@1.json"
PACK = default_pack().decode()
PACKET = f"""# WP-1

## TECHNICAL_REFINEMENT (MASTER SPEC)

### METADATA
- WP_ID: WP-1-Queue-v1
- SPEC_TARGET_RESOLVED: {SPEC_PATH}

### SPEC_ANCHORS

#### ANCHOR 1
- SPEC_ANCHOR: QUEUE-1001
- CONTEXT_START_LINE: 5
- CONTEXT_END_LINE: 5
- CONTEXT_TOKEN: QUEUE-1001
- EXCERPT_ASCII_ESCAPED:
  ```text
  - [QUEUE-1001] The queue MUST admit at most 10 jobs.
  ```
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", {**FILES, PACK_PATH: PACK, "packets/WP-1.md": PACKET})


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def drifts(muster: Muster, folder: str, *arguments: str) -> list[str]:
    """What drifted, in two words each."""
    status, out, err = muster("prompt", "verify", folder, *arguments)
    lines = out.splitlines()
    assert (status, lines[0], err) == (1, f"{folder}: drifted", "")
    return [line.strip().split(" was ")[0] for line in lines[1:] if line.startswith("  ") and line[2] != " "]


@pytest.mark.requirement("MU-PRM-6024")
def test_an_untouched_folder_is_proved(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    manifest = json.loads((project / folder / "manifest.json").read_bytes())

    assert muster("prompt", "verify", folder) == (
        0,
        f"{folder}: proved, {manifest['envelope_hashes']['full_prompt']}\n",
        "",
    )


@pytest.mark.requirement("MU-PRM-6024")
@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (PACK_PATH, "Deterministic", "Determined", ["pack spec_router_pack@1"]),
        (PACK_PATH, "{", "", ["pack spec_router_pack@1"]),
        ("prompts/queue.md", "write", "draw", ["prompt file:prompts/queue.md"]),
        ("capabilities.yaml", "Medium", "High", ["capability snapshot capabilities.yaml"]),
        ("capabilities.yaml", "Medium", "Magic", ["capability snapshot capabilities.yaml"]),
        (SPEC_PATH, "10 jobs", "12 jobs", ["requirement QUEUE-1001"]),
        (SPEC_PATH, "[QUEUE-1001]", "[QUEUE-1009]", ["requirement QUEUE-1001"]),
        (SPEC_PATH, "be fair", "be kind", ["requirement QUEUE-1003", f"section section:{SPEC_PATH}#2-order"]),
        (SPEC_PATH, "## 2) Order\n", "## 2) Order\n\nNo.\n", [f"section section:{SPEC_PATH}#2-order"]),
        ("packets/WP-1.md", "  - [QUEUE-1001]", "  - QUEUE-1001", ["packet packet:packets/WP-1.md"]),
    ],
    ids=[
        "the pack",
        "a pack that is broken now",
        "the prompt",
        "a capability",
        "a registry that is broken now",
        "a requirement",
        "a requirement that is gone",
        "a requirement in a section",
        "other text of a section",
        "a packet",
    ],
)
def test_a_drifted_input_is_named(
    path: str, old: str, new: str, expected: list[str], muster: Muster, project: Path
) -> None:
    capsules = ("requirement:QUEUE-1001", f"section:{SPEC_PATH}#2-order", "packet:packets/WP-1.md")
    options = [word for one in capsules for word in ("--capsule", one)]
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md", *options)
    assert muster("prompt", "verify", folder)[0] == 0
    text = (project / path).read_text()
    assert old in text
    (project / path).write_text(text.replace(old, new, 1))

    status, out, _ = muster("prompt", "verify", folder)

    named = [line.strip().split(" was ")[0] for line in out.splitlines() if line[:2] == "  " and line[2] != " "]
    assert (status, [one for one in named if one in expected], set(named) - set(expected)) == (1, expected, set())


@pytest.mark.requirement("MU-PRM-6024")
def test_another_tokenizer_is_named(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    place = project / folder / "manifest.json"
    place.write_text(place.read_text().replace('"tokenizer": "words@1"', '"tokenizer": "words@0"'))

    assert drifts_with_notes(muster, folder) == ["file manifest.json", "tokenizer words"]


def drifts_with_notes(muster: Muster, folder: str) -> list[str]:
    status, out, _ = muster("prompt", "verify", folder)
    assert status == 1
    return [line.strip().split(" was ")[0] for line in out.splitlines()[1:]]


@pytest.mark.requirement("MU-PRM-6026")
def test_a_changed_requirement_is_shown_with_its_old_and_its_new_text(muster: Muster, project: Path) -> None:
    asked = ("--set", "PROMPT_TEXT=requirement:QUEUE-1002,QUEUE-1001")
    with_text = compiled(muster, project, *asked, "--keep-text", "--output", "prompts/compiled/kept")
    without = compiled(muster, project, *asked, "--output", "prompts/compiled/bare")
    write(project, {SPEC_PATH: SPEC.replace("10 jobs", "12 jobs")})

    kept, bare = (muster("prompt", "verify", one) for one in (with_text, without))

    assert kept[1].splitlines()[2:] == [
        "      - The queue MUST admit at most 10 jobs.",
        "      + The queue MUST admit at most 12 jobs.",
    ]
    assert bare[1].splitlines()[2:] == [
        "      its old text was not kept; the new one:",
        "      + The queue MUST admit at most 12 jobs.",
    ]
    assert kept[1].splitlines()[1] == bare[1].splitlines()[1]
    assert kept[1].splitlines()[1].startswith("  requirement QUEUE-1001 was sha256:")


@pytest.mark.requirement("MU-PRM-6024", "MU-PRM-6025")
def test_a_text_that_was_not_kept_is_given_again(muster: Muster, project: Path, tmp_path: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=Write.", "--set", "WORKSPACE_ID=w", "--capsule", "more")
    (tmp_path / "prompt.txt").write_text("Write.")
    given = ("--set", f"PROMPT_TEXT=@{tmp_path}/prompt.txt", "--set", "CONTEXT_CAPSULE[0]=more")

    status, out, err = muster("prompt", "verify", folder)
    names = "--set PROMPT_TEXT=@FILE --set CONTEXT_CAPSULE[0]=@FILE"
    assert (status, out) == (2, f"{folder}: cannot be compiled again\n")
    assert err == f"help: give again what was typed and not kept: {names}; or compile with --keep-text\n"
    assert muster("prompt", "verify", folder, *given)[0] == 0
    assert drifts(muster, folder, "--set", "PROMPT_TEXT=Draw.", *given[2:]) == ["prompt PROMPT_TEXT"]
    status, out, err = muster("prompt", "verify", folder, "--set", "OTHER=x")
    assert (status, out) == (2, "")
    assert err.splitlines() == [
        "muster: no text OTHER went into this prompt",
        "help: only texts are given again: CONTEXT_CAPSULE[0], PROMPT_TEXT, WORKSPACE_ID",
    ]


@pytest.mark.requirement("MU-PRM-6024")
@pytest.mark.parametrize("name", ["envelope.json", "context_snapshot.json", "pack.json", "prompt.txt", "manifest.json"])
def test_an_edited_file_of_the_folder_is_named(name: str, muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md", "--keep-text")
    place = project / folder / name
    data = place.read_bytes()
    place.write_bytes(data.replace(b'"total_tokens": 3', b'"total_tokens": 4') + b" ")
    if name == "manifest.json":
        place.write_bytes(data.replace(AT.encode(), b"2027-01-31T12:00:01Z"))

    status, out, _ = muster("prompt", "verify", folder)

    assert status == 1
    assert out.splitlines()[1].startswith(f"  file {name} was ")


@pytest.mark.requirement("MU-PRM-6024")
def test_a_clone_at_another_place_proves_the_same(
    muster: Muster, project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = compiled(
        *(muster, project, "--set", "PROMPT_TEXT=section:specs/10-queue.md#2-order", "--spec", SPEC_ID),
        *("--tokenizer", "chars", "--governance-mode", "GOV_STRICT"),
    )
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "compiled")
    git(tmp_path, "clone", "-q", str(project), "a clone")

    assert run(["-C", str(tmp_path / "a clone"), "prompt", "verify", folder]) == 0
    assert capfd.readouterr().out.startswith(f"{folder}: proved, ")


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("prompts", "muster: prompts: this is no compiled prompt: it has no manifest.json\n"),
        ("nowhere", "muster: nowhere: it cannot be read: no such file or directory\n"),
        ("..", "muster: ..: '..' is not a path inside the project\n"),
        (SPEC_PATH, f"muster: {SPEC_PATH}: it cannot be read: not a directory\n"),
    ],
    ids=["another folder", "no folder", "outside", "a file"],
)
def test_what_is_no_compiled_prompt_is_told(folder: str, words: str, muster: Muster) -> None:
    status, out, err = muster("prompt", "verify", folder)

    assert (status, out, err[: len(words)]) == (2, "", words)


@pytest.mark.parametrize(
    "data",
    ["", "{}", "[" * 100_000, '{"a": "\\ud800"}', "\x00"],
    ids=["empty", "no fields", "too deep", "half a pair", "NUL"],
)
def test_a_broken_manifest_is_told(data: str, muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=x")
    (project / folder / "manifest.json").write_text(data)

    for command in (("verify", folder), ("show", folder), ("diff", folder, folder), ("accept", folder, "muster.toml")):
        status, out, err = muster("prompt", *command)
        assert (status, out) == (2, "")
        assert err.startswith(f"muster: {folder}: manifest.json is no manifest of a prompt: ")


def test_a_manifest_that_names_what_lies_outside_reads_none_of_it(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    place = project / folder / "manifest.json"
    text = place.read_text().replace("file:prompts/queue.md", "file:../../etc/passwd")
    place.write_text(text.replace('"handle": "capabilities.yaml"', '"handle": "/etc/passwd"'))

    status, out, err = muster("prompt", "verify", folder)

    assert status == 1
    assert "root:" not in out + err
    assert "file file" not in out


def test_several_folders_are_verified_at_once(muster: Muster, project: Path) -> None:
    good = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    bad = compiled(muster, project, "--set", "PROMPT_TEXT=requirement:QUEUE-1003")
    write(project, {SPEC_PATH: SPEC.replace("be fair", "be kind")})

    status, out, _ = muster("prompt", "verify", good, bad)

    assert (status, out.split(",")[0]) == (1, f"{good}: proved")
    assert f"\n{bad}: drifted\n" in out
    shutil.rmtree(project / bad)
    assert muster("prompt", "verify", good)[0] == 0


def test_of_several_folders_each_message_says_which_it_is_about(muster: Muster, project: Path) -> None:
    typed = compiled(muster, project, "--set", "PROMPT_TEXT=Write.")
    other = compiled(muster, project, "--set", "PROMPT_TEXT=Draw.")
    remedy = "give again what was typed and not kept: --set PROMPT_TEXT=@FILE; or compile with --keep-text"

    assert muster("prompt", "verify", typed)[2] == f"help: {remedy}\n"
    assert muster("prompt", "verify", typed, other)[2] == f"help: {typed}: {remedy}\nhelp: {other}: {remedy}\n"


@pytest.mark.requirement("MU-PRM-6024", "MU-PRM-6026")
@pytest.mark.parametrize("keep", [True, False], ids=["with its text", "without"])
def test_a_prompt_with_capsules_is_proved(keep: bool, muster: Muster, project: Path) -> None:
    capsules = ("typed words", "@prompts/queue.md", "requirement:QUEUE-1003", f"section:{SPEC_PATH}#2-order")
    options = [word for one in capsules for word in ("--capsule", one)]
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=Write.", *options, *(["--keep-text"] if keep else []))
    again = ("--set", "PROMPT_TEXT=Write.", "--set", "CONTEXT_CAPSULE[0]=typed words")

    status, out, err = muster("prompt", "verify", folder, *(() if keep else again))

    assert (status, out[: len(folder) + 10], err) == (0, f"{folder}: proved, ", "")


@pytest.mark.requirement("MU-PRM-6024")
@pytest.mark.parametrize("kind", ["a folder", "a symbolic link"])
def test_what_is_no_ordinary_file_of_the_folder_is_a_drift_and_is_never_removed(
    kind: str, muster: Muster, project: Path
) -> None:
    asked = ("--set", "PROMPT_TEXT=Write.")
    folder = compiled(muster, project, *asked)
    own = project / folder / "notes"
    if kind == "a folder":
        write(project, {f"{folder}/notes/mine.md": "mine\n"})
    else:
        own.symlink_to("../../queue.md")

    assert drifts(muster, folder, *asked) == [f"file notes/ ({kind})"]
    status, out, err = muster("prompt", "compile", *asked, "--keep-text")
    assert (status, out) == (2, "")
    assert err.startswith(f"muster: {folder}: the compiled prompt that stands there is not as it was written\n")
    assert sorted(one.name for one in own.parent.iterdir()) == sorted([*NAMES, "notes"])
    assert own.is_symlink() or [one.read_text() for one in own.iterdir()] == ["mine\n"]


def test_two_long_texts_without_a_common_line_are_told_soon(muster: Muster, project: Path) -> None:
    write(project, {"prompts/queue.md": "".join(f"a{number}\n" for number in range(900))})
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md", "--keep-text")
    write(project, {"prompts/queue.md": "".join(f"b{number}\n" for number in range(900))})
    begin = time.monotonic()

    status, out, _ = muster("prompt", "verify", folder)

    assert (status, out.splitlines()[-1], time.monotonic() - begin < 10) == (1, "      and 1,760 more lines", True)


def test_a_long_text_shows_the_lines_around_a_change_alone(muster: Muster, project: Path) -> None:
    lines = [f"a{number}\n" for number in range(300)]
    write(project, {"prompts/queue.md": "".join(lines)})
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md", "--keep-text")
    write(project, {"prompts/queue.md": "".join([*lines[:200], "new\n", *lines[201:]])})

    out = muster("prompt", "verify", folder)[1]

    assert out.splitlines()[2:] == ["        a199", "      - a200", "      + new", "        a201"]


def test_a_checkout_that_changed_the_line_ends_alone_is_told_so(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    place = project / folder / "envelope.json"
    place.write_bytes(place.read_bytes().replace(b"\n", b"\r\n"))

    status, out, _ = muster("prompt", "verify", folder)

    assert (status, len(out.splitlines())) == (1, 2)
    assert out.endswith(" (only its line ends differ; mark the folder `-text` in .gitattributes)\n")


@pytest.mark.requirement("MU-PRM-6024")
@pytest.mark.parametrize("gone", ["capabilities.yaml", PACK_PATH], ids=["the registry", "the pack"])
def test_no_help_asks_for_a_value_that_nobody_can_give(gone: str, muster: Muster, project: Path) -> None:
    path = PACK_PATH.replace("spec_router_pack@1", "mine@2")
    write(project, {path: PACK.replace("spec_router_pack@1", "mine@2")})
    folder = compiled(muster, project, "mine@2", "--set", "PROMPT_TEXT=Write.")
    (project / (path if gone == PACK_PATH else gone)).unlink()

    _, _, err = muster("prompt", "verify", folder)

    remedy = "give again what was typed and not kept: --set PROMPT_TEXT=@FILE; or compile with --keep-text"
    assert [line for line in err.splitlines() if "--set" in line] == [f"help: {remedy}"]


def test_a_manifest_that_names_no_file_is_told(muster: Muster, project: Path) -> None:
    folder = compiled(muster, project, "--set", "PROMPT_TEXT=@prompts/queue.md")
    place = project / folder / "manifest.json"
    place.write_text(place.read_text().replace("file:prompts/queue.md", "file:."))

    status, out, err = muster("prompt", "verify", folder)

    assert (status, out.splitlines()[0], "defect" in err) == (1, f"{folder}: drifted", False)
