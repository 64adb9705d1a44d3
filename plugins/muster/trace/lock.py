"""Under which text each citing file was reviewed, `requirements/trace.lock`.

A line is a JSON array: an ID, the fingerprint and a path for each file that cites; a fingerprint and its text once for
each fingerprint. Lines are sorted and stand for themselves, so that git merges them; where it cannot, both sides of
the conflict are kept.

implements: MU-TRACE-3020
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from muster.model import CitationKind, Derived, Place, Problem, Suspect
from muster.text.fingerprint import normalised
from muster.text.utf8 import is_encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from muster.model import Citation, Evidence, Requirement

NAME = "trace.lock"
MARK = "# Written by `muster sync`: under which text of a requirement each citing file was reviewed.\n"
_FINGERPRINT = "sha256:"
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")

_decode = msgspec.json.Decoder(list[str]).decode
Pairs = dict[str, dict[str, str]]  # by ID and path of the citing file: the fingerprint of the last review


class Lock(Struct, frozen=True, array_like=True):
    """The lock as it stands, or as it should."""

    pairs: Pairs = {}
    texts: dict[str, str] = {}  # by fingerprint
    whole: bool = True  # the file is written as `rendered` would
    disputed: tuple[tuple[str, str, tuple[str, ...]], ...] = ()  # ID, path, and the reviews of both sides of a conflict


def lock_in(text: str, path: str) -> tuple[tuple[Lock, ...], tuple[Problem, ...]]:
    """What a lock holds, in a tuple of one, and every line of it that is none."""
    pairs: Pairs = {}
    texts: dict[str, str] = {}
    both: dict[tuple[str, str], set[str]] = {}  # reviews that two lines tell differently
    problems: list[Problem] = []
    conflicts = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line or line.startswith("#"):
            continue
        if line.startswith(_CONFLICT):
            conflicts += 1
            if conflicts == 1:
                problems.append(_problem(path, number, "the lock has conflict markers of git"))
            continue
        parts = _parts(line)
        if parts is None:
            problems.append(_problem(path, number, f"{shortened(line, 40)!r} is no entry of the lock"))
        elif len(parts) == 2:
            texts[parts[0]] = parts[1]
        else:
            identifier, fingerprint, file = parts
            known = pairs.setdefault(identifier, {}).setdefault(file, fingerprint)
            if known != fingerprint:
                both.setdefault((identifier, file), {known}).add(fingerprint)
    disputed = tuple((identifier, file, tuple(sorted(found))) for (identifier, file), found in both.items())
    return (Lock(pairs, texts, not problems and _is_whole(text), disputed),), tuple(problems)


def _is_whole(text: str) -> bool:
    """Whether the lines are those that `rendered` would write: the mark, then all in their order, each once."""
    head, _, rest = text.replace("\r\n", "\n").partition("\n")  # git may hand it out with either
    lines = rest.split("\n")
    return f"{head}\n" == MARK and lines.pop() == "" and all(one < other for one, other in pairwise(lines))


def _problem(path: str, number: int, words: str) -> Problem:
    remedy = "run `muster sync`, which keeps the entries of both sides, then `muster review`"
    return Problem("TRC011", Place(path, number), words, remedy)


def _parts(line: str) -> list[str] | None:
    try:
        parts = _decode(line)
    except (msgspec.DecodeError, UnicodeEncodeError):
        try:
            parts = json.loads(line)  # it knows lone surrogates too
        except (ValueError, RecursionError):
            return None
        if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
            return None
    if len(parts) == 3 and parts[1].startswith(_FINGERPRINT):
        return parts
    return parts if len(parts) == 2 and parts[0].startswith(_FINGERPRINT) else None


def rendered(lock: Lock) -> str:
    """The file's text."""
    dump = json.JSONEncoder(ensure_ascii=False).encode
    lines = [dump([name, mark, path]) for name, files in lock.pairs.items() for path, mark in files.items()]
    lines += (dump([mark, text]) for mark, text in lock.texts.items())
    return MARK + "".join(f"{line}\n" for line in sorted(map(_safe, lines)))


def part_of(content: bytes, names: Iterable[str], path: str) -> Lock:
    """What a lock says of these IDs. Its lines stand as `rendered` writes them: sorted, so that few are looked at."""
    text = content.replace(b"\r\n", b"\n")
    lines = [line for name in names for line in _beginning(text, name)]
    (lock,), _ = lock_in("\n".join(lines), path)
    marks = sorted({mark for files in lock.pairs.values() for mark in files.values()})
    lines += [line for mark in marks for line in _beginning(text, mark)]
    return lock_in("\n".join(lines), path)[0][0]


def _beginning(text: bytes, first: str) -> Iterator[str]:
    """The lines whose first part, an ID or a fingerprint, is this."""
    begin = (_safe(json.JSONEncoder(ensure_ascii=False).encode([first]))[:-1] + ",").encode()
    low, high = 0, len(text)
    while low < high:  # both are where a line begins
        middle = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = text.index(b"\n", middle) + 1
        if text[middle:end] < begin:
            low = end
        else:
            high = middle
    while text.startswith(begin, low):
        end = text.index(b"\n", low)
        yield text[low:end].decode("utf-8", "surrogateescape")
        low = end + 1


def _safe(line: str) -> str:
    """A line in which what is no UTF-8, and what some take for a line's end, is spelled out."""
    return line if line.isascii() else _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", line)


