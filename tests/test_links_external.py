"""Links to other hosts: a real LinkChecker asks a real server, and what it says is judged, kept and told."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from muster import workspace
from muster.cli.app import run
from muster.links.built import Use
from muster.links.external import (
    DAY,
    RECORD,
    Answer,
    Host,
    Plan,
    State,
    asked,
    by_host,
    doubted,
    judged,
    kept_from,
    plan,
    problems_in,
    record_of,
)
from muster.settings import ExternalSettings, InvalidSettings, settings_from
from muster.store import linkchecker

Captured = pytest.CaptureFixture[str]
NOW = 1_700_000_000
SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Way\n\n- [QUEUE-1001] It MUST run.\n"


class Web(ThreadingHTTPServer):
    """A host with pages that answer in each way there is."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Page)
        self.asked: Counter[str] = Counter()
        self.hanging = threading.Event()
        self.left = threading.Event()

    @property
    def top(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """Nothing: connections are dropped here."""


class Page(BaseHTTPRequestHandler):
    server: Web

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        again = self.server.asked[self.path] > 1
        if self.path == "/hang":
            self.server.hanging.set()
            self.connection.recv(1)  # until the other side has had enough
            self.server.left.set()
            return
        if self.path == "/drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if self.path == "/late":
            self.server.hanging.wait(20)
            time.sleep(2)  # so late that a terminal shows how far the work is
        answers = {
            "/ok": 200,
            "/late": 200,
            "/moved": 301,
            "/elsewhere": 302,
            "/gone": 404,
            "/error": 500,
            "/private": 403,
        }
        status = answers.get(self.path) or (200 if again else 429)
        self.send_response(status, "Not \x1b[31m Found" if self.path == "/gone" else None)
        self.send_header("LinkChecker", "yes")
        self.send_header("Content-Length", "0")
        if status in (301, 302):
            self.send_header("Location", "/ok")
        if status == 429:
            self.send_header("Retry-After", "7")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(addresses: Sequence[str]) -> Iterator[linkchecker.Reply]:
    return linkchecker.replies(addresses, timeout=1, rate=1000)


@pytest.mark.requirement("MU-RULE-2020")
def test_each_answer_of_a_server_is_judged_and_what_may_pass_is_asked_again(web: Web) -> None:
    names = ("ok", "moved", "elsewhere", "gone", "busy", "error", "private", "hang", "drop")
    addresses = [f"{web.top}/{name}" for name in names] + ["http://[::1/x"]
    pauses: list[float] = []

    found = dict(asked(addresses, ask, 1, pauses.append, NOW))

    assert {address.rpartition("/")[2]: answer for address, answer in found.items()} == {
        "ok": Answer(State.OK, "200 OK", NOW),
        "moved": Answer(State.REDIRECTED, "200 OK", NOW, f"{web.top}/ok", permanent=True),
        "elsewhere": Answer(State.REDIRECTED, "200 OK", NOW, f"{web.top}/ok"),
        "gone": Answer(State.DEAD, "404 Not �[31m Found", NOW),
        "busy": Answer(State.OK, "200 OK", NOW),
        "error": Answer(State.UNSURE, "500 Internal Server Error", NOW),
        "private": Answer(State.UNSURE, "403 Forbidden", NOW),
        "hang": Answer(State.UNSURE, "no answer in time", NOW),
        "drop": Answer(State.UNSURE, "the connection failed", NOW),
        "x": Answer(State.DEAD, "it is no web address", NOW),
    }
    assert pauses == [7], "as the server asked, which would be 1 otherwise"
    assert {path: count for path, count in web.asked.items() if path != "/ok"} == {
        "/moved": 1,
        "/elsewhere": 1,
        "/gone": 1,
        "/busy": 2,
        "/error": 2,
        "/private": 1,
        "/hang": 2,
        "/drop": 2,
    }
    assert "/robots.txt" not in web.asked


def project(root: Path, settings: str, pages: dict[str, str]) -> Path:
    texts = {"specs/10-queue.md": SPEC, "muster.toml": f"[links.external]\ntimeout = 1\nretries = 0\n{settings}"}
    for path, text in {**texts, **pages}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@pytest.mark.requirement("MU-RULE-2020", "MU-RULE-2021")
def test_dead_addresses_are_told_with_their_pages_and_good_answers_are_kept(
    web: Web, tmp_path: Path, capfd: Captured
) -> None:
    links = "".join(
        f"<a href={web.top}/{name}>\n" for name in ("ok", "moved", "gone", "error", "not/this", "elsewhere")
    )
    pages = {"site/index.html": links, "site/a/index.html": f"<a href={web.top}/gone#part>"}
    root = project(tmp_path, 'ignore = ["/not/"]\n', pages)
    assert run(["-C", str(root), "sync"]) == 0
    capfd.readouterr()

    assert run(["-C", str(root), "links", "--external"]) == 1

    captured = capfd.readouterr()
    host = web.top.removeprefix("http://")
    assert captured.out == (
        f"site/a/index.html:1: error: {web.top}/gone is dead: 404 Not �[31m Found\n"
        "  also at site/index.html:3\n"
        "  help: mend the link, or name the address in the setting `links.external.ignore`\n"
        f"site/index.html:4: warning: {web.top}/error is unsure: 500 Internal Server Error\n"
        f"site/index.html:2: info: {web.top}/moved has moved for good, to {web.top}/ok\n"
        "\n"
        f"{'host':{len(host)}}  ok  redirected  dead  unsure  cached  ignored\n"
        f"{host}   1           2     1       1       0        1\n"
    )
    assert captured.err.startswith("2 pages, 7 links, 6 external addresses in ")
    assert captured.err.endswith(" s: 1 dead, 1 unsure\n")

    web.asked.clear()
    assert run(["-C", str(root), "links", "--external", "--format", "json"]) == 1
    told = json.loads(capfd.readouterr().out)["external"]
    assert web.asked == {"/gone": 1, "/error": 1}, "the good answers of the first run are young enough"
    assert told["hosts"] == [
        {"name": host, "ok": 1, "redirected": 2, "dead": 1, "unsure": 1, "cached": 3, "ignored": 1}
    ]
    assert told["ignored"] == [f"{web.top}/not/this"]
    assert [(answer["address"].rpartition("/")[2], answer["cached"]) for answer in told["answers"]] == [
        ("elsewhere", True),
        ("error", False),
        ("gone", False),
        ("moved", True),
        ("ok", True),
    ]

    web.asked.clear()
    assert run(["-C", str(root), "links", "--external", "--refresh"]) == 1
    assert web.asked["/moved"] == 1, "--refresh asks for all of them"

    # A check does not care, unless it is told to.
    capfd.readouterr()
    assert run(["-C", str(root), "check"]) == 0
    assert capfd.readouterr().out == ""
    settings = root / "muster.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + "gate = true\n", encoding="utf-8")
    assert run(["-C", str(root), "check"]) == 1
    assert capfd.readouterr().out.startswith(
        f"site/a/index.html:1:1: error[LNK010] {web.top}/gone is dead: 404 Not �[31m Found, and on 1 more page\n"
    )


def read_until(words: bytes, terminal: int) -> None:
    """Read what a terminal shows up to these words; without them for a minute, fail and do not wait for ever."""
    shown = b""
    while words not in shown:
        assert select.select([terminal], [], [], 60)[0], shown
        shown += os.read(terminal, 65536)


@pytest.mark.requirement("MU-RULE-2020", "MU-CORE-0034")
def test_an_interrupt_ends_linkchecker_and_keeps_what_is_known(web: Web, tmp_path: Path) -> None:
    root = project(tmp_path, "", {"site/index.html": f"<a href={web.top}/late><a href={web.top}/hang>"})
    settings = root / "muster.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("timeout = 1", "timeout = 600"), encoding="utf-8")
    known = Answer(State.OK, "200 OK", 0)
    (root / ".muster").mkdir()
    (root / RECORD).write_bytes(record_of({f"{web.top}/hang": known}, "site", {f"{web.top}/hang": ()}))
    command = [sys.executable, "-m", "muster", "links", "--external"]
    leader, follower = pty.openpty()
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=follower, text=True) as process:
        os.close(follower)
        try:
            read_until(b"asking other hosts", leader)  # the other answer came in
            process.send_signal(signal.SIGINT)
            read_until(b"muster: interrupted", leader)
        except AssertionError:
            process.kill()
            raise
        out, _ = process.communicate(timeout=10)
    os.close(leader)

    assert (process.returncode, out) == (130, "")
    assert web.left.wait(10), "nobody waits for the answer any more"
    kept = kept_from((root / RECORD).read_bytes())
    assert {address: answer.state for address, answer in kept.items()} == {
        f"{web.top}/hang": State.OK,
        f"{web.top}/late": State.OK,
    }
    assert kept[f"{web.top}/hang"] == known
    assert kept[f"{web.top}/late"].asked > 0


