"""The links of a built site, judged against the site itself: a file that is not there, a fragment that no page has.

implements: MU-RULE-2013
"""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from posixpath import dirname
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct

from muster.links.leading import INDEX, NOWHERE, WEB, Resolver, Target, based, folders_of, resolved
from muster.links.pieces import Page, Piece, Reader
from muster.text.globs import any_matches

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

PAGES = (".html", ".htm")
_GUESSES = 50  # of what may be meant: each costs some milliseconds
_FEW = 5  # pages; of fewer, nothing can be said about what stands on all of them

Told = dict[str, Target]  # links as written with where they lead, in order
_FINE: Told = {}


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


class _Uses:
    """Finds the lines of links; each page that has a use is looked through once."""

    def __init__(self, site: Site, found: Iterable[Iterable[tuple[str, str]]]) -> None:
        hrefs: dict[str, list[str]] = {}
        for path, href in chain.from_iterable(found):
            hrefs.setdefault(path, []).append(href)
        self._lines = {path: site.pages[path].lines_of(wanted) for path, wanted in hrefs.items()}

    def of(self, found: Iterable[tuple[str, str]]) -> Iterator[Use]:
        """The uses of a target, by page and text of the link."""
        for path, href in found:
            yield Use(path, self._lines[path][href], href)


class Report(Struct, frozen=True, dict=True):
    """What the links of a site come to."""

    pages: int
    links: int  # each target once a page
    dead: tuple[Dead, ...]
    outside: Mapping[str, Sequence[tuple[str, str]]]  # page and link, by address without its fragment
    _site: Site

    @cached_property
    def external(self) -> dict[str, tuple[Use, ...]]:
        """The links to other hosts by address without its fragment, sorted."""
        uses = _Uses(self._site, self.outside.values())
        return {address: tuple(uses.of(self.outside[address])) for address in sorted(self.outside)}


class Site(Struct, frozen=True, dict=True):
    """A built site: the content of its pages, each read once, and the names of all its files."""

    contents: Mapping[str, bytes]
    files: Collection[str]
    url: str = ""  # where it is published; by default what its own first page says

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page, read."""
        read = Reader()
        return {path: read(self.contents[path]) for path in sorted(self.contents)}

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
        return url.removesuffix(INDEX).rstrip("/") + "/" if WEB.match(url) else ""


def report_on(site: Site, ignore: tuple[str, ...] = ()) -> Report:
    """Judge every link of a site; targets under the globs of `ignore` are made by something else, and fine.

    implements: MU-RULE-2020
    """
    judge = _Judge(site)
    inside: dict[Target, list[tuple[str, str]]] = {}
    outside: dict[str, list[tuple[str, str]]] = {}
    count = 0
    for path, page in site.pages.items():
        count += len(page.links)
        for href, target in judge(path, page).items():
            if target.address:
                outside.setdefault(target.address, []).append((path, href))
            else:
                inside.setdefault(target, []).append((path, href))
    uses = _Uses(site, inside.values())
    dead: list[Dead] = []
    for target, found in inside.items():
        if not any_matches(target.path, ignore):
            pages = {path for path, _ in found}
            often = len(site.pages) >= _FEW and 2 * len(pages) >= len(site.pages)
            near = _near(site, target) if target.fragment and len(dead) < _GUESSES else ""
            dead.append(Dead(_shown(target), judge.reason(target), tuple(uses.of(found)), often, near))
    return Report(len(site.pages), count, tuple(sorted(dead, key=lambda one: (one.uses[0], one.target))), outside, site)


class _Judge:
    """Finds what of each page is to be told. A piece is judged once for all pages from which it leads to the same."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._address = site.address
        self._resolve = Resolver(site.address)
        self._reasons: dict[Target, str] = {}
        self._known: dict[str, dict[Piece, Told]] = {}  # by the folder on which the links depend

    def __call__(self, path: str, page: Page) -> Told:
        """The links of a page that are dead or lead to other hosts, each once."""
        if page.base:
            base = resolved(self._address, page.base, path)
            return self._told((href, based(self._address, base, href, path)) for href in page.links)
        folders = folders_of(path)
        known: list[dict[Piece, Told]] = [{}, *[self._known.setdefault(folder, {}) for folder in folders]]
        top = len(folders)
        found: Told = {}
        for piece in page.pieces:
            here = known[piece.reach if piece.reach < top else top]  # noqa: FURB136 -- a call a piece would be seen
            told = here.get(piece)
            if told is None:
                hrefs = [href for href in piece.links if not _is_here(href, page)]
                told = self._told([(href, self._resolve(href, path, folders)) for href in hrefs]) if hrefs else _FINE
                here[piece] = told
            if told:
                found.update(told)
        return found

    def _told(self, links: Iterable[tuple[str, Target]]) -> Told:
        return {
            href: target for href, target in links if target.address or (target is not NOWHERE and self.reason(target))
        }

    def reason(self, target: Target) -> str:
        """Why a target inside the site is dead; empty where it is not."""
        reason = self._reasons.get(target)
        if reason is None:
            reason = self._reasons[target] = _reason(self._site, target)
        return reason


def _is_here(href: str, page: Page) -> bool:
    """Whether a link plainly leads to an anchor of its own page."""
    return href[:1] == "#" and href[1:] in page.anchors and ":~:" not in href


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
