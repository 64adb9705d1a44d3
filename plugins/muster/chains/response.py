"""What a response shows: the evidence that the gates ask for, and what it should not say.

implements: MU-CHAIN-7031, MU-CHAIN-7038, MU-CHAIN-7039, MU-CHAIN-7040
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.chains.alignments import alignments_in
from muster.chains.approvals import approvals_in
from muster.chains.evidence_items import chosen, is_none, items_in, uncertainties_in
from muster.chains.fields import MAIN, end_of
from muster.chains.patch import patch_in
from muster.chains.runs import runs_in
from muster.chains.turn import Entry, Response, Said, Section, Uncertainty

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from muster.chains.fences import Body
    from muster.settings import ChainSettings

_TOPIC_WORDS = {
    "path safety": r"path[ -]?safety|safe paths?|sicurezza de[il] percors[oi]|percors[oi]",
    "micro-PR scope": r"micro[ -]?prs?|scope|ambito|perimetro",
    "QA": r"qa|pytest|pre-commit|tests?|quality assurance",
    "language": r"languages?|lingua|linguaggio|italian[oa]?|english|inglese|sprache|deutsch|langue|français|idioma|"
    r"español|língua|português|taal|nederlands",
    "turn protocol": r"turn[ -](?:based )?protocol|turn[ -]based|turns?|protocollo(?: a turni)?|turni|turno",
}
TOPICS = tuple(_TOPIC_WORDS)
_TOPIC = {name: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE) for name, words in _TOPIC_WORDS.items()}
_RESULT = frozenset({"result", "risultato", "esito"})
_STATUS = frozenset({"status", "stato"})
_ALTERNATIVE = frozenset(
    {"qa alternative", "alternative qa", "alternativa qa", "qa alternativa", "alternativa alla qa"}
)
_COMMIT = frozenset({"commit message", "messaggio di commit"})
_RETROSPECTIVE = frozenset({"retrospective", "retrospettiva"})
_ATTEMPT = re.compile(
    r"(?:attempt|tentativo|run|esecuzione|retry|versuch|essai|intento|poging)\s+#?[0-9]{1,6}$", re.IGNORECASE
)
_ASKING = frozenset(
    {"Open questions", "Blockers", "Blockers or open questions", "Uncertainties", "Request for guidance"}
)
_MARK = re.compile(r"[ \t]*[-*+][ \t]+")


def response_in(body: Body, sections: Sequence[Section], fields: Sequence[Entry], settings: ChainSettings) -> Response:
    """What the body of a response shows; its sections and fields are those of `fields.py`."""
    return _Answer(body, sections, fields).response(settings)


class _Answer:
    """A response with its sections, and where each ends."""

    def __init__(self, body: Body, sections: Sequence[Section], fields: Sequence[Entry]) -> None:
        self.body = body
        self.fields = fields
        self.sections = sections
        report = next((section for section in sections if section.name == "Report"), None)
        self.report = self.within(report) if report else ()
        inside = {section.line for section in self.report}
        self.main = [section for section in sections if section.name in MAIN and section.line not in inside]

    def response(self, settings: ChainSettings) -> Response:
        """All that it shows."""
        memo = self.named("Active Rules memo")
        guidance = self.named("Request for guidance")
        summary = self.named("Summary")
        pre_check = self.field_within(self.named("Pre-check"), _RESULT)
        done = self.field_within(self.named("Definition of done"), _STATUS)
        return Response(
            memo=memo,
            topics=self.topics(memo),
            pre_check=chosen(pre_check, ("PASS", "FAIL")),
            patch=patch_in(self.body.fences),
            report=self.report,
            parts=tuple(Said(section.name, section.line) for section in self.main),
            runs=runs_in(self.body.fences, (settings.qa, *settings.final_qa)),
            attempts=self.attempts(),
            alternative=self.alternative(),
            done=chosen(done, ("MET", "NOT MET")),
            guidance=guidance.line if guidance and not guidance.empty else 0,
            micro_fixes=self.micro_fixes(),
            summary=summary if summary and not summary.empty else None,
            commit=self.commit(),
            retrospective=self.retrospective(),
            uncertainties=tuple(self.uncertainties()),
            approvals=approvals_in(self.body.prose, settings),
            question=self.question(),
            alignments=alignments_in(self.body, settings.main_branch),
        )

    def named(self, name: str) -> Section | None:
        """The first section of this name, in the report or beside it."""
        return next((section for section in self.sections if section.name == name), None)

    def own(self, section: Section) -> Body:
        """What stands in a section, with what stands in those below it."""
        return self.body.between(section.line + 1, end_of(section, self.body))

    def within(self, section: Section) -> tuple[Section, ...]:
        """The sections inside this one."""
        stop = end_of(section, self.body)
        return tuple(other for other in self.sections if section.line < other.line < stop)

    def topics(self, memo: Section | None) -> tuple[str, ...]:
        """What the memo covers."""
        if memo is None:
            return ()
        own = self.own(memo)
        lines = [*(said.text for said in own.prose), *(heading.text for heading in own.headings)]
        lines += [line for fence in own.fences for line in fence.text_lines]
        text = "\n".join(lines)
        return tuple(name for name, pattern in _TOPIC.items() if pattern.search(text))

    def field_within(self, section: Section | None, keys: Collection[str]) -> Entry | None:
        """The first field of a section by one of these names."""
        if section is None:
            return None
        stop = end_of(section, self.body)
        found = (entry for entry in self.fields if section.line < entry.line < stop and entry.key.casefold() in keys)
        return next(found, None)

    def attempts(self) -> tuple[Said, ...]:
        """The attempts of QA that the report documents: `Attempt 1: FAIL, why`."""
        section = next((one for one in self.report if one.name == "QA"), None)
        if section is None:
            return ()
        stop = end_of(section, self.body)
        own = [entry for entry in self.fields if section.line < entry.line < stop and _ATTEMPT.match(entry.key)]
        return tuple(Said(entry.text, entry.line) for entry in own)

    def alternative(self) -> Said | None:
        """Why QA is another, or none; it has to say something."""
        entry = next((entry for entry in self.fields if entry.key.casefold() in _ALTERNATIVE), None)
        return Said(entry.text, entry.line) if entry is not None and entry.text.strip() else None

    def micro_fixes(self) -> tuple[Said, ...]:
        section = self.named("Micro-fixes")
        items = items_in(self.own(section).prose) if section else ()
        return tuple(item for item in items if not is_none(item.text))

    def commit(self) -> Entry | None:
        """The commit message: of the field, or what stands under the heading, in a block or not."""
        section = self.named("Commit message")
        entry = next((entry for entry in self.fields if entry.key.casefold() in _COMMIT), None)
        if entry is not None and entry.value:
            return Entry(entry.key, entry.value.strip("`"), entry.line, entry.items)
        if section is None:
            return None
        own = self.own(section)
        lines = [Said(_MARK.sub("", said.text, count=1).strip().strip("`"), said.line) for said in own.prose]
        for fence in own.fences:
            lines += [Said(text, line) for line, text in enumerate(fence.text_lines, fence.line + 1) if text.strip()]
        lines = sorted((said for said in lines if said not in _heads(entry)), key=lambda said: said.line)
        return Entry("Commit message", lines[0].text, lines[0].line, tuple(lines[1:])) if lines else None

    def retrospective(self) -> Entry | None:
        """`Retrospective: PASS`, as a field or under its heading."""
        entry = next((entry for entry in self.fields if entry.key.casefold() in _RETROSPECTIVE), None)
        section = self.named("Retrospective")
        if entry is None and section is not None and (prose := self.own(section).prose):
            entry = Entry("Retrospective", _MARK.sub("", prose[0].text, count=1).strip(), prose[0].line)
        return chosen(entry, ("PASS",))

    def uncertainties(self) -> Iterator[Uncertainty]:
        """Those of the sections that may declare some."""
        for section in self.sections:
            if section.name in ("Uncertainties", "Blockers", "Open questions", "Blockers or open questions"):
                yield from uncertainties_in(self.own(section).prose)

    def question(self) -> Said | None:
        """The question that a response ends with, where its last section asks for none."""
        if not self.body.prose or (self.sections and self.sections[-1].name in _ASKING):
            return None
        last = self.body.prose[-1]
        behind = max((piece[-1].line for piece in (self.body.fences, self.body.headings) if piece), default=0)
        asks = last.text.rstrip(" \t*_`\"')»”").endswith("?")
        return Said(_MARK.sub("", last.text, count=1).strip(), last.line) if asks and last.line > behind else None


def _heads(entry: Entry | None) -> tuple[Said, ...]:
    """The line of a field without a value: `Commit message:`."""
    return (Said(f"{entry.key}:", entry.line),) if entry is not None else ()
