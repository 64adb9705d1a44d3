"""Packages, by their manifests, and whether each has a spec.  implements: MU-RULE-2018"""

from __future__ import annotations

import json
import re
import tomllib
from posixpath import basename, dirname, join, normpath
from typing import TYPE_CHECKING, Any

from muster.model import Document, Package, Place, Problem
from muster.specs.discovery import MANIFESTS
from muster.specs.naming import file_name
from muster.text.globs import matches

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

_MODULE = re.compile(r"(?m)^module[ \t]+\"?(?P<name>[^\s\"]+)")
_TARGET = re.compile(r"\]\(<?([^)\s>#]+)")
_HEADING = re.compile(r"(?m)^(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")


def manifests_in(paths: Iterable[str]) -> dict[str, str]:
    """The manifest of each folder that has one; of several, the first by name."""
    found: dict[str, str] = {}
    for path in paths:
        if basename(path) in MANIFESTS:
            found.setdefault(dirname(path), path)
    return found


def package_name(manifest: str, text: str) -> str:
    """The name that a manifest gives its package, or nothing: a workspace's root has none."""
    kind = basename(manifest)
    if kind == "go.mod":
        match = _MODULE.search(text)
        return match["name"].rsplit("/", 1)[-1] if match else ""
    table: Any = json.loads(text) if kind == "package.json" else tomllib.loads(text)
    if kind == "pyproject.toml":
        poetry = _table(_table(table, "tool"), "poetry")
        return str(_table(table, "project").get("name") or poetry.get("name") or "")
    if kind == "Cargo.toml":
        return str(_table(table, "package").get("name") or "")
    return str(table.get("name") or "") if isinstance(table, dict) else ""


def _table(table: Any, key: str) -> dict[str, Any]:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, dict) else {}


def packages_of(
    manifests: Mapping[str, str], documents: Iterable[Document], heading: str, read: Callable[[str], bytes]
) -> tuple[tuple[Package, ...], tuple[Problem, ...]]:
    """Every package, and a problem for each manifest that cannot be read."""
    specs = {document.path: document for document in documents if document.is_spec}
    names = {document.package for document in specs.values()}
    packages, problems = [], []
    for folder, manifest in sorted(manifests.items()):
        try:
            name = package_name(manifest, read(manifest).decode("utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            problems.append(
                Problem("ENC002", Place(manifest), f"{manifest} cannot be read: {reason}", "mend the manifest")
            )
            name = ""
        own = join(folder, "SPEC/SPEC.md")
        known = {file_name(part) for part in (name, folder.replace("/", "-"), basename(folder)) if part}
        has_spec = own in specs or bool(known & names)
        rationale = "" if has_spec else _rationale(folder, heading, specs, read)
        packages.append(Package(folder, name or basename(folder), manifest, has_spec, rationale))
    return tuple(packages), tuple(problems)


def _rationale(folder: str, heading: str, specs: Mapping[str, Document], read: Callable[[str], bytes]) -> str:
    """What the README of a package says of having no spec: nothing, `told`, or `linked` to one."""
    try:
        text = read(join(folder, "README.md")).decode("utf-8", "replace")
    except OSError:
        return ""
    headings = list(_HEADING.finditer(text))
    for at, match in enumerate(headings):
        if match[2].strip().casefold() != heading.casefold():
            continue
        end = next((later.start() for later in headings[at + 1 :] if len(later[1]) <= len(match[1])), len(text))
        section = text[match.end() : end]
        if not section.strip():
            return ""
        targets = (normpath(join(folder, target[1])) for target in _TARGET.finditer(section))
        return "linked" if any(target in specs for target in targets) else "told"
    return ""


def specs_of(package: Package, documents: Iterable[Document]) -> list[Document]:
    """The specs of a package that has one: of the root, all that lie in no other package."""
    own = join(package.path, "SPEC/SPEC.md")
    specs = [document for document in documents if document.is_spec]
    if not package.path:
        return [spec for spec in specs if spec.path == own or not spec.path.endswith("/SPEC/SPEC.md")]
    known = {file_name(name) for name in (package.name, package.path.replace("/", "-"), basename(package.path))}
    return [spec for spec in specs if spec.path == own or spec.package in known]


def manifests_beside(readmes: Iterable[str], paths: Collection[str]) -> dict[str, str]:
    """The manifest of each folder, other than the root, that has one of these READMEs."""
    found: dict[str, str] = {}
    for readme in readmes:
        folder = dirname(readme)
        for name in sorted(MANIFESTS) if folder else ():
            if f"{folder}/{name}" in paths:
                found.setdefault(folder, f"{folder}/{name}")
    return found


def named_by(package: Package, globs: Iterable[str]) -> bool:
    """Whether one of these globs of folders names a package; `.` and `**` name that of the root."""
    if not package.path:
        return any(glob.removeprefix("./") in (".", "", "**") for glob in globs)
    return any(matches(package.path, glob.rstrip("/")) for glob in globs)
