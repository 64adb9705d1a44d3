"""A check that builds on what an earlier one joined finds what a check without a cache finds, whatever was edited."""

from __future__ import annotations

import time
from datetime import date
from random import Random
from typing import TYPE_CHECKING

import pytest

from muster.cli.app import run
from muster.settings import settings_from
from muster.specs.discovery import is_input
from muster.store.cache import Cache
from muster.store.tree import tree_of
from muster.workspace import Workspace
from repositories import repository, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from muster.model import Outcome

AREAS = ("QUEUE", "POOL", "DISK", "CLOCK", "MAIL")
TODAY = date(2026, 11, 28)


def spec(area: str) -> str:
    lines = [f"- [{area}-{number}] The {area.lower()} MUST keep {number} items." for number in range(1001, 1007)]
    head = f"# {area.capitalize()}\n\nConformance language: RFC 2119 and RFC 8174\n\n## 1) Rules\n\n"
    return head + "\n".join(lines) + "\n\n## 2) Notes\n\nSee QUEUE-1001.\n"


def code(area: str) -> str:
    return f'"""implements: {area}-1001, {area}-1002"""\n\nNAME = "{area}-1003"  # {area}-1004\n'


def file_of_tests(area: str) -> str:
    return f"# verifies: {area}-1001/1003\ndef test_{area.lower()}():\n    pass\n"


FILES = {
    "muster.toml": "",
    **{f"specs/{number}0-{area.lower()}.md": spec(area) for number, area in enumerate(AREAS, start=1)},
    **{f"src/{area.lower()}.py": code(area) for area in AREAS},
    **{f"tests/test_{area.lower()}.py": file_of_tests(area) for area in AREAS},
}


def opened(root: Path, *, use_cache: bool, young: bool = False) -> Workspace:
    cache = Cache.open(root / ".muster") if use_cache else None
    settings = settings_from((root / "muster.toml").read_text("utf-8"), "muster.toml")
    now = time.time_ns if young else lambda: time.time_ns() + 10**10
    return Workspace(root, settings, "muster.toml", tree_of(root, cache, is_input(settings), now=now), cache)


def told(outcome: Outcome) -> dict[str, object]:
    """All that a check says, and all that its trace holds."""
    trace = outcome.project.trace
    fields = {name: getattr(trace, name) for name in trace.__struct_fields__}
    fields |= {"citations": tuple(trace.citations), "reviews": dict(trace.reviews), "texts": dict(trace.texts)}
    counts = {name: getattr(outcome.counts, name) for name in outcome.counts.__struct_fields__ if name != "cached"}
    return {
        **fields,
        **counts,
        "orders": [list(one) for one in (trace.own, trace.statuses, trace.reached)],
        "findings": outcome.findings,
        "derived": outcome.project.derived,
        "problems": outcome.project.problems,
    }


def both(root: Path, *, young: bool = False) -> bool:
    """Whether a check built on an earlier one; it finds what one without a cache finds."""
    quick = opened(root, use_cache=True, young=young).run(today=TODAY, quick=True)
    whole = opened(root, use_cache=False).run(today=TODAY)
    built = not isinstance(quick.project.trace.citations, tuple)

    assert told(quick) == told(whole)
    return built


def edit(root: Path, random: Random) -> None:
    """Change something, as people do."""
    area, other = random.sample(AREAS, 2)
    number = AREAS.index(area) + 1
    page, source, test = f"specs/{number}0-{area.lower()}.md", f"src/{area.lower()}.py", f"tests/test_{area.lower()}.py"
    any_id = f"{other}-{random.randint(1001, 1008)}"

    def change(path: str, how: Callable[[str], str]) -> None:
        file = root / path
        write(root, {path: how(file.read_text("utf-8") if file.exists() else "")})

    acts: list[Callable[[], object]] = [
        lambda: change(page, lambda text: text.replace("## 2) Notes", f"Words {random.random()}.\n\n## 2) Notes", 1)),
        lambda: change(page, lambda text: text.replace("MUST keep", f"MUST {random.choice('abc')} keep", 2)),
        lambda: change(page, lambda text: text.replace("MUST keep", "SHOULD keep", 1)),
        lambda: change(page, lambda text: f"{text}\nSee {any_id} and `{any_id}`.\n"),
        lambda: change(page, lambda text: f"{text}\n- [{area}-{random.randint(1005, 1009)}] It MAY end.\n"),
        lambda: change(page, lambda text: text.replace(f"- [{area}-1002]", f"- [{area}-1012]", 1)),
        lambda: change(page, lambda _: spec(area)),
        lambda: change(source, lambda text: f"# moved\n{text}"),
        lambda: change(source, lambda text: f"{text}# implements: {any_id}\n"),
        lambda: change(source, lambda text: f'{text}TEXT = "{any_id} in specs/10-queue.md#gone"\n'),
        lambda: change(source, lambda text: f"{text}# implements: {other}-1001/1004, [impl->dsn~x~1]\n"),
        lambda: change(source, lambda _: code(area)),
        lambda: change(test, lambda text: text.replace("1001/1003", f"100{random.randint(1, 6)}", 1)),
        lambda: change(test, lambda _: file_of_tests(area)),
        lambda: (root / source).unlink(missing_ok=True),
        lambda: change(f"src/{random.choice('xyz')}.py", lambda _: f"# {any_id}\n"),
        lambda: change("requirements/waivers.yaml", lambda _: WAIVER.format(any_id)),
        lambda: run(["sync"]),
        lambda: run(["sync"]),
        lambda: run(["review", any_id]),
    ]
    random.choice(acts)()


WAIVER = "- {{requirement: {}, reason: Soon., owner: Ada, expires: 2027-01-31}}\n"


@pytest.mark.requirement("MU-CORE-0014")
@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 6))])
def test_after_any_edits_the_same_is_found_as_without_a_cache(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository(tmp_path, FILES))
    random = Random(seed)
    assert run(["sync"]) == 0
    both(tmp_path)

    built = []
    for _ in range(25):
        edit(tmp_path, random)
        built.append(both(tmp_path, young=random.random() < 0.3))

    assert {True, False} == set(built)


EDITS = {
    "prose of a spec": ("specs/20-pool.md", "## 2) Notes", "More.\n\n## 2) Notes", True),
    "the words of a requirement": ("specs/20-pool.md", "MUST keep 1001", "MUST always keep 1001", True),
    "a new requirement": ("specs/20-pool.md", "## 2) Notes", "- [POOL-1010] It MAY end.\n\n## 2) Notes", False),
    "a remark in code": ("src/pool.py", "NAME", "# why\nNAME", True),
    "one citation for another in a string": ("src/pool.py", '"POOL-1003"', '"POOL-1005"', True),
    "a citation of nothing": ("src/pool.py", "# POOL-1004", "# POOL-1004, POOL-4711", True),
    "a new citation": ("src/pool.py", "# POOL-1004", "# POOL-1004, POOL-1005", False),
    "what derives from what": ("specs/20-pool.md", "1001 items.", "1001 items. (derives: QUEUE-1002)", False),
}


@pytest.mark.requirement("MU-CORE-0014")
@pytest.mark.parametrize("what", EDITS)
def test_one_edit_builds_on_what_was_joined_where_the_review_lock_stays(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, old, new, built = EDITS[what]
    monkeypatch.chdir(repository(tmp_path, FILES))
    assert run(["sync"]) == 0
    assert both(tmp_path) is False
    text = (tmp_path / path).read_text("utf-8")

    write(tmp_path, {path: text.replace(old, new, 1)})

    assert text.count(old)
    assert both(tmp_path) is built
