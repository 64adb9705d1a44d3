"""What is told of a packet: each defect once, at its line, with what to do about it."""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

import pytest

from muster.model import Pinned, Place, Problem, Refinement, Verdict, Window
from muster.packets.anchors import judged_pin
from muster.packets.checking import Checked, Context, checked
from muster.packets.packet import Pin
from muster.packets.reading import packet_in
from muster.packets.spec_text import spec_text
from muster.packets.target import Named, Target, spec_in_pointer, target_named, target_of
from muster.packets.work import is_ready, work_problems
from muster.rules.pkt_sample import PACKET, PATH, SPEC, SPEC_PATH, packet_with, sha1_of
from muster.settings import PacketSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

POINTER = "docs/SPEC_CURRENT.md"
DEFAULTS = PacketSettings()
ANOTHER = "0a5a9069bf8e06654ddf9b647927c2cb8a30aa6f"


class Stored:
    """Files by path, as a project has them."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def exists(self, path: str) -> bool:
        return path in self.files

    def text(self, path: str) -> str | None:
        return self.files.get(path)

    def named(self, name: str) -> Sequence[str]:
        return sorted(path for path in self.files if basename(path) == name)

    def near(self, path: str) -> str:
        return next((other for other in sorted(self.files) if basename(other)[2:] == basename(path)[2:]), "")


def check_of(
    text: str,
    files: dict[str, str] | None = None,
    *,
    path: str = PATH,
    settings: PacketSettings = DEFAULTS,
    spec_id: str = "",
    status: str = "",
    signed: bool = False,
) -> Checked:
    """Check a packet against the spec of these files."""
    packet = packet_in(text)
    assert packet is not None
    stored = Stored({SPEC_PATH: SPEC} if files is None else files)
    target = target_of(packet, path, settings.target, stored)
    spec = spec_text(stored.files[target.path].encode("utf-8", "surrogateescape")) if target.path else None
    return checked(packet, text, path, Context(settings, target, spec, spec_id, "", status, signed))


def told(problems: Sequence[Problem]) -> list[str]:
    """Problems as they are printed: code, line and column, words, help."""
    return [f"{it.code} {it.place.line}:{it.place.column} {it.message} ({it.help})" for it in problems]


QUOTED = "  ## 1) Order\n\n  - [QUEUE-001] The queue MUST keep the order.\n"


def found_in(text: str, files: dict[str, str] | None = None) -> list[str]:
    return told(check_of(text, files).problems)


def without(line: str) -> tuple[str, str]:
    """The change that takes a line out."""
    return f"{line}\n", ""


COVERAGE = PACKET[PACKET.index("### CLEARLY_COVERS") : PACKET.index("### ENRICHMENT")]
ENRICHMENT = PACKET[PACKET.index("### ENRICHMENT") : PACKET.index("### SPEC_ANCHORS")]
ANCHORS = PACKET[PACKET.index("### SPEC_ANCHORS") :]
EXCERPT = PACKET[PACKET.index("- EXCERPT") :]
PROPOSAL = "#### PROPOSED_SPEC_ENRICHMENT (VERBATIM)\n```md\n{}\n```\n"
FAIL = ("_VERDICT: PASS", "_VERDICT: FAIL")
YES = ("NEEDED: NO", "NEEDED: YES")
REASON = "REASON_NO_ENRICHMENT: section 1 says all of it\n"
SHA1 = f"- SPEC_TARGET_SHA1: {sha1_of(SPEC)}"
REPIN = f"`muster packet repin {PATH}`"
ISO = "write a time of ISO 8601 with its zone, such as 2026-02-27T09:46:09Z"
NAME_IT = "write `POINTER -> FILE`, or the path of the spec alone, both from the root of the project"
QUOTE_IT = "write `- EXCERPT_ASCII_ESCAPED:` and below it, in an indented fence, the lines of the spec"


def test_a_good_packet_has_no_problem() -> None:
    anchor = Pinned(
        Place(PATH, 39), "ANCHOR 1", "10-queue.md 1) Order", SPEC_PATH, Window(5, 7), "QUEUE-001", Verdict.OK
    )

    assert check_of(PACKET, status="in progress (since May)", signed=True) == Checked(
        Refinement(
            path=PATH,
            line=1,
            wp_id="WP-1-Queue-v1",
            created_at="2026-02-27T09:46:09Z",
            pointer="",
            spec=SPEC_PATH,
            review="APPROVED",
            signature="ann270220261121",
            covers="PASS",
            work_packet="",
            status="in progress (since May)",
            ready=True,
            anchors=(anchor,),
        ),
        (),
    )


@pytest.mark.requirement("MU-PKT-5010")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(
            ("is lost: count", "is lost \u2192 \u00a72: count"),
            "PKT003 18:33 2 characters that are not ASCII, first U+2192 "
            r"(write `\\u2192` in an excerpt, and plain words elsewhere)",
            id="in prose",
        ),
        pytest.param(
            ("  ```text\n", "  ```text\n  \U0001f600\n"),
            "PKT003 46:3 1 character that is not ASCII, first U+1F600 "
            r"(write `\\uD83D\\uDE00` in an excerpt, and plain words elsewhere)",
            id="in an excerpt",
        ),
        pytest.param(
            ("## TECHNICAL_REFINEMENT", "## TECHNICAL_REFINEMENT (\u00dcbersicht)"),
            r"PKT003 1:26 1 character that is not ASCII, first U+00DC "
            r"(write `\\u00DC` in an excerpt, and plain words elsewhere)",
            id="in a heading",
        ),
    ],
)
def test_what_is_not_ascii_is_told_at_its_line_with_its_escape(change: tuple[str, str], words: str) -> None:
    found = [line for line in found_in(packet_with(change)) if not line.startswith("PKT011")]

    assert found == [words]


@pytest.mark.requirement("MU-PKT-5010")
def test_after_twenty_lines_that_are_not_ascii_the_rest_is_counted() -> None:
    text = packet_with(("is lost: count them.", "is lost.\n" + "  - caf\u00e9\n" * 23))

    found = check_of(text).problems

    assert [problem.place for problem in found] == [
        *(Place(PATH, line, 8, 1) for line in range(19, 39)),
        Place(PATH, 39),
    ]
    assert told(found[-1:]) == [
        r"PKT003 39:1 3 further lines from here on are not ASCII (write them as `\\uXXXX` in excerpts)"
    ]


@pytest.mark.requirement("MU-PKT-5010")
def test_a_byte_order_mark_and_either_line_end_are_no_problem() -> None:
    assert found_in("\ufeff" + PACKET.replace("\n", "\r\n")) == []


METADATA = [
    pytest.param(
        without("- WP_ID: WP-1-Queue-v1"), "3:1 WP_ID is missing (write `- WP_ID: WP-1-Queue-v1`)", id="no ID"
    ),
    pytest.param(
        ("WP_ID: WP-1-Queue-v1", "WP_ID:"), "4:3 WP_ID is empty (write `- WP_ID: WP-1-Queue-v1`)", id="empty ID"
    ),
    pytest.param(
        ("WP_ID: WP-1-Queue-v1", "WP_ID: <fill in>"),
        "4:10 WP_ID is still '<fill in>' (write `- WP_ID: WP-1-Queue-v1`)",
        id="placeholder of an ID",
    ),
    pytest.param(
        ("WP_ID: WP-1-Queue-v1", "WP_ID: Queue"),
        "4:10 WP_ID is 'Queue', which does not match `WP-[0-9A-Za-z][0-9A-Za-z._-]*` "
        "(write the ID of the work packet, and nothing else)",
        id="no work packet's ID",
    ),
    pytest.param(
        ("WP_ID: WP-1-Queue-v1", "WP_ID: WP-1-Queue-v2"),
        "4:10 WP_ID is WP-1-Queue-v2, and the file is named WP-1-Queue-v1.md "
        "(name the file WP-1-Queue-v2.md, or write the ID that it is named after)",
        id="ID of another file",
    ),
    pytest.param(
        without("- CREATED_AT: 2026-02-27T09:46:09Z"), f"3:1 CREATED_AT is missing ({ISO})", id="no time of creation"
    ),
    pytest.param(
        ("CREATED_AT: 2026-02-27T09:46:09Z", "CREATED_AT: PENDING"),
        f"5:15 CREATED_AT is still 'PENDING' ({ISO})",
        id="placeholder of a time",
    ),
    pytest.param(
        ("2026-02-27T09:46:09Z", "2026-02-30T09:46:09Z"),
        f"5:15 CREATED_AT is '2026-02-30T09:46:09Z', which is no such time ({ISO})",
        id="a day that is none",
    ),
    pytest.param(
        ("2026-02-27T09:46:09Z", "2026-02-27T09:46:09"),
        f"5:15 CREATED_AT is '2026-02-27T09:46:09', which has no zone ({ISO})",
        id="a time without a zone",
    ),
    pytest.param(
        without("- SPEC_TARGET_RESOLVED: specs/10-queue.md"),
        "3:1 SPEC_TARGET_RESOLVED is missing "
        "(write `- SPEC_TARGET_RESOLVED: POINTER -> FILE`, or the path of the spec alone)",
        id="no target",
    ),
    pytest.param(
        without(SHA1),
        f"3:1 SPEC_TARGET_SHA1 is missing (write the SHA-1 of the spec's bytes, 40 hex digits: {REPIN} does)",
        id="no hash",
    ),
    pytest.param(
        (SHA1, f"{SHA1}0"),
        f"7:21 SPEC_TARGET_SHA1 is '{sha1_of(SPEC)}0', which is no SHA-1 "
        f"(write the SHA-1 of the spec's bytes, 40 hex digits: {REPIN} does)",
        id="41 digits",
    ),
    pytest.param(
        without("- USER_REVIEW_STATUS: APPROVED"),
        "3:1 USER_REVIEW_STATUS is missing (write APPROVED, REJECTED, CHANGES_REQUESTED or `<pending>`)",
        id="no review",
    ),
    pytest.param(
        ("STATUS: APPROVED", "STATUS: fine"),
        "8:23 USER_REVIEW_STATUS is 'fine', which is no status of a review "
        "(write APPROVED, REJECTED, CHANGES_REQUESTED or `<pending>`)",
        id="another word for a review",
    ),
    pytest.param(
        without("- USER_SIGNATURE: ann270220261121"),
        "3:1 USER_SIGNATURE is missing (write `- USER_SIGNATURE: <pending>` until it is signed)",
        id="no signature",
    ),
]


@pytest.mark.requirement("MU-PKT-5011")
@pytest.mark.parametrize(("change", "words"), METADATA)
def test_metadata_is_there_filled_in_and_of_its_form(change: tuple[str, str], words: str) -> None:
    assert told(check_of(packet_with(change), signed=True).problems) == [f"PKT004 {words}"]


@pytest.mark.requirement("MU-PKT-5011")
def test_a_packet_names_the_identity_of_an_allocated_spec() -> None:
    spec_id = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
    own = packet_with((SHA1, f"{SHA1}\n- SPEC_ID: {spec_id.upper()}"))
    other = packet_with((SHA1, f"{SHA1}\n- SPEC_ID: {spec_id[:-1]}2"))

    assert told(check_of(own, spec_id=spec_id).problems) == []
    assert told(check_of(PACKET, spec_id=spec_id).problems) == [
        f"PKT004 3:1 SPEC_ID is missing (write `- SPEC_ID: {spec_id}`)"
    ]
    assert told(check_of(other, spec_id=spec_id).problems) == [
        f"PKT004 8:12 SPEC_ID is '{spec_id[:-1]}2', and the spec has {spec_id} (write `- SPEC_ID: {spec_id}`)"
    ]


@pytest.mark.requirement("MU-PKT-5012")
def test_the_hash_of_a_packet_is_that_of_its_spec() -> None:
    assert found_in(packet_with((sha1_of(SPEC), sha1_of(SPEC).upper()))) == []
    assert found_in(packet_with((sha1_of(SPEC), ANOTHER))) == [
        (
            f"PKT005 7:21 SPEC_TARGET_SHA1 is {ANOTHER[:12]}, and {SPEC_PATH} has {sha1_of(SPEC)[:12]} "
            f"(read what changed in {SPEC_PATH}, then run {REPIN})"
        )
    ]
    mistyped = sha1_of(SPEC)[:-1] + ("0" if sha1_of(SPEC)[-1] != "0" else "1")
    [told] = found_in(packet_with((sha1_of(SPEC), mistyped)))
    assert f"SPEC_TARGET_SHA1 is {mistyped}, and {SPEC_PATH} has {sha1_of(SPEC)} " in told


SECTIONS = [
    pytest.param(
        ("### PRIMITIVES\n- NONE\n", ""),
        "1:1 the section PRIMITIVES is missing (add `### PRIMITIVES`, with content or `- NONE`)",
        id="missing",
    ),
    pytest.param(
        (COVERAGE, ""),
        "1:1 the section CLEARLY_COVERS is missing (add `### CLEARLY_COVERS`, with its fields)",
        id="no coverage",
    ),
    pytest.param(
        (ENRICHMENT, ""),
        "1:1 the section ENRICHMENT is missing (add `### ENRICHMENT`, with its fields)",
        id="no enrichment",
    ),
    pytest.param(
        (ANCHORS, ""),
        "1:1 the section SPEC_ANCHORS is missing (add `### SPEC_ANCHORS`, with its fields)",
        id="no anchors",
    ),
    pytest.param(
        ("PRIMITIVES\n- NONE\n", "PRIMITIVES\n<!-- later -->\n"),
        "20:1 the section PRIMITIVES is empty (fill it in, or write `- NONE`)",
        id="empty",
    ),
    pytest.param(
        (COVERAGE, "### CLEARLY_COVERS\n"),
        "23:1 the section CLEARLY_COVERS is empty (write its fields)",
        id="no fields",
    ),
    pytest.param(
        ("PRIMITIVES\n- NONE\n", "PRIMITIVES\n- `<pending>` is a type\n- Queue: <fill in>\n"),
        "22:1 PRIMITIVES is not answered yet (fill it in, or write `- NONE`)",
        id="placeholder",
    ),
    pytest.param(
        ("GAPS_IDENTIFIED\n- NONE\n", "GAPS_IDENTIFIED\n- NONE in the spec: priorities\n- No sizes\n"),
        "12:1 'NONE in the spec: priorities' is a gap, and CLEARLY_COVERS_VERDICT is PASS "
        "(close the gap in the spec and write `- NONE`, or write the verdict FAIL)",
        id="gaps beside PASS",
    ),
    *(
        pytest.param(
            ("GAPS_IDENTIFIED\n- NONE\n", f"GAPS_IDENTIFIED\n- {said}\n"),
            f"12:1 {said!r} is a gap, and CLEARLY_COVERS_VERDICT is PASS "
            "(close the gap in the spec and write `- NONE`, or write the verdict FAIL)",
            id=said,
        )
        for said in (
            "NONE, except the retry limit",
            "NONE; but the timeout is undefined",
            "NONE: the spec lacks a limit",
            "NONE (but no limit)",
            "NONE - however, a limit lacks",
            "NONE. All is said except the limit.",
            "None of the limits",
        )
    ),
    pytest.param(
        ("GAPS_IDENTIFIED\n- NONE\n", "GAPS_IDENTIFIED\n- NONE\n```text\n\nno limit\n```\n"),
        "13:1 'no limit' is a gap, and CLEARLY_COVERS_VERDICT is PASS "
        "(close the gap in the spec and write `- NONE`, or write the verdict FAIL)",
        id="a gap in a fence",
    ),
    pytest.param(
        ("GAPS_IDENTIFIED\n- NONE\n", "GAPS_IDENTIFIED\n- \n-\n"),
        "11:1 the section GAPS_IDENTIFIED is empty (fill it in, or write `- NONE`)",
        id="bullets without text",
    ),
]


@pytest.mark.requirement("MU-PKT-5013")
@pytest.mark.parametrize(("change", "words"), SECTIONS)
def test_each_section_is_there_with_content_and_passes_without_gaps(change: tuple[str, str], words: str) -> None:
    assert found_in(packet_with(change)) == [f"PKT006 {words}"]


@pytest.mark.requirement("MU-PKT-5013")
@pytest.mark.parametrize(
    "said",
    [
        "- NONE",
        "None.",
        "- **NONE** (all is there)",
        "- NONE - see 1\n  - and 2",
        "- None identified",
        "* NONE. All is there.",
        "- NONE\n- ",
        "- NONE\n```\nN/A\n```",
    ],
)
def test_no_gaps_may_be_said_in_several_ways(said: str) -> None:
    assert found_in(packet_with(("GAPS_IDENTIFIED\n- NONE", f"GAPS_IDENTIFIED\n{said}"))) == []


COVERAGES = [
    pytest.param(
        [without("- Specific: PASS"), without("- No ambiguity: PASS")],
        "23:1 CLEARLY_COVERS lacks 2 points of its five: Specific, No ambiguity (write `- Specific: PASS` or FAIL)",
        id="points missing",
    ),
    pytest.param(
        [("Specific: PASS", "Specific: [ ] PASS FAIL")],
        "26:13 the point 'Specific' is '[ ] PASS FAIL', neither PASS nor FAIL (write `- Specific: PASS` or FAIL)",
        id="both words",
    ),
    pytest.param(
        [("Specific: PASS", "Specific: [ ] PASS / FAIL")],
        "26:13 the point 'Specific' is '[ ] PASS / FAIL', neither PASS nor FAIL (write `- Specific: PASS` or FAIL)",
        id="both answers",
    ),
    pytest.param(
        [("Specific: PASS", "Specific: [x] FAIL")],
        "29:27 CLEARLY_COVERS_VERDICT is PASS, and 'Specific' (line 26) is FAIL "
        "(write `- CLEARLY_COVERS_VERDICT: FAIL`, or settle what fails)",
        id="a failed point beside PASS",
    ),
    pytest.param(
        [without("- CLEARLY_COVERS_VERDICT: PASS")],
        "23:1 CLEARLY_COVERS_VERDICT is missing (write `- CLEARLY_COVERS_VERDICT: PASS` or FAIL)",
        id="no verdict",
    ),
    pytest.param(
        [("_VERDICT: PASS", "_VERDICT: good")],
        "29:27 CLEARLY_COVERS_VERDICT is 'good', neither PASS nor FAIL "
        "(write `- CLEARLY_COVERS_VERDICT: PASS` or FAIL)",
        id="another word for a verdict",
    ),
    pytest.param(
        [("_REASON: section 1 says what the order is", "_REASON: NONE")],
        "30:26 CLEARLY_COVERS_REASON is 'NONE', which is none (write `- CLEARLY_COVERS_REASON: ` and why)",
        id="no reason",
    ),
    pytest.param(
        [("FOUND: NO", "FOUND: some")],
        "31:20 AMBIGUITY_FOUND is 'some', neither YES nor NO "
        "(write `- AMBIGUITY_FOUND: NO`, or YES and AMBIGUITY_REASON)",
        id="another word for an ambiguity",
    ),
    pytest.param(
        [("FOUND: NO", "FOUND: YES\n- AMBIGUITY_REASON: two orders")],
        "29:27 CLEARLY_COVERS_VERDICT is PASS, and AMBIGUITY_FOUND (line 31) is YES "
        "(write `- CLEARLY_COVERS_VERDICT: FAIL`, or settle what fails)",
        id="an ambiguity beside PASS",
    ),
    pytest.param(
        [FAIL, YES, (REASON, PROPOSAL.format("The queue")), ("FOUND: NO", "FOUND: YES\n- AMBIGUITY_REASON: NONE")],
        "32:21 AMBIGUITY_FOUND is YES, and AMBIGUITY_REASON is 'NONE' (write into AMBIGUITY_REASON what is ambiguous)",
        id="an ambiguity without a reason",
    ),
    pytest.param(
        [FAIL],
        "29:27 CLEARLY_COVERS_VERDICT is FAIL, and ENRICHMENT_NEEDED (line 34) is NO "
        "(PASS goes with ENRICHMENT_NEEDED: NO, FAIL with YES)",
        id="FAIL without enrichment",
    ),
    pytest.param(
        [YES, (REASON, PROPOSAL.format("The queue"))],
        "29:27 CLEARLY_COVERS_VERDICT is PASS, and ENRICHMENT_NEEDED (line 34) is YES "
        "(PASS goes with ENRICHMENT_NEEDED: NO, FAIL with YES)",
        id="PASS with enrichment",
    ),
]


@pytest.mark.requirement("MU-PKT-5013", "MU-PKT-5014", "MU-PKT-5015")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            ("GAPS_IDENTIFIED\n- NONE", "GAPS_IDENTIFIED\n- <fill: what is open? NONE where nothing>"),
            "PKT006 12:1 GAPS_IDENTIFIED is not answered yet (fill it in, or write `- NONE`)",
        ),
        (
            ("- Specific: PASS", "- Specific: [ ] <fill: PASS or FAIL>"),
            "PKT007 26:13 the point 'Specific' is not answered yet (write `- Specific: PASS` or FAIL)",
        ),
        (
            ("VERDICT: PASS", "VERDICT: <fill: PASS or FAIL; one FAIL above means FAIL>"),
            "PKT007 29:27 CLEARLY_COVERS_VERDICT is not answered yet (write `- CLEARLY_COVERS_VERDICT: PASS` or FAIL)",
        ),
        (
            ("AMBIGUITY_FOUND: NO", "AMBIGUITY_FOUND: <fill: YES or NO>"),
            (
                "PKT007 31:20 AMBIGUITY_FOUND is not answered yet "
                "(write `- AMBIGUITY_FOUND: NO`, or YES and AMBIGUITY_REASON)"
            ),
        ),
        (
            ("ENRICHMENT_NEEDED: NO", "ENRICHMENT_NEEDED: <fill: NO where the verdict is PASS, else YES>"),
            (
                "PKT008 34:22 ENRICHMENT_NEEDED is not answered yet "
                "(write `- ENRICHMENT_NEEDED: NO` and REASON_NO_ENRICHMENT, or YES and the proposed text)"
            ),
        ),
    ],
    ids=["a section", "a point", "a verdict", "a yes or no", "enrichment"],
)
def test_a_question_that_is_not_answered_is_named_and_not_repeated(change: tuple[str, str], words: str) -> None:
    assert found_in(packet_with(change)) == [words]


@pytest.mark.requirement("MU-PKT-5014")
@pytest.mark.parametrize(("changes", "words"), COVERAGES)
def test_coverage_has_its_points_and_does_not_contradict_itself(changes: list[tuple[str, str]], words: str) -> None:
    assert [line for line in found_in(packet_with(*changes)) if "PKT008" not in line] == [f"PKT007 {words}"]


@pytest.mark.requirement("MU-PKT-5014")
@pytest.mark.parametrize("said", ["[ ] PASS", "[x] PASS", "PASS", "pass (see 1/2)", "**PASS**", "PASS - section 1"])
def test_a_point_passes_whatever_its_box(said: str) -> None:
    assert found_in(packet_with(("Specific: PASS", f"Specific: {said}"))) == []


UNFENCED = "#### PROPOSED_SPEC_ENRICHMENT (VERBATIM)\n"
ENRICHMENTS = [
    pytest.param(
        [without("- ENRICHMENT_NEEDED: NO")],
        "33:1 ENRICHMENT_NEEDED is missing "
        "(write `- ENRICHMENT_NEEDED: NO` and REASON_NO_ENRICHMENT, or YES and the proposed text)",
        id="no answer",
    ),
    pytest.param(
        [("NEEDED: NO", "NEEDED: YES | NO")],
        "34:22 ENRICHMENT_NEEDED is 'YES | NO', neither YES nor NO "
        "(write `- ENRICHMENT_NEEDED: NO` and REASON_NO_ENRICHMENT, or YES and the proposed text)",
        id="both answers",
    ),
    pytest.param(
        [(f"- {REASON}", "")],
        "33:1 REASON_NO_ENRICHMENT is missing (write `- REASON_NO_ENRICHMENT: ` and why the spec says enough)",
        id="no reason",
    ),
    pytest.param(
        [(REASON, "REASON_NO_ENRICHMENT: <not applicable; ENRICHMENT_NEEDED=YES>\n")],
        "35:25 REASON_NO_ENRICHMENT is '<not applicable; ENRICHMENT_NEEDED=YES>', which is none "
        "(write `- REASON_NO_ENRICHMENT: ` and why the spec says enough)",
        id="a reason that is none",
    ),
    pytest.param(
        [(REASON, REASON + PROPOSAL.format("## 2) Sizes\nThe queue"))],
        "37:1 ENRICHMENT_NEEDED is NO, and a text is proposed: '## 2) Sizes' "
        "(write `<not applicable; ENRICHMENT_NEEDED=NO>` in its place, or ENRICHMENT_NEEDED: YES)",
        id="NO with a text",
    ),
    pytest.param(
        [(REASON, f"{REASON}{UNFENCED}The queue MUST be bounded.\n\n- and so on\n")],
        "37:1 ENRICHMENT_NEEDED is NO, and a text is proposed: 'The queue MUST be bounded.' "
        "(write `<not applicable; ENRICHMENT_NEEDED=NO>` in its place, or ENRICHMENT_NEEDED: YES)",
        id="NO with prose",
    ),
    pytest.param(
        [(REASON, f"{REASON}{UNFENCED}\n    The queue\n")],
        "38:1 ENRICHMENT_NEEDED is NO, and a text is proposed: 'The queue' "
        "(write `<not applicable; ENRICHMENT_NEEDED=NO>` in its place, or ENRICHMENT_NEEDED: YES)",
        id="NO with indented code",
    ),
    pytest.param(
        [FAIL, YES],
        "34:22 ENRICHMENT_NEEDED is YES (line 34), and no text is proposed "
        "(put the full text for the spec into a fence below `#### PROPOSED_SPEC_ENRICHMENT`)",
        id="YES without a text",
    ),
    pytest.param(
        [FAIL, YES, (REASON, REASON + PROPOSAL.format("<paste the full text>"))],
        "37:1 ENRICHMENT_NEEDED is YES (line 34), and no text is proposed "
        "(put the full text for the spec into a fence below `#### PROPOSED_SPEC_ENRICHMENT`)",
        id="YES with a placeholder",
    ),
]


@pytest.mark.requirement("MU-PKT-5015")
@pytest.mark.parametrize(("changes", "words"), ENRICHMENTS)
def test_an_enrichment_is_proposed_or_not_needed(changes: list[tuple[str, str]], words: str) -> None:
    assert found_in(packet_with(*changes)) == [f"PKT008 {words}"]


@pytest.mark.requirement("MU-PKT-5015")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param(
            [(REASON, REASON + PROPOSAL.format("<not applicable; ENRICHMENT_NEEDED=NO>"))], id="not applicable"
        ),
        pytest.param([(REASON, REASON + PROPOSAL.format(""))], id="empty fence"),
        *(
            pytest.param([(REASON, f"{REASON}{UNFENCED}{text}\n")], id=text)
            for text in ("- NONE", "N/A", "- <not applicable; ENRICHMENT_NEEDED=NO>", "<!-- later -->", "NONE (see 1)")
        ),
        pytest.param([(f"- {REASON}", f"{UNFENCED}- {REASON}")], id="the reason below the heading"),
        pytest.param([FAIL, YES, (REASON, PROPOSAL.format("<fill\nmore of it"))], id="lines that begin with a mark"),
        pytest.param([FAIL, YES, (REASON, PROPOSAL.format("```text\nx\n```"))], id="text with a fence"),
        pytest.param([FAIL, YES, (f"- {REASON}", "```md\nThe queue\n```\n")], id="fence in the section itself"),
    ],
)
def test_a_fence_that_says_not_applicable_proposes_nothing(changes: list[tuple[str, str]]) -> None:
    assert found_in(packet_with(*changes)) == []


def window(first: str, last: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The changes that give the anchor this window."""
    return ("START_LINE: 5", f"START_LINE: {first}"), ("END_LINE: 7", f"END_LINE: {last}")


