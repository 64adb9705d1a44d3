"""Code and test paths that a text names.  implements: MU-REQ-1033"""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath

_ENDINGS = (
    "bash|c|cc|cfg|clj|cmake|conf|cpp|cs|css|cue|cxx|dart|el|erl|ex|exs|feature|fs|go|gradle|graphql|groovy|h|hh|hpp|hs"
    "|html|hxx|ini|java|jl|js|json|jsx|kt|kts|lua|m|mjs|ml|mm|nix|php|pl|proto|ps1|py|pyi|r|rb|rs|scala|scss|sh|sol|sql"
    "|svelte|swift|tcl|tf|toml|ts|tsx|vue|xml|yaml|yml|zig|zsh"
)
_PATH = re.compile(
    rf"(?<![\w/.:@*<{{$%~-])(?P<path>(?:\.{{0,2}}/)?(?:\.?[\w@+-][\w.@+-]*/)+(?:[\w@+-][\w.@+-]*\.(?:{_ENDINGS})\b)?)"
    r"(?![\w*/<{$-])"
)


def paths_in(text: str) -> list[str]:
    """The paths in a text that look like code, as written: with a folder, and an ending or a final `/`."""
    found = []
    for match in _PATH.finditer(text):
        path = match["path"]
        if path.endswith("/") and not path.startswith(("./", "../")):
            continue  # `reject/drop/` is prose; a folder counts when it is written as relative
        if path.startswith("/"):
            continue
        found.append(path)
    return found


def resolved(path: str, document: str) -> str:
    """A path relative to the root: `./` and `../` start at the document, all others at the root."""
    start = dirname(document) if path.startswith(("./", "../")) else ""
    target = normpath(join(start, path))
    if target.startswith("..") or target in (".", ""):
        return ""
    return target + "/" if path.endswith("/") else target
