"""What the guide says of prompts comes true: its page is one story, told here in a real repository."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from guide_story import FORMATS, GUIDE, Told, below, differences, fits, happenings, muster_words, shortened, titled
from muster.cli.app import run
from muster.prompts.capabilities import Capability, Tool
from muster.prompts.governance import DEMANDS, Mode, wants_safety_commit
from muster.prompts.manifest import Manifest
from muster.prompts.packs import PACK_SHAPE
from muster.prompts.registry import Use, registry_in
from muster.prompts.replay import Changed
from muster.prompts.spec_lint import BLOCKING
from muster.prompts.tokenizers import NAMES
from muster.rules.table import RULES
from muster.settings import PromptSettings
from repositories import repository

PAGE = GUIDE / "prompts.md"
# What differs from run to run, and what stands for it on the page.
CONSTANTS = (
    (re.compile(r"\d+ rules in \d+\.\d\d s"), "10 rules in 0.14 s"),
    (re.compile(r"1 rule in \d+\.\d\d s"), "1 rule in 0.14 s"),
    (re.compile(r"^( *\d+  )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE), r"\g<1>2026-11-28 10:15:42"),
)


def steady(text: str) -> str:
    """What was printed, with the constants of the page in place of times."""
    for pattern, constant in CONSTANTS:
        text = pattern.sub(constant, text)
    return text


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "queue", {".gitignore": ".muster/\n"})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def told(root: Path, capfd: pytest.CaptureFixture[str]) -> Told:
    """A command line with what it prints, standard output before standard error."""

    def call(line: str) -> str:
        capfd.readouterr()
        if line.startswith("cp "):
            shutil.copy(*(root / name for name in line.split()[1:]))
        else:
            run(muster_words(line))
        return steady(f"$ {line}\n{''.join(capfd.readouterr())}")

    return call


def filled_in(path: Path, shown: str) -> str:
    """An answer in which `<NAME>` stands for that file of the prompt that was compiled last."""
    folders = path.parent.glob("prompts/compiled/*")
    latest = max(folders, key=lambda folder: (folder / "manifest.json").stat().st_mtime_ns)
    return re.sub(r"^<(.+)>\n", lambda match: (latest / match[1]).read_text("utf-8"), shown, flags=re.MULTILINE)


@pytest.mark.requirement("MU-PRM-6001", "MU-PRM-6012", "MU-PRM-6024", "MU-PRM-6025", "MU-PRM-6026", "MU-PRM-6032")
def test_each_session_of_the_page_prints_what_it_shows(root: Path, told: Told, request: pytest.FixtureRequest) -> None:
    sessions = happenings(root, PAGE.read_text(encoding="utf-8"), told, filled_in)
    update = request.config.getoption("--update", default=False)

    assert differences(PAGE, sessions, update=update) == []


FILES = ("manifest", "envelope", "context_snapshot", "capability_snapshot", "spec_intent")


@pytest.mark.requirement("MU-PRM-6020", "MU-PRM-6021", "MU-PRM-6023", "MU-PRM-6025")
@pytest.mark.parametrize("name", FILES)
def test_the_folder_under_formats_is_that_of_the_first_compile(
    name: str, root: Path, told: Told, request: pytest.FixtureRequest
) -> None:
    (path,) = [path for path in titled(FORMATS) if path.endswith(f"/{name}.json")]
    shown = titled(FORMATS)[path]
    for match, _ in happenings(root, PAGE.read_text(encoding="utf-8"), told):
        if "muster prompt show" in match["body"]:
            break

    told("muster prompt compile --set PROMPT_TEXT=@prompts/retry.md --at 2026-11-28T10:15:42Z")

    real = (root / path).read_text(encoding="utf-8")
    if request.config.getoption("--update", default=False):
        text = FORMATS.read_text(encoding="utf-8")
        FORMATS.write_text(text.replace(shown, shortened(real, shown), 1), encoding="utf-8")
        return
    assert fits(shown, real), real


@pytest.mark.requirement("MU-PRM-6020")
def test_the_registry_under_formats_has_each_key_and_can_be_read() -> None:
    shown = titled(FORMATS)["assets/capabilities.yaml"]

    reading = registry_in(shown.encode(), "capabilities.yaml")

    assert reading.troubles == ()
    fields = (name for kind in (Capability, Tool, Use) for name in kind.__struct_fields__)
    known = {*fields, "description", "requires", "includes", "registry_version", "capabilities", "tools"}
    assert set(re.findall(r"^[ -]*(\w+):", shown, re.MULTILINE)) == known


@pytest.mark.requirement("MU-PRM-6002")
def test_the_page_of_formats_names_each_member_of_a_pack_and_of_a_manifest() -> None:
    pack = re.findall(r"^\| `(\w+)` \|", below(FORMATS, "## A prompt pack"), re.MULTILINE)
    manifest = set(re.findall(r"`(\w+)`", below(FORMATS, "### The manifest")))

    assert pack == [*PACK_SHAPE.members]
    assert set(Manifest.__struct_fields__) - {"schema_version", "context_snapshot_id"} <= manifest


def test_the_page_lists_each_rule_of_prompts() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(\.\./rules/\1\.md\) \|", below(PAGE, "## Rules"), re.MULTILINE)

    assert listed == [code for code in RULES if code.startswith("PRM")]


def test_the_page_lists_each_setting_of_prompts() -> None:
    listed = re.findall(
        r"^\| \[`prompts\.(\w+)`\]\(settings\.md#prompts\1\) \|", below(PAGE, "## Settings"), re.MULTILINE
    )

    assert listed == list(PromptSettings.__struct_fields__)


@pytest.mark.requirement("MU-PRM-6024")
def test_the_page_lists_each_thing_that_can_drift() -> None:
    (row,) = re.findall(r"^\| what \| when \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE.read_text("utf-8"), re.MULTILINE)
    listed = [
        name for cells in re.findall(r"^\| (.+?) \|", row, re.MULTILINE) for name in re.findall(r"`(.+?)`", cells)
    ]

    assert sorted(listed) == sorted(Changed)


@pytest.mark.requirement("MU-PRM-6016")
def test_the_page_lists_each_tokenizer() -> None:
    cells = re.findall(r"^\| (`.+?) \|", below(PAGE, "## Budgets and tokens"), re.MULTILINE)

    assert sorted(name for cell in cells for name in re.findall(r"`(\w+)`", cell)) == sorted(NAMES)


@pytest.mark.requirement("MU-PRM-6023")
def test_the_page_lists_what_each_governance_mode_asks_for() -> None:
    rows = re.findall(
        r"^\| `(GOV_\w+)` \| (.+?) \| (.+?) \| (\w+) \| (\w+)", below(PAGE, "## Capabilities"), re.MULTILINE
    )

    word = {True: "yes", False: "no"}
    assert rows == [
        (
            str(mode),
            ", ".join(own.gates),
            ", ".join(own.roles),
            word[own.work_packet],
            word[wants_safety_commit(mode, "git")],
        )
        for mode, own in DEMANDS.items()
    ]
    assert all(own.work_packet == own.task_board for own in DEMANDS.values())


@pytest.mark.requirement("MU-PRM-6030")
def test_the_page_lists_each_check_of_the_preflight_with_the_modes_that_it_stops() -> None:
    rows = re.findall(r"^\| `(SPEC-VAL-\S+)` \| .+ \| (.+) \|$", below(PAGE, "## Preflight"), re.MULTILINE)

    told = {frozenset(Mode): "every mode"}
    assert rows == [
        (code, told.get(modes) or ", ".join(str(mode) for mode in Mode if mode in modes))
        for code, modes in BLOCKING.items()
    ]
