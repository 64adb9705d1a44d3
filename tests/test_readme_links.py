"""READMEs of packages, and the anchors of their specs."""

from __future__ import annotations

import pytest

from muster import pipeline
from muster.inputs import memory
from muster.settings import settings_from

SPEC = "# Queue SPEC\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Order\n\n- [Q-1001] It MUST go.\n"
OWN = {"crates/queue/Cargo.toml": '[package]\nname = "queue"\n', "crates/queue/SPEC/SPEC.md": SPEC}
BY_NAME = {"crates/q/Cargo.toml": '[package]\nname = "queue"\n', "specs/10-queue.md": SPEC}
ROOT = {
    "pyproject.toml": '[project]\nname = "queue"\n',
    "specs/10-queue.md": SPEC,
    "specs/20-api.md": "# Api\n\n## 1) A\n",
}


def found(files: dict[str, str], table: str = "") -> list[tuple[str, str]]:
    outcome = pipeline.run(memory(files), settings_from(f'anchors.style = "github"\n{table}', "muster.toml"))
    return [(finding.place.path, finding.message) for finding in outcome.findings if finding.code == "LNK015"]


@pytest.mark.requirement("MU-RULE-2022")
@pytest.mark.parametrize(
    ("link", "count"),
    [
        ("no link at all", 1),
        ("[the spec](SPEC/SPEC.md)", 1),
        ("[another](../../README.md#readme)", 1),
        ("[order](SPEC/SPEC.md#1-order)", 0),
        ("[order][1]\n\n[1]: ./SPEC/SPEC.md#1-order", 0),
        ('<a href="SPEC/SPEC.md#1-order">order</a>', 0),
        ("[order](https://github.com/a/b/blob/main/crates/queue/SPEC/SPEC.md#1-order)", 0),
        ("[order](https://docs.example.org/packages/SPEC/#1-order)", 0),
        ("[order](https://docs.example.org/other/#1-order)", 1),
    ],
)
def test_the_readme_of_a_package_with_its_own_spec_links_an_anchor_of_it(link: str, count: int) -> None:
    words = "this README links no anchor of crates/queue/SPEC/SPEC.md, the spec of the package 'queue'"

    assert (
        found({**OWN, "crates/queue/README.md": f"# queue\n\n{link}\n", "README.md": "# Readme\n"})
        == [("crates/queue/README.md", words)] * count
    )


@pytest.mark.requirement("MU-RULE-2022")
def test_a_spec_that_bears_the_name_of_a_package_is_its_own() -> None:
    words = "this README links no anchor of specs/10-queue.md, the spec of the package 'queue'"

    assert found({**BY_NAME, "crates/q/README.md": "# q\n"}) == [("crates/q/README.md", words)]
    assert found({**BY_NAME, "crates/q/README.md": "# q\n\n[o](../../specs/10-queue.md#1-order)\n"}) == []


def test_a_package_without_readme_or_without_spec_is_left_alone() -> None:
    assert found(OWN) == []
    assert (
        found({"crates/q/package.json": '{"name": "other"}', "specs/10-queue.md": SPEC, "crates/q/README.md": "#"})
        == []
    )


@pytest.mark.requirement("MU-RULE-2022")
def test_the_package_of_the_root_counts_only_where_the_settings_name_it() -> None:
    must = '[packages]\nmust = ["."]\n'
    words = "this README links no anchor of specs/10-queue.md, the spec of the package 'queue'"

    assert found({**ROOT, "README.md": "# Readme\n"}) == []
    assert found({**ROOT, "README.md": "# Readme\n"}, must) == [("README.md", words)]
    assert found({**ROOT, "README.md": "# Readme\n\n[api](specs/20-api.md#1-a)\n"}, must) == []


def test_a_manifest_that_cannot_be_read_is_nobody_s_business_here() -> None:
    files = {"fixtures/bad/package.json": "{", "fixtures/bad/README.md": "# bad\n", "specs/10-queue.md": SPEC}
    outcome = pipeline.run(memory(files), settings_from("", "muster.toml"))

    assert {finding.code for finding in outcome.findings} == {"DRF001"}
