"""Mojibake: UTF-8 that somebody read in another encoding, and what stood there before.

ftfy judges what is mojibake and names the encoding; it is asked only about stretches that are UTF-8 to the byte and
would mean something. A wrong alarm is worse than a miss: capitals before a closing quotation mark (`AMANHÃ”`), one
letter of a foreign script, and mathematics (`√π`) are left alone where nothing else speaks against them.

implements: MU-RULE-2015
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.text.words import unusual

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Garbled(Struct, frozen=True):
    """A stretch of a line that is mojibake: offsets from 0, and what stood there."""

    start: int
    end: int
    repair: str = ""  # "" where a byte is lost; else UTF-8 read in the wrong encoding gives just what stands there


class _Codec(Struct, frozen=True):
    name: str
    high: str  # what the bytes 0x80 to 0xFF are read as
    two: str  # those of them that begin a character of two bytes, three and four
    three: str
    four: str

    def meant(self, text: str) -> str:
        """What the text was before it was read in this encoding; "" where that is no text."""
        data = bytes(ord(char) if char < "\x80" else 0x80 + self.high.index(char) for char in text)
        try:
            return data.decode()
        except UnicodeDecodeError:
            return ""


_LATIN = ("latin-1", "cp1252", "cp1250", "cp1254", "cp1257", "iso-8859-2")
# Here most letters are leads, or most signs are: a clean text has many a pair that could be UTF-8.
_FOREIGN = ("cp1251", "cp1253")
_SIGNS = ("mac-roman", "cp437")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_CLOSING = "»”’“›…–—™®"
# A byte of the sequence became a space, U+FFFD or nothing: what stood there can be guessed, not proved.
_LOST = re.compile(r"â€\ufffd?(?![\x80-\xbf\u0152-\u2122])|[ÃÂâ]\ufffd+|(?<=[a-z])[ÂÃ](?= )|(?<=[A-Za-zà-ÿ])\ufffd+")
_PASSES = 4
_DRAWN = re.compile("[\u2500-\u257f]{2}")


def mojibake_in(line: str) -> tuple[Garbled, ...]:
    """All mojibake of a line, in order."""
    found: list[Garbled] = []
    for _ in range(_PASSES):  # what is repaired may show what stands beside it; a second fix must find nothing more
        more = _more(line, found)
        if not more:
            break
        found = sorted([*found, *more], key=_start)
    if _may_be_lost(line):
        text = _with(line, found, lambda part: "\x00" * (part.end - part.start))
        found += (Garbled(*match.span()) for match in _LOST.finditer(text))
    return tuple(sorted(found, key=_start))


def _more(line: str, found: list[Garbled]) -> list[Garbled]:
    """Mojibake that shows once what is found is repaired."""
    text = _with(line, found, lambda part: part.repair)
    spans = list(_spans(text))
    if not spans:
        return []
    more, at, shift = [], 0, 0  # how much further left a character stands in the text than in the line
    for part in _told(text, spans):
        while at < len(found) and found[at].end - shift - (gone := _gone(found[at])) <= part.start:
            shift += gone
            at += 1
        if at == len(found) or part.end <= found[at].start - shift:
            more.append(Garbled(part.start + shift, part.end + shift, part.repair))
    return more


def _gone(part: Garbled) -> int:
    return part.end - part.start - len(part.repair)


def _start(part: Garbled) -> int:
    return part.start


def _with(line: str, found: list[Garbled], instead: Callable[[Garbled], str]) -> str:
    parts, done = [""], 0
    for part in found:
        parts += (line[done : part.start], instead(part))
        done = part.end
    return "".join([*parts, line[done:]])


def may_be_garbled(text: str) -> bool:
    """Whether a text may have mojibake anywhere: a quick look at all of it."""
    rare = "" if text.isascii() else unusual(text)
    return any(char in rare for char in "\ufffdâÂÃ") or _pairs().search(rare) is not None


def suspicious_lines(text: str, lines: Sequence[str]) -> list[int]:
    """The rows, from 0, of lines of a text that may have mojibake; quick, and no reason to load ftfy."""
    if not may_be_garbled(text):
        return []
    return [row for row, line in enumerate(lines) if not line.isascii() and is_suspicious(line)]


def is_suspicious(text: str) -> bool:
    """Whether a text may have mojibake."""
    return next(_spans(text), None) is not None or (_may_be_lost(text) and _LOST.search(text) is not None)


def is_drawing(text: str) -> bool:
    """Whether a text draws lines: nobody writes about mojibake with the mojibake of a directory tree."""
    return _DRAWN.search(text) is not None


def _may_be_lost(text: str) -> bool:
    return "\ufffd" in text or "â€" in text or "Â " in text or "Ã " in text


# Candidates


def _spans(line: str) -> Iterator[tuple[int, int]]:
    """Stretches that are UTF-8 in one of the encodings, and would mean something."""
    if line.isascii() or _pairs().search(line) is None:
        return
    for codec in _codecs():
        for match in _pattern(codec).finditer(line):
            meant = codec.meant(match[0])
            if meant and _means_something(meant, codec.name) and not _is_shouted(line, *match.span()):
                yield match.span()


def _means_something(meant: str, codec: str) -> bool:
    rare = 0
    for char in meant:
        if unicodedata.category(char) in ("Cn", "Co", "Cs", "Cc"):
            return False
        rare += not _is_usual(char) and not (codec not in _FOREIGN and "\u0386" <= char <= "\u03ce")
    return rare != 1


def _is_usual(char: str) -> bool:
    """Whether a character stands by itself in texts of all languages: Latin letters, punctuation, signs, emoji."""
    return (
        char <= "\u017f"
        or "\u0218" <= char <= "\u021b"
        or "\u1e00" <= char <= "\u1eff"
        or "\u2000" <= char <= "\u2bff"
        or "\u3000" <= char <= "\u303f"
        or char in "\ufb01\ufb02\ufe0f\ufeff\ufffd"
        or "\U0001f000" <= char <= "\U0001faff"
    )


def _is_shouted(line: str, start: int, end: int) -> bool:
    """Part of a word in capitals, with a mark that closes or without: `“AMANHÃ”`, `ELMANÎŞÎ`; or `«Â»` by itself."""
    letters, mark = line[start : end - 1], line[end - 1]
    before = line[start - 1 : start]
    if not letters.isupper() or before.islower() or not (mark in _CLOSING or mark.isupper()):
        return False
    if before.isalpha() or len(letters) > 1 or mark.isupper():
        return before.isalpha()
    if letters in "ÂÃ":  # the most frequent ones: `3 Ã— 4`, `Â®`
        return before != "" and before in "“„«‘»"
    return mark in "–—…" or not line[end : end + 1].isalpha()


@functools.cache
def _codecs() -> tuple[_Codec, ...]:
    return tuple(_codec(name) for name in (*_LATIN, *_FOREIGN, *_SIGNS))


def _codec(name: str) -> _Codec:
    # Undefined bytes are read as the control characters of their number, as browsers do and ftfy's codecs.
    read = bytes(range(0x80, 0x100)).decode(name, "replace")
    high = "".join(chr(byte) if char == "\ufffd" else char for byte, char in enumerate(read, start=0x80))
    two, three, four = high[0x42:0x60], high[0x60:0x70], high[0x70:0x75]
    if name == "mac-roman":
        return _Codec(name, high, two[:4], three[2:10], four)
    if name == "cp437":
        return _Codec(name, high, two[:2], three[2], four)
    return _Codec(name, high, two, three, four)


@functools.cache
def _pattern(codec: _Codec) -> re.Pattern[str]:
    """Characters of two to four bytes, as many as follow on each other."""
    two, three, four = (f"[{re.escape(leads)}]" for leads in (codec.two, codec.three, codec.four))
    following = f"[{re.escape(codec.high[:0x40])}]"
    longer = f"{three}{following}{{2}}|{four}{following}{{3}}"
    pair = two + following
    if codec.name in _FOREIGN:  # one pair alone is a class «В» or NATO in Russian
        return re.compile(f"(?:{longer}|{pair}(?:{pair}|{longer}))(?:{pair}|{longer})*")
    if codec.name in _SIGNS:  # in a word only: `√±` may be mathematics, `┬┐` is a drawing
        if codec.name == "cp437":
            pair = f"{two}[{re.escape(codec.high[:0x30])}]"
        pair = f"(?:(?<=[A-Za-z]){pair}|{pair}(?=[A-Za-z]))"
    return re.compile(f"(?:{pair}|{longer})+")


@functools.cache
def _pairs() -> re.Pattern[str]:
    """A lead and a byte that follows, in any of the encodings."""
    leads = {char for codec in _codecs() for char in codec.two + codec.three + codec.four}
    following = {char for codec in _codecs() for char in codec.high[:0x40]}
    return re.compile(f"[{re.escape(''.join(sorted(leads)))}][{re.escape(''.join(sorted(following)))}]")


# The verdict


def _told(line: str, spans: list[tuple[int, int]]) -> list[Garbled]:
    """Those of the stretches that ftfy takes for mojibake; of two that overlap the longer one."""
    whole = _plan(line)
    found: list[Garbled] = []
    done = 0
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if start < done:
            continue
        part = line[start:end]
        # What stands beside a stretch may tell more than the stretch: ftfy sees two characters of ASCII.
        before, after = _ascii(line[max(start - 2, 0) : start][::-1])[::-1], _ascii(line[end : end + 2])
        repair = _undone(part, _plan(before + part + after)) or _undone(part, whole)
        if repair:
            found.append(Garbled(start, end, repair))
            done = end
    return found


def _ascii(text: str) -> str:
    match = _NON_ASCII.search(text)
    return text[: match.start()] if match else text


def _plan(text: str) -> tuple[str, ...]:
    """The encodings in which ftfy would write the text, one after the other, to have what was meant."""
    from ftfy import TextFixerConfig, fix_encoding_and_explain

    config = TextFixerConfig(
        restore_byte_a0=False, replace_lossy_sequences=False, decode_inconsistent_utf8=False, fix_c1_controls=False
    )
    steps = fix_encoding_and_explain(text, config).explanation or []
    pairs = list(zip(steps[::2], steps[1::2], strict=False))
    if len(steps) % 2 or any(a[0] != "encode" or b[0] != "decode" or b[1][:5] != "utf-8" for a, b in pairs):
        return ()
    return tuple(first[1] for first, _ in pairs)


def _undone(part: str, plan: tuple[str, ...]) -> str:
    """The stretch without its mojibake; "" where doing the same mistake again would not give the stretch back."""
    text = part
    for number, codec in enumerate(plan):
        try:
            before = text.encode(codec).decode()
            if before.encode().decode(codec) != text:
                return ""
        except UnicodeError:
            return text if number else ""  # what is left was meant
        text = before
    return text if text != part and not any(unicodedata.category(char) in ("Cc", "Cn") for char in text) else ""
