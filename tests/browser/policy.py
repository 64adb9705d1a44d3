"""A strict Content-Security-Policy for a built site, and a server that reports what would break it.

It is how MU-SITE-9031 is looked at. The policy reports and does not block, so that a hostile text which gets through
the pages is seen to run.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL)
_ARTICLE = re.compile(r"<article\b.*</article>", re.DOTALL)  # what a page itself brings
_SCOPE = re.compile(r'new URL\("[^"]*",location\)')  # the theme writes where the page stands in the site


def policy_of(site: Path) -> str:
    """The policy of a site: hashes for the theme's own scripts, and for nothing else that stands inside a page."""
    own = {_SCOPE.sub("", body) for body in inline_scripts(_text(site / "404.html"))}  # a page of the theme alone
    found = {body for page in site.rglob("*.html") for body in inline_scripts(_ARTICLE.sub("", _text(page)))}
    hashes = sorted(f"'sha256-{_digest(body)}'" for body in found if _SCOPE.sub("", body) in own)
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src 'self' {' '.join(hashes)}",
            "style-src 'self'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "object-src 'none'",
        ]
    )


def inline_scripts(page: str) -> list[str]:
    """The scripts that stand in a page, without data that has a type of its own."""
    return [
        match["body"]
        for match in _SCRIPT.finditer(page)
        if "src=" not in match["attributes"] and "application/json" not in match["attributes"]
    ]


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _digest(body: str) -> str:
    return base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()


class Handler(SimpleHTTPRequestHandler):
    """Serves a folder with a policy, and without a line on standard error for each request."""

    policy = ""

    def end_headers(self) -> None:
        """Send the policy too."""
        self.send_header("Content-Security-Policy-Report-Only", self.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """The address on this machine where a built site is served."""
    handler = type("SiteHandler", (Handler,), {"policy": policy_of(site)})
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
