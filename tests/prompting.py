"""A small project with a registry and a spec, for tests of `muster prompt`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from muster import ledger
from muster.prompts.contracts import template_text

SPEC_ID = "8b1f6f0a-4c1d-4e0e-9d53-0f4b8f2f6a11"
SPEC_PATH = "specs/10-queue.md"
SPEC = """# Queue SPEC

## 1) Admission

- [QUEUE-1001] The queue MUST admit at most 10 jobs.
- [QUEUE-1002] The queue MUST NOT lose a job.

## 2) Order

- [QUEUE-1003] The queue MUST be fair.
"""
REGISTRY = """registry_version: "1"
capabilities:
  - {capability_id: surface.editor, kind: Surface, risk_class: Low, tags: [ui]}
  - {capability_id: engine.git, kind: Engine, risk_class: Medium, tags: [repository]}
tools:
  - {tool_id: git.diff, engine_id: engine.git, operation: diff, capability_required: engine.git, schema_ref: git@1}
"""
FILES = {
    "muster.toml": '[prompts]\nregistry = "capabilities.yaml"\n',
    ".gitignore": ".muster/\n",
    "capabilities.yaml": REGISTRY,
    SPEC_PATH: SPEC,
    "prompts/queue.md": "Please write a queue {{WORKSPACE_ID}}.\n",
}
NAMES = [
    "capability_snapshot.json",
    "context_snapshot.json",
    "envelope.json",
    "manifest.json",
    "pack.json",
    "spec_intent.json",
    "spec_router_decision.json",
]
AT = "2027-01-31T12:00:00Z"

Muster = Callable[..., tuple[int, str, str]]


def folders(project: Path) -> list[str]:
    """The folders of compiled prompts, hidden ones too."""
    place = project / "prompts/compiled"
    return sorted(f"prompts/compiled/{one.name}" for one in place.iterdir()) if place.is_dir() else []


def compiled(muster: Muster, project: Path, *arguments: str) -> str:
    """The folder of a new compile."""
    before = folders(project)
    status, _, err = muster("prompt", "compile", "--at", AT, *arguments)
    assert status == 0, err
    (made,) = set(folders(project)) - set(before)
    return made


def events(project: Path) -> list[dict[str, Any]]:
    """The payloads of all events of compiles."""
    if not (project / ".muster/ledger.db").exists():
        return []
    with ledger.open(project / ".muster/ledger.db") as book:
        return [one.context for one in book.events(type="spec_router")]


def answer(folder: Path) -> str:
    """An answer that keeps the contract."""
    intent, decision = ((folder / name).read_text() for name in ("spec_intent.json", "spec_router_decision.json"))
    spec = re.sub(r"^# .*", "# Queue", template_text())
    return f"```json\n{intent}```\n\n```json\n{decision}```\n\n```markdown\n{spec}```\n"
