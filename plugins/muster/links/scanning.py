"""Links in inline Markdown, each with its place.

Most text can be read one way only, and a pattern finds its links; what might be read otherwise goes
to markdown-it, whose rules are watched for where they stand. The tests prove the two equal.

implements: MU-RULE-2013
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from muster.model import LinkForm
from muster.text.inline import CODE, code_blanked, label
from muster.text.markdown import as_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline


class Found(NamedTuple):
    """A link in a text: the stretch that it covers, and where it leads."""

    start: int
    end: int
    href: str
    form: LinkForm


class Tag(NamedTuple):
    """A tag of raw HTML in a text."""

    start: int
    text: str


class Scan(NamedTuple):
    """What stands in a text: links and tags in order, and references that nothing defines."""

    links: tuple[Found, ...]
    tags: tuple[Tag, ...] = ()
    undefined: tuple[tuple[int, int, str], ...] = ()  # first and last offset, and the label


_NOTHING = Scan(())
_NO_TEXT = re.compile(r"\\[!-/:-@\[-`{-~]|`[^`]*`")  # escapes and code spans
# `[text](target)`, `[text][label]` or `[label][]`
_LINK = re.compile(r"(!?)\[([^\[\]]*)\](?:\(([^()\s<>]*)(?:[ \t]+\"[^\"\n]*\")?\)|(?<!\[\])\[([^\[\]]{0,900})\])")
_REFERENCE = re.compile(r"(?<![\w\])\\])\[((?:[^\[\]\\]|\\.)+)\]\[((?:[^\[\]\\]|\\.)*)\](?![(\[])")
_BRACKETED = re.compile(r"\[([^\[\]]+)\]")
_FILL = CODE


def scan(text: str, definitions: Mapping[str, str]) -> Scan:
    """The links of a paragraph, heading or row; `definitions` are the document's, by folded label."""
    if "<" not in text and ("[" not in text or not _may_link(text, definitions)):
        return _NOTHING
    found = _quick(text, definitions)
    return _slow(text, definitions) if found is None else Scan(tuple(found))


def _may_link(text: str, definitions: Mapping[str, str]) -> bool:
    """Whether brackets may be a link, by what follows them or by a label; only escapes hide brackets in a label."""
    if "](" in text or "][" in text:
        return True
    return bool(definitions) and ("\\" in text or _names_one(text, definitions))


def _names_one(text: str, definitions: Mapping[str, str]) -> bool:
    return not definitions.keys().isdisjoint(map(label, _BRACKETED.findall(text)))


def _quick(text: str, definitions: Mapping[str, str]) -> list[Found] | None:
    """The links of a text that can be read one way only; None for any other."""
    references = text.count("][")  # in code too, where it may still look like one that nothing defines
    if "`" in text or "\\" in text:
        filled = None if "``" in text else _filled(text)
        if filled is None:
            return None
        text = filled
    if "<" in text:
        return None
    matches = list(_LINK.finditer(text))
    brackets = text.count("[")
    if text.count("](") + references != len(matches) or brackets != text.count("]"):
        return None
    hrefs = [definitions.get(label(match[4] or match[2]), _FILL) if match[3] is None else match[3] for match in matches]
    if any(_FILL in href or "\\" in href or ("&" in href and ";" in href) for href in hrefs):
        return None
    # A link in the text of another, or behind a bracket that stays open, is the parser's.
    more = brackets != len(matches) + references
    if more and (_NESTED.search(text) or (definitions and _names_one(_LINK.sub(" ", text), definitions))):
        return None
    forms = (LinkForm.TEXT, LinkForm.IMAGE)
    return [Found(*match.span(), href, forms[match[1] == "!"]) for match, href in zip(matches, hrefs, strict=True)]


_NESTED = re.compile(r"\[[^\]]*\[")


def _filled(text: str) -> str | None:
    """A text with its escapes and code spans blanked; None where its backticks can be read otherwise."""
    if "\\" in text:
        text = _NO_TEXT.sub(lambda match: _FILL * len(match[0]), text)
        return None if "`" in text else text
    return code_blanked(text) if text.count("`") % 2 == 0 else None


