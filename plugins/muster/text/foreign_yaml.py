"""YAML that people write, taken apart into nodes with lines; nothing of it is ever constructed.

implements: MU-CORE-0023
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


_DEEPEST = 200
_OPENS = ("[", "{", "-", "?")  # without one of these on its line, a level costs as many blanks as there are above it


class NotYaml(ValueError):
    """A text is no YAML."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(f"not YAML: {reason}")
        self.line = line


def composed(text: str) -> Any:
    """The root node of a text, None where there is nothing in it; raises NotYaml."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if sum(text.count(mark) for mark in _OPENS) > _DEEPEST:
            _demand_shallow(yaml.parse(text, loader))
        return yaml.compose(text, loader)
    except NotYaml:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        # What is never closed is missed after the last line.
        raise NotYaml(reason, min((mark.line if mark else 0), text.rstrip("\n").count("\n")) + 1) from None


def _demand_shallow(events: Iterable[Any]) -> None:
    """Stop at what nests too deep: libyaml makes nodes by calling itself, and ends the process where its stack does."""
    import yaml

    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise NotYaml(f"it nests deeper than {_DEEPEST} levels", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
