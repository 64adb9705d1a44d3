"""How a MkDocs site names its headings, read from its real configuration, for the settings.

`python -m muster.hosts.host_settings [mkdocs.yml]` prints it as JSON: `muster init` runs that as a process of its
own, so that the command line never imports MkDocs.

implements: MU-REQ-1020
"""

from __future__ import annotations

import functools
import posixpath
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from markdown.extensions import toc

from muster.model import Host
from muster.settings import Anchors, AnchorSettings, Slug

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_EXTENSIONS = ("toc", "markdown.extensions.toc")


class UnknownSlugFunction(ValueError):
    """The site makes its anchors with a function that Muster does not know."""


def host_settings(config: MkDocsConfig) -> AnchorSettings:
    """The anchor settings of a site; raises `UnknownSlugFunction`."""
    options: dict[str, Any] = {}
    for name in _EXTENSIONS:
        options |= (config.mdx_configs or {}).get(name) or {}
    return AnchorSettings(
        style=Anchors.MKDOCS,
        slug=slug_of(options.get("slugify", toc.slugify)),
        separator=str(options.get("separator", "-")),
        tab_length=4,  # MkDocs leaves Python-Markdown's own
    )


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


def host_of(config: MkDocsConfig) -> Host:
    """The same as a value that the rules compare with the settings."""
    path = posixpath.normpath(Path(config.config_file_path).name)
    try:
        found = host_settings(config)
    except UnknownSlugFunction as error:
        return Host(path, unknown=str(error))
    return Host(path, found.slug.value, found.separator, found.tab_length)


def main(arguments: list[str]) -> int:
    """Print the anchor settings of a site as JSON; 2 where its configuration cannot be read or is not known."""
    from mkdocs.config import load_config  # only this way in needs it
    from mkdocs.exceptions import MkDocsException

    try:
        config = load_config(arguments[0] if arguments else None)
        found = host_settings(config)
    except (MkDocsException, UnknownSlugFunction, OSError) as error:
        sys.stderr.write(f"{arguments[0] if arguments else 'mkdocs.yml'}: {error}\n")
        return 2
    sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
