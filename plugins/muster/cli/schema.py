"""`muster schema`: the published JSON Schemas.  implements: MU-REQ-1034"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from muster.cli.help import examples
from muster.cli.terminal import out

if TYPE_CHECKING:
    from collections.abc import Callable


@click.command("schema", epilog=examples("muster schema report", "muster schema settings > muster.schema.json"))
@click.argument("name", metavar="NAME", type=click.Choice(["baseline", "report", "requirements", "settings"]))
def command(name: str) -> None:
    """Print the JSON Schema of a format.

    `report` is what `muster check --report json` writes, `baseline` the file that
    `muster check --baseline` does, `requirements` a requirement file, `settings` the file muster.toml.
    """
    writers: dict[str, Callable[[], str]] = {
        "baseline": _baseline,
        "report": _report,
        "requirements": _requirements,
        "settings": _settings,
    }
    out(writers[name]())


def _baseline() -> str:
    from muster.specs.baseline import Baseline

    return _of_type(Baseline, "Baseline of muster check")


def _report() -> str:
    from muster.gate.report import JsonReport

    return _of_type(JsonReport, "Report of muster check")


def _requirements() -> str:
    from muster.specs.derived import schema_text

    return schema_text()


def _settings() -> str:
    from muster.settings import Settings

    return _of_type(Settings, "Settings of Muster")


def _of_type(kind: type, title: str) -> str:
    import json

    import msgspec

    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps({**head, **msgspec.json.schema(kind)}, indent=2) + "\n"
