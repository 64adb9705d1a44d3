"""`muster allocate`: the identity of a spec, from the refusal to the way back."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from muster import ledger
from muster.allocation.minting import minted
from muster.cli.app import run
from repositories import repository, write

NAMESPACE = "6f1c1f4e-0c54-4d0e-9d57-3f5d6c1a2b3c"
RECORD = """---
title: Billing # what it is about
spec_id: <spec-id>
ready_for_planning: true
blocking_unknowns: []
---

# Elicitation
"""
CONTRACT = '{\n\t"objective": "bill",\n\t"limits": {"z": 1, "a": 2}\n}'
SPEC = """---
elicitation: billing/elicitation.md
---

# Billing SPEC

Status: draft

Conformance language: RFC 2119 and RFC 8174

- [BILL-1001] An invoice MUST have a number.
"""
FILES = {
    "muster.toml": f'namespace = "{NAMESPACE}"\n',
    ".gitignore": ".muster/\n",
    "specs/billing/elicitation.md": RECORD,
    "specs/billing/objective-contract.json": CONTRACT,
    "specs/10-billing.md": SPEC,
}
PATH = "specs/billing/elicitation.md"
SPEC_ID = minted(NAMESPACE, PATH, RECORD.encode())
REFUSED = "specs/billing/elicitation.md: `ready_for_planning` is false"

Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", FILES)


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of a command in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def pair(project: Path) -> tuple[bytes, bytes]:
    folder = project / "specs/billing"
    return (folder / "elicitation.md").read_bytes(), (folder / "objective-contract.json").read_bytes()


def events_in(project: Path, **wanted: object) -> list[ledger.Event]:
    with ledger.open(project / ".muster/ledger.db") as book:
        assert book.broken() == []
        return book.events(**wanted)


def told(project: Path) -> list[tuple[str, str]]:
    return [(event.event, event.type) for event in events_in(project)]


@pytest.mark.requirement("MU-ALLOC-4001")
@pytest.mark.requirement("MU-ALLOC-4010")
@pytest.mark.requirement("MU-ALLOC-4011")
@pytest.mark.requirement("MU-ALLOC-4020")
def test_a_ready_record_gets_its_identity_and_no_other_byte_changes(project: Path, muster: Muster) -> None:
    assert muster("allocate", "specs/billing") == (
        0,
        f"spec_id {SPEC_ID}\nwritten {PATH}\nwritten specs/billing/objective-contract.json\n",
        "next: `muster sync` takes it into the requirement files\n",
    )

    assert uuid.UUID(SPEC_ID).version == 5
    assert pair(project) == (
        RECORD.replace("<spec-id>", SPEC_ID).encode(),
        CONTRACT.replace("{\n", f'{{\n\t"spec_id": "{SPEC_ID}",\n', 1).encode(),
    )
    [event] = events_in(project)
    assert (event.event, event.type, event.code) == ("gate:pass", "spec_allocated", "")
    assert event.context["spec_id"] == SPEC_ID
    assert (event.context["record"], event.context["contract"]) == (PATH, "specs/billing/objective-contract.json")


@pytest.mark.requirement("MU-ALLOC-4012")
@pytest.mark.requirement("MU-ALLOC-4020")
def test_however_often_it_is_run_there_is_one_identity_and_one_event(project: Path, muster: Muster) -> None:
    muster("allocate")
    once = pair(project)

    assert muster("allocate", PATH) == (
        0,
        f"spec_id {SPEC_ID}\n",
        "both files carry it already; nothing was written\n",
    )
    assert pair(project) == once
    assert told(project) == [("gate:pass", "spec_allocated")]


@pytest.mark.requirement("MU-ALLOC-4002")
@pytest.mark.requirement("MU-ALLOC-4021")
@pytest.mark.requirement("MU-ALLOC-4026")
def test_what_blocks_is_listed_recorded_and_part_of_the_later_story(project: Path, muster: Muster) -> None:
    blocked = RECORD.replace("planning: true", "planning: false").replace("[]", "\n- who pays\n- 'when, {{x}}?'")
    write(project, {PATH: blocked})

    assert muster("allocate", "specs/billing") == (
        1,
        "",
        (
            f"muster: {REFUSED}\n"
            f"muster: {PATH}: blocked by 'who pays'\n"
            f"muster: {PATH}: blocked by 'when, {{{{x}}}}?'\n"
            "help: settle what blocks, then set `ready_for_planning: true` and `blocking_unknowns: []`\n"
        ),
    )
    assert pair(project) == (blocked.encode(), CONTRACT.encode())
    [refused] = events_in(project)
    assert (refused.event, refused.type) == ("gate:fail", "spec_allocation_refused")
    assert refused.context["reasons"][0] == REFUSED
    assert (refused.context["spec_id"], refused.context["record"]) == (None, PATH)

    write(project, {PATH: RECORD})
    muster("allocate", "specs/billing")

    assert [event.type for event in events_in(project, spec=SPEC_ID)] == ["spec_allocation_refused", "spec_allocated"]


OTHER = "11111111-2222-5333-8444-555555555555"
BAD = {
    "no front matter": ({PATH: "# Elicitation\n"}, f"{PATH}:1:1: "),
    "duplicate keys": ({PATH: RECORD.replace("title:", "ready_for_planning: false\ntitle:")}, f"{PATH}:5:1: "),
    "tabs": ({PATH: RECORD.replace("spec_id: <spec-id>", "\tspec_id: x")}, f"{PATH}:3:1: "),
    "a trailing comma": ({"specs/billing/objective-contract.json": '{"a": 1,}'}, ":1:8: "),
    "duplicate keys in the contract": ({"specs/billing/objective-contract.json": '{"a": 1, "a": 2}'}, ":1:10: "),
    "two records": ({"specs/billing/elicitation-2.md": RECORD}, "specs/billing has several elicitation records: "),
    "identities that disagree": (
        {
            PATH: RECORD.replace("<spec-id>", SPEC_ID),
            "specs/billing/objective-contract.json": json.dumps({"spec_id": OTHER}),
        },
        SPEC_ID,
    ),
    "no namespace": ({"muster.toml": ""}, "the settings have no `namespace`"),
}


@pytest.mark.requirement("MU-ALLOC-4013")
@pytest.mark.requirement("MU-ALLOC-4014")
@pytest.mark.requirement("MU-ALLOC-4021")
@pytest.mark.parametrize("what", BAD)
def test_a_refusal_says_what_and_where_and_leaves_every_byte(what: str, project: Path, muster: Muster) -> None:
    files, message = BAD[what]
    write(project, files)
    before = {path: path.read_bytes() for path in project.glob("specs/**/*.*")}

    status, out, err = muster("allocate", "specs/billing")

    assert (status, out) == (1, "")
    assert message in err, err
    assert err.splitlines()[-1].startswith("help: ")
    if what == "identities that disagree":
        assert OTHER in err
    assert {path: path.read_bytes() for path in project.glob("specs/**/*.*")} == before
    assert told(project) == [("gate:fail", "spec_allocation_refused")]


@pytest.mark.parametrize(
    "edge", [lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text], ids=["CRLF", "a byte order mark"]
)
@pytest.mark.requirement("MU-ALLOC-4011")
@pytest.mark.requirement("MU-ALLOC-4010")
def test_line_ends_and_a_byte_order_mark_are_kept_and_mint_the_same(
    edge: Callable[[str], str], project: Path, muster: Muster
) -> None:
    write(project, {PATH: edge(RECORD)})

    assert muster("allocate")[0] == 0

    assert pair(project)[0] == edge(RECORD.replace("<spec-id>", SPEC_ID)).encode()


@pytest.mark.requirement("MU-ALLOC-4015")
def test_a_dry_run_shows_both_files_and_writes_nothing_at_all(project: Path, muster: Muster) -> None:
    status, out, err = muster("allocate", "--dry-run", PATH)

    assert (status, err) == (0, f"the spec_id would be {SPEC_ID}; nothing is written\n")
    assert f"+spec_id: {SPEC_ID}\n" in out
    assert f'+\t"spec_id": "{SPEC_ID}",\n' in out
    assert pair(project) == (RECORD.encode(), CONTRACT.encode())
    assert not (project / ".muster/ledger.db").exists()


@pytest.mark.requirement("MU-ALLOC-4016")
def test_the_way_back_restores_every_byte_and_is_recorded(project: Path, muster: Muster) -> None:
    muster("allocate")

    assert muster("allocate", "--revert") == (
        0,
        f"reverted {SPEC_ID}\nwritten {PATH}\nwritten specs/billing/objective-contract.json\n",
        "",
    )
    assert pair(project) == (RECORD.encode(), CONTRACT.encode())
    assert told(project) == [("gate:pass", "spec_allocated"), ("spec:changed", "spec_allocation_reverted")]

    muster("allocate")
    assert [kind for _, kind in told(project)] == ["spec_allocated", "spec_allocation_reverted", "spec_allocated"]
    assert muster("allocate", "--revert")[0] == 0
    assert pair(project) == (RECORD.encode(), CONTRACT.encode())
    status, _, err = muster("allocate", "--revert")
    assert (status, err) == (2, f"muster: {PATH} has no spec_id\nhelp: there is nothing to take back\n")


@pytest.mark.requirement("MU-ALLOC-4016")
def test_the_way_back_needs_nothing_but_the_ledger_and_keeps_later_edits(project: Path, muster: Muster) -> None:
    muster("allocate")
    for kept in (project / ".muster/allocations").iterdir():
        kept.unlink()
    with (project / PATH).open("a") as file:
        file.write("More.\n")

    assert muster("allocate", "--revert")[0] == 0

    assert pair(project) == ((RECORD + "More.\n").encode(), CONTRACT.encode())


@pytest.mark.requirement("MU-ALLOC-4016")
def test_what_something_stands_on_is_not_taken_back(project: Path, muster: Muster) -> None:
    muster("allocate")
    muster("sync")
    allocated = pair(project)

    status, out, err = muster("allocate", "--revert")

    assert (status, out) == (1, "")
    assert err == (
        f"muster: {SPEC_ID} is not taken back: requirements/billing.yaml carries it\n"
        "help: an identity that something stands on is not undone; take it out there first\n"
    )
    assert pair(project) == allocated


@pytest.mark.requirement("MU-ALLOC-4020")
def test_an_allocation_that_was_interrupted_between_its_files_is_finished(project: Path, muster: Muster) -> None:
    write(project, {PATH: RECORD.replace("<spec-id>", SPEC_ID)})

    assert muster("allocate")[:2] == (0, f"spec_id {SPEC_ID}\nwritten specs/billing/objective-contract.json\n")

    assert told(project) == [("gate:pass", "spec_allocated")]


@pytest.mark.requirement("MU-ALLOC-4003")
def test_no_other_place_in_the_code_makes_a_spec_id() -> None:
    package = Path(ledger.__file__).parents[1]
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if any(word in path.read_text(encoding="utf-8") for word in ("minted(", "uuid5(", "uuid3("))
    }

    assert found == {"allocation/minting.py", "allocation/deciding.py"}


@pytest.mark.requirement("MU-ALLOC-4022")
@pytest.mark.requirement("MU-ALLOC-4023")
@pytest.mark.requirement("MU-LEDGER-8031")
def test_the_whole_story_of_a_spec_is_read_by_its_identity(project: Path, muster: Muster) -> None:
    write(project, {PATH: RECORD.replace("planning: true", "planning: false")})
    muster("sync")
    assert muster("allocate")[0] == 1
    write(project, {PATH: RECORD})
    assert muster("allocate")[0] == 0
    assert muster("check")[0] == 1  # the requirement file has no spec_id yet
    write(project, {"specs/10-billing.md": SPEC.replace("MUST have", "has")})
    assert muster("check")[0] == 1
    write(project, {"specs/10-billing.md": SPEC.replace("Status: draft", "Status: ready")})
    muster("sync")
    assert muster("check")[0] == 0
    muster("run", "--task", "plan", "--spec", "specs/10-billing.md", "--", "true")

    status, out, err = muster("events", "--spec-id", SPEC_ID, "--format", "jsonl")

    story = [json.loads(line) for line in out.splitlines()]
    assert (status, err) == (0, "")
    assert [(event["event"], event["type"]) for event in story] == [
        ("spec:changed", "spec_status_changed"),
        ("gate:fail", "spec_allocation_refused"),
        ("gate:pass", "spec_allocated"),
        ("gate:fail", "docs_specs"),
        ("gate:fail", "docs_specs"),
        ("spec:changed", "spec_status_changed"),
        ("gate:pass", "docs_specs"),
    ]
    assert [event["seq"] for event in story] == sorted(event["seq"] for event in story)
    assert [event["context"]["counts"] for event in story if event["type"] == "docs_specs"] == [
        {"DRF001": 1},
        {"DRF001": 1, "KWD001": 1},
        {},
    ]
    with ledger.open(project / ".muster/ledger.db") as book:
        runs = book.runs(spec=SPEC_ID)
    assert [(one.facts.task_slug, one.facts.status) for one in runs] == [
        ("plan", "success"),
        ("check", "success"),
        ("sync", "success"),
        ("check", "failed"),
        ("check", "failed"),
        ("allocate", "success"),
    ]


@pytest.mark.requirement("MU-ALLOC-4022")
def test_what_is_wrong_elsewhere_is_no_failure_of_the_spec_and_still_a_decision(project: Path, muster: Muster) -> None:
    muster("allocate")
    muster("sync")
    write(project, {"README.md": "[nowhere](nowhere.md)\n"})

    assert muster("check")[0] == 1

    told = [(one.event, one.context["spec_id"], one.context["counts"]) for one in events_in(project, type="docs_specs")]
    assert told == [("gate:pass", SPEC_ID, {}), ("gate:fail", None, {"LNK001": 1})]


def test_eight_at_once_give_one_identity(project: Path) -> None:
    command = [sys.executable, "-m", "muster", "allocate", PATH]
    started = [subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE) for _ in range(8)]

    said = {process.communicate()[0].splitlines()[0] for process in started}

    assert said == {f"spec_id {SPEC_ID}".encode()}
    assert told(project) == [("gate:pass", "spec_allocated")]


@pytest.mark.parametrize(
    ("arguments", "message", "remedy"),
    [
        (
            ["specs/none"],
            "specs/none: no such file or folder",
            "name an elicitation record, or the folder that holds it",
        ),
        ([".."], "..: it is outside of the project", "name a record of the project"),
    ],
)
def test_a_path_that_is_nothing_is_told(arguments: list[str], message: str, remedy: str, muster: Muster) -> None:
    assert muster("allocate", *arguments) == (2, "", f"muster: {message}\nhelp: {remedy}\n")


def test_without_a_path_the_only_record_is_meant(project: Path, muster: Muster) -> None:
    write(project, {"specs/pay/elicitation.md": RECORD, "specs/pay/objective-contract.json": "{}"})

    assert muster("allocate") == (
        2,
        "",
        (
            "muster: the project has 2 elicitation records: specs/billing/elicitation.md, specs/pay/elicitation.md\n"
            "help: name the one that you mean\n"
        ),
    )
