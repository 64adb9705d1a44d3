"""Settings: what is read, what is refused, and with which words."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from muster.model import Severity
from muster.settings import InvalidSettings, LevelPolicy, Marker, PathRules, Settings, settings_from, settings_of
from muster.workspace import open_workspace


def problems(text: str, source: str = "muster.toml") -> list[str]:
    """The problems of a settings file, each without the file's name."""
    with pytest.raises(InvalidSettings) as caught:
        settings_from(text, source)
    assert str(caught.value) == "\n".join(f"{source}: {problem}" for problem in caught.value.problems)
    return caught.value.problems


def test_no_settings_are_the_defaults() -> None:
    assert settings_from("", "muster.toml") == Settings()


@pytest.mark.requirement("MU-CORE-0040")
def test_muster_toml_holds_the_settings_at_its_top() -> None:
    text = """
        fail_on = "warning"

        [requirements]
        markers = ["bracket", "bold"]
        level = "first"

        [[rules.paths]]
        path = "legacy/**"
        ignore = ["SHP"]
        severity = { KWD = "info" }
    """

    settings = settings_from(text, "muster.toml")

    assert settings.fail_on is Severity.WARNING
    assert settings.requirements.markers == (Marker.BRACKET, Marker.BOLD)
    assert settings.requirements.level is LevelPolicy.FIRST
    assert settings.rules.paths == (PathRules(path="legacy/**", ignore=("SHP",), severity={"KWD": Severity.INFO}),)


@pytest.mark.requirement("MU-CORE-0040")
def test_pyproject_holds_the_settings_under_tool_muster() -> None:
    text = '[project]\nname = "x"\n[tool.muster.output]\ncompliance = "docs/COMPLIANCE.md"\n'

    assert settings_from(text, "pyproject.toml").output.compliance == "docs/COMPLIANCE.md"
    assert settings_from("[project]\nname = 'x'\n", "sub/pyproject.toml") == Settings()


@pytest.mark.requirement("MU-CORE-0040")
def test_muster_toml_is_read_before_pyproject_and_only_a_table_of_muster_makes_that_one_settings(
    tmp_path: Path,
) -> None:
    tool = tmp_path / "pyproject.toml"
    own = tmp_path / "muster.toml"

    def opened() -> tuple[str, str]:
        workspace = open_workspace(tmp_path, use_cache=False)
        return workspace.source, workspace.settings.output.requirements

    assert opened() == ("", "requirements")
    tool.write_text("[project]\nname = 'x'\n", encoding="utf-8")
    assert opened() == ("", "requirements")
    tool.write_text("[tool.muster.output]\nrequirements = 'one'\n", encoding="utf-8")
    assert opened() == ("pyproject.toml", "one")
    own.write_text("[output]\nrequirements = 'two'\n", encoding="utf-8")
    assert opened() == ("muster.toml", "two")
    own.write_text("", encoding="utf-8")
    assert opened() == ("muster.toml", "requirements")


@pytest.mark.requirement("MU-CORE-0041")
def test_all_mistakes_are_reported_at_once_and_in_order() -> None:
    text = """
        fail_on = "erorr"

        [specs]
        inclde = ["docs/*.md"]
        max_bytes = "many"

        [requirements]
        id = "("
        markers = ["bracket", "bolt"]

        [rules]
        severity = { KWD = "off" }

        [output]
        requirements = "../elsewhere"
    """

    assert problems(text) == [
        "`fail_on` is 'erorr'; it is one of error, warning, info; did you mean 'error'?",
        "unknown setting `specs.inclde`; did you mean `specs.include`?",
        "`specs.max_bytes` is 'many'; it is a whole number from 1",
        "`requirements.id` is '('; it is no regular expression: missing ), unterminated subpattern at position 0",
        (
            "`requirements.markers[1]` is 'bolt'; it is one of bracket, bold, colon, rule, need, heading;"
            " did you mean 'bold'?"
        ),
        "`rules.severity.\"KWD\"` is 'off'; it is one of error, warning, info",
        "`output.requirements` is '../elsewhere'; it is a path inside the project, with `/`",
    ]


