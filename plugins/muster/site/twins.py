"""The twins of the pages for programs: what `muster trace`, `muster check` and `muster sync` write, published as files.

implements: MU-SITE-9025
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.site.page import GeneratedFile
from muster.trace.sheets import as_json
from muster.trace.view import holes_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from muster.model import Project
    from muster.trace.view import Row

REQUIREMENTS = "requirements.json"
FINDINGS = "findings.sarif"
FOLDER = "requirements"


def twin_files(project: Project, rows: Sequence[Row], sarif: str) -> tuple[GeneratedFile, ...]:
    """`requirements.json` as `muster trace --format json` writes it, and `findings.sarif`."""
    traced = as_json(holes_first(rows), given=project.trace.given)
    return GeneratedFile(REQUIREMENTS, traced.encode()), GeneratedFile(FINDINGS, sarif.encode())


def requirement_files(project: Project, read: Callable[[str], bytes]) -> Iterator[GeneratedFile]:
    """The requirement files as the sources give them, whatever is committed; the gate judges a difference.

    `read` gives a committed file, which is what the sources give where nobody rendered it anew.
    """
    folder = project.settings.output.requirements.strip("/")
    for derived in project.derived:
        if not derived.path.startswith(f"{folder}/"):
            continue
        data = read(derived.path) if derived.same else derived.text.encode() if derived.text is not None else None
        if data is not None:
            yield GeneratedFile(f"{FOLDER}/{derived.path.removeprefix(folder + '/')}", data)
