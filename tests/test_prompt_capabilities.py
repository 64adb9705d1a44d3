"""What a model may name and use: the registry, the snapshot of one job, and its table."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from muster.prompts.capabilities import (
    Capability,
    CapabilitySnapshot,
    Denied,
    Kind,
    RiskClass,
    Tool,
    changes_between,
    snapshot_in,
    table_of,
)
from muster.prompts.governance import Mode
from muster.prompts.manifest import json_file
from muster.prompts.minimal import snapshot_of
from muster.prompts.plain_tree import MOST
from muster.prompts.registry import Registry, registry_in
from muster.prompts.template import expanded

REGISTRY = """\
registry_version: 1.10
capabilities:
  - {capability_id: surface.editor, kind: Surface, risk_class: Low, tags: [ui]}
  - {capability_id: engine.git, kind: Engine, risk_class: Medium, tags: [repository], requires: [runtime.shell]}
  - {capability_id: runtime.shell, kind: Runtime, risk_class: High, routes: [other]}
  - {capability_id: workflow.release, kind: Workflow, risk_class: Critical, requires: [engine.git]}
  - {capability_id: model.big, kind: Model, risk_class: High, modes: [GOV_STRICT]}
  - {capability_id: workflow.review, kind: Workflow, risk_class: Low, requires: [model.big]}
  - {capability_id: integration.mail, kind: Integration, risk_class: Low, routes: [other, x]}
  - {capability_id: workflow.docs, kind: Workflow, risk_class: Low, includes: [no.way, engine.md]}
  - {capability_id: engine.md, kind: Engine, risk_class: Low, routes: []}
  - {capability_id: no.way, kind: Engine, risk_class: Low, routes: [], modes: []}
tools:
  - {tool_id: md.render, engine_id: engine.md, operation: render, capability_required: engine.md, schema_ref: md@1}
  - {tool_id: git.diff, engine_id: engine.git, operation: diff, capability_required: engine.git, schema_ref: git@1}
  - {tool_id: mail.send, engine_id: smtp, operation: send, capability_required: integration.mail, schema_ref: m@1}
  - {tool_id: edit, engine_id: host, operation: edit, capability_required: surface.editor, schema_ref: e@1, modes: []}
