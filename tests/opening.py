"""`muster` as it is, telling which files of the working folder it opens: `python tests/opening.py LIST ARGUMENTS...`.

Each opening becomes a line of LIST: its path, relative to the folder. What git opens by itself is not among them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from muster.__main__ import main


def listed(list_of_openings: str) -> int:
    """Run the command line, and write down what was opened."""
    top = os.path.realpath(".") + os.sep
    opened: list[str] = []

    def hear(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            opened.append(str(Path(top, os.fsdecode(arguments[0]))))

    sys.addaudithook(hear)
    status = main()
    own = [path.removeprefix(top) for path in opened if path.startswith(top)]
    Path(list_of_openings).write_text("".join(f"{path}\n" for path in own), encoding="utf-8")
    return status


if __name__ == "__main__":
    sys.exit(listed(sys.argv.pop(1)))
