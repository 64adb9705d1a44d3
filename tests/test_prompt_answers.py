"""Answers of models: the artifacts in order, valid under their schemas, with the provenance copied in."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from muster.cli.app import run
from muster.cli.schema import PROMPTS
from muster.prompts.answer import Answer, answer_in
from muster.prompts.answer_claims import Compiled
from muster.prompts.capabilities import Capability, CapabilitySnapshot, Denied, Kind, RiskClass, Tool
from muster.prompts.compiler import compiled
from muster.prompts.contract_faults import contract_faults
from muster.prompts.contracts import ANSWERS, SCHEMAS, TEMPLATE, default_pack, schema_text, template_text, type_of
from muster.prompts.governance import Mode
from muster.prompts.packs import pack_in
from muster.prompts.provenance import (
    Provenance,
    Reference,
    WorkflowContext,
    decision_skeleton,
    intent_skeleton,
    stand_of,
)
from muster.prompts.tokenizers import tokenizer_named
from muster.prompts.values import Envelope

ASSETS = Path(__file__).parents[1] / "plugins/muster/assets"
READING = pack_in(default_pack())
assert READING.pack is not None
PACK = READING.pack
_WORDS = tokenizer_named("words")
ENVELOPE = compiled(PACK, {one.name: "x" for one in PACK.placeholders if one.required}, _WORDS)
assert isinstance(ENVELOPE, Envelope)
PROVENANCE = Provenance(
    spec_prompt_pack_id=PACK.pack_id,
    spec_prompt_pack_sha256=READING.sha256,
    capability_snapshot_ref=Reference("file:snapshot.json", "0" * 64),
    capability_registry_version="1",
    context_snapshot_id="3f0d5e4e-6a0f-5c1e-9d7b-2b6f3a1c0d9e",
    prompt_envelope=stand_of(ENVELOPE),
    tokenizer=_WORDS.name,
    missing_placeholders=("PROJECT_ID", "REPO_ROOT"),
)
SNAPSHOT = CapabilitySnapshot(
    "hsk.capability_snapshot@1",
    "0b0e",
    "1",
    (Capability("fs.read", Kind.SURFACE, RiskClass.LOW),),
    (Tool("read.file", "engine.fs", "read", "fs.read", "read@1"),),
    (Denied("net.open", "not under this mode"),),
    "2026-01-01T00:00:00Z",
)


def made_under(mode: Mode, version_control: str = "Git") -> Compiled:
    """What a compile writes for its answers."""
    prompt = Reference("text:", "1" * 64)
    return Compiled(
        intent_skeleton(PROVENANCE, PACK, "0b0e", prompt, "text", "2026-01-01T00:00:00Z"),
        decision_skeleton(PROVENANCE, PACK, "0b0e", mode, WorkflowContext("w", "p", version_control, "/r")),
        SNAPSHOT,
    )


def plain(value: Any) -> dict[str, Any]:
    """A value as it stands in JSON."""
    found: dict[str, Any] = json.loads(msgspec.json.encode(value))
    return found


MADE = made_under(Mode.STRICT)
INTENT, DECISION, CARRIED = plain(MADE.intent), plain(MADE.decision), MADE.provenance
SPEC = template_text()


def fenced(intent: Any = INTENT, decision: Any = DECISION, spec: str = SPEC) -> str:
    parts = [f"```json\n{json.dumps(one, indent=2)}\n```\n" for one in (intent, decision)]
    return "\n".join([*parts, f"````markdown\n{spec}````\n"])


def judged(text: str) -> Answer:
    return answer_in(text, PACK, MADE, {TEMPLATE: SPEC})


def troubles(text: str) -> list[tuple[int, str]]:
    """Line and message of all that is wrong with an answer."""
    return [(one.line, one.message) for one in judged(text).troubles]


# Form


@pytest.mark.requirement("MU-PRM-6032")
@pytest.mark.parametrize(
    "text",
    [
        fenced(),
        fenced().replace("````", "```"),
        fenced().replace("```json", "~~~").replace("```\n", "~~~\n").replace("`~~~", "````"),
        fenced().replace("\n", "\r\n"),
        "\ufeff" + fenced(),
        "\n\n" + fenced() + "\n\n",
        f"{json.dumps(INTENT)}\n{json.dumps(DECISION, indent=1)}\n\n{SPEC}",
        f"{json.dumps(INTENT)} {json.dumps(DECISION)}\n---\nprefix: Q\n---\n\n{SPEC}",
    ],
    ids=["fenced", "equal fences", "tildes", "CRLF", "mark", "blank lines", "bare", "bare in a line"],
)
def test_the_artifacts_in_order_are_accepted_fenced_and_bare(text: str) -> None:
    answer = judged(text)

    assert answer.troubles == ()
    assert answer.is_accepted
    assert [one.kind for one in answer.artifacts] == ["SpecIntent", "SpecRouterDecision", "SpecArtifact"]
    assert [one.value for one in answer.artifacts] == [INTENT, DECISION, None]
    assert answer.artifacts[2].text.endswith(SPEC)


def test_a_spec_keeps_its_own_fences_in_a_fence_of_the_same_ticks() -> None:
    spec = SPEC.replace("Docs-only: N/A", "```sh\npytest -q\n```")
    text = fenced(spec=spec).replace("````", "```")

    assert troubles(text) == []
    artifact = judged(text).artifact("SpecArtifact")
    assert artifact is not None
    assert artifact.text == spec


@pytest.mark.requirement("MU-PRM-6032")
@pytest.mark.parametrize(
    "behind",
    [
        "Sure, I also thought about that.\n\n```\n",
        "Sure.\n\n```sh\npytest -q\n```\n\n```\n",
        "Sure.\n````\n",
    ],
    ids=["a lone fence", "a fence and a lone one", "more ticks"],
)
def test_prose_between_the_spec_and_a_lone_fence_is_no_part_of_the_spec(behind: str) -> None:
    text = fenced().replace("````", "```")
    end = text.count("\n")

    assert troubles(text) == []
    assert troubles(text + behind) == [
        (
            end,
            "SpecArtifact: the lines of ticks from here on do not pair: the spec may end here, or a fence may begin",
        )
    ]


def test_a_fence_that_a_spec_leaves_open_within_longer_ticks_is_no_end_of_it() -> None:
    assert troubles(fenced(spec=f"{SPEC}\n```sh\npytest -q\n")) == []


INTENT_JSON, DECISION_JSON = (json.dumps(one) for one in (INTENT, DECISION))


@pytest.mark.requirement("MU-PRM-6032")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, f"{kind} is missing: the answer ends where it was due") for kind in (*ANSWERS, "SpecArtifact")]),
        (
            f"Here you are:\n\n{INTENT_JSON}\n{DECISION_JSON}\n{SPEC}",
            [(1, "'Here you are:' stands where SpecIntent was due")],
        ),
        (
            f"{INTENT_JSON}\nAnd now:\n{DECISION_JSON}\n{SPEC}",
            [(2, "'And now:' stands where SpecRouterDecision was due")],
        ),
        (
            f"{INTENT_JSON}\n{DECISION_JSON}\nThe spec:\n{SPEC}",
            [(3, "'The spec:' stands where SpecArtifact was due")],
        ),
        (
            f"{INTENT_JSON}\n{DECISION_JSON}\n```markdown\n{SPEC}```\nI hope that this helps.\n",
            [(SPEC.count("\n") + 5, "'I hope that this helps.' stands behind the last artifact")],
        ),
        (f"{INTENT_JSON}\n{DECISION_JSON}\n", [(2, "SpecArtifact is missing: the answer ends where it was due")]),
        (
            f"{INTENT_JSON}\n{DECISION_JSON}\n```markdown\n{SPEC}",
            [(3, "SpecArtifact: this fence is never closed")],
        ),
        (
            f"{INTENT_JSON}\n{DECISION_JSON}\n```python\n{SPEC}```\n",
            [(3, "SpecArtifact is due, and here is a fence of 'python'")],
        ),
        (f"{INTENT_JSON}\n{DECISION_JSON}\n---\nx: y\n---\n", [(3, "SpecArtifact: the spec has no title")]),
    ],
    ids=["empty", "prose first", "prose between", "prose before", "prose last", "cut", "open", "language", "untitled"],
)
def test_prose_and_missing_artifacts_are_told_with_their_line(text: str, expected: list[tuple[int, str]]) -> None:
    assert troubles(text) == expected


def test_artifacts_in_another_order_are_told_by_what_is_wrong_with_each() -> None:
    found = troubles(f"{DECISION_JSON}\n{INTENT_JSON}\n{SPEC}")

    assert (
        1,
        'SpecIntent: $.schema_version: this must be "hsk.spec_intent@0.2", and is `"hsk.spec_router_decision@0.2"`',
    ) in found
    assert {line for line, _ in found} == {1, 2}


def test_an_object_that_never_ends_and_one_that_is_no_json_are_told_at_their_place() -> None:
    assert troubles(f"\n{INTENT_JSON[:-1]}")[0] == (2, "SpecIntent: this `{` is never closed")
    broken = judged(f'```json\n{{\n  "a": 1,\n}}\n```\n{DECISION_JSON}\n{SPEC}').troubles
    assert [(one.line, one.column, one.message) for one in broken] == [
        (4, 1, "SpecIntent: not JSON: a comma before `}`")
    ]


def test_an_answer_that_is_too_long_or_no_text_is_refused_unread() -> None:
    assert troubles("x" * 5_000_001) == [(1, "the answer has 5,000,001 characters, more than 5,000,000")]
    assert troubles("\ud800") == [(1, "the answer holds half of a surrogate pair")]


# Schemas and provenance


def having(value: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found = copy.deepcopy(value)
    found.update(changes)
    return {name: one for name, one in found.items() if one is not ...}


@pytest.mark.requirement("MU-PRM-6032")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"risk_flags": ...}, ["$: `risk_flags` is missing"]),
        ({"risk_flags": "none"}, ['$.risk_flags: this must be a list, and is `"none"`']),
        ({"risk_flags": ["a", 1]}, ["$.risk_flags[1]: this must be a text, and is `1`"]),
        ({"mood": "good"}, ["$.mood: nothing is called `mood` here"]),
        (
            {"requested_outputs": ["Poem"]},
            [
                (
                    '$.requested_outputs[0]: this must be "SpecIntent" or "SpecRouterDecision" or "SpecArtifact", '
                    'and is `"Poem"`'
                )
            ],
        ),
        ({"prompt_ref": {"handle": "text:"}}, ["$.prompt_ref: `sha256` is missing"]),
        ({"tokenizer": "chars@1"}, ["$.tokenizer: the provenance says 'words@1', and here is 'chars@1'"]),
        ({"spec_id": "other"}, ["$.spec_id: the provenance says '0b0e', and here is 'other'"]),
        ({"missing_placeholders": ...}, ["$: `missing_placeholders` of the provenance is missing"]),
        (
            {"missing_placeholders": []},
            ["$.missing_placeholders: the provenance says ['PROJECT_ID', 'REPO_ROOT'], and here is []"],
        ),
        ({"context_snapshot_id": ...}, ["$: `context_snapshot_id` is missing"]),
    ],
    ids=str,
)
def test_what_is_wrong_with_an_artifact_is_told_with_its_json_path(
    changes: dict[str, Any], expected: list[str]
) -> None:
    found = judged(fenced(intent=having(INTENT, **changes))).troubles

    assert [one.message for one in found] == [f"SpecIntent: {words}" for words in expected]
    assert all(one.line >= 2 and one.help for one in found)


@pytest.mark.requirement("MU-PRM-6032")
@pytest.mark.parametrize("name", sorted(CARRIED))
def test_each_field_of_the_provenance_must_be_equal_in_both_artifacts(name: str) -> None:
    wrong: Any = {"prompt_envelope": {**INTENT["prompt_envelope"], "total_tokens": 1}}.get(name, "wrong")
    for text in (
        fenced(intent=having(INTENT, **{name: wrong})),
        fenced(decision=having(DECISION, **{name: wrong})),
    ):
        assert any(one.path == f"$.{name}" for one in judged(text).troubles)


def test_a_flag_that_is_a_number_and_a_key_that_stands_twice_are_no_provenance() -> None:
    text = fenced().replace('"variable_suffix_truncated": false', '"variable_suffix_truncated": 0', 1)
    twice = fenced().replace('"risk_flags": []', '"risk_flags": [],\n  "spec_id": "0b0e"', 1)

    assert [one.path for one in judged(text).troubles] == [
        "$.prompt_envelope",
        "$.prompt_envelope.truncation.variable_suffix_truncated",
    ]
    assert ["stands twice" in one.message for one in judged(twice).troubles] == [True]


def test_a_spec_that_lacks_a_heading_of_its_template_is_told() -> None:
    found = judged(fenced(spec=SPEC.replace("## Scope", "## Reach"))).troubles

    assert [(one.message, one.help) for one in found] == [
        (
            "SpecArtifact: the heading 'Scope' of the template is missing",
            "add `## Scope`, with NONE where there is nothing",
        )
    ]
    assert [one.message for one in answer_in(fenced(), PACK, MADE, {}).troubles] == [
        "SpecArtifact: the pack asks for hsk.feature_spec@0.2, and no template of that name is known"
    ]


# What an answer says beyond its schema


@pytest.mark.requirement("MU-PRM-6032")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"created_at": "yesterday"}, ["$.created_at: 'yesterday' is no time with its zone"]),
        ({"created_at": "2026-01-01T00:00:00"}, ["$.created_at: '2026-01-01T00:00:00' is no time with its zone"]),
        ({"created_at": "2026-01-01T02:00:00+02:00"}, []),
        ({"requested_outputs": []}, ["$.requested_outputs: no output is requested"]),
        ({"requested_outputs": ["SpecArtifact"]}, []),
        (
            {"requested_outputs": ["SpecArtifact", "SpecArtifact"]},
            ["$.requested_outputs[1]: SpecArtifact stands twice"],
        ),
        (
            {"prompt_ref": {"handle": "text:", "sha256": "0"}},
            [
                (
                    f"$.prompt_ref: the compile says {{'handle': 'text:', 'sha256': '{'1' * 9}…{'1' * 38}'}}, "
                    "and here is {'handle': 'text:', 'sha256': '0'}"
                )
            ],
        ),
        ({"detected_capabilities": ["fs.read", "read.file", "engine.fs"]}, []),
        (
            {"detected_capabilities": ["fs.read", "engine.evil", "net.open"]},
            [
                "$.detected_capabilities[1]: 'engine.evil' is not in the snapshot",
                "$.detected_capabilities[2]: 'net.open' is denied by the snapshot",
            ],
        ),
    ],
    ids=str,
)
def test_an_intent_says_what_the_compile_knows_to_be_so(changes: dict[str, Any], expected: list[str]) -> None:
    found = judged(fenced(intent=having(INTENT, **changes))).troubles

    assert [one.message for one in found] == [f"SpecIntent: {words}" for words in expected]


def test_an_output_that_the_pack_does_not_ask_for_is_not_requested() -> None:
    pack = msgspec.structs.replace(PACK, required_outputs=PACK.required_outputs[:1])

    assert [one.message for one in answer_in(json.dumps(INTENT), pack, MADE, {}).troubles] == [
        "SpecIntent: $.requested_outputs[1]: the pack asks for no SpecRouterDecision",
        "SpecIntent: $.requested_outputs[2]: the pack asks for no SpecArtifact",
    ]


MISSING_ROLES = "$.required_roles: this lacks orchestrator, validator"
MISSING_GATES = "$.required_gates: this lacks trace, validation"
ASKED = "the governance mode of the compile asks for it, and here is false"


@pytest.mark.requirement("MU-PRM-6032")
@pytest.mark.parametrize(
    ("mode", "version_control", "changes", "expected"),
    [
        (Mode.STANDARD, "Git", {}, []),
        (
            Mode.STANDARD,
            "Git",
            {"governance_mode": "GOV_LIGHT"},
            ["$.governance_mode: the compile says GOV_STANDARD, and GOV_LIGHT asks for less"],
        ),
        (Mode.STANDARD, "Git", {"required_roles": ["coder"]}, [MISSING_ROLES]),
        (Mode.STANDARD, "Git", {"required_gates": ["spec-lint", "own"]}, [MISSING_GATES]),
        (Mode.STANDARD, "Git", {"required_gates": ["own", "validation", "trace", "spec-lint"]}, []),
        (Mode.STANDARD, "Git", {"work_packet_required": False}, [f"$.work_packet_required: {ASKED}"]),
        (Mode.STANDARD, "Git", {"task_board_required": False}, [f"$.task_board_required: {ASKED}"]),
        (Mode.LIGHT, "Git", {"work_packet_required": True, "task_board_required": True}, []),
        (
            Mode.STANDARD,
            "Git",
            {"safety_commit_required": False},
            ["$.safety_commit_required: under GOV_STANDARD and version control 'Git' this is true"],
        ),
        (
            Mode.STRICT,
            "none",
            {"safety_commit_required": True},
            ["$.safety_commit_required: under GOV_STRICT and version control 'none' this is false"],
        ),
        (Mode.STANDARD, "Git", {"spec_template_id": "x@9"}, ["$.spec_template_id: no template 'x@9' is known"]),
        (
            Mode.LIGHT,
            "Git",
            {"governance_mode": "GOV_STANDARD"},
            [
                "$.required_roles: this lacks orchestrator, validator",
                "$.required_gates: this lacks trace, validation",
                f"$.work_packet_required: {ASKED}",
                f"$.task_board_required: {ASKED}",
                "$.safety_commit_required: under GOV_STANDARD and version control 'Git' this is true",
            ],
        ),
    ],
    ids=str,
)
def test_a_decision_may_ask_for_more_than_the_compile_and_not_for_less(
    mode: Mode, version_control: str, changes: dict[str, Any], expected: list[str]
) -> None:
    made = made_under(mode, version_control)
    text = fenced(decision=having(plain(made.decision), **changes))
    found = answer_in(text, PACK, made, {TEMPLATE: SPEC}).troubles

    assert sorted(one.message for one in found) == sorted(f"SpecRouterDecision: {words}" for words in expected)


@pytest.mark.parametrize("mode", [Mode.STANDARD, Mode.STRICT])
def test_a_decision_may_choose_a_stricter_mode_with_all_that_it_asks_for(mode: Mode) -> None:
    text = fenced(decision=plain(made_under(mode).decision))

    assert answer_in(text, PACK, made_under(Mode.LIGHT), {TEMPLATE: SPEC}).troubles == ()


def test_a_decision_is_about_the_workflow_of_the_compile() -> None:
    context = {"workspace_id": "w", "project_id": "p", "version_control": "none", "repo_root": "/r"}
    found = judged(fenced(decision=having(DECISION, workflow_context=context))).troubles

    assert [(one.path, one.help) for one in found] == [
        ("$.workflow_context", "copy the workflow_context of the compile as it is")
    ]


@pytest.mark.requirement("MU-PRM-6032")
def test_a_pack_that_asks_for_nothing_accepts_no_answer() -> None:
    pack = msgspec.structs.replace(PACK, required_outputs=())

    assert [one.message for one in answer_in(fenced(), pack, MADE, {TEMPLATE: SPEC}).troubles] == [
        "the pack spec_router_pack@1 asks for no output, so that no answer can be judged"
    ]


# What is shipped


@pytest.mark.requirement("MU-PRM-6033")
def test_the_schemas_that_are_shipped_are_those_of_the_types(request: pytest.FixtureRequest) -> None:
    files = {f"{name}.schema.json": schema_text(name) for name in SCHEMAS}
    folder = ASSETS / "schemas"
    if request.config.getoption("--update", default=False):
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")

    assert {path.name: path.read_text("utf-8") for path in folder.glob("*.json")} == files
    assert [path.name for path in folder.glob("*.md")] == [f"{TEMPLATE}.md"]


@pytest.mark.requirement("MU-PRM-6033")
def test_each_schema_of_the_default_pack_resolves_to_one_that_is_shipped() -> None:
    names = {path.name.removesuffix(".schema.json").removesuffix(".md") for path in (ASSETS / "schemas").iterdir()}

    assert {output.schema_ref for output in PACK.required_outputs} <= names


@pytest.mark.parametrize("name", sorted(PROMPTS))
def test_muster_schema_prints_what_is_shipped(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", name]) == 0
    printed = capfd.readouterr().out

    assert printed == (ASSETS / f"schemas/{PROMPTS[name]}.schema.json").read_text("utf-8")
    Draft202012Validator.check_schema(json.loads(printed))


VALID: dict[str, Any] = {
    "hsk.spec_intent@0.2": INTENT,
    "hsk.spec_router_decision@0.2": DECISION,
    "hsk.spec_prompt_pack@1": json.loads(default_pack()),
    "hsk.capability_snapshot@1": json.loads(
        msgspec.json.encode(
            CapabilitySnapshot("hsk.capability_snapshot@1", "", "1", (), (), (), "2026-01-01T00:00:00Z")
        )
    ),
}
_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.text(max_size=3), st.just([]), st.just({}), st.just(["x", 1])
)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_our_own_checking_and_the_published_schema_refuse_the_same(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(VALID)))
    value = copy.deepcopy(VALID[name])
    part = value
    while True:  # walk to a member, and change it
        key = data.draw(st.sampled_from(sorted(part)) if isinstance(part, dict) else st.integers(0, len(part) - 1))
        if not (part[key] and isinstance(part[key], (dict, list)) and data.draw(st.booleans())):
            break
        part = part[key]
    if data.draw(st.booleans()):
        part[key] = data.draw(_VALUES)
    elif isinstance(part, dict):
        part.update({"zzz": 1}) if data.draw(st.booleans()) else part.pop(key)
    validator = Draft202012Validator(json.loads(schema_text(name)))

    assert bool(list(contract_faults(value, type_of(name)))) == (not validator.is_valid(value))
