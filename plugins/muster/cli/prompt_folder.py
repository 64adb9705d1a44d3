"""The folders of compiled prompts, as commands name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.cli.project import inside
from muster.cli.prompt_order import demand_none
from muster.cli.terminal import visible

if TYPE_CHECKING:
    from muster.cli.project import Where
    from muster.replaying import Stored
    from muster.workspace import Workspace


def damage_of(found: Stored) -> list[str]:
    """What somebody changed in the folder since it was written, a line each."""
    from muster.prompts.view import broken_seals

    return [visible(f"{found.path} is damaged: {one}") for one in broken_seals(found.manifest, found.files)]


def stored(where: Where, workspace: Workspace, typed: str) -> Stored:
    """The compile whose folder, or a file in it, somebody typed."""
    from muster.gathering import NoInput
    from muster.replaying import stored_at

    path = inside(where, workspace.root, typed).removesuffix("/manifest.json")
    try:
        return stored_at(workspace.root, path)
    except NoInput as error:
        demand_none(error.troubles)
        raise
