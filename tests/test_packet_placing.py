"""Where the lines are that a claim is pinned to: the verdicts, and the text of a spec that they are given on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from muster.model import Verdict, Window
from muster.packets.escapes import escaped, folded
from muster.packets.placing import LISTED, Claim, Placing, placed
from muster.packets.spec_text import SpecText, spec_text

OK = Placing(Verdict.OK)
GONE = Placing(Verdict.GONE)
UNKNOWN = Placing(Verdict.UNKNOWN)

ROUTER = """\
##### 2.6.8.5.2 Prompt pack (Normative)

Make Prompt\u2192Spec routing reproducible.
- The pack MUST be hashed.
  - Its path is `packs\\router.json`.
"""
HOOKS = """\
#### 2.6.8.9 Hooks (Normative)

- A gate MUST emit `FR-EVT-GOV-GATES-001`.
- Activation MUST emit `FR-EVT-GOV-WP-001`.
"""
FILLING = "".join(f"Line {number} of the story.\n" for number in range(1, 41))


def spec_of(*parts: str) -> SpecText:
    return spec_text("".join(parts).encode())


def claim_of(window: Window, token: str, text: str) -> Claim:
    return Claim(window, token, escaped(text.rstrip("\n")))


SPEC = spec_of(FILLING, ROUTER, FILLING.replace("story", "tale"), HOOKS, "The end.\n")
PACK = claim_of(Window(41, 45), "Prompt pack (Normative)", ROUTER)
EVENT = claim_of(Window(86, 89), "FR-EVT-GOV-WP-001", HOOKS)


@pytest.mark.requirement("MU-PKT-5012")
@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n", [""]),
        (b"a", ["a"]),
        (b"a\n", ["a"]),
        (b"a\r\nb\rc\n\n", ["a", "b", "c", ""]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        ("a\u2028b\x0c\x85\n".encode(), ["a\u2028b\x0c\x85"]),
        (b"a\xff\nb", ["a\ufffd", "b"]),
    ],
    ids=["empty", "one line end", "no line end", "LF", "CRLF and CR", "mark", "U+2028", "no UTF-8"],
)
def test_the_lines_of_a_spec_are_those_of_editors(data: bytes, lines: list[str]) -> None:
    spec = spec_text(data)

    assert (spec.size, spec.lines(Window(1, spec.size)), spec.text_of(Window(1, 9))) == (
        len(lines),
        lines,
        "\n".join(lines),
    )
    assert spec.sha1 == hashlib.sha1(data).hexdigest()


def test_of_a_window_that_is_not_all_there_only_its_lines_are_given() -> None:
    spec = spec_text(b"a\nb\nc\n")

    windows = [Window(2, 9), Window(0, 1), Window(-3, 2), Window(3, 2), Window(4, 4), Window(9, 1)]
    assert [spec.lines(window) for window in windows] == [["b", "c"], ["a"], ["a", "b"], [], [], []]
    assert [spec.holds(window) for window in (*windows, Window(3, 3))] == [False] * 6 + [True]


@pytest.mark.requirement("MU-PKT-5016")
@pytest.mark.parametrize(
    "heading",
    [
        "# 2.6 Hooks",
        "###### 2.6. Hooks",
        "## \u00a72.6 Hooks",
        "## \u00a7 2.6: Hooks",
        "## **2.6) Hooks**",
        "  ## 2.6",
        "**2.6 Hooks**",
        "__2.6__ Hooks",
        "2.6 Hooks\n===",
        "2.6 Hooks\n---",
    ],
)
def test_a_section_exists_whose_number_a_heading_begins_with(heading: str) -> None:
    spec = spec_text(f"Text.\n\n{heading}\n\nText.\n".encode())

    assert [spec.has_section(number) for number in ("2.6", "\u00a72.6", "2.6.", "2", "6", "2.6.8", "")] == (
        [True] * 3 + [False] * 4
    )


@pytest.mark.requirement("MU-PKT-5016")
@pytest.mark.parametrize(
    "line", ["2.6 is text", "- 2.6 an item", "## 2.6-beta", "## 2.60", "## v2.6", "    ## 2.6", ""]
)
def test_no_section_is_what_heads_nothing_or_has_another_number(line: str) -> None:
    assert not spec_text(f"{line}\n\nText.\n".encode()).has_section("2.6")


def test_the_sections_of_an_annex_have_a_letter() -> None:
    spec = spec_text(b"## A.3 Fields\n\n### B.1.2) More\n\n## A word\n")

    assert [spec.has_section(number) for number in ("A.3", "B.1.2", "A", "B.1")] == [True, True, False, False]


@pytest.mark.requirement("MU-PKT-5020")
def test_claims_that_stand_where_they_say_are_right() -> None:
    assert [placed(claim, SPEC) for claim in (PACK, EVENT)] == [OK, OK]


@pytest.mark.requirement("MU-PKT-5020")
def test_when_the_spec_shifts_by_37_lines_each_claim_moves_by_37_lines() -> None:
    shifted = spec_of("New.\n" * 37, SPEC.content.decode())

    assert [placed(claim, shifted) for claim in (PACK, EVENT)] == [
        Placing(Verdict.MOVED, Window(78, 82)),
        Placing(Verdict.MOVED, Window(123, 126)),
    ]


@pytest.mark.requirement("MU-PKT-5020")
def test_a_claim_whose_section_is_deleted_is_gone() -> None:
    assert placed(EVENT, spec_of(FILLING, ROUTER, FILLING, "The end.\n")) == GONE


@pytest.mark.requirement("MU-PKT-5020")
def test_a_claim_whose_token_alone_is_gone_names_where_its_excerpt_stands() -> None:
    claim = Claim(EVENT.window, "FR-EVT-GOV-WP-002", EVENT.excerpt)

    assert placed(claim, SPEC) == Placing(Verdict.GONE, None, (86,))


@pytest.mark.requirement("MU-PKT-5020")
def test_a_claim_whose_section_is_deleted_is_gone_although_a_list_names_its_token() -> None:
    contents = "# Contents\n\n- Prompt pack (Normative)\n- Others\n\n"
    log = "# Log\n\n- FR-EVT-GOV-WP-001 was withdrawn\n- Prompt pack (Normative) is gone\n"

    assert placed(PACK, spec_of(contents, FILLING)) == Placing(Verdict.GONE, None, (3,), among_others=True)
    assert placed(PACK, spec_of(contents, FILLING, log)) == Placing(Verdict.GONE, None, (3, 49), among_others=True)
    assert placed(EVENT, spec_of(FILLING, log)) == Placing(Verdict.GONE, None, (43,), among_others=True)
    assert placed(Claim(EVENT.window, EVENT.token), spec_of(FILLING, log)).verdict is Verdict.MOVED
    assert placed(Claim(EVENT.window, EVENT.token, "- a: b"), spec_of(FILLING, log)).verdict is Verdict.MOVED


@pytest.mark.requirement("MU-PKT-5020")
def test_a_heading_alone_is_no_section_although_it_is_half_of_the_lines_quoted() -> None:
    quoted = "## Hooks\n\nActivation of a stub emits an event, and so does every gate."
    claim = Claim(Window(1, 3), "Hooks", quoted)

    assert placed(claim, spec_of(FILLING, "## Hooks\n\nWithdrawn.\n")) == (
        Placing(Verdict.GONE, None, (41,), among_others=True)
    )


@pytest.mark.requirement("MU-PKT-5020")
def test_a_token_on_many_lines_of_one_place_that_is_about_something_else_is_gone() -> None:
    claim = Claim(Window(1, 40), "story", "What stands here speaks about something else.")

    assert placed(claim, spec_of("Text.\n" * 50, FILLING)) == Placing(Verdict.GONE, None, (51,), among_others=True)
    assert placed(Claim(claim.window, "story"), spec_of("Text.\n" * 50, FILLING)).moved == Window(51, 90)


@pytest.mark.requirement("MU-PKT-5020")
def test_of_several_places_of_a_token_those_count_that_share_words_with_the_excerpt() -> None:
    contents = "# Contents\n\n- Prompt pack (Normative)\n\n"
    rewritten = "##### Prompt pack (Normative)\n\nIt makes routing reproducible, and its pack is hashed.\n"

    assert placed(PACK, spec_of(contents, FILLING * 2, rewritten, FILLING)) == Placing(Verdict.MOVED, Window(85, 89))
    assert placed(PACK, spec_of(contents, FILLING * 2, rewritten, FILLING, rewritten)) == (
        Placing(Verdict.AMBIGUOUS, None, (85, 128))
    )


@pytest.mark.requirement("MU-PKT-5020")
def test_of_two_headings_alike_the_excerpt_decides() -> None:
    other = "##### 2.6.8.5.2 Prompt pack (Normative)\n\nSomething else.\n"

    assert placed(PACK, spec_of("New.\n" * 60, other, FILLING, ROUTER)) == Placing(Verdict.MOVED, Window(104, 108))


@pytest.mark.requirement("MU-PKT-5020")
def test_an_excerpt_that_was_edited_decides_where_most_of_its_lines_are() -> None:
    other = "##### 2.6.8.5.2 Prompt pack (Normative)\n\nSomething else.\n"
    edited = ROUTER.replace("hashed", "hashed and signed")

    assert placed(PACK, spec_of("New.\n" * 60, other, FILLING, edited)) == Placing(Verdict.MOVED, Window(104, 108))


@pytest.mark.requirement("MU-PKT-5020")
def test_of_two_sections_alike_nobody_can_tell() -> None:
    twice = spec_of("New.\n" * 60, ROUTER, FILLING, ROUTER)

    assert placed(PACK, twice) == Placing(Verdict.AMBIGUOUS, None, (61, 106))
    assert placed(Claim(None, PACK.token), twice) == Placing(Verdict.AMBIGUOUS, None, (61, 106))


@pytest.mark.requirement("MU-PKT-5020")
def test_a_line_inserted_above_pushes_an_excerpt_out_of_a_window_that_still_has_its_token() -> None:
    pushed = spec_of("New.\n", SPEC.content.decode())

    assert [placed(claim, pushed) for claim in (PACK, EVENT)] == [
        Placing(Verdict.CHANGED, Window(42, 46)),
        Placing(Verdict.MOVED, Window(87, 90)),  # its token stands in its last line
    ]


@pytest.mark.requirement("MU-PKT-5020")
def test_a_line_inserted_inside_changes_an_excerpt() -> None:
    inside = ROUTER.replace("- The pack", "- A line of its own.\n- The pack")

    assert placed(PACK, spec_of(FILLING, inside)) == Placing(Verdict.CHANGED)


@pytest.mark.requirement("MU-PKT-5020")
def test_a_window_grows_where_blank_lines_came_into_the_excerpt() -> None:
    spaced = ROUTER.replace("- The pack", "\n- The pack")

    assert placed(PACK, spec_of(FILLING, "New.\n" * 9, spaced)) == Placing(Verdict.MOVED, Window(50, 55))


@pytest.mark.requirement("MU-PKT-5010")
@pytest.mark.parametrize("arrow", ["\\u2192", "\\\\u2192", "\u2192"])
@pytest.mark.parametrize("slash", ["\\", "\\\\"])
def test_an_excerpt_is_compared_without_its_white_space_and_in_either_form_of_escapes(arrow: str, slash: str) -> None:
    quoted = (
        f"Make  Prompt{arrow}Spec\nrouting reproducible.\n\t- The pack MUST be hashed.\n- Its path is `packs{slash}r"
    )

    assert placed(Claim(Window(41, 45), "Prompt" + arrow, quoted), SPEC) == OK
    assert placed(Claim(Window(1, 5), "Prompt" + arrow, quoted), SPEC) == Placing(Verdict.MOVED, Window(43, 47))


@pytest.mark.requirement("MU-PKT-5020")
def test_part_of_a_line_is_an_excerpt_too() -> None:
    assert placed(Claim(Window(86, 87), "Hooks", "MUST emit `FR-EVT-GOV-WP"), SPEC) == Placing(Verdict.CHANGED)
    assert placed(Claim(Window(87, 88), "MUST", "MUST emit `FR-EVT-GOV-WP"), SPEC) == (
        Placing(Verdict.CHANGED, Window(89, 90))
    )
    assert placed(Claim(Window(3, 3), "MUST", "MUST emit `FR-EVT-GOV-WP"), SPEC) == Placing(
        Verdict.MOVED, Window(89, 89)
    )


@pytest.mark.requirement("MU-PKT-5020")
def test_without_an_excerpt_the_token_decides_and_stays_in_the_window() -> None:
    assert placed(Claim(Window(86, 89), "FR-EVT-GOV-WP-001"), SPEC) == OK
    assert placed(Claim(Window(3, 6), "FR-EVT-GOV-WP-001"), SPEC) == Placing(Verdict.MOVED, Window(87, 90))
    assert placed(Claim(Window(3, 4), "MUST emit"), SPEC) == Placing(Verdict.MOVED, Window(88, 89))
    assert placed(Claim(Window(3, 3), "MUST emit"), SPEC) == Placing(Verdict.AMBIGUOUS, None, (88, 89))


@pytest.mark.requirement("MU-PKT-5020")
def test_a_token_beside_the_excerpt_is_taken_into_the_window_where_that_is_large_enough() -> None:
    quoted = "- Activation MUST emit `FR-EVT-GOV-WP-001`."

    assert placed(Claim(Window(1, 4), "Hooks (Normative)", quoted), SPEC) == Placing(Verdict.MOVED, Window(86, 89))
    assert placed(Claim(Window(1, 2), "Hooks (Normative)", quoted), SPEC) == Placing(Verdict.GONE, None, (89,))


@pytest.mark.requirement("MU-PKT-5020")
@pytest.mark.parametrize(
    "window",
    [None, Window(9, 2), Window(0, 4), Window(-9, -2), Window(80, 2_000_000), Window(1_000_000, 1_000_004)],
    ids=["none", "reversed", "from 0", "negative", "a million lines", "outside"],
)
def test_a_window_that_is_none_has_as_many_lines_as_the_excerpt_where_that_stands(window: Window | None) -> None:
    assert placed(Claim(window, PACK.token, PACK.excerpt), SPEC) == Placing(Verdict.MOVED, Window(41, 45))


@pytest.mark.requirement("MU-PKT-5020")
@pytest.mark.parametrize("token", ["", " ", "\t"], ids=["empty", "blank", "tab"])
def test_without_a_token_nothing_can_be_said(token: str) -> None:
    assert placed(Claim(Window(1, 2), token, "Line 1 of the story."), SPEC) == UNKNOWN


@pytest.mark.requirement("MU-PKT-5020")
def test_a_token_is_text_and_no_pattern() -> None:
    spec = spec_of("a.b\n", "a+b (c|d) [e]* \\d$\n")

    assert placed(Claim(Window(2, 2), "a.b"), spec) == Placing(Verdict.MOVED, Window(1, 1))
    assert [placed(Claim(Window(2, 2), token), spec) for token in ("a+b (c|d) [e]*", "\\d$", "\\\\d$", "^a")] == (
        [OK, OK, OK, GONE]
    )


@pytest.mark.requirement("MU-PKT-5020")
def test_in_an_empty_spec_all_is_gone() -> None:
    assert [placed(claim, spec_of("")) for claim in (PACK, Claim(None, "x"), Claim(Window(1, 1), "x"))] == [GONE] * 3


@pytest.mark.requirement("MU-PKT-5020")
def test_a_token_on_every_line_is_ambiguous_and_few_of_its_places_are_named() -> None:
    spec = spec_of("same\n" * 5_000)
    every = Placing(Verdict.AMBIGUOUS, None, tuple(range(1, LISTED + 1)))

    assert placed(Claim(None, "s"), spec) == every
    assert placed(Claim(None, "s", "same\nsame"), spec).verdict is Verdict.AMBIGUOUS
    assert placed(Claim(None, "s", "same\nsame\nother"), spec).verdict is Verdict.AMBIGUOUS
    assert placed(Claim(Window(7, 9), "s", "same\nsame"), spec) == OK
    assert placed(Claim(Window(7, 9), "s", "same\n" * 9), spec).verdict is Verdict.CHANGED
    assert placed(Claim(Window(1, 5_000), "s", "same\n" * 5_001), spec) == Placing(Verdict.CHANGED)


@pytest.mark.requirement("MU-PKT-5020")
def test_an_excerpt_in_a_window_of_thousands_of_lines_is_found() -> None:
    spec = spec_of(FILLING * 40, ROUTER, FILLING * 40)

    assert placed(Claim(Window(1, spec.size), "Prompt pack", PACK.excerpt), spec) == OK
    assert placed(Claim(Window(1, 1_602), "Prompt pack", PACK.excerpt), spec) == (
        Placing(Verdict.CHANGED, Window(1601, 3202))
    )


@pytest.mark.requirement("MU-PKT-5001")
def test_the_seeds_anchors_stand_at_their_lines_in_a_spec_of_70000_lines() -> None:
    seed = Path("../shared/seeds/004_80561ea3c553ebc1.txt")
    if not seed.exists():
        pytest.skip("the seeds are not here")
    written = seed.read_text("utf-8").split("\n")
    first = [line.removeprefix("  ") for line in written if line.startswith("  ") or not line]
    begin, end = first.index("##### 2.6.8.5.2 SpecPromptPack + SpecPromptCompiler (Normative) [ADD v02.139]"), 128
    excerpt = "\n".join(first[begin : begin + end])
    spec = "\n".join(["text"] * 9_549 + excerpt.replace("\\\\u", "\\u").split("\n") + ["text"] * 60_000)
    claim = Claim(Window(9_550, 9_677), "SpecPromptPack + SpecPromptCompiler (Normative) [ADD v02.139]", excerpt)

    assert placed(claim, spec_text(spec.encode())) == OK
    assert placed(claim, spec_text(("New.\n" * 37 + spec).encode())).moved == Window(9_587, 9_714)


LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=12), max_size=12)


@pytest.mark.requirement("MU-PKT-5020", "MU-PKT-5022")
@settings(deadline=None)
@given(LINES, st.lists(st.text("+\t ", max_size=3), max_size=40), st.data())
def test_whatever_is_inserted_above_a_window_its_lines_are_found_again(
    lines: list[str], above: list[str], data: st.DataObject
) -> None:
    written = [line.replace("+", "-") for line in lines] + [f"word{number}" for number in range(3)]
    first = data.draw(st.integers(1, len(written) - 2))
    window = Window(first, data.draw(st.integers(first + 2, len(written))))
    at = data.draw(st.integers(0, first - 1))
    quoted = written[first - 1 : window.last]
    assume(any(line.strip() for line in quoted))
    token = data.draw(st.sampled_from([line for line in quoted if line.strip()]))
    claim = Claim(window, escaped(token), escaped("\n".join(quoted)))
    before, after = spec_of("\n".join(written)), spec_of("\n".join(written[:at] + above + written[at:]))

    assert placed(claim, before) == OK
    placing = placed(claim, after)
    document, part = folded("\n".join(written)), folded("\n".join(quoted))
    once = document.find(part) == document.rfind(part)
    if once and placing.moved:
        assert after.lines(placing.moved) == quoted
    if placing.verdict is Verdict.AMBIGUOUS:
        assert not once
    else:
        now = placing.moved or window
        assert placed(Claim(now, claim.token, claim.excerpt), after) == OK


HOSTILE = st.text(st.sampled_from("ab \\u2192\n\t\r#-`\u2028\u00a7\U0001f600\ud800\x00"), max_size=24)
WINDOWS = st.none() | st.builds(Window, st.integers(-3, 12), st.integers(-3, 12))


@pytest.mark.requirement("MU-PKT-5020")
@settings(deadline=None)
@given(HOSTILE | st.text(), HOSTILE | st.text(max_size=2), HOSTILE | st.text(), WINDOWS)
def test_any_claim_on_any_spec_gets_a_verdict_and_moving_it_settles_it(
    spec: str, token: str, excerpt: str, window: Window | None
) -> None:
    text = spec_text(spec.encode("utf-8", "surrogatepass"))

    placing = placed(Claim(window, token, excerpt), text)

    assert placing == placed(Claim(window, token, excerpt), text)
    if placing.moved is not None:
        assert text.holds(placing.moved)
        again = placed(Claim(placing.moved, token, excerpt), text)
        assert again in (OK, Placing(Verdict.CHANGED))
