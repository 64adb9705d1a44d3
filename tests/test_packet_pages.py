"""The pages of packets: every claim beside the lines of its spec, what moved, and never a document's markup."""

from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path

import pytest
from markdown import Markdown

from html_tags import Tags
from muster import pipeline
from muster.inputs import memory
from muster.model import Outcome, Pinned, Place, Refinement, Verdict, Window
from muster.packets.reading import packet_in
from muster.packets.spec_text import SpecText, spec_text
from muster.packets.view import LONGEST, MOST_LINES, AnchorView, Line, PacketView, Passage, packet_view
from muster.settings import LinkSettings, Settings
from muster.site.page import PlainLinks
from muster.site.pages import generated_pages, generated_paths
from test_mkdocs_build import built, page, run

LINKS = PlainLinks("specs", "specs")
SPEC_PATH = "specs/10-queue.md"
HEAD = "# Queue\n\nConformance language: RFC 2119 and RFC 8174\n\n- [Q-1001] It MUST run.\n\n"
ORDER = "## Order\n\nThe queue keeps the order.\nNothing is lost.\n"
SPEC = f"{HEAD}{ORDER}"  # the section stands at lines 7 to 10
HOSTILE = "</code></pre><script>alert(1)</script> {{ config }} {% raw %} ![x](y) | *z* \u202egnp.exe"
REFINEMENT = """\
## TECHNICAL_REFINEMENT

### METADATA
- WP_ID: {wp_id}
- CREATED_AT: 2026-02-27T09:46:09Z
- SPEC_TARGET_RESOLVED: specs/10-queue.md
- SPEC_TARGET_SHA1: {sha1}
- USER_REVIEW_STATUS: {review}
- USER_SIGNATURE: {signature}

### GAPS_IDENTIFIED
- NONE

### FLIGHT_RECORDER_INTERACTION
- NONE

### RED_TEAM_ADVISORY
- NONE

### PRIMITIVES
- NONE

### CLEARLY_COVERS
- Appears in Main Body: [x] PASS
- Explicitly named: [x] PASS
- Specific: [x] PASS
- Measurable acceptance criteria: [x] PASS
- No ambiguity: [x] PASS
- CLEARLY_COVERS_VERDICT: PASS
- CLEARLY_COVERS_REASON: The section says so.
- AMBIGUITY_FOUND: NO
- AMBIGUITY_REASON: NONE

### ENRICHMENT
- ENRICHMENT_NEEDED: NO
- REASON_NO_ENRICHMENT: Nothing is missing.

### SPEC_ANCHORS
"""


def anchor(window: tuple[int, int], excerpt: str = ORDER, token: str = "The queue keeps", number: int = 1) -> str:
    quoted = "".join(f"  {line}\n" for line in excerpt.splitlines())
    return (
        f"\n#### ANCHOR {number}\n- SPEC_ANCHOR: 10-queue.md Order\n- CONTEXT_START_LINE: {window[0]}\n"
        f"- CONTEXT_END_LINE: {window[1]}\n- CONTEXT_TOKEN: {token}\n- EXCERPT_ASCII_ESCAPED:\n"
        f"  ```text\n{quoted}  ```\n"
    )


def packet(
    *anchors: str,
    spec: str = SPEC,
    wp_id: str = "WP-1-Queue-v1",
    review: str = "APPROVED",
    signature: str = "<pending>",
) -> str:
    sha1 = hashlib.sha1(spec.encode(), usedforsecurity=False).hexdigest()
    return REFINEMENT.format(wp_id=wp_id, sha1=sha1, review=review, signature=signature) + "".join(anchors)


