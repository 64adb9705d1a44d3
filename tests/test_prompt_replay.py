"""Whether a stored prompt can be made again; if not, which input drifted."""

from __future__ import annotations

import hashlib

import msgspec
import pytest
from msgspec.structs import replace

from muster.prompts.capabilities import CapabilitySnapshot
from muster.prompts.compiler import compiled
from muster.prompts.context import Artifact, Job, context_snapshot_of, hashes_of
from muster.prompts.contracts import default_pack
from muster.prompts.governance import Mode
from muster.prompts.manifest import (
    CapabilityInput,
    Manifest,
    PackInput,
    envelope_sha256,
    files_of,
    inputs_of,
    json_file,
    manifest_in,
    sealed,
)
from muster.prompts.minimal import snapshot_of
from muster.prompts.packs import pack_in
from muster.prompts.registry import registry_in
from muster.prompts.replay import Changed, Drift, Replay, Standing, drift_of, replayed
from muster.prompts.sources import Material, Source, fingerprints_of, sources_in
from muster.prompts.tokenizers import tokenizer_named
from muster.prompts.values import Envelope
from test_prompt_sources import MATERIAL, PATH, SPEC, project_of

AT = "2027-01-31T00:00:00Z"
REGISTRY = b"registry_version: 7\ncapabilities:\n- {capability_id: a, kind: Engine, risk_class: Low}\n"
VALUES = {
    "PROMPT_REF": "a prompt",
    "PROMPT_TEXT": "requirement:QUEUE-1001",
    "WORKSPACE_ID": f"section:{PATH} §1.1",
    "PROJECT_ID": "packet:packets/WP-1.md",
    "VERSION_CONTROL": "git",
    "REPO_ROOT": "file:notes.txt",
    "CAPABILITY_SNAPSHOT_TABLE": "| id |",
    "GOVERNANCE_MODE": "GOV_STRICT",
    "REQUIRED_GATES": "intent:intent.json",
}


def sources_of(spec: str = SPEC, values: dict[str, str] = VALUES, **files: bytes) -> dict[str, Source]:
    renamed = {name.replace("_", "."): data for name, data in files.items()}
    material = Material({**MATERIAL.files, PATH: spec.encode(), **renamed}, MATERIAL.excerpts)
    return sources_in(values, project_of(spec), material).sources


def envelope_of(sources: dict[str, Source]) -> Envelope | None:
    """What comes of these sources; None where a required one is missing."""
    pack = pack_in(default_pack()).pack
    assert pack is not None
    made = compiled(pack, {name: one.text for name, one in sources.items()}, tokenizer_named("words"))
    return made if isinstance(made, Envelope) else None


def capabilities(registry: bytes = REGISTRY, at: str = AT) -> CapabilitySnapshot:
    read = registry_in(registry, "capabilities.yaml").registry
    assert read is not None
    return snapshot_of(read, "spec_router", Mode.STRICT, "git", "SPEC-1", at)


def folder() -> dict[str, bytes]:
    """The files of a compile, as they are stored."""
    data, sources, snapshot = default_pack(), sources_of(), capabilities()
    read = pack_in(data)
    assert read.pack is not None
    envelope = envelope_of(sources)
    assert envelope is not None
    inputs = inputs_of(read.pack, sources)
    artifacts = (Artifact("capabilities.yaml", "capability_snapshot", snapshot.sha256),)
    context = context_snapshot_of(inputs, artifacts, envelope, Job(), AT)
    files = {
        "pack.json": data,
        "capability_snapshot.json": json_file(snapshot),
        "context_snapshot.json": json_file(context),
    }
    manifest = Manifest(
        "muster.prompt_manifest@1",
        "0.6",
        "SPEC-1",
        context.context_snapshot_id,
        AT,
        Job(),
        "spec_router",
        Mode.STRICT,
        "git",
        "words@1",
        PackInput(read.pack.pack_id, "muster:spec_router_pack@1", read.sha256),
        CapabilityInput("capabilities.yaml", given=False, registry_version="7", sha256=snapshot.sha256),
        inputs,
        hashes_of(envelope),
        envelope_sha256(envelope),
        keeps_text=False,
        files=files_of(files),
    )
    return {**files, "manifest.json": json_file(sealed(manifest))}


