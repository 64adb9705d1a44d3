"""LinkChecker, as a process of its own: it is licensed under the GPL, and never imported.

implements: MU-RULE-2020
"""

from __future__ import annotations

import importlib.util
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

REQUESTS_A_SECOND = 10  # to one host, at most
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# Every address is asked once, as a reader's browser would: no crawling, and so no robots.txt, which is for crawlers
# and under which LinkChecker would take an address for good without asking.
_CONFIG = """\
[checking]
threads=10
timeout={timeout}
recursionlevel=0
robotstxt=0
maxrequestspersecond={rate}
[filtering]
checkextern=1
[output]
status=0
verbose=1
[xml]
parts=url,warning,result
"""


class Reply(NamedTuple):
    """What LinkChecker says of one address."""

    address: str
    valid: bool
    result: str  # `404 Not Found`, `ReadTimeout: ...`
    warnings: tuple[tuple[str, str], ...]  # tag and text


class NotInstalled(RuntimeError):
    """There is no LinkChecker on this machine."""


class Stopped(RuntimeError):
    """LinkChecker ended without checking anything."""


def command() -> list[str]:
    """How LinkChecker is started: that of our own environment, else the one on the path."""
    if importlib.util.find_spec("linkcheck") is not None:
        return [sys.executable, "-P", "-m", "linkcheck"]
    script = shutil.which("linkchecker")
    if script is None:
        msg = "LinkChecker is not installed; `pip install 'mkdocs-muster[links]'`"
        raise NotInstalled(msg)
    return [script]


def replies(addresses: Sequence[str], timeout: int, rate: int = REQUESTS_A_SECOND) -> Iterator[Reply]:
    """Ask for each address once, and say what came back as it comes; addresses have no blanks.

    One that hangs for good has no reply: where nothing at all is heard for some time, the rest is given up.
    The process ends with the iteration, however that ends.
    """
    start = command()
    with tempfile.TemporaryDirectory(prefix="muster-links-") as folder, tempfile.TemporaryFile() as errors:
        with open(os.path.join(folder, "linkcheckerrc"), "w+", encoding="utf-8") as config:
            config.write(_CONFIG.format(timeout=timeout, rate=rate))
        with open(os.path.join(folder, "addresses"), "w+b") as given:
            given.write("".join(f"{address}\n" for address in addresses).encode("utf-8", "replace"))
            given.seek(0)
            process = subprocess.Popen(
                [*start, "--config", config.name, "--stdin", "--output", "xml/utf-8"],
                cwd=folder,
                env=_environment(folder),
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C reaches us, and we end it
            )
        missing = set(addresses)
        try:
            for reply in _read(process.stdout, patience=5 * timeout + 30):
                missing.discard(reply.address)
                yield reply
                if not missing:
                    break  # it would only tidy up, for a second
        finally:
            process.kill()
            process.communicate()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").splitlines()
        why = [line.strip() for line in said if line.strip() and not line.startswith("WARNING ")]
        if why and len(missing) == len(set(addresses)):
            msg = f"LinkChecker gave no answer: {why[-1]}"
            raise Stopped(msg)


def _environment(folder: str) -> dict[str, str]:
    """Ours, without the user's settings, plugins and passwords (`~/.netrc`), and in the language that we read."""
    own = {"HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder}
    return {**os.environ, **own, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", "PYTHONUTF8": "1", "NETRC": os.devnull}


def _read(stream: IO[bytes] | None, patience: float) -> Iterator[Reply]:
    """Replies as they are written, until the end or a silence."""
    import codecs
    from xml.etree.ElementTree import Element, ParseError, XMLPullParser

    parser: XMLPullParser[Element] = XMLPullParser(["end"])
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while stream and select.select([stream], [], [], patience)[0]:
        data = os.read(stream.fileno(), 65536)
        if not data:
            return
        try:
            parser.feed(_NO_XML.sub("�", decoder.decode(data)))
        except ParseError:
            return  # whoever was not heard is asked again
        for event in parser.read_events():
            element = event[-1]
            if isinstance(element, Element) and element.tag == "urldata":
                yield _reply(element)
                element.clear()


def _reply(element: Element) -> Reply:
    valid = element.find("valid")
    return Reply(
        element.findtext("url") or "",
        valid is not None and valid.text == "1",
        valid.get("result", "") if valid is not None else "",
        tuple((warning.get("tag", ""), warning.text or "") for warning in element.iter("warning")),
    )
