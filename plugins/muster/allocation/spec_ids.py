"""What stands for a spec_id, a UUID or a placeholder where none is yet, and where it stands beside a record."""

from __future__ import annotations

import re

KEY = "spec_id"
CONTRACT = "objective-contract.json"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NIL = "00000000-0000-0000-0000-000000000000"
_WORDS = frozenset({"", "null", "~", "tbd", "todo", "pending", "none", "...", _NIL})
_BRACKETED = re.compile(r"<[^<>]*>|\{\{[^{}]*\}\}")


def contract_beside(record: str) -> str:
    """The path of the contract that belongs to a record."""
    folder, slash, _ = record.rpartition("/")
    return f"{folder}{slash}{CONTRACT}"


def carries(data: bytes, spec_id: str) -> bool:
    """Whether a file holds the ID, in whatever it is written: without its zeros, UTF-16 is ASCII here."""
    return spec_id.encode() in data.replace(b"\0", b"").lower()


def spec_id_of(text: str) -> str | None:
    """The UUID in lower case, "" for a placeholder, None for what is neither.

    implements: MU-ALLOC-4012
    """
    known = text.strip().lower()
    if known in _WORDS or _BRACKETED.fullmatch(known):
        return ""
    return known if _UUID.fullmatch(known) else None
