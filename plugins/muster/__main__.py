"""The command `muster`, and `python -m muster`."""

import os
import sys

from muster import __version__


def main() -> int:
    """Run the command line and return its exit status.

    `muster --version` answers before anything else is imported: scripts and editors ask it often.
    """
    _open_closed_streams()
    if sys.argv[1:] in (["--version"], ["-V"]):
        return _tell_version()
    from muster.cli.app import run

    return run(sys.argv[1:])


def _tell_version() -> int:
    try:
        sys.stdout.write(f"muster {__version__}\n")
        sys.stdout.flush()
    except OSError as error:
        from muster.cli.errors import status_of

        failure = error

        def fail() -> int:
            raise failure

        return status_of(fail)
    return 0


def _open_closed_streams() -> None:
    """Give a closed standard stream a place to write to: the next file to be opened would take its number."""
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
            pass
        os.close(number)
        sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 -- for all of the run
        sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


if __name__ == "__main__":
    sys.exit(main())
