"""Commands and words by which the main branch is brought in line.

implements: MU-CHAIN-7044
"""

from __future__ import annotations

import functools
import re
import shlex
from typing import TYPE_CHECKING

from muster.chains.paragraphs import clause_before, is_denied, paragraphs_in
from muster.chains.patch import is_diff
from muster.chains.runs import command_in
from muster.chains.turn import Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.chains.fences import Body, Fence
    from muster.chains.paragraphs import Paragraph

_BETWEEN = re.compile(r"\s*(?:&&|\|\||[;|])\s*")
_VERBS = frozenset({"push", "pull", "merge", "rebase", "reset", "switch", "checkout"})
_WITH_VALUE = frozenset({"-C", "-c", "--git-dir", "--work-tree"})  # options of git itself
_HARMLESS = frozenset({"--dry-run", "-n", "--abort", "--continue", "--skip", "--quit", "--help", "-h"})
_DONE = re.compile(
    r"\b(?:ran|run|executed|did|used|performed|done|eseguit[oaie]|lanciat[oaie]|fatto|usato|eseguo|lancio)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"`([^`\n]{1,400})`")
_PLANNED = re.compile(
    r"\b(?:will|would|can|could|should|shall|may|might|must|to be|when|once|until|before|after|if|unless|whether|later|"
    r"next|sarà|saranno|verrà|verranno|può|possono|potrà|potrebbe|dovrà|dovrebbe|va|vanno|da|quando|prima|dopo|se|finché|"
    r"poi|successivamente|non appena)\b",
    re.IGNORECASE,
)
_DENIED_LIST = re.compile(
    r"\b(?:no|nessun|nessuna|senza|without|neither|né|mai|never)\s+(?:git )?"
    r"(?:push|pull|merge|rebase|commit|fetch|sync|allineamento|alignment|synchronisation|synchronization)\b",
    re.IGNORECASE,
)
_BEHIND_BRANCH = (
    r"(?=\s*(?:[.,;:)!?]|$)|\s+(?:branch|and|before|after|with|in|at|on|by|as|so|again|now|successfully|today|once|e|ed|"
    r"prima|dopo|con|per|senza|ora|di|oggi|nel|alla|come|è|is|was|has|were)\b)"
)


def alignments_in(body: Body, branch: str) -> tuple[Said, ...]:
    """What brings this branch in line, in the order of the lines: commands, also as code in prose, and reports of it.

    What is denied (`no push was made`) or only planned (`can be merged into main`) does not.
    """
    if not branch:
        return ()
    found = [said for fence in body.fences if not is_diff(fence) for said in _in_fence(fence, branch)]
    whole = "\n".join([said.text for said in body.prose])
    if branch.casefold() in whole.casefold() or "`git " in whole:
        pattern = _reports_of(branch)
        for paragraph in paragraphs_in(body.prose, with_code=True):
            found += _in_paragraph(paragraph, pattern, branch)
    return tuple(sorted({said.line: said for said in reversed(found)}.values(), key=lambda said: said.line))


def aligns(command: str, branch: str, *, on_branch: bool = False) -> bool:
    """Whether a git command brings the branch in line; `on_branch`: it is the one that is checked out."""
    words = _git_words(command)
    if not words:
        return command.split()[:3] == ["gh", "pr", "merge"]
    verb, rest = words[0], words[1:]
    if _HARMLESS & set(rest):
        return False
    names = [word for word in rest if not word.startswith("-")]
    named = any(_names(word, branch) for word in names)
    if verb in ("push", "pull"):
        return named or len(names) < 2 or bool({"--all", "--mirror"} & set(rest))
    if verb in ("merge", "rebase"):
        return named or (verb == "merge" and (on_branch or not names))
    return verb == "reset" and "--hard" in rest and named


def _in_fence(fence: Fence, branch: str) -> Iterator[Said]:
    on_branch = False
    for number, line in enumerate(fence.text_lines, fence.line + 1):
        if "git" not in line and "gh pr" not in line:
            continue
        command = command_in(line) or (line.strip() if line.lstrip().startswith(("git ", "gh ", "sudo git ")) else "")
        for one in _BETWEEN.split(command[:2000]) if command else ():
            words = _git_words(one)
            if words[:1] in (["switch"], ["checkout"]):
                on_branch = words[-1] == branch
            elif aligns(one, branch, on_branch=on_branch):
                yield Said(one, number)