MOVED = """\
<div id="muster-anchor-1" class="muster-place"></div>

### ANCHOR 1: 10&#45;queue.md Order

<p><span class="muster-badge muster-failed">moved</span> The lines moved down by 4. <code>muster packet repin packets/WP-1-Queue-v1.md</code> moves the window.</p>

<dl class="muster-facts">
<div><dt>Token</dt><dd><code>The queue keeps</code></dd></div>
<div><dt>Window</dt><dd><del><a href="../10-queue.md#queue">lines 7\u201310</a></del> now <a href="../10-queue.md#order">lines 11\u201314</a></dd></div>
</dl>

<div class="muster-packet">
<div class="muster-beside">
<div><p class="muster-caption">Excerpt in the packet</p><pre class="muster-lines"><code tabindex="0" role="group" aria-label="Excerpt in the packet"><span>## Order
</span><span>
</span><span>The queue keeps the order.
</span><span>Nothing is lost.
</span></code></pre></div>
<div><p class="muster-caption">Spec, lines 11\u201314</p><pre class="muster-lines"><code tabindex="0" role="group" aria-label="Spec, lines 11\u201314"><span data-line="11">## Order
</span><span data-line="12">
</span><span data-line="13">The queue keeps the order.
</span><span data-line="14">Nothing is lost.
</span></code></pre></div>
</div>
<details><summary>What stands at lines 7\u201310 today</summary>
<pre class="muster-lines"><code tabindex="0" role="group" aria-label="What stands at lines 7\u201310 today"><span data-line="7">One.
</span><span data-line="8">
</span><span data-line="9">Two.
</span><span data-line="10">
</span></code></pre>
</details>
</div>
"""  # noqa: E501 -- a page as it is


def outcome_of(files: dict[str, str], settings: Settings | None = None) -> Outcome:
    return pipeline.run(memory(files), settings or Settings())


def views_in(outcome: Outcome, files: dict[str, str]) -> list[PacketView]:
    views = []
    for own in outcome.project.refinements:
        read = packet_in(files[own.path])
        assert read is not None
        views.append(packet_view(own, read, spec_text(files[own.spec].encode()) if own.spec else None))
    return views


def pages_of(files: dict[str, str], settings: Settings | None = None) -> dict[str, str]:
    outcome = outcome_of(files, settings)
    made = generated_pages(outcome, (), LINKS, packets=views_in(outcome, files))
    return {page.path: page.text for page in made if page.path.startswith("packets/")}


def anchor_in(text: str, spec: str = SPEC) -> AnchorView:
    """The first anchor of a packet over a spec."""
    files = {SPEC_PATH: spec, "packets/WP-1-Queue-v1.md": text}
    return views_in(outcome_of(files), files)[0].anchors[0]


def lines(passage: Passage) -> list[tuple[int, str, bool]]:
    return [(line.number, line.text, line.lacking) for line in passage.lines]


# What a page shows


def test_lines_that_are_as_quoted_stand_beside_the_excerpt_without_a_mark() -> None:
    view = anchor_in(packet(anchor((7, 10))))

    assert (view.pinned.verdict, view.now) == (Verdict.OK, Passage())
    assert lines(view.excerpt) == [
        (0, "## Order", False),
        (0, "", False),
        (0, "The queue keeps the order.", False),
        (0, "Nothing is lost.", False),
    ]
    assert lines(view.quoted) == [
        (7, "## Order", False),
        (8, "", False),
        (9, "The queue keeps the order.", False),
        (10, "Nothing is lost.", False),
    ]


@pytest.mark.requirement("MU-PKT-5031")
def test_a_line_that_the_other_text_lacks_is_marked_on_both_sides() -> None:
    view = anchor_in(packet(anchor((7, 10), ORDER.replace("Nothing is lost", "Little is lost"))))

    assert view.pinned.verdict is Verdict.CHANGED
    assert [line for line in lines(view.excerpt) if line[2]] == [(0, "Little is lost.", True)]
    assert [line for line in lines(view.quoted) if line[2]] == [(10, "Nothing is lost.", True)]


