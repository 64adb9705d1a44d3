"""Settings: `muster.toml` or `[tool.muster]` of `pyproject.toml`, checked as a whole.

Each field says what it is for; the guide's page and the JSON Schema are made from these texts.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from muster.model import Level, Severity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEFAULT_ID = r"[A-Z][A-Z0-9]*(-[A-Z][A-Z0-9]*)*-[0-9]{3,5}"


class Marker(StrEnum):
    """A way of writing the ID where a requirement is defined."""

    BRACKET = "bracket"  # [AREA-1001]
    BOLD = "bold"  # **AREA-1001**
    COLON = "colon"  # AREA-1001: text
    RULE = "rule"  # r[area.name]
    NEED = "need"  # req~name~1
    HEADING = "heading"  # a heading that is nothing but the ID


class Anchors(StrEnum):
    """Whose heading anchors count."""

    MKDOCS = "mkdocs"
    GITHUB = "github"
    MDBOOK = "mdbook"


class Slug(StrEnum):
    """The slug function of the host's table of contents."""

    ASCII = "ascii"  # markdown.extensions.toc.slugify
    UNICODE = "unicode"  # markdown.extensions.toc.slugify_unicode
    PYMDOWNX = "pymdownx"  # pymdownx.slugs.slugify(case="lower")


class LevelPolicy(StrEnum):
    """Which keyword of a requirement gives its level."""

    STRONGEST = "strongest"
    FIRST = "first"
    NONE = "none"


class Body(StrEnum):
    """What a heading that defines a requirement takes as its text."""

    SECTION = "section"
    QUOTE = "quote"


class CitationMark(StrEnum):
    """A way of citing a requirement in code and prose."""

    ID = "id"  # AREA-1001, with or without a verb: `implements: AREA-1001`
    RULE = "rule"  # r[impl area.name], in comments
    NEED = "need"  # [impl->dsn~name~1]
    ANNOTATION = "annotation"  # @Specification(number="1.2.3")


class GovernanceMode(StrEnum):
    """How much a spec must show before work on it begins."""

    STRICT = "GOV_STRICT"
    STANDARD = "GOV_STANDARD"
    LIGHT = "GOV_LIGHT"


class SpecSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the specs are."""

    include: Annotated[tuple[str, ...], Meta(description="Globs of the Markdown files to read.")] = (
        "specs/**/*.md",
        "**/SPEC/SPEC.md",
    )
    exclude: Annotated[tuple[str, ...], Meta(description="Globs of files to leave out.")] = ()
    pages: Annotated[
        tuple[str, ...], Meta(description="Globs of files that are pages and never specs, whatever they hold.")
    ] = ("**/guide/**",)
    packages: Annotated[dict[str, str], Meta(description="Package name by path, for specs that nobody may edit.")] = {}
    prefixes: Annotated[
        dict[str, str],
        Meta(description="ID area by path, with an optional number band: `OC-CORE` or `OC-CORE-1000..1999`."),
    ] = {}
    max_bytes: Annotated[int, Meta(description="A Markdown file above this size is reported and not read.", ge=1)] = (
        20_000_000
    )
    max_line: Annotated[int, Meta(description="A file with a longer line is reported and not read.", ge=100)] = (
        1_000_000
    )


class RequirementSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a requirement is written."""

    id: Annotated[str, Meta(description="Regular expression of an ID, without its marker.")] = DEFAULT_ID
    markers: Annotated[
        tuple[Marker, ...], Meta(description="How the ID is marked where a requirement is defined.", min_length=1)
    ] = (Marker.BRACKET,)
    body: Annotated[
        Body, Meta(description="What a heading with an ID takes as text: its section, or its first quote.")
    ] = Body.SECTION
    level: Annotated[LevelPolicy, Meta(description="Which keyword gives the level.")] = LevelPolicy.STRONGEST
    lowercase: Annotated[bool, Meta(description="Lowercase keywords count in specs that do not declare RFC 8174.")] = (
        False
    )


class AnchorSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the published page names its headings."""

    style: Annotated[Anchors, Meta(description="Whose anchors headings have.")] = Anchors.MKDOCS
    slug: Annotated[Slug, Meta(description="The slug function of the site's table of contents (style mkdocs).")] = (
        Slug.ASCII
    )
    separator: Annotated[str, Meta(description="The slug function's separator (style mkdocs).")] = "-"
    tab_length: Annotated[int, Meta(description="Spaces that nest a list in the host's Markdown.", ge=1, le=8)] = 4
    attr_list: Annotated[bool, Meta(description="The host reads `{#here}` as an anchor (style mkdocs).")] = True
    sane_lists: Annotated[
        bool, Meta(description="The host starts a list straight after a paragraph and nests by its marker's width.")
    ] = False


class PathRules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules for some paths."""

    path: Annotated[str, Meta(description="Glob of the files meant.")]
    ignore: Annotated[tuple[str, ...], Meta(description="Codes or prefixes that are off there.")] = ()
    severity: Annotated[dict[str, Severity], Meta(description="Severity by code or prefix there.")] = {}


class RuleSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rules run, and how severe they are."""

    select: Annotated[tuple[str, ...], Meta(description="Codes or prefixes to run; empty for all that are on.")] = ()
    ignore: Annotated[tuple[str, ...], Meta(description="Codes or prefixes that are off.")] = ()
    severity: Annotated[dict[str, Severity], Meta(description="Severity by code or prefix; the longest wins.")] = {}
    paths: Annotated[tuple[PathRules, ...], Meta(description="The same for some paths.")] = ()
    line_length: Annotated[int, Meta(description="Columns after which SHP005 reports a line.", ge=20)] = 100
    vague_words: Annotated[tuple[str, ...], Meta(description="Words that KWD007 takes for untestable.")] = (
        "adequate",
        "appropriate",
        "appropriately",
        "as needed",
        "easy",
        "easily",
        "efficient",
        "efficiently",
        "etc.",
        "fast",
        "flexible",
        "quickly",
        "reasonable",
        "robust",
        "sufficient",
        "timely",
        "user-friendly",
    )


class PackageSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which packages need a spec: globs of their folders, `.` for the root."""

    must: Annotated[tuple[str, ...], Meta(description="A missing spec is an error.")] = ()
    should: Annotated[tuple[str, ...], Meta(description="A missing spec is a warning.")] = ()
    may: Annotated[tuple[str, ...], Meta(description="A missing spec needs a rationale in the README.")] = ()
    rationale_heading: Annotated[str, Meta(description="The README heading of that rationale.")] = "What this is not"


class OutputSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where derived files go."""

    requirements: Annotated[str, Meta(description="Folder of the requirement files.")] = "requirements"
    compliance: Annotated[str, Meta(description="The compliance table; empty for none.")] = "COMPLIANCE.md"


class ExternalSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How `muster links --external` checks links to other hosts."""

    ignore: Annotated[tuple[str, ...], Meta(description="Regular expressions of addresses that are not checked.")] = ()
    age_days: Annotated[int, Meta(description="Days for which a good answer counts without asking again.", ge=0)] = 7
    timeout: Annotated[int, Meta(description="Seconds to wait for an answer.", ge=1, le=600)] = 20
    retries: Annotated[int, Meta(description="How often 429, 5xx and broken connections are asked again.", ge=0)] = 3
    gate: Annotated[
        bool, Meta(description="`check` reports what the last `muster links --external` found dead (LNK010).")
    ] = False


class LinkSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which links are checked, and what they may lead to."""

    include: Annotated[tuple[str, ...], Meta(description="Globs of the Markdown files whose links are checked.")] = (
        "**/*.md",
    )
    exclude: Annotated[tuple[str, ...], Meta(description="Globs of files in which nothing is looked for.")] = ()
    ignore: Annotated[
        tuple[str, ...],
        Meta(description="Globs of targets that something else makes: paths from the root, or addresses on the site."),
    ] = ()
    redirects: Annotated[
        dict[str, str], Meta(description="Where a page that is gone leads on the site: `docs/old.md` = `docs/new.md`.")
    ] = {}
    repository: Annotated[
        str, Meta(description="Web address of this repository: a link to it that could be relative is reported.")
    ] = ""
    external: ExternalSettings = ExternalSettings()


class Annotation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An annotation, attribute or decorator whose argument is an ID."""

    name: Annotated[str, Meta(description="Its name: `Specification` for `@Specification(...)`.")]
    id: Annotated[str, Meta(description="The argument that holds the ID; empty for those without a name.")] = ""
    text: Annotated[
        str, Meta(description="The argument that repeats the requirement's text, which is compared with the spec.")
    ] = ""