def _in_paragraph(paragraph: Paragraph, pattern: re.Pattern[str], branch: str) -> Iterator[Said]:
    text = paragraph.text
    if branch.casefold() in text.casefold():
        for match in pattern.finditer(text):
            before = clause_before(text, match.start())
            if _PLANNED.search(before) or _is_denied(text, match.start(), match.end()):
                continue
            yield Said(match[0], paragraph.line_at(match.start()))
            return  # one for each paragraph says it
    if "`git " not in text:
        return
    for match in _CODE.finditer(text):
        before = clause_before(text, match.start())
        told = _DONE.search(before) or _DONE.search(text[match.end() : match.end() + 30])
        if not told or not aligns(match[1], branch):
            continue
        if not _PLANNED.search(before) and not _is_denied(text, match.start(), match.start()):
            yield Said(match[1], paragraph.line_at(match.start()))
            return


def _is_denied(text: str, start: int, end: int) -> bool:
    """Whether it is denied: in its clause, or in a list such as `no push, merge or rebase`."""
    sentence = text[max(0, start - 120) : start].rpartition(". ")[2]
    return is_denied(text, start, end, reach=8) or _DENIED_LIST.search(sentence) is not None


def _git_words(command: str) -> list[str]:
    """The words of a git command behind `git` and its own options; none of another command, or verb."""
    try:
        words = shlex.split(command[:2000], comments=True)
    except ValueError:
        words = command[:2000].split()
    if words[:1] == ["sudo"]:
        words = words[1:]
    if words[:1] != ["git"]:
        return []
    words = words[1:]
    while words and words[0].startswith("-"):
        words = words[2:] if words[0] in _WITH_VALUE else words[1:]
    return words if words and words[0] in _VERBS else []


def _names(word: str, branch: str) -> bool:
    """Whether a word is the branch, or a refspec or remote branch of that name: `origin/main`, `HEAD:main`."""
    target = word.rpartition(":")[2].removeprefix("+").removeprefix("refs/heads/")
    return target == branch or target.endswith(f"/{branch}")


@functools.lru_cache(maxsize=8)  # of every turn of a project
def _reports_of(branch: str) -> re.Pattern[str]:
    """How a response tells that the branch is in line."""
    name = rf"[`_*]?(?:origin/|upstream/)?{re.escape(branch)}[`_*]?{_BEHIND_BRANCH}"
    forms = (
        (
            r"\b(?:merged|pushed|rebased|synced|synchroni[sz]ed|aligned|pulled|realigned|fast-forwarded)"
            rf"(?: \w{{1,20}}){{0,4}}? (?:into|to|onto|with|on|from|against) (?:the )?(?:branch )?{name}"
        ),
        rf"\b(?:did|made|performed) (?:a |the )?(?:push|merge|rebase|pull) (?:to|into|onto|from|with) {name}",
        (
            r"\b(?:ri)?(?:allineat|sincronizzat|unit|fus|mergiat|pushat|integrat|portat|aggiornat|rebasat)[oaie]"
            rf"(?: \w{{1,20}}){{0,4}}? (?:con|in|su|a|al|nel|sul|da|dal) (?:il )?(?:ramo |branch )?{name}"
        ),
        (
            r"\b(?:ho|abbiamo) (?:fatto|eseguito) (?:un |il |la )?(?:push|merge|rebase|pull|allineamento)"
            rf"(?: \w{{1,20}}){{0,3}}? (?:con|in|su|a|al|nel|sul|da|dal) (?:ramo |branch )?{name}"
        ),
        rf"\b(?:allineo|sincronizzo|unisco)(?: \w{{1,20}}){{0,3}}? (?:con|in|su|a|al|nel) (?:ramo |branch )?{name}",
    )
    return re.compile("|".join(f"(?:{form})" for form in forms), re.IGNORECASE)
