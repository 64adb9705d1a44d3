"""Responses to start from: what the gates look for, in the order in which they do.

implements: MU-CHAIN-7002
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.draft import FINAL, fill, is_read_only, is_spike
from muster.settings import ChainLanguage

if TYPE_CHECKING:
    from muster.chains.draft import Draft
    from muster.settings import ChainSettings

_NAMES = {
    ChainLanguage.ENGLISH: "English",
    ChainLanguage.ITALIAN: "Italian",
    ChainLanguage.GERMAN: "German",
    ChainLanguage.FRENCH: "French",
    ChainLanguage.SPANISH: "Spanish",
    ChainLanguage.PORTUGUESE: "Portuguese",
    ChainLanguage.DUTCH: "Dutch",
}


def response_body(draft: Draft, settings: ChainSettings) -> str:
    """The body of a response."""
    if is_read_only(draft.label):
        return _memo(settings) + _findings(draft)
    parts = (_memo(settings), _PRE_CHECK, _DIFF, _REPORT, _qa(draft.label, settings))
    return "".join((*parts, _closing(settings) if draft.label == FINAL else ""))


def _memo(settings: ChainSettings) -> str:
    """The topics of the memo, each to be said in the language of the chain."""
    language = _NAMES.get(settings.language, "the language of the chain")
    return (
        "## Active Rules memo\n\n"
        f"- Path safety: {fill('which files you may touch, and that no other one changes')}\n"
        f"- Micro-PR scope: {fill('the one change that this turn makes, or that it makes none')}\n"
        f"- QA: {fill('what you run, or why nothing')}\n"
        f"- Language: {fill(f'that you answer in {language}')}\n"
        f"- Turn protocol: {fill('that you do this one action, and then wait')}\n"
    )


def _findings(draft: Draft) -> str:
    found = f"\n## Findings\n\n{fill('what is so, and where it stands')}\n"
    if is_spike(draft.label):
        return found
    uncertainty = fill("what nobody can tell yet; (structural) where it touches the plan; or delete this section")
    questions = fill("what somebody has to answer, or none")
    return (
        f"{found}\n## Uncertainties\n\n- U{draft.declared + 1}: {uncertainty}\n\n## Open questions\n\n- {questions}\n"
    )


_PRE_CHECK = f"""
## Pre-check

- Result: {fill("PASS or FAIL")}
- Checked: {fill("what you looked at before you made the patch")}
"""

_DIFF = f"""
## Diff

```diff
{fill("the unified diff; where no file changed, delete this section")}
```
"""

_REPORT = f"""
## Report

### Changes

{fill("what changed, file by file, or none")}

### Impact

{fill("whom it touches, and what it may break")}

### QA

- Attempt 1: {fill("PASS or FAIL, and why; one item for each further attempt")}

### Test Impact Map

- {fill("which test changes because of which file outside the tests; where no test changed, delete this section")}

### Assumptions

- {fill("what you took for granted, or none")}

### Blockers or open questions

- {fill("what stops you, or none")}

### Next steps

- {fill("what you suggest")}

### Definition of done

- Status: {fill("MET or NOT MET")}
"""


def _qa(label: str, settings: ChainSettings) -> str:
    """A block for each command whose output is to be shown."""
    commands = settings.final_qa if label == FINAL else (settings.qa,)
    blocks = [
        f"\n```text\n$ {command}\n{fill('its whole output')}\nexit status: {fill('its number')}\n```\n"
        for command in commands
        if command
    ]
    if not blocks:
        blocks = [f"\nQA alternative: {fill('what you ran instead, or why nothing')}\n"]
    return f"\n## QA output\n{''.join(blocks)}"


def _closing(settings: ChainSettings) -> str:
    language = _NAMES.get(settings.language, "the language of the chain")
    return f"""
## Micro-fixes

- {fill(f"one item for each, at most {settings.micro_fixes}; or none")}

## Summary

{fill("what the chain did, step by step")}

## Commit message

- Commit message: {fill(f"one line in {language}")}

## Retrospective

- Retrospective: {fill("PASS, and what was learnt")}
"""
