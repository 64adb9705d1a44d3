"""The blocks of a document: plain ones read by line, all others handed to the parser.

Most of a document is headings, paragraphs, flat lists, quotes, fences and tables that begin at the
margin and can be read one way only. Those are taken here; whatever might be read otherwise goes to
`markdown.parsed`, with all that follows it up to a line where no open block can go on. The tests
prove the two equal on all corpora and on generated documents.
"""

from __future__ import annotations

import re

from muster.text.markdown import DEEPEST, Kind, Node, parsed

# A line of text: whatever stands before it, it opens no block, underlines no heading and begins no row.
_TEXT = re.compile(
    r"[^\s#>\-+*_`~<\[|:=!?0-9]|\[|\*{1,3}(?=[^\s*])|_{1,3}(?=[^\s_])|`{1,2}(?!`)|~(?!~~)|!(?!!!)|\?(?!\?\?)"
    r"|[0-9](?![0-9]{0,8}[.)](?:[ \t]|$))|:(?=[^\s\-:|])|\+(?=\S)|-(?=[^\s\-:|])"
)
_HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*))?", re.DOTALL)
_FENCE = re.compile(r"(`{3,})([^`]*)|(~{3,})(.*)", re.DOTALL)
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})[ \t]*")
_BULLET = re.compile(r"([-*+]) (?=\S)")
_INTERRUPTS = re.compile(r"#{1,6}(?:[ \t]|$)|`{3,}[^`]*$|~~~|>|<!--|[-*+] +\S")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r":?-+:?")
_MOST_CELLS = 60_000

_FENCE_LIKE = re.compile(r"([ \t]*)((?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*)(?:(`{3,})([^`]*)|(~{3,})(.*))$", re.DOTALL)
_OPEN_HTML = re.compile(r" {0,3}<(?:script|pre|style|textarea)\b| {0,3}<(?:\?|![A-Za-z]|!\[CDATA\[)", re.IGNORECASE)
_COMMENT = re.compile(r"[ \t]*(?:[-*+>][ \t]+)*<!--")
_HTML = re.compile(r" {0,3}<")


def blocks_of(lines: list[str]) -> tuple[Node, dict[str, str]]:
    """The blocks of a document's lines, and the targets of its link definitions by label."""
    end = len(lines) - 1 if lines and not lines[-1] else len(lines)
    reader = _Lines(lines, end)
    reader.read()
    return Node(Kind.ROOT, 0, len(lines), children=reader.blocks), reader.definitions