@pytest.mark.requirement("MU-PKT-5031")
def test_moved_lines_are_shown_where_they_were_and_where_they_are() -> None:
    spec = f"{HEAD}One.\n\nTwo.\n\n{ORDER}"
    view = anchor_in(packet(anchor((7, 10)), spec=spec), spec)

    assert (view.pinned.verdict, view.pinned.moved) == (Verdict.MOVED, Window(11, 14))
    assert lines(view.quoted) == [(7, "One.", False), (8, "", False), (9, "Two.", False), (10, "", False)]
    assert lines(view.now) == [
        (11, "## Order", False),
        (12, "", False),
        (13, "The queue keeps the order.", False),
        (14, "Nothing is lost.", False),
    ]


def test_a_line_that_is_only_wrapped_otherwise_is_not_marked() -> None:
    view = anchor_in(packet(anchor((7, 10), "## Order\n\nThe queue keeps\nthe order. Nothing\nis lost.\n")))

    assert [line for line in (*lines(view.excerpt), *lines(view.quoted)) if line[2]] == []


def test_an_escape_of_the_packet_is_shown_as_what_it_stands_for() -> None:
    spec = SPEC.replace("Nothing is lost", "Nothing \u2192 `\\n`")
    quoted = ORDER.replace("Nothing is lost", r"Nothing \\u2192 `\\n`")
    view = anchor_in(packet(anchor((7, 10), quoted), spec=spec), spec)

    assert (view.excerpt.lines[-1], view.quoted.lines[-1]) == (
        Line(0, "Nothing \u2192 `\\n`."),
        Line(10, "Nothing \u2192 `\\n`."),
    )


def test_another_text_altogether_has_no_marks() -> None:
    view = anchor_in(packet(anchor((7, 10), "Words that nobody wrote.\n", "no such token")))

    assert view.pinned.verdict is Verdict.GONE
    assert lines(view.excerpt) == [(0, "Words that nobody wrote.", False)]
    assert [line.lacking for line in view.quoted.lines] == [False] * 4


def test_long_excerpts_windows_and_lines_are_cut_and_the_rest_is_counted() -> None:
    body = "".join(f"Line {number}.\n" for number in range(300)) + f"{'x' * 5000}\n"
    spec = f"{HEAD}## Order\n\n{body}"
    view = anchor_in(packet(anchor((7, 309), f"## Order\n\n{body}", "Line 299"), spec=spec), spec)
    last = anchor_in(packet(anchor((309, 309), "x" * 5000, "xxx"), spec=spec), spec)

    assert (len(view.excerpt.lines), view.excerpt.more) == (MOST_LINES, 303 - MOST_LINES)
    assert (len(view.quoted.lines), view.quoted.more) == (MOST_LINES, 303 - MOST_LINES)
    assert lines(last.quoted) == [(309, f"{'x' * LONGEST} ...", False)]


@pytest.mark.parametrize(
    ("window", "shown"),
    [
        (None, Passage()),
        (Window(8, 7), Passage()),
        (Window(0, 1), Passage()),
        (Window(4, 9), Passage()),
        (Window(3, 1_000_000), Passage((Line(3, "three"),))),
        (Window(1, 1), Passage((Line(1, "one"),))),
    ],
    ids=["none", "reversed", "zero", "beyond", "a million lines", "one line"],
)
def test_of_a_window_only_the_lines_that_the_spec_has_are_shown(window: Window | None, shown: Passage) -> None:
    assert view_at(window, spec_text(b"one\ntwo\nthree\n")) == shown


def test_a_packet_that_was_written_anew_since_it_was_judged_shows_no_lines() -> None:
    assert view_at(Window(1, 1), spec_text(b"one\n"), packet(anchor((1, 1)), anchor((1, 1), number=2))) == Passage()


def view_at(window: Window | None, spec: SpecText, text: str = "") -> Passage:
    """The lines of a window as a packet with one anchor shows them."""
    pinned = Pinned(Place("p.md"), "ANCHOR 1", "", "s.md", window, "t", Verdict.GONE)
    own = Refinement("p.md", 1, "WP-1", "", "", "s.md", "", "", "", "", "", False, (pinned,))
    read = packet_in(text or packet(anchor((1, 1))))
    assert read is not None
    return packet_view(own, read, spec).anchors[0].quoted


