"""Addresses on other hosts: which to ask for, how to judge what came back, and what is kept of it.

Nothing here opens a connection, sleeps or looks at a clock: `asked` is handed the means.

implements: MU-RULE-2020, MU-RULE-2021
"""

from __future__ import annotations

import html
import re
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from muster.model import Place, Problem
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from muster.links.built import Use
    from muster.settings import ExternalSettings

RECORD = ".muster/external.json"
SCHEMA_VERSION = 1
DAY = 86_400
LONGEST_PAUSE = 60  # seconds; also where a server asks for more


class State(StrEnum):
    """What is known of an address."""

    OK = "ok"
    REDIRECTED = "redirected"
    DEAD = "dead"
    UNSURE = "unsure"


class Answer(Struct, frozen=True, omit_defaults=True):
    """What came back for an address, and when it was asked for."""

    state: State
    reason: str  # `404 Not Found`
    asked: int  # seconds since 1970
    target: str = ""  # where it was redirected to
    permanent: bool = False
    pages: tuple[tuple[str, int], ...] = ()  # where a dead one stands: page and line


class Kept(Struct, frozen=True):
    """The record of the last run, as it lies on disk."""

    schema_version: int
    answers: dict[str, Answer]


class Verdict(NamedTuple):
    """How a reply is judged."""

    answer: Answer
    again: bool = False  # another try may give another answer
    wait: int = 0  # seconds that the server asks for


class Plan(NamedTuple):
    """Which addresses are asked for, and which are not."""

    ask: tuple[str, ...]
    known: dict[str, Answer]
    ignored: tuple[str, ...]


Reply = tuple[str, bool, str, tuple[tuple[str, str], ...]]  # address, valid, result, warnings with tag and text


def plan(
    addresses: Iterable[str], kept: Mapping[str, Answer], settings: ExternalSettings, now: int, *, refresh: bool
) -> Plan:
    """Sort addresses into those to ask for, those whose good answer is young enough, and those to ignore."""
    patterns = [re.compile(pattern) for pattern in settings.ignore]
    ask, ignored, known = [], [], {}
    for address in sorted(addresses):
        answer = kept.get(address)
        if any(pattern.search(address) for pattern in patterns):
            ignored.append(address)
        elif answer and not refresh and _is_fresh(answer, settings.age_days * DAY, now):
            known[address] = answer
        else:
            ask.append(address)
    return Plan(tuple(ask), known, tuple(ignored))


def _is_fresh(answer: Answer, age: int, now: int) -> bool:
    return answer.state in (State.OK, State.REDIRECTED) and 0 <= now - answer.asked < age


def asked(
    addresses: Sequence[str],
    ask: Callable[[Sequence[str]], Iterable[Reply]],
    retries: int,
    sleep: Callable[[float], object],
    now: int,
) -> Iterator[tuple[str, Answer]]:
    """Ask for every address, in rounds: what may be otherwise the next time is asked again after a pause.

    Each address is given once, when nothing more will be asked about it.
    """
    open_: dict[str, Answer] = {}
    for address in addresses:
        if flaw := _flaw(address, now):
            yield address, flaw
        else:
            open_[address] = Answer(State.UNSURE, "LinkChecker did not say", now)
    for tries in range(retries + 1):
        if not open_:
            return
        pause = 2**tries
        for reply in ask(tuple(open_)):
            if reply[0] not in open_:
                continue
            verdict = judged(reply, now)
            open_[reply[0]] = verdict.answer
            pause = max(pause, verdict.wait)
            if not verdict.again:
                yield reply[0], open_.pop(reply[0])
        if open_ and tries < retries:
            sleep(min(pause, LONGEST_PAUSE))
    yield from open_.items()


def _flaw(address: str, now: int) -> Answer | None:
    """What is wrong with an address by itself: LinkChecker would stop at it, and ask for no other."""
    try:
        parts = urlsplit(address)
        good = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        return Answer(State.DEAD, "it is no web address", now)
    if not parts.netloc.isascii():
        return Answer(State.UNSURE, "its host has no name that the network knows", now)
    return None


_CODE = re.compile(r"[0-9]{3}\b")
_HOP = re.compile(r"Redirected to `(.*)' status: ([0-9]{3})", re.DOTALL)
_RETRY_AFTER = re.compile(r"Retry-After: ([0-9]{1,6})\b")
_NO_NAME = re.compile(r"Hostname not found|NameResolutionError.*\[Errno (?:-2|-5|8|11001)\]", re.DOTALL)
_NO_HOST = "there is no host of that name"
_WRONG = re.compile(r"TooManyRedirects|InvalidURL|LocationParseError|InvalidSchema|Bad hostname|URL has ")
_FOR_OTHERS = frozenset((401, 402, 403, 405, 406, 407, 451, 999))  # an answer, though not one for us
_TRY_AGAIN = frozenset((408, 421, 425, 429))


def judged(reply: Reply, now: int) -> Verdict:
    """What a reply of LinkChecker means."""
    address, valid, result, warnings = reply
    reason = _reason(html.unescape(result))
    if code := _CODE.match(result):
        return _by_code(int(code[0]), reason, address, warnings, now)
    if valid:
        return Verdict(Answer(State.OK, reason, now))
    if _NO_NAME.search(result):
        return Verdict(Answer(State.DEAD, _NO_HOST, now))
    if _WRONG.search(result):
        return Verdict(Answer(State.DEAD, reason, now))
    if "CERTIFICATE_VERIFY_FAILED" in result:
        return Verdict(Answer(State.UNSURE, "its certificate is not trusted here", now))
    return Verdict(Answer(State.UNSURE, reason, now), again=True)


