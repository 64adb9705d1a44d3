"""Heading anchors as the published page has them, without importing the host that makes them.

Each slug function equals the one it is named after; the tests prove it against the originals.
"""

from __future__ import annotations

import functools
import html
import re
import unicodedata
from typing import TYPE_CHECKING

from muster.settings import Anchors, AnchorSettings, Slug

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from markdown_it import MarkdownIt

_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_MARKUP = re.compile(r"[\\`*\[<&\n]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
# The same where nothing is defined that a bracket could refer to, and a bare `&` or `<` is what it looks like.
_SURELY_MARKUP = re.compile(r"[\\`*\n\x00]|&[#A-Za-z]|<[/!?A-Za-z]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ATTRIBUTES = re.compile(r"(?<! ) ++\{:? *(?=[^} ])")
_ATTRIBUTE_ID = re.compile(r"(?:^|\s)(?:#|id=[\"']?)([^\s\"'=]+)")
_ESCAPED = re.compile(r"\\(\S)")
_COUNTED = re.compile(r"(.*)_([0-9]+)", re.DOTALL)
_TAG = re.compile(r"</?[^>]*>")
_NOT_WORD = re.compile(r"[^\w\s-]")
_NOT_WORD_OR_SPACE = re.compile(r"[^\w\- ]")
_NOT_GITHUB = re.compile(r"[^a-z0-9_\- ]")
_GITHUB_CATEGORIES = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"))


def slug_ascii(text: str, separator: str = "-") -> str:
    """Python-Markdown's default: `markdown.extensions.toc.slugify`."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return slug_unicode(text, separator)


def slug_unicode(text: str, separator: str = "-") -> str:
    """`markdown.extensions.toc.slugify_unicode`."""
    return _runs_of(separator).sub(lambda _: separator, _NOT_WORD.sub("", text).strip().lower())


@functools.cache
def _runs_of(separator: str) -> re.Pattern[str]:
    return re.compile(rf"[{re.escape(separator)}\s]+")


def slug_pymdownx(text: str, separator: str = "-") -> str:
    """`pymdownx.slugs.slugify(case="lower")`."""
    bare = _TAG.sub("", unicodedata.normalize("NFC", text)).strip().lower()
    return _NOT_WORD_OR_SPACE.sub("", bare).replace(" ", separator)


def slug_github(text: str) -> str:
    r"""GitHub's: lowercase, then only letters, marks, digits, connectors, `-` and spaces, each of which is a `-`."""
    text = text.lower()
    if text.isascii():
        return _NOT_GITHUB.sub("", text).replace(" ", "-")
    return _NOT_GITHUB.sub(_kept_by_github, text).replace(" ", "-")


def _kept_by_github(found: re.Match[str]) -> str:
    return found[0] if not found[0].isascii() and _is_github_word(found[0]) else ""


def slug_mdbook(text: str) -> str:
    """That of mdBook: letters, digits, `_` and `-` stay, each white space is a `-`, ASCII is lowercased."""
    dashed = "".join("-" if char.isspace() else char for char in text.strip())
    return "".join(char.lower() if char.isascii() else char for char in dashed if char.isalnum() or char in "_-")


def _is_github_word(char: str) -> bool:
    if unicodedata.category(char) in _GITHUB_CATEGORIES:
        return True
    # Circled and squared Latin letters are Alphabetic, and so words to GitHub, though their category is So.
    return "\u24b6" <= char <= "\u24e9" or any(
        first <= char <= last
        for first, last in (("\U0001f130", "\U0001f149"), ("\U0001f150", "\U0001f169"), ("\U0001f170", "\U0001f189"))
    )


def unique(slug: str, used: set[str], style: Anchors, taken: dict[str, int] | None = None) -> str:
    """Give a repeated slug its number, `_1` on a MkDocs page and `-1` on GitHub, and enter it in `used`.

    `taken` remembers how far the numbers of a base are used up, so that a page of one heading
    repeated ten thousand times is not read ten thousand times over; pass the same one with the same `used`.
    """
    if slug not in used and (slug or style is Anchors.GITHUB):
        used.add(slug)
        return slug
    base, first = slug, 0
    if style is Anchors.MKDOCS and (counted := _COUNTED.fullmatch(slug)):
        base, first = counted[1], int(counted[2])
    mark = "_" if style is Anchors.MKDOCS else "-"
    known = (taken or {}).get(base, 0)
    in_run = first <= known + 1
    count = max(first, known) if in_run else first
    count += 1
    while f"{base}{mark}{count}" in used:
        count += 1
    if taken is not None and in_run and (first <= known or f"{base}{mark}{first}" in used):
        taken[base] = count
    used.add(f"{base}{mark}{count}")
    return f"{base}{mark}{count}"


ON_GITHUB = AnchorSettings(style=Anchors.GITHUB)

SLUGS: dict[Slug, Callable[[str, str], str]] = {
    Slug.ASCII: slug_ascii,
    Slug.UNICODE: slug_unicode,
    Slug.PYMDOWNX: slug_pymdownx,
}


def heading_text(inline_source: str, references: Collection[str] = ()) -> str:
    """The plain text that a slug is made of: code and link text stay; markup, tags, comments and images go.

    `references` are the labels that the document defines, without which `[text][label]` is not a link.
    """
    bare = _SPAN.sub(" ", inline_source)
    if _MARKUP.search(bare) is None:
        return _SPAN.sub(_span_text, inline_source) if bare is not inline_source else inline_source
    if not references and _SURELY_MARKUP.search(bare) is None and "](" not in bare:
        return (_SPAN.sub(_span_text, inline_source) if bare is not inline_source else inline_source).strip()
    return _parsed_text(inline_source, frozenset(references))


@functools.lru_cache(maxsize=64)  # a page asks for the same headings once for the site and once for GitHub
def _parsed_text(inline_source: str, references: frozenset[str]) -> str:
    parser = _inline_parser()
    env = {"references": {_label(label): {"href": "#", "title": ""} for label in references}}
    parts = []
    for token in parser.parseInline(inline_source, env)[0].children or ():
        if token.type in ("text", "code_inline", "text_special"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append("\n")
    return "".join(parts).strip()


def _span_text(span: re.Match[str]) -> str:
    """A code span loses one space at either end where it has both, as CommonMark says."""
    text = span[1]
    return text[1:-1] if text.strip() and text[0] == text[-1] == " " else text


@functools.cache
def _inline_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # a warm check must not pay for it

    return MarkdownIt("commonmark")


def _label(label: str) -> str:
    from markdown_it.common.utils import normalizeReference

    return normalizeReference(label)


def anchor_names(headings: Sequence[str], anchors: AnchorSettings, references: Collection[str] = ()) -> list[str]:
    """The anchor of each heading of a document, given their inline sources in order.

    implements: MU-REQ-1020
    """
    taken: dict[str, int] = {}
    if anchors.style is Anchors.GITHUB:
        used: set[str] = set()
        return [
            unique(slug_github(heading_text(source, references)), used, anchors.style, taken) for source in headings
        ]
    if anchors.style is Anchors.MDBOOK:
        used = set()
        return [
            explicit or unique(slug_mdbook(heading_text(source, references)), used, anchors.style, taken)
            for source, explicit in map(_explicit, headings)
        ]
    parts = [_explicit(source) if anchors.attr_list else (source, "") for source in headings]
    slug = SLUGS[anchors.slug]
    used = {explicit for _, explicit in parts if explicit}  # toc spares them all, those further down too
    names = []
    for source, explicit in parts:
        if explicit:
            names.append(explicit)
            continue
        text = html.unescape(" ".join(heading_text(source, references).split()))
        names.append(unique(slug(text, anchors.separator), used, anchors.style, taken))
    return names


def _explicit(source: str) -> tuple[str, str]:
    """A heading without its attribute list, and the id that stands in it: `Scope {#scope}`."""
    bare = source.rstrip(" ")
    end = len(bare) - 1
    match = _ATTRIBUTES.search(bare, bare.rfind("\n") + 1, end) if bare.endswith("}") else None
    if match is None:
        return source, ""
    ids = _ATTRIBUTE_ID.findall(bare[match.end() : end])
    return source[: match.start()], unescaped(ids[-1]) if ids else ""


def unescaped(name: str) -> str:
    r"""An ID without the backslashes that keep its characters from being read as marks: `\_here`."""
    return _ESCAPED.sub(r"\1", name) if "\\" in name else name
