"""The identity of a content, as git has it."""

from __future__ import annotations

import hashlib


def blob_id(data: bytes) -> str:
    """The ID under which git stores this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