INCOMPLETE = [
    pytest.param(
        [(ANCHORS, "### SPEC_ANCHORS\n- NONE\n")],
        "37:1 the packet has no anchor "
        "(add `#### ANCHOR 1` with SPEC_ANCHOR, a window of lines, CONTEXT_TOKEN and an excerpt)",
        id="no anchor",
    ),
    pytest.param(
        [without("- SPEC_ANCHOR: 10-queue.md 1) Order")],
        "39:1 SPEC_ANCHOR of ANCHOR 1 is missing (write `- SPEC_ANCHOR: 10-queue.md SECTION`)",
        id="no claim",
    ),
    pytest.param(
        [("10-queue.md 1)", "11-queue.md 1)")],
        "40:16 SPEC_ANCHOR of ANCHOR 1 is '11-queue.md 1) Order', which does not name 10-queue.md "
        "(begin it with `10-queue.md`, then the section)",
        id="another spec",
    ),
    pytest.param(
        [("10-queue.md 1)", "specs/10-queue.md 2.1")],
        "40:16 SPEC_ANCHOR of ANCHOR 1 names section 2.1, and specs/10-queue.md has none of that number "
        "(write the number of a heading of the spec, or leave it out)",
        id="no such section",
    ),
    *(
        pytest.param(
            [("10-queue.md 1) Order", claim)],
            f"40:16 SPEC_ANCHOR of ANCHOR 1 names section {number}, and specs/10-queue.md has none of that number "
            "(write the number of a heading of the spec, or leave it out)",
            id=claim,
        )
        for claim, number in (
            ("10-queue.md, 9.9 x", "9.9"),
            ("10-queue.md: 9.9 x", "9.9"),
            ("10-queue.md (9.9)", "9.9"),
            ("10-queue.md section 9", "9"),
            ("10-queue.md Sec. 9.1 x", "9.1"),
            ("specs/10-queue.md#2.3.13.10", "2.3.13.10"),
            ("[10-queue.md](../specs/10-queue.md) 9) x", "9"),
        )
    ),
    *(
        pytest.param(
            [("10-queue.md 1) Order", claim)],
            f"40:16 SPEC_ANCHOR of ANCHOR 1 is {claim!r}, which does not name 10-queue.md "
            "(begin it with `10-queue.md`, then the section)",
            id=claim,
        )
        for claim in ("other/10-queue.md 1) Order", "../10-queue.md 1) Order", "ecs/10-queue.md 1) Order")
    ),
    pytest.param(
        [without("- CONTEXT_START_LINE: 5")],
        "39:1 CONTEXT_START_LINE of ANCHOR 1 is missing (write 5 as CONTEXT_START_LINE and 7 as CONTEXT_END_LINE)",
        id="no start",
    ),
    pytest.param(
        window("5", "<fill>"),
        "42:21 CONTEXT_END_LINE of ANCHOR 1 is still '<fill>' "
        "(write 5 as CONTEXT_START_LINE and 7 as CONTEXT_END_LINE)",
        id="placeholder of an end",
    ),
    pytest.param(
        window("five", "7"),
        "41:23 CONTEXT_START_LINE of ANCHOR 1 is 'five', which is no line number "
        "(write 5 as CONTEXT_START_LINE and 7 as CONTEXT_END_LINE)",
        id="no number",
    ),
    pytest.param(
        window("5", "\u0667"),
        "42:21 CONTEXT_END_LINE of ANCHOR 1 is '\u0667', which is no line number "
        "(write 5 as CONTEXT_START_LINE and 7 as CONTEXT_END_LINE)",
        id="a digit of another script",
    ),
    pytest.param(
        window("5", "9" * 5000),
        f"42:21 CONTEXT_END_LINE of ANCHOR 1 is '{'9' * 40}\u2026{'9' * 40}', which is no line number "
        "(write 5 as CONTEXT_START_LINE and 7 as CONTEXT_END_LINE)",
        id="a number of 5,000 digits",
    ),
    pytest.param(
        window("7", "5"),
        "42:21 the window of ANCHOR 1 ends at line 5, before it begins at line 7 "
        "(write 5 as CONTEXT_START_LINE and 7 as CONTEXT_END_LINE)",
        id="reversed",
    ),
    pytest.param(
        window("0", "7"),
        "41:23 the window of ANCHOR 1 is lines 0-7, and specs/10-queue.md has lines 1-7 "
        f"(run {REPIN}, which moves the window to lines 5-7)",
        id="line 0",
    ),
    pytest.param(
        window("5", "1000000"),
        "42:21 the window of ANCHOR 1 is lines 5-1000000, and specs/10-queue.md has lines 1-7 "
        f"(run {REPIN}, which moves the window to lines 5-7)",
        id="a million lines",
    ),
    pytest.param(
        window("50", "52"),
        "41:23 the window of ANCHOR 1 is lines 50-52, and specs/10-queue.md has lines 1-7 "
        f"(run {REPIN}, which moves the window to lines 5-7)",
        id="behind the spec",
    ),
    pytest.param(
        [(QUOTED, "  <fill in\n  the lines>\n"), ("TOKEN: QUEUE-001", "TOKEN:")],
        "43:3 CONTEXT_TOKEN of ANCHOR 1 is empty (write `- CONTEXT_TOKEN: ` and a text that stands in the window)",
        id="an excerpt of two lines is no placeholder",
    ),
    pytest.param(
        [("TOKEN: QUEUE-001", "TOKEN:")],
        "43:3 CONTEXT_TOKEN of ANCHOR 1 is empty (write `- CONTEXT_TOKEN: ` and a text that stands in the window)",
        id="empty token",
    ),
    pytest.param([(EXCERPT, "")], f"39:1 EXCERPT_ASCII_ESCAPED of ANCHOR 1 is missing ({QUOTE_IT})", id="no excerpt"),
    pytest.param(
        [(QUOTED, "")],
        f"44:1 EXCERPT_ASCII_ESCAPED of ANCHOR 1 is empty ({QUOTE_IT})",
        id="empty excerpt",
    ),
    pytest.param(
        [(QUOTED, "  <paste the lines>\n")],
        f"46:1 EXCERPT_ASCII_ESCAPED of ANCHOR 1 is still '<paste the lines>' ({QUOTE_IT})",
        id="placeholder of an excerpt",
    ),
]