class Threshold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many requirements must have come how far."""

    status: Annotated[Status, Meta(description="The status to reach: implemented, tested or verified.")]
    percent: Annotated[int, Meta(description="The share of the requirements that must have reached it.", ge=1, le=100)]
    spec: Annotated[str, Meta(description="Glob of the specs meant, each by itself.")] = "**"
    level: Annotated[Level, Meta(description="The level of the requirements meant.")] = Level.MUST


class TraceSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where requirements are cited, and what must come of them."""

    include: Annotated[tuple[str, ...], Meta(description="Globs of the files in which citations are looked for.")] = (
        "**",
    )
    exclude: Annotated[
        tuple[str, ...], Meta(description="Globs of files whose citations do not count: vendored, generated, samples.")
    ] = (
        "**/vendor/**",
        "**/third_party/**",
        "**/node_modules/**",
        "**/*.min.js",
        "**/*.min.css",
        "**/*.pb.go",
        "**/*_pb2.py",
        "**/*.generated.*",
        "**/*~",
        "**/*.orig",
        "**/*.rej",
        "**/*.bak",
        "**/.venv/**",
        "**/venv/**",
        "site/**",
        "build/**",
        "dist/**",
        "htmlcov/**",
    )
    generated: Annotated[
        tuple[str, ...], Meta(description="Texts among the first lines of a file that say that a program wrote it.")
    ] = ("@generated", "DO NOT EDIT", "Do not edit.", "see `muster rule ", "**Muster found ")
    marks: Annotated[tuple[CitationMark, ...], Meta(description="How requirements are cited.", min_length=1)] = (
        CitationMark.ID,
    )
    prefixes: Annotated[tuple[str, ...], Meta(description="What stands before the bracket of `r[impl area.name]`.")] = (
        "r",
    )
    annotations: Annotated[
        tuple[Annotation, ...], Meta(description="The annotations that cite, for the mark `annotation`.")
    ] = ()
    tests: Annotated[
        tuple[str, ...], Meta(description="Globs of the files that hold tests: a citation there verifies.")
    ] = (
        "**/test/**",
        "**/tests/**",
        "**/__tests__/**",
        "**/test_*.py",
        "**/*_test.*",
        "**/*.test.*",
        "**/*.spec.*",
        "**/*Test.java",
        "**/*Tests.java",
        "**/*IT.java",
    )
    prose: Annotated[tuple[str, ...], Meta(description="Globs of the files that are prose: a citation mentions.")] = (
        "**/*.md",
        "**/*.mdx",
        "**/*.rst",
        "**/*.adoc",
        "**/*.txt",
        "**/*.html",
    )
    results: Annotated[
        tuple[str, ...], Meta(description="Globs of test results: JUnit XML, or what the pytest plugin wrote.")
    ] = ()
    thresholds: Annotated[tuple[Threshold, ...], Meta(description="How many requirements must have come how far.")] = ()


class SiteSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the site shows."""

    docs: Annotated[
        str, Meta(description="The documentation folder, which is published; empty where there is no site.")
    ] = "specs"
    directory_urls: Annotated[bool, Meta(description="The site has `page/` for `page.md` (style mkdocs).")] = True
    outside: Annotated[str, Meta(description="Folder of the site for specs from outside the documentation folder.")] = (
        "packages"
    )


class AllocationSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Elicitation records, and what is tied to the spec identity that they hold."""

    records: Annotated[
        tuple[str, ...], Meta(description="Globs of the Markdown files that are elicitation records.")
    ] = (
        "**/elicitation.md",
        "**/elicitation-*.md",
        "**/*.elicitation.md",
    )
    planning: Annotated[
        tuple[str, ...], Meta(description="Globs of the Markdown files that are packets, prompts and chains.")
    ] = ("packets/**/*.md", "**/*.packet.md", "prompts/**/*.md", "chains/**/*.md")
    ready: Annotated[
        tuple[str, ...], Meta(description="The statuses of a spec that counts as marked ready, in any case.")
    ] = ("ready", "approved", "accepted", "final")
    specs: Annotated[
        dict[str, str],
        Meta(description="Elicitation record, or `spec_id`, by the path of a file that nobody may edit."),
    ] = {}


