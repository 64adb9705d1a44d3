"""`muster packet repin` in trouble: files that change meanwhile, specs that are packets, odd names and numbers."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.cli.app import run
from muster.cli.changes import unified, unified_by_line
from muster.moving import repinning, written
from muster.refining import Change, Refusal, write_change
from muster.rules.pkt_sample import PACKET, PATH, SPEC, SPEC_PATH, packet_with, sha1_of
from muster.workspace import open_workspace
from repositories import write

MOVED = f"\n\n{SPEC}"
APPROVED, PENDING = "USER_REVIEW_STATUS: APPROVED", "USER_REVIEW_STATUS: <pending>"
OTHER = "packets/WP-2.md"
RENEWED = "SHA-1 renewed, review back to pending"
REVIEW = "a packet has to be reviewed again"

Muster = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write(root, {"muster.toml": "", SPEC_PATH: SPEC})
    return root


@pytest.fixture
def muster(project: Path, capfd: pytest.CaptureFixture[str]) -> Muster:
    """Status, standard output and standard error of `muster packet` in the project."""

    def call(*arguments: str) -> tuple[int, str, str]:
        status = run(["-C", str(project), "packet", *arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return call


def sound(muster: Muster) -> bool:
    """Whether a check finds nothing, and repinning again has nothing to do."""
    return muster("check")[0] == 0 and muster("repin") == (0, "", "nothing to repin\n")


def over(spec: str, wp_id: str, text: str, window: tuple[int, int] = (46, 48)) -> str:
    """A packet whose spec is another packet with this text, pinned to the excerpt of that."""
    return packet_with(
        ("WP-1-Queue-v1", wp_id),
        ("specs/10-queue.md", spec),
        (sha1_of(SPEC), sha1_of(text)),
        ("10-queue.md 1) Order", spec.rpartition("/")[2]),
        ("START_LINE: 5", f"START_LINE: {window[0]}"),
        ("END_LINE: 7", f"END_LINE: {window[1]}"),
    )


def repinned(text: str, *, down: int = 2, spec: str = MOVED) -> str:
    """The sample's packet as it has to be once its spec begins that many lines lower."""
    return (
        text.replace("START_LINE: 5", f"START_LINE: {5 + down}")
        .replace("END_LINE: 7", f"END_LINE: {7 + down}")
        .replace(sha1_of(SPEC), sha1_of(spec))
        .replace(APPROVED, PENDING)
    )


@pytest.mark.requirement("MU-PKT-5021")
def test_what_was_saved_meanwhile_stays_and_is_told(project: Path) -> None:
    write(project, {SPEC_PATH: MOVED, PATH: PACKET, OTHER: PACKET.replace("WP-1-Queue-v1", "WP-2")})
    workspace = open_workspace(project)
    found = repinning(workspace, workspace.run_packets().project, lambda _: True)
    saved = PACKET.replace("count them", "count them all")
    write(project, {PATH: saved})

    done = written(project, found)

    assert [change.path for change in found.changes] == [PATH, OTHER]
    assert [change.path for change in done.changes] == [OTHER]
    assert [told.path for told in done.told] == [OTHER]
    assert done.reviews == (OTHER,)
    assert [(left.path, left.message, left.help) for left in done.left] == [
        (PATH, f"{PATH} changed meanwhile, and is not written", "run it again")
    ]
    assert not done.is_done
    assert (project / PATH).read_text() == saved
    assert (project / OTHER).read_text() == repinned(PACKET.replace("WP-1-Queue-v1", "WP-2"))


