"""QA output: which commands ran, and how they ended."""

from __future__ import annotations

import pytest

from muster.chains.fences import Fence
from muster.chains.runs import command_in, is_run_of, runs_in
from muster.chains.turn import Ran

QA = 'pytest -q -k "not slow"'


def runs_of(text: str, known: tuple[str, ...] = ()) -> tuple[Ran, ...]:
    return runs_in([Fence(9, 9 + text.count("\n"), "text", tuple(text.splitlines()))], known)


def outcome(output: str) -> tuple[bool | None, str]:
    (ran,) = runs_of(f"$ {QA}\n{output}")
    assert (ran.command, ran.line) == (QA, 10)
    return ran.passed, ran.told


@pytest.mark.requirement("MU-CHAIN-7031")
@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("12 passed in 0.34s", "12 passed in 0.34s"),
        ("....\n12 passed, 3 skipped, 1 warning in 0.34s\n", "12 passed, 3 skipped, 1 warning in 0.34s"),
        ("==== 12 passed in 83.20s (0:01:23) ====", "12 passed in 83.20s (0:01:23)"),
        ("\x1b[32m\x1b[1m12 passed\x1b[0m\x1b[32m in 0.34s\x1b[0m", "12 passed in 0.34s"),
        ("[32m12 passed[0m in 0.34s", "12 passed in 0.34s"),
        ("2 passed, 40 deselected in 1.00s", "2 passed, 40 deselected in 1.00s"),
        ("3 skipped in 0.01s", "3 skipped in 0.01s"),
        ("1 xfailed, 1 xpassed in 0.01s", "1 xfailed, 1 xpassed in 0.01s"),
        ("exit status: 0", "exit status: 0"),
        ("Exit code: 0", "Exit code: 0"),
        ("stato di uscita: 0", "stato di uscita: 0"),
        ("[exit 0]", "[exit 0]"),
        ("done\n$ echo $?\n0", "exit status: 0"),
        ('done\n$ echo "exit status: $?"\nexit status: 0', "exit status: 0"),
        ("ruff....................Passed\nmypy........(no files to check)Skipped", "mypy: Skipped"),
        ("\x1b[42mruff....................\x1b[0m\x1b[42mPassed\x1b[m", "ruff: Passed"),
        ("Ran 3 tests in 0.001s\n\nOK", "OK"),
        ("Success: no issues found in 3 source files", "Success: no issues found in 3 source files"),
        ("Traceback (most recent call last):\n  captured\n1 passed in 0.10s", "1 passed in 0.10s"),
    ],
)
def test_output_that_tells_of_success_passes(output: str, told: str) -> None:
    assert outcome(output) == (True, told)


@pytest.mark.requirement("MU-CHAIN-7031")
@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("3 failed, 12 passed in 0.34s", "3 failed, 12 passed in 0.34s"),
        ("=== 1 error in 0.34s ===", "1 error in 0.34s"),
        ("no tests ran in 0.01s", "no tests ran in 0.01s"),
        ("40 deselected in 0.01s", "40 deselected in 0.01s"),
        ("12 passed in 0.34s\nexit status: 1", "exit status: 1"),
        ("1 failed in 0.34s\nexit status: 0", "1 failed in 0.34s"),
        ("exit status: -9", "exit status: -9"),
        ("$ echo $?\n2", "exit status: 2"),
        ("ruff.........Failed\n- hook id: ruff\n- exit code: 1\nmypy..........Passed", "ruff: Failed"),
        ("FAILED tests/test_a.py::test_one - assert 1 == 2", "FAILED tests/test_a.py::test_one - assert 1 == 2"),
        ("FAILED (failures=1)", "FAILED (failures=1)"),
        ("bash: pytest: command not found", "bash: pytest: command not found"),
        ("Traceback (most recent call last):\n  oh", "Traceback (most recent call last):"),
        ("make: *** [Makefile:3: test] Error 1", "make: *** [Makefile:3: test] Error 1"),
        (
            "!!!!!! Interrupted: 1 error during collection !!!!!!",
            "!!!!!! Interrupted: 1 error during collection !!!!!!",
        ),
    ],
)
def test_output_that_tells_of_failure_fails(output: str, told: str) -> None:
    assert outcome(output) == (False, told)


