"""REQ003: an ID outside the area that its spec claims."""

from __future__ import annotations

from collections.abc import Iterator

from muster.model import Finding, Project, ReqId, Severity
from muster.rules.base import Example, Rule, Scope
from muster.specs.naming import Band, band_of


def check(project: Project) -> Iterator[Finding]:
    """Compare each ID with the claim of its spec, by front matter or settings.  implements: MU-RULE-2010"""
    for document in project.documents:
        if not document.prefix:
            continue
        band = band_of(document.prefix)
        for requirement in document.requirements:
            if not _lies_in(requirement.id, band):
                yield RULE.at(
                    requirement.place,
                    f"{requirement.id} lies outside {band}, which this spec claims",
                    help=f"`muster id {band.area}` prints an ID for it; or change the spec's `prefix`",
                )


def _lies_in(reqid: ReqId, band: Band) -> bool:
    if reqid.area:
        return band.holds(reqid.area, reqid.number)
    # A named ID, such as `auth.login`, begins with its area.
    return reqid.text.startswith(band.area) and not reqid.text[len(band.area) :][:1].isalnum()


RULE = Rule(
    code="REQ003",
    name="wrong-area",
    severity=Severity.ERROR,
    scope=Scope.DOCUMENT,
    since="0.1",
    check=check,
    why="Who meets an ID in code finds its spec by the area, and two specs that share numbers will collide.",
    examples=(
        Example(
            bad="---\nprefix: AUTH\n---\n# Example SPEC\n\nConformance language: RFC 8174\n\n"
            "- [AUTH-001] The server MUST hash passwords.\n"
            "- [USER-002] The server MUST salt passwords. <!-- REQ003 -->\n",
            good="---\nprefix: AUTH\n---\n# Example SPEC\n\nConformance language: RFC 8174\n\n"
            "- [AUTH-001] The server MUST hash passwords.\n"
            "- [AUTH-002] The server MUST salt passwords.\n",
            framed=False,
        ),
        Example(
            bad="- [AUTH-1001] The server MUST hash passwords.\n"
            "- [AUTH-2001] The server MUST salt passwords. <!-- REQ003 -->\n",
            good="- [AUTH-1001] The server MUST hash passwords.\n- [AUTH-1002] The server MUST salt passwords.\n",
            settings='[specs.prefixes]\n"specs/10-example.md" = "AUTH-1000..1999"\n',
        ),
    ),
)
