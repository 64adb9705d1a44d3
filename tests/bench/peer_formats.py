"""The work of `bench.peer_work` in the format of each tool: paths and texts, in the way that its own manual shows.

What a tool reads of code and tests is written for it; what it does not read is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.peer_work import Document, Item
from bench.wording import wrapped

Files = Iterator[tuple[str, str]]
Writer = Callable[[Sequence[Document]], Files]


def muster(documents: Sequence[Document]) -> Files:
    """Specs in Markdown, citations in docstrings and comments."""
    yield "muster.toml", "# Every setting has its default.\n"
    yield "mkdocs.yml", _MKDOCS
    for document in documents:
        parts = [f"# {document.title} SPEC", _HEAD.format(document.source)]
        for chapter in document.chapters:
            items = [wrapped(f"[{item.id}] {item.statement} {item.reason}", "- ", "  ") for item in chapter.items]
            parts += [f"## {chapter.title}", wrapped(chapter.prose), "\n".join(items)]
        yield f"specs/{document.place}.md", "\n\n".join(parts) + "\n"
        yield from _code(document, lambda item: f"# implements: {item.id}", lambda item: f"# verifies: {item.id}")


def strictdoc(documents: Sequence[Document]) -> Files:
    """SDoc files; each function and test names its requirement by a marker of its line."""
    yield "strictdoc_config.py", _STRICTDOC.format(_SCREENS)
    yield "fast/strictdoc_config.py", _STRICTDOC.format("")
    for document in documents:
        parts = [f"[DOCUMENT]\nTITLE: {document.title}"]
        for chapter in document.chapters:
            parts += [f"[[SECTION]]\nTITLE: {chapter.title}", f"[TEXT]\nSTATEMENT: >>>\n{_rst(chapter.prose)}\n<<<"]
            for item in chapter.items:
                fields = (("STATEMENT", item.statement), ("RATIONALE", item.reason))
                texts = "\n".join(f"{name}: >>>\n{_rst(text)}\n<<<" for name, text in fields)
                parts.append(f"[REQUIREMENT]\nUID: {item.id}\n{texts}")
            parts.append("[[/SECTION]]")
        yield f"specs/{document.place}.sdoc", "\n\n".join(parts) + "\n"
        yield from _code(document, *[lambda item: f"# @relation({item.id}, scope=line)"] * 2)


def sphinx_needs(documents: Sequence[Document]) -> Files:
    """reStructuredText; an `impl` and a `test` that link to it are the citations of a `req`: it reads no code."""
    yield "conf.py", 'project = "Bench"\nextensions = ["sphinx_needs"]\n'
    pages = [f"   specs/{document.place}\n   trace/{document.place}\n" for document in documents]
    yield "index.rst", f"Bench\n=====\n\n.. toctree::\n\n{''.join(pages)}"
    for document in documents:
        parts = [_heading(document.title, "=")]
        traces = [_heading(f"Trace of {document.title.lower()}", "=")]
        for chapter in document.chapters:
            parts += [_heading(chapter.title, "-"), _rst(chapter.prose)]
            for item in chapter.items:
                text = f"{_rst(item.statement)}\n\n   {_rst(item.reason)}"
                parts.append(f".. req:: {item.id}\n   :id: {item.name}\n\n   {text}")
                for kind, name in (("impl", f"rule_{item.number}"), ("test", f"test_rule_{item.number}")):
                    traces.append(f".. {kind}:: {name}\n   :id: {kind.upper()}_{item.name}\n   :links: {item.name}")
        yield f"specs/{document.place}.rst", "\n\n".join(parts) + "\n"
        yield f"trace/{document.place}.rst", "\n\n".join(traces) + "\n"


def doorstop(documents: Sequence[Document]) -> Files:
    """A document for each spec below one root, a file for each item, whose references name a file and a word in it."""
    yield "reqs/.doorstop.yml", "settings:\n  digits: 3\n  prefix: SPEC\n  sep: '-'\n"
    for document in documents:
        folder = f"reqs/{document.place}"
        settings = f"settings:\n  digits: 3\n  parent: SPEC\n  prefix: {document.area}\n  sep: '-'\n"
        yield f"{folder}/.doorstop.yml", settings
        for number, chapter in enumerate(document.chapters, 1):
            heading = _yaml(derived=True, level=f"{number}.0", normative=False)
            yield (
                f"{folder}/{document.area}-{number:03}.yml",
                heading + _block("text", f"# {chapter.title}", chapter.prose),
            )
            for place, item in enumerate(chapter.items, 1):
                level = f"{number}.{place}"
                head = _yaml(derived=True, level=f"'{level}'" if level.endswith("0") else level, normative=True)
                paths = "".join(
                    f"- keyword: {item.id}\n  path: {path}\n  type: file\n" for path in (document.source, document.test)
                )
                text = _block("text", item.statement, item.reason)
                yield f"{folder}/{item.id}.yml", f"{head}references:\n{paths}{text}"
        yield from _code(document, lambda item: f"# implements: {item.id}", lambda item: f"# verifies: {item.id}")


def reqstool(documents: Sequence[Document]) -> Files:
    """One file of requirements, one of verification cases, and the annotations as its build plugins write them."""
    items = [(document, item) for document in documents for item in document.items]
    meta = "metadata:\n  urn: bench\n  variant: microservice\n  title: Bench\n  url: https://example.invalid\n"
    requirements = (
        f"  - id: {item.name}\n    title: {item.id}\n    significance: shall\n"
        f"    description: {json.dumps(item.statement)}\n    rationale: {json.dumps(item.reason)}\n"
        "    categories: [functional-suitability]\n    revision: 0.0.1\n"
        for _, item in items
    )
    yield "requirements.yml", f"{meta}requirements:\n{''.join(requirements)}"
    cases = (
        f'  - id: SVC_{item.name}\n    requirement_ids: ["{item.name}"]\n    title: Test of {item.id}\n'
        "    verification: automated-test\n    revision: 0.0.1\n"
        for _, item in items
    )
    yield "software_verification_cases.yml", f"cases:\n{''.join(cases)}"
    yield (
        "annotations.yml",
        "".join(
            (
                "requirement_annotations:\n  implementations:\n",
                *(_annotation(item.name, _module(document.source), f"rule_{item.number}") for document, item in items),
                "  tests:\n",
                *(
                    _annotation(f"SVC_{item.name}", _module(document.test), f"test_rule_{item.number}")
                    for document, item in items
                ),
            )
        ),
    )


def lobster(documents: Sequence[Document]) -> Files:
    """TRLC, with a type for prose and one for requirements; code and tests carry tracing tags."""
    yield "specs/bench.rsl", _RSL
    yield "lobster-trlc.yaml", _LOBSTER_TRLC
    yield "lobster.conf", _LOBSTER
    for document in documents:
        parts = ["package bench"]
        for number, chapter in enumerate(document.chapters, 1):
            prose = f"    text = {json.dumps(chapter.prose)}"
            name = document.area.replace("-", "_")
            parts += [f'section "{chapter.title}" {{', f"  Prose {name}_{number}_prose {{\n{prose}\n  }}"]
            for item in chapter.items:
                fields = (("statement", item.statement), ("reason", item.reason))
                texts = "\n".join(f"    {name} = {json.dumps(text)}" for name, text in fields)
                parts.append(f"  Requirement {item.name} {{\n{texts}\n  }}")
            parts.append("}")
        yield f"specs/{document.place}.trlc", "\n\n".join(parts) + "\n"
        yield from _code(document, *[lambda item: f"# lobster-trace: bench.{item.name}"] * 2)


def _code(document: Document, source: Callable[[Item], str], test: Callable[[Item], str]) -> Files:
    """A function and its test for each requirement, each with the comment that cites it."""
    code, tests = [f'"""{document.title}."""\n'], [f"from {_module(document.source)} import *\n"]
    for value, item in enumerate(document.items, 2):
        name = f"rule_{item.number}"
        code.append(f"\n\ndef {name}(value: int) -> bool:\n    {source(item)}\n    return value < {value}\n")
        tests.append(f"\n\ndef test_{name}() -> None:\n    {test(item)}\n    assert {name}(1)\n")
    yield document.source, "".join(code)
    yield document.test, "".join(tests)


def _module(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def _rst(text: str) -> str:
    """Code in the way of reStructuredText; all else in the prose is the same there."""
    return text.replace("`", "``")


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}"


def _yaml(*, derived: bool, level: str, normative: bool) -> str:
    """The attributes of a Doorstop item in the order in which it writes them itself."""
    truth = {True: "true", False: "false"}
    return (
        f"active: true\nderived: {truth[derived]}\nheader: ''\nlevel: {level}\nlinks: []\n"
        f"normative: {truth[normative]}\nref: ''\n"
    )


def _block(key: str, *paragraphs: str) -> str:
    return f"{key}: |\n" + "\n\n".join(f"  {paragraph}" for paragraph in paragraphs) + "\n"


def _annotation(name: str, module: str, function: str) -> str:
    return f"    {name}:\n      - elementKind: METHOD\n        fullyQualifiedName: {module}.{function}\n"


_HEAD = "Status: draft\nApplies to: `{}`\nConformance language: RFC 2119 and RFC 8174."
_MKDOCS = """\
site_name: Bench
docs_dir: specs
site_dir: ../site
theme:
  name: material
  font: false
  features: [navigation.prune]