@pytest.mark.requirement("MU-PKT-5016")
@pytest.mark.parametrize(("changes", "words"), INCOMPLETE)
def test_an_anchor_is_whole(changes: Sequence[tuple[str, str]], words: str) -> None:
    found = [line for line in found_in(packet_with(*changes)) if not line.startswith("PKT003")]

    assert found == [f"PKT009 {words}"]


@pytest.mark.requirement("MU-PKT-5016")
def test_of_a_spec_without_lines_that_is_said() -> None:
    found = found_in(packet_with(("10-queue.md 1) Order", "10-queue.md")), {SPEC_PATH: ""})

    words = "the window of ANCHOR 1 is lines 5-7, and specs/10-queue.md is empty"
    remedy = "write the first and the last line of the spec that the excerpt quotes"
    assert [line for line in found if "PKT009" in line] == [f"PKT009 41:23 {words} ({remedy})"]


@pytest.mark.requirement("MU-PKT-5016")
@pytest.mark.parametrize(
    "claim",
    [
        "10-queue.md",
        "specs/10-queue.md 1",
        "/specs/10-queue.md 1",
        "./specs/10-queue.md 1",
        "../specs/10-queue.md 1",
        "[10-queue.md](../specs/10-queue.md) 1) Order",
        "10-queue.md section 1",
        "10-queue.md, Sec. 1",
        "10-queue.md (1)",
        "10-queue.md (9 kinds of order)",
        "10-queue.md:35191 Order",
        "10-queue.md:9",
        "10-queue.md 2026 edition",
        "`10-queue.md` 1) Order",
        r"10-queue.md \\u00A71 Order",
        "10-queue.md#1",
        "10-queue.md Order",
        "10-queue.md 1-2-3 go",
        "10-queue.md: 1. Order",
    ],
)
def test_an_anchor_may_name_spec_and_section_in_several_ways(claim: str) -> None:
    assert found_in(packet_with(("10-queue.md 1) Order", claim))) == []


