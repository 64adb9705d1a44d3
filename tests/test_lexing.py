"""Comment, code or string: the quick lexer, and the parser that it must agree with wherever it is sure."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import FOLDER, needs_corpora
from muster.trace.lexing import Context, contexts, language_of
from muster.trace.syntax import contexts_by_syntax, contexts_of

ROOT = Path(__file__).parent.parent
WORD = re.compile(
    rb"""(?<![A-Za-z0-9_])(?![A-Za-z][A-Za-z0-9]?#*["'])[A-Za-z0-9]"""
)  # the prefix of a string is no place
MARK = re.compile(rb"[CSK]{2}\d")  # CC1 must be a comment, SS1 a string, KK1 code
MEANS = {b"C": Context.COMMENT, b"S": Context.STRING, b"K": Context.CODE}

SNIPPETS: dict[str, list[str]] = {
    "python": [
        '"""CC1"""\nKK1 = "SS1"  # CC2',
        "def f():\n    'CC1 \\' CC2'\n    KK1 = '''SS1\n SS2''' # CC3 ' CC4\n    r'CC5'",
        'KK1 = [\n    """SS1""",\n    "SS2"\n    "SS3",\n]\n"""CC1"""  # CC2\n',
        'KK1 = "# SS1" + \'"\' + "SS2"; KK2 = """ " "" # SS3 \\""" SS4 """; KK3',
        'def KK1(a="SS1"):\n    f"{a} CC9"\n'.replace("{a} ", ""),
        "#!/usr/bin/env CC1\nKK1 = f'{x!r:>{w}}' + f'SS1' + rf\"{d['a']}\" + 'SS2'",
        '@mark("SS1")\nclass KK1:\n    x = 1\n    """CC1"""\n',
        '"""SS1""".KK1()\n"""CC1"""\r\nKK2\r\n',
    ],
    "rust": [
        '#!/usr/bin/CC1\n//! CC2\nfn KK1<\'a>(x: &\'a KK2) { let c = \'"\'; "SS1 \\" SS2"; KK3 } // CC3 "',
        '/* CC1 /* CC2 " */ CC3 */ KK1 /** CC4 **/ /*** CC5 **/ KK2',
        'let x = r#"SS1 " SS2"#; r"SS3\\"; KK1; br##"SS4 "# SS5"##; b"SS6"; KK2; r#type; \'\\\'\'; "SS7"',
        '#[doc = "SS1"]\n/// CC1\n#![KK1]\nlet x: &\'static str = "SS2\n SS3"; a / b; // CC2',
        "'outer: loop { let c = 'x'; let u = '\\u{1F600}'; let e = 'é'; KK1; break 'outer; } // CC1",
    ],
    "javascript": [
        "#!/usr/bin/env CC1\nKK1 = 'SS1 \\' SS2' + \"SS3\" // CC2 '\n/* CC3 ' */ KK2",
        "const x = `SS1\n $ SS2`; KK1 = a / b;\nx = /[/'\"]KK2/g; 'SS3'",
        "f(/'/, 'SS1'); x.split(/\"/g) // CC1",
    ],
    "typescript": ["@dec('SS1') class KK1 { x: string = `SS2`; /** CC1 */ y = a<KK2>(b) / 2;\n} // CC2"],
    "tsx": ["const KK1 = 'SS1' // CC1"],
    "go": ["// CC1\nKK1 := `SS1 \\`; x = '\\''; y = \"SS2 \\\" SS3\" /* CC2 ' */ + a / KK2 + '\"' + \"SS4\""],
    "java": [
        '/** CC1 " */ class KK1 { @A("SS1") char c = \'"\'; String s = """\n SS2 " "" \\""" SS3 """; KK2 } // CC2',
        'class KK1 { String a = """\n SS1""" + "" + "SS2"; KK2 }',
    ],
    "c": [
        '// CC1 \\\n CC2 \'\nint KK1 = \'"\' + \'a\'; /* CC3 " */ char *KK2 = "SS1 \\\n SS2" L"SS3";\n',
        '#include <KK1.h>\n#include "SS1.h"\n#define KK2 KK3 "SS2" // CC1\n#define KK4 /* CC2 */ "SS3"\nint x;\n',
        '#define KK2(a) a "SS2" \\\n  "SS3" // CC2\nint x;\n',
    ],
    "cpp": [
        'auto KK1 = 1\'000\'000; auto s = R"(SS1 " SS2)"; KK2 = u8"SS3"; c = \'x\'; // CC1 \\\r\n CC2\nKK3;',
    ],
}


def marked(source: bytes) -> tuple[list[int], list[Context]]:
    found = list(MARK.finditer(source))
    return [match.start() for match in found], [MEANS[match[0][:1]] for match in found]