validation: {omitted_files: ignore, absolute_links: ignore, unrecognized_links: ignore}
markdown_extensions: [tables, toc: {permalink: true}]
plugins: [search, muster-specs, muster-gate, muster-compliance]
"""
_STRICTDOC = """\
from strictdoc.core.project_config import ProjectConfig


def create_config() -> ProjectConfig:
    return ProjectConfig(
        project_title="Bench",
        project_features=[{}"REQUIREMENT_TO_SOURCE_TRACEABILITY"],
        include_doc_paths=["specs/**"],
        include_source_paths=["src/**", "tests/**"],
    )
"""
_SCREENS = '"TABLE_SCREEN", "TRACEABILITY_SCREEN", "DEEP_TRACEABILITY_SCREEN", "SEARCH", '  # by default
_RSL = """\
package bench

type Prose {
  text String
}

type Requirement {
  statement String
  reason    String
}
"""
_LOBSTER_TRLC = """\
inputs:
  - specs
conversion-rules:
  - package: bench
    record-type: Requirement
    namespace: req
    description-fields: [statement, reason]
"""
_LOBSTER = """\
requirements "Requirements" {
  source: "requirements.lobster";
}

implementation "Code" {
  source: "code.lobster";
  trace to: "Requirements";
}

activity "Tests" {
  source: "tests.lobster";
  trace to: "Requirements";
}
"""
WRITERS: Mapping[str, Writer] = {
    "muster": muster,
    "strictdoc": strictdoc,
    "sphinx-needs": sphinx_needs,
    "doorstop": doorstop,
    "reqstool": reqstool,
    "lobster": lobster,
}
