"""What of a repository the site publishes, and under which address.

implements: MU-RULE-2013, MU-REQ-1020
"""

from __future__ import annotations

from posixpath import basename, dirname
from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.settings import Anchors, SiteSettings

if TYPE_CHECKING:
    from collections.abc import Collection

    from muster.settings import Settings


CONFIGURATIONS = ("mkdocs.yml", "mkdocs.yaml", "properdocs.yml", "zensical.toml", "book.toml")
_DOCS = "docs"  # where MkDocs and its kin look for pages


def as_published(settings: Settings, paths: Collection[str]) -> Settings:
    """The settings, without documentation folder where nothing says that there is a site.

    A site has its configuration at the root of the project, or a folder that the settings name. Where they name
    none and the folder of the specs is not there, it is the one in which MkDocs looks.
    """
    usual = SiteSettings().docs
    if settings.site.docs != usual:
        return settings
    if not any(name in paths for name in CONFIGURATIONS):
        return replace(settings, site=replace(settings.site, docs=""))
    if f"{_DOCS}/index.md" in paths and not any(path.startswith(f"{usual}/") for path in paths):
        return replace(settings, site=replace(settings.site, docs=_DOCS))
    return settings


def docs_folder(settings: Settings) -> str:
    """The documentation folder with a final slash; "" where it is the root."""
    docs = settings.site.docs.strip("/")
    return "" if docs == "." else f"{docs}/"


def is_published(path: str, settings: Settings) -> bool:
    """Whether a file lies in the documentation folder of a site."""
    if settings.anchors.style is Anchors.GITHUB or not settings.site.docs:
        return False
    docs = docs_folder(settings)
    if not path.startswith(docs):
        return False
    inside = path[len(docs) :]
    # MkDocs leaves out hidden files and `templates/`.
    return not any(part.startswith(".") for part in inside.split("/")) and not inside.startswith("templates/")


def address_of(path: str, settings: Settings) -> str:
    """The address of a published file on the site, without the leading slash: `guide/` for `docs/guide/index.md`."""
    inside = path[len(docs_folder(settings)) :]
    if not inside.endswith(".md"):
        return inside
    folder, name = dirname(inside), basename(inside)[:-3]
    start = f"{folder}/" if folder else ""
    if name in ("index", "README"):
        own = "" if settings.site.directory_urls else "index.html"
        return start + own
    if settings.anchors.style is Anchors.MKDOCS and settings.site.directory_urls:
        return f"{start}{name}/"
    return f"{start}{name}.html"
