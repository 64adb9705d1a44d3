"""Real specs: what they name without a link, and what of it is dead."""

from __future__ import annotations

import re

import pytest

from corpus import expected, files, inputs, needs_corpora, settings
from muster import pipeline

pytestmark = needs_corpora


def found(name: str) -> list[tuple[str, str, int, str]]:
    outcome = pipeline.run(inputs(name), settings(name))
    return [
        (finding.code, finding.place.path, finding.place.line, finding.message)
        for finding in outcome.findings
        if "LNK011" <= finding.code <= "LNK015"
    ]


@pytest.mark.requirement("MU-RULE-2023")
def test_the_dead_anchors_of_llama_orch_s_own_requirement_files_are_found_by_file_and_line() -> None:
    anchors = {(record["file"], record["github"]) for record in expected("llama-orch", "headings")}
    named = [
        (path, number, match[1], match[2])
        for path, content in files("llama-orch").items()
        if re.fullmatch(r"requirements/.*\.yaml", path)
        for number, line in enumerate(content.decode().split("\n"), start=1)
        for match in re.finditer(r"- (\S+\.md)#(\S+)", line)
    ]
    dead = [(path, number) for path, number, target, anchor in named if (target, anchor) not in anchors]
    ours = [(p, n) for code, p, n, _ in found("llama-orch") if code == "LNK014" and p.startswith("requirements/")]

    assert (len(named), len(dead)) == (135, 87)
    assert ours == dead


@pytest.mark.requirement("MU-RULE-2016", "MU-RULE-2023")
def test_what_the_specs_of_llama_orch_name_and_lack_is_found_and_nothing_else() -> None:
    assert [record for record in found("llama-orch") if record[1].startswith(".specs/")] == [
        ("LNK013", ".specs/00_llama-orch.md", 37, "§6.4: no heading of this page begins with 6.4"),
        (
            "LNK011",
            ".specs/10-orchestrator-core.md",
            19,
            "../orchestrator-core/tests/props_queue.rs is named here and does not exist",
        ),
        (
            "LNK011",
            ".specs/10-orchestrator-core.md",
            47,
            "../orchestrator-core/tests/props_queue.rs is named here and does not exist",
        ),
        (
            "LNK011",
            ".specs/10-orchestrator-core.md",
            53,
            "../test-harness/metrics-contract/tests/metrics_lint.rs is named here and does not exist",
        ),
    ]


@pytest.mark.requirement("MU-RULE-2016", "MU-RULE-2023")
@pytest.mark.parametrize("name", ["openfeature", "tracey", "opentelemetry"])
def test_specs_that_name_nothing_dead_have_no_finding(name: str) -> None:
    assert found(name) == []
