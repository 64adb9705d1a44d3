"""What is taken out of a row before it is kept, and what only looks like it and stays."""

from __future__ import annotations

import time
from typing import Any

import pytest
from msgspec.structs import replace

from ledgers import as_row, checked
from muster import ledger
from muster.ledger import Failure, Ledger, ScriptRun, ToolCall, begin
from muster.ledger.keys import new_uuid
from muster.ledger.patterns import PATTERNS
from muster.ledger.scrubbing import Scrubber

pytestmark = pytest.mark.requirement("MU-LEDGER-8023")

SCRUBBER = Scrubber(home="/srv/homes/ada")
A40 = "0123456789abcdefghijABCDEFGHIJ0123456789"

# By pattern: a text, what is left of it, and what is not it though it looks like it.
EXAMPLES: dict[str, tuple[str, str, str]] = {
    "private key": (
        f"-----BEGIN RSA PRIVATE KEY-----\n{A40}\n-----END RSA PRIVATE KEY----- after",
        "[private key] after",
        f"-----BEGIN CERTIFICATE-----\n{A40}\n-----END CERTIFICATE-----",
    ),
    "credentials in an address": (
        "git clone https://ada:pa55@example.org/x.git",
        "git clone https://[credentials]@example.org/x.git",
        "https://example.org/a/@scope/x",
    ),
    "authorization header": (
        "Authorization: Basic QWxhZGRpbjpvcGVu",
        "Authorization: Basic [secret]",
        "the authorization of Ada",
    ),
    "bearer token": ("curl -H 'Bearer abc.def-123'", "curl -H 'Bearer [secret]'", "the bearer of news"),
    "GitHub token": (f"ghp_{A40}", "[token]", "ghp_short"),
    "GitLab token": ("glpat-ABCDEFGHIJ1234567890", "[token]", "glpat-short"),
    "AWS access key": ("AKIAIOSFODNN7EXAMPLE", "[token]", "AKIAIOSFODNN7EXAMPLES are many"),
    "Slack token": ("xoxb-123456789012-abc", "[token]", "xoxb-1"),
    "Google API key": (f"AIza{'x' * 35}", "[token]", f"AIza{'x' * 30}"),
    "Stripe key": ("sk_live_abcdefghij", "[token]", "sk_lively_abcdefghij"),
    "key that begins with sk-": (
        "sk-proj-abcdefgh1jklmnop",
        "[token]",
        "sk-learn, and task-12-of-the-long-list-of-tasks",
    ),
    "npm token": (f"npm_{A40}", "[token]", "npm_config_cache"),
    "PyPI token": (f"pypi-{A40}", "[token]", "pypi-mirror"),
    "Hugging Face token": (f"hf_{A40}", "[token]", "hf_hub"),
    "JSON web token": ("eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ", "[token]", "eyJhbGciOiJI alone"),
    "value of an option that is named a secret": (
        "deploy --db-password hunter2 --to here",
        "deploy --db-password [secret] --to here",
        "deploy --passive hunter2",
    ),
    "value that is named a secret": (
        'DB_PASSWORD=hunter2 {"api_key": "abc"}',
        'DB_PASSWORD=[secret] {"api_key": "[secret]"}',
        "the password is kept elsewhere, in specs/20-tokens.md",
    ),
    "e-mail address": ("by Ada <ada.l+x@mail.example.org>", "by Ada <[e-mail]>", "package@1.2.3 and @ada and a@b"),
    "home directory on Windows": (r"C:\Users\ada\x c:/users/ada", r"~\x ~", r"C:\Programs\Users"),
    "home directory": ("/home/ada/x and /Users/ada", "~/x and ~", "/usr/home.md and docs/home/ada and ./home/x"),
    "home directory of root": ("cd /root/x:/root", "cd ~/x:~", "/rooted, /var/root/x and a/root"),
}
STAYS = [
    *("specs/20-tokens.md", "task-12", "/usr/home.md", "OC-CORE-1001", "MU-LEDGER-8023"),
    "57c70c82-267e-4634-837d-a87de108f631",
    *(f"sha256:{'0123456789abcdef' * 4}", "package@1.2.3", "2026-11-28T09:20:34.123456Z", "src/password_reset.py:12"),
    *("the secret of success", "docs/secrets.md#tokens", "1,234 tokens", "a key: b", "author: Ada", "pwd"),
    *("logo@2x.png", "lodash@4.17.21.tgz", "auth@v2.md", "font@1.woff2", "git@github.com:org/repo"),
    *("http://localhost:4873/@scope/pkg", "Unexpected token: name", "tokens: 12", "max_tokens=100", "tokens: 1,234"),
    *("sk-learn-contrib-of-many-words", "task-sk-assessment-workflow-2", "pypi-publish-workflow-file"),
    *("npm_config_registry_of_ours_1234", "hf_hub_download_cache_directory_v2"),
    *("--tokenizer cl100k", "--token-file x.txt", "--no-password x", "tokenizer: cl100k", "tokenCount: 5"),
    *("--max-tokens 100", "--max-tokens=100", "--token --silent", "--token -v", 'password = "" and x'),
]
GOES = {
    "PASSWORD=[hunter2": "PASSWORD=[secret]",
    '--password "two words" x': '--password "[secret]" x',
    "--password='two words' x": "--password='[secret]' x",
    "--password  x y": "--password  [secret] y",
    "--password\tx y": "--password\t[secret] y",
    "--password -hunter2 y": "--password [secret] y",
    r"--password two\ words x": "--password [secret] x",
    'password: "correct horse battery", x': 'password: "[secret]", x',
    'TOKEN="a b c" x': 'TOKEN="[secret]" x',
    "PASSWORD=a,b;c&d, x": "PASSWORD=[secret], x",
    "?token=a&user=ada": "?token=[secret]&user=ada",
    "Password=a;User=ada": "Password=[secret];User=ada",
    "PASSWORD1=x": "PASSWORD1=[secret]",
    "PASSWORD=1234": "PASSWORD=[secret]",
    "user[password]=x": "user[password]=[secret]",
    '"secretKey": "x"': '"secretKey": "[secret]"',
    '"apiKeyValue": "a \\" b"': '"apiKeyValue": "[secret]"',
    r'"{\"password\": \"a b\", \"user\": \"ada\"}"': r'"{\"password\": \"[secret]\", \"user\": \"ada\"}"',
    "secret => 'abc' x": "secret => '[secret]' x",
    "secret := abc x": "secret := [secret] x",
    "https://ada:p/w@host/x": "https://[credentials]@host/x",
    "https://ada:p@ss@host": "https://[credentials]@host",
    "https://a@b@host": "https://[credentials]@host",
    "Authorization: Negotiate abc x": "Authorization: Negotiate [secret] x",
    "Authorization: ApiKey abc x": "Authorization: ApiKey [secret] x",
    "Authorization: Unknown abc x": "Authorization: [secret] x",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK----- y": "[private key] y",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\nx": "[private key]",
    "C:/Users/ada": "~",
    "ada@example.png.org": "[e-mail]",
}


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_each_pattern_finds_its_example_and_leaves_what_only_looks_like_it(pattern: Any) -> None:
    text, left, near = EXAMPLES[pattern.name]

    assert SCRUBBER.text(text) == left
    assert SCRUBBER.text(f"{text}\n{near}") == f"{left}\n{near}"
    assert SCRUBBER.text(near) == near
    assert SCRUBBER.text(left) == left
    assert any(word in text.lower() for word in pattern.needs)


