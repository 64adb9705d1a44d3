"""Reports: one table of writers, each a pure function of what a run yields.

A finding may hold any text of a document or the name of a file, and either may be made to harm who
reads the report. Each writer takes them for words and nothing else.

implements: MU-CORE-0031, MU-RULE-2031
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.gate.report.as_text import text
from muster.gate.report.subject import Subject, subject_of, summary, tally

if TYPE_CHECKING:
    from collections.abc import Callable

    Writer = Callable[[Subject], str]

__all__ = ["WRITERS", "Subject", "subject_of", "summary", "tally", "text"]


# Few runs want one of these, and so each is imported when it is.


def _json(subject: Subject) -> str:
    from muster.gate.report.as_json import json

    return json(subject)


def _sarif(subject: Subject) -> str:
    from muster.gate.report.as_sarif import sarif

    return sarif(subject)


def _github(subject: Subject) -> str:
    from muster.gate.report.as_github import github

    return github(subject)


def _junit(subject: Subject) -> str:
    from muster.gate.report.as_junit import junit

    return junit(subject)


def _markdown(subject: Subject) -> str:
    from muster.gate.report.as_markdown import markdown

    return markdown(subject)


def _spec_lint(subject: Subject) -> str:
    from muster.gate.report.as_spec_lint import spec_lint

    return spec_lint(subject)


# Every format that `--report` knows.
WRITERS: dict[str, Writer] = {
    "text": text,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "junit": _junit,
    "markdown": _markdown,
    "spec-lint": _spec_lint,
}
