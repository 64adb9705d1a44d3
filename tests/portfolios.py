"""Portfolios of real git repositories for tests, and what `muster portfolio` makes of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repositories import repository, write

HEAD = "Conformance language: RFC 2119 and RFC 8174\n\n"


def spec(title: str, *items: str) -> str:
    """A spec with these requirements, each `ID text`."""
    lines = "".join(f"- [{identifier}] {words}\n" for identifier, _, words in (item.partition(" ") for item in items))
    return f"# {title} SPEC\n\n{HEAD}{lines}"


CORE = {
    "specs/10-core.md": spec(
        "Core",
        "OC-CORE-1001 A pool MUST have a bounded queue.",
        "OC-CORE-1002 A full queue MUST reject.",
        "OC-CORE-1003 It SHOULD drain.",
        "OC-CORE-1004 It MAY log.",
    ),
    "requirements/retired.yaml": "OC-CORE-1007: {reason: measured to be useless}\n",
    "src/pool.py": "# implements: OC-CORE-1001\n",
}
QUEUE = {
    "specs/10-queue.md": spec("Queue", "QUEUE-1001 A queue MUST be bounded, as core:OC-CORE-1001 says."),
    "src/queue.py": "# implements: core:OC-CORE-1002/1003\n",
    "tests/test_queue.py": '@pytest.mark.requirement("core:OC-CORE-1004")\ndef test_it(): ...\n',
}


def portfolio(root: Path, entries: Mapping[str, str], title: str = "") -> Path:
    """A `portfolio.toml` of paths, or of addresses where they hold `://`."""
    text = f'title = "{title}"\n' if title else ""
    for name, where in entries.items():
        text += f'\n[[repositories]]\nname = "{name}"\n{"url" if "://" in where else "path"} = "{where}"\n'
    return write(root, {"portfolio.toml": text})


def repositories(root: Path, files: Mapping[str, Mapping[str, str]]) -> Path:
    """Repositories below `root`, and a portfolio of them all."""
    for name, own in files.items():
        repository(root / name, own)
    return portfolio(root, {name: name for name in files})


def tiny(number: int) -> dict[str, str]:
    """A repository of two requirements, of which the first cites the one before."""
    words = f" As r{number - 1:02}:TINY-1002 says." if number else ""
    return {"specs/10-tiny.md": spec(f"Tiny {number}", f"TINY-1001 It MUST run.{words}", "TINY-1002 It MUST end.")}


def started(root: Path, *arguments: str, path: Path | None = None, **more: str) -> subprocess.Popen[str]:
    """A running `muster portfolio`; `path` holds programs that go before those of the system."""
    environment = {**os.environ, **more, "NO_COLOR": "1", "COLUMNS": "120"}
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    command = [sys.executable, "-m", "muster", "portfolio", *arguments]
    return subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ran(root: Path, *arguments: str, **more: Any) -> tuple[int, str, str]:
    """Status, standard output and standard error of a run."""
    process = started(root, *arguments, **more)
    output, error = process.communicate(timeout=240)
    return process.returncode, output, error


def told(root: Path, site: str = "portfolio") -> Any:
    """What stands in portfolio.json."""
    return json.loads((root / site / "portfolio.json").read_text(encoding="utf-8"))


def tree(folder: Path) -> dict[str, bytes]:
    """Each file of a site."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
