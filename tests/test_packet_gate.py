"""Packets at the gate: `muster packet check` finds what `muster check` finds of them, and both tell the ledger."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from muster import ledger
from muster.cli.app import run
from muster.rules.pkt_sample import PACKET, PATH, SPEC, SPEC_PATH, packet_with, sha1_of
from repositories import repository, write

Muster = Callable[..., tuple[int, str, str]]
FILES = {".gitignore": ".muster/\n", SPEC_PATH: SPEC, PATH: PACKET}
MOVED = SPEC.replace("## 1) Order", "An order is a promise.\n\nIt is kept.\n\nAlways.\n\n## 1) Order")
WORK_PACKET = (
    "# Task\n\n- WP_ID: WP-1-Queue-v1\n- **Status:** Ready for Dev\n- REFINEMENT_FILE: packets/WP-1-Queue-v1.md\n"
)
PIN = '<!-- muster: pin specs/10-queue.md#L7 token="QUEUE-001" -->'
_OTHERS = {"docs_specs", "spec_status_changed"}
ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"


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


def codes(out: str) -> list[tuple[str, str]]:
    """Path and code of each finding that a report in text shows."""
    found = (re.match(r"([^:]+):\d+:\d+: \w+\[(\w+)\]", line) for line in out.splitlines())
    return [(match[1], match[2]) for match in found if match]


def packets(muster: Muster) -> list[dict[str, object]]:
    return list(json.loads(muster("packet", "list", "--format", "json")[1]))


def gates(project: Path, *types: str) -> list[tuple[str, str, object]]:
    """Type, event and what is said, of each event of a packet in the ledger."""
    with ledger.open(project / ".muster/ledger.db") as book:
        events = [event for event in book.events() if event.type not in _OTHERS]
    named = ("gate", "verdict", "signature")
    return [
        (event.type, event.event, next(event.context[name] for name in named if name in event.context))
        for event in events
        if not types or event.type in types
    ]


@pytest.mark.requirement("MU-PKT-5001")
@pytest.mark.requirement("MU-PKT-5020")
def test_a_good_packet_passes_both_commands(muster: Muster) -> None:
    muster("sync")

    assert muster("check")[0] == 0
    status, out, err = muster("packet", "check", "--signed")

    assert (status, out) == (0, "")
    assert re.sub(r" in [0-9.]+ s", "", err) == "1 packet, 1 anchor, 1 spec, 17 rules: 0 errors, 0 warnings\n"


@pytest.mark.requirement("MU-PKT-5020")
def test_a_spec_that_moves_on_is_told_by_both_in_the_same_words(project: Path, muster: Muster) -> None:
    write(project, {SPEC_PATH: MOVED, "docs/notes.md": f"# Notes\n\n{PIN}\n"})

    whole, alone = muster("check")[1], muster("packet", "check")[1]

    assert codes(alone) == [("docs/notes.md", "PKT010"), (PATH, "PKT005"), (PATH, "PKT010")]
    assert alone.split("\n\n")[:-1] == [part for part in whole.split("\n\n") if "[PKT" in part]
    assert muster("packet", "check")[0] == 1


@pytest.mark.requirement("MU-PKT-5003")
def test_what_is_kept_gives_the_same_findings_again(project: Path, muster: Muster) -> None:
    write(project, {SPEC_PATH: MOVED, "docs/notes.md": f"# Notes\n\n{PIN}\n"})

    cold, warm = muster("packet", "check"), muster("packet", "check")
    write(project, {SPEC_PATH: SPEC})

    assert warm[:2] == cold[:2]
    assert muster("packet", "check")[:2] == (0, "")


@pytest.mark.requirement("MU-PKT-5018")
def test_a_work_packet_that_is_ready_needs_its_refinement_signed(project: Path, muster: Muster) -> None:
    unsigned = packet_with(("APPROVED", "<pending>"), ("ann270220261121", "<pending>"))
    write(project, {PATH: unsigned})
    assert muster("packet", "check")[:2] == (0, "")
    assert codes(muster("packet", "check", "--signed")[1]) == [(PATH, "PKT014")] * 2

    write(project, {"packets/tasks/WP-1-Queue-v1.md": WORK_PACKET})

    assert codes(muster("packet", "check")[1]) == [(PATH, "PKT014")] * 2
    write(project, {"packets/tasks/WP-1-Queue-v1.md": WORK_PACKET.replace("Ready for Dev", "Backlog")})
    assert muster("packet", "check")[:2] == (0, "")


@pytest.mark.requirement("MU-PKT-5004")
def test_a_work_packet_that_is_ready_owes_a_refinement(project: Path, muster: Muster) -> None:
    write(project, {"packets/tasks/WP-1-Queue-v1.md": WORK_PACKET.replace("- REFINEMENT_FILE", "- OTHER_FILE")})
    assert muster("packet", "check")[:2] == (0, "")  # it names the file in its prose

    write(project, {"packets/tasks/WP-1-Queue-v1.md": WORK_PACKET.replace("packets/WP-1", "packets/WP-2")})

    assert codes(muster("packet", "check")[1]) == [("packets/tasks/WP-1-Queue-v1.md", "PKT015")]
    assert codes(muster("packet", "check")[1]) == [("packets/tasks/WP-1-Queue-v1.md", "PKT015")], "kept as it was found"


@pytest.mark.requirement("MU-PKT-5011")
def test_a_packet_of_an_allocated_spec_names_its_identity(project: Path, muster: Muster) -> None:
    record = f"---\nready_for_planning: true\nblocking_unknowns: []\nspec_id: {ID}\n---\n# Queue\n"
    tied = f"---\nelicitation: elicitation.md\n---\n{SPEC}"
    there = packet_with(
        (sha1_of(SPEC), f"{sha1_of(tied)}\n- SPEC_ID: {ID}"), ("LINE: 5", "LINE: 8"), ("LINE: 7", "LINE: 10")
    )
    contract = f'{{"spec_id": "{ID}"}}\n'
    write(project, {"specs/elicitation.md": record, "specs/objective-contract.json": contract, SPEC_PATH: tied})
    write(project, {PATH: there})
    muster("sync")

    assert muster("packet", "check")[:2] == (0, "")
    assert muster("check")[:2] == (0, "")
    write(project, {PATH: there.replace(f"- SPEC_ID: {ID}\n", "")})
    assert codes(muster("packet", "check")[1]) == [(PATH, "PKT004")]
    write(project, {PATH: there.replace(f"SPEC_ID: {ID}", f"SPEC_ID: {ID[:-1]}2")})
    assert codes(muster("packet", "check")[1]) == [(PATH, "PKT004")]


@pytest.mark.requirement("MU-PKT-5019")
def test_links_of_the_spec_that_a_packet_quotes_are_not_links_of_the_packet(project: Path, muster: Muster) -> None:
    spec = SPEC + "\nSee [the API](20-api.md) and [that][label].\n\n```text\n# no heading\n```\n\n[more](30.md)\n"
    quoted = "\n".join(f"  {line}".rstrip() for line in spec.splitlines()[4:])
    packet = packet_with((sha1_of(SPEC), sha1_of(spec)), ("LINE: 7", "LINE: 15"))
    start, end = packet.index("  ## 1)"), packet.rindex("  ```")
    packet = f"{packet[:start]}{quoted}\n{packet[end:]}"
    write(project, {SPEC_PATH: spec, PATH: packet})
    muster("sync")

    assert muster("packet", "check")[:2] == (0, "")
    assert {path for path, _ in codes(muster("check")[1])} == {SPEC_PATH}


@pytest.mark.requirement("MU-RULE-2030")
def test_allowances_waivers_and_settings_hold_for_packets_alone_too(project: Path, muster: Muster) -> None:
    write(project, {PATH: PACKET + "\n<!-- muster: allow-file PKT005 the spec is being edited -->\n"})
    write(project, {SPEC_PATH: SPEC + "\nA last word.\n"})
    assert muster("packet", "check")[:2] == (0, "")
    write(project, {PATH: PACKET, "muster.toml": '[rules]\nignore = ["PKT005"]\n'})
    assert muster("packet", "check")[:2] == (0, "")
    write(project, {"muster.toml": '[rules]\nselect = ["KWD"]\n'})
    assert muster("packet", "check")[:2] == (0, "")
    waiver = "- rule: PKT005\n  path: packets/**\n  reason: it waits\n  owner: Ada\n  expires: 2999-01-01\n"
    write(project, {"muster.toml": "", "requirements/waivers.yaml": waiver})
    status, out, err = muster("packet", "check")
    assert (status, out) == (0, "")
    assert "1 waived" in err


@pytest.mark.requirement("MU-PKT-5030")
def test_each_change_of_the_gate_state_is_one_event(project: Path, muster: Muster) -> None:
    pending = packet_with(("APPROVED", "<pending>"), ("ann270220261121", "<pending>"))
    muster("sync")
    write(project, {PATH: pending})
    muster("check")
    muster("check")
    assert gates(project) == [("refinement_pass", "gate:pass", "PASS")]

    for text in (packet_with(("ann270220261121", "<pending>")), PACKET, PACKET):
        write(project, {PATH: text})
        muster("packet", "check")
    write(project, {"packets/tasks/WP-1-Queue-v1.md": WORK_PACKET})
    muster("check")
    write(project, {SPEC_PATH: MOVED})
    muster("check", "--no-record")
    muster("check")
    muster("packet", "check")

    assert gates(project, "gov_gate_transition") == [
        ("gov_gate_transition", "gate:pass", "REFINEMENT_REVIEWED"),
        ("gov_gate_transition", "gate:pass", "REFINEMENT_SIGNED"),
        ("gov_gate_transition", "gate:pass", "REFINEMENT_READY"),
        ("gov_gate_transition", "gate:fail", "REFINEMENT_FAILED"),
    ]


@pytest.mark.requirement("MU-PKT-5030")
@pytest.mark.requirement("MU-LEDGER-8033")
def test_a_signature_and_each_pass_of_a_refinement_are_recorded_once(project: Path, muster: Muster) -> None:
    for text in (SPEC, SPEC, MOVED, SPEC):
        write(project, {SPEC_PATH: text})
        muster("packet", "check")

    assert gates(project, "user_signature", "refinement_pass") == [
        ("refinement_pass", "gate:pass", "PASS"),
        ("user_signature", "gate:pass", "ann270220261121"),
        ("refinement_pass", "gate:fail", "FAIL"),
        ("refinement_pass", "gate:pass", "PASS"),
    ]
    with ledger.open(project / ".muster/ledger.db") as book:
        assert book.broken() == []
        [signed] = book.events(type="user_signature")
    assert signed.context["work_packet_id"] == "WP-1-Queue-v1"
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", str(signed.context["packet_digest"]))


@pytest.mark.requirement("MU-PKT-5030")
def test_both_commands_tell_the_ledger_the_same(project: Path, muster: Muster) -> None:
    write(project, {PATH: packet_with(("count them", "count them, as [there](missing.md)"))})

    for words in (("check",), ("packet", "check"), ("check",), ("packet", "check")):
        muster(*words)

    assert gates(project) == [
        ("refinement_pass", "gate:pass", "PASS"),
        ("user_signature", "gate:pass", "ann270220261121"),
        ("gov_gate_transition", "gate:pass", "REFINEMENT_SIGNED"),
    ]


@pytest.mark.requirement("MU-PKT-5030")
@pytest.mark.parametrize("rules", ['select = ["LNK"]', 'ignore = ["PKT010", "PKT005"]', 'ignore = ["PKT"]'])
def test_where_some_rules_of_packets_did_not_run_nothing_is_said_to_have_passed(
    project: Path, muster: Muster, rules: str
) -> None:
    write(project, {SPEC_PATH: MOVED, "muster.toml": f"[rules]\n{rules}\n"})

    muster("check")
    muster("packet", "check")

    assert gates(project) == []


@pytest.mark.requirement("MU-PKT-5030")
def test_a_signature_that_is_refused_is_not_recorded(project: Path, muster: Muster) -> None:
    write(project, {PATH: packet_with(("ann270220261121", "ann"))})

    muster("packet", "check")

    assert gates(project, "user_signature") == []


@pytest.mark.requirement("MU-PKT-5011")
def test_a_second_refinement_of_one_work_packet_is_told_and_its_events_are_not_repeated(
    project: Path, muster: Muster
) -> None:
    write(project, {"packets/b/WP-1-Queue-v1.md": PACKET.replace("count them", "count all")})

    first = muster("packet", "check")
    events = gates(project)
    muster("packet", "check")
    muster("check")

    assert codes(first[1]) == [("packets/b/WP-1-Queue-v1.md", "PKT004")]
    assert gates(project) == events


@pytest.mark.requirement("MU-PKT-5001")
def test_a_packet_behind_a_link_from_elsewhere_is_not_overlooked(project: Path, muster: Muster) -> None:
    write(project, {"elsewhere/WP-1-Queue-v1.md": PACKET})
    (project / PATH).unlink()
    (project / PATH).symlink_to("../elsewhere/WP-1-Queue-v1.md")

    status, out, _ = muster("packet", "check")

    assert (status, codes(out)) == (1, [(PATH, "PKT001")])
    assert "packets/WP-1-Queue-v1.md is a link to elsewhere/WP-1-Queue-v1.md" in out


@pytest.mark.requirement("MU-PKT-5002")
def test_what_muster_keeps_for_itself_is_no_spec(project: Path, muster: Muster) -> None:
    write(project, {".muster/spec.md": SPEC, PATH: packet_with(("specs/10-queue.md", ".muster/spec.md"))})

    cold, warm = muster("packet", "check"), muster("packet", "check")

    assert cold[:2] == warm[:2]
    assert codes(cold[1]) == [(PATH, "PKT002")]


def test_the_list_shows_where_each_packet_stands(project: Path, muster: Muster) -> None:
    write(project, {SPEC_PATH: MOVED, "packets/WP-2-Queue.md": PACKET.replace("WP-1-Queue-v1", "WP-2-Queue")})
    write(project, {"packets/WP-2-Queue.md": packet_with(("WP-1-Queue-v1", "WP-2-Queue"), (sha1_of(SPEC), "0" * 40))})

    status, out, _ = muster("packet", "list")

    assert status == 0
    assert out.splitlines() == [
        "state   work packet    anchors  spec               packet",
        "failed  WP-1-Queue-v1  1 moved  specs/10-queue.md  packets/WP-1-Queue-v1.md",
        "failed  WP-2-Queue     1 moved  specs/10-queue.md  packets/WP-2-Queue.md",
    ]
    assert [one["state"] for one in packets(muster)] == ["failed", "failed"]
    assert muster("packet", "list", "--state", "ready")[1:] == ("", "no packet is ready\n")


def test_a_project_without_packets_is_told_what_was_looked_for(project: Path, muster: Muster) -> None:
    (project / PATH).unlink()

    for words in (("check",), ("list",)):
        status, out, err = muster("packet", *words)

        assert (status, out) == (0, "")
        assert "no packet and no pin found; looked for packets/**/*.md" in err
        assert "`muster packet new`" in err


@pytest.mark.requirement("MU-PKT-5020")
def test_the_list_for_programs_has_a_name_for_each_value(project: Path, muster: Muster) -> None:
    write(project, {SPEC_PATH: MOVED})

    [packet] = packets(muster)

    assert list(packet)[:2] == ["state", "path"]
    assert packet == {
        "state": "failed",
        "path": PATH,
        "line": 1,
        "wp_id": "WP-1-Queue-v1",
        "created_at": "2026-02-27T09:46:09Z",
        "pointer": "",
        "spec": SPEC_PATH,
        "review": "APPROVED",
        "signature": "ann270220261121",
        "covers": "PASS",
        "work_packet": "",
        "status": "",
        "ready": False,
        "anchors": [
            {
                "place": {"path": PATH, "line": 39, "column": 1, "width": 0},
                "name": "ANCHOR 1",
                "claim": "10-queue.md 1) Order",
                "spec": SPEC_PATH,
                "window": {"first": 5, "last": 7},
                "token": "QUEUE-001",
                "verdict": "moved",
                "moved": {"first": 11, "last": 13},
                "places": [],
            }
        ],
        "digest": f"sha256:{hashlib.sha256(PACKET.encode()).hexdigest()}",
    }


@pytest.mark.requirement("MU-PKT-5024")
def test_packets_anchors_and_pins_are_counted_as_what_they_are(project: Path, muster: Muster) -> None:
    def looked_at(*arguments: str) -> str:
        return re.sub(r" in [0-9.]+ s", "", muster(*arguments)[2].splitlines()[-1])

    write(project, {"docs/notes.md": f"# Notes\n\n{PIN}\n"})
    assert looked_at("packet", "check") == "1 packet, 1 anchor, 1 pin, 1 spec, 17 rules: 0 errors, 0 warnings"
    muster("sync")
    counted = "1 spec, 2 pages, 1 requirement, 1 packet, 1 anchor, 1 pin, 2 citations, "
    assert looked_at("check", "--no-record").startswith(counted)
    counts = json.loads(muster("packet", "check", "--report", "json")[1])["counts"]
    assert {name: counts[name] for name in ("packets", "anchors", "pins")} == {"packets": 1, "anchors": 1, "pins": 1}

    (project / PATH).unlink()

    assert looked_at("packet", "check") == "1 pin, 1 spec, 17 rules: 0 errors, 0 warnings"
    assert muster("packet", "list") == (0, "", "no packet; 1 pin\n")


@pytest.mark.requirement("MU-LEDGER-8022")
def test_a_check_of_packets_is_recorded_under_its_own_name(project: Path, muster: Muster) -> None:
    muster("packet", "check")

    with ledger.open(project / ".muster/ledger.db") as book:
        assert [one.facts.task_slug for one in book.runs()] == ["packet-check"]
