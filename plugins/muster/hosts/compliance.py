"""`muster-compliance`: generated pages and requirement files, published with the site.

implements: MU-SITE-9008
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.config import config_options
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils import get_relative_url
from msgspec import Struct
from msgspec.structs import replace

from muster.gate.report.as_sarif import sarif
from muster.gate.report.subject import subject_of
from muster.hosts.build import Options, SharedBuild, chains_of, history_of, packets_of, prompts_of
from muster.hosts.published import published
from muster.records import rule_version
from muster.rules.table import RULES
from muster.site.details import told_of
from muster.site.files import asset_files, generated_files
from muster.site.page import SCRIPT, STYLESHEET
from muster.site.pages import pages_told
from muster.site.twins import requirement_files
from muster.store.git import folder_in_repository
from muster.symbols import with_symbols
from muster.workspace import open_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from muster.hosts.build import Build
    from muster.site.details import Told

log = get_plugin_logger("muster-compliance")


class ComplianceOptions(Options):
    """What the generated pages hold, and whether a build may write."""

    rules = config_options.Type(bool, default=True)
    """Make a page of each rule."""

    sync = config_options.Type(bool, default=False)
    """Write the derived files before the build, for work on one's own machine."""


class CompliancePlugin(SharedBuild, BasePlugin[ComplianceOptions]):
    """Adds the pages that nobody writes."""

    @property
    def syncs(self) -> bool:  # type: ignore[override]
        return bool(self.config.sync)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Register the stylesheet and the entry of the scripts, which loads the others where a page needs them."""
        config = super().on_config(config)
        if STYLESHEET not in config.extra_css:
            config.extra_css.append(STYLESHEET)
        if SCRIPT not in map(str, config.extra_javascript):
            script = ExtraScriptValue(SCRIPT)
            script.type = "module"
            config.extra_javascript.append(script)
        return config

    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Read the project before MkDocs lists its files, for a sync may write some."""
        self.build_of(config, self.config.root)

    @event_priority(-50)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add pages, data, twins and requirement files, after the specs from outside have their pages."""
        build = self.build_of(config, self.config.root)
        links = SiteLinks(config, published(build, files, config))
        rules = self.config.rules
        told = told_by(build, links, rules=rules)
        made = generated_pages_of(build, config, told, rules=rules)
        for file in (*made, *files_of(build, config, told)):
            if files.get_file_from_path(file.src_uri) is not None:
                raise PluginError(f"muster: {file.src_uri} is the name of a generated page; rename that file")
            files.append(file)
        for asset in asset_files():
            if files.get_file_from_path(asset.path) is None:  # another of the plugins may have added it
                files.append(File.generated(config, asset.path, content=asset.data))
        for derived in requirement_files(build.outcome.project, lambda path: (build.root / path).read_bytes()):
            if (committed := files.get_file_from_path(derived.path)) is not None:
                files.remove(committed)
            files.append(File.generated(config, derived.path, content=derived.data))
        return files


class SiteLinks(Struct, frozen=True):
    """Final URLs, for MkDocs does not look into ready HTML."""

    config: MkDocsConfig
    pages: Mapping[str, File]

    def to_document(self, page: str, document: str) -> str:
        """The URL of a document's page."""
        target = self.pages.get(document)
        return get_relative_url(target.url, self._url(page)) if target else ""

    def to_page(self, page: str, other: str) -> str:
        """The URL of another generated page."""
        return str(get_relative_url(self._url(other), self._url(page)))

    def to_file(self, page: str, path: str) -> str:
        """The URL of a generated file."""
        return str(get_relative_url(path, self._url(page)))

    def head(self, page: str) -> str:  # noqa: ARG002 -- the settings of MkDocs bring styles and scripts to every page
        """Nothing: MkDocs sees to it."""
        return ""

    def document_address(self, document: str) -> str:
        """The URL of a document's page, seen from the root of the site."""
        target = self.pages.get(document)
        return str(target.url) if target else ""

    def page_address(self, page: str) -> str:
        """The URL of a generated page, seen from the root of the site."""
        return self._url(page)

    def _url(self, page: str) -> str:
        return str(File(page, None, "", self.config.use_directory_urls).url)


def told_by(build: Build, links: SiteLinks, *, rules: bool) -> Told:
    """What is known of requirements, with the functions and classes around citations."""
    workspace = open_workspace(build.root)
    named = with_symbols(build.outcome.project.trace.citations, workspace.inputs, workspace.cache, rule_version())
    if workspace.cache:
        workspace.cache.save()
    return told_of(build.outcome, links, named, rules=rules)


def generated_pages_of(build: Build, config: MkDocsConfig, told: Told, *, rules: bool) -> Iterator[File]:
    """The pages, of which only the entry pages stand in a navigation that MkDocs makes itself.

    A ledger that cannot be read is a warning, with which MkDocs ends a strict build: nobody asked for a site that
    lacks its history.
    """
    history = history_of(build)
    if history.problem:
        log.warning("the pages show no runs: %s; help: %s", history.problem, history.remedy)
    shown = tuple(RULES.values()) if rules else ()
    views = packets_of(build), prompts_of(build), chains_of(build)
    for page in pages_told(told, shown, history, *views):
        entry = page.path.endswith("index.md")
        inclusion = InclusionLevel.UNDEFINED if entry else InclusionLevel.NOT_IN_NAV
        yield File.generated(config, page.path, content=page.text, inclusion=inclusion)


def files_of(build: Build, config: MkDocsConfig, told: Told) -> Iterator[File]:
    """Data, twins and badges."""
    folder = folder_in_repository(build.root)
    found = sarif(replace(subject_of(build.outcome, open_workspace(build.root).lines), folder=folder))
    for file in generated_files(build.outcome, told, found):
        yield File.generated(config, file.path, content=file.data)
