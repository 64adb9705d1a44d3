"""JSON of which there is one spelling for each value: what digests are made over."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_encode = msgspec.json.Encoder(order="sorted").encode


def canonical(value: Any) -> bytes:
    """The value as UTF-8 without white space, the keys of each object sorted."""
    return _encode(value)


def digest_of(value: Any) -> str:
    """`sha256:` and the digest of the canonical spelling."""
    return f"sha256:{hashlib.sha256(canonical(value)).hexdigest()}"