MOVED_ON = [
    pytest.param(
        window("1", "3"),
        "PKT010 41:23 ANCHOR 1: 'QUEUE-001' is not in specs/10-queue.md:1-3; "
        f"what is quoted stands at specs/10-queue.md:5-7 now (run {REPIN}, which moves the window to lines 5-7)",
        id="moved",
    ),
    pytest.param(
        [("  - [QUEUE-001] The queue", "  - [QUEUE-001] Each queue")],
        "PKT011 46:1 ANCHOR 1: the excerpt is no part of specs/10-queue.md:5-7 "
        "(read what the spec says there now, and quote that)",
        id="changed",
    ),
    pytest.param(
        window("7", "7"),
        "PKT011 46:1 ANCHOR 1: the excerpt is no part of specs/10-queue.md:7, and stands at specs/10-queue.md:5-7 "
        f"(run {REPIN}, which moves the window to lines 5-7)",
        id="changed and found",
    ),
    pytest.param(
        [
            *window("2", "2"),
            ("TOKEN: QUEUE-001", "TOKEN: e"),
            (QUOTED, "  - to be\n"),
        ],
        "PKT012 43:18 ANCHOR 1: 'e' is not in specs/10-queue.md:2, and several places match: "
        "specs/10-queue.md:1, 3, 5, 7 "
        "(choose a token that stands there once, or set the window by hand)",
        id="a token of one letter",
    ),
    pytest.param(
        [("TOKEN: QUEUE-001", "TOKEN: (.*)+$")],
        "PKT013 43:18 ANCHOR 1: '(.*)+$' is not in specs/10-queue.md any longer "
        "(its excerpt stands at specs/10-queue.md:5: choose a token from there, or take the claim out)",
        id="a token with the signs of patterns",
    ),
    pytest.param(
        [
            ("TOKEN: QUEUE-001", "TOKEN: QUEUE-009"),
            (QUOTED, "  No such text\n"),
        ],
        "PKT013 43:18 ANCHOR 1: 'QUEUE-009' is not in specs/10-queue.md any longer "
        "(pin it to what the spec says now, or take it out)",
        id="gone",
    ),
    pytest.param(
        [("TOKEN: QUEUE-001", "TOKEN: RFC"), ("START_LINE: 5", "START_LINE: 6"), (QUOTED, "  No such text\n")],
        "PKT013 43:18 ANCHOR 1: 'RFC' is not in specs/10-queue.md:6-7; "
        "its token stands at specs/10-queue.md:3, among other words "
        "(pin it to what the spec says now, or take it out)",
        id="gone but for the token",
    ),
]


