"""Citations that other projects wrote, by settings alone: exact sets by file, line and ID."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from corpus import FOLDER, files, inputs, needs_corpora, settings
from muster import pipeline
from muster.inputs import memory
from muster.model import Citation, CitationKind, Defect, Outcome

pytestmark = needs_corpora


def answers(name: str) -> list[dict[str, str]]:
    lines = (FOLDER / name / "expected" / "code_refs.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def in_code(outcome: Outcome) -> list[Citation]:
    return [one for one in outcome.project.trace.citations if not one.place.path.endswith(".md")]


def keys(citations: list[Citation]) -> Counter[tuple[str, int, str]]:
    return Counter((one.place.path, one.place.line, one.written or one.id) for one in citations)


def wanted(records: list[dict[str, str]]) -> Counter[tuple[str, int, str]]:
    return Counter((record["file"], int(record["line"]), record["id"]) for record in records)


@pytest.mark.requirement("MU-TRACE-3001", "MU-TRACE-3002")
def test_the_forty_citations_of_llama_orch_are_found_and_no_other() -> None:
    found = in_code(pipeline.run(inputs("llama-orch"), settings("llama-orch")))

    assert keys(found) == wanted(answers("llama-orch"))
    assert len(found) == 40
    assert {(one.kind, one.defect) for one in found} == {(CitationKind.IMPLEMENTS, None)}


@pytest.mark.requirement("MU-TRACE-3007")
def test_the_traceability_map_of_llama_orch_leads_to_its_specs() -> None:
    derivations = pipeline.run(inputs("llama-orch"), settings("llama-orch")).project.trace.derivations

    specs = {one.spec for one in derivations if one.parent == "ORCH-3004"}
    assert specs == {
        ".specs/10-orchestrator-core.md",
        ".specs/30-pool-managerd.md",
        ".specs/40-worker-adapters-llamacpp-http.md",
        ".specs/41-worker-adapters-vllm-http.md",
        ".specs/42-worker-adapters-tgi-http.md",
        ".specs/43-worker-adapters-triton.md",
        ".specs/50-plugins-policy-host.md",
        ".specs/51-plugins-policy-sdk.md",
    }
    assert {one.spec for one in derivations if one.parent == "ORCH-2002"} == {".specs/20-orchestratord.md"}


@pytest.mark.requirement("MU-TRACE-3002", "MU-TRACE-3005", "MU-TRACE-3009")
def test_the_citations_of_tracey_outside_of_strings_are_told_apart_as_its_own_rules_do() -> None:
    outcome = pipeline.run(inputs("tracey"), settings("tracey"))
    found = [one for one in in_code(outcome) if not one.literal]
    records = answers("tracey")

    assert keys(found) == wanted([record for record in records if record["where"] in ("doc", "comment")])
    assert len(found) == 385
    assert Counter(one.defect for one in found) == {None: 328, Defect.STALE: 3, Defect.UNKNOWN: 54}
    reported = Counter(f.code for f in outcome.findings if f.code in ("TRC001", "TRC004") and ".md" not in f.place.path)
    assert reported == {"TRC001": 54, "TRC004": 3}


@pytest.mark.requirement("MU-TRACE-3002")
def test_what_stands_in_strings_of_tracey_is_a_mention_and_no_finding() -> None:
    found = [one for one in in_code(pipeline.run(inputs("tracey"), settings("tracey"))) if one.literal]

    assert keys(found) == wanted([record for record in answers("tracey") if record["where"] == "string"])
    assert {one.kind for one in found} == {CitationKind.MENTIONS}


@pytest.mark.requirement("MU-TRACE-3009")
def test_the_annotations_of_openfeature_cite_by_number_and_their_drifted_texts_are_found() -> None:
    sdk = FOLDER / "openfeature" / "java-sdk"
    code = {path.relative_to(sdk).as_posix(): path.read_bytes() for path in sdk.rglob("*.java")}
    outcome = pipeline.run(memory({**files("openfeature"), **code}), settings("openfeature"))
    found = in_code(outcome)
    answer = json.loads((FOLDER / "openfeature" / "expected" / "trace.json").read_text())["vs_head"]

    assert keys(found) == wanted(answers("openfeature"))
    assert (len(found), {one.kind for one in found}) == (165, {CitationKind.VERIFIES})
    unknown = [one for one in found if one.defect is Defect.UNKNOWN]
    assert sorted({one.id for one in unknown}) == sorted(answer["unknown"])
    assert len(unknown) == 2
    drifted = {f.message.split(" is quoted")[0].split()[-1] for f in outcome.findings if f.code == "TRC006"}
    # The answer compares with that project's JSON, which drops the `>` of `->`; the quotes of these two are the spec's.
    assert set(answer["text_differs"]) - drifted == {"3.2.3", "6.1.3"}
    assert drifted <= set(answer["text_differs"])
    assert len(answer["text_differs"]) == 29


@pytest.mark.parametrize("name", ["opentelemetry"])
def test_a_repository_that_cites_nothing_has_no_finding_of_trace(name: str) -> None:
    outcome = pipeline.run(inputs(name), settings(name))

    assert [finding for finding in outcome.findings if finding.code.startswith("TRC")] == []
