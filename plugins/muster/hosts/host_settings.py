"""What a MkDocs site does with headings, addresses and redirects, read from its real configuration, for the settings.

`python -m muster.hosts.host_settings [mkdocs.yml]` prints it as JSON: `muster init` runs that as a process of its
own, so that the command line never imports MkDocs.

implements: MU-REQ-1020
"""

from __future__ import annotations

import functools
import os
import posixpath
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from markdown.extensions import toc

from muster.model import Host
from muster.settings import Slug

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_TOC = ("toc", "markdown.extensions.toc")
_ATTR_LIST = ("attr_list", "extra", "pymdownx.extra")
_SANE_LISTS = ("sane_lists",)


class UnknownSlugFunction(ValueError):
    """The site makes its anchors with a function that Muster does not know."""


def slug_of(function: object) -> Slug:
    """The name of a slug function."""
    if function is toc.slugify:
        return Slug.ASCII
    if function is toc.slugify_unicode:
        return Slug.UNICODE
    if isinstance(function, functools.partial) and function.func.__module__ == "pymdownx.slugs":
        wanted = {"case": "lower", "percent_encode": False, "normalize": "NFC"}
        if not function.args and {**wanted, "case": "none", **function.keywords} == wanted:
            return Slug.PYMDOWNX
        given = ", ".join(f"{key}={value!r}" for key, value in sorted(function.keywords.items()))
        raise UnknownSlugFunction(f"pymdownx.slugs.slugify({given})")
    name = getattr(function, "__qualname__", None)
    raise UnknownSlugFunction(f"{getattr(function, '__module__', '?')}.{name}" if name else repr(function))


def host_of(config: MkDocsConfig, root: Path) -> Host:
    """What the site of a project at `root` does, as a value that the rules compare with the settings."""
    options: dict[str, Any] = {}
    for name in _TOC:
        options |= (config.mdx_configs or {}).get(name) or {}
    slug, unknown = "", ""
    try:
        slug = slug_of(options.get("slugify", toc.slugify)).value
    except UnknownSlugFunction as error:
        unknown = str(error)
    docs = Path(os.path.relpath(os.path.realpath(config.docs_dir), os.path.realpath(root))).as_posix()
    return Host(
        posixpath.normpath(Path(config.config_file_path).name),
        slug=slug,
        separator=str(options.get("separator", "-")),
        tab_length=4,  # MkDocs leaves Python-Markdown's own
        sane_lists=_has(config, _SANE_LISTS),
        attr_list=_has(config, _ATTR_LIST),
        docs=docs,
        directory_urls=bool(config.use_directory_urls),
        redirects=_redirects(config, docs),
        unknown=unknown,
    )


def _has(config: MkDocsConfig, names: tuple[str, ...]) -> bool:
    """Whether one of these extensions of Python-Markdown is on."""
    given = {str(name) for name in config.markdown_extensions}
    return any(name in given or f"markdown.extensions.{name}" in given for name in names)


def _redirects(config: MkDocsConfig, docs: str) -> dict[str, str]:
    """What the plugin mkdocs-redirects does, as paths of the project."""
    plugin = config.plugins.get("redirects")
    maps = plugin.config.get("redirect_maps") if plugin else None
    return {
        posixpath.join(docs, str(old)): str(new) if "://" in str(new) else posixpath.join(docs, str(new))
        for old, new in sorted((maps or {}).items())
    }


def main(arguments: list[str]) -> int:
    """Print it as JSON; 2 where the configuration cannot be read, or makes anchors in a way that is not known."""
    from mkdocs.config import load_config  # only this way in needs it
    from mkdocs.exceptions import MkDocsException

    name = arguments[0] if arguments else "mkdocs.yml"
    try:
        config = load_config(name)
        found = host_of(config, Path(config.config_file_path).parent)
    except (MkDocsException, OSError) as error:
        sys.stderr.write(f"{name}: {error}\n")
        return 2
    if found.unknown:
        sys.stderr.write(f"{name}: the anchors are made with {found.unknown}, which Muster does not know\n")
        return 2
    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
