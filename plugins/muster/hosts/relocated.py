"""Links from and to a spec that is published elsewhere than it lies: they are resolved by where it lies.

implements: MU-SITE-9005
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

    from markdown import Markdown

    from muster.hosts.pages import PageHost

BEFORE_MKDOCS_RESOLVES = 1  # its own step is 0


class RelocatedLinks(Extension):
    """Turns a link to a published file into one that MkDocs resolves; a link to any other becomes text."""

    def __init__(self, host: PageHost, **kwargs: Any) -> None:
        self.host = host
        super().__init__(**kwargs)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register the one step."""
        md.treeprocessors.register(_Relocation(md, self.host), "muster-relocation", BEFORE_MKDOCS_RESOLVES)


class _Relocation(Treeprocessor):
    def __init__(self, md: Markdown, host: PageHost) -> None:
        super().__init__(md)
        self.host = host

    def run(self, root: ET.Element) -> None:
        file, path, files, moved = self.host.file, self.host.path, self.host.files, self.host.relocated
        if file is None or not path or not moved:
            return
        for element in root.iter():
            key = {"a": "href", "img": "src"}.get(str(element.tag))
            if key is None or element.get(key) is None:
                continue
            target = target_of(element.get(key, ""), path)
            if target in moved or (target and path in moved and target in files):
                element.set(key, relocated(element.get(key, ""), files[target].src_uri, file.src_uri))
            elif target and path in moved and key == "href":
                element.tag = "span"
                element.set("title", element.attrib.pop("href"))


def target_of(url: str, path: str) -> str:
    """The path in the project that a relative link of the document `path` names; "" for any other link."""
    parts = urlsplit(url)
    if parts.scheme or parts.netloc or not parts.path or parts.path.startswith("/"):
        return ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(parts.path)))


def relocated(url: str, target: str, page: str) -> str:
    """A link as the page has to write it so that MkDocs resolves it: both are paths in `docs_dir`, real or not."""
    parts = urlsplit(url)
    relative = posixpath.relpath(target, posixpath.dirname(page) or ".")
    return urlunsplit(("", "", quote(relative), parts.query, parts.fragment))
