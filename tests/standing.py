"""A project in which requirements have every status, for the tests of the pages that count them."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

from markdown import Markdown

from muster import pipeline
from muster.inputs import memory
from muster.ledger.statistics import NO_HISTORY, RunHistory
from muster.model import Outcome, ResultFile
from muster.rules.table import RULES
from muster.settings import Settings
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages

TODAY = date(2026, 11, 28)
LINKS = PlainLinks("specs", "specs")
HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"
QUEUE = (
    f"# Queue\n\n{HEAD}- [Q-1001] It MUST run.\n- [Q-1002] It MUST NOT stop.\n- [Q-1003] It MUST wait.\n"
    "- [Q-1004] It SHOULD sing.\n- [Q-1005] It MAY dance.\n"
)
POOL = f"# Pool\n\n{HEAD}- [P-1001] It MUST hold.\n"
CODE = "# implements: Q-1001, Q-1002, Q-1003, P-1001\n"
TESTS = """\
# verifies: Q-1001, P-1001
def test_run():
    pass


# verifies: Q-1002
def test_stop():
    pass


# verifies: Q-1004
def test_sing():
    pass
"""
FILES = {
    "specs/10-queue.md": QUEUE,
    "specs/20-pool.md": POOL,
    "src/queue.py": CODE,
    "tests/test_queue.py": TESTS,
}
RESULTS = ResultFile(
    "junit.xml",
    b'<testsuite><testcase classname="tests.test_queue" name="test_run"/>'
    b'<testcase classname="tests.test_queue" name="test_stop"><failure message="it stopped">x</failure></testcase>'
    b"</testsuite>",
)


def outcome_of(files: dict[str, str], *, results: bool = True) -> Outcome:
    """The outcome with the derived files in sync."""
    given = [RESULTS] if results else []
    return pipeline.run(memory(derived(files) | files), Settings(), results=given, today=TODAY)


def derived(files: dict[str, str]) -> dict[str, str]:
    """The files that `muster sync` writes."""
    first = pipeline.run(memory(files), Settings(), results=[RESULTS], today=TODAY)
    return {file.path: file.text for file in first.project.derived if file.text is not None}


def pages_of(outcome: Outcome, history: RunHistory = NO_HISTORY) -> dict[str, str]:
    """All pages by path."""
    return {page.path: page.text for page in generated_pages(outcome, tuple(RULES.values()), LINKS, history)}


def rendered(page: str) -> str:
    """A page as Python-Markdown gives it, without front matter."""
    return Markdown(extensions=["attr_list", "tables", "fenced_code"]).convert(page.split("---\n\n", 1)[1])


def section(page: str, anchor: str) -> str:
    """The HTML of a section, by the ID of its heading."""
    return page.split(f'<h2 id="{anchor}">')[1].split("</section>", maxsplit=1)[0]


def rows(html: str) -> list[list[str]]:
    """The texts of the cells of the bodies of all tables."""
    bodies = re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    found = [row for body in bodies for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)]
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in found]


def words(html: str) -> str:
    """The text of some HTML, its blanks made one."""

    class Words(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    reader = Words()
    reader.feed(html)
    return " ".join(reader.said.split())


def links(html: str) -> list[tuple[str, str]]:
    """Text and address of each link."""
    return [(words(text), href) for href, text in re.findall(r'<a href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL)]