@pytest.mark.requirement("MU-PKT-5021", "MU-PKT-5023")
@pytest.mark.parametrize(
    ("before", "now"), [(b"old\n", b"new\n"), (b"old\n", None), (None, b"new\n")], ids=["changed", "gone", "made"]
)
def test_a_file_is_written_only_over_what_the_change_was_made_from(
    project: Path, before: bytes | None, now: bytes | None
) -> None:
    file = project / "a.md"
    if now is not None:
        file.write_bytes(now)

    refused = write_change(project, Change("a.md", before, b"mine\n"))

    assert refused == Refusal(("a.md changed meanwhile, and is not written",), "run it again")
    assert (file.read_bytes() if file.exists() else None) == now
    assert write_change(project, Change("a.md", now, b"mine\n")) is None
    assert file.read_bytes() == b"mine\n"


@pytest.mark.requirement("MU-PKT-5021")
@pytest.mark.parametrize("wp_id", ["WP-0", "WP-2"], ids=["before it", "behind it"])
def test_a_packet_whose_spec_is_a_packet_is_right_after_one_repin(project: Path, muster: Muster, wp_id: str) -> None:
    path = f"packets/{wp_id}.md"
    upper = over(PATH, wp_id, PACKET)
    write(project, {PATH: PACKET, path: upper})
    assert sound(muster)
    write(project, {SPEC_PATH: MOVED})

    status, out, err = muster("repin")

    lines = {PATH: f"{PATH}: 1 window moved, {RENEWED}\n", path: f"{path}: {RENEWED}\n"}
    assert (status, err) == (0, "".join(lines[one] for one in sorted(lines)) + f"2 files changed; {REVIEW}\n")
    assert out.count("\n+++ b/") == 2
    lower = repinned(PACKET)
    assert (project / PATH).read_text() == lower
    assert (project / path).read_text() == upper.replace(sha1_of(PACKET), sha1_of(lower)).replace(APPROVED, PENDING)
    assert sound(muster)


@pytest.mark.requirement("MU-PKT-5021", "MU-PKT-5024")
def test_a_spec_that_holds_a_pin_is_hashed_with_its_pin_moved(project: Path, muster: Muster) -> None:
    write(project, {"docs/a.md": "# A\n\nWord.\n"})
    spec = f'{SPEC}\n<!-- muster: pin ../docs/a.md#L1 token="Word." -->\n'
    write(project, {SPEC_PATH: spec, PATH: packet_with((sha1_of(SPEC), sha1_of(spec)))})

    status, out, err = muster("repin")

    pinned = spec.replace("#L1 ", "#L3 ")
    told = f"{PATH}: {RENEWED}\n{SPEC_PATH}: 1 pin moved\n2 files changed; {REVIEW}\n"
    assert (status, err, out.count("\n+++ b/")) == (0, told, 2)
    assert (project / SPEC_PATH).read_text() == pinned
    assert sha1_of(pinned) in (project / PATH).read_text()
    assert sound(muster)


@pytest.mark.requirement("MU-PKT-5021")
def test_packets_that_are_the_specs_of_each_other_are_left(project: Path, muster: Muster) -> None:
    first, second = over(OTHER, "WP-1-Queue-v1", ""), over(PATH, "WP-2", "")
    write(project, {PATH: first, OTHER: second})

    status, out, err = muster("repin")

    words = "it changes with its own spec, without end"
    assert (status, out) == (1, "")
    assert err == f"{PATH}:1: {words}\n{OTHER}:1: {words}\nhelp: pin it to a file that does not rest on it\n"
    assert [(project / path).read_text() for path in (PATH, OTHER)] == [first, second]


@pytest.mark.requirement("MU-PKT-5002")
@pytest.mark.parametrize("target", [PATH, "CURRENT.md -> packets/WP-1-Queue-v1.md"], ids=["alone", "by a pointer"])
def test_a_packet_that_names_itself_has_no_spec(project: Path, muster: Muster, target: str) -> None:
    text = packet_with(("RESOLVED: specs/10-queue.md", f"RESOLVED: {target}"))
    before = over(PATH, "WP-0", text)  # of the same folder, and may name it
    write(project, {PATH: text, "packets/WP-0.md": before, "CURRENT.md": f"**{PATH}**\n"})

    status, out, _ = muster("check")
    found = [line for line in out.splitlines() if "error[PKT002]" in line]
    assert (status, len(found)) == (1, 1)
    assert found[0].startswith(f"{PATH}:6:")
    assert found[0].endswith(" the packet itself")
    status, out, err = muster("repin")
    assert (status, out) == (1, "")
    assert err.partition("\n")[0].endswith(" the packet itself")
    assert (project / PATH).read_text() == text


