"""Prompt chains, gathered from all files: a turn is read once for each content, a chain judged once for each stand.

implements: MU-CHAIN-7001, MU-CHAIN-7042
"""

from __future__ import annotations

import hashlib
from posixpath import basename, dirname
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import Chain, Place, Problem, natural
from muster.readings import readings
from muster.records import rule_version
from muster.settings import ChainLanguage
from muster.specs.discovery import is_left_out
from muster.text.globs import paths_matching
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.chains.turn import Turn
    from muster.inputs import Inputs
    from muster.model import Project
    from muster.settings import ChainSettings, Settings
    from muster.store.cache import Cache

_NO_TURN = frozenset({"readme.md", "index.md"})
_encode = msgspec.msgpack.Encoder().encode


class Kept(Struct, frozen=True, array_like=True):
    """What came of a chain, as it is kept."""

    chain: Chain
    problems: tuple[Problem, ...]
    linked: dict[str, bool]  # by path that a turn links: whether something stands there


def folders_found(
    markdown: Iterable[str], settings: Settings, inputs: Inputs, cache: Cache | None
) -> dict[str, list[str]]:
    """The folders that are chains, in natural order, and the paths of their turns in order.

    One turn makes a chain of its folder; of what else stands there, README and index are none.
    """
    candidates = [
        path
        for path in paths_matching(markdown, settings.chains.include)
        if basename(path).lower() not in _NO_TURN and not is_left_out(path, settings)
    ]
    told, _ = readings("turn-head", candidates, _is_turn, bool, inputs, cache)  # unread ones are findings as pages
    folders = sorted({dirname(path) for path, is_turn in told.items() if is_turn}, key=natural)
    turns: dict[str, list[str]] = {folder: [] for folder in folders}
    for path in sorted(candidates, key=lambda path: natural(basename(path))):
        if dirname(path) in turns:
            turns[dirname(path)].append(path)
    return turns


def firsts_of(folders: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """By each further turn the first of its chain, which says for all of them what spec they belong to."""
    return {path: paths[0] for paths in folders.values() for path in paths[1:]}


def with_chains(project: Project, folders: Mapping[str, Sequence[str]], inputs: Inputs, cache: Cache | None) -> Project:
    """The project with its chains, each judged by the protocol."""
    if not folders:
        return project
    from muster.chains.trial import is_binding, trial_problems

    settings = project.settings.chains
    chains: list[Chain] = []
    problems: list[Problem] = []
    linked: set[str] = set()
    for folder, paths in folders.items():
        kept = _kept(folder, paths, settings, inputs, cache, binding=is_binding(chains))
        chains.append(kept.chain)
        problems += kept.problems
        linked |= {path for path, there in kept.linked.items() if there}
    problems += trial_problems(chains, settings)
    problems += _documents_in_another_language(settings, linked, inputs, cache)
    return msgspec.structs.replace(project, chains=tuple(chains), problems=(*project.problems, *problems))


def read_turns(
    paths: Sequence[str], settings: ChainSettings, inputs: Inputs, cache: Cache | None
) -> tuple[list[Turn], list[Problem]]:
    """The turns of a chain in order, and what stands among them and is none."""
    from muster.chains.reading import turn_in
    from muster.chains.turn import Turn

    own = hashlib.blake2b(_encode(settings), digest_size=8).hexdigest()
    read, unread = readings(
        f"turn:{own}", paths, lambda data, path: turn_in(data, path, settings), Turn | None, inputs, cache
    )
    problems = [
        Problem(
            "CHN001",
            Place(encodable(path)),
            f"{encodable(basename(path))} stands among the turns of a chain and is none: no `kind` in its front matter",
            "give it the front matter of a turn, or move it elsewhere",
        )
        for path in paths
        if path not in unread and read[path] is None
    ]
    return [turn for path in paths if (turn := read.get(path)) is not None], problems


def _kept(
    folder: str,
    paths: Sequence[str],
    settings: ChainSettings,
    inputs: Inputs,
    cache: Cache | None,
    *,
    binding: bool,
) -> Kept:
    """What came of a chain: kept, where its turns and what they link are as they were."""
    versions = [inputs.versions.get(path, "") for path in paths]
    stand = (settings, rule_version(), folder, list(zip(paths, versions, strict=True)), binding)
    key = ""
    if cache and all(versions):
        key = f"chain:{hashlib.blake2b(_encode(stand), digest_size=16).hexdigest()}"
        held = cache.get_many([key]).get(key)
        if held is not None:
            kept = msgspec.msgpack.decode(held, type=Kept)
            if all(_is_there(path, inputs) == there for path, there in kept.linked.items()):
                return kept
    from muster.chains.judging import judged

    turns, problems = read_turns(paths, settings, inputs, cache)
    found = judged(turns, folder, settings, lambda path: _is_there(path, inputs), binding=binding)
    kept = Kept(found.chain, (*problems, *found.problems), {path: _is_there(path, inputs) for path in found.linked})
    if cache and key:
        cache.put_many({key: _encode(kept)})
    return kept


def _is_there(path: str, inputs: Inputs) -> bool:
    return path in inputs.paths or path in inputs.twins or inputs.is_ignored(path)


def _is_turn(data: bytes, _path: str) -> bool:
    from muster.chains.front import is_turn

    return is_turn(data)


def _documents_in_another_language(
    settings: ChainSettings, linked: Iterable[str], inputs: Inputs, cache: Cache | None
) -> list[Problem]:
    """The protocol and the documents that every chain loads, where they are in a language that is not theirs."""
    wanted = settings.document_language
    if wanted is ChainLanguage.ANY:
        return []
    ends = tuple(f"/{document}" for document in settings.documents)
    named = {path for path in inputs.paths if path in settings.documents or path.endswith(ends)} if ends else set()
    named |= {path for path in (settings.protocol, *linked) if path in inputs.paths}
    paths = sorted(path for path in named if path.endswith(".md"))
    told, _ = readings("language", paths, _language, str, inputs, cache)
    return [
        Problem(
            "CHN026",
            Place(path),
            f"{path} is a document that chains follow, and is written in {_name(language)}, not in {_name(wanted)}",
            f"write it in {_name(wanted)}, or set `chains.document_language`",
        )
        for path, language in told.items()
        if language and language != wanted.value
    ]


def _name(language: str) -> str:
    """`Italian`, for `it`."""
    return ChainLanguage(language).name.capitalize()


def _language(data: bytes, _path: str) -> str:
    from muster.chains.languages import language_of

    return language_of(data.decode("utf-8", "replace"))
