"""A tree of many source files, of which few cite: the same for a size on every machine.

`python tests/bench/tree.py FOLDER FILES` writes one as a git repository with one commit: 900 requirements in nine
specs, half of the files in Python and half in Rust, about 3 KB each. Nothing here reads the clock.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from bench import synthetic, wording
from bench.synthetic import Spec

SPECS, A_SPEC = 9, 100  # requirements a spec
EVERY = 20  # files have one that cites
CITES = 4  # requirements
_A_FOLDER = 20  # files
_SIZE = 3_000  # bytes of a file, and at most one function more
_LIKE = ("UTF-8", "ASCII", "the log", "this order") * 20 + ("SHA-256", "ISO-8859", "TICKET-0748")  # few are like IDs
_POOL = 3_000  # functions of a language that files are put together from


@dataclass(frozen=True)
class Function:
    """A function in pieces: a citation may stand above it, in its documentation, or in its text."""

    head: str
    doc: str  # without its end
    body: str


def specs() -> list[Spec]:
    """The specs, each with an area that begins with a word of its own."""
    return [Spec(1, i, wording.GROUPS[i], wording.PARTS[i], A_SPEC) for i in range(SPECS)]


def pattern() -> str:
    """What finds the citations, as an extended regular expression: the areas that the specs define."""
    return f"({'|'.join(spec.area for spec in specs())})-[0-9]{{3,5}}"


def citations(files: int) -> int:
    """How many there are in the sources of a tree."""
    return -(-files // EVERY) * CITES


def files(count: int) -> Iterator[tuple[str, str]]:
    """Each file of a tree with so many sources: its path and its text."""
    yield "README.md", "# Tree\n\nMany sources, made for measuring.\n"
    yield "muster.toml", "# Every setting has its default.\n"
    yield "specs/guide/reading.md", "# How to read the specs\n\nEach folder holds the specs of one part.\n"
    own = specs()
    for spec in own:
        yield spec.path, synthetic.spec_text(spec, own)
    ids = [id_ for spec in own for id_ in spec.ids]
    random = Random(f"tree:{count}")
    pools = {"py": [_python(random) for _ in range(_POOL)], "rs": [_rust(random) for _ in range(_POOL)]}
    for number in range(count):
        ending = "rs" if number // _A_FOLDER % 2 else "py"
        citing, rest = divmod(number, EVERY)
        cited = [ids[(citing * CITES + i) % len(ids)] for i in range(CITES)] if not rest else []
        # The requirements are gone through by code and by tests in turn.
        tests = citing * CITES // len(ids) % 2 == 1 if cited else number % 3 == 0
        yield _path(number, ending, tests=tests), _text(random, pools[ending], ending, cited, tests=tests)


def _path(number: int, ending: str, *, tests: bool) -> str:
    folder = number // _A_FOLDER
    group, part = divmod(folder, len(wording.PARTS))
    lap, word = divmod(group, len(wording.GROUPS))
    top = f"{wording.GROUPS[word]}{lap or ''}/{wording.PARTS[part]}"
    name = f"test_{number}" if tests else f"part_{number}"
    return f"{top}/{'tests' if tests else 'src'}/{name}.{ending}"


def _text(random: Random, pool: Sequence[Function], ending: str, cited: Sequence[str], *, tests: bool) -> str:
    """One source; what it cites stands in one of four ways."""
    verb = "verifies" if tests else "implements"
    note, outer = ("#", '"""') if ending == "py" else ("//", "")
    way = random.randrange(4) if cited else -1
    about = wording.remarks(random, 2)
    if way == 0:
        about += f" It {verb}: {', '.join(cited)}."
    lines = wording.wrapped(about, outer or "//! ", "" if outer else "//! ") + outer
    start = "import logging\n\nlog = logging.getLogger(__name__)" if outer else "use std::collections::BTreeMap;"
    parts, size = [lines, start], len(lines)
    while size < _SIZE:
        function = random.choice(pool)
        at = len(parts) - 2
        id_ = cited[at] if way > 0 and at < len(cited) else ""
        above = f"{note} {verb}: {id_}\n" if id_ and (way == 1 or (way == 3 and at)) else ""
        doc = (f" {verb}: {id_}" if outer else f"\n/// {verb}: {id_}") if id_ and way == 2 else ""
        said = f"{id_}: " if id_ and way == 3 and not at else ""
        parts.append(above + _joined(function, doc, said, ending))
        size += len(parts[-1])
    return ("\n\n\n" if outer else "\n\n").join(parts) + "\n"


