"""The rounds of a chain: each prompt with its authorization, its response and its gates.

implements: MU-CHAIN-7010
"""

from __future__ import annotations

from msgspec import Struct

from muster.chains.labels import Label, Step
from muster.chains.naming import step_name
from muster.chains.turn import Turn

_PARTS = ("authorization", "prompt", "response", "evidence", "skeptic")


class Round(Struct, frozen=True):
    """A prompt, and the turns that belong to it."""

    label: Label
    authorization: Turn | None = None
    prompt: Turn | None = None
    response: Turn | None = None
    evidence: Turn | None = None
    skeptic: Turn | None = None
    after_start: bool = False  # Prompt 1 stood before it
    order: int = 0  # among the rounds
    aligned: bool = False  # a decision allows it to align with the main branch

    @property
    def name(self) -> str:
        """`Prompt 2`."""
        return step_name(self.label)

    @property
    def is_final(self) -> bool:
        """Whether it is N+1."""
        return self.label.step is Step.FINAL


class Rounds:
    """The rounds of a walk under way, by their labels."""

    def __init__(self) -> None:
        self.open: dict[str, dict[str, object]] = {}
        self.ended: list[dict[str, object]] = []  # those that were given again
        self.done: set[tuple[str, int]] = set()  # labels, with the stages that they have reached
        self.aligned = False  # a decision to align waits for the response that it is for

    def attach(self, turn: Turn, label: Label, stage: int, *, started: bool) -> None:
        """Count a turn to its round; a prompt that is given again begins a new round."""
        name, part = str(label), _PARTS[stage]
        one = self.open.get(name)
        if one is None or (part in one and stage <= 1):
            if one is not None:
                self.ended.append(one)
            order = len(self.open) + len(self.ended)
            one = self.open[name] = {"label": label, "order": order, "after_start": started}
        one.setdefault(part, turn)
        self.done.add((name, stage))
        if part == "response" and self.aligned:
            one["aligned"] = True
            self.aligned = turn.response is None or not turn.response.alignments

    def is_unmet(self, label: Label | None) -> bool:
        """Whether the response of a step says that its definition of done is not met."""
        turn = self.open.get(str(label), {}).get("response")
        done = turn.response.done if isinstance(turn, Turn) and turn.response else None
        return done is not None and done.value == "NOT MET"

    def in_order(self) -> tuple[Round, ...]:
        """All of them."""
        rounds = [Round(**one) for one in (*self.ended, *self.open.values())]  # type: ignore[arg-type]
        return tuple(sorted(rounds, key=lambda one: one.order))
