"""SET007: the site names its headings otherwise than the settings say."""

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
    for name in ("slug", "separator", "tab_length"):
        ours, theirs = getattr(anchors, name), getattr(host, name)
        if ours != theirs:
            yield RULE.at(
                place,
                f"setting `anchors.{name}` is {_shown(ours)}, but this site has {_shown(theirs)}",
                help=f"set `anchors.{name}` to {_shown(theirs)}, or change the site",
            )


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"

RULE = Rule(
    code="SET007",
    name="host-differs",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="With another slug function, each anchor that Muster writes leads nowhere on the published page.",
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
            host=Host("mkdocs.yml", unknown="my_site.slugify"),
            good_settings='[anchors]\nstyle = "github"\n',
            marks=(("mkdocs.yml", 1),),
        ),
    ),
)
