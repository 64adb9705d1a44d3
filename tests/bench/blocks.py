"""The blocks of a synthetic spec: every place where a requirement can stand, and what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.wording import code_name, detail, obligation, reasons, remarks, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random


def section_text(random: Random, ids: Sequence[str], links: Sequence[str]) -> list[str]:
    """The blocks of one section: prose with links, its requirements in one or two forms, asides."""
    parts = [wrapped(remarks(random, random.randint(3, 6)))]
    parts += [wrapped(f"{remarks(random, random.randint(1, 3))} See {links[0]} and {links[1]}.")]
    split = random.randint(len(ids) // 2, len(ids))
    parts += _items(random, ids[:split], links)
    if ids[split:]:
        parts += random.choices(_FORMS, _WEIGHTS)[0](random, ids[split:])
    for aside in random.sample(_ASIDES, 2):
        parts += aside(random, ids[0], links)
    return [*parts, wrapped(remarks(random, random.randint(3, 6))), wrapped(remarks(random, random.randint(1, 4)))]


def _items(random: Random, ids: Sequence[str], links: Sequence[str]) -> list[str]:
    """A list: the ID before or after the text, continuation lines, nested items without an ID."""
    items = []
    for id_ in ids:
        text = obligation(random)
        if random.random() < 0.2:
            text = f"{text} It is told apart from {random.choice(links[2:])} by the `{code_name(random)}`."
        text = f"{text} {reasons(random, 4)}"
        text = f"{text} [{id_}]" if random.random() < 0.1 else f"[{id_}] {text}"
        item = wrapped(text, "- ", "  ")
        if random.random() < 0.12:
            nested = [wrapped(detail(random), "    - ", "      ") for _ in range(random.randint(2, 3))]
            item = "\n".join([item, *nested])
        items.append(item)
    return ["\n".join(items)] if items else []


def _rows(random: Random, ids: Sequence[str]) -> list[str]:
    rows = [f"| [{id_}] | {obligation(random)} | `{code_name(random)}` |" for id_ in ids]
    return ["\n".join(["| ID | Rule | Name |", "| --- | --- | --- |", *rows])]


def _paragraphs(random: Random, ids: Sequence[str]) -> list[str]:
    return [wrapped(f"[{id_}] {obligation(random)} {reasons(random, 4)}") for id_ in ids]


def _quotes(random: Random, ids: Sequence[str]) -> list[str]:
    return [wrapped(f"[{id_}] {obligation(random)} {reasons(random, 4)}", "> ", "> ") for id_ in ids]


def _headings(random: Random, ids: Sequence[str]) -> list[str]:
    parts = []
    for id_ in ids:
        parts += [f"### [{id_}] The {code_name(random).replace('_', ' to ')}"]
        parts += [wrapped(f"{obligation(random)} {reasons(random, 4)}")]
    return parts


def _shapes(random: Random, ids: Sequence[str]) -> list[str]:
    """Paragraphs that introduce a code block, which is part of their text."""
    parts = []
    for id_ in ids:
        parts += [wrapped(f"[{id_}] {obligation(random)[:-1]}, in this shape:"), _fence(random, id_)]
    return parts


_FORMS: tuple[Callable[[Random, Sequence[str]], list[str]], ...] = (_rows, _paragraphs, _quotes, _headings, _shapes)
_WEIGHTS = (5, 3, 1, 1, 1)


def _fence(random: Random, id_: str) -> str:
    """Code that holds IDs which define nothing: a fake one, and the true one of the section."""
    return "\n".join(
        [
            "```json",
            "{",
            f'  "{code_name(random)}": "[FAKE-CODE-{random.randint(1000, 9999)}] MUST not count",',
            f'  "{code_name(random)}": ["{id_}", {random.randint(1, 99)}]',
            "}",
            "```",
        ]
    )


def _figures(random: Random, _id: str, _links: Sequence[str]) -> list[str]:
    rows = [f"| `{code_name(random)}` | {detail(random)} | {random.randint(1, 999)} |" for _ in range(4)]
    return ["\n".join(["| Name | Meaning | Default |", "| --- | --- | ---: |", *rows])]


def _example(random: Random, id_: str, _links: Sequence[str]) -> list[str]:
    return [wrapped(f"{remarks(random, 1)} A record of it looks so:"), _fence(random, id_)]


def _quoted(random: Random, id_: str, links: Sequence[str]) -> list[str]:
    return [wrapped(f"Note: {remarks(random, 1)} Compare [{id_}] and {links[2]} here.", "> ", "> ")]


def _steps(random: Random, _id: str, _links: Sequence[str]) -> list[str]:
    return ["\n".join(wrapped(f"{detail(random)}.", f"{i}. ", "   ") for i in range(1, 5))]


def _comment(random: Random, id_: str, _links: Sequence[str]) -> list[str]:
    return [f"<!-- [{id_}] came from an earlier draft, beside [FAKE-NOTE-{random.randint(1000, 9999)}]. -->"]


def _command(random: Random, _id: str, links: Sequence[str]) -> list[str]:
    return [
        wrapped(f"{remarks(random, 1)} More of this is told in {links[3]}."),
        f"```sh\n# prints [FAKE-SHELL-{random.randint(100, 999)}]\ntool {code_name(random)} --all\n```",
    ]


_ASIDES: tuple[Callable[[Random, str, Sequence[str]], list[str]], ...] = (
    _figures,
    _example,
    _quoted,
    _steps,
    _comment,
    _command,
)