@pytest.mark.requirement("MU-PKT-5017", "MU-PKT-5020")
@pytest.mark.parametrize(("changes", "words"), MOVED_ON)
def test_what_is_no_longer_at_its_lines_is_told_with_the_lines_of_the_spec(
    changes: Sequence[tuple[str, str]], words: str
) -> None:
    assert found_in(packet_with(*changes)) == [words]


@pytest.mark.requirement("MU-PKT-5018")
def test_a_packet_must_be_approved_and_signed_where_work_begins_or_where_that_is_asked() -> None:
    pending = packet_with(("APPROVED", "<pending>"), ("ann270220261121", "PENDING"))

    assert found_in(pending) == []
    assert told(check_of(pending, status="Done").problems) == []
    assert told(check_of(pending, status="**Ready for Dev** (since May)").problems) == [
        (
            "PKT014 8:23 USER_REVIEW_STATUS is '<pending>', and the work packet is '**Ready for Dev** (since May)' "
            "(have it reviewed, then write APPROVED)"
        ),
        (
            "PKT014 9:19 USER_SIGNATURE is 'PENDING', and the work packet is '**Ready for Dev** (since May)' "
            "(have it signed, with name and DDMMYYYYHHMM)"
        ),
    ]
    assert told(check_of(packet_with(("APPROVED", "REJECTED")), signed=True).problems) == [
        (
            "PKT014 8:23 USER_REVIEW_STATUS is 'REJECTED', and a signed packet is asked for "
            "(have it reviewed, then write APPROVED)"
        )
    ]


