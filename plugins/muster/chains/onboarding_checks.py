"""The onboarding task: the documents that it names, and its plan.

implements: MU-CHAIN-7011
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.finding import problem_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.turn import Section, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings


def onboarding_problems(turn: Turn, settings: ChainSettings) -> Iterator[Problem]:
    """Documents that it does not name, and a plan that is missing."""
    section = _section(turn, "Documents")
    if section is None and settings.documents:
        message = "the onboarding task names no documents"
        yield problem_at(turn, 1, "CHN003", message, f"list them under `## Documents`: {', '.join(settings.documents)}")
    else:
        named = [said.text.partition("#")[0] for said in turn.paths]
        for document in filter(str.strip, settings.documents):
            if not any(_is_named(path, document, settings) for path in named):
                message = f"the onboarding task does not name {document}"
                line = section.line if section else 1
                yield problem_at(
                    turn, line, "CHN003", message, "list it under `## Documents`, as a link or in backticks"
                )
    plan = _section(turn, "Plan")
    if plan is None or plan.empty:
        message = "the onboarding task states no plan"
        yield problem_at(
            turn, plan.line if plan else 1, "CHN003", message, "say under `## Plan` what comes, step by step"
        )


def _is_named(path: str, document: str, settings: ChainSettings) -> bool:
    """Whether a path is the document: all of it, or its end; one that is another required document is that one."""
    path = path.removeprefix("./").removeprefix("/")
    if path != document and not path.endswith(f"/{document}"):
        return False
    longer = (other for other in settings.documents if other != document and other.endswith(f"/{document}"))
    return not any(path == other or path.endswith(f"/{other}") for other in longer)


def _section(turn: Turn, name: str) -> Section | None:
    return next((section for section in turn.sections if section.name == name), None)
