"""The project's steps: `nox -s docs` builds the site, `nox -s tests` runs the tests; `nox -l` lists them all."""

import os
import re
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["docs", "docs_specs", "tests", "lint"]

PROJECT = nox.project.load_toml("pyproject.toml")
CORPORA = Path("../shared/corpora").resolve()
BROWSERS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))  # as tests/browser takes them
AXE = "4.11.0"  # of axe-core, which judges the pages; it comes from npm and is never committed


@nox.session
def docs(session: nox.Session) -> None:
    """Bring the derived files up to date and build the site into `site/`, without network."""
    session.install("-e", ".[mkdocs]")
    session.run("muster", "sync")
    session.run("mkdocs", "build", "--strict", *session.posargs, env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def docs_specs(session: nox.Session) -> None:
    """The gate: check Muster's own specs, and that nothing derived from them has drifted."""
    session.install("-e", ".")
    session.run("muster", "check", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests and keep their results for the gate; `nox -s tests -- -k words` runs some of them."""
    session.install("-e", ".[mkdocs,links,postgres]", *groups("tests", "hosts"))
    # A run of some tests would leave the requirements of all others unverified.
    results = [] if session.posargs else ["--muster-strict", "--muster-results", ".muster/results.json"]
    # The tests of one file stay together; `-n 0`, for a debugger, is taken from the command line. One process more than
    # there are cores: some wait for servers, locks and clocks.
    workers = str((os.cpu_count() or 1) + 1)
    ways = ("-n", workers, "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not browser and not long")
    session.run("pytest", *ways, *results, *session.posargs, env=corpora())


@nox.session(default=False)
def long(session: nox.Session) -> None:
    """Run the tests that take long: installs, hosts compared, hostile inputs at length, a server, more of the site."""
    session.install("-e", ".[mkdocs,links,postgres]", *groups("tests", "hosts"))
    with_browser = any(path.exists() for path in BROWSERS) and shutil.which("npm") is not None
    ways = ("-n", "auto", "--dist", "loadfile", "-m", "long" if with_browser else "long and not browser")
    session.run("pytest", *ways, *session.posargs, env={**corpora(), **(axe(session) if with_browser else {})})


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """Try the site in Debian's Chromium: what a reader does, axe, a strict policy, hostile texts."""
    session.install("-e", ".[mkdocs]", *groups("tests"))
    results = [] if session.posargs else ["--muster-strict", "--muster-results", ".muster/browser.json"]
    ways = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not long")
    session.run("pytest", "tests/browser", *ways, *results, *session.posargs, env=axe(session))


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types, and the direction of imports."""
    session.install("-e", ".[mkdocs,postgres]", *groups("tests", "lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports")


@nox.session(default=False)
def minimums(session: nox.Session) -> None:
    """Run the tests with the oldest versions that `pyproject.toml` allows."""
    constraints = Path(session.virtualenv.location, "minimums.txt").resolve()
    constraints.write_text("".join(f"{line}\n" for line in lower_bounds()), encoding="utf-8")
    session.install("-e", ".[mkdocs,links,postgres]", *groups("tests"), "--constraint", str(constraints))
    session.run("pytest", "-m", "not browser", *session.posargs, env=corpora())


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure synthetic projects and the corpora, or `peers`, other tools; write `specs/guide/performance.md`."""
    session.install("-e", ".[mkdocs,links,postgres]", *groups("tests"))
    session.run("python", "tests/bench/run.py", *session.posargs, env=corpora())


@nox.session(default=False)
def soak(session: nox.Session) -> None:
    """Kill `sync`, `allocate` and writers of the ledger at random instants; look for what is half written or lost."""
    session.install("-e", ".[mkdocs,postgres]", *groups("tests"))
    for what in ("kill_sync.py", "kill_ledger.py", "kill_allocate.py"):
        session.run("python", f"tests/soak/{what}", *session.posargs)


def groups(*names: str) -> tuple[str, ...]:
    """What dependency groups of `pyproject.toml` ask for."""
    return nox.project.dependency_groups(PROJECT, *names)


def axe(session: nox.Session) -> dict[str, str]:
    """The environment that leads the tests to axe-core, which npm brings; the browser has to be there."""
    needs = {"chromium-headless-shell": any(path.exists() for path in BROWSERS), "npm": shutil.which("npm")}
    missing = [name for name, there in needs.items() if not there]
    if missing:
        session.error(f"{' and '.join(missing)} missing: apt-get install {' '.join(missing)}")
    folder = Path(session.virtualenv.location, f"axe-{AXE}").resolve()
    script = folder / "node_modules/axe-core/axe.min.js"
    if not script.is_file():
        options = ("--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder))
        session.run("npm", "install", *options, f"axe-core@{AXE}", external=True)
    return {"MUSTER_AXE": str(script)}


def corpora() -> dict[str, str]:
    """The environment that leads the tests to the corpora, where they lie beside the checkout."""
    return {"MUSTER_CORPORA": str(CORPORA)} if "MUSTER_CORPORA" not in os.environ and CORPORA.is_dir() else {}


def lower_bounds() -> list[str]:
    """`name==lowest` for each dependency of the package and of its extras."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(line for lines in extras for line in lines)]
    found = (re.match(r"([\w.-]+)>=([\w.]+)", line) for line in wanted)
    return [f"{match[1]}=={match[2]}" for match in found if match]
