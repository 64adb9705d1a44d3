"""Which files are specs, which are pages, and in which order they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.cli.app import run
from muster.inputs import memory
from muster.pipeline import run as pipeline
from muster.settings import settings_from

REQUIREMENT = "# T\n\nConformance language: RFC 2119 and RFC 8174\n\n- [{area}-001] It MUST hold.\n"


def read(files: dict[str, str], table: str = "") -> dict[str, bool]:
    """The documents in their order, each with whether it is a spec."""
    project = pipeline(memory(files), settings_from(table, "muster.toml")).project
    return {document.path: document.is_spec for document in project.documents}


@pytest.mark.requirement("MU-REQ-1001")
@pytest.mark.parametrize(
    ("path", "text", "is_spec"),
    [
        pytest.param("specs/10-queue.md", "# Queue\n", True, id="two digits"),
        pytest.param("specs/deep/er/10-queue.md", "# Queue\n", True, id="two digits in a folder"),
        pytest.param("specs/queue.md", REQUIREMENT, True, id="a requirement"),
        pytest.param("specs/queue.md", "# Queue\n", False, id="neither"),
        pytest.param("specs/1-queue.md", "# Queue\n", False, id="one digit"),
        pytest.param("specs/100-queue.md", "# Queue\n", False, id="three digits"),
        pytest.param("specs/guide/10-queue.md", REQUIREMENT, False, id="a guide"),
        pytest.param("specs/deep/guide/queue.md", REQUIREMENT, False, id="a guide in a folder"),
        pytest.param("crates/queue/SPEC/SPEC.md", REQUIREMENT, True, id="a package's own"),
        pytest.param("SPEC/SPEC.md", REQUIREMENT, True, id="the root's own"),
        pytest.param("crates/queue/SPEC/OTHER.md", REQUIREMENT, None, id="beside a package's own"),
        pytest.param("docs/10-queue.md", REQUIREMENT, None, id="elsewhere"),
        pytest.param("specs/10-queue.txt", REQUIREMENT, None, id="no Markdown"),
    ],
)
def test_a_path_and_its_text_make_a_spec_or_a_page_or_nothing(path: str, text: str, is_spec: bool | None) -> None:
    assert read({path: text.replace("{area}", "A")}) == ({} if is_spec is None else {path: is_spec})


@pytest.mark.requirement("MU-REQ-1001")
def test_globs_choose_other_places() -> None:
    files = dict.fromkeys(("docs/10-a.md", "docs/old/10-a.md", "docs/notes/10-a.md", "specs/10-a.md"), REQUIREMENT)
    table = '[specs]\ninclude = ["docs/**/*.md"]\nexclude = ["docs/old/**"]\npages = ["docs/notes/**"]\n'

    assert read(files, table) == {"docs/10-a.md": True, "docs/notes/10-a.md": False}


@pytest.mark.requirement("MU-REQ-1003")
def test_specs_come_in_the_order_of_their_paths_wherever_that_shows() -> None:
    paths = ["specs/00-all.md", "specs/10-b.md", "specs/10-b/10-part.md", "specs/20-a.md", "specs/9-late.md"]
    areas = ["ALL", "BEE", "PART", "AAA", "LATE"]
    texts = [REQUIREMENT.format(area=area).replace("# T", f"# {area}") for area in areas]
    files = dict(reversed(list(zip(paths, texts, strict=True))))

    outcome = pipeline(memory(files), settings_from("", "muster.toml"))
    (compliance,) = [file.text for file in outcome.files if file.path == "COMPLIANCE.md"]

    assert list(read(files)) == paths
    assert [requirement.id.area for requirement in outcome.project.requirements] == areas
    assert [line[3:] for line in (compliance or "").splitlines() if line.startswith("## ")] == areas


@pytest.mark.requirement("MU-CORE-0042")
def test_a_folder_with_markdown_under_specs_and_no_settings_just_works(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "10-queue.md").write_text(REQUIREMENT.format(area="QUEUE"), encoding="utf-8")
    (tmp_path / "specs" / "index.md").write_text("# Home\n\nSee [QUEUE-001] first.\n", encoding="utf-8")

    assert [run(["-C", str(tmp_path), command]) for command in ("check", "sync", "check")] == [1, 0, 0]
    assert capfd.readouterr().err.splitlines()[-1].startswith("1 spec, 1 page, 1 requirement, ")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".muster", "COMPLIANCE.md", "requirements", "specs"]
    assert (tmp_path / "requirements" / "queue.yaml").is_file()
