"""What `check` says of anchors and links is what a built MkDocs site has, anchor by anchor and link by link."""

from __future__ import annotations

import posixpath
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin

import pytest

from muster.links.site import address_of
from muster.workspace import check

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[1]
CONFIG = """\
site_name: Sample
docs_dir: docs
theme: {name: null, custom_dir: theme}
use_directory_urls: DIRECTORY_URLS
plugins: [muster-specs, muster-compliance]
markdown_extensions:
  - attr_list
  - footnotes
  - admonition
  - def_list
  - tables
  - md_in_html
  - pymdownx.superfences
  - pymdownx.details
"""
SPEC = """\
---
title: Queue
---
# Queue

Conformance language: RFC 2119 and RFC 8174

## 1) Order & `size` of *all* [queues](other.md#again)

- [Q-1001] It MUST run.
- [Q-1002] It MAY stop, see [Q-1001] and [it](#Q-1001).

| ID | What |
|---|---|
| [Q-1003] | It SHOULD [wait](#order--size). |
"""
OTHER = """\
# Other

## Again

## Again

## Scope {#scope .wide}

## Überblick: naïve café

## C++ & <em>HTML</em> &amp; "quotes"

### 3.17 *Emphasis* and __strong__ and `code_span`

A paragraph. {: #paragraph }

A *term*{#term} and ![alt](images/a.png){#picture}, a <span id="span">span</span>, <a name="named"></a>.

{: #late }

`<a id="in-code"></a>` and <!-- <a id="in-comment"></a> --> `x`{#span-of-code}

```html
<a id="in-fence"></a>
## no heading {#in-fence-too}
```

<div id="block">

<p id="inner">Text</p>

</div>

A note[^1], again[^1], and another[^long-name].

[^1]: The note.
[^long-name]: Another.

!!! note "Title"
    Text with <b id="bold">bold</b>.

    ## In a note

??? tip
    <i id="details"></i> See [nowhere](#nowhere).

1.  An item
    {: #item }

Term
:   Definition <u id="definition"></u>

Links: [a](10-queue.md#1-order-size-of-all-queues) [b](10-queue.md#order) [c](gone.md) [d](sub/index.md#deep)
[e](sub/) [f](images/a.png) [g](images/b.png) [h](../README.md) [i](#scope) [j](#late) [k](#paragraph) [l](#fn:1)
[m](#fnref2:1) [n](#in-fence) [o](compliance/index.md) [p](rules/KWD001.md) [q](rules/KWD999.md) [r][s] [t](?a=b#term)
[u](./other.md#named) [v](sub) [w](#c-html-quotes) [x](%6Fther.md#again_1) [y](other.md#Again)

[s]: sub/index.md
"""
DEEP = """\
# Sub

## Deep

[a](../other.md#uberblick-naive-cafe) [b](../images/a.png) <a href="../other.md">c</a> <img src="../images/a.png">
<a href="#deep">d</a> [e](more.md) [f](more.md#more) <a href="more/">g</a>
"""
FILES = {
    "muster.toml": '[specs]\ninclude = ["docs/*.md"]\n[site]\ndocs = "docs"\ndirectory_urls = DIRECTORY_URLS\n',
    "mkdocs.yml": CONFIG,
    "theme/main.html": "<html><body>{{ page.content }}</body></html>",
    "docs/10-queue.md": SPEC,
    "docs/other.md": OTHER,
    "docs/sub/index.md": DEEP,
    "docs/sub/more.md": "# More\n\n[a](../other.md#term) [b](index.md#deep) <a href='../../other/'>c</a>\n",
    "docs/images/a.png": "",
    "README.md": "# Readme\n",
}


class Seen(HTMLParser):
    """The IDs and the links of a built page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids += [values[name] for name in ("id", "name") if name in values and (name == "id" or tag == "a")]
        wanted = {"a": "href", "img": "src"}.get(tag)
        if wanted in values and "footnote" not in values.get("class", ""):
            self.links.append(values[wanted])


def built(root: Path) -> dict[str, Seen]:
    """The pages of the site by their address."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "-q"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    site = root / "site"
    return {path.relative_to(site).as_posix(): Seen(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}


def file_of(address: str) -> str:
    return f"{address}index.html" if address.endswith("/") or not address else address


def dead(pages: dict[str, Seen], site: Path) -> dict[str, int]:
    """How many links of each page lead to no file or to no anchor of the site."""
    counts: dict[str, int] = {}
    for path, seen in pages.items():
        for link in seen.links:
            url, fragment = urldefrag(urljoin(f"http://x/{path}", link))
            if not url.startswith("http://x/"):
                continue
            target = unquote(url.removeprefix("http://x/").partition("?")[0])
            file = site / target
            if file.is_dir():
                target = posixpath.join(target, "index.html")
            lives = (site / target).is_file()
            known = pages.get(target)
            if not lives or (fragment and (known is None or unquote(fragment) not in known.ids)):
                counts[path] = counts.get(path, 0) + 1
    return counts


@pytest.mark.requirement("MU-RULE-2013", "MU-REQ-1020", "MU-SITE-9001")
@pytest.mark.parametrize("directory_urls", ["true", "false"])
def test_every_anchor_and_every_dead_link_of_a_built_site_is_known_to_check(
    tmp_path: Path, directory_urls: str
) -> None:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text.replace("DIRECTORY_URLS", directory_urls), encoding="utf-8")
    pages = built(tmp_path)
    outcome = check(tmp_path, use_cache=False)
    settings = outcome.project.settings
    own = {page.path: page for page in outcome.project.pages if page.path.startswith("docs/")}

    assert {path: set(page.anchors) for path, page in own.items()} == {
        path: set(pages[file_of(address_of(path, settings))].ids) for path in own
    }
    found: dict[str, int] = {}
    for finding in outcome.findings:
        if finding.code.startswith("LNK") and finding.code != "LNK006" and finding.place.path in own:
            address = file_of(address_of(finding.place.path, settings))
            found[address] = found.get(address, 0) + 1
    assert found == dead(pages, tmp_path / "site")
