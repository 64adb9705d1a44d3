"""The blocks of a document: plain ones read by line, all others handed to the parser.

Most of a document is headings, paragraphs, flat lists, quotes, fences and tables that begin at the
margin and can be read one way only. Those are taken here; whatever might be read otherwise goes to
`markdown.parsed`, with all that follows it up to a line where no open block can go on. The tests
prove the two equal on all corpora and on generated documents.
"""

from __future__ import annotations

import re

from muster.text.containers import item_of, marker_of, quote_of
from muster.text.markdown import DEEPEST, Kind, Node, parsed
from muster.text.paragraphs import ANY_RULE, BULLET, INTERRUPTS, TEXT, may_define, text_end
from muster.text.raw_html import html_end
from muster.text.resets import reset_after
from muster.text.tables import table_end

_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?", re.DOTALL)
_FENCE = re.compile(r"(`{3,})([^`]*)|(~{3,})(.*)", re.DOTALL)
_MOST_NESTED = 12  # containers in one another that are read by line


def blocks_of(lines: list[str]) -> tuple[Node, dict[str, str]]:
    """The blocks of a document's lines, and the targets of its link definitions by label."""
    end = len(lines) - 1 if lines and not lines[-1] else len(lines)
    reader = _Lines(lines, end)
    reader.read()
    return Node(Kind.ROOT, 0, len(lines), children=reader.blocks), reader.definitions


