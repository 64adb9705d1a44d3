"""The page of a rule, made from the rule: the site publishes it and `muster rule CODE` prints it.

implements: MU-RULE-2003
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from muster.text.invisible import spelled_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.rules.base import Example, Rule

_FENCE = re.compile(r"^[ >\t]*(`{3,}|~{3,})", re.MULTILINE)
_MARK = re.compile(r"[ ]?<!-- [A-Z]{3}[0-9]{3} -->")  # says which line is reported; not part of the text
# What the rules of one prefix are about: the headings of their list.
FAMILIES = {
    "ALO": "Allocation: the identity of a spec",
    "CHN": "Chains: turns, gates and the protocol that they follow",
    "DRF": "Drift",
    "ENC": "Encoding",
    "KWD": "Keywords and wording",
    "LED": "Ledger: tasks and histories",
    "LNK": "Links",
    "PKT": "Packets: refinements, and what they are pinned to",
    "PRM": "Prompts: packs and prompt documents",
    "REQ": "Requirements and IDs",
    "SET": "Settings, allowances, waivers, baseline",
    "SHP": "Shape",
    "TRC": "Trace: citations, results, review",
}
_MOST_SAME = 6  # files that the two sides of an example share, before the page only names them
_LANGUAGES = {
    ".java": "java",
    ".json": "json",
    ".md": "markdown",
    ".py": "python",
    ".rs": "rust",
    ".toml": "toml",
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
}


def rule_index_page(rules: Sequence[Rule]) -> str:
    """The list of all rules, by code, with a heading for each prefix."""
    lines = ["# Rules", ""]
    for prefix, family in groupby(rules, key=lambda rule: rule.code[:3]):
        lines += [f"## {prefix}: {FAMILIES[prefix]}", ""]
        lines += [
            f"- [{rule.code} {rule.name}]({rule.code}.md)"
            f' <span class="muster-badge muster-severity-{rule.severity}">{rule.severity}</span><br>\n  {rule.why}'
            for rule in family
        ]
        lines.append("")
    return "\n".join(lines)


def rule_page(rule: Rule) -> str:
    """What a rule finds, why, and its examples, as Markdown."""
    facts = f"Severity: {rule.severity}. Scope: {rule.scope}. Since: {rule.since}."
    parts = [f"# {rule.code} {rule.name}", rule.why, facts]
    if rule.fix_note:
        parts.append(f"`muster fix` {rule.fix_note}")
    for number, example in enumerate(rule.examples, start=1):
        suffix = f" {number}" if len(rule.examples) > 1 else ""
        parts.append(f"## Reported{suffix}")
        if example.settings:
            parts += ["With these settings:", _fenced(example.settings, "toml")]
        parts += _files(example, bad=True)
        if example.host:
            parts.append(
                f"The site's `{example.host.path}` has the slug function `{example.host.slug or example.host.unknown}`."
            )
        parts.append(f"## Right{suffix}")
        if example.good_settings is not None:
            parts += ["With these settings:", _fenced(example.good_settings, "toml")]
        parts += _files(example, bad=False)
    return "\n\n".join(parts) + "\n"


def _files(example: Example, *, bad: bool) -> list[str]:
    """The files of one side, without the frame around the example; each named where there are several.

    The good side leaves out what is as it was on the bad one; where that is much, the bad one only names it.
    """
    before = _texts(example.path, example.bad, example.bad_files)
    after = _texts(example.path, example.good, example.good_files)
    same = [path for path, text in before.items() if after.get(path) == text and path != example.path]
    unshown = same if len(same) > _MOST_SAME else []
    if bad:
        texts = {path: text for path, text in before.items() if path not in unshown}
    else:
        texts = {path: text for path, text in after.items() if before.get(path) != text}
    parts = []
    for path, text in texts.items():
        suffix = path[path.rfind(".") :] if "." in path else ""
        if len(before) > 1 or len(after) > 1:
            parts.append(f"`{path}`:")
        parts.append(_fenced(text, _LANGUAGES.get(suffix, "text")))
    gone = [] if bad else [f"Without `{path}`." for path in before if path not in after]
    return [*parts, *gone, *([f"Beside it, the same on both sides: {_listed(unshown)}."] if bad and unshown else [])]


def _listed(paths: Sequence[str]) -> str:
    """Paths by name; of a folder that has several of them, how many."""
    folders = [path.rpartition("/")[0] for path in paths]
    named = {
        f"{count} files in `{folder}`" if folder and (count := folders.count(folder)) > 1 else f"`{path}`": None
        for path, folder in zip(paths, folders, strict=True)
    }
    return ", ".join(named)


def _texts(path: str, text: str, others: Mapping[str, str]) -> dict[str, str]:
    return {name: _MARK.sub("", content) for name, content in {path: text, **others}.items()}


def _fenced(text: str, language: str) -> str:
    """A code block whose fence is longer than any inside."""
    longest = max((len(match[1]) for match in _FENCE.finditer(text)), default=2)
    fence = "`" * max(3, longest + 1)
    # In an example a lone surrogate stands for a byte that is no UTF-8; here it is shown as `\xe9`, and what
    # nobody sees as `\u200b`.
    shown = text.rstrip().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return f"{fence}{language}\n{spelled_out(shown)}\n{fence}"
