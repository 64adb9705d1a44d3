"""Real specs, exact sets: what other people wrote is read as independent tools read it."""

from __future__ import annotations

import json
from collections import Counter

import pytest
import yaml

from corpus import FOLDER, NAMES, documents, expected, inputs, needs_corpora, settings
from muster import pipeline
from muster.model import LEVELS, Level

pytestmark = needs_corpora


@pytest.mark.requirement("MU-REQ-1011", "MU-REQ-1012", "MU-REQ-1016", "MU-REQ-1019")
@pytest.mark.parametrize(
    ("name", "count", "ids"), [("llama-orch", 135, 134), ("openfeature", 172, 172), ("tracey", 317, 317)]
)
def test_requirements_are_found_at_their_lines_and_no_others(name: str, count: int, ids: int) -> None:
    found = [
        (path, requirement.id.text, requirement.place.line)
        for path, document in documents(name).items()
        for requirement in document.requirements
    ]
    wanted = [
        (record["file"], record["id"], record["line"])
        for record in expected(name, "requirements")
        if not record.get("in_fence")
    ]

    assert Counter(found) == Counter(wanted)
    assert (len(found), len({identifier for _, identifier, _ in found})) == (count, ids)


def test_the_thirty_look_alikes_in_fences_of_tracey_do_not_count() -> None:
    fakes = {(record["file"], record["line"]) for record in expected("tracey", "fake_ids_in_code_blocks")}
    found = {(path, r.place.line) for path, document in documents("tracey").items() for r in document.requirements}

    assert len(fakes) == 30
    assert not fakes & found


@pytest.mark.requirement("MU-REQ-1017")
def test_levels_of_llama_orch_are_those_of_the_strongest_keyword() -> None:
    wanted = {(record["id"], record["line"]): record["level"] for record in expected("llama-orch", "requirements")}
    found = {
        (requirement.id.text, requirement.place.line): requirement.level
        for document in documents("llama-orch").values()
        for requirement in document.requirements
    }

    assert found == {key: level for key, level in wanted.items() if key in found}
    assert Counter(found.values()) == {"must": 119, "should": 8, "info": 8}


def test_levels_of_tracey_are_right_where_the_answer_reads_the_whole_quote() -> None:
    strongest = {}
    for record in expected("tracey", "requirements"):
        levels = [LEVELS[word] for word in record["keywords"]]
        strongest[record["id"]] = min(levels, key=list(Level).index, default=Level.INFO)
    found = {r.id.text: r.level for document in documents("tracey").values() for r in document.requirements}

    # The answer stops at the first paragraph of this quote; the second one says MUST.
    assert strongest.pop("ref.syntax.req-id+3") is Level.INFO
    assert found.pop("ref.syntax.req-id+3") is Level.MUST
    assert found == strongest


@pytest.mark.requirement("MU-REQ-1015")
def test_openfeature_agrees_with_its_own_json_in_level_and_text() -> None:
    rules = json.loads((FOLDER / "openfeature/repo/specification.json").read_text())["rules"]
    theirs = {rule["id"]: rule for parent in rules for rule in (parent, *parent["children"])}
    words = {Level.MUST: "MUST", Level.SHOULD: "SHOULD", Level.MAY: "MAY", Level.INFO: None}
    differing = []
    for document in documents("openfeature").values():
        for requirement in document.requirements:
            rule = theirs.pop(requirement.id.text)
            word = words[requirement.level]
            assert rule["RFC 2119 keyword"] == (f"{word} NOT" if word and requirement.negated else word), requirement.id
            if _folded(rule["content"]) != _folded(requirement.text):
                differing.append(requirement.id.text)

    assert theirs == {}
    # Their parser drops the `>` of an arrow; two more of the four known differences are list marks that we keep.
    assert differing == ["Requirement 3.2.3", "Requirement 6.1.3"]


def _folded(text: str) -> str:
    return " ".join(text.replace("**", "").split())


@pytest.mark.requirement("MU-REQ-1020")
@pytest.mark.parametrize(
    ("name", "count"), [("llama-orch", 115), ("openfeature", 361), ("tracey", 205), ("opentelemetry", 2754)]
)
def test_headings_and_their_github_anchors_are_exact(name: str, count: int) -> None:
    found = [(path, s.line, s.level, s.anchor) for path, document in documents(name).items() for s in document.sections]
    wanted = [(r["file"], r["line"], r["level"], r["github"]) for r in expected(name, "headings")]

    assert Counter(found) == Counter(wanted)
    assert len(found) == count


@pytest.mark.requirement("MU-REQ-1017")
@pytest.mark.parametrize(
    ("name", "count"), [("llama-orch", 170), ("openfeature", 164), ("tracey", 343), ("opentelemetry", 2386)]
)
def test_keywords_are_exact_by_file_and_line(name: str, count: int) -> None:
    found = [
        (path, keyword.line, keyword.word)
        for path, document in documents(name).items()
        for passage in document.passages
        for keyword in passage.keywords
    ]
    wanted = [(record["file"], record["line"], record["keyword"]) for record in expected(name, "keywords")]

    assert Counter(found) == Counter(wanted)
    assert len(found) == count


@pytest.mark.requirement("MU-REQ-1030", "MU-REQ-1033")
def test_llama_orch_gets_its_thirteen_requirement_files_with_anchors_that_exist() -> None:
    outcome = pipeline.run(inputs("llama-orch"), settings("llama-orch"))
    upstream = {
        path for path in inputs("llama-orch").entries if path.startswith("requirements/") and path.endswith(".yaml")
    }
    ours = {file.path: file.text for file in outcome.files if file.path.endswith(".yaml")}
    anchors = {(record["file"], record["github"]) for record in expected("llama-orch", "headings")}
    ids = []
    for text in ours.values():
        assert text is not None
        table = yaml.safe_load(text)
        ids += table["requirements"]
        for entry in table["requirements"].values():
            assert tuple(entry["links"][0].split("#")) in anchors

    assert set(ours) == upstream
    assert len(ours) == 13
    assert len(ids) == len(set(ids)) == 134


def test_the_true_duplicate_of_llama_orch_is_reported_at_its_second_line() -> None:
    outcome = pipeline.run(inputs("llama-orch"), settings("llama-orch"))

    assert [(f.place.path, f.place.line, f.message) for f in outcome.findings if f.code == "REQ002"] == [
        (".specs/00_llama-orch.md", 252, "ORCH-2006 is already defined at .specs/00_llama-orch.md:245")
    ]


@pytest.mark.requirement("MU-REQ-1032")
@pytest.mark.parametrize("name", NAMES)
def test_every_title_is_one_short_line_without_its_id(name: str) -> None:
    for document in documents(name).values():
        for requirement in document.requirements:
            assert 0 < len(requirement.title) <= 160
            assert "\n" not in requirement.title
            assert f"[{requirement.id}]" not in requirement.title
