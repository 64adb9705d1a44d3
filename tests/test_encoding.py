"""Mojibake, byte order marks, characters that turn text or cannot be seen, and what a fix makes of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
from muster.cli.app import run
from muster.gate.fixes import edited, edits_of
from muster.gate.judge import page_findings
from muster.links.reading import read_page
from muster.model import Edit, Finding, Page, Project
from muster.rules.table import RULES
from muster.settings import Settings
from muster.site.rule_page import rule_page
from muster.text.invisible import hidden_in, turning_in
from muster.text.mojibake import Garbled, mojibake_in
from muster.text.source import source_of

SEED = corpus.FOLDER.parent / "seeds" / "001_7bb2db2c89e7bade.txt"
SETTINGS = Settings()
ENCODING = [rule for code, rule in RULES.items() if code in ("ENC003", "ENC004", "ENC005", "ENC006")]

# Clean, and full of what could be taken for something else.
CLEAN = (
    "« L’été », écrit-il — « CAFÉ », « DÉJÀ », § 3, cœur, œuvre, 25 °C, Noël… ‹ là ›",
    "“AMANHÃ” e “IRMÃ”, a letra «Ã», «Â», AMANHÃ… NÃO, IRMÃ—e",
    "„Spaß“ und „Maß“, STRAẞE, Größe ≥ 5 µm, 3 × 4 ± 2, 10 ‰, Füße…",
    "Zażółć gęślą jaźń, „STÓŁ”, PÓŹNIEJ, WÓŁ… «ŁÓŻKO»; PÄŤ, ČEŠTINA, PŘÍŠTÍ, ŘÍŽE",
    "Η «Ελλάδα» και το ΝΑΤΟ», “Β”, Γ—Δ, ώρες… «Ο»",
    "Пункт «В» и «Г», НАТО» — “Россия”, 25°С, Её…, ЁЖ»",
    "中文测试，全角标点：「引号」、《书名》……、かな、カナ、한국어 “인용”",
    "हिन्दी में क्‍ष और क्‌ष, “उद्धरण” — ५०",
    "مرحبا بالعالم، «اقتباس» — می‌خواهم, and LRM \u200e beside עברית",
    "ภาษา\u200bไทย ភាសា\u200b\u200bខ្មែរ",
    "👩‍💻 👨‍👩‍👧‍👦 ❤️ ✔️ 1️⃣ ©️ 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇫🇷 葛\U000e0100 ≩︀",
    "ELMANÎŞÎ” û «ELMANÎŞÎ», Türkçe İŞÇİ’ler, DAĞ—",
    "√π, ¬p ∧ q, √±1, ∂²/∂x², ├──┬┐ │ └┴┘ ≤ ≥ ≠ → ⇒ Δt, λ¹, ½¼",
    "Ł’ Å» “Å” PÅ», »SMÅ», Ø…, ñandú “ESPAÑ”, ¿QUÉ”, ¡SÍ!",
)


def page_of(text: str) -> Page:
    return read_page("a.md", source_of(text), SETTINGS, None)


def found_in(text: str) -> list[tuple[str, int, int, int, str]]:
    """Code, line, column, width and message of what the rules of encoding find."""
    findings = [finding for finding in page_findings(page_of(text), SETTINGS) if finding.code.startswith("ENC")]
    return [
        (f.code, f.place.line, f.place.column, f.place.width, f.message) for f in sorted(findings, key=Finding.sort_key)
    ]


def fixed(text: str, *, code: bool = False) -> str:
    edits: tuple[Edit, ...] = edits_of(Project(SETTINGS, pages=(page_of(text),)), ENCODING).get("a.md", ())
    return edited(text, [edit for edit in edits if code or not edit.in_code]).text


def garbled(text: str, codec: str = "cp1252") -> str:
    """The text as UTF-8 that was read in another encoding; undefined bytes as the controls of their number."""
    return "".join(bytes([byte]).decode(codec, "ignore") or chr(byte) for byte in text.encode())


# Mojibake


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("itâ€™s cafÃ©, Â§3, x â‰¥ y", [("â€™", "’"), ("Ã©", "é"), ("Â§", "§"), ("â‰¥", "≥")]),
        ("“good” â€“ and â€œbadâ€\x9d", [("â€“", "–"), ("â€œ", "“"), ("â€\x9d", "”")]),
        ("3 Ã— 4 Â± 1 Âµm, 25 Â°C", [("Ã—", "×"), ("Â±", "±"), ("Âµ", "µ"), ("Â°", "°")]),
        ("twice: Ã¢â‚¬â„¢", [("Ã¢â‚¬â„¢", "’")]),
        (garbled(garbled(garbled("it’s thrice"))), [(garbled(garbled(garbled("’"))), "’")]),
        ("âœ… ðŸŸ¢ â†’ ðŸŽ¯", [("âœ…", "✅"), ("ðŸŸ¢", "🟢"), ("â†’", "→"), ("ðŸŽ¯", "🎯")]),
        ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", [("Ð¿Ñ€Ð¸Ð²ÐµÑ‚", "привет")]),
        ("æ—¥æœ¬èªž", [("æ—¥æœ¬èªž", "日本語")]),
        ("siÄ™ Å›wiat", [("Ä™", "ę"), ("Å›", "ś")]),
        (garbled("привет", "cp1251"), [(garbled("привет", "cp1251"), "привет")]),
        ("itвЂ™s", [("вЂ™", "’")]),
        ("ma√±ana ‚Äôs", [("√±", "ñ"), ("‚Äô", "’")]),
        ("a ΓåÆ b", [("ΓåÆ", "→")]),
        (garbled("déjà", "latin-1"), [("Ã©", "é"), ("Ã\xa0", "à")]),
        ("’â€™", [("â€™", "’")]),
    ],
)
def test_mojibake_is_found_where_it_stands_with_what_was_meant(line: str, expected: list[tuple[str, str]]) -> None:
    assert [(line[part.start : part.end], part.repair) for part in mojibake_in(line)] == expected


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.parametrize(
    ("line", "start", "width"),
    [
        ("â€œquotedâ€ words", 9, 2),
        ("â€œquotedâ€\ufffd words", 9, 3),
        ("fooÂ bar", 3, 1),
        ("caf\ufffd", 3, 1),
        ("Ã\ufffd la", 0, 2),
    ],
)
def test_mojibake_that_lost_a_byte_is_found_and_left_to_people(line: str, start: int, width: int) -> None:
    assert mojibake_in(line)[-1] == Garbled(start, start + width)
    assert fixed(line) == line.replace("â€œ", "“")


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.parametrize("text", CLEAN)
def test_a_clean_text_of_any_language_has_no_finding_and_no_fix(text: str) -> None:
    assert found_in(text) == []
    assert fixed(text, code=True) == text


@pytest.mark.requirement("MU-RULE-2015")
def test_reading_clean_pages_never_loads_ftfy() -> None:
    about = "It shows `â€™` and `Ã©`.\n\n```python\nfix('cafÃ© â€“ Â§')\n```\n"
    work = (
        "import sys\n"
        "from muster.inputs import memory\nfrom muster.pipeline import run\n"
        "from muster.settings import Settings\n"
        "texts = eval(sys.stdin.read())\n"
        "found = run(memory({f'{n}.md': text for n, text in enumerate(texts)}), Settings()).findings\n"
        "print([f.code for f in found if f.code.startswith('ENC')], 'ftfy' in sys.modules)\n"
    )
    clean = [text for text in CLEAN if "“Å”" not in text]  # which ftfy must look at
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", work],
        input=ascii([*clean, about]),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "[] False\n"


@pytest.mark.requirement("MU-RULE-2015")
def test_mojibake_in_code_is_found_on_a_page_whose_prose_has_some_and_mended_only_when_told() -> None:
    text = "# Itâ€™s\n\n`â€™` â€“ text\n\n```\nâ‰¥\n```\n"

    assert found_in(text) == [
        ("ENC003", 1, 5, 3, "'â€™' should be '’'"),
        ("ENC003", 3, 2, 3, "'â€™' should be '’'"),
        ("ENC003", 3, 7, 3, "'â€“' should be '–'"),
        ("ENC003", 6, 1, 3, "'â‰¥' should be '≥'"),
    ]
    assert fixed(text) == "# It’s\n\n`â€™` – text\n\n```\nâ‰¥\n```\n"
    assert fixed(text, code=True) == "# It’s\n\n`’` – text\n\n```\n≥\n```\n"


def test_the_help_says_how_to_repair_what_is_in_code() -> None:
    project = Project(SETTINGS, pages=(page_of("# Itâ€™s\n\n`â€™` and â€\ufffd\n"),))

    assert [(f.severity.value, f.help.partition("repair")[0]) for f in RULES["ENC003"].check(project)] == [
        ("error", "`muster fix` "),
        ("warning", "`muster fix --code` "),
        ("error", "`muster fix` cannot "),
    ]


@pytest.mark.requirement("MU-RULE-2015")
def test_a_drawing_in_code_is_no_text_about_mojibake() -> None:
    text = "Files:\n\n```\nâ”œâ”€â”€ a.md\n```\n"

    assert found_in(text) == [("ENC003", 4, 1, 9, "'â”œâ”€â”€' should be '├──'")]
    assert fixed(text) == text
    assert fixed(text, code=True) == "Files:\n\n```\n├── a.md\n```\n"


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.parametrize(("drawing", "codec"), [("├── a", "cp1252"), ("╔══ a", "cp1252"), ("├── a → b", "cp437")])
def test_a_drawing_in_code_is_mended_whatever_garbled_it(drawing: str, codec: str) -> None:
    text = f"```\n{garbled(drawing, codec)}\n```\n"

    assert found_in(text) != []
    assert fixed(text, code=True) == f"```\n{drawing}\n```\n"


@pytest.mark.requirement("MU-RULE-2015")
def test_a_byte_order_mark_that_became_mojibake_goes() -> None:
    assert found_in("ï»¿# Title\n") == [("ENC003", 1, 1, 3, "'ï»¿' should not be there")]
    assert fixed("ï»¿# Title\n") == "# Title\n"


WORDS = (
    "été déjà Noël garçon où mañana niño ação irmã größe straße fjörd blåbær zażółć gęślą jaźń český příliš "
    "Привет мир Ελλάδα λόγος 日本語 テスト 한국어 हिन्दी مرحبا שלום it’s “so” — – … § ≥ ≤ → ✅ 🎯 € £ × ° plain words 42"
).split()


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.booleans()), max_size=8), st.sampled_from(["cp1252", "latin-1"]))
def test_a_fix_gives_back_what_was_meant_or_nothing_else(words: list[tuple[str, bool]], codec: str) -> None:
    text = " ".join(garbled(word, codec) if harmed else word for word, harmed in words)
    either = " ".join(
        "".join(f"(?:{re.escape(char)}|{re.escape(garbled(char, codec))})" for char in word)
        if harmed
        else re.escape(word)
        for word, harmed in words
    )

    once = fixed(text)

    assert re.fullmatch(either, once), (text, once)
    assert fixed(once) == once


@given(st.lists(st.sampled_from([*WORDS, *(word.upper() for word in WORDS)]), max_size=12), st.sampled_from(" -/'"))
def test_a_fix_never_changes_a_text_that_has_no_mojibake(words: list[str], between: str) -> None:
    text = between.join(words)

    assert found_in(text) == []
    assert fixed(text, code=True) == text


# Marks and invisible characters


@pytest.mark.requirement("MU-RULE-2015")
def test_a_byte_order_mark_is_found_at_the_head_and_an_invisible_character_elsewhere() -> None:
    text = "\ufeff\ufeff# Title\n\nOne\ufeff two.\n"

    assert found_in(text) == [
        ("ENC004", 1, 1, 0, "the file begins with U+FEFF BYTE ORDER MARK"),
        ("ENC006", 1, 1, 1, "U+FEFF BYTE ORDER MARK cannot be seen"),
        ("ENC006", 3, 4, 1, "U+FEFF BYTE ORDER MARK cannot be seen"),
    ]
    assert fixed(text) == "# Title\n\nOne two.\n"


@pytest.mark.requirement("MU-RULE-2015")
def test_columns_are_those_of_the_file_behind_a_mark_a_nul_and_any_line_end() -> None:
    text = "\ufeffa\x00b â€™\r\nc\u2028d\u0085e\u200bf\rg \u202eh\n"

    assert found_in(text) == [
        ("ENC004", 1, 1, 0, "the file begins with U+FEFF BYTE ORDER MARK"),
        ("ENC006", 1, 2, 1, "U+0000 NULL cannot be seen"),
        ("ENC003", 1, 5, 3, "'â€™' should be '’'"),
        ("ENC006", 2, 2, 1, "U+2028 LINE SEPARATOR cannot be seen"),
        ("ENC006", 2, 4, 1, "U+0085 NEXT LINE cannot be seen"),
        ("ENC006", 2, 6, 1, "U+200B ZERO WIDTH SPACE cannot be seen"),
        ("ENC005", 3, 3, 1, "U+202E RIGHT-TO-LEFT OVERRIDE sets the direction of the text that follows"),
    ]
    assert fixed(text) == "a\x00b ’\r\nc\u2028d\u0085ef\rg \u202eh\n"


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.parametrize("char", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_what_turns_text_is_found_in_every_line_also_in_code(char: str) -> None:
    assert [(code, line) for code, line, *_ in found_in(f"א{char}ב\n\n`a{char}b`\n")] == [("ENC005", 1), ("ENC005", 3)]


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.parametrize("char", "\u200e\u200f\u061c")
def test_a_gentle_mark_is_found_only_in_a_line_without_right_to_left_letters(char: str) -> None:
    assert [(part.start, part.char) for part in turning_in(f"a{char}b")] == [(1, char)]
    assert list(turning_in(f"a {char} שלום")) == []


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.parametrize(
    "char",
    "\x01\x0b\x0c\x1b\x7f\x80\x9f\xad\u115f\u1160\u180e\u200b\u200c\u200d\u2028\u2029\u2060\u3164\ufe0f\uffa0\ufff9"
    "\U000e0041\U000e0001",
)
def test_an_invisible_character_between_latin_letters_is_found(char: str) -> None:
    assert [(part.start, part.count, part.char) for part in hidden_in(f"a{char}{char}b")] == [(1, 2, char)]


@pytest.mark.requirement("MU-RULE-2015")
def test_what_no_reader_sees_is_removed_unless_it_stands_beside_a_mark_or_in_code() -> None:
    text = "pass\u200bword co\u00adop one\u2060two @\u200bname\n\u200bfirst `pass\u200bword` \u200c.\n"

    assert fixed(text) == "password coop onetwo @\u200bname\n\u200bfirst `pass\u200bword` \u200c.\n"
    assert fixed(text, code=True) == "password coop onetwo @\u200bname\n\u200bfirst `password` \u200c.\n"


@pytest.mark.requirement("MU-RULE-2003")
def test_the_page_of_a_rule_spells_what_nobody_sees() -> None:
    pages = {rule.code: rule_page(rule) for rule in RULES.values()}

    assert "hash pass\\u200bwords" in pages["ENC006"]
    assert "MUST \\x1b[1mhash" in pages["ENC006"]
    assert "MUST \\u202eton" in pages["ENC005"]
    assert {code: found for code, page in pages.items() if (found := found_in(page))} == {}


# The command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.requirement("MU-RULE-2015")
def test_fix_says_what_it_left_in_code_and_is_undone_like_others(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = "\ufeff# Itâ€™s\r\n\r\n`â‰¥`\r\n".encode()
    (project / "README.md").write_bytes(before)

    assert run(["fix", "ENC"]) == 0
    assert capsys.readouterr().err == (
        "2 fixes made in 1 file\n"
        "1 fix in code left out; after `muster fix --undo`, `muster fix --code` makes them too\n"
    )
    assert (project / "README.md").read_bytes() == "# It’s\r\n\r\n`â‰¥`\r\n".encode()

    assert run(["fix", "--undo"]) == 0
    assert (project / "README.md").read_bytes() == before

    assert run(["fix", "ENC", "--code"]) == 0
    assert (project / "README.md").read_bytes() == "# It’s\r\n\r\n`≥`\r\n".encode()
    capsys.readouterr()
    assert run(["fix", "ENC", "--code"]) == 0
    assert capsys.readouterr().err == "0 fixes made in 0 files\n"


@pytest.mark.requirement("MU-RULE-2015")
def test_fix_leaves_what_an_allowance_accepts(project: Path) -> None:
    text = "<!-- muster: allow ENC003 this page is about it -->\n\n# Itâ€™s\n"
    (project / "README.md").write_text(text, encoding="utf-8")

    assert run(["fix", "ENC"]) == 0
    assert (project / "README.md").read_text(encoding="utf-8") == text


# The texts of others


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.corpora
@pytest.mark.skipif(not SEED.is_file(), reason="the seeds are not here")
def test_all_mojibake_of_the_seed_is_found_and_its_prose_mended(project: Path) -> None:
    text = SEED.read_text(encoding="utf-8")
    runs = [
        (number, match.start() + 1, len(match[0]))
        for number, line in enumerate(text.split("\n"), start=1)
        for match in re.finditer(r"[^\x00-\x7f]+", line)
    ]
    assert [(line, column, width) for _, line, column, width, _ in found_in(text)] == runs

    (project / "seed.md").write_text(text, encoding="utf-8")
    assert run(["fix", "ENC"]) == 0
    once = (project / "seed.md").read_text(encoding="utf-8")
    assert {char for char in once if not char.isascii()} == set("✅🟢→🎯") | set(garbled("├└─"))
    assert [line for line, *_ in _trees(once)] == [line for line, *_ in _trees(text)], "fences are untouched"
    assert {finding[0:2] for finding in found_in(once)} == {("ENC003", line) for line, *_ in _trees(text)}

    assert run(["fix", "ENC"]) == 0
    assert (project / "seed.md").read_text(encoding="utf-8") == once
    assert run(["fix", "ENC", "--code"]) == 0
    assert found_in((project / "seed.md").read_text(encoding="utf-8")) == []


def _trees(text: str) -> list[tuple[int, str]]:
    return [(number, line) for number, line in enumerate(text.split("\n"), start=1) if "â”" in line]


@pytest.mark.requirement("MU-RULE-2015")
@pytest.mark.corpora
@pytest.mark.skipif(not corpus.FOLDER.is_dir(), reason="the corpora are not here")
@pytest.mark.parametrize("name", corpus.NAMES)
def test_no_page_of_the_corpora_has_a_finding_of_encoding(name: str) -> None:
    pages = {path: content for path, content in corpus.files(name).items() if path.endswith(".md")}

    assert pages
    assert {path: found for path, content in pages.items() if (found := found_in(content.decode()))} == {}
