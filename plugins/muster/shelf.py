"""The files that packets and pins name."""

from __future__ import annotations

import difflib
from contextlib import suppress
from posixpath import basename
from typing import TYPE_CHECKING

from muster.identity import blob_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from muster.inputs import Inputs
    from muster.packets.spec_text import SpecText

_OWN = (".git/", ".muster/")
_NEAR = 3  # letters that a name may be longer or shorter than one that is meant


class Shelf:
    """The files that packets and pins name, each of them read once.  implements: MU-PKT-5003"""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._texts: dict[str, bytes | None] = {}
        self._read: dict[str, bytes] = {}
        self._kept: frozenset[str] | None = None  # the paths whose content is worth its memory; None for all
        self._specs: dict[str, SpecText | None] = {}
        self._by_name: dict[str, list[str]] = {}
        self._near: dict[str, str] = {}  # by the name that is looked for
        self._put: dict[str, bytes] = {}

    @property
    def versions(self) -> Mapping[str, str]:
        """For every listed file a text that changes with its content; "" where none does."""
        return self._inputs.versions

    def read(self, path: str) -> bytes:
        """The content of a listed file, which is opened once; raises OSError."""
        content = self._read.get(path)
        if content is None:
            content = self._texts.get(path)
            if content is None:
                content = self._inputs.read(path)
            if self._kept is None or path in self._kept:
                self._read[path] = content
        return content

    def keep(self, paths: Iterable[str]) -> None:
        """Forget what was read of other files; these will be asked for again."""
        self._kept = frozenset(paths)
        self._read = {path: content for path, content in self._read.items() if path in self._kept}

    def put(self, path: str, content: bytes) -> None:
        """Take it that a file holds this, whatever it holds on disk."""
        self._put[path] = content
        self._specs = {name: spec for name, spec in self._specs.items() if self.real(name) != path}

    def real(self, path: str) -> str:
        """The file that a path leads to, where that is another of the project."""
        return self._inputs.twins.get(path, path)

    def exists(self, path: str) -> bool:
        """Whether an ordinary file of the project is there, listed or ignored."""
        return path in self._inputs.paths or self._content(path) is not None

    def text(self, path: str) -> str | None:
        """The text of a pointer file."""
        content = self._content(path)
        return None if content is None else content.decode("utf-8", "replace")

    def named(self, name: str) -> Sequence[str]:
        """The files of the project with this name."""
        if not self._by_name:
            for path in self._inputs.paths:
                self._by_name.setdefault(basename(path), []).append(path)
        return self._by_name.get(name, ())

    def near(self, path: str) -> str:
        """The file of the project with the name most like this one's; "" for none that could be meant."""
        wanted = basename(path)
        if wanted not in self._near:
            self.named(wanted)  # which lists them
            names = sorted(name for name in self._by_name if abs(len(name) - len(wanted)) <= _NEAR)
            alike = difflib.get_close_matches(wanted, names, 1, 0.8)
            self._near[wanted] = min(self._by_name[alike[0]]) if alike else ""
        return self._near[wanted]

    def spec(self, path: str) -> SpecText | None:
        """The lines of a spec and its hash."""
        if path not in self._specs:
            from muster.packets.spec_text import spec_text

            content = self._content(path)
            self._texts[path] = None  # its lines are kept, and it is asked for no more
            self._specs[path] = None if content is None else spec_text(content)
        return self._specs[path]

    def version(self, path: str) -> str:
        """A text that changes with the content of a file; "" where there is none."""
        if not path:
            return ""
        listed = self._inputs.versions.get(self._inputs.twins.get(path, path))
        if listed:
            return listed
        content = self._content(path)
        return "" if content is None else blob_id(content)

    def _content(self, path: str) -> bytes | None:
        if path.startswith(_OWN):
            return None  # what Muster or git keeps for itself is no spec
        if self._put and (content := self._put.get(self.real(path))) is not None:
            return content
        if path not in self._texts:
            self._texts[path] = self._read.get(path)
        if self._texts[path] is None:
            with suppress(OSError, ValueError):
                self._texts[path] = self._inputs.standing(path)
        return self._texts[path]
