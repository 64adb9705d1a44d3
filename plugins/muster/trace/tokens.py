r"""What comments and strings look like in each language, as byte patterns that never backtrack.

Every pattern ends on a byte that it needs: cut short at any byte, it fails instead of matching less. The lexer
relies on that when it skips to an offset. Where a pattern cannot be sure, it fails, and the lexer gives up.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tokens:
    """The patterns of one language."""

    plain: bytes  # a run of bytes that begin no token
    comment: bytes
    string: bytes
    code: bytes = rb"(?!)"  # looks like the begin of a token, and is none
    never: tuple[bytes, ...] = ()  # a file that holds one of these is not for this lexer
    docstrings: bool = False  # a string that is a statement is a comment
    shebang: bool = False  # a first line `#!...` is a comment that `comment` does not know


ESCAPE = rb"\\(?:\r\n|[\s\S])"
SLASH = rb"/(?=[^/*])"  # division


def _quoted(quote: bytes, *, lines: bool = False, stop: bytes = b"") -> bytes:
    """Text between two quotes, with escapes; over several lines if allowed; without any byte of `stop`."""
    run = rb"[^" + quote + rb"\\" + stop + (b"" if lines else rb"\n") + rb"]*+"
    return quote + run + rb"(?:" + ESCAPE + run + rb")*+" + quote


def _tripled(quote: bytes, stop: bytes = b"") -> bytes:
    """Text between two triple quotes, with escapes; without any byte of `stop`."""
    run = rb"[^" + quote + rb"\\" + stop + rb"]*+"
    inner = rb"(?:" + ESCAPE + rb"|" + quote + rb"(?!" + quote * 2 + rb"))" + run
    return quote * 3 + run + rb"(?:" + inner + rb")*+" + quote * 3


def _either(*patterns: bytes) -> bytes:
    return rb"(?:" + rb"|".join(patterns) + rb")"


# --- Python ---------------------------------------------------------------------------------------------------------


def _python(quote: bytes) -> bytes:
    """A string of Python in one kind of quotes; an f-string only if its braces are plain."""
    formatted = rb"(?:(?<=[fFtT]" + quote + rb")|(?<=[fFtT][rR]" + quote + rb"))"
    line = (
        rb"(?:\{\{|\}\}|\{" + _braced(rb"[^{}\n" + quote + rb"]") + rb"\}|" + ESCAPE + rb"|[^{}\\\n" + quote + rb"])*+"
    )
    inside = rb"(?:[^{}" + quote + rb"]|" + quote + rb"(?!" + quote * 2 + rb"))"
    block = rb"(?:\{\{|\}\}|\{" + _braced(inside) + rb"\}|" + ESCAPE + rb"|[^{}\\" + quote + rb"]|"
    block += quote + rb"(?!" + quote * 2 + rb"))*+"
    ahead = rb"(?!" + quote * 2 + rb")"
    return _either(
        quote + rb"[^" + quote + rb"\\\n{}]++" + quote,  # the most frequent, whatever its prefix
        quote * 2 + rb"(?=[^" + quote + rb"])",
        _tripled(quote, rb"{}"),
        quote + formatted + ahead + line + quote,
        quote + formatted + quote * 2 + block + quote * 3,
        quote + rb"(?!" + quote * 2 + rb")" + rb"(?<!" + rb"[fFtT]" + quote + rb")(?<![fFtT][rR]" + quote + rb")"
        + _quoted(quote)[1:],
        quote + rb"(?<![fFtT]" + quote + rb")(?<![fFtT][rR]" + quote + rb")" + _tripled(quote)[1:],
    )  # fmt: skip


def _braced(inside: bytes) -> bytes:
    """What stands between the braces of an f-string: braces of one further level at most."""
    return inside + rb"*+(?:\{" + inside + rb"*+\}" + inside + rb"*+)*+"


PYTHON = Tokens(
    plain=rb"""[^"'#]++""",
    comment=rb"#[^\n]*+\n",
    string=_either(_python(b'"'), _python(b"'")),
    docstrings=True,
)

# --- The family of C ------------------------------------------------------------------------------------------------

LINE = rb"//[^\n]*+\n"
BLOCK = rb"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/"
CHARACTER = _quoted(b"'")


def _nested(level: int) -> bytes:
    """A block comment with so many levels of others inside."""
    inner = rb"|" + _nested(level - 1) if level else b""
    return rb"/\*(?:[^*/]++|\*(?!/)|/(?!\*)" + inner + rb")*+\*/"


def _raw_rust(hashes: int) -> bytes:
    mark = b"#" * hashes
    return rb"(?<=r)" + mark + rb'"[^"]*+(?:"(?!' + mark + rb')[^"]*+)*+"' + mark


