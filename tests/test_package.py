"""What is packed: the wheel holds the package, the sdist what one needs to build and test it, neither holds junk."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "plugins" / "muster"
JUNK = ("__pycache__", ".pyc", ".muster", ".hypothesis", "egg-info")
TOP = (
    ".ci .github .gitignore .pre-commit-config.yaml .pre-commit-hooks.yaml CHANGELOG.md COMPLIANCE.md CONTRIBUTING.md "
    "LICENSE PKG-INFO README.md action.yml mkdocs.yml muster.toml noxfile.py plugins pyproject.toml requirements "
    "specs tests"
).split()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_wheel_holds_each_file_of_the_package_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        packed = [name for name in wheel.namelist() if ".dist-info/" not in name]
        licences = [name for name in wheel.namelist() if name.endswith(".dist-info/licenses/LICENSE")]

    sources = [path.relative_to(PACKAGE.parent) for path in PACKAGE.rglob("*") if path.is_file()]
    kept = [path for path in sources if not any(part.startswith(".") or part == "__pycache__" for part in path.parts)]
    assert sorted(packed) == sorted(path.as_posix() for path in kept)
    assert len(licences) == 1


def test_the_sdist_holds_specs_and_tests_and_no_junk(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        names = [name.partition("/")[2] for name in sdist.getnames()]

    assert sorted({name.partition("/")[0] for name in names}) == sorted(TOP)
    assert [name for name in names if any(junk in name for junk in JUNK)] == []
    assert {"specs/00-muster.md", "specs/guide/index.md", f"tests/{Path(__file__).name}"} <= set(names)


@pytest.mark.parametrize(
    ("group", "names"),
    [
        ("console_scripts", ["muster"]),
        ("mkdocs.plugins", ["muster-compliance", "muster-gate", "muster-specs"]),
        ("markdown.extensions", ["muster"]),
    ],
)
def test_each_entry_point_can_be_loaded(group: str, names: list[str]) -> None:
    ours = [point for point in entry_points(group=group) if point.dist and point.dist.name == "mkdocs-muster"]

    assert sorted(point.name for point in ours) == names
    assert all(callable(point.load()) for point in ours)
