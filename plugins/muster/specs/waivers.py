"""Findings that somebody answers for until a day, `requirements/waivers.yaml`.  implements: MU-RULE-2033"""

from __future__ import annotations

import difflib
import re
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from muster.model import Place, Problem, Waiver
from muster.text.foreign_yaml import NotYaml, composed
from muster.text.words import counted, shortened

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

MOST = 1_000_000  # characters; PyYAML takes a second for that many
FIELDS = ("rule", "requirement", "path", "reason", "owner", "expires")
_FORM = "write `- {rule: KWD007, path: specs/10-queue.md, reason: why, owner: who, expires: 2027-01-31}`"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NULL = "tag:yaml.org,2002:null"


def waivers_in(text: str, path: str, codes: Collection[str]) -> tuple[tuple[Waiver, ...], tuple[Problem, ...]]:
    """The waivers of a file that can be taken at their word, and every problem of the others.

    `codes` are those of all rules.
    """

    def problem(line: int, message: str, remedy: str = _FORM) -> Problem:
        return Problem("SET008", Place(path, line), message, remedy)

    if len(text) > MOST:
        return (), (problem(1, f"the file has {len(text):,} characters, more than {MOST:,}", "waive less"),)
    try:
        node = composed(text)
    except NotYaml as error:
        return (), (problem(error.line, str(error)),)
    if node is None or node.tag == _NULL:
        return (), ()
    if node.id != "sequence":
        return (), (problem(node.start_mark.line + 1, "the file is no list of waivers"),)
    found: list[Waiver] = []
    problems: list[Problem] = []
    for entry in node.value:
        line = entry.start_mark.line + 1
        if entry.id != "mapping":
            problems.append(problem(line, "this waiver is no mapping"))
            continue
        fields, wrong = _fields(entry)
        wrong += _wrong(fields, codes)
        problems += [problem(where or line, message, remedy) for where, message, remedy in wrong]
        if not wrong:
            rule, requirement, glob = (fields.get(name, _NONE).text for name in ("rule", "requirement", "path"))
            reason, owner, day = (fields[name].text for name in ("reason", "owner", "expires"))
            found.append(Waiver(rule, requirement, glob, reason, owner, date.fromisoformat(day), line))
    return tuple(found), tuple(problems)


class _Field(NamedTuple):
    text: str
    line: int
    told: bool = False  # it is wrong, and that is told already


_NONE = _Field("", 0)
_Wrong = tuple[int, str, str]  # a line, or 0 for that of the waiver; what is wrong; what to do


def _fields(entry: Any) -> tuple[dict[str, _Field], list[_Wrong]]:
    """The fields of a waiver, and what is wrong with them whatever they hold."""
    fields: dict[str, _Field] = {}
    wrong: list[_Wrong] = []
    for key, value in entry.value:
        line = key.start_mark.line + 1
        name = key.value if key.id == "scalar" else ""
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, 1)
            remedy = f"did you mean {near[0]!r}?" if near else f"a waiver has {', '.join(FIELDS)}"
            wrong.append((line, f"this waiver has the unknown field {shortened(name)!r}", remedy))
        elif name in fields:
            wrong.append((line, f"this waiver has {name!r} twice", "keep one"))
        elif value.id != "scalar":
            wrong.append((line, f"{name!r} of this waiver is no text", _FORM))
            fields[name] = _Field("", line, told=True)
        else:
            fields[name] = _Field("" if value.tag == _NULL else value.value.strip(), line)
    return fields, wrong


def _wrong(fields: Mapping[str, _Field], codes: Collection[str]) -> Iterator[_Wrong]:
    """What is missing, and what is wrong with the values."""
    for name in ("reason", "owner", "expires"):
        field = fields.get(name, _NONE)
        if not field.text and not field.told:
            yield field.line, f"this waiver has no {name}", _FORM
    rule, requirement, day = (fields.get(name, _NONE) for name in ("rule", "requirement", "expires"))
    if not (rule.text or rule.told or requirement.text or requirement.told):
        yield 0, "this waiver names neither a rule nor a requirement", _FORM
    if rule.text.startswith("SET"):
        words = f"this waiver names {shortened(rule.text)}, and what is wrong with the settings cannot be waived"
        yield rule.line, words, "mend it, or name another rule"
    elif rule.text and not any(code.startswith(rule.text) for code in codes):
        near = difflib.get_close_matches(rule.text.upper(), codes, 1, 0.5)
        remedy = f"did you mean {near[0]}?" if near else f"`muster rule` lists all {counted(len(codes), 'rule')}"
        yield rule.line, f"this waiver names {shortened(rule.text)}, which is no rule", remedy
    if day.text and not _is_date(day.text):
        words = f"this waiver expires on {shortened(day.text)!r}, which is no date"
        yield day.line, words, "write it like 2027-01-31"


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False
