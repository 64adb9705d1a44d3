"""The bench beside the peers: the work in each tool's format, and the section of the page; no peer is installed."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench import peer_page
from bench.measure import Failed, Sample, TooLong, process
from bench.peer_formats import WRITERS
from bench.peer_page import Found, Report, Run, Size
from bench.peer_tools import MUSTER, PEERS, Job, Tool
from bench.peer_work import Chapter, Document, Item, documents
from muster import pipeline
from muster.inputs import memory
from muster.settings import Settings

ITEMS = (
    Item("QUEUE-ADMISSION", "1001", "The writer MUST keep the `page`.", "A lost one can be traced."),
    Item("QUEUE-ADMISSION", "1002", "The reader **SHOULD** close it.", "That is all."),
    Item("QUEUE-ADMISSION", "1011", "The broker MAY count them.", "One suffices."),
)
WORK = (
    Document(
        "queue",
        "admission",
        (Chapter("Page and writer", "Each *page* has a `number`.", ITEMS[:2]), Chapter("Lease", "It ends.", ITEMS[2:])),
    ),
)
ROUND = {tool.key: {job.name: 100.0 * (number + 1) for job in tool.jobs} for number, tool in enumerate(PEERS)}


def written(key: str) -> dict[str, str]:
    return dict(WRITERS[key](WORK))


def test_muster_gets_markdown_with_citations_in_code_and_tests() -> None:
    texts = written("muster")

    assert list(texts) == [
        "muster.toml",
        "mkdocs.yml",
        "specs/queue/queue-admission.md",
        "src/queue/queue_admission.py",
        "tests/queue/test_queue_admission.py",
    ]
    assert texts["specs/queue/queue-admission.md"] == MARKDOWN
    assert texts["src/queue/queue_admission.py"] == SOURCE.replace("CITES", "implements:")
    assert texts["tests/queue/test_queue_admission.py"] == TESTS.replace("CITES", "verifies:")


def test_strictdoc_gets_sdoc_and_markers_and_a_second_setting_with_fewest_screens() -> None:
    texts = written("strictdoc")

    assert list(texts) == [
        "strictdoc_config.py",
        "fast/strictdoc_config.py",
        "specs/queue/queue-admission.sdoc",
        "src/queue/queue_admission.py",
        "tests/queue/test_queue_admission.py",
    ]
    assert texts["specs/queue/queue-admission.sdoc"] == SDOC
    assert texts["src/queue/queue_admission.py"] == re.sub(r"CITES (\S+)", r"@relation(\1, scope=line)", SOURCE)
    assert texts["tests/queue/test_queue_admission.py"] == re.sub(r"CITES (\S+)", r"@relation(\1, scope=line)", TESTS)
    assert texts["strictdoc_config.py"].replace(SCREENS, "") == texts["fast/strictdoc_config.py"]
    compile(texts["strictdoc_config.py"], "strictdoc_config.py", "exec")


def test_sphinx_needs_gets_a_need_for_each_requirement_and_for_each_citation() -> None:
    texts = written("sphinx-needs")

    assert list(texts) == ["conf.py", "index.rst", "specs/queue/queue-admission.rst", "trace/queue/queue-admission.rst"]
    assert texts["index.rst"] == INDEX
    assert texts["specs/queue/queue-admission.rst"] == NEEDS
    assert texts["trace/queue/queue-admission.rst"] == TRACE


def test_doorstop_gets_a_file_for_each_item_with_two_references() -> None:
    texts = written("doorstop")

    below = "reqs/queue/queue-admission"
    assert list(texts) == [
        "reqs/.doorstop.yml",
        f"{below}/.doorstop.yml",
        f"{below}/QUEUE-ADMISSION-001.yml",
        f"{below}/QUEUE-ADMISSION-1001.yml",
        f"{below}/QUEUE-ADMISSION-1002.yml",
        f"{below}/QUEUE-ADMISSION-002.yml",
        f"{below}/QUEUE-ADMISSION-1011.yml",
        "src/queue/queue_admission.py",
        "tests/queue/test_queue_admission.py",
    ]
    assert texts["reqs/.doorstop.yml"] == "settings:\n  digits: 3\n  prefix: SPEC\n  sep: '-'\n"
    assert texts[f"{below}/.doorstop.yml"] == (
        "settings:\n  digits: 3\n  parent: SPEC\n  prefix: QUEUE-ADMISSION\n  sep: '-'\n"
    )
    assert texts[f"{below}/QUEUE-ADMISSION-001.yml"] == DOORSTOP_HEADING
    assert texts[f"{below}/QUEUE-ADMISSION-1001.yml"] == DOORSTOP_ITEM
    assert texts["src/queue/queue_admission.py"] == SOURCE.replace("CITES", "implements:")


def test_reqstool_gets_requirements_cases_and_annotations() -> None:
    texts = written("reqstool")

    assert list(texts) == ["requirements.yml", "software_verification_cases.yml", "annotations.yml"]
    head, first, *others = texts["requirements.yml"].split("  - id: ")
    assert head == (
        "metadata:\n  urn: bench\n  variant: microservice\n  title: Bench\n  url: https://example.invalid\nrequirements:\n"
    )
    assert first == REQSTOOL_ITEM
    assert len(others) == 2
    head, first, *others = texts["software_verification_cases.yml"].split("  - id: ")
    assert (head, first, len(others)) == ("cases:\n", REQSTOOL_CASE, 2)
    assert texts["annotations.yml"] == ANNOTATIONS


def test_lobster_gets_trlc_and_tracing_tags() -> None:
    texts = written("lobster")

    assert list(texts) == [
        "specs/bench.rsl",
        "lobster-trlc.yaml",
        "lobster.conf",
        "specs/queue/queue-admission.trlc",
        "src/queue/queue_admission.py",
        "tests/queue/test_queue_admission.py",
    ]
    assert texts["specs/queue/queue-admission.trlc"] == TRLC
    tagged = {path: re.sub(r"CITES (\S+)", _tag, text) for path, text in (("src", SOURCE), ("tests", TESTS))}
    assert texts["src/queue/queue_admission.py"] == tagged["src"]
    assert texts["tests/queue/test_queue_admission.py"] == tagged["tests"]


def _tag(match: re.Match[str]) -> str:
    return f"lobster-trace: bench.{match[1].replace('-', '_')}"


def test_the_work_is_clean_and_each_requirement_cited_twice() -> None:
    work = documents(100)
    outcome = pipeline.run(memory(dict(WRITERS["muster"](work))), Settings())

    ids = sorted(item.id for document in work for item in document.items)
    assert sorted(requirement.id.text for requirement in outcome.project.requirements) == ids
    assert len(set(ids)) == 100
    assert not [finding for finding in outcome.findings if not finding.code.startswith("DRF")]


def test_the_prose_is_the_same_for_every_tool() -> None:
    work = documents(30)
    items = [item for document in work for item in document.items]
    for key, writer in WRITERS.items():
        text = " ".join(" ".join(text for _, text in writer(work)).replace("``", "`").split())
        for item in items:
            assert (key, text.count(item.statement)) == (key, sum(other.statement == item.statement for other in items))


def test_a_run_beyond_its_limit_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    late = tmp_path / "late"
    command = ["sh", "-c", f"(sleep 2; touch {late}) & sleep 60"]
    with pytest.raises(TooLong) as caught:
        process(command, tmp_path, limit=0.3)

    assert caught.value.sample.wall >= 0.3
    process(["sleep", "2.5"], tmp_path)
    assert not late.exists()


def test_a_run_is_told_what_its_processes_used_for_which_it_did_not_wait(tmp_path: Path) -> None:
    code = (
        "import os, time\n"
        "ready, done = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    while time.process_time() < 0.4: pass\n"
        "    os.write(done, b'.')\n"
        "    os._exit(0)\n"
        "os.read(ready, 1)\n"
        "os._exit(0)"
    )

    assert process([sys.executable, "-c", code], tmp_path, limit=60).cpu >= 0.4


def test_a_run_within_its_limit_leaves_what_it_said(tmp_path: Path) -> None:
    output = tmp_path / "said"

    process(["echo", "done"], tmp_path, limit=60, output=output)

    assert output.read_text("utf-8") == "done\n"
    with pytest.raises(Failed, match="ended with 3"):
        process(["sh", "-c", "exit 3"], tmp_path, limit=60)


def report(cpu: Mapping[str, Mapping[str, float]], *, ended: Sequence[str] = ()) -> Report:
    """One round: each job of Muster takes a second, those of the peers what `cpu` says."""
    runs = {
        (tool.key, job.name): [Run(_sample(tool, job, cpu), tool.key in ended)]
        for tool in (MUSTER, *PEERS)
        for job in tool.jobs
    }
    found = [Found(MUSTER, "0.1.0", "3.11.7"), *(Found(tool, "1.2", "3.13.0") for tool in PEERS)]
    return Report(tuple(found), (Size(10_000, runs),), 1, 600)


def _sample(tool: Tool, job: Job, cpu: Mapping[str, Mapping[str, float]]) -> Sample:
    seconds = 1.0 if tool is MUSTER else cpu[tool.key][job.name]
    return Sample(2 * seconds, seconds, 50_000_000)


def test_the_section_holds_versions_goals_a_table_for_each_kind_and_the_commands() -> None:
    lines = peer_page.section(report(ROUND))

    assert lines[0] == "### Beside the peers"
    assert "| StrictDoc | 1.2 | 3.13.0 |" in lines
    assert [line for line in lines if line.startswith("| Read")] == [
        "| Read, check and trace | seconds | CPU seconds | peak MB | of Muster's | CPU of Muster's |"
    ]
    assert "| StrictDoc: JSON, defaults | 200.00 | 100.00 | 50 | 100.0 | 100.0 |" in lines
    assert "| StrictDoc: HTML, defaults | 200.00 | 100.00 | 50 | 100.0 | 100.0 |" in lines
    assert "lobster-python src --out code.lobster --single" in lines
    assert len(lines) == len([line for line in lines if "\n" not in line])


def test_each_peer_has_its_goals_and_they_tell_what_is_missed() -> None:
    rows = [
        goal.row for goal in peer_page.goals(report({**ROUND, "doorstop": dict.fromkeys(ROUND["doorstop"], 250.0)}))
    ]

    assert rows[:3] == [
        "| 10,000 requirements: `check`, cold, of StrictDoc (JSON, defaults) | 1.00 | 1.00 | 1 % | yes |",
        f"| 10,000 requirements: {SITE}, of StrictDoc (HTML, defaults) | 1.00 | 1.00 | 10 % | yes |",
        "| 10,000 requirements: `pages`, cold, of StrictDoc (HTML, defaults) | 1.00 | 1.00 | 10 % | yes |",
    ]
    assert rows[6] == "| 10,000 requirements: `check`, cold, of Doorstop (defaults) | 0.40 | 0.40 | 0.333 % | **no** |"
    assert len(rows) == 3 * len(PEERS)


def test_a_goal_counts_the_fastest_setting_of_a_peer_without_its_cache() -> None:
    cpu = {**ROUND, "strictdoc": {**ROUND["strictdoc"], "HTML, fewest screens": 5.0, "JSON, its cache": 1.0}}

    rows = [goal.row for goal in peer_page.goals(report(cpu))]

    assert rows[0] == "| 10,000 requirements: `check`, cold, of StrictDoc (JSON, defaults) | 1.00 | 1.00 | 1 % | yes |"
    assert rows[2] == (
        "| 10,000 requirements: `pages`, cold, of StrictDoc (HTML, fewest screens) | 20.00 | 20.00 | 10 % | **no** |"
    )


def test_a_run_that_was_ended_cost_more_than_it_says() -> None:
    lines = peer_page.section(report(ROUND, ended=["lobster"]))

    assert "| LOBSTER with TRLC: all steps, `--single` | > 1,000.00 | > 500.00 | > 50 | > 500.0 | > 500.0 |" in lines
    assert (
        "| 10,000 requirements: `check`, cold, of LOBSTER with TRLC (all steps, defaults; "
        "ended at the limit, so at most) | 0.20 | 0.20 | 1 % | yes |"
    ) in lines


def test_a_job_that_was_given_up_at_a_smaller_size_is_not_run() -> None:
    given = report(ROUND)
    runs = {key: runs for key, runs in given.sizes[0].runs.items() if key[0] != "reqstool"}
    shown = peer_page.section(replace(given, sizes=(Size(10_000, runs),)))

    assert "| reqstool: `status`, defaults | not run |  |  |  |  |" in shown
    assert not [line for line in shown if "of reqstool" in line]


def test_the_section_is_replaced_on_the_page_and_outlives_a_page_without_it() -> None:
    page = "# Performance\n\n### Ledger\n\nA line.\n\n## How to repeat it\n\nMore.\n"

    once = peer_page.written(page, report(ROUND))
    again = peer_page.written(once, report(ROUND))

    assert once == again
    assert once.count("### Beside the peers\n") == 1
    assert once.startswith("# Performance\n\n### Ledger\n\nA line.\n\n### Beside the peers\n")
    assert once.endswith("\n\n## How to repeat it\n\nMore.\n")
    assert peer_page.kept(once) == peer_page.section(report(ROUND))
    assert peer_page.kept(page) == []


SITE = "`sync` and `mkdocs build`, cold"
SCREENS = '"TABLE_SCREEN", "TRACEABILITY_SCREEN", "DEEP_TRACEABILITY_SCREEN", "SEARCH", '
MARKDOWN = """\
# Queue admission SPEC

