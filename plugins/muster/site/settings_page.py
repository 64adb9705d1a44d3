"""The guide's page of all settings, made from `muster.settings`: each with type, default, meaning and an example.

implements: MU-CORE-0035
"""

from __future__ import annotations

import textwrap
from enum import StrEnum
from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Meta, Struct

from muster.settings import Settings

if TYPE_CHECKING:
    from msgspec.structs import FieldInfo

_HEAD = """\
# Settings

<!-- Made from plugins/muster/settings.py; `pytest --update` writes it anew. -->

Muster needs no settings where the specs are Markdown files under `specs/`. What differs goes into
`muster.toml` at the root of the project, or into `[tool.muster]` of its `pyproject.toml`; where
both exist, `muster.toml` counts and the other is not read.

A name that Muster does not know and a value that does not fit are errors, all reported at once,
and no command that reads the project runs until they are mended (exit status 2):

```text
muster.toml: unknown setting `specs.inclde`; did you mean `specs.include`?
muster.toml: `requirements.level` is 'higest'; it is one of strongest, first, none
```

In a glob, `*` stands for any characters but `/`, `**` for any folders, `?` for one character. Paths
are relative to the root of the project and have `/` on every system. Where a code is asked for, its
beginning will do: `KWD` means every rule about keywords.
"""

