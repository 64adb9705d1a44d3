r"""A narrow YAML emitter: any text as one line that every YAML reader takes back unchanged.

A scalar is plain where no reader of YAML 1.1 or 1.2 could see anything else in it, in single
quotes where that is enough, and otherwise in double quotes with escapes, so that what is written
is printable, in one line, and encodable in UTF-8. A lone surrogate (a path that is not UTF-8) is
written `\udcff`: PyYAML reads it back as it was, readers built on libyaml refuse the escape, and
YAML knows no other.
"""

from __future__ import annotations

import re

# What cannot stand as it is in one line: controls, line breaks (U+0085, U+2028 and U+2029 are some
# to YAML 1.1), the byte order mark, surrogates, and the two non-characters that YAML leaves out.
_UNSAFE = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"

# First what a reader would take for a null, a truth value, a number, a date or a base-60 number;
# then a harmless first character; then text in which no blank ends it, precedes `#` or follows `:`.
# Possessive throughout, so that a long text is read once.
_PLAIN = re.compile(
    r"(?!(?i:null|true|false|yes|no|on|off|y|n)\Z)"
    r"(?![0-9][0-9a-fA-FxXoO_.:+\-TtZz ]*\Z)"
    rf"[A-Za-z0-9(/_$\\\u00a1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
    rf"(?:[^: {_UNSAFE}]++|:(?=[^ ])| ++(?=[^#]))*+"
)
_NEEDS_ESCAPE = re.compile(rf"[{_UNSAFE}]")
_ESCAPED = re.compile(rf'["\\{_UNSAFE}]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\0": "\\0", "\t": "\\t", "\n": "\\n", "\r": "\\r"}

# Readers give up a key that is longer than 1,024 characters, unless `? ` announces it.
_LONGEST_KEY = 1000

_plain = _PLAIN.fullmatch


def scalar(text: str) -> str:
    """Any text as a YAML scalar in one line, for a value or an item of a block list."""
    if _plain(text):
        return text
    if _NEEDS_ESCAPE.search(text) is None:
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def key(text: str, indent: str = "") -> str:
    """Any text as a key of a block mapping, its colon included.

    A key too long for one line takes a second, which begins with `indent`: that of the mapping.
    """
    written = scalar(text)
    if len(written) > _LONGEST_KEY:
        return f"? {written}\n{indent}:"
    return f"{written}:"


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
