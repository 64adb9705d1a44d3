r"""Escapes of packets: `\u2192`, and doubled, `\\u2192`."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.packets.escapes import decoded, escaped, folded

AN_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}")
TEXTS = st.text() | st.text(alphabet="\\uD83dDE00 \n\u2192\U0001f600ab")


@pytest.mark.requirement("MU-PKT-5010")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a \u2192 b", "a \u2192 b"),
        (r"a \\u2192 b", "a \u2192 b"),
        (r"\\u00a7 and \\u00A7", "\u00a7 and \u00a7"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\\uD83D\\uDE00", "\U0001f600"),
        (r"a\\nb", r"a\nb"),
        (r"a\nb", r"a\nb"),
        (r"\\\\u2192", "\\\u2192"),
        (r"\u21", r"\u21"),
        (r"\uXXXX", r"\uXXXX"),
        ("plain", "plain"),
    ],
)
def test_both_forms_of_an_escape_are_decoded(written: str, meant: str) -> None:
    assert decoded(written) == meant


@pytest.mark.requirement("MU-PKT-5010")
@pytest.mark.parametrize("lone", [r"\ud83d", r"\\uDE00", r"\ude00\ud83d", r"\ud83d x \ude00"])
def test_a_lone_surrogate_becomes_the_replacement_character(lone: str) -> None:
    assert re.sub(r"\\+u[dD][89a-fA-F][0-9a-fA-F]{2}", "\ufffd", lone) == decoded(lone) == folded(lone)
    assert decoded(lone).encode() == folded(lone).encode()


@pytest.mark.requirement("MU-PKT-5010")
def test_text_is_escaped_in_the_form_of_packets() -> None:
    assert escaped("\u00a72 \u2192 \U0001f600 and \\n") == r"\\u00A72 \\u2192 \\uD83D\\uDE00 and \\n"


@pytest.mark.requirement("MU-PKT-5010")
@given(TEXTS.filter(lambda text: AN_ESCAPE.search(text) is None))
def test_what_was_escaped_is_decoded_to_what_it_was(text: str) -> None:
    assert escaped(text).isascii()
    assert decoded(escaped(text)) == text


@pytest.mark.requirement("MU-PKT-5020")
@given(TEXTS)
def test_an_escaped_text_folds_as_the_text_itself(text: str) -> None:
    assert folded(escaped(text)) == folded(text)
    folded(text).encode()


@pytest.mark.requirement("MU-PKT-5020")
@given(TEXTS, TEXTS)
def test_lines_fold_one_by_one_as_they_fold_together(first: str, second: str) -> None:
    assert folded(f"{first}\n{second}") == f"{folded(first)} {folded(second)}".strip()


@pytest.mark.requirement("MU-PKT-5020")
def test_white_space_and_doubled_backslashes_make_no_difference() -> None:
    assert folded("  a\t b\n\n  \\\\n \\u2192 ") == folded("a b \\n \u2192") == "a b n \u2192"
