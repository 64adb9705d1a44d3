"""What Muster writes is valid under the schemas that it publishes, and what it refuses is not."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import corpus
from muster import pipeline
from muster.cli.app import run
from muster.gate.report import WRITERS, subject_of
from muster.inputs import memory
from muster.model import CaseOutcome
from muster.settings import InvalidSettings, Settings, settings_of
from muster.specs.discovery import KEPT
from muster.trace.own_results import OwnTest, rendered
from repositories import write

ROOT = Path(__file__).parents[1]
FILES = sorted(path for path in (ROOT / "requirements").glob("*.yaml") if path.name not in KEPT)
SPEC = "# Queue\n\n- [Q-001] It **MUST** run `a: b`.\n- [Q-002] It is größer.\n\n## Über [Q-003]\n\nEs MAY.\n"


@pytest.fixture
def schema(capfd: pytest.CaptureFixture[str]) -> Callable[[str], Draft202012Validator]:
    """The schema that `muster schema NAME` prints, ready to validate."""

    def printed(name: str) -> Draft202012Validator:
        capfd.readouterr()
        assert run(["schema", name]) == 0
        found = json.loads(capfd.readouterr().out)
        Draft202012Validator.check_schema(found)
        return Draft202012Validator(found)

    return printed


Schema = Callable[[str], Draft202012Validator]


def wrong_with(validator: Draft202012Validator, value: Any) -> list[str]:
    return sorted(f"{error.json_path}: {error.message}" for error in validator.iter_errors(value))


@cache
def files_of(name: str) -> dict[str, str]:
    """The requirement files of a corpus, or of a small spec of our own."""
    if name == "own":
        outcome = pipeline.run(memory({"specs/10-queue.md": SPEC}), Settings())
    else:
        # Upstream's own requirement files would stand where ours go.
        inputs = {path: text for path, text in corpus.files(name).items() if not path.startswith("requirements/")}
        outcome = pipeline.run(memory(inputs), corpus.settings(name))
    return {file.path: file.text for file in outcome.files if file.text is not None and file.path.endswith(".yaml")}


@pytest.mark.requirement("MU-REQ-1034", "MU-REQ-1031")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_committed_requirement_file_is_valid_under_the_published_schema(path: Path, schema: Schema) -> None:
    assert wrong_with(schema("requirements"), yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.requirement("MU-REQ-1034")
def test_the_schema_beside_the_files_is_the_published_one_and_editors_are_told_of_it(schema: Schema) -> None:
    beside = json.loads((ROOT / "requirements" / "requirements.schema.json").read_text(encoding="utf-8"))

    assert beside == schema("requirements").schema
    for path in FILES:
        assert path.read_text(encoding="utf-8").splitlines()[1] == (
            "# yaml-language-server: $schema=requirements.schema.json"
        )


@pytest.mark.requirement("MU-REQ-1034", "MU-REQ-1031")
@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("own", 1),
        pytest.param("llama-orch", 13, marks=corpus.needs_corpora),
        pytest.param("openfeature", 6, marks=corpus.needs_corpora),
        pytest.param("tracey", 1, marks=corpus.needs_corpora),
    ],
)
def test_requirement_files_of_real_specs_are_valid_too(name: str, count: int, schema: Schema) -> None:
    validator = schema("requirements")

    assert len(files_of(name)) == count
    for path, text in files_of(name).items():
        assert wrong_with(validator, yaml.safe_load(text)) == [], path


ENTRY = ("requirements", "Q-001")


@pytest.mark.requirement("MU-REQ-1034")
@pytest.mark.parametrize(
    ("where", "key", "value"),
    [
        ((), "schema_version", 2),
        ((), "source", None),
        ((), "made", "today"),
        (ENTRY, "title", None),
        (ENTRY, "level", "shall"),
        (ENTRY, "section", None),
        (ENTRY, "links", []),
        (ENTRY, "line", 3),
        (ENTRY, "fingerprint", "sha256:0"),
    ],
)
def test_the_schema_refuses_what_is_no_requirement_file(
    where: tuple[str, ...], key: str, value: object, schema: Schema
) -> None:
    (text,) = files_of("own").values()
    table = copy.deepcopy(yaml.safe_load(text))
    part = table
    for name in where:
        part = part[name]
    part[key] = value
    if value is None:
        del part[key]

    assert len(wrong_with(schema("requirements"), table)) == 1


@pytest.mark.requirement("MU-REQ-1034")
@pytest.mark.parametrize("text", [SPEC, "# Nothing\n"])
def test_the_json_report_is_valid_under_the_published_schema(text: str, schema: Schema) -> None:
    outcome = pipeline.run(memory({"specs/10-queue.md": text}), Settings())
    report = json.loads(WRITERS["json"](subject_of(outcome, lambda _: ())))
    validator = schema("report")

    assert wrong_with(validator, report) == []
    for key in report:
        assert len(wrong_with(validator, {name: value for name, value in report.items() if name != key})) == 1
    for finding in report["findings"]:
        assert wrong_with(validator, {**report, "findings": [{**finding, "severity": "fatal"}]}) != []


@pytest.mark.parametrize(
    "path", [ROOT / "muster.toml", *sorted((ROOT / "tests/corpora").glob("*.toml"))], ids=lambda path: path.name
)
def test_settings_that_are_read_are_valid_under_the_published_schema(path: Path, schema: Schema) -> None:
    assert wrong_with(schema("settings"), tomllib.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.requirement("MU-CORE-0041")
@pytest.mark.parametrize(
    "table",
    [
        {"zzz": 1},
        {"specs": {"inclde": []}},
        {"specs": {"max_bytes": "many"}},
        {"requirements": {"markers": []}},
        {"requirements": {"markers": ["bolt"]}},
        {"rules": {"severity": {"KWD": "off"}}},
        {"anchors": {"tab_length": 9}},
        {"fail_on": "never"},
    ],
    ids=str,
)
def test_settings_and_their_schema_refuse_the_same(table: dict[str, Any], schema: Schema) -> None:
    with pytest.raises(InvalidSettings):
        settings_of(table, "muster.toml")
    assert len(wrong_with(schema("settings"), table)) == 1


@pytest.mark.requirement("MU-TRACE-3011", "MU-TRACE-3030", "MU-TRACE-3031", "MU-TRACE-3032")
def test_what_the_views_print_and_the_plugin_writes_is_valid_under_its_schema(
    tmp_path: Path, schema: Schema, capfd: pytest.CaptureFixture[str]
) -> None:
    ran = OwnTest(
        "tests/test_q.py::test_a", "tests/test_q.py", "test_a", "tests.test_q", CaseOutcome.PASSED, 0.1, "", ()
    )
    results = rendered([ran]).decode()
    write(
        tmp_path,
        {
            "specs/q.md": SPEC,
            "src/q.py": "# implements: Q-001\n",
            "tests/test_q.py": "# verifies: Q-001\ndef test_a(): ...\n",
            "results.json": results,
        },
    )
    assert wrong_with(schema("results"), json.loads(results)) == []
    for name, arguments in (("trace", []), ("explain", ["Q-001"]), ("impact", ["src/q.py"])):
        validator = schema(name)
        where = ["-C", str(tmp_path), name, *arguments, "--results", str(tmp_path / "results.json")]
        assert run([*where, "--format", "json"]) == 0
        assert wrong_with(validator, json.loads(capfd.readouterr().out)) == []
