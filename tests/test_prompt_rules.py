"""Packs and registries of a project, as a check reports them; one finding of each rule is shown by its examples."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from muster.cli.app import run as command
from muster.inputs import memory
from muster.pipeline import run
from muster.prompts.contracts import default_pack
from muster.rules.prm_sample import PACK, PATH
from muster.settings import settings_from
from muster.store.cache import Cache

DEFAULT = "assets/spec_prompt_packs/spec_router_pack@1.json"
REGISTRY = """\
registry_version: "1"
capabilities:
  - {capability_id: fs.read, kind: Surface, risk_class: Low}
  - {capability_id: net.open, kind: Surface, risk_class: High, modes: [GOV_LIGHT]}
tools:
  - {tool_id: read.file, engine_id: engine.fs, operation: read, capability_required: fs.read, schema_ref: read@1}
"""


def findings(files: dict[str, str], settings: str = "") -> list[tuple[str, str, str]]:
    """Code, place and message of what a check finds."""
    found = run(memory(files), settings_from(settings, "muster.toml")).findings
    return [(finding.code, str(finding.place), finding.message) for finding in found]


@pytest.mark.requirement("MU-PRM-6001", "MU-PRM-6033")
def test_the_default_pack_is_the_reference_byte_for_byte_and_has_no_finding() -> None:
    digest = hashlib.sha256(default_pack()).hexdigest()

    assert digest == "d05b4a8a1796062f1dc0af21055b9c933909a0f7b3d10b40425dd0803161aa27"
    assert findings({DEFAULT: default_pack().decode()}) == []


@pytest.mark.requirement("MU-PRM-6001")
def test_init_writes_the_default_pack_where_it_is_asked_to_and_keeps_another(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bare, own = tmp_path / "bare", tmp_path / "own"
    bare.mkdir()
    (own / DEFAULT).parent.mkdir(parents=True)
    (own / DEFAULT).write_text("{}", encoding="utf-8")

    assert [command(["-C", str(bare), "init"]), (bare / "assets").exists()] == [0, False]
    assert command(["-C", str(bare), "init", "--prompts"]) == 0
    assert (bare / DEFAULT).read_bytes() == default_pack()
    capfd.readouterr()
    assert command(["-C", str(own), "init", "--prompts"]) == 0
    assert f"kept {DEFAULT}\n" in capfd.readouterr().out
    assert (own / DEFAULT).read_text("utf-8") == "{}"


@pytest.mark.requirement("MU-PRM-6001", "MU-PRM-6020")
def test_after_init_the_first_compile_works(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert command(["-C", str(tmp_path), "init", "--prompts"]) == 0
    assert "written assets/capabilities.yaml\n" in capfd.readouterr().out

    assert command(["-C", str(tmp_path), "prompt", "compile", "--set", "PROMPT_TEXT=x"]) == 0
    assert command(["-C", str(tmp_path), "check", "--select", "PRM"]) == 0
    assert "capability snapshot  assets/capabilities.yaml " in capfd.readouterr().out


@pytest.mark.requirement("MU-PRM-6020")
@pytest.mark.parametrize(
    ("path", "text", "table"),
    [
        ("muster.toml", "", "`[prompts]` in muster.toml"),
        ("pyproject.toml", "[tool.muster]\n", "`[tool.muster.prompts]` in pyproject.toml"),
        ("muster.toml", '[prompts]\nregistry = "own.yaml"\n', ""),
    ],
    ids=["muster.toml", "pyproject.toml", "a registry is named"],
)
def test_init_says_which_line_the_settings_that_are_there_lack(
    path: str, text: str, table: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / path).write_text(text, encoding="utf-8")

    assert command(["-C", str(tmp_path), "init", "--prompts"]) == 0

    told = [line for line in capfd.readouterr().err.splitlines() if "registry" in line]
    line = 'registry = "assets/capabilities.yaml"'
    assert told == ([f"next: add `{line}` under {table}: prompts are compiled from it"] if table else [])
    assert (tmp_path / path).read_text("utf-8") == text
    assert (tmp_path / "assets/capabilities.yaml").exists() is bool(table)


@pytest.mark.requirement("MU-PRM-6002")
def test_all_that_is_wrong_with_a_pack_is_told_at_once_with_json_paths() -> None:
    bad = (
        PACK.replace('"max_total_tokens": 4000', '"max_total_tokens": -1')
        .replace("{{PROMPT_TEXT}}", "{{OWNER}}")
        .replace("- Name nothing", "- {{OWNER}}: name nothing")
        .replace('"pack_id": "review_pack@1"', '"pack_id": "../x@1"')
    )
    found = findings({PATH: bad})

    assert [
        (code, place.partition(":")[2].partition(":")[0], told.partition(": ")[0]) for code, place, told in found
    ] == [
        ("PRM002", "3", "$.pack_id"),
        ("PRM002", "3", "$.pack_id"),
        ("PRM006", "7", "$.stable_prefix_sections[0].content_md"),
        ("PRM004", "9", "$.variable_suffix_template_md"),
        ("PRM005", "11", "$.placeholders[0].name"),
        ("PRM007", "17", "$.budgets.max_total_tokens"),
    ]


@pytest.mark.requirement("MU-PRM-6033")
def test_a_schema_is_shipped_or_for_a_spec_a_template_beside_the_packs() -> None:
    own = PACK.replace("hsk.feature_spec@0.2", "acme.spec@1")
    told = "$.required_outputs[0].schema_ref: no schema 'acme.spec@1' of a SpecArtifact is known"

    assert findings({PATH: own}) == [("PRM008", f"{PATH}:14:54", told)]
    assert findings({PATH: own, "assets/schemas/acme.spec@1.md": "# SPEC\n\n## Scope\n"}) == []
    intent = PACK.replace(
        '"SpecArtifact", "schema_ref": "hsk.feature_spec@0.2"',
        '"SpecIntent", "schema_ref": "hsk.spec_router_decision@0.2"',
    )
    assert [code for code, _, _ in findings({PATH: intent})] == ["PRM008"]


@pytest.mark.requirement("MU-PRM-6014")
def test_the_stable_prefix_is_counted_by_the_tokenizer_of_the_settings() -> None:
    small = PACK.replace('"max_total_tokens": 4000', '"max_total_tokens": 20')

    assert findings({PATH: small}) == []
    assert [code for code, _, _ in findings({PATH: small}, '[prompts]\ntokenizer = "chars"\n')] == ["PRM007"]


def test_packs_are_looked_for_where_the_settings_say_and_not_where_nothing_is_looked_for() -> None:
    assert findings({"packs/x@1.json": "{"}) == []
    assert [code for code, _, _ in findings({"packs/x@1.json": "{"}, '[prompts]\npacks = ["packs/*"]\n')] == ["PRM001"]
    assert findings({PATH: "{"}, '[links]\nexclude = ["assets/**"]\n') == []


@pytest.mark.requirement("MU-PRM-6002")
@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": NaN}', "[" * 10_000, "\ufeff{}", "x" * 1_000_001])
def test_a_file_that_is_no_pack_gives_findings_and_no_traceback(text: str) -> None:
    found = findings({PATH: text})

    assert found
    assert {code for code, _, _ in found} <= {"PRM001", "PRM007", "PRM002"}


def test_a_second_check_takes_packs_from_the_cache_and_says_the_same(tmp_path: Path) -> None:
    files = {PATH: PACK.replace('"required": true', '"required": 1'), "assets/r.yaml": REGISTRY}
    settings = settings_from('[prompts]\nregistry = "assets/r.yaml"\n', "muster.toml")
    cache = Cache.open(tmp_path / "cache.db")
    assert cache is not None
    first, second = (run(memory(files), settings, cache=cache) for _ in range(2))

    assert [finding.code for finding in first.findings] == ["PRM001"]
    assert (second.findings, second.project.snapshots) == (first.findings, first.project.snapshots)


@pytest.mark.requirement("MU-PRM-6020")
def test_the_registry_gives_the_names_that_specs_may_use_under_the_governance_mode() -> None:
    def names(mode: str) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
        settings = f'[prompts]\nregistry = "assets/r.yaml"\ngovernance_mode = "{mode}"\n'
        project = run(memory({"assets/r.yaml": REGISTRY}), settings_from(settings, "muster.toml")).project
        return [(one.ref, one.allowed, one.denied) for one in project.snapshots]

    assert names("GOV_LIGHT") == [("assets/r.yaml", ("engine.fs", "fs.read", "net.open", "read.file"), ())]
    assert names("GOV_STRICT") == [("assets/r.yaml", ("engine.fs", "fs.read", "read.file"), ("net.open",))]


@pytest.mark.parametrize(
    ("registry", "place", "words"),
    [
        (None, "muster.toml:1:1", "`prompts.registry` is 'assets/r.yaml', which cannot be read"),
        ("capabilities: [", "assets/r.yaml:", "line "),
        (REGISTRY.replace("Surface", "Surfer", 1), "assets/r.yaml:1:1", "capabilities[0].kind: 'Surfer'"),
        (
            REGISTRY.replace("risk_class: Low", "risk_class: Low, requires: [net.open]").replace(
                "modes: [GOV_LIGHT]", "requires: [fs.read]"
            ),
            "assets/r.yaml:1:1",
            "capabilities[",
        ),
    ],
    ids=["missing", "no YAML", "unknown kind", "a cycle"],
)
def test_a_registry_that_is_wrong_is_a_finding_with_its_path(registry: str | None, place: str, words: str) -> None:
    files = {"assets/r.yaml": registry} if registry is not None else {}
    found = findings(files, '[prompts]\nregistry = "assets/r.yaml"\n')

    assert [code for code, _, _ in found] == ["PRM010"]
    assert found[0][1].startswith(place)
    assert found[0][2].startswith(words)


def test_a_pack_that_is_edited_from_a_parsed_one_needs_no_form_of_its_own() -> None:
    assert findings({PATH: json.dumps(json.loads(PACK), ensure_ascii=False)}) == []