class _Lines:
    """Goes over the lines of one document; between two blocks it is always at the margin, in no container."""

    def __init__(self, lines: list[str], end: int, depth: int = 0) -> None:
        self.lines = lines
        self.end = end
        self.depth = depth  # how many containers the lines stand in, their prefixes cut off
        self.tabs = any("\t" in line for line in lines)
        self.blocks: list[Node] = []
        self.definitions: dict[str, str] = {}

    def read(self) -> bool:
        """Read all; whether that was done, as in a container it is not where the parser must."""
        at = 0
        while at < self.end:
            line = self.lines[at]
            if not line.strip(" \t"):
                at += 1
            elif (after := self._quick(at, line)) or self.depth == 0:
                at = after or self._slow(at)
            else:
                return False
        return True

    def _quick(self, at: int, line: str) -> int:
        """Read the block that begins at a line by lines alone; 0 where the parser must."""
        first = line[0]
        if first == " ":
            return self._set_in(at, line)
        if first == "#":
            return self._heading(at, line)
        if first in "`~" and (fence := _FENCE.fullmatch(line)):
            return self._fence(at, fence)
        if first == ">":
            return self._quote(at) or self._any_quote(at)
        if first == "|":
            return self._table(at)
        if first == "<":
            return self._comment(at) if line.startswith("<!--") else self._html(at)
        if first in "-*+_" and ANY_RULE.fullmatch(line):
            self.blocks.append(Node(Kind.RULE, at, at + 1))
            return at + 1
        if first in "-*+" and (bullet := BULLET.match(line)):
            return self._list(at, bullet[1]) or self._any_list(at)
        if (first in "-*+" or first.isdigit()) and marker_of(line):
            return self._any_list(at)
        return self._paragraph(at) if TEXT.match(line) else 0

    def _set_in(self, at: int, line: str) -> int:
        """The block of a line that begins with spaces: text and lists alone are read."""
        text = line.lstrip(" ")
        if len(line) - len(text) > 3:
            return 0
        if TEXT.match(text):
            return self._paragraph(at)
        return self._any_list(at) if marker_of(line) else 0

    def _html(self, at: int) -> int:
        last = html_end(self.lines, at, self.end)
        if last == 0:
            return self._paragraph(at)
        if last > 0:
            self.blocks.append(Node(Kind.HTML, at, last, "\n".join(self.lines[at:last])))
        return max(last, 0)

    def _any_list(self, at: int) -> int:
        """A list whose items may hold any blocks that are read by line."""
        marker = first = marker_of(self.lines[at])
        top = Node(Kind.LIST, at, at, "", first.sign if first else "", [])
        row = at
        while marker is not None and first is not None and marker.sign == first.sign:
            found = item_of(self.lines, row, self.end, marker)
            blocks = found and self._inside(found[0], row)
            if not found or not blocks:
                return 0
            top.children.append(Node(Kind.ITEM, row, row, "", marker.number or marker.sign, blocks))
            row = found[1]
            marker = marker_of(self.lines[row]) if row < self.end else None
            if row < self.end and not self._ends_list(self.lines[row], first.column, is_item=marker is not None):
                return 0
            if marker is not None and bool(marker.number) is not bool(first.number):
                break
        self.blocks.append(top)
        _closed(top)
        return row

    def _ends_list(self, line: str, column: int, *, is_item: bool) -> bool:
        """Whether what follows an item is the next one, or surely none of this list's."""
        indent = len(line) - len(line.lstrip(" "))
        if is_item:
            return indent == column
        return line[indent] not in "-+*\t0123456789" or TEXT.match(line, indent) is not None

    def _any_quote(self, at: int) -> int:
        found = quote_of(self.lines, at, self.end)
        blocks = found and self._inside(found[0], at)
        if not found or not blocks:
            return 0
        node = Node(Kind.QUOTE, at, at, "", ">", blocks)
        self.blocks.append(node)
        _closed(node)
        return found[1]

    def _inside(self, lines: list[str], at: int) -> list[Node]:
        """The blocks of a container's lines, the first of them at `at`; none where only the parser can tell."""
        if self.depth >= _MOST_NESTED or (self.tabs and any("\t" in line for line in lines)):
            return []
        inner = _Lines(lines, len(lines), self.depth + 1)
        if not inner.read():
            return []
        for block in inner.blocks:
            for node in block.walk():
                node.start += at
                node.end += at
        return inner.blocks

    def _heading(self, at: int, line: str) -> int:
        match = _HEADING.fullmatch(line)
        if match is None:
            return 0
        content = (match[2] or "").rstrip(" \t")
        bare = content.rstrip("#")
        if not bare or bare[-1] in " \t":
            content = bare
        self.blocks.append(Node(Kind.HEADING, at, at + 1, content.strip(), str(len(match[1]))))
        return at + 1

    def _fence(self, at: int, opening: re.Match[str]) -> int:
        run, info = opening[1] or opening[3], opening[2] if opening[1] else opening[4]
        closing = re.compile(rf" {{0,3}}{re.escape(run[0])}{{{len(run)},}}[ \t]*")
        last = at + 1
        while last < self.end and closing.fullmatch(self.lines[last]) is None:
            last += 1
        if last == self.end and self.depth:
            return 0
        content = "\n".join(self.lines[at + 1 : last]).rstrip("\n")
        after = min(last + 1, self.end)
        self.blocks.append(Node(Kind.CODE, at, after, content, info.strip()))
        return after

    def _comment(self, at: int) -> int:
        last = at
        while last < self.end and "-->" not in self.lines[last]:
            last += 1
        if last == self.end and self.depth:
            return 0
        after = min(last + 1, self.end)
        content = "\n".join(self.lines[at:after]).rstrip("\n")
        self.blocks.append(Node(Kind.HTML, at, after, content))
        return after

    def _paragraph(self, at: int) -> int:
        last = text_end(self.lines, at + 1, self.end)
        content = "\n".join(self.lines[at:last])
        if last == 0 or may_define(content):
            return 0
        self.blocks.append(Node(Kind.PARAGRAPH, at, last, content.strip()))
        return last

    def _list(self, at: int, marker: str) -> int:
        """A bullet list whose items are a paragraph each, and lists of such items below it."""
        top = Node(Kind.LIST, at, at, "", marker, [])
        lists = [(0, top)]  # those that are open, each with the column of its bullets
        row = at
        while row < self.end:
            line = self.lines[row]
            indent = len(line) - len(line.lstrip(" "))
            bullet = BULLET.match(line, indent)
            if bullet is None:
                if indent:
                    return 0
                break
            deepest = lists[-1][0]
            while len(lists) > 1 and indent < lists[-1][0]:
                lists.pop()
            column, inner = lists[-1]
            if indent != column:
                # A list and its item are two containers; where it gets too deep, the parser stops in its own way.
                if indent < deepest or not column + 2 <= indent <= column + 5 or len(lists) * 2 >= DEEPEST:
                    return 0
                inner = Node(Kind.LIST, row, row, "", bullet[1], [])
                lists[-1][1].children[-1].children.append(inner)
                lists.append((indent, inner))
            elif bullet[1] != inner.info:
                if indent:
                    return 0
                break
            paragraph = self._item_text(row, line, indent + 2)
            if paragraph is None:
                return 0
            inner.children.append(Node(Kind.ITEM, row, paragraph.end, "", bullet[1], [paragraph]))
            row = last = paragraph.end
            if row == self.end or (below := BULLET.match(self.lines[row], indent)) is None or below[1] != bullet[1]:
                row = self._next_item(last, marker)
                if row == 0:
                    return 0
        self.blocks.append(top)
        return _closed(top)

    def _item_text(self, at: int, line: str, offset: int) -> Node | None:
        """The paragraph of an item; None where only the parser can tell."""
        if TEXT.match(line, offset) is None:
            return None
        last = text_end(self.lines, at + 1, self.end, in_item=True)
        content = line[offset:]
        if last > at + 1:
            rest = self.lines[at + 1 : last]
            if self.tabs and any("\t" in part[: offset + 4] for part in rest):
                return None
            content = "\n".join((content, *(_dedented(part, offset) for part in rest)))
        return None if last == 0 or may_define(content) else Node(Kind.PARAGRAPH, at, last, content.strip())

    def _next_item(self, at: int, marker: str) -> int:
        """Where the next bullet or block begins; 0 where the item before it goes on, or may."""
        after = at
        while after < self.end and not self.lines[after].strip(" \t"):
            after += 1
        if after >= self.end:
            return self.end
        line = self.lines[after]
        if line[0] == "\t" or (line[0] == marker and BULLET.match(line) is None and not TEXT.match(line)):
            return 0
        return after

    def _quote(self, at: int) -> int:
        """A quote of paragraphs, each line of which begins with `> `."""
        paragraphs: list[Node] = []
        own: list[str] = []
        start = line_at = at
        while line_at <= self.end:
            line = self.lines[line_at] if line_at < self.end else ""
            inside = line[2:] if line.startswith("> ") else "" if line == ">" else None
            if inside and TEXT.match(inside):
                start = start if own else line_at
                own.append(inside)
            else:
                if own:
                    content = "\n".join(own)
                    if may_define(content):
                        return 0
                    paragraphs.append(Node(Kind.PARAGRAPH, start, line_at, content.strip()))
                    own = []
                if inside is None:
                    break
                if inside.strip(" \t"):
                    return 0
            line_at += 1
        after = self.lines[line_at] if line_at < self.end else ""
        if not paragraphs or (after.strip(" \t") and INTERRUPTS.match(after) is None):
            return 0
        if after.startswith(">"):
            return 0
        self.blocks.append(Node(Kind.QUOTE, at, paragraphs[-1].end, "", ">", paragraphs))
        return line_at

    def _table(self, at: int) -> int:
        last = table_end(self.lines, at, self.end)
        if last:
            self.blocks.append(Node(Kind.ROW, at, at + 1, "", "header"))
            self.blocks += (Node(Kind.ROW, row, row + 1) for row in range(at + 2, last))
        return last

    def _slow(self, at: int) -> int:
        """Hand lines to the parser, up to one where whatever was open must have ended."""
        last = reset_after(self.lines, at, self.end)
        self.blocks += parsed(self.lines[at:last], at, self.definitions)
        return last


def _dedented(line: str, columns: int) -> str:
    """A line of an item without the columns that its text is indented by, as far as they are blank."""
    return line[min(columns, len(line) - len(line.lstrip(" "))) :]


def _closed(node: Node) -> int:
    """Where a list ends: each item, and each list, ends with the last block in it."""
    for child in node.children:
        node.end = max(node.end, _closed(child))
    return node.end
