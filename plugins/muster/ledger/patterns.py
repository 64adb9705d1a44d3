"""What is taken out of rows, as a table: secrets, tokens, e-mail addresses, home directories.

implements: MU-LEDGER-8023
"""

from __future__ import annotations

from msgspec import Struct


class Pattern(Struct, frozen=True):
    """One thing that is looked for: its name, how it looks, what is left of it, and what it cannot be without."""

    name: str
    looks: str
    leaves: str
    needs: tuple[str, ...] = ()  # in lower case, one of them; so most patterns are never even made ready


NAMES = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "apikey", "accesskey", "privatekey"),
    *(f"{word}{joint}key" for word in ("api", "access", "private") for joint in "_-"),
)
# `tokenizer` and `passwordless` are other words; a `token_file` and a `token-count` hold no secret.
_OTHER = "(?:file|path|dir|folder|url|uri|type|count|limit|usage|budget|length|size|ttl|expiry|timeout|policy)"
_NAMED = rf"(?:{'|'.join(NAMES)})(?!i[sz]|less|ary|ly|s?[_-]?{_OTHER}(?![A-Za-z0-9]))"
NAMED_WHOLE = rf"(?i:{_NAMED}[A-Za-z0-9]{{0,20}}(?:[_-]\w{{1,40}})?\Z)"  # the name of a member, or of an option
SECRET = "[secret]"  # noqa: S105 -- what is left of one

# A value: in quotes all between them; else up to a blank, or to what begins the next one in an address.
NUMBER = r"\d[\d.,_]{0,15}(?![\w-])"  # how many tokens there are is no token
_QUOTE = r"(?:\\{0,3}['\"])?"
_VALUE = (
    r"(?:(?<=\\\")[^\"\\\n]{1,4000}|(?<=\\')[^'\\\n]{1,4000}"
    r"|(?<=\")(?:\\.|[^\"\\\n]){1,4000}|(?<=')(?:\\.|[^'\\\n]){1,4000}"
    r"|(?:[^\s'\",;&\\]|\\[^\n'\"]|,(?![\s'\"]|\Z)|[;&](?![\s'\"]|\Z|\w{1,40}=)){1,4000})"
)
_SCHEMES = "bearer|basic|digest|token|negotiate|ntlm|apikey|api-key|oauth|hawk|dpop|aws4-hmac-sha256"
# Of a host, and of a file whose name has an `@`.
_FILE = (
    "(?:png|svg|jpe?g|gif|webp|avif|ico|bmp|pdf|md|rst|txt|json|ya?ml|toml|lock|xml|html?|css|scss|less|[cm]?[jt]sx?|map"
    "|py|tgz|gz|bz|xz|tar|zip|whl|jar|deb|rpm|exe|csv|log|woff|ttf|mov|webm)"
)

# In this order. Every repetition has a bound, so that no text takes time out of proportion to its length.
PATTERNS = (
    Pattern(
        "private key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
        r"(?s:.)*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z)",
        "[private key]",
        ("-----begin",),
    ),
    Pattern(
        "credentials in an address",
        # A number behind the colon is a port: what follows it is a path, which may have an `@` of its own.
        r"(?<=://)(?:[^\s/@:'\"]{0,200}:(?!\d{1,5}[/?#])[^\s'\"<>]{0,200}@|(?:[^\s/@]{1,300}@){1,5})",
        "[credentials]@",
        ("://",),
    ),
    Pattern(
        "authorization header",
        rf"(?i:(\bauthorization['\"]?\s{{0,5}}[:=]\s{{0,5}}['\"]?((?:{_SCHEMES})\s{{1,5}})?)"
        r"[^\s'\",;]{1,4000}(?(2)|(?:(?<!\[secret\])[ \t]{1,5}[^\s'\",;]{1,4000})?))",
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
    # Names of packages and of settings begin so too: those have no digit, or are words with something between them.
    Pattern("key that begins with sk-", r"(?<![\w-])sk-(?=[A-Za-z_-]{0,255}\d)[\w-]{16,255}", "[token]", ("sk-",)),
    Pattern("npm token", r"\bnpm_[A-Za-z0-9]{30,255}", "[token]", ("npm_",)),
    Pattern("PyPI token", r"(?<![\w-])pypi-(?=[A-Za-z_-]{0,255}\d)[\w-]{16,2000}", "[token]", ("pypi-",)),
    Pattern("Hugging Face token", r"\bhf_[A-Za-z0-9]{30,255}", "[token]", ("hf_",)),
    Pattern("JSON web token", r"\beyJ[\w-]{8,400}\.[\w-]{8,4000}(?:\.[\w-]{0,4000})?", "[token]", ("eyj",)),
    Pattern(
        "value of an option that is named a secret",
        rf"(?i:(?<![\w-])((?!--?no-)--?[\w-]{{0,40}}(?!tokens[= ]{NUMBER}){_NAMED}[\w-]{{0,40}}"
        rf"(?:=|[ \t]{{1,5}}(?!--|-\w(?!\S))){_QUOTE}){_VALUE})",
        r"\1[secret]",
        NAMES,
    ),
    Pattern(
        "value that is named a secret",
        rf"(?i:((?<!unexpected )(?!tokens{_QUOTE}\s{{0,5}}[:=]\s{{0,5}}{NUMBER}){_NAMED}"
        rf"[A-Za-z0-9]{{0,20}}(?:[_-]\w{{1,40}})?{_QUOTE}\]?\s{{0,5}}(?:[:=]{{1,2}}>?)\s{{0,5}}{_QUOTE})"
        rf"(?!\[private key\]){_VALUE})",
        r"\1[secret]",
        NAMES,
    ),
    Pattern(
        "e-mail address",
        # `git@host:path` is where a repository is.
        r"(?<![\w.+%-])(?!git@)[\w.+%-]{1,256}@(?:[A-Za-z0-9-]{1,63}\.){1,8}"
        rf"(?!(?i:{_FILE})\d?(?![\w-]))[A-Za-z]{{2,63}}",
        "[e-mail]",
        ("@",),
    ),
    Pattern(
        "home directory on Windows",
        r"(?i:\b[a-z]:[\\/]{1,2}users[\\/]{1,2}[^\s\\/'\":;,]{1,255})",
        "~",
        (":\\users", ":\\\\users", ":/users", ":/" + "/users"),
    ),
    Pattern("home directory", r"(?<![\w.])/(?:home|Users)/[^\s/'\":;,]{1,255}", "~", ("/home/", "/users/")),
    Pattern("home directory of root", r"(?<![\w./-])/root(?![\w.-])", "~", ("/root",)),
)
