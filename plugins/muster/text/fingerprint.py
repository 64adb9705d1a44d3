"""The fingerprint of a requirement, by the steps of `specs/reference/fingerprint.md`."""

from __future__ import annotations

import hashlib
import unicodedata

from muster.text.inline import without_emphasis


def normalised(text: str) -> str:
    """Emphasis removed, Unicode NFC, white space folded.  implements: MU-REQ-1021"""
    return folded(without_emphasis(text))


def folded(bare: str) -> str:
    """The same for a text whose emphasis is removed already."""
    if not bare.isascii():
        bare = unicodedata.normalize("NFC", bare)
    return " ".join(bare.split())


def fingerprint(text: str) -> str:
    """`sha256:` and the lower-case hex digest of the normalised text in UTF-8."""
    return digest_of(without_emphasis(text))


def digest_of(bare: str) -> str:
    """The fingerprint of a text whose emphasis is removed already."""
    return "sha256:" + hashlib.sha256(folded(bare).encode("utf-8", "surrogatepass")).hexdigest()
