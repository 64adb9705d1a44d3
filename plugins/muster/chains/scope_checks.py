"""The files of a diff, held against the scope of its prompt.

implements: MU-CHAIN-7032
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.chains.finding import problem_at
from muster.chains.scope import is_within, matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.rounds import Round
    from muster.chains.turn import Changed, Response, Turn
    from muster.model import Problem
    from muster.settings import ChainSettings


def scope_problems(
    turn: Turn, response: Response, one: Round, settings: ChainSettings, *, outside: bool
) -> Iterator[Problem]:
    """Files out of scope, and tests that change for no reason; `outside`: the step changed other files before."""
    patch, prompt = response.patch, one.prompt.prompt if one.prompt else None
    if patch is None or not patch.files:
        return
    scope = prompt.scope if prompt else None
    if scope is not None and scope.allows:
        for changed in patch.files:
            for path in dict.fromkeys(filter(None, (changed.before, changed.path))):
                if not is_within(path, scope):
                    message = f"the response to {one.name} changes {path}, which is not within its SCOPE"
                    help_ = f"leave the file alone, or let {settings.orchestrator} give a prompt that allows it"
                    yield problem_at(turn, changed.line, "CHN015", message, help_)
                    break
    tests = [changed for changed in patch.files if is_test(changed, settings)]
    if not tests:
        return
    if len(tests) == len(patch.files) and not outside:
        message = f"the response to {one.name} changes tests alone: {tests[0].path}"
        help_ = "tests change as a consequence of changes outside them, in the same step"
        yield problem_at(turn, tests[0].line, "CHN015", message, help_)
    elif not any(part.name == "Test Impact Map" and not part.empty for part in response.report):
        message = f"the response to {one.name} changes tests and has no Test Impact Map: {tests[0].path}"
        help_ = "add `### Test Impact Map` to the report: which test changes because of which file"
        yield problem_at(turn, tests[0].line, "CHN015", message, help_)


def is_test(changed: Changed, settings: ChainSettings) -> bool:
    """Whether a file that changes is a test."""
    return any(matches(changed.path, glob) for glob in settings.tests)
