"""Writing files: whole or not at all, inside the project, one sync at a time."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.store import files
from muster.store.files import Busy, NotWritten, OutsideRoot
from unprivileged import folder_of_nobody

OLD = b"old\n"
NEW = b"new\n"


def tree(root: Path) -> dict[str, bytes]:
    """All that stands below a folder, by path."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def test_a_new_file_is_written_with_its_folders(tmp_path: Path) -> None:
    assert files.write(tmp_path, "a/b/c.yaml", NEW)

    assert tree(tmp_path) == {"a/b/c.yaml": NEW}


@pytest.mark.requirement("MU-CORE-0012")
def test_equal_content_is_not_touched(tmp_path: Path) -> None:
    target = tmp_path / "a.yaml"
    target.write_bytes(NEW)
    os.utime(target, ns=(1, 1))
    before = target.stat()

    assert not files.write(tmp_path, "a.yaml", NEW)
    assert (target.stat().st_mtime_ns, target.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_replaced_file_keeps_its_mode_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_bytes(OLD)
    (tmp_path / "run.sh").chmod(0o750)
    umask = os.umask(0o027)
    try:
        files.write(tmp_path, "run.sh", NEW)
        files.write(tmp_path, "plain", NEW)
    finally:
        os.umask(umask)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"run.sh": 0o750, "plain": 0o640}


def test_a_name_as_long_as_the_file_system_takes_is_written(tmp_path: Path) -> None:
    name = "ü" * 127

    assert files.write(tmp_path, name, NEW)
    assert tree(tmp_path) == {name: NEW}


@pytest.mark.requirement("MU-CORE-0021")
@pytest.mark.parametrize(
    "path", ["", "/etc/x", "../x", "a/../../x", "a/..", "x\0y", ".git/hooks/pre-commit", "a/.git/x"]
)
def test_a_path_that_leaves_the_project_is_refused(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()

    with pytest.raises(OutsideRoot):
        files.write(root, path, NEW)
    with pytest.raises(OutsideRoot):
        files.remove(root, path)
    assert tree(tmp_path) == {}


@pytest.mark.requirement("MU-CORE-0021")
@given(st.lists(st.sampled_from(["a", "..", ".", "", "out", "in", "/", "x.md"]), min_size=1, max_size=5).map("/".join))
def test_no_path_writes_outside_the_project(tmp_path_factory: pytest.TempPathFactory, path: str) -> None:
    base = tmp_path_factory.mktemp("base")
    (base / "root/inner").mkdir(parents=True)
    (base / "elsewhere").mkdir()
    (base / "root/out").symlink_to("../elsewhere")
    (base / "root/in").symlink_to("inner")

    try:
        files.write(base / "root", path, NEW)
    except (OutsideRoot, NotWritten):
        assert tree(base) == {}
    assert [name for name in tree(base) if not name.startswith("root/")] == []


@pytest.mark.requirement("MU-CORE-0021")
@pytest.mark.parametrize("path", ["out.yaml", "out/x.yaml", "dangling"])
def test_a_symbolic_link_out_of_the_project_is_refused(tmp_path: Path, path: str) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "x.yaml").write_bytes(OLD)
    (root / "out.yaml").symlink_to("../outside/x.yaml")
    (root / "out").symlink_to(outside)
    (root / "dangling").symlink_to("../outside/new.yaml")

    with pytest.raises(OutsideRoot) as caught:
        files.write(root, path, NEW)
    with pytest.raises(OutsideRoot):
        files.remove(root, path)
    assert str(caught.value) == f"{path} leads out of the project through a symbolic link; remove the link"
    assert tree(outside) == {"x.yaml": OLD}


def test_a_symbolic_link_inside_the_project_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_bytes(OLD)
    (tmp_path / "link.yaml").symlink_to("real.yaml")

    assert files.write(tmp_path, "link.yaml", NEW)
    assert (tmp_path / "link.yaml").readlink() == Path("real.yaml")
    assert (tmp_path / "real.yaml").read_bytes() == NEW