def _by_code(code: int, reason: str, address: str, warnings: tuple[tuple[str, str], ...], now: int) -> Verdict:
    if (code >= 500 and code not in _FOR_OTHERS) or code in _TRY_AGAIN:
        waits = [int(found[1]) for _, text in warnings if (found := _RETRY_AFTER.search(text))]
        return Verdict(Answer(State.UNSURE, reason, now), again=True, wait=max(waits, default=0))
    if code in _FOR_OTHERS:
        return Verdict(Answer(State.UNSURE, reason, now))
    if code >= 400:
        return Verdict(Answer(State.DEAD, reason, now))
    hops = [(found[1], int(found[2])) for _, text in warnings if (found := _HOP.search(text))]
    # An address on the way of another is told with the whole way: its own begins behind it.
    own = [number for number, (target, _) in enumerate(hops, start=1) if target == address]
    hops = hops[own[-1] :] if own else hops
    if not hops:
        return Verdict(Answer(State.OK, reason, now))
    permanent = all(status in (301, 308) for _, status in hops)
    return Verdict(Answer(State.REDIRECTED, reason, now, hops[-1][0], permanent))


_EXCEPTION = re.compile(r"(\w+): ")
_WORDS = {
    "ReadTimeout": "no answer in time",
    "ConnectTimeout": "no connection in time",
    "ConnectionError": "the connection failed",
    "SSLError": "the encrypted connection failed",
    "ChunkedEncodingError": "the connection broke off",
}


def _reason(result: str) -> str:
    """A result in words for people: the names of Python's exceptions are none."""
    found = _EXCEPTION.match(result)
    if found is None:
        return printable(result.strip()[:120])
    if "Connection refused" in result:
        return "the connection is refused"
    return _WORDS.get(found[1], printable(result[:120]))


def doubted(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers of one run; where no host at all has a name, the network is missing and not the hosts."""
    hosts = {host_of(address) for address in answers}
    if len(hosts) < 2 or any(answer.reason != _NO_HOST for answer in answers.values()):
        return dict(answers)
    words = "no host name can be looked up: is there a network?"
    return {
        address: msgspec.structs.replace(answer, state=State.UNSURE, reason=words)
        for address, answer in answers.items()
    }


# What is kept


def kept_from(content: bytes | None) -> dict[str, Answer]:
    """The answers of the last run; none where there is no record, a damaged one, or one of another version."""
    if content is None:
        return {}
    try:
        kept = msgspec.json.decode(content, type=Kept)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return kept.answers if kept.schema_version == SCHEMA_VERSION else {}


def record_of(answers: Mapping[str, Answer], site: str, external: Mapping[str, tuple[Use, ...]]) -> bytes:
    """What to keep: the answers for the addresses that the site has, with the places of those that are dead."""
    kept = {}
    for address in sorted(answers.keys() & external.keys()):
        answer = answers[address]
        pages: tuple[tuple[str, int], ...] = ()
        if answer.state is State.DEAD:
            pages = tuple((f"{site}/{use.page}", use.line) for use in external[address])
        kept[address] = msgspec.structs.replace(answer, pages=pages)
    return msgspec.json.format(msgspec.json.encode(Kept(SCHEMA_VERSION, kept)), indent=1) + b"\n"


def problems_in(content: bytes | None) -> list[Problem]:
    """The dead addresses of the last run, each at the first page that has it."""
    found = []
    for address, answer in sorted(kept_from(content).items()):
        if answer.state is State.DEAD and answer.pages:
            page, line = answer.pages[0]
            more = f", and on {counted(len(answer.pages) - 1, 'more page')}" if len(answer.pages) > 1 else ""
            found.append(
                Problem(
                    "LNK010",
                    Place(printable(page), max(line, 1)),
                    printable(f"{address} is dead: {answer.reason}{more}"),
                    "mend the link in the source of that page, build the site, and run `muster links --external`",
                )
            )
    return found


# Telling


class Host(NamedTuple):
    """How the addresses of one host fared."""

    name: str
    ok: int
    redirected: int
    dead: int
    unsure: int
    cached: int  # of the ones before: known from an earlier run
    ignored: int


def by_host(answers: Mapping[str, Answer], planned: Plan) -> list[Host]:
    """The sums of each host, by its name."""
    states = Counter((host_of(address), answer.state) for address, answer in answers.items())
    cached = Counter(host_of(address) for address in planned.known)
    ignored = Counter(host_of(address) for address in planned.ignored)
    names = sorted({name for name, _ in states} | ignored.keys())
    return [
        Host(
            name,
            ok=states[name, State.OK],
            redirected=states[name, State.REDIRECTED],
            dead=states[name, State.DEAD],
            unsure=states[name, State.UNSURE],
            cached=cached[name],
            ignored=ignored[name],
        )
        for name in names
    ]


def host_of(address: str) -> str:
    """The host that an address names, or what stands in its place."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower() or "(none)"
    except ValueError:
        return "(none)"
