# ruff: noqa: E501 -- quotes stand on one line, as in the protocol
"""Each normative statement of the protocol's sections 2 to 10, as it stands there, and what holds it.

`held`: a rule, and an edit of the sample chain that breaks this rule and no other. `allowed`: an edit after which
the chain is as clean as before. `smoked`: a rule, and `muster chain smoke --break` of it fails. `unheld`: no machine
checks it, and why. `told`: it describes, and asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from muster.chains.breaks import BREAKS
from muster.chains.sample import folder_of, sample, surroundings
from muster.settings import Settings

Files = Mapping[str, str]  # paths and texts of a project
Edit = Callable[[Files], Files]
SETTINGS = Settings()
FOLDER = folder_of(SETTINGS.chains)
TURNS = {f"{FOLDER}/{name}": text for name, text in sample(SETTINGS.chains).items()}
PROJECT: Files = {**surroundings(SETTINGS.chains), **TURNS}


class Way(StrEnum):
    """What becomes of a statement."""

    HELD = "held"
    ALLOWED = "allowed"
    SMOKED = "smoked"
    UNHELD = "unheld"
    TOLD = "told"


class Statement(NamedTuple):
    """A part of the protocol, word for word."""

    section: str
    quote: str
    way: Way
    code: str = ""  # of the rule
    edit: Edit | None = None
    reason: str = ""  # why no machine checks it


def held(section: str, quote: str, code: str, edit: Edit) -> Statement:
    return Statement(section, quote, Way.HELD, code, edit)


def allowed(section: str, quote: str, edit: Edit) -> Statement:
    return Statement(section, quote, Way.ALLOWED, edit=edit)


def smoked(section: str, quote: str, code: str) -> Statement:
    return Statement(section, quote, Way.SMOKED, code)


def unheld(section: str, quote: str, reason: str) -> Statement:
    return Statement(section, quote, Way.UNHELD, reason=reason)


def told(section: str, quote: str) -> Statement:
    return Statement(section, quote, Way.TOLD)


def path_of(turn: str, files: Files = TURNS) -> str:
    """The file of a turn, by its name without the number."""
    return next(path for path in files if path.startswith(FOLDER) and path.partition("-limit/")[2][4:] == f"{turn}.md")


@cache
def change(turn: str, *pairs: tuple[str, str]) -> Edit:
    """The turn says something else in the first place where it says this."""

    def edit(files: Files) -> Files:
        path = path_of(turn)
        text = files[path]
        for old, new in pairs:
            assert old in text, f"{path} does not say {old!r}"
            text = text.replace(old, new, 1)
        return {**files, path: text}

    return edit


@cache
def cut(turn: str, heading: str) -> Edit:
    """The turn has not this section, nor what is below it."""

    def edit(files: Files) -> Files:
        path = path_of(turn)
        head, found, tail = files[path].partition(f"\n{heading}\n")
        assert found, f"{path} has no {heading!r}"
        marks = ("\n## ",) if heading.startswith("## ") else ("\n## ", "\n### ")
        ends = [at for mark in marks if (at := tail.find(mark)) >= 0]
        return {**files, path: head + (tail[min(ends) :] if ends else "\n")}

    return edit


@cache
def append(turn: str, text: str) -> Edit:
    return lambda files: {**files, path_of(turn): f"{files[path_of(turn)]}\n{text}"}


def order(change_of: Callable[[list[str]], list[str]]) -> Edit:
    """The turns, named without their numbers, in another order, and numbered anew."""

    def edit(files: Files) -> Files:
        names = change_of([path.rpartition("/")[2][4:-3] for path in TURNS])
        turns = {f"{FOLDER}/{at:03}-{name}.md": files[path_of(name)] for at, name in enumerate(names, start=1)}
        return {**{path: text for path, text in files.items() if path not in TURNS}, **turns}

    return edit


@cache
def drop(*gone: str) -> Edit:
    return order(lambda names: [name for name in names if name not in gone])


@cache
def again(turn: str) -> Edit:
    return order(lambda names: [one for name in names for one in ([name] * 2 if name == turn else [name])])


@cache
def swap(first: str, second: str) -> Edit:
    other = {first: second, second: first}
    return order(lambda names: [other.get(name, name) for name in names])


@cache
def relabel(old: str, new: str, *turns: str) -> Edit:
    """These turns have another label, and the prompt among them its phase."""

    def edit(files: Files) -> Files:
        paths = [path_of(turn) for turn in turns]
        pairs = (f"label: {old}\n", f"label: {new}\n"), (f"Prompt {old}\n", f"Prompt {new}\n")
        return {**files, **{path: _replaced(files[path], *pairs) for path in paths}}

    return edit


def _replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


@cache
def beside(path: str, text: str) -> Edit:
    """Another file of the project."""
    return lambda files: {**files, path: text}


@cache
def broken(code: str) -> Edit:
    """The edit with which the smoke breaks a rule."""

    def edit(files: Files) -> Files:
        turns = {path.rpartition("/")[2]: files[path] for path in TURNS}
        made = BREAKS[code].edit(turns, SETTINGS.chains)
        return {**files, **{f"{FOLDER}/{name}": text for name, text in made.items()}}

    return edit


@cache
def explored_late(*turns: tuple[str, str]) -> Edit:
    """These turns of the exploration once more, as 0b, behind Prompt 1."""

    def edit(files: Files) -> Files:
        texts = {path: text for path, text in files.items() if path not in TURNS}
        at = 0
        for path in TURNS:
            at += 1
            texts[f"{FOLDER}/{at:03}-{path.rpartition('/')[2][4:]}"] = files[path]
            if path == path_of("skeptic-gate-1"):
                for turn, scope in turns:
                    at += 1
                    late = _replaced(files[path_of(turn)], ("0a", "0b"), ("the settings, and who reads them", scope))
                    texts[f"{FOLDER}/{at:03}-{turn}-b.md"] = late
        return texts

    return edit


def two_chains(files: Files) -> Files:
    """A second chain, and no retrospective behind either of them."""
    kept = {path: text for path, text in files.items() if path != path_of("retrospective")}
    second = {path.replace("001-retry", "002-retry"): text for path, text in kept.items() if path in TURNS}
    return {**kept, **second}


@cache
def renamed(old: str, new: str) -> Edit:
    return lambda files: {path.replace(old, new): text for path, text in files.items()}


DIFF = """\
```diff
--- a/src/jobs/retry.py
+++ b/src/jobs/retry.py
@@ -4,1 +4,1 @@
-def may_retry(attempts: int, limit: int = 5) -> bool:
+def may_retry(attempts: int, limit: int = 3) -> bool:
```
"""
TESTED = "```console\n$ pytest -q\n11 passed in 0.79s\n```\n"
PATCH = "```text\n*** Begin Patch\n*** Update File: src/jobs/retry.py\n-a\n+b\n*** End Patch\n```\n"
RUN = '```console\n$ pytest -q -k "not slow"\n12 passed in 0.81s\nexit status: 0\n```\n'
ITALIAN = (
    "# La catena\n\nQuesto è il documento che dice come gli attori della catena si danno il turno, e nessuno deve\n"
)
ITALIAN += "saltare un passo: chi risponde si ferma, e chi decide lo scrive nella catena prima che si vada avanti.\n"
STEP_1 = ("authorization-1", "prompt-1", "response-1", "evidence-gate-1", "skeptic-gate-1")
STEP_2A = ("authorization-2a", "prompt-2a", "response-2a", "evidence-gate-2a", "skeptic-gate-2a")
STEP_FINAL = ("authorization-n+1", "prompt-n+1", "response-n+1", "evidence-gate-n+1", "skeptic-gate-n+1")
PHASE_0 = ("prompt-0", "response-0", "authorization-0a", "prompt-0a", "response-0a", "decision-phase-0")
SPIKES = ("prompt-spike-pre-prompt-1", "response-spike-pre-prompt-1")
RETRY = "src/jobs/retry.py\n+++ b/src/jobs/retry.py"

# Edits that several statements share: they say the same.
BATCHED = change("prompt-1", ("STOP RULE: stop after the answer\n", "STOP RULE: stop\nROLE: Codex\nPHASE: Prompt 2\n"))
NO_QA = cut("response-1", "## QA output")
NO_DIFF = cut("response-1", "## Diff")
NO_REPORT = cut("response-2a", "## Report")  # which changes no tests
NO_MEMO = cut("response-1", "## Active Rules memo")
LATE_MEMO = change(
    "response-1",
    ("## Active Rules memo", "## Memo of the rules"),
    (
        "## QA output",
        "## Active Rules memo\n\n- Path safety, micro-PR, QA, lingua, protocollo a turni.\n\n## QA output",
    ),
)
NO_LIST_OF_FILES = change("prompt-1", ("  Prohibited: src/jobs/worker.py\n", ""))
NO_CONFIRMATION = drop("authorization-1")
NO_PURPOSE = change("prompt-1", ("PURPOSE: Give the retries of a job a limit\n", ""))
NO_GATE = drop("skeptic-gate-1")
OUT_OF_SCOPE = broken("CHN015")
NOT_ITALIAN = broken("CHN026")
RUN_TWICE = change("response-1", ("exit status: 0\n```\n", f"exit status: 0\n```\n\n{RUN}"))
NO_FINAL_QA = change("response-n+1", ("$ pytest -q\n12 passed in 0.81s\nexit status: 0\n", "$ ruff check\nAll good\n"))
NO_FIXES = cut("response-n+1", "## Micro-fixes")
NO_SUMMARY = cut("response-n+1", "## Summary")
NO_RETROSPECTIVE = cut("response-n+1", "## Retrospective")
JUDGED = "whether it is so is a judgement about what the words mean"
TIMMY = "Timmy and ProtoTimmy take no turn in a chain"

STATEMENTS: tuple[Statement, ...] = (
    # 2. Mandatory turn-based protocol
    held(
        "2",
        "Planner defines objectives and constraints, never editing the repository.",
        "CHN007",
        append("onboarding", DIFF),
    ),
    held(
        "2", "OCP translates objectives into numbered prompts", "CHN005", change("prompt-1", ("label: 1", "label: one"))
    ),
    unheld("2", "keeps scope narrow", "how narrow a scope should be depends on what is to be done"),
    held("2", "issues one prompt at a time", "CHN002", BATCHED),
    held("2", "and never performs edits.", "CHN007", broken("CHN007")),
    held("2", "Codex executes exactly one action per prompt", "CHN002", again("response-1")),
    held("2", "apply a micro-PR, provide a diff/report, and declare QA outcomes before pausing.", "CHN014", NO_QA),
    held(
        "2",
        "After Codex responds, OCP evaluates and issues the next prompt (or the closing prompt)",
        "CHN014",
        drop("evidence-gate-1"),
    ),
    held("2", "no batching", "CHN002", BATCHED),
    held("2", "no unsolicited follow-ups", "CHN027", broken("CHN027")),
    held("2", "no prompt skipping", "CHN002", drop(*STEP_1)),
    held(
        "2",
        "Every prompt turn must reference this protocol",
        "CHN006",
        change("prompt-0", ("PROTOCOL: [Prompt chain](../../docs/prompt-chain.md)\n", "")),
    ),
    held(
        "2",
        "**Skeptic Gate (MUST):** after each operational output by Codex (Prompt 1..N and Prompt N+1) the OCP conducts the Skeptic Gate as a decision act",
        "CHN016",
        NO_GATE,
    ),
    held(
        "2",
        "the chain advances only with Decision=PASS",
        "CHN016",
        change("skeptic-gate-1", ("Decision: PASS", "Decision: BLOCK")),
    ),
    held("2", "PASS WITH CONDITIONS imposes constraints", "CHN017", broken("CHN017")),
    held("2", "BLOCK stops the next phase", "CHN016", change("skeptic-gate-2a", ("Decision: PASS", "Decision: BLOCK"))),
    held("2", "The “N+1′” label indicates only the Skeptic Gate after Prompt N+1", "CHN005", broken("CHN005")),
    held("2", "not a distinct phase", "CHN005", change("closure", ("label: N+1", "label: N+1'"))),
    held(
        "2", "Prompt 1..N does not advance until the Codex response includes the Active Rules memo", "CHN014", NO_MEMO
    ),
    held("2", "the unified diff, the structured report", "CHN014", NO_REPORT),
    held("2", "and the required QA", "CHN014", NO_QA),
    held(
        "2",
        "the OCP halts the chain without these artifacts.",
        "CHN014",
        change("evidence-gate-1", ("Diff: YES", "Diff: NO")),
    ),
    held(
        "2",
        "no OPS/RUN operational prompt (Phase 1..N or Prompt N+1) may be sent to Codex without an explicit human confirmation recorded by the OCP.",
        "CHN013",
        NO_CONFIRMATION,
    ),
    held("2", "The OCP remains the sole owner of the decision to send the prompt", "CHN002", broken("CHN002")),
    held("2", "must document it in the report", "CHN013", change("authorization-1", ("- Recorded by: OCP\n", ""))),
    held("2", "and activate it before Codex receives instructions.", "CHN013", swap("authorization-1", "prompt-1")),
    held(
        "2",
        "Codex must not request or interpret approvals",
        "CHN021",
        change("response-1", ("### Next steps\n\n", "### Next steps\n\n- Please approve Prompt 2.\n")),
    ),
    held("2", "it must only respect scope/path-safety", "CHN015", OUT_OF_SCOPE),
    held("2", "and produce the Active Rules memo + diff/report/QA.", "CHN014", NO_DIFF),
    held(
        "2",
        "If the OCP confirmation is missing, the Skeptic Gate blocks progression and the prompt is invalid.",
        "CHN013",
        drop("authorization-n+1"),
    ),
    # 3. Verification and progression
    held(
        "3",
        "**Evidence required per step:** each prompt response constitutes progression only when Codex delivers a unified diff",
        "CHN014",
        change("response-1", ("@@ -4,2 +4,2 @@", "@@ -4,2 +4,3 @@")),
    ),
    held("3", "a structured report describing the change and QA results", "CHN014", cut("response-1", "### QA")),
    held(
        "3",
        'and, when asked, the intermediate QA output (`pytest -q -k "not slow"` or other tests detailed in the prompt).',
        "CHN014",
        change("response-1", ('$ pytest -q -k "not slow"', "$ pytest -q tests/test_retry.py")),
    ),
    unheld(
        "3",
        "Those artifacts alone prove that Codex performed the requested work.",
        "a chain holds what was reported; whether the diff was applied and QA printed just this, it cannot show",
    ),
    held(
        "3",
        "alignment with `main` is not a default step; it happens only when the chain reaches Prompt N+1 (finalization), the OCP explicitly authorizes it, or a runtime change cannot remain confined to diff/report/QA.",
        "CHN028",
        broken("CHN028"),
    ),
    held(
        "3",
        "Synchronization is an explicit event, never implicit.",
        "CHN028",
        change("response-2a", ("exit status: 0\n", "exit status: 0\n$ git push origin main\n")),
    ),
    held(
        "3",
        "only the OCP decides whether the evidence is sufficient to advance the chain or request further iterations",
        "CHN002",
        change("evidence-gate-1", ("actor: OCP", "actor: Codex")),
    ),
    held("3", "Codex waits for the next OCP prompt before moving forward", "CHN002", drop("prompt-2a")),
    held("3", "reporting the artifacts produced and any blockers.", "CHN014", cut("response-1", "### Blockers")),
    held(
        "3", "OCP → Codex prompts must be delivered as a single copyable structured block", "CHN008", broken("CHN008")
    ),
    held(
        "3",
        "documentation under `docs/` and `README.md` are protected by a mojibake guard",
        "ENC003",
        beside("README.md", "# PerchÃ©\n\nUna prova.\n"),
    ),
    told("3", "the guard is a governance check on documentation quality and does not introduce runtime behavior."),
    # 4. Phases
    allowed("4.1", "Prompt 0x (0a, 0b, … 0n) are not legacy, fallback, or deprecated.", dict),
    unheld(
        "4.1",
        "make explicit the remaining uncertainties that prevent safe action.",
        "which uncertainties nobody declared, no file says",
    ),
    told("4.1", "Phase 0 does not aim at exhaustiveness"),
    held("4.1", "Prompt 0 is the official entrypoint into the Prompt Chain.", "CHN002", drop(*PHASE_0, *SPIKES)),
    allowed("4.1", "an explicit inability to formulate a robust operational plan.", cut("response-0", "## Findings")),
    allowed(
        "4.1",
        "A Prompt 0 that declares missing information is a correct outcome, not a failure.",
        cut("response-0", "## Findings"),
    ),
    held(
        "4.1",
        "Prompt 0x prompts are Phase 0 read-only deep-dives, used exclusively during Phase 0.",
        "CHN012",
        explored_late(("authorization-0a", "")),
    ),
    held("4.1", "Their purpose is to close specific uncertainties that emerged from:", "CHN010", broken("CHN010")),
    told("4.1", "Prompt 0x is not a procedural fallback."),
    held(
        "4.1",
        "It persists until the OCP deems the information state sufficient to authorize entry into the operational phase.",
        "CHN011",
        change("decision-phase-0", ("SUFFICIENT", "INSUFFICIENT")),
    ),
    told("4.1", "A Prompt 0x is admissible only if it:"),
    held(
        "4.1",
        "addresses an uncertainty explicitly declared in a previous prompt;",
        "CHN010",
        change("prompt-0a", ("UNCERTAINTY: U1\n", "")),
    ),
    held(
        "4.1",
        "has a distinct, non-redundant informational scope;",
        "CHN010",
        change(
            "prompt-0a", ("SCOPE: the settings, and who reads them", "SCOPE: how the queue tries a failed job again")
        ),
    ),
    held(
        "4.1",
        "is entirely read-only (no edits, no patch/diff, no build, no tests, no execution);",
        "CHN009",
        broken("CHN009"),
    ),
    held("4.1", "is explicitly authorized by the OCP.", "CHN010", drop("authorization-0a")),
    held(
        "4.1",
        "Phase 0 forbids any write, patch/diff generation, formatting, QA commands, tests, or builds.",
        "CHN009",
        append("response-0", DIFF),
    ),
    held(
        "4.1",
        "Read-only inspection commands are permitted only if explicitly whitelisted by the OCP in the prompt itself (Prompt 0 or Prompt 0x)",
        "CHN009",
        change("prompt-0a", ("- rg -n retry_limit src", "- ls src")),
    ),
    held("4.1", "Leaving Phase 0 is not automatic nor numerical.", "CHN011", drop("decision-phase-0")),
    held("4.1", "Phase 0 ends only when the OCP records the formal human decision", "CHN011", broken("CHN011")),
    unheld(
        "4.1",
        "that the achieved information level is sufficient to formulate a robust, safe, and effective operational plan.",
        "that a human decided is checked; whether rightly is the human's to answer for",
    ),
    held(
        "4.1",
        "This declaration is a governance act and a prerequisite to issuing any operational prompt (Prompt 1..N).",
        "CHN011",
        drop("decision-phase-0", *SPIKES),
    ),
    held(
        "4.1",
        "Once the operational phase starts (Prompt 1), the emergence of new structural uncertainties must not be resolved via new Prompt 0x prompts",
        "CHN012",
        explored_late(("authorization-0a", ""), ("prompt-0a", "who cancels a job"), ("response-0a", "")),
    ),
    held("4.1", "it is a BLOCK condition for the Prompt Chain.", "CHN012", broken("CHN012")),
    told("4.2", "Purpose: implement scoped changes defined by the OCP"),
    held("4.2", "Each prompt must emit a unified diff", "CHN014", NO_DIFF),
    held("4.2", "a structured report, a DoD section", "CHN014", cut("response-1", "### Definition of done")),
    held(
        "4.2",
        'and at least `pytest -q -k "not slow"` (or a justified alternative) before moving forward.',
        "CHN014",
        NO_QA,
    ),
    held("4.2", "Codex must apply changes only to the files declared in the prompt", "CHN015", OUT_OF_SCOPE),
    held("4.2", "document assumptions", "CHN014", cut("response-1", "### Assumptions")),
    unheld(
        "4.2",
        "and run targeted tests when requested.",
        "TESTS is free text; of what it asks for, the QA commands of the settings are checked",
    ),
    held(
        "4.2",
        "Changes under `tests/**` are permitted only as a consequence of scoped changes outside `tests/**`",
        "CHN015",
        change(
            "response-1",
            (
                "diff --git a/src/jobs/retry.py b/src/jobs/retry.py\n--- a/src/jobs/retry.py\n+++ b/src/jobs/retry.py\n@@ -4,2 +4,2 @@\n-def may_retry(attempts: int) -> bool:\n-    return True\n+def may_retry(attempts: int, limit: int = 5) -> bool:\n+    return attempts < limit\n",
                "",
            ),
        ),
    ),
    held(
        "4.2",
        "and any test touch must include a Test Impact Map in the report.",
        "CHN015",
        cut("response-1", "### Test Impact Map"),
    ),
    held(
        "4.2",
        "If the DoD is not met, follow-on prompts must be numbered as sub-iterations (e.g., 1a/1b/1c or Na/Nb/Nc) until the DoD is satisfied.",
        "CHN018",
        relabel("2a", "3", *STEP_2A),
    ),
    held(
        "4.2",
        "**Skeptic Gate template (MUST):** Evidence check (memo/diff/report/QA presenti?) [YES/NO]; Scope check (file autorizzati?) [YES/NO]; Risk check (nuovi rischi/edge cases?) [OK/NOTED/BLOCK]; Decision: PASS / PASS WITH CONDITIONS / BLOCK.",
        "CHN016",
        change("skeptic-gate-1", ("- Scope check (files authorised?): YES\n", "")),
    ),
    held(
        "4.2",
        "After each operational Codex response, the **Skeptic Gate** is activated by the OCP: the gate is a governance act, not an operational task of Codex.",
        "CHN002",
        change("skeptic-gate-1", ("actor: OCP", "actor: Codex")),
    ),
    held(
        "4.2",
        "The OCP evaluates risks and limits, records observations, and decides whether to issue the next prompt",
        "CHN016",
        change("skeptic-gate-1", ("edge cases?): OK", "edge cases?): few")),
    ),
    held("4.2", "Codex may flag problems but cannot authorize phase progression.", "CHN021", broken("CHN021")),
    held(
        "4.3",
        "verify the entire change set with the full QA stack (`pre-commit run --all-files`, `pytest -q`)",
        "CHN024",
        NO_FINAL_QA,
    ),
    held("4.3", "summarize the chain", "CHN024", NO_SUMMARY),
    held(
        "4.3",
        "emit a one-line closing commit message",
        "CHN024",
        change("response-n+1", ("un lavoro della coda\n", "un lavoro della coda\nIl worker lo rispetta\n")),
    ),
    held(
        "4.3",
        "in Italian (unless explicitly instructed otherwise)",
        "CHN026",
        change(
            "response-n+1",
            (
                "Limita a cinque i tentativi di un lavoro della coda",
                "Let the queue try a job that failed five times and no more than this",
            ),
        ),
    ),
    held("4.3", "and record the Retrospective.", "CHN024", NO_RETROSPECTIVE),
    held(
        "4.3",
        "Codex may apply up to ten micro-fixes to satisfy QA",
        "CHN024",
        change(
            "response-n+1", ("- Gli import del worker sono in ordine alfabetico.\n", "- Un import è in ordine.\n" * 11)
        ),
    ),
    held("4.3", "each rerun is documented in the report.", "CHN024", NO_FIXES),
    held(
        "4.3",
        "Only after both QA commands pass",
        "CHN024",
        change("response-n+1", ("12 passed in 0.81s\nexit status: 0", "1 failed, 11 passed in 0.81s\nexit status: 1")),
    ),
    held("4.3", "the closing summary is issued", "CHN024", NO_SUMMARY),
    held(
        "4.3",
        "and the Retrospective is logged as PASS (notes/TODO facoltativi) may the chain be considered complete.",
        "CHN024",
        change("response-n+1", ("Retrospective: PASS", "Retrospective: TODO")),
    ),
    # 5. Language
    held(
        "5",
        "All canonical documentation, templates, and artifacts referenced by the Prompt Chain are maintained in English",
        "CHN026",
        beside("docs/prompt-chain.md", ITALIAN),
    ),
    held("5", "Codex replies in Italian for the chain", "CHN026", NOT_ITALIAN),
    held(
        "5",
        "except when the OCP explicitly enters control mode (OCP ↔ Codex exchanges) which are English-only",
        "CHN026",
        change("response-spike-pre-prompt-1", ("mode: control\n", "")),
    ),
    unheld("5", "Timmy/ProtoTimmy ↔ User stays Italian-only.", TIMMY),
    held("5", "Treat this as the sole approved override to the Italian default.", "CHN026", NOT_ITALIAN),
    unheld(
        "5",
        "When not under the OCP control exception, conversations between Planner, OCP, and Codex must remain Italian",
        "of what is said in turns, the replies of Codex are checked; what is said beside them stands in no file",
    ),
    # 6. Templates
    held(
        "6",
        "define the mandatory sections that each prompt must declare (purpose, allowed files, Active Rules memo, phase constraints, tests, etc.).",
        "CHN008",
        NO_PURPOSE,
    ),
    held(
        "6",
        "Operational prompts (Phase 1..N) are the only ones authorized to generate diffs, touch files, and execute the intermediate QA mentioned above",
        "CHN009",
        append("response-spike-pre-prompt-1", DIFF),
    ),
    held("6", "Phase 0 prompts remain analytical", "CHN009", append("response-0", TESTED)),
    held("6", "Every prompt must embed the Active Rules memo at the start of the response", "CHN014", LATE_MEMO),
    held(
        "6",
        "to remind all stakeholders of path safety, micro-PR scope, QA requirements, and the language policy.",
        "CHN022",
        broken("CHN022"),
    ),
    held(
        "6",
        "SPIKE prompts are permitted as read-only analytical follow-ups (no edits, no QA)",
        "CHN009",
        append("response-spike-pre-prompt-1", TESTED),
    ),
    held(
        "6",
        "and must use the naming convention `SPIKE PRE PROMPT N` / `SPIKE POST PROMPT N` with optional variants (`SPIKE A/B/...`)",
        "CHN005",
        change("response-spike-pre-prompt-1", ("label: SPIKE PRE PROMPT 1", "label: SPIKE BEFORE 1")),
    ),
    held(
        "6.1",
        "The canonical template requires that every prompt begins with the block:",
        "CHN004",
        change(
            "prompt-0",
            (
                "PHASE: Phase 0, Prompt 0\nSCOPE: how the queue tries a failed job again\n",
                "SCOPE: how the queue tries a failed job again\nPHASE: Phase 0, Prompt 0\n",
            ),
        ),
    ),
    held(
        "6.1",
        "The `ROLE: Codex` line must precede any operational detail: without it the OCP considers the prompt incomplete and the Skeptic Gate will not authorize progression.",
        "CHN004",
        broken("CHN004"),
    ),
    held(
        "6.1",
        "The template blocks advancement when `ROLE` is missing or replaced, preventing prompts copied from OCP or other sources from improperly assuming Codex’s role.",
        "CHN004",
        change("prompt-1", ("ROLE: Codex", "ROLE: OCP")),
    ),
    held(
        "6.1",
        "Evidence Gate and Skeptic Gate verify that the block is present before assessing content, limits, and risks.",
        "CHN004",
        change(
            "prompt-1",
            ("ROLE: Codex\n", ""),
            ("PURPOSE: Give the retries of a job a limit\n", ""),
            ("docs/prompt-chain", "docs/none"),
        ),
    ),
    # 7. Violations
    held("7", "Breaking the Planner→OCP→Codex→OCP→Planner turn order", "CHN002", swap("prompt-0", "response-0")),
    held("7", "or issuing multiple actions per prompt.", "CHN002", BATCHED),
    held("7", "Executing edits/QA during Phase 0", "CHN009", append("response-0", TESTED)),
    held("7", "or skipping Phase N+1 altogether.", "CHN025", drop(*STEP_FINAL)),
    held("7", "Responding in any language other than Italian when not explicitly allowed.", "CHN026", NOT_ITALIAN),
    held("7", "Touching files that lie outside the scope declared by the active prompt", "CHN015", OUT_OF_SCOPE),
    unheld("7", "or the SSoT.", "which files other documents put out of bounds, only their prose says"),
    held("7", "Omitting the Active Rules memo", "CHN014", NO_MEMO),
    held("7", "or failing to document QA attempts and retries.", "CHN014", RUN_TWICE),
    held(
        "7",
        "Adding unsolicited end-of-task questions or prompts for extra checks not requested by the OCP.",
        "CHN027",
        append("response-2a", "Vuoi che esegua anche altri controlli?\n"),
    ),
    # 8. Governance
    told("8.1", "defines the business goals, constraints, and success criteria"),
    held(
        "8.1",
        "and authorizes OPS/RUN prompts",
        "CHN013",
        change("authorization-1", ("Confirmed by: Ada", "Confirmed by: Codex")),
    ),
    held("8.1", "it does not modify the repository or run commands.", "CHN007", append("closure", TESTED)),
    held("8.1", "enforces this spec (sections 2-6), applies governance gates", "CHN016", drop("skeptic-gate-2a")),
    held("8.1", "within the human-authorized envelope", "CHN013", broken("CHN013")),
    held("8.1", "and never edits files.", "CHN007", append("evidence-gate-1", PATCH)),
    held("8.1", "executes the current prompt alone", "CHN002", again("response-2")),
    held("8.1", "without decision agency", "CHN021", broken("CHN021")),
    held(
        "8.1",
        "respecting the declared scope, template, Active Rules memo, and the Phase model before pausing for the next instruction.",
        "CHN015",
        OUT_OF_SCOPE,
    ),
    held("8.2", "Runs once at the start of every chain", "CHN003", again("onboarding")),
    held(
        "8.2",
        "ensuring Codex loads `.github/codex-instructions.md`, `system/ops/agents_index.md`, the relevant `AGENTS.md`, `.codex/AGENTS.md`",
        "CHN003",
        change("onboarding", ("- `AGENTS.md`\n", "")),
    ),
    unheld(
        "8.2",
        "and the other SSoT documents listed in `.codex/PROMPTS.md`.",
        "what that list names is for the setting `chains.documents` to repeat; whether an agent read a document, no file says",
    ),
    unheld(
        "8.2",
        "Establishes path safety, QA expectations",
        "the task has to name the documents that say so, and a plan; which rules it repeats is free text",
    ),
    held("8.2", "the requirement to plan before coding", "CHN003", broken("CHN003")),
    held("8.2", "Prompt 0 (analysis) always precedes any operational prompt", "CHN002", drop(*PHASE_0, *SPIKES)),
    held("8.2", "skipping or collapsing phases is forbidden.", "CHN011", drop("decision-phase-0")),
    held(
        "8.3",
        "The chain is a numbered, turn-based sequence (Prompt 0…N+1)",
        "CHN001",
        renamed("031-retrospective", "033-retrospective"),
    ),
    held(
        "8.3",
        "with a clear scope for each prompt as per section 6.",
        "CHN004",
        change("prompt-0", ("SCOPE: how the queue tries a failed job again", "SCOPE:")),
    ),
    unheld(
        "8.3",
        "Each prompt addresses a single concern; no prompt may inject future requests, combine unrelated scopes",
        JUDGED,
    ),
    held(
        "8.3",
        "or expand its declared file set.",
        "CHN015",
        change("prompt-2a", ("Allowed: src/jobs/worker.py", "Allowed: src/jobs/worker.py, src/jobs/queue.py")),
    ),
    held(
        "8.3",
        "Prompt templates require the Active Rules memo",
        "CHN004",
        change("prompt-1", ("ACTIVE RULES MEMO: path safety, micro-PR scope, QA, language, turn protocol\n", "")),
    ),
    held("8.3", "list of allowed/prohibited files", "CHN015", NO_LIST_OF_FILES),
    held(
        "8.3",
        "expected outputs (diff/report/QA), and explicit statements about the phase",
        "CHN004",
        change("prompt-1", ("PHASE: Phase 1..N, Prompt 1\n", "")),
    ),
    held("8.3", "and language policy.", "CHN022", change("response-1", ("- Lingua: rispondo in italiano.\n", ""))),
    held(
        "8.4",
        "Human/Planner decides on the chain; Onboarding Task codifies the plan and loads the SSoT; only after this may the OCP issue Prompt 0.",
        "CHN003",
        drop("onboarding"),
    ),
    held("8.4", "OCP issues prompts sequentially", "CHN002", relabel("2a", "2b", *STEP_2A)),
    held("8.4", "Codex responds with one micro-PR (diff + report + intermediate QA)", "CHN020", broken("CHN020")),
    held("8.4", "then waits for the next prompt.", "CHN002", again("response-2a")),
    held(
        "8.4",
        "Each operational response includes the memo from section 6 and confirms compliance with the turn-based protocol.",
        "CHN022",
        change("response-1", ("- Protocollo a turni: eseguo questo prompt e poi mi fermo.\n", "")),
    ),
    held(
        "8.4",
        "OCP issues Prompt N+1 with final QA requirements",
        "CHN004",
        change("prompt-n+1", ("TESTS: `pre-commit run --all-files` and `pytest -q`\n", "")),
    ),
    held(
        "8.4",
        "Codex runs `pytest -q` and `pre-commit run --all-files` (repeating up to ten times if needed)",
        "CHN024",
        NO_FINAL_QA,
    ),
    held("8.4", "documents every rerun", "CHN024", NO_FIXES),
    held(
        "8.4",
        "summarizes the entire chain, records the Retrospective PASS (optional notes/TODO)",
        "CHN024",
        NO_RETROSPECTIVE,
    ),
    held("8.4", "and ends with a one-line Italian commit message.", "CHN024", cut("response-n+1", "## Commit message")),
    held(
        "8.4",
        "The post-N+1 Skeptic Gate (sometimes labeled “N+1′”) remains a governance gate, not a phase.",
        "CHN025",
        drop("skeptic-gate-n+1"),
    ),
    unheld(
        "8.4",
        "If QA fails more than twice per prompt, Codex rewrites the patch and retries",
        "a response shows the last patch; what the patch was before, it does not say",
    ),
    held(
        "8.4", "after the third failure, Codex explicitly requests guidance from the OCP.", "CHN019", broken("CHN019")
    ),
    # 9. Operational contract
    held(
        "9.1",
        "A sequence of numbered prompts aligned to the Phase model",
        "CHN005",
        change("prompt-2", ("PHASE: Phase 1..N, Prompt 2", "PHASE: Phase 1..N, Prompt 1")),
    ),
    held("9.1", "Codex must execute only the current prompt", "CHN002", relabel("1", "2", "response-1")),
    unheld(
        "9.1",
        "and never anticipate future phases.",
        "files out of scope are found; what runs ahead within the allowed files is a matter of meaning",
    ),
    held(
        "9.1",
        "Each prompt corresponds to a micro-PR defined in the template from section 6",
        "CHN008",
        change("prompt-1", ("PURPOSE: ", "BUDGET: one day\nPURPOSE: ")),
    ),
    held("9.1", "and obeys the mandatory language policy from section 5.", "CHN026", NOT_ITALIAN),
    held(
        "9.2",
        "Respect path safety",
        "CHN015",
        change(
            "response-2",
            ("--- a/src/jobs/worker.py\n+++ b/src/jobs/worker.py", "--- a/../worker.py\n+++ b/../worker.py"),
            ("diff --git a/src/jobs/worker.py b/src/jobs/worker.py\n", ""),
        ),
    ),
    unheld(
        "9.2",
        "atomic writes, the AGENTS matrices",
        "how a tool writes files, and what other documents demand, a chain does not show",
    ),
    held(
        "9.2",
        'this spec, and the QA pipeline (intermediate `pytest -q -k "not slow"`, final `pytest -q` + `pre-commit run --all-files`).',
        "CHN024",
        NO_FINAL_QA,
    ),
    held(
        "9.2",
        "Run the static pre-check described in `.codex/PROMPTS.md` before generating a patch",
        "CHN023",
        cut("response-1", "## Pre-check"),
    ),
    held("9.2", "failing pre-checks halt QA and require corrective action.", "CHN023", broken("CHN023")),
    held("9.2", "Handle retries cleanly, document them in each report", "CHN014", RUN_TWICE),
    held(
        "9.2",
        "and stop to ask the OCP if the same issue persists after two autocorrections.",
        "CHN019",
        broken("CHN019"),
    ),
    held(
        "9.2",
        "Conversational exchanges stay Italian unless the OCP invokes the control-mode exception (OCP ↔ Codex English-only)",
        "CHN026",
        NOT_ITALIAN,
    ),
    unheld("9.2", "Timmy/ProtoTimmy ↔ User remains Italian-only.", TIMMY),
    held("9.2", "the Skeptic Gate is MUST for the next two complete Prompt Chains", "CHN016", NO_GATE),
    held(
        "9.2",
        "after the second cycle the OCP leads a mandatory retrospective to decide whether to keep it or retune it.",
        "CHN029",
        two_chains,
    ),
    held("9.3", "Every prompt declares purpose", "CHN008", NO_PURPOSE),
    held("9.3", "allowed/prohibited files", "CHN015", NO_LIST_OF_FILES),
    held(
        "9.3",
        "expected outputs (diff, report, QA)",
        "CHN004",
        change("prompt-2", ("EXPECTED OUTPUTS: memo, pre-check, diff, report, QA output\n", "")),
    ),
    held(
        "9.3",
        "and explicit prohibitions as defined in `.codex/PROMPTS.md`.",
        "CHN004",
        change("prompt-1", ("CONSTRAINTS: no new dependency\n", "")),
    ),
    held(
        "9.3",
        "The Active Rules memo from section 6 must appear at the start of every operational response.",
        "CHN014",
        LATE_MEMO,
    ),
    held("9.4", "Provide a unified diff when changes exist.", "CHN014", NO_DIFF),
    held(
        "9.4",
        "Deliver a structured report describing the changes, their impact, the QA executed, and suggested next steps.",
        "CHN014",
        cut("response-1", "### Next steps"),
    ),
    held(
        "9.4",
        "Mention any assumptions, blockers, or unanswered questions.",
        "CHN014",
        cut("response-1", "### Assumptions"),
    ),
    unheld("9.5", "Combining unrelated domains in the same prompt", JUDGED),
    held("9.5", "touching unspecified files", "CHN015", OUT_OF_SCOPE),
    held("9.5", "adding spurious context outside the template", "CHN008", broken("CHN008")),
    held("9.5", "or neglecting the memo/language/phase guardrails.", "CHN022", broken("CHN022")),
    # 10. Smoke
    smoked(
        "10",
        "simulate a miniature Prompt Chain (S0–S4) to prove turn-taking, memo awareness, QA policy, escalation limits, Italian language, and pre-check validation without editing the repo.",
        "CHN002",
    ),
    smoked("10", "S0: OCP sends a toy prompt; Codex acknowledges the Active Rules memo.", "CHN022"),
    smoked("10", "S1: Codex describes how it would pre-check a mock diff with no files changed.", "CHN023"),
    smoked(
        "10",
        "S2: OCP issues a sample operational prompt; Codex replies conceptually with a micro-PR summary.",
        "CHN004",
    ),
    smoked(
        "10",
        'S3: Codex states the intermediate QA (`pytest -q -k "not slow"`) it would run, explaining how it would interpret the outcome without executing the command.',
        "CHN014",
    ),
    smoked(
        "10",
        "S4: Codex describes the escalation path (max two autocorrections), the final QA (`pytest -q` + `pre-commit run --all-files`), and reconfirms Italian-language compliance.",
        "CHN019",
    ),
    smoked(
        "10",
        "no disk writes, no QA execution, always respect path safety, micro-PR discipline, and the Italian-only policy.",
        "CHN026",
    ),
)
