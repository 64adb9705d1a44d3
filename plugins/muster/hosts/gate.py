"""`muster-gate`: stops a build that would publish what is not in order.

implements: MU-SITE-9007
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from mkdocs.config import config_options
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, get_plugin_logger

from muster.gate import report
from muster.hosts.build import Options, SharedBuild
from muster.model import Outcome, Severity
from muster.text import source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mkdocs.config.defaults import MkDocsConfig

log = get_plugin_logger("muster-gate")


class GateOptions(Options):
    """When the gate stops the build."""

    fail_on = config_options.Optional(config_options.Choice(("error", "warning", "never")))
    """The severity from which the build fails; without it, the settings' own `fail_on`."""


class GatePlugin(SharedBuild, BasePlugin[GateOptions]):
    """Stops, or warns."""

    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Judge before anything is written: a failing build leaves the site that is there."""
        build = self.build_of(config, self.config.root)
        threshold = self.config.fail_on or build.outcome.project.settings.fail_on.value
        outcome = build.outcome
        if threshold != Severity.INFO:
            outcome = without_remarks(outcome)
        if not outcome.findings:
            return
        text = report.text(report.subject_of(outcome, lambda path: lines_of(build.root, path))).rstrip()
        if threshold != "never" and outcome.fails(Severity(threshold)):
            raise PluginError(f"muster found what must not be published:\n\n{text}")
        log.warning("%s", text)


def without_remarks(outcome: Outcome) -> Outcome:
    """The outcome without its remarks: a build says what is wrong, `muster check` says all."""
    findings = tuple(finding for finding in outcome.findings if finding.severity is not Severity.INFO)
    return msgspec.structs.replace(outcome, findings=findings)


def lines_of(root: Path, path: str) -> Sequence[str]:
    """The lines of a file to show an excerpt of; none where it cannot be read."""
    try:
        return source.lines_of((root / path).read_bytes().decode("utf-8", "replace"))
    except OSError:
        return ()
