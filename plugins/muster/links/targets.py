"""Where a link leads, told from its text and the page that it stands on.

implements: MU-RULE-2013
"""

from __future__ import annotations

import re
from enum import StrEnum
from posixpath import dirname, join, normpath
from typing import NamedTuple
from urllib.parse import unquote


class Way(StrEnum):
    """What kind of target a link has."""

    INSIDE = "inside"  # the repository, or the site
    AWAY = "away"  # another host, a mail address, any other scheme
    FILE = "file"  # a place on somebody's machine
    SCRIPT = "script"  # code that a browser would run
    OPEN = "open"  # empty, or filled in by a template


class Target(NamedTuple):
    """Where a link leads: `path` is relative to the root; `/a` where it was absolute, `../a` where it leads out."""

    way: Way
    path: str = ""
    fragment: str = ""


_AWAY, _OPEN = Target(Way.AWAY), Target(Way.OPEN)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*|\w+(?=::)):")  # before `::`, the path of an item that rustdoc finds
_TEMPLATE = re.compile(r"\{\{|\{%|\$\{|<%|\{#")
_SCRIPT = re.compile(r"(?:javascript|vbscript):|data:text/html", re.IGNORECASE)
_DROPPED = re.compile(r"^[\x00-\x20]+|[\t\n\r]")  # what browsers leave out before they look for a scheme


def target_of(href: str, page: str) -> Target:
    """The target of a link on the page with this path."""
    href = href.strip()
    if ":" in href and _SCRIPT.match(_DROPPED.sub("", href)):
        return Target(Way.SCRIPT)
    if not href or _TEMPLATE.search(href):
        return _OPEN
    if href[0] == "#":
        return Target(Way.INSIDE, page, _decoded(href[1:]))
    if ":" in href and (scheme := _SCHEME.match(href)):
        return _by_scheme(scheme[1].lower())
    if href.startswith(("//", "\\\\")):
        return _AWAY
    path, _, fragment = href.partition("#")
    path = _decoded(path.partition("?")[0])
    if not path:
        return Target(Way.INSIDE, page, _decoded(fragment))
    return Target(Way.INSIDE, normpath(join(dirname(page), path)), _decoded(fragment))


def _by_scheme(scheme: str) -> Target:
    if scheme == "file" or len(scheme) == 1:  # `C:` is a drive
        return Target(Way.FILE)
    return _AWAY


def _decoded(text: str) -> str:
    return unquote(text) if "%" in text else text
