"""The pages of chains: where each stands, its turns along a line, and never a turn's markup."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from msgspec.structs import replace

from html_tags import Tags
from muster import pipeline
from muster.chain_views import views_of
from muster.chains.machine import PHASES, State
from muster.chains.sample import NAME, sample, surroundings
from muster.chains.view import (
    LONGEST,
    MOST_LINES,
    MOST_OF_A_TURN,
    MOST_PARTS,
    MOST_TURNS,
    Block,
    ChainView,
    Part,
    TurnView,
    turn_view,
)
from muster.inputs import memory
from muster.model import Allocated, Chain, ChainGate, ChainTurn, Finding, Outcome, Place, Severity
from muster.rules.table import RULES
from muster.settings import ChainSettings, LinkSettings, Settings
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages, generated_paths
from repositories import write
from test_mkdocs_build import built, page, run
from test_prompt_pages import facts, rows, words

LINKS = PlainLinks("specs", "specs")
SETTINGS = Settings(links=LinkSettings(repository="https://git.example/queue"))
SPEC = "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n- [Q-1001] It MUST run.\n"
SPEC_ID = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
HOSTILE = "</code></pre><script>alert(1)</script> {{ config }} {% raw %} ![x](y) | *z* \u202egnp.exe"
RESPONSE = """\
---
kind: response
label: "1"
actor: Codex
---
## Active Rules memo

Path safety.

## Diff

The change:

```diff
--- a/src/queue.py
+++ b/src/queue.py
@@ -1,2 +1,2 @@
 limit = 1
-retries = 0
+retries = 5
```

## Report

### Changes

