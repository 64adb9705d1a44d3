"""The one place in Muster where a spec_id comes into being.  implements: MU-ALLOC-4003"""

from __future__ import annotations

from uuid import UUID

from muster.allocation.front import front_in, slot_in
from muster.allocation.kept_text import KeptText, Malformed, line_around
from muster.text.uuids import named_uuid


def minted(namespace: str, path: str, record: bytes) -> str:
    """The spec_id of a record: a version 5 UUID from the namespace, the record's path and what the record says.

    The path has `/` between its parts. The line of spec_id, a byte order mark and the form of line ends do not
    count, so the name is the same before an allocation, in the middle of it, and after it on another machine.

    implements: MU-ALLOC-4010
    """
    name = path.encode("utf-8", "surrogateescape") + b"\0" + _content(record)
    return named_uuid(UUID(namespace), name)


def _content(record: bytes) -> bytes:
    """What a record says, without its identity and without what only says how it is stored."""
    kept = KeptText(record)
    if kept.broken >= 0:
        return record
    text = kept.text
    try:
        slot = slot_in(kept, front_in(kept))
    except Malformed:
        slot = None
    if slot is not None:
        start, end = line_around(text, slot.key_start, slot.end)
        text = text[: max(start, kept.begin)] + text[end:]
    return text[kept.begin :].replace("\r\n", "\n").replace("\r", "\n").encode()
