"""Which requirements of other repositories a repository cites, and what that makes of them."""

from __future__ import annotations

import pytest

from muster.inputs import memory
from muster.model import CitationKind, Level, Status
from muster.portfolio.foreign import named_in
from muster.portfolio.joining import joined
from muster.portfolio.values import CrossCitation, CrossFinding, Joined, Named, Reading, ReadRequirement, State
from muster.settings import Settings

IMPLEMENTS, VERIFIES, MENTIONS = CitationKind.IMPLEMENTS, CitationKind.VERIFIES, CitationKind.MENTIONS
NUMBERS = (1001, 1002, 1004)


def found(path: str, text: str, names: tuple[str, ...] = ("core", "queue"), own: str = "queue") -> list[Named]:
    inputs = memory({path: text})
    return list(named_in(inputs.versions, inputs.reader, Settings(), names, own))


def core(*numbers: int, **more: object) -> Reading:
    ones = (ReadRequirement(f"OC-CORE-{n}", "", Level.MUST, Status.SPECIFIED, 0) for n in numbers or NUMBERS)
    return Reading("core", specs=(("specs/10-core.md", "Core"),), requirements=tuple(ones), **more)  # type: ignore[arg-type]


def queue(*texts: str, kind: CitationKind = IMPLEMENTS, of: str = "core") -> Reading:
    named = (Named("src/q.py", line, 3, kind, of, text) for line, text in enumerate(texts, 1))
    return Reading("queue", named=tuple(named))


def cited(result: Joined) -> list[str]:
    return [one.id for one in result.members[0].cited]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("src/q.py", "# core:OC-CORE-1001\n", IMPLEMENTS),
        ("tests/test_q.py", "# core:OC-CORE-1001\n", VERIFIES),
        ("docs/q.md", "As core:OC-CORE-1001 says.\n", MENTIONS),
        ("docs/q.md", "implements: core:OC-CORE-1001\n", IMPLEMENTS),
        ("tests/test_q.py", '@pytest.mark.requirement("core:OC-CORE-1001")\ndef test(): ...\n', VERIFIES),
    ],
    ids=["code", "test", "prose", "verb", "marker"],
)
def test_a_reference_has_the_kind_that_an_id_of_the_repository_itself_would_have(
    path: str, text: str, kind: CitationKind
) -> None:
    column = text.index("core:") + 1

    assert found(path, text) == [Named(path, 1, column, kind, "core", "OC-CORE-1001")]


@pytest.mark.parametrize(
    "text",
    [
        'URL = "core:OC-CORE-1001"\n',
        "# hardcore:OC-CORE-1001\n",
        "# x/core:OC-CORE-1001, https://core:OC, a:core:OC-CORE-1001, user@core:OC-CORE-1001\n",
        "# other:OC-CORE-1001\n",
        "# queue:QUEUE-1001\n",
        "# core: OC-CORE-1001\n",
        "# @generated\n# core:OC-CORE-1001\n",
    ],
    ids=["string", "longer name", "path or address", "no repository", "itself", "blank", "generated"],
)
def test_what_is_no_reference_to_another_repository_is_left_alone(text: str) -> None:
    assert found("src/q.py", text) == []


def test_a_name_of_any_alphabet_is_found_and_the_longer_one_first() -> None:
    names = ("größe", "größe-api", "queue")

    there = found("src/q.py", "# größe-api:A-1001, größe:B-1001 und egröße:C-1001\n", names)

    assert [(one.repository, one.text, one.column) for one in there] == [
        ("größe-api", "A-1001", 3),
        ("größe", "B-1001", 21),
    ]


def test_where_the_names_are_too_many_for_a_pattern_any_name_is_taken() -> None:
    there = found("src/q.py", "# core:OC-CORE-1001 x:y std::string größe:A-1001\n", ())

    assert [(one.repository, one.text) for one in there] == [("core", "OC-CORE-1001"), ("größe", "A-1001")]


