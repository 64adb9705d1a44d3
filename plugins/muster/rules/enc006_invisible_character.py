"""ENC006: a character that no reader sees.  implements: MU-RULE-2015"""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Edit, Finding, Page, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.judged_text import is_accepted, is_code, judged_pages, lines_as_saved
from muster.text.invisible import REMOVABLE, Hidden, has_hidden, hidden_in, is_removable, named
from muster.text.mojibake import mojibake_in


def check(project: Project) -> Iterator[Finding]:
    """Report each run of an invisible character that neither the script nor an emoji needs."""
    for page in judged_pages(project):
        for number, line, hidden in _hidden(page):
            times = f", {hidden.count:,} times" if hidden.count > 1 else ""
            if is_removable(line, hidden.start):
                remedy = "remove it; `muster fix` does"
            elif hidden.char in REMOVABLE:
                remedy = "remove it by hand: it may keep Markdown from reading the mark beside it"
            else:
                remedy = "remove it, or write what was meant"
            yield RULE.at(
                Place(page.path, number, hidden.start + 1, hidden.count),
                f"{named(hidden.char)} cannot be seen{times}",
                help=remedy,
            )


def fix(project: Project) -> Iterator[Edit]:
    """Remove those without which the text reads the same.  implements: MU-REQ-1041"""
    for page in judged_pages(project):
        for number, line, hidden in _hidden(page):
            if is_accepted(project, page, RULE.code, number):
                continue
            for at in range(hidden.start, hidden.start + hidden.count):
                if is_removable(line, at):
                    in_code = is_code(page, number, at + 1, at + 1)
                    yield Edit(page.path, number, at + 1, hidden.char, "", in_code)


def _hidden(page: Page) -> Iterator[tuple[int, str, Hidden]]:
    """Invisible characters with their lines, but for those that are part of mojibake."""
    if not has_hidden(page.text):
        return
    for number, line in enumerate(lines_as_saved(page), start=1):
        if line.isascii() and line.isprintable():
            continue
        found = list(hidden_in(line))
        garbled = mojibake_in(line) if found and not line.isascii() else ()
        theirs = {at for part in garbled for at in range(part.start, part.end)}
        yield from ((number, line, hidden) for hidden in found if hidden.start not in theirs)


RULE = Rule(
    code="ENC006",
    name="invisible-character",
    severity=Severity.ERROR,
    scope=Scope.PAGE,
    since="0.1",
    check=check,
    fix=fix,
    fix_note="removes zero width spaces, word joiners, soft hyphens and byte order marks inside a text where it reads "
    "the same without; those beside punctuation may hide a mark from Markdown, and stay. Code only with `--code`.",
    why="A search misses the word, two IDs that look alike differ, and text can be hidden from everyone but a machine.",
    examples=(
        Example(
            bad="- [AUTH-001] The server MUST hash pass\u200bwords. <!-- ENC006 -->\n",
            good="- [AUTH-001] The server MUST hash passwords. 👩‍💻 می‌خواهم\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST \x1b[1mhash passwords. <!-- ENC006 -->\n",
            good="- [AUTH-001] The server MUST **hash** passwords.\n",
        ),
    ),
)
