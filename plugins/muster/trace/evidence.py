"""Evidence that is no test, `requirements/evidence.yaml`: an inspection, an analysis, somebody's word.

It stands until the requirement's text changes, as a citation does: the lock keeps under which text it was given.

implements: MU-TRACE-3015
"""

from __future__ import annotations

import difflib
from datetime import date
from typing import TYPE_CHECKING, Any

from muster.model import Evidence, Place, Problem
from muster.text.foreign_yaml import NotYaml, composed
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "evidence.yaml"
KINDS = ("inspection", "analysis", "demonstration", "sign-off")
FIELDS = ("requirement", "kind", "owner", "date", "reference")
MOST = 1_000_000  # characters; PyYAML takes a second for that many
_FORM = "write `- {requirement: AUTH-001, kind: inspection, owner: who, date: 2026-01-31, reference: docs/audit.md}`"


def evidence_in(text: str, path: str) -> tuple[tuple[Evidence, ...], tuple[Problem, ...]]:
    """The evidence of a file that can be taken at its word, and every problem of the other entries."""

    def problem(line: int, message: str, remedy: str = _FORM) -> Problem:
        return Problem("TRC012", Place(path, line), message, remedy)

    if len(text) > MOST:
        return (), (problem(1, f"the file has {len(text):,} characters, more than {MOST:,}", "keep less"),)
    try:
        node = composed(text)
    except NotYaml as error:
        return (), (problem(error.line, str(error)),)
    if node is None or node.tag == "tag:yaml.org,2002:null":
        return (), ()
    if node.id != "sequence":
        return (), (problem(node.start_mark.line + 1, "the file is no list of evidence"),)
    found: list[Evidence] = []
    problems: list[Problem] = []
    for entry in node.value:
        line = entry.start_mark.line + 1
        if entry.id != "mapping":
            problems.append(problem(line, "this evidence is no mapping"))
            continue
        fields, wrong = _fields(entry)
        wrong += _wrong(fields, line)
        problems += [problem(*one) for one in wrong]
        if not wrong:
            requirement, kind, owner, day, reference = (fields[name] for name in FIELDS)
            found.append(Evidence(requirement, kind, owner, date.fromisoformat(day), reference, Place(path, line)))
    return tuple(found), tuple(problems)


def _fields(entry: Any) -> tuple[dict[str, str], list[tuple[int, str]]]:
    fields: dict[str, str] = {}
    wrong = []
    for key, value in entry.value:
        line = key.start_mark.line + 1
        name = str(key.value) if key.id == "scalar" else ""
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, 1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            wrong.append((line, f"this evidence has the unknown field {shortened(name)!r}{meant}"))
        elif name in fields:
            wrong.append((line, f"this evidence has {name!r} twice"))
        elif value.id != "scalar":
            wrong.append((line, f"{name!r} of this evidence is no text"))
        else:
            fields[name] = str(value.value).strip()
    return fields, wrong


def _wrong(fields: dict[str, str], line: int) -> Iterator[tuple[int, str]]:
    for name in FIELDS:
        if not fields.get(name):
            yield line, f"this evidence has no {name}"
    kind, day = fields.get("kind"), fields.get("date")
    if kind and kind not in KINDS:
        yield line, f"this evidence is of the kind {shortened(kind)!r}; there are {', '.join(KINDS)}"
    if day:
        try:
            date.fromisoformat(day)
        except ValueError:
            yield line, f"this evidence is of {shortened(day)!r}, which is no date"