@pytest.mark.parametrize(
    "output",
    [
        "",
        "....",
        "all is well",
        "passed",
        "12 tests in 3 files",
        "we passed 3 values in 4s steps",
        "95% of lines",
        "US$ 5",
    ],
)
def test_output_that_does_not_tell_is_neither(output: str) -> None:
    assert outcome(output) == (None, "")


def test_each_command_of_a_fence_is_a_run_of_its_own() -> None:
    text = "$ pytest -q\n1 failed in 0.10s\nexit status: 1\n\n$ pytest -q\n1 passed in 0.10s\n$ git status --short\n"

    assert runs_of(text) == (
        Ran("pytest -q", 10, False, "1 failed in 0.10s"),
        Ran("pytest -q", 14, True, "1 passed in 0.10s"),
        Ran("git status --short", 16, None),
    )


def test_a_command_goes_on_behind_a_backslash() -> None:
    assert runs_of('$ pytest -q \\\n>   -k "not slow"\n1 passed in 0.10s\n') == (
        Ran(QA, 10, True, "1 passed in 0.10s"),
    )


def test_a_known_command_needs_no_prompt_and_others_do() -> None:
    text = f"{QA}\n1 passed in 0.10s\n"

    assert runs_of(text, (QA,)) == (Ran(QA, 10, True, "1 passed in 0.10s"),)
    assert runs_of(text) == (Ran("", 11, True, "1 passed in 0.10s"),)


def test_a_diff_is_no_output() -> None:
    text = ("--- a/log", "+++ b/log", "@@ -1 +1 @@", "-3 failed in 1s", "+$ pytest")

    assert runs_in([Fence(1, 7, "diff", text)]) == ()


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("$ pytest -q", "pytest -q"),
        ("  $ pytest -q", "pytest -q"),
        ("me@host:~/work$ pytest -q", "pytest -q"),
        ("(venv) $ pytest -q", "pytest -q"),
        ("❯ pytest -q", "pytest -q"),
        (r"PS C:\work> pytest -q", "pytest -q"),
        ("$ 5 a month", ""),
        ("$", ""),
        ("95% of lines", ""),
        ("> quoted", ""),
        ("cost: $ five", ""),
    ],
)
def test_a_command_stands_behind_a_prompt(line: str, command: str) -> None:
    assert command_in(line) == command


@pytest.mark.parametrize(
    "shown",
    [
        QA,
        "pytest -q -k 'not slow'",
        "pytest  -q  -k  'not slow'",
        'python -m pytest -q -k "not slow"',
        'CI=1 uv run pytest -q -k "not slow"',
        'pytest -q -k "not slow"; echo $?',
        'pytest -q -k "not slow" 2>&1 | tee log',
        'ruff check . && pytest -q -k "not slow"',
    ],
)
def test_a_command_is_the_required_one_whatever_starts_it(shown: str) -> None:
    assert is_run_of(shown, QA)


@pytest.mark.parametrize(
    "shown",
    [
        "pytest",
        "pytest -q",
        f"{QA} tests/a.py",
        "echo pytest -q -k 'not slow'",
        "",
        "pytest -q -k 'not",
        "# " + QA,
    ],
)
def test_a_command_that_does_less_is_not_the_required_one(shown: str) -> None:
    assert not is_run_of(shown, QA)
    assert not is_run_of(shown, "")


@pytest.mark.parametrize(
    "piece",
    [
        "12 passed in ",
        "$ a\n",
        "1 passed, ",
        "\x1b[",
        "ruff....",
        "exit status: ",
        "=",
        "word word word\n",
        "FAILED ",
        "a@",
    ],
)
def test_long_output_is_read_to_its_end(piece: str) -> None:
    text = piece * (300_000 // len(piece))

    assert runs_of(f"{text}\n$ pytest -q\n3 passed in 0.1s\n")[-1].told == "3 passed in 0.1s"
