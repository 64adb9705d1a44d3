"""What a governance mode asks of a job: roles, gates, a work packet, a commit before the work begins.

implements: MU-PRM-6023
"""

from __future__ import annotations

from msgspec import Struct

from muster.settings import GovernanceMode

Mode = GovernanceMode


class Demands(Struct, frozen=True):
    """What a mode asks for."""

    roles: tuple[str, ...]
    gates: tuple[str, ...]
    work_packet: bool
    task_board: bool


DEMANDS = {
    Mode.STRICT: Demands(
        ("orchestrator", "coder", "validator", "operator"),
        ("spec-lint", "refinement-signature", "trace", "validation"),
        work_packet=True,
        task_board=True,
    ),
    Mode.STANDARD: Demands(
        ("orchestrator", "coder", "validator"), ("spec-lint", "trace", "validation"), work_packet=True, task_board=True
    ),
    Mode.LIGHT: Demands(("coder",), ("spec-lint",), work_packet=False, task_board=False),
}


def is_git(version_control: str) -> bool:
    """Whether this is how a context says that a repository of Git is there."""
    return version_control.strip().casefold() == "git"


def wants_safety_commit(mode: Mode, version_control: str) -> bool:
    """Whether the work is to begin with a commit of what is there: Git, and mode STRICT or STANDARD."""
    return is_git(version_control) and mode is not Mode.LIGHT
