"""The page of one packet: where it stands, what is wrong with it, and each claim beside the lines of the spec.

implements: MU-PKT-5031
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from muster.model import Verdict, Window
from muster.packets.state import state_of
from muster.site.findings_page import with_code
from muster.site.identity import path_link
from muster.site.markup import escape, fragment, inert
from muster.site.page import heading, table
from muster.site.recorded import badge, told
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.model import Finding, Pinned, Refinement, Section
    from muster.packets.state import State
    from muster.packets.view import AnchorView, PacketView, Passage
    from muster.site.page import Links

INDEX = "packets/index.md"
MOST_FINDINGS = 200
# The room of the table of contents is needed: two texts stand beside each other.
_FRONT = "---\nsearch:\n  exclude: true\nhide:\n  - toc\n---\n\n"
_PLACE = "muster-anchor-"  # no heading has such an ID
_CLASSES = {
    "ok": "passed",
    "changed": "waived",
    "moved": "failed",
    "ambiguous": "failed",
    "gone": "failed",
    "reviewed": "may",
    "signed": "passed",
    "ready": "passed",
    "error": "failed",
    "warning": "waived",
}


def word_badge(word: str, shown: str = "") -> str:
    """A state, a verdict or a severity."""
    return f'<span class="muster-badge muster-{_CLASSES.get(word, word)}">{escape(shown or word)}</span>'


def verdict_badges(anchors: Iterable[Pinned]) -> str:
    """How many anchors there are of each verdict."""
    counts = Counter(one.verdict for one in anchors)
    return "".join(word_badge(verdict, f"{counts[verdict]:,} {verdict}") for verdict in Verdict if counts[verdict])


class Ways(Struct, frozen=True):
    """How a page of packets leads to what it speaks of."""

    links: Links
    page: str
    sections: Mapping[str, Sequence[Section]]  # of each spec, by its path
    repository: str  # its web address; "" for none
    rules: bool  # each rule has a page

    def to(self, page: str) -> str:
        """The link to another generated page."""
        return escape(self.links.to_page(self.page, page))

    def path(self, path: str) -> str:
        """A file, linked where it is published."""
        return path_link(path, self.page, self.links)

    def rule(self, code: str) -> str:
        """A rule's code, linked to the page of the rule."""
        shown = f"<code>{escape(code)}</code>"
        return f'<a href="{self.to(f"rules/{code}.md")}">{shown}</a>' if self.rules else shown

    def lines(self, path: str, window: Window) -> str:
        """Lines of a spec: linked to the heading above them where it is published, and to their source."""
        words = span_of(window)
        shown, href = words, self.links.to_document(self.page, path)
        if href:
            above = [one for one in self.sections.get(path, ()) if one.line <= window.first and one.anchor]
            where = f"#{fragment(above[-1].anchor)}" if above else ""
            shown = f'<a href="{escape(href + where)}">{words}</a>'
        source = self.source(path, window, "source", f"Source of {words}")
        return f"{shown} ({source})" if source else shown

    def source(self, path: str, window: Window, words: str, label: str = "") -> str:
        """A link to lines as they are written; "" where nobody said which web address the repository has."""
        if not self.repository:
            return ""
        first, last = window.first, window.last
        # Hosts show a Markdown file as a page, which has no lines, unless they are asked for the plain text.
        href = f"{self.repository.rstrip('/')}/blob/HEAD/{quote(path)}?plain=1#L{first}"
        href += f"-L{last}" if last > first else ""
        named = f' aria-label="{escape(label)}"' if label else ""
        return f'<a href="{escape(href)}"{named}>{words}</a>'


def span_of(window: Window) -> str:
    """`lines 20–31`, `line 20`."""
    if window.first == window.last:
        return f"line {window.first}"
    return f"lines {window.first}\N{EN DASH}{window.last}"


