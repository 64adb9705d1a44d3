"""What a check found, kept whole: where nothing changed since, the next one finds it without reading the project.

A verdict is kept under the state of all listed files, the settings, the test results, the day and Muster's own code.
What the run asked of files that nobody lists stands beside it, and is asked again.

implements: MU-CORE-0014
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from muster.model import Counts, Finding, Outcome, Project
from muster.store.own_code import state_of_code
from muster.told import Told, told_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from muster.inputs import Inputs
    from muster.model import ResultFile
    from muster.settings import Settings
    from muster.store.cache import Cache

_MOST_ASKED = 2000  # questions that are cheaper to ask again than the project is to read


class Verdict(Struct, frozen=True, array_like=True):
    """What is kept of a check: what it tells, what the ledger is told, and what it asked of files that nobody lists."""

    findings: tuple[Finding, ...]
    counts: Counts
    told: Told
    asked: tuple[tuple[str, str, str], ...] = ()  # what was asked of which path, and the answer

    def outcome(self, settings: Settings) -> Outcome:
        """The outcome of the check, but for the project."""
        return Outcome(Project(settings), self.findings, self.counts)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Verdict).decode


def judged(
    inputs: Inputs,
    settings: Settings,
    cache: Cache | None,
    results: Sequence[ResultFile],
    today: date,
    run: Callable[[Inputs], Outcome],
) -> tuple[Outcome, Told]:
    """What `run` finds, from the cache where it would find the same. The project of such an outcome is empty."""
    key = _key(inputs, settings, results, today) if cache else ""
    if cache and key and (packed := cache.get_many([key]).get(key)) is not None:
        kept = _decode(packed)
        if all(_answer(inputs, question, path) == answer for question, path, answer in kept.asked):
            cache.save()
            return kept.outcome(settings), kept.told
    asking = Asking(inputs)
    outcome = run(asking)
    told = told_of(outcome)
    # Packets and chains have events of their own, and a project without specs is told why: of the project itself.
    plain = outcome.counts.specs and not (outcome.project.refinements or outcome.project.chains)
    if cache and key and plain and len(asking.answers) <= _MOST_ASKED:
        asked = tuple((question, path, answer) for (question, path), answer in asking.answers.items())
        try:
            cache.put_many({key: _encode(Verdict(outcome.findings, outcome.counts, told, asked))})
        except UnicodeEncodeError:  # a name that is no UTF-8
            return outcome, told
        cache.save()
    return outcome, told


def _key(inputs: Inputs, settings: Settings, results: Sequence[ResultFile], today: date) -> str:
    """The name under which the verdict is kept; "" where a file may change unnoticed."""
    if not inputs.state:
        return ""
    given = [(file.path, hashlib.blake2b(file.content or b"").digest(), file.error) for file in results]
    try:
        own = _encode((settings, given, today, inputs.state))
    except UnicodeEncodeError:
        return ""
    return f"verdict:{hashlib.blake2b(own + state_of_code(), digest_size=16).hexdigest()}"


class Asking:
    """Inputs that write down what was asked about files that are not listed."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.answers: dict[tuple[str, str], str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inputs, name)

    def resolved(self, path: str) -> str:
        """As the inputs have it."""
        return self._noted("resolved", path)

    def is_ignored(self, path: str) -> bool:
        """As the inputs have it."""
        return bool(self._noted("is_ignored", path))

    def standing(self, path: str) -> bytes | None:
        """As the inputs have it."""
        if path not in self._inputs.paths:
            self._noted("standing", path)
        return self._inputs.standing(path)

    def _noted(self, question: str, path: str) -> str:
        answer = _answer(self._inputs, question, path)
        self.answers[question, path] = answer
        return answer


def _answer(inputs: Inputs, question: str, path: str) -> str:
    """The answer of the inputs as a text; of a content, its digest."""
    if question == "resolved":
        return inputs.resolved(path)
    if question == "is_ignored":
        return "ignored" if inputs.is_ignored(path) else ""
    try:
        content = inputs.standing(path)
    except OSError as error:
        return f"error {error.errno} {error.strerror}"
    return "" if content is None else hashlib.blake2b(content, digest_size=16).hexdigest()
