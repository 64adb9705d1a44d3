"""The diffs of a response: which files they change, and what of them does not parse.

The lines are followed here, for unidiff knows no line of what it rejects, takes lines behind a full hunk for a remark,
and stops at the first fault; each hunk is handed to it alone.

implements: MU-CHAIN-7031, MU-CHAIN-7032
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.chains.diff_names import (
    GIT_HEADER,
    NOTHING,
    Names,
    binary_names,
    header_names,
    name_behind,
    unprefixed,
    unquoted,
)
from muster.chains.turn import Changed, Patch, Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from muster.chains.fences import Fence

LANGUAGES = frozenset({"diff", "patch", "udiff"})
_HUNK = re.compile(r"@@ -[0-9]{1,12}(?:,([0-9]{1,12}))? \+[0-9]{1,12}(?:,([0-9]{1,12}))? @@")
_COMBINED = ("diff --cc ", "diff --combined ")
_SPACES = 3  # in the line of git, where no name has one
_BODY = ("+", "-", " ")  # what a line of a hunk begins with
_VERSION = re.compile(r"[0-9]+\.[0-9]")  # of git, below a mail's `-- `
_FORMS = ("*** Begin Patch", "*** Update File:", "*** Add File:", "*** Delete File:", "<<<<<<< SEARCH")


def is_diff(fence: Fence) -> bool:
    """Whether a fence holds a diff: by its name, or as it begins."""
    return fence.language in LANGUAGES or begins_diff(fence.text_lines[:3])


def begins_diff(lines: Sequence[str]) -> bool:
    """Whether a diff begins with these lines."""
    if not lines:
        return False
    if lines[0].startswith((GIT_HEADER, *_COMBINED)):
        return True
    return len(lines) > 2 and _is_pair(lines, 0) and lines[2].startswith("@@ ")


def patch_in(fences: Iterable[Fence]) -> Patch | None:
    """All diffs in the fences; None where there is none, nor a fence that says it is one."""
    readers = [_Reader(fence) for fence in fences if is_diff(fence)]
    if not readers:
        return None
    for reader in readers:
        reader.read()
    files = tuple(changed for reader in readers for changed in reader.files)
    broken = tuple(said for reader in readers for said in reader.broken)
    return Patch(readers[0].fence.line, files, broken)


class _Head:
    """The head of a file in a diff, as far as it was read."""

    def __init__(self, line: int, names: Names, *, of_git: bool, sure: bool = False) -> None:
        self.line = line
        self.names = names
        self.of_git = of_git
        self.sure = sure  # its names are no guess
        self.named = False  # its `---` and `+++` were read
        self.moved = False  # `rename from` or `copy from` says what it was called
        self.binary = False
        self.sound = False  # something says what changes: a hunk, a mode, a rename
        self.faulty = False  # and that is not known: reported

    def changed(self) -> Changed:
        """The file that it tells of."""
        path = self.names.old if self.names.new == NOTHING else self.names.new
        before = self.names.old if self.moved and self.names.old != path else ""
        return Changed(path, self.line, before, self.binary)


class _Reader:
    """Where the reading of a fence stands."""

    def __init__(self, fence: Fence) -> None:
        self.fence = fence
        self.lines = fence.text_lines
        self.row = 0
        self.head: _Head | None = None
        self.behind_hunk = False  # a line of a hunk here is one too many
        self.files: list[Changed] = []
        self.broken: list[Said] = []

    @property
    def line(self) -> int:
        """The number of the row in the turn's file."""
        return self.fence.line + 1 + self.row

    def read(self) -> None:
        """Read all lines."""
        while self.row < len(self.lines):
            self.step()
        self.end_file()
        if not self.files and not self.broken:
            self.broken.append(Said("a block without a diff in it", self.fence.line))

    def step(self) -> None:
        """Read what begins at the row."""
        line = self.lines[self.row]
        if line.startswith(GIT_HEADER):
            line = line.rstrip(" ")
            self.begin(_Head(self.line, header_names(line), of_git=True, sure=line.count(" ") == _SPACES))
        elif line.startswith(_COMBINED):
            name = unquoted(line.split(" ", 2)[2])
            self.begin(_Head(self.line, Names(name, name), of_git=True))
            self.fault("a combined diff of a merge, which is no unified one")
        elif line.startswith("@@"):
            self.hunk(line)
            return
        elif _is_pair(self.lines, self.row):
            self.name()
            return
        elif self.head is not None and not self.behind_hunk:
            self.detail(self.head, line)
        elif line.startswith("Binary files ") and line.endswith(" differ"):
            self.begin(_Head(self.line, binary_names(line), of_git=False))
            self.detail(self.head, line)
        elif line.startswith(_FORMS):
            self.fault("a patch of another form, which is no unified diff")
        elif self.behind_hunk and line:
            self.behind(line)
        self.row += 1

    def begin(self, head: _Head) -> None:
        """Begin a file."""
        self.end_file()
        self.head = head
        self.behind_hunk = False

    def end_file(self) -> None:
        """Keep the file that was read last."""
        head = self.head
        self.head = None
        if head is None:
            return
        changed = head.changed()
        if not changed.path:
            self.broken.append(Said("a file without a name", head.line))
            return
        self.files.append(changed)
        if not head.sound and not head.faulty:
            self.broken.append(Said("a file without a hunk", head.line))

    def fault(self, words: str, line: int = 0) -> None:
        """Keep what does not parse, once for each file."""
        if self.head is not None:
            if self.head.faulty:
                return
            self.head.faulty = True
        elif self.broken:
            return
        self.broken.append(Said(words, line or self.line))

    def name(self) -> None:
        """Read the lines `---` and `+++`: of the file that git began, or of a new one."""
        old = name_behind(self.lines[self.row], "--- ")
        new = name_behind(self.lines[self.row + 1], "+++ ")
        head = self.head
        if head is None or self.behind_hunk or not _takes(head, unprefixed(old, new)):
            self.begin(_Head(self.line, unprefixed(old, new), of_git=False))
        elif not head.moved and NOTHING not in (old, new):
            head.names = unprefixed(old, new)
        elif not head.moved:
            gone = new == NOTHING
            head.names = Names(head.names.old if gone else NOTHING, NOTHING if gone else head.names.new)
        if self.head is not None:
            self.head.named = True
        self.row += 2

    def detail(self, head: _Head | None, line: str) -> None:
        """Read a line between the head of a file and its first hunk."""
        if head is None:
            return
        word, _, rest = line.partition(" from " if " from " in line[:12] else " to ")
        if word in ("rename", "copy") and rest:
            is_old = line[len(word) :].startswith(" from ")
            name = unquoted(rest)
            head.names = Names(name, head.names.new) if is_old else Names(head.names.old, name)
            head.moved = head.sound = True
        elif line.startswith("deleted file mode "):
            head.names = Names(head.names.old, NOTHING)
            head.sound = True
        elif line.startswith(("new file mode ", "new mode ")):
            head.sound = True
        elif line == "GIT binary patch" or (line.startswith("Binary files ") and line.endswith(" differ")):
            head.binary = head.sound = True
        elif line.startswith(_BODY) and head.named and not line.startswith("-- "):
            self.fault("lines of a hunk without its header `@@ -1,2 +1,3 @@`")

    def hunk(self, line: str) -> None:
        """Read a hunk down to the last line that its header counts, or to what can be none of it."""
        match = _HUNK.match(line)
        if match is None:
            of_merge = line.startswith("@@@ ")
            self.fault("a combined diff of a merge" if of_merge else "the header of a hunk without its line numbers")
            self.row += 1
            self.skip()
            return
        wanted = (int(match[1] or 1), int(match[2] or 1))
        end, found = _extent(self.lines, self.row + 1, *wanted)
        if self.head is None or not (self.head.named or self.head.binary):
            self.fault("a hunk of no file: `---` and `+++` are missing")
        elif found != wanted:
            told = f"{found[0]:,} old and {found[1]:,} new lines where its header says {wanted[0]:,} and {wanted[1]:,}"
            self.fault(f"a hunk with {told}")
        elif not _parses(self.lines[self.row : end]):
            self.fault("a hunk that unidiff does not read")
        if self.head is not None:
            self.head.sound = True
        self.row = end
        self.behind_hunk = True
        if found != wanted:
            self.skip()

    def skip(self) -> None:
        """Pass over the lines of a hunk that is reported already."""
        while self.row < len(self.lines) and self.lines[self.row].startswith((*_BODY, "\\")):
            if _is_pair(self.lines, self.row):
                return
            self.row += 1

    def behind(self, line: str) -> None:
        """Judge a line behind a full hunk: one more of its kind is one that the header does not count."""
        following = self.lines[self.row + 1] if self.row + 1 < len(self.lines) else ""
        if line.rstrip() == "--" and _VERSION.match(following):
            self.end_file()
            self.behind_hunk = False
        elif line.startswith(_BODY):
            if line.strip():
                self.fault("a line that the header of the hunk above does not count")
        elif not line.startswith("\\"):
            self.end_file()  # a remark, as between the commits of a log
            self.behind_hunk = False


