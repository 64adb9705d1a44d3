"""The YAML emitter: PyYAML reads back what it writes, whatever the text."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from muster.text.yaml import key, scalar

LOADERS = [yaml.SafeLoader, yaml.CSafeLoader]
# Characters that mean something to YAML, so that short texts meet its rules often.
TRICKY = (
    " :#-?'\"\\\n\r\t\x85\u2028\u2029\ufeff\ud800\udfff\ufffe\x00\x1b\x7f\x9f\xa0.~=<>|!&*%@`,[]{}0189aAeExXTZnNyY_+é😀"
)
TEXTS = st.text(st.characters()) | st.text(TRICKY)
SURROGATES = frozenset(map(chr, range(0xD800, 0xE000)))

TRAPS = [
    "", " ", "  ", " a", "a ", "\t", "a\tb", "\n", "a\n", "a\nb", "a\r\nb", "\x00", "\x1b", "\x7f", "\x80", "\x85",
    "\x9f", "\xa0", "a\x85b", "a\u2028b", "a\u2029b", "\ufeff", "\ufeffa", "a\ufeffb", "\ufffe", "\uffff",
    "\U0001ffff", "😀",
    "NO", "no", "Yes", "on", "OFF", "y", "N", "true", "False", "null", "Null", "~", "=", "<<", "NaN", ".nan", ".inf",
    "-.inf", "1", "-1", "+1", "1.5", ".5", "1.", "1E5", "1e+5", "1_000", "0x1F", "0o17", "017", "0b1", "12:30:45",
    "190:20:30.15", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "1.1.2", "1__0",
    "a: b", "a:", ": a", ":", "::", "a:b", "a : b", "a:\xa0b", "a #b", "a#b", "#a", "#", "a  #", "- a", "-", "--",
    "---", "--- a", "...", "? a", "?", "'", "''", "it's", '"', '"a"', "\\", "a\\", "\\n", "%TAG", "@a", "`a`", "!a",
    "&a", "*a", "|", ">", "{", "}", "{a: b}", "[", "[a]", "]", ",", "a, b", "$x", "(1)", "١", "x" * 5000, "é" * 3000,
    "'" * 900,
    "a: " * 500, "\x00" * 300,
]  # fmt: skip


def loaded(text: str, loader: Any) -> Any:
    text.encode("utf-8")  # whatever is written can be stored
    return yaml.load(text, loader)


def assert_read_back(text: str, loader: Any) -> None:
    assert loaded(f"{scalar(text)}\n", loader) == text
    document = (
        f"value: {scalar(text)}\nitems:\n- {scalar(text)}\n- end\n"
        f"keys:\n  {key(text, '  ')}\n    inner: {scalar(text)}\n  {key(text + '.', '  ')} {scalar(text)}\n"
    )
    assert loaded(document, loader) == {
        "value": text,
        "items": [text, "end"],
        "keys": {text: {"inner": text}, text + ".": text},
    }


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_is_read_back_as_it_was(text: str, loader: Any) -> None:
    assert_read_back(text, loader)


@given(TEXTS)
@example("\ud83d\ude00")
@example("specs/\udcff.md")
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    assert_read_back(text, yaml.SafeLoader)


@given(TEXTS.filter(SURROGATES.isdisjoint))
def test_any_text_without_lone_surrogates_is_read_back_by_libyaml_too(text: str) -> None:
    assert_read_back(text, yaml.CSafeLoader)


def test_a_lone_surrogate_is_an_escape_that_libyaml_refuses() -> None:
    assert scalar("specs/\udcff.md") == r'"specs/\udcff.md"'
    with pytest.raises(yaml.YAMLError):
        yaml.load(scalar("specs/\udcff.md"), yaml.CSafeLoader)


@given(TEXTS)
def test_a_scalar_is_one_printable_line(text: str) -> None:
    written = scalar(text)

    assert len(written.splitlines()) == 1
    assert yaml.reader.Reader.NON_PRINTABLE.search(written) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Specs MUST be found by glob settings.", "Specs MUST be found by glob settings."),
        ("1) Finding the specs", "1) Finding the specs"),
        ("specs/10-requirements.md#1-finding", "specs/10-requirements.md#1-finding"),
        ("sha256:0f", "sha256:0f"),
        ("Requirement 1.1.2.1", "Requirement 1.1.2.1"),
        ("Größe, „quoted“", "Größe, „quoted“"),
        ("1001", "'1001'"),
        ("`muster check` MUST", "'`muster check` MUST'"),
        ("note: it's", "'note: it''s'"),
        ('say "a"\tor \\b', r'"say \"a\"\tor \\b"'),
        ("a\x85\u2028\ufeff\x00", r'"a\x85\u2028\ufeff\0"'),
    ],
)
def test_the_plainest_style_that_is_safe_is_taken(text: str, written: str) -> None:
    assert scalar(text) == written


def test_a_key_has_its_colon_and_a_long_one_a_line_of_its_own() -> None:
    assert key("MU-REQ-1001") == "MU-REQ-1001:"
    assert key("1: a") == "'1: a':"
    assert key("k" * 1001, "  ") == f"? {'k' * 1001}\n  :"


def test_a_long_text_takes_time_in_proportion_to_its_length() -> None:
    started = time.process_time()
    for text in ("a" * 1_000_000, "a: " * 300_000, "a " * 500_000 + ":", "1" * 1_000_000, ":" * 1_000_000):
        scalar(text)

    assert time.process_time() - started < 2
