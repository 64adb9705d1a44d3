"""Which files of a repository Muster reads.  implements: MU-REQ-1001"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

from muster.text.globs import union_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from muster.settings import Settings

GENERATED = ".muster-pages"  # the list that `muster pages` leaves beside what it writes
MANIFESTS = frozenset(("pyproject.toml", "Cargo.toml", "package.json", "go.mod"))
# What else lies in the folder of the requirement files.
RETIRED = "retired.yaml"
WAIVERS = "waivers.yaml"
BASELINE = "baseline.json"
KEPT = {
    RETIRED: "retired IDs",
    WAIVERS: "waivers",
    "evidence.yaml": "evidence",
    "ratchet.yaml": "the ratchet",
}  # what people write where a requirement file could stand


def side_path(name: str, settings: Settings) -> str:
    """Where a file lies that people keep beside the requirement files."""
    return f"{settings.output.requirements.strip('/')}/{name}"


def is_document(path: str, settings: Settings) -> bool:
    """Whether a path is one of the Markdown files to read."""
    if not path.endswith(".md"):
        return False
    specs = settings.specs
    if path in settings.specs.packages:
        return True
    if union_of(specs.include).fullmatch(path) is None or union_of(specs.exclude).fullmatch(path) is not None:
        return False
    # A generated file of this folder is no source, and a README is a page of nobody's site.
    return not path.startswith(f"{settings.output.requirements.strip('/')}/") and path != settings.output.compliance


def is_page(path: str, settings: Settings) -> bool:
    """Whether a path is a Markdown file whose links are checked, be it a document or not."""
    links = settings.links
    return (
        path.endswith(".md")
        and union_of(links.include).fullmatch(path) is not None
        and union_of(links.exclude).fullmatch(path) is None
    )


def is_left_out(path: str, settings: Settings) -> bool:
    """Whether a path is one of the files in which nothing is looked for."""
    return union_of(settings.links.exclude).fullmatch(path) is not None


def is_input(settings: Settings) -> Callable[[str], bool]:
    """A predicate for the files whose content a run looks at."""
    folder = settings.output.requirements.strip("/") + "/"

    def relevant(path: str) -> bool:
        return (
            path.endswith(".md")
            or path.startswith(folder)
            or path == settings.output.compliance
            or basename(path) in MANIFESTS
        )

    return relevant
