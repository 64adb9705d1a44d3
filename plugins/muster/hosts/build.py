"""What the three MkDocs plugins share: one reading of the project for each build.

implements: MU-CORE-0001, MU-CORE-0002
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from msgspec import Struct

from muster.hosts.host_settings import host_of
from muster.settings import InvalidSettings
from muster.site.index import Index, index_of
from muster.store.files import Busy, OutsideRoot
from muster.workspace import NoProject, NotSynced, check, find_root, open_workspace, sync

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

    from muster.chains.view import ChainView
    from muster.ledger.statistics import RunHistory
    from muster.model import Host, Outcome
    from muster.packets.view import PacketView
    from muster.prompts.view import PromptViews


class Build(Struct, frozen=True):
    """A project as one build sees it."""

    root: Path
    outcome: Outcome
    index: Index
    sources: frozenset[str]  # the documents that define requirements


class Options(Config):
    """What each of the plugins can be told."""

    root = config_options.Type(str, default=".")
    """A folder of the project, relative to that of `mkdocs.yml`."""


class SharedBuild:
    """What each of the three plugins knows; MkDocs makes new plugins for each build, so nothing outlives it."""

    syncs = False
    build: Build | None = None

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Forget the build before: whoever reuses a configuration gets the files as they are now."""
        self.build = None
        return config

    def build_of(self, config: MkDocsConfig, root: str) -> Build:
        """The build, read once: another of the plugins may have done so."""
        if self.build is None:
            others = [plugin for plugin in config.plugins.values() if isinstance(plugin, SharedBuild)]
            known = next((plugin.build for plugin in others if plugin.build is not None), None)
            writes = any(plugin.syncs for plugin in others)
            top = root_of(config, root)
            self.build = known or read_build(top, host_of(config, top), writes=writes)
        return self.build


def root_of(config: MkDocsConfig, root: str) -> Path:
    """The project's folder: the nearest with settings or a repository, from the configuration's upwards."""
    return find_root(Path(config.config_file_path).parent / root)


def read_build(root: Path, host: Host, *, writes: bool) -> Build:
    """Check the project as `muster check` does; write the derived files first only where asked.

    implements: MU-CORE-0004
    """
    try:
        outcome = check(root, workers=1, host=host)
        if writes and sync(root, outcome):
            outcome = check(root, workers=1, host=host)
    except (InvalidSettings, NoProject, NotSynced, Busy, OutsideRoot, OSError) as error:
        raise PluginError(f"muster: {error}") from error
    sources = [document for document in outcome.project.specs if document.requirements]
    index = index_of(sources, outcome.project.trace.statuses, lambda path: (root / path).read_bytes())
    return Build(root, outcome, index, frozenset(document.path for document in sources))


def history_of(build: Build) -> RunHistory:
    """What the ledger of the project holds; a build records nothing, and makes no ledger."""
    from muster.ledger.history import history_read  # only a build with generated pages loads these
    from muster.recording import ledger_read

    project = build.outcome.project
    spec_ids = [one.spec_id for one in project.allocations if one.spec_id]
    return history_read(lambda: ledger_read(build.root, project.settings), spec_ids)


def packets_of(build: Build) -> tuple[PacketView, ...]:
    """The packets of the project with the lines of their specs, which a mere check never gathers."""
    if not build.outcome.project.refinements:
        return ()
    from muster.refinements import views_of

    return views_of(build.outcome.project, open_workspace(build.root).inputs)


def prompts_of(build: Build) -> PromptViews:
    """The packs and compiled prompts of the project, and what of their inputs changed."""
    from muster.prompts.view import PromptViews

    prompts = build.outcome.project.prompts
    if not (prompts.packs or prompts.compiles):
        return PromptViews()
    from muster.prompt_views import prompt_views  # only a project with prompts has to load all this

    return prompt_views(build.root, build.outcome.project, open_workspace(build.root).inputs)


def chains_of(build: Build) -> tuple[ChainView, ...]:
    """The chains of the project with what stands in their turns."""
    if not build.outcome.project.chains:
        return ()
    from muster.chain_views import views_of as chain_views

    return chain_views(build.outcome, open_workspace(build.root).inputs)
