"""The walk of a chain through the table of the protocol, turn by turn.

A turn that is not allowed where it stands is one finding; the walk goes on as if it had been due, and a turn that was
missed then, and comes late, is no further one. Each turn costs the same however long the chain is.

implements: MU-CHAIN-7010, MU-CHAIN-7013, MU-CHAIN-7024
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from muster.chains import illegal
from muster.chains.finding import problem_at
from muster.chains.following import Progress, advanced, labels_due, moves_from
from muster.chains.labels import FORMS, Label, Step, label_in
from muster.chains.machine import PHASES, TABLE, Move, Phase, State
from muster.chains.moves import move_of, stage_in, stage_of, state_at, stays
from muster.chains.naming import SKEPTIC, about_of, actor_due, gate_of, is_undecided, move_words, step_name
from muster.chains.order_words import jump_message, label_fault, stands, with_article
from muster.chains.rounds import Round, Rounds
from muster.chains.turn import About, Gate, Kind, Turn
from muster.model import Problem  # noqa: TC001 -- msgspec reads the types of fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.settings import ChainSettings

_PROMPT_MOVES = (Move.PROMPT_0, Move.PROMPT_0X, Move.PROMPT, Move.PROMPT_FINAL, Move.SPIKE)
_OF_A_STEP = (Kind.PROMPT, Kind.RESPONSE, Kind.AUTHORIZATION, Kind.GATE)
_AUTHORISED = (State.AUTHORIZED, State.FINAL_AUTHORIZED)
_JUMPED_BY_SPIKES = (State.SURVEYED, State.ANSWERED, State.EVIDENT, State.EXPLORATION_ALLOWED, State.EXPLORING)


class Walk(Struct, frozen=True):
    """What came of a walk."""

    states: tuple[State, ...]  # behind each turn
    labels: tuple[Label | None, ...]  # of the step that each turn counts to
    rounds: tuple[Round, ...]  # in order
    progress: Progress
    problems: tuple[Problem, ...]
    authorised_final: frozenset[str]  # the paths of the turns behind the authorization of N+1
    closed: bool


def walk_of(turns: Sequence[Turn], settings: ChainSettings, *, binding: bool = True) -> Walk:
    """Walk through the turns of a chain, which stand in order."""
    walker = _Walker(settings, Progress(binding=binding))
    for at, turn in enumerate(turns, start=1):
        walker.take(turn, turns[at] if at < len(turns) else None)
    return walker.walk()


class _Walker:
    """The state of a walk under way."""

    def __init__(self, settings: ChainSettings, progress: Progress) -> None:
        self.settings = settings
        self.at = progress
        self.states: list[State] = []
        self.labels: list[Label | None] = []
        self.rounds = Rounds()
        self.problems: list[Problem] = []
        self.owed: set[tuple[str, int]] = set()  # turns that were passed over, which may come late
        self.detour = ""  # the label of a step that stands where no step may
        self.forgiven = False  # the turn before could not be told: what is missing may be it
        self.premature = False
        self.last_spike: Label | None = None
        self.final_paths: set[str] = set()
        self.turn = Turn("", None, None, "", "")  # the one that is looked at, and the next one
        self.following: Turn | None = None

    def walk(self) -> Walk:
        """What came of it."""
        return Walk(
            tuple(self.states),
            tuple(self.labels),
            self.rounds.in_order(),
            self.at,
            tuple(self.problems),
            frozenset(self.final_paths),
            closed=self.at.state is State.CLOSED and not self.premature,
        )

    def take(self, turn: Turn, following: Turn | None) -> None:
        """Go on by one turn."""
        self.turn, self.following = turn, following
        label = self._meant(self._label())
        due = actor_due(turn, label, self.settings)
        if turn.actor and turn.kind and turn.actor != due:
            self._report(
                illegal.ORDER,
                f"the actor of this {turn.kind.value} is {turn.actor}, not {due}",
                f"let {due} make this turn",
                key="actor",
            )
        if self.at.final_given:
            self.final_paths.add(turn.path)
        before = self.at
        self._go(label)
        if following is None and is_undecided(turn):
            self.at = before  # nobody has decided, so the chain stands where it stood
        self.states.append(self.at.state)
        self.labels.append(label if turn.kind is Kind.AUTHORIZATION and label else self.at.step)

    def _label(self) -> Label | None:
        """The label of the turn; None where it has none that can be read, which is a finding."""
        turn = self.turn
        if not turn.label or turn.kind is None:
            return None
        label = label_in(turn.label)
        fixed = _fixed_label(turn)
        if label is None or (fixed and turn.label != fixed):
            what = f"this {turn.kind.value} has the label {fixed}" if fixed else f"labels are {FORMS}"
            self._report(
                "CHN005", f"{turn.label!r} is not the label of this turn: {what}", f"write {what}", key="label"
            )
            return None
        if label.primed and gate_of(turn) is not Gate.SKEPTIC:
            message = f"{turn.label!r} is the label of the skeptic gate after Prompt N+1 alone"
            self._report("CHN005", message, "give this turn the label N+1", key="label")
            return None
        if label.step is Step.SPIKE and not label.side and self.last_spike is not None:
            label = replace(self.last_spike, variant=label.variant)
        return replace(label, primed=False)

    def _meant(self, label: Label | None) -> Label | None:
        """The label of an authorization or a prompt: where it is not due, that of the turn behind it, if that is."""
        turn, following = self.turn, self.following
        answer = {Kind.AUTHORIZATION: Kind.PROMPT, Kind.PROMPT: Kind.RESPONSE}.get(turn.kind) if turn.kind else None
        if following is None or following.kind is not answer or answer is None:
            return label
        other = label_in(following.label)
        if other is None or other == label or not self._is_due(other) or self._is_due(label):
            return label
        if label is not None:
            name, of = step_name(label), step_name(other)
            kind = turn.kind.value if turn.kind else "turn"
            code = illegal.UNAUTHORISED if self.at.state in _AUTHORISED else illegal.ORDER
            message = (
                f"{name} has no confirmation of its own: the authorization before it is of {of}"
                if code == illegal.UNAUTHORISED
                else f"this {kind} has the label of {name}, and the {answer.value} behind it that of {of}"
            )
            self._report(code, message, f"give this turn the label of its step, {other}", key="label")
        return other

    def _is_due(self, label: Label | None) -> bool:
        """Whether the turn, an authorization or a prompt, can have the label here."""
        if label is None:
            return False
        move = move_of(self.turn, label, self.at.state, self.following)
        return move is not None and move in moves_from(self.at) and self._fits(move, label, labels_due(self.at, move))

    def _go(self, label: Label | None) -> None:
        """Make the move of the turn."""
        if self.detour and str(label) == self.detour and self.turn.kind in _OF_A_STEP:
            return
        self.detour = ""
        move = move_of(self.turn, label, self.at.state, self.following)
        if move is None:
            self.forgiven = True
            return
        if self.at.state is State.EMPTY and move is not Move.ONBOARD:
            self._report(
                illegal.ONBOARDING,
                "the chain does not begin with an onboarding task",
                illegal.HELPS[illegal.ONBOARDING],
            )
            self.owed.add(("onboarding", 0))
            self.at = replace(self.at, state=State.ONBOARDED)
            self.forgiven = True
        self._make(move, label)
        self.forgiven = False

    def _make(self, move: Move, label: Label | None) -> None:
        stage = stage_of(move)
        if stage is not None and label is not None and (str(label), stage) in self.owed:
            self.owed.discard((str(label), stage))
            self.rounds.attach(self.turn, label, stage, started=self.at.started)
            return
        expected = self._prompt_due() if self.turn.kind is Kind.PROMPT else None
        if expected is not None and move is not expected and not self._is_a_step_of_its_own(label):
            self._mislabelled(expected, label, move)
        elif move in moves_from(self.at):
            self._allowed(move, label)
        elif stage is None:
            self._out_of_place(move)
        else:
            self._jump(move, label or self.at.step, stage)

    def _prompt_due(self) -> Move | None:
        """The prompt that alone may follow, where one must."""
        states = (State.ONBOARDED, State.EXPLORATION_ALLOWED, State.AUTHORIZED, State.FINAL_AUTHORIZED)
        if self.at.state not in states:
            return None
        return next(move for move in TABLE[self.at.state] if move in _PROMPT_MOVES)

    def _is_a_step_of_its_own(self, label: Label | None) -> bool:
        """Whether a read-only prompt is answered under its own label, and so is not the one that is due."""
        return (
            label is not None
            and label.is_read_only
            and self.following is not None
            and self.following.label == self.turn.label
        )

    def _allowed(self, move: Move, label: Label | None) -> None:
        """A move that the table has: its label must be due as well."""
        due = labels_due(self.at, move)
        if self._fits(move, label, due):
            self._advance(move, label or (due[0] if due else None))
        else:
            self._mislabelled(move, label, move)

    def _fits(self, move: Move, label: Label | None, due: tuple[Label, ...]) -> bool:
        if label is None:
            return True
        if move is Move.SPIKE:
            return replace(label, variant="") in due and (str(label), 1) not in self.rounds.done
        if move is Move.ALIGN:
            own = (self.at.step, Label(Step.OPERATION, self.at.number, self.at.letter), Label(Step.FINAL))
            return label in own or (label.step is Step.ZERO and not self.at.started)
        if move in (Move.AUTHORIZE, Move.AUTHORIZE_FINAL, Move.REFUSE, Move.AUTHORIZE_0X):
            return label in due
        return not due or label in due

    def _mislabelled(self, move: Move, label: Label | None, written: Move) -> None:
        """A move that is due, under the label of another step."""
        due = labels_due(self.at, move)
        first = due[0] if due else None
        stage = stage_of(move)
        again = stage is not None and (str(label), stage) in self.rounds.done
        stray = again and _is_alike(self.turn, self.following)
        answered = self._is_answered_as(label)
        target = state_at(1, answered, written, started=self.at.started) if answered else None
        code, message, help_ = label_fault(self.at, move, written, label, first, again=again)
        if stray or move is Move.ALIGN:
            code = illegal.ORDER
            help_ = illegal.HELPS[code]
        if not self.forgiven:
            self._report(code, message, help_, key="label")
        if stray or move is Move.ALIGN:
            return
        if target is not None and answered is not None:
            self.at = advanced(self.at, written, answered, target)
            self._settle(written, answered, 1)
            return
        self._advance(move, first or label)
        if label is not None and first is not None and move is not Move.REFUSE:
            self.at = replace(self.at, also=label)

    def _is_answered_as(self, label: Label | None) -> Label | None:
        """The label of a prompt, where its response has the same one."""
        following = self.following
        answered = following is not None and following.kind is Kind.RESPONSE and following.label == self.turn.label
        return label if answered and self.turn.kind is Kind.PROMPT else None

    def _advance(self, move: Move, label: Label | None) -> None:
        """Go where the table leads; under another label that the step goes by, where it would be with that."""
        stage = stage_of(move)
        if label is not None and label == self.at.also and label != self.at.step and stage is not None:
            target = state_at(stage, label, move, started=self.at.started)
            self.at = advanced(self.at, move, label, target or moves_from(self.at)[move])
        else:
            self.at = advanced(self.at, move, label)
        self._settle(move, label, stage)

    def _settle(self, move: Move, label: Label | None, stage: int | None) -> None:
        """What a move leaves behind."""
        if move is Move.REFUSE:
            return
        own = label or self.at.step
        if stage is not None and own is not None:
            self.rounds.attach(self.turn, own, stage, started=self.at.started)
        if move is Move.SPIKE:
            self.last_spike = label
        if move is Move.ALIGN:
            self.rounds.aligned = True
        if move is Move.RETROSPECT:
            if self.at.reviewed and not self.forgiven:
                self._report(illegal.ORDER, "the retrospective stands here a second time", "take one of the two out")
            self.at = replace(self.at, reviewed=True)
        if move in SKEPTIC and self.at.state is State.PASSED:
            self.at = replace(self.at, unfinished=self.rounds.is_unmet(self.at.step))

    def _out_of_place(self, move: Move) -> None:
        """A move that belongs to no step, where the table does not have it."""
        state = self.at.state
        if move is Move.ONBOARD:
            late = ("onboarding", 0) in self.owed
            message = "the onboarding task stands here a second time, or behind other turns"
        elif move is Move.CLOSE:
            late = False
            message = f"the chain is closed before the skeptic gate after Prompt N+1 said PASS: {stands(self.at)}"
        else:
            late = ("phase", 0) in self.owed if move in (Move.SUFFICIENT, Move.INSUFFICIENT) else False
            late = late or (move is Move.RETROSPECT and self.premature)
            message = f"{with_article(move_words(move, self.at.step))} cannot stand here: {stands(self.at)}"
        if not late and not self.forgiven:
            code = illegal.code_of(state, move, started=self.at.started)
            self._report(code, message, illegal.HELPS[code])
        if move is Move.CLOSE:
            self.premature = True
        elif move is Move.SUFFICIENT and PHASES[state] in (Phase.START, Phase.ANALYSIS):
            self.owed |= {(str(self.at.step), passed) for passed in range(stage_in(state) + 1, 3)}
            self.at = replace(self.at, state=State.READY)
        elif not stays(move) and state is State.EMPTY:
            self.at = replace(self.at, state=State.ONBOARDED)

    def _jump(self, move: Move, label: Label | None, stage: int) -> None:
        """A move of a step that is not due: it is one finding, and the walk goes on behind it."""
        own = label is not None and label in (self.at.step, self.at.also)
        again = own and stage <= stage_in(self.at.state) and not self._may_be_given_again(stage)
        if again or (not own and (str(label), stage) in self.rounds.done) or label is None:
            if not self.forgiven:
                words = with_article(move_words(move, label))
                self._report(illegal.ORDER, f"{words} stands here a second time", "take one of the two out")
            return
        code = illegal.code_of(self.at.state, move, started=self.at.started)
        if not self.forgiven:
            self._report(code, jump_message(self.at, code, move, label, self.settings), illegal.HELPS[code])
        target = None if self._is_detour(move) else state_at(stage, label, move, started=self.at.started)
        if target is None:
            self.detour = str(label)
            self.rounds.attach(self.turn, label, stage, started=self.at.started)
            return
        self._owe(label, stage, own=own)
        self.at = advanced(self.at, move, label, target)
        self._settle(move, label, stage)

    def _may_be_given_again(self, stage: int) -> bool:
        """Whether the open step may be begun anew, so that what is wrong is how."""
        return stage <= 1 and (self.at.state is State.BLOCKED or (self.at.state is State.HELD and self.at.is_final))

    def _is_detour(self, move: Move) -> bool:
        """Whether the move leads away from where the chain goes on afterwards."""
        state = self.at.state
        if state in (State.CLOSED, State.ABANDONED):
            return True
        if move in (Move.AUTHORIZE_0X, Move.PROMPT_0X, Move.PROMPT_0):
            return self.at.started or state is State.READY
        return move is Move.SPIKE and state not in _JUMPED_BY_SPIKES

    def _owe(self, label: Label, stage: int, *, own: bool) -> None:
        """Note the turns that a jump passes over."""
        if self.at.step is not None and not own:
            self.owed |= {(str(self.at.step), passed) for passed in range(stage_in(self.at.state) + 1, 5)}
        begun = stage_in(self.at.state) + 1 if own else 0
        self.owed |= {(str(label), passed) for passed in range(begun, stage)}
        if PHASES[self.at.state] is Phase.ANALYSIS and not (label.is_read_only and label.step is not Step.SPIKE):
            self.owed.add(("phase", 0))

    def _report(self, code: str, message: str, help_: str, *, key: str = "") -> None:
        line = self.turn.line_of(key) if key else 1
        self.problems.append(problem_at(self.turn, line, code, message, help_))


def _fixed_label(turn: Turn) -> str:
    """The one label that a turn of its kind can have."""
    if turn.kind is Kind.ONBOARDING or about_of(turn) is About.PHASE:
        return "0"
    return "N+1" if turn.kind in (Kind.CLOSURE, Kind.RETROSPECTIVE) else ""


def _is_alike(turn: Turn, following: Turn | None) -> bool:
    """Whether the next turn is of the same kind, so that one of the two is too many."""
    return following is not None and following.kind is turn.kind and gate_of(following) is gate_of(turn)