class ChainLanguage(StrEnum):
    """A language that can be told by its function words."""

    ANY = "any"
    ENGLISH = "en"
    ITALIAN = "it"
    GERMAN = "de"
    FRENCH = "fr"
    SPANISH = "es"
    PORTUGUESE = "pt"
    DUTCH = "nl"


class PacketSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Refinement packets, and the work packets that they are for."""

    include: Annotated[
        tuple[str, ...], Meta(description="Globs of the Markdown files that can be packets: their content decides.")
    ] = ("packets/**/*.md", "**/*.packet.md", "**/refinements/**/*.md", "**/task_packets/**/*.md")
    folder: Annotated[str, Meta(description="Where `muster packet new` writes.")] = "packets"
    pointer: Annotated[
        str, Meta(description="The file that says which spec is current, for `muster packet new`; empty for none.")
    ] = ""
    target: Annotated[
        str, Meta(description="Regular expression that finds the spec in a pointer file: its first group, or all.")
    ] = r"\*\*`?([^*`\n]*[^*`\s]\.\w+)`?\*\*"
    wp_id: Annotated[str, Meta(description="Regular expression for the ID of a work packet.")] = (
        r"WP-[0-9A-Za-z][0-9A-Za-z._-]*"
    )
    signature: Annotated[
        str, Meta(description="Regular expression for a signature; the group `time`, if any, holds DDMMYYYYHHMM.")
    ] = r"[A-Za-z][A-Za-z_.-]*(?P<time>[0-9]{12})"
    utc_offset: Annotated[str, Meta(description="The clock of signatures, such as `+01:00`.")] = "+00:00"
    ready: Annotated[
        tuple[str, ...], Meta(description="The statuses of a work packet that needs a signed refinement, in any case.")
    ] = ("Ready for Dev", "In Progress")
    registry: Annotated[
        str, Meta(description="The Markdown table that says which packet is active; empty for none.")
    ] = ""
    task_board: Annotated[str, Meta(description="The task board that events of activation refer to.")] = ""


class PromptSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prompt packs, what is compiled from them, and prompt documents."""

    packs: Annotated[tuple[str, ...], Meta(description="Globs of the prompt packs.")] = (
        "**/assets/spec_prompt_packs/*.json",
    )
    documents: Annotated[
        tuple[str, ...], Meta(description="Globs of the Markdown files that can be prompts: their content decides.")
    ] = ("prompts/**/*.md",)
    folder: Annotated[str, Meta(description="Where `muster prompt compile` writes.")] = "prompts/compiled"
    registry: Annotated[
        str, Meta(description="The registry of capabilities and tools, in YAML or JSON; empty for none.")
    ] = ""
    tokenizer: Annotated[
        str, Meta(description="What counts tokens: `chars`, `words`, or of the extra `tokens` `o200k` and `cl100k`.")
    ] = "words"
    governance_mode: Annotated[
        GovernanceMode, Meta(description="Which checks of `--report spec-lint` block: all, most, or names and IDs.")
    ] = GovernanceMode.STANDARD
    document_fields: Annotated[tuple[str, ...], Meta(description="The fields at the head of a prompt document.")] = (
        "Prompt ID",
        "Status",
        "Classification",
        "Owner",
        "Created",
        "Last-Modified",
    )
    document_body: Annotated[
        str, Meta(description="The heading below which its sections stand; empty for the whole file.")
    ] = "Prompt Body"
    document_sections: Annotated[tuple[str, ...], Meta(description="Its sections, in order.")] = (
        "Intent",
        "Constraints",
        "Scope",
        "Inputs",
        "Required Reasoning",
        "Output Artifacts",
        "Validation Criteria",
    )


class ChainSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Prompt chains: who acts in them, what QA runs, and which limits hold."""

    include: Annotated[
        tuple[str, ...], Meta(description="Globs of the Markdown files that can be turns: their front matter decides.")
    ] = ("chains/*/*.md", "**/prompt-chains/*/*.md", "**/prompt_chains/*/*.md")
    folder: Annotated[str, Meta(description="Where `muster chain new` writes.")] = "chains"
    planner: Annotated[
        str, Meta(min_length=1, pattern=r"^\S.*$", description="Who sets goals and authorises: a human.")
    ] = "Planner"
    orchestrator: Annotated[
        str, Meta(min_length=1, pattern=r"^\S.*$", description="Who writes prompts and decides at gates.")
    ] = "OCP"
    executor: Annotated[
        str, Meta(min_length=1, pattern=r"^\S.*$", description="Who answers prompts; the value of ROLE.")
    ] = "Codex"
    protocol: Annotated[
        str,
        Meta(description="The document that governs chains, to which every prompt links; empty for any one document."),
    ] = ""
    documents: Annotated[
        tuple[str, ...], Meta(description="The documents that the onboarding task has to name: paths or their ends.")
    ] = (".github/codex-instructions.md", "system/ops/agents_index.md", "AGENTS.md", ".codex/AGENTS.md")
    qa: Annotated[str, Meta(description="The QA command of every operational prompt.")] = 'pytest -q -k "not slow"'
    final_qa: Annotated[tuple[str, ...], Meta(description="The QA commands of Prompt N+1.")] = (
        "pre-commit run --all-files",
        "pytest -q",
    )
    tests: Annotated[tuple[str, ...], Meta(description="Globs of the tests, which change only beside other files.")] = (
        "tests/**",
    )
    main_branch: Annotated[str, Meta(description="The branch with which a chain is aligned by decision alone.")] = (
        "main"
    )
    language: Annotated[
        ChainLanguage, Meta(description="The language of responses; in control mode it is English.")
    ] = ChainLanguage.ITALIAN
    document_language: Annotated[
        ChainLanguage, Meta(description="The language of the protocol and of `documents`.")
    ] = ChainLanguage.ENGLISH
    headings: Annotated[
        dict[str, tuple[str, ...]],
        Meta(description="Further headings for the sections of turns, by the English one of the template."),
    ] = {}
    omissions: Annotated[
        tuple[str, ...], Meta(description="Further words that stand for output left out, such as `cut here`.")
    ] = ()
    corrections: Annotated[
        int, Meta(ge=0, description="How many failed attempts of QA may be mended without asking for guidance.")
    ] = 2
    micro_fixes: Annotated[int, Meta(ge=0, description="How many micro-fixes Prompt N+1 may take.")] = 10
    trial_window: Annotated[
        int,
        Meta(ge=0, description="For how many complete chains the skeptic gate binds before a retrospective decides."),
    ] = 2


class LedgerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where runs and events are kept."""

    url: Annotated[
        str,
        Meta(description="Path of a SQLite file, or `postgresql://user@host/name`; the variable MUSTER_LEDGER wins."),
    ] = ".muster/ledger.db"
    record: Annotated[bool, Meta(description="Muster's own commands record themselves.")] = True
    timeout: Annotated[
        int, Meta(description="Seconds to wait for another process, or for the server.", ge=1, le=600)
    ] = 10
    histories: Annotated[
        tuple[str, ...],
        Meta(description="Globs of histories in the repository (`muster runs export`): the gate verifies them."),
    ] = ()
    scrub: Annotated[
        tuple[str, ...], Meta(description="Regular expressions of what is taken out before it is stored, beside ours.")
    ] = ()
    retention_months: Annotated[
        int,
        Meta(
            description="Months that `muster events retire` keeps beside the present one; 0 keeps all.", ge=0, le=1200
        ),
    ] = 0


class TaskSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task that `muster run SLUG` runs and records."""

    slug: Annotated[str, Meta(description="Its short name: lower case, digits, `-` and `_`.")]
    command: Annotated[tuple[str, ...], Meta(description="The command and its arguments.", min_length=1)]
    name: Annotated[str, Meta(description="Its name for people; the slug, where it is empty.")] = ""
    type: Annotated[str, Meta(description="Its kind, to tell tasks apart by.", min_length=1)] = "task"
    window: Annotated[
        str, Meta(description="It is recorded once in each window: `15m`, `1h`, `1d`, `1w`; empty for each time.")
    ] = ""
    retries: Annotated[int, Meta(description="How often it is tried again where it fails.", ge=0, le=100)] = 0
    wait: Annotated[int, Meta(description="Seconds between two attempts.", ge=0, le=3600)] = 0
    reads: Annotated[tuple[str, ...], Meta(description="Globs of the files that go in: the parents of its runs.")] = ()
    spec: Annotated[str, Meta(description="A spec, an elicitation record or a `spec_id` that it is about.")] = ""


# implements: MU-CORE-0042
class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of a project; every one has a default under which `specs/*.md` just works."""

    specs: SpecSettings = SpecSettings()
    requirements: RequirementSettings = RequirementSettings()
    anchors: AnchorSettings = AnchorSettings()
    rules: RuleSettings = RuleSettings()
    packages: PackageSettings = PackageSettings()
    output: OutputSettings = OutputSettings()
    links: LinkSettings = LinkSettings()
    trace: TraceSettings = TraceSettings()
    site: SiteSettings = SiteSettings()
    allocation: AllocationSettings = AllocationSettings()
    packets: PacketSettings = PacketSettings()
    prompts: PromptSettings = PromptSettings()
    chains: ChainSettings = ChainSettings()
    ledger: LedgerSettings = LedgerSettings()
    tasks: Annotated[tuple[TaskSettings, ...], Meta(description="The tasks of the project.")] = ()
    fail_on: Annotated[Severity, Meta(description="The severity from which `check` exits with 1.")] = Severity.ERROR
    namespace: Annotated[str, Meta(description="UUID under which spec identities are minted.")] = ""


class InvalidSettings(ValueError):
    """The settings have mistakes; `problems` holds them all."""

    def __init__(self, source: str, problems: list[str]) -> None:
        self.source = source
        self.problems = problems
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))


