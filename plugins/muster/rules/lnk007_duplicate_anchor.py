"""LNK007: an anchor that stands twice on one page."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Example, Rule, Scope, reported

RULE = Rule(
    code="LNK007",
    name="duplicate-anchor",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("LNK007"),  # found by links/problems.py.  implements: MU-RULE-2013
    why="A link leads to the first of the two, whichever was meant.",
    examples=(
        Example(
            bad='<a id="limits"></a>The first.\n\n<a id="limits"></a>The second. <!-- LNK007 -->\n',
            good='<a id="limits"></a>The first.\n\n<a id="more"></a>The second.\n',
        ),
        Example(
            bad="## Scope {#limits}\n\nText.\n\n## Bounds {#limits}\n",
            good="## Scope {#limits}\n\nText.\n\n## Bounds {#bounds}\n",
            bad_files={"mkdocs.yml": "site_name: Queue\n"},
            good_files={"mkdocs.yml": "site_name: Queue\n"},
            marks=(("specs/10-example.md", 11),),
        ),
    ),
)