# The pages


@pytest.mark.requirement("MU-PKT-5031")
def test_the_overview_counts_the_packets_by_state_and_lists_them_the_worst_first() -> None:
    files = {
        SPEC_PATH: SPEC,
        "packets/WP-1-Queue-v1.md": packet(anchor((7, 10))),
        "packets/WP-2-Queue-v1.md": packet(anchor((1, 4)), wp_id="WP-2-Queue-v1"),
        "packets/WP-3-Queue-v1.md": packet(anchor((7, 10)), wp_id="WP-3-Queue-v1", review="<pending>"),
        "packets/WP-4-Queue-v1.md": packet(anchor((7, 10)), wp_id="WP-4-Queue-v1", signature="ilja280220261121"),
        "packets/WP-5-Queue-v1.md": "- **Status:** In Progress\n"
        + packet(anchor((7, 10)), wp_id="WP-5-Queue-v1", signature="ilja280220261121"),
    }
    overview = pages_of(files)["packets/index.md"]

    counts = re.findall(r'<li><strong>(\d+)</strong> <span class="[^"]*">(\w+)</span></li>', overview)
    assert counts == [("1", "failed"), ("1", "pending"), ("1", "reviewed"), ("1", "signed"), ("1", "ready")]
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in overview.split("<tbody>")[1].splitlines() if "<td>" in row]
    assert rows == [
        ["WP-2-Queue-v1", "failed", "1", "moved", "APPROVED", "none", SPEC_PATH],
        ["WP-3-Queue-v1", "pending", "1", "ok", "pending", "none", SPEC_PATH],
        ["WP-1-Queue-v1", "reviewed", "1", "ok", "APPROVED", "none", SPEC_PATH],
        ["WP-4-Queue-v1", "signed", "1", "ok", "APPROVED", "ilja280220261121", "none", SPEC_PATH],
        ["WP-5-Queue-v1", "ready", "1", "ok", "APPROVED", "ilja280220261121", "In", "Progress", SPEC_PATH],
    ]
    assert '<a href="WP-2-Queue-v1.md"><code>WP-2-Queue-v1</code></a>' in overview


@pytest.mark.requirement("MU-PKT-5031")
def test_the_page_of_a_packet_shows_its_verdict_its_lines_and_what_moved() -> None:
    spec = f"{HEAD}One.\n\nTwo.\n\n{ORDER}"
    files = {SPEC_PATH: spec, "packets/WP-1-Queue-v1.md": packet(anchor((7, 10)), spec=spec)}

    head, rest = pages_of(files)["packets/WP-1-Queue-v1.md"].split("## Anchors\n\n")

    (message,) = (one.message for one in outcome_of(files).findings if one.code == "PKT010")
    assert rest == MOVED
    assert re.sub(r"<[^>]+>", " ", head).split("---")[2].split() == (
        "# WP&#45;1&#45;Queue&#45;v1 failed Anchors: 1 moved All packets Packet packets/WP-1-Queue-v1.md Spec"
        " specs/10-queue.md Named by the packet itself Clearly covers pass Review APPROVED Signature pending"
        " Created 2026-02-27T09:46:09Z Work packet none ## Findings What is wrong with the packet Rule Line Severity"
        f" What is wrong PKT010 42 error {html.escape(message)}".split()
    )


def test_lines_lead_to_the_heading_above_them_and_to_their_source() -> None:
    settings = Settings(links=LinkSettings(repository="https://example.org/acme/spec/"))
    text = pages_of({SPEC_PATH: SPEC, "packets/WP-1-Queue-v1.md": packet(anchor((9, 10)))}, settings)[
        "packets/WP-1-Queue-v1.md"
    ]

    assert (
        '<a href="../10-queue.md#order">lines 9\u201310</a> (<a href="https://example.org/acme/spec/blob/HEAD/'
        'specs/10-queue.md?plain=1#L9-L10" aria-label="Source of lines 9\u201310">source</a>)'
    ) in text


