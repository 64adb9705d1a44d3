"""What the guide says of chains comes true: its sessions happen, its turns are those of the worked example."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from example_chains import SETTINGS, example
from guide_story import FORMATS, GUIDE, README, Told, below, differences, happenings, muster_words
from muster.chains.fields import MAIN, REPORT
from muster.chains.labels import label_in
from muster.chains.machine import State
from muster.chains.reading import turn_in
from muster.chains.response import TOPICS
from muster.chains.turn import FURTHER, HEADER, About, Gate, Kind
from muster.cli.app import run
from muster.model import Severity
from muster.rules.table import RULES
from muster.settings import ChainSettings
from muster.workspace import open_workspace
from repositories import repository, write

if TYPE_CHECKING:
    from muster.model import Chain

PAGE = GUIDE / "chains.md"
EXAMPLE = Path(__file__).parent / "chains"
SECOND = "## The form of a turn\n"  # up to here the page tells of a chain of its own, then of the worked example
SHOWN = re.compile(
    r"^(?P<indent> *)(?P<ticks>```+)(?P<info>markdown title=\"(?P<path>chains/[^\"]+)\")\n"
    r"(?P<body>.*?)^(?P=indent)(?P=ticks)$",
    re.DOTALL | re.MULTILINE,
)
# What differs from run to run, and what stands for it on the page.
CONSTANTS = (
    (re.compile(r"\d+ rules in \d+\.\d\d s"), "144 rules in 0.14 s"),
    (re.compile(r"^( *\d+  )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE), r"\g<1>2026-11-28 10:15:42"),
)


def steady(text: str) -> str:
    """What was printed, with the constants of the page in place of times."""
    for pattern, constant in CONSTANTS:
        text = pattern.sub(constant, text)
    return text


def story(page: str, part: int) -> str:
    """One of the two stories of the page: of a first chain, or of the worked example."""
    return page.split(SECOND)[part]


def shown_turns(page: str) -> dict[str, str]:
    """The turns of the worked example that the page shows, folded or not."""
    return {match["path"]: textwrap.dedent(match["body"]) for match in SHOWN.finditer(story(page, 1))}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "queue", {".gitignore": ".muster/\n"})
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def told(capfd: pytest.CaptureFixture[str]) -> Told:
    """A command line with what it prints, standard output before standard error."""

    def call(line: str) -> str:
        capfd.readouterr()
        run(muster_words(line))
        return steady(f"$ {line}\n{''.join(capfd.readouterr())}")

    return call


@pytest.mark.requirement("MU-CHAIN-7002", "MU-CHAIN-7003", "MU-CHAIN-7022", "MU-CHAIN-7030")
def test_each_session_of_the_first_chain_prints_what_the_page_shows(
    root: Path, told: Told, request: pytest.FixtureRequest
) -> None:
    sessions = happenings(root, story(PAGE.read_text(encoding="utf-8"), 0), told)
    update = request.config.getoption("--update", default=False)

    assert differences(PAGE, sessions, update=update) == []


@pytest.mark.requirement("MU-CHAIN-7003", "MU-CHAIN-7033", "MU-CHAIN-7050", "MU-CHAIN-7051")
def test_each_session_of_the_worked_example_prints_what_the_page_shows(
    root: Path, told: Told, request: pytest.FixtureRequest
) -> None:
    write(root, example())
    sessions = happenings(root, story(PAGE.read_text(encoding="utf-8"), 1), told)
    update = request.config.getoption("--update", default=False)

    assert differences(PAGE, sessions, update=update) == []


def test_each_turn_on_the_page_is_one_of_the_worked_example(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    if request.config.getoption("--update", default=False):
        front, back = page.split(SECOND)
        page = f"{front}{SECOND}{SHOWN.sub(_as_it_is, back)}"
        PAGE.write_text(page, encoding="utf-8")
    shown = shown_turns(page)

    assert shown == {path: example()[path] for path in shown}
    kinds = {match[1] for text in shown.values() if (match := re.search(r"^kind: (\w+)$", text, re.MULTILINE))}
    assert kinds == {kind.value for kind in Kind}


def _as_it_is(match: re.Match[str]) -> str:
    body = textwrap.indent(example()[match["path"]], match["indent"])
    return f"{match['indent']}{match['ticks']}{match['info']}\n{body}{match['indent']}{match['ticks']}"


@pytest.mark.requirement("MU-CHAIN-7041")
def test_the_worked_example_is_written_down_file_by_file(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update", default=False):
        write(EXAMPLE, example())
    found = {
        path.relative_to(EXAMPLE).as_posix(): path.read_text(encoding="utf-8")
        for path in EXAMPLE.rglob("*")
        if path.is_file() and path != EXAMPLE / "README.md" and ".muster" not in path.parts
    }

    assert found == example()


@pytest.mark.requirement("MU-CHAIN-7033", "MU-CHAIN-7041")
def test_the_worked_example_is_clean_with_one_chain_closed_and_one_stopped_at_each_gate(root: Path) -> None:
    write(root, example())

    workspace = open_workspace(root)
    outcome = workspace.run()

    assert workspace.settings.chains == SETTINGS
    assert [found for found in outcome.findings if found.severity is not Severity.INFO] == []
    assert {chain.name: (chain.state, _last(chain), _caught(chain)) for chain in outcome.project.chains} == {
        "001-closed": (State.CLOSED, "031-retrospective.md", []),
        "002-held": (State.HELD, "013-evidence-gate-1.md", ["CHN014"]),
        "003-blocked": (State.BLOCKED, "014-skeptic-gate-1.md", ["CHN015"]),
        "004-held-at-the-end": (State.HELD, "028-evidence-gate-n+1.md", ["CHN024"]),
        "005-blocked-at-the-end": (State.BLOCKED, "029-skeptic-gate-n+1.md", ["CHN012"]),
    }


def _last(chain: Chain) -> str:
    return chain.turns[-1].path.rpartition("/")[2]


def _caught(chain: Chain) -> list[str]:
    return [said.split()[0] for turn in chain.turns for said in turn.caught]


def test_the_page_and_the_readme_of_the_example_tell_of_each_chain() -> None:
    names = {path.split("/")[1] for path in example() if path.startswith("chains/")}

    listed = re.findall(r"^\| `([\w-]+)` \|", below(PAGE, "## The worked example"), re.MULTILINE)

    assert listed == sorted(names)
    assert set(re.findall(r"`(\d[\w-]+)`", (EXAMPLE / "README.md").read_text(encoding="utf-8"))) == names


def test_the_page_lists_each_rule_of_chains() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(\.\./rules/\1\.md\) \|", below(PAGE, "## What is checked"), re.MULTILINE)

    assert listed == [code for code in RULES if code.startswith("CHN")]


def test_the_page_names_the_rules_of_chains_that_only_warn() -> None:
    warnings = [code for code, rule in RULES.items() if code.startswith("CHN") and rule.severity is Severity.WARNING]

    assert f"warnings: {' and '.join(warnings)}." in " ".join(below(PAGE, "## What is checked").split())


def test_the_page_lists_each_setting_of_chains() -> None:
    listed = re.findall(
        r"^\| \[`chains\.(\w+)`\]\(settings\.md#chains\1\) \|", below(PAGE, "## Settings"), re.MULTILINE
    )

    assert listed == list(ChainSettings.__struct_fields__)


@pytest.mark.requirement("MU-CHAIN-7001")
def test_the_page_and_formats_name_all_that_front_matter_may_say() -> None:
    for text in (below(PAGE, "## The form of a turn"), below(FORMATS, "## A turn of a chain")):
        words = set(re.findall(r"`([\w ]+)`", text))
        assert {*Kind, *Gate, *About, "kind", "label", "actor", "gate", "decision", "mode", "control"} <= words


@pytest.mark.requirement("MU-CHAIN-7012", "MU-CHAIN-7016")
def test_the_page_names_each_field_of_a_prompt() -> None:
    listed = re.findall(r"^\| (`[A-Z].*?) \|", below(PAGE, "### Prompts"), re.MULTILINE)

    assert [name for cell in listed for name in re.findall(r"`([A-Z ]+)`", cell)] == [*HEADER, *FURTHER]


@pytest.mark.requirement("MU-CHAIN-7031", "MU-CHAIN-7038")
def test_the_page_and_formats_name_each_section_and_topic_of_a_response() -> None:
    for text in (below(PAGE, "### Responses"), below(FORMATS, "### A response")):
        assert [name for name in MAIN if f"## {name}`" not in text] == []
        assert [name for name in REPORT if f"### {name}`" not in text] == []
        assert [topic for topic in TOPICS if topic not in " ".join(text.split())] == []


def test_the_words_of_gates_and_decisions_are_those_that_can_be_read() -> None:
    text = below(FORMATS, "### Gates, authorizations, decisions")
    words = set(re.findall(r"[A-Z][A-Z /]+[A-Z]", text))

    assert {
        "HOLD",
        "PASS WITH CONDITIONS",
        "BLOCK",
        "NOTED",
        "AUTHORIZED",
        "REFUSED",
        "SUFFICIENT",
        "INSUFFICIENT",
    } <= words
    assert {"RESUME", "ABANDON", "ALIGN", "CLOSED", "KEEP", "RETUNE", "DROP"} <= words


def test_each_document_that_lists_what_muster_does_tells_of_chains() -> None:
    assert "**Prompt chains" in README.read_text(encoding="utf-8")
    assert "](chains.md)" in (GUIDE / "index.md").read_text(encoding="utf-8")
    assert "### Chains" in (GUIDE / "site.md").read_text(encoding="utf-8")
    assert {"`evidence_gate`", "`skeptic_gate`"} <= set(re.findall(r"`\w+`", (GUIDE / "ledger.md").read_text("utf-8")))


@pytest.mark.requirement("MU-CHAIN-7022")
def test_the_finding_in_the_readme_is_one_of_the_page() -> None:
    (shown,) = re.findall(
        r"^```text\n(.*?)^```$", below(README, "## Chains that check themselves"), re.DOTALL | re.MULTILINE
    )

    assert shown in PAGE.read_text(encoding="utf-8")


@pytest.mark.requirement("MU-CHAIN-7013")
def test_each_label_that_the_page_and_formats_name_is_one() -> None:
    rows = [re.findall(r"^\| `label` \| (.*)$", path.read_text("utf-8"), re.MULTILINE)[0] for path in (PAGE, FORMATS)]
    labels = [label for row in rows for label in re.findall(r"`([^`]+)`", row)]

    assert len(labels) > 14
    assert [label for label in labels if label_in(label.strip()) is None] == []


@pytest.mark.requirement("MU-CHAIN-7031")
def test_the_reason_for_another_command_on_the_page_is_one() -> None:
    (reason,) = re.findall(
        r"^```markdown\n(.*?)^```$", below(PAGE, "## Evidence in a response"), re.DOTALL | re.MULTILINE
    )
    path = "chains/001-closed/012-response-1.md"
    text = example()[path]
    turn = turn_in((text[: text.index("## QA output")] + reason).encode(), path, SETTINGS)

    assert turn is not None
    assert turn.response is not None
    assert turn.response.runs == ()
    assert turn.response.alternative is not None
    assert turn.response.alternative.text in reason
