"""What a new turn is made of, and how its open questions are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from muster.chains.due import What

FINAL = "N+1"  # the label of the last step


class Draft(Struct, frozen=True):
    """What is known of a turn before somebody fills it in."""

    what: What
    label: str
    title: str = ""  # of the chain; this and what follows down to `documents` is for the onboarding task alone
    trace_id: str = ""
    spec_id: str = ""
    documents: tuple[tuple[str, str], ...] = ()  # what has to be named, and a link to it; "" where there is none
    protocol: str = ""  # a link from the chain to the document that governs it; "" where nobody says which it is
    conditions: tuple[str, ...] = ()  # of the last gate
    allowed: tuple[str, ...] = ()  # the scope of the step that a sub-iteration goes on with
    prohibited: tuple[str, ...] = ()
    uncertainties: tuple[str, ...] = ()  # those that no exploration has taken up
    declared: int = 0  # how many uncertainties there are


def fill(question: str) -> str:
    """What somebody has to answer."""
    return f"<fill: {question}>"


def link(words: str, target: str) -> str:
    """A Markdown link; in angle brackets where its target would end too soon."""
    return f"[{words}](<{target}>)" if any(mark in target for mark in " ()") else f"[{words}]({target})"


def is_exploration(label: str) -> bool:
    """Whether a label is one of phase 0 behind Prompt 0."""
    return label != "0" and label.startswith("0")


def is_spike(label: str) -> bool:
    """Whether a label is one of a SPIKE."""
    return label.startswith("SPIKE")


def is_read_only(label: str) -> bool:
    """Whether a step of this label changes nothing."""
    return label.startswith("0") or is_spike(label)
