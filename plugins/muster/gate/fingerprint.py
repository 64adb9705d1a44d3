"""What stays of a finding while lines around it come and go: the key of baselines and of SARIF."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from muster.model import Finding

_DIGITS = re.compile("[0-9]+")


def fingerprints(findings: Sequence[Finding], lines: Callable[[str], Sequence[str]]) -> list[str]:
    """A key for each finding: a digest of its code, its path and the text of its line, and the number of its equals.

    Neither its line number nor its message counts, so that a finding stays known where its line
    moves, and where the message names other lines. The message stands in for a line that is blank
    or not there, with its numbers left out. `lines` is asked once a file.
    """
    numbers = defaultdict(list)
    for number, finding in enumerate(findings):
        numbers[finding.place.path].append(number)
    keys = [""] * len(findings)
    for path, own in numbers.items():
        source = lines(path)
        words: dict[int, str] = {}  # by line, as many findings may stand on a long one
        seen: Counter[str] = Counter()
        for number in own:
            finding = findings[number]
            line = finding.place.line
            if line not in words:
                words[line] = _digest(source[line - 1]) if 0 < line <= len(source) and source[line - 1].strip() else ""
            content = words[line] or _digest(_DIGITS.sub("0", finding.message))
            key = _digest(f"{finding.code}\0{path}\0{content}")
            seen[key] += 1
            keys[number] = f"{key}:{seen[key]}"
    return keys


def _digest(words: str) -> str:
    """32 hex digits for a text, whatever its white space; bytes that are no UTF-8 count as well."""
    folded = " ".join(words.split())
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