Status: draft
Applies to: `src/queue/queue_admission.py`
Conformance language: RFC 2119 and RFC 8174.

## Page and writer

Each *page* has a `number`.

- [QUEUE-ADMISSION-1001] The writer MUST keep the `page`. A lost one can be traced.
- [QUEUE-ADMISSION-1002] The reader **SHOULD** close it. That is all.

## Lease

It ends.

- [QUEUE-ADMISSION-1011] The broker MAY count them. One suffices.
"""
SOURCE = '''\
"""Queue admission."""


def rule_1001(value: int) -> bool:
    # CITES QUEUE-ADMISSION-1001
    return value < 2


def rule_1002(value: int) -> bool:
    # CITES QUEUE-ADMISSION-1002
    return value < 3


def rule_1011(value: int) -> bool:
    # CITES QUEUE-ADMISSION-1011
    return value < 4
'''
TESTS = """\
from src.queue.queue_admission import *


def test_rule_1001() -> None:
    # CITES QUEUE-ADMISSION-1001
    assert rule_1001(1)


def test_rule_1002() -> None:
    # CITES QUEUE-ADMISSION-1002
    assert rule_1002(1)


def test_rule_1011() -> None:
    # CITES QUEUE-ADMISSION-1011
    assert rule_1011(1)
"""
SDOC = """\
[DOCUMENT]
TITLE: Queue admission