EVIDENCE = "- USER_APPROVAL_EVIDENCE:"
SIGNATURES = [
    pytest.param(
        ("ann270220261121", "ann"),
        "9:19 USER_SIGNATURE is 'ann', which does not match `[A-Za-z][A-Za-z_.-]*(?P<time>[0-9]{12})` "
        "(write name and DDMMYYYYHHMM, such as ann270220261121, or `<pending>`)",
        id="of another form",
    ),
    pytest.param(
        ("ann270220261121", "ann270220262421"),
        "9:19 USER_SIGNATURE is 'ann270220262421', and 270220262421 is no time "
        "(write day, month, year, hour and minute of the signature as DDMMYYYYHHMM)",
        id="at no time",
    ),
    pytest.param(
        ("ann270220261121", "ann010100000000"),
        "9:19 USER_SIGNATURE is 'ann010100000000', and 010100000000 is no time "
        "(write day, month, year, hour and minute of the signature as DDMMYYYYHHMM)",
        id="in the year 0",
    ),
    pytest.param(
        ("ann270220261121", "ann270220260945"),
        "9:19 USER_SIGNATURE is 'ann270220260945', which is before CREATED_AT 2026-02-27T09:46:09Z "
        "(have it signed again; signatures are read at UTC+00:00 (`packets.utc_offset`))",
        id="before the packet",
    ),
    pytest.param(
        ("- USER_SIGNATURE", f"{EVIDENCE} APPROVE REFINEMENT WP-1-Queue-v2\n- USER_SIGNATURE"),
        "9:27 USER_APPROVAL_EVIDENCE is 'APPROVE REFINEMENT WP-1-Queue-v2', which does not approve this packet "
        "(write `APPROVE REFINEMENT WP-1-Queue-v1`, or leave the field out)",
        id="evidence for another packet",
    ),
]


@pytest.mark.requirement("MU-PKT-5018")
@pytest.mark.parametrize(("change", "words"), SIGNATURES)
def test_a_signature_holds(change: tuple[str, str], words: str) -> None:
    assert told(check_of(packet_with(change), signed=True).problems) == [f"PKT014 {words}"]


@pytest.mark.requirement("MU-PKT-5018")
@pytest.mark.parametrize(
    ("change", "settings"),
    [
        pytest.param(("ann270220261121", "ann270220260946"), DEFAULTS, id="in the minute of the packet"),
        pytest.param(
            ("ann270220261121", "ann270220260946"), PacketSettings(utc_offset="-01:00"), id="by another clock"
        ),
        pytest.param(("ann270220261121", "Ann B."), PacketSettings(signature=r"\w+ \w\."), id="without a time"),
        pytest.param(
            ("- USER_SIGNATURE", f"{EVIDENCE} APPROVE REFINEMENT WP-1-Queue-v1\n- USER_SIGNATURE"),
            DEFAULTS,
            id="with evidence",
        ),
        pytest.param(("- USER_SIGNATURE", f"{EVIDENCE} <pending>\n- USER_SIGNATURE"), DEFAULTS, id="evidence due"),
    ],
)
def test_a_signature_may_be_written_in_several_ways(change: tuple[str, str], settings: PacketSettings) -> None:
    assert told(check_of(packet_with(change), settings=settings, signed=True).problems) == []


@pytest.mark.requirement("MU-PKT-5019")
def test_a_line_that_cuts_an_excerpt_is_told_at_that_line() -> None:
    assert found_in(packet_with(("  - [QUEUE-001] The", "- [QUEUE-001] The"))) == [
        (
            "PKT017 48:1 this line ends the excerpt of ANCHOR 1, whose fence is not closed yet "
            "(indent it like the fence, or close that before it)"
        )
    ]
    assert found_in(PACKET.removesuffix("  ```\n")) == [
        "PKT017 46:1 the fence of the excerpt of ANCHOR 1 is not closed (close it behind the excerpt)"
    ]


@pytest.mark.requirement("MU-PKT-5019")
def test_headings_in_a_fence_end_nothing() -> None:
    heading = ("  ## 1) Order\n", "  #### ANCHOR 1\n  ### METADATA\n  ## 1) Order\n")
    spec = SPEC.replace("## 1) Order", "#### ANCHOR 1\n### METADATA\n## 1) Order")
    text = packet_with(heading, *window("5", "9"), (sha1_of(SPEC), sha1_of(spec)))

    assert found_in(text, {SPEC_PATH: spec}) == []


