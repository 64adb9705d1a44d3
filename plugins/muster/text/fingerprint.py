"""The fingerprint of a requirement, by the steps of `specs/reference/fingerprint.md`."""

from __future__ import annotations

import hashlib
import unicodedata

from muster.text.inline import without_emphasis

ALGORITHM = 1


def normalised(text: str) -> str:
    """Emphasis removed, Unicode NFC, white space folded.  implements: MU-REQ-1021"""
    bare = without_emphasis(text)
    if not bare.isascii():
        bare = unicodedata.normalize("NFC", bare)
    return " ".join(bare.split())


def fingerprint(text: str) -> str:
    """`sha256:` and the lower-case hex digest of the normalised text in UTF-8."""
    return "sha256:" + hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).hexdigest()
