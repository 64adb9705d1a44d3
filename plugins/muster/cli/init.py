"""`muster init`: a working setup, and nothing that is there is changed.  implements: MU-CORE-0043"""

from __future__ import annotations

import os
import uuid
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from muster.cli.errors import Mistake
from muster.cli.help import examples
from muster.cli.project import Where, mention_no_specs, outcome_of
from muster.cli.terminal import note, out, visible
from muster.text.words import counted

if TYPE_CHECKING:
    from pathlib import Path

    from muster.model import Host, Project
    from muster.workspace import Workspace

SETTINGS = "muster.toml"
SITE = "mkdocs.yml"
HOME = "specs/index.md"
WORKFLOW = ".github/workflows/docs_specs.yml"
IGNORED = ".gitignore"
REGISTRY = "assets/capabilities.yaml"
_REGISTRY_LINE = f'registry = "{REGISTRY}"'
_CAPABILITIES = """\
# The registry of capabilities: what there is that a model may name and count on. `muster prompt compile` makes
# the table in a prompt from it, and `muster check --report spec-lint` finds specs that name anything else.
# These entries are true of any project with Muster. Add your own: engines, tools, services, surfaces.
registry_version: "1"
capabilities:
  - capability_id: surface.terminal
    kind: Surface
    risk_class: Low
    description: A shell at the root of the project.
  - capability_id: engine.muster
    kind: Engine
    risk_class: Low
    description: Checks the specs of the project, `muster check`.
    requires: [surface.terminal]
  - capability_id: engine.git
    kind: Engine
    risk_class: Medium
    tags: [repository] # only in a prompt where git keeps the versions
    description: Reads and writes the history.
    requires: [surface.terminal]
"""


@click.command("init", epilog=examples("muster init", "muster init --name billing --ci", "muster init --prompts"))
@click.option("--name", metavar="NAME", help="The project's name; by default that of its folder.")
@click.option("--ci", is_flag=True, help="Write a GitHub workflow also where there is no .github folder.")
@click.option("--prompts", is_flag=True, help="Write the default prompt pack and a registry into assets/.")
@click.pass_obj
def command(where: Where, *, name: str | None, ci: bool, prompts: bool) -> None:
    """Set a project up: settings, a first spec, a site, a workflow; with --prompts also what prompts need.

    Each file is written only where it is missing; a second run writes nothing. Written are
    muster.toml, a spec under specs/ where the project has none, mkdocs.yml with a home page,
    .github/workflows/docs_specs.yml where there is a .github folder, and in a git repository
    .gitignore. Where mkdocs.yml is there and MkDocs is installed, the anchor settings are taken from
    it.
    """
    from muster.cli.templates import settings_text
    from muster.store import files
    from muster.store.git import repository_address
    from muster.text.utf8 import encodable
    from muster.workspace import open_workspace

    root = where.folder.resolve()
    workspace = open_workspace(root)
    outcome = outcome_of(workspace)
    project = outcome.project
    if project.documents:
        mention_no_specs(outcome)
    texts, kept = _setup(workspace, project, encodable(name or root.name or "project"), ci=ci)
    written = []

    def write(path: str, text: str) -> None:
        if _is_there(root, path):
            kept.append(path)
        else:
            files.write(root, path, text.encode())
            written.append(path)
            out(f"written {visible(path)}\n")

    if prompts:
        texts |= _default_pack()
        if workspace.settings.prompts.registry in ("", REGISTRY):
            texts[REGISTRY] = _CAPABILITIES
    with files.lock(root):
        for path, text in texts.items():
            write(path, text)
        # Last, as MkDocs is asked for the anchors, and wants to find its documentation folder.
        if workspace.source:
            kept.append(workspace.source)
        elif _is_there(root, SETTINGS):
            kept.append(SETTINGS)
        else:
            host = None if SITE in written else _host(root)
            own = f"\n# What prompts are compiled from.\n[prompts]\n{_REGISTRY_LINE}\n" if prompts else ""
            write(SETTINGS, settings_text(str(uuid.uuid4()), host, repository_address(root)) + own)
    out("".join(f"kept {visible(path)}\n" for path in sorted(kept)))
    _say_next(root, written, kept)
    if prompts and SETTINGS not in written and not workspace.settings.prompts.registry:
        _say_line(workspace.source or SETTINGS)