[[SECTION]]
TITLE: Page and writer

[TEXT]
STATEMENT: >>>
Each *page* has a ``number``.
<<<

[REQUIREMENT]
UID: QUEUE-ADMISSION-1001
STATEMENT: >>>
The writer MUST keep the ``page``.
<<<
RATIONALE: >>>
A lost one can be traced.
<<<

[REQUIREMENT]
UID: QUEUE-ADMISSION-1002
STATEMENT: >>>
The reader **SHOULD** close it.
<<<
RATIONALE: >>>
That is all.
<<<

[[/SECTION]]

[[SECTION]]
TITLE: Lease

[TEXT]
STATEMENT: >>>
It ends.
<<<

[REQUIREMENT]
UID: QUEUE-ADMISSION-1011
STATEMENT: >>>
The broker MAY count them.
<<<
RATIONALE: >>>
One suffices.
<<<

[[/SECTION]]
"""
INDEX = """\
Bench
=====

.. toctree::

   specs/queue/queue-admission
   trace/queue/queue-admission
"""
NEEDS = """\
Queue admission
===============

Page and writer
---------------

Each *page* has a ``number``.

.. req:: QUEUE-ADMISSION-1001
   :id: QUEUE_ADMISSION_1001

   The writer MUST keep the ``page``.

   A lost one can be traced.

