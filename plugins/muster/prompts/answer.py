"""The answer of a model, checked against the contract of its pack: the artifacts in order and nothing between them.

Each artifact stands in a fence or bare. Of a Markdown fence the last line of ticks is the end, since a spec may hold
fences of its own, which have to pair; a bare spec begins with its title or front matter, and reaches to the end.

implements: MU-PRM-6032
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.prompts.answer_json import Contract, json_flaws
from muster.prompts.json_places import LineStarts
from muster.prompts.spec_lint import missing_headings
from muster.prompts.spec_outline import outline_of
from muster.text.source import source_of
from muster.text.utf8 import is_encodable
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.prompts.answer_claims import Compiled
    from muster.prompts.values import Pack, RequiredOutput

LARGEST = 5_000_000  # characters
SPEC = "SpecArtifact"


class AnswerTrouble(Struct, frozen=True):
    """One thing that is wrong with an answer."""

    line: int  # of the answer, from 1
    column: int
    path: str  # within a JSON artifact, such as `$.token_counts`; else ""
    message: str  # begins with the artifact's kind
    help: str


class Artifact(Struct, frozen=True):
    """One of the artifacts that an answer holds."""

    kind: str  # SpecIntent, SpecRouterDecision, SpecArtifact
    text: str  # without its fence
    line: int  # where it begins
    value: Any = None  # of JSON, where it could be read


class Answer(Struct, frozen=True):
    """The artifacts of an answer as far as they were found, and all that is wrong."""

    artifacts: tuple[Artifact, ...]
    troubles: tuple[AnswerTrouble, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the answer keeps the contract."""
        return not self.troubles

    def artifact(self, kind: str) -> Artifact | None:
        """The artifact of a kind."""
        return next((one for one in self.artifacts if one.kind == kind), None)