def test_two_packets_with_one_file_name_have_a_page_each() -> None:
    files = {SPEC_PATH: SPEC, "packets/WP-1-Queue-v1.md": packet(anchor((7, 10)))}
    files["packets/old/WP-1-Queue-v1.md"] = files["packets/WP-1-Queue-v1.md"]
    pages = pages_of(files)

    assert list(pages) == ["packets/index.md", "packets/WP-1-Queue-v1.md", "packets/WP-1-Queue-v1-2.md"]
    assert re.findall(r'<a href="(WP[^"]*)"><code>([^<]*)', pages["packets/index.md"]) == [
        ("WP-1-Queue-v1-2.md", "packets/old/WP-1-Queue-v1.md"),  # it has failed: a work packet has one refinement
        ("WP-1-Queue-v1.md", "packets/WP-1-Queue-v1.md"),
    ]


def test_the_page_of_a_packet_that_is_published_itself_does_not_take_its_name() -> None:
    files = {SPEC_PATH: SPEC, "specs/packets/WP-1-Queue-v1.packet.md": packet(anchor((7, 10))), "mkdocs.yml": MKDOCS}

    assert list(pages_of(files)) == ["packets/index.md", "packets/WP-1-Queue-v1.packet-2.md"]


def test_without_packets_and_pins_there_is_no_page() -> None:
    assert pages_of({SPEC_PATH: SPEC}) == {}


@pytest.mark.requirement("MU-PKT-5024", "MU-PKT-5031")
def test_pins_of_other_files_stand_in_the_overview_which_says_how_a_packet_is_made() -> None:
    pin = '<!-- muster: pin 10-queue.md#L1-L2 token="The queue keeps" -->'
    pages = pages_of({SPEC_PATH: SPEC, "specs/notes.md": f"# Notes\n\n{pin}\n"})

    assert list(pages) == ["packets/index.md"]
    assert "`muster packet new` writes one" in pages["packets/index.md"]
    (row,) = (line for line in pages["packets/index.md"].splitlines() if line.startswith('<tr><th scope="row">'))
    assert re.sub(r"<[^>]+>", " ", row).split() == (
        "specs/notes.md line 3 moved specs/10-queue.md lines 1\u20132 lines 9\u201310 The queue keeps".split()
    )


def test_the_pages_are_those_that_a_link_may_lead_to() -> None:
    outcome = outcome_of({SPEC_PATH: SPEC, "packets/WP-1-Queue-v1.md": packet(anchor((7, 10)))})

    made = [page.path for page in generated_pages(outcome, (), LINKS)]
    assert made == [path for path in generated_paths(outcome.project) if not path.startswith("rules/")]
    assert "packets/WP-1-Queue-v1.md" in made


def test_a_packet_that_is_tied_to_a_spec_leads_from_its_page_to_its_own() -> None:
    spec_id = "0b9d5f5c-5b1e-5c57-9a53-7f0c1c524a11"
    files = {
        "specs/queue/elicitation.md": f"---\nspec_id: {spec_id}\nready_for_planning: true\n---\n",
        "specs/queue/objective-contract.json": f'{{"spec_id": "{spec_id}"}}\n',
        SPEC_PATH: f"---\nelicitation: queue/elicitation.md\n---\n{SPEC}",
        "packets/WP-1-Queue-v1.md": f"---\nspec_id: {spec_id}\n---\n{packet(anchor((10, 13)))}",
    }
    pages = {page.path: page.text for page in generated_pages(outcome_of(files), (), LINKS)}

    assert (
        '<a href="../packets/WP-1-Queue-v1.md"><code>packets/WP-1-Queue-v1.md</code></a></th><td>packet</td>'
        in pages[f"identity/{spec_id}.md"]
    )


# Text from documents


