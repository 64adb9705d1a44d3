"""SET007: the site works otherwise than the settings say."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Host, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.settings import Anchors

_KNOWN = "markdown.extensions.toc.slugify, slugify_unicode and pymdownx.slugs.slugify(case='lower')"


def check(project: Project) -> Iterator[Finding]:
    """Compare the settings with what a build found; elsewhere no host is known.  implements: MU-REQ-1020

    With GitHub's anchors the settings speak of another host, and there is nothing to compare.
    """
    host, anchors = project.host, project.settings.anchors
    if host is None or anchors.style is Anchors.GITHUB:
        return
    place = Place(host.path)
    if host.unknown:
        yield RULE.at(
            place,
            f"this site makes its anchors with {host.unknown}, which Muster does not know",
            help=f"use one of {_KNOWN}, so that links to headings can be checked",
        )
        return
    settings = project.settings
    compared: list[tuple[str, object, object]] = [
        (f"anchors.{name}", getattr(anchors, name), getattr(host, name)) for name in ("slug", "separator", "tab_length")
    ]
    if any(page.attribute_lists for page in project.pages):
        compared.append(("anchors.attr_list", anchors.attr_list, host.attr_list))
    compared.append(("site.docs", settings.site.docs.strip("/"), host.docs))
    compared.append(("site.directory_urls", settings.site.directory_urls, host.directory_urls))
    for name, ours, theirs in compared:
        if ours != theirs:
            yield RULE.at(
                place,
                f"setting `{name}` is {_shown(ours)}, but this site has {_shown(theirs)}",
                help=f"set `{name}` to {_shown(theirs)}, or change the site",
            )
    redirects = settings.links.redirects
    for old in sorted(host.redirects.keys() | redirects.keys()):
        if host.redirects.get(old) != redirects.get(old):
            yield RULE.at(
                place,
                f"setting `links.redirects` has {_shown(redirects.get(old, ''))} for {old}, "
                f"but this site has {_shown(host.redirects.get(old, ''))}",
                help="give both the same redirects",
            )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"

RULE = Rule(
    code="SET007",
    name="host-differs",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="What Muster says of anchors and links is true only for a site that works as the settings say.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            host=Host("mkdocs.yml", slug="unicode"),
            good_settings='[anchors]\nslug = "unicode"\n',
            marks=(("mkdocs.yml", 1),),
        ),
        Example(
            bad=_TEXT,
            good=_TEXT,
            host=Host("mkdocs.yml", slug="ascii", docs="docs", directory_urls=False),
            good_settings='[site]\ndocs = "docs"\ndirectory_urls = false\n',
            marks=(("mkdocs.yml", 1), ("mkdocs.yml", 1)),
        ),
        Example(
            bad=_TEXT,
            good=_TEXT,
            host=Host("mkdocs.yml", unknown="my_site.slugify"),
            good_settings='[anchors]\nstyle = "github"\n',
            marks=(("mkdocs.yml", 1),),
        ),
    ),
)
