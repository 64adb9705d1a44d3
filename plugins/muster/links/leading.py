"""Where a link on a page of a built site leads, and from how many pages it leads to the same.

implements: MU-RULE-2013
"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

INDEX = "index.html"
WEB = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UP = re.compile(r"(?:\.\./)*+")
_BLANK = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")  # what no address has: browsers drop or encode it

OF_PAGE, OF_FOLDER, OF_SITE = 0, 1, 1 << 30  # what a link depends on; between the last two: on a folder above


class Target(NamedTuple):
    """Where a link leads: a path in the site with a fragment, or an address elsewhere."""

    path: str = ""
    fragment: str = ""
    address: str = ""


NOWHERE = Target()  # mail, scripts, data: nothing that can be looked up


def reach_of(href: str) -> int:
    """On what a link depends: its page, the folder of that, the folder above, and so on, or the site alone."""
    if href.startswith("../"):
        ups = _UP.match(href)
        return OF_FOLDER + (ups.end() // 3 if ups else 0)
    if not href or href[0] in "#?":
        return OF_PAGE
    return OF_SITE if href[0] == "/" or (":" in href and _SCHEME.match(href)) else OF_FOLDER


def folders_of(path: str) -> list[str]:
    """The folder of a page, the one above, and so on; the last is that of the site, which is empty."""
    found = [path.rpartition("/")[0]]
    while found[-1]:
        found.append(found[-1].rpartition("/")[0])
    return found


class Resolver:
    """Resolves each distinct link once: by folder for relative ones, whose climbing it does itself."""

    def __init__(self, site: str) -> None:
        self._site = site  # its address
        self._known: dict[tuple[str, str], Target] = {}

    def __call__(self, href: str, page: str, folders: Sequence[str]) -> Target:
        """Where a link leads on a page without `<base>`, whose folders are these."""
        rest, up = href, 0
        while rest.startswith("../") and folders[up]:
            rest, up = rest[3:], up + 1
        if not rest or rest[0] in "#?/" or ":" in rest:  # what is left may mean another thing than the whole
            return resolved(self._site, href, page)
        key = (folders[up], rest)
        target = self._known.get(key)
        if target is None:
            target = self._known[key] = resolved(self._site, rest, f"{key[0]}/{INDEX}" if key[0] else INDEX)
        return target


def resolved(site: str, href: str, page: str) -> Target:
    """Where a link on a page leads, in a site that is published at `site`, or nobody knows where."""
    if WEB.match(href):
        return _of_address(site, f"https:{href}" if href.startswith("//") else href)
    if _SCHEME.match(href):
        return NOWHERE
    if href.startswith("/"):
        return _of_root(site, href)
    path, fragment = _parts(href)
    if not path:
        return Target(page, fragment)
    return Target(_folded(join(dirname(page), path)), fragment)


def based(site: str, base: Target, href: str, page: str) -> Target:
    """Where a link leads on a page with `<base>`: there even `#here` is relative to it."""
    if WEB.match(href) or _SCHEME.match(href) or href.startswith("/"):
        return resolved(site, href, page)
    if base.address:
        return _of_address(site, urljoin(base.address, href))
    return resolved(site, href, base.path + INDEX if base.path.endswith("/") or not base.path else base.path)


def _of_address(site: str, address: str) -> Target:
    """An address on the web, which may be one of the site itself."""
    address = _BLANK.sub(lambda match: "" if match[0] in "\t\r\n" else quote(match[0], errors="replace"), address)
    if site:
        own, top = _split(site)
        host, slash, rest = address.partition("//")[2].partition("/")
        path = slash + rest
        if host.lower() == own and path.startswith(top):
            return _within(path[len(top) :])
        if host.lower() == own and re.split("[?#]", path, maxsplit=1)[0] == top.rstrip("/"):
            return Target(INDEX)
    address = address.partition("#")[0]
    return Target(address=address if address.isascii() else _in_ascii(address))


def _in_ascii(address: str) -> str:
    """The address with a host name of other letters as the network knows it; the rest stays readable."""
    scheme, slashes, rest = address.partition("//")
    host = re.split("[/?]", rest, maxsplit=1)[0]
    try:
        return f"{scheme}{slashes}{host.encode('idna').decode()}{rest[len(host) :]}"
    except UnicodeError:
        return address


def _of_root(site: str, href: str) -> Target:
    """A link from the root of the host, on which the site may be one of several."""
    if not site:
        return _within(href[1:])
    host, top = _split(site)
    if href.startswith(top):
        return _within(href[len(top) :])
    return Target(address=f"{site.partition('//')[0]}//{host}{href.partition('#')[0]}")


def _split(site: str) -> tuple[str, str]:
    parts = urlsplit(site)
    return parts.netloc.lower(), parts.path


def _within(rest: str) -> Target:
    path, fragment = _parts(rest)
    return Target(_folded(path) if path else "", fragment)


def _parts(href: str) -> tuple[str, str]:
    """Path, decoded, and fragment, as written; a query asks nothing of a file."""
    path, _, fragment = href.partition("#")
    path = path.partition("?")[0]
    return (unquote(path) if "%" in path else path), fragment.partition(":~:")[0]


def _folded(path: str) -> str:
    """The path without dots and doubled slashes; a slash at its end stays, and at the root nothing is above."""
    if "//" not in path and "/." not in path and path[0] not in "./":
        return path
    slash = path.endswith(("/", "/.", "/..")) or path in (".", "..")
    folded = normpath("/" + path.lstrip("/"))[1:]
    return f"{folded}/" if slash and folded else folded
