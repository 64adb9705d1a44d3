"""`muster prompt packs`.  implements: MU-PRM-6001, MU-PRM-6003"""

from __future__ import annotations

from posixpath import basename
from typing import TYPE_CHECKING

import click

from muster.cli.help import examples
from muster.cli.project import Where  # noqa: TC001 -- click's callbacks
from muster.cli.terminal import out, visible
from muster.text.words import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muster.prompts.values import PackReading
    from muster.workspace import Workspace


@click.command("packs", epilog=examples("muster prompt packs"))
@click.pass_obj
def packs(where: Where) -> int:
    """List the packs of the project, and the one that is shipped.

    Of each the ID, the first digits of its SHA-256, its placeholders with what each may take, and its
    budgets. Of a malformed one, what is wrong with it; then the exit status is 1.
    """
    workspace = where.open()
    found = list(_found(workspace))
    out("\n".join(_lines(handle, reading, words) for handle, reading, words in found))
    return 1 if any(reading is None or reading.pack is None for _, reading, _ in found) else 0


def _found(workspace: Workspace) -> Iterator[tuple[str, PackReading | None, str]]:
    """Each pack by its handle; of one that cannot be read, why."""
    from muster.gathering import SHIPPED, NoInput, read_file
    from muster.prompt_files import pack_paths
    from muster.prompts.contracts import DEFAULT_PACK, default_pack
    from muster.prompts.packs import LARGEST, pack_in

    for path in pack_paths(workspace.inputs.paths, workspace.settings):
        try:
            data = read_file(workspace.root, path, LARGEST, "a pack")
        except NoInput as error:
            yield path, None, str(error)
        else:
            yield path, pack_in(data, basename(path)), ""
    yield f"{SHIPPED}{DEFAULT_PACK}", pack_in(default_pack()), ""


def _lines(handle: str, reading: PackReading | None, words: str) -> str:
    if reading is None:
        return visible(f"{shortened(handle)}: {words}\n")
    if reading.pack is None:
        faults = (f"  {one.line}:{one.column}: {one.json_path}: {one.message}\n" for one in reading.troubles)
        head = f"{shortened(handle)} {reading.sha256[:12]}: {counted(len(reading.troubles), 'fault')}\n"
        return visible(head + "".join(faults))
    pack = reading.pack
    places = (f"{one.name} {one.max_tokens:,}{'' if one.required else ' optional'}" for one in pack.placeholders)
    budgets = pack.budgets
    return visible(
        f"{pack.pack_id} {reading.sha256[:12]} {shortened(handle)}\n"
        f"  placeholders: {', '.join(places) or 'none'}\n"
        f"  budgets: {budgets.max_total_tokens:,} in all, {budgets.max_prompt_excerpt_tokens:,} of the prompt,"
        f" {budgets.max_capability_table_tokens:,} of capabilities, {budgets.max_capsule_tokens:,} of a capsule\n"
    )
