"""What a command line means by a change: files, folders and globs, or a range of git.

implements: MU-TRACE-3032
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.cli.errors import Mistake
from muster.cli.project import Where, inside

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.model import Citation, Project
    from muster.specs.revision import Change
    from muster.trace.impact import Edit
    from muster.workspace import Workspace

_MAGIC = re.compile(r"[*?]")


def edit_of(where: Where, workspace: Workspace, project: Project, arguments: Sequence[str]) -> Edit:
    """What was changed; what is no path here is asked of git."""
    from muster.store.changes import changes_in, stood_there
    from muster.trace.impact import Edit

    specs = {document.path for document in project.documents}
    whole: set[str] = set()
    paths: set[str] = set()
    changes: list[Change] = []
    before: list[Citation] = []
    for text in arguments:
        path = inside(where, workspace.root, text)
        found = _standing(where, workspace, text, path)
        if found:
            paths |= found
            whole |= found & specs
            continue
        if text and not path.startswith("../") and stood_there(workspace.root, path):
            since = changes_in(workspace.root, "HEAD")
            own = {one for one in since.paths if one == path or one.startswith(f"{path}/")}
        else:
            since = changes_in(workspace.root, text)
            own = set(since.paths)
        paths |= own
        more = _since(workspace, project, since.base, own)
        changes += more[0]
        before += more[1]
    return Edit(frozenset(paths), frozenset(whole), tuple(changes), tuple(before))


def _standing(where: Where, workspace: Workspace, text: str, path: str) -> set[str]:
    """The files that an argument names: itself, those in a folder, those under a glob."""
    from muster.text.globs import pattern_of

    known = workspace.inputs.paths
    if text and (where.folder / text).exists():
        if path.startswith("../"):
            raise Mistake(f"{text} is outside the project", help="name files or folders of the project")
        if path == ".":
            return set(known)
        found = {one for one in known if one == path or one.startswith(f"{path}/")}
        if not found:
            raise Mistake(f"{text} holds no file of the project", help="name one that git does not ignore")
        return found
    return {one for one in known if pattern_of(path).fullmatch(one)} if _MAGIC.search(text) else set()


def _since(workspace: Workspace, project: Project, base: str, paths: set[str]) -> tuple[list[Change], list[Citation]]:
    """The requirements of these files that changed since a commit, and what the files cited then.

    Both sides are read by the settings of now.
    """
    from muster import pipeline
    from muster.inputs import memory
    from muster.records import rule_version
    from muster.specs.discovery import is_document
    from muster.specs.revision import changes_between
    from muster.store import git
    from muster.symbols import with_symbols

    settings = workspace.settings
    files = git.read_at(workspace.root, base, lambda path: path in paths or is_document(path, settings))
    inputs = memory(files)
    then = pipeline.run(inputs, settings, cache=workspace.cache).project
    sides = [[(one.place.path, one) for one in side.requirements] for side in (then, project)]
    changes = [
        change
        for change in changes_between(*sides)
        if any(side.place.path in paths for side in (change.old, change.new) if side is not None)
    ]
    cited = [one for one in then.trace.citations if one.place.path in paths]
    named = with_symbols(cited, inputs, workspace.cache, rule_version())
    if workspace.cache:
        workspace.cache.save()
    return changes, named
