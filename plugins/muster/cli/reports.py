"""The reports that a check is asked for: which, for which files, and where they go."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from muster.cli.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Sequence

    from muster.cli.project import Where
    from muster.gate.report import Subject
    from muster.model import Finding


def report_asked(text: str) -> tuple[str, str | None]:
    """The format and the path of `--report FORMAT[=PATH]`."""
    from muster.gate.report import WRITERS

    form, separator, path = text.partition("=")
    if form not in WRITERS:
        raise Mistake(f"there is no report format {form!r}", help=f"choose one of {', '.join(WRITERS)}")
    if separator and not path:
        raise Mistake(f"--report {text} names no file", help=f"write `--report {form}` or `--report {form}=FILE`")
    return form, path or None


def demand_known(where: Where, paths: Sequence[str], folders: Sequence[str], shown: Sequence[Finding]) -> None:
    """Stop at a path that is nothing; a file that is missing and has a finding for that is something."""
    for path, folder in zip(paths, folders, strict=True):
        if not (where.folder / path).exists() and not any(_is_in(finding, (folder,)) for finding in shown):
            raise Mistake(f"{path}: no such file or folder", help="name files or folders of the project")


def shown_in(findings: tuple[Finding, ...], paths: Sequence[str]) -> tuple[Finding, ...]:
    """The findings of these files and folders alone."""
    if not paths or "." in paths:
        return findings
    return tuple(finding for finding in findings if _is_in(finding, paths))


def _is_in(finding: Finding, paths: Sequence[str]) -> bool:
    place = finding.place.path
    return any(place == path or place.startswith(f"{path}/") for path in paths)


def written(where: Where, form: str, path: str | None, subject: Subject) -> str:
    """Write one report, or return it for standard output; a path may lie outside the project."""
    from muster.gate.report import WRITERS
    from muster.store import files

    text = WRITERS[form](subject)
    if path is None:
        return text
    target = where.folder / path
    if target.exists() and not target.is_file():  # a device or a pipe has nothing to keep whole
        target.write_text(text, encoding="utf-8", newline="")
    else:
        target = Path(os.path.realpath(target))  # `resolve` fails at a link that leads to itself
        files.write(target.parent, target.name, text.encode())
    return ""