FOLDER = folder()
MANIFEST = manifest_in(FOLDER["manifest.json"])


def standing(spec: str = SPEC, **changed: object) -> Standing:
    """The inputs as they are now, of which some are others."""
    sources = sources_of(spec)
    envelope = envelope_of(sources)
    now = Standing(
        pack_sha256=hashlib.sha256(default_pack()).hexdigest(),
        tokenizer="words@1",
        capability_snapshot=capabilities(at="2030-01-01T00:00:00Z"),
        sources=sources,
        requirements=fingerprints_of(project_of(spec)),
        files=FOLDER,
        envelope_sha256=envelope_sha256(envelope) if envelope else "",
    )
    return msgspec.structs.replace(now, **changed)


def input_of(placeholder: str) -> str:
    return next(one.sha256 for one in MANIFEST.inputs if one.placeholder == placeholder)


@pytest.mark.requirement("MU-PRM-6024")
def test_an_untouched_folder_is_proved() -> None:
    assert replayed(MANIFEST, standing()) == Replay((), ())
    assert replayed(MANIFEST, standing()).proved


@pytest.mark.requirement("MU-PRM-6024")
def test_another_pack_is_named() -> None:
    data = default_pack() + b"\n"
    sha256 = hashlib.sha256(data).hexdigest()

    assert drift_of(MANIFEST, standing(pack_sha256=sha256)) == (
        Drift(Changed.PACK, "spec_router_pack@1", MANIFEST.pack.sha256, sha256),
    )


@pytest.mark.requirement("MU-PRM-6024")
@pytest.mark.parametrize(("now", "name"), [("words@2", "version"), ("chars@1", "name"), ("", "gone")], ids=str)
def test_another_tokenizer_is_named(now: str, name: str) -> None:
    assert drift_of(MANIFEST, standing(tokenizer=now)) == (Drift(Changed.TOKENIZER, "words", "words@1", now),), name


@pytest.mark.requirement("MU-PRM-6024")
def test_another_capability_snapshot_is_named_with_what_changed_in_it() -> None:
    now = capabilities(REGISTRY.replace(b"Low", b"High").replace(b"7", b"8"))

    assert drift_of(MANIFEST, standing(capability_snapshot=now)) == (
        Drift(
            Changed.CAPABILITY_SNAPSHOT,
            "capabilities.yaml",
            MANIFEST.capability_snapshot.sha256,
            now.sha256,
            ("registry_version was '7' and is '8'", "capability a changed"),
        ),
    )
    assert drift_of(MANIFEST, standing(capability_snapshot=None))[0].now == ""


@pytest.mark.requirement("MU-PRM-6024", "MU-PRM-6026")
def test_a_changed_requirement_is_named_with_both_fingerprints() -> None:
    spec = SPEC.replace("keep the order", "keep the sequence")
    was, now = (fingerprints_of(project_of(text))["QUEUE-1001"] for text in (SPEC, spec))

    drifts = drift_of(MANIFEST, standing(spec))

    assert drifts == (Drift(Changed.REQUIREMENT, "QUEUE-1001", was, now, ("PROMPT_TEXT holds it",)),)
    shown = was[: len("sha256:") + 12], now[: len("sha256:") + 12]
    assert str(drifts[0]) == f"requirement QUEUE-1001 was {shown[0]} and is now {shown[1]} (PROMPT_TEXT holds it)"
    assert str(Drift(Changed.FILE, "pack.json", "a" * 64, "b" * 64)) == (
        "file pack.json was aaaaaaaaaaaa and is now bbbbbbbbbbbb"
    )
    assert str(Drift(Changed.TOKENIZER, "words", "words@1", "")) == "tokenizer words was words@1 and is gone"


