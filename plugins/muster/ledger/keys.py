"""The names of runs: what is random, and what is the same whenever the same thing is meant."""

from __future__ import annotations

import hashlib
import os
import re

from muster.ledger.times import iso_of


def new_uuid() -> str:
    """A version 4 UUID, without the module of that name, which takes longer to import than a row to write."""
    raw = bytearray(os.urandom(16))
    raw[6] = raw[6] & 0x0F | 0x40
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def run_id(slug: str, started: float) -> str:
    """`task_exec_<slug>_<started>_<16 hex>`."""
    return f"task_exec_{slug}_{iso_of(started)}_{os.urandom(8).hex()}"


def session_id(slug: str, started: float) -> str:
    """`task:<slug>:<started>:<16 hex>`."""
    return f"task:{slug}:{iso_of(started)}:{os.urandom(8).hex()}"


def script_id() -> str:
    """The ID of a row of `script_run`."""
    return f"scr_{os.urandom(8).hex()}"


def tool_id() -> str:
    """The ID of a row of `tool_call`."""
    return f"toolrun_{os.urandom(8).hex()}"


def scheduled_key(task_id: str, window_start: float, attempt: int) -> str:
    """The key of a scheduled run: task, start of its window, attempt.  implements: MU-LEDGER-8018"""
    return keyed(task_id, iso_of(window_start), str(attempt))


def caller_key(task_id: str, key: str, attempt: int) -> str:
    """The key of a run that nobody scheduled, from the caller's or a new one.  implements: MU-LEDGER-8018"""
    return keyed(task_id, "key", key, str(attempt))


def keyed(*parts: str) -> str:
    """`sha256:` over these parts, none of which can run into the next."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return f"sha256:{hashlib.sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()}"


def slug_of(name: str) -> str:
    """A name as a slug; where little is left of its letters, a digest of it tells it from others."""
    slug = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:64].rstrip("-_")
    told, kept = (sum(map(str.isalnum, text)) for text in (name[:64], slug))
    if not name or kept * 2 > told:
        return slug or "task"
    return f"{slug[:55].rstrip('-_') or 'task'}-{keyed(name)[7:15]}"
