"""`muster diff`: what changed in the requirements since a revision.  implements: MU-REQ-1043"""

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from muster.cli.help import colour_option, examples
from muster.cli.project import Where, outcome_of
from muster.cli.terminal import coloured, note, out, style, visible
from muster.specs.revision import Change, Kind, Side, changes_between, obligation
from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from muster.model import Citation
    from muster.specs.revision import Words

    Cited = Mapping[str, Sequence[Citation]]

_COLOURS = {
    Kind.ADDED: "green",
    Kind.REMOVED: "red",
    Kind.TIGHTENED: "yellow",
    Kind.LOOSENED: "yellow",
    Kind.REWORDED: "cyan",
}
_MARKS = {Side.BOTH: ("", "", ""), Side.OLD: ("[-", "-]", "red"), Side.NEW: ("{+", "+}", "green")}
_TAGS = {Side.BOTH: ("", ""), Side.OLD: ("<del>", "</del>"), Side.NEW: ("<ins>", "</ins>")}
_MOST_PLACES = 20  # that a pull request lists of one requirement
_MARKUP = re.compile(r"[\\`*_\[\]#|~@:]")


@click.command("diff", epilog=examples("muster diff main", "muster diff v1.2 --format markdown > changes.md"))
@click.argument("base")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="Text for reading, JSON for programs, Markdown for a pull request.",
)
@colour_option
@click.pass_obj
def command(where: Where, base: str, form: str, colour: str) -> None:
    """List the requirements that changed since a git revision.

    BASE is a commit, a branch or a tag; it is compared with the files as they are now. Listed are
    requirements added, removed, tightened, loosened and reworded, each with the places that cite it
    now; one that only moved to another file is none of these.
    """
    changes, cited = _changes(where, base)
    if form == "json":
        out(as_json(base, changes, cited))
    elif form == "markdown":
        out(as_markdown(base, changes, cited))
    else:
        out(as_text(changes, cited, colour=coloured(colour, sys.stdout)))
    count = Counter(change.kind for change in changes)
    note(f"since {visible(base)}: " + ", ".join(f"{count[kind]} {kind}" for kind in Kind))


def _changes(where: Where, base: str) -> tuple[tuple[Change, ...], Cited]:
    """Read both sides by the same settings, those of now; with what cites each of the changed requirements now."""
    from muster import pipeline
    from muster.cli.revisions import read_specs
    from muster.inputs import memory

    workspace = where.open()
    files = read_specs(workspace.root, base, workspace.settings)
    then = pipeline.run(memory(files), workspace.settings, cache=workspace.cache)
    now = outcome_of(workspace)
    sides = [[(r.place.path, r) for r in outcome.project.requirements] for outcome in (then, now)]
    changes = changes_between(*sides)
    cited: dict[str, list[Citation]] = {change.id: [] for change in changes}
    for citation in now.project.trace.citations:
        if citation.id in cited and not citation.literal:
            cited[citation.id].append(citation)
    return changes, cited


def as_text(changes: Sequence[Change], cited: Cited, *, colour: bool) -> str:
    """A paragraph for each change, with its words marked as `git diff --word-diff` does, and what cites it."""
    return "\n".join(
        _paragraph(change, colour=colour)
        + "".join(f"  cited by {visible(place)}\n" for place in _places(change, cited))
        for change in changes
    )


def _places(change: Change, cited: Cited) -> list[str]:
    """Where a requirement is cited, each line once."""
    return list(dict.fromkeys(f"{one.place.path}:{one.place.line}" for one in cited.get(change.id, ())))


def _paragraph(change: Change, *, colour: bool) -> str:
    kind = style(change.kind, _COLOURS[change.kind], colour=colour)
    head = f"{kind} {style(visible(change.id), 'bold', colour=colour)} {visible(_place(change))} ({_level(change)})"
    body = marked(change.words, colour=colour) or visible(" ".join(_only(change).split()))
    return f"{head}\n  {body}\n"


def marked(words: Sequence[Words], *, colour: bool) -> str:
    """Words of two texts in one, each marked with the side that it stands in."""
    parts = []
    for run in words:
        before, after, name = _MARKS[run.side]
        text = f"{before}{visible(run.text)}{after}"
        parts.append(style(text, name, colour=colour) if name else text)
    return " ".join(parts)


def as_json(base: str, changes: Sequence[Change], cited: Cited) -> str:
    """One object, its changes in the order of their IDs."""
    import msgspec

    listed = [
        {
            "kind": change.kind,
            "id": change.id,
            "path": change.path,
            **{
                name: {"line": side.place.line, "level": side.level, "negated": side.negated, "text": side.text}
                for name, side in (("old", change.old), ("new", change.new))
                if side is not None
            },
            "citations": [
                {"kind": one.kind, "path": encodable(one.place.path), "line": one.place.line}
                for one in cited[change.id]
            ],
        }
        for change in changes
    ]
    document = {"schema_version": 1, "base": base, "changes": listed}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def as_markdown(base: str, changes: Sequence[Change], cited: Cited) -> str:
    """A section for each kind, for a pull request; the text of the specs is inert in it."""
    if not changes:
        return f"No requirement changed since {_code(base)}.\n"
    lines = [f"Requirements that changed since {_code(base)}:", ""]
    for kind in Kind:
        chosen = [change for change in changes if change.kind is kind]
        if not chosen:
            continue
        lines += [f"### {kind.capitalize()}", ""]
        for change in chosen:
            parts = [f"{_TAGS[words.side][0]}{_inert(words.text)}{_TAGS[words.side][1]}" for words in change.words]
            body = " ".join(parts) or _inert(" ".join(_only(change).split()))
            places = ", ".join(_code(place) for place in _places(change, cited)[:_MOST_PLACES])
            more = len(_places(change, cited)) - _MOST_PLACES
            by = f" Cited by {places}{f' and {more:,} more' if more > 0 else ''}." if places else ""
            lines += [f"- {_code(change.id)} in {_code(_place(change))} ({_level(change)}): {body}{by}"]
        lines.append("")
    return "\n".join(lines)


def _place(change: Change) -> str:
    """Where it stands now; a removed one, where it stood."""
    return f"{change.path}:{change.new.place.line}" if change.new else change.path


def _level(change: Change) -> str:
    levels = dict.fromkeys(obligation(side) for side in (change.old, change.new) if side is not None)
    return " -> ".join(levels)


def _only(change: Change) -> str:
    """The text of a change that has one side, or that has no word to compare."""
    side = change.new or change.old
    return side.text if side else ""


def _inert(text: str) -> str:
    """Text of a document that is neither markup nor a mention in Markdown."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKUP.sub(lambda match: f"&#{ord(match[0])};", visible(escaped))


def _code(text: str) -> str:
    return f"<code>{_inert(text)}</code>"