def test_removing_a_link_inside_the_project_leaves_its_target(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_bytes(OLD)
    (tmp_path / "link.yaml").symlink_to("real.yaml")

    assert files.remove(tmp_path, "link.yaml")
    assert not files.remove(tmp_path, "link.yaml")
    assert not files.remove(tmp_path, "real.yaml/below")
    assert tree(tmp_path) == {"real.yaml": OLD}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("folder", "folder cannot be written: it is a directory; move the directory away"),
        (
            "file/x",
            "file/x cannot be written: a file stands where a folder of its path has to be; move that file away",
        ),
        (
            "loop",
            "loop cannot be written: it is a symbolic link that leads to itself; remove the link",
        ),
        ("pipe", "pipe cannot be written: it is no ordinary file; remove the cause and run it again"),
        ("n" * 300, f"{'n' * 300} cannot be written: its name is too long; give it a shorter name"),
    ],
)
def test_what_cannot_be_written_is_named_with_a_remedy(tmp_path: Path, path: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(OLD)
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(NotWritten) as caught:
        files.write(tmp_path, path, NEW)
    assert str(caught.value) == message
    assert caught.value.path == path
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder", "loop", "pipe"]


def test_a_directory_is_not_removed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(NotWritten) as caught:
        files.remove(tmp_path, "folder")
    assert str(caught.value) == "folder cannot be removed: it is a directory; move the directory away"


def test_a_read_only_folder_is_named_and_nothing_changes() -> None:
    with folder_of_nobody() as root:
        (root / "requirements").mkdir()
        (root / "requirements/a.yaml").write_bytes(OLD)
        (root / "requirements").chmod(0o555)

        with pytest.raises(NotWritten) as caught:
            files.write(root, "requirements/a.yaml", NEW)
        with pytest.raises(NotWritten):
            files.remove(root, "requirements/a.yaml")

        assert tree(root) == {"requirements/a.yaml": OLD}
    assert (caught.value.reason, caught.value.remedy) == (
        "permission denied",
        "give yourself the right to write the folder it is in",
    )


def test_a_read_only_project_cannot_be_locked() -> None:
    with folder_of_nobody() as root:
        root.chmod(0o555)
        with pytest.raises(NotWritten) as caught, files.lock(root):
            pass
        assert (caught.value.path, caught.value.reason) == (".muster/lock", "permission denied")


@pytest.mark.requirement("MU-CORE-0020")
def test_a_write_that_fails_midway_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(OLD)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))  # the system stops the write, as a full disk does
    try:
        with pytest.raises(NotWritten) as caught:
            files.write(tmp_path, "a.yaml", b"x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)

    assert tree(tmp_path) == {"a.yaml": OLD}
    assert str(caught.value) == (
        "a.yaml cannot be written: it is larger than a file may be here; raise the limit on file sizes"
    )


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EPERM, "permission denied"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_the_reason_is_told_in_words(number: int, reason: str) -> None:
    assert NotWritten.because("a", OSError(number, os.strerror(number))).reason == reason


@pytest.mark.requirement("MU-CORE-0020")
def test_a_killed_writer_leaves_a_whole_file_and_its_leftovers_can_be_cleared(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from muster.store import files\n"
        "print('on', flush=True)\n"
        "while True:\n"
        "    for letter in b'ab': files.write(Path(sys.argv[1]), 'x/f', bytes([letter]) * 300_000)\n"
    )
    for turn in range(5):
        writer = run(code, str(tmp_path))
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.05 + 0.007 * turn)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert (tmp_path / "x/f").read_bytes() in (b"a" * 300_000, b"b" * 300_000)

    (tmp_path / "x/.f.0123456789abcdef.muster-tmp").write_bytes(b"part")
    assert "x/.f.0123456789abcdef.muster-tmp" in files.clear_leftovers(tmp_path, ["x", "missing"])
    assert [entry.name for entry in (tmp_path / "x").iterdir()] == ["f"]


def test_only_what_muster_left_is_cleared(tmp_path: Path) -> None:
    for name in (".x.0123456789abcdef.muster-tmp", "x.muster-tmp", ".x.swp"):
        (tmp_path / name).write_bytes(OLD)
    (tmp_path / ".dir.0123456789abcdef.muster-tmp").mkdir()

    assert files.clear_leftovers(tmp_path, ["."]) == [".x.0123456789abcdef.muster-tmp"]
    assert tree(tmp_path) == {"x.muster-tmp": OLD, ".x.swp": OLD}


def test_a_second_process_waits_for_the_lock_and_then_gives_up(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from muster.store import files\n"
        "with files.lock(Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    with pytest.raises(Busy) as caught, files.lock(tmp_path, timeout=0.1):
        pass
    holder.kill()
    holder.communicate()

    assert str(caught.value) == (
        "another muster has held .muster/lock for 0.1 s; wait until it ends, or end it, and run again"
    )
    with files.lock(tmp_path, timeout=0.1):  # the system freed it
        assert tree(tmp_path) == {".muster/.gitignore": b"*\n", ".muster/lock": b""}


def test_the_lock_is_freed_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), files.lock(tmp_path):
        raise ZeroDivisionError
    with files.lock(tmp_path, timeout=0):
        pass


@pytest.mark.requirement("MU-CORE-0021")
def test_the_folder_of_muster_is_never_a_link(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "root/.muster").symlink_to("../elsewhere")

    with pytest.raises(OutsideRoot), files.lock(tmp_path / "root"):
        pass
    assert tree(tmp_path / "elsewhere") == {}
