"""What a check tells the ledger of prompt chains: each decision of a gate, once.

implements: MU-CHAIN-7051, MU-LEDGER-8033
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.ledger.events import LONGEST_TEXT, Draft, fits
from muster.ledger.keys import keyed
from muster.ledger.rows import Uuid4
from muster.ledger.shape import misshapen
from muster.text.canonical import digest_of
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.ledger.book import Ledger
    from muster.ledger.rows import Run
    from muster.model import Chain, ChainGate, Outcome

_GOES_ON = ("PASS", "PASS WITH CONDITIONS")
_KINDS = ("evidence", "skeptic")


def chain_events(run: Run, outcome: Outcome, book: Ledger) -> Iterator[Draft]:
    """The decisions that the ledger has not heard of; of an unchanged one, nothing."""
    project = outcome.project
    if not any(chain.gates for chain in project.chains):
        return
    heard = {kind: book.latest(f"{kind}_gate", "turn_ref", "decision_digest") for kind in _KINDS}
    for chain in project.chains:
        for gate in chain.gates:
            named = (gate.path, chain.name, gate.label, gate.decision)  # one that says nothing is a finding already
            if gate.kind not in _KINDS or not all(text and fits(text) for text in named):
                continue
            digest = digest_of([gate.decision, [encodable(one) for one in gate.conditions]])
            before, times = heard[gate.kind].get(gate.path, ("", 0))
            if digest != before:
                yield _decided(run, chain, gate, digest, times, project.spec_ids.get(gate.path))


def _decided(run: Run, chain: Chain, gate: ChainGate, digest: str, times: int, spec_id: str | None) -> Draft:
    trace = chain.trace_id if chain.trace_id and not misshapen(chain.trace_id, Uuid4) else run.facts.trace_id
    kind = f"{gate.kind}_gate"
    return Draft(
        event="gate:pass" if gate.decision in _GOES_ON else "gate:fail",
        type=kind,
        trace_id=trace,
        span_id=run.facts.span_id,
        context={
            "spec_id": spec_id,
            "chain": chain.name,
            "label": gate.label,
            "decision": gate.decision,
            "conditions": [_line_of(one) for one in gate.conditions],
            "turn_ref": gate.path,
            "decision_digest": digest,
        },
        idempotency_key=keyed(kind, gate.path, str(times), digest),
    )


def _line_of(text: str) -> str:
    """A condition as an event can hold it; its digest is of all of it."""
    return encodable(" ".join(text.split()))[:LONGEST_TEXT]
