"""The next free ID of an area.  implements: MU-REQ-1040"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from muster.model import InvalidReqId, ReqId, natural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.specs.naming import Band

_LAST_NUMBER = re.compile(r"(?P<head>.*?)(?P<digits>[0-9]{1,18})")  # with more digits, nobody counts on
_WIDTHS = (4, 3, 5, 2, 1, 6)  # of a first number: the usual four digits, else what the grammar takes


class NoFreeId(ValueError):
    """The numbers of an area, or of its band, are used up."""


class _Number(Struct, frozen=True):
    """A number of an ID as its author wrote it: `007` has a width, `1.1.2` a head."""

    head: str
    value: int
    width: int


def next_id(area: str, known: Iterable[str], grammar: re.Pattern[str], bands: Sequence[Band] = ()) -> ReqId:
    """The ID after the highest of its area, never one in between: a gap may be an ID that somebody removed.

    `known` may hold IDs of any area. The width of the highest number is kept, and so is the habit of
    an area that counts in tens or hundreds. Of several bands of the area, the first with room is used.
    """
    separator, numbers = _numbers_of(area, known)
    if not bands:
        return _fitting(area, separator, _after(numbers), grammar)
    for band in bands:
        inside = [number for number in numbers if band.first <= number.value <= band.last]
        width = max(len(str(band.last)), *(number.width for number in inside), 1)
        following = _after(inside, first=_first_of(band), width=width)
        if following.value <= band.last:
            return _fitting(area, separator, following, grammar)
    msg = f"the band {bands[-1]} is full"
    raise NoFreeId(msg)


def areas_in(known: Iterable[str]) -> tuple[str, ...]:
    """The areas of these IDs, sorted."""
    return tuple(sorted({area for text in known if (area := ReqId(text).area)}, key=natural))


def _first_of(band: Band) -> int:
    """The first number to give: 1000..1999 starts at 1001, as the round number names the band."""
    return band.first if band.first % 100 else min(band.first + 1, band.last)


def _numbers_of(area: str, known: Iterable[str]) -> tuple[str, list[_Number]]:
    """What stands between area and number, and the numbers of the area in rising order."""
    separator = "-"
    numbers = []
    for text in known:
        reqid = ReqId(text)
        if reqid.area == area and (match := _LAST_NUMBER.fullmatch(reqid.number)):
            separator = text[len(area)]
            numbers.append(_Number(match["head"], int(match["digits"]), len(match["digits"])))
    return separator, sorted(numbers, key=lambda number: (natural(number.head), number.value, number.width))


def _after(numbers: Sequence[_Number], *, first: int = 1, width: int = 0) -> _Number:
    """The number that follows the last one; a width of 0 stands for any that the grammar takes."""
    if not numbers:
        return _Number("", first, width)
    last = numbers[-1]
    values = {number.value for number in numbers if number.head == last.head}
    step = next(
        (size for size in (100, 10) if len(values) > 1 and all(value % size == 0 for value in values)),
        1,
    )
    return _Number(last.head, last.value + step, last.width)


def _fitting(area: str, separator: str, number: _Number, grammar: re.Pattern[str]) -> ReqId:
    widths = (number.width,) if number.width else _WIDTHS
    texts = [f"{area}{separator}{number.head}{number.value:0{width}d}" for width in widths]
    for text in texts:
        if grammar.fullmatch(text):
            return ReqId(text)
    if number.width:
        msg = f"{texts[0]!r} would be next, and the setting `requirements.id` does not take it: the area is full"
        raise NoFreeId(msg)
    msg = f"{area!r} is not an ID area: {texts[0]!r} does not match the setting `requirements.id`"
    raise InvalidReqId(msg)