_UNSAFE = re.compile("[\ud800-\udfff\u2028\u2029\x85]")


def citing_files(
    citations: Iterable[Citation], evidence: Iterable[Evidence], homes: Mapping[str, str]
) -> dict[str, list[str]]:
    """The files that a change of each requirement concerns, sorted: not the spec itself, and no mere sample."""
    found: dict[str, set[str]] = {}
    for citation in citations:
        path = citation.place.path
        home = homes.get(citation.id)
        if home is None or citation.literal or not is_encodable(path):
            continue
        if citation.kind is CitationKind.MENTIONS and path == home:
            continue
        found.setdefault(citation.id, set()).add(path)
    for one in evidence:
        if one.requirement in homes:
            found.setdefault(one.requirement, set()).add(one.place.path)
    return {identifier: sorted(paths) for identifier, paths in found.items()}


def kept(
    held: Lock, citing: Mapping[str, list[str]], requirements: Mapping[str, Requirement], paths: Collection[str]
) -> Lock:
    """The lock as it should stand: reviews stay, new citations are trusted, what cites no longer goes.

    A file that took the place of one that is gone inherits its review; where a review that is out of date would go
    with no such file, each file that is new to the requirement inherits it. Of two reviews in a conflict
    the one that leaves the file suspect counts: the other side did not see what that one saw.
    """
    disputed = {(identifier, path): marks for identifier, path, marks in held.disputed}
    heirs = _heirs(held, citing, paths)
    pairs: Pairs = {}
    for identifier, files in citing.items():
        now = requirements[identifier].fingerprint
        then = held.pairs.get(identifier, {})
        own = {}
        moved = {heirs[path] for path in files if path in heirs}
        left = sorted(mark for path, mark in then.items() if path not in files and path not in moved and mark != now)
        for path in files:
            mark = then.get(path) or then.get(heirs.get(path, "")) or (left[0] if left else now)
            if (identifier, path) in disputed:
                mark = next(one for one in disputed[identifier, path] if one != now)
            own[path] = mark
        pairs[identifier] = own
    texts: dict[str, str] = {}
    for identifier, own in pairs.items():
        for mark in own.values():
            if mark not in texts:
                requirement = requirements[identifier]
                known = held.texts.get(mark)
                if known is None and mark == requirement.fingerprint:
                    known = normalised(requirement.text)
                if known is not None:
                    texts[mark] = known
    return Lock(pairs, texts)


def _heirs(held: Lock, citing: Mapping[str, list[str]], paths: Collection[str]) -> dict[str, str]:
    """By each file that is new to the lock and shares most IDs with one that is gone: that one."""
    before: dict[str, set[str]] = defaultdict(set)
    for identifier, files in held.pairs.items():
        for path in files:
            if path not in paths:
                before[path].add(identifier)
    if not before:
        return {}
    known = {path for files in held.pairs.values() for path in files}
    after: dict[str, set[str]] = defaultdict(set)
    for identifier, now in citing.items():
        for path in now:
            if path not in known:
                after[path].add(identifier)
    heirs: dict[str, str] = {}
    for gone in sorted(before):
        ids = before[gone]
        candidates = [
            (len(ids & others), path.rsplit("/", 1)[-1] == gone.rsplit("/", 1)[-1], path)
            for path, others in after.items()
            if path not in heirs and 2 * len(ids & others) >= len(ids)
        ]
        if candidates:
            most = max(candidates, key=lambda one: one[:2])
            heirs[min(path for *rank, path in candidates if tuple(rank) == most[:2])] = gone
    return heirs


def suspects_of(wanted: Lock, requirements: Mapping[str, Requirement]) -> Iterator[Suspect]:
    """The files whose review is of another text, by ID and path.  implements: MU-TRACE-3021"""
    for identifier in sorted(wanted.pairs):
        now = requirements[identifier].fingerprint
        for path, then in wanted.pairs[identifier].items():
            if then != now:
                yield Suspect(identifier, path, wanted.texts.get(then, ""))


def reviewed(wanted: Lock, requirements: Mapping[str, Requirement], cleared: Collection[tuple[str, str]]) -> Lock:
    """The lock once somebody looked at these pairs of ID and path.  implements: MU-TRACE-3022"""
    pairs = {identifier: dict(files) for identifier, files in wanted.pairs.items()}
    for identifier, path in cleared:
        pairs[identifier][path] = requirements[identifier].fingerprint
    marks = {mark for files in pairs.values() for mark in files.values()}
    texts = {mark: text for mark, text in wanted.texts.items() if mark in marks}
    for identifier, _ in cleared:
        requirement = requirements[identifier]
        texts.setdefault(requirement.fingerprint, normalised(requirement.text))
    return Lock(pairs, texts)


def derived_lock(wanted: Lock, held: Lock, path: str, committed: str | None) -> Derived | None:
    """The lock as a derived file; None where there is none and none is due."""
    if committed is None and not wanted.pairs:
        return None
    if held.whole and held.pairs == wanted.pairs and held.texts == wanted.texts and wanted.pairs:
        return Derived(path, same=True)
    text = rendered(wanted) if wanted.pairs else None
    if text is not None and committed is not None and text == committed.replace("\r\n", "\n"):
        return Derived(path, same=True)
    ours = (
        committed is None
        or re.search(r"^(?:# Written by `muster sync`|\[\"|<<<<<<< )", committed, re.MULTILINE) is not None
    )
    return Derived(path, False, text, committed, ours)