- A limit.
"""
PROMPT = '---\nkind: prompt\nlabel: "1"\nactor: OCP\n---\n\n```text\nROLE: Codex\nPHASE: Prompt 1\n```\n'


def turn(name: str, state: State, decision: str = "", caught: tuple[str, ...] = ()) -> ChainTurn:
    """A turn of the chain `queue`, by the name of its file: `3-response-1-Codex`, `5-gate-1-OCP-evidence`."""
    _, kind, label, actor, about = (*name.split("-"), "")[:5]
    return ChainTurn(f"chains/queue/{name}.md", kind, label, actor, about, decision, state, PHASES[state], caught)


TURNS = (
    turn("1-onboarding-0-Planner", State.ONBOARDED),
    turn("2-prompt-0-OCP", State.ASKED),
    turn("3-response-0-Codex", State.SURVEYED),
    turn("4-decision-0-OCP-phase", State.READY, "SUFFICIENT"),
    turn("5-authorization-1-Planner", State.AUTHORIZED, "AUTHORIZED"),
    turn("6-prompt-1-OCP", State.SENT),
    turn("7-response-1-Codex", State.ANSWERED, caught=("CHN014 no QA output of `pytest -q`",)),
    turn("8-gate-1-OCP-evidence", State.HELD, "HOLD"),
)
HELD = Chain(
    "chains/queue",
    "A queue that retries",
    State.HELD,
    PHASES[State.HELD],
    TURNS,
    (ChainGate(TURNS[-1].path, "evidence", "1", "HOLD"),),
    ("authorization of Prompt 1a (Planner)", "authorization: REFUSED (Planner)"),
    ("Prompt 1a", "Prompt N+1"),
    "5b0f0d6e-3c1a-4f57-9a43-0c8d2e6b7a19",
)
TEXTS = {TURNS[5].path: PROMPT, TURNS[6].path: RESPONSE}


def standing(folder: str, state: State, title: str = "") -> Chain:
    """A chain of one turn that stands somewhere."""
    own = ChainTurn(f"{folder}/1-onboarding.md", "onboarding", "0", "Planner", "", "", state, PHASES[state])
    return Chain(folder, title, state, PHASES[state], (own,), next=("what is due",))


def outcome_of(*chains: Chain, findings: tuple[Finding, ...] = (), settings: Settings = SETTINGS) -> Outcome:
    outcome = pipeline.run(memory({"specs/10-queue.md": SPEC}), settings)
    return replace(outcome, project=replace(outcome.project, chains=chains), findings=findings)


def pages_of(outcome: Outcome, views: tuple[ChainView, ...] = ()) -> dict[str, str]:
    made = generated_pages(outcome, tuple(RULES.values()), LINKS, chains=views)
    return {one.path: one.text for one in made if one.path.startswith("chains/")}


def page_of(chain: Chain = HELD, findings: tuple[Finding, ...] = (), texts: dict[str, str] | None = None) -> str:
    own = TEXTS if texts is None else texts
    view = ChainView(chain, tuple(turn_view(path, text.encode()) for path, text in own.items()))
    return pages_of(outcome_of(chain, findings=findings), (view,))[f"chains/{chain.name}.md"]


def entries(text: str) -> list[list[str]]:
    """What each turn of a timeline says in front of what is folded, as words."""
    found = re.findall(r'<li id="muster-turn-\d+".*?>\n(.*?)(?=<details|</li>\n)', text, re.DOTALL)
    return [words(re.sub(r"<ul.*", "", one, flags=re.DOTALL)) for one in found]


def folded(text: str, title: str) -> str:
    """What is folded below a title."""
    return text.split(f"<summary>{title} ")[1].split("\n", 1)[1].split("</details>", maxsplit=1)[0]


# The overview


@pytest.mark.requirement("MU-CHAIN-7052")
def test_the_overview_has_blocked_and_held_chains_first_then_open_ones_by_phase_then_the_others() -> None:
    chains = (
        standing("chains/a", State.ABANDONED),
        standing("chains/b", State.CLOSED),
        standing("chains/c", State.FINAL_SENT),
        standing("chains/d", State.EXPLORING),
        standing("chains/e", State.ONBOARDED),
        HELD,
        standing("chains/f", State.BLOCKED, "Blocked"),
    )
    findings = (Finding("CHN006", Severity.ERROR, Place(TURNS[5].path, 7, 1), "no link", "link it"),)

    overview = pages_of(outcome_of(*chains, findings=findings))["chains/index.md"]

    assert rows(overview, "Prompt chains, those that wait for somebody first") == [
        "Blocked f blocked phase 1..N 1 Onboarding task what is due".split(),
        "A queue that retries queue held 1 error phase 1..N 8 Evidence gate after Prompt 1 HOLD"
        " authorization of Prompt 1a (Planner) or 1 more".split(),
        "e onboarded start 1 Onboarding task what is due".split(),
        "d exploring phase 0 1 Onboarding task what is due".split(),
        "c final sent N+1 1 Onboarding task what is due".split(),
        "b closed end 1 Onboarding task what is due".split(),
        "a abandoned end 1 Onboarding task what is due".split(),
    ]
    counts = overview.split('<ul class="muster-counts">')[1].split("</ul>")[0]
    assert words(counts) == "1 blocked 1 held 3 open 1 closed 1 abandoned".split()


@pytest.mark.requirement("MU-CHAIN-7052")
def test_without_chains_there_is_no_page_and_with_settings_for_them_the_command_that_begins_one() -> None:
    assert pages_of(outcome_of()) == {}

    pages = pages_of(outcome_of(settings=replace(SETTINGS, chains=ChainSettings(planner="Ada"))))

    assert list(pages) == ["chains/index.md"]
    assert "$ muster chain new " in pages["chains/index.md"]


def test_the_pages_are_those_that_a_link_may_lead_to() -> None:
    outcome = outcome_of(HELD, standing("other/queue", State.READY))

    made = [one.path for one in generated_pages(outcome, (), LINKS) if one.path.startswith("chains/")]

    assert made == ["chains/index.md", "chains/queue.md", "chains/queue-2.md"]
    assert made == [path for path in generated_paths(outcome.project) if path.startswith("chains/")]


# The page of a chain


@pytest.mark.requirement("MU-CHAIN-7003", "MU-CHAIN-7052")
def test_the_page_says_where_the_chain_stands_what_may_follow_and_what_is_missing() -> None:
    text = page_of()

    phases = re.findall(r'<li class="muster-phase-(\w+)"( aria-current="step")?>(.*?)</li>', text)
    assert phases == [
        ("over", "", "start"),
        ("over", "", "phase 0"),
        ("here", ' aria-current="step"', "phase 1..N"),
        ("ahead", "", "N+1"),
        ("ahead", "", "end"),
    ]
    assert words(text.split('<p class="muster-standing">')[1].split("</p>")[0]) == ["held", "All", "chains"]
    due = text.split('<div class="muster-next">')[1].split("</div>")[0]
    assert " ".join(words(due)) == (
        "Next allowed step, one of authorization of Prompt 1a (Planner) authorization: REFUSED (Planner)"
    )
    assert facts(text) == {
        "Missing": "Prompt 1a Prompt N+1",
        "Turns": "8, the last one",
        "Gates": "evidence 1 HOLD",
        "Folder": "chains/queue",
        "Trace": "5b0f0d6e-3c1a-4f57-9a43-0c8d2e6b7a19",
    }
    assert '<g class="muster-state muster-state-here muster-state-held"><rect' in text


@pytest.mark.requirement("MU-CHAIN-7052")
def test_the_timeline_has_a_band_for_each_phase_and_an_entry_for_each_turn() -> None:
    text = page_of()

    assert re.findall(r"^### (.*)$", text, re.MULTILINE) == [
        "Start",
        "Phase 0: analysis",
        "Phase 1 to N: operation",
    ]
    assert [" ".join(entry) for entry in entries(text)] == [
        "Onboarding task Planner 1-onboarding-0-Planner.md",
        "Prompt 0 OCP 2-prompt-0-OCP.md",
        "Response to Prompt 0 Codex 3-response-0-Codex.md",
        "Decision on phase 0 SUFFICIENT OCP 4-decision-0-OCP-phase.md",
        "Authorization of Prompt 1 AUTHORIZED Planner 5-authorization-1-Planner.md",
        "Prompt 1 OCP 6-prompt-1-OCP.md",
        "Response to Prompt 1 Codex 7-response-1-Codex.md",
        "Evidence gate after Prompt 1 HOLD OCP 8-gate-1-OCP-evidence.md",
    ]
    assert '<a href="https://git.example/queue/blob/HEAD/chains/queue/6-prompt-1-OCP.md?plain=1#L1">' in text
    assert (
        '<ul class="muster-turn-said"><li><span class="muster-badge muster-may">caught by the gate</span>'
        '<a href="../rules/CHN014.md"><code>CHN014</code></a> no QA output of `pytest -q`</li></ul>'
    ) in text


@pytest.mark.parametrize(
    ("kind", "label", "about", "name"),
    [
        ("gate", "N+1'", "skeptic", "Skeptic gate after Prompt N+1"),
        ("gate", "N+1\u2032", "skeptic", "Skeptic gate after Prompt N+1"),
        ("response", "SPIKE PRE PROMPT 1", "", "Response to SPIKE PRE PROMPT 1"),
        ("decision", "2", "resume", "Decision whether Prompt 2 goes on"),
        ("decision", "N+1", "alignment", "Decision on alignment, Prompt N+1"),
        ("closure", "N+1", "", "Closure"),
        ("", "7", "", "Turn 7"),
        ("gate", "1", "<b>", "Gate 1"),
    ],
    ids=["final gate", "prime", "spike", "resume", "alignment", "closure", "unknown kind", "unknown gate"],
)
def test_a_turn_is_called_by_what_it_is(kind: str, label: str, about: str, name: str) -> None:
    own = ChainTurn("chains/queue/1.md", kind, label, "OCP", about, "", State.READY, PHASES[State.READY])

    text = page_of(replace(HELD, turns=(own,), gates=()), texts={})

    assert " ".join(entries(text)[0]) == f"{name} OCP 1.md"


@pytest.mark.requirement("MU-CHAIN-7052")
def test_a_finding_stands_in_the_table_and_at_its_turn_and_leads_to_its_rule_and_line() -> None:
    findings = (
        Finding("CHN015", Severity.ERROR, Place(TURNS[6].path, 14, 1), "src/other.py is out of scope", "leave it out"),
        Finding("CHN001", Severity.ERROR, Place("chains/queue/notes.md", 1, 1), "no turn", "move it"),
    )

    text = page_of(findings=findings)

    assert rows(text, "What breaks the protocol") == [
        "CHN015 turn 7 line 14 error src/other.py is out of scope leave it out".split(),
        "CHN001 notes.md line 1 error no turn move it".split(),
    ]
    source = "https://git.example/queue/blob/HEAD/chains/queue/7-response-1-Codex.md?plain=1#L14"
    assert (
        '<li><span class="muster-badge muster-failed">error</span><a href="../rules/CHN015.md"><code>CHN015</code></a>'
        f' <a href="{source}">line 14</a>: src/other.py is out of scope</li>'
    ) in text
    assert '<a href="#muster-turn-7">turn 7</a>' in text


@pytest.mark.requirement("MU-CHAIN-7052")
def test_prompt_diff_and_report_are_folded_open_and_a_diff_has_its_lines_marked() -> None:
    text = page_of()

    assert re.findall(r"<summary>(.*?) <span class=\"muster-size\">(.*?)</span>", text) == [
        ("Prompt", "4 lines"),
        ("Active Rules memo", "1 line"),
        ("Diff", "9 lines"),
        ("Report", "2 lines"),
    ]
    assert "<details open" not in text
    assert words(folded(text, "Prompt")) == "ROLE: Codex PHASE: Prompt 1".split()
    assert re.findall(r"<(\w+)>(.*?)\n</\1>", folded(text, "Diff")) == [
        ("span", "The change:"),
        ("strong", "--- a/src/queue.py"),
        ("strong", "+++ b/src/queue.py"),
        ("em", "@@ -1,2 +1,2 @@"),
        ("span", "limit = 1"),
        ("del", "retries = 0"),
        ("ins", "retries = 5"),
    ]
    assert folded(text, "Report") == (
        '<div class="muster-prose"><strong>Changes\n</strong><span>- A limit.\n</span></div>\n'
    )


def test_the_conditions_of_a_gate_stand_at_it() -> None:
    gate = turn("9-gate-1-OCP-skeptic", State.PASSED, "PASS WITH CONDITIONS")
    chain = replace(HELD, turns=(gate,), gates=(ChainGate(gate.path, "skeptic", "1", gate.decision, ("No lock.",)),))

    text = page_of(chain, texts={})

    assert '<li><span class="muster-badge muster-waived">condition</span>No lock.</li>' in text
    assert facts(text)["Gates"] == "skeptic 1 PASS WITH CONDITIONS"


def test_what_may_follow_is_named_in_the_order_of_the_chain() -> None:
    steps = ("authorization of Prompt 2", "SPIKE PRE PROMPT 2 (OCP)", "decision to align with the main branch (OCP)")
    chain = replace(HELD, next=steps)

    due = pages_of(outcome_of(chain))["chains/queue.md"].split('<div class="muster-next">')[1].split("</div>")[0]

    assert re.findall("<li>(.*?)</li>", due) == list(steps)
    assert "<td>authorization of Prompt 2 or 2 more</td>" in pages_of(outcome_of(chain))["chains/index.md"]


def test_a_chain_at_its_end_says_so() -> None:
    closed = replace(HELD, state=State.CLOSED, phase=PHASES[State.CLOSED], next=(), missing=(), retrospective="KEEP")

    text = page_of(closed)

    due = text.split('<div class="muster-next">')[1].split("</div>")[0]
    assert " ".join(words(due)) == "The chain is closed, and nothing follows"
    assert (facts(text)["Missing"], facts(text)["Skeptic gate"]) == ("nothing", "KEEP by its retrospective")


def test_a_turn_that_is_tied_to_a_spec_leads_from_its_page_to_the_chain_and_back() -> None:
    outcome = outcome_of(HELD)
    tied = Allocated(SPEC_ID, "queue/elicitation.md", "", ready=True, planning=(TURNS[0].path,))
    project = replace(outcome.project, allocations=(tied,), spec_ids={TURNS[0].path: SPEC_ID})
    pages = {one.path: one.text for one in generated_pages(replace(outcome, project=project), (), LINKS)}

    identity = pages[f"identity/{SPEC_ID}.md"]

    assert f'<a href="../chains/queue.md"><code>{TURNS[0].path}</code></a></th><td>chain</td>' in identity
    assert f'<dt>Spec</dt><dd><a href="../identity/{SPEC_ID}.md">' in pages["chains/queue.md"]


# What stands in a turn


def test_a_view_of_a_turn_has_its_sections_their_prose_and_their_fences() -> None:
    assert turn_view("a.md", RESPONSE.encode()) == TurnView(
        "a.md",
        len(RESPONSE),
        (
            Part("Active Rules memo", 1, (Block(False, False, ("Path safety.",)),)),
            Part(
                "Diff",
                9,
                (
                    Block(False, False, ("The change:",)),
                    Block(True, True, tuple(RESPONSE.split("```diff\n")[1].split("\n```", maxsplit=1)[0].split("\n"))),
                ),
            ),
            Part("Report", 2, (Block(False, False, ("### Changes", "", "- A limit.")),)),
        ),
    )


@given(st.text(alphabet="#`~- \n\r\tab:\ufeff") | st.binary().map(lambda data: data.decode("latin-1")))
def test_any_text_has_a_view_of_bounded_size(text: str) -> None:
    view = turn_view("a.md", text.encode())

    assert sum(len(line) for part in view.parts for block in part.blocks for line in block.lines) <= MOST_OF_A_TURN


@pytest.mark.requirement("MU-CHAIN-7052")
def test_a_turn_of_many_lines_is_cut_with_a_note_and_what_follows_is_shown_all_the_same() -> None:
    long = RESPONSE.replace("+retries = 5\n", "+retries = 5\n" * 400_000)

    started = time.perf_counter()
    text = page_of(texts={TURNS[6].path: long})

    assert time.perf_counter() - started < 20
    assert f"and {400_005 - MOST_LINES:,} more lines, in the file" in folded(text, "Diff")
    assert words(folded(text, "Report"))[0] == "Changes"
    assert len(text) < 80_000


def test_a_line_without_end_and_sections_without_end_are_cut() -> None:
    wide = turn_view("a.md", b"```\n" + b"x" * 1_000_000 + b"\n```\n")
    many = turn_view("a.md", b"## A\n\ntext\n\n" * 1000)

    assert wide.parts[0].blocks[0].lines == (f"{'x' * LONGEST} ...",)
    assert (len(many.parts), many.more) == (MOST_PARTS, 1000 - MOST_PARTS)


@pytest.mark.requirement("MU-CHAIN-7052")
def test_a_chain_of_2_000_turns_is_folded_by_phase_and_shows_nothing_of_what_stands_in_its_turns() -> None:
    turns = tuple(replace(TURNS[number % 8], path=f"chains/queue/{number:04}.md") for number in range(2000))
    chain = replace(HELD, turns=tuple(sorted(turns, key=lambda one: list(PHASES.values()).index(one.phase))))

    outcome = outcome_of(chain)
    text = pages_of(outcome, views_of(outcome, memory(dict.fromkeys((one.path for one in turns), RESPONSE))))[
        "chains/queue.md"
    ]

    assert re.findall(r"<summary>(\S+ turns, .*)</summary>", text) == [
        "250 turns, 1 to 250",
        "500 turns, 251 to 750",
        "1,250 turns, 751 to 2,000",
    ]
    assert text.count('<li id="muster-turn-') == 2000 > MOST_TURNS
    assert len(text) / 2000 < 700
    assert "retries = 5" not in text


def test_a_turn_that_is_gone_by_now_is_shown_without_what_stood_in_it() -> None:
    outcome = outcome_of(HELD)

    (view,) = views_of(outcome, memory({TURNS[6].path: RESPONSE}))

    assert [one.path for one in view.turns] == [TURNS[6].path]
    assert len(entries(pages_of(outcome, (view,))["chains/queue.md"])) == 8


@pytest.mark.requirement("MU-CORE-0024")
def test_no_markup_of_a_turn_takes_effect() -> None:
    words_of_it = dict.fromkeys(("kind", "label", "actor", "about", "decision", "state", "phase"), HOSTILE)
    own = ChainTurn(path=f"chains/queue/{HOSTILE}.md", caught=(HOSTILE,), **words_of_it)
    gate = replace(TURNS[-1], label=HOSTILE, decision=HOSTILE, actor=HOSTILE)
    decided = ChainGate(gate.path, "skeptic", HOSTILE, HOSTILE, (HOSTILE,))
    told = dict.fromkeys(("title", "state", "phase", "trace_id", "retrospective"), HOSTILE)
    chain = replace(HELD, turns=(own, gate), gates=(decided,), next=(HOSTILE,), missing=(HOSTILE,), **told)
    finding = Finding("CHN001", Severity.ERROR, Place(gate.path, 3, 1), HOSTILE, HOSTILE)
    body = f'## {HOSTILE}\n\n### {HOSTILE}\n\n{HOSTILE}\n\n```diff\n+{HOSTILE}\n\n```\n\n--8<-- "x"\n'
    texts = {gate.path: body, own.path: body}
    view = ChainView(chain, tuple(turn_view(path, text.encode()) for path, text in texts.items()))

    for made in pages_of(outcome_of(chain, findings=(finding,)), (view,)).values():
        seen = Tags()
        seen.feed(Markdown(extensions=["attr_list", "tables", "toc"]).convert(made.split("---\n\n", 1)[1]))
        assert seen.tags & {"script", "style", "img"} == set()
        assert [name for name in seen.attributes if name == "style" or name.startswith("on")] == []
        assert not re.search(r"\{[{%]|\u202e|^--8<", made, re.MULTILINE)
        for block in re.findall(r"<(?:pre|table|ol|svg).*?</(?:pre|table|ol|svg)>", made, re.DOTALL):
            assert "\n\n" not in block  # a blank line ends a block for a strict Markdown


# Builds


MKDOCS = """\
site_name: Sample
docs_dir: specs
strict: true
theme: {name: material, font: false}
plugins: [search, muster-specs, muster-compliance: {rules: false}]
"""


def site_in(folder: Path) -> Path:
    """A site with the sample, and with one chain that stops at a gate, built in strict mode."""
    settings = ChainSettings()
    files = {f"chains/{NAME}/{name}": text for name, text in sample(settings).items()}
    names = list(sample(settings))
    last = next(number for number, name in enumerate(names) if "skeptic" in name)
    blocked = {
        f"chains/002-blocked/{name}": text.replace("Decision: PASS", "Decision: BLOCK") if number == last else text
        for number, (name, text) in enumerate(sample(settings).items())
        if number <= last
    }
    index = f"# Notes\n\n[chains](chains/index.md), [one](chains/{NAME}.md)\n"
    own = {"mkdocs.yml": MKDOCS, "muster.toml": "", "specs/index.md": index, "specs/10-queue.md": SPEC}
    write(folder, {**surroundings(settings), **files, **blocked, **own})
    return built(folder)


@pytest.mark.site
@pytest.mark.requirement("MU-CHAIN-7052", "MU-SITE-9024")
def test_a_site_shows_the_chains_and_none_of_its_links_is_dead(tmp_path: Path) -> None:
    site = site_in(tmp_path)

    overview = page(site, "chains/index.html")
    states = [row[-1] for row in re.findall(r"</code></a></th>\n?<td>(.*?)>(\w+)</span>", overview)]
    assert states == ["blocked", "closed"]
    one = page(site, f"chains/{NAME}/index.html")
    assert len(re.findall(r'<li id="muster-turn-\d+"', one)) == len(sample(ChainSettings()))
    assert re.findall(r'<h3 id="[^"]*">(.*?)<', one) == [
        "Start",
        "Phase 0: analysis",
        "Phase 1 to N: operation",
        "Phase N&#43;1: final QA",
        "End",
    ]
    done = run(tmp_path, "muster", "links", "site")
    assert (done.returncode, done.stdout) == (0, "")
