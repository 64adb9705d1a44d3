"""The files of a project at one moment, as the pipeline asks for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from muster.identity import blob_id
from muster.text.source import lines_of

if TYPE_CHECKING:
    from concurrent.futures import Future

Progress = Callable[[int, int], None]


class Reader(Protocol):
    """Reads texts by path."""

    @property
    def portable(self) -> bool:
        """Whether it can be handed to another process."""

    def text_of(self, path: str, limit: int) -> bytes | None:
        """The content of a file; None for one that is larger than `limit`, or no text; raises OSError."""

    def text_size(self, path: str) -> int:
        """How many bytes a text has; 0 for what is no text, or cannot be read."""


class Inputs(Protocol):
    """The files of a project at one moment; `store.tree.Tree` is one."""

    @property
    def entries(self) -> Mapping[str, str]:
        """Content IDs by path, sorted by path."""

    @property
    def unread(self) -> Mapping[str, str]:
        """Paths that are listed and not followed, and why."""

    @property
    def twins(self) -> Mapping[str, str]:
        """Links that are left out because their target, here by path, is an input itself."""

    @property
    def paths(self) -> Collection[str]:
        """Every file, also those without a content ID."""

    @property
    def versions(self) -> Mapping[str, str]:
        """For every file, sorted, a text that changes with its content; "" where none does."""

    @property
    def state(self) -> str:
        """A text that is the same only where every file is; "" where that cannot be told."""

    @property
    def reader(self) -> Reader:
        """What reads the texts."""

    @property
    def modules(self) -> Collection[str]:
        """Folders that hold a repository of their own."""

    def resolved(self, path: str) -> str:
        """Where a path leads through symbolic links, as a path of the project; "" where nowhere in it."""

    def is_ignored(self, path: str) -> bool:
        """Whether something stands there that is no file of the project."""

    def read(self, path: str) -> bytes:
        """The content of a file; raises OSError."""

    def standing(self, path: str) -> bytes | None:
        """What stands at a path, also where it is no input; None where nothing does; raises OSError."""


class Executor(Protocol):
    """What of `concurrent.futures.Executor` reading needs; one of Dask's clients serves as well."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Begin `work(*arguments)` and return its future."""


class Memory(Struct, frozen=True):
    """Inputs that are no files: for tests, and for a revision that git keeps."""

    contents: dict[str, bytes]
    entries: dict[str, str]
    unread: dict[str, str] = {}
    twins: dict[str, str] = {}
    modules: tuple[str, ...] = ()

    @property
    def paths(self) -> Collection[str]:
        return self.entries.keys()

    @property
    def versions(self) -> Mapping[str, str]:
        return self.entries

    @property
    def state(self) -> str:
        return ""

    @property
    def reader(self) -> Reader:
        return self

    @property
    def portable(self) -> bool:
        return False  # it would take all its contents along

    def text_of(self, path: str, limit: int) -> bytes | None:
        content = self.read(path)
        return None if len(content) > limit or b"\0" in content[:8192] else content

    def text_size(self, path: str) -> int:
        content = self.contents.get(path, b"")
        return 0 if b"\0" in content[:8192] else len(content)

    def resolved(self, path: str) -> str:
        return self.twins.get(path, "")

    def is_ignored(self, path: str) -> bool:  # noqa: ARG002 - what is not here is nowhere
        return False

    def read(self, path: str) -> bytes:
        if path not in self.contents:
            raise FileNotFoundError(path)
        return self.contents[path]

    def standing(self, path: str) -> bytes | None:
        return self.contents.get(path)


def memory(files: Mapping[str, str | bytes]) -> Memory:
    """Inputs from texts by path; lone surrogates stand for bytes that are not UTF-8."""
    contents = {
        path: text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        for path, text in sorted(files.items())
    }
    return Memory(contents, {path: blob_id(content) for path, content in contents.items()})


def lines_in(inputs: Inputs, path: str) -> list[str]:
    """The lines of what stands at a path; none where it cannot be read."""
    try:
        return lines_of((inputs.standing(path) or b"").decode("utf-8", "replace"))
    except OSError:
        return []
