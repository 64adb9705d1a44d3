"""What the values of a prompt name, and the exact text that goes in."""

from __future__ import annotations

import hashlib

import msgspec
import pytest

from muster import pipeline
from muster.inputs import memory
from muster.model import Pinned, Place, Project, Refinement, Verdict, Window
from muster.prompts.manifest import json_file
from muster.prompts.naming import Named, NotNamed, SourceKind, as_text, named_in
from muster.prompts.provenance import INTENT_SCHEMA, EnvelopeStand, Reference, SpecIntent
from muster.prompts.sources import Material, Source, fingerprints_of, paths_of, sources_in
from muster.prompts.values import Truncation
from muster.settings import Settings

SPEC = """\
# Queue SPEC

Conformance language: RFC 2119 and RFC 8174

## 1) Jobs

- [QUEUE-1001] The queue MUST keep the order
  of its **jobs**.

### 1.1 Limits

- [QUEUE-1002] A job MUST be at most 1 MB.

```text
## 9) no heading
```

## 2) Workers

- [QUEUE-2001] A worker MAY take {{PROMPT_TEXT}}.

## Workers

Nothing.
"""
PATH = "specs/10-queue.md"
PACKET = "packets/WP-1.md"
REFINEMENT = Refinement(
    PACKET,
    1,
    "WP-1",
    "",
    "",
    PATH,
    "",
    "",
    "",
    "",
    "",
    ready=False,
    anchors=(
        Pinned(Place(PACKET), "ANCHOR 1", "", PATH, Window(5, 8), "Jobs", Verdict.OK),
        Pinned(Place(PACKET), "ANCHOR 2", "", PATH, Window(10, 12), "Limits", Verdict.GONE),
        Pinned(Place(PACKET), "ANCHOR 3", "", PATH, None, "", Verdict.UNKNOWN),
    ),
)
INTENT = SpecIntent(
    spec_prompt_pack_id="p@1",
    spec_prompt_pack_sha256="a",
    capability_snapshot_ref=Reference("capabilities.yaml", "b"),
    capability_registry_version="1",
    context_snapshot_id="c",
    prompt_envelope=EnvelopeStand("d", "e", "f", 1, 2, 5, Truncation({}, variable_suffix_truncated=False)),
    tokenizer="words@1",
    schema_version=INTENT_SCHEMA,
    spec_id="SPEC-1",
    prompt_ref=Reference("text:", "g"),
    prompt_type="text",
    detected_capabilities=(),
    risk_flags=(),
    requested_outputs=("SpecIntent",),
    created_at="2027-01-31T00:00:00Z",
)


def project_of(text: str = SPEC) -> Project:
    project = pipeline.run(memory({PATH: text}), Settings()).project
    return msgspec.structs.replace(project, refinements=(REFINEMENT,))


PROJECT = project_of()
OF = fingerprints_of(PROJECT)
MATERIAL = Material(
    {
        PATH: SPEC.encode(),
        PACKET: b"whatever",
        "notes.txt": "a\r\nb\u0301\n".encode(),
        "crlf.md": b"# A\r\n\r\n## B\r\nb\r\n# C",
        "bad.md": b"# A\n\xff",
        "intent.json": json_file(INTENT),
    },
    {PACKET: ("The queue MUST\\u00a0keep", "Limits")},
)


def source_of(value: str | Named, project: Project = PROJECT, material: Material = MATERIAL) -> Source:
    reading = sources_in({"PROMPT_TEXT": value}, project, material)
    assert reading.troubles == ()
    return reading.sources["PROMPT_TEXT"]


def made(handle: str, kind: SourceKind, text: str, *ids: str, end: str = "") -> Source:
    """A source; `end` is the last line end of its file, which is in the hash alone."""
    digest = hashlib.sha256(f"{text}{end}".encode()).hexdigest()
    return Source(handle, kind, text, digest, {one: OF[one] for one in ids})


JOBS = SPEC[SPEC.index("## 1) Jobs") : SPEC.index("## 2) Workers")]


