"""`muster rule`: what a rule finds and why.  implements: MU-RULE-2004"""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from muster.cli.errors import Mistake
from muster.cli.help import colour_option, examples
from muster.cli.project import near_rules
from muster.cli.terminal import coloured, out, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.rules.base import Rule


@click.command("rule", epilog=examples("muster rule", "muster rule KWD001", "muster rule missing-keyword"))
@click.argument("code", required=False)
@click.option("--all", "everything", is_flag=True, help="Print the pages of all rules, one after the other.")
@colour_option
def command(code: str | None, *, everything: bool, colour: str) -> None:
    """Explain a rule, by its code or its name.

    Without CODE, list all rules. The page of a rule says what it finds and why, and shows an
    example of the defect and of its mend.
    """
    from muster.rules.table import RULES
    from muster.site.rule_page import rule_page

    shown = coloured(colour, sys.stdout)
    if code:
        out(_styled(rule_page(_rule(code, RULES)), colour=shown))
    elif everything:
        out("\n".join(_styled(rule_page(rule), colour=shown) for rule in RULES.values()))
    else:
        _table(RULES, colour=shown)


def _rule(code: str, rules: Mapping[str, Rule]) -> Rule:
    for rule in rules.values():
        if code.upper() == rule.code or code.lower() == rule.name:
            return rule
    raise Mistake(f"there is no rule {code!r}", help=near_rules(code, rules))


def _styled(page: str, *, colour: bool) -> str:
    """The page, its headings bold and its code dim where there is colour."""
    lines = []
    fence = ""
    for line in page.splitlines():
        if fence:
            lines.append(style(line, "dim", colour=colour))
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.rstrip("abcdefghijklmnopqrstuvwxyz")
            lines.append(style(line, "dim", colour=colour))
        else:
            lines.append(style(line, "bold", colour=colour) if line.startswith("#") else line)
    return "\n".join(lines) + "\n"


def _table(rules: Mapping[str, Rule], *, colour: bool) -> None:
    """A table as wide as the terminal; a line for each rule where the output is no terminal."""
    if not sys.stdout.isatty():
        out("".join(f"{rule.code} {rule.severity} {rule.name}: {rule.why}\n" for rule in rules.values()))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Code", style="bold", no_wrap=True)
    table.add_column("Severity", no_wrap=True)
    table.add_column("What it finds, and why")
    for rule in rules.values():
        table.add_row(rule.code, str(rule.severity), Text.assemble((rule.name, "bold"), "\n", rule.why))
    Console(width=shutil.get_terminal_size().columns, no_color=not colour, highlight=False, markup=False).print(table)
