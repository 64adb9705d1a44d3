"""Taking out of a row what must not be kept: secrets, tokens, e-mail addresses, home directories.

It is a net for accidents and no promise: a secret that looks like a word goes through it. What must not be stored
should not be handed over in the first place.

implements: MU-LEDGER-8023
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from muster.text.utf8 import encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class Pattern(Struct, frozen=True):
    """One thing that is looked for: its name, how it looks, what is left of it, and what it cannot be without."""

    name: str
    looks: str
    leaves: str
    needs: tuple[str, ...] = ()  # in lower case, one of them; so most patterns are never even made ready


_NAMES = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "apikey", "accesskey", "privatekey"),
    *(f"{word}{joint}key" for word in ("api", "access", "private") for joint in "_-"),
)
_NAMED = f"(?:{'|'.join(_NAMES)})"
_NAMED_KEY = re.compile(
    rf"{_NAMED}s?(?:[_-]\w{{1,40}})?\Z", re.IGNORECASE
)  # of an object, whose value is a secret then
_SECRET = "[secret]"  # noqa: S105 -- what is left of one

# In this order. Every repetition has a bound, so that no text takes time out of proportion to its length.
PATTERNS = (
    Pattern(
        "private key",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?s:.)*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)",
        "[private key]",
        ("-----begin",),
    ),
    Pattern("credentials in an address", r"(?<=://)[^\s/@]{1,300}@", "[credentials]@", ("://",)),
    Pattern(
        "authorization header",
        r"(?i:(\bauthorization['\"]?\s{0,5}[:=]\s{0,5}['\"]?(?:(?:bearer|basic|digest|token)\s{1,5})?)[^\s'\",;]{1,4000})",
        r"\1[secret]",
        ("authorization",),
    ),
    Pattern("bearer token", r"(?i:(\bbearer\s{1,5})[\w.~+/=-]{8,4000})", r"\1[secret]", ("bearer",)),
    Pattern(
        "GitHub token",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255})",
        "[token]",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    Pattern("GitLab token", r"\bgl(?:pat|dt|rt|cbt|ptt|soat)-[\w-]{16,255}", "[token]", ("gl",)),
    Pattern("AWS access key", r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b", "[token]", ("akia", "asia", "aroa", "aida")),
    Pattern("Slack token", r"\bxox[a-z]-[\w-]{10,255}", "[token]", ("xox",)),
    Pattern("Google API key", r"\bAIza[\w-]{35}", "[token]", ("aiza",)),
    Pattern("Stripe key", r"\b[sr]k_(?:live|test)_\w{10,255}", "[token]", ("k_live_", "k_test_")),
    Pattern("key that begins with sk-", r"\bsk-[\w-]{16,255}", "[token]", ("sk-",)),
    Pattern("npm token", r"\bnpm_\w{20,255}", "[token]", ("npm_",)),
    Pattern("PyPI token", r"\bpypi-[\w-]{16,2000}", "[token]", ("pypi-",)),
    Pattern("Hugging Face token", r"\bhf_\w{20,255}", "[token]", ("hf_",)),
    Pattern("JSON web token", r"\beyJ[\w-]{8,400}\.[\w-]{8,4000}(?:\.[\w-]{0,4000})?", "[token]", ("eyj",)),
    Pattern(
        "value of an option that is named a secret",
        rf"(?i:(?<![\w-])(--?[\w-]{{0,40}}{_NAMED}[\w-]{{0,40}}[ =])[^\s'\",;]{{1,4000}})",
        r"\1[secret]",
        _NAMES,
    ),
    Pattern(
        "value that is named a secret",
        rf"(?i:({_NAMED}s?(?:[_-]\w{{1,40}})?['\"]?\s{{0,5}}[:=]\s{{0,5}}['\"]?)(?!\[)[^\s'\",;&]{{1,4000}})",
        r"\1[secret]",
        _NAMES,
    ),
    Pattern(
        "e-mail address",
        r"(?<![\w.+%-])[\w.+%-]{1,256}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,63}",
        "[e-mail]",
        ("@",),
    ),
    Pattern("home directory", r"(?<![\w.])/(?:home|Users)/[^\s/'\":;,]{1,255}", "~", ("/home/", "/users/")),
    Pattern("home directory of root", r"(?<![\w./-])/root(?![\w.-])", "~", ("/root",)),
    Pattern(
        "home directory on Windows",
        r"(?i:\b[a-z]:[\\/]{1,2}users[\\/]{1,2}[^\s\\/'\":;,]{1,255})",
        "~",
        (":\\users", ":\\\\users", ":/users", ":/" + "/users"),
    ),
)

# What has a form of its own is no place for a secret, and stays as it is: by object, names of fields.
_RUN: Mapping[str, Any] = {
    **dict.fromkeys(("id", "type", "session_id", "created_at", "meta")),
    "provenance": {"method": None},
    "content": {
        "structured": {
            **dict.fromkeys(("task_slug", "scheduled_vs_manual", "status", "started_at_iso", "ended_at_iso")),
            **dict.fromkeys(("trace_id", "span_id", "retry_of", "idempotency_key", "task_config_digest")),
            "io": {"tool_calls": None, "script_runs": None},
            "error": {"stack_hash": None},
        }
    },
}
_ROW: Mapping[str, Any] = dict.fromkeys(("id", "trace_id", "span_id", "status"))


class Scrubber:
    """The patterns, those of the settings, and the home of who runs it."""

    def __init__(self, more: Iterable[str] = (), home: str | None = None) -> None:
        own = [Pattern("setting `ledger.scrub`", pattern, "[scrubbed]") for pattern in more]
        # A pattern of somebody's own may ask where a text begins, so texts cannot be joined to be looked through.
        self._joins = not own
        home = (os.path.expanduser("~") if home is None else home).rstrip("/")  # noqa: PTH111 -- a text is wanted
        if len(home) > 3:
            own.append(Pattern("own home directory", rf"{re.escape(home)}(?![\w.-])", "~", (home.lower(),)))
        self._patterns = (*PATTERNS, *own)

    def text(self, text: str) -> str:
        """The text without what the patterns find, and without what no database keeps."""
        lowered = text.lower()
        for pattern in self._patterns:
            if not pattern.needs or any(word in lowered for word in pattern.needs):
                text = re.sub(pattern.looks, pattern.leaves, text)
        return encodable(text).replace("\0", "\\0") if "\0" in text or not text.isascii() else text

    def run(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a run, `meta.scrubbed` true where something was taken out."""
        return self._row(row, _RUN, "meta")

    def row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row of a tool call or a script run."""
        return self._row(row, _ROW, "")

    def value(self, value: Any) -> Any:
        """The same of each text in a value, the keys of its objects included."""
        return _mapped(value, None, self.text)

    def _row(self, row: Mapping[str, Any], kept: Mapping[str, Any], marks: str) -> dict[str, Any]:
        texts = _texts(row, kept)
        whole = "\n".join(texts)
        lowered = whole.lower()
        is_named = any(name in lowered for name in _NAMES) and any(map(_NAMED_KEY.search, texts))
        if not is_named and all(self.text(text) == text for text in ([whole] if self._joins else texts)):
            return dict(row)
        changed: dict[str, Any] = _mapped(row, kept, self.text)
        return {**changed, marks: {**row[marks], "scrubbed": True}} if marks and changed != row else changed

    def command(self, words: Sequence[str]) -> tuple[str, ...]:
        """A command line, in which an option may have its value in the next word."""
        found: list[str] = []
        for number, word in enumerate(words):
            option = words[number - 1].lower() if number else ""
            named = option.startswith("-") and "=" not in option and any(name in option for name in _NAMES)
            found.append(_SECRET if named and not word.startswith("-") else self.text(word))
        return tuple(found)


def _texts(value: Any, kept: Mapping[str, Any] | None) -> list[str]:
    """Every text in a value, the keys of its objects included, but what is kept."""
    if isinstance(value, str):
        return [value]
    found: list[str] = []
    if isinstance(value, dict):
        for key, member in value.items():
            if kept and key in kept and kept[key] is None:
                continue
            found.append(key)
            found += _texts(member, kept.get(key) if kept else None)
    elif isinstance(value, list | tuple):
        for member in value:
            found += _texts(member, None)
    return found


def _mapped(value: Any, kept: Mapping[str, Any] | None, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return dict(_member(key, member, kept or {}, change) for key, member in value.items())
    if isinstance(value, list | tuple):
        return type(value)(_mapped(member, None, change) for member in value)
    return value


def _member(key: str, member: Any, kept: Mapping[str, Any], change: Callable[[str], str]) -> tuple[str, Any]:
    if key in kept:
        return key, member if kept[key] is None else _mapped(member, kept[key], change)
    if _NAMED_KEY.search(key):
        return change(key), _hidden(member, change)
    return change(key), _mapped(member, None, change)


def _hidden(value: Any, change: Callable[[str], str]) -> Any:
    """What is left of a value that is named a secret: its numbers, and how it is made."""
    if isinstance(value, str):
        return value and _SECRET
    if isinstance(value, dict):
        return {change(key): _hidden(member, change) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_hidden(member, change) for member in value)
    return value
