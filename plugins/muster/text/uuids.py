"""IDs that follow from a name: whoever makes one for the same thing gets the same."""

from __future__ import annotations

import hashlib
import uuid


def named_uuid(namespace: uuid.UUID, name: bytes) -> str:
    """A version 5 UUID.

    By hand as RFC 4122 has it: `uuid` has a function that takes text alone, and a path may hold bytes that are none.
    """
    digest = hashlib.sha1(namespace.bytes + name, usedforsecurity=False).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))