@pytest.mark.parametrize(("language", "snippet"), [(name, text) for name, texts in SNIPPETS.items() for text in texts])
@pytest.mark.requirement("MU-TRACE-3002")
def test_a_place_is_comment_code_or_string(language: str, snippet: str) -> None:
    source = snippet.encode()
    offsets, expected = marked(source)

    assert contexts(source, language, offsets) == expected
    assert contexts_by_syntax(source, language, offsets) == expected


@pytest.mark.parametrize(
    ("language", "snippet"),
    [
        ("python", 'x = f"{d["#"]} SS1"'),
        ("python", 'x = f"{KK1}"'),
        ("python", 'x = "SS1\n'),
        ("python", 'x: "SS1"\n'),
        ("javascript", "x = `${a} SS1`"),
        ("javascript", "if (a) /'/.test('SS1') / 2"),
        ("javascript", "x = <p>don't KK1</p>"),
        ("tsx", "x = <p>'KK1</p>"),
        ("rust", "/* /* /* /* /* */ */ */ */ */ KK1"),
        ("cpp", 'auto s = R"x(SS1 )" SS2)x";'),
        ("c", "#error don't KK1\n"),
        ("fortran", "KK1"),
    ],
)
@pytest.mark.requirement("MU-TRACE-3002")
def test_where_the_lexer_is_not_sure_it_says_so(language: str, snippet: str) -> None:
    source = snippet.encode()

    assert contexts(source, language, marked(source)[0]) is None


@pytest.mark.requirement("MU-TRACE-3002")
def test_the_parser_is_asked_where_the_lexer_is_not_sure() -> None:
    source = b"const x = `${KK1 /* CC1 */} SS1 ${`SS2`}` // CC2\nconst y = <p>don't KK2 // KK3</p>"
    offsets, expected = marked(source)

    assert contexts(source, "javascript", offsets) is None
    assert contexts_of(source, "src/x.jsx", offsets) == expected


@pytest.mark.requirement("MU-TRACE-3002")
def test_nothing_behind_the_last_place_is_looked_at() -> None:
    source = b"# CC1\nKK1 = 'SS1' # CC2\nx = 'open"

    assert contexts(source, "python", marked(source)[0]) == marked(source)[1]


@pytest.mark.requirement("MU-TRACE-3002")
def test_in_a_file_of_no_known_language_every_place_is_a_comment() -> None:
    assert contexts_of(b"echo 'SS1' CC1", "bin/run.sh", [6, 11]) == [Context.COMMENT] * 2
    assert contexts_of(b"", "a.py", []) == []


@pytest.mark.requirement("MU-TRACE-3004")
def test_the_suffix_of_a_path_tells_its_language() -> None:
    paths = "a.py b.pyi c.rs d.js e.jsx f.mjs g.cjs h.ts i.mts j.cts k.tsx l.go m.java n.c o.h p.cc q.HPP r.sh s v.d/py"

    assert [language_of(path) for path in paths.split()] == [
        "python", "python", "rust", "javascript", "javascript", "javascript", "javascript",
        "typescript", "typescript", "typescript", "tsx", "go", "java", "c", "cpp", "cpp", "cpp", "", "", "",
    ]  # fmt: skip


