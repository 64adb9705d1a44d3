"""What a compile leaves behind it: the ContextSnapshot, the skeletons with their provenance, the manifest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from msgspec.structs import replace

from muster.model import Project
from muster.prompts.compiler import compiled, missing_optional
from muster.prompts.context import Artifact, ContextSnapshot, Job, context_snapshot_of, hashes_of, id_of, ids_of
from muster.prompts.contracts import default_pack
from muster.prompts.governance import Mode
from muster.prompts.manifest import (
    CapabilityInput,
    Input,
    Manifest,
    NoManifest,
    PackInput,
    envelope_sha256,
    files_of,
    inputs_of,
    is_intact,
    json_file,
    manifest_in,
    sealed,
)
from muster.prompts.naming import SourceKind, as_text
from muster.prompts.packs import pack_in
from muster.prompts.provenance import (
    Provenance,
    Reference,
    SpecIntent,
    SpecRouterDecision,
    WorkflowContext,
    decision_skeleton,
    intent_skeleton,
    provenance_of,
    stand_of,
    workflow_context_of,
)
from muster.prompts.sources import Material, Source, sources_in
from muster.prompts.tokenizers import tokenizer_named
from muster.prompts.values import Envelope, Pack, Truncation
from muster.settings import Settings

HERE = Path(__file__).parent
JOB = Job(job_id="j", step_id="s")
AT = "2027-01-31T00:00:00Z"
READ = pack_in(default_pack())
assert READ.pack is not None
PACK: Pack = READ.pack
TEXTS = {
    "PROMPT_REF": "requirement:QUEUE-1001",
    "PROMPT_TEXT": "The queue MUST keep the order.",
    "WORKSPACE_ID": "w",
    "VERSION_CONTROL": "git",
    "CAPABILITY_SNAPSHOT_TABLE": "| id |",
    "GOVERNANCE_MODE": "GOV_STRICT",
    "REQUIRED_GATES": "spec-lint",
}
SOURCES = sources_in(
    {name: as_text(text) for name, text in TEXTS.items()}, Project(settings=Settings()), Material()
).sources | {
    "PROMPT_TEXT": Source(
        "requirement:QUEUE-1001", SourceKind.REQUIREMENT, TEXTS["PROMPT_TEXT"], "5ha", {"QUEUE-1001": "sha256:1"}
    )
}
TABLE = Artifact("capabilities.yaml", "capability_snapshot", "c" * 64)
PACK_ARTIFACT = Artifact(f"spec_prompt_pack:{PACK.pack_id}", "pack", READ.sha256)


def envelope() -> Envelope:
    made = compiled(PACK, TEXTS, tokenizer_named("words"))
    assert isinstance(made, Envelope)
    return made


def snapshot(
    *, at: str = AT, job: Job = JOB, payload: str = "", sources: dict[str, Source] = SOURCES
) -> ContextSnapshot:
    return context_snapshot_of(
        inputs_of(PACK, sources), (TABLE, PACK_ARTIFACT), envelope(), job, at, ("REPO_ROOT is missing",), payload
    )


def provenance() -> Provenance:
    return Provenance(
        spec_prompt_pack_id=PACK.pack_id,
        spec_prompt_pack_sha256=READ.sha256,
        capability_snapshot_ref=Reference("capabilities.yaml", "c" * 64),
        capability_registry_version="7",
        context_snapshot_id=snapshot().context_snapshot_id,
        prompt_envelope=stand_of(envelope()),
        tokenizer="words@1",
        missing_placeholders=missing_optional(PACK, TEXTS),
    )


@pytest.mark.requirement("MU-PRM-6021", "MU-PRM-6026")
def test_a_context_snapshot_lists_each_handle_and_hash_that_went_in() -> None:
    made = snapshot()

    texts = sorted((one.sha256, one.handle) for name, one in SOURCES.items() if name != "PROMPT_TEXT")
    assert made.artifact_handles == (
        TABLE,
        PACK_ARTIFACT,
        Artifact("requirement:QUEUE-1001", "requirement", "5ha", {"QUEUE-1001": "sha256:1"}),
        *(Artifact(handle, "text", sha256) for sha256, handle in texts),
    )
    assert made.prompt_envelope_hashes == hashes_of(envelope())
    assert made.retrieval_candidates == made.selected_sources == ids_of(["requirement:QUEUE-1001"])
    assert (made.warnings, made.job_id, made.step_id, made.created_at) == (("REPO_ROOT is missing",), "j", "s", AT)


@pytest.mark.requirement("MU-PRM-6021")
def test_the_id_of_a_context_snapshot_follows_from_what_was_shown_and_to_whom() -> None:
    made = snapshot()
    other = SOURCES | {"PROMPT_TEXT": replace(SOURCES["PROMPT_TEXT"], fingerprints={"QUEUE-1001": "sha256:2"})}
    same = [snapshot(at="2030-01-01T00:00:00Z"), snapshot(job=Job(job_id="k")), snapshot(payload="prompt.txt")]

    assert UUID(made.context_snapshot_id).version == 5
    assert {one.context_snapshot_id for one in same} == {made.context_snapshot_id} == {id_of(made)}
    assert snapshot(sources=other).context_snapshot_id != made.context_snapshot_id
    assert snapshot(job=Job(job_id="j", step_id="s", model_id="m")).context_snapshot_id != made.context_snapshot_id


def test_names_are_hashed_without_their_order() -> None:
    assert ids_of(["b", "a", "b"]) == ids_of(["a", "b"])
    assert ids_of(["a", "b"]).count == 2


@pytest.mark.requirement("MU-PRM-6013", "MU-PRM-6016", "MU-PRM-6023")
def test_both_skeletons_carry_the_whole_provenance() -> None:
    own = provenance()
    intent = intent_skeleton(own, PACK, "SPEC-1", Reference("requirement:QUEUE-1001", "5ha"), "requirement", AT)
    decision = decision_skeleton(own, PACK, "SPEC-1", Mode.STRICT, workflow_context_of(TEXTS))

    assert own.missing_placeholders == ("PROJECT_ID", "REPO_ROOT")
    assert own.prompt_envelope.truncation == Truncation(
        {one.name: False for one in PACK.placeholders}, variable_suffix_truncated=False
    )
    assert provenance_of(intent) == provenance_of(decision) == own
    assert msgspec.json.decode(json_file(intent), type=SpecIntent) == intent
    assert msgspec.json.decode(json_file(decision), type=SpecRouterDecision) == decision
    assert (intent.spec_id, intent.prompt_type, intent.detected_capabilities, intent.requested_outputs) == (
        "SPEC-1",
        "requirement",
        (),
        ("SpecIntent", "SpecRouterDecision", "SpecArtifact"),
    )
    assert decision.workflow_context == WorkflowContext("w", "", "git", "")
    assert decision.spec_template_id == "hsk.feature_spec@0.2"


@pytest.mark.requirement("MU-PRM-6023")
@pytest.mark.parametrize(
    ("mode", "version_control", "commit", "packet"),
    [
        (Mode.STRICT, "Git", True, True),
        (Mode.STANDARD, "git", True, True),
        (Mode.LIGHT, "git", False, False),
        (Mode.STRICT, "none", False, True),
    ],
    ids=["strict", "standard", "light", "without git"],
)
def test_the_governance_mode_decides_what_a_decision_demands(
    mode: Mode, version_control: str, *, commit: bool, packet: bool
) -> None:
    context = WorkflowContext(version_control=version_control)
    made = decision_skeleton(provenance(), PACK, "S", mode, context, ("only",))

    assert (made.safety_commit_required, made.work_packet_required, made.task_board_required) == (
        commit,
        packet,
        packet,
    )
    assert made.required_gates == ("only",)
    assert decision_skeleton(provenance(), PACK, "S", mode, context).required_gates[0] == "spec-lint"


def manifest() -> Manifest:
    made = envelope()
    return Manifest(
        "muster.prompt_manifest@1",
        "0.6",
        "SPEC-1",
        snapshot().context_snapshot_id,
        AT,
        Job(),
        "spec_router",
        Mode.STRICT,
        "git",
        "words@1",
        PackInput(PACK.pack_id, "muster:spec_router_pack@1", READ.sha256),
        CapabilityInput("capabilities.yaml", given=False, registry_version="7", sha256="c" * 64),
        inputs_of(PACK, SOURCES),
        hashes_of(made),
        envelope_sha256(made),
        keeps_text=False,
        files=files_of({"b.json": b"b", "a.json": b"a", "manifest.json": b"not of itself"}),
    )


@pytest.mark.requirement("MU-PRM-6024")
def test_a_manifest_holds_the_inputs_in_the_order_of_the_pack_and_knows_when_it_is_edited() -> None:
    made = sealed(manifest())

    assert [(one.placeholder, one.origin) for one in made.inputs] == [
        (one.name, one.source) for one in PACK.placeholders if one.name in TEXTS
    ]
    assert made.inputs[1] == Input(
        "PROMPT_TEXT", "prompt_ref", "requirement:QUEUE-1001", "requirement", "5ha", {"QUEUE-1001": "sha256:1"}
    )
    assert list(made.files) == ["a.json", "b.json"]
    assert manifest_in(json_file(made)) == made
    assert is_intact(made)
    assert not is_intact(replace(made, muster="0.7"))


@pytest.mark.requirement("MU-PRM-6025")
def test_neither_snapshot_nor_skeleton_nor_manifest_holds_a_word_of_the_prompt() -> None:
    own = provenance()
    intent = intent_skeleton(own, PACK, "SPEC-1", Reference("requirement:QUEUE-1001", "5ha"), "requirement", AT)
    written = json_file(snapshot()) + json_file(intent) + json_file(sealed(manifest()))

    assert b"keep the order" not in written


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"\xff", b"[" * 100_000, b'{"schema_version": 1}'],
    ids=["empty", "bare", "bytes", "deep", "wrong"],
)
def test_a_file_that_is_no_manifest_is_told(data: bytes) -> None:
    with pytest.raises(NoManifest, match=r"manifest\.json is no manifest of a prompt"):
        manifest_in(data)


@pytest.mark.requirement("MU-PRM-6010")
def test_all_hashes_are_the_same_in_every_process() -> None:
    program = (
        "import sys; from test_prompt_snapshots import *; "
        "sys.stdout.buffer.write(json_file(snapshot()) + json_file(sealed(manifest())) + json_file(provenance()))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONPATH": ":".join([str(HERE), *sys.path])},
            capture_output=True,
            check=True,
        ).stdout
        for seed, locale in (("0", "C"), ("4242", "tr_TR.UTF-8"))
    }

    assert told == {json_file(snapshot()) + json_file(sealed(manifest())) + json_file(provenance())}