# An example for each setting, as the TOML that stands behind its name.
_EXAMPLES = {
    "specs.include": '["docs/specs/*.md"]',
    "specs.exclude": '["specs/drafts/**"]',
    "specs.pages": '["**/guide/**", "specs/adr/**"]',
    "specs.packages": '{ "specs/00_llama-orch.md" = "llama-orch" }',
    "specs.prefixes": '{ "specs/10-core.md" = "OC-CORE-1000..1999" }',
    "specs.max_bytes": "5_000_000",
    "specs.max_line": "100_000",
    "requirements.id": "'Requirement [0-9]+(\\.[0-9]+)*'",
    "requirements.markers": '["bracket", "bold"]',
    "requirements.body": '"quote"',
    "requirements.level": '"first"',
    "requirements.lowercase": "true",
    "anchors.style": '"github"',
    "anchors.slug": '"pymdownx"',
    "anchors.separator": '"_"',
    "anchors.tab_length": "2",
    "anchors.attr_list": "false",
    "anchors.sane_lists": "true",
    "rules.select": '["REQ", "KWD001", "DRF"]',
    "rules.ignore": '["SHP005"]',
    "rules.severity": '{ KWD = "warning", KWD001 = "error" }',
    "rules.paths": '[{ path = "specs/legacy/**", ignore = ["SHP"] }]',
    "rules.paths.path": '"specs/legacy/**"',
    "rules.paths.ignore": '["SHP", "KWD007"]',
    "rules.paths.severity": '{ KWD001 = "warning" }',
    "rules.line_length": "120",
    "rules.vague_words": '["fast", "etc."]',
    "packages.must": '["plugins/*"]',
    "packages.should": '["tools/*"]',
    "packages.may": '["."]',
    "packages.rationale_heading": '"Why there is no spec"',
    "output.requirements": '"docs/requirements"',
    "output.compliance": '"docs/COMPLIANCE.md"',
    "links.include": '["docs/**/*.md", "README.md"]',
    "links.exclude": '["tests/**", "vendor/**"]',
    "links.ignore": '["docs/api/**"]',
    "links.redirects": '{ "docs/old.md" = "docs/new.md" }',
    "links.repository": '"https://github.com/owner/name"',
    "links.external.ignore": "['https://localhost[:/]', 'https://example[.]com/']",
    "links.external.age_days": "1",
    "links.external.timeout": "60",
    "links.external.retries": "5",
    "links.external.gate": "true",
    "trace.include": '["src/**", "tests/**"]',
    "trace.exclude": '["vendor/**", "tests/samples/**"]',
    "trace.generated": '["@generated"]',
    "trace.marks": '["id", "annotation"]',
    "trace.prefixes": '["r", "spec"]',
    "trace.annotations": '[{ name = "Specification", id = "number", text = "text" }]',
    "trace.annotations.name": '"Specification"',
    "trace.annotations.id": '"number"',
    "trace.annotations.text": '"text"',
    "trace.tests": '["tests/**", "**/*_spec.rb"]',
    "trace.prose": '["**/*.md", "**/*.org"]',
    "trace.results": '["junit.xml", "target/nextest/*/junit.xml"]',
    "trace.thresholds": '[{ status = "tested", percent = 90, spec = "specs/*.md" }]',
    "trace.thresholds.status": '"verified"',
    "trace.thresholds.percent": "80",
    "trace.thresholds.spec": '"specs/10-queue.md"',
    "trace.thresholds.level": '"should"',
    "site.docs": '"docs"',
    "site.directory_urls": "false",
    "site.outside": '"components"',
    "allocation.records": '["**/elicitation.md", "intake/*.md"]',
    "allocation.planning": '["work/packets/*.md"]',
    "allocation.ready": '["ready", "stable"]',
    "allocation.specs": '{ "specs/10-queue.md" = "specs/elicitation.md" }',
    "packets.include": '["work/**/*.md"]',
    "packets.folder": '"work/refinements"',
    "packets.pointer": '"specs/SPEC_CURRENT.md"',
    "packets.target": "'current: (\\S+)'",
    "packets.wp_id": "'TASK-[0-9]+'",
    "packets.signature": "'[a-z]+-(?P<time>[0-9]{12})'",
    "packets.utc_offset": '"+01:00"',
    "packets.ready": '["Approved", "In Progress"]',
    "packets.registry": '"work/REGISTRY.md"',
    "packets.task_board": '"work/BOARD.md"',
    "prompts.packs": '["assets/spec_prompt_packs/*.json"]',
    "prompts.documents": '["docs/prompts/*.md"]',
    "prompts.folder": '"build/prompts"',
    "prompts.registry": '"assets/capabilities.yaml"',
    "prompts.tokenizer": '"o200k"',
    "prompts.governance_mode": '"GOV_STRICT"',
    "prompts.document_fields": '["Prompt ID", "Status", "Owner"]',
    "prompts.document_body": '"Body"',
    "prompts.document_sections": '["Intent", "Constraints", "Validation Criteria"]',
    "fail_on": '"warning"',
    "namespace": '"7f0c1c52-5b1e-4c57-9a53-0b9d5f5c4a11"',
    "chains.include": '["docs/chains/*/*.md"]',
    "chains.folder": '"docs/chains"',
    "chains.planner": '"Lead"',
    "chains.orchestrator": '"Conductor"',
    "chains.executor": '"Agent"',
    "chains.protocol": '"specs/prompt-chain.md"',
    "chains.documents": '["AGENTS.md", "specs/prompt-chain.md"]',
    "chains.qa": '"npm test"',
    "chains.final_qa": '["npm run lint", "npm test"]',
    "chains.tests": '["tests/**", "**/*_test.go"]',
    "chains.main_branch": '"trunk"',
    "chains.language": '"en"',
    "chains.document_language": '"any"',
    "chains.headings": '{ "Active Rules memo" = ["Promemoria regole attive"] }',
    "chains.omissions": '["cut here", "taglio"]',
    "chains.corrections": "1",
    "chains.micro_fixes": "5",
    "chains.trial_window": "4",
    "ledger.url": '"postgresql://muster@db.example.org/ledger"',
    "ledger.record": "false",
    "ledger.timeout": "30",
    "ledger.histories": '["audit/*.jsonl"]',
    "ledger.scrub": "['customer-[0-9]{6}']",
    "ledger.retention_months": "24",
    "tasks": '[{ slug = "nightly", command = ["nox", "-s", "docs"], window = "1d" }]',
    "tasks.slug": '"nightly"',
    "tasks.command": '["nox", "-s", "docs"]',
    "tasks.name": '"Nightly site build"',
    "tasks.type": '"documentation"',
    "tasks.window": '"1d"',
    "tasks.retries": "2",
    "tasks.wait": "30",
    "tasks.reads": '["specs/**/*.md"]',
    "tasks.spec": '"specs/10-queue.md"',
}

