"""Words that stand for what was left out: `output omitted`, `same as above`; and what a template left to fill in.

implements: MU-CHAIN-7036
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from muster.chains.paragraphs import clause_behind, held_in, holds_one, is_denied, paragraphs_in
from muster.chains.patch import is_diff
from muster.chains.turn import Said

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from muster.chains.fences import Body, Fence

_STEMS = (
    *(
        "omit",
        "omess",
        "omiss",
        "above",
        "sopra",
        "trunc",
        "tronc",
        "snip",
        "idem",
        "ditto",
        "elided",
        "elid",
        "left out",
    ),
    *("not shown", "non mostrat", "brev", "existing", "esistente", "unchanged", "invariat", "more line", "altre righe"),
    *("as before", "come prima", "rest of", "resto d", "..", "…", "lines skipped", "righe saltate"),
)
_WHAT = (
    r"(?:output|outputs|logs?|diffs?|patch|traceback|stack ?trace|results?|report|memo|details|text|code|lines|rest)"
)
_COSA = r"(?:output|logs?|diff|patch|traceback|risultat[oi]|rapporto|report|memo|dettagli|testo|codice|righe|resto)"
_ANYWHERE = re.compile(
    rf"\b{_WHAT}\b(?: \w{{1,12}}){{0,3}}? (?:omitted|elided|left out)\b|"
    r"\boutputs? (?:is |was |has been )?(?:truncated|abbreviated|snipped|shortened)\b|"
    r"\b(?:omitted|elided|truncated|shortened|abbreviated|left out|cut|skipped) for (?:brevity|space|readability)\b|"
    r"\bsame (?:\w{1,12} )?as (?:the )?(?:above|previous(?:ly)?)\b|"
    r"\b(?:\d{1,9} )?(?:more )?lines (?:omitted|skipped)\b|"
    rf"\b{_COSA}\b(?: \w{{1,12}}){{0,3}}? omess[oaie]\b|"
    r"\boutput (?:è |è stato )?(?:troncato|abbreviato)\b|\brighe saltate\b|"
    r"\b(?:omess[oaie]|troncat[oaie]|abbreviat[oaie]) per (?:brevità|spazio|leggibilità)\b|"
    r"\bcome sopra\b(?! \w{1,20}(?:at|it|itt|ess|ost)[oaie]\b)|"
    r"\b(?:stess[oaie] |uguale )(?:\w{1,12} )?(?:di|a) sopra\b",
    re.IGNORECASE,
)
_ALONE = frozenset(
    (
        "omitted|output omitted|omissis|snip|idem|ditto|as above|see above|same as above|same as before|as before|"
        "truncated|elided|left out|not shown|rest unchanged|the rest is unchanged|unchanged code|rest of file|"
        "rest of the file|rest of code|rest of the code|existing code|existing code unchanged|other code unchanged|"
        "remaining code unchanged|omesso|omessa|output omesso|come sopra|vedi sopra|come prima|troncato|"
        "non mostrato|resto invariato|il resto è invariato|resto del file|resto del codice|codice esistente|"
        "codice invariato|altre righe|more lines|snipped"
    ).split("|")
)
_LABEL = re.compile(r"[^:]{1,40}:\s+")
_MARK = re.compile(r"[ \t]*[-*+][ \t]+")
_FRAME = " \t-*+#/<>()[]{}|.…_~=\"'`;"
_DOTS = frozenset({"[...]", "[…]", "(...)", "(…)", "<...>", "<…>", "[..]", "{...}"})
_BARE_DOTS = frozenset({"...", "…", "....", "- ...", "- …"})
_LAZY = re.compile(r"(?:\.\.\.|…)[ \w]{0,60}(?:\.\.\.|…)?$")
_FILL = re.compile(r"<fill:[^<>]{0,2000}>?", re.IGNORECASE)
_REPORTED = re.compile(
    r"\b(?:is|are|è|sono) (?:a )?(?:forbidden|prohibited|not allowed|never|vietat[oaie])\b", re.IGNORECASE
)


def omissions_in(body: Body, further: Collection[str] = ()) -> tuple[Said, ...]:
    """What a turn leaves out, in its lines' order; `further` are words of the settings that say so too.

    A denial is none (`no output omitted`), nor is the word where it is about code (`the function omits None`).
    """
    own = _words_pattern(further)
    spoken = held_in(" ".join([said.text.strip() for said in body.prose]).casefold(), _STEMS)
    found = [said for fence in body.fences for said in _in_fence(fence, own)]
    found += [said for heading in body.headings if (said := _alone(Said(heading.text, heading.line), _STEMS))]
    if spoken or own is not None:
        found += _in_prose(body.prose, spoken, own)
    return tuple(sorted({said.line: said for said in reversed(found)}.values(), key=lambda said: said.line))


def _words_pattern(words: Collection[str]) -> re.Pattern[str] | None:
    """Finds the words of the settings, each as a whole; None where there are none."""
    told = [re.escape(word.strip()) for word in words if word.strip()]
    return re.compile(rf"(?<!\w)(?:{'|'.join(told)})(?!\w)", re.IGNORECASE) if told else None


def unfilled_in(body: Body) -> tuple[Said, ...]:
    """What a template left to fill in: `<fill: who may retry>`."""
    lines = [
        *((line, fence.line + 1 + row) for fence in body.fences for row, line in enumerate(fence.text_lines)),
        *((heading.text, heading.line) for heading in body.headings),
        *((said.text, said.line) for said in body.prose),
    ]
    found = [Said(match[0], line) for text, line in lines if "<" in text for match in _FILL.finditer(text)]
    return tuple(sorted(found, key=lambda said: said.line))


def _in_prose(prose: Sequence[Said], stems: tuple[str, ...], further: re.Pattern[str] | None) -> Iterator[Said]:
    for said in prose:
        if (one := _alone(said, stems)) is not None:
            yield one
        elif said.text[-1:] in ".…" and said.text.strip() in _BARE_DOTS:
            yield Said(said.text.strip(), said.line)
    for paragraph in paragraphs_in(prose):
        if holds_one(paragraph.text.casefold(), stems):
            for match in _ANYWHERE.finditer(paragraph.text):
                denied = is_denied(paragraph.text, match.start(), match.end(), reach=6)
                if not denied and not _REPORTED.match(clause_behind(paragraph.text, match.end()).strip()):
                    yield Said(match[0], paragraph.line_at(match.start()))
                    break  # one for each paragraph says it
        own = further.search(paragraph.text) if further else None
        if own is not None and not is_denied(paragraph.text, own.start(), own.end(), reach=6):
            yield Said(own[0].casefold(), paragraph.line_at(own.start()))


def _in_fence(fence: Fence, further: re.Pattern[str] | None) -> Iterator[Said]:
    """The lines of a fence that are nothing but a placeholder; in a diff those alone that it adds."""
    of_diff = is_diff(fence)
    stems = () if of_diff else held_in("\n".join(fence.text_lines).casefold(), _STEMS)
    if not (of_diff or stems or further):
        return
    for number, line in enumerate(fence.text_lines, fence.line + 1):
        if of_diff:
            if line[:1] not in "+." or not line:
                continue
            text = line.removeprefix("+").strip(" \t#/*-<>!;")
            if _LAZY.match(text) and text.strip(_FRAME).casefold() in _ALONE:
                yield Said(text, number)
            continue
        found = _alone(Said(line, number), stems)
        if found is not None:
            yield found
        elif further is not None and further.search(line):
            yield Said(line.strip()[:120], number)


def _alone(said: Said, stems: tuple[str, ...]) -> Said | None:
    """A line that is nothing but a placeholder, whatever frames it: `[output omitted]`, `# ... snip ...`."""
    if len(said.text) > 200 or not holds_one(said.text.casefold(), stems):
        return None
    text = _MARK.sub("", said.text, count=1).strip()
    if text in _DOTS:
        return Said(text, said.line)
    bare = text.casefold().strip(_FRAME)
    if bare in _ALONE or _LABEL.sub("", bare, count=1).strip(_FRAME) in _ALONE:
        return Said(text, said.line)
    framed = text[:1] in "[(<{" and text[-1:] in "])>}"
    return Said(text, said.line) if framed and _ANYWHERE.search(text) and not is_denied(text, 0, len(text)) else None
