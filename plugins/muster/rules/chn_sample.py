"""The sample chain with one rule broken: the bad example of that rule, beside the chain as it should be.

A check looks at no example, and so nothing of the sample is imported before somebody does.
"""

from __future__ import annotations

import functools

from muster.rules.base import Example
from muster.settings import ChainSettings

_SETTINGS = ChainSettings()


_FIRST_STEPS = "skeptic-gate-1"  # what breaks up to here is shown without the turns behind


@functools.cache
def _chain() -> dict[str, str]:
    from muster.chains.sample import sample

    return sample(_SETTINGS)


def _chain_around(turn: str) -> dict[str, str]:
    """The chain, or its first steps where the turn is among them."""
    from muster.chains.breaks import turn_named

    chain = _chain()
    last = turn_named(_FIRST_STEPS, chain)
    if turn_named(turn, chain) > last:
        return chain
    return {name: text for name, text in chain.items() if name <= last}


def chain_example(code: str, turn: str, line: str, *, edited: str = "", settings: str = "") -> Example:
    """The chain with this rule broken; the finding stands in a turn, at the first line that begins so.

    `edited` names the turn that differs, where it is another one. No comment can stand in a fence or in front matter.
    """
    from muster.chains.breaks import broken

    good = _chain_around(turn)
    return _example(good, dict(broken(code, good, _SETTINGS)), turn, line, edited=edited, settings=settings)


def turn_example(turn: str, line: str, old: str, new: str) -> Example:
    """The chain with one text of a turn replaced by another, and the finding at the first line that begins so."""
    from muster.chains.breaks import turn_named

    good = _chain_around(turn)
    file = turn_named(turn, good)
    head, found, tail = good[file].partition(old)
    assert found, old
    return _example(good, {**good, file: head + new + tail}, turn, line)


def _example(
    good: dict[str, str], bad: dict[str, str], turn: str, line: str, *, edited: str = "", settings: str = ""
) -> Example:
    from muster.chains.breaks import turn_named
    from muster.chains.sample import folder_of

    folder = folder_of(_SETTINGS)
    file = turn_named(turn, bad)
    number = next(number for number, text in enumerate(bad[file].split("\n"), start=1) if text.startswith(line))
    main = turn_named(edited or turn, bad)
    return Example(
        bad=bad[main],
        good=good[main],
        path=f"{folder}/{main}",
        framed=False,
        settings=settings,
        bad_files=_beside(bad, main, folder),
        good_files=_beside(good, main, folder),
        marks=((f"{folder}/{file}", number),),
    )


def _beside(turns: dict[str, str], main: str, folder: str) -> dict[str, str]:
    from muster.chains.sample import surroundings

    others = {f"{folder}/{name}": text for name, text in turns.items() if name != main}
    return {**others, **surroundings(_SETTINGS)}