@pytest.mark.requirement("MU-PRM-6026")
def test_a_requirement_that_is_gone_is_named() -> None:
    drifts = drift_of(MANIFEST, standing(SPEC.replace("[QUEUE-1001] ", "")))

    was = fingerprints_of(project_of())["QUEUE-1001"]
    assert drifts == (Drift(Changed.REQUIREMENT, "QUEUE-1001", was, "", ("PROMPT_TEXT holds it",)),)


@pytest.mark.requirement("MU-PRM-6026")
def test_emphasis_alone_changes_the_text_and_not_the_fingerprint() -> None:
    drifts = drift_of(MANIFEST, standing(SPEC.replace("**jobs**", "_jobs_")))

    assert [(one.what, one.name, one.was) for one in drifts] == [
        (Changed.REQUIREMENT, "requirement:QUEUE-1001", input_of("PROMPT_TEXT"))
    ]


@pytest.mark.requirement("MU-PRM-6026")
def test_a_changed_section_is_named_and_the_requirement_in_it() -> None:
    drifts = drift_of(MANIFEST, standing(SPEC.replace("1 MB", "2 MB")))

    assert [(one.what, one.name, one.details) for one in drifts] == [
        (Changed.REQUIREMENT, "QUEUE-1002", ("WORKSPACE_ID holds it",)),
        (Changed.SECTION, f"section:{PATH} §1.1", ("WORKSPACE_ID holds it",)),
    ]
    assert [one.what for one in drift_of(MANIFEST, standing(SPEC.replace("9) no", "8) no")))] == [Changed.SECTION]


@pytest.mark.requirement("MU-PRM-6024")
def test_another_prompt_and_other_values_are_named() -> None:
    values = {**VALUES, "PROMPT_REF": "another", "VERSION_CONTROL": "none", "PROJECT_ID": "file:gone"}
    sources = sources_of(values=values, notes_txt=b"changed")

    assert [(one.what, one.name, bool(one.now)) for one in drift_of(MANIFEST, standing(sources=sources))] == [
        (Changed.PROMPT, "PROMPT_REF", True),
        (Changed.PACKET, "packet:packets/WP-1.md", False),
        (Changed.VALUE, "VERSION_CONTROL", True),
        (Changed.VALUE, "file:notes.txt", True),
    ]


@pytest.mark.requirement("MU-PRM-6024")
def test_files_of_the_folder_that_are_edited_gone_or_new_are_named() -> None:
    files = {**FOLDER, "pack.json": b"{}", "more.txt": b"x"}
    del files["context_snapshot.json"]
    edited = replace(MANIFEST, spec_id="SPEC-2")

    assert [(one.what, one.name, bool(one.was), bool(one.now)) for one in drift_of(edited, standing(files=files))] == [
        (Changed.FILE, "manifest.json", True, True),
        (Changed.FILE, "context_snapshot.json", True, False),
        (Changed.FILE, "more.txt", False, True),
        (Changed.FILE, "pack.json", True, True),
    ]


@pytest.mark.requirement("MU-PRM-6024", "MU-PRM-6025")
def test_a_text_that_nobody_kept_must_be_given_again() -> None:
    sources = {name: one for name, one in sources_of().items() if name != "PROMPT_REF"}
    replay = replayed(MANIFEST, standing(sources=sources, envelope_sha256=""))

    assert (replay, replay.proved) == (Replay((), ("PROMPT_REF",)), False)


@pytest.mark.requirement("MU-PRM-6024")
def test_an_envelope_that_differs_though_no_input_does_is_named() -> None:
    assert drift_of(MANIFEST, standing(envelope_sha256="other")) == (
        Drift(Changed.ENVELOPE, "envelope", MANIFEST.envelope_sha256, "other"),
    )
