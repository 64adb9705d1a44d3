"""What the commands that compile a prompt have in common: their options, and what is wrong with them."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from muster.cli.errors import Mistake
from muster.cli.project import Where, inside, outcome_of
from muster.cli.terminal import note, visible
from muster.text.words import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from muster.gathering import Order, Site
    from muster.model import Project
    from muster.prompts.naming import Named
    from muster.prompts.values import CompileTrouble
    from muster.workspace import Workspace

F = TypeVar("F", bound="Callable[..., Any]")
MODES = ("GOV_STRICT", "GOV_STANDARD", "GOV_LIGHT")
PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*(?:\[[0-9]+\])?")
_VALUES = "$.values."  # before the name of a placeholder: where something is wrong with its value
_CAPSULE = re.compile(r"\$\.(?:values\.CONTEXT_CAPSULE|capsules)\[(\d{1,9})\]")
_MOST = 50_000_000  # bytes of a text from outside of the project
_OPTIONS = (
    click.option(
        "--set",
        "values",
        multiple=True,
        metavar="NAME=VALUE",
        help="The value of a placeholder: a text, @PATH for a file, @- for standard input, or a handle:"
        " requirement:ID,ID, section:PATH#anchor, packet:PATH, intent:PATH; text:WORDS is always a text. Repeatable.",
    ),
    click.option("--spec", metavar="SPEC", help="The spec that the prompt is for: its path, or its spec_id."),
    click.option(
        "--tokenizer",
        metavar="NAME",
        help="What counts tokens: chars, words, o200k or cl100k; by default the setting `prompts.tokenizer`.",
    ),
    click.option("--registry", metavar="FILE", help="The registry of capabilities; by default `prompts.registry`."),
    click.option("--snapshot", metavar="FILE", help="A capability snapshot that was made elsewhere, instead of that."),
    click.option(
        "--governance-mode",
        "mode",
        type=click.Choice(MODES),
        help="By default the setting `prompts.governance_mode`.",
    ),
    click.option(
        "--capsule",
        "capsules",
        multiple=True,
        metavar="VALUE",
        help="Context to put behind the prompt, written like a value of --set. Repeatable.",
    ),
    click.option("--at", metavar="TIME", help="The time of the compile, such as 2027-01-31T12:00:00Z; by default now."),
)


class Asked(Struct, frozen=True, kw_only=True):
    """The options, as they were typed."""

    pack: str | None
    values: tuple[str, ...] = ()
    spec: str | None = None
    tokenizer: str | None = None
    registry: str | None = None
    snapshot: str | None = None
    mode: str | None = None
    capsules: tuple[str, ...] = ()
    at: str | None = None

    @property
    def is_bare(self) -> bool:
        """Whether nothing but a name was typed."""
        return self == Asked(pack=self.pack)


def order_options(function: F) -> F:
    """Give a command the options that say what to compile."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def order_of(where: Where, workspace: Workspace, asked: Asked) -> tuple[Order, Site]:
    """What is to be compiled, and the project; what is wrong with the options stands in the order."""
    from muster.gathering import Order
    from muster.prompts.contracts import DEFAULT_PACK
    from muster.prompts.governance import Mode

    settings = workspace.settings.prompts
    site = site_of(workspace)
    reading = _Reading(where, workspace)
    reading.demand_no_empty(asked)
    spec_id = reading.spec_id(asked.spec, site.project) if asked.spec else ""
    values = reading.values(asked.values)
    reading.demand_placeholders(values)
    capsules = tuple(reading.value(one, f"$.capsules[{index}]") for index, one in enumerate(asked.capsules))
    pack = asked.pack or DEFAULT_PACK
    return (
        Order(
            pack=reading.path(pack) if "/" in pack or pack.endswith(".json") else pack,
            values=values,
            capsules=capsules,
            spec_id=spec_id,
            tokenizer=asked.tokenizer or settings.tokenizer,
            registry=reading.path(asked.registry) if asked.registry else "" if asked.snapshot else settings.registry,
            snapshot=reading.path(asked.snapshot) if asked.snapshot else "",
            mode=Mode(asked.mode) if asked.mode else settings.governance_mode,
            at=reading.time(asked.at),
            troubles=tuple(reading.troubles),
        ),
        site,
    )


def site_of(workspace: Workspace) -> Site:
    """The project, read."""
    from muster.gathering import Site

    return Site(workspace.root, outcome_of(workspace).project, workspace.inputs.paths)


def values_of(where: Where, workspace: Workspace, texts: Sequence[str]) -> dict[str, str | Named]:
    """The values of `--set` alone; a mistake where one is wrong."""
    reading = _Reading(where, workspace)
    values = reading.values(texts)
    demand_none(reading.troubles)
    return values


def demand_named(option: str, typed: str | None) -> None:
    """Stop at an option without a word, which is not one that was left out."""
    if typed is not None and not typed.strip():
        raise Mistake(f"{option}: it is empty", help="name one, or leave it out")


def demand_none(troubles: Iterable[CompileTrouble]) -> None:
    """Stop where something is wrong, and tell all of it."""
    every = list(troubles)
    if not every:
        return
    for one in every[:-1]:
        note(f"muster: {words_of(one)}")
        note(f"help: {visible(one.help)}")
    raise Mistake(words_of(every[-1]), help=visible(every[-1].help), recorded=_recorded(every[-1]))


