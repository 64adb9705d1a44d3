"""`muster spec new`: a spec to start from.  implements: MU-REQ-1044"""

from __future__ import annotations

import re
from collections import Counter
from posixpath import dirname
from typing import TYPE_CHECKING

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.id import known_ids
from muster.cli.project import Where, outcome_of
from muster.cli.terminal import note, out

if TYPE_CHECKING:
    from muster.model import Project
    from muster.workspace import Workspace

_TWO_DIGITS = re.compile(r"[0-9]{2}")


@click.group("spec", invoke_without_command=True, epilog=examples("muster spec new queue"))
@click.pass_context
def command(ctx: click.Context) -> None:
    """Write new specs."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)


@command.command("new", epilog=examples("muster spec new queue", "muster spec new billing --area OC-BILL --prefix 40"))
@click.argument("package")
@click.option(
    "--area", metavar="AREA", help="The area of its IDs; by default from PACKAGE and the areas that are there."
)
@click.option("--prefix", metavar="NN", help="The two digits before its name; by default the next ten.")
@click.pass_obj
def new(where: Where, package: str, area: str | None, prefix: str | None) -> None:
    """Write a spec for a package.

    It has a prefix, an ID area, the conformance language and a first requirement, stands beside the
    specs that are there, and passes `muster check` after `muster sync`. No file is ever replaced.
    """
    from muster.specs.starter import file_of
    from muster.store import files
    from muster.text.utf8 import encodable

    if not any(character.isalnum() for character in package):
        raise Mistake(f"PACKAGE is {package!r}, which is no name", help="name the package: `muster spec new queue`")
    workspace = where.open()
    project = outcome_of(workspace).project
    digits = _prefix(prefix, project)
    folder = _folder(project)
    path = f"{folder}/{file_of(package, digits)}" if folder else file_of(package, digits)
    _demand_free(workspace, project, path)
    text = starting_text(package, project, known_ids(workspace, project).ids, area)
    with files.lock(workspace.root):
        files.write(workspace.root, path, encodable(text).encode())
    out(f"written {path}\n")
    note("next: write its requirements, then run `muster sync` and `muster check`")


def starting_text(package: str, project: Project, known: frozenset[str], area: str | None = None) -> str:
    """A spec whose first requirement the project's settings take."""
    from muster.model import InvalidReqId
    from muster.specs.grammar import grammar_of
    from muster.specs.ids import NoFreeId, areas_in, next_id
    from muster.specs.starter import NoForm, area_for, marked, spec_text

    grammar = grammar_of(project.settings.requirements).id
    own = area or area_for(package, areas_in(known), grammar)
    try:
        mark = marked(next_id(own, known, grammar).text, project.settings.requirements.markers)
    except (InvalidReqId, NoFreeId) as error:
        raise Mistake(str(error), help="name the area of its IDs: `--area QUEUE`") from None
    except NoForm as error:
        raise Mistake(str(error), help="write the spec by hand") from None
    return spec_text(package, own, mark)


def _prefix(told: str | None, project: Project) -> str:
    from muster.specs.naming import two_digits
    from muster.specs.starter import free_prefix

    paths = [document.path for document in project.documents]
    if told is None:
        if not (digits := free_prefix(paths)):
            raise Mistake("every two-digit prefix is in use", help="choose one to share: `--prefix NN`")
        return digits
    if _TWO_DIGITS.fullmatch(told) is None:
        raise Mistake(f"the prefix {told!r} is not two digits", help="write it like `--prefix 40`")
    for path in paths:
        if two_digits(path) == told:
            raise Mistake(f"the prefix {told} is that of {path}", help=f"{free_prefix(paths)} is free")
    return told


def _folder(project: Project) -> str:
    """Where most of the numbered specs stand."""
    from muster.specs.naming import two_digits

    folders = Counter(dirname(document.path) for document in project.specs if two_digits(document.path))
    return max(folders, key=lambda folder: (folders[folder], folder)) if folders else "specs"


def _demand_free(workspace: Workspace, project: Project, path: str) -> None:
    from muster.specs.discovery import is_document
    from muster.specs.naming import package_of

    package = package_of(path, {}, project.settings)
    for document in project.specs:
        if document.package == package:
            raise Mistake(
                f"the package {package!r} has a spec: {document.path}", help="write into that, or name another"
            )
    if not is_document(path, project.settings):
        raise Mistake(f"{path} would not be read: no glob of `specs.include` takes it", help="add it to that setting")
    if (workspace.root / path).exists():
        raise Mistake(f"{path} is there already", help="name another package or prefix")
