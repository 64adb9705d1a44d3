"""The known ID that an unknown one was most likely meant to be."""

from __future__ import annotations

import difflib
from collections import defaultdict
from typing import TYPE_CHECKING

from muster.model import ReqId

if TYPE_CHECKING:
    from collections.abc import Iterable

_MOST = 2000  # IDs that are compared one by one
_MOST_GUESSES = 200  # that are made of as many unknown IDs; a file may hold a million
_LONGEST = 200  # characters of what may be an ID


class Nearest:
    """Looks among the IDs of a project: in the area that is written, else in the nearest one."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._areas: defaultdict[str, list[str]] = defaultdict(list)
        self._by_fold: dict[str, str] = {}
        for identifier in ids:
            self._areas[_group(identifier)].append(identifier)
            self._by_fold.setdefault(identifier.casefold().replace("_", "-"), identifier)
        self._found: dict[str, str] = {}

    def to(self, written: str) -> str:
        """The nearest ID; "" where none is near."""
        if written not in self._found:
            self._found[written] = self._by_fold.get(written.casefold().replace("_", "-")) or self._near(written)
        return self._found[written]

    def help(self, written: str) -> str:
        """What to do about an ID that no spec defines."""
        near = self.to(written) if len(self._found) < _MOST_GUESSES and len(written) < _LONGEST else ""
        return f"did you mean {near}? " * bool(near) + "name an ID that a spec defines, or define it"

    def _near(self, written: str) -> str:
        area = _group(written)
        members = self._areas.get(area)
        if members is None:
            areas = difflib.get_close_matches(area, self._areas, 1, 0.6)
            members = self._areas[areas[0]] if areas else []
            same = [one for one in members if ReqId(one).number == ReqId(written).number and ReqId(written).number]
            if same:
                return same[0]
        if len(members) > _MOST:
            members = [one for one in members if abs(len(one) - len(written)) <= 1 and one[:-2] == written[:-2]][:_MOST]
        near = difflib.get_close_matches(written, members, 1, 0.6)
        return near[0] if near else ""


def _group(identifier: str) -> str:
    own = ReqId(identifier)
    return own.area or identifier.split(".", maxsplit=1)[0]
