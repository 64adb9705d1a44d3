"""The page of a chain: where it stands, what may follow, what is wrong with it, and its timeline.

implements: MU-CHAIN-7003, MU-CHAIN-7052
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from muster.chains.machine import State
from muster.site import identity
from muster.site.chain_diagram import diagram
from muster.site.chain_timeline import phase_track, timeline
from muster.site.chain_ways import INDEX, PLACE, decision_badge, file_link, findings_badges, line_link, state_badge
from muster.site.findings_page import with_code
from muster.site.packet_page import MOST_FINDINGS, word_badge
from muster.site.page import NOT_SEARCHED, heading, table
from muster.site.recorded import told
from muster.text.words import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.chains.view import ChainView
    from muster.model import Chain, Finding
    from muster.site.packet_page import Ways

MOST_STEPS = 20  # that may follow, or are missing
_ENDS: dict[str, str] = {State.CLOSED: "The chain is closed", State.ABANDONED: "The chain was abandoned"}


def chain_page(view: ChainView, findings: Sequence[Finding], spec_id: str, ways: Ways) -> str:
    """The page; `findings` are those in its folder, `spec_id` that of its spec where this has a page, else ""."""
    chain = view.chain
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.place.path, []).append(finding)
    badges = f"{state_badge(chain.state)}{findings_badges(findings)}"
    parts = [
        f"{NOT_SEARCHED}# {heading(printable(chain.title or chain.name))}\n",
        f'<p class="muster-standing">{badges} <a href="{ways.to(INDEX)}">All chains</a></p>\n',
        phase_track(chain.phase),
        _next(chain),
        _facts(chain, spec_id, ways),
    ]
    if findings:
        parts += ["## Findings\n", _findings(chain, findings, ways)]
    parts += ["## Timeline\n", *timeline(view, by_path, ways)]
    if chain.state in list(State):
        drawing = diagram(State(chain.state))
        summary = "The states of a chain, and where this one stands"
        folded = f'<details class="muster-folded">\n<summary>{summary}</summary>\n{drawing}</details>\n'
        parts += ["## In the protocol\n", folded]
    return "\n".join(parts)


def next_in_short(chain: Chain) -> str:
    """The turn that may follow; of several, the first, and how many more there are."""
    steps = chain.next
    if not steps:
        return "none" if chain.state in _ENDS else "not known"
    more = f" or {len(steps) - 1} more" if len(steps) > 1 else ""
    return f"{told(steps[0], 120)}{more}"


def _next(chain: Chain) -> str:
    """The next allowed step, or each of them."""
    steps = [f"<li>{told(step)}</li>" for step in chain.next[:MOST_STEPS]]
    title = "Next allowed step" if len(chain.next) < 2 else "Next allowed step, one of"
    if end := _ENDS.get(chain.state, ""):
        title = f"{end}, and this may still follow" if steps else f"{end}, and nothing follows"
    elif not steps:
        steps = ["<li>not known</li>"]
    listed = f"<ul>{''.join(steps)}</ul>\n" if steps else ""
    return f'<div class="muster-next">\n<p class="muster-caption">{title}</p>\n{listed}</div>\n'


def _facts(chain: Chain, spec_id: str, ways: Ways) -> str:
    missing = "".join(f"<li>{told(one)}</li>" for one in chain.missing[:MOST_STEPS])
    last = f'<a href="#{PLACE}{len(chain.turns)}">the last one</a>' if chain.turns else ""
    facts = {
        "Missing": f"<ul>{missing}</ul>" if missing else "nothing",
        "Turns": f"{len(chain.turns):,}{f', {last}' if last else ''}",
        "Gates": _gates(chain),
        "Folder": f"<code>{told(chain.path)}</code>",
    }
    if spec_id:
        facts["Spec"] = f'<a href="{ways.to(identity.path_of(spec_id))}"><code>{told(spec_id)}</code></a>'
    if chain.trace_id:
        facts["Trace"] = f"<code>{told(chain.trace_id, 80)}</code>"
    if chain.retrospective:
        facts["Skeptic gate"] = f"{decision_badge(chain.retrospective)} by its retrospective"
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>\n" for name, value in facts.items())
    return f'<dl class="muster-facts">\n{rows}</dl>\n'


def _gates(chain: Chain) -> str:
    """How the gates decided, by kind."""
    shown = []
    for kind in ("evidence", "skeptic"):
        counts = Counter(gate.decision for gate in chain.gates if gate.kind == kind)
        if counts:
            badges = "".join(f"{number:,} {decision_badge(decision)}" for decision, number in sorted(counts.items()))
            shown.append(f'<span class="muster-key">{kind} {badges}</span>')
    return "".join(shown) or "none has decided yet"


def _findings(chain: Chain, findings: Sequence[Finding], ways: Ways) -> str:
    numbers = {turn.path: number for number, turn in enumerate(chain.turns, 1)}
    rows = [
        f'<th scope="row">{ways.rule(one.code)}</th><td>{_turn(one.place.path, numbers, ways)}</td>'
        f"<td>{line_link(one.place.path, one.place.line, ways) if one.place.path != chain.path else ''}</td>"
        f"<td>{word_badge(one.severity)}</td><td>{with_code(one.message)}"
        f'<span class="muster-beneath">{with_code(one.help)}</span></td>'
        for one in findings[:MOST_FINDINGS]
    ]
    caption = "What breaks the protocol"
    if len(findings) > MOST_FINDINGS:
        caption = f"The first {MOST_FINDINGS} of {len(findings):,} findings in the chain"
    return table(caption, ("Rule", "Turn", "Line", "Severity", "What is wrong, and what to do"), rows, cards=True)


def _turn(path: str, numbers: Mapping[str, int], ways: Ways) -> str:
    """The turn in the timeline; what is none, by its file."""
    number = numbers.get(path)
    return f'<a href="#{PLACE}{number}">turn {number}</a>' if number else file_link(path, ways)


def unfolded(findings: Iterable[Finding], chains: Sequence[Chain]) -> dict[str, list[Finding]]:
    """The findings of each chain, by its folder: those in its files, and those of the folder itself."""
    folders = {chain.path for chain in chains}
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        path = finding.place.path
        folder = path if path in folders else path.rpartition("/")[0]
        if folder in folders:
            found.setdefault(folder, []).append(finding)
    return found
