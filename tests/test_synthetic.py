"""The synthetic projects of the bench: the same for a seed, counted right, and clean."""

from __future__ import annotations

import re
from pathlib import Path

from bench.synthetic import files, git, plan, write_project
from muster import pipeline
from muster.inputs import memory
from muster.settings import Settings


def test_a_seed_gives_the_same_files_and_another_seed_gives_others() -> None:
    first, again, other = (dict(files(plan(200, seed))) for seed in (1, 1, 2))

    assert list(first.items()) == list(again.items())
    assert first["specs/queue/10-queue-admission.md"] != other["specs/queue/10-queue-admission.md"]


def test_a_project_is_committed_under_the_same_name_wherever_it_is_written(tmp_path: Path) -> None:
    commits = []
    for name in ("here", "there"):
        write_project(tmp_path / name, plan(50), sync=False)
        commits.append(git(tmp_path / name, "rev-parse", "HEAD"))

    assert commits[0] == commits[1]


def test_each_requirement_is_defined_once_and_cited_twice() -> None:
    for count in (1, 50, 1000):
        specs = plan(count)
        texts = dict(files(specs))
        ids = [id_ for spec in specs for id_ in spec.ids]
        project = pipeline.run(memory(texts), Settings()).project
        code = "\n".join(text for path, text in texts.items() if not path.endswith(".md"))
        cited = re.findall(r"(?:implements|verifies): ([A-Z0-9-]+)", code)

        assert len(ids) == len(set(ids)) == count
        assert sorted(requirement.id.text for requirement in project.requirements) == sorted(ids)
        assert sorted(cited) == sorted(ids * 2)


def test_a_project_has_no_finding_but_that_its_derived_files_are_still_to_be_written() -> None:
    outcome = pipeline.run(memory(dict(files(plan(50)))), Settings())

    assert {finding.code for finding in outcome.findings} == {"DRF001"}


def test_large_projects_repeat_no_path_no_area_and_no_package() -> None:
    specs = plan(200_000)

    for key in ("path", "area", "name", "source", "test"):
        assert len({getattr(spec, key) for spec in specs}) == len(specs), key
    assert all(spec.path.rpartition("/")[2][:3].rstrip("-").isdigit() for spec in specs)
    assert all(30 <= spec.size <= 110 for spec in specs)
    assert sum(spec.size for spec in specs) == 200_000


def test_a_requirement_takes_as_many_bytes_as_in_specs_from_the_wild() -> None:
    texts = dict(files(plan(1000)))

    assert 500 <= sum(len(text) for path, text in texts.items() if path.startswith("specs/")) / 1000 <= 900
