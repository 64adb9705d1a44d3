"""References by a label that their page does not define, and who else may define it.

On a site, autorefs takes a label for an anchor or an object of whatever page, and snippets bring definitions
from other files. What a reference may mean there, it is taken to mean.

implements: MU-RULE-2013
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING, NamedTuple

from muster.links.problems import undefined_reference
from muster.links.site import is_published
from muster.model import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from muster.model import Problem, Project

# Only words are looked for: a host's configuration holds more than YAML, and what it says, its build knows best.
_CONFIGURATION = re.compile(r"(?:mkdocs|properdocs|zensical)[\w.-]*\.(?:ya?ml|toml)")
_COMMENT = re.compile(r"(?m)(?:^|[ \t])#.*$")
_AUTOREFS = re.compile(r"\b(?:autorefs|mkdocstrings|INHERIT)\b")
_APPENDED = re.compile(r"\b(?:auto_append|INHERIT)\b")
_NO_ANCHOR = re.compile(r"[^\w]+")


class _Host(NamedTuple):
    autorefs: bool  # a label may be an anchor of any page, or an object of a program
    appended: bool  # every page has definitions from another file


def undefined_references(project: Project, paths: Collection[str], text_of: Callable[[str], str]) -> Iterator[Problem]:
    """The references that nothing defines; `text_of` reads the configuration of the site, where one is needed."""
    host: _Host | None = None
    anchors: frozenset[str] = frozenset()
    for page in project.pages:
        if not page.references:
            continue
        on_site = is_published(page.path, project.settings)
        if on_site and host is None:
            host = _host(paths, text_of)
            if host.autorefs:
                anchors = frozenset(name for other in project.pages for name in other.anchors)
        for reference in page.references:
            if not (
                on_site
                and host
                and (page.open or host.appended or (host.autorefs and _found(reference.label, anchors)))
            ):
                place = Place(page.path, reference.line, reference.column, reference.width)
                yield undefined_reference(place, reference.label)


def _host(paths: Collection[str], text_of: Callable[[str], str]) -> _Host:
    texts = [text_of(path) for path in paths if _CONFIGURATION.fullmatch(basename(path))]
    text = _COMMENT.sub("", "\n".join(texts))
    return _Host(_AUTOREFS.search(text) is not None, _APPENDED.search(text) is not None)


def _found(label: str, anchors: Collection[str]) -> bool:
    """Whether autorefs may find a label: one without blanks may be an object that only the build knows."""
    bare = label.strip("`")
    if not any(char.isspace() for char in bare):
        return not bare.startswith("#") and "/" not in bare
    return bare in anchors or _NO_ANCHOR.sub("-", bare.lower()).strip("-") in anchors
