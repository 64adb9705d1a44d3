"""Pieces of work that the bench measures in a process of their own.

`python -m bench.child plain|bytes|reading|linked|finding|joining|packets|chains|prompts-words ROOT LISTING` does one
over the files that LISTING names and prints what its parts cost as JSON; `python -m bench.child list ROOT` prints what
`muster check` reads there.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.model import Document
    from muster.prompts.values import Pack

Parts = Iterator[tuple[str, Callable[[], object]]]  # of a piece of work; what is done between them is not measured

# Makes the measured code import what it needs and build its tables, which start-up pays and not reading.
_WARM_UP = """\
---
title: Warm-up
---
# Warm-up

- [A-100] One MUST *do* it; see [here](#warm-up), `code`.
    - nested

      <b>HTML</b>

1. one

| a | b |
| --- | --- |
| [A-101] | MAY |

> quote

```sh
code
```
"""


_WARM_UPS = {
    "specs/warm-up.md": _WARM_UP,
    "src/a.py": 'def a():\n    """implements: A-100"""\n    return "A-101"  # A-100\n',
    "src/a.rs": '/// implements: A-100\nfn a() -> &str {\n    "A-101" // A-100\n}\n',
}


def main(arguments: Sequence[str]) -> None:
    """Do the work that the command line names."""
    name, root = arguments[0], Path(arguments[1])
    if name == "list":
        print(json.dumps(_listing(root)))
        return
    files = [root / path for path in json.loads(Path(arguments[2]).read_bytes())["paths"]]
    print(json.dumps({part: _cost(act) for part, act in WORKS[name](root, files)}))


def _cost(act: Callable[[], object]) -> dict[str, float]:
    """What an act costs, with the processes that it starts and waits for."""
    wall, cpu = time.perf_counter(), _cpu_seconds()
    result = act()
    wall, cpu = time.perf_counter() - wall, _cpu_seconds() - cpu
    return {"wall": wall, "cpu": cpu, "peak": _peak(), "count": result if isinstance(result, int) else 0}


def _peak() -> int:
    """The resident memory of the largest process so far, in bytes.

    Linux puts into a process's own `ru_maxrss` what its parent had when it started it, so it is asked otherwise.
    """
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if (status := Path("/proc/self/status")).is_file():
        own = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) * 1024


def _cpu_seconds() -> float:
    usages = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _listing(root: Path) -> dict[str, object]:
    from muster import workspace

    opened = workspace.open_workspace(root, use_cache=False)
    outcome = opened.run()
    paths = [document.path for document in outcome.project.documents]
    return {
        "paths": paths,
        "inputs": sorted(opened.inputs.versions),
        "specs": [document.path for document in outcome.project.specs],
        "bytes": sum((root / path).stat().st_size for path in paths),
        "requirements": outcome.counts.requirements,
    }


def _plain(_root: Path, files: list[Path]) -> Parts:
    """The yardstick P: markdown-it-py's full parse, blocks and inlines, of texts that are in memory."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.parse(_WARM_UP)
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]

    def act() -> None:
        for text in texts:
            parser.parse(text)

    yield "plain", act


def _bytes(_root: Path, files: list[Path]) -> Parts:
    def act() -> None:
        for file in files:
            file.read_bytes()

    yield "bytes", act


def _reading(root: Path, files: list[Path]) -> Parts:
    """Muster's reading alone, as `check` does it for a file that no cache knows."""
    from muster.specs.reading import read_document
    from muster.workspace import open_workspace

    settings = open_workspace(root, use_cache=False).settings
    named = [(file.relative_to(root).as_posix(), file) for file in files]
    read_document("specs/warm-up.md", _WARM_UP, settings)
    gc.disable()  # as `check` does

    def act() -> None:
        for path, file in named:
            read_document(path, file.read_text(encoding="utf-8", errors="replace"), settings)

    yield "reading", act


