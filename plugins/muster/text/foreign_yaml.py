"""YAML that people write, taken apart into nodes with lines; nothing of it is ever constructed.

implements: MU-CORE-0023
"""

from __future__ import annotations

from typing import Any


class NotYaml(ValueError):
    """A text is no YAML."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"not YAML: {reason}")
        self.line = line


def composed(text: str) -> Any:
    """The root node of a text, None where there is nothing in it; raises NotYaml."""
    import yaml

    try:
        return yaml.compose(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        # What is never closed is missed after the last line.
        raise NotYaml(reason, min((mark.line if mark else 0), text.rstrip("\n").count("\n")) + 1) from None
