"""Test results among files in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.model import ResultFile
from muster.text.globs import any_matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.settings import Settings


def results_among(files: Mapping[str, str], settings: Settings) -> list[ResultFile]:
    """The files that the settings name as results."""
    return [
        ResultFile(path, text.encode()) for path, text in files.items() if any_matches(path, settings.trace.results)
    ]
