"""Sentences for synthetic specs: plausible English that no wording rule of Muster objects to.

Prose avoids lowercase keywords (`must`, `may`, `required`) and vague words, so that a project made
of it is clean; only the requirements themselves oblige.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

COLUMNS = 96  # under the 100 that SHP005 reports, with room for a list or quote prefix

GROUPS = (
    "queue worker session storage ledger gateway catalog billing search schedule profile policy metrics routing "
    "delivery identity archive replica cluster planner sandbox registry tenant quota stream index snapshot audit "
    "transfer deploy editor import export mailer payment report signal batch device model"
).split()
PARTS = (
    "admission placement retention handover renewal capacity ordering recovery expiry locking paging backoff "
    "rotation reading writing sharing pruning sealing naming merging sampling pinning listing draining sorting "
    "caching tracing signing parsing mapping polling waiting loading closing opening binding"
).split()
_ACTORS = (
    "dispatcher, scheduler, writer, reader, client, server, adapter, collector, coordinator, controller, exporter, "
    "validator, resolver, watcher, supervisor, broker, indexer, proxy, replica, gateway"
).split(", ")
_VERBS = (
    "keep, reject, record, report, release, renew, order, copy, publish, withhold, verify, close, replay, name, "
    "count, trim, forward, seal, restore, compare"
).split(", ")
_THINGS = (
    "bucket, lease, session, request, batch, record, snapshot, handle, segment, token, notice, cursor, page, window, "
    "manifest, checksum, reservation, message, slot, digest"
).split(", ")
_CONDITIONS = (
    "before the reply is sent; within {n} ms of the first byte; for each tenant on its own; when more than {n} of "
    "them wait; after {n} failed attempts in a row; while the lease holds; across a restart of the process; even "
    "where the peer is gone; in the order of arrival; for at most {n} seconds; unless an operator has paused the "
    "pool; once for every key"
).split("; ")
_REASONS = (
    "That keeps a slow {b} from holding up every {a} behind it.",
    "An operator sees the {a} in the log with its {b}, so that a lost one can be traced.",
    "The {a} is compared by value; two of them with the same {b} count as one.",
    "Earlier versions dropped the {a} here, and a {b} without an owner stayed behind for hours.",
    "The figure comes from a trial with {n} clients on one machine.",
    "Where the {b} is unknown, the {a} from the last good run is taken in its place.",
)
_REMARKS = (
    "The {a} and its {b} are written by one {actor} at a time.",
    "A {b} lives as long as the {a} that opened it, and a `{code}` marks its end.",
    "Each *{a}* has a number of its own, and the **{actor}** hands them out without gaps.",
    "On a cold start the {actor} reads {n} of them and takes the newest {b} for the truth.",
    "What happens to a {a} without {b} is told in the section on the {actor}.",
    "The {actor} is the only part that opens a {a}; all others ask it through `{code}`.",
    "A reader who knows the {b} of version {n} finds the same names here.",
)
_LEVELS = ("MUST", "MUST", "MUST", "MUST", "MUST", "MUST NOT", "MUST NOT", "SHOULD", "SHOULD", "SHOULD NOT", "MAY")


def obligation(random: Random) -> str:
    """One sentence with one capitalised keyword, now and then in bold."""
    keyword = random.choice(_LEVELS)
    shown = f"**{keyword}**" if random.random() < 0.15 else keyword
    thing = f"`{code_name(random)}`" if random.random() < 0.3 else random.choice(_THINGS)
    return (
        f"The {random.choice(_ACTORS)} {shown} {random.choice(_VERBS)} the {thing} of a {random.choice(_THINGS)}, "
        f"with its {random.choice(_THINGS)} and the `{code_name(random)}`, {_condition(random)}."
    )


def reasons(random: Random, most: int) -> str:
    """One to `most` sentences that say why, without a keyword."""
    return " ".join(_filled(random, random.choice(_REASONS)) for _ in range(random.randint(1, most)))


def remarks(random: Random, count: int) -> str:
    """Prose around the requirements: emphasis and code spans, no keyword."""
    return " ".join(_filled(random, random.choice(_REMARKS)) for _ in range(count))


def detail(random: Random) -> str:
    """A short line for a nested item or a table cell."""
    return f"the {random.choice(_THINGS)} {_condition(random)}"


def code_name(random: Random) -> str:
    """An identifier for a code span."""
    return f"{random.choice(_THINGS)}_{random.choice(_VERBS)}"


def section_titles(random: Random, count: int) -> list[str]:
    """Different titles, each with one anchor under the rules of MkDocs and of GitHub alike."""
    pairs = random.sample(range(len(_ACTORS) * len(_THINGS)), count)
    return [f"{_THINGS[pair % len(_THINGS)].capitalize()} and {_ACTORS[pair // len(_THINGS)]}" for pair in pairs]


def wrapped(text: str, first: str = "", rest: str = "") -> str:
    """Fold `text` to `COLUMNS`, with a prefix for the first line and one for those that follow."""
    lines, line = [], first
    bare = True
    for word in text.split():
        if not bare and len(line) + 1 + len(word) > COLUMNS:
            lines.append(line)
            line, bare = rest, True
        line = line + word if bare else f"{line} {word}"
        bare = False
    return "\n".join([*lines, line])


def _condition(random: Random) -> str:
    return random.choice(_CONDITIONS).format(n=random.randint(2, 900))


def _filled(random: Random, pattern: str) -> str:
    return pattern.format(
        a=random.choice(_THINGS),
        b=random.choice(_THINGS),
        n=random.randint(2, 900),
        actor=random.choice(_ACTORS),
        code=code_name(random),
    )
