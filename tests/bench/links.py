"""The links of a built site: `muster links` beside LinkChecker with its anchor check, over the same 500 pages.

`python tests/bench/links.py [--pages 500] [--keep DIR]` prints the figures. LinkChecker reads the site from a server
on loopback that sends the `LinkChecker` header, so that it never waits; both run as whole processes.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from urllib.parse import unquote, urldefrag, urljoin

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench.measure import Failed, Sample, process

A_SECTION = 20  # pages
HEADINGS = 6  # a page
LINKS = 8  # a page, in its text
EVERY = 10  # pages have one dead link to a page, and one to an anchor
_CONFIG = """\
site_name: Bench
docs_dir: docs
theme: {name: material, font: false, features: [navigation.prune]}
validation: {omitted_files: ignore, links: {not_found: ignore, anchors: ignore, unrecognized_links: ignore}}
plugins: []
markdown_extensions: [toc: {permalink: true}]
"""

Links = frozenset[tuple[str, str]]  # the page and the target, both as paths in the site


@dataclass(frozen=True)
class Cost:
    """What both took for the same site, and what both found dead."""

    pages: int
    dead: int  # links
    ours: Sample
    theirs: Sample
    same: bool


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        self.send_header("LinkChecker", "yes")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Nothing: LinkChecker drops connections of which it has seen enough."""


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """Serve a folder on loopback; gives the port."""
    with _Server(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def write_site(root: Path, pages: int) -> None:
    """Write the sources of a site with known dead links, and have Material build it."""
    random = Random(pages)
    for number in range(pages):
        lines = [f"# Page {number}", ""]
        for heading in range(HEADINGS):
            lines += [f"## Part {heading}", "", "Words of a page, " * 40, ""]
        for _ in range(LINKS):
            other = random.randrange(pages)
            lines.append(f"- [one]({_path(other, '../')}#part-{random.randrange(HEADINGS)})")
        if number % EVERY == 0:
            lines += [f"- [gone](../gone/{number}/)", f"- [no part]({_path(number + 1, '../')}#part-{number}-gone)"]
        target = root / "docs" / _path(number)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "docs" / "index.md").write_text("# Home\n\n[first](section-0/page-0.md)\n", encoding="utf-8")
    (root / "mkdocs.yml").write_text(_CONFIG, encoding="utf-8")
    process([sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--quiet"], root)


def _path(number: int, up: str = "") -> str:
    return f"{up}section-{number // A_SECTION}/page-{number}.md"


def ours(root: Path) -> tuple[Sample, Links]:
    """`muster links`, twice: measured, and for what it finds."""
    command = [sys.executable, "-m", "muster", "-C", str(root), "links", str(root / "site")]
    sample = process(command, root, (0, 1))
    told = subprocess.run([*command, "--format", "json"], cwd=root, capture_output=True, text=True, check=False)
    dead = json.loads(told.stdout)["dead"]
    return sample, frozenset((use["page"], _plain(one["target"])) for one in dead for use in one["uses"])


def theirs(root: Path) -> tuple[Sample, Links]:
    """LinkChecker over the served site, its anchor check on."""
    config = root / "linkcheckerrc"
    config.write_text(
        "[checking]\nmaxrequestspersecond=100000\n[output]\nstatus=0\n[csv]\nparts=parentname,url,valid,warningstring\n"
        "[AnchorCheck]\n",
        encoding="utf-8",
    )
    out = root / "out" / "linkchecker.csv"
    out.parent.mkdir(exist_ok=True)
    root.chmod(0o755)
    out.parent.chmod(0o777)  # started by root, LinkChecker goes on as nobody
    out.unlink(missing_ok=True)
    with served(root / "site") as port:
        top = f"http://127.0.0.1:{port}/"
        command = [sys.executable, "-m", "linkcheck", "-f", str(config), "-F", f"csv/utf-8/{out}", "-o", "none", top]
        sample = process(command, root, (0, 1))
    with out.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader((line for line in file if not line.startswith("#")), delimiter=";")
        found = [row for row in rows if row["valid"] == "False" or "Anchor" in row["warningstring"]]
    return sample, frozenset((_file(row["parentname"], top), _plain(row["url"].removeprefix(top))) for row in found)


def _file(address: str, top: str) -> str:
    path = urldefrag(urljoin(top, address)).url.removeprefix(top)
    return f"{path}index.html" if not path or path.endswith("/") else path


def _plain(target: str) -> str:
    return unquote(target).removesuffix("index.html")


def cost(pages: int, folder: Path) -> Cost:
    """Build the site where it is missing, run both, and compare what they find."""
    if not (folder / "site").is_dir():
        write_site(folder, pages)
    checker, by_checker = theirs(folder)
    muster, by_muster = ours(folder)
    for name, only in (("Muster", by_muster - by_checker), ("LinkChecker", by_checker - by_muster)):
        for page, target in sorted(only)[:10]:
            print(f"only {name} finds {target} dead on {page}", file=sys.stderr)
    if not by_muster:
        raise Failed("no dead link was found, and the site has some")
    built = sum(1 for _ in (folder / "site").rglob("*.html"))
    return Cost(built, len(by_muster), muster, checker, by_muster == by_checker)


def measure(pages: int) -> Cost:
    """The figures for the page of the bench."""
    with tempfile.TemporaryDirectory(prefix="muster-bench-links-") as name:
        return cost(pages, Path(name))


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description="Measure the links of a built site beside LinkChecker.")
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    found = cost(options.pages, options.keep.resolve()) if options.keep else measure(options.pages)
    print(found)
    print(f"CPU: {found.theirs.cpu / found.ours.cpu:.0f} times, clock: {found.theirs.wall / found.ours.wall:.0f} times")


if __name__ == "__main__":
    main()