_NOUNS = {str: "text", int: "whole number", bool: "true or false"}


def settings_page() -> str:
    """The page as Markdown, ending in a line break."""
    return "\n".join([_HEAD, "## At the top\n", _doc(Settings), *_table(Settings, "")])


def _table(table: type[Struct], where: str) -> list[str]:
    """The settings of a table, then the tables in it, each below a heading of its own."""
    hints = _hints(table)
    parts = _entries(table, {name: kind for name, kind in hints.items() if not _is_table(kind)}, where)
    for name, kind in hints.items():
        if _is_table(kind):
            parts += [f"## `[{where}{name}]`\n", _doc(kind), *_table(kind, f"{where}{name}.")]
    return parts


def _is_table(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct)


def _hints(kind: type[Struct]) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _doc(kind: type[Struct]) -> str:
    return f"{(kind.__doc__ or '').strip().splitlines()[0]}\n"


def _entries(table: type[Struct], hints: dict[str, Any], where: str) -> list[str]:
    """A section for each setting of a table, and for each setting of the tables in its lists."""
    fields = {field.name: field for field in msgspec.structs.fields(table)}
    found = []
    for name, kind in hints.items():
        bare, meta = kind.__origin__, kind.__metadata__[0]
        needed = [field.name for field in fields.values() if field.required]  # of the tables in a list
        found.append(_entry(f"{where}{name}", bare, meta, fields[name], needed))
        if (member := _member(bare)) and _is_table(member):
            found += _entries(member, _hints(member), f"{where}{name}.")
    return found


def _entry(name: str, kind: Any, meta: Meta, field: FieldInfo, needed: list[str]) -> str:
    if field.required:
        default = "- Needed."
    else:
        value = field.default if field.default_factory is NODEFAULT else field.default_factory()
        default = f"- Default: {_code(_toml(value))}" if value not in ((), {}, "") else "- Default: empty"
    wrapped = textwrap.fill(default, 100, subsequent_indent="  ", break_on_hyphens=False)
    lines = [f"### `{name}`", "", meta.description or "", "", f"- Type: {_type(kind, meta)}", wrapped]
    return "\n".join([*lines, "", "```toml", *_example(name, needed), "```", ""])


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _example(name: str, needed: list[str]) -> list[str]:
    """The setting in a file: below its table's header, or in an entry of a list of tables with what that must have."""
    table, _, key = name.rpartition(".")
    if not table:
        return [f"{key} = {_EXAMPLES[name]}"]
    if not needed:
        return [f"[{table}]", f"{key} = {_EXAMPLES[name]}"]
    others = [f"{other} = {_EXAMPLES[f'{table}.{other}']}" for other in needed if other != key]
    return [f"[[{table}]]", *others, f"{key} = {_EXAMPLES[name]}"]


def _member(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def _type(kind: Any, meta: Meta) -> str:
    if get_origin(kind) is tuple:
        some = ", at least one" if meta.min_length else ""
        return f"list of {_plural(get_args(kind)[0])}{some}"
    if get_origin(kind) is dict:
        return f"table of {_plural(get_args(kind)[1])}"
    if issubclass(kind, StrEnum):
        return _choices(kind)
    low = f", at least {meta.ge:_}" if meta.ge is not None else ""
    high = f", at most {meta.le:_}" if meta.le is not None else ""
    return f"{_NOUNS[kind]}{low}{high}"


def _plural(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"lists of {_plural(get_args(kind)[0])}"
    if _is_table(kind):
        return "tables, whose settings follow"
    return _choices(kind) if issubclass(kind, StrEnum) else f"{_NOUNS[kind]}s"


def _choices(kind: type[StrEnum]) -> str:
    names = [f"`{choice}`" for choice in kind]
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _toml(value: Any) -> str:
    """A default as it would stand in the file; the tables among them are empty."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:_}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f"'{value}'" if "\\" in value else f'"{value}"'