.. req:: QUEUE-ADMISSION-1002
   :id: QUEUE_ADMISSION_1002

   The reader **SHOULD** close it.

   That is all.

Lease
-----

It ends.

.. req:: QUEUE-ADMISSION-1011
   :id: QUEUE_ADMISSION_1011

   The broker MAY count them.

   One suffices.
"""
TRACE = """\
Trace of queue admission
========================

.. impl:: rule_1001
   :id: IMPL_QUEUE_ADMISSION_1001
   :links: QUEUE_ADMISSION_1001

.. test:: test_rule_1001
   :id: TEST_QUEUE_ADMISSION_1001
   :links: QUEUE_ADMISSION_1001

.. impl:: rule_1002
   :id: IMPL_QUEUE_ADMISSION_1002
   :links: QUEUE_ADMISSION_1002

.. test:: test_rule_1002
   :id: TEST_QUEUE_ADMISSION_1002
   :links: QUEUE_ADMISSION_1002

.. impl:: rule_1011
   :id: IMPL_QUEUE_ADMISSION_1011
   :links: QUEUE_ADMISSION_1011

.. test:: test_rule_1011
   :id: TEST_QUEUE_ADMISSION_1011
   :links: QUEUE_ADMISSION_1011
"""
DOORSTOP_HEADING = """\
active: true
derived: true
header: ''
level: 1.0
links: []
normative: false
ref: ''
text: |
  # Page and writer

  Each *page* has a `number`.
