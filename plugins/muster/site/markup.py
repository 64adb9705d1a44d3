"""The few pieces of HTML that Muster adds; all text from documents is escaped here.

implements: MU-CORE-0024
"""

from __future__ import annotations

import functools
import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from muster.model import Level, Status

# Control characters have no place in HTML, and Python-Markdown marks its own placeholders with two of them.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PLAIN = re.compile(r"[\w .,:;/#+~()\[\]-]*").fullmatch
_UNQUOTED = re.compile(r"[A-Za-z0-9.~+_-]*").fullmatch
_STRONG = re.compile(r"(\*\*|__)(.+?)\1", re.DOTALL)
_CODE = re.compile(r"`(.+)`", re.DOTALL)


def escape(text: str) -> str:
    """Text as it may stand in an element or in a quoted attribute."""
    if _PLAIN(text):
        return text
    return html.escape(_CONTROLS.sub("", text), quote=True)


def inert(text: str) -> str:
    """Escaped text that neither Markdown nor a template engine of the host takes for its own syntax."""
    return escape(text).replace("{", "&#123;").replace("}", "&#125;").replace("\n", " ")


def fragment(identifier: str) -> str:
    """An ID as it stands after the `#` of a link; openfeature's IDs have a space."""
    return identifier if _UNQUOTED(identifier) else quote(identifier, safe="~+.-_!$*,;:@/()[]")


def anchor(identifier: str, marker: str, *, first: bool) -> str:
    """The marker as a link to itself; only the first of a page carries the `id`.

    implements: MU-SITE-9010
    """
    return f"{_opening(identifier, first=first)}{_marker(marker)}</a>"


def bare_anchor(identifier: str, marker: str) -> str:
    """An anchor that is no more than one, for a page that others have still to parse."""
    return f'<a id="{escape(identifier)}">{_marker(marker)}</a>'


def whole_anchor(identifier: str, shown: str) -> str:
    """The first anchor of a requirement around the HTML of its marker."""
    return f"{_opening(identifier, first=True)}{shown}</a>"


def _opening(identifier: str, *, first: bool) -> str:
    own = f' id="{escape(identifier)}"' if first else ""
    return f'<a{own} class="muster-id" href="#{escape(fragment(identifier))}">'


def _marker(marker: str) -> str:
    """A marker's own markup, rendered, so that the text (and the slug made from it) stays what it was."""
    for pattern, tag, group in ((_STRONG, "strong", 2), (_CODE, "code", 1)):
        if match := pattern.fullmatch(marker):
            return f"<{tag}>{escape(match[group])}</{tag}>"
    return escape(marker)


def after_anchor(identifier: str, level: Level, status: Status, dossier: str = "") -> str:
    """What follows an anchor: badges and permalink.

    `dossier` is the page that tells all of the requirement: the badges lead there, and where there is none, nowhere.
    A search index need not hold them a thousand times.

    implements: MU-SITE-9012
    """
    shown = badges(level, status)
    if not dossier:
        return f'<span class="muster-badges" data-search-exclude>{shown}</span>{permalink(identifier)}'
    name, target = escape(identifier), escape(f"{dossier}#{fragment(identifier)}")
    return (
        f'<a class="muster-badges" href="{target}" aria-label="{name}: {level}, {status}; open" data-search-exclude>'
        f"{shown}</a>{permalink(identifier)}"
    )


@functools.cache
def badges(level: Level, status: Status) -> str:
    """The two badges of a requirement."""
    return (
        f'<span class="muster-badge muster-{level}" title="Level: {level}">{level}</span>'
        f'<span class="muster-badge muster-{status}" title="Status: {status}">{status}</span>'
    )


def permalink(identifier: str) -> str:
    """The sign that shows when the pointer is over the block, as headings have it."""
    shown = escape(identifier)
    return (
        f'<a class="headerlink" href="#{escape(fragment(identifier))}" title="Permanent link"'
        f' aria-label="Permanent link to {shown}">&para;</a>'
    )


def reference(href: str, text: str, title: str) -> str:
    """A link to a requirement with its text as title."""
    return f'<a class="muster-ref" href="{escape(href)}" title="{escape(title)}">{escape(text)}</a>'