@pytest.mark.requirement("MU-PRM-6026")
@pytest.mark.parametrize(
    ("value", "source"),
    [
        ("Write a spec.", made("text:", SourceKind.TEXT, "Write a spec.")),
        ("text:file:notes.txt", made("text:", SourceKind.TEXT, "file:notes.txt")),
        ("text:", made("text:", SourceKind.TEXT, "")),
        ("note: a\n", made("text:", SourceKind.TEXT, "note: a\n")),
        ("file:./notes.txt", made("file:notes.txt", SourceKind.FILE, "a\r\nb\u0301", end="\n")),
        (
            f"file:{PATH}",
            made(f"file:{PATH}", SourceKind.FILE, SPEC[:-1], "QUEUE-1001", "QUEUE-1002", "QUEUE-2001", end="\n"),
        ),
        (
            "requirement:QUEUE-1001",
            made(
                "requirement:QUEUE-1001",
                SourceKind.REQUIREMENT,
                "The queue MUST keep the order\nof its **jobs**.",
                "QUEUE-1001",
            ),
        ),
        (
            "requirement: QUEUE-2001 , QUEUE-1002",
            made(
                "requirement:QUEUE-2001,QUEUE-1002",
                SourceKind.REQUIREMENT,
                "A worker MAY take {{PROMPT_TEXT}}.\n\nA job MUST be at most 1 MB.",
                "QUEUE-1002",
                "QUEUE-2001",
            ),
        ),
        (
            f"section:{PATH}#1-jobs",
            made(f"section:{PATH}#1-jobs", SourceKind.SECTION, JOBS, "QUEUE-1001", "QUEUE-1002"),
        ),
        (
            f"section:{PATH} §1.1",
            made(f"section:{PATH} §1.1", SourceKind.SECTION, JOBS[JOBS.index("###") :], "QUEUE-1002"),
        ),
        (f"section:{PATH}#workers", made(f"section:{PATH}#workers", SourceKind.SECTION, "## Workers\n\nNothing.\n")),
        ("section:crlf.md#a", made("section:crlf.md#a", SourceKind.SECTION, "# A\r\n\r\n## B\r\nb\r\n")),
        ("section:crlf.md#c", made("section:crlf.md#c", SourceKind.SECTION, "# C")),
        (
            f"packet:{PACKET}",
            made(f"packet:{PACKET}", SourceKind.PACKET, "The queue MUST\\u00a0keep\n\nLimits", "QUEUE-1001"),
        ),
        (
            "intent:intent.json",
            made("intent:intent.json", SourceKind.INTENT, json_file(INTENT).decode()[:-1], end="\n"),
        ),
    ],
    ids=[
        "plain text",
        "text that looks like a file",
        "empty text",
        "text with a colon",
        "file",
        "spec",
        "requirement",
        "requirements",
        "section by anchor",
        "section by number",
        "section without requirements",
        "section with CRLF",
        "last section",
        "packet",
        "intent",
    ],
)
def test_a_value_stands_for_exactly_the_text_that_it_names(value: str, source: Source) -> None:
    assert source_of(value) == source


@pytest.mark.requirement("MU-PRM-6017")
def test_a_text_from_elsewhere_names_nothing_whatever_it_begins_with() -> None:
    assert source_of(as_text("file:notes.txt")) == made("text:", SourceKind.TEXT, "file:notes.txt")
    assert paths_of([as_text("file:notes.txt")]) == ()


@pytest.mark.requirement("MU-PRM-6026")
def test_what_is_named_in_vain_is_told_all_at_once_with_what_is_nearest() -> None:
    values = {
        "A": "requirement:QUEUE-1003,QEUE-1001",
        "B": f"section:{PATH}#workerz",
        "C": f"section:{PATH} §1.2",
        "D": "file:specs/10-queu.md",
        "E": "packet:notes.txt",
        "F": "intent:notes.txt",
        "G": "file:../secrets",
        "H": "section:notes.txt",
        "I": "requirement:A-1,A-1",
        "J": "file:bad.md",
        "K": "a \ud800",
        "L": "file:",
        "M": "file:/etc/passwd",
    }
    reading = sources_in(values, PROJECT, MATERIAL)

    assert reading.sources == {}
    assert [(one.path[-1], one.message, one.help) for one in reading.troubles] == [
        (
            "A",
            "no spec defines QUEUE-1003, QEUE-1001",
            "did you mean QUEUE-1002, QUEUE-1001? name an ID that a spec defines",
        ),
        ("B", f"{PATH} has no section #workerz", "did you mean #workers?"),
        ("C", f"{PATH} has no section §1.2", "did you mean §1.1?"),
        ("D", "specs/10-queu.md is no file of the project", f"did you mean {PATH}?"),
        (
            "E",
            "notes.txt is no packet with excerpts",
            "name a refinement packet, or take the `file:` whole",
        ),
        (
            "F",
            "notes.txt is no SpecIntent: JSON is malformed: invalid character (byte 0)",
            "name a spec_intent.json, or take the `file:` as it is",
        ),
        (
            "G",
            "'../secrets' is no path below the root of the project",
            "write `file:PATH`, or `text:file:../secrets` for the text itself",
        ),
        (
            "H",
            "'notes.txt' names no section of a file",
            "write `section:PATH#anchor` or `section:PATH §2.1`, or `text:section:notes.txt` for the text itself",
        ),
        ("I", "'A-1' is named twice", "write `requirement:ID,ID`, or `text:requirement:A-1,A-1` for the text itself"),
        ("J", "bad.md:2 is not UTF-8", "save the file as UTF-8"),
        ("K", "the text holds half of a surrogate pair", "give text that was read as UTF-8"),
        ("L", "`file:` names nothing", "write `file:PATH`, or `text:file:` for the text itself"),
        (
            "M",
            "'/etc/passwd' is no path below the root of the project",
            "write `file:PATH`, or `text:file:/etc/passwd` for the text itself",
        ),
    ]


def test_two_sections_of_one_number_must_be_told_apart_by_their_anchors() -> None:
    material = Material({"a.md": b"## 1. One\n\n## 1. Two\n"})
    reading = sources_in({"A": "section:a.md §1"}, PROJECT, material)

    assert [(one.message, one.help) for one in reading.troubles] == [
        ("a.md has 2 sections §1", "name one by its anchor: #1-one, #1-two")
    ]


@pytest.mark.parametrize("path", ["..", "a/../b", "a//b", "C:/x", "a\\b", "a\nb", "\u202ea"], ids=str)
def test_a_path_cannot_leave_the_project(path: str) -> None:
    with pytest.raises(NotNamed):
        named_in(f"file:{path}")


def test_the_files_that_values_need_are_told_before_they_are_read() -> None:
    values = ["file:b", "section:a.md#x", "requirement:A-1", "plain", "packet:c", "intent:b", "file:../x"]

    assert paths_of(values) == ("a.md", "b", "c")
