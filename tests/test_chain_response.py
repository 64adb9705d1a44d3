"""Responses: the evidence that they show."""

from __future__ import annotations

import pytest

from muster.chains.fences import body_of
from muster.chains.fields import fields_in, sections_in
from muster.chains.response import TOPICS, response_in
from muster.chains.sample import sample
from muster.chains.turn import Changed, Entry, Patch, Ran, Response, Said, Uncertainty
from muster.settings import ChainLanguage, ChainSettings

SETTINGS = ChainSettings()
WORK = """\
## Active Rules memo

- Path safety: tocco soltanto i file ammessi.
- Ambito del micro-PR: una sola modifica.
- QA: `pytest -q -k "not slow"`.
- Lingua: italiano.
- Protocollo a turni: mi fermo.

## Pre-check

- Result: PASS, al primo colpo

## Diff

```diff
--- a/x.py
+++ b/x.py
@@ -1 +1 @@
-a
+b
```

## Report

### Changes

- Una riga.

### QA

- Attempt 1: FAIL, un errore
- Attempt 2: PASS

### Blockers

- U3: chi decide? (structural)

### Definition of done

- Status: NOT MET

## QA output

```console
$ pytest -q -k "not slow"
1 passed in 0.10s
exit status: 0
```
"""


def read(text: str, settings: ChainSettings = SETTINGS) -> Response:
    body = body_of(text.splitlines())
    headings = [heading.line for heading in body.headings]
    return response_in(body, sections_in(body, settings.headings), fields_in(body.prose, headings), settings)


@pytest.mark.requirement("MU-CHAIN-7031")
def test_an_operational_response_shows_its_evidence() -> None:
    found = read(WORK)

    assert found.memo is not None
    assert found.report != ()
    assert [section.name for section in found.report] == ["Changes", "QA", "Blockers", "Definition of done"]
    assert found == Response(
        memo=found.memo,
        topics=TOPICS,
        pre_check=Entry("Result", "PASS", 11),
        patch=Patch(15, (Changed("x.py", 16),)),
        report=found.report,
        parts=(
            Said("Active Rules memo", 1),
            Said("Pre-check", 9),
            Said("Diff", 13),
            Said("Report", 23),
            Said("QA output", 42),
        ),
        runs=(Ran('pytest -q -k "not slow"', 45, True, "exit status: 0"),),
        attempts=(Said("FAIL, un errore", 31), Said("PASS", 32)),
        done=Entry("Status", "NOT MET", 40),
        uncertainties=(Uncertainty("U3", "chi decide? (structural)", 36, structural=True),),
    )


@pytest.mark.requirement("MU-CHAIN-7040")
def test_the_final_response_shows_how_the_chain_ends() -> None:
    found = read(
        "## Micro-fixes\n\n- Un import.\n- Una riga\n  lunga.\n\n## Summary\n\nFatto.\n\n"
        "## Commit message\n\nLimita i tentativi\n\n## Retrospective\n\n- Retrospective: PASS\n"
    )

    assert found.micro_fixes == (Said("Un import.", 3), Said("Una riga lunga.", 4))
    assert found.summary is not None
    assert found.commit == Entry("Commit message", "Limita i tentativi", 13)
    assert found.retrospective == Entry("Retrospective", "PASS", 17)


@pytest.mark.parametrize(
    ("text", "commit"),
    [
        ("- Commit message: Limita\n", Entry("Commit message", "Limita", 1)),
        (
            "## Commit message\n\n```\nfeat: limita\n\nAltro\n```\n",
            Entry("Commit message", "feat: limita", 4, (Said("Altro", 6),)),
        ),
        ("## Commit message\n\n`fix: limita`\n", Entry("Commit message", "fix: limita", 3)),
        ("## Commit message\n", None),
        ("Nulla.\n", None),
    ],
    ids=["field", "block", "code", "empty", "none"],
)
def test_a_commit_message_stands_as_a_field_or_under_its_heading(text: str, commit: Entry | None) -> None:
    assert read(text).commit == commit


