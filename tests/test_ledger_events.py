"""Events: refused where they do not match their schema, chained, and what is done to the chain is found."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import asdict, replace

from ledgers import Row, analyzed, as_row, checked, count, plan_of
from muster import ledger
from muster.ledger import Draft, Head, Ledger, Refused, begin
from muster.ledger.events import GENESIS, problems_in
from muster.ledger.keys import new_uuid
from muster.ledger.payloads import KINDS
from muster.ledger.queries import WantedEvents, events_query
from muster.text.canonical import digest_of

SPEC, OTHER = "7f0a3c2e-1111-5222-8333-444455556666", "7f0a3c2e-1111-5222-8333-444455557777"
SHA = f"sha256:{'a' * 64}"
GATE: Row = {
    "work_packet_id": "WP-1",
    "role": "validator",
    "gate_kind": "validator",
    "gate": "REPORT_PRESENTED",
    "verdict": "PASS",
    "gate_state_ref": "gates/WP-1.json",
    "idempotency_key": "k",
}
PACKET = (
    *("base_wp_id", "work_packet_id", "stub_packet_ref", "active_packet_ref", "traceability_registry_ref"),
    *("task_board_ref", "idempotency_key"),
)
CHAIN: Row = {"chain": "c", "label": "l", "decision": "go", "conditions": ["tests pass"]}
PROMPT: Row = {
    "spec_prompt_pack_id": "p@1",
    "spec_prompt_pack_sha256": "a" * 64,
    "capability_snapshot_ref": "capability_snapshot.json",
    "capability_snapshot_sha256": "b" * 64,
    "capability_registry_version": "1",
    "spec_lint_report_ref": None,
    "spec_lint_report_sha256": None,
    "context_snapshot_id": "s",
    "stable_prefix_hash": "c" * 64,
    "variable_suffix_hash": "d" * 64,
    "full_prompt_hash": "e" * 64,
    "stable_prefix_tokens": 1,
    "variable_suffix_tokens": 2,
    "total_tokens": 3,
    "tokenizer": "words@1",
    "truncated": {"scope": False},
    "variable_suffix_truncated": False,
}
RETIRED: Row = {
    "before": "2025-01",
    "events": 3,
    "first_seq": 1,
    "last_seq": 3,
    "last_digest": SHA,
    "digest": SHA,
    "runs": 5,
    "runs_digest": SHA,
    "tool_calls": 0,
    "script_runs": 1,
}
VALID: dict[str, Row] = {
    "spec_allocated": {"record": "e.md", "contract": "c.json", "record_was": None, "record_digest": SHA},
    "spec_allocation_refused": {"record": "e.md", "reasons": ["it is not ready"]},
    "spec_allocation_reverted": {"record": "e.md", "contract": "c.json"},
    "spec_status_changed": {"spec": "specs/10-queue.md", "before": None, "after": "ready"},
    "docs_specs": {"run_id": "r", "counts": {"REQ001": 2}, "errors": 2, "warnings": 0},
    "gov_gate_transition": GATE,
    "gov_work_packet_activated": dict.fromkeys(PACKET, "x"),
    "user_signature": {"work_packet_id": "WP-1", "signature": "s", "packet_digest": SHA},
    "refinement_pass": {"work_packet_id": "WP-1", "verdict": "FAIL", "packet_digest": SHA},
    "spec_router": PROMPT,
    "skeptic_gate": CHAIN,
    "evidence_gate": CHAIN,
    "ledger_retired": RETIRED,
}
INVALID: dict[str, tuple[Row, str]] = {
    "spec_allocated": ({"contract": ""}, "contract` is empty"),
    "spec_allocation_refused": ({"reasons": []}, "reasons` is []; it is a list with at least 1"),
    "spec_allocation_reverted": ({"record": None}, "record` is None; it is a text"),
    "spec_status_changed": ({"after": 5}, "after` is 5; it is a text"),
    "docs_specs": (
        {"counts": {"REQ001": "2"}},
        "counts` is {'REQ001': '2'}; it is an object, each of its values a whole number",
    ),
    "gov_gate_transition": ({"verdict": None}, "verdict` is null; of the gate REPORT_PRESENTED it is PASS or FAIL"),
    "gov_work_packet_activated": ({"more": 1}, "more` is no field of it"),
    "user_signature": ({"packet_digest": "abc"}, "packet_digest` is 'abc'; it matches ^sha256:[0-9a-f]{64}$(?!\\n)"),
    "refinement_pass": ({"verdict": "MAYBE"}, "verdict` is 'MAYBE'; it is one of PASS, FAIL"),
    "spec_router": ({"total_tokens": 1.5}, "total_tokens` is 1.5; it is a whole number"),
    "skeptic_gate": ({"spec_id": f"{SPEC}\n"}, f"spec_id` is '{SPEC}\\n'; it matches "),
    "evidence_gate": ({"conditions": "none"}, "conditions` is 'none'; it is a list"),
    "ledger_retired": ({"before": "2025-13"}, "before` is '2025-13'; it matches ^[0-9]{4}-(0[1-9]|1[0-2])$(?!\\n)"),
}


@pytest.fixture
def book(ledger_url: str) -> Iterator[Ledger]:
    with ledger.open(ledger_url) as opened:
        yield opened


def draft(kind: str, **context: Any) -> Draft:
    """An event of a type that is right, but for what is given."""
    known = KINDS[kind]
    return Draft(
        event=known.events[0],  # type: ignore[arg-type]
        type=kind,
        code=known.code,
        trace_id=new_uuid(),
        span_id=new_uuid(),
        context={"spec_id": None, **VALID[kind], **context},
        idempotency_key=new_uuid(),
    )


@pytest.mark.requirement("MU-LEDGER-8031", "MU-LEDGER-8033")
@pytest.mark.parametrize("kind", KINDS)
def test_a_payload_matches_the_schema_of_its_type(kind: str) -> None:
    change, message = INVALID[kind]

    assert problems_in(draft(kind)) == []
    assert problems_in(draft(kind, spec_id=SPEC)) == []
    found = problems_in(draft(kind, **change))
    assert found[0].startswith(f"`context.{message}")
    lacking = draft(kind)
    assert problems_in(replace(lacking, context={})) == [
        f"`context.{name}` is missing" for name in ("spec_id", *required(kind))
    ]


def required(kind: str) -> list[str]:
    fields = msgspec.structs.fields(KINDS[kind].payload)
    return [field.name for field in fields if field.required and field.name != "spec_id"]


@pytest.mark.requirement("MU-LEDGER-8031")
def test_what_an_event_says_of_itself_is_right_too() -> None:
    wrong = replace(draft("spec_allocated"), event="gate:fail", code="X", trace_id="t", idempotency_key="a\0")
    unknown = replace(draft("docs_specs"), type="other")

    assert [problem.split(";")[0] for problem in problems_in(wrong)] == [
        "`trace_id` is 't'",
        r"`idempotency_key` is 'a\x00'",
        "`event` is 'gate:fail'",
        "`code` is 'X'",
    ]
    assert problems_in(unknown)[0].startswith("`type` is 'other'; it is one of spec_allocated, ")


@pytest.mark.requirement("MU-LEDGER-8031")
def test_texts_stay_out(book: Ledger) -> None:
    nested: Any = "x"
    for _ in range(5000):
        nested = [nested]

    def told(kind: str = "spec_allocation_refused", **context: Any) -> tuple[str, ...]:
        with pytest.raises(Refused) as caught:
            book.append(draft(kind, **context))
        return caught.value.violations

    no_texts = "an event holds references and hashes, no texts"
    assert told(reasons=["x" * 501]) == (f"`context.reasons[0]` has 501 characters; {no_texts}",)
    assert told(reasons=["a\nb"]) == (f"`context.reasons[0]` has several lines; {no_texts}",)
    assert told("docs_specs", counts={"a\nb": 1}) == (f"`context.counts` has a key that is a text; {no_texts}",)
    assert told(reasons=nested) == ("the event nests deeper than 64 levels",)
    assert told(reasons=["x" * 400] * 200)[0].startswith("the event has 80,")
    assert told("spec_router", truncated={"scope": math.nan}) == (
        "`context.truncated` is {'scope': nan}; it is an object, each of its values true or false",
        "`context.truncated.scope` is nan, which is no number of JSON",
    )
    assert book.head() == Head(0, GENESIS)
    with pytest.raises(Refused):
        book.record(begin("x").succeeded(), events=(draft("docs_specs", run_id="x" * 501),))
    assert count(book, "experiences") == 0


@pytest.mark.requirement("MU-LEDGER-8030")
def test_each_event_is_numbered_and_follows_on_the_one_before_it(book: Ledger) -> None:
    first, second, third = book.append(checked(1), checked(2), checked(3, spec=SPEC))

    assert [event.seq for event in (first, second, third)] == [1, 2, 3]
    assert [event.prev for event in (first, second, third)] == [GENESIS, first.digest, second.digest]
    rest = {name: value for name, value in asdict(third).items() if name != "digest"}
    assert third.digest == digest_of(rest)
    assert book.events() == [first, second, third]
    assert book.events(last=2) == [second, third]
    assert book.events(after=2, spec=SPEC) == [third]
    assert (book.head(), Head.parse(str(book.head()))) == (Head(3, third.digest), Head(3, third.digest))
    assert book.broken(book.head()) == []


@pytest.mark.requirement("MU-LEDGER-8031")
def test_the_same_key_twice_is_one_event(book: Ledger) -> None:
    [first] = book.append(checked(1, key="k"))

    assert book.append(checked(2, key="k"), checked(3, key="k")) == [first, first]
    book.record(begin("x").succeeded(), events=(checked(4, key="k"),))
    assert book.events() == [first]


def test_what_is_said_in_an_event_is_scrubbed_and_readable(book: Ledger) -> None:
    [event] = book.append(draft("spec_allocation_refused", reasons=["ask a@b.org", "token=abc\0\udcff"]))

    assert event.context["reasons"] == ["ask [e-mail]", "token=[secret]"]
    [named] = book.append(draft("spec_allocation_refused", record="a\0\udcff@b.org"))
    assert named.context["record"] == r"a\0\udcff@b.org"
    assert book.broken() == []


@pytest.mark.requirement("MU-ALLOC-4023", "MU-ALLOC-4026")
def test_the_story_of_a_spec_begins_before_it_had_an_identity(book: Ledger) -> None:
    told = [
        draft("spec_allocation_refused", record="e.md", reasons=["not ready"]),
        draft("spec_allocation_refused", record="other.md", reasons=["not ready"]),
        checked(1, record="e.md"),
        checked(2),
        draft("spec_allocated", record="e.md", spec_id=SPEC),
        draft("spec_allocated", record="other.md", spec_id=OTHER),
        checked(3, spec=SPEC),
        draft("gov_gate_transition", spec_id=SPEC, verdict="FAIL"),
        draft("gov_gate_transition", spec_id=SPEC),
    ]
    book.append(*told)

    assert [event.seq for event in book.events(spec=SPEC)] == [1, 3, 5, 7, 8, 9]
    assert [event.seq for event in book.events(spec=SPEC, type="docs_specs")] == [3, 7]
    assert [event.seq for event in book.events(spec=SPEC, last=2)] == [8, 9]
    assert [event.seq for event in book.events(spec=SPEC, after=5, trace=told[8].trace_id)] == [9]
    assert [event.seq for event in book.events(spec=OTHER)] == [2, 6]


@pytest.mark.requirement("MU-LEDGER-8003")
def test_each_query_for_events_goes_by_its_index(book: Ledger, ledger_url: str) -> None:
    known = [draft("spec_allocated", record=f"{n}.md", spec_id=SPEC if n == 7 else new_uuid()) for n in range(40)]
    book.append(*known, *(checked(n, record=f"{n % 400}.md" if n % 3 else None) for n in range(3000)))
    analyzed(ledger_url)
    asked = {
        ("ix_events_trace",): WantedEvents(trace=known[3].trace_id),
        ("ix_events_type",): WantedEvents(type="spec_allocated"),
        ("ix_events_spec", "ix_events_record"): WantedEvents(spec=SPEC),
    }

    for names, wanted in asked.items():
        query = events_query(wanted, book.dialect)
        plan = plan_of(query, ledger_url)
        text = "\n".join(plan)
        assert query.index == names[0]
        assert [name in text for name in names] == [True] * len(names), text
        assert not any("Seq Scan" in line or line.startswith("SCAN events") for line in plan), text


def test_a_run_and_its_events_are_recorded_together_or_not_at_all(book: Ledger) -> None:
    row = as_row(begin("x").succeeded())
    row["content"]["structured"]["attempt"] = 0

    with pytest.raises(Refused):
        book.record(row, events=(checked(1),))

    assert (count(book, "experiences"), count(book, "events")) == (0, 0)
