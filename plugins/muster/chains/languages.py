"""In which language prose is written: told by its function words, offline.

A word that several languages have counts for each of them a part; where too few words tell, or two languages are told
alike, the answer is none.

implements: MU-CHAIN-7042
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORDS = {
    "en": """the of and to is are was were be been being it its this that these those with for from by on at as or not
        but an have has had do does did will would shall should can could may might must which who what when where how
        if then than there their they them we you your our he she his her all any each no so such into only also about
        after before over under again here why because while both between through during without within against until
        i a in me my some more most other same just very too""",
    "it": """il lo la gli le un uno una di del dello della dei degli delle al allo alla ai agli alle dal dallo dalla dai
        dagli dalle nel nello nella nei negli nelle sul sullo sulla sui sugli sulle con per tra fra che chi cui non è
        sono sei siamo era erano stato stata stati state essere ha hanno ho abbiamo avere questo questa questi queste
        quello quella quelli quelle anche come quando dove perché perche ma se si ci ne più piu già gia solo ogni tutto
        tutti tutte tutta dopo prima senza quindi però pero oppure sia dell' all' dall' nell' sull' l' un' c' d' e o a
        da in su i ed mi ti suo sua loro nostro quale quali molto nessun nessuna nessuno stesso qui ora ancora invece
        né cosi così viene vengono può possono deve devono""",
    "de": """der die das den dem des ein eine einer einem einen eines und oder aber nicht ist sind war waren wird werden
        wurde wurden hat haben hatte mit von vom zu zum zur für auf aus bei beim nach über unter vor durch gegen ohne um
        auch nur noch schon wenn dass ob weil damit als wie was wer wo wir ihr sie er es ich sich man kein keine keinen
        dieser diese dieses diesem diesen jede jeder jedes alle im in am an so dann dort hier sein seine soll sollen
        kann können muss müssen darf""",
    "fr": """le la les un une des du de et ou mais ne pas est sont était étaient être été a ont avait avoir avec pour
        par sur sous dans en au aux ce cet cette ces qui que quoi dont où si comme quand plus sans nous vous ils elle
        elles il je on son sa ses leur leurs notre tout tous toute toutes aussi donc car entre après avant chaque aucun
        aucune même très y se l' d' n' c' qu' s' j' peut peuvent doit doivent fait ni""",
    "es": """el la los las un una unos unas de del al y o pero no es son era eran ser sido está están fue fueron ha han
        había con por para sin sobre entre hasta desde en que quien cual cuando donde como si más menos muy también ya
        solo sólo este esta estos estas ese esa eso esto aquel su sus nuestro todo todos toda todas cada se lo le les
        nos hay porque después antes ningún ninguna puede pueden debe deben hace""",
    "pt": """o a os as um uma uns umas de do da dos das no na nos nas ao aos à às pelo pela pelos pelas e ou mas não é
        são era eram ser sido está estão foi foram há com por para sem sobre entre até desde em que quem qual quando
        onde como se mais menos muito também já só este esta estes estas esse essa isso isto seu sua seus suas nosso
        todo todos toda todas cada nem porque depois antes nenhum nenhuma pode podem deve devem tem têm num numa""",
    "nl": """de het een en of maar niet is zijn was waren wordt worden werd werden heeft hebben had met van voor op aan
        in uit bij naar over onder door tegen zonder om ook nog al als dan dat die dit deze wat wie waar hoe wij we
        jullie zij ze hij ik zich er geen elke elk alle alleen te tot tussen na omdat zodat moet moeten kan kunnen mag
        mogen zal zullen hun haar""",
}
_SHARES: dict[str, dict[str, float]] = defaultdict(dict)
for _language, _list in _WORDS.items():
    for _word in _list.split():
        _SHARES[_word][_language] = 1 / sum(_word in other.split() for other in _WORDS.values())

_ENOUGH = 5.0  # so many words that only one language has, or more that it shares
_PART = 0.12  # so much of all words at the least
_LEAD = 0.45  # another language has at most so much of what the first one has
_MOST = 200_000  # characters that are looked at: no longer text is told better
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?")
_LEFT_OUT = re.compile(
    r"`[^`\n]*`|\"[^\"\n]{0,400}\"|“[^”\n]{0,400}”|«[^»\n]{0,400}»|„[^“”\n]{0,400}[“”]|<[^<>\n]{0,400}>|"
    r"\]\([^()\n]{0,400}\)"
)
_UNIT = re.compile(r"\S+")
_PATHLIKE = re.compile(r"[/\\_=@{}$]|\w\.\w|^-{1,2}\w|^\W*\w+\(|::")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])[ \t]")


def language_of(prose: str) -> str:
    """The language of Markdown text: `en`, `it`, `de`, `fr`, `es`, `pt`, `nl`; "" where that cannot be told.

    Front matter, code, quotes, headings, paths, link targets and HTML tags do not count.
    """
    words: Counter[str] = Counter()
    seen = 0
    for line in _running(prose.split("\n")):
        seen += len(line)
        words.update(_words_of(line[:_MOST]))
        if seen > _MOST:
            break
    scores: defaultdict[str, float] = defaultdict(float)
    for word, count in words.items():
        for language, share in _SHARES.get(word, {}).items():
            scores[language] += share * count
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    if not ranked:
        return ""
    first, best = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0
    enough = best >= _ENOUGH and best >= _PART * words.total() and second <= _LEAD * best
    return first if enough else ""


def _words_of(line: str) -> Iterator[str]:
    """The words of a line; of `dell'errore` the two parts."""
    text = _LEFT_OUT.sub(" ", line)
    for unit in _UNIT.findall(text):
        if _PATHLIKE.search(unit):
            continue
        for word in _WORD.findall(unit.lower().replace("’", "'")):
            head, mark, tail = word.partition("'")
            if mark and f"{head}'" in _SHARES:
                yield f"{head}'"
                if tail:
                    yield tail
            else:
                yield word


def _running(lines: Iterable[str]) -> Iterator[str]:
    """The lines of prose: no front matter, fence, indented code, quote, heading, table rule or comment."""
    fence = ""
    in_front = in_comment = in_list = False
    blank = True
    for row, line in enumerate(lines):
        text = line.strip()
        if row == 0 and text == "---":
            in_front = True
        elif in_front:
            in_front = text not in ("---", "...")
        elif fence:
            if text.startswith(fence) and not text.strip(fence[0]):
                fence = ""
        elif (mark := _FENCE.match(line.lstrip() if in_list else line)) is not None:
            fence = mark[1]
        elif in_comment or text.startswith("<!--"):
            in_comment = "-->" not in text
        elif not text:
            blank = True
            continue
        else:
            is_item = _ITEM.match(line) is not None
            in_list = is_item or (in_list and (not blank or line[:1] in " \t"))
            if not (text.startswith((">", "#")) or (blank and not in_list and line.startswith(("    ", "\t")))):
                yield line
                blank = False
                continue
        blank = False if text.startswith(">") else blank
