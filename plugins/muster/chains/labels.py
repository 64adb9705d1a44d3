"""Labels of turns: which step of the chain a turn belongs to.

implements: MU-CHAIN-7013
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

FORMS = "`0`, `0a` to `0z`, `1`, `1a`, `N+1`, `SPIKE PRE PROMPT 1`, `SPIKE POST PROMPT 1`, `SPIKE A`"


class Step(StrEnum):
    """The kind of step that a label names."""

    ZERO = "Prompt 0"
    EXPLORATION = "Prompt 0x"
    OPERATION = "Prompt 1..N"
    FINAL = "Prompt N+1"
    SPIKE = "SPIKE"


class Label(Struct, frozen=True, array_like=True):
    """A label, taken apart."""

    step: Step
    number: int = 0  # of an operational step, and of the one that a SPIKE stands beside
    letter: str = ""  # of an exploration or of a sub-iteration, and of the step that a SPIKE stands beside
    side: str = ""  # PRE or POST of a SPIKE; "" where it is a variant of the one before
    beside_final: bool = False  # a SPIKE that stands beside N+1
    variant: str = ""  # A of `SPIKE A`
    primed: bool = False  # `N+1'`, the gate after N+1

    @property
    def is_read_only(self) -> bool:
        """Whether nothing may be changed and no QA may run in this step."""
        return self.step in (Step.ZERO, Step.EXPLORATION, Step.SPIKE)

    @property
    def is_sub_iteration(self) -> bool:
        """Whether it is `1a`, and not `1`."""
        return self.step is Step.OPERATION and bool(self.letter)

    def __str__(self) -> str:
        """The label as it is written."""
        if self.step is Step.SPIKE:
            target = "N+1" if self.beside_final else f"{self.number}{self.letter}"
            return " ".join(
                [
                    *([f"SPIKE {self.side} PROMPT {target}"] if self.side else []),
                    *([f"SPIKE {self.variant}"] if self.variant else []),
                ]
            )
        if self.step is Step.FINAL:
            return "N+1'" if self.primed else "N+1"
        return f"{self.number}{self.letter}"


_NUMBER = r"[1-9][0-9]{0,5}"
_STEP = re.compile(rf"(0|{_NUMBER})([a-z]?)")
_SPIKE = re.compile(rf"SPIKE (PRE|POST) PROMPT (?:(N\+1)|({_NUMBER})([a-z]?))(?: SPIKE ([A-Z]))?")
_VARIANT = re.compile(r"SPIKE ([A-Z])")


def label_in(text: str) -> Label | None:
    """The label that a text is; None where it is none."""
    if text in ("N+1", "N+1'", "N+1\N{PRIME}"):
        return Label(Step.FINAL, primed=text != "N+1")
    if (step := _STEP.fullmatch(text)) is not None:
        number, letter = int(step[1]), step[2]
        if number:
            return Label(Step.OPERATION, number, letter)
        return Label(Step.EXPLORATION, 0, letter) if letter else Label(Step.ZERO)
    if (spike := _SPIKE.fullmatch(text)) is not None:
        number = int(spike[3] or 0)
        return Label(Step.SPIKE, number, spike[4] or "", spike[1], bool(spike[2]), spike[5] or "")
    if (variant := _VARIANT.fullmatch(text)) is not None:
        return Label(Step.SPIKE, variant=variant[1])
    return None


# What the field PHASE may name, first of all or behind one of the words. `1..N` stands for all operational steps.
_NAMED = re.compile(
    rf"""(?:\b(?:phase|fase|prompt)[ ]+)?(?:
        (?P<final>\bN[ ]?\+[ ]?1)
      | (?P<range>\b1[ ]?(?:\.\.\.?|…|-|–|to)[ ]?N\b(?![ ]?\+))
      | (?P<spike>\bSPIKE\b)
      | (?P<numbered>\b(?P<number>0|{_NUMBER})(?P<letter>[a-z]?)\b)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(r"(?:phase|fase|prompt)[ ]+", re.IGNORECASE)
_JOINT = re.compile(r"[\s,;:/()|.–—-]*")
_LONGEST = 400  # characters of the field that are looked at


def is_phase_of(text: str, label: Label) -> bool:
    """Whether the field PHASE of a prompt goes with its label: it names no other step, or none at all.

    What it names first counts, and with it what stands right behind: `Phase 1..N, Prompt 2`.
    """
    named = [
        match
        for match in _NAMED.finditer(text[:_LONGEST])
        if match["numbered"] is None or match.start() == 0 or _WORD.match(match[0])
    ][:2]
    if len(named) > 1 and not _JOINT.fullmatch(text, named[0].end(), named[1].start()):
        del named[1]
    return all(_fits(match, label) for match in named)


def _fits(named: re.Match[str], label: Label) -> bool:
    """Whether one of the things that the field names is the label's step."""
    if named["final"]:
        return label.step is Step.FINAL or label.beside_final
    if named["spike"]:
        return label.step is Step.SPIKE
    if named["range"]:
        return label.step in (Step.OPERATION, Step.SPIKE)
    number, letter = int(named["number"]), named["letter"].lower()
    if number == 0:
        if label.step is Step.SPIKE:
            return not letter
        return label.step in (Step.ZERO, Step.EXPLORATION) and (letter in ("", label.letter) or _any_0x(letter, label))
    if label.step is Step.SPIKE and not label.side:
        return True
    return label.number == number and letter in ("", label.letter)


def _any_0x(letter: str, label: Label) -> bool:
    """Whether the letter is the x that stands for any: `Prompt 0x`."""
    return letter == "x" and label.step is Step.EXPLORATION
