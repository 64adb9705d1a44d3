"""A real PostgreSQL for tests: a private cluster by Debian's programs, on loopback, in a folder of its own.

Every process of it is started and ended by its own `pg_ctl`, which knows the folder; a cluster of the system is never
touched. PostgreSQL refuses to run as root, so there its programs run as `postgres`, or else as `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

INSTALLED = Path("/usr/lib/postgresql")
USER = "muster"  # the cluster's superuser, who needs no password
_SETTINGS = """
port = {port}
listen_addresses = '127.0.0.1'
unix_socket_directories = '{folder}'
shared_buffers = 32MB
timezone = 'Asia/Kathmandu'  # what is written in UTC must come back so, wherever the server stands
"""


def programs() -> Path | None:
    """The folder with the programs of the newest version installed, if there is one."""
    found = [folder for folder in INSTALLED.glob("*/bin") if (folder / "initdb").exists()]
    return max(found, key=lambda folder: [int(part) for part in folder.parent.name.split(".")], default=None)


class Cluster:
    """A running cluster; `kill` and `restart` are what happens to a server in the middle of work."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.owner = _owner()
        self.folder = Path(tempfile.mkdtemp(prefix="muster-postgres-"))  # a socket's path must be short
        self.data = self.folder / "data"
        self.port = 0
        self.databases = 0
        if self.owner:
            os.chown(self.folder, self.owner.pw_uid, self.owner.pw_gid)
        initdb = ("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={USER}")
        try:
            self._run(*initdb, "--pgdata", str(self.data))
            self._begin()
        except BaseException:
            self.remove()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of an empty database that nobody else uses."""
        self.databases += 1
        name = f"test_{self.databases}"
        self._run("psql", "--quiet", "--no-psqlrc", "--command", f"CREATE DATABASE {name}", self.url("postgres"))
        return self.url(name)

    def start(self) -> None:
        self._ctl("start", "--log", str(self.folder / "log"))

    def stop(self) -> None:
        """Connections are cut, and everything committed is written out."""
        self._ctl("stop", "--mode", "fast")

    def kill(self) -> None:
        """The server ends at once, as in a crash, and stays down until `start`, which recovers."""
        self._ctl("stop", "--mode", "immediate")

    def restart(self) -> None:
        """All connections are cut; the URLs stay what they are."""
        self.stop()
        self.start()

    def remove(self) -> None:
        """End it, whatever it is doing, and leave nothing behind."""
        if (self.data / "postmaster.pid").exists():
            self.kill()
        shutil.rmtree(self.folder)

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def _begin(self) -> None:
        """Start it on a port that is free; another process may take the port first, and then on another one."""
        written = (self.data / "postgresql.conf").read_text(encoding="utf-8")
        for left in reversed(range(3)):
            self.port = _free_port()
            settings = _SETTINGS.format(port=self.port, folder=self.folder)
            (self.data / "postgresql.conf").write_text(written + settings, encoding="utf-8")
            try:
                self.start()
            except AssertionError:
                if not left:
                    raise
            else:
                return

    def _ctl(self, verb: str, *options: str) -> None:
        self._run("pg_ctl", verb, "--silent", "--wait", "--pgdata", str(self.data), *options)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},  # none of the user's own PG* variables
            capture_output=True,
            text=True,
            check=False,
            user=self.owner.pw_uid if self.owner else None,
            group=self.owner.pw_gid if self.owner else None,
            extra_groups=[] if self.owner else None,
        )
        log = self.folder / "log"
        said = done.stdout + done.stderr + (self.log() if log.exists() else "")
        assert done.returncode == 0, f"{program} {arguments} gave {done.returncode}:\n{said}"


def _owner() -> pwd.struct_passwd | None:
    """Who runs the programs where we ourselves must not."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall()}
    return users.get("postgres") or users["nobody"]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
