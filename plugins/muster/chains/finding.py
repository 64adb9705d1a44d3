"""A problem at a line of a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import Place, Problem
from muster.text.utf8 import encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from muster.chains.turn import Turn

_LONGEST = 400  # characters of a message, which may cite a turn


def problem_at(turn: Turn, line: int, code: str, message: str, help_: str) -> Problem:
    """A problem that a turn shows at a line; at its first one where the line is not known."""
    return Problem(code, Place(encodable(turn.path), max(line, 1)), shortened(message, _LONGEST), help_)
