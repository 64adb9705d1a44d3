"""Which folders are chains, and what a project of several keeps of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster import pipeline
from muster.chains.sample import folder_of, sample, surroundings
from muster.gate.report.subject import looked_at
from muster.inputs import memory
from muster.model import Outcome
from muster.settings import ChainLanguage, ChainSettings, Settings
from muster.store.cache import Cache

SETTINGS = Settings()
FOLDER = folder_of(SETTINGS.chains)
FILES = {
    **surroundings(SETTINGS.chains),
    **{f"{FOLDER}/{name}": text for name, text in sample(SETTINGS.chains).items()},
}


def run(files: dict[str, str], settings: Settings = SETTINGS, cache: Cache | None = None) -> Outcome:
    return pipeline.run(memory(files), settings, cache=cache)


def told(outcome: Outcome) -> list[tuple[str, str, int]]:
    return [(one.code, one.place.path, one.place.line) for one in outcome.findings]


@pytest.mark.requirement("MU-CHAIN-7001")
def test_one_turn_makes_a_chain_of_its_folder_and_the_turns_stand_in_natural_order() -> None:
    outcome = run({**FILES, f"{FOLDER}/README.md": "# What this is\n", "chains/other/notes.md": "# Notes\n"})

    assert told(outcome) == []
    assert [(chain.path, chain.closed, len(chain.turns)) for chain in outcome.project.chains] == [(FOLDER, True, 31)]
    assert looked_at(outcome.counts).startswith("0 specs, 38 pages, 0 requirements, 1 chain, 31 turns")


@pytest.mark.requirement("MU-CHAIN-7001")
def test_a_file_among_the_turns_that_is_none_is_told() -> None:
    outcome = run({**FILES, f"{FOLDER}/032-notes.md": "# Notes\n"})

    assert told(outcome) == [("CHN001", f"{FOLDER}/032-notes.md", 1)]


@pytest.mark.requirement("MU-CHAIN-7042")
def test_a_document_that_chains_follow_is_told_where_it_is_in_another_language() -> None:
    italian = (
        "# Regole\n\nQuesto documento dice che cosa si deve fare con ogni modifica. Chi lavora con il codice legge"
        " prima tutte le regole, perché senza di esse non si può sapere quali file sono permessi. Non si cambia nulla"
        " che non è stato chiesto, e alla fine di ogni passo si racconta che cosa è successo.\n"
    )

    outcome = run({**FILES, "AGENTS.md": italian})

    assert told(outcome) == [("CHN026", "AGENTS.md", 1)]
    assert outcome.findings[0].message == (
        "AGENTS.md is a document that chains follow, and is written in Italian, not in English"
    )
    anything = Settings(chains=ChainSettings(document_language=ChainLanguage.ANY))
    assert told(run({**FILES, "AGENTS.md": italian}, anything)) == []


def test_what_is_kept_is_what_is_judged_and_a_document_that_goes_is_noticed(tmp_path: Path) -> None:
    protocol = next(path for path in FILES if "prompt-chain" in path)
    cut = {path: text for path, text in FILES.items() if path != protocol}
    cold = run(FILES)

    with_cache = [run(files, cache=Cache.open(tmp_path)) for files in (FILES, FILES, cut, FILES)]

    assert with_cache[0].project.chains == cold.project.chains
    assert [told(one) for one in with_cache] == [[], [], told(run(cut)), []]
    assert {code for code, _, _ in told(run(cut))} == {"CHN006"}


@pytest.mark.requirement("MU-CHAIN-7053")
@pytest.mark.parametrize("path", ["README.md", "docs/guide.md", "specs/10-queue.md"])
def test_documentation_is_guarded_against_broken_encoding(path: str) -> None:
    outcome = run({path: "# Guide\n\nThe queueâ€™s order is kept.\n"})

    assert ("ENC003", path, 3) in told(outcome)