@pytest.mark.requirement("MU-PKT-5021")
@pytest.mark.parametrize(
    ("written_as", "becomes"),
    [
        ("0x5", "7"),
        ("5-7", "7"),
        ("5.0", "7"),
        ("L5", "7"),
        ("1,005", "7"),
        ("five (5)", "7"),
        ("5 to 7 (all)", "7"),
        ("5 (the heading)", "7 (the heading)"),
        ("5(heading)", "7(heading)"),
    ],
    ids=str,
)
def test_what_is_no_plain_number_is_replaced_whole(
    project: Path, muster: Muster, written_as: str, becomes: str
) -> None:
    text = packet_with(("START_LINE: 5", f"START_LINE: {written_as}"))
    write(project, {SPEC_PATH: MOVED, PATH: text})

    assert muster("repin")[0] == 0
    assert (project / PATH).read_text() == repinned(PACKET).replace("START_LINE: 7", f"START_LINE: {becomes}")
    assert sound(muster)


@pytest.mark.requirement("MU-PKT-5021")
def test_a_malformed_number_whose_place_is_unknown_is_left(project: Path, muster: Muster) -> None:
    text = packet_with(("START_LINE: 5", "START_LINE: 0x5"), ("TOKEN: QUEUE-001", "TOKEN: QUEUE-009"))
    text = text.partition("- EXCERPT_ASCII_ESCAPED:")[0] + "- EXCERPT_ASCII_ESCAPED: nothing of it\n"
    write(project, {PATH: text})

    assert muster("repin")[:2] == (1, "")
    assert (project / PATH).read_text() == text


V1, V2 = "Spec_v02.138.md", "Spec_v02.139.md"


def across(project: Path, target: str, claim: str, new: str = V2, named: str = "") -> None:
    """A packet about an old version of its spec, and a pointer that names the new one."""
    changes = (("RESOLVED: specs/10-queue.md", f"RESOLVED: gov/CUR.md -> {target}"), ("10-queue.md 1) Order", claim))
    write(project, {"gov/CUR.md": f"Now **{named or new}**.\n", new: MOVED, PATH: packet_with(*changes)})


@pytest.mark.requirement("MU-PKT-5021")
@pytest.mark.parametrize(
    ("target", "claim", "new_target", "new_claim"),
    [
        (V1, f"{V1} 1) Order [as {V1} has it]", V2, f"{V2} 1) Order [as {V1} has it]"),
        (f"docs/{V1}", f"{V1} 1) Order", V2, f"{V2} 1) Order"),
        (V1, f"docs/{V1} 1) Order", V2, f"{V2} 1) Order"),
        (V1, f"./{V1} 1) Order", V2, f"./{V2} 1) Order"),
        (f"./{V1}", f"`{V1}` 1) Order", V2, f"`{V2}` 1) Order"),
        (V1, f"[{V1}](../{V1}) 1) Order", V2, f"[{V2}](../{V2}) 1) Order"),
        (f"{V1} (since May)", f"{V1} 1) Order", f"{V2} (since May)", f"{V2} 1) Order"),
        (f"`{V1}` (not {V1}.bak)", f"{V1} 1) Order", f"`{V2}` (not {V1}.bak)", f"{V2} 1) Order"),
        (f"**{V1}**", f"{V2} 1) Order", f"**{V2}**", f"{V2} 1) Order"),
    ],
    ids=[
        "the same name",
        "a path and a name",
        "a name and a path",
        "a dot",
        "back ticks",
        "a link",
        "a remark",
        "a remark with the name",
        "a new name already",
    ],
)
def test_the_target_and_each_claim_get_the_new_name(
    project: Path, muster: Muster, target: str, claim: str, new_target: str, new_claim: str
) -> None:
    across(project, target, claim)
    before = (project / PATH).read_text()

    assert muster("repin")[0] == 0
    renamed = before.replace(f"-> {target}", f"-> {new_target}").replace(f"ANCHOR: {claim}", f"ANCHOR: {new_claim}")
    assert (project / PATH).read_text() == repinned(renamed)
    assert sound(muster)


