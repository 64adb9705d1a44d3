"""What changed between two readings of the specs."""

from __future__ import annotations

import hashlib

import pytest

from muster.model import Block, Level, Place, ReqId, Requirement
from muster.specs.revision import Change, Kind, Side, Words, changes_between, obligation, words_between


def requirement(text: str, reqid: str = "A-001", *, level: Level = Level.MUST, negated: bool = False) -> Requirement:
    return Requirement(
        id=ReqId(reqid),
        place=Place("specs/a.md", 3, 3),
        end_line=3,
        block=Block.ITEM,
        level=level,
        negated=negated,
        title=text,
        text=text,
        section=-1,
        links=(),
        fingerprint=f"sha256:{hashlib.sha256(' '.join(text.split()).encode()).hexdigest()}",
    )


@pytest.mark.requirement("MU-REQ-1043")
def test_added_and_removed_requirements_are_found_in_the_order_of_their_ids() -> None:
    gone, kept, fresh = (requirement("It MUST run.", reqid) for reqid in ("A-010", "A-002", "A-003"))

    found = changes_between([("a.md", kept), ("a.md", gone)], [("b.md", fresh), ("a.md", kept)])

    assert found == (
        Change(Kind.ADDED, "A-003", "b.md", None, fresh, ()),
        Change(Kind.REMOVED, "A-010", "a.md", gone, None, ()),
    )


def test_a_move_to_another_file_and_a_reflow_are_no_changes() -> None:
    assert changes_between([("a.md", requirement("It MUST run."))], [("b.md", requirement("It MUST\n  run."))]) == ()


def test_a_change_has_both_readings_and_the_words_that_differ() -> None:
    old, new = requirement("The queue MUST be first in."), requirement("The queue MUST be in order.")

    assert changes_between([("a.md", old)], [("a.md", new)]) == (
        Change(
            Kind.REWORDED,
            "A-001",
            "a.md",
            old,
            new,
            (
                Words(Side.BOTH, "The queue MUST be"),
                Words(Side.OLD, "first in."),
                Words(Side.NEW, "in order."),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ((Level.SHOULD, False), (Level.MUST, False), Kind.TIGHTENED),
        ((Level.MUST, False), (Level.SHOULD, True), Kind.LOOSENED),
        ((Level.INFO, False), (Level.MAY, False), Kind.TIGHTENED),
        ((Level.MAY, False), (Level.MAY, True), Kind.TIGHTENED),
        ((Level.MAY, True), (Level.MAY, False), Kind.LOOSENED),
        ((Level.MUST, False), (Level.MUST, True), Kind.REWORDED),
        ((Level.SHOULD, True), (Level.SHOULD, True), Kind.REWORDED),
    ],
)
def test_the_level_says_whether_an_obligation_grew(
    old: tuple[Level, bool], new: tuple[Level, bool], kind: Kind
) -> None:
    before = requirement("one", level=old[0], negated=old[1])
    after = requirement("two", level=new[0], negated=new[1])

    assert [change.kind for change in changes_between([("a.md", before)], [("a.md", after)])] == [kind]


def test_of_a_duplicate_id_the_first_definition_counts() -> None:
    first, second = requirement("It MUST run."), requirement("It MUST walk.")

    assert changes_between([("a.md", first)], [("a.md", first), ("b.md", second)]) == ()


def test_a_text_of_very_many_words_is_compared_in_time() -> None:
    old, new = " ".join(f"a{n}" for n in range(20_000)), " ".join(f"b{n}" for n in range(20_000))

    assert [words.side for words in words_between(f"head {old} tail", f"head {new} tail")] == [
        Side.BOTH,
        Side.OLD,
        Side.NEW,
        Side.BOTH,
    ]


def test_words_of_equal_texts_are_one_run() -> None:
    assert list(words_between("a  b\nc", "a b c")) == [Words(Side.BOTH, "a b c")]
    assert list(words_between("", "")) == []


def test_an_obligation_is_said_in_words() -> None:
    assert obligation(requirement("x", negated=True)) == "must not"
    assert obligation(requirement("x", level=Level.INFO)) == "info"
