"""LNK015: the README of a package that has a spec, and does not link into it."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, join

from muster.model import Document, Finding, MentionKind, Page, Place, Project, Severity
from muster.rules.base import FRAME, Example, Rule, Scope
from muster.specs.packages import named_by, specs_of


def check(project: Project) -> Iterator[Finding]:
    """Report READMEs without a link to an anchor of the package's own spec.  implements: MU-RULE-2022

    The specs of a repository are those of its root package only where the settings say so, or where one is
    its `SPEC/SPEC.md`: a repository with `specs/` need not be one package.
    """
    wanted = project.settings.packages
    globs = (*wanted.must, *wanted.should, *wanted.may)
    pages = {page.path: page for page in project.pages}
    for package in project.packages:
        readme = pages.get(join(package.path, "README.md"))
        if readme is None or not (package.has_spec or named_by(package, globs)):
            continue
        specs = specs_of(package, project.documents)
        if not package.path and not named_by(package, globs):
            specs = [spec for spec in specs if spec.path == "SPEC/SPEC.md"]
        if specs and not any(_leads_into(spec, readme) for spec in specs):
            first = specs[0]
            anchor = next((section.anchor for section in first.sections if section.level > 1), "...")
            yield RULE.at(
                Place(readme.path),
                f"this README links no anchor of {first.path}, the spec of the package {package.name!r}",
                help=f"link what matters most to its readers, such as {first.path}#{anchor}",
            )


def _leads_into(spec: Document, readme: Page) -> bool:
    """Whether a README links an anchor of a spec, in the repository or by an address on the web."""
    if any(link.path == spec.path and link.fragment for link in readme.links):
        return True
    name = basename(spec.path).removesuffix(".md")
    ends = (f"/{spec.path}", f"/{name}", f"/{name}/", f"/{name}.html")
    return any(
        mention.kind is MentionKind.ADDRESS and mention.path.partition("?")[0].endswith(ends)
        for mention in readme.mentions
    )


_TEXT = "- [AUTH-001] The server MUST hash passwords.\n"
_PACKAGE = {
    "crates/queue/Cargo.toml": '[package]\nname = "queue"\n',
    "crates/queue/SPEC/SPEC.md": FRAME + "- [QUEUE-001] The queue MUST keep the order.\n",
}
RULE = Rule(
    code="LNK015",
    name="readme-without-spec-link",
    severity=Severity.ERROR,
    scope=Scope.PROJECT,
    since="0.1",
    check=check,
    why="The README is where people meet a package; what binds it should be one step away.",
    examples=(
        Example(
            bad=_TEXT,
            good=_TEXT,
            settings='[anchors]\nstyle = "github"\n',
            bad_files={
                **_PACKAGE,
                "crates/queue/README.md": "# queue <!-- LNK015 -->\n\nSee [the spec](SPEC/SPEC.md).\n",
            },
            good_files={
                **_PACKAGE,
                "crates/queue/README.md": "# queue\n\nSee [what it does](SPEC/SPEC.md#1-behaviour).\n",
            },
        ),
    ),
)
