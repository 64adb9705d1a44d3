"""The scope of a prompt: which files it allows, and what widens it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.chains.scope import _matches_stepwise, is_within, matches, scope_in, widened
from muster.chains.turn import Entry, Said, Scope
from muster.text import globs


def scope_of(*lines: str) -> Scope:
    """The scope of a field that begins at line 10."""
    items = tuple(Said(text, number) for number, text in enumerate(lines[1:], start=11))
    return scope_in(Entry("SCOPE", lines[0], 10, items))


@pytest.mark.requirement("MU-CHAIN-7032")
def test_the_lists_of_a_scope_stand_in_lines_with_commas_between_the_files() -> None:
    scope = scope_of("", "Allowed: src/a.py, ./src/b/**", "Prohibited: `src/b/c, d.py`")

    assert scope == Scope(
        text="Allowed: src/a.py, ./src/b/**\nProhibited: `src/b/c, d.py`",
        line=10,
        allowed=(Said("src/a.py", 11), Said("src/b/**", 11)),
        prohibited=(Said("src/b/c, d.py", 12),),
        allows=True,
        forbids=True,
    )


@pytest.mark.requirement("MU-CHAIN-7032")
def test_the_lists_of_a_scope_stand_in_items_or_all_in_one_line_as_well() -> None:
    listed = scope_of("", "Allowed files:", "src/a.py (the queue)", "my file.txt", "prohibited:", "none")
    one_line = scope_of("Allowed: src/a.py, my file.txt; Forbidden: b/**")

    assert (listed.allowed, listed.prohibited) == ((Said("src/a.py", 12), Said("my file.txt", 13)), ())
    assert (listed.allows, listed.forbids) == (True, True)
    assert one_line.allowed == (Said("src/a.py", 10), Said("my file.txt", 10))
    assert one_line.prohibited == (Said("b/**", 10),)


@pytest.mark.requirement("MU-CHAIN-7032")
def test_a_scope_in_free_text_lists_nothing() -> None:
    assert scope_of("how the queue works, and nothing is disallowed") == Scope(
        text="how the queue works, and nothing is disallowed", line=10
    )


WITHIN = ["src/a.py", "./src/a.py", "src/deep/b.py", "docs/x.md", "docs/deep/y.md", "a b/c d.txt", "src/x/../a.py"]
BEYOND = ["src/secret.py", "src/x/../secret.py", "other.py", "../src/a.py", "/src/a.py", "C:/src/a.py", "..", ""]


@pytest.mark.requirement("MU-CHAIN-7032")
def test_a_file_is_within_a_scope_that_allows_and_does_not_forbid_it() -> None:
    scope = scope_of("Allowed: src/**, docs/, a b/c d.txt", "Prohibited: src/secret.py")

    assert [path for path in (*WITHIN, *BEYOND) if is_within(path, scope)] == WITHIN


@pytest.mark.requirement("MU-CHAIN-7032")
def test_a_sub_iteration_may_keep_or_narrow_the_scope_of_its_prompt() -> None:
    parent = scope_of("Allowed: src/**, docs/*.md, a.py, lib", "Prohibited: src/secret/**, other/**")
    narrower = [
        "Allowed: src/**, docs/*.md, a.py, lib; Prohibited: src/secret/**, other/**",
        "Allowed: src/a.py, src/jobs/*.py, src/*/x/**, docs/a.md; Prohibited: src/secret/**",
        "Allowed: lib/x.py, lib/deep/**; Prohibited: none",
        "Allowed: src/**; Prohibited: src/**/*.key, src/secret",
    ]

    assert [widened(scope_of(text), parent) for text in narrower] == [[], [], [], []]


@pytest.mark.requirement("MU-CHAIN-7032")
def test_a_sub_iteration_widens_the_scope_by_further_files_and_by_fewer_prohibitions() -> None:
    parent = scope_of("Allowed: src/*, docs/*.md", "Prohibited: src/secret.py")

    def beyond(text: str) -> list[str]:
        return [glob.text for glob in widened(scope_of(text), parent)]

    assert beyond("Allowed: src/**; Prohibited: src/secret.py") == ["src/**"]
    assert beyond("Allowed: **, docs/a/b.md; Prohibited: src/secret.py") == ["**", "docs/a/b.md"]
    assert beyond("Allowed: docs/*, docs/?.md; Prohibited: none") == ["docs/*"]
    assert beyond("Allowed: src/*; Prohibited: none") == ["src/secret.py"]


@given(st.text("ab/", max_size=8), st.text("ab/*?", max_size=8))
def test_the_matcher_that_goes_step_by_step_agrees_with_that_of_the_settings(path: str, glob: str) -> None:
    plain = globs.pattern_of(glob).fullmatch(path) is not None

    assert _matches_stepwise(path, glob) == plain


def test_a_glob_of_many_stars_is_matched_step_by_step() -> None:
    assert not matches("a" * 2_000, "*a" * 60 + "b")
    assert matches("a" * 2_000, "*a" * 60 + "*")