@pytest.mark.requirement("MU-PKT-5010", "MU-PKT-5021")
@pytest.mark.parametrize(
    ("name", "escapes"),
    [("Sp\xe9c_v2.md", r"Sp\\u00E9c_v2.md"), ("Sp\U0001f600_v2.md", r"Sp\\uD83D\\uDE00_v2.md")],
    ids=["a letter", "beyond the plane"],
)
def test_a_name_that_is_not_ascii_is_written_and_read_as_escapes(
    project: Path, muster: Muster, name: str, escapes: str
) -> None:
    across(project, V1, f"{V1} 1) Order", name)
    assert muster("repin")[0] == 0
    text = (project / PATH).read_text()
    assert f"RESOLVED: gov/CUR.md -> {escapes}\n" in text
    assert f"SPEC_ANCHOR: {escapes} 1) Order\n" in text
    assert sound(muster)

    write(project, {"gov/CUR.md": f"Now **{V2}**.\n", V2: MOVED})
    assert muster("repin")[0] == 0
    assert (project / PATH).read_text() == text.replace(escapes, V2)


@pytest.mark.requirement("MU-PKT-5021")
def test_a_name_with_an_arrow_is_left(project: Path, muster: Muster) -> None:
    across(project, V1, f"{V1} 1) Order", "a->b.md")
    before = (project / PATH).read_bytes()

    words = "SPEC_TARGET_RESOLVED cannot hold the name a->b.md"
    assert muster("repin") == (1, "", f"{PATH}:6: {words}\nhelp: give the spec a plainer name\n")
    assert (project / PATH).read_bytes() == before


@pytest.mark.requirement("MU-PKT-5021")
def test_a_packet_without_its_heading_is_mended_all_the_same(project: Path, muster: Muster) -> None:
    text = packet_with(("## TECHNICAL_REFINEMENT\n", "# The queue\n"))
    write(project, {SPEC_PATH: MOVED, PATH: text})

    status, _, err = muster("repin")

    assert (status, err) == (0, f"{PATH}: 1 window moved, {RENEWED}\n1 file changed; {REVIEW}\n")
    assert (project / PATH).read_text() == repinned(text)


@pytest.mark.requirement("MU-PKT-5024")
def test_where_only_a_pin_of_a_packet_moved_nobody_is_asked_for_a_review(project: Path, muster: Muster) -> None:
    text = f'{PACKET}\n<!-- muster: pin {SPEC_PATH}#L1 token="QUEUE-001" -->\n'
    write(project, {PATH: text})

    assert muster("repin")[::2] == (0, f"{PATH}: 1 pin moved\n1 file changed\n")
    assert (project / PATH).read_text() == text.replace("#L1 ", "#L7 ")


@pytest.mark.requirement("MU-PKT-5021")
@pytest.mark.parametrize("spec", [SPEC, MOVED], ids=["nothing is moved", "a window is moved"])
def test_an_anchor_that_is_still_not_right_is_told(project: Path, muster: Muster, spec: str) -> None:
    write(project, {SPEC_PATH: spec, PATH: packet_with(("10-queue.md 1) Order", "20-stack.md 1) Order"))})

    status, _, err = muster("repin")

    assert (status, err.splitlines()[-1]) == (1, f"what is left: muster packet check {PATH}")
    assert muster("repin") == (1, "", f"what is left: muster packet check {PATH}\n")


