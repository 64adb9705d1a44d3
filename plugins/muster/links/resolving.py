"""Whether each link meets what it leads to, where its page is read: on GitHub, on a MkDocs site, in an mdBook.

implements: MU-RULE-2013
"""

from __future__ import annotations

import functools
import re
from functools import cached_property
from posixpath import basename, dirname, relpath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from muster.links.guessing import Guesses
from muster.links.site import address_of, docs_folder, is_published
from muster.model import LinkForm, Place, Problem
from muster.settings import Anchors
from muster.text.globs import matches
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from muster.model import Link, Page, Project


class Files(Protocol):
    """What there is to lead to."""

    @property
    def paths(self) -> Collection[str]:
        """Every file of the project."""

    @property
    def modules(self) -> Collection[str]:
        """The folders that hold a repository of their own: what they hold is not known."""

    def resolved(self, path: str) -> str:
        """Where a path leads through symbolic links, as a path of the project; "" where nowhere in it."""

    def is_ignored(self, path: str) -> bool:
        """Whether something stands there that is no file of the project."""


class Fault(NamedTuple):
    """What is wrong with a link."""

    code: str
    words: str
    help: str


_LINE = re.compile(r"L[0-9]+(?:C[0-9]+)?(?:-L?[0-9]+(?:C[0-9]+)?)?")
_MACHINE = re.compile(r"/(?:home|Users|root|tmp|var|etc|opt|usr|mnt|private|Volumes|workspace)/")
_FRAGMENT_OF_BROWSERS = ("", "top")  # they lead to the top of any page


def link_problems(project: Project, files: Files, generated: Callable[[Project], Collection[str]]) -> list[Problem]:
    """The links that lead nowhere; `generated` gives the pages, by path, that a site build adds."""
    world = World(project, files, generated)
    found: list[Problem] = []
    for page in project.pages:
        if page.links:
            found += _of_page(page, world)
    return found


def _of_page(page: Page, world: World) -> Iterator[Problem]:
    own = world.anchors(page.path, github=not world.on_site(page.path))
    known: dict[tuple[str, str, bool], Fault | None] = {}
    for link in page.links:
        if link.path == page.path and link.fragment in own and link.form is not LinkForm.HTML:
            continue
        key = link.path, link.fragment, link.form is LinkForm.HTML
        if key not in known:
            known[key] = world.fault(page, link)
        fault = known[key]
        if fault:
            place = Place(page.path, link.line, link.column, link.width)
            yield Problem(fault.code, place, fault.words, fault.help)


