"""The ledger of runs and events, as a library.  implements: MU-LEDGER-8026

```python
from muster import ledger

with ledger.open(".muster/ledger.db") as book:
    attempt = ledger.begin("daily_reflection", reads=["specs/10-queue.md"])
    book.record(attempt.succeeded(files_written=["COMPLIANCE.md"]))
    print(book.runs(task="daily_reflection", limit=1)[0].facts.status)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.ledger.book import Entry, Ledger, Refused
from muster.ledger.database import LedgerUnavailable
from muster.ledger.events import Draft, Event, Head
from muster.ledger.rows import Failure, Run, RunStatus, ScriptRun, ToolCall
from muster.ledger.task import Attempt, Task, begin

if TYPE_CHECKING:
    from pathlib import Path


def open(where: str | Path = ".muster/ledger.db", **options: Any) -> Ledger:  # noqa: A001 -- `ledger.open` reads well
    """Open a ledger by its path or its PostgreSQL address; one that is not there is made."""
    return Ledger.open(where, **options)


__all__ = [
    "Attempt",
    "Draft",
    "Entry",
    "Event",
    "Failure",
    "Head",
    "Ledger",
    "LedgerUnavailable",
    "Refused",
    "Run",
    "RunStatus",
    "ScriptRun",
    "Task",
    "ToolCall",
    "begin",
    "open",
]
