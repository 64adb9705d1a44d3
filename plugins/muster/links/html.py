"""One page of a built site: what it links to, and by which anchors it can be linked.

A site has megabytes of tags, nearly all of them the navigation that each page repeats. So one pattern
goes over the text, and a tag that was met before, on whatever page, is not taken apart again. The tests
prove the result equal to that of `html.parser`.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from msgspec import Struct

from muster.links.leading import OF_SITE, reach_of

# What stands in a tag. A quote opens a value only after `=`; what is never closed reaches to the end of the
# text, as browsers have it, so that no text makes the pattern look at a character twice. The text of some
# elements is no markup: it goes with their tag. Plain tags without what matters, most of all, are passed over:
# `_PLAIN` has no `<` in it, so that what comes after is found as if they had been read.
_INSIDE = r"""((?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)*+)(?:>|\Z)"""
_RAW = r"(?:(?=((?ai:script|style|textarea|title))[\s/>]))?"
_TEXT = r"(?(1)(?:[^<]++|<(?!/(?ai:\1)[\s/>]))*+)"
_PLAIN = r"""(?(1)|(?![a-zA-Z][^\s/><]*+(?:\s++(?!(?:href|src|srcset|id|name)=)[a-z-]++="[^"<]*+")*+>))"""
_MARKUP = re.compile(rf"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|{_RAW}{_PLAIN}([a-zA-Z][^\s/>]*+){_INSIDE}{_TEXT})", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"?|'[^']*+'?|[^\s>]*+))?+""")
_CANDIDATE = re.compile(r"([^\s,](?:\S*[^\s,])?+)(?:,|\s[^,]*,?)?+")

_BY_HREF = frozenset(("a", "area"))
_BY_SRC = frozenset(("img", "script", "iframe", "source", "video", "audio"))
_BY_SRCSET = frozenset(("img", "source"))
_WANTED = frozenset(("href", "src", "srcset", "id", "name", "rel"))
_HINTS = frozenset(("preconnect", "dns-prefetch"))  # they name a host, and no page


class Tag(NamedTuple):
    """What of one tag matters."""

    anchors: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    base: str | None = None
    canonical: str | None = None
    reach: int = OF_SITE  # on what its links depend


_NOTHING = Tag()
_BEYOND = ("", "i", "/")  # a tag that is read only where nothing before it is open
Written = tuple[str, str, str]
Tags = dict[Written, Tag]


class HtmlPage(Struct, frozen=True):
    """What one page has; a target is as written, but for character references and outer blanks."""

    anchors: frozenset[str]
    links: dict[str, int]  # each target with the offset of the first tag that has it, in order
    base: str = ""  # the `href` of `<base>`
    canonical: str = ""  # the page's own address, where it tells one


def page_of(text: str, known: Tags | None = None) -> HtmlPage:
    """Read a page. The tags in `known` are not taken apart; those met are added, so hand the same one each time."""
    known = {} if known is None else known
    anchors: set[str] = set()
    links: dict[str, int] = {}
    base = canonical = None
    for match in _MARKUP.finditer(text):
        raw, name, inside = match.groups("")
        tag = _known((raw, name, inside), known)
        anchors.update(tag.anchors)
        for target in tag.links:
            links.setdefault(target, match.start())
        base = tag.base if base is None else base
        canonical = tag.canonical if canonical is None else canonical
    return HtmlPage(frozenset(anchors), links, base or "", canonical or "")


def tags_of(text: str, known: Tags) -> list[Tag]:
    """The tags that matter, in order; `known` as above."""
    return [
        tag
        for written in _MARKUP.findall(text)
        if (tag := known.get(written) or _known(written, known)) is not _NOTHING
    ]


def tags_before(text: str, known: Tags) -> list[Tag] | None:
    """The same for the beginning of a page; None where a tag, a comment, a script or the like is open at its end."""
    found = _MARKUP.findall(f"{text}<i/>")
    if found.pop() != _BEYOND:
        return None
    return [tag for written in found if (tag := known.get(written) or _known(written, known)) is not _NOTHING]


def line_of(text: str, offset: int) -> int:
    """The line of an offset, from 1."""
    return text.count("\n", 0, offset) + 1


def _known(written: Written, known: Tags) -> Tag:
    tag = known.get(written)
    if tag is None:
        tag = known[written] = _tag(written[1].lower(), written[2])
    return tag


def _tag(name: str, inside: str) -> Tag:
    """Take one tag apart."""
    found: dict[str, str] = {}
    for written, value in _ATTRIBUTE.findall(inside):
        key = written.lower()
        if key in _WANTED and key not in found:
            found[key] = _value(value)
    if not found:
        return _NOTHING
    anchors: tuple[str, ...] = (found["id"],) if found.get("id") else ()
    if name == "a" and found.get("name"):
        anchors += (found["name"],)
    base = canonical = None
    links: tuple[str, ...] = ()
    if "href" in found:
        href = found["href"].strip()
        if name == "base":
            base = href
        elif name == "link":
            kinds = found.get("rel", "").lower().split()
            links = (href,) if _HINTS.isdisjoint(kinds) else ()
            canonical = href if links and "canonical" in kinds else None
        elif name in _BY_HREF:
            links = (href,)
    if "src" in found and name in _BY_SRC:
        links += (found["src"].strip(),)
    if "srcset" in found and name in _BY_SRCSET:
        links += (*_CANDIDATE.findall(found["srcset"]),)
    if links:
        return Tag(anchors, links, base, canonical, min([reach_of(link) for link in links]))
    return Tag(anchors, (), base) if anchors or base is not None else _NOTHING


def _value(written: str) -> str:
    """The value of an attribute, its quotes and character references resolved."""
    if written[:1] in ('"', "'"):
        written = written[1:].removesuffix(written[0])
    return html.unescape(written) if "&" in written else written
