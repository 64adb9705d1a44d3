"""The links of a built site, judged against the site itself: a file that is not there, a fragment that no page has.

implements: MU-RULE-2013
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cached_property
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

from msgspec import Struct

from muster.links.html import HtmlPage, Tags, page_of
from muster.text.globs import any_matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

INDEX = "index.html"
PAGES = (".html", ".htm")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_WEB = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_BLANK = re.compile(r"[\s\x00-\x1f\x7f\ud800-\udfff]")  # what no address has: browsers drop or encode it
_GUESSES = 50  # of what may be meant: each costs some milliseconds
_FEW = 5  # pages; of fewer, nothing can be said about what stands on all of them


class Use(Struct, frozen=True, order=True):
    """A link as it stands on a page."""

    page: str
    line: int
    href: str


class Dead(Struct, frozen=True):
    """A target inside the site that is not there, with every link to it."""

    target: str  # path in the site, and the fragment
    reason: str
    uses: tuple[Use, ...]
    repeated: bool  # it stands on half of the pages or more: the theme's navigation has it
    near: str = ""  # an anchor of that page that may be meant


class Report(Struct, frozen=True):
    """What the links of a site come to."""

    pages: int
    links: int  # each target once a page
    dead: tuple[Dead, ...]
    external: dict[str, tuple[Use, ...]]  # by address without its fragment, sorted


class Target(NamedTuple):
    """Where a link leads: a path in the site with a fragment, or an address elsewhere."""

    path: str = ""
    fragment: str = ""
    address: str = ""


_NOWHERE = Target()  # mail, scripts, data: nothing that can be looked up


class Site(Struct, frozen=True, dict=True):
    """A built site in memory: the text of its pages, and the names of all its files."""

    texts: Mapping[str, str]
    files: Collection[str]
    url: str = ""  # where it is published; by default what its own first page says

    @cached_property
    def pages(self) -> dict[str, HtmlPage]:
        """Every page, read."""
        known: Tags = {}
        return {path: page_of(self.texts[path], known) for path in sorted(self.texts)}

    @cached_property
    def folders(self) -> set[str]:
        """Every folder; that of the site itself is empty."""
        found = {""}
        for path in self.files:
            while (path := dirname(path)) not in found:
                found.add(path)
        return found

    @cached_property
    def address(self) -> str:
        """Where the site is published, with a slash at its end; empty where nobody says."""
        first = self.pages.get(INDEX)
        url = self.url or (first.canonical if first else "")
        return url.removesuffix(INDEX).rstrip("/") + "/" if _WEB.match(url) else ""


def report_on(site: Site, ignore: tuple[str, ...] = ()) -> Report:
    """Judge every link of a site; targets under the globs of `ignore` are made by something else, and fine.

    implements: MU-RULE-2020
    """
    resolve = _Resolver(site)
    inside: dict[Target, list[tuple[str, str]]] = {}
    outside: dict[str, list[tuple[str, str]]] = {}
    count = 0
    for path, page in site.pages.items():
        count += len(page.links)
        base = page.base and _resolved(site, page.base, path)
        for href in page.links:
            target = resolve(href, path) if not base else _based(site, base, href, path)
            if target.address:
                outside.setdefault(target.address, []).append((path, href))
            elif target is not _NOWHERE:
                inside.setdefault(target, []).append((path, href))
    uses = _Uses(site)
    dead: list[Dead] = []
    for target, found in inside.items():
        reason = _reason(site, target)
        if reason and not any_matches(target.path, ignore):
            pages = {path for path, _ in found}
            often = len(site.pages) >= _FEW and 2 * len(pages) >= len(site.pages)
            near = _near(site, target) if target.fragment and len(dead) < _GUESSES else ""
            dead.append(Dead(_shown(target), reason, tuple(uses.of(found)), often, near))
    return Report(
        len(site.pages),
        count,
        tuple(sorted(dead, key=lambda one: (one.uses[0], one.target))),
        {address: tuple(uses.of(outside[address])) for address in sorted(outside)},
    )


class _Resolver:
    """Resolves each distinct link once: by folder for relative ones, whose climbing it does itself."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known: dict[tuple[str, str], Target] = {}

    def __call__(self, href: str, page: str) -> Target:
        folder, rest = dirname(page), href
        while folder and rest.startswith("../"):
            folder, rest = dirname(folder), rest[3:]
        if not rest or rest[0] in "#?/" or ":" in rest:  # what is left may mean another thing than the whole
            return _resolved(self._site, href, page)
        key = (folder, rest)
        target = self._known.get(key)
        if target is None:
            target = self._known[key] = _resolved(self._site, rest, f"{folder}/{INDEX}" if folder else INDEX)
        return target


