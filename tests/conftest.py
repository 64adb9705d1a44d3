"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres import INSTALLED, Cluster, programs

# What takes longest begins first, or one worker is still busy with it when the others are done. Seconds on two cores.
SLOW = {
    "test_mkdocs_build.py": 50,
    "test_ledger_stores.py": 26,
    "test_determinism.py": 24,
    "test_cases.py": 23,
    "test_own_site.py": 22,
    "test_work_counts.py": 20,
    "test_ledger_months.py": 14,
}
# What takes long and proves no requirement that the others do not prove too: `nox -s long` runs it.
LONG = {
    "test_chain_mutants.py",
    "test_guide_console.py",
    "test_hostile.py",
    "test_hostile_gate.py",
    "test_hosts_compared.py",
    "test_lexing.py",
    "test_links_on_a_site.py",
    "test_links_pieces.py",
    "test_links_scanning.py",
    "test_mentions.py",
    "test_portfolio_workers.py",
    "test_pytest_plugin.py",
    "test_reader_patterns.py",
    "test_result_matching.py",
    "test_scrubbing.py",
    "test_serving.py",
    "test_shipped.py",
    "test_symbols.py",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the slow files to the front; within a file, and among the others, the order stays."""
    for item in items:
        if item.path.name in LONG:
            item.add_marker("long")
    items.sort(key=lambda item: -SLOW.get(item.path.name, 0))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write down what really happens: cases and generated pages")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A private PostgreSQL, started where the first test asks for it; each process of pytest-xdist has its own."""
    if (folder := programs()) is None:
        words = f"no PostgreSQL below {INSTALLED}; Debian's package `postgresql` brings it"
        if os.environ.get("MUSTER_POSTGRES") == "required":
            pytest.fail(words)
        pytest.skip(words)
    with Cluster(folder) as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> str:
    """The URL of a database that is empty."""
    return postgres_cluster.new_database()


@pytest.fixture(params=["sqlite", "postgres"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger can be, once in each of the stores."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return str(request.getfixturevalue("postgres_url"))
