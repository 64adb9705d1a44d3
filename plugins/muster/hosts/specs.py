"""`muster-specs`: anchors, badges and cross references, and the pages of specs from outside `docs_dir`.

implements: MU-SITE-9001, MU-SITE-9002, MU-SITE-9006
"""

from __future__ import annotations

from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File

from muster.hosts.build import Options, SharedBuild, root_of
from muster.hosts.pages import PageHost
from muster.hosts.published import outside_files, published
from muster.hosts.relocated import RelocatedLinks
from muster.site.extension import MusterExtension, completed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

STYLESHEET = "assets/muster/muster.css"
NOT_WATCHED = frozenset(("node_modules", "target", "venv"))  # ten thousand files that nobody here wrote


class SpecsPlugin(SharedBuild, BasePlugin[Options]):
    """Shows requirements where specs define them, and links to them everywhere."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Register the extension and the stylesheet."""
        config = super().on_config(config)
        self.host = PageHost()
        self.placed: dict[str, Iterable[str]] = {}  # the IDs that each page defines
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

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002
        """Tell MkDocs of the anchors, which its own check of links cannot see."""
        if page.present_anchor_ids is not None:
            page.present_anchor_ids.update(self.extension.placed)
        self.placed[page.file.src_uri] = self.extension.placed
        return html

    @event_priority(-100)
    def on_page_context(
        self,
        context: TemplateContext,
        page: Page,
        config: MkDocsConfig,  # noqa: ARG002
        nav: Navigation,  # noqa: ARG002
    ) -> TemplateContext:
        """Add the badges once the search plugin has read the page: parsing them would cost more than all else."""
        placed = self.placed.get(page.file.src_uri)
        if placed and page.content:
            page.content = completed(page.content, placed, self.host.index)
        return context

    def on_serve(
        self,
        server: LiveReloadServer,
        config: MkDocsConfig,
        builder: Callable[..., None],  # noqa: ARG002
    ) -> LiveReloadServer:
        """Rebuild on a change of anything that the project consists of: specs, code, results, settings."""
        for path in watched(root_of(config, self.config.root), Path(config.site_dir).resolve()):
            server.watch(str(path))
        return server


def watched(root: Path, site_dir: Path) -> Iterator[Path]:
    """What lies in the root, save hidden folders and what a build writes, which would trigger the next one."""
    for path in sorted(root.iterdir()):
        skipped = path.is_dir() and (path.name.startswith(".") or path.name in NOT_WATCHED)
        if not skipped and path.resolve() != site_dir and not site_dir.is_relative_to(path.resolve()):
            yield path