def _say_line(source: str) -> None:
    """The line for prompts that settings lack which were there before."""
    table = "[prompts]" if source == SETTINGS else "[tool.muster.prompts]"
    note(f"next: add `{_REGISTRY_LINE}` under `{table}` in {visible(source)}: prompts are compiled from it")


def _setup(workspace: Workspace, project: Project, name: str, *, ci: bool) -> tuple[dict[str, str], list[str]]:
    """The files to write beside the settings, and those that stay as they are."""
    from muster.cli import templates

    root = workspace.root
    kept = []
    texts: dict[str, str] = {}
    if project.specs:
        specs = [document.path for document in project.specs]
        kept += specs[:1] if len(specs) == 1 else [f"{specs[0]} and {counted(len(specs) - 1, 'more spec')}"]
    else:
        texts |= _first_spec(name, project)
    if _is_there(root, SITE):
        kept.append(SITE)
    else:
        texts[SITE] = templates.site_text(name)
        if not any(_is_there(root, home) for home in (HOME, "specs/README.md")):
            texts[HOME] = templates.home_text(name, [path.removeprefix("specs/") for path in texts if "/" in path])
    if _is_there(root, WORKFLOW):
        kept.append(WORKFLOW)
    elif ci or (root / ".github").is_dir():
        texts[WORKFLOW] = templates.workflow_text(builds_site=SITE in texts)
    if (root / ".git").exists() and not _is_there(root, IGNORED):
        texts[IGNORED] = templates.ignore_text()
    return texts, kept


def _default_pack() -> dict[str, str]:
    """The default pack, whose every byte counts.  implements: MU-PRM-6001"""
    from muster.prompts.contracts import DEFAULT_PACK, default_pack

    return {f"assets/spec_prompt_packs/{DEFAULT_PACK}.json": default_pack().decode()}


def _first_spec(name: str, project: Project) -> dict[str, str]:
    """A spec to start from, or a word on why there is none."""
    from muster.cli.spec import starting_text
    from muster.specs.starter import file_of

    try:
        return {f"specs/{file_of(name, '10')}": starting_text(name, project, frozenset())}
    except Mistake as mistake:
        note(f"muster: no first spec is written: {mistake}")
        return {}


def _host(root: Path) -> Host | None:
    """What the site does, asked of MkDocs in a process of its own; None where there is nothing to ask."""
    import subprocess
    import sys

    import msgspec

    from muster.model import Host

    if not (root / SITE).is_file():
        return None
    if find_spec("mkdocs") is None:
        note(f"muster: MkDocs is not installed, so the anchors are not taken from {SITE}")
        note("help: check `anchors` in muster.toml, or remove it and run `muster init` where MkDocs is installed")
        return None
    command_line = [sys.executable, "-m", "muster.hosts.host_settings", SITE]
    asked = subprocess.run(command_line, cwd=root, capture_output=True, check=False)
    try:
        return msgspec.json.decode(asked.stdout, type=Host)
    except msgspec.DecodeError:
        reason = asked.stderr.decode(errors="replace").strip().splitlines()
        note(f"muster: the anchors are not taken from {SITE}: {visible(reason[0]) if reason else 'no answer'}")
        note("help: check `anchors` in muster.toml")
        return None


def _is_there(root: Path, path: str) -> bool:
    """Whether anything has the name, a link to nowhere included."""
    return os.path.lexists(root / path)


def _ignores_site(root: Path) -> bool:
    """Whether git leaves the built site out, or there is no git."""
    from muster.store import git

    return not (root / ".git").exists() or git.run(root, "check-ignore", "-q", "site/") is not None


def _say_next(root: Path, written: list[str], kept: list[str]) -> None:
    if not written:
        note("everything is there; nothing was written")
        return
    spec = next((path for path in written if path.startswith("specs/") and path != HOME), None)
    note(f"next: {f'write requirements into {spec}, then ' if spec else ''}run `muster sync` and `muster check`")
    if SITE in written:
        needs = "" if find_spec("mkdocs") else ", which needs `pip install 'mkdocs-muster[mkdocs]'`"
        note(f"next: `mkdocs serve` shows the site{needs}")
    if SITE in kept and b"muster-" not in (root / SITE).read_bytes():
        note(f"next: add the plugins muster-specs, muster-compliance and muster-gate to {SITE}")
    if SITE in written and IGNORED not in written and not _ignores_site(root):
        note(f"next: add `site/` to {IGNORED}: `mkdocs build` writes the site there")
    if WORKFLOW not in (*written, *kept):
        note("next: `muster init --ci` writes a GitHub workflow")
