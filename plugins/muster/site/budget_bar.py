"""How the tokens of a prompt are spent: a bar without script or style of its own, and the same as a table.

implements: MU-PRM-6031, MU-SITE-9031
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.prompts.view import Part
from muster.site.markup import escape, inert
from muster.site.page import table
from muster.site.recorded import told
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.prompts.view import Share

_KINDS = {Part.PREFIX: "prefix", Part.TEMPLATE: "template", Part.LEFT: "left", Part.SUFFIX: "value-0"}
_COLOURS = 3  # of values, in turn: two that stand beside each other differ
_NO_NAME = re.compile(r"[^\w@.-]", re.ASCII)
_LEAST = 4  # per cent of the bar: a narrower part has no room for its number
_LEAST_OF_TWO_DIGITS = 6


def budget_bar(shares: Sequence[Share], budget: int, tokenizer: str) -> str:
    """The bar and its table; parts are numbered alike in both, so that nobody has to tell colours apart."""
    left = sum(share.tokens for share in shares if share.part is Part.LEFT)
    spent = sum(share.tokens for share in shares) - left
    classes = _classes(shares)
    said = f"{counted(spent, 'token')} of {budget:,} are spent: " + ", ".join(
        f"{name_of(share)} {share.tokens:,}" for share in shares if share.tokens
    )
    parts = [(number, share, classes[number - 1]) for number, share in enumerate(shares, start=1)]
    own = [part for part in parts if part[1].part is not Part.LEFT]
    rows = [_row(number, share, classes[number - 1], budget) for number, share in enumerate(shares, start=1)]
    foot = f'<th scope="row">Budget</th><td>{budget:,}</td><td></td><td></td><td></td>'
    name = _NO_NAME.sub("?", tokenizer)[:40]
    caption = f"Tokens as {name} counts them"
    columns = ("Part", "Tokens", "Of the budget", "At most", "Cut")
    bars = [
        f'<p class="muster-caption">{spent:,} of {counted(budget, "token")}: {_percent(spent, budget)}</p>',
        f'<svg width="100%" height="12" aria-hidden="true">{_whole(spent, left)}</svg>',
        '<p class="muster-caption">What they are spent on</p>',
        f'<svg width="100%" height="36" role="img" aria-label="{inert(printable(said))}">{_segments(own)}</svg>',
    ]
    values = table(caption, columns, rows, numbers=True, foot=foot)
    return "\n".join(['<div class="muster-budget">', *bars, "</div>\n", values])


def name_of(share: Share) -> str:
    """What a share is called: by its placeholder where it has one."""
    return share.name or str(share.part)


def _classes(shares: Sequence[Share]) -> list[str]:
    found, values = [], 0
    for share in shares:
        found.append(_KINDS.get(share.part, f"value-{values % _COLOURS}"))
        values += share.part in (Part.VALUE, Part.UNKNOWN) and share.tokens > 0
    return found


def _whole(spent: int, left: int) -> str:
    """What is spent of the budget, and what is left of it."""
    width = spent / max(spent + left, 1) * 100
    return (
        f'<rect class="muster-share-left" x="0" y="1" width="100%" height="10"/>'
        f'<rect class="muster-share-spent" x="0" y="1" width="{width:.3f}%" height="10"/>'
    )


def _segments(parts: Sequence[tuple[int, Share, str]]) -> str:
    """The parts in the order of the prompt, each as wide as it is long."""
    whole = max(sum(share.tokens for _, share, _ in parts), 1)
    found, at = [], 0.0
    for number, share, kind in parts:
        width = share.tokens / whole * 100
        if share.tokens:
            found.append(f'<rect class="muster-share-{kind}" x="{at:.3f}%" y="1" width="{width:.3f}%" height="34"/>')
        if width >= (_LEAST if number < 10 else _LEAST_OF_TWO_DIGITS):
            found.append(f'<text class="muster-share-{kind}" x="{at + width / 2:.3f}%" y="23">{number}</text>')
        at += width
    return "".join(found)


def _row(number: int, share: Share, kind: str, budget: int) -> str:
    names = ", ".join(f"<code>{told(name, 100)}</code>" for name in share.name.split(", ") if name)
    also = f" ({share.part})" if share.part is Part.UNKNOWN else ""
    swatch = f'<span class="muster-swatch muster-share-{kind}">{number}</span>'
    most = f"{share.most:,}" if share.most is not None else ""
    cut = '<span class="muster-badge muster-waived">cut</span>' if share.cut else "no"
    return (
        f'<th scope="row">{swatch} {names or escape(str(share.part))}{also}</th><td>{share.tokens:,}</td>'
        f"<td>{_percent(share.tokens, budget)}</td><td>{most}</td><td>{'' if share.part is Part.LEFT else cut}</td>"
    )


def _percent(tokens: int, budget: int) -> str:
    return f"{tokens / budget * 100:.1f} %" if budget else ""
