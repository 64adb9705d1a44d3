"""What an answer says beyond its schema, held against the compile that it answers.

| field | what it may say |
|---|---|
| `created_at` | a time in ISO 8601 with its zone |
| `prompt_ref` | what the compile says |
| `requested_outputs` | some of the pack's outputs, each once |
| `detected_capabilities` | capabilities, tools and engines that the snapshot allows |
| `governance_mode` | the compile's, or a stricter one: GOV_STRICT before GOV_STANDARD before GOV_LIGHT |
| `required_roles`, `required_gates` | at least the compile's; under a stricter mode also that mode's |
| `work_packet_required`, `task_board_required` | true where the compile or a stricter mode says so |
| `workflow_context` | what the compile says |
| `spec_template_id` | the compile's, or a template that is known |
| `safety_commit_required` | true under Git and GOV_STRICT or GOV_STANDARD, else false |

implements: MU-PRM-6032
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from muster.prompts.governance import DEMANDS, Demands, Mode, wants_safety_commit
from muster.prompts.provenance import SpecIntent, SpecRouterDecision, provenance_of
from muster.prompts.shape import Fault
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from muster.prompts.capabilities import CapabilitySnapshot
    from muster.prompts.values import Pack

_STRICTNESS = (Mode.LIGHT, Mode.STANDARD, Mode.STRICT)
_CODE = ""  # no rule stands behind these: they are about an answer


class Compiled(Struct, frozen=True):
    """What a compile has written for the answers to it."""

    intent: SpecIntent
    decision: SpecRouterDecision
    snapshot: CapabilitySnapshot

    @property
    def provenance(self) -> dict[str, Any]:
        """What an answer has to copy, as it stands in JSON."""
        own: dict[str, Any] = _plain(provenance_of(self.intent))
        return {**own, "spec_id": self.intent.spec_id}


def intent_faults(intent: SpecIntent, made: Compiled, pack: Pack) -> Iterator[Fault]:
    """What a SpecIntent says that is not so."""
    if not _is_time(intent.created_at):
        words = f"{shortened(repr(intent.created_at))} is no time with its zone"
        yield _fault("created_at", words, "write it in ISO 8601, like 2026-01-07T07:32:13Z")
    if intent.prompt_ref != made.intent.prompt_ref:
        yield _differs("prompt_ref", intent.prompt_ref, made.intent.prompt_ref)
    known = [str(output.artifact_kind) for output in pack.required_outputs]
    if not intent.requested_outputs:
        yield _fault("requested_outputs", "no output is requested", f"name some of {', '.join(known)}")
    for index, output in enumerate(intent.requested_outputs):
        path = f"requested_outputs[{index}]"
        if output not in known:
            yield _fault(path, f"the pack asks for no {output}", f"name some of {', '.join(known)}")
        elif output in intent.requested_outputs[:index]:
            yield _fault(path, f"{output} stands twice", "keep one of the two")
    yield from _capability_faults(intent.detected_capabilities, made.snapshot)


def decision_faults(decision: SpecRouterDecision, made: Compiled, templates: Collection[str]) -> Iterator[Fault]:
    """Where a SpecRouterDecision asks for less than the compile, or says what is not so."""
    least = made.decision
    mode = decision.governance_mode
    if _STRICTNESS.index(mode) < _STRICTNESS.index(least.governance_mode):
        words = f"the compile says {least.governance_mode}, and {mode} asks for less"
        yield _fault("governance_mode", words, f"write {least.governance_mode}, or a stricter mode")
    if decision.spec_template_id not in {*templates, least.spec_template_id}:
        words = f"no template {shortened(repr(decision.spec_template_id))} is known"
        yield _fault("spec_template_id", words, f"write {least.spec_template_id!r}")
    yield from _laxer(decision, _least(least, mode))
    if decision.workflow_context != least.workflow_context:
        yield _differs("workflow_context", decision.workflow_context, least.workflow_context)
    stricter = max(mode, least.governance_mode, key=_STRICTNESS.index)
    wanted = wants_safety_commit(stricter, least.workflow_context.version_control)
    if decision.safety_commit_required is not wanted:
        under = f"{stricter} and version control {shortened(repr(least.workflow_context.version_control))}"
        words = f"under {under} this is {'true' if wanted else 'false'}"
        yield _fault("safety_commit_required", words, f"write {'true' if wanted else 'false'}")


def _least(compiled: SpecRouterDecision, mode: Mode) -> Demands:
    """The least that a decision may ask for: what the compile does, and what a stricter mode does."""
    own = Demands(
        compiled.required_roles,
        compiled.required_gates,
        work_packet=compiled.work_packet_required,
        task_board=compiled.task_board_required,
    )
    if _STRICTNESS.index(mode) <= _STRICTNESS.index(compiled.governance_mode):
        return own
    more = DEMANDS[mode]
    return Demands(
        tuple(dict.fromkeys((*own.roles, *more.roles))),
        tuple(dict.fromkeys((*own.gates, *more.gates))),
        work_packet=own.work_packet or more.work_packet,
        task_board=own.task_board or more.task_board,
    )


def _laxer(decision: SpecRouterDecision, least: Demands) -> Iterator[Fault]:
    for name, given, wanted in (
        ("required_roles", decision.required_roles, least.roles),
        ("required_gates", decision.required_gates, least.gates),
    ):
        if missing := [one for one in wanted if one not in given]:
            words = shortened(", ".join(missing), 200)
            yield _fault(name, f"this lacks {words}", "add what is missing; more is allowed, and less is not")
    for name, is_given, is_wanted in (
        ("work_packet_required", decision.work_packet_required, least.work_packet),
        ("task_board_required", decision.task_board_required, least.task_board),
    ):
        if is_wanted and not is_given:
            yield _fault(name, "the governance mode of the compile asks for it, and here is false", "write true")


def _capability_faults(names: tuple[str, ...], snapshot: CapabilitySnapshot) -> Iterator[Fault]:
    allowed = {one.capability_id for one in snapshot.allowed_capabilities}
    allowed |= {name for tool in snapshot.allowed_tools for name in (tool.tool_id, tool.engine_id)}
    denied = {one.capability_id for one in snapshot.denied_capabilities}
    for index, name in enumerate(names):
        if name not in allowed:
            words = f"{shortened(repr(name))} {'is denied by' if name in denied else 'is not in'} the snapshot"
            yield _fault(f"detected_capabilities[{index}]", words, "name what the snapshot of the compile allows")


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _differs(name: str, found: Any, wanted: Any) -> Fault:
    words = f"the compile says {shortened(repr(_plain(wanted)))}, and here is {shortened(repr(_plain(found)))}"
    return _fault(name, words, f"copy the {name} of the compile as it is")


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _fault(name: str, words: str, remedy: str) -> Fault:
    path = f"$.{name}"
    return Fault(_CODE, path, f"{path}: {words}", remedy)