def settings_from(text: str, source: str) -> Settings:
    """Read settings from the text of `muster.toml`, or of a `pyproject.toml` by that name."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidSettings(source, [f"not TOML: {error}"]) from None
    if source.endswith("pyproject.toml"):
        tool = table.get("tool", {})
        table = tool.get("muster", {}) if isinstance(tool, dict) else {}
    return settings_of(table, source)


def settings_of(table: Any, source: str) -> Settings:
    """Check a table as a whole; raise `InvalidSettings` with every problem in it.

    implements: MU-CORE-0041
    """
    problems = list(_problems(table, Settings, ""))
    if problems:
        raise InvalidSettings(source, problems)
    settings: Settings = msgspec.convert(table, Settings)
    problems += _clashes(settings)
    if problems:
        raise InvalidSettings(source, problems)
    return settings


def _clashes(settings: Settings) -> Iterator[str]:
    """What no setting says alone: derived files where the specs are would hide them."""
    folder = settings.output.requirements.strip("/") + "/"
    for glob in settings.specs.include:
        if glob.startswith(folder):
            yield f"`output.requirements` is {_shown(settings.output.requirements)}; the specs are there, name another"
            break
    slugs = [task.slug for task in settings.tasks]
    yield from (f"two `tasks` have the slug {slug!r}" for slug in dict.fromkeys(slugs) if slugs.count(slug) > 1)
    for number, task in enumerate(settings.tasks):
        if _SLUG.fullmatch(task.slug) is None:
            yield f"`tasks[{number}].slug` is {_shown(task.slug)}; it is lower case, digits, `-` and `_`, at most 64"
        if task.window and _WINDOW.fullmatch(task.window) is None:
            yield f"`tasks[{number}].window` is {_shown(task.window)}; write 15m, 1h, 1d or 1w"
    if f"{settings.output.compliance}/".startswith(folder):
        yield f"`output.compliance` is {_shown(settings.output.compliance)}; the requirement files are there"


def _problems(table: Any, kind: type[Struct], where: str) -> Iterator[str]:
    """What is wrong with a table of settings, in the order in which it was written."""
    if not isinstance(table, dict):
        yield f"`{where.rstrip('.') or 'tool.muster'}` is {_shown(table)}; it is a table"
        return
    hints = get_type_hints(kind, include_extras=True)
    for name, value in table.items():
        if name in hints:
            yield from _problems_of_value(value, hints[name], f"{where}{name}")
        else:
            import difflib  # only a mistake wants it

            near = difflib.get_close_matches(name, hints, 1, 0.5)
            known = f"did you mean `{where}{near[0]}`?" if near else f"known here: {', '.join(sorted(hints))}"
            yield f"unknown setting `{where}{name}`; {known}"
    for field in msgspec.structs.fields(kind):
        if field.required and field.encode_name not in table:
            yield f"`{where}{field.encode_name}` is missing"


def _problems_of_value(value: Any, kind: Any, where: str) -> Iterator[str]:
    """What is wrong with one value: its members one by one, then its type and limits, then what no type says."""
    bare, limits = _taken_apart(kind)
    if isinstance(bare, type) and issubclass(bare, Struct):
        yield from _problems(value, bare, f"{where}.")
        return
    members = list(_members(value, bare, where))
    for member, member_kind, place in members:
        wrong = list(_problems_of_value(member, member_kind, place))
        yield from wrong
        if not wrong and where in _CHECKS_OF_MEMBERS and (problem := _CHECKS_OF_MEMBERS[where](member)):
            yield f"`{place}` is {_shown(member)}; {problem}"
    if members:
        return
    try:
        plain = msgspec.convert(value, kind)
    except (msgspec.ValidationError, OverflowError):
        yield f"`{where}` is {_shown(value)}; it is {_wanted(value, bare, limits)}"
        return
    if isinstance(plain, int) and plain.bit_length() > _BITS:
        yield f"`{where}` is {_shown(value)}, too large a number"
    if where in _CHECKS and (problem := _CHECKS[where](plain)):
        yield f"`{where}` is {_shown(value)}; {problem}"


_BITS = 63  # of a whole number: what the cache's key can hold


def _taken_apart(kind: Any) -> tuple[Any, Meta | None]:
    """The type behind an annotation, and its limits."""
    return (kind.__origin__, kind.__metadata__[0]) if hasattr(kind, "__metadata__") else (kind, None)


def _members(value: Any, kind: Any, where: str) -> Iterator[tuple[Any, Any, str]]:
    """The members of a list or of a table with free keys, with their types and names."""
    if get_origin(kind) is tuple and isinstance(value, list):
        yield from ((member, get_args(kind)[0], f"{where}[{i}]") for i, member in enumerate(value))
    elif get_origin(kind) is dict and isinstance(value, dict):
        yield from ((member, get_args(kind)[1], f'{where}."{key}"') for key, member in value.items())


_NOUNS = {bool: "true or false", int: "a whole number", str: "a text", tuple: "a list", dict: "a table"}


def _wanted(value: Any, kind: Any, limits: Meta | None) -> str:
    """What a value of this kind looks like."""
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        import difflib  # only a mistake wants it

        near = difflib.get_close_matches(_shown(value), [str(choice) for choice in kind], 1)
        return f"one of {', '.join(kind)}" + (f"; did you mean {near[0]!r}?" if near else "")
    noun = _NOUNS[get_origin(kind) or kind]
    if limits is None:
        return noun
    low = f" from {limits.ge}" if limits.ge is not None else ""
    high = f" to {limits.le}" if limits.le is not None else ""
    some = " that is not empty" if kind is str else " with at least one member"
    return f"{noun}{low}{high}{some if limits.min_length else ''}"


def _no_pattern(pattern: str) -> str:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"it is no regular expression: {error}"
    try:
        re.compile(f"(?:{pattern})")
    except re.error as error:
        return f"it cannot be part of a larger pattern: {error}"
    if compiled.groupindex or _BACK_REFERENCE.search(pattern):
        return "as part of a larger pattern it can neither name a group nor refer to one"
    return "it matches the empty text, and an ID has at least one character" if compiled.fullmatch("") else ""


def _no_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"it is no regular expression: {error}"
    return "" if pattern else "it matches every address; name one"


def _no_line_pattern(pattern: str) -> str:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return f"it is no regular expression: {error}"
    return "it matches the empty text" if compiled.fullmatch("") else ""


def _no_offset(text: str) -> str:
    return "" if _OFFSET.fullmatch(text) else "it is an offset from UTC, such as +01:00"


def _no_tokenizer(name: str) -> str:
    return "" if name in ("chars", "words", "o200k", "cl100k") else "it is one of chars, words, o200k, cl100k"


def _no_path_or_empty(path: str) -> str:
    return _no_path(path) if path else ""


def _no_path(path: str) -> str:
    parts = path.split("/")
    if ".git" in parts or ".muster" in parts:
        return "that folder belongs to git, or to Muster's cache; name another"
    outside = path.startswith(("/", "~")) or ".." in parts or "\\" in path or path[1:2] == ":"
    return "it is a path inside the project, with `/`" if outside or not path.isprintable() else ""


def _no_docs(path: str) -> str:
    return "" if path in ("", ".") else _no_folder(path)


def _no_address(text: str) -> str:
    return "" if not text or _ADDRESS.fullmatch(text) else "it is a web address, such as https://github.com/owner/name"


def _no_folder(path: str) -> str:
    return _no_path(path) or ("" if path.strip("./") else "name a folder of its own")


def _no_plain_folder(path: str) -> str:
    """A folder that is looked for among the paths of files, and so has to be written as they are."""
    parts = path.strip("/").split("/")
    is_plain = all(part == part.strip() and part not in ("", ".") for part in parts)
    return _no_folder(path) or ("" if is_plain else "write it without empty parts, `.` and blanks at an end")


def _no_uuid(text: str) -> str:
    return "" if not text or _UUID.fullmatch(text) else "it is a UUID, such as one that `uuidgen` prints"


def _no_ledger(text: str) -> str:
    if "://" in text:
        known = text.startswith(("postgresql://", "postgres://"))
        return "" if known else "it is a path, or an address such as postgresql://user@host/name"
    inside = text.removeprefix(".muster/")
    return _no_path(inside) if inside.strip("./") else "it is the path of a file"


_OFFSET = re.compile(r"[+-](?:0[0-9]|1[0-4]):[0-5][0-9]")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_WINDOW = re.compile(r"[1-9][0-9]{0,3}[mhdw]")
_ADDRESS = re.compile(r"https?://[^\s/]+(/[^\s?#]*)?")
_BACK_REFERENCE = re.compile(r"(?<!\\)(?:\\\\)*(?:\\[1-9]|\(\?\([0-9])")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

# What no type says: a pattern that does not compile, an output that leaves the project.
_CHECKS: dict[str, Callable[[Any], str]] = {
    "requirements.id": _no_pattern,
    "output.requirements": _no_folder,
    "output.compliance": _no_path,
    "site.outside": _no_folder,
    "site.docs": _no_docs,
    "links.repository": _no_address,
    "ledger.url": _no_ledger,
    "packets.folder": _no_folder,
    "packets.pointer": _no_path_or_empty,
    "packets.registry": _no_path_or_empty,
    "packets.task_board": _no_path_or_empty,
    "packets.target": _no_line_pattern,
    "packets.wp_id": _no_line_pattern,
    "packets.signature": _no_line_pattern,
    "packets.utc_offset": _no_offset,
    "prompts.folder": _no_plain_folder,
    "prompts.registry": _no_path_or_empty,
    "prompts.tokenizer": _no_tokenizer,
    "namespace": _no_uuid,
}
_CHECKS_OF_MEMBERS: dict[str, Callable[[Any], str]] = {
    "links.external.ignore": _no_expression,
    "ledger.scrub": _no_expression,
    "allocation.specs": _no_path,
}


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "too large a number"
    return text if len(text) <= 60 else f"{text[:57]}..."
