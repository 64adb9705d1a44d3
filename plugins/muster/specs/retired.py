"""IDs that must never be used again, `requirements/retired.yaml`.  implements: MU-REQ-1042, MU-CORE-0023"""

from __future__ import annotations

from muster.model import Place, Problem, Retired
from muster.text.foreign_yaml import NotYaml, composed

_FORM = "write `AREA-1001: {reason: why, successor: AREA-1002}`"


def retired_in(text: str, path: str) -> tuple[tuple[Retired, ...], tuple[Problem, ...]]:
    """The retired IDs of a file, and every problem of it."""
    import yaml

    try:
        node = composed(text)
    except NotYaml as error:
        return (), (Problem("SET004", Place(path, error.line), str(error), _FORM),)
    if node is None:
        return (), ()
    if not isinstance(node, yaml.MappingNode):
        return (), (Problem("SET004", Place(path), "the file is no mapping of IDs", _FORM),)
    found: dict[str, Retired] = {}
    problems: list[Problem] = []
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        fields = {}
        if isinstance(value, yaml.MappingNode):
            fields = {
                str(part.value): str(rest.value) for part, rest in value.value if isinstance(rest, yaml.ScalarNode)
            }
        unknown = sorted(set(fields) - {"reason", "successor"})
        if not fields.get("reason", "").strip():
            problems.append(Problem("SET004", Place(path, line), f"{name} is retired without a reason", _FORM))
        elif unknown:
            problems.append(Problem("SET004", Place(path, line), f"{name} has the unknown field {unknown[0]!r}", _FORM))
        if name in found:
            problems.append(Problem("SET004", Place(path, line), f"{name} is retired twice", "keep one entry"))
        found.setdefault(name, Retired(name, fields.get("reason", ""), fields.get("successor", ""), line))
    return tuple(found.values()), tuple(problems)