class World:
    """The files, the folders, the pages and the site that links lead to; each is looked up once."""

    def __init__(
        self,
        project: Project,
        files: Files,
        generated: Callable[[Project], Collection[str]],
    ) -> None:
        settings = project.settings
        self.pages = {page.path: page for page in project.pages}
        self.documents = {document.path: document for document in project.documents}
        self.settings = settings
        self.style = settings.anchors.style
        self.docs = docs_folder(settings)
        self.files = files
        self._generated = functools.partial(generated, project)
        self._anchors: dict[tuple[str, bool], frozenset[str]] = {}
        self._exists: dict[str, str] = {}
        self.guesses = Guesses()

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a file."""
        found: set[str] = set()
        for path in self.files.paths:
            folder = dirname(path)
            while folder and folder not in found:
                found.add(folder)
                folder = dirname(folder)
        return frozenset(found)

    @cached_property
    def generated(self) -> frozenset[str]:
        """The pages that a build of the site adds, by the path that they would have."""
        return frozenset(self._generated())

    @cached_property
    def addresses(self) -> Mapping[str, str]:
        """What the site has, by its address: the path that it is made of."""
        redirects = self.settings.links.redirects
        found = {address_of(path, self.settings): target for path, target in redirects.items()}
        found |= {address_of(path, self.settings): path for path in self.generated}
        for path in self.files.paths:
            if is_published(path, self.settings):
                found[address_of(path, self.settings)] = path
        return found

    def on_site(self, path: str) -> bool:
        """Whether readers meet this page on the site; a spec from outside is shown there too."""
        return is_published(path, self.settings) or self.is_moved(path)

    def is_moved(self, path: str) -> bool:
        """Whether a spec from outside the documentation folder is published with the site."""
        document = self.documents.get(path)
        inside = (
            self.style is Anchors.MKDOCS and bool(self.settings.site.docs) and document is not None and document.is_spec
        )
        return inside and not path.startswith(self.docs)

    def anchors(self, path: str, *, github: bool) -> frozenset[str]:
        """The anchors of a page."""
        key = path, github
        if key not in self._anchors:
            page = self.pages[path]
            names = set(page.on_github if github else page.anchors)
            if github:
                names.update([name.lower() for name in names])
            if not github and self.is_moved(path):
                document = self.documents[path]
                names.update(section.anchor for section in document.sections)
                names.update(requirement.anchor for requirement in document.requirements)
            self._anchors[key] = frozenset(names)
        return self._anchors[key]

    def fault(self, page: Page, link: Link) -> Fault | None:
        """What is wrong with a link, if anything is."""
        path = link.path
        if any(matches(path.lstrip("/"), glob) for glob in self.settings.links.ignore):
            return None
        if not is_published(page.path, self.settings):
            return self._on_github(page, link, path)
        if self.style is Anchors.MDBOOK:
            return self._in_book(page, link, path)
        return self._on_mkdocs(page, link, path)

    # GitHub

    def _on_github(self, page: Page, link: Link, path: str) -> Fault | None:
        if path.startswith("../"):
            # `../../issues` leads to the repository's pages beside its files; one step up, nothing is.
            return self._leads_out(link) if path.count("../") == 1 else None
        if path.startswith("/"):
            inside = path.lstrip("/")
            if _MACHINE.match(path) and inside.split("/", 1)[0] not in self.folders:
                return _machine(link)
            path = inside
        found = self.existing(path)
        if found is None:
            return self._missing(page, link, path)
        return self._anchor_fault(link, found, github=not self.is_moved(page.path))

    def existing(self, path: str) -> str | None:
        """The file or folder that a path names, links followed; "" for what cannot be known, None for nothing."""
        if path in (".", "", "/") or path in self.files.paths:
            return path
        if path not in self._exists:
            self._exists[path] = self._looked_up(path)
        found = self._exists[path]
        return None if found == "\0" else found

    def _looked_up(self, path: str) -> str:
        if path in self.folders:
            return path
        if any(path == module or path.startswith(f"{module}/") for module in self.files.modules):
            return ""
        led = self.files.resolved(path)
        return led if led and (led in self.files.paths or led in self.folders) else "\0"

    def _anchor_fault(self, link: Link, path: str, *, github: bool) -> Fault | None:
        """What is wrong with the fragment of a link to something that exists."""
        fragment = link.fragment.partition(":~:")[0]
        if fragment in _FRAGMENT_OF_BROWSERS or (github and _LINE.fullmatch(fragment)):
            return None
        if github and path not in self.pages:
            readme = "README.md" if path in (".", "", "/") else f"{path}/README.md"
            path = readme if readme in self.pages else path
        page = self.pages.get(path)
        if page is None or page.open:
            return None  # no page that was read: what anchors it has is not known
        names = self.anchors(path, github=github)
        # GitHub's pages look for an anchor without regard to case.
        if fragment in names or (github and fragment.lower().removeprefix("user-content-") in names):
            return None
        other = self.anchors(path, github=not github)
        near = self.guesses.near(fragment, names, 0.6)
        return _no_anchor(link, path, fragment, near, on_other=fragment in other, github=github)

    # MkDocs

    def _on_mkdocs(self, page: Page, link: Link, path: str) -> Fault | None:
        if path.startswith("/"):
            if _MACHINE.match(path) and path.split("/", 2)[1] not in self.folders:
                return _machine(link)
            return self._absolute(page, link, path)
        if link.form is LinkForm.HTML and path != page.path:
            return self._by_address(page, link, path)
        if self._is_shown(path):
            return self._anchor_fault(link, path, github=False)
        target = self.addresses.get(self._address(page, link))
        if target is not None:
            return self._anchor_fault(link, target, github=False)
        if path.startswith("../"):
            return self._leads_out(link)
        found = self.existing(path)
        if found is None or found.startswith(self.docs or "\0"):
            return self._no_page(page, link, path) if found in self.folders else self._missing(page, link, path)
        return self._off_site(link, path)

    def _no_page(self, page: Page, link: Link, path: str) -> Fault:
        """A link to a folder, which a browser follows from the address of the page and not from its file."""
        own = next((f"{path}/{name}" for name in ("index.md", "README.md") if f"{path}/{name}" in self.files.paths), "")
        if not own:
            words = f"{shortened(link.href)}: the site has no page for the folder {shortened(path)}"
            return Fault("LNK001", words, "link a page of it")
        here = address_of(page.path, self.settings)
        words = f"{shortened(link.href)} leads nowhere from the address of this page, /{here}"
        return Fault("LNK001", words, f"link `{shortened(relpath(own, dirname(page.path) or '.'))}`")

    def _is_shown(self, path: str) -> bool:
        return (
            (path in self.files.paths and is_published(path, self.settings))
            or self.is_moved(path)
            or path in self.generated
        )

    def _address(self, page: Page, link: Link) -> str:
        """The address on the site to which a browser follows a link that is left as it stands."""
        from urllib.parse import unquote, urljoin

        bare = link.href.partition("#")[0].partition("?")[0]
        here = address_of(page.path, self.settings)
        address = unquote(urljoin(f"http://x/{here}", bare)).removeprefix("http://x/")
        folder = f"{address.rstrip('/')}/".lstrip("/")
        for candidate in (address, folder, f"{folder}index.html", address.removesuffix("index.html")):
            if candidate in self.addresses:
                return candidate
        return "\0"

    def _by_address(self, page: Page, link: Link, path: str) -> Fault | None:
        """Raw HTML is published as it stands: its links are read from where the page is on the site."""
        target = self.addresses.get(self._address(page, link))
        if target is not None:
            return self._anchor_fault(link, target, github=False)
        if self._is_shown(path):
            if page.markdown_in_html:
                return self._anchor_fault(link, path, github=False)
            here, there = (address_of(at, self.settings) for at in (page.path, path))
            right = relpath(there or ".", here.rstrip("/") if here.endswith("/") else dirname(here) or ".")
            words = f"{shortened(link.href)} in raw HTML leads nowhere from the address of this page, /{here}"
            better = f"{right}/" if there.endswith("/") and right != "." else right
            return Fault("LNK001", words, f"write it in Markdown, or as `{shortened(better)}`")
        if path.startswith("../"):
            return self._leads_out(link)
        if self.existing(path) is not None and not path.startswith(self.docs):
            return self._off_site(link, path)
        return self._missing(page, link, path)

    def _absolute(self, page: Page, link: Link, path: str) -> Fault | None:
        inside = path.lstrip("/")
        near = next((at for at in (inside, f"{self.docs}{inside}") if self._is_shown(at)), "")
        near = near or self.addresses.get(inside, "") or self.addresses.get(f"{inside}/", "")
        better = f": `{relpath(near, dirname(page.path) or '.')}`" if near else ""
        words = f"{shortened(link.href)} begins at the top of the host, where this site need not be"
        return Fault("LNK003", words, f"write the path relative to this page{better}")

    # mdBook

    @cached_property
    def chapters(self) -> frozenset[str]:
        """The pages that the book's summary names; all of its folder where there is none."""
        summary = self.pages.get(f"{self.docs}SUMMARY.md")
        if summary is None:
            return frozenset(path for path in self.pages if path.startswith(self.docs))
        return frozenset(link.path for link in summary.links)

    @cached_property
    def first_chapter(self) -> str:
        """The page that the book shows as its `index.html` too; "" where no summary tells."""
        summary = self.pages.get(f"{self.docs}SUMMARY.md")
        return next((link.path for link in summary.links if link.path.endswith(".md")), "") if summary else ""

    def _source(self, path: str) -> str:
        """What a path in a book is made of."""
        if path in self.files.paths:
            return path
        if path in self.folders:
            path = f"{path}/index.html"
        if not path.endswith(".html"):
            return path
        made_of = [f"{path[:-5]}.md"]
        if basename(path) == "index.html":
            made_of.insert(0, f"{path[:-10]}README.md")
            if path == f"{self.docs}index.html":
                made_of.append(self.first_chapter)
        return next((at for at in made_of if at in self.files.paths), path)

    def _in_book(self, page: Page, link: Link, path: str) -> Fault | None:
        if path.startswith("/"):
            return self._absolute(page, link, path)
        if path.startswith("../"):
            return self._leads_out(link)
        path = self.settings.links.redirects.get(path, path)
        if "://" in path:
            return None
        made_of = self._source(path)
        if made_of in (f"{self.docs}print.html", f"{self.docs}404.html", f"{self.docs}toc.html"):
            return None  # mdBook makes them
        found = self.existing(made_of)
        if found is None:
            beyond = made_of.endswith((".html", ".md")) and not made_of.startswith(self.docs)
            return self._off_site(link, path) if beyond else self._missing(page, link, path)
        if not is_published(made_of, self.settings):
            return self._off_site(link, path)
        if made_of.endswith(".md") and made_of not in self.chapters and made_of != page.path:
            words = f"{shortened(link.href)}: the book has no chapter {shortened(made_of)}"
            return Fault("LNK001", words, f"name it in {self.docs}SUMMARY.md")
        return self._anchor_fault(link, made_of, github=False)

    # Faults

    def _missing(self, page: Page, link: Link, path: str) -> Fault:
        words = f"{shortened(link.href)}: there is no {shortened(path)}"
        if path in self.settings.links.redirects:
            moved = self.settings.links.redirects[path]
            return Fault("LNK001", words, f"link {shortened(moved)}, to which the site redirects")
        if self.files.is_ignored(path):
            return Fault("LNK001", f"{words} in the repository: git ignores it", "commit it, or link something else")
        near = self._near(path)
        better = f"did you mean `{shortened(relpath(near, dirname(page.path) or '.'))}`?" if near else ""
        return Fault("LNK001", words, better or "mend the path, or remove the link")

    def _near(self, path: str) -> str:
        """The one file that has the same name elsewhere, or nearly the same name in the same folder."""
        name, folder = basename(path), dirname(path)
        same = self._named.get(name.casefold())
        if same:
            return same[0] if len(same) == 1 else ""
        beside = self._beside.get(folder, {})
        return beside.get(self.guesses.near(name, beside, 0.75), "")

    @cached_property
    def _named(self) -> Mapping[str, Sequence[str]]:
        """All paths by the name of the file, in small letters."""
        found: dict[str, list[str]] = {}
        for path in self.files.paths:
            found.setdefault(basename(path).casefold(), []).append(path)
        return found

    @cached_property
    def _beside(self) -> Mapping[str, Mapping[str, str]]:
        """All paths by folder, and there by the name of the file."""
        found: dict[str, dict[str, str]] = {}
        for path in self.files.paths:
            found.setdefault(dirname(path), {})[basename(path)] = path
        return found

    def _leads_out(self, link: Link) -> Fault:
        words = f"{shortened(link.href)} leads out of the repository"
        return Fault("LNK005", words, "link something inside, or give the full web address")

    def _off_site(self, link: Link, path: str) -> Fault:
        words = f"{shortened(link.href)} leaves the site: {shortened(path)} is not published"
        return Fault("LNK005", words, f"link a page below {self.docs or './'}, or the file's full web address")


def _machine(link: Link) -> Fault:
    words = f"{shortened(link.href)} is a place on somebody's machine"
    return Fault("LNK003", words, "link the file by a path relative to this page")


def _no_anchor(link: Link, path: str, fragment: str, near: str, *, on_other: bool, github: bool) -> Fault:
    words = f"{shortened(link.href)}: {shortened(path)} has no anchor {shortened(fragment)}"
    better = f"did you mean `#{shortened(near)}`?" if near else "mend the anchor, or add it"
    if on_other:
        place = "GitHub, where this file is read" if github else "the site"
        words += f" on {place}"
    return Fault("LNK002", words, better)