def packet_page(view: PacketView, findings: Sequence[Finding], ways: Ways) -> str:
    """The page; `findings` are those that stand in the packet."""
    own = view.refinement
    parts = [
        f"{_FRONT}# {_title(own.wp_id or own.path)}\n",
        _standing(own, state_of(own, findings), ways),
        _facts(own, ways),
    ]
    if findings:
        parts += ["## Findings\n", _findings(findings, ways)]
    parts.append("## Anchors\n")
    if not own.anchors:
        parts.append("The packet has no anchor.\n")
    if len(own.anchors) > 1:
        parts.append(_overview(own.anchors, ways))
    parts += [part for i, anchor in enumerate(view.anchors, 1) for part in _anchor(i, anchor, own.path, ways)]
    return "\n".join(parts)


def _title(words: str) -> str:
    """Words from a packet as a heading."""
    return heading(printable(words))


def _standing(own: Refinement, state: State, ways: Ways) -> str:
    anchors = f"Anchors: {verdict_badges(own.anchors)}" if own.anchors else ""
    return f'<p class="muster-standing">{word_badge(state)} {anchors} <a href="{ways.to(INDEX)}">All packets</a></p>\n'


def _facts(own: Refinement, ways: Ways) -> str:
    """What the packet says of itself."""
    work = f"{ways.path(own.work_packet)} {told(own.status, 80)}" if own.work_packet else "none"
    covers = badge({"PASS": "gate:pass", "FAIL": "gate:fail"}.get(own.covers, "none"))
    facts = {
        "Packet": ways.path(own.path),
        "Spec": ways.path(own.spec) if own.spec else "not found",
        "Named by": ways.path(own.pointer) if own.pointer else "the packet itself",
        "Clearly covers": covers,
        "Review": told(own.review, 80) or "pending",
        "Signature": f"<code>{told(own.signature, 80)}</code>" if own.signature else "pending",
        "Created": told(own.created_at, 80) or "not said",
        "Work packet": work,
    }
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>\n" for name, value in facts.items())
    return f'<dl class="muster-facts">\n{rows}</dl>\n'


def _findings(findings: Sequence[Finding], ways: Ways) -> str:
    rows = [
        f'<th scope="row">{ways.rule(one.code)}</th><td>{one.place.line}</td><td>{word_badge(one.severity)}</td>'
        f"<td>{with_code(one.message)}</td>"
        for one in findings[:MOST_FINDINGS]
    ]
    caption = "What is wrong with the packet"
    if len(findings) > MOST_FINDINGS:
        caption = f"The first {MOST_FINDINGS} of {len(findings):,} findings in the packet"
    return table(caption, ("Rule", "Line", "Severity", "What is wrong"), rows, cards=True)


def _overview(anchors: Sequence[Pinned], ways: Ways) -> str:
    """The anchors at a glance."""
    rows = [
        f'<th scope="row"><a href="#{_PLACE}{i}">{told(one.name or "ANCHOR", 40)}</a></th>'
        f"<td>{word_badge(one.verdict)}</td><td>{_window(one, ways)}</td><td>{told(one.claim) or 'not said'}</td>"
        for i, one in enumerate(anchors, 1)
    ]
    return table("What the packet claims", ("Anchor", "Verdict", "Window", "Claim"), rows)


def _anchor(number: int, view: AnchorView, packet: str, ways: Ways) -> list[str]:
    """One anchor: its claim, its verdict, where it is, and the lines beside the excerpt."""
    pinned = view.pinned
    title = ": ".join(filter(None, (pinned.name, pinned.claim)))
    token = f"<div><dt>Token</dt><dd><code>{told(pinned.token)}</code></dd></div>\n" if pinned.token else ""
    return [
        f'<div id="{_PLACE}{number}" class="muster-place"></div>\n',
        f"### {_title(title or 'ANCHOR')}\n",
        f"<p>{word_badge(pinned.verdict)} {_told(pinned, packet, ways)}</p>\n",
        f'<dl class="muster-facts">\n{token}<div><dt>Window</dt><dd>{_window(pinned, ways)}</dd></div>\n</dl>\n',
        _beside(view),
    ]