@pytest.mark.parametrize("text", STAYS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert SCRUBBER.text(text) == text


@pytest.mark.parametrize("text", GOES)
def test_however_a_secret_is_written_all_of_it_goes(text: str) -> None:
    assert SCRUBBER.text(text) == GOES[text]
    assert SCRUBBER.text(GOES[text]) == GOES[text]


def test_every_pattern_has_its_example() -> None:
    assert list(EXAMPLES) == [pattern.name for pattern in PATTERNS]


def test_the_home_of_who_runs_it_is_taken_out_wherever_it_is() -> None:
    assert SCRUBBER.text("/srv/homes/ada/x:/srv/homes/ada and /srv/homes/adam") == "~/x:~ and /srv/homes/adam"


def test_a_command_line_may_have_a_secret_in_its_next_word() -> None:
    words = ("curl", "--password", "hunter2", "--token", "--silent", "-Xpwd", "--api-key=abc", "ada@example.org")

    assert SCRUBBER.command(words) == (
        *("curl", "--password", "[secret]", "--token", "--silent", "-Xpwd", "--api-key=[secret]", "[e-mail]"),
    )


def test_a_value_of_a_command_line_may_look_like_an_option_or_have_blanks() -> None:
    words = ("x", "--password", "-hunter2", "--token=a b", "TOKEN=a b", "--password-file", "a", "--no-password", "b")
    counts = ("--max-tokens", "100", "--max-tokens=100", "MAX_TOKENS=1,000")

    assert SCRUBBER.command((*words, *counts)) == (
        *("x", "--password", "[secret]", "--token=[secret]", "TOKEN=[secret]"),
        *("--password-file", "a", "--no-password", "b"),
        *counts,
    )


def test_patterns_of_the_settings_come_on_top_and_may_ask_where_a_text_begins() -> None:
    scrubber = Scrubber([r"^ACME-\d+"])
    row = as_row(begin("x").succeeded(files_written=["ACME-12", "see ACME-12"]))

    found = scrubber.run(row)

    assert found["content"]["structured"]["io"]["files_written"] == ["[scrubbed]", "see ACME-12"]
    assert found["meta"]["scrubbed"] is True


@pytest.mark.parametrize("own", ["runner", "structured", "name", "status", "task"])
def test_a_pattern_of_the_settings_never_renames_what_is_a_field(ledger_url: str, own: str) -> None:
    spans: dict[str, Any] = {"started_at_ts": 1.0, "ended_at_ts": 2.0, "trace_id": new_uuid(), "span_id": new_uuid()}
    call = ToolCall(id="t", name="fetch", arguments={"its status, name, task, structured, runner": 1}, **spans)
    run = begin("x", filters={own: 1}).succeeded(tool_calls=["t"])
    with ledger.open(ledger_url, scrub=[own]) as opened:
        opened.record(run, tool_calls=(call,), events=(checked(1),))

        assert opened.runs()[0].facts.retrieval.filters == {"[scrubbed]": 1}
        assert opened.tool_calls(["t"])[0].arguments.keys() != call.arguments.keys()
        assert opened.events()[0].context == checked(1).context


def test_what_an_event_refers_to_stays_and_what_it_says_does_not(book: Ledger) -> None:
    path, secret = "specs/10-pay@v2.org", "token=abc"
    names = {"REQ001": 1, "ada@example.org": 2, "eve@example.org": 3}
    counted = checked(1, record=path)
    counted.context.update(run_id=path, counts=names)
    changed = replace(
        counted,
        event="spec:changed",
        type="spec_status_changed",
        idempotency_key="k",
        context={"spec_id": None, "spec": path, "before": secret, "after": f"of {path}"},
    )

    first, second = book.append(counted, changed)

    assert first.context == counted.context | {"counts": {"REQ001": 1, "[e-mail]": 2, "[e-mail] 2": 3}}
    assert second.context == changed.context | {"before": "token=[secret]", "after": "of specs/[e-mail]"}
    assert book.latest("spec_status_changed", "spec", "after") == {path: ("of specs/[e-mail]", 1)}
    assert book.broken() == []


def test_values_are_looked_at_wherever_they_are_and_so_are_the_keys() -> None:
    value = {
        "a": [{"b": "ada@example.org"}, ("x", "/home/ada/y")],
        "ada@example.org": 1,
        "password": "hunter2",
        "api_keys": ["one", {"two": "three"}, 4, None, ""],
        "total_tokens": 12,
        "tokenizer": "cl100k",
    }

    assert SCRUBBER.row({"arguments": value})["arguments"] == {
        "a": [{"b": "[e-mail]"}, ("x", "~/y")],
        "[e-mail]": 1,
        "password": "[secret]",
        "api_keys": ["[secret]", {"two": "[secret]"}, 4, None, ""],
        "total_tokens": 12,
        "tokenizer": "cl100k",
    }


@pytest.fixture
def book(ledger_url: str) -> Any:
    with ledger.open(ledger_url) as opened:
        yield opened


def test_a_row_says_whether_something_was_taken_out(book: Ledger) -> None:
    plain = begin("x", reads=["specs/20-tokens.md"]).succeeded()
    secret = begin("x", reads=["/home/ada/a.md"], filters={"password": "hunter2"}).failed("token=abc of a@example.org")
    book.record(plain)
    book.record(secret)

    failed, succeeded = book.runs()

    assert succeeded == plain
    assert (failed.parents, failed.provenance.sources, failed.meta.scrubbed) == (("~/a.md",), ("~/a.md",), True)
    assert failed.facts.error == Failure(type="Error", message="token=[secret] of [e-mail]")
    assert failed.content.text == "x ended after 0 ms, failed: token=[secret] of [e-mail]"
    assert failed.facts.retrieval.filters == {"password": "[secret]"}


def test_what_names_a_row_is_never_touched() -> None:
    key = "sk-abcdefghijklmnopqrstuvwxyz"
    row = as_row(begin("x", spec_ids=[key]).failed("a@example.org", tool_calls=["ghp_" + A40]))
    row["content"]["structured"] |= {"idempotency_key": key, "task_slug": "sk-abcdefghijklmnopqrst"}
    row["content"]["structured"]["error"]["stack_hash"] = key
    kept = ("id", "session_id", "created_at")

    found = SCRUBBER.run(row)

    before, after = row["content"]["structured"], found["content"]["structured"]
    for name in ("idempotency_key", "task_slug", "trace_id", "span_id", "task_config_digest", "started_at_iso", "io"):
        assert after[name] == before[name]
    assert after["error"] == {"type": "Error", "message": "[e-mail]", "stack_hash": key}
    assert [found[name] for name in kept] == [row[name] for name in kept]
    assert found["meta"] == {"scrubbed": True, "backfilled": False, "spec_ids": [key]}


def test_tool_calls_and_commands_are_scrubbed_too(book: Ledger) -> None:
    trace, span = new_uuid(), new_uuid()
    spans: dict[str, Any] = {"started_at_ts": 1.0, "ended_at_ts": 2.0, "trace_id": trace, "span_id": span}
    arguments = {"token": "abc", "url": "https://u:p@h/x"}
    call = ToolCall(id="t", name="fetch", arguments=arguments, **spans)
    script = ScriptRun(id="s", command=("psql", "--password", "hunter2"), folder="/home/ada/x", exit_status=0, **spans)

    book.record_tool_call(call)
    book.record_script_run(script)

    assert book.tool_calls(["t"])[0].arguments == {"token": "[secret]", "url": "https://[credentials]@h/x"}
    assert book.script_runs(["s"])[0].command == ("psql", "--password", "[secret]")
    assert book.script_runs(["s"])[0].folder == "~/x"


HOSTILE = {
    "private key": "-----BEGIN PRIVATE KEY-----",
    "private key, half": "-----BEGIN A A A A A A ",
    "credentials in an address": "://a:b",
    "credentials in an address, no at": "://a:bbbbbb",
    "credentials in an address, no colon": "://aaa@",
    "authorization header": "authorization: basic ",
    "authorization header, unknown": "authorization: x y",
    "key that begins with sk-, long": "sk-aaaaaaaaaaaaaaaaaaaaaaaaaaa ",
    "bearer token": "bearer    ",
    "GitHub token": "ghp_aaaaaaaaaaaaaaaaaaa-",
    "GitLab token": "glpat-aaa ",
    "AWS access key": "AKIAAAAAAAAA-",
    "Slack token": "xoxb-aaa ",
    "Google API key": "AIza-",
    "Stripe key": "sk_live_a-",
    "key that begins with sk-": "sk-sk-sk- ",
    "npm token": "npm_a-",
    "PyPI token": "pypi-a ",
    "Hugging Face token": "hf_a-",
    "JSON web token": "eyJ-",
    "JSON web token, dots": "eyJaaaaaaaa.",
    "option": "--password-",
    "option, dashes": " --------------------password",
    "value": "password_",
    "value, quotes": "password='",
    "value, quotes that do not end": 'token="a ',
    "value, backslashes": "token=\\\\",
    "value, ends": "token=,;&",
    "tokens": "tokens: 1,",
    "value, words": "secret_tokens        ",
    "e-mail address": "a.a@a.a.a.a.a.a.a.a.1",
    "e-mail address, files": "a@a.png.png.",
    "e-mail address, no at": "aaaaaaaaaaa.",
    "home directory": "/home/",
    "home directory of root": "/root",
    "home directory on Windows": "c:\\users\\",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_time_out_of_proportion_to_its_length(name: str) -> None:
    seconds = []
    for size in (500_000, 1_000_000):
        text = HOSTILE[name] * (size // len(HOSTILE[name]))
        began = time.process_time()
        SCRUBBER.text(text)
        seconds.append(time.process_time() - began)

    assert seconds[1] < max(3 * seconds[0], 0.5), seconds
    assert seconds[1] < 5
