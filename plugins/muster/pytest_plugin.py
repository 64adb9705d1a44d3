"""The pytest plugin: `@pytest.mark.requirement("ID")`, results for Muster, and a stop at unknown IDs.

It is loaded into every pytest run of an environment, and so imports nothing of Muster until an option asks for it.
Under pytest-xdist the controller alone reads the specs and writes; workers look at markers and report what they find.

implements: MU-TRACE-3011
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from muster.trace.own_results import OwnTest

MARKER = "requirement"
_KNOWN = pytest.StashKey[frozenset[str]]()  # the IDs of the specs; only under --muster-strict
_FOUND = pytest.StashKey[dict[str, str]]()  # on the controller: what workers found wrong, by their words
_INPUT = "muster_ids"
_OUTPUT = "muster_problems"
_MARKED = pytest.StashKey[dict[str, list[str]]]()  # the IDs of each test by its node: a worker that crashes tells none
_MARKS = "muster_marks"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer `--muster-results` and `--muster-strict`."""
    group = parser.getgroup("muster", "requirements (muster)")
    group.addoption("--muster-results", metavar="FILE", help="write the results for `muster trace` to FILE, as JSON")
    group.addoption(
        "--muster-strict",
        action="store_true",
        help="stop before any test where a requirement marker names an ID that no spec defines",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, and keep results where they are wanted."""
    words = f'{MARKER}(ID, ...): the requirements that the test verifies, such as `{MARKER}("QUEUE-1001")`'
    config.addinivalue_line("markers", words)
    results = config.getoption("--muster-results")
    if results and not hasattr(config, "workerinput") and not config.getoption("collectonly"):
        target = Path(config.invocation_params.dir, results)
        if target.is_dir():
            raise pytest.UsageError(f"--muster-results: {results} is a folder; name a file")
        config.pluginmanager.register(_Writer(target), "muster-results-writer")


@pytest.hookimpl(tryfirst=True)  # before xdist starts its workers
def pytest_sessionstart(session: pytest.Session) -> None:
    """Read the IDs of the specs where unknown ones must stop the session."""
    config = session.config
    if config.getoption("--muster-strict"):
        handed = getattr(config, "workerinput", {}).get(_INPUT)
        config.stash[_KNOWN] = frozenset(_known_ids(config.rootpath) if handed is None else handed)


@pytest.hookimpl(tryfirst=True)  # before anything is deselected
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Have each test's properties name its requirements, and stop at markers that name none."""
    known = config.stash.get(_KNOWN, None)
    malformed: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    for item in items:
        ids: dict[str, None] = {}
        for mark in item.iter_markers(MARKER):
            if mark.kwargs or not mark.args or not all(isinstance(one, str) and one.strip() for one in mark.args):
                malformed.setdefault(_shown(mark), item.nodeid)  # perhaps somebody else's marker of that name
            else:
                ids.update(dict.fromkeys(one.strip() for one in mark.args))
        item.user_properties.extend((MARKER, one) for one in ids)
        if ids:
            config.stash.setdefault(_MARKED, {})[item.nodeid] = list(ids)
        for one in ids if known is not None else ():
            if known is not None and one not in known:
                unknown.setdefault(one, []).append(item.nodeid)
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output[_MARKS] = config.stash.get(_MARKED, {})
    if known is not None and (malformed or unknown):
        problems = dict(_problems(malformed, unknown, known))
        if output is None:
            raise _stop(problems)
        output[_OUTPUT] = problems
        items.clear()  # this worker runs nothing, and its controller stops


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the IDs to a worker of xdist."""
    known = node.config.stash.get(_KNOWN, None)
    if known is not None:
        node.workerinput[_INPUT] = sorted(known)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what a worker of xdist found."""
    output = getattr(node, "workeroutput", None) or {}
    node.config.stash.setdefault(_FOUND, {}).update(output.get(_OUTPUT, {}))
    node.config.stash.setdefault(_MARKED, {}).update(output.get(_MARKS, {}))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Stop on the controller of xdist for what its workers found."""
    ran = yield
    if problems := session.config.stash.get(_FOUND, {}):
        raise _stop(problems)
    return ran


def _known_ids(root: Path) -> Iterable[str]:
    """The IDs that the specs define; whatever keeps them from being read is told as a mistake of use."""
    from muster.workspace import find_root, open_workspace

    try:
        project = open_workspace(find_root(root)).run(workers=1).project
    except (ValueError, RuntimeError, OSError) as error:
        raise pytest.UsageError(f"--muster-strict: {error}") from None
    if project.unread:
        first = project.unread[0]
        raise pytest.UsageError(f"--muster-strict: {first.place}: {first.message}\n  help: {first.help}")
    return {requirement.id.text for requirement in project.requirements}


def _problems(
    malformed: dict[str, str], unknown: dict[str, list[str]], known: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """What is wrong with markers in words, by a key that sorts them."""
    for mark, node in malformed.items():
        yield f"0 {mark}", f'{node}: {mark} names no requirement; write it like @pytest.mark.{MARKER}("QUEUE-1001")'
    if unknown:
        from muster.specs.nearest import Nearest

        nearest = Nearest(known)
        for one, nodes in unknown.items():
            more = f" and {len(nodes) - 1:,} more" if len(nodes) > 1 else ""
            yield f"1 {one}", f"{nodes[0]}{more}: no spec defines {one}; {nearest.help(one)}"


def _shown(mark: pytest.Mark) -> str:
    arguments = [*map(repr, mark.args), *(f"{name}={value!r}" for name, value in mark.kwargs.items())]
    return f"@pytest.mark.{MARKER}({', '.join(arguments)})"


def _stop(problems: dict[str, str]) -> pytest.UsageError:
    lines = [f"  {problems[key]}" for key in sorted(problems)]
    return pytest.UsageError("\n".join((f"{MARKER} markers that cannot stand:", *lines)))


class _Attempt:
    """One run of a test, phase by phase; a rerun is another one."""

    def __init__(self) -> None:
        self.outcome = ""
        self.message = ""
        self.seconds = 0.0
        self.ended = False
        self.requirements: dict[str, None] = {}

    def take(self, report: pytest.TestReport) -> None:
        self.seconds += getattr(report, "duration", 0.0)
        self.ended = self.ended or report.when == "teardown"
        named = [str(value) for name, value in report.user_properties if name == MARKER]
        self.requirements.update(dict.fromkeys(named))
        if report.failed and self.outcome != "failed":
            self.outcome, self.message = "failed", _words(report)
        elif report.skipped and self.outcome != "failed":
            self.outcome, self.message = "skipped", _words(report)
        elif report.when == "call" and report.passed and not self.outcome:
            self.outcome = "passed"


class _Writer:
    """Keeps what becomes of each test, and writes it when the session ends, in whatever way."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.attempts: dict[str, _Attempt] = {}
        self.failure = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "setup" or report.nodeid not in self.attempts:
            self.attempts[report.nodeid] = _Attempt()
        self.attempts[report.nodeid].take(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.USAGE_ERROR:
            return  # nothing ran, and older results are not the worse for it
        from muster.store import files
        from muster.trace.own_results import rendered

        try:
            folder = self.target.parent
            folder.mkdir(parents=True, exist_ok=True)
            marked = session.config.stash.get(_MARKED, {})
            files.write(folder, self.target.name, rendered(self._tests(marked)))
        except (OSError, ValueError) as error:
            self.failure = f"--muster-results: {error}"
            session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.failure:
            terminalreporter.write_line(f"ERROR: {self.failure}", red=True)

    def _tests(self, marked: Mapping[str, Iterable[str]]) -> Iterator[OwnTest]:
        """Each test that came to an end: one that was interrupted has no outcome."""
        from muster.model import CaseOutcome
        from muster.trace.own_results import OwnTest

        for node, attempt in self.attempts.items():
            if attempt.outcome and (attempt.ended or attempt.outcome == "failed"):
                file, _, rest = node.partition("::")
                inner, bracket, parameters = rest.partition("[")
                *classes, name = inner.split("::")
                yield OwnTest(
                    node=node,
                    file=file,
                    name=name + bracket + parameters,
                    suite=".".join((file.removesuffix(".py").replace("/", "."), *classes)),
                    outcome=CaseOutcome(attempt.outcome),
                    seconds=round(attempt.seconds, 3),
                    message=attempt.message,
                    requirements=tuple(sorted({*attempt.requirements, *marked.get(node, ())})),
                )


def _words(report: pytest.TestReport) -> str:
    """The first line of what failed, or the reason for skipping."""
    from muster.trace.cases import first_line

    if report.skipped and isinstance(report.longrepr, tuple):
        return first_line(report.longrepr[2].removeprefix("Skipped: "))
    if report.skipped:
        return first_line(getattr(report, "wasxfail", ""), "xfail")
    crash = getattr(report.longrepr, "reprcrash", None)
    last = str(report.longrepr or "").strip().rpartition("\n")[2]
    return first_line(crash.message if crash else "", last)