def _linked(root: Path, files: list[Path]) -> Parts:
    """Everything that a `check` without cache does in one process, over the same documents and what they link to."""
    from muster import pipeline
    from muster.inputs import memory
    from muster.workspace import open_workspace

    workspace = open_workspace(root, use_cache=False)
    documents = {file.relative_to(root).as_posix() for file in files}
    paths = [path for path in workspace.inputs.paths if path in documents or not path.endswith(".md")]
    inputs = memory({path: (root / path).read_bytes() for path in paths})
    pipeline.run(memory({"specs/warm-up.md": _WARM_UP}), workspace.settings)
    gc.disable()

    def act() -> None:
        pipeline.run(inputs, workspace.settings)

    yield "linked", act


def _finding(root: Path, files: list[Path]) -> Parts:
    """All that finds the citations of a project whose specs are read, the listing of its files included.

    It is what `pipeline.run` does for them, cache and processes and all.
    """
    from muster import pipeline
    from muster.inputs import memory
    from muster.records import rule_version
    from muster.store.workers import Workers
    from muster.sweep import look_of, swept
    from muster.trace.citations import citations_of, known_of
    from muster.trace.marks import scan_of
    from muster.workspace import open_workspace

    settings = open_workspace(root, use_cache=False).settings
    specs = memory({file.relative_to(root).as_posix(): file.read_bytes() for file in files})
    documents = pipeline.run(specs, settings).project.documents
    pipeline.run(memory(_WARM_UPS), settings)
    version = rule_version()
    gc.disable()

    def act() -> int:
        workspace = open_workspace(root)
        workers = Workers()
        look = look_of(settings, scan_of(settings, _ids(documents)), [settings.output.compliance])
        found = swept(look, workspace.inputs, workspace.cache, version, workers)
        hits = {path: named.hits for path, named in found.items() if named.hits}
        citations = citations_of(hits, known_of(documents, (), settings.trace.marks), settings.trace)
        workers.shutdown()
        if workspace.cache:
            workspace.cache.save()
        return sum(not citation.place.path.endswith(".md") for citation in citations)

    yield "finding", act


def _joining(root: Path, files: list[Path]) -> Parts:
    """Reading the specs in one process, alone and with all that is kept of them; then joining what cites them."""
    from muster import pipeline
    from muster.inputs import memory
    from muster.model import Project
    from muster.records import Record, records_of, rule_version
    from muster.specs.discovery import side_path
    from muster.sweep import look_of, swept
    from muster.trace import lock
    from muster.trace.marks import scan_of
    from muster.trace.tracing import Gathered, traced
    from muster.workspace import open_workspace

    workspace = open_workspace(root, use_cache=False)
    inputs, settings = workspace.inputs, workspace.settings
    pipeline.run(memory(_WARM_UPS), settings)
    yield from _reading(root, files)
    records: dict[str, Record] = {}
    paths = [file.relative_to(root).as_posix() for file in files]

    def read() -> None:
        nonlocal records
        records, _ = records_of(paths, inputs, settings, None, None, None)

    yield "records", read
    documents = tuple(record.document for record in records.values() if record.document)
    project = Project(settings=settings, documents=documents)
    look = look_of(settings, scan_of(settings, _ids(documents)), [settings.output.compliance])
    found = swept(look, inputs, None, rule_version())
    held = side_path(lock.NAME, settings)
    reviews, _ = lock.lock_in((root / held).read_text(encoding="utf-8"), held)
    gathered = Gathered(
        hits={path: named.hits for path, named in found.items() if named.hits},
        maps={path: named.maps for path, named in found.items() if named.maps},
        lock=reviews[0],
    )
    yield "joining", lambda: len(traced(project, gathered, inputs.paths, list).trace.citations)


def _packets(root: Path, files: list[Path]) -> Parts:
    """Reading the one spec and its SHA-1, and judging all packets that are pinned to it, without a cache."""
    import hashlib

    from bench.packet_project import files as some_files
    from muster import packets_alone
    from muster.inputs import memory
    from muster.workspace import open_workspace

    workspace = open_workspace(root, use_cache=False)
    packets_alone.run(memory(dict(some_files(1, 200))), workspace.settings)
    (spec,) = files

    def unit() -> None:
        hashlib.sha1(spec.read_bytes(), usedforsecurity=False).hexdigest()

    unit()
    yield "unit", unit

    yield "judging", lambda: workspace.run_packets().counts.anchors


