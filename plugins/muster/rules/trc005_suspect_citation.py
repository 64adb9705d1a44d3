"""TRC005: a file that was reviewed under another text of the requirement that it cites."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Place, Project, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.revision import marked_words
from muster.text.fingerprint import fingerprint, normalised
from muster.trace import lock
from muster.trace.lock import Lock
from muster.trace.tracing import first_by_id


def check(project: Project) -> Iterator[Finding]:
    """Report each citing file whose requirement changed since, with the words of both.  implements: MU-TRACE-3021"""
    trace = project.trace
    if not trace.suspects:
        return
    places: dict[tuple[str, str], Place] = {}
    wanted = {(one.id, one.path) for one in trace.suspects}
    for one in trace.doubted:
        if (one.id, one.place.path) in wanted and not one.literal:
            places.setdefault((one.id, one.place.path), one.place)
    for proof in trace.evidence:
        places.setdefault((proof.requirement, proof.place.path), proof.place)
    requirements = first_by_id(project)
    shown: dict[tuple[str, str], str] = {}
    for suspect in trace.suspects:
        key = (suspect.id, suspect.before)
        if key not in shown:
            now = normalised(requirements[suspect.id].text)
            shown[key] = marked_words(suspect.before, now) if suspect.before else f"now: {now}"
        yield RULE.at(
            places.get((suspect.id, suspect.path), Place(suspect.path)),
            f"{suspect.id} changed since {suspect.path} was reviewed",
            help=f"see whether what cites it still fits, then `muster review {_quoted(suspect.id)}`",
            detail=shown[key],
        )


def _quoted(identifier: str) -> str:
    return f'"{identifier}"' if " " in identifier else identifier


_OLD, _NEW = "The server MUST hash passwords.", "The server MUST hash and salt passwords."


def _lock(text: str) -> str:
    mark = fingerprint(text)
    return lock.rendered(Lock({"AUTH-001": {"src/auth.py": mark}}, {mark: text}))


RULE = Rule(
    code="TRC005",
    name="suspect-citation",
    severity=Severity.WARNING,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="Code and tests were written for the words of another day; until somebody looks, nobody knows whether they"
    " still fit.",
    examples=(
        Example(
            bad=f"- [AUTH-001] {_NEW}\n",
            good=f"- [AUTH-001] {_NEW}\n",
            bad_files={"src/auth.py": "# implements: AUTH-001\n", "requirements/trace.lock": _lock(_OLD)},
            good_files={"src/auth.py": "# implements: AUTH-001\n", "requirements/trace.lock": _lock(_NEW)},
            marks=(("src/auth.py", 1),),
        ),
    ),
)