def test_none_is_no_micro_fix() -> None:
    assert read("## Micro-fixes\n\n- Nessuno.\n").micro_fixes == ()
    assert read("## Micro-fixes\n\n- None needed\n").micro_fixes == ()


@pytest.mark.requirement("MU-CHAIN-7038")
@pytest.mark.parametrize("topic", range(len(TOPICS)), ids=TOPICS)
def test_a_memo_without_a_topic_lacks_it(topic: int) -> None:
    lines = WORK.splitlines()[:7]
    del lines[2 + topic]

    assert read("\n".join(lines)).topics == tuple(name for name in TOPICS if name != TOPICS[topic])


@pytest.mark.requirement("MU-CHAIN-7039")
@pytest.mark.parametrize(
    ("value", "read_as"),
    [
        ("PASS", "PASS"),
        ("fail", "FAIL"),
        ("[PASS]", "PASS"),
        ("FAIL. Un errore", "FAIL"),
        ("PASS (quasi)", "PASS (quasi)"),
    ],
)
def test_a_pre_check_passes_or_fails(value: str, read_as: str) -> None:
    assert read(f"## Pre-check\n\n- Result: {value}\n").pre_check == Entry("Result", read_as, 3)


def test_qa_has_an_alternative_where_a_reason_is_given() -> None:
    assert read("QA alternative: no network here\n").alternative == Said("no network here", 1)
    assert read("QA alternative:\n").alternative is None


@pytest.mark.requirement("MU-CHAIN-7023")
@pytest.mark.parametrize(
    ("item", "found"),
    [
        ("U1: chi? (structural)", Uncertainty("U1", "chi? (structural)", 3, structural=True)),
        ("**U1**: chi? (strutturale)", Uncertainty("U1", "chi? (strutturale)", 3, structural=True)),
        ("U1: chi? (not structural)", Uncertainty("U1", "chi? (not structural)", 3)),
        ("u2. chi?", Uncertainty("U2", "chi?", 3)),
        ("Structural uncertainty: chi?", Uncertainty("", "chi?", 3, structural=True)),
        ("Structural uncertainty: none", None),
        ("None.", None),
        ("URL: x", None),
    ],
)
def test_uncertainties_are_items(item: str, found: Uncertainty | None) -> None:
    assert read(f"## Open questions\n\n- {item}\n").uncertainties == ((found,) if found else ())
    assert read(f"## Findings\n\n- {item}\n").uncertainties == ()


@pytest.mark.requirement("MU-CHAIN-7043")
@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Fatto.\n\nVuoi altri test?\n", Said("Vuoi altri test?", 3)),
        ("- **Altri test?**\n", Said("**Altri test?**", 1)),
        ("Perché? Non si sa.\n", None),
        ("Vuoi altri test?\n\n```\nok\n```\n", None),
        ("## Open questions\n\n- Chi decide?\n", None),
        ("## Request for guidance\n\nChi decide?\n", None),
    ],
    ids=["prose", "item", "within", "before-a-block", "open-questions", "guidance"],
)
def test_a_response_ends_with_a_question_or_not(text: str, question: Said | None) -> None:
    assert read(text).question == question


@pytest.mark.parametrize("language", [ChainLanguage.ITALIAN, ChainLanguage.ENGLISH], ids=["it", "en"])
def test_no_response_of_the_sample_chain_speaks_of_approvals(language: ChainLanguage) -> None:
    settings = ChainSettings(language=language)
    responses = {name: text for name, text in sample(settings).items() if "kind: response" in text}
    found = {name: read(text, settings) for name, text in responses.items()}

    assert found
    told = {name: (one.approvals, one.alignments, one.question) for name, one in found.items()}
    assert told == dict.fromkeys(found, ((), (), None))
    assert {one.topics for one in found.values()} == {TOPICS}
    assert all(one.patch is None or one.patch.broken == () for one in found.values())


def test_a_response_of_many_sections_is_read_as_a_short_one() -> None:
    many = "".join(f"### Part {number}\n\n- Una riga con parole.\n" for number in range(5_000))

    assert read(WORK + many) == read(WORK)