RUST = Tokens(
    plain=rb"""[^"'#/]++""",
    comment=_either(LINE, _nested(3)),
    string=_either(
        rb'"(?<!r")' + _quoted(b'"', lines=True)[1:],
        rb'"(?<=r")[^"]*+"',
        *(_raw_rust(hashes) for hashes in (1, 2, 3, 4)),
        rb"'(?:[^'\\\n\x80-\xff]|[\x80-\xff]{1,4}|\\(?:u\{[0-9a-fA-F_]{1,12}\}|x[0-9a-fA-F]{2}|[^ux\n]))'",
    ),
    code=_either(
        SLASH,
        rb"'[A-Za-z_][A-Za-z0-9_]*+(?=[^'A-Za-z0-9_\x80-\xff])",  # a lifetime
        rb'#(?=[^"#])',
        rb'(?<!r)(?<!#)#(?=")',
    ),
    shebang=True,
)

GO = Tokens(
    plain=rb"""[^"'`/]++""",
    comment=_either(LINE, BLOCK),
    string=_either(_quoted(b'"'), rb"`[^`]*+`", CHARACTER),
    code=SLASH,
)

JAVA = Tokens(
    plain=rb"""[^"'/]++""",
    comment=_either(LINE, BLOCK),
    string=_either(
        rb'""(?=[^"])',
        rb'"(?!")' + _quoted(b'"')[1:],
        _tripled(b'"'),
        CHARACTER,
    ),
    code=SLASH,
)

CONTINUED = rb"//[^\\\n]*+(?:\\++(?:\r?\n|[^\n])[^\\\n]*+)*+\n"
C = Tokens(
    plain=rb"""[^"'/]++""",
    comment=_either(CONTINUED, BLOCK),
    string=_either(
        rb'"(?<!R")' + _quoted(b'"')[1:],
        rb'"(?<=[A-KM-TV-Za-tv-z0-79_]R")' + _quoted(b'"')[1:],  # a macro in capitals, and a string: PRIuPTR"..."
        rb"'(?<![0-9a-fA-F]')" + CHARACTER[1:],
        rb"'(?<=u8')" + CHARACTER[1:],
    ),
    code=_either(SLASH, rb"'(?<=[0-9a-fA-F]')(?<!u8')(?=[0-9a-fA-F])"),  # 1'000'000
)
CPP = Tokens(
    plain=C.plain,
    comment=C.comment,
    string=_either(
        C.string,
        rb'"(?:(?<=[^0-9A-Za-z_]R")|(?<=[^0-9A-Za-z_][LuU]R"))\([^)]*+(?:\)(?!")[^)]*+)*+\)"',
    ),
    code=C.code,
)

# --- JavaScript -----------------------------------------------------------------------------------------------------

REGEX = rb"/(?:[^\\/\[\n*]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*+\])(?:[^\\/\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*+\])*+/"


def _script(before_regex: bytes, never: tuple[bytes, ...]) -> Tokens:
    """A language in which a slash divides, or begins a regular expression: where it may be either, no pattern fits."""
    starts = _either(
        rb"(?<=[" + before_regex + rb"])",
        rb"(?<=[" + before_regex + rb"] )",
        rb"(?<==>)",
        rb"(?<==> )",
        rb"(?<=[\s;{}]return )",
    )
    return Tokens(
        plain=rb"""[^"'`/]++""",
        comment=_either(LINE, BLOCK),
        string=_either(_quoted(b'"'), _quoted(b"'"), rb"`[^`\\$]*+(?:(?:" + ESCAPE + rb"|\$(?!\{))[^`\\$]*+)*+`"),
        code=_either(
            rb"/(?=[^/*\n][^/\n]*+\n)",  # the only slash to the end of its line
            starts + REGEX,
            rb"(?<=[0-9\]])/(?=[^/*])",
            rb"(?<=[0-9\]] )/(?=[^/*])",
        ),
        never=never,
        shebang=True,
    )


TYPESCRIPT = _script(rb"(=,:\[&|?;", (b"<!--",))
JAVASCRIPT = _script(rb"(=,:\[&|?;!", (b"<!--", b"</", b"/>"))  # the last two: JSX, where text is no string
TSX = _script(rb"(=,:\[&|?;", (b"<!--", b"</", b"/>"))

LANGUAGES: dict[str, Tokens] = {
    "python": PYTHON,
    "rust": RUST,
    "javascript": JAVASCRIPT,
    "typescript": TYPESCRIPT,
    "tsx": TSX,
    "go": GO,
    "java": JAVA,
    "c": C,
    "cpp": CPP,
}
