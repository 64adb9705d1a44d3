"""`muster-specs`: anchors, badges and cross references, and the pages of specs from outside `docs_dir`.

implements: MU-SITE-9001, MU-SITE-9002, MU-SITE-9006
"""

from __future__ import annotations

from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File

from muster.hosts.build import Options, SharedBuild
from muster.hosts.pages import PageHost
from muster.hosts.published import outside_files, published
from muster.hosts.relocated import RelocatedLinks
from muster.hosts.watching import watched
from muster.site.extension import MusterExtension, completed, unmarked
from muster.site.page import STYLESHEET
from muster.store.results import result_paths

if TYPE_CHECKING:
    from collections.abc import Callable

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

    from muster.site.set_aside import SetAside


class SpecsPlugin(SharedBuild, BasePlugin[Options]):
    """Shows requirements where specs define them, and links to them everywhere."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Register the extension and the stylesheet."""
        config = super().on_config(config)
        self.host = PageHost()
        self.unmarked: dict[str, SetAside] = {}  # the pages that define requirements
        self.extension = MusterExtension(self.host, badges=False)
        config.markdown_extensions += [self.extension, RelocatedLinks(self.host)]  # type: ignore[list-item]
        if STYLESHEET not in config.extra_css:
            config.extra_css.append(STYLESHEET)
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the stylesheet and the specs from outside, and learn where each document is published."""
        build = self.build_of(config, self.config.root)
        css = resources("muster.site").joinpath("assets/muster.css").read_text("utf-8")
        files.append(File.generated(config, STYLESHEET, content=css))
        for file in outside_files(build, published(build, files, config), config):
            files.append(file)
        self.host.open(build, published(build, files, config))
        return files

    def on_page_markdown(self, markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002
        """Note which page comes next, for the extension sees text only."""
        self.host.enter(page.file)
        self.extension.placed = {}
        return markdown

    @event_priority(-100)
    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002
        """Tell MkDocs of the anchors, which its own check of links cannot see, and take them out for a while."""
        if page.present_anchor_ids is not None:
            page.present_anchor_ids.update(self.extension.placed)
        if not self.extension.placed:
            return html
        held = unmarked(html, self.extension.placed, self.host)
        self.unmarked[page.file.src_uri] = held
        return held.content

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002
        """Learn which requirements have a generated page, once every plugin has added its files."""
        self.host.learn(files)
        return nav

    @event_priority(-100)
    def on_page_context(
        self,
        context: TemplateContext,
        page: Page,
        config: MkDocsConfig,  # noqa: ARG002
        nav: Navigation,  # noqa: ARG002
    ) -> TemplateContext:
        """Add anchors and badges once the search plugin has read the page: to parse them costs more than all else."""
        held = self.unmarked.pop(page.file.src_uri, None)
        if held is not None and page.content is not None:
            self.host.enter(page.file)
            page.content = completed(held, page.content, self.host)
        return context

    def on_serve(
        self,
        server: LiveReloadServer,
        config: MkDocsConfig,
        builder: Callable[..., None],  # noqa: ARG002
    ) -> LiveReloadServer:
        """Rebuild on a change of anything that the project consists of: specs, code, results, settings."""
        build = self.build_of(config, self.config.root)
        project = build.outcome.project
        cited = [citation.place.path for citation in project.trace.citations]
        results = result_paths(build.root, project.settings.trace.results)
        for path, whole in watched(build.root, Path(config.site_dir).resolve(), cited, results):
            server.watch(str(path), recursive=whole)
        return server
