"""Pins: comments that hold a Markdown text to lines of another file, where they count and what is wrong with them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.model import Window
from muster.packets.packet import Pin, Pins, PinTrouble
from muster.packets.pins import pins_in

PIN = '<!-- muster: pin specs/10-queue.md#L20-L31 token="MU-QUEUE-0001" -->'
READ = Pin(1, 18, 25, "specs/10-queue.md", Window(20, 31), "MU-QUEUE-0001", "")


def moved(pin: Pin, line: int, columns: int = 0) -> Pin:
    return Pin(line, pin.column + columns, pin.width, pin.path, pin.window, pin.token, pin.excerpt)


def troubled(line: int, column: int, message: str, remedy: str) -> Pins:
    return Pins((), (PinTrouble(line, column, message, remedy),))


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_is_found_wherever_a_comment_can_stand() -> None:
    text = (
        f"{PIN}\n\n# Title {PIN}\n\nText {PIN} goes on\nand `on` {PIN}\n\n"
        f"- item\n  {PIN}\n\n> {PIN}\n\n| a |\n|---|\n| {PIN} |\n"
    )

    assert pins_in(text) == Pins(
        (
            READ,
            moved(READ, 3, 8),
            moved(READ, 5, 5),
            moved(READ, 6, 9),
            moved(READ, 9, 2),
            moved(READ, 11, 2),
            moved(READ, 15, 2),
        ),
        (),
    )


@pytest.mark.requirement("MU-PKT-5024")
@pytest.mark.parametrize(
    "text",
    [
        f"```markdown\n{PIN}\n```\n",
        f"````markdown\n```\n{PIN}\n```\n````\n",
        f"    {PIN}\n",
        f"`{PIN}` shows it\n",
        f"``{PIN}`` and `` two\nlines {PIN} ``\n",
        f"- item\n\n  ~~~\n  {PIN}\n  ~~~\n",
        f"---\nnote: '{PIN}'\n---\n\nText.\n",
        "Pins are comments: muster: pin PATH#L1.\n",
        "<!-- muster: allow KWD001 a pin -->\n<!-- muster: pinned -->\n",
        "",
    ],
    ids=[
        "fence",
        "fence in fence",
        "indented",
        "span",
        "span of lines",
        "fence in item",
        "front",
        "prose",
        "other",
        "",
    ],
)
def test_what_stands_in_code_or_is_another_comment_is_no_pin(text: str) -> None:
    assert pins_in(text) == Pins()


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_may_be_written_over_several_lines_in_either_quotes_and_with_an_excerpt() -> None:
    text = (
        "\ufeffText.\r\n\r\n<!-- muster: pin\r\n  'my specs/a.md#L7'\r\n  excerpt='One \"line\"\r\nand more.'\r\n"
        '  token="it\'s \\u2192"\r\n-->\r\n'
    )

    assert pins_in(text) == Pins(
        (Pin(4, 4, 16, "my specs/a.md", Window(7, 7), "it's \\u2192", 'One "line"\nand more.'),), ()
    )


SAMPLE = '<!-- muster: pin PATH#L20-L31 token="..." -->'


@pytest.mark.requirement("MU-PKT-5024")
@pytest.mark.parametrize(
    ("inside", "column", "message", "remedy"),
    [
        ("", 3, "a pin names no file", f"write {SAMPLE}"),
        ('token="x"', 3, "a pin names no file", f"write {SAMPLE}"),
        ('a.md token="x"', 20, "the pin to a.md names no lines", f"write the lines behind the path: {SAMPLE}"),
        ('#L1 token="x"', 20, "the pin to #L1 names no file", f"write the file before the lines: {SAMPLE}"),
        ('a.md#top token="x"', 20, "the pin to a.md has 'top' for lines", "write them as `#L20-L31`, one as `#L20`"),
        ('a.md#L1-9 token="x"', 20, "the pin to a.md has 'L1-9' for lines", "write them as `#L20-L31`, one as `#L20`"),
        (
            f'a.md#L{"9" * 5_000} token="x"',
            20,
            f"the pin to a.md has 'L{'9' * 39}…{'9' * 40}' for lines",
            "write them as `#L20-L31`, one as `#L20`",
        ),
        ('a.md#L0-L2 token="x"', 20, "the pin to a.md begins at line 0", "count lines from 1"),
        (
            'a.md#L9-L2 token="x"',
            20,
            "the pin to a.md ends at line 2, before it begins at 9",
            "write it as `#L2-L9`",
        ),
        ("a.md#L1", 3, "the pin to a.md#L1 has no token", 'add token="...", words that stand in these lines'),
        ('a.md#L1 token=""', 3, "the pin to a.md#L1 has no token", 'add token="...", words that stand in these lines'),
        (
            'a.md#L1 tok="x"',
            28,
            "a pin has the word 'tok'",
            'it may have token="..." and excerpt="..."',
        ),
        ("a.md#L1 'x'", 28, "a pin has 'x' without a word", 'it may have token="..." and excerpt="..."'),
        ('a.md#L1 token="x" token="y"', 38, "a pin has its token twice", "leave one of them out"),
        ("a.md#L1 token=x", 28, "a pin has 'token=x', which is no word with its value in quotes", f"write {SAMPLE}"),
        (
            'a.md#L1 token="x',
            28,
            "a pin has 'token=\"x', whose quote is not closed before the comment ends",
            r"close it; inside of it write `-->` as `--\u003e`, its quote as `\u0022`",
        ),
    ],
    ids=[
        "nothing",
        "a token alone",
        "no lines",
        "no file",
        "a heading for lines",
        "half a range",
        "5,000 digits",
        "line 0",
        "reversed",
        "no token",
        "an empty token",
        "an unknown word",
        "a value alone",
        "two tokens",
        "no quotes",
        "one quote",
    ],
)
def test_a_malformed_pin_is_told_with_its_place(inside: str, column: int, message: str, remedy: str) -> None:
    assert pins_in(f"Text.\n\n- <!-- muster: pin {inside} -->\n") == troubled(3, column, message, remedy)


@pytest.mark.requirement("MU-PKT-5003", "MU-PKT-5024")
@pytest.mark.parametrize("end", ["", "-->"])
def test_pins_that_are_never_closed_are_told_in_time_that_grows_with_them(end: str) -> None:
    told = pins_in(f"{'<!-- muster: pin ' * 20_000}{end}")  # a square of it would take minutes

    assert (told.pins, len(told.troubles)) == ((), 20_000)
    assert told.troubles[0].message == "the comment of a pin is never closed"


@pytest.mark.requirement("MU-PKT-5024")
def test_a_pin_that_is_never_closed_is_told() -> None:
    assert pins_in('Text.\n\n<!-- muster: pin a.md#L1 token="x"\n') == troubled(
        3, 1, "the comment of a pin is never closed", "end it with `-->`"
    )


@pytest.mark.requirement("MU-PKT-5024")
@given(
    st.lists(
        st.sampled_from(
            ["<!--", "muster:", " pin ", "a.md#L1", "-->", "token=", '"x"', "'", '"', "`", "\n", "> ", "\r"]
        )
    ).map("".join)
)
def test_any_text_is_read(text: str) -> None:
    found = pins_in(text)

    assert all(pin.line >= 1 and pin.column >= 1 and pin.token for pin in found.pins)