TARGETS = [
    pytest.param(
        f"{POINTER} -> 10-queue.md",
        {},
        f"SPEC_TARGET_RESOLVED names the pointer file {POINTER}, which is no file of the project "
        "(name the file that says which spec is current, by its path from the root of the project)",
        id="no pointer file",
    ),
    pytest.param(
        "../../SPEC.md -> 10-queue.md",
        {},
        "SPEC_TARGET_RESOLVED names the pointer file ../../SPEC.md, which leads out of the project or to no file of it "
        "(name the file that says which spec is current, by its path from the root of the project)",
        id="a pointer file outside",
    ),
    pytest.param(
        f"{POINTER} -> 10-queue.md",
        {POINTER: "The spec is 10-queue.md.\n"},
        f"the pointer file {POINTER} names no spec "
        f"(write the file name of the current spec into {POINTER}, by default in bold: `**spec.md**`)",
        id="a pointer to nothing",
    ),
    pytest.param(
        f"{POINTER} -> SPEC_CURRENT.md",
        {POINTER: "# Now\n\n**SPEC_CURRENT.md**\n"},
        f"the pointer file {POINTER}:3 names itself "
        f"(write the file name of the current spec into {POINTER}, by default in bold: `**spec.md**`)",
        id="a pointer to itself",
    ),
    pytest.param(
        f"{POINTER} -> 10-queue.md",
        {POINTER: "**../../10-queue.md**"},
        f"the pointer file {POINTER}:1 names ../../10-queue.md, which leads out of the project or to no file of it "
        f"(write the file name of the current spec into {POINTER}, by default in bold: `**spec.md**`)",
        id="a pointer that leads outside",
    ),
    pytest.param(
        f"{POINTER} -> 10-queue.md",
        {POINTER: "**/etc/10-queue.md**"},
        f"the pointer file {POINTER}:1 names '/etc/10-queue.md', which is no path inside the project "
        f"(write the file name of the current spec into {POINTER}, by default in bold: `**spec.md**`)",
        id="a pointer to an absolute path",
    ),
    pytest.param(
        f"{POINTER} -> 10-queue.md",
        {POINTER: "**11-queue.md**"},
        f"the pointer file {POINTER}:1 names 11-queue.md, which is no file of the project "
        f"(write the file name of the current spec into {POINTER}, by default in bold: `**spec.md**`)",
        id="a pointer to a file that is not there",
    ),
    pytest.param(
        f"{POINTER} -> 09-queue.md",
        {POINTER: "# Now\r\n\r\n**`10-queue.md`**\r\n"},
        f"SPEC_TARGET_RESOLVED names 09-queue.md, but {POINTER}:3 names 10-queue.md now "
        f"(read what changed, then run {REPIN})",
        id="another spec than the pointer's",
    ),
    pytest.param(
        "specs/11-queue.md",
        {},
        f"SPEC_TARGET_RESOLVED names specs/11-queue.md, which is no file of the project (did you mean {SPEC_PATH}?)",
        id="no such spec",
    ),
    pytest.param(
        "words.md",
        {},
        "SPEC_TARGET_RESOLVED names words.md, which is no file of the project "
        "(put the spec there, or name the file that it is)",
        id="nothing like it",
    ),
    pytest.param(
        "10-queue.md",
        {"old/10-queue.md": SPEC},
        "SPEC_TARGET_RESOLVED names 10-queue.md, and 2 files have that name: old/10-queue.md, specs/10-queue.md "
        f"({NAME_IT})",
        id="two files of that name",
    ),
    pytest.param(
        "C:\\specs\\10-queue.md",
        {},
        r"SPEC_TARGET_RESOLVED names 'C:\\specs\\10-queue.md', which is no path inside the project "
        f"({NAME_IT})",
        id="a drive",
    ),
    pytest.param(
        f"{POINTER} -> specs\\10-queue.md",
        {},
        rf"SPEC_TARGET_RESOLVED names 'specs\\10-queue.md', which has a backslash ({NAME_IT})",
        id="backslashes",
    ),
    pytest.param(
        f"{POINTER} -> -> 10-queue.md",
        {},
        f"SPEC_TARGET_RESOLVED is '{POINTER} -> -> 10-queue.md', which names no spec ({NAME_IT})",
        id="two arrows",
    ),
]


@pytest.mark.requirement("MU-PKT-5002")
@pytest.mark.parametrize(("written", "files", "words"), TARGETS)
def test_a_target_that_leads_nowhere_or_no_longer_there_is_told(
    written: str, files: dict[str, str], words: str
) -> None:
    text = packet_with(("RESOLVED: specs/10-queue.md", f"RESOLVED: {written}"))

    assert found_in(text, {SPEC_PATH: SPEC, **files}) == [f"PKT002 6:25 {words}"]


@pytest.mark.requirement("MU-PKT-5002")
@pytest.mark.parametrize(
    ("written", "pointer"),
    [
        (f"{POINTER} -> 10-queue.md", "Now **10-queue.md**, by **codex.md**\n"),
        (f"`{POINTER}` -> `10-queue.md`", "**specs/10-queue.md**"),
        (f"{POINTER} -> specs/10-queue.md", "**../specs/10-queue.md**"),
        (f"../{POINTER}->../specs/10-queue.md", "**10-queue.md**"),
        ("10-queue.md", ""),
        ("../specs/10-queue.md", ""),
    ],
)
def test_a_target_is_found_from_the_root_beside_its_pointer_and_by_its_name(written: str, pointer: str) -> None:
    text = packet_with(("RESOLVED: specs/10-queue.md", f"RESOLVED: {written}"))

    assert found_in(text, {SPEC_PATH: SPEC, POINTER: pointer}) == []


@pytest.mark.requirement("MU-PKT-5002")
def test_a_packet_of_an_older_version_is_judged_against_the_current_one_and_that_is_told_once() -> None:
    newer = SPEC.replace("## 1)", "## 0) News\n\n## 1)")
    text = packet_with(
        ("RESOLVED: specs/10-queue.md", f"RESOLVED: {POINTER} -> q-v1.md"), ("10-queue.md 1)", "q-v1.md 1)")
    )
    files = {"q-v1.md": SPEC, "q-v2.md": newer, POINTER: "**q-v2.md**"}
    packet = packet_in(text)
    assert packet is not None

    found = check_of(text, files)

    words = f"SPEC_TARGET_RESOLVED names q-v1.md, but {POINTER}:1 names q-v2.md now"
    told_once = Problem("PKT002", Place(PATH, 6, 25, 31), words, f"read what changed, then run {REPIN}")
    assert target_of(packet, PATH, DEFAULTS.target, Stored(files)) == Target(
        POINTER, "q-v2.md", "q-v1.md", "q-v2.md", (told_once,)
    )
    moved = Problem(
        "PKT010",
        Place(PATH, 41, 23, 1),
        "ANCHOR 1: 'QUEUE-001' is not in q-v2.md:5-7; what is quoted stands at q-v2.md:7-9 now",
        f"run {REPIN}, which moves the window to lines 7-9",
    )
    assert found.problems == (told_once, moved)


@pytest.mark.requirement("MU-PKT-5002")
def test_the_pattern_of_a_pointer_file_can_be_set() -> None:
    assert target_named("SPEC -> a b.md") == Named("SPEC", "a b.md")
    assert spec_in_pointer("current: a b.md\n", r"current: (.+)") == ("a b.md", 1)
    assert spec_in_pointer("old\rspec-2.md\r", r"spec-\d\.md") == ("spec-2.md", 2)
    assert spec_in_pointer("current:  \n", r"current:(.*)") is None


WORK = "# Task\n\n## METADATA\n- WP_ID: WP-1-Queue-v1\n- **Status:** In Progress\n"
WORK_PATH = "task_packets/WP-1-Queue-v1.md"


def owed(text: str) -> list[str]:
    """What is told of a work packet in a project with one refinement."""
    packet = packet_in(text)
    assert packet is not None
    return told(tuple(work_problems(packet, text, WORK_PATH, DEFAULTS.ready, {PATH})))


@pytest.mark.requirement("MU-PKT-5004")
def test_a_work_packet_that_is_ready_or_in_progress_has_a_refinement() -> None:
    assert owed(WORK) == [
        (
            "PKT015 5:15 Status is 'In Progress', "
            "and the packet neither holds a TECHNICAL_REFINEMENT nor names its file "
            "(add the block, or name its file: `- REFINEMENT_FILE: PATH`)"
        )
    ]
    assert owed(f"{WORK}- REFINEMENT_FILE: packets/WP-2.md\n") == [
        (
            "PKT015 6:20 Status is 'In Progress', and REFINEMENT_FILE names packets/WP-2.md, "
            "which is no refinement of the project (add the block, or name its file: `- REFINEMENT_FILE: PATH`)"
        )
    ]
    assert owed(WORK.replace("In Progress", "Backlog")) == []
    assert owed(f"{WORK}\n{PACKET}") == []


