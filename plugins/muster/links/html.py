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

# What stands in a tag. A quote opens a value only after `=`; what is never closed reaches to the end of the
# text, as browsers have it, so that no text makes the pattern look at a character twice.
_INSIDE = r"""((?:[^>=]++|=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?+)*+)(?:>|\Z)"""
_MARKUP = re.compile(rf"<(?:!--(?:-?>|.*?(?:--!?>|\Z))|([a-zA-Z][^\s/>]*+){_INSIDE})", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([^\s/>=][^\s/>=]*+)(?:\s*+=\s*+("[^"]*+"?|'[^']*+'?|[^\s>]*+))?+""")
_RAW = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style", "textarea", "title")}
_CANDIDATE = re.compile(r"([^\s,](?:\S*[^\s,])?+)(?:,|\s[^,]*,?)?+")

_BY_HREF = frozenset(("a", "area", "link"))
_BY_SRC = frozenset(("img", "script", "iframe", "source", "video", "audio"))
_BY_SRCSET = frozenset(("img", "source"))
_WANTED = ("href", "src", "srcset", "id", "name", "rel")
_HINTS = frozenset(("preconnect", "dns-prefetch"))  # they name a host, and no page


class Tag(NamedTuple):
    """What of one tag matters."""

    anchors: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    base: str | None = None
    canonical: str | None = None
    raw: str = ""  # the element whose text is no markup, or ""


_NOTHING = Tag()
Tags = dict[tuple[str, str], Tag]


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
    at = 0
    while True:
        raw = ""
        for match in _MARKUP.finditer(text, at):
            name, inside = match.groups()
            if not inside and name not in _RAW:
                continue
            key = (name, inside)
            tag = known.get(key)
            if tag is None:
                tag = known[key] = _tag(name.lower(), inside)
            if tag is _NOTHING:
                continue
            anchors.update(tag.anchors)
            for target in tag.links:
                links.setdefault(target, match.start())
            base = tag.base if base is None else base
            canonical = tag.canonical if canonical is None else canonical
            if tag.raw:
                raw, at = tag.raw, match.end()
                break
        end = _RAW[raw].search(text, at) if raw else None
        if end is None:
            return HtmlPage(frozenset(anchors), links, base or "", canonical or "")
        at = end.end()


def line_of(text: str, offset: int) -> int:
    """The line of an offset, from 1."""
    return text.count("\n", 0, offset) + 1


def _tag(name: str, inside: str) -> Tag:
    """Take one tag apart."""
    raw = name if name in _RAW else ""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(inside):
        key = match[1].lower()
        if key in _WANTED and key not in found:
            found[key] = _value(match[2] or "")
    if not found:
        return Tag(raw=raw) if raw else _NOTHING
    anchors = [found[key] for key in ("id", "name") if found.get(key) and (key == "id" or name == "a")]
    links: list[str] = []
    base = canonical = None
    if "href" in found:
        href = found["href"].strip()
        kinds = found.get("rel", "").lower().split() if name == "link" else []
        if name == "base":
            base = href
        elif name in _BY_HREF and _HINTS.isdisjoint(kinds):
            links.append(href)
            canonical = href if "canonical" in kinds else None
    if "src" in found and name in _BY_SRC:
        links.append(found["src"].strip())
    if "srcset" in found and name in _BY_SRCSET:
        links += _CANDIDATE.findall(found["srcset"])
    tag = Tag(tuple(anchors), tuple(links), base, canonical, raw)
    return _NOTHING if tag == _NOTHING else tag


def _value(written: str) -> str:
    """The value of an attribute, its quotes and character references resolved."""
    if written[:1] in ('"', "'"):
        written = written[1:].removesuffix(written[0])
    return html.unescape(written) if "&" in written else written