"""
HERE = Path(__file__).parent
AT = "2027-01-31T00:00:00Z"


def registry_of(text: str, name: str = "registry.yaml") -> Registry:
    reading = registry_in(text.encode(), name)
    assert reading.troubles == ()
    assert reading.registry is not None
    return reading.registry


def troubles_of(text: str | bytes, name: str = "registry.yaml") -> list[tuple[str, str]]:
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    reading = registry_in(data, name)
    assert reading.registry is None
    assert all(trouble.help for trouble in reading.troubles)
    return [(trouble.path, trouble.message) for trouble in reading.troubles]


def made(mode: Mode = Mode.STANDARD, version_control: str = "git", route: str = "spec_router") -> CapabilitySnapshot:
    return snapshot_of(registry_of(REGISTRY), route, mode, version_control, "SPEC-1", AT)


def names(snapshot: CapabilitySnapshot) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    return (
        [one.capability_id for one in snapshot.allowed_capabilities],
        [one.tool_id for one in snapshot.allowed_tools],
        [(one.capability_id, one.reason) for one in snapshot.denied_capabilities],
    )


@pytest.mark.requirement("MU-PRM-6020")
def test_a_snapshot_holds_what_route_and_mode_need_and_tells_what_is_denied() -> None:
    assert names(made()) == (
        ["engine.git", "engine.md", "runtime.shell", "surface.editor", "workflow.docs", "workflow.release"],
        ["git.diff", "md.render"],
        [
            ("model.big", "GOV_STANDARD does not permit it"),
            ("no.way", "GOV_STANDARD does not permit it"),
            ("workflow.review", "it requires model.big, which is denied"),
        ],
    )


@pytest.mark.requirement("MU-PRM-6020")
@pytest.mark.parametrize("version_control", ["none", "", "svn", "github"])
def test_without_git_repository_capabilities_their_tools_and_what_requires_them_are_absent(
    version_control: str,
) -> None:
    snapshot = made(Mode.STRICT, version_control)

    assert names(snapshot) == (
        ["engine.md", "model.big", "surface.editor", "workflow.docs", "workflow.review"],
        ["md.render"],
        [("no.way", "GOV_STRICT does not permit it")],
    )
    assert b"git" not in json_file(snapshot)


@pytest.mark.requirement("MU-PRM-6020")
def test_another_route_needs_other_capabilities() -> None:
    assert names(made(Mode.LIGHT, "Git", "other"))[:2] == (
        [
            "engine.git",
            "engine.md",
            "integration.mail",
            "runtime.shell",
            "surface.editor",
            "workflow.docs",
            "workflow.release",
        ],
        ["git.diff", "mail.send", "md.render"],
    )


@pytest.mark.requirement("MU-PRM-6020")
def test_a_registry_says_the_same_in_json_and_in_yaml() -> None:
    row: dict[str, Any] = {"capability_id": "a", "kind": "Engine", "risk_class": "Low", "tags": ["no"]}
    tree = {"registry_version": "1.10", "capabilities": [row], "tools": []}
    yaml = "registry_version: 1.10\ncapabilities:\n- {capability_id: a, kind: Engine, risk_class: Low, tags: [no]}\n"

    assert registry_of(json.dumps(tree), "r.json") == registry_of(yaml) == registry_of("\ufeff" + json.dumps(tree))


@pytest.mark.requirement("MU-PRM-6020")
def test_every_problem_of_a_registry_is_told_at_once_with_its_path() -> None:
    text = """\
capabilities:
  - {capability_id: a, kind: Gadget, risk_class: Huge, tags: [x, x, 'p\\u202e'], requires: [b]}
  - {capability_id: b, kind: Engine, risk_class: Low, requires: [c]}
  - {capability_id: c c, kind: Engine, risk_class: Low, requires: a, kind: Engine}
  - {capability_id: b, kind: Surface, risk_class: Low, includes: [b, zz], modes: [GOV_STRIKT]}
  - nothing
  - {capability_id: s, kind: Surface, risk_class: Low, requires: [s], risk: Low}
tools:
  - {tool_id: t, engine_id: b, operation: o, capability_required: aa, schema_ref: ''}
  - {tool_id: t, engine_id: s, operation: [o], capability_required: a, schema_ref: s}
