"""An allocated spec bears its identity in all that is said of it, and what is tied to nothing is found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest
import yaml
from jsonschema import Draft4Validator, Draft202012Validator
from junitparser import JUnitXml

import corpus
from muster.gate.report import WRITERS, subject_of
from muster.gate.report.as_json import JsonReport
from muster.inputs import memory
from muster.model import Allocated, Outcome
from muster.pipeline import run
from muster.settings import settings_from
from muster.specs.requirement_file import SCHEMA
from muster.workspace import open_workspace, sync
from repositories import repository, write

ONE = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
TWO = "7f0c1c52-5b1e-5c57-9a53-0b9d5f5c4a11"
SARIF = corpus.FOLDER.parent / "reference" / "sarif-schema-2.1.0.json"  # beside the corpora
A, C = "a/elicitation.md", "a/objective-contract.json"
BY_PATH = "name the record instead: `elicitation: PATH`"
BY_GLOB = "name a Markdown file that `allocation.records` has and that begins with front matter"
BODY = "# Queue SPEC\n\nConformance language: RFC 8174\n\n## 1) Order\n\n- [QUEUE-001] The queue MUST keep the order.\n"


def record(spec_id: str = "", *, ready: str = "true", blocking: str = "[]") -> str:
    own = f"spec_id: {spec_id}\n" if spec_id else ""
    return f"---\nready_for_planning: {ready}\nblocking_unknowns: {blocking}\n{own}---\n# What the queue is for\n"


def contract(spec_id: str) -> str:
    return json.dumps({"objective": "keep the order", "spec_id": spec_id}) + "\n"


def front(**values: str) -> str:
    return "---\n" + "".join(f"{key}: {value}\n" for key, value in values.items()) + "---\n"


RECORD = {"specs/elicitation.md": record(ONE), "specs/objective-contract.json": contract(ONE)}
FILES = {
    **RECORD,
    "specs/10-queue.md": front(elicitation="elicitation.md") + BODY,
    "packets/one.md": front(spec_id=ONE) + "# Build it\n",
}


def of(files: dict[str, str], settings: str = "") -> Outcome:
    return run(memory(files), settings_from(settings, "muster.toml"))


def told(outcome: Outcome) -> list[tuple[str, str, int, str]]:
    """The findings about allocation."""
    return [
        (finding.code, finding.place.path, finding.place.line, finding.message)
        for finding in outcome.findings
        if finding.code.startswith("ALO")
    ]


# What is tied to what


@pytest.mark.requirement("MU-ALLOC-4022", "MU-ALLOC-4025")
def test_what_names_a_record_or_its_id_belongs_to_the_allocated_spec_and_so_does_its_requirement_file() -> None:
    project = of(FILES).project

    assert project.allocations == (
        Allocated(
            ONE,
            "specs/elicitation.md",
            "specs/objective-contract.json",
            ready=True,
            specs=("specs/10-queue.md",),
            planning=("packets/one.md",),
        ),
    )
    assert project.spec_ids == dict.fromkeys([*FILES, "requirements/queue.yaml"], ONE)


@pytest.mark.requirement("MU-ALLOC-4025")
@pytest.mark.parametrize("value", ["specs/elicitation.md", ONE])
def test_the_settings_tie_a_file_that_nobody_may_edit(value: str) -> None:
    files = {**RECORD, "specs/10-queue.md": BODY, "packets/one.md": "# Build it\n"}
    settings = f'[allocation.specs]\n"specs/10-queue.md" = "{value}"\n"packets/one.md" = "{value}"\n'

    outcome = of(files, settings)

    assert told(outcome) == []
    assert outcome.project.spec_ids == dict.fromkeys([*files, "requirements/queue.yaml"], ONE)


@pytest.mark.requirement("MU-ALLOC-4025")
def test_front_matter_counts_before_the_settings_unless_it_holds_a_placeholder() -> None:
    other = {"b/elicitation.md": record(TWO), "b/objective-contract.json": contract(TWO)}
    settings = '[allocation.specs]\n"specs/10-queue.md" = "b/elicitation.md"\n'

    first = of({**FILES, **other}, settings).project.spec_ids
    second = of({**FILES, **other, "specs/10-queue.md": front(spec_id="<spec-id>") + BODY}, settings).project.spec_ids

    assert (first["specs/10-queue.md"], second["specs/10-queue.md"]) == (ONE, TWO)


@pytest.mark.requirement("MU-ALLOC-4025")
@pytest.mark.parametrize(
    "written", ["elicitation.md", "../specs/elicitation.md", "specs/elicitation.md", "./elicitation.md"]
)
def test_a_record_is_named_from_the_file_or_from_the_root(written: str) -> None:
    outcome = of({**FILES, "specs/10-queue.md": front(elicitation=written) + BODY})

    assert told(outcome) == []
    assert outcome.project.spec_ids["specs/10-queue.md"] == ONE


@pytest.mark.requirement("MU-ALLOC-4003")
def test_a_record_that_is_not_allocated_yet_is_no_finding_and_what_is_tied_to_it_bears_no_id() -> None:
    files = {
        "specs/elicitation.md": record(ready="false", blocking="[who reads it]"),
        "specs/objective-contract.json": '{"spec_id": "<spec-id>"}\n',
        "specs/10-queue.md": front(status="ready", elicitation="elicitation.md") + BODY,
    }

    outcome = of(files)

    assert told(outcome) == []
    assert outcome.project.spec_ids == {}
    assert outcome.project.allocations == (
        Allocated(
            "", "specs/elicitation.md", "specs/objective-contract.json", ready=False, specs=("specs/10-queue.md",)
        ),
    )


@pytest.mark.requirement("MU-ALLOC-4003")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        (front(status="ready") + BODY, ["'ready'"]),
        (front(status="Approved") + BODY, ["'Approved'"]),
        (BODY.replace("\n\nConf", "\n\nStatus: accepted (2026-01-31)\n\nConf"), ["'accepted (2026-01-31)'"]),
        (BODY.replace("\n\nConf", "\n\n**Status:** final\n\nConf"), ["'final'"]),
        (front(status="draft") + BODY, []),
        (front(status="final draft") + BODY, []),
        (front(status="draft") + BODY + "\nStatus: ready\n", []),
        (BODY, []),
    ],
)
def test_a_spec_that_is_marked_ready_needs_a_record_in_a_project_with_records(text: str, found: list[str]) -> None:
    alone, beside = of({"specs/10-queue.md": text}), of({**RECORD, "specs/10-queue.md": text})

    assert told(alone) == []
    assert told(beside) == [
        (
            "ALO001",
            "specs/10-queue.md",
            1,
            f"specs/10-queue.md is marked {status}, and is tied to no elicitation record",
        )
        for status in found
    ]


@pytest.mark.requirement("MU-ALLOC-4003")
@pytest.mark.parametrize("path", ["packets/a/one.md", "x/one.packet.md", "prompts/one.md", "chains/x/turn.md"])
@pytest.mark.parametrize("text", ["# One\n", front(spec_id="<spec-id>") + "# One\n"])
def test_a_planning_artifact_needs_a_record_in_a_project_with_records(path: str, text: str) -> None:
    (finding,) = of({**RECORD, path: text}).findings

    assert (finding.code, finding.place.path) == ("ALO001", path)
    assert finding.message == f"{path} is a planning artifact, and is tied to no elicitation record"
    up = "../" * path.count("/")
    assert finding.help == (
        f"name its record in front matter, such as `elicitation: {up}specs/elicitation.md`, or in `allocation.specs`"
    )
    assert told(of({path: text})) == []


@pytest.mark.requirement("MU-ALLOC-4003")
def test_artifacts_that_the_links_leave_out_are_left_out_here_too() -> None:
    assert told(of({**RECORD, "prompts/one.md": "# One\n"}, '[links]\nexclude = ["prompts/**"]\n')) == []
    assert len(told(of({**RECORD, "prompts/one.md": "# One\n"}, '[links]\ninclude = ["specs/**"]\n'))) == 1


@pytest.mark.requirement("MU-ALLOC-4025")
@pytest.mark.parametrize(
    ("key", "value", "words", "remedy"),
    [
        ("spec_id", TWO, f"`spec_id` is {TWO!r}, which no elicitation record holds", BY_PATH),
        (
            "spec_id",
            ONE[:-1] + "2",
            f"`spec_id` is '{ONE[:-1]}2', which no elicitation record holds",
            f"did you mean {ONE}, of specs/elicitation.md?",
        ),
        ("spec_id", "mine", "`spec_id` is 'mine', which is no UUID, and no elicitation record holds it", BY_PATH),
        (
            "elicitation",
            "elicitaton.md",
            "`elicitation` names 'elicitaton.md', which is no elicitation record",
            "did you mean specs/elicitation.md?",
        ),
        (
            "elicitation",
            "../../etc/passwd",
            "`elicitation` names '../../etc/passwd', which leads out of the project",
            BY_GLOB,
        ),
        ("elicitation", "/etc/passwd", "`elicitation` names '/etc/passwd', which leads out of the project", BY_GLOB),
        ("elicitation", "..", "`elicitation` names '..', which is no elicitation record", BY_GLOB),
    ],
)
def test_an_id_or_a_record_that_is_not_there_is_told_where_it_stands(
    key: str, value: str, words: str, remedy: str
) -> None:
    found = of({**RECORD, "specs/10-queue.md": front(package="queue", **{key: value}) + BODY})

    (finding,) = (finding for finding in found.findings if finding.code.startswith("ALO"))
    assert (finding.code, str(finding.place), finding.message) == ("ALO002", "specs/10-queue.md:3:1", words)
    assert finding.help == remedy


@pytest.mark.requirement("MU-ALLOC-4025")
def test_an_id_in_a_project_without_records_is_found_too() -> None:
    assert [code for code, *_ in told(of({"packets/one.md": front(spec_id=ONE)}))] == ["ALO002"]
    assert [code for code, *_ in told(of({"specs/10-queue.md": front(spec_id=ONE) + BODY}))] == ["ALO002"]


@pytest.mark.requirement("MU-ALLOC-4025")
def test_what_a_record_that_cannot_be_read_may_hold_is_not_told_to_be_missing() -> None:
    broken = {"specs/elicitation.md": record(ONE).replace("[]", "[")}

    assert [code for code, *_ in told(of({**FILES, **broken}))] == ["ALO003"]


@pytest.mark.parametrize(
    "text", ["# Elicitation\n\nHow we ask.\n", front(title="Elicitation") + "# How we ask\n", "", "+++\na = 1\n+++\n"]
)
def test_a_page_that_only_bears_the_name_of_a_record_is_none(text: str) -> None:
    outcome = of({"docs/elicitation.md": text, "packets/one.md": "# One\n"})

    assert (told(outcome), outcome.project.allocations) == ([], ())


# What does not fit


@pytest.mark.parametrize(
    ("held", "other", "found"),
    [
        (ONE, contract(ONE), []),
        (ONE, contract(ONE.upper()), []),
        ("", contract("<spec-id>"), []),
        ("", None, []),
        (ONE, contract(TWO), [(A, 4, f"{A} holds spec_id {ONE}, and {C} holds {TWO}")]),
        (ONE, contract(""), [(C, 1, f"{C} holds no spec_id, and {A} holds {ONE}")]),
        ("", contract(ONE), [(A, 1, f"{A} holds no spec_id, and {C} holds {ONE}")]),
        (ONE, None, [(A, 4, f"{A} holds spec_id {ONE}, and no objective contract stands beside it")]),
    ],
)
def test_a_record_and_its_contract_hold_one_id(held: str, other: str | None, found: list[tuple[str, int, str]]) -> None:
    files = {"a/elicitation.md": record(held)} | ({"a/objective-contract.json": other} if other else {})

    assert told(of(files)) == [("ALO004", *one) for one in found]


def test_a_spec_that_names_a_record_and_another_id_is_told_and_follows_the_record() -> None:
    spec = front(elicitation="elicitation.md", spec_id=TWO) + BODY
    outcome = of({**RECORD, "specs/10-queue.md": spec})

    assert told(outcome) == [
        ("ALO004", "specs/10-queue.md", 3, f"`spec_id` is {TWO!r}, and specs/elicitation.md holds {ONE}")
    ]
    assert outcome.project.spec_ids["specs/10-queue.md"] == ONE


def test_records_of_one_folder_share_a_contract_that_belongs_to_one_of_them() -> None:
    files = {
        "a/elicitation-one.md": record(ONE),
        "a/elicitation-two.md": record(),
        "a/objective-contract.json": contract(ONE),
    }
    outcome = of(files)

    assert told(outcome) == []
    assert outcome.project.spec_ids == {"a/elicitation-one.md": ONE, "a/objective-contract.json": ONE}


def test_a_copied_record_is_told_at_the_copy() -> None:
    copy = {"b/elicitation.md": record(ONE), "b/objective-contract.json": contract(ONE)}

    assert told(of({**FILES, **copy})) == [
        ("ALO005", "specs/elicitation.md", 4, f"{ONE} is the spec_id of b/elicitation.md already")
    ]


# What bears the ID


@pytest.mark.requirement("MU-ALLOC-4022")
def test_a_requirement_file_bears_the_id_of_its_spec_and_is_valid() -> None:
    texts = {file.path: file.text for file in of(FILES).files}
    own = yaml.safe_load(texts["requirements/queue.yaml"] or "")

    assert (texts["requirements/queue.yaml"] or "").split("\n")[3:5] == ["source: specs/10-queue.md", f"spec_id: {ONE}"]
    assert list(Draft202012Validator(SCHEMA).iter_errors(own)) == []
    assert "spec_id" not in str(
        {file.path: file.text for file in of({"specs/10-queue.md": BODY}).files}["requirements/queue.yaml"]
    )


@pytest.mark.requirement("MU-ALLOC-4022")
def test_json_sarif_and_junit_bear_the_id_where_there_is_one_and_are_valid() -> None:
    outcome = of({**FILES, "specs/20-other.md": BODY.replace("QUEUE", "OTHER")})
    subject = subject_of(outcome, lambda _: ())
    wanted = [
        ("requirements/other.yaml", ""),
        ("requirements/queue.yaml", ONE),
    ]

    report = json.loads(WRITERS["json"](subject))
    found = [(one["path"], one["spec_id"]) for one in report["findings"] if one["path"].endswith(".yaml")]
    assert found == wanted
    assert list(Draft202012Validator(msgspec.json.schema(JsonReport)).iter_errors(report)) == []

    log = json.loads(WRITERS["sarif"](subject))
    results = {
        one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: one.get("properties")
        for one in log["runs"][0]["results"]
    }
    assert results["requirements/queue.yaml"] == {"spec_id": ONE}
    assert results["requirements/other.yaml"] is None
    if SARIF.is_file():
        validator = Draft4Validator(json.loads(SARIF.read_text(encoding="utf-8")), format_checker=None)
        assert list(validator.iter_errors(log)) == []

    text = WRITERS["junit"](subject)
    cases = ET.fromstring(text.partition("\n")[2]).iter("testcase")
    properties = {
        case.get("file"): [(one.get("name"), one.get("value")) for one in case.iter("property")] for case in cases
    }
    assert properties["requirements/queue.yaml"] == [("spec_id", ONE)]
    assert properties["requirements/other.yaml"] == []
    assert sum(suite.failures for suite in JUnitXml.fromstring(text.encode())) == len(outcome.findings)


@pytest.mark.requirement("MU-ALLOC-4022")
def test_a_finding_keeps_its_fingerprint_when_its_spec_is_allocated() -> None:
    def keys(files: dict[str, str]) -> list[str]:
        report = json.loads(WRITERS["json"](subject_of(of(files, '[rules]\nselect = ["KWD001"]\n'), lambda _: ())))
        return [one["fingerprint"] for one in report["findings"]]

    wrong = {**FILES, "specs/10-queue.md": front(elicitation="elicitation.md") + BODY.replace("MUST keep", "keeps")}

    assert keys(wrong) == keys({**wrong, "specs/elicitation.md": record()}) != []


@pytest.mark.requirement("MU-ALLOC-4022")
def test_a_finding_where_a_requirement_is_cited_bears_the_id_of_the_spec_that_defines_it() -> None:
    spec = front(elicitation="elicitation.md") + BODY.replace("- [QUEUE-001]", "r[queue.order+2]\n")
    files = {
        **FILES,
        "specs/10-queue.md": spec,
        "specs/20-other.md": BODY.replace("- [QUEUE-001]", "r[other.order+2]\n"),
        "src/queue.rs": "// r[impl queue.order]\n// r[impl other.order]\n// r[impl queue.gone]\n",
    }
    markers = '[requirements]\nmarkers = ["rule"]\n[trace]\nmarks = ["rule"]\n'

    found = [finding for finding in of(files, markers).findings if finding.place.path == "src/queue.rs"]

    assert [(one.code, one.place.line, one.spec_id) for one in found] == [
        ("TRC004", 1, ONE),
        ("TRC004", 2, ""),
        ("TRC001", 3, ""),
    ]


# On disk, and with a cache


def ran(root: Path, *, use_cache: bool = True) -> Outcome:
    return open_workspace(root, use_cache=use_cache).run(workers=1)


def aged(root: Path) -> None:
    """Make all files old enough for a look to be kept."""
    for path in root.rglob("*"):
        if path.is_file() and ".git" not in path.parts and ".muster" not in path.parts:
            os.utime(path, (1_700_000_000, 1_700_000_000))


@pytest.mark.requirement("MU-ALLOC-4022")
@pytest.mark.parametrize("git", [True, False])
def test_a_warm_run_gives_what_a_cold_one_does(git: bool, tmp_path: Path) -> None:
    (repository if git else write)(tmp_path, FILES)
    aged(tmp_path)
    first, second, bare = ran(tmp_path), ran(tmp_path), ran(tmp_path, use_cache=False)

    assert first.project.spec_ids == dict.fromkeys([*FILES, "requirements/queue.yaml"], ONE)
    for one in (second, bare):
        assert one.project.spec_ids == first.project.spec_ids
        assert one.project.allocations == first.project.allocations
        assert one.findings == first.findings
        assert one.files == first.files


@pytest.mark.requirement("MU-ALLOC-4022")
def test_an_edit_of_the_record_alone_makes_the_requirement_file_of_its_spec_drift(tmp_path: Path) -> None:
    repository(tmp_path, FILES)
    assert "requirements/queue.yaml" in sync(tmp_path, ran(tmp_path))
    assert ran(tmp_path).findings == ()

    write(tmp_path, {"specs/elicitation.md": record(TWO), "packets/one.md": front(spec_id=TWO)})
    for outcome in (ran(tmp_path), ran(tmp_path), ran(tmp_path, use_cache=False)):
        assert [(one.code, one.place.path, one.spec_id) for one in outcome.findings] == [
            ("DRF001", "requirements/queue.yaml", TWO),
            ("ALO004", "specs/elicitation.md", TWO),
        ]
        assert f"-spec_id: {ONE}\n+spec_id: {TWO}" in outcome.findings[0].detail

    write(tmp_path, {"specs/objective-contract.json": contract(TWO)})
    assert sync(tmp_path, ran(tmp_path)) == ["requirements/queue.yaml"]
    assert (ran(tmp_path).findings, ran(tmp_path).files) == ((), ())


def test_an_edit_of_the_contract_alone_is_seen_by_a_warm_run(tmp_path: Path) -> None:
    write(tmp_path, FILES)
    aged(tmp_path)
    assert told(ran(tmp_path)) == []
    write(tmp_path, {"specs/objective-contract.json": contract(TWO)})

    assert [code for code, *_ in told(ran(tmp_path))] == ["ALO004"]


def test_a_warm_run_with_records_reads_none_of_them(tmp_path: Path) -> None:
    repository(tmp_path, FILES)
    sync(tmp_path, ran(tmp_path))
    ran(tmp_path)
    command = [sys.executable, "-X", "importtime", "-m", "muster", "check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    imported = set(re.findall(r"(?m)^import time: .*\| +([\w.]+)$", done.stderr))

    assert "muster.allocation.records" in imported
    heavy = {
        "yaml",
        "muster.allocation.front",
        "muster.allocation.elicitation",
        "muster.specs.ties",
        "muster.text.yaml",
    }
    assert imported & heavy == set()


def test_a_project_without_records_does_not_even_load_what_joins_them(tmp_path: Path) -> None:
    repository(tmp_path, {"specs/10-queue.md": BODY})
    code = "import sys; from pathlib import Path; from muster.workspace import open_workspace as o\n"
    code += "o(Path('.')).run(workers=1); print('muster.allocation.records' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


# Hostile


@pytest.mark.parametrize("git", [True, False])
def test_a_record_behind_a_link_counts_where_its_target_is_one_and_is_told_where_not(git: bool, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text(record(TWO), encoding="utf-8")
    root = tmp_path / "project"
    links = {"a": "../../outside.md", "b": "../specs/elicitation.md", "c": "../notes.md"}
    write(root, {**FILES, "notes.md": record(TWO)})
    for folder, target in links.items():
        (root / folder).mkdir()
        (root / folder / "elicitation.md").symlink_to(target)
    write(root, {"packets/two.md": front(elicitation="../b/elicitation.md")})
    if git:
        repository(root, {})
    outcome = ran(root)

    assert told(outcome) == [
        ("ALO003", "a/elicitation.md", 1, "a/elicitation.md is not read: the link leads out of the project"),
        ("ALO003", "c/elicitation.md", 1, "c/elicitation.md is a link to notes.md, which is no record"),
    ]
    assert [one.record for one in outcome.project.allocations] == ["specs/elicitation.md"]
    assert outcome.project.spec_ids["packets/two.md"] == ONE


def test_a_contract_that_is_a_link_out_of_the_project_is_told(tmp_path: Path) -> None:
    root = write(tmp_path / "project", {"a/elicitation.md": record(ONE)})
    (tmp_path / "contract.json").write_text(contract(ONE), encoding="utf-8")
    (root / "a/objective-contract.json").symlink_to("../../contract.json")

    assert told(ran(root)) == [
        (
            "ALO003",
            "a/objective-contract.json",
            1,
            "a/objective-contract.json cannot be read: the link leads out of the project",
        )
    ]


def test_a_thousand_records_are_joined_and_found_again(tmp_path: Path) -> None:
    files: dict[str, str] = {}
    for number in range(1000):
        own = f"{number:08}-0000-5000-8000-{number:012}"
        files[f"s/{number}/elicitation.md"] = record(own)
        files[f"s/{number}/objective-contract.json"] = contract(own)
        files[f"packets/{number}.md"] = front(elicitation=f"../s/{number}/elicitation.md")
    write(tmp_path, files)
    aged(tmp_path)
    first, second = ran(tmp_path), ran(tmp_path)

    assert told(first) == []
    assert len(first.project.allocations) == 1000
    assert first.project.spec_ids.keys() == files.keys()
    assert second.project.spec_ids == first.project.spec_ids


def test_a_thousand_names_of_no_record_do_not_compare_for_ever() -> None:
    files = {f"packets/{number}.md": front(elicitation=f"elicitation-{number}.md") for number in range(1000)}
    records = {f"s/{number}/elicitation.md": record() for number in range(1000)}

    assert [code for code, *_ in told(of({**files, **records}))] == ["ALO002"] * 1000


def test_names_that_are_no_utf8_break_nothing() -> None:
    folder = os.fsdecode(b"\xff")
    outcome = of({f"{folder}/elicitation.md": record("mine"), f"packets/{folder}.md": front(elicitation="x\x00y")})

    assert sorted(code for code, *_ in told(outcome)) == ["ALO002", "ALO003"]
    for write_report in WRITERS.values():
        write_report(subject_of(outcome, lambda _: ())).encode("utf-8")
