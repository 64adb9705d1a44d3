"""Whether a place in source code is comment, code or string, without a parser. implements: MU-TRACE-3002

A tree-sitter parser reads 5 MB in a second, these patterns over 40: a check of 50,000 files depends on it. The price
is that they say nothing where they are not sure; `muster.trace.syntax` is asked then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from muster.trace.tokens import LANGUAGES

LONG = 2_000  # a line that is longer is no ordinary one

if TYPE_CHECKING:
    from collections.abc import Sequence


class Context(StrEnum):
    """What a place in source code is part of."""

    COMMENT = "comment"
    CODE = "code"
    STRING = "string"


SUFFIXES = {
    ".py": "python", ".pyi": "python", ".rs": "rust", ".go": "go", ".java": "java",
    ".js": "javascript", ".jsx": "javascript", ".mjs": "javascript", ".cjs": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
    ".c": "c", ".h": "cpp", ".cc": "cpp", ".cpp": "cpp", ".cxx": "cpp", ".hpp": "cpp", ".hh": "cpp", ".hxx": "cpp",
}  # fmt: skip


def language_of(path: str) -> str:
    """The language of a file by its suffix; "" where it is none of ours."""
    dot = path.rfind(".")
    return SUFFIXES.get(path[dot:].lower(), "") if dot > path.rfind("/") else ""


@dataclass(frozen=True, slots=True)
class Lexer:
    """The patterns of a language, compiled."""

    skip: re.Pattern[bytes]  # whole tokens, as many as there are
    token: re.Pattern[bytes]  # one token that is not plain
    aside: re.Pattern[bytes]  # comments and strings
    never: tuple[bytes, ...]
    docstrings: bool
    shebang: bool


@cache
def _lexer(language: str) -> Lexer:
    tokens = LANGUAGES[language]
    aside = tokens.comment + rb"|" + tokens.string
    return Lexer(
        skip=re.compile(rb"(?:" + tokens.plain + rb"|" + aside + rb"|" + tokens.code + rb")*+"),
        token=re.compile(rb"(" + tokens.comment + rb")|(" + tokens.string + rb")|" + tokens.code),
        aside=re.compile(aside),
        never=tokens.never,
        docstrings=tokens.docstrings,
        shebang=tokens.shebang,
    )


def contexts(content: bytes, language: str, offsets: Sequence[int]) -> list[Context] | None:
    """What each offset is part of, in the order given, which must rise; None where that is not certain.

    Nothing behind the token of the last offset is looked at. A docstring is a comment.
    implements: MU-TRACE-3002
    """
    if language not in LANGUAGES:
        return None
    lexer = _lexer(language)
    if not offsets or any(word in content for word in lexer.never):
        return None if offsets else []
    text = content + b"\n\n"  # so that the last token has what its pattern looks for
    brackets = Brackets(lexer.aside, text)
    found: list[Context] = []
    here = end = _behind_shebang(lexer, text)
    kind: Context | None = Context.COMMENT
    for offset in offsets:
        while offset >= end and here <= offset:
            cut = max(here, min(offset, len(content)))
            here = _end_of_tokens(lexer, text, here, cut)
            token = lexer.token.match(text, here)
            if token is None and here == cut and _end_of_tokens(lexer, text, here, here + 1) > here:
                break  # within plain bytes
            if token is None:
                return None
            here = token.end()
            if here > offset and token.lastindex is not None:
                kind, end = _kind(token, brackets if lexer.docstrings else None), here
        if offset < end and kind is None:
            return None
        found.append(kind if offset < end and kind is not None else Context.CODE)
    return found


def _end_of_tokens(lexer: Lexer, text: bytes, start: int, cut: int) -> int:
    """Where the last token ends that is whole before `cut`."""
    skipped = lexer.skip.match(text, start, cut)
    return skipped.end() if skipped else start


def _behind_shebang(lexer: Lexer, text: bytes) -> int:
    """Where the first line ends that names an interpreter; in Rust, `#![...]` is none."""
    return text.index(b"\n") if lexer.shebang and text.startswith(b"#!") and not text.startswith(b"#![") else 0


class Brackets:
    """How deep in brackets a place of a text is: counted on, from place to later place."""

    def __init__(self, aside: re.Pattern[bytes], text: bytes) -> None:
        self.aside = aside
        self.text = text
        self.counted = 0
        self.depth = 0

    def open_at(self, place: int) -> int:
        code = self.aside.sub(b"", self.text[self.counted : place])
        self.depth += sum(map(code.count, (b"(", b"[", b"{"))) - sum(map(code.count, (b")", b"]", b"}")))
        self.counted = place
        return self.depth


PREFIX = re.compile(rb"[A-Za-z]{0,2}\Z")
FORMATTED = re.compile(rb"[fFtT]")


def _kind(token: re.Match[bytes], brackets: Brackets | None) -> Context | None:
    """What a comment or string is; None where a string may be a docstring, or holds code."""
    if token.lastindex == 1:
        return Context.COMMENT
    if brackets is None:
        return Context.STRING
    text, start = token.string, token.start()
    line = text.rfind(b"\n", 0, start) + 1
    if start - line > LONG:
        return None
    before = text[line:start]
    prefix = PREFIX.search(before)
    before = before[: prefix.start()] if prefix else before
    if prefix and FORMATTED.search(prefix[0]) and b"{" in token[0]:
        return None
    before = before.strip()
    after = text[token.end() : token.end() + LONG].lstrip(b" \t\f\r")[:1]
    if not before or before.endswith((b":", b";")):
        return _statement(after, text.endswith((b"\\\n", b"\\\r\n"), 0, line), before, brackets.open_at(start))
    return None if before.endswith((b'"', b"'")) else Context.STRING


def _statement(after: bytes, continued: bool, before: bytes, depth: int) -> Context | None:
    """What a string is that may begin a statement."""
    if depth < 0 or (depth == 0 and continued):
        return None
    if depth or not (after in b"\n;#" or after in b"\"'\\" or after.isalpha()):
        return Context.STRING
    return Context.COMMENT if after and after in b"\n;#" and not before else None
