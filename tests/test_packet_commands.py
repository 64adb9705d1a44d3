"""`muster packet repin` and `pin`, and what all commands of packets make of bad input."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from muster import ledger
from muster.cli import packet_pin
from muster.cli.app import run
from muster.links.mentions import mentions_in
from repositories import repository, write

V1 = """# Queue SPEC

## 1 Admission

Ten jobs a second.

## 2 Order

First come, first served.
"""
V2 = V1.replace("## 1", "## 0 Words\n\nA job is work.\n\n## 1")
FILES = {
    "muster.toml": '[packets]\npointer = "CURRENT.md"\n',
    ".gitignore": ".muster/\n",
    "spec_v1.md": V1,
    "spec_v2.md": V2,
    "CURRENT.md": "**spec_v1.md**\n",
}
PACKET = "packets/WP-1.md"
GONE = "pin it to what the spec says now, or take it out"
AMBIGUOUS = "choose a token that stands there once, or set the lines by hand"

Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return repository(tmp_path / "project", FILES)


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of `muster packet` in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), "packet", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


@pytest.fixture
def packet(project: Path, muster: Muster) -> Path:
    """An approved packet about the first version."""
    assert muster("new", "WP-1", "--anchor", "1", "--anchor", "2")[0] == 0
    path = project / PACKET
    text = path.read_text().replace("STATUS: <pending>", "STATUS: APPROVED").replace("URE: <pending>", "URE: a1")
    path.write_text(text)
    return path


@pytest.mark.requirement("MU-PKT-5021")
def test_repin_brings_a_packet_to_the_version_that_the_pointer_names(
    project: Path, packet: Path, muster: Muster
) -> None:
    assert muster("repin") == (0, "", "nothing to repin\n")
    write(project, {"CURRENT.md": "**spec_v2.md**\n"})
    before = packet.read_text()
    shown = muster("repin", "--dry-run")
    assert packet.read_text() == before

    status, out, err = muster("repin")

    done = "spec set to spec_v2.md, SHA-1 renewed, review back to pending\n"
    assert status == 0
    assert err == f"{PACKET}: 2 windows moved, {done}1 file changed; a packet has to be reviewed again\n"
    assert shown[:2] == (0, out)
    assert shown[2] == f"{PACKET}: 2 windows would be moved, {done}1 file would change; nothing is written\n"
    changed = [line for line in out.splitlines() if line[:4] not in ("--- ", "+++ ") and "SHA1" not in line]
    assert [line.removeprefix("-- ") for line in changed if line[0] == "-"] == [
        "SPEC_TARGET_RESOLVED: CURRENT.md -> spec_v1.md",
        "USER_REVIEW_STATUS: APPROVED",
        "SPEC_ANCHOR: spec_v1.md 1 Admission",
        "CONTEXT_START_LINE: 3",
        "CONTEXT_END_LINE: 5",
        "SPEC_ANCHOR: spec_v1.md 2 Order",
        "CONTEXT_START_LINE: 7",
        "CONTEXT_END_LINE: 9",
    ]
    assert [line.removeprefix("+- ") for line in changed if line[0] == "+"] == [
        "SPEC_TARGET_RESOLVED: CURRENT.md -> spec_v2.md",
        "USER_REVIEW_STATUS: <pending>",
        "SPEC_ANCHOR: spec_v2.md 1 Admission",
        "CONTEXT_START_LINE: 7",
        "CONTEXT_END_LINE: 9",
        "SPEC_ANCHOR: spec_v2.md 2 Order",
        "CONTEXT_START_LINE: 11",
        "CONTEXT_END_LINE: 13",
    ]
    assert out.count("SPEC_TARGET_SHA1") == 2
    assert "- USER_SIGNATURE: a1\n" in packet.read_text()
    assert muster("repin") == (0, "", "nothing to repin\n")


@pytest.mark.requirement("MU-PKT-5020")
@pytest.mark.requirement("MU-PKT-5021")
def test_what_nobody_can_repin_is_told_with_its_places(project: Path, packet: Path, muster: Muster) -> None:
    spec = "# Queue SPEC\n\nOrder: first served\n\nwords\n\nmore\n\nand more\n\nOrder: first come\n"
    write(project, {"spec_v1.md": spec})
    lines = packet.read_text().split("\n")
    anchors = [number for number, line in enumerate(lines, start=1) if line.startswith("#### ANCHOR")]

    status, out, err = muster("repin")

    assert (status, out.count("SPEC_TARGET_SHA1")) == (1, 2)
    assert err == (
        f"{PACKET}:{anchors[0]}: ANCHOR 1: 'Admission' is gone from spec_v1.md\n"
        f"{PACKET}:{anchors[1]}: ANCHOR 2: 'Order' may be meant at spec_v1.md:3, 11\n"
        f"help: {GONE}; {AMBIGUOUS}\n"
        f"{PACKET}: SHA-1 renewed, review back to pending\n"
        "1 file changed; a packet has to be reviewed again\n"
    )
    assert muster("repin")[:2] == (1, "")


@pytest.mark.requirement("MU-PKT-5002")
def test_a_packet_whose_spec_is_not_found_is_left(project: Path, packet: Path, muster: Muster) -> None:
    write(project, {"CURRENT.md": "**nothing.md**\n"})
    before = packet.read_bytes()

    status, out, err = muster("repin", PACKET)

    assert (status, out) == (1, "")
    assert err.startswith(f"{PACKET}:15: the pointer file CURRENT.md:1 names nothing.md, which is no file")
    assert packet.read_bytes() == before


@pytest.mark.requirement("MU-PKT-5002")
def test_a_spec_that_is_not_there_is_told_with_the_nearest_name(project: Path, packet: Path, muster: Muster) -> None:
    for written, remedy in (
        ("spec_v9.md", "did you mean spec_v2.md?"),
        ("docs/specv2.md", "did you mean spec_v2.md?"),
        ("another.md", "put the spec there, or name the file that it is"),
    ):
        text = re.sub("RESOLVED: .*", f"RESOLVED: {written}", packet.read_text())
        write(project, {PACKET: text})

        status, out, _ = muster("check")
        assert (status, "which is no file of the project\n" in out, f"  help: {remedy}; see" in out) == (1, True, True)


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_is_printed_pasted_moved_and_gone(project: Path, muster: Muster) -> None:
    status, out, err = muster("pin", "spec_v1.md#2")
    assert (status, out, err) == (0, '<!-- muster: pin spec_v1.md#L7-L9 token="Order" -->\n', "")
    write(project, {"docs/notes.md": f"# Notes\n\nAs said. {out}", "spec_v1.md": V2})

    status, shown, err = muster("repin", "docs")
    assert (status, err) == (0, "docs/notes.md: 1 pin moved\n1 file changed\n")
    assert "-As said. <!-- muster: pin spec_v1.md#L7-L9" in shown
    assert "+As said. <!-- muster: pin spec_v1.md#L11-L13" in shown
    assert muster("repin", "docs") == (0, "", "nothing to repin\n")

    write(project, {"spec_v1.md": "# Queue SPEC\n"})
    assert muster("repin", "docs") == (1, "", f"docs/notes.md:3: 'Order' is gone from spec_v1.md\nhelp: {GONE}\n")


@pytest.mark.requirement("MU-PKT-5024")
@pytest.mark.parametrize(
    ("spec", "lines", "pin"),
    [
        ("one\ntwo\n", "L2", 'pin a%20b.md#L2 token="two"'),
        ('say "it" now\n', "L1", "pin a%20b.md#L1 token='say \"it\" now'"),
        ('it\'s "it" now\n', "L1", 'pin a%20b.md#L1 token="it\'s \\u0022it\\u0022 now"'),
        ("an arrow --> here\n", "L1", 'pin a%20b.md#L1 token="an arrow --\\u003e here"'),
        ("# \xdcbung\n", "\xdcbung", 'pin a%20b.md#L1 token="\xdcbung"'),
    ],
    ids=["plain", "quotes", "both quotes", "the end of a comment", "no ASCII"],
)
@pytest.mark.parametrize("name", ["ab.md", "a b.md"], ids=["a plain name", "a name with a blank"])
def test_a_printed_pin_holds(project: Path, muster: Muster, name: str, spec: str, lines: str, pin: str) -> None:
    write(project, {name: spec})

    status, out, err = muster("pin", f"{name}#{lines}")

    place, token = pin.removeprefix("pin ").split(" ", 1)
    place = place.replace("a%20b.md", name)
    assert (status, err) == (0, "")
    assert out == f"<!-- muster: pin {place if name == 'ab.md' else f'{chr(34)}{place}{chr(34)}'} {token} -->\n"
    write(project, {"notes.md": out})
    assert muster("repin", "notes.md") == (0, "", "nothing to repin\n")


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_is_for_a_requirement_of_the_spec(project: Path, muster: Muster) -> None:
    spec = "# Queue SPEC\n\n- [QUEUE-1001] It MUST be there.\n- [QUEUE-1002] It MUST be bounded,\n  always.\n"
    write(project, {"specs/10-queue.md": spec})

    assert muster("pin", "specs/10-queue.md#QUEUE-1002") == (
        0,
        '<!-- muster: pin specs/10-queue.md#L4-L5 token="QUEUE-1002" -->\n',
        "",
    )


def test_the_examples_of_pin_name_no_file_of_this_repository_that_is_not_there() -> None:
    source = Path(packet_pin.__file__).read_bytes()

    assert [mention.name for mention in mentions_in(source) if not mention.sample] == []


def test_help_lists_the_commands_in_the_order_of_their_use_each_on_one_line(muster: Muster) -> None:
    out = muster("--help")[1].split("Commands:\n")[1].split("\n\n")[0]

    assert [line.split()[0] for line in out.splitlines()] == ["check", "list", "new", "repin", "activate", "pin"]
    assert [line for line in out.splitlines() if line.endswith("...")] == []


NOT_THERE = "cannot be read: no such file or directory\nhelp: put an ordinary file there that you may read\n"


@pytest.mark.requirement("MU-PKT-5022")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["new", "wp1", "--anchor", "1"], "muster: 'wp1' is no ID of a work packet by `packets.wp_id`\n"),
        (["new", "WP-1/../x", "--anchor", "1"], "muster: 'WP-1/../x' is no ID of a work packet by `packets.wp_id`\n"),
        (["new", "WP-\xdc", "--anchor", "1"], "muster: 'WP-\xdc' is no ID of a work packet by `packets.wp_id`\n"),
        (["new", "", "--anchor", "1"], "muster: '' is no ID of a work packet by `packets.wp_id`\n"),
        (["new", "WP-1"], "muster: a packet has at least one anchor\n"),
        (["new", "WP-1", "--anchor", "9.9"], "muster: '9.9' is no heading, section number or requirement ID of"),
        (["new", "WP-1", "--anchor", "1", "--spec", "no.md"], "muster: no.md leads to no file of the project, or to"),
        (["new", "WP-1", "--anchor", "1", "--spec", "packets"], "muster: packets leads to no file of the project"),
        (["new", "WP-1", "--anchor", "1", "--spec", "../x.md"], "muster: ../x.md leads to no file of the project"),
        (["new", "WP-1", "--anchor", "1", "--spec", "a\nb"], "muster: a\\x0ab leads to no file of the project"),
        (["new", "WP-1", "--anchor", "1", "--spec", "\udcff.md"], "muster: \\udcff.md leads to no file of the project"),
        (["new", "WP-1", "--anchor", "1", "--pointer", "no.md"], "muster: the pointer file no.md cannot be read\n"),
        (["new", "WP-1", "--anchor", "1", "--pointer", "spec_v1.md"], "muster: the pointer file spec_v1.md names no"),
        (
            ["new", "WP-1", "--anchor", "1", "--pointer", "CURRENT.md", "--spec", "spec_v2.md"],
            "muster: the pointer file CURRENT.md names spec_v1.md, not spec_v2.md\n",
        ),
        (["new", "WP-1", "--anchor", "1", "--output", "WP-1.md"], "muster: WP-1.md would not be read: no glob of"),
        (["new", "WP-1", "--anchor", "1", "--output", "packets/x.md"], "muster: packets/x.md is not named for WP-1\n"),
        (["new", "WP-1", "--anchor", "1", "--output", "../packets/WP-1.md"], "muster: ../packets/WP-1.md would not"),
        (["pin", "spec_v1.md"], "muster: 'spec_v1.md' names no lines of a file\n"),
        (["pin", "#L1"], "muster: '#L1' names no lines of a file\n"),
        (["pin", "no.md#L1"], f"muster: no.md {NOT_THERE}"),
        (["pin", "packets#L1"], "muster: packets cannot be read: is a directory\n"),
        (["pin", "../x.md#L1"], "muster: ../x.md cannot be read: '../x.md' is not a path inside the project"),
        (["pin", "spec_v1.md#L100"], "muster: L100 leaves the spec\n"),
        (["pin", "\udcff.md#L1"], "muster: \\udcff.md cannot be read: no such file or directory\n"),
        (["repin", "no.md"], "muster: no.md: no such file or folder\n"),
        (["repin", "spec_v1.md"], "muster: no packet and no pin is there\n"),
        (["activate", "\udcff"], "muster: no stub is '\\udcff' or has that WP_ID\n"),
        (["activate", "packets"], "muster: no stub is 'packets' or has that WP_ID\n"),
    ],
    ids=[
        "an ID of another form",
        "an ID that leaves the folder",
        "an ID that is not ASCII",
        "no ID",
        "no anchor",
        "no such section",
        "no such spec",
        "a folder as spec",
        "a spec outside",
        "a spec of two lines",
        "a spec whose name is no UTF-8",
        "no such pointer",
        "a pointer to nothing",
        "a pointer to another spec",
        "an output that nobody reads",
        "an output with another name",
        "an output outside",
        "a pin without lines",
        "a pin without a file",
        "a pin to no file",
        "a pin to a folder",
        "a pin outside",
        "a pin behind the end",
        "a pin to a name that is no UTF-8",
        "repin of no file",
        "repin of a file without packet",
        "a stub whose name is no UTF-8",
        "a folder as stub",
    ],
)
def test_bad_input_is_a_mistake_and_writes_nothing(
    project: Path, muster: Muster, arguments: list[str], message: str
) -> None:
    (project / "packets").mkdir()

    status, out, err = muster(*arguments)

    assert (status, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 2
    assert "\nhelp: " in err
    assert list((project / "packets").iterdir()) == []


@pytest.mark.requirement("MU-PKT-5022")
def test_a_spec_of_any_bytes_gives_a_packet_that_holds(project: Path, muster: Muster) -> None:
    data = b"\xef\xbb\xbf# One\r\n\r\nbytes \xff\xfe\x00 and\x0bmore\r\n\xe2\x80\xa8 line\r# Two\r\n"
    (project / "spec_v1.md").write_bytes(data)

    assert muster("new", "WP-1", "--anchor", "One", "--anchor", "Two", "--anchor", "L3")[0] == 0

    told = [line for line in muster("check")[1].splitlines() if "[PKT" in line]
    assert [line for line in told if "PKT006" not in line and "PKT007" not in line and "PKT008" not in line] == []


@pytest.mark.requirement("MU-LEDGER-8022")
def test_commands_that_write_record_themselves(project: Path, packet: Path, muster: Muster) -> None:
    write(project, {"CURRENT.md": "**spec_v2.md**\n"})
    muster("repin", "--dry-run")
    muster("repin", "--no-record")
    muster("repin")
    muster("activate", "WP-1")

    assert packet.exists()
    with ledger.open(project / ".muster/ledger.db") as book:
        runs = [(one.facts.task_slug, one.facts.status, one.facts.io.files_written) for one in book.runs()[::-1]]
    assert [(slug, str(status), tuple(files)) for slug, status, files in runs] == [
        ("packet-new", "success", (PACKET,)),
        ("packet-repin", "success", ()),
        ("packet-activate", "failed", ()),
    ]
