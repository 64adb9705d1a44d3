"""Reading the specs of a git revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from muster.settings import Settings


def read_specs(root: Path, revision: str, settings: Settings) -> dict[str, bytes]:
    """The documents of a revision, by the settings of now, and its list of retired IDs."""
    from muster.specs.discovery import RETIRED, is_document
    from muster.store import git

    retired = f"{settings.output.requirements.strip('/')}/{RETIRED}"
    return git.read_at(root, revision, lambda path: path == retired or is_document(path, settings))