@pytest.mark.requirement("MU-CORE-0041")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "zzz = 1",
            (
                "unknown setting `zzz`; known here:"
                " allocation, anchors, chains, fail_on, ledger, links, namespace, output, packages, packets, prompts,"
                " requirements, rules, site, specs, tasks, trace"
            ),
        ),
        ("specs = 1", "`specs` is 1; it is a table"),
        ("[specs]\ninclude = 'a.md'", "`specs.include` is 'a.md'; it is a list"),
        ("[specs]\ninclude = ['a.md', 2]", "`specs.include[1]` is 2; it is a text"),
        ("[specs]\npackages = ['a']", "`specs.packages` is ['a']; it is a table"),
        ("[specs]\npackages = { 'a.md' = 1 }", '`specs.packages."a.md"` is 1; it is a text'),
        ("[specs]\nmax_line = 1", "`specs.max_line` is 1; it is a whole number from 100"),
        ("[anchors]\ntab_length = 9", "`anchors.tab_length` is 9; it is a whole number from 1 to 8"),
        ("[anchors]\nsane_lists = 1", "`anchors.sane_lists` is 1; it is true or false"),
        ("[anchors]\nstyle = 'sphinx'", "`anchors.style` is 'sphinx'; it is one of mkdocs, github, mdbook"),
        ("[requirements]\nmarkers = []", "`requirements.markers` is []; it is a list with at least one member"),
        (
            "[requirements]\nid = 'A*'",
            "`requirements.id` is 'A*'; it matches the empty text, and an ID has at least one character",
        ),
        ("[[rules.paths]]\nignore = ['SHP']", "`rules.paths[0].path` is missing"),
        ("[rules]\npaths = [5]", "`rules.paths[0]` is 5; it is a table"),
        ("[output]\nrequirements = './'", "`output.requirements` is './'; name a folder of its own"),
        *(
            (
                f"[prompts]\nfolder = '{folder}'",
                f"`prompts.folder` is '{folder}'; write it without empty parts, `.` and blanks at an end",
            )
            for folder in ("a//b", "a/./b", " ", "./a", "a/ b")
        ),
        (
            "[output]\ncompliance = '/x'",
            "`output.compliance` is '/x'; it is a path inside the project, with `/`",
        ),
        ("[output]\ncompliance = 'C:/x'", "`output.compliance` is 'C:/x'; it is a path inside the project, with `/`"),
        ("namespace = 'mine'", "`namespace` is 'mine'; it is a UUID, such as one that `uuidgen` prints"),
        ("a = ", "not TOML: Invalid value (at end of document)"),
        (
            '[packets]\nsignature = "("',
            "`packets.signature` is '('; it is no regular expression: missing ), unterminated subpattern at position 0",
        ),
        ('[packets]\ntarget = "x*"', "`packets.target` is 'x*'; it matches the empty text"),
        (
            '[packets]\nutc_offset = "+99:99"',
            "`packets.utc_offset` is '+99:99'; it is an offset from UTC, such as +01:00",
        ),
        (
            '[packets]\nregistry = "../table.md"',
            "`packets.registry` is '../table.md'; it is a path inside the project, with `/`",
        ),
    ],
)
def test_a_mistake_names_the_setting_its_value_and_what_is_wanted(text: str, problem: str) -> None:
    assert problems(text) == [problem]


def test_a_tool_table_that_is_none_is_refused() -> None:
    assert problems("[tool]\nmuster = 5", "pyproject.toml") == ["`tool.muster` is 5; it is a table"]


def test_a_long_value_is_cut() -> None:
    assert problems(f"fail_on = '{'x' * 100}'") == [f"`fail_on` is '{'x' * 56}...; it is one of error, warning, info"]


def test_settings_survive_a_round_trip_through_their_own_table() -> None:
    assert settings_of(msgspec.to_builtins(Settings()), "memory") == Settings()