def _resolved(site: Site, href: str, page: str) -> Target:
    """Where a link on a page leads."""
    if _WEB.match(href):
        return _of_address(site, f"https:{href}" if href.startswith("//") else href)
    if _SCHEME.match(href):
        return _NOWHERE
    if href.startswith("/"):
        return _of_root(site, href)
    path, fragment = _parts(href)
    if not path:
        return Target(page, fragment)
    return Target(_folded(join(dirname(page), path)), fragment)


def _based(site: Site, base: Target, href: str, page: str) -> Target:
    """Where a link leads on a page with `<base>`: there even `#here` is relative to it."""
    if _WEB.match(href) or _SCHEME.match(href) or href.startswith("/"):
        return _resolved(site, href, page)
    if base.address:
        return _of_address(site, urljoin(base.address, href))
    return _resolved(site, href, base.path + INDEX if base.path.endswith("/") or not base.path else base.path)


def _of_address(site: Site, address: str) -> Target:
    """An address on the web, which may be one of the site itself."""
    address = _BLANK.sub(lambda match: "" if match[0] in "\t\r\n" else quote(match[0], errors="replace"), address)
    if site.address:
        own, top = _split(site.address)
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


def _of_root(site: Site, href: str) -> Target:
    """A link from the root of the host, on which the site may be one of several."""
    own = site.address
    if not own:
        return _within(href[1:])
    host, top = _split(own)
    if href.startswith(top):
        return _within(href[len(top) :])
    return Target(address=f"{own.partition('//')[0]}//{host}{href.partition('#')[0]}")


def _split(own: str) -> tuple[str, str]:
    parts = urlsplit(own)
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
    slash = path.endswith(("/", "/.", "/..")) or path in (".", "..")
    folded = normpath("/" + path.lstrip("/"))[1:]
    return f"{folded}/" if slash and folded else folded


def _reason(site: Site, target: Target) -> str:
    """Why a target is dead; empty where it is not."""
    path = target.path
    if path not in site.files or path.endswith("/") or not path:
        folder = path.rstrip("/")
        path = f"{folder}/{INDEX}" if folder else INDEX
        if path not in site.files:
            if folder in site.folders:
                return f"the folder has no {INDEX}"
            return "there is no such file" if not target.path.endswith("/") else f"there is no {path}"
    page = site.pages.get(path)
    fragment = target.fragment
    if page is None or not fragment or fragment in page.anchors or fragment.lower() == "top":
        return ""
    return "" if unquote(fragment) in page.anchors else f"{path} has no anchor {unquote(fragment)!r}"


def _near(site: Site, target: Target) -> str:
    """The anchor of the target page that is most like the one that is missing."""
    import difflib

    page = site.pages.get(target.path) or site.pages.get(f"{target.path.rstrip('/')}/{INDEX}".lstrip("/"))
    near = difflib.get_close_matches(unquote(target.fragment)[:200], sorted(page.anchors), 1) if page else []
    return near[0] if near else ""


def _shown(target: Target) -> str:
    return f"{target.path}#{target.fragment}" if target.fragment else target.path or INDEX


class _Uses:
    """Finds the lines of links; of each page that has a use, the line ends are looked up once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ends: dict[str, list[int]] = {}

    def of(self, found: list[tuple[str, str]]) -> Iterator[Use]:
        for path, href in found:
            if path not in self._ends:
                self._ends[path] = [match.start() for match in _LINE_END.finditer(self._site.texts[path])]
            yield Use(path, bisect_left(self._ends[path], self._site.pages[path].links[href]) + 1, href)


_LINE_END = re.compile("\n")
