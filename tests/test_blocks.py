"""Reading by line equals reading by markdown-it, block by block."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it.common.html_blocks import block_names

from corpus import HERE, NAMES, files, needs_corpora
from muster.text.blocks import blocks_of
from muster.text.markdown import DEEPEST, Kind, Node, parsed
from muster.text.raw_html import BLOCK_NAMES
from muster.text.source import lines_of

FRAGMENTS = [
    "", "", "", "text", "end.  ", "# H", "## A ##", "#no", "#", "#\tx", "###### six ##", "####### seven",
    "- a", "- [A-1] x", "* b", "+ c", "-", "- ", "- - x", "- a\tb", "\t- t", "  - n", "    - nn", "- > q", "- ```",
    "  cont", "   three", "    four", "\ttab", "1. one", "2) two", "10. x", "1986. y",
    "> q", "> ", ">", "> > n", "> - l", "> ```", "> code", ">     c", "  > r",
    "```", "~~~", "```py", "  ```", "    ```", "````", "`c` d", "``",
    "---", "***", "===", "___", "* * *", "| a | b |", "|---|---|", "| x | y |", "a | b", "--- | ---", "|", "| a |",
    "|-|", ":--",
    "<div>", "</div>", "<!-- c -->", "<!-- open", "-->", "<pre>", "</pre>", "<b>x", "<script>", "<?x", "?>",
    "<a href=x>",
    "[l]: http://x", "[l]:", "  [x]", "[A-1]: y", "![i](x)", "*em* x", "**b** y", "_u_",
    "!!! note", "??? tip", '=== "T"', "\\", "+x", "-x", "-- x", ":x", "&amp;", "   ", "\x0b", "\u00a0x",
]  # fmt: skip

# What stands in containers, and beside them, in all indents.
NESTED = [
    "", "", "  ", " \t", "text", "- a", "  - b", "    - c", "    - z", "- - - x", "   - in", "*   x", "-  two",
    "-   three", "-    four", "-     code", "1. one", "2. two", "1) a", "12) t", "01. z", "1.", "10. ten",
    "1.  two sp", "1.\ttab", "- a\tb", "   x", "    text", "     t5", "      y", "   para", "\t***", "\t- x",
    "  \ttab", "-\t-\t-", "* * *", "- - -", "_ _ _", "```", "   ```", "     ```", "- ```", "<div>", "</div>",
    "<table>", "<td>x</td>", "<span>a</span> b", "<https://x>", "<br/>", "<b>", "<pre>", "<!-- c -->", "<!-- o",
    "-->", "> - a", "> 1. b", ">   c", "> ```", ">  x", "> | a |", "> |--|", "> \tq", "- > q", "  > r", "- # h",
    "- | a |", "  |---|", "  | b |", "\t<div>", "\u2028x", "x\x0c", "\u00a0- x", "\ufffd",
]  # fmt: skip


def flat(blocks: list[Node]) -> list[tuple[Kind, int, int, str, str]]:
    return [(n.kind, n.start, n.end, n.content, n.info) for block in blocks for n in block.walk()]


def same(lines: list[str]) -> None:
    definitions: dict[str, str] = {}
    reference = parsed(lines[:-1] if lines and not lines[-1] else lines, 0, definitions)
    root, found = blocks_of(lines)

    assert flat(root.children) == flat(reference)
    assert found == definitions


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30))
@example(["```py", ""])
@example(["|", "|"])
@example(["- a", "  ```", "  code", "", "text", "", "  ```", "", "text"])
def test_documents_of_awkward_lines_are_read_alike(lines: list[str]) -> None:
    same(lines)


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(NESTED), max_size=12), st.sampled_from(["", "> ", "  ", "    "]))
@example(["- a", "-     code"], "")
@example(["text", "\t***"], "")
@example(["1. a", "", "   b", "   - c", "2. d"], "> ")
def test_blocks_in_lists_and_quotes_are_read_alike(lines: list[str], prefix: str) -> None:
    same([prefix + line for line in lines])


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(NESTED), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_documents_of_other_systems_are_read_alike(lines: list[str], ending: str, mark: bool) -> None:
    same(lines_of("\ufeff" * mark + ending.join([*lines, "\x00"])))


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="ab#>-+*_`~<[]|:=!?09.) \t\n", max_size=80))
def test_documents_of_awkward_characters_are_read_alike(text: str) -> None:
    same(lines_of(text))


@pytest.mark.parametrize("name", [pytest.param(name, marks=needs_corpora) for name in NAMES])
def test_real_documents_are_read_alike(name: str) -> None:
    for path, content in files(name).items():
        if path.endswith(".md"):
            same(lines_of(content.decode("utf-8", "replace")))


@pytest.mark.parametrize("folder", ["specs", "tests"])
def test_our_own_documents_are_read_alike(folder: str) -> None:
    for path in sorted((HERE.parent / folder).rglob("*.md")):
        same(lines_of(path.read_text(encoding="utf-8", errors="replace")))


def test_the_names_of_block_tags_are_those_of_the_parser() -> None:
    assert block_names == BLOCK_NAMES


def test_ten_thousand_nested_quotes_end_at_the_deepest() -> None:
    root, _ = blocks_of(["> " * 10_000 + "x"])

    assert sum(node.kind is Kind.QUOTE for node in root.walk()) <= DEEPEST
