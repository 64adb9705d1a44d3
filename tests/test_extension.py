"""The Markdown extension: anchors where the core found requirements, and links to them everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from msgspec import Struct

from muster.model import Document
from muster.settings import Marker, RequirementSettings, Settings
from muster.site.extension import MusterExtension, completed, unmarked
from muster.site.index import Entry, Index, index_of
from muster.site.set_aside import set_aside
from muster.specs.reading import read_document

BADGES = (
    "{opening}"
    '<span class="muster-badge muster-{level}" title="Level: {level}">{level}</span>'
    '<span class="muster-badge muster-specified" title="Status: specified">specified</span>{closing}'
    '<a class="headerlink" href="#{id}" title="Permanent link" aria-label="Permanent link to {id}">&para;</a>'
)
SPEC = "specs/10-queue.md"
GUIDE = "specs/guide/p.md"
OWN_ID = ' id="A-1001"'
EXTENSIONS = ("toc", "tables", "fenced_code", "attr_list", "admonition")


class Host(Struct):
    """A host that renders the page `page` of the project `files`."""

    files: dict[str, str]
    page: str = SPEC
    settings: Settings = Settings()
    dossiers: str = ""  # the page that tells all of a requirement

    @property
    def index(self) -> Index:
        documents = [read_document(path, text, self.settings) for path, text in self.files.items()]
        return index_of(documents, {}, lambda path: self.files[path].encode())

    def document(self, path: str, text: str) -> Document | None:  # noqa: ARG002 - it knows the page itself
        return read_document(self.page, text, self.settings) if self.page == SPEC else None

    def href(self, path: str, entry: Entry) -> str:  # noqa: ARG002 - as above
        return "#" if entry.document == self.page else f"../{entry.document}"

    def dossier(self, path: str, entry: Entry) -> str:  # noqa: ARG002 - it makes the same page for all
        return self.dossiers


def rendered(host: Host, text: str | None = None, extensions: tuple[str, ...] = EXTENSIONS) -> str:
    return markdown_of(host, extensions).convert(host.files[host.page] if text is None else text)


def markdown_of(host: Host, extensions: tuple[Any, ...] = EXTENSIONS) -> Markdown:
    return Markdown(extensions=[MusterExtension(host), *extensions])


SPAN = ('<span class="muster-badges" data-search-exclude>', "</span>")


def anchored(identifier: str, level: str, around: tuple[str, str] = SPAN) -> str:
    anchor = f'<a id="{identifier}" class="muster-id" href="#{identifier}">[{identifier}]</a>'
    return anchor + BADGES.format(level=level, id=identifier, opening=around[0], closing=around[1])


@pytest.mark.requirement("MU-SITE-9003", "MU-SITE-9010")
@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param(
            "- [A-1001] It MUST run.\n",
            f"<ul>\n<li>{anchored('A-1001', 'must')} It MUST run.</li>\n</ul>",
            id="an ID that leads an item",
        ),
        pytest.param(
            "It MAY run. [A-1001]\n",
            f"<p>It MAY run. {anchored('A-1001', 'may')}</p>",
            id="an ID that ends a paragraph",
        ),
        pytest.param(
            "> [A-1001] It SHOULD run.\n",
            f"<blockquote>\n<p>{anchored('A-1001', 'should')} It SHOULD run.</p>\n</blockquote>",
            id="a quote",
        ),
        pytest.param(
            "| ID | Text |\n|---|---|\n| [A-1001] | It MUST run. |\n",
            "<table>\n<thead>\n<tr>\n<th>ID</th>\n<th>Text</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n"
            f"<td>{anchored('A-1001', 'must')}</td>\n<td>It MUST run.</td>\n</tr>\n</tbody>\n</table>",
            id="a table row",
        ),
        pytest.param(
            "- [A-1001] It MUST run.\n- [A-1001] It MAY stop.\n",
            f"<ul>\n<li>{anchored('A-1001', 'must')} It MUST run.</li>\n"
            f"<li>{anchored('A-1001', 'must').replace(OWN_ID, '')} It MAY stop.</li>\n</ul>",
            id="a duplicate ID is no second anchor",
        ),
        pytest.param(
            "- `[A-1001]` in code [A-1001]\n",
            f"<ul>\n<li><code>[A-1001]</code> in code {anchored('A-1001', 'info')}</li>\n</ul>",
            id="the same ID in code on the line",
        ),
    ],
)
def test_each_requirement_has_an_anchor_badges_and_a_permalink(text: str, html: str) -> None:
    assert rendered(Host({SPEC: text})) == html


@pytest.mark.parametrize(
    ("marker", "identifier", "text", "shown"),
    [
        (Marker.BOLD, "A-1001", "- **A-1001** It MUST run.\n", "<strong>A-1001</strong>"),
        (Marker.COLON, "A-1001", "- A-1001: It MUST run.\n", "A-1001:"),
        (Marker.RULE, "queue.order+2", "r[queue.order+2]\nIt MUST run.\n", "r[queue.order+2]"),
        (Marker.NEED, "req~order~1", "`req~order~1`\nIt MUST run.\n", "<code>req~order~1</code>"),
        (Marker.NEED, "req~order~1", "req~order~1\n\nIt MUST run.\n", "req~order~1"),
        (Marker.HEADING, "A-1001", "## A-1001\n\nIt MUST run.\n", "A-1001"),
    ],
)
def test_other_marker_styles_have_the_same(marker: Marker, identifier: str, text: str, shown: str) -> None:
    settings = Settings(requirements=RequirementSettings(markers=(marker,)))

    html = rendered(Host({SPEC: text}, settings=settings))

    assert f'<a id="{identifier}" class="muster-id" href="#{identifier}">{shown}</a><span class="muster-badges"' in html


def test_identifier_with_a_space_is_quoted_in_links_and_whole_in_the_anchor() -> None:
    settings = Settings(requirements=RequirementSettings(id=r"Requirement [0-9.]+", markers=(Marker.HEADING,)))

    html = rendered(Host({SPEC: "#### Requirement 1.1.2\n\n> It MUST run.\n"}, settings=settings))

    assert '<a id="Requirement 1.1.2" class="muster-id" href="#Requirement%201.1.2">Requirement 1.1.2</a>' in html


@pytest.mark.parametrize(
    "heading", ["# [A-1001] Queue", "# Queue [A-1001] and [A-1002]", "Queue [A-1001]\n=====", "# [A-1001]"]
)
@pytest.mark.parametrize("extensions", [EXTENSIONS, ("toc", "pymdownx.superfences", "md_in_html", "smarty")])
@pytest.mark.parametrize("dossiers", ["", "made/q.md"], ids=["badges", "badges that lead on"])
def test_table_of_contents_is_what_it_was_without_muster(
    heading: str, extensions: tuple[str, ...], dossiers: str
) -> None:
    text = f"{heading}\n\nIt MUST run.\n\n## Other\n"
    without = Markdown(extensions=list(extensions))
    without.convert(text)
    md = markdown_of(Host({SPEC: text}, dossiers=dossiers), extensions)
    md.convert(text)

    assert names(md.toc_tokens) == names(without.toc_tokens)  # type: ignore[attr-defined]
    assert "muster-badge" not in md.toc  # type: ignore[attr-defined]


def names(tokens: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [pair for token in tokens for pair in [(token["id"], token["name"]), *names(token["children"])]]


@pytest.mark.requirement("MU-SITE-9011")
@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("See [A-1001].", '<p>See <a class="muster-ref" href="../{spec}#A-1001" title="{title}">[A-1001]</a>.</p>'),
        (
            "*See [A-1001]*",
            '<p><em>See <a class="muster-ref" href="../{spec}#A-1001" title="{title}">[A-1001]</a></em></p>',
        ),
        ("Unknown [A-9999].", "<p>Unknown [A-9999].</p>"),
        ("Code `[A-1001]`.", "<p>Code <code>[A-1001]</code>.</p>"),
        ("```\n[A-1001]\n```", "<pre><code>[A-1001]\n</code></pre>"),
        ("    [A-1001]", "<pre><code>[A-1001]\n</code></pre>"),
        ("A [link [A-1001]](x.md).", '<p>A <a href="x.md">link [A-1001]</a>.</p>'),
        ("A [A-1001](x.md).", '<p>A <a href="x.md">A-1001</a>.</p>'),
        ("A [A-1001].\n\n[A-1001]: x.md", '<p>A <a href="x.md">A-1001</a>.</p>'),
        ('Raw <a href="x">[A-1001]</a>.', '<p>Raw <a href="x">[A-1001]</a>.</p>'),
        ("Escaped \\[A-1001\\].", "<p>Escaped [A-1001].</p>"),
    ],
)
def test_reference_in_any_page_becomes_a_link_with_the_text_as_title(text: str, html: str) -> None:
    spec = '# Queue\n\n- [A-1001] It **MUST** run `a < b`\n  and "wait".\n'
    title = "It MUST run a &lt; b and &quot;wait&quot;."

    assert rendered(Host({SPEC: spec, GUIDE: text}, page=GUIDE)) == html.format(spec=SPEC, title=title)


@pytest.mark.requirement("MU-CORE-0024")
def test_text_from_documents_is_escaped() -> None:
    spec = '- [A-1001] It MUST "><script>alert(1)</script> \x02wzxhzdk:0\x03 `<img onerror=x>` run.\n'

    html = rendered(Host({SPEC: spec, GUIDE: "See [A-1001]."}, page=GUIDE))

    assert "<script" not in html
    assert "<img" not in html
    assert 'title="It MUST &quot;&gt;alert(1) wzxhzdk:0 &lt;img onerror=x&gt; run."' in html


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("\n\n- [A-1001] It MUST run.\n\n\n", id="blank lines outside"),
        pytest.param("- [A-1001] It MUST run.\r\n", id="CRLF"),
        pytest.param("- [A-1001] It MUST run.", id="no line end"),
        pytest.param("Put in front.\n\n- [A-1001] It MUST run.\n", id="lines that another plugin put in front"),
        pytest.param("---\ntitle: Queue\n---\n\n- [A-1001] It MUST run.\n", id="front matter that the host left"),
    ],
)
def test_anchor_stands_right_whatever_the_host_did_to_the_text(body: str) -> None:
    host = Host({SPEC: "---\ntitle: Queue\n---\n\n- [A-1001] It MUST run.\n"})

    assert anchored("A-1001", "must") in rendered(host, body)


def test_lines_put_in_by_a_later_preprocessor_are_read_afresh(tmp_path: Any) -> None:
    (tmp_path / "head.md").write_text("One.\n\nTwo.\n", "utf-8")
    text = '--8<-- "head.md"\n\n- [A-1001] It MUST run.\n'
    md = Markdown(
        extensions=[MusterExtension(Host({SPEC: text})), "pymdownx.snippets"],
        extension_configs={"pymdownx.snippets": {"base_path": [str(tmp_path)]}},
    )

    html = md.convert(text)

    assert anchored("A-1001", "must") in html
    assert "<p>One.</p>" in html


def test_page_that_is_no_spec_defines_nothing() -> None:
    html = rendered(
        Host({SPEC: "- [A-1001] It MUST run.\n", GUIDE: "- [A-1001] is done.\n"}, page=GUIDE),
        "- [A-1001]\n",
    )

    assert 'id="A-1001"' not in html
    assert 'class="muster-ref"' in html


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        (Marker.BRACKET, "# [A-1001] Queue\n\nIt MUST run.\n"),
        (Marker.BOLD, "- **A-1001** It MUST run.\n"),
        (Marker.NEED, "`req~order~1`\nIt MUST run.\n"),
    ],
)
def test_badges_added_later_stand_where_they_do_at_once(marker: Marker, text: str) -> None:
    host = Host({SPEC: text}, settings=Settings(requirements=RequirementSettings(markers=(marker,))))
    extension = MusterExtension(host, badges=False)
    without = Markdown(extensions=[extension, *EXTENSIONS]).convert(text)

    held = unmarked(without, extension.placed, host)

    assert "muster-badge" not in without
    assert "<a" not in held.content
    assert completed(held, held.content, host) == rendered(host)


@pytest.mark.requirement("MU-SITE-9010")
@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("<p>[A-1] a <b>[A-1]</b> c</p>", "<p><A-1>[A-1]</A-1> a <b>[A-1]</b> c</p>"),
        ("<p>see [A-12] [A-1] a [A-12]</p>", "<p>see <A-12>[A-12]</A-12> <A-1>[A-1]</A-1> a [A-12]</p>"),
        ("<h1>x</h1><p>[A-12] b</p>", "<A-1></A-1><h1>x</h1><p><A-12>[A-12]</A-12> b</p>"),
        ("", "<A-12></A-12><A-1></A-1>"),
    ],
    ids=["unchanged", "moved", "one marker gone", "all gone"],
)
def test_anchors_that_were_set_aside_find_their_markers_in_a_page_that_others_changed(made: str, expected: str) -> None:
    first = '<p><a id="A-1">[A-1]</a> a <b>[A-1]</b> c</p>'
    both = '<p><a id="A-1">[A-1]</a> a <a id="A-12">[A-12]</a> <a id="other">b</a></p>'
    held = set_aside(first if made.startswith("<p>[A-1]") else both, {"A-1", "A-12"})

    assert held.with_anchors(made, lambda marker: f"<{marker.id}>{marker.text}</{marker.id}>") == expected


@pytest.mark.requirement("MU-SITE-9012")
@pytest.mark.parametrize("later", [False, True], ids=["at once", "later"])
def test_badges_are_one_named_link_where_a_page_tells_all_of_the_requirement(later: bool) -> None:
    host = Host({SPEC: "- [A-1001] It MUST run.\n"}, dossiers='../a"b/')
    extension = MusterExtension(host, badges=not later)
    html = Markdown(extensions=[extension, *EXTENSIONS]).convert(host.files[SPEC])
    opening = (
        '<a class="muster-badges" href="../a&quot;b/#A-1001" aria-label="A-1001: must, specified; open"'
        " data-search-exclude>"
    )

    held = unmarked(html, extension.placed, host)

    assert (completed(held, held.content, host) if later else html) == (
        f"<ul>\n<li>{anchored('A-1001', 'must', (opening, '</a>'))} It MUST run.</li>\n</ul>"
    )


def test_a_link_to_an_identifier_with_a_space_is_quoted_and_its_name_is_whole() -> None:
    settings = Settings(requirements=RequirementSettings(id=r"Requirement [0-9.]+", markers=(Marker.HEADING,)))
    host = Host({SPEC: "#### Requirement 1.1.2\n\n> It MUST run.\n"}, settings=settings, dossiers="made/q.md")

    assert 'href="made/q.md#Requirement%201.1.2" aria-label="Requirement 1.1.2: must, specified; open"' in rendered(
        host
    )


def test_one_converter_renders_page_after_page() -> None:
    host = Host({SPEC: "- [A-1001] It MUST run.\n"})
    md = markdown_of(host)

    assert md.convert(host.files[SPEC]) == md.reset().convert(host.files[SPEC])


@given(st.text(alphabet="[]A-1001 MUST.\n`*_#>|<&\t\r-:(){}!", max_size=80))
def test_any_text_renders_and_loses_no_visible_marker(text: str) -> None:
    host = Host({SPEC: text})
    extension = MusterExtension(host)
    html = Markdown(extensions=[extension, *EXTENSIONS]).convert(text)
    read = {requirement.id.text for requirement in read_document(SPEC, text, Settings()).requirements}

    assert set(extension.placed) == read
    assert "\x02" not in html
    assert all(html.count(f'id="{identifier}"') <= 1 for identifier in read)
