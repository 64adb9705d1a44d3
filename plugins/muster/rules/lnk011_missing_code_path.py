"""LNK011: a path to code that a spec names and that is not there."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

_CODE = {"src/queue.py": "", "tests/test_queue.py": ""}
RULE = Rule(
    code="LNK011",
    name="missing-code-path",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK011"),  # found by links/references.py.  implements: MU-RULE-2016
    why="A reader who looks for the code of a requirement finds nothing, and cannot tell whether it ever was.",
    examples=(
        Example(
            bad="- [AUTH-001] The queue MUST keep the order.\n\nCode: `src/queues.py`. <!-- LNK011 -->\n",
            good="- [AUTH-001] The queue MUST keep the order.\n\nCode: `src/queue.py`.\n",
            bad_files=_CODE,
            good_files=_CODE,
        ),
        Example(
            bad="- [AUTH-001] The queue MUST keep the order, see `tests/test_order.py`. <!-- LNK011 -->\n",
            good="- [AUTH-001] The queue MUST keep the order, see `tests/test_order.py` (to be created).\n",
            bad_files=_CODE,
            good_files=_CODE,
        ),
    ),
)
