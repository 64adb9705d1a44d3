"""The command `muster`, and `python -m muster`."""

import sys

from muster import __version__


def main() -> int:
    """Run the command line and return its exit status.

    `muster --version` answers before anything else is imported: scripts and editors ask it often.
    """
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"muster {__version__}\n")
        return 0
    from muster.cli.app import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
