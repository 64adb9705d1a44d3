"""The timeline of a chain: its turns in bands of phases, each with what it decided and what stands in it.

implements: MU-CHAIN-7052
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from muster.chains.machine import Phase, State
from muster.chains.turn import Kind
from muster.chains.view import MOST_TURNS
from muster.site.chain_ways import PLACE, decision_badge, file_link, line_link, name_of, state_badge
from muster.site.markup import escape, inert
from muster.site.packet_page import word_badge
from muster.site.page import heading
from muster.site.recorded import told
from muster.text.words import counted, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from muster.chains.view import Block, ChainView, Part, TurnView
    from muster.model import ChainTurn, Finding
    from muster.site.packet_page import Ways

_CODE = re.compile(r"CHN\d{3}", re.ASCII)
MOST_SAID = 20  # findings of a turn, conditions of a gate, and things that it caught
_PHASES = {
    Phase.START: "Start",
    Phase.ANALYSIS: "Phase 0: analysis",
    Phase.OPERATION: "Phase 1 to N: operation",
    Phase.FINAL: "Phase N+1: final QA",
    Phase.END: "End",
}
_TITLES: dict[str, str] = {Kind.PROMPT: "Prompt", Kind.RESPONSE: "In front of the memo"}


def phase_name(phase: str) -> str:
    """A phase as a heading says it."""
    return _PHASES[Phase(phase)] if phase in list(Phase) else phase


def timeline(view: ChainView, findings: Mapping[str, Sequence[Finding]], ways: Ways) -> Iterator[str]:
    """The bands in the order of the turns; `findings` are those of each turn, by its path.

    A chain of more than 300 turns is folded by bands, and shows nothing of what stands in its turns.
    """
    chain = view.chain
    texts = {turn.path: turn for turn in view.turns}
    conditions = {gate.path: gate.conditions for gate in chain.gates}
    folded = len(chain.turns) > MOST_TURNS
    numbered = enumerate(chain.turns, 1)
    before = ""
    for phase, band in itertools.groupby(numbered, lambda turn: turn[1].phase):
        entries = []
        for number, turn in band:
            said = [*_conditions(conditions.get(turn.path, ())), *_caught(turn, ways)]
            said += _findings(turn, findings.get(turn.path, ()), ways)
            stand = state_badge(turn.state) if turn.state != before and _stops(turn) else ""
            entries.append(_entry(number, turn, stand, said, texts.get(turn.path), ways))
            before = turn.state
        yield f"### {heading(phase_name(phase))}\n"
        listed = f'<ol class="muster-timeline" start="{number - len(entries) + 1}">\n{"".join(entries)}</ol>\n'
        summary = f"{counted(len(entries), 'turn')}, {number - len(entries) + 1:,} to {number:,}"
        yield _folded(summary, listed) + "\n" if folded else listed


def _stops(turn: ChainTurn) -> bool:
    """Whether a chain stops behind a turn whose decision does not say so itself."""
    return turn.state in (State.HELD, State.BLOCKED) and turn.decision not in ("HOLD", "BLOCK")


def _entry(number: int, turn: ChainTurn, stand: str, said: Sequence[str], text: TurnView | None, ways: Ways) -> str:
    """A turn: who did what, what it decided, what is wrong with it, and what stands in it."""
    badges = f"{decision_badge(turn.decision)}{stand}"
    head = (
        f'<p class="muster-turn-head"><strong>{told(name_of(turn), 100)}</strong> {badges}'
        f'<span class="muster-turn-by">{told(turn.actor, 40) or "nobody"}</span>{file_link(turn.path, ways)}</p>'
    )
    notes = f'<ul class="muster-turn-said">{"".join(said)}</ul>\n' if said else ""
    parts = [_part(part, turn) for part in text.parts] if text else []
    if text and text.more:
        parts.append(f'<p class="muster-caption">and {counted(text.more, "more section")}, in the file</p>\n')
    kind = turn.kind if turn.kind in list(Kind) else "unknown"
    return f'<li id="{PLACE}{number}" class="muster-turn muster-turn-{kind}">\n{head}\n{notes}{"".join(parts)}</li>\n'


def _conditions(conditions: Sequence[str]) -> list[str]:
    shown = [f"<li>{word_badge('waived', 'condition')}{told(one)}</li>" for one in conditions[:MOST_SAID]]
    return [*shown, *_rest(len(conditions), "condition")]


def _caught(turn: ChainTurn, ways: Ways) -> list[str]:
    """What is wrong with a response, and was stopped by a gate; in front of each the code of its rule."""
    shown = []
    for one in turn.caught[:MOST_SAID]:
        code, _, message = one.partition(" ")
        said = f"{ways.rule(code)} {told(message)}" if _CODE.fullmatch(code) else told(one)
        shown.append(f"<li>{word_badge('may', 'caught by the gate')}{said}</li>")
    return [*shown, *_rest(len(turn.caught), "thing")]


def _findings(turn: ChainTurn, findings: Sequence[Finding], ways: Ways) -> list[str]:
    shown = [
        f"<li>{word_badge(one.severity)}{ways.rule(one.code)} {line_link(turn.path, one.place.line, ways)}:"
        f" {told(one.message)}</li>"
        for one in findings[:MOST_SAID]
    ]
    return [*shown, *_rest(len(findings), "finding")]


def _rest(count: int, noun: str) -> list[str]:
    return [f"<li>and {counted(count - MOST_SAID, f'more {noun}')}</li>"] if count > MOST_SAID else []


def _folded(summary: str, inner: str) -> str:
    return f'<details class="muster-folded">\n<summary>{summary}</summary>\n{inner}</details>\n'


def _part(part: Part, turn: ChainTurn) -> str:
    """A section, folded."""
    title = part.title or _TITLES.get(turn.kind, "What it says")
    summary = f'{told(title, 80)} <span class="muster-size">{counted(part.size, "line")}</span>'
    wraps = turn.kind == Kind.PROMPT
    inner = "".join(_block(block, title, wraps=wraps) for block in part.blocks)
    if part.more:
        inner += _left_out(part.more)
    return _folded(summary, inner)


def _block(block: Block, title: str, *, wraps: bool) -> str:
    """Prose, or lines of a fence; those of a prompt are prose too, and wrap."""
    left_out = _left_out(block.more) if block.more else ""
    if not block.fenced:
        return f'<div class="muster-prose">{_prose(block.lines)}</div>\n{left_out}'
    shown = "".join(map(_changed if block.is_diff else _plain, block.lines))
    code = f'<code tabindex="0" role="group" aria-label="{inert(printable(title[:80]))}">{shown}</code>'
    kind = "muster-lines muster-wrapped" if wraps else "muster-lines"
    return f'<pre class="{kind}">{code}</pre>\n{left_out}'


def _left_out(lines: int) -> str:
    return f'<p class="muster-caption">and {counted(lines, "more line")}, in the file</p>\n'


def _text(line: str) -> str:
    shown = inert(printable(line.expandtabs(4)))
    return shown if shown.isascii() else f"<bdi>{shown}</bdi>"


def _prose(lines: Sequence[str]) -> str:
    """Lines of prose as they are written; headings stand out, and need no blank lines around them."""
    heads = [line.startswith("#") and line.lstrip("#").startswith(" ") for line in lines]
    around = zip(lines, heads, [False, *heads], [*heads[1:], False], strict=False)
    return "".join(
        f"<strong>{_text(line.lstrip('#').strip())}\n</strong>" if is_head else f"<span>{_text(line)}\n</span>"
        for line, is_head, behind, before in around
        if line.strip() or not (behind or before)
    )


def _plain(line: str) -> str:
    return f"<span>{_text(line)}\n</span>"


def _changed(line: str) -> str:
    """A line of a diff: its sign is set by the style, as for every line that was put in or taken away."""
    if line.startswith(("+++", "---")):
        return f"<strong>{_text(line)}\n</strong>"
    if line.startswith("@@"):
        return f"<em>{_text(line)}\n</em>"
    tag = {"+": "ins", "-": "del"}.get(line[:1], "span")
    return f"<{tag}>{_text(line[1:] if tag != 'span' or line[:1] == ' ' else line)}\n</{tag}>"


def phase_track(phase: str) -> str:
    """The phases as a row: those that are over, the one in which the chain stands, and those to come."""
    order = list(Phase)
    at = order.index(Phase(phase)) if phase in order else -1
    items = []
    for number, one in enumerate(order):
        kind = "over" if number < at or phase == Phase.END else "here" if number == at else "ahead"
        current = ' aria-current="step"' if number == at else ""
        items.append(f'<li class="muster-phase-{kind}"{current}>{escape(one)}</li>')
    return f'<ol class="muster-phases">{"".join(items)}</ol>\n'