def _takes(head: _Head, named: Names) -> bool:
    """Whether `---` and `+++` belong to a head: to one of git alone, which names the same files."""
    if not head.of_git or head.named or head.binary:
        return False
    told = head.names
    return not head.sure or head.moved or (named.old in (told.old, NOTHING) and named.new in (told.new, NOTHING))


def _is_pair(lines: Sequence[str], row: int) -> bool:
    """Whether the lines `---` and `+++` of a file stand at the row."""
    return lines[row].startswith("--- ") and row + 1 < len(lines) and lines[row + 1].startswith("+++ ")


def _extent(lines: Sequence[str], row: int, old: int, new: int) -> tuple[int, tuple[int, int]]:
    """The row behind a hunk that begins at this one, and how many old and new lines it has, of so many."""
    left_old, left_new = old, new
    while row < len(lines) and (left_old or left_new):
        sign = lines[row][:1]
        takes_old, takes_new = sign in "- ", sign in "+ "  # an empty line is an empty one of both
        if sign not in _SIGNS or (takes_old and not left_old) or (takes_new and not left_new):
            break
        if sign == "-" and (left_old, left_new) != (1, 1) and _begins_file(lines, row):
            break
        if sign != "\\":
            left_old -= takes_old
            left_new -= takes_new
        row += 1
    return row, (old - left_old, new - left_new)


def _begins_file(lines: Sequence[str], row: int) -> bool:
    """Whether the head of another file stands at the row: in a hunk, no line `@@` can follow but at its end."""
    return _is_pair(lines, row) and row + 2 < len(lines) and lines[row + 2].startswith("@@ ")


_SIGNS = ("", " ", "+", "-", "\\")


def _parses(lines: Sequence[str]) -> bool:
    """Whether unidiff reads this hunk."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    head = ("--- a/file\n", "+++ b/file\n")
    try:
        read = PatchSet((*head, *[f"{line or ' '}\n" for line in lines]), metadata_only=True)
    except (UnidiffParseError, ValueError):
        return False
    return len(read) == 1 and len(read[0]) == 1
