"""The worked example of the guide: the sample chain, and one that is held or blocked at each of its gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.breaks import broken, turn_named
from muster.chains.sample import sample
from muster.settings import ChainLanguage, ChainSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

SETTINGS = ChainSettings(protocol="docs/prompt-chain.md", documents=("docs/agents.md",), language=ChainLanguage.ENGLISH)
_PROJECT = {
    "muster.toml": """\
[chains]
protocol = "docs/prompt-chain.md"
documents = ["docs/agents.md"]
language = "en"
""",
    "docs/agents.md": """\
# Agents

Read this before anything else. A prompt names the files that you may change. Whatever it does not
name stays as it is.
""",
    "docs/prompt-chain.md": """\
# Prompt chain

The planner sets the goal and authorises each prompt. The OCP writes the prompts, one at a time, and
decides at the gates. Codex answers the prompt that it has, shows its evidence, and waits.
""",
}
_HELD = {"- QA: YES": "- QA: NO", "Decision: PASS": "Decision: HOLD"}
_OUT_OF_SCOPE = {"(files authorised?): YES": "(files authorised?): NO", "Decision: PASS": "Decision: BLOCK"}
_RISKY = {"(new risks/edge cases?): OK": "(new risks/edge cases?): BLOCK", "Decision: PASS": "Decision: BLOCK"}
_NOTE = "All that the prompt asked for is there."


def example() -> dict[str, str]:
    """All files of the example, by their paths below its folder."""
    whole = sample(SETTINGS)
    chains = {
        "001-closed": whole,
        "002-held": _ending(
            broken("CHN014", whole, SETTINGS),
            "evidence-gate-1",
            {**_HELD, _NOTE: "The report says that the tests pass, and nothing shows it."},
        ),
        "003-blocked": _ending(broken("CHN015", whole, SETTINGS), "skeptic-gate-1", _OUT_OF_SCOPE),
        "004-held-at-the-end": _ending(
            broken("CHN024", whole, SETTINGS), "evidence-gate-n+1", {**_HELD, "- QA: NO": "- QA: YES", _NOTE: _LACKS}
        ),
        "005-blocked-at-the-end": _ending(_uncertain(whole), "skeptic-gate-n+1", _RISKY),
    }
    turns = {
        f"chains/{chain}/{name}": _own(text, number)
        for number, (chain, files) in enumerate(chains.items(), start=1)
        for name, text in files.items()
    }
    return {**_PROJECT, **turns}


_LACKS = "The retrospective is missing."


def _ending(files: Mapping[str, str], gate: str, said: Mapping[str, str]) -> dict[str, str]:
    """A chain up to a gate that says otherwise."""
    last = turn_named(gate, files)
    text = files[last]
    for old, new in said.items():
        assert old in text, f"{last} does not say {old!r}"
        text = text.replace(old, new)
    return {**{name: told for name, told in files.items() if name < last}, last: text}


def _uncertain(files: Mapping[str, str]) -> dict[str, str]:
    """The chain whose last response finds out that the ground is not known."""
    name = turn_named("response-n+1", files)
    head, found, tail = files[name].partition("### Blockers\n\n")
    assert found
    rest = tail[tail.index("###") :]
    return {**files, name: f"{head}{found}- U2: two workers may count the same attempt (structural)\n\n{rest}"}


def _own(text: str, number: int) -> str:
    """A turn of a chain with a trace of its own."""
    return text.replace("43-0c8d2e6b7a19", f"43-0c8d2e6b7a{number:02}")
