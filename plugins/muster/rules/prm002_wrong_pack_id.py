"""PRM002: a pack whose ID is not the name of its file, or could name another file."""

from __future__ import annotations

from muster.model import Severity
from muster.rules.base import Rule, Scope, reported
from muster.rules.prm_sample import pack_example

RULE = Rule(
    code="PRM002",
    name="wrong-pack-id",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=reported("PRM002"),  # found by prompts/packs.py and prompt_files.py.  implements: MU-PRM-6004
    why="A pack is found by its ID; one that says another ID, or a path, could stand for what nobody has looked at.",
    examples=(
        pack_example(('"pack_id": "review_pack@1"', '"pack_id": "router_pack@1"'), line=3),
        pack_example(('"pack_id": "review_pack@1"', '"pack_id": "../review_pack@1"'), line=3, times=2),
    ),
)