def _joined(function: Function, doc: str, said: str, ending: str) -> str:
    body = function.body.replace("@", said)
    if ending == "py":
        return f'{function.head}\n    """{function.doc}{doc}"""\n{body}'
    return f"/// {function.doc}{doc}\n{function.head}\n{body}"


def _python(random: Random) -> Function:
    name, thing, other = (wording.code_name(random) for _ in range(3))
    big, small = random.randint(10, 999), random.randint(2, 9)
    like = random.choice(_LIKE)
    shape = random.choice(("f-string", "format", "table", "class"))
    body = {
        "f-string": f'    raise ValueError(f"@{thing} {{value!r}} is no {other} in {like}")',
        "format": f'    log.debug("@{thing} of %s in {like}", value)\n    return found',
        "table": f'    table = {{"{thing}": "@{other}", "{other}-{big}": str(limit)}}\n    return found | table',
        "class": f"    log.info('@it isn\\'t \"{thing}\"')\n    return {{key: found[key] for key in sorted(found)}}",
    }[shape]
    loop = [
        "    found: dict[str, str] = {}",
        f"    for number in range(limit):  # {wording.detail(random)}",
        f"        if number % {small} == 0 or (value and number > len(value)):",
        "            continue",
        f'        found[f"{thing}-{{number:04}}"] = "{other}"',
        *wording.wrapped(wording.remarks(random, 1), "    # ", "    # ").split("\n"),
    ]
    head = f"def {name}(value: str, *, limit: int = {big}) -> dict[str, str]:"
    return Function(head, _short(wording.detail(random)), "\n".join([*loop, body]))


def _rust(random: Random) -> Function:
    name, thing, other = (wording.code_name(random) for _ in range(3))
    small = random.randint(2, 9)
    like = random.choice(_LIKE)
    shape = random.choice(("format", "raw", "lifetime", "match"))
    body = {
        "format": f'    println!("@{thing} of {{}} in {like}", value);',
        "raw": f'    let _text = r#"@a "{thing}" in {like}"#;',
        "lifetime": f"    let _part: &'static str = \"@{other}\";\n    let _mark = '\"';",
        "match": f'    match limit {{\n        {small} => warn!("@{thing} \\"{other}\\""),\n        _ => (),\n    }}',
    }[shape]
    loop = [
        "    let mut found = BTreeMap::new();",
        f"    for number in 0..limit {{ // {wording.detail(random)}",
        f"        if number % {small} == 0 || number > value.len() {{",
        "            continue;",
        "        }",
        f'        found.insert(format!("{thing}-{{number:04}}"), "{other}".to_string());',
        "    }",
        *wording.wrapped(wording.remarks(random, 1), "    // ", "    // ").split("\n"),
    ]
    head = f"pub fn {name}(value: &str, limit: usize) -> BTreeMap<String, String> {{"
    return Function(head, _short(wording.detail(random)), "\n".join([*loop, body, "    found", "}"]))


def _short(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def main() -> None:
    """Write one tree from the command line."""
    parser = argparse.ArgumentParser(description="Write a tree of sources.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", type=int)
    options = parser.parse_args()
    synthetic.write_files(options.folder, files(options.files))


if __name__ == "__main__":
    main()
