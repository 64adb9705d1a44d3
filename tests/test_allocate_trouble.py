"""`muster allocate` where something is in its way: what cannot be read, copies, lost ways back, hidden carriers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster import ledger
from muster.allocation.minting import minted
from muster.cli.app import run
from muster.ledger.events import LONGEST_TEXT
from repositories import repository, write

NAMESPACE = "6f1c1f4e-0c54-4d0e-9d57-3f5d6c1a2b3c"
PATH = "specs/billing/elicitation.md"
BESIDE = "specs/billing/objective-contract.json"
RECORD = "---\nspec_id: <spec-id>\nready_for_planning: true\nblocking_unknowns: []\n---\n\n# Billing\n"
CONTRACT = '{\n  "spec_id": null,\n  "objective": "bill"\n}\n'
SPEC_ID = minted(NAMESPACE, PATH, RECORD.encode())
FILES = {
    "muster.toml": f'namespace = "{NAMESPACE}"\n',
    ".gitignore": ".muster/\n",
    PATH: RECORD,
    BESIDE: CONTRACT,
}
ALLOCATED = (RECORD.replace("<spec-id>", SPEC_ID), CONTRACT.replace("null", f'"{SPEC_ID}"'))
REVERTED = f"reverted {SPEC_ID}\nwritten {PATH}\nwritten {BESIDE}\n"
ORDINARY = "help: put an ordinary file there that you may read\n"

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


def pair(project: Path) -> tuple[str, str]:
    return (project / PATH).read_text("utf-8"), (project / BESIDE).read_text("utf-8")


def events_in(project: Path, **wanted: Any) -> list[ledger.Event]:
    with ledger.open(project / ".muster/ledger.db") as book:
        return book.events(**wanted)


def refusal_in(project: Path) -> tuple[str, dict[str, Any]]:
    """The only event of a project, which is a refusal: its type and its payload."""
    [event] = events_in(project)
    return event.type, event.context


# What cannot be read


@pytest.mark.requirement("MU-ALLOC-4016")
def test_what_is_malformed_is_not_taken_back_and_every_reason_is_told(project: Path, muster: Muster) -> None:
    muster("allocate")
    broken = (ALLOCATED[0].replace("ready_for", "\tready_for"), '{"spec_id": "x",}')
    write(project, dict(zip((PATH, BESIDE), broken, strict=True)))

    for arguments in (["--revert"], ["--revert", "--dry-run"]):
        status, out, err = muster("allocate", PATH, *arguments)

        assert (status, out) == (1, "")
        assert f"muster: {PATH}:3:1: the front matter is not YAML" in err
        assert f"muster: {BESIDE}:1:" in err
        assert "defect" not in err
    assert pair(project) == broken
    assert [event.type for event in events_in(project)] == ["spec_allocated"]
    with ledger.open(project / ".muster/ledger.db") as book:
        assert [one.facts.status for one in book.runs()] == ["failed", "success"]


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def as_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


def as_fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_way_out(path: Path) -> None:
    path.unlink()
    outside = path.parents[3] / "outside"
    outside.write_text("secret words", encoding="utf-8")
    path.symlink_to(outside)


STRANGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "a folder": (as_folder, "{} cannot be read: is a directory"),
    "a link that leads nowhere": (as_dangling, "{} cannot be read: the link leads nowhere"),
    "a link in a circle": (as_circle, "{} cannot be read: too many levels of symbolic links"),
    "a pipe": (as_fifo, "{} cannot be read: it is no ordinary file"),
    "a link out of the project": (as_way_out, "{} leads out of the project through a symbolic link"),
}


@pytest.mark.requirement("MU-ALLOC-4014")
@pytest.mark.requirement("MU-ALLOC-4021")
@pytest.mark.parametrize("path", [PATH, BESIDE], ids=["record", "contract"])
@pytest.mark.parametrize("what", STRANGE)
def test_what_is_no_ordinary_file_of_the_project_is_refused_and_never_read(
    what: str, path: str, project: Path, muster: Muster
) -> None:
    change, words = STRANGE[what]
    change(project / path)
    reason = words.format(path)
    remedy = "help: remove the link\n" if what == "a link out of the project" else ORDINARY

    assert muster("allocate", "specs/billing", "--dry-run") == (1, "", f"muster: {reason}\n{remedy}")
    assert muster("allocate", "specs/billing") == (1, "", f"muster: {reason}\n{remedy}")

    context = {"spec_id": None, "record": PATH, "reasons": [reason]}
    assert refusal_in(project) == ("spec_allocation_refused", context)


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_folder_outside_of_the_project_is_not_listed(project: Path, muster: Muster) -> None:
    shutil.copytree(project / "specs/billing", project.parent / "billing")
    (project / "specs/away").symlink_to("../../billing")

    for named in ("specs/away", "specs/away/elicitation.md"):
        assert muster("allocate", named) == (
            1,
            "",
            "muster: specs/away leads out of the project through a symbolic link\nhelp: remove the link\n",
        )


@pytest.mark.requirement("MU-ALLOC-4011")
def test_a_record_behind_a_link_inside_the_project_is_allocated_and_taken_back(project: Path, muster: Muster) -> None:
    (project / "texts").mkdir()
    (project / PATH).rename(project / "texts/billing.md")
    (project / BESIDE).rename(project / "texts/billing.json")
    (project / PATH).symlink_to("../../texts/billing.md")
    (project / BESIDE).symlink_to("../../texts/billing.json")

    assert muster("allocate", PATH)[0] == 0
    assert pair(project) == ALLOCATED

    assert muster("allocate", PATH, "--revert") == (0, REVERTED, "")
    assert pair(project) == (RECORD, CONTRACT)
    assert (project / PATH).is_symlink()


# The way back


def forget_the_way_back(project: Path) -> None:
    for kept in (project / ".muster/allocations").iterdir():
        kept.unlink()


@pytest.mark.requirement("MU-ALLOC-4016")
def test_a_fresh_clone_says_that_nobody_knows_what_stood_there(project: Path, muster: Muster) -> None:
    write(project, dict(zip((PATH, BESIDE), ALLOCATED, strict=True)))
    told = "nobody knows what stood there for spec_id before; the key is taken out altogether"
    words = f"{PATH}: {told}\n{BESIDE}: {told}\nhelp: the history of git may know it, if it was committed before\n"

    status, _, err = muster("allocate", "--revert", "--dry-run")

    assert (status, err) == (0, f"{words}{SPEC_ID} would be taken back; nothing is written\n")
    assert not (project / ".muster/ledger.db").exists()
    assert muster("allocate", "--revert") == (0, REVERTED, words)
    assert pair(project) == (RECORD.replace("spec_id: <spec-id>\n", ""), '{\n  "objective": "bill"\n}\n')


@pytest.mark.requirement("MU-ALLOC-4016")
def test_the_event_knows_what_stood_there_and_whether_anything_was_edited_since(project: Path, muster: Muster) -> None:
    muster("allocate")
    shutil.copytree(project / "specs", project.parent / "allocated")
    forget_the_way_back(project)

    assert muster("allocate", "--revert") == (0, REVERTED, "")
    assert pair(project) == (RECORD, CONTRACT)

    muster("allocate")
    forget_the_way_back(project)
    with (project / PATH).open("a") as file:
        file.write("More.\n")

    words = f"{PATH} was edited since the allocation; only the spec_id is taken out of it\n"
    assert muster("allocate", "--revert") == (0, REVERTED, words)
    assert pair(project) == (f"{RECORD}More.\n", CONTRACT)


@pytest.mark.requirement("MU-ALLOC-4016")
def test_files_that_came_with_their_identity_are_taken_back_though_they_were_never_seen_without(
    project: Path, muster: Muster
) -> None:
    write(project, dict(zip((PATH, BESIDE), ALLOCATED, strict=True)))
    assert muster("allocate")[:2] == (0, f"spec_id {SPEC_ID}\n")

    assert muster("allocate", "--revert")[:2] == (0, REVERTED)

    assert SPEC_ID not in "".join(pair(project))


@pytest.mark.requirement("MU-ALLOC-4016")
def test_one_file_that_had_the_identity_before_is_the_only_one_of_which_nothing_is_known(
    project: Path, muster: Muster
) -> None:
    write(project, {PATH: ALLOCATED[0]})
    muster("allocate")

    status, out, err = muster("allocate", "--revert")

    assert (status, out) == (0, REVERTED)
    assert err.splitlines()[0].startswith(f"{PATH}: nobody knows")
    assert BESIDE not in err
    assert pair(project) == (RECORD.replace("spec_id: <spec-id>\n", ""), CONTRACT)


@pytest.mark.requirement("MU-ALLOC-4016")
def test_an_identity_that_was_taken_out_by_hand_leaves_no_way_back_behind(project: Path, muster: Muster) -> None:
    muster("allocate")
    by_hand = (RECORD.replace("<spec-id>", '"TBD"'), CONTRACT.replace("null", '"TBD"'))
    write(project, dict(zip((PATH, BESIDE), by_hand, strict=True)))
    muster("allocate")

    assert muster("allocate", "--revert") == (0, REVERTED, "")
    assert pair(project) == by_hand


@pytest.mark.requirement("MU-ALLOC-4016")
def test_an_identity_that_was_taken_out_of_one_file_keeps_the_way_back_of_the_other(
    project: Path, muster: Muster
) -> None:
    muster("allocate")
    write(project, {BESIDE: CONTRACT.replace("null", '"TBD"')})
    muster("allocate")

    assert muster("allocate", "--revert") == (0, REVERTED, "")
    assert pair(project) == (RECORD, CONTRACT.replace("null", '"TBD"'))


def test_a_way_back_that_somebody_broke_is_none(project: Path, muster: Muster) -> None:
    muster("allocate")
    [kept] = (project / ".muster/allocations").iterdir()
    way_back = json.loads(kept.read_text("utf-8"))
    kept.write_text(json.dumps({**way_back, "record": "", "contract": "e30g"}), encoding="utf-8")

    status, out, _ = muster("allocate", "--revert")

    assert (status, out) == (0, REVERTED)
    assert pair(project)[0] == RECORD


@pytest.mark.requirement("MU-ALLOC-4016")
@pytest.mark.parametrize("placeholder", [f"<{'x' * LONGEST_TEXT}>", '"<a\n  b>"'], ids=["long", "of two lines"])
def test_a_placeholder_that_no_event_can_hold_is_still_put_back(
    placeholder: str, project: Path, muster: Muster
) -> None:
    record = RECORD.replace("<spec-id>", placeholder)
    write(project, {PATH: record})
    assert muster("allocate")[0] == 0

    assert muster("allocate", "--revert")[::2] == (0, "")
    assert pair(project) == (record, CONTRACT)


# Which file is a record


@pytest.mark.requirement("MU-ALLOC-4026")
def test_a_refusal_for_a_missing_contract_is_part_of_the_later_story(project: Path, muster: Muster) -> None:
    (project / BESIDE).unlink()
    assert muster("allocate", "specs/billing")[0] == 1
    write(project, {BESIDE: CONTRACT})
    muster("allocate", "specs/billing")

    story = events_in(project, spec=SPEC_ID)

    assert [(event.type, event.context["record"]) for event in story] == [
        ("spec_allocation_refused", PATH),
        ("spec_allocated", PATH),
    ]


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_page_without_the_keys_of_a_record_is_no_second_one(project: Path, muster: Muster) -> None:
    write(project, {"specs/billing/elicitation-notes.md": "---\ntitle: Notes\n---\n# Notes\n"})

    assert muster("allocate", "specs/billing")[0] == 0
    assert pair(project) == ALLOCATED


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_page_without_the_keys_is_told_what_it_lacks_where_it_is_named(project: Path, muster: Muster) -> None:
    notes = "specs/billing/elicitation-notes.md"
    write(project, {notes: "# Notes\n"})

    status, out, err = muster("allocate", notes)

    assert (status, out) == (1, "")
    assert err.startswith(f"muster: {notes}:1:1: the record has no front matter\n")


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_second_record_that_is_malformed_counts_as_one(project: Path, muster: Muster) -> None:
    write(project, {"specs/billing/elicitation-2.md": "---\nready_for_planning: [\n---\n"})

    status, _, err = muster("allocate", "specs/billing")

    assert status == 1
    assert err.startswith(
        f"muster: specs/billing has several elicitation records: specs/billing/elicitation-2.md, {PATH}\n"
    )


@pytest.mark.requirement("MU-ALLOC-4014")
def test_what_the_settings_do_not_call_a_record_is_refused(project: Path, muster: Muster) -> None:
    (project / PATH).rename(project / "specs/billing/notes.md")
    globs = "`**/elicitation.md` and `**/elicitation-*.md` and `**/*.elicitation.md`"
    reason = f"specs/billing/notes.md is no elicitation record by its name; looked for {globs}"

    assert muster("allocate", "specs/billing/notes.md") == (
        1,
        "",
        f"muster: {reason}\nhelp: rename it, or name it in `allocation.records`\n",
    )
    assert refusal_in(project)[1]["reasons"] == [reason]

    write(project, {"muster.toml": f'namespace = "{NAMESPACE}"\nallocation.records = ["**/notes.md"]\n'})
    assert muster("allocate", "specs/billing/notes.md")[0] == 0


@pytest.mark.requirement("MU-ALLOC-4014")
def test_a_record_in_which_nothing_is_looked_for_is_refused(project: Path, muster: Muster) -> None:
    write(project, {"muster.toml": f'namespace = "{NAMESPACE}"\nlinks.exclude = ["specs/billing/**"]\n'})

    assert muster("allocate", PATH) == (
        1,
        "",
        f"muster: `links.exclude` leaves {PATH} out\nhelp: take it out of that setting\n",
    )


# One identity, one record


@pytest.mark.requirement("MU-ALLOC-4020")
def test_a_copy_does_not_get_the_identity_of_its_original(project: Path, muster: Muster) -> None:
    muster("allocate")
    shutil.copytree(project / "specs/billing", project / "specs/copy")
    copy = "specs/copy/elicitation.md"
    refused = (
        1,
        "",
        (
            f"muster: {SPEC_ID} is the ID of another record as well: {copy} and {PATH} hold it\n"
            "help: take it out of the copy and of the contract beside it, then run `muster allocate` on the copy\n"
        ),
    )

    assert muster("allocate", "specs/copy", "--dry-run") == refused
    assert muster("allocate", "specs/copy") == refused
    write(project, {copy: RECORD})  # the contract alone holds it
    assert muster("allocate", "specs/copy") == refused
    assert [(event.type, event.context["record"]) for event in events_in(project)] == [
        ("spec_allocated", PATH),
        ("spec_allocation_refused", copy),
        ("spec_allocation_refused", copy),
    ]

    write(project, {"specs/copy/objective-contract.json": CONTRACT})
    assert muster("allocate", "specs/copy")[1].splitlines()[0] == f"spec_id {minted(NAMESPACE, copy, RECORD.encode())}"


@pytest.mark.requirement("MU-ALLOC-4020")
def test_a_record_that_moved_keeps_its_identity(project: Path, muster: Muster) -> None:
    muster("allocate")
    (project / "specs/billing").rename(project / "specs/invoices")

    assert muster("allocate", "specs/invoices")[:2] == (0, f"spec_id {SPEC_ID}\n")


@pytest.mark.requirement("MU-ALLOC-4016")
@pytest.mark.parametrize(
    "content",
    [
        b"\0\1" + SPEC_ID.upper().encode(),
        f"spec {SPEC_ID}".encode("utf-16"),
        f"spec {SPEC_ID}".encode("utf-16-be"),
    ],
    ids=["bytes", "UTF-16", "UTF-16, the other way round"],
)
def test_what_is_no_text_carries_it_as_well(content: bytes, project: Path, muster: Muster) -> None:
    muster("allocate")
    (project / "data.bin").write_bytes(content)

    assert muster("allocate", "--revert") == (
        1,
        "",
        (
            f"muster: {SPEC_ID} is not taken back: data.bin carries it\n"
            "help: an identity that something stands on is not undone; take it out there first\n"
        ),
    )
    assert pair(project) == ALLOCATED


def test_looking_for_carriers_waits_for_no_pipe(project: Path, muster: Muster) -> None:
    muster("allocate")
    os.mkfifo(project / "specs/pipe.md")

    assert muster("allocate", PATH, "--revert") == (0, REVERTED, "")


# What no event can hold


@pytest.mark.requirement("MU-ALLOC-4021")
def test_a_path_that_no_event_can_name_is_refused_before_anything_is_written(project: Path, muster: Muster) -> None:
    folder = "/".join(["specs", *["x" * 100] * 5])
    long = f"{folder}/elicitation.md"
    write(project, {long: RECORD, f"{folder}/objective-contract.json": CONTRACT})

    status, out, err = muster("allocate", folder)

    assert (status, out) == (1, "")
    assert [line.split(" has ")[-1] for line in err.splitlines()] == [
        f"{len(long)} characters, more than 500",
        f"{len(folder) + 24} characters, more than 500",
        "help: an allocation is an event, which names both files: move them to a shorter and plainer path",
    ]
    assert (project / long).read_text("utf-8") == RECORD
    kind, context = refusal_in(project)
    assert (kind, context["record"], len(context["reasons"])) == ("spec_allocation_refused", None, 2)


@pytest.mark.parametrize("name", [b"\xff", b"a\nb"], ids=["no UTF-8", "two lines"])
@pytest.mark.parametrize("contract", [CONTRACT, None], ids=["with a contract", "without"])
def test_a_path_that_is_no_text_of_one_line_is_refused_in_words(
    contract: str | None, name: bytes, project: Path
) -> None:
    folder = os.fsdecode(b"specs/" + name)
    write(project, {f"{folder}/elicitation.md": RECORD})
    if contract:
        write(project, {f"{folder}/objective-contract.json": contract})
    command = [sys.executable, "-m", "muster", "allocate", folder]

    done = subprocess.run(command, cwd=project, capture_output=True, text=True, errors="replace", check=False)

    words = "is no UTF-8 on one line" if contract else "is missing"
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "is not recorded" not in done.stderr
    assert refusal_in(project)[1]["record"] is None


@pytest.mark.requirement("MU-ALLOC-4021")
def test_very_many_and_long_reasons_fit_in_one_event(project: Path, muster: Muster) -> None:
    folder = "/".join(["specs", *["漢" * 80] * 5])
    unknowns = "".join(f"\n- {number} {'漢' * 300}" for number in range(60))
    write(project, {f"{folder}/elicitation.md": RECORD.replace(" []", unknowns)})
    write(project, {f"{folder}/objective-contract.json": CONTRACT})

    assert muster("allocate", folder)[0] == 1

    assert refusal_in(project)[1]["reasons"][-1] == "and 35 more"
