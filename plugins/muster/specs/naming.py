"""What a spec is called: its package, its two-digit prefix, the ID area that it claims."""

from __future__ import annotations

import re
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from muster.settings import Settings

_TWO_DIGITS = re.compile(r"([0-9]{2})[-_. ](?=.)")
_UNSAFE = re.compile(r"[^\w.+@-]+")
_BAND = re.compile(
    r"(?P<area>.+?)-(?P<first>[0-9]{1,9})\.\.(?P<last>[0-9]{1,9})|(?P<area_x>.+?)-(?P<digits>[0-9]{0,5})(?P<x>x{1,4})"
)


def two_digits(path: str) -> str:
    """The two-digit prefix of a file's name, or nothing."""
    match = _TWO_DIGITS.match(basename(path))
    return match[1] if match else ""


def package_of(path: str, front_matter: Mapping[str, str], settings: Settings) -> str:
    """The package that a spec belongs to; empty for a `SPEC/SPEC.md`, whose folder's manifest names it.

    implements: MU-REQ-1030
    """
    told = front_matter.get("package") or settings.specs.packages.get(path)
    if told:
        return file_name(told)
    if path == "SPEC/SPEC.md" or path.endswith("/SPEC/SPEC.md"):
        return ""
    name = basename(path)
    return file_name(_TWO_DIGITS.sub("", name, 1).removesuffix(".md") or name)


def file_name(package: str) -> str:
    """A package name as the name of a file: `@scope/name` and `example.org/x` lose their slashes."""
    return _UNSAFE.sub("-", package.replace("/", "-")).strip("-.") or "spec"


def folder_of_package_spec(path: str) -> str:
    """The folder of the package whose `SPEC/SPEC.md` this is."""
    return dirname(dirname(path))


def prefix_of(path: str, front_matter: Mapping[str, str], settings: Settings) -> str:
    """The area that a spec claims by its front matter or by the settings."""
    return front_matter.get("prefix") or settings.specs.prefixes.get(path) or ""


class Band(Struct, frozen=True):
    """An area and the numbers of it that a spec may use."""

    area: str
    first: int = 0
    last: int = 10**9

    def holds(self, area: str, number: str) -> bool:
        """Whether an ID lies in it."""
        if area != self.area or not number.isdigit():
            return area == self.area
        bare = number.lstrip("0")
        return len(bare) <= len(str(self.last)) and self.first <= int(bare or "0") <= self.last

    def __str__(self) -> str:
        return self.area if self.last == 10**9 else f"{self.area}-{self.first:04}..{self.last:04}"


def band_of(prefix: str) -> Band:
    """Read `OC-CORE`, `OC-CORE-1000..1999` or `OC-CORE-1xxx`."""
    match = _BAND.fullmatch(prefix)
    if match is None:
        return Band(prefix.rstrip("-"))
    if match["area"]:
        return Band(match["area"], int(match["first"]), int(match["last"]))
    low = int((match["digits"] or "") + "0" * len(match["x"]))
    return Band(match["area_x"], low, low + 10 ** len(match["x"]) - 1)
