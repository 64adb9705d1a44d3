"""The files that `muster init` writes, as texts.  implements: MU-CORE-0043"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from muster.model import Host
from muster.text.yaml import scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

_SETTINGS = """\
# Settings of Muster. Each one has a default; `muster schema settings` describes them all.

# Identities of specs are minted under this: keep it for the life of the project.
namespace = "{namespace}"

# From which severity on `muster check` exits with 1: "error" or "warning".
fail_on = "error"

[specs]
# Which Markdown files are read; of these, what defines a requirement or has a name like
# `10-queue.md` is a spec, and the rest are pages.
# include = ["specs/**/*.md", "**/SPEC/SPEC.md"]
# The ID area of each spec, with a band of numbers where several specs share an area.
# prefixes = {{ "specs/10-queue.md" = "OC-CORE-1000..1999" }}

[rules]
# Rules that are off, by code or by the beginning of codes; `muster rule` lists them all.
# ignore = ["SHP005"]
# severity = {{ KWD007 = "error" }}

{site}"""

_SITE = """\
# The site: `pip install 'mkdocs-muster[mkdocs]'`, then `muster sync` and `mkdocs serve`.
site_name: {name}
docs_dir: specs
theme:
  name: material
  font: false # no file from another host
  features:
    - navigation.indexes
    - navigation.prune
plugins:
  - search
  - muster-specs
  - muster-compliance
  - muster-gate
markdown_extensions:
  - attr_list # an anchor of your own: ## Scope {{#scope}}
"""

_HOME = """\
# {name}

The specs of {name}. Each requirement has an ID, and `muster check` stops what breaks the rules.

| page | what it says |
|---|---|
| [Dashboard](dashboard/index.md) | how far the requirements have come, and what to do next |
| [Matrix](compliance/matrix.md) | every requirement, with the code and the tests that cite it |
| [Holes](compliance/holes.md) | what still lacks code, a test or a result |
| [Specs](compliance/index.md) | each spec with its requirements |
{links}
## What comes next

| to | command |
|---|---|
| find out what breaks the rules | `muster check` |
| bring the derived files up to date | `muster sync` |
| see this site while you write | `mkdocs serve` |
"""

_IGNORED = """# What `mkdocs build` and the tests make, and a virtual environment.
site/
junit.xml
.venv/
"""

_WORKFLOW = """\
# The gate on every push and pull request.
name: docs_specs

on:
  push:
  pull_request:

permissions:
  contents: read

jobs:
  docs_specs:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # `muster id` and `muster diff` look at other branches and revisions
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      # Until Muster's first release: from where you keep it, as "mkdocs-muster{extra} @ git+https://..."
      - run: python -m pip install "mkdocs-muster{extra}"
      - run: muster check
"""

_WORKFLOW_SITE = """      - run: mkdocs build # with --strict, warnings of `muster check` end it as well
        env:
          NO_MKDOCS_2_WARNING: "1" # no notice of Material in the log
"""


def settings_text(namespace: str, host: Host | None, repository: str = "") -> str:
    """`muster.toml`, with what the site does where it was asked, and the web address of the repository."""
    known = host or Host("mkdocs.yml", slug="ascii")
    mark = "" if host else "# "
    whence = ", from mkdocs.yml." if host else "; this is what MkDocs does."
    own = f"repository = {json.dumps(repository)}" if repository else '# repository = "https://github.com/owner/name"'
    lines = [f"# How the site names its headings{whence}", "[anchors]"]
    lines += [f"{mark}{name} = {json.dumps(getattr(known, name))}" for name in _ANCHORS]
    lines += ["", f"# What the site publishes, and how it is addressed{whence}", "[site]"]
    lines += [f"{mark}{name} = {json.dumps(getattr(known, name))}" for name in ("docs", "directory_urls")]
    lines += ["", "# A link by the web to a file of this repository is reported.", "[links]", own]
    if known.redirects:
        lines += ["", "[links.redirects]"]
        lines += [f"{json.dumps(old)} = {json.dumps(new)}" for old, new in known.redirects.items()]
    return _SETTINGS.format(namespace=namespace, site="".join(f"{line}\n" for line in lines))


_ANCHORS = ("slug", "separator", "tab_length", "sane_lists", "attr_list")


def site_text(name: str) -> str:
    """`mkdocs.yml`."""
    return _SITE.format(name=scalar(name))


def home_text(name: str, specs: Sequence[str]) -> str:
    """The home page of the site: its pages, these specs, and what to do next."""
    links = "".join(f"| [{path}]({path}) | the first spec |\n" for path in specs)
    return _HOME.format(name=name, links=links)


def workflow_text(*, builds_site: bool) -> str:
    """`.github/workflows/docs_specs.yml`; it builds a site whose plugins it can install."""
    gate = _WORKFLOW.format(extra="[mkdocs]" if builds_site else "")
    return gate + _WORKFLOW_SITE if builds_site else gate


def ignore_text() -> str:
    """`.gitignore`."""
    return _IGNORED
