"""Placeholders in a template: `{{NAME}}`, expanded in one pass.

implements: MU-PRM-6012
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = r"[A-Z][A-Z0-9_]*"
_PLACEHOLDER = re.compile(rf"\{{\{{({NAME})\}}\}}", re.ASCII)
_MEANT = re.compile(r"\{\{[ \t]*([A-Za-z_][\w.-]*)[ \t]*\}\}", re.ASCII)


def expanded(template: str, values: Mapping[str, str]) -> str:
    """The template with values for its placeholders; what looks like a placeholder in a value stays as it is."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def names_in(template: str) -> tuple[str, ...]:
    """The names of the placeholders, each once, in the order of the text."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(template)))


def meant_in(text: str) -> tuple[str, ...]:
    """All that stands like a placeholder, also where its name is misspelled: `{{ name }}`; each once."""
    return tuple(dict.fromkeys(match[0] for match in _MEANT.finditer(text)))


def misspelled_in(template: str) -> tuple[str, ...]:
    """What stands like a placeholder and will not be expanded."""
    return tuple(meant for meant in meant_in(template) if not _PLACEHOLDER.fullmatch(meant))


def pieces_of(template: str) -> tuple[tuple[str, str], ...]:
    """The template in pieces: each stretch of text, and the name of the placeholder behind it; "" behind the last."""
    parts = _PLACEHOLDER.split(template)
    return tuple(zip(parts[::2], [*parts[1::2], ""], strict=True))