@pytest.mark.requirement("MU-FOLIO-9503")
def test_a_citation_counts_for_the_requirement_that_it_names() -> None:
    result = joined("x", [core(), queue("OC-CORE-1001.", "OC-CORE-1002")])

    member = result.members[0]
    assert member.cited == (
        CrossCitation("core", "OC-CORE-1001", "queue", "src/q.py", 1, 3, IMPLEMENTS),
        CrossCitation("core", "OC-CORE-1002", "queue", "src/q.py", 2, 3, IMPLEMENTS),
    )
    assert result.members[1].cites == member.cited
    assert (member.statuses, member.raised) == ((Status.IMPLEMENTED, Status.IMPLEMENTED, Status.SPECIFIED), 2)


@pytest.mark.parametrize(
    ("own", "kind", "now"),
    [
        (Status.SPECIFIED, MENTIONS, Status.SPECIFIED),
        (Status.SPECIFIED, VERIFIES, Status.TESTED),
        (Status.TESTED, IMPLEMENTS, Status.TESTED),
        (Status.VERIFIED, VERIFIES, Status.VERIFIED),
        (Status.FAILING, VERIFIES, Status.FAILING),
    ],
)
def test_a_status_is_raised_and_never_lowered(own: Status, kind: CitationKind, now: Status) -> None:
    home = Reading("core", requirements=(ReadRequirement("OC-CORE-1001", "", Level.MUST, own, 0),))

    assert joined("x", [home, queue("OC-CORE-1001", kind=kind)]).members[0].statuses == (now,)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("OC-CORE-1001/1002", ["OC-CORE-1001", "OC-CORE-1002"]),
        ("OC-CORE-1001..1004", ["OC-CORE-1001", "OC-CORE-1002", "OC-CORE-1004"]),
        ("OC-CORE-1001..OC-CORE-1004", ["OC-CORE-1001", "OC-CORE-1002", "OC-CORE-1004"]),
    ],
)
def test_a_list_cites_each_id(text: str, ids: list[str]) -> None:
    assert cited(joined("x", [core(), queue(text)])) == ids


@pytest.mark.parametrize("text", ["latest", "OC-CORE-1001x", "OC-CORE-1001-x", "OC-CORE-10011111", "oc-core-1001"])
def test_what_looks_like_no_id_there_is_left_alone(text: str) -> None:
    result = joined("x", [core(), queue(text)])

    assert (result.citations, result.findings) == ((), ())


@pytest.mark.requirement("MU-FOLIO-9503")
def test_an_unknown_and_a_retired_id_are_findings_at_their_place() -> None:
    result = joined("x", [core(retired=("OC-CORE-1007",)), queue("OC-CORE-1003", "OC-CORE-1007")])

    assert result.findings == (
        CrossFinding("queue", "src/q.py", 1, 3, "core defines no OC-CORE-1003", "did you mean core:OC-CORE-1004?"),
        CrossFinding(
            "queue", "src/q.py", 2, 3, "core has retired OC-CORE-1007", "cite what took its place, or nothing"
        ),
    )
    assert not result.holds


def test_a_citation_of_a_repository_that_was_not_read_is_counted_and_no_finding() -> None:
    result = joined("x", [Reading("core", State.ABSENT, "gone"), queue("OC-CORE-1001", "latest")])

    assert (result.findings, result.members[1].unchecked) == ((), 1)


def test_a_grammar_of_its_own_says_what_an_id_there_looks_like() -> None:
    home = Reading(
        "core",
        grammar=r"[a-z]+(\.[a-z]+)+",
        requirements=(ReadRequirement("a.b", "", Level.MUST, Status.SPECIFIED, 0),),
    )

    result = joined("x", [home, queue("a.b", "a.c", "A-1001")])

    assert [one.id for one in result.citations] == ["a.b"]
    assert [one.message for one in result.findings] == ["core defines no a.c"]


def test_two_repositories_with_the_same_ids_are_told_apart_by_name() -> None:
    other = Reading("other", requirements=core().requirements)

    result = joined("x", [core(), other, queue("OC-CORE-1001", of="other")])

    assert [(one.name, len(one.cited)) for one in result.members] == [("core", 0), ("other", 1), ("queue", 0)]