def test_without_linkchecker_the_help_says_how_to_install_it(tmp_path: Path) -> None:
    root = project(tmp_path, "", {"site/index.html": "<a href=http://127.0.0.1:9/>"})
    program = (
        "import importlib.util, os, sys; os.environ['PATH'] = ''; find = importlib.util.find_spec;"
        "importlib.util.find_spec = lambda name, *more: None if name == 'linkcheck' else find(name, *more);"
        "from muster.cli.app import run; sys.exit(run(['links', '--external']))"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "muster: LinkChecker is not installed\nhelp: `pip install 'mkdocs-muster[links]'`\n"


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        (["--refresh"], "add --external"),
        (["--to", "a.md"], "add --sources"),
        (["--sources", "--external"], "leave SITE and its options out"),
        (["--sources", "--refresh"], "leave SITE and its options out"),
        (["--sources", "--site-url", "https://example.org/"], "leave SITE and its options out"),
        (["--sources", "site"], "leave SITE and its options out"),
    ],
)
def test_options_that_do_nothing_together_are_a_mistake(
    options: list[str], remedy: str, tmp_path: Path, capfd: Captured
) -> None:
    assert run(["-C", str(tmp_path), "links", *options]) == 2
    assert capfd.readouterr().err.endswith(f"\nhelp: {remedy}\n")


