"""ENC004: a file that begins with a byte order mark.  implements: MU-RULE-2015"""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Edit, Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.rules.judged_text import is_accepted, judged_pages
from muster.text.invisible import BYTE_ORDER_MARK


def check(project: Project) -> Iterator[Finding]:
    """Report the mark at the head of a file; elsewhere it is an invisible character."""
    for page in judged_pages(project):
        if page.text.startswith(BYTE_ORDER_MARK):
            yield RULE.at(
                Place(page.path),
                "the file begins with U+FEFF BYTE ORDER MARK",
                help="save it as UTF-8 without a mark; `muster fix` removes it",
            )


def fix(project: Project) -> Iterator[Edit]:
    """Remove the mark.  implements: MU-REQ-1041"""
    for page in judged_pages(project):
        if page.text.startswith(BYTE_ORDER_MARK) and not is_accepted(project, page, RULE.code, 1):
            yield Edit(page.path, 1, 0, BYTE_ORDER_MARK, "")


RULE = Rule(
    code="ENC004",
    name="byte-order-mark",
    severity=Severity.WARNING,
    scope=Scope.PAGE,
    since="0.1",
    check=check,
    fix=fix,
    fix_note="removes the mark.",
    why="UTF-8 needs none, and tools that do not expect it miss the front matter or the first heading.",
    examples=(
        Example(
            bad="\ufeff# Example SPEC <!-- ENC004 -->\n\nConformance language: RFC 2119 and RFC 8174\n",
            good="# Example SPEC\n\nConformance language: RFC 2119 and RFC 8174\n",
            framed=False,
        ),
    ),
)
