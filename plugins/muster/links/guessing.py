"""What somebody may have meant by a name that is not there.

implements: MU-RULE-2013
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_COMPARISONS = 100_000  # of two names, each some microseconds
_LONGEST = 200  # characters of a name that is worth it


class Guesses:
    """Near names, as long as there are few to look for.

    Whoever moves a folder has thousands of dead links, and needs no thousand guesses to see what happened.
    """

    def __init__(self) -> None:
        self._left = _COMPARISONS

    def near(self, name: str, names: Collection[str], cutoff: float) -> str:
        """The name that is most like this one; "" where none is, or enough were compared."""
        if len(name) >= _LONGEST or len(names) > self._left:
            return ""
        self._left -= len(names)
        return next(iter(difflib.get_close_matches(name, sorted(names), 1, cutoff)), "")