def words_of(trouble: CompileTrouble) -> str:
    """A trouble in a line; where it is about a value, by the option that gives it."""
    return visible(f"{_option_for(trouble.path)}: {trouble.message}")


def _recorded(trouble: CompileTrouble) -> str:
    """The same for the ledger, which keeps nothing of a value.  implements: MU-PRM-6025"""
    is_of_value = trouble.path.startswith((_VALUES, "$.capsules[", "--set", "--capsule"))
    return visible(f"{_option_for(trouble.path)}: the value cannot be used") if is_of_value else ""


def _option_for(path: str) -> str:
    if match := _CAPSULE.fullmatch(path):
        number = int(match[1]) + 1
        return "--capsule" if number == 1 else f"--capsule, number {number}"
    return f"--set {name}" if (name := path.removeprefix(_VALUES)) != path else path


class _Reading:
    """Reads options, and remembers all that is wrong with them."""

    def __init__(self, where: Where, workspace: Workspace) -> None:
        self.troubles: list[CompileTrouble] = []
        self._where = where
        self._root = workspace.root
        self._reads_input = False

    def path(self, typed: str) -> str:
        """A path of the project; one that leads out of it is told where it is read."""
        return inside(self._where, self._root, typed)

    def values(self, texts: Sequence[str]) -> dict[str, str | Named]:
        found: dict[str, str | Named] = {}
        for text in texts:
            name, mark, value = text.partition("=")
            if not mark or PLACEHOLDER.fullmatch(name) is None:
                self._wrong("--set", f"{shortened(text, 24)!r} is no NAME=VALUE", "write --set PROMPT_TEXT=@prompt.md")
            elif name in found:
                self._wrong(f"{_VALUES}{name}", "two values are given", "leave one of the two out")
            else:
                found[name] = self.value(value, f"{_VALUES}{name}")
        return found

    def demand_placeholders(self, values: Iterable[str]) -> None:
        """Report the names of capsules, which only a verification gives by their names."""
        for name in values:
            if "[" in name:
                self._wrong(f"--set {shortened(name)}", "this is no placeholder", "give a capsule with --capsule")

    def demand_no_empty(self, asked: Asked) -> None:
        """Report options without a word, which are not those that were left out."""
        named = {"PACK": asked.pack, "--spec": asked.spec, "--tokenizer": asked.tokenizer}
        named |= {"--registry": asked.registry, "--snapshot": asked.snapshot}
        for option, typed in named.items():
            if typed is not None and not typed.strip():
                self._wrong(option, "it is empty", "name one, or leave it out")

    def value(self, text: str, where: str) -> str | Named:
        """What was typed; a file of the project by its path, what stands elsewhere as the text that it holds."""
        from muster.prompts.naming import as_text
        from muster.prompts.sources import without_last_end

        if not text.startswith("@"):
            return text
        if text == "@":
            self._wrong(where, "`@` names no file", "write @PATH, or text:@ for the sign itself")
            return as_text("")
        if text == "@-" and self._reads_input:
            self._wrong(where, "standard input is the value of another one", "write that to a file, and name it twice")
            return as_text("")
        self._reads_input |= text == "@-"
        path = self.path(text[1:])
        if text != "@-" and path != ".." and not path.startswith("../"):
            return f"file:{path}"
        try:
            return as_text(without_last_end(_text_from(self._where, text[1:])))
        except OSError as error:
            self._wrong(where, f"{shortened(text)}: {(error.strerror or str(error)).lower()}", "name a text file")
        except UnicodeDecodeError:
            self._wrong(where, f"{shortened(text)} is not UTF-8", "save the file as UTF-8")
        return as_text("")

    def spec_id(self, typed: str, project: Project) -> str:
        """The identity of a spec, by its path or as it is."""
        from muster.allocation.spec_ids import spec_id_of

        if found := spec_id_of(typed):
            return found
        path = self.path(typed)
        if path in project.spec_ids:
            return project.spec_ids[path]
        if any(document.path == path for document in project.documents):
            self._wrong("--spec", f"{shortened(path)} has no spec_id yet", "allocate one: `muster allocate RECORD`")
        else:
            self._wrong("--spec", f"{shortened(typed)!r} is neither a spec nor a spec_id", "name a spec by its path")
        return ""

    def time(self, typed: str | None) -> str:
        """A time as files have it, in UTC and whole seconds."""
        moment = datetime.now(UTC)
        if typed is not None:
            try:
                moment = datetime.fromisoformat(typed)
                moment = moment.astimezone(UTC) if moment.tzinfo else _no_time()
            except (ValueError, OverflowError):
                self._wrong("--at", f"{shortened(typed)!r} is no time with its zone", "write 2027-01-31T12:00:00Z")
        return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"

    def _wrong(self, path: str, message: str, remedy: str) -> None:
        from muster.prompts.values import CompileTrouble
        from muster.text.utf8 import encodable

        self.troubles.append(CompileTrouble(path, encodable(message), remedy))


def _no_time() -> datetime:
    raise ValueError


def _text_from(where: Where, path: str) -> str:
    """The text of a file outside of the project, or of standard input; raises OSError and UnicodeDecodeError."""
    import errno

    if path == "-":
        data = sys.stdin.buffer.read(_MOST + 1)
    else:
        target = where.folder / path
        if not target.is_file():
            raise OSError(errno.ENOENT, "there is no such file")
        with target.open("rb") as file:
            data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise OSError(errno.EFBIG, f"it has more than {_MOST:,} bytes")
    return data.decode()