def test_a_linkchecker_that_cannot_run_is_told_with_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "linkchecker"
    script.write_text("#!/bin/sh\necho 'it has no wheels' >&2\nexit 2\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(linkchecker, "command", lambda: [str(script)])

    with pytest.raises(linkchecker.Stopped, match=r"^LinkChecker gave no answer: it has no wheels$"):
        list(linkchecker.replies(["http://127.0.0.1:9/"], timeout=1))

    script.write_text(
        "#!/bin/sh\necho 'it is old' >&2\necho '<a><urldata><url>http://h/</url></urldata></a>'\n", encoding="utf-8"
    )
    (reply,) = linkchecker.replies(["http://h/", "http://i/"], timeout=1)  # it said something
    assert (reply.address, reply.valid) == ("http://h/", False)


REFUSED = "ConnectionError: HTTPConnectionPool(host='h', port=1): (NewConnectionError([Errno 111] Connection refused"
NO_NAME = (
    "ConnectionError: Max retries exceeded (Caused by NameResolutionError(\"Failed to resolve 'h' ([Errno {}] words"
)


@pytest.mark.parametrize(
    ("valid", "result", "state", "reason", "again"),
    [
        (True, "200 OK", State.OK, "200 OK", False),
        (True, "204 No Content", State.OK, "204 No Content", False),
        (False, "404 Not &lt;Found&gt;", State.DEAD, "404 Not <Found>", False),
        (False, "410 Gone", State.DEAD, "410 Gone", False),
        (False, "401 Unauthorized", State.UNSURE, "401 Unauthorized", False),
        (False, "999 Request denied", State.UNSURE, "999 Request denied", False),
        (False, "408 Request Timeout", State.UNSURE, "408 Request Timeout", True),
        (False, "503 Service Unavailable", State.UNSURE, "503 Service Unavailable", True),
        (False, REFUSED, State.UNSURE, "the connection is refused", True),
        (False, "ConnectTimeout: words", State.UNSURE, "no connection in time", True),
        (False, NO_NAME.format(-2), State.DEAD, "there is no host of that name", False),
        (False, NO_NAME.format(-3), State.UNSURE, "the connection failed", True),
        (False, "TooManyRedirects: Exceeded 10", State.DEAD, "TooManyRedirects: Exceeded 10", False),
        (
            False,
            "SSLError: [SSL: CERTIFICATE_VERIFY_FAILED]",
            State.UNSURE,
            "its certificate is not trusted here",
            False,
        ),
        (False, "", State.UNSURE, "", True),
    ],
)
def test_a_result_is_judged_by_what_another_try_could_bring(
    valid: bool, result: str, state: State, reason: str, again: bool
) -> None:
    verdict = judged(("http://h/", valid, result, ()), NOW)

    assert verdict == (Answer(state, reason, NOW), again, 0)


def test_an_address_on_the_way_of_another_has_only_its_own_redirects() -> None:
    warnings = tuple(
        ("http-redirected", f"Redirected to `http://h/{name}' status: {status} words.")
        for name, status in (("b", 302), ("c", 301))
    )

    found = {name: judged((f"http://h/{name}", True, "200 OK", warnings), NOW).answer for name in "abc"}

    assert found == {
        "a": Answer(State.REDIRECTED, "200 OK", NOW, "http://h/c"),
        "b": Answer(State.REDIRECTED, "200 OK", NOW, "http://h/c", permanent=True),
        "c": Answer(State.OK, "200 OK", NOW),
    }


def test_a_pause_doubles_and_is_bounded_whatever_a_server_asks_for() -> None:
    def busy(addresses: Sequence[str]) -> Iterator[tuple[str, bool, str, tuple[tuple[str, str], ...]]]:
        for address in addresses:
            yield address, True, "429 Too Many", (("http-rate-limited", f"Rate limited (Retry-After: {wait.pop()})"),)

    wait = ["None", "999999", "None", "Fri, 31 Dec", "None"]
    pauses: list[float] = []

    found = list(asked(["http://h/"], busy, 4, pauses.append, NOW))

    assert pauses == [1, 2, 4, 60]
    assert found == [("http://h/", Answer(State.UNSURE, "429 Too Many", NOW))]


def test_an_address_without_a_reply_is_unsure() -> None:
    found = list(asked(["http://h/"], lambda _: [("http://other/", True, "200 OK", ())], 0, lambda _: None, NOW))

    assert found == [("http://h/", Answer(State.UNSURE, "LinkChecker did not say", NOW))]


def test_only_a_good_answer_that_is_young_enough_is_not_asked_for_again() -> None:
    def answer(state: State, age: int) -> Answer:
        return Answer(state, "words", NOW - age)

    kept = {
        "http://h/dead": answer(State.DEAD, 0),
        "http://h/future": answer(State.OK, -1),
        "http://h/ignored": answer(State.OK, 0),
        "http://h/moved": answer(State.REDIRECTED, DAY - 1),
        "http://h/ok": answer(State.OK, 2 * DAY - 1),
        "http://h/old": answer(State.OK, 2 * DAY),
        "http://h/unsure": answer(State.UNSURE, 0),
    }
    settings = ExternalSettings(ignore=(r"/ignored$", "^nothing"), age_days=2)

    found = plan([*kept, "http://h/new"], kept, settings, NOW, refresh=False)
    anew = plan(kept, kept, settings, NOW, refresh=True)

    names = ("dead", "future", "new", "old", "unsure")
    assert found == Plan(
        tuple(f"http://h/{name}" for name in names),
        {f"http://h/{name}": kept[f"http://h/{name}"] for name in ("moved", "ok")},
        ("http://h/ignored",),
    )
    assert (len(anew.ask), anew.known) == (6, {})


def test_where_no_host_has_a_name_the_network_is_missing_and_not_the_hosts() -> None:
    gone = Answer(State.DEAD, "there is no host of that name", NOW)
    lost = Answer(State.UNSURE, "no host name can be looked up: is there a network?", NOW)

    assert doubted({"http://a/": gone, "http://b/": gone}) == {"http://a/": lost, "http://b/": lost}
    assert doubted({"http://a/": gone, "http://a/b": gone}) == {"http://a/": gone, "http://a/b": gone}
    reached = {"http://a/": gone, "http://b/": Answer(State.OK, "200 OK", NOW)}
    assert doubted(reached) == reached


def test_the_record_holds_what_the_site_has_and_where_the_dead_ones_stand() -> None:
    answers = {
        "http://h/b": Answer(State.DEAD, "404 Not Found", NOW),
        "http://h/a": Answer(State.OK, "200 OK", NOW),
        "http://h/old": Answer(State.OK, "200 OK", NOW),
    }
    uses = (Use("index.html", 3, "http://h/b#x"), Use("z/index.html", 7, "http://h/b"))
    record = record_of(answers, "site", {"http://h/a": uses[:1], "http://h/b": uses, "http://h/new": ()})

    places = (("site/index.html", 3), ("site/z/index.html", 7))
    kept = kept_from(record)
    assert kept == {
        "http://h/a": answers["http://h/a"],
        "http://h/b": Answer(State.DEAD, "404 Not Found", NOW, pages=places),
    }
    assert record_of(dict(reversed(answers.items())), "site", {"http://h/a": (), "http://h/b": uses}) == record
    assert json.loads(record)["schema_version"] == 1
    assert [(problem.code, str(problem.place), problem.message) for problem in problems_in(record)] == [
        ("LNK010", "site/index.html:3:1", "http://h/b is dead: 404 Not Found, and on 1 more page")
    ]


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b"[]", b"\xff", b'{"schema_version": 2, "answers": {}}', b'{"schema_version": 1, "answers": 1}'],
)
def test_a_damaged_record_is_made_anew(content: bytes | None) -> None:
    assert kept_from(content) == {}
    assert problems_in(content) == []