@pytest.mark.requirement("MU-CORE-0024", "MU-SITE-9031")
def test_text_of_packets_and_specs_is_inert() -> None:
    spec = f'{HEAD}## Order\n\n{HOSTILE}\n\tThe queue keeps.\n--8<-- "mkdocs.yml"\n'
    text = packet(anchor((7, 11), f"## Order\n\n{HOSTILE}\n", HOSTILE), spec=spec, wp_id=HOSTILE, signature=HOSTILE)
    pages = pages_of({SPEC_PATH: spec, "packets/WP-1-Queue-v1.md": text.replace("10-queue.md Order", HOSTILE)})

    for made in pages.values():
        seen = Tags()
        seen.feed(Markdown(extensions=["attr_list", "tables", "toc"]).convert(made.split("---\n\n", 1)[1]))
        assert seen.tags & {"script", "style", "img", "em"} == set()
        assert [name for name in seen.attributes if name == "style" or name.startswith("on")] == []
        assert "</code></pre><script>alert(1)</script> {{ config }} {% raw %}" in seen.words
        assert not re.search(r"\{[{%]|\u202e|^--8<", made, re.MULTILINE)


def test_no_blank_line_ends_a_block_of_lines_for_a_strict_markdown() -> None:
    made = pages_of({SPEC_PATH: SPEC, "packets/WP-1-Queue-v1.md": packet(anchor((7, 10)))})["packets/WP-1-Queue-v1.md"]
    block = made[made.index('<div class="muster-packet">') :].rstrip()

    assert block.endswith("</div>\n</div>")
    assert [line for line in block.splitlines() if not line.strip()] == []


# Builds


MKDOCS = """\
site_name: Sample
docs_dir: specs
strict: true
theme: {name: material, font: false}
plugins: [search, muster-specs, muster-compliance]
"""


def site_in(folder: Path) -> Path:
    """A site with a packet of which each anchor has a verdict of its own, built in strict mode."""
    long = f"- {'word ' * 60}\n"
    spec = f"{HEAD}## Order\n\nThe queue keeps the order.\n{long}\n## Order\n\nAgain.\n"
    claims = (
        anchor((7, 10), f"## Order\n\nThe queue keeps the order.\n{long}"),
        anchor((1, 3), "## Order\n\nAgain.\n", "Again.", 2),
        anchor((7, 10), "## Order\n\nThe queue breaks the order.\n", number=3),
        anchor((7, 10), "Words of nobody.\n", "no such token", 4),
    )
    pin = '<!-- muster: pin 10-queue.md#L7-L10 token="The queue keeps" -->'
    for path, text in {
        "mkdocs.yml": MKDOCS,
        "muster.toml": "",
        SPEC_PATH: spec,
        "packets/WP-1-Queue-v1.md": packet(*claims, spec=spec),
        "specs/index.md": f"# Notes\n\n{pin}\n\n[packets](packets/index.md), [one](packets/WP-1-Queue-v1.md)\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return built(folder)


@pytest.mark.site
@pytest.mark.requirement("MU-PKT-5031", "MU-SITE-9024")
def test_a_site_shows_the_packets_and_none_of_its_links_is_dead(tmp_path: Path) -> None:
    site = site_in(tmp_path)

    overview = page(site, "packets/index.html")
    assert '<a href="WP-1-Queue-v1/"><code>WP-1-Queue-v1</code></a>' in overview
    one = page(site, "packets/WP-1-Queue-v1/index.html")
    assert re.findall(r'<a href="(\.\./\.\./10-queue/[^"]*)">lines', one)[:3] == [
        "../../10-queue/#order",
        "../../10-queue/#queue",
        "../../10-queue/#order_1",
    ]
    assert re.findall(r'<a href="([^"]*)"><code>(PKT\d+)', one) == [
        (f"../../rules/{code}/", code) for code in ("PKT010", "PKT011", "PKT013")
    ]
    assert "<del>The queue breaks the order.\n</del>" in one
    assert '<ins data-line="9">The queue keeps the order.\n</ins>' in one
    done = run(tmp_path, "muster", "links", "site")
    assert (done.returncode, done.stdout) == (0, "")