class _Lines:
    """Goes over the lines of one document; between two blocks it is always at the margin, in no container."""

    def __init__(self, lines: list[str], end: int) -> None:
        self.lines = lines
        self.end = end
        self.tabs = any("\t" in line for line in lines)
        self.blocks: list[Node] = []
        self.definitions: dict[str, str] = {}

    def read(self) -> None:
        at = 0
        while at < self.end:
            line = self.lines[at]
            at = (self._quick(at, line) or self._slow(at)) if line.strip(" \t") else at + 1

    def _quick(self, at: int, line: str) -> int:
        """Read the block that begins at a line by lines alone; 0 where the parser must."""
        first = line[0]
        if first == "#":
            return self._heading(at, line)
        if first in "`~" and (fence := _FENCE.fullmatch(line)):
            return self._fence(at, fence)
        if first == ">":
            return self._quote(at)
        if first == "|":
            return self._table(at)
        if first == "<":
            return self._comment(at) if line.startswith("<!--") else 0
        if first in "-*+_" and _RULE.fullmatch(line):
            self.blocks.append(Node(Kind.RULE, at, at + 1))
            return at + 1
        if first in "-*+" and (bullet := _BULLET.match(line)):
            return self._list(at, bullet[1])
        return self._paragraph(at) if _TEXT.match(line) else 0

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
        content = "\n".join(self.lines[at + 1 : last]).rstrip("\n")
        after = min(last + 1, self.end)
        self.blocks.append(Node(Kind.CODE, at, after, content, info.strip()))
        return after

    def _comment(self, at: int) -> int:
        last = at
        while last < self.end and "-->" not in self.lines[last]:
            last += 1
        after = min(last + 1, self.end)
        content = "\n".join(self.lines[at:after]).rstrip("\n")
        self.blocks.append(Node(Kind.HTML, at, after, content))
        return after

    def _paragraph(self, at: int) -> int:
        last = self._text_end(at + 1)
        if last == 0 or self._may_define(self.lines[at:last]):
            return 0
        content = "\n".join(self.lines[at:last]).strip()
        self.blocks.append(Node(Kind.PARAGRAPH, at, last, content))
        return last

    def _text_end(self, at: int, *, in_item: bool = False) -> int:
        """The line after a paragraph's text that goes on at `at`; 0 where only the parser can tell."""
        while at < self.end:
            line = self.lines[at]
            bare = line.lstrip(" \t")
            if bare[:1].isalpha():  # nearly every line: what begins with a letter goes on
                at += 1
                continue
            if not bare or (line[0] not in " \t" and _INTERRUPTS.match(line)) or (in_item and _BULLET.match(bare)):
                return at
            if _TEXT.match(bare) is None:
                return 0
            at += 1
        return at

    def _may_define(self, lines: list[str]) -> bool:
        return lines[0].startswith("[") and any("]:" in line for line in lines)

    def _list(self, at: int, marker: str) -> int:
        """A bullet list whose items are a paragraph each, and lists of such items below it."""
        top = Node(Kind.LIST, at, at, "", marker, [])
        lists = [(0, top)]  # those that are open, each with the column of its bullets
        row = at
        while row < self.end:
            line = self.lines[row]
            indent = len(line) - len(line.lstrip(" "))
            bullet = _BULLET.match(line, indent)
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
            last = self._item_end(row, line, indent + 2)
            if last == 0:
                return 0
            own = [line[indent + 2 :], *(_dedented(part, indent + 2) for part in self.lines[row + 1 : last])]
            if self._may_define(own):
                return 0
            paragraph = Node(Kind.PARAGRAPH, row, last, "\n".join(own).strip())
            inner.children.append(Node(Kind.ITEM, row, last, "", bullet[1], [paragraph]))
            row = self._next_item(last, marker)
            if row == 0:
                return 0
        self.blocks.append(top)
        return _closed(top)

    def _item_end(self, at: int, line: str, offset: int) -> int:
        if _TEXT.match(line, offset) is None or _RULE.fullmatch(line[offset:]):
            return 0
        last = self._text_end(at + 1, in_item=True)
        return 0 if self.tabs and any("\t" in part[: offset + 4] for part in self.lines[at + 1 : last]) else last

    def _next_item(self, at: int, marker: str) -> int:
        """Where the next bullet or block begins; 0 where the item before it goes on, or may."""
        after = at
        while after < self.end and not self.lines[after].strip(" \t"):
            after += 1
        if after >= self.end:
            return self.end
        line = self.lines[after]
        if line[0] == "\t" or (line[0] == marker and _BULLET.match(line) is None and not _TEXT.match(line)):
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
            if inside and _TEXT.match(inside):
                start = start if own else line_at
                own.append(inside)
            else:
                if own:
                    if self._may_define(own):
                        return 0
                    paragraphs.append(Node(Kind.PARAGRAPH, start, line_at, "\n".join(own).strip()))
                    own = []
                if inside is None:
                    break
                if inside.strip(" \t"):
                    return 0
            line_at += 1
        after = self.lines[line_at] if line_at < self.end else ""
        if not paragraphs or (after.strip(" \t") and _INTERRUPTS.match(after) is None):
            return 0
        if after.startswith(">"):
            return 0
        self.blocks.append(Node(Kind.QUOTE, at, paragraphs[-1].end, "", ">", paragraphs))
        return line_at

    def _table(self, at: int) -> int:
        last = at
        while last < self.end and self.lines[last].startswith("|"):
            last += 1
        rows = last - at
        if rows < 2 or (last < self.end and self.lines[last].strip(" \t")):
            return 0
        columns = _CELL_EDGE.split(self.lines[at].strip())
        columns = columns[(columns[0] == "") : len(columns) - (len(columns) > 1 and columns[-1] == "")]
        edges = [part.strip() for part in self.lines[at + 1].split("|")]
        aligns = [part for i, part in enumerate(edges) if part or 0 < i < len(edges) - 1]
        if not columns or len(aligns) != len(columns) or len(columns) * rows > _MOST_CELLS or "\\\\|" in self.lines[at]:
            return 0
        if any(_DELIMITER.fullmatch(part) is None for part in aligns):
            return 0
        self.blocks.append(Node(Kind.ROW, at, at + 1, "", "header"))
        self.blocks += (Node(Kind.ROW, row, row + 1) for row in range(at + 2, last))
        return last

    def _slow(self, at: int) -> int:
        """Hand lines to the parser, up to one where whatever was open must have ended."""
        last = self._reset_after(at)
        self.blocks += parsed(self.lines[at:last], at, self.definitions)
        return last

    def _reset_after(self, at: int) -> int:
        """The next line that follows a blank one, begins at the margin, and stands in no fence or raw HTML.

        Where a fence cannot be told from what looks like one, the parser gets the rest of the document.
        """
        fence: tuple[str, str] | None = None  # its indent and its run
        html = False  # this chunk of lines has HTML, in which a fence is none
        blank = False
        for row in range(at, self.end):
            line = self.lines[row]
            bare = line.strip(" \t")
            if not bare:
                blank, html = True, False
                continue
            margin = line[0] not in " \t"
            if margin and fence and fence[0] and not bare.startswith(("`", "~")):
                return self.end
            closed = blank and row > at and margin and fence is None
            if closed and line[0] not in "-*+>" and (_TEXT.match(line) or _INTERRUPTS.match(line)):
                return row
            blank = False
            if "<" in line and fence is None:
                if _OPEN_HTML.match(line) or (_COMMENT.match(line) and "-->" not in line):
                    return self.end
                html = html or _HTML.match(line) is not None
            if "```" in line or "~~~" in line:
                state = _toggled(fence, line)
                if state is _UNSURE or (html and state is not fence):
                    return self.end
                fence = state
        return self.end


_UNSURE = ("?", "")


def _toggled(fence: tuple[str, str] | None, line: str) -> tuple[str, str] | None:
    """What is open after a line that may open or close a fence."""
    match = _FENCE_LIKE.match(line)
    if match is None or line.lstrip(" \t").startswith(">"):
        return fence
    indent, marker, run = match[1], match[2], match[3] or match[5]
    if marker:
        return _UNSURE
    if fence is None:
        return indent, run
    if run[0] != fence[1][0] or len(run) < len(fence[1]) or (match[4] or match[6] or "").strip(" \t"):
        return fence
    return None if indent == fence[0] else _UNSURE


def _dedented(line: str, columns: int) -> str:
    """A line of an item without the columns that its text is indented by, as far as they are blank."""
    return line[min(columns, len(line) - len(line.lstrip(" "))) :]


def _closed(node: Node) -> int:
    """Where a list ends: each item, and each list, ends with the last block in it."""
    for child in node.children:
        node.end = max(node.end, _closed(child))
    return node.end