def _prompts(tokenizer: str, _root: Path, _files: list[Path]) -> Parts:
    """Many compiles of the default pack, each of another prompt; then prompts of all sizes with budgets wide open.

    The floor of each, H, is what cannot be avoided: NFC, JSON and SHA-256 of the same prompt, by Python alone.
    """
    import hashlib
    import unicodedata

    from bench import prompts
    from muster.prompts.compiler import compiled
    from muster.prompts.contracts import default_pack
    from muster.prompts.packs import pack_in
    from muster.prompts.tokenizers import tokenizer_named
    from muster.prompts.values import Envelope

    def compiles(pack: Pack, numbers: range, prompt: str) -> int:
        for number in numbers:
            values["PROMPT_TEXT"] = f"{number}: {prompt}"
            assert isinstance(compiled(pack, values, counting), Envelope)
        return len(numbers)

    def floor(numbers: range, prompt: str) -> int:
        for number in numbers:
            text = json.dumps(unicodedata.normalize("NFC", f"{number}: {prompt}"), ensure_ascii=False)
            hashlib.sha256(text.encode()).hexdigest()
        return len(numbers)

    shipped, counting, prompt = pack_in(default_pack()).pack, tokenizer_named(tokenizer), prompts.prose(prompts.PROMPT)
    assert shipped is not None
    values = prompts.values()
    compiles(shipped, range(1), prompt)
    yield "loaded", lambda: None
    yield "few", partial(compiles, shipped, range(prompts.FEW), prompt)
    yield "many", partial(compiles, shipped, range(prompts.FEW, prompts.MANY), prompt)
    yield "floor", partial(floor, range(prompts.MANY), prompt)
    opened = _without_limits(shipped, prompts.OPEN)
    for size in prompts.SIZES:
        text = prompts.prose(size)
        yield prompts.floor_of(size), partial(floor, range(1), text)
        yield prompts.compile_of(size), partial(compiles, opened, range(1), text)
    yield "cut", partial(compiles, shipped, range(1), text)


def _chains(_root: Path, _files: list[Path]) -> Parts:
    """Reading and judging chains of all lengths, and one with a turn of all sizes; each is clean."""
    from bench import chains
    from muster.chains.judging import judged
    from muster.chains.reading import turn_in
    from muster.chains.sample import folder_of, sample, surroundings
    from muster.settings import ChainSettings

    settings = ChainSettings()
    folder, there, turns = folder_of(settings), set(surroundings(settings)), sample(settings)

    def judge(files: Mapping[str, bytes], times: int = 1) -> int:
        for _ in range(times):
            read = [turn_in(data, f"{folder}/{name}", settings) for name, data in files.items()]
            found = judged([turn for turn in read if turn is not None], folder, settings, there.__contains__)
            assert not found.problems, found.problems[:3]
        return times

    judge(chains.chain(chains.TURNS[0], turns))
    for count in chains.TURNS:
        yield chains.chain_of(count), partial(judge, chains.chain(count, turns), chains.TURNS[-1] // count)
    for size in chains.SIZES:
        yield chains.turn_of(size), partial(judge, chains.chain_with(size, turns))


def _without_limits(pack: Pack, most: int) -> Pack:
    """The pack with budgets that hold nothing back."""
    from msgspec.structs import asdict, replace

    placeholders = tuple(replace(each, max_tokens=most) for each in pack.placeholders)
    budgets = type(pack.budgets)(**dict.fromkeys(asdict(pack.budgets), most))
    return replace(pack, placeholders=placeholders, budgets=budgets)


def _ids(documents: Sequence[Document]) -> list[str]:
    return [requirement.id.text for document in documents for requirement in document.requirements]


WORKS: dict[str, Callable[[Path, list[Path]], Parts]] = {
    "plain": _plain,
    "bytes": _bytes,
    "reading": _reading,
    "linked": _linked,
    "finding": _finding,
    "joining": _joining,
    "packets": _packets,
    "chains": _chains,
    **{f"prompts-{name}": partial(_prompts, name) for name in ("chars", "words", "o200k", "cl100k")},
}

if __name__ == "__main__":
    main(sys.argv[1:])