def _slow(text: str, definitions: Mapping[str, str]) -> Scan:
    """What markdown-it reads."""
    record = _Record()
    # Its own labels are folded otherwise than ours: it is asked for those that stand in this text.
    references = {}
    if definitions and "[" in text:
        from markdown_it.common.utils import normalizeReference

        names = {name.strip() for name in _names_in(text)}
        references = {
            normalizeReference(name): {"href": definitions[label(name)], "title": ""}
            for name in names
            if label(name) in definitions
        }
    parser = _parser()
    parser.inline.parse(text, parser, {"references": references, "record": record}, [])
    found = sorted(record.links)
    return Scan(tuple(found), tuple(record.tags), tuple(_undefined(text, found, definitions, record)))


def _names_in(text: str) -> Iterator[str]:
    """All that stands between two brackets, also where other brackets stand inside."""
    opened: list[int] = []
    for match in re.finditer(r"[\[\]]", text):
        if match[0] == "[":
            opened.append(match.end())
        elif opened:
            first = opened.pop()
            if match.start() - first < 1000:  # no label may be longer
                yield text[first : match.start()]


def _undefined(
    text: str, found: list[Found], definitions: Mapping[str, str], record: _Record
) -> Iterator[tuple[int, int, str]]:
    """References by a label that nothing defines, outside links and code."""
    if "][" not in text:
        return
    covered = sorted([(link.start, link.end) for link in found] + record.code, reverse=True)
    reached = 0  # the end of what begins before a reference
    for match in _REFERENCE.finditer(text):
        name = match[2] or match[1]
        while covered and covered[-1][0] <= match.start():
            reached = max(reached, covered.pop()[1])
        inside = match.start() < reached
        if not inside and label(name) not in definitions:
            yield match.start(), match.end(), name


class _Record:
    """What the watched rules met in one text."""

    def __init__(self) -> None:
        self.links: list[Found] = []
        self.tags: list[Tag] = []
        self.code: list[tuple[int, int]] = []


@functools.cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import backtick, html_inline, image, link

    parser = as_written(MarkdownIt("commonmark"))
    parser.inline.ruler.at("link", _watched(link, _note_link))
    parser.inline.ruler.at("image", _watched(image, _note_image))
    parser.inline.ruler.at("html_inline", _watched(html_inline, _note_tag))
    parser.inline.ruler.at("backticks", _watched(backtick, _note_code))
    return parser


def _watched(
    rule: Callable[[StateInline, bool], bool], note: Callable[[StateInline, _Record, int, int], None]
) -> Callable[[StateInline, bool], bool]:
    """A rule of markdown-it that tells where it was met."""

    def watched(state: StateInline, silent: bool) -> bool:
        start, before = state.pos, len(state.tokens)
        record: _Record = state.env["record"]
        kept = len(record.links), len(record.tags), len(record.code)
        if not rule(state, silent):
            return False
        if not silent:
            if note is _note_image:  # what its text holds was read apart, at offsets of its own
                del record.links[kept[0] :], record.tags[kept[1] :], record.code[kept[2] :]
            note(state, record, start, before)
        return True

    return watched


def _note_link(state: StateInline, record: _Record, start: int, before: int) -> None:
    opening = next(token for token in state.tokens[before:] if token.type == "link_open")
    record.links.append(Found(start, state.pos, str(opening.attrs["href"]), LinkForm.TEXT))


def _note_image(state: StateInline, record: _Record, start: int, before: int) -> None:
    image = next(token for token in state.tokens[before:] if token.type == "image")
    record.links.append(Found(start, state.pos, str(image.attrs["src"]), LinkForm.IMAGE))


def _note_tag(state: StateInline, record: _Record, start: int, _before: int) -> None:
    record.tags.append(Tag(start, state.src[start : state.pos]))


def _note_code(state: StateInline, record: _Record, start: int, _before: int) -> None:
    record.code.append((start, state.pos))
