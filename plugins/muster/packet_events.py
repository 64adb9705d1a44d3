"""What a check tells the ledger of packets: each change of their gate state, each signature, each pass of a refinement.

implements: MU-PKT-5030, MU-LEDGER-8033
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from muster.ledger.events import Draft, fits
from muster.ledger.keys import keyed
from muster.ledger.payloads import KINDS
from muster.packets.state import State, state_of
from muster.rules.base import runs
from muster.rules.table import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from muster.ledger.book import Ledger
    from muster.ledger.rows import Run
    from muster.model import Finding, Outcome, Project, Refinement
    from muster.settings import Settings

_NOT_PASSED = {State.FAILED: "FAIL", State.PENDING: None}  # with what a gate says of them


def packet_events(run: Run, outcome: Outcome, findings: Iterable[Finding], book: Ledger) -> Iterator[Draft]:
    """What is new of each packet since the ledger last heard of it; of an unchanged one, nothing."""
    named = [one for one in outcome.project.refinements if all(map(fits, (one.path, one.wp_id, one.signature)))]
    if not named or not all_ran(outcome.project.settings):
        return
    found: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.place.path].append(finding)
    heard = _Heard(book)
    for one in named:
        about = _About(run, outcome.project, one)
        state = state_of(one, found[one.path])
        yield from _passed(about, one, state, heard)
        if not any(finding.code == "PKT014" for finding in found[one.path]):
            yield from _signed(about, one, heard)
        yield from _changed(about, one, state, heard)


def all_ran(settings: Settings) -> bool:
    """Whether every rule of packets ran: of what some did not look at, no gate can say that it passed."""
    return all(runs(settings.rules, code) for code in RULES if code.startswith("PKT"))


class _Heard:
    """What the ledger knows of all packets: by the path, the last value and how many there were."""

    def __init__(self, book: Ledger) -> None:
        self.gates = book.latest("gov_gate_transition", "gate_state_ref", "gate")
        self.digests = book.latest("refinement_pass", "packet_ref", "packet_digest")
        self.verdicts = book.latest("refinement_pass", "packet_ref", "verdict")
        self.signatures = book.latest("user_signature", "packet_ref", "signature")


class _About:
    """The run that an event is part of, and the packet that it is about."""

    def __init__(self, run: Run, project: Project, packet: Refinement) -> None:
        self.run = run
        self.name = _name(packet)
        self.spec_id = project.spec_ids.get(packet.path) or project.spec_ids.get(packet.spec)

    def draft(self, event: str, type: str, key: str, **context: Any) -> Draft:  # noqa: A002 - as events have it
        return Draft(
            event=event,  # type: ignore[arg-type]  # checked where it is appended
            type=type,
            code=KINDS[type].code,
            trace_id=self.run.facts.trace_id,
            span_id=self.run.facts.span_id,
            context={"spec_id": self.spec_id, "work_packet_id": self.name, **context},
            idempotency_key=key,
        )


def _passed(about: _About, packet: Refinement, state: State, heard: _Heard) -> Iterator[Draft]:
    """The refinement was checked to its end, in a form or with an end that is new."""
    verdict = "FAIL" if state is State.FAILED else "PASS"
    digest, times = heard.digests.get(packet.path, ("", 0))
    if (digest, heard.verdicts.get(packet.path, ("", 0))[0]) == (packet.digest, verdict):
        return
    key = keyed("refinement_pass", packet.path, packet.digest, verdict, str(times))
    event = "gate:pass" if verdict == "PASS" else "gate:fail"
    passed = {"packet_ref": packet.path, "verdict": verdict, "packet_digest": packet.digest}
    yield about.draft(event, "refinement_pass", key, **passed)


def _signed(about: _About, packet: Refinement, heard: _Heard) -> Iterator[Draft]:
    """Somebody signed it."""
    if packet.signature and heard.signatures.get(packet.path, ("", 0))[0] != packet.signature:
        key = keyed("user_signature", packet.path, packet.signature)
        signed = {"packet_ref": packet.path, "signature": packet.signature, "packet_digest": packet.digest}
        yield about.draft("gate:pass", "user_signature", key, **signed)


def _changed(about: _About, packet: Refinement, state: State, heard: _Heard) -> Iterator[Draft]:
    """Its gate state is another; that a new one is pending, is none."""
    gate = f"REFINEMENT_{state.upper()}"
    before, times = heard.gates.get(packet.path, ("", 0))
    if gate == before or (state is State.PENDING and not before):
        return
    key = keyed("gov_gate_transition", packet.path, str(times), gate)
    yield about.draft(
        "gate:fail" if state in _NOT_PASSED else "gate:pass",
        "gov_gate_transition",
        key,
        role="system",
        gate_kind="orchestrator",
        gate=gate,
        verdict=_NOT_PASSED.get(state, "PASS"),
        gate_state_ref=packet.path,
        idempotency_key=key,
    )


def _name(packet: Refinement) -> str:
    """The ID of its work packet; where it says none, the name of its file."""
    return packet.wp_id or packet.path.rsplit("/", 1)[-1].removesuffix(".md")
