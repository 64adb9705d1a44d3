"""The first text of a new spec: what it must have to pass the lint, and nothing that has to go again.

implements: MU-REQ-1044
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from muster.model import natural
from muster.settings import Marker
from muster.specs.naming import file_name, two_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_WORD = re.compile(r"[A-Z0-9]+")


# How an ID is marked in a list item; the other markers do not stand in one.
_FORMS = {Marker.BRACKET: "[{}] ", Marker.BOLD: "**{}** ", Marker.COLON: "{}: "}


class NoForm(ValueError):
    """The project marks its requirements in a way that no new spec is written in."""


def marked(reqid: str, markers: Sequence[Marker]) -> str:
    """An ID as the project marks it at the start of a list item; raises `NoForm`."""
    for marker in markers:
        if marker in _FORMS:
            return _FORMS[marker].format(reqid)
    msg = f"a new spec marks its IDs by {' or '.join(_FORMS)}, and `requirements.markers` has none of these"
    raise NoForm(msg)


def spec_text(package: str, area: str, mark: str) -> str:
    """A spec with a title, its area, its conformance language and a first requirement."""
    words = package.replace("-", " ").replace("_", " ").strip()
    title = words[:1].upper() + words[1:]
    return (
        f"---\nprefix: {area}\n---\n\n"
        f"# {title} SPEC\n\n"
        "Status: draft\n\n"
        "Conformance language: RFC 2119 and RFC 8174\n\n"
        "## 1) Behaviour\n\n"
        f"- {mark}Every requirement of this spec MUST be provable by a test.\n"
    )


def file_of(package: str, prefix: str) -> str:
    """`20-queue.md` for the package `queue`."""
    return f"{prefix}-{file_name(package)}.md"


def free_prefix(paths: Iterable[str]) -> str:
    """The next ten after the highest two-digit prefix, else the first number that no spec has."""
    used = {int(digits) for path in paths if (digits := two_digits(path))}
    following = (max(used) // 10 + 1) * 10 if used else 10
    if following <= 90:
        return f"{following:02}"
    free = [number for number in range(10, 100) if number not in used]
    return f"{free[0]:02}" if free else ""


def area_for(package: str, areas: Sequence[str], grammar: re.Pattern[str]) -> str:
    """An ID area for a package: its words in capitals, after what all areas of the project begin with.

    Where that is none, as `MD` and other names of standards are not, `SPEC` stands before it.
    """
    letters = unicodedata.normalize("NFKD", package).encode("ascii", "ignore").decode().upper()
    words = _WORD.findall(letters)
    words = words if words and words[0][0].isalpha() else ["SPEC", *words]
    # A word of an area begins with a letter, so a number is part of the word before it.
    own = "".join(word if word[0].isdigit() else f"-{word}" for word in words).removeprefix("-")
    heads = {area.split("-")[0] for area in areas}
    shared = len(heads) == 1 and all("-" in area for area in areas)
    own = f"{min(heads, key=natural)}-{own}" if shared else own
    return own if grammar.fullmatch(f"{own}-0001") else f"SPEC-{own}"
