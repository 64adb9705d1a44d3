"""The generated files that are no pages: data for the scripts, twins for programs, badges, scripts and styles."""

from __future__ import annotations

from importlib.resources import files as resources
from posixpath import dirname
from typing import TYPE_CHECKING

from muster.site.badges import badge_files, badges_of
from muster.site.data import requirements_file
from muster.site.details import details_files
from muster.site.edges import graph_file
from muster.site.page import STYLESHEET, GeneratedFile
from muster.site.twins import twin_files

if TYPE_CHECKING:
    from muster.model import Outcome
    from muster.site.details import Told

ASSETS = dirname(STYLESHEET)


def generated_files(outcome: Outcome, told: Told, sarif: str) -> tuple[GeneratedFile, ...]:
    """The files of a project beside its pages, without the assets, which are the same for all.

    `sarif` is the report of all findings.

    implements: MU-SITE-9021, MU-SITE-9025
    """
    return (
        requirements_file(told.catalogue),
        *details_files(told.details),
        graph_file(told.catalogue),
        *twin_files(outcome.project, told.rows, sarif),
        *badge_files(badges_of(outcome, told.rows)),
    )


def asset_files() -> tuple[GeneratedFile, ...]:
    """The stylesheet and the scripts, as they are shipped.  implements: MU-SITE-9031"""
    every = sorted(resources("muster.site").joinpath("assets").iterdir(), key=lambda file: file.name)
    shipped = [file for file in every if file.name.endswith((".css", ".js"))]
    return tuple(GeneratedFile(f"{ASSETS}/{file.name}", file.read_bytes()) for file in shipped)
