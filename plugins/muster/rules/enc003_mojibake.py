"""ENC003: UTF-8 that was read in another encoding and saved so.  implements: MU-RULE-2015"""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Edit, Finding, Page, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.judged_text import code_of, is_accepted, is_code, judged_pages, lines_as_saved
from muster.text.invisible import has_hidden, hidden_in, is_removable
from muster.text.mojibake import Garbled, is_drawing, is_suspicious, mojibake_in, suspicious_lines
from muster.text.words import shortened

_LOST = "`muster fix` cannot repair it: a byte is lost; write what stood there"


def check(project: Project) -> Iterator[Finding]:
    """Report each stretch of mojibake, and what should stand there."""
    for page in judged_pages(project):
        for number, line, garbled, in_code in _garbled(page):
            here = shortened(line[garbled.start : garbled.end], 40)
            repair = shortened(_mended(line, garbled), 40)
            if not garbled.repair:
                message, remedy = f"'{here}' is left of a character that was read in the wrong encoding", _LOST
            else:
                message = f"'{here}' should be '{repair}'" if repair else f"'{here}' should not be there"
                remedy = "`muster fix --code` repairs it, also in code" if in_code else "`muster fix` repairs it"
            yield RULE.at(
                Place(page.path, number, garbled.start + 1, garbled.end - garbled.start),
                message,
                help=remedy,
                severity=Severity.WARNING if in_code else None,
            )


def fix(project: Project) -> Iterator[Edit]:
    """Repair what UTF-8, read in the wrong encoding, gives to the letter.  implements: MU-REQ-1041"""
    for page in judged_pages(project):
        for number, line, garbled, in_code in _garbled(page):
            if garbled.repair and not is_accepted(project, page, RULE.code, number):
                old = line[garbled.start : garbled.end]
                yield Edit(page.path, number, garbled.start + 1, old, _mended(line, garbled), in_code)


def _garbled(page: Page) -> Iterator[tuple[int, str, Garbled, bool]]:
    """Mojibake with its line, and whether it is in code.

    Who writes about mojibake shows it in code. There it counts only on a page whose prose has some too, or whose
    code has a drawing of it.
    """
    if page.text.isascii():
        return
    lines = lines_as_saved(page)
    rows = suspicious_lines(page.text, lines)
    if not any(_may_count(page, row + 1, lines[row]) for row in rows):
        return
    found = [
        (row + 1, lines[row], garbled, is_code(page, row + 1, garbled.start + 1, garbled.end))
        for row in rows
        for garbled in mojibake_in(lines[row])
    ]
    if any(not in_code or is_drawing(garbled.repair) for _, _, garbled, in_code in found):
        yield from found


def _may_count(page: Page, number: int, line: str) -> bool:
    """Whether a suspicious line has suspicious prose, or a drawing: only then is ftfy worth its loading."""
    if "â”" in line or "â•" in line or "Γö" in line:
        return True
    prose = list(line)
    for stretch in code_of(page, number):
        prose[stretch.first - 1 : stretch.last] = " " * (stretch.last - stretch.first + 1)
    return is_suspicious("".join(prose))


def _mended(line: str, garbled: Garbled) -> str:
    """The repair without what ENC006 would remove next: `ï»¿` is a byte order mark."""
    if not has_hidden(garbled.repair):
        return garbled.repair
    before = line[max(garbled.start - 80, 0) : garbled.start]
    text = before + garbled.repair + line[garbled.end : garbled.end + 8]
    here = range(len(before), len(before) + len(garbled.repair))
    dropped = {
        at
        for hidden in hidden_in(text)
        for at in range(hidden.start, hidden.start + hidden.count)
        if at in here and is_removable(text, at)
    }
    return "".join(text[at] for at in here if at not in dropped)


RULE = Rule(
    code="ENC003",
    name="mojibake",
    severity=Severity.ERROR,
    scope=Scope.PAGE,
    since="0.1",
    check=check,
    fix=fix,
    fix_note="repairs what is proved: the repair, as UTF-8 and read in the wrong encoding, gives just what stands "
    "there. Code blocks and code spans only with `--code`.",
    why="Nobody can read it, search for it or trust what was around it.",
    examples=(
        Example(
            bad="- [AUTH-001] The server’s answer MUST take â‰¤ 5 s. <!-- ENC003 -->\n",
            good="- [AUTH-001] The server’s answer MUST take ≤ 5 s.\n",
        ),
        Example(
            bad="- [AUTH-001] The server MUST say “yesâ€. <!-- ENC003 -->\n",
            good="- [AUTH-001] The server MUST say “yes”, and `â€œ` is an example in code.\n",
        ),
    ),
)