@pytest.mark.requirement("MU-PKT-5004")
@pytest.mark.parametrize(
    "line",
    [
        "- REFINEMENT_FILE: packets/WP-1-Queue-v1.md",
        "- REFINEMENT_FILE: `../packets/WP-1-Queue-v1.md`",
        "- Refinement: [it](../packets/WP-1-Queue-v1.md#metadata)",
        "It is in `packets/WP-1-Queue-v1.md`.",
        "It is in packets/WP-1-Queue-v1.md.",
    ],
)
def test_a_work_packet_may_name_its_refinement_in_several_ways(line: str) -> None:
    assert owed(f"{WORK}{line}\n") == []


@pytest.mark.requirement("MU-PKT-5004", "MU-PKT-5018")
@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ("Ready for Dev", True),
        ("ready  for dev (since May)", True),
        ("`In Progress`", True),
        ("In Progressive", False),
        ("Not In Progress", False),
        ("Done", False),
        ("", False),
    ],
)
def test_a_status_is_ready_whatever_remark_stands_behind_it(status: str, ready: bool) -> None:
    assert is_ready(status, DEFAULTS.ready) is ready


def pin(first: int, last: int, token: str, excerpt: str = "") -> Pin:
    return Pin(3, 9, 20, "10-queue.md", Window(first, last), token, excerpt)


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_gets_the_same_verdicts_as_an_anchor() -> None:
    place = Place("docs/a.md", 3, 9, 20)
    spec = spec_text(SPEC.encode())

    assert judged_pin(pin(5, 7, "QUEUE-001"), "docs/a.md", SPEC_PATH, spec) == (
        Pinned(place, "", "", SPEC_PATH, Window(5, 7), "QUEUE-001", Verdict.OK),
        (),
    )
    moved, problems = judged_pin(pin(1, 1, "QUEUE-001"), "docs/a.md", SPEC_PATH, spec)
    assert moved == Pinned(place, "", "", SPEC_PATH, Window(1, 1), "QUEUE-001", Verdict.MOVED, Window(7, 7))
    assert told(problems) == [
        (
            "PKT010 3:9 'QUEUE-001' is not in specs/10-queue.md:1; its token stands at specs/10-queue.md:7 now "
            "(run `muster packet repin docs/a.md`, which moves the window to line 7)"
        )
    ]
    assert told(judged_pin(pin(1, 1, "QUEUE-001", "MUST keep"), "docs/a.md", SPEC_PATH, spec)[1]) == [
        (
            "PKT010 3:9 'QUEUE-001' is not in specs/10-queue.md:1; what is quoted stands at specs/10-queue.md:7 now "
            "(run `muster packet repin docs/a.md`, which moves the window to line 7)"
        )
    ]
    assert told(judged_pin(pin(1, 1, "QUEUE-009"), "docs/a.md", SPEC_PATH, spec)[1]) == [
        (
            "PKT013 3:9 'QUEUE-009' is not in specs/10-queue.md any longer "
            "(pin it to what the spec says now, or take it out)"
        )
    ]


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_to_its_own_file_is_not_right_by_its_own_words() -> None:
    comment = '<!-- muster: pin a.md#L3\ntoken="kept" -->'
    page = f"# A\n\n{comment} and {comment}\n\nThe order is\nkept.\n"

    moved, _ = judged_pin(pin(3, 4, "kept"), "docs/a.md", "docs/a.md", spec_text(page.encode()))
    gone, _ = judged_pin(pin(3, 4, "kept"), "docs/a.md", "docs/a.md", spec_text(page[:-6].encode()))
    elsewhere, _ = judged_pin(pin(3, 4, "kept"), "docs/b.md", "docs/a.md", spec_text(page.encode()))
    assert (moved.verdict, moved.moved, gone.verdict, elsewhere.verdict) == (
        (Verdict.MOVED, Window(7, 8), Verdict.GONE, Verdict.OK)
    )


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_to_a_file_that_is_not_there_is_told() -> None:
    remedy = "(name a file beside this one, or from the root of the project)"

    assert told(judged_pin(pin(5, 7, "QUEUE"), "docs/a.md", "", None)[1]) == [
        f"PKT016 3:9 a pin to nothing: 10-queue.md is no file of the project {remedy}"
    ]
    assert told(judged_pin(pin(5, 7, "QUEUE"), "docs/a.md", SPEC_PATH, None)[1]) == [
        f"PKT016 3:9 a pin to nothing: specs/10-queue.md cannot be read {remedy}"
    ]


@pytest.mark.requirement("MU-PKT-5001")
def test_all_problems_of_a_packet_are_told_at_once_in_the_order_of_its_lines() -> None:
    text = packet_with(
        ("WP_ID: WP-1-Queue-v1", "WP_ID: <fill>"),
        ("CREATED_AT: 2026-02-27T09:46:09Z", "CREATED_AT: \u00a7"),
        (sha1_of(SPEC), ANOTHER),
        ("USER_SIGNATURE: ann270220261121", "USER_SIGNATURE: ann"),
        ("### PRIMITIVES\n- NONE", "### PRIMITIVES"),
        ("Specific: PASS", "Specific: FAIL"),
        (f"- {REASON}", ""),
        ("10-queue.md 1)", "1)"),
        *window("1", "3"),
    )

    found = [(problem.code, problem.place.line) for problem in check_of(text).problems]

    assert found == [
        ("PKT004", 4),
        ("PKT003", 5),
        ("PKT004", 5),
        ("PKT005", 7),
        ("PKT014", 9),
        ("PKT006", 20),
        ("PKT007", 28),
        ("PKT008", 32),
        ("PKT009", 38),
        ("PKT010", 39),
    ]


@pytest.mark.requirement("MU-PKT-5001")
def test_two_blocks_of_metadata_are_told_at_the_second() -> None:
    assert found_in(packet_with(("### GAPS", "### METADATA\n- WP_ID: WP-1-Queue-v1\n\n### GAPS"))) == [
        "PKT001 11:1 a second section METADATA: the first is in line 3 (make one section of the two)"
    ]
    assert found_in(PACKET.replace("## TECHNICAL_REFINEMENT\n", "\n", 1)) == [
        (
            "PKT001 6:1 this belongs to a refinement, but no heading TECHNICAL_REFINEMENT is in the file "
            "(write `## TECHNICAL_REFINEMENT (MASTER SPEC)` above the refinement)"
        )
    ]


HOSTILE = [
    "",
    " ",
    "\u2028",
    "\x00",
    "\U0001f600",
    "(" * 99,
    "%s{}",
    "<!--",
    "```",
    "[x](",
    "9" * 5000,
    "a" * 100_000,
    "\ud800",
]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: f"{value[:3]!a} x {len(value)}")
def test_a_hostile_value_in_any_line_is_a_finding_and_no_traceback(value: str) -> None:
    for number, line in enumerate(PACKET.splitlines()):
        label, colon, _ = line.partition(": ")
        lines = PACKET.splitlines()
        lines[number] = f"{label}{colon}{value}" if colon else value
        text = "\n".join(lines)
        if packet_in(text) is None:
            continue
        for problem in check_of(text).problems:
            assert 1 <= problem.place.line <= len(lines)
            assert problem.place.column >= 1
            assert problem.help
            assert len(problem.message) < 500
            assert problem.message.isprintable()