"""
DOORSTOP_ITEM = """\
active: true
derived: true
header: ''
level: 1.1
links: []
normative: true
ref: ''
references:
- keyword: QUEUE-ADMISSION-1001
  path: src/queue/queue_admission.py
  type: file
- keyword: QUEUE-ADMISSION-1001
  path: tests/queue/test_queue_admission.py
  type: file
text: |
  The writer MUST keep the `page`.

  A lost one can be traced.
"""
REQSTOOL_ITEM = """\
QUEUE_ADMISSION_1001
    title: QUEUE-ADMISSION-1001
    significance: shall
    description: "The writer MUST keep the `page`."
    rationale: "A lost one can be traced."
    categories: [functional-suitability]
    revision: 0.0.1
"""
REQSTOOL_CASE = """\
SVC_QUEUE_ADMISSION_1001
    requirement_ids: ["QUEUE_ADMISSION_1001"]
    title: Test of QUEUE-ADMISSION-1001
    verification: automated-test
    revision: 0.0.1
"""
ANNOTATIONS = """\
requirement_annotations:
  implementations:
    QUEUE_ADMISSION_1001:
      - elementKind: METHOD
        fullyQualifiedName: src.queue.queue_admission.rule_1001
    QUEUE_ADMISSION_1002:
      - elementKind: METHOD
        fullyQualifiedName: src.queue.queue_admission.rule_1002
    QUEUE_ADMISSION_1011:
      - elementKind: METHOD
        fullyQualifiedName: src.queue.queue_admission.rule_1011
  tests:
    SVC_QUEUE_ADMISSION_1001:
      - elementKind: METHOD
        fullyQualifiedName: tests.queue.test_queue_admission.test_rule_1001
    SVC_QUEUE_ADMISSION_1002:
      - elementKind: METHOD
        fullyQualifiedName: tests.queue.test_queue_admission.test_rule_1002
    SVC_QUEUE_ADMISSION_1011:
      - elementKind: METHOD
        fullyQualifiedName: tests.queue.test_queue_admission.test_rule_1011
"""
TRLC = """\
package bench

section "Page and writer" {

  Prose QUEUE_ADMISSION_1_prose {
    text = "Each *page* has a `number`."
  }

  Requirement QUEUE_ADMISSION_1001 {
    statement = "The writer MUST keep the `page`."
    reason = "A lost one can be traced."
  }

  Requirement QUEUE_ADMISSION_1002 {
    statement = "The reader **SHOULD** close it."
    reason = "That is all."
  }

}

section "Lease" {

  Prose QUEUE_ADMISSION_2_prose {
    text = "It ends."
  }

  Requirement QUEUE_ADMISSION_1011 {
    statement = "The broker MAY count them."
    reason = "One suffices."
  }

}
"""