def test_a_damaged_record_is_no_finding_of_a_check(tmp_path: Path) -> None:
    root = project(tmp_path, "gate = true\n", {RECORD: '{"schema_version": 1'})

    assert [finding.code for finding in workspace.check(root).findings if finding.code.startswith("LNK")] == []


def test_what_is_no_address_is_not_asked_for() -> None:
    broken = ["http://[::1/x", "http:///x", "http://h:99999/", "http://h:0/", "http://h:x/"]

    found = dict(asked([*broken, "http://\u2028.example/"], lambda _: pytest.fail("asked"), 3, print, NOW))

    no_name = Answer(State.UNSURE, "its host has no name that the network knows", NOW)
    assert found == {
        **dict.fromkeys(broken, Answer(State.DEAD, "it is no web address", NOW)),
        "http://\u2028.example/": no_name,
    }


def test_a_pattern_to_ignore_that_is_no_regular_expression_is_told_with_its_place() -> None:
    with pytest.raises(InvalidSettings) as caught:
        settings_from('[links.external]\nignore = ["^ok", "[", "", 1]\n', "muster.toml")

    assert caught.value.problems == [
        "`links.external.ignore[1]` is '['; it is no regular expression: unterminated character set at position 0",
        "`links.external.ignore[2]` is ''; it matches every address; name one",
        "`links.external.ignore[3]` is 1; it is a text",
    ]


def test_the_summary_counts_by_host() -> None:
    answers = {
        "http://b:80/": Answer(State.OK, "", 0),
        "http://u:p@B:80/x": Answer(State.DEAD, "", 0),
        "https://a/": Answer(State.REDIRECTED, "", 0),
    }
    planned = Plan(("http://u:p@B:80/x",), {"http://b:80/": answers["http://b:80/"]}, ("http://[", "https://c/"))

    assert by_host(answers, planned) == [
        Host("(none)", 0, 0, 0, 0, 0, 1),
        Host("a", 0, 1, 0, 0, 0, 0),
        Host("b:80", 1, 0, 1, 0, 1, 0),
        Host("c", 0, 0, 0, 0, 0, 1),
    ]
