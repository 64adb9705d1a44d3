"""How a MkDocs site names its headings, read from its real configuration, and where that differs from settings.

`python -m muster.hosts.host_settings [mkdocs.yml]` prints it as JSON: `muster init` runs that as a process of its
own, so that the command line never imports MkDocs.

implements: MU-REQ-1020
"""

from __future__ import annotations

import functools
import sys
from typing import TYPE_CHECKING, Any

import msgspec
from markdown.extensions import toc
from msgspec import Struct

from muster.settings import Anchors, AnchorSettings, Slug

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig

_EXTENSIONS = ("toc", "markdown.extensions.toc")


class UnknownSlugFunction(ValueError):
    """The site makes its anchors with a function that Muster does not know."""


class Difference(Struct, frozen=True):
    """One setting that the build contradicts."""

    message: str
    help: str


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


def differences(anchors: AnchorSettings, config: MkDocsConfig) -> Iterator[Difference]:
    """Where a build names headings otherwise than the settings say.

    With GitHub's anchors the settings speak of another host, and there is nothing to compare.
    """
    if anchors.style is Anchors.GITHUB:
        return
    try:
        host = host_settings(config)
    except UnknownSlugFunction as error:
        known = "markdown.extensions.toc.slugify, slugify_unicode and pymdownx.slugs.slugify(case='lower')"
        yield Difference(
            f"this site makes its anchors with {error}, which Muster does not know",
            f"use one of {known}, so that links to headings can be checked",
        )
        return
    for name in ("slug", "separator", "tab_length"):
        ours, theirs = getattr(anchors, name), getattr(host, name)
        if ours != theirs:
            yield Difference(
                f"setting `anchors.{name}` is {_shown(ours)}, but this site has {_shown(theirs)}",
                f"set `anchors.{name}` to {_shown(theirs)}, or change the site",
            )


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


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
