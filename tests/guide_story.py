"""A page of the guide as one story, told in a real repository.

A fence with a title is a file; one of a diff changes it, hunk by hunk; a `console` fence is a session, in which a line
`...` stands for any lines. `pytest --update` writes down what the sessions really print.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from repositories import write

GUIDE = Path(__file__).parents[1] / "specs" / "guide"
FORMATS = GUIDE / "formats.md"
README = GUIDE.parents[1] / "README.md"
FENCE = re.compile(r"^(?P<ticks>```+)(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=ticks)$", re.DOTALL | re.MULTILINE)
TITLE = re.compile(r'title="(?P<path>[^",]+)(?:, (?P<remark>[^"]+))?"')

Happening = tuple[re.Match[str], str]  # a session as a page shows it, and what was printed
Told = Callable[[str], str]
Amended = Callable[[Path, str], str]  # a file as it is to be, from its place and from what a page shows of it


def fits(shown: str, printed: str) -> bool:
    """Whether a session on the page is the one that happened; `...` stands for any lines."""
    parts = [r"(?:.*\n)*?" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True)]
    return re.fullmatch("".join(parts), printed) is not None


def shortened(printed: str, shown: str) -> str:
    """What was printed with the lines left out that the page leaves out: those kept are as many, the likest ones."""
    commands = (re.split(r"^(?=\$ )", text, flags=re.MULTILINE) for text in (printed, shown))
    return "".join(_shortened(*each) for each in zip(*commands, strict=True))


def _shortened(printed: str, shown: str) -> str:
    lines, kept = printed.splitlines(keepends=True), shown.splitlines(keepends=True)
    parts = "".join(kept).split("...\n")
    found, at = [], 0
    for number, part in enumerate(parts):
        wanted = part.splitlines(keepends=True)
        starts = range(at, len(lines) - len(wanted) + 1)
        alike = {start: sum(a == b for a, b in zip(wanted, lines[start:], strict=False)) for start in starts}
        start = 0 if number == 0 else max(alike, key=alike.__getitem__)
        start = len(lines) - len(wanted) if number == len(parts) - 1 else start
        found.append("".join(lines[start : start + len(wanted)]))
        at = start + len(wanted)
    return "...\n".join(found) if len(parts) > 1 else printed


def below(path: Path, heading: str) -> str:
    """What stands below a heading, down to the next of its level or a higher one; in a fence, `#` begins none."""
    lines = path.read_text(encoding="utf-8").split("\n")
    level, fenced = heading.index(" "), False
    found: list[str] = []
    for line in lines[lines.index(heading) + 1 :]:
        fenced ^= line.startswith("```")
        if not fenced and re.match(rf"#{{1,{level}}} ", line):
            break
        found.append(line)
    return "\n".join(found)


def titled(path: Path) -> dict[str, str]:
    """The first text of each file that a page shows whole."""
    fences = [(TITLE.search(match["info"]), match["body"]) for match in FENCE.finditer(path.read_text("utf-8"))]
    return {title["path"]: body for title, body in reversed(fences) if title and not title["remark"]}


def changed(text: str, hunks: str) -> str:
    """A file after a diff of the page, whose hunks stand between lines `@@`."""
    for hunk in re.split(r"^@@\n", hunks, flags=re.MULTILINE):
        lines = hunk.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in f" {sign}") for sign in "-+")
        assert text.count(old) == 1, hunk
        text = text.replace(old, new)
    return text


def happenings(
    root: Path, page: str, told: Told, amended: Amended | None = None
) -> Iterator[tuple[re.Match[str], str]]:
    """The sessions of a page as they happen, among its files and changes.

    A title with a remark, `title="PATH, REMARK"`, is a file that is not shown as it stands: `amended` makes it.
    """
    for match in FENCE.finditer(page):
        title = TITLE.search(match["info"])
        path = root / title["path"] if title else root
        if title and match["info"].startswith("diff"):
            write(root, {title["path"]: changed(path.read_text("utf-8"), match["body"])})
        elif title and title["remark"]:
            assert amended is not None, title[0]
            write(root, {title["path"]: amended(path, match["body"])})
        elif title:
            write(root, {title["path"]: match["body"]})
        elif match["info"] == "console":
            yield match, "".join(told(line) for line in re.findall(r"^\$ (.*)$", match["body"], re.MULTILINE))


def differences(path: Path, sessions: Iterator[Happening], *, update: bool = False) -> list[tuple[str, str]]:
    """The sessions of a page that went otherwise; with `update`, they are written down, and there are none."""
    wrong = [(match["body"], real) for match, real in sessions if not fits(match["body"], real)]
    if not update:
        return wrong
    text = path.read_text(encoding="utf-8")
    for shown, real in wrong:
        text = text.replace(f"```console\n{shown}```\n", f"```console\n{shortened(real, shown)}```\n", 1)
    path.write_text(text, encoding="utf-8")
    return []


def muster_words(line: str) -> list[str]:
    """The words of a command line behind `muster`."""
    words = shlex.split(line)
    assert words[0] == "muster"
    return words[1:]
