"""Real git repositories for tests, whatever the user's own git is set to."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
_SETTINGS = {
    "user.name": "A",
    "user.email": "a@example.org",
    "commit.gpgsign": "false",
    "tag.gpgsign": "false",
    "core.autocrlf": "false",
    "core.hooksPath": "/dev/null",
    "protocol.file.allow": "always",
}
OPTIONS = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]


def run(root: Path, *arguments: str) -> str:
    """What git prints."""
    done = subprocess.run(["git", *OPTIONS, *arguments], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Write these files below `root`."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")
    return root


def repository(root: Path, files: Mapping[str, str]) -> Path:
    """A repository at `root` with these files in its first commit."""
    root.mkdir(parents=True, exist_ok=True)
    run(root, "init", "-q", "-b", "main")
    write(root, files)
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "first")
    return root


def own_files() -> list[str]:
    """The files of this repository; an unpacked sdist holds no others than these."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    listed = done.stdout.split("\0") if done.returncode == 0 else []
    own = [path for path in listed if path and (ROOT / path).is_file()]
    return own or [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]


def checkout(root: Path) -> Path:
    """What git would hand to somebody who clones this repository as it stands, committed anew at `root`."""
    for path in own_files():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, root / path)
    run(root, "init", "-q", "-b", "main")
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "first")
    return root