def _window(pinned: Pinned, ways: Ways) -> str:
    """Where the anchor says that its lines are, and where they are now."""
    if pinned.window is None:
        written = "not given"
    else:
        written = ways.lines(pinned.spec, pinned.window) if pinned.spec else span_of(pinned.window)
    if pinned.moved is None:
        return written
    return f"<del>{written}</del> now {ways.lines(pinned.spec, pinned.moved)}"


def _listed(lines: Sequence[int]) -> str:
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(map(str, lines))}"


def _told(pinned: Pinned, packet: str, ways: Ways) -> str:
    """The verdict in words."""
    repin = f"<code>muster packet repin {told(packet)}</code> moves the window."
    match pinned.verdict:
        case Verdict.OK:
            return "Token and excerpt stand in the window."
        case Verdict.CHANGED if pinned.moved:
            return f"The token stands in the window, and the excerpt elsewhere. {repin}"
        case Verdict.CHANGED:
            return "The token stands in the window, but the lines are no longer what the excerpt says."
        case Verdict.MOVED:
            return f"{_distance(pinned)} {repin}"
        case Verdict.AMBIGUOUS:
            places = ", ".join(_place(pinned, line, ways) for line in pinned.places)
            return f"Several places match{f': lines {places}' if places else ''}."
        case Verdict.GONE if pinned.places:
            return f"Not whole: part of it stands at {_listed(pinned.places)}, among other words."
        case Verdict.GONE:
            return "Neither token nor excerpt stands anywhere in the spec."
        case _:
            return "Nothing was looked for: the spec or the token is missing."


def _distance(pinned: Pinned) -> str:
    if pinned.window is None or pinned.moved is None:
        return "The lines stand elsewhere."
    by = pinned.moved.first - pinned.window.first
    return f"The lines moved {'down' if by > 0 else 'up'} by {abs(by):,}." if by else "The lines stand elsewhere."


def _place(pinned: Pinned, line: int, ways: Ways) -> str:
    return ways.source(pinned.spec, Window(line, line), str(line)) or str(line)


def _beside(view: AnchorView) -> str:
    """The excerpt beside the lines that it is held against; on a phone below each other."""
    pinned = view.pinned
    current = pinned.moved or pinned.window
    held = view.now if pinned.moved else view.quoted
    parts = ['<div class="muster-packet">', '<div class="muster-beside">']
    parts.append(_box("Excerpt in the packet", view.excerpt, "del", "no lines", "the spec lacks"))
    title = f"Spec, {span_of(current)}" if current else "Spec"
    parts.append(_box(title, held, "ins", "no such lines", "the excerpt lacks"))
    parts.append("</div>")
    if pinned.moved and view.quoted.lines and pinned.window:
        title = f"What stands at {span_of(pinned.window)} today"
        parts += [f"<details><summary>{title}</summary>", _lines(title, view.quoted, "span"), "</details>"]
    return "\n".join([*parts, "</div>\n"])


def _box(title: str, passage: Passage, tag: str, empty: str, lacks: str) -> str:
    lacking = sum(line.lacking for line in passage.lines)
    said = f": {counted(lacking, 'line')} that {lacks}" if lacking else ""
    if not passage.lines:
        return f'<div><p class="muster-caption">{title}: {empty}</p></div>'
    return f'<div><p class="muster-caption">{title}{said}</p>{_lines(title, passage, tag)}</div>'


def _lines(title: str, passage: Passage, tag: str) -> str:
    """Lines as they are written, each an element, so that no blank line ends the block for a strict Markdown."""
    shown = "".join(_line(line.number, line.text, tag if line.lacking else "span") for line in passage.lines)
    more = f'<p class="muster-caption">and {counted(passage.more, "more line")}</p>' if passage.more else ""
    code = f'<code tabindex="0" role="group" aria-label="{escape(title)}">{shown}</code>'
    return f'<pre class="muster-lines">{code}</pre>{more}'


def _line(number: int, text: str, tag: str) -> str:
    counted_as = f' data-line="{number}"' if number else ""
    return f"<{tag}{counted_as}>{inert(printable(text.expandtabs(4)))}\n</{tag}>"
