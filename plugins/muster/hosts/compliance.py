"""`muster-compliance`: generated pages and requirement files, published with the site.

implements: MU-SITE-9008
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mkdocs.config import config_options
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.utils import get_relative_url
from msgspec import Struct

from muster.hosts.build import Options, SharedBuild, history_of, packets_of, prompts_of
from muster.hosts.published import published
from muster.rules.table import RULES
from muster.site.pages import generated_pages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from muster.hosts.build import Build

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

    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Read the project before MkDocs lists its files, for a sync may write some."""
        self.build_of(config, self.config.root)

    @event_priority(-50)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add pages and requirement files, after the specs from outside have theirs."""
        build = self.build_of(config, self.config.root)
        pages = published(build, files, config)
        for file in generated_pages_of(build, pages, config, rules=self.config.rules):
            if files.get_file_from_path(file.src_uri) is not None:
                raise PluginError(f"muster: {file.src_uri} is the name of a generated page; rename that file")
            files.append(file)
        for file in requirement_files(build, config):
            if (committed := files.get_file_from_path(file.src_uri)) is not None:
                files.remove(committed)
            files.append(file)
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

    def _url(self, page: str) -> str:
        return str(File(page, None, "", self.config.use_directory_urls).url)


def generated_pages_of(build: Build, pages: Mapping[str, File], config: MkDocsConfig, *, rules: bool) -> Iterator[File]:
    """The pages, of which only the entry pages stand in a navigation that MkDocs makes itself.

    A ledger that cannot be read is a warning, with which MkDocs ends a strict build: nobody asked for a site that
    lacks its history.
    """
    history = history_of(build)
    if history.problem:
        log.warning("the pages show no runs: %s; help: %s", history.problem, history.remedy)
    shown = tuple(RULES.values()) if rules else ()
    views = packets_of(build), prompts_of(build)
    for page in generated_pages(build.outcome, shown, SiteLinks(config, pages), history, *views):
        entry = page.path.endswith("index.md")
        inclusion = InclusionLevel.UNDEFINED if entry else InclusionLevel.NOT_IN_NAV
        yield File.generated(config, page.path, content=page.text, inclusion=inclusion)


def requirement_files(build: Build, config: MkDocsConfig) -> Iterator[File]:
    """The requirement files as the sources give them, whatever is committed; the gate judges a difference."""
    folder = build.outcome.project.settings.output.requirements.strip("/")
    for derived in build.outcome.project.derived:
        if not derived.path.startswith(f"{folder}/"):
            continue
        text = (build.root / derived.path).read_text("utf-8") if derived.same else derived.text
        if text is not None:
            yield File.generated(config, f"requirements/{derived.path.removeprefix(folder + '/')}", content=text)
