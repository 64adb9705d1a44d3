"""What an anchor says that its lines are: the spec by its name, and a section of it.  implements: MU-PKT-5016"""

from __future__ import annotations

import re
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from muster.model import Problem
from muster.packets.escapes import decoded
from muster.packets.filling import place_of, unfilled
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.model import Place, Window
    from muster.packets.packet import Anchor
    from muster.packets.spec_text import SpecText
    from muster.packets.target import Target

CODE = "PKT009"
FIELD = "SPEC_ANCHOR"
_WORD = r"(?:(?i:sections?|sec\.?)\s+|\xa7\s*)"
_SECTION = re.compile(
    r"`?(?:\]\([^()\s]*\))?"  # the end of a link
    rf"(?:[\s#]+{_WORD}?|[,;:]\s+{_WORD}?"  # behind a colon without a blank stands a line
    rf"|[\s,;:]*\(\s*{_WORD}?(?=[0-9A-Za-z]+[.)])|{_WORD})"
    r"((?:[0-9]{1,3}[a-z]?|[A-Z]{1,2}(?=\.[0-9]))(?:\.[0-9]+[a-z]?)*)(?=[.):*_,;\]]*(?:\s|$))"
)


def claim_problems(
    anchor: Anchor, owner: Place, target: Target, spec: SpecText | None, window: Window | None
) -> Iterator[Problem]:
    """What is wrong with SPEC_ANCHOR: it names the spec, and where a section number follows, one that is there."""
    field = anchor.claim
    due = target.names[0] if target.names else "FILE"
    if problem := unfilled(CODE, f"{FIELD} of {anchor.name}", field, owner, f"write `- {FIELD}: {due} SECTION`"):
        yield problem
        return
    if field is None or not target.path:
        return
    place = place_of(owner.path, field)
    value = decoded(field.value).lstrip("`*[ ")
    named = _naming(target.names).match(value)
    if named is None or not (named[1] is None or _is_meant(named[0], owner.path, target)):
        words = f"{FIELD} of {anchor.name} is {shortened(field.value)!r}, which does not name {due}"
        yield Problem(CODE, place, words, f"begin it with `{due}`, then the section")
        return
    section = _SECTION.match(value, named.end())
    if spec and section and not spec.has_section(section[1], window):
        words = f"{FIELD} of {anchor.name} names section {section[1]}, and {target.path} has none of that number"
        yield Problem(CODE, place, words, "write the number of a heading of the spec, or leave it out")


@lru_cache(maxsize=64)
def _naming(names: tuple[str, ...]) -> re.Pattern[str]:
    """The way in which a claim begins that names one of these files; its group is the folder."""
    return re.compile(rf"([^\s:\[\]()]*/)?(?:{'|'.join(map(re.escape, names))})(?![\w/-]|\.\w)")


def _is_meant(path: str, packet: str, target: Target) -> bool:
    """Whether a path in a packet leads to its spec, be it today's or the one that it names, or ends its path."""
    folder = dirname(target.path)
    whole = {name if "/" in name else join(folder, name) for name in target.names}
    written = normpath(path.lstrip("/"))
    return normpath(join(dirname(packet), path)) in whole or any(f"/{one}".endswith(f"/{written}") for one in whole)