""".replace("\\u202e", "\u202e")

    assert troubles_of(text) == [
        ("registry_version", "this field is missing"),
        (
            "capabilities[0].kind",
            "'Gadget' is no kind; one of Surface, Engine, Runtime, Integration, Model, Workflow",
        ),
        ("capabilities[0].risk_class", "'Huge' is no risk class; one of Low, Medium, High, Critical"),
        ("capabilities[0].tags[1]", "'x' stands in this list twice"),
        ("capabilities[0].tags[2]", "'p\\u202e' holds a line end, a control or an invisible character"),
        ("capabilities[2].kind", "this key stands there twice"),
        ("capabilities[2].capability_id", "'c c' is no ID"),
        ("capabilities[2].requires", "'a' is no list"),
        ("capabilities[3].capability_id", "'b' is the ID of capabilities[1] already"),
        ("capabilities[3].modes[0]", "'GOV_STRIKT' is no governance mode; one of GOV_STRICT, GOV_STANDARD, GOV_LIGHT"),
        ("capabilities[4]", "'nothing' is no table of fields"),
        ("capabilities[5].risk", "there is no field 'risk' here"),
        ("tools[0].schema_ref", "this text is empty"),
        ("tools[0].capability_required", "'aa' is no capability of this registry"),
        ("tools[1].operation", "a list is no text"),
        ("tools[1].tool_id", "'t' is the ID of tools[0] already"),
        ("tools[1].engine_id", "'s' is a capability of kind Surface, and no engine"),
        ("capabilities[1].requires[0]", "'c' is no capability of this registry"),
        ("capabilities[5].requires", "'s' requires itself: s -> s"),
        ("capabilities[1].includes[1]", "'zz' is no capability of this registry"),
    ]


@pytest.mark.requirement("MU-PRM-6020")
def test_each_cycle_is_told_from_a_capability_round_to_itself() -> None:
    rows = {"a": "b", "b": "c", "c": "a", "d": "a", "e": "f", "f": "e"}
    text = "registry_version: 1\ncapabilities:\n" + "".join(
        f"- {{capability_id: {one}, kind: Engine, risk_class: Low, requires: [{other}]}}\n"
        for one, other in rows.items()
    )

    assert troubles_of(text) == [
        ("capabilities[0].requires", "'a' requires itself: a -> b -> c -> a"),
        ("capabilities[4].requires", "'e' requires itself: e -> f -> e"),
    ]


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "r.yaml", [("$", "nothing is no table of fields")]),
        (b"[1]", "r.json", [("$", "a list is no table of fields")]),
        (b"\xff", "r.yaml", [("line 1", "the file is not UTF-8")]),
        (b'{"registry_version": %s}' % (b"9" * 5000), "r.json", [("$", "not JSON: a number has 5,000 digits")]),
        (b'{"a" 1}', "r.json", [("line 1, column 6", "not JSON: Expecting ':' delimiter")]),
        (b'{"registry_version": NaN}', "r.json", [("$", "not JSON: NaN is no number of JSON")]),
        (b"a: &x [1]\nb: *x\n", "r.yaml", [("line 1", "what an anchor marks here is used again by an alias")]),
        (b"? [1]\n: 2\n", "r.yaml", [("line 1", "a key is no text")]),
        (b"[" * 100_000, "r.json", [("$", "the JSON nests too deep")]),
        (b"-" * (MOST + 1), "r.yaml", [("$", "the file has 16,000,001 bytes, more than 16,000,000")]),
        (
            b'{"registry_version": "\\ud800", "capabilities": []}',
            "r.json",
            [("registry_version", "'\\ud800' holds a line end, a control or an invisible character")],
        ),
    ],
    ids=["empty", "list", "bytes", "digits", "cut", "nan", "alias", "key", "deep", "large", "surrogate"],
)
def test_a_file_that_is_no_registry_is_told_where(data: bytes, name: str, told: list[tuple[str, str]]) -> None:
    assert troubles_of(data, name) == told


@pytest.mark.requirement("MU-PRM-6020")
def test_a_registry_of_ten_megabytes_is_read_in_linear_time() -> None:
    def seconds(count: int) -> float:
        rows = [
            {
                "capability_id": f"cap.{at}",
                "kind": "Engine",
                "risk_class": "Low",
                "description": "x" * 300,
                "requires": [f"cap.{at - 1}"] if at else [],
            }
            for at in range(count)
        ]
        data = json.dumps({"registry_version": "1", "capabilities": rows}).encode()
        start = time.process_time()
        registry = registry_in(data, "r.json").registry
        assert registry is not None
        snapshot = snapshot_of(registry, "spec_router", Mode.LIGHT, "git", "S", AT)
        assert len(table_of(snapshot).splitlines()) == count + 2
        return time.process_time() - start

    # Ten times as much takes about ten times as long, with the garbage collector about twenty; quadratic, a hundred.
    assert seconds(24_000) < 32 * min(seconds(2_400) for _ in range(3))


SNAPSHOT = CapabilitySnapshot(
    "hsk.capability_snapshot@1",
    "SPEC-1",
    "7",
    (Capability("b", Kind.ENGINE, RiskClass.HIGH, ("repository", "x|y")), Capability("d", Kind.MODEL, RiskClass.LOW)),
    (Tool("c", "b", "{{PROMPT_TEXT}} | `<!--", "b", "s@1"),),
    (Denied("e", "why"),),
    AT,
)


@pytest.mark.requirement("MU-PRM-6020")
def test_the_table_is_sorted_and_no_value_breaks_out_of_it() -> None:
    table = table_of(SNAPSHOT)

    assert table == (
        "| id | kind | risk_class | use |\n"
        "| --- | --- | --- | --- |\n"
        "| b | Engine | High | tags: repository, x\\|y |\n"
        "| c | Tool | High | \\{\\{PROMPT_TEXT\\}\\} \\| \\`\\<!-- of b; needs b; schema s@1 |\n"
        "| d | Model | Low |  |"
    )
    assert expanded(table, {"PROMPT_TEXT": "hostile"}) == table


def test_a_given_snapshot_is_accepted_and_sorted() -> None:
    tree = json.loads(json_file(SNAPSHOT))
    tree["allowed_capabilities"].reverse()

    assert snapshot_in(json.dumps(tree).encode(), "snapshot.json", "git").snapshot == SNAPSHOT


@pytest.mark.requirement("MU-PRM-6020")
def test_a_snapshot_of_a_prompt_about_no_spec_can_be_given_again() -> None:
    written = msgspec.structs.replace(SNAPSHOT, spec_id="")

    assert snapshot_in(json_file(written), "snapshot.json", "git").snapshot == written


@pytest.mark.requirement("MU-PRM-6020")
def test_a_given_snapshot_with_repository_capabilities_is_refused_without_git() -> None:
    tree = json.loads(json_file(SNAPSHOT))
    tree["schema_version"] = "hsk.capability_snapshot@2"
    tree["allowed_tools"][0]["capability_required"] = "e"
    tree["denied_capabilities"] *= 2
    tree["allowed_capabilities"][1]["kind"] = "Gadget"
    troubles = snapshot_in(json.dumps(tree).encode(), "snapshot.json", "none").troubles

    assert [(one.path, one.message) for one in troubles] == [
        ("schema_version", "'hsk.capability_snapshot@2' is no schema of a snapshot"),
        ("allowed_capabilities[0].tags", "'b' needs a repository, and version control is 'none'"),
        (
            "allowed_capabilities[1].kind",
            "'Gadget' is no kind; one of Surface, Engine, Runtime, Integration, Model, Workflow",
        ),
        ("allowed_tools[0].capability_required", "'e' is no allowed capability"),
        ("denied_capabilities[1].capability_id", "'e' stands there twice"),
    ]


def test_what_changed_between_two_snapshots_is_told_in_words() -> None:
    assert changes_between(made(Mode.STRICT), made(Mode.LIGHT, "none")) == (
        "capability engine.git is gone",
        "capability model.big is gone",
        "capability runtime.shell is gone",
        "capability workflow.release is gone",
        "capability workflow.review is gone",
        "tool git.diff is gone",
        "denied capability model.big is new",
        "denied capability no.way changed",
        "denied capability workflow.review is new",
    )


@pytest.mark.requirement("MU-PRM-6010")
def test_the_hash_of_a_snapshot_is_the_same_in_every_process_and_at_every_time() -> None:
    program = (
        "import sys; from test_prompt_capabilities import *; sys.stdout.write(made().sha256 + '\\n' + table_of(made()))"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "LC_ALL": locale, "PYTHONPATH": ":".join([str(HERE), *sys.path])},
            capture_output=True,
            check=True,
        ).stdout.decode()
        for seed, locale in (("0", "C"), ("1", "C.UTF-8"), ("4242", "tr_TR.UTF-8"))
    }
    later = snapshot_of(registry_of(REGISTRY), "spec_router", Mode.STANDARD, "git", "SPEC-1", "2030-01-01T00:00:00Z")

    assert told == {f"{made().sha256}\n{table_of(made())}"}
    assert later.sha256 == made().sha256 != made(Mode.LIGHT).sha256
