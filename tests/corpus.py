"""The specs of other projects, where they are: `MUSTER_CORPORA`, by default `../shared/corpora`."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from muster.inputs import Memory, memory
from muster.model import Document
from muster.settings import Settings, settings_from
from muster.specs.discovery import is_document
from muster.specs.reading import read_document

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("MUSTER_CORPORA") or HERE.parent.parent / "shared" / "corpora")
NAMES = ("llama-orch", "openfeature", "tracey", "opentelemetry")

needs_corpora = [
    pytest.mark.corpora,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpora are not here"),
]


@cache
def settings(name: str) -> Settings:
    """The settings by which a corpus loads."""
    return settings_from((HERE / "corpora" / f"{name}.toml").read_text(), "muster.toml")


@cache
def files(name: str) -> dict[str, bytes]:
    """Every file of a corpus."""
    root = FOLDER / name / "repo"
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@cache
def documents(name: str) -> dict[str, Document]:
    """The documents of a corpus, passages and all."""
    own = settings(name)
    return {
        path: read_document(path, content.decode(), own)
        for path, content in files(name).items()
        if is_document(path, own)
    }


@cache
def inputs(name: str) -> Memory:
    return memory(files(name))


@cache
def expected(name: str, kind: str) -> list[dict[str, Any]]:
    """An independently computed answer, the records of the documents that the settings choose."""
    lines = (FOLDER / name / "expected" / f"{kind}.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return [record for record in records if record["file"] in documents(name)]
