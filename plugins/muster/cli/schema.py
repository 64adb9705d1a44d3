"""`muster schema`: the published JSON Schemas.  implements: MU-REQ-1034"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from muster.cli.help import examples
from muster.cli.terminal import out

if TYPE_CHECKING:
    from collections.abc import Callable


PROMPTS = {
    "capability-snapshot": "hsk.capability_snapshot@1",
    "pack": "hsk.spec_prompt_pack@1",
    "spec-intent": "hsk.spec_intent@0.2",
    "spec-lint": "hsk.spec_lint_report@1",
    "spec-router-decision": "hsk.spec_router_decision@0.2",
}  # the contracts of prompts: they have names of their own in the world
OWN = (
    "baseline",
    "event",
    "explain",
    "impact",
    "portfolio",
    "report",
    "requirements",
    "results",
    "run",
    "settings",
    "trace",
)
NAMES = tuple(sorted((*OWN, *PROMPTS)))


@click.command("schema", epilog=examples("muster schema report", "muster schema settings > muster.schema.json"))
@click.argument(
    "name",
    metavar="NAME",
    type=click.Choice(NAMES),
)
def command(name: str) -> None:
    """Print the JSON Schema of a format.

    `report` is what `muster check --report json` writes, `baseline` the file that
    `muster check --baseline` does, `requirements` a requirement file, `settings` the file muster.toml,
    `results` what `pytest --muster-results` writes; `run` and `event` are rows of the ledger; `trace`,
    `explain` and `impact` are what these commands print with `--format json`, `portfolio` what
    `muster portfolio` does. `pack` is a prompt pack,
    `spec-lint` what `muster check --report spec-lint` writes; `capability-snapshot`, `spec-intent` and
    `spec-router-decision` stand in the folder of a compiled prompt.
    """
    writers: dict[str, Callable[[], str]] = {
        "baseline": _baseline,
        "event": _event,
        "explain": _explain,
        "impact": _impact,
        "portfolio": _portfolio,
        "report": _report,
        "requirements": _requirements,
        "results": _results,
        "run": _run,
        "settings": _settings,
        "trace": _trace,
    }
    out(_prompts(PROMPTS[name]) if name in PROMPTS else writers[name]())


def _baseline() -> str:
    from muster.specs.baseline import Baseline

    return _of_type(Baseline, "Baseline of muster check")


def _event() -> str:
    from muster.ledger.events import Event

    return _of_type(Event, "Event in the ledger of Muster")


def _run() -> str:
    from muster.ledger.rows import Run

    return _of_type(Run, "Run in the ledger of Muster")


def _explain() -> str:
    from muster.trace.explaining import Explanation

    return _of_type(Explanation, "What muster explain tells")


def _impact() -> str:
    from muster.trace.impact import ImpactReport

    return _of_type(ImpactReport, "What muster impact tells")


def _results() -> str:
    from muster.trace.own_results import Results

    return _of_type(Results, "Test results of the pytest plugin")


def _trace() -> str:
    from muster.trace.sheets import TraceReport

    return _of_type(TraceReport, "What muster trace tells")


def _portfolio() -> str:
    from muster.portfolio.as_json import PortfolioTold

    return _of_type(PortfolioTold, "What muster portfolio writes")


def _report() -> str:
    from muster.gate.report.as_json import JsonReport

    return _of_type(JsonReport, "Report of muster check")


def _requirements() -> str:
    from muster.specs.derived import schema_text

    return schema_text()


def _prompts(name: str) -> str:
    """The same text as the file of that name in `assets/schemas`."""
    from muster.prompts.contracts import schema_text

    return schema_text(name)


def _settings() -> str:
    from muster.settings import Settings

    return _of_type(Settings, "Settings of Muster")


def _of_type(kind: type, title: str) -> str:
    import json

    import msgspec

    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return json.dumps({**head, **msgspec.json.schema(kind)}, indent=2) + "\n"
