"""The same bytes from one process, two, and a Dask cluster; a worker that is killed takes nothing along."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Self

import msgspec
import pytest

from portfolios import CORE, QUEUE, ran, repositories, started, tiny, told, tree

needs_dask = pytest.mark.skipif(find_spec("distributed") is None, reason="`pip install 'mkdocs-muster[dask]'`")
GIT = shutil.which("git")
# A git that stops in the repository `slow` until somebody lets it go on, and says whose child it is. In `deadly` it
# takes the process along that started it.
HELD = f"""#!/bin/sh
case "$PWD" in
*/slow)
    if mkdir "$MUSTER_HOLD/taken" 2>/dev/null; then
        echo $PPID > "$MUSTER_HOLD/new" && mv "$MUSTER_HOLD/new" "$MUSTER_HOLD/pid"
    fi
    while [ ! -e "$MUSTER_HOLD/go" ]; do sleep 0.02; done ;;
*/deadly) kill -9 $PPID ;;
esac
exec {GIT} "$@"
"""
FILES = {"core": CORE, "queue": QUEUE, "slow": tiny(0), "r01": tiny(1), "r02": tiny(2), "broken": {"muster.toml": "="}}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portfolio, and what one process makes of it, in `expected`."""
    root = repositories(tmp_path_factory.mktemp("portfolio"), FILES)
    status, _, error = ran(root, "--workers", "1", "--no-cache", "--site", "expected")
    assert (status, "expected/index.html: 9 files, 9 written" in error) == (0, True), error
    return root


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the git that can be held."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "git").write_text(HELD)
    (folder / "git").chmod(0o755)
    return folder


def expected(root: Path) -> dict[str, bytes]:
    return tree(root / "expected")


@pytest.mark.requirement("MU-FOLIO-9506")
def test_two_processes_give_the_bytes_that_one_does(root: Path) -> None:
    status, _, error = ran(root, "--workers", "2", "--no-cache", "--site", "two")

    assert (status, tree(root / "two")) == (0, expected(root)), error


def test_what_is_printed_as_json_is_what_stands_in_the_file(root: Path) -> None:
    _, output, _ = ran(root, "--workers", "2", "--format", "json", "--site", "printed")

    assert output.encode() == expected(root)["portfolio.json"]


def killed_in_the_middle(root: Path, hold: Path, *arguments: str, path: Path | None = None) -> str:
    """Run, kill the worker that is at `slow`, let the others go on, and give what was told on standard error."""
    process = started(root, "--no-cache", *arguments, path=path, MUSTER_HOLD=str(hold))
    try:
        deadline = time.monotonic() + 120
        while not (hold / "pid").exists():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.02)
        victim = int((hold / "pid").read_text())
        assert victim != process.pid
        os.kill(victim, signal.SIGKILL)
        (hold / "go").touch()
        _, error = process.communicate(timeout=240)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0, error
    return error


@pytest.mark.requirement("MU-FOLIO-9507")
def test_a_process_that_is_killed_while_it_works_loses_nothing(root: Path, programs: Path, tmp_path: Path) -> None:
    error = killed_in_the_middle(root, tmp_path, "--workers", "2", "--site", "killed", path=programs)

    assert tree(root / "killed") == expected(root)
    assert error.startswith("muster: a worker died: ")
    assert "of 6 repositories are read once more\n" in error


def test_a_repository_that_takes_its_worker_along_is_told_and_all_others_are_read(
    tmp_path: Path, programs: Path
) -> None:
    root = repositories(tmp_path / "p", {"core": CORE, "deadly": tiny(0), "queue": QUEUE, "r01": tiny(1)})

    status, _, error = ran(root, "--workers", "2", path=programs, MUSTER_HOLD=str(tmp_path))

    assert status == 0
    assert [(one["name"], one["state"], one["problem"]) for one in told(root)["repositories"]] == [
        ("core", "read", ""),
        ("deadly", "broken", "the process that read it died"),
        ("queue", "read", ""),
        ("r01", "read", ""),
    ]
    assert error.count("muster: a worker died: ") == 2
    assert "repositories are read one by one\n" in error


# Dask


def until(path: Path) -> None:
    deadline = time.monotonic() + 120
    while not path.exists() or not path.stat().st_size:
        assert time.monotonic() < deadline, path
        time.sleep(0.05)


class Cluster:
    """A scheduler and its workers on loopback, each a process of ours."""

    def __init__(self, folder: Path, path: Path, hold: Path) -> None:
        self._folder, self._stack = folder, ExitStack()
        self._environment = {
            **os.environ,
            "PATH": f"{path}{os.pathsep}{os.environ['PATH']}",
            "MUSTER_HOLD": str(hold),
        }
        self._file = folder / "scheduler.json"

    def __enter__(self) -> Self:
        self._start("dask_scheduler", "--port", "0", "--scheduler-file", str(self._file))
        until(self._file)
        for number in range(2):
            local = self._folder / f"worker-{number}"
            options = ("--nthreads", "1", "--no-nanny", "--local-directory", str(local))
            self._start("dask_worker", "--scheduler-file", str(self._file), *options)
        return self

    def _start(self, module: str, *options: str) -> None:
        common = ("--host", "127.0.0.1", "--no-dashboard")
        log = self._stack.enter_context((self._folder / f"{module}.log").open("ab"))
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *common, *options],
            cwd=self._folder,
            env=self._environment,
            stdout=log,
            stderr=log,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)

    @property
    def address(self) -> str:
        return str(msgspec.json.decode(self._file.read_bytes())["address"])

    def __exit__(self, *_: object) -> None:
        self._stack.close()


@pytest.fixture
def cluster(tmp_path: Path, programs: Path) -> Iterator[Cluster]:
    """A scheduler and two workers; `tmp_path` holds what their git waits for."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    with Cluster(folder, programs, tmp_path) as one:
        yield one


@pytest.mark.requirement("MU-FOLIO-9506")
@needs_dask
def test_a_dask_cluster_gives_the_same_bytes(root: Path, cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "go").touch()

    status, _, error = ran(root, "--dask", cluster.address, "--no-cache", "--site", "dask")

    assert (status, tree(root / "dask")) == (0, expected(root)), error
    assert "are read here" not in error


@pytest.mark.requirement("MU-FOLIO-9507")
@needs_dask
def test_a_dask_worker_that_is_killed_while_it_works_loses_nothing(
    root: Path, cluster: Cluster, tmp_path: Path
) -> None:
    error = killed_in_the_middle(root, tmp_path, "--dask", cluster.address, "--site", "dask-killed")

    assert tree(root / "dask-killed") == expected(root)
    assert "are read here" not in error  # the other worker did it


@needs_dask
def test_where_no_scheduler_answers_the_address_is_told(root: Path) -> None:
    status, _, error = ran(root, "--dask", "tcp://127.0.0.1:1")

    assert status == 2
    assert error.startswith("muster: no Dask scheduler answers at tcp://127.0.0.1:1: ")
    assert error.endswith("help: start `dask scheduler`, or leave out --dask\n")
