"""Work spread over a Dask cluster; what the cluster loses is done here. Only this module imports Dask.

implements: MU-FOLIO-9506, MU-FOLIO-9507
"""

from __future__ import annotations

import logging
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from muster.store.spreading import Count, Spread, gathered, recovered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_CONNECTING = 10  # seconds
_NOBODY = 20.0  # seconds without any worker after which the rest is done here
_RETRIES = 2


class NoCluster(RuntimeError):
    """There is no cluster to be had at an address, with what to do."""

    def __init__(self, message: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(message)


def in_cluster(
    work: Callable[[bytes], bytes],
    asked: Sequence[bytes],
    address: str,
    workers: int,
    tell: Callable[[int, int], None] | None = None,
) -> Spread:
    """The work on the cluster; `workers` processes of this machine do what is lost there."""
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster("Dask is not installed", "`pip install 'mkdocs-muster[dask]'`") from None
    count = Count(len(asked), tell)
    with _silence():
        try:
            client = Client(address, timeout=_CONNECTING, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise NoCluster(
                f"no Dask scheduler answers at {address}: {why}", "start `dask scheduler`, or leave out --dask"
            ) from None
        try:
            executor = client.get_executor(retries=_RETRIES, pure=False)
            every = dict(enumerate(asked))
            found, why = gathered(executor, work, every, count, _Watch(client).is_alive)
        finally:
            client.close(timeout=_CONNECTING)
    notes = (f"{why}: {len(asked) - len(found):,} of {len(asked):,} repositories are read here",) if why else ()
    return recovered(work, asked, max(workers, 1), count, found, notes)


@contextmanager
def _silence() -> Iterator[None]:
    """Dask tells of lost workers and of versions that differ; a note does, and the work compares Muster's own."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


class _Watch:
    """Whether somebody works at all: a cluster whose workers have all died waits for ever."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._seen = time.monotonic()

    def is_alive(self) -> bool:
        """Whether a worker was there in the last while."""
        try:
            there = bool(self._client.scheduler_info()["workers"])
        except Exception:  # noqa: BLE001 -- of whatever kind: the scheduler does not answer
            there = False
        now = time.monotonic()
        if there:
            self._seen = now
        return now - self._seen < _NOBODY