def differences(content: bytes, language: str) -> list[tuple[int, Context, Context]]:
    """The words of a file, 400 at most and one by one, of which the lexer is sure and the parser thinks otherwise."""
    offsets = [match.start() for match in WORD.finditer(content)]
    offsets = offsets[:: len(offsets) // 400 + 1]
    by_syntax = contexts_by_syntax(content, language, offsets)
    found = [
        (offset, contexts(content, language, [offset]), other) for offset, other in zip(offsets, by_syntax, strict=True)
    ]
    return [(offset, mine[0], other) for offset, mine, other in found if mine and mine[0] is not other]


@pytest.mark.requirement("MU-TRACE-3002")
def test_lexer_and_parser_agree_on_our_own_sources() -> None:
    files = sorted((ROOT / "plugins").rglob("*.py"))

    assert {path.name: found for path in files if (found := differences(path.read_bytes(), "python"))} == {}
    assert len(files) > 100


@pytest.mark.parametrize(
    "language", [pytest.param(name, marks=needs_corpora) for name in ("rust", "java", "typescript", "tsx")]
)
@pytest.mark.requirement("MU-TRACE-3002")
def test_lexer_and_parser_agree_on_the_sources_of_others(language: str) -> None:
    files = [path for path in sorted(FOLDER.rglob("*")) if path.is_file() and language_of(path.name) == language]

    assert {path.name: found for path in files if (found := differences(path.read_bytes(), language))} == {}
    assert files


SLASHED = ["// w ' \" `\n", "/* w ' \" */", "/** w\n * w */\n"]
STATEMENTS: dict[str, list[str]] = {
    "python": [
        "# w ' \"\n",
        '"""w\n\'w"""\n',
        "'w'\n",
        'x = \'w\' "w\\"w"\n',
        "x = [\n    'w',\n    '''w''',  # w\n]\n",
        "x = f'{w}'\n",
        "def f(a='w'):\n    '''w'''\n    return w\n",
        "x = r'\\' # w'\n",
        "x = ''\n",
        'x = f"w{{w}}"\n',
        'f("w",\n  "w")\n',
        "x = w \\\n  # w\n",
        "x = (w)['w']\n'w'; w\n",
        "'w'.w()\n",
        "if w: 'w'\n",
        'x = f"""{d["w"]} w"""\n',
        "x: 'w' = w\n",
        "lambda: 'w'\n",
    ],
    "rust": [
        *SLASHED,
        "/* w /* w */ ' */",
        "fn f<'a>(w: &'a str) {}\n",
        'const W: &str = "w\\"w";\n',
        "const W: char = '\"';\n",
        'const W: &str = r#"w"w"#;\n',
        'const W: &[u8] = br"w\\";\n',
        '#[doc = "w"]\nmod w {}\n',
        "const W: u8 = b'\\'';\n",
        "const W: u8 = w / w;\n",
    ],
    "javascript": [
        *SLASHED,
        "w('w', \"w'w\");\n",
        "w(`w\nw`);\n",
        "w(`${w}'`);\n",
        "w = w / w;\n",
        "w = /w'[/\"]/g;\n",
        "w = w / w / 'w';\n",
    ],
    "typescript": [
        *SLASHED,
        "let w: string = 'w';\n",
        "type W = `w${w}`;\n",
        "w(<W>w / 2, '\\'w');\n",
        "w = w! / w / 'w';\n",
    ],
    "go": [
        *SLASHED,
        "var w = `w\\`\n",
        'var w = "w\\"w" + "\'"\n',
        "var w = '\"'\n",
        "var w = '\\''\n",
        "var w = w / w\n",
    ],
    "java": [
        *SLASHED,
        'class W { String w = "w\\"" + w / w; }\n',
        "class W { char w = '\"'; char v = '\\''; }\n",
        'class W { String w = """\n w " \\""" w\n """; }\n',
    ],
    "c": [
        *SLASHED,
        "// w \\\nw '\n",
        'char *w = "w\\"" "w";\n',
        "char w = '\"', v = '\\'';\n",
        "int w = w / w;\n",
        "\n#include <w.h>\n",
        "\n#define W 1 // w\n",
    ],
    "cpp": [
        *SLASHED,
        "int w = 1'000;\n",
        'auto w = R"(w " w)";\n',
        'auto w = R"w(w " w)w";\n',
        'auto w = u8"w";\n',
        "auto w = L'\"';\n",
    ],
}


@pytest.mark.parametrize("language", STATEMENTS)
@settings(max_examples=100, deadline=None)
@given(choices=st.lists(st.integers(0, 99), max_size=12))
@pytest.mark.requirement("MU-TRACE-3002")
def test_lexer_and_parser_agree_on_any_mixture_of_statements(language: str, choices: list[int]) -> None:
    statements = STATEMENTS[language]

    assert differences("".join(statements[one % len(statements)] for one in choices).encode(), language) == []


HOSTILE: dict[str, bytes] = {
    "a minified line": b"x=1;y='a';z=w/2;",
    "double quotes": b'"',
    "single quotes": b"'",
    "slashes": b"a/",
    "opened comments": b"/*",
    "regular expressions that do not end": b"a=/[",
    "raw strings": b'r#"',
    "hashes": b"r#",
    "templates": b"`${",
    "f-strings": b'f"{',
    "docstrings": b'"""a"""\n',
    "brackets": b"([{",
    "bytes of every kind": bytes(range(256)),
    "NUL": b"\0",
}
ALL = ["python", "rust", "javascript", "typescript", "tsx", "go", "java", "c", "cpp"]


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.requirement("MU-TRACE-3002")
def test_megabytes_of_anything_are_read_in_one_go(piece: bytes) -> None:
    source = piece * ((10_000_000 if len(piece) == 16 else 2_000_000) // len(piece))
    offsets = list(range(0, len(source), 49_991))

    started = time.process_time()
    found = [contexts(source, language, offsets) for language in ALL]

    assert [len(offsets) if one is None else len(one) for one in found] == [len(offsets)] * len(ALL)
    assert time.process_time() - started < 60


@pytest.mark.parametrize("language", ALL)
@given(content=st.binary(max_size=200), offsets=st.lists(st.integers(0, 220), max_size=5).map(sorted))
@settings(max_examples=60, deadline=None)
@pytest.mark.requirement("MU-TRACE-3002")
def test_any_bytes_have_contexts(language: str, content: bytes, offsets: list[int]) -> None:
    found = contexts(content, language, offsets)

    assert found is None or len(found) == len(offsets)
    assert len(contexts_by_syntax(content, language, offsets)) == len(offsets)
