"""How a requirement may be written, and what is none: one form a test."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.model import Block, Document, Level, Requirement
from muster.settings import Settings, settings_from
from muster.specs.reading import read_document
from muster.text.source import lines_of


def read(text: str, table: str = "") -> Document:
    return read_document("specs/10-example.md", text, settings_from(table, "muster.toml"))


def found(text: str, table: str = "") -> list[tuple[str, int, str, str]]:
    """ID, line, level and text of each requirement."""
    return [(r.id.text, r.place.line, r.level.value, " ".join(r.text.split())) for r in read(text, table).requirements]


def only(text: str, table: str = "") -> Requirement:
    (requirement,) = read(text, table).requirements
    return requirement


@pytest.mark.requirement("MU-REQ-1011")
@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("- [OC-CORE-1001] It MUST hold.\n", Block.ITEM),
        ("* It MUST hold. [OC-CORE-1001]\n", Block.ITEM),
        ("- It MUST hold [OC-CORE-1001].\n", Block.ITEM),
        ("1. [OC-CORE-1001] It MUST hold.\n", Block.ITEM),
        ("- [ ] [OC-CORE-1001] It MUST hold.\n", Block.ITEM),
        ("- **[OC-CORE-1001]** It MUST hold.\n", Block.ITEM),
        ("[OC-CORE-1001] It MUST hold.\n", Block.PARAGRAPH),
        ("It MUST hold. [OC-CORE-1001]\n", Block.PARAGRAPH),
        ("It MUST hold.\n[OC-CORE-1001]\n", Block.PARAGRAPH),
        ("> [OC-CORE-1001] It MUST hold.\n", Block.QUOTE),
        ("> It MUST hold. [OC-CORE-1001]\n", Block.QUOTE),
        ("> [!IMPORTANT]\n> It MUST hold. [OC-CORE-1001]\n", Block.QUOTE),
        ("### [OC-CORE-1001] It MUST hold.\n", Block.HEADING),
        ("### It MUST hold. [OC-CORE-1001]\n", Block.HEADING),
        ("### It MUST hold. [OC-CORE-1001] {#hold}\n", Block.HEADING),
        ("It MUST hold. [OC-CORE-1001]\n===\n", Block.HEADING),
        ("| ID | Text |\n|---|---|\n| [OC-CORE-1001] | It MUST hold. |\n", Block.ROW),
        ("| Text | ID |\n|---|---|\n| It MUST hold. | [OC-CORE-1001] |\n", Block.ROW),
        ("ID | Text\n---|---\n[OC-CORE-1001] | It MUST hold.\n", Block.ROW),
        ("!!! note\n    [OC-CORE-1001] It MUST hold.\n", Block.PARAGRAPH),
        ('!!! danger "Title"\n\n    - [OC-CORE-1001] It MUST hold.\n', Block.ITEM),
        ("???+ tip\n    It MUST hold. [OC-CORE-1001]\n", Block.PARAGRAPH),
        ("\ufeff- [OC-CORE-1001] It MUST hold.\n", Block.ITEM),
        ("-\t[OC-CORE-1001] It MUST hold.\n", Block.ITEM),
        ("---\ntitle: x\n---\n[OC-CORE-1001] It MUST hold.\n", Block.PARAGRAPH),
        ('+++\ntitle = "x"\n+++\n[OC-CORE-1001] It MUST hold.\n', Block.PARAGRAPH),
        ("- [OC-CORE-1001] It MUST hold. <!-- a remark -->\n", Block.ITEM),
    ],
)
def test_an_id_defines_at_the_start_or_the_end_of_a_block(text: str, block: Block) -> None:
    requirement = only(text)

    assert (requirement.id.text, requirement.block, requirement.level) == ("OC-CORE-1001", block, Level.MUST)
    assert "It MUST hold" in requirement.text
    assert "OC-CORE-1001" not in requirement.text
    line = lines_of(text)[requirement.place.line - 1]
    assert line[requirement.place.column - 1 :].startswith("[OC-CORE-1001]")


@pytest.mark.requirement("MU-REQ-1012")
@pytest.mark.parametrize(
    "text",
    [
        "```\n[OC-CORE-1001] It MUST hold.\n```\n",
        "- a\n\n  ```\n  [OC-CORE-1001] It MUST hold.\n  ```\n",
        "    [OC-CORE-1001] It MUST hold.\n",
        "`[OC-CORE-1001]` It MUST hold.\n",
        "``a ` [OC-CORE-1001]`` It MUST hold.\n",
        "<!-- [OC-CORE-1001] It MUST hold. -->\n",
        "text <!-- [OC-CORE-1001] -->\n",
        "<div>\n[OC-CORE-1001] It MUST hold.\n</div>\n",
        "[OC-CORE-1001](x.md) It MUST hold.\n",
        "[OC-CORE-1001][x] It MUST hold.\n\n[x]: y.md\n",
        "[OC-CORE-1001] It MUST hold.\n\n[OC-CORE-1001]: y.md\n",
        "[see [OC-CORE-1001]](y.md)\n",
        "[x](y.md?[OC-CORE-1001])\n",
        "![It MUST hold [OC-CORE-1001]](x.png)\n",
        "\\[OC-CORE-1001] It MUST hold.\n",
        "---\nx: '[OC-CORE-1001]'\n---\n",
        "It is as [OC-CORE-1001] says: it MUST hold.\n",
        "A long line of prose that wraps as in\n[OC-CORE-1001] it MUST, and goes on.\n",
        "| [OC-CORE-1001] | x |\n|---|---|\n| a | b |\n",
        "[OC-CORE-1001.2] and [OC-CORE-1001-a] and [xOC-CORE-1001]\n",
        "It follows [RFC-2119]\n",
        "- Times MUST be written as in [ISO-8601]\n",
    ],
)
def test_an_id_in_code_in_a_comment_in_a_link_or_in_mid_sentence_defines_nothing(text: str) -> None:
    assert found(text) == []


def test_an_id_that_ends_a_hard_line_or_a_sentences_line_defines() -> None:
    assert found("It MUST hold. [A-1001]  \nMore prose.\n") == [("A-1001", 1, "must", "It MUST hold. More prose.")]
    assert found("It MUST hold. [A-1001]\\\nMore prose.\n")[0][0] == "A-1001"
    assert found("Typed errors:  [A-1001]\n`X`, `Y`.\n") == [("A-1001", 1, "info", "Typed errors: `X`, `Y`.")]
    assert found("Prose.  \n[A-1001] It MUST hold.\n") == [("A-1001", 2, "must", "Prose. It MUST hold.")]


@pytest.mark.parametrize(
    "text",
    [
        "The queue follows [A-1001].\n",
        "- It MUST be as quick as in [A-1001]\n",
        "- See [A-1001], [A-1002].\n",
        "See [A-1001] and [A-1002].\n",
        "See **[A-1001]**.\n",
        "| Text | From |\n|---|---|\n| It holds | see [A-1001] |\n",
    ],
)
def test_an_id_that_its_sentence_leads_up_to_refers(text: str) -> None:
    assert found(text) == []


def test_a_second_id_in_one_item_refers() -> None:
    assert [r[0] for r in found("- [A-1001] It MUST hold, from [B-2001]\n")] == ["A-1001"]
    assert [r[0] for r in found("### [A-1001] [A-1002] Both\n\nIt MUST hold.\n")] == ["A-1001"]


@pytest.mark.requirement("MU-REQ-1013")
def test_an_item_takes_its_continuation_lines_and_nested_items_without_an_id() -> None:
    text = (
        "- [A-1001] It MUST log\n  the user\nlazily:\n  - who\n  - [A-1002] The log MUST rotate.\n  - when\n\n"
        "  And why.\n"
    )

    assert found(text) == [
        ("A-1001", 1, "must", "It MUST log the user lazily: - who - when And why."),
        ("A-1002", 5, "must", "The log MUST rotate."),
    ]
    assert [r.end_line for r in read(text).requirements] == [8, 5]


@pytest.mark.requirement("MU-REQ-1014")
def test_a_paragraph_keeps_the_block_that_it_introduces() -> None:
    code = "[A-1001] It MUST answer:\n\n```json\n{}\n```\n\nNot this.\n"
    items = "It MUST answer one of: [A-1001]\n\n- yes\n- no\n- [A-1002] It MUST be quick.\n"

    assert found(code) == [("A-1001", 1, "must", "It MUST answer: ```json {} ```")]
    assert found(items) == [
        ("A-1001", 1, "must", "It MUST answer one of: - yes - no"),
        ("A-1002", 5, "must", "It MUST be quick."),
    ]
    assert found("[A-1001] It MUST answer.\n\n```json\n{}\n```\n") == [("A-1001", 1, "must", "It MUST answer.")]


@pytest.mark.requirement("MU-REQ-1015")
def test_a_heading_takes_its_section_or_its_first_quote() -> None:
    text = (
        "## [A-1001] Hold\n\nIt MUST hold.\n\n> It MAY rest.\n\n- [A-1002] It SHOULD rest.\n\n### More\n\nNot this.\n"
    )

    assert found(text) == [
        ("A-1001", 1, "must", "Hold It MUST hold. It MAY rest."),
        ("A-1002", 7, "should", "It SHOULD rest."),
    ]
    assert found(text, '[requirements]\nbody = "quote"')[0] == ("A-1001", 1, "may", "Hold It MAY rest.")


@pytest.mark.requirement("MU-REQ-1016")
@pytest.mark.parametrize(
    ("marker", "text", "wanted"),
    [
        ("bold", "**A-1001** It MUST hold.\n", "A-1001"),
        ("bold", "- **A-1001:** It MUST hold.\n", "A-1001"),
        ("bold", "| **A-1001** | It MUST hold. |\n|---|---|\n| **A-1001** | It MUST hold. |\n", "A-1001"),
        ("colon", "A-1001: It MUST hold.\n", "A-1001"),
        ("colon", "- A-1001: It MUST hold.\n", "A-1001"),
        ("colon", "### A-1001: It MUST hold.\n", "A-1001"),
        ("rule", "r[a.b-c+2]\nIt MUST hold.\n", "a.b-c+2"),
        ("rule", "> r[a.b]\n> It MUST hold.\n", "a.b"),
        ("rule", "r[a.b]\n\nIt MUST hold.\n", "a.b"),
        ("need", "### Hold\n`req~hold~1`\n\nIt MUST hold.\n\nNeeds: dsn\n", "req~hold~1"),
        ("need", "req~hold~1\n\nIt MUST hold.\n", "req~hold~1"),
        ("heading", "#### A-1001\n\n> It MUST hold.\n", "A-1001"),
    ],
)
def test_markers_of_specs_that_nobody_may_edit_are_read_by_settings(marker: str, text: str, wanted: str) -> None:
    requirement = only(text, f'[requirements]\nmarkers = ["{marker}"]')

    assert (requirement.id.text, requirement.level) == (wanted, Level.MUST)
    assert requirement.title == "It MUST hold."


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        ("bold", "It is **A-1001** that MUST hold.\n"),
        ("colon", "See A-1001: it MUST hold.\n"),
        ("rule", "An inline r[a.b] MUST not count.\n"),
        ("rule", "```\nr[a.b]\n```\n"),
        ("rule", "`r[a.b]`\nIt MUST hold.\n"),
        ("need", "The need `req~hold~1` MUST be inline here.\n"),
        ("heading", "#### A-1001 and more\n"),
        ("bold", "[A-1001] It MUST hold.\n"),
    ],
)
def test_a_marker_in_mid_sentence_or_of_another_style_defines_nothing(marker: str, text: str) -> None:
    assert found(text, f'[requirements]\nmarkers = ["{marker}"]') == []


@pytest.mark.requirement("MU-REQ-1010")
def test_the_grammar_is_a_setting_and_an_id_keeps_its_text() -> None:
    assert found("- [AUTH-007] It MUST hold.\n")[0][0] == "AUTH-007"
    assert found("- [OC-CTRL-API-2001] It MUST hold.\n")[0][0] == "OC-CTRL-API-2001"
    assert found("- [\u00c4REA-1] It MUST hold.\n", "[requirements]\nid = '\\w+-[0-9]+'")[0][0] == "\u00c4REA-1"
    assert found("- [A-12] It MUST hold.\n") == []


@pytest.mark.requirement("MU-REQ-1017")
@pytest.mark.parametrize(
    ("words", "level", "negated"),
    [
        ("MUST", "must", False), ("MUST NOT", "must", True), ("REQUIRED", "must", False), ("SHALL", "must", False),
        ("SHALL NOT", "must", True), ("SHOULD", "should", False), ("SHOULD NOT", "should", True),
        ("RECOMMENDED", "should", False), ("NOT RECOMMENDED", "should", True), ("MAY", "may", False),
        ("OPTIONAL", "may", False), ("**MUST** **NOT**", "must", True), ("_SHALL_", "must", False),
        ("MUST\n  NOT", "must", True), ("MUST not", "must", True), ("MAY NOT", "may", True), ('"MUST"', "info", False),
        ("\u201cSHALL NOT\u201d", "info", False), ("`MUST`", "info", False), ("must", "info", False),
        ("MUSTARD", "info", False),
        ("MUST-have", "info", False), ("https://x.org/MUST", "info", False), ("[x](MUST)", "info", False),
        ("SHOULD and MUST", "must", False), ("MUST and MUST NOT", "must", False),
    ],
)  # fmt: skip
def test_the_level_comes_from_whole_capitalised_keywords_in_running_text(words: str, level: str, negated: bool) -> None:
    requirement = only(f"- [A-1001] It {words} hold.\n")

    assert (requirement.level.value, requirement.negated) == (level, negated)


def test_the_first_keyword_or_none_may_give_the_level() -> None:
    text = "- [A-1001] It SHOULD hold, and MUST rest.\n"

    assert found(text, '[requirements]\nlevel = "first"')[0][2] == "should"
    assert found(text, '[requirements]\nlevel = "none"')[0][2] == "info"


@pytest.mark.requirement("MU-REQ-1018")
def test_lowercase_keywords_count_by_setting_where_rfc_8174_is_not_declared() -> None:
    item = "- [A-1001] It must not hold.\n"
    lower = "[requirements]\nlowercase = true"

    assert found(item)[0][2] == "info"
    assert found(item, lower)[0][2] == "must"
    assert found(f"Conformance language: RFC 2119\n\n{item}", lower)[0][2] == "must"
    assert found(f"Conformance language: RFC 2119 and RFC 8174\n\n{item}", lower)[0][2] == "info"


@pytest.mark.parametrize(
    ("paragraph", "wanted"),
    [
        ('The key words "MUST" and "MAY" in this document are to be interpreted as described in RFC 2119.', "rfc2119"),
        (
            "The keywords MUST and MAY are to be interpreted as in [BCP 14](x) [[RFC2119](y)] [[RFC8174](z)] when",
            "rfc8174",
        ),
        ("**Conformance language:** RFC\u20112119 (MUST/SHOULD/MAY)", "rfc2119"),
        ("Conformance language: RFC-2119 (MUST/SHOULD/MAY)", "rfc2119"),
        ("This specification uses the terms of RFC 2119.", "rfc2119"),
        ("The view lists requirements by RFC 2119 number.", ""),
    ],
)
def test_the_definition_of_the_keywords_is_known_in_its_real_variants_and_binds_nobody(
    paragraph: str, wanted: str
) -> None:
    document = read(f"# T\n\n{paragraph}\n\n- [A-1001] It MUST hold.\n")

    assert document.conformance == wanted
    assert all(keyword.quoted for passage in document.passages[:-1] for keyword in passage.keywords)


@pytest.mark.requirement("MU-REQ-1004")
def test_front_matter_names_title_package_prefix_and_status() -> None:
    document = read(
        "---\ntitle: The queue\npackage: queue\nprefix: Q\nstatus: draft\n---\n\n# Heading\n\n- [Q-001] It MUST hold.\n"
    )

    assert (document.title, document.package, document.prefix, document.status) == ("The queue", "queue", "Q", "draft")
    assert document.requirements[0].place.line == 10


def test_carriage_returns_and_tabs_leave_lines_and_columns_right() -> None:
    document = read("# T\r\n\r\n-\t[A-1001] It MUST hold.\r\n\r- [A-1002] It MUST rest.\r\n")

    assert [(r.id.text, r.place.line, r.place.column) for r in document.requirements] == [
        ("A-1001", 3, 3),
        ("A-1002", 5, 3),
    ]


def test_a_heading_inside_an_item_is_a_section_like_any_other() -> None:
    document = read("# T\n\n- [A-1001] It MUST hold.\n\n  ## Inner\n\n## Last\n\n- [A-1002] It MUST rest.\n")

    assert [(r.id.text, document.sections[r.section].title) for r in document.requirements] == [
        ("A-1001", "T"),
        ("A-1002", "Last"),
    ]


@pytest.mark.requirement("MU-REQ-1033")
def test_links_begin_with_the_section_and_go_on_with_the_paths_of_requirement_and_section() -> None:
    text = (
        "# Queue\n\n## 1) Admission\n\n- [Q-001] `src/queue.py` MUST hold, see [test](../tests/test_queue.py).\n"
        "- [Q-002] It MUST rest.\n\nSee: ../src/lib.rs and https://x.org/a/b.py\n"
    )

    assert [r.links for r in read(text).requirements] == [
        ("specs/10-example.md#1-admission", "src/queue.py", "tests/test_queue.py", "src/lib.rs"),
        ("specs/10-example.md#1-admission", "src/lib.rs"),
    ]


@pytest.mark.requirement("MU-REQ-1032")
@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("- [A-1001] It **MUST** hold `x`. And more.\n", "It MUST hold x."),
        ("- [A-1001] It MUST hold, e.g. here. And more.\n", "It MUST hold, e.g. here."),
        ("- [A-1001] Version 1.2 MUST hold! Yes.\n", "Version 1.2 MUST hold!"),
        ("- [A-1001] `[a](b)` and `&lt;` and `<c>` MUST hold.\n", "[a](b) and &lt; and <c> MUST hold."),
        ("- [A-1001] \\[a](b) and [`x`](y) MUST hold.\n", "[a](b) and x MUST hold."),
        ("- [A-1001]: see [the *page*](x.md) &amp; it MUST hold\n", "see the page & it MUST hold"),
        ("- [A-1001] " + "word " * 40 + "MUST hold.\n", ("word " * 32).strip() + "\u2026"),
        ("- [A-1001] " + "x" * 200 + " MUST hold.\n", "x" * 159 + "\u2026"),
    ],
)
def test_a_title_is_the_first_sentence_cut_at_a_word(text: str, title: str) -> None:
    assert only(text).title == title
    assert len(title) <= 160


ANY = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="[]AUTH-001 *_`<>!#|\\\n\t-.()MUST\u2011\u00e9", max_size=300),
    st.lists(
        st.sampled_from([
            "- [A-1001] It MUST hold.", "> [A-1002] x", "## [A-1003] y", "| [A-1004] | z |", "|---|---|", "```",
            "    x",             "", "<!--", "-->", "r[a.b]", "[A-1001]: u", "!!! note", "  - n", "---", "+++", "a: [",
            "<!-- muster: allow KWD001 y -->",
        ]),
        max_size=20,
    ).map("\n".join),
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(
    ANY,
    st.sampled_from(
        [
            "",
            (
                '[requirements]\nmarkers = ["bracket", "bold", "colon", "rule", "need", "heading"]\n'
                'body = "quote"\nlowercase = true'
            ),
        ]
    ),
)
def test_the_reader_never_raises_and_never_loses_a_line_number(text: str, table: str) -> None:
    document = read_document("specs/10-example.md", text, settings_from(table, "muster.toml"))
    lines = lines_of(text)

    for requirement in document.requirements:
        line = lines[requirement.place.line - 1]
        written = line[requirement.place.column - 1 : requirement.place.column - 1 + requirement.place.width]
        assert requirement.id.text in written
        assert requirement.place.line <= requirement.end_line <= len(lines)
        assert requirement.section < len(document.sections)
    for passage in document.passages:
        assert 1 <= passage.line <= passage.end_line <= len(lines)
        for keyword in passage.keywords:
            assert lines[keyword.line - 1][keyword.column - 1 :].upper().startswith(keyword.word.split()[0])
    for section in document.sections:
        assert 1 <= section.line <= len(lines)


def test_default_settings_read_the_same_as_none() -> None:
    assert read("- [A-1001] It MUST hold.\n") == read_document(
        "specs/10-example.md", "- [A-1001] It MUST hold.\n", Settings()
    )
