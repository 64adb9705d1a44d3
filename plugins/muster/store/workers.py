"""Processes to read in, started only when there is work for them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future


class Workers:
    """An executor of processes that costs nothing until something is submitted."""

    def __init__(self, count: int = 0) -> None:
        self.count = count or os.cpu_count() or 1
        self._pool: Executor | None = None

    def submit(self, work: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Run `work` in a process of the pool."""
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor

            self._pool = ProcessPoolExecutor(self.count)
        return self._pool.submit(work, *arguments)

    def shutdown(self) -> None:
        """End the processes, if any were started."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