def answer_in(text: str, pack: Pack, made: Compiled, templates: Mapping[str, str]) -> Answer:
    """The answer that a text holds: judged by the pack's required outputs, and by what the compile has written.

    `templates` are the texts of the templates that a spec may have to follow, by their names.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > LARGEST:
        words = f"the answer has {len(text):,} characters, more than {LARGEST:,}"
        return Answer((), (AnswerTrouble(1, 1, "", words, "ask for less"),))
    if not is_encodable(text):
        return Answer((), (AnswerTrouble(1, 1, "", "the answer holds half of a surrogate pair", "save it as UTF-8"),))
    if not pack.required_outputs:
        words = f"the pack {pack.pack_id} asks for no output, so that no answer can be judged"
        return Answer((), (AnswerTrouble(1, 1, "", words, "name the outputs in the pack, and compile again"),))
    reading = _Reading(text)
    for number, output in enumerate(pack.required_outputs):
        reading.take(output, is_last=number + 1 == len(pack.required_outputs))
    reading.end()
    troubles = list(reading.troubles)
    artifacts = []
    for artifact, output in reading.found:
        if output.artifact_kind == SPEC:
            artifacts.append(artifact)
            troubles += _spec_troubles(artifact, output, templates)
        else:
            value, wrong = _json_troubles(artifact, output, Contract(pack, made, tuple(templates)))
            artifacts.append(Artifact(artifact.kind, artifact.text, artifact.line, value))
            troubles += wrong
    return Answer(tuple(artifacts), tuple(sorted(troubles, key=lambda one: (one.line, one.column))))


_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})[ \t]*([^`\n]*)$")
_BEGIN = re.compile(r"[ \t]*\{|[ ]{0,3}(?:`{3,}|~{3,})")
_STRING_OR_BRACE = re.compile(r'"(?:[^"\\]|\\.)*+"?|[{}]', re.DOTALL)
_JSON = frozenset({"", "json", "jsonc"})
_MARKDOWN = frozenset({"", "markdown", "md"})


class _Reading:
    """Goes through the lines of an answer once."""

    def __init__(self, text: str) -> None:
        self.found: list[tuple[Artifact, RequiredOutput]] = []
        self.troubles: list[AnswerTrouble] = []
        self._lines = text.split("\n")
        self._row = 0  # of the next line
        self._end = max((row for row, line in enumerate(self._lines, 1) if line.strip()), default=1)

    def take(self, output: RequiredOutput, *, is_last: bool) -> None:
        """Take the artifact that is due here; what stands before it is prose that should not be there."""
        kind = output.artifact_kind
        self._skip_prose(kind)
        if self._row == len(self._lines):
            self._wrong(self._end, f"{kind} is missing: the answer ends where it was due", f"ask for {kind} again")
            return
        fence = _FENCE.match(self._lines[self._row])
        if fence:
            self._take_fenced(output, fence, is_last=is_last)
        elif kind == SPEC:
            self._add(output, self._row, self._end)
            self._row = len(self._lines)
        else:
            self._take_object(output)

    def end(self) -> None:
        """Report what stands behind the last artifact."""
        rest = [row for row in range(self._row, len(self._lines)) if self._lines[row].strip()]
        if rest:
            shown = shortened(self._lines[rest[0]].strip())
            self._wrong(rest[0] + 1, f"{shown!r} stands behind the last artifact", "take out what is no artifact")

    def _skip_prose(self, kind: str) -> None:
        first = None
        while self._row < len(self._lines) and not self._begins(kind, self._lines[self._row]):
            if first is None and self._lines[self._row].strip():
                first = self._row
            self._row += 1
        if first is not None:
            shown = shortened(self._lines[first].strip())
            self._wrong(first + 1, f"{shown!r} stands where {kind} was due", "take out what is no artifact")

    def _begins(self, kind: str, line: str) -> bool:
        if kind == SPEC:
            return line.startswith("# ") or line.rstrip() == "---" or _FENCE.match(line) is not None
        return _BEGIN.match(line) is not None

    def _take_fenced(self, output: RequiredOutput, fence: re.Match[str], *, is_last: bool) -> None:
        kind, opening = output.artifact_kind, self._row
        known = _MARKDOWN if kind == SPEC else _JSON
        language = fence[2].strip().lower()
        if language not in known:
            words = f"{kind} is due, and here is a fence of {shortened(language, 40)!r}"
            self._wrong(opening + 1, words, f"write {kind} in a fence of {'markdown' if kind == SPEC else 'json'}")
        closing = self._closing(opening, fence[1], last_one=is_last and kind == SPEC)
        if closing is None:
            self._wrong(opening + 1, f"{kind}: this fence is never closed", "the answer was cut off: ask for it again")
        elif is_last and kind == SPEC and (loose := self._unpaired(opening, closing, fence[1])) is not None:
            words = f"{kind}: the lines of ticks from here on do not pair: the spec may end here, or a fence may begin"
            remedy = "put the spec in a fence of more ticks than any in it, such as ````markdown, and nothing behind it"
            self._wrong(loose + 1, words, remedy)
        end = len(self._lines) if closing is None else closing
        self._add(output, opening + 1, end)
        self._row = min(end + 1, len(self._lines))

    def _closing(self, opening: int, ticks: str, *, last_one: bool) -> int | None:
        """The row of the first line that closes a fence, or of the last."""
        found = None
        for row in range(opening + 1, len(self._lines)):
            mark = _FENCE.match(self._lines[row])
            if mark and mark[1].startswith(ticks) and not mark[2].strip():
                found = row
                if not last_one:
                    break
        return found

    def _unpaired(self, opening: int, closing: int, ticks: str) -> int | None:
        """The row from which the lines of ticks within a fence do not pair: where one could as well be its end.

        Either the last line of ticks would close a fence that begins there, or another would begin in that.
        """
        inner: tuple[int, re.Match[str]] | None = None
        for row in range(opening + 1, closing):
            mark = _FENCE.match(self._lines[row])
            if mark is None:
                continue
            if inner is None:
                inner = row, mark
            elif mark[1].startswith(inner[1][1]):
                if not mark[2].strip():
                    inner = None
                elif not inner[1][2].strip() and inner[1][1].startswith(ticks):
                    break
        return inner[0] if inner and inner[1][1].startswith(ticks) else None

    def _take_object(self, output: RequiredOutput) -> None:
        """Take a bare JSON object, up to the brace that closes it; the next artifact begins on a line of its own."""
        first, depth = self._row, 0
        rest = "\n".join(self._lines[first:])
        for match in _STRING_OR_BRACE.finditer(rest):
            depth += {"{": 1, "}": -1}.get(match[0], 0)
            if depth == 0 and match[0] == "}":
                self._row = first + rest.count("\n", 0, match.end())
                behind = self._lines[self._row][match.end() - (rest.rfind("\n", 0, match.end()) + 1) :]
                self.found.append((Artifact(output.artifact_kind, rest[: match.end()], first + 1), output))
                self._lines[self._row] = behind
                return
        words = f"{output.artifact_kind}: this `{{` is never closed"
        self._wrong(first + 1, words, "close it with `}`; the answer may have been cut off")
        self._row = len(self._lines)

    def _add(self, output: RequiredOutput, first: int, end: int) -> None:
        text = "\n".join(self._lines[first:end])
        self.found.append((Artifact(output.artifact_kind, f"{text}\n" if text else "", first + 1), output))

    def _wrong(self, line: int, message: str, remedy: str) -> None:
        self.troubles.append(AnswerTrouble(line, 1, "", message, remedy))


def _json_troubles(artifact: Artifact, output: RequiredOutput, contract: Contract) -> tuple[Any, list[AnswerTrouble]]:
    """The value of a JSON artifact, and what is wrong with it."""
    lines = LineStarts(artifact.text)
    value, flaws = json_flaws(artifact.text, output, contract)
    troubles = []
    for one in flaws:
        line, column = lines.place(one.offset)
        words = f"{artifact.kind}: {one.message}"
        troubles.append(AnswerTrouble(artifact.line + line - 1, column, one.path, words, one.help))
    return value, troubles


def _spec_troubles(artifact: Artifact, output: RequiredOutput, templates: Mapping[str, str]) -> list[AnswerTrouble]:
    """What a spec lacks of its template."""
    template = templates.get(output.schema_ref)
    if template is None:
        words = f"{SPEC}: the pack asks for {output.schema_ref}, and no template of that name is known"
        return [AnswerTrouble(artifact.line, 1, "", words, "name a template in the pack that is shipped or your own")]
    outline = outline_of(source_of(artifact.text))
    if not any(part.level == 1 for part in outline.parts):
        words = f"{SPEC}: the spec has no title"
        return [AnswerTrouble(artifact.line, 1, "", words, "begin it with `# Title`")]
    return [
        AnswerTrouble(artifact.line, 1, "", f"{SPEC}: {words}", f"add `## {name}`, with NONE where there is nothing")
        for name, words in missing_headings(outline, template)
    ]