@pytest.mark.requirement("MU-PKT-5020", "MU-PKT-5021")
def test_a_claim_that_is_gone_is_told_with_what_is_left_of_it(project: Path, muster: Muster) -> None:
    text = packet_with(("TOKEN: QUEUE-001", "TOKEN: QUEUE-009"))
    write(project, {SPEC_PATH: MOVED, PATH: text})

    assert muster("repin")[2].splitlines()[:2] == [
        f"{PATH}:39: ANCHOR 1: 'QUEUE-009' is not in {SPEC_PATH} any longer",
        f"help: its excerpt stands at {SPEC_PATH}:7: choose a token from there, or take the claim out",
    ]


@pytest.mark.requirement("MU-PKT-5021")
def test_a_hash_with_words_around_it_becomes_the_hash_alone(project: Path, muster: Muster) -> None:
    text = packet_with((sha1_of(SPEC), f"{sha1_of(SPEC)} (of May)"))
    write(project, {PATH: text})

    assert muster("repin")[0] == 0
    assert (project / PATH).read_text() == PACKET.replace(APPROVED, PENDING)
    assert sound(muster)


@pytest.mark.requirement("MU-PKT-5021")
def test_the_diff_of_thousands_of_anchors_takes_no_time() -> None:
    old = "".join(f"#### ANCHOR {n}\n- START: {n}\n- END: {n + 5}\n{'text of it' * (n % 3)}\n\n" for n in range(20_000))
    new = old.replace("START: ", "START: 1").replace("END: ", "END: 1")
    begin = time.perf_counter()

    diff = unified_by_line("a.md", old, new)

    assert time.perf_counter() - begin < 5  # some tenths; difflib takes minutes
    assert diff.startswith("--- a/a.md\n+++ b/a.md\n@@ -1,")
    assert diff.count("\n+") == 40_000 + 1  # with the head


def test_a_change_line_by_line_is_told_as_difflib_tells_it() -> None:
    lines = [f"line {number}\n" for number in range(40)]
    for changes in ((0,), (39,), (3, 4, 11), (3, 4, 12), (0, 8, 16, 39), tuple(range(0, 40, 3)), ()):
        after = [f"new {line}" if row in changes else line for row, line in enumerate(lines)]
        for old, new in (("".join(lines), "".join(after)), ("".join(lines).rstrip("\n"), "".join(after).rstrip("\n"))):
            assert unified_by_line("a.md", old, new) == unified("a.md", old, new)
    assert unified_by_line("a.md", "one\n", "two\n") == "--- a/a.md\n+++ b/a.md\n@@ -1 +1 @@\n-one\n+two\n"
    assert unified_by_line("a.md", "1\n2\n", "1\n") == unified("a.md", "1\n2\n", "1\n")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["", "\r", "\x0c", "\u2028!"])), max_size=40), st.booleans())
def test_whatever_lines_change_they_are_told_as_difflib_tells_them(lines: list[tuple[bool, str]], end: bool) -> None:
    before = [f"{number}{mark}" for number, (_, mark) in enumerate(lines)]
    after = [f"{line} new" if changes else line for line, (changes, _) in zip(before, lines, strict=True)]
    old, new = ("\n".join(text) + "\n" * end for text in (before, after))

    assert unified_by_line("a.md", old, new) == unified("a.md", old, new)


def test_git_applies_a_change_line_by_line(tmp_path: Path) -> None:
    old = "one\r\ntwo\x0c\u2028three\n" + "same\n" * 9 + "last"
    new = old.replace("two", "2").replace("last", "end")
    write(tmp_path, {"a.md": old})

    diff = unified_by_line("a.md", old, new).encode()

    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=diff, check=True)
    assert (tmp_path / "a.md").read_bytes() == new.encode()
