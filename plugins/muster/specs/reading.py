"""Read one Markdown file: its sections, its passages, and the requirements that it defines.

implements: MU-REQ-1001, MU-REQ-1011, MU-REQ-1012, MU-REQ-1013, MU-REQ-1014, MU-REQ-1015, MU-REQ-1019
"""

from __future__ import annotations

import re
from posixpath import basename
from typing import TYPE_CHECKING

from msgspec.structs import replace

from muster.model import Block, Document, Mark, NamedPath, Passage, Place, Problem, ReqId, Requirement, Section
from muster.settings import Anchors, Body, Marker, Settings
from muster.specs.composition import Composer, Leaf
from muster.specs.grammar import Grammar, grammar_of, marks_in
from muster.specs.host import host_problems
from muster.specs.naming import package_of, prefix_of, two_digits
from muster.specs.paths import may_name, named_in, paths_in, resolved
from muster.specs.ties import status_of, tie_of
from muster.text.allowances import allowances_in
from muster.text.fingerprint import digest_of
from muster.text.globs import any_matches
from muster.text.inline import masked, plain
from muster.text.keywords import conformance_in, defines_keywords, has_keyword, keywords_in, level_of, may_declare
from muster.text.markdown import DEEPEST, Kind, Node
from muster.text.sentences import title_of
from muster.text.slugs import ON_GITHUB, anchor_names
from muster.text.source import Source, source_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAVES = {Kind.HEADING: Block.HEADING, Kind.PARAGRAPH: Block.PARAGRAPH, Kind.ROW: Block.ROW}
# "Rationale", "3.2 Notes", "Example: a queue", "Design notes", "Limits (informative)"; not "Background jobs".
_ASIDE_TITLE = re.compile(
    r"(?:[\W\d]*|appendix\s+\w+\W+)(?:(?:notes?|background|motivation)(?::.*|\W*)|(?:examples?|rationale)\b.*)"
    r"|.*\b(?:examples?|notes|rationale)[\s.:]*"
    r"|.*\b(?:non-normative|informative)\b.*",
    re.IGNORECASE,
)
_ASIDE_TYPES = frozenset(("note", "example", "info", "tip", "hint", "abstract", "quote", "question"))
_ALERT = re.compile(r"\[!(?:NOTE|TIP)\]")
_NEEDS_FIELD = re.compile(r"(?:Needs|Covers|Depends|Tags|Status|Rationale|Comment)\s*:")


def read_document(path: str, text: str, settings: Settings) -> Document:
    """Read a Markdown file as the project's settings say.  It never raises, whatever the text."""
    return document_of(path, source_of(text), settings)


def document_of(path: str, source: Source, settings: Settings) -> Document:
    """The same for a file that is taken apart already."""
    lines, front, root = source.lines, source.front, source.root
    reader = _Reader(path, source, settings)
    reader.take_headings()
    reader.visit(root.children, "", 0, aside=False)
    is_page = any_matches(path, settings.specs.pages)
    requirements = () if is_page else reader.with_section_paths()
    is_spec = bool(requirements) or (not is_page and bool(two_digits(path)))
    problems = []
    if front.error:
        where = Place(path, front.error_line)
        problems.append(
            Problem("SHP008", where, f"front matter is {front.error}", "mend it, or remove the front matter")
        )
    problems += [
        Problem(
            "SHP009", Place(path, line), f"nested deeper than {DEEPEST} containers; the rest is not read", "nest less"
        )
        for line in reader.too_deep[:1]
    ]
    problems += host_problems(root, path, lines, requirements, settings.anchors)
    values = front.values
    first = next((section.title for section in reader.sections if section.level == 1), "")
    return Document(
        path=path,
        is_spec=is_spec,
        title=values.get("title") or first or basename(path),
        package=package_of(path, values, settings),
        prefix=prefix_of(path, values, settings),
        status=status_of(front, reader.passages),
        conformance=reader.conformance,
        sections=tuple(reader.sections),
        requirements=requirements,
        allowances=allowances_in(source, requirements),
        problems=tuple(problems),
        body_line=front.body_line,
        references=tuple(reader.references),
        paths=tuple(reader.paths) if is_spec else (),
        tie=tie_of(front, lines),
        passages=tuple(reader.passages),
        lines=tuple(lines),
    )


class _Reader:
    """Walks the blocks of one document once, in order."""

    def __init__(self, path: str, source: Source, settings: Settings) -> None:
        self.path = path
        self.source = source
        self.lines = source.lines
        self.settings = settings
        self.lowercase = settings.requirements.lowercase
        self.grammar: Grammar = grammar_of(settings.requirements)
        # Whether only what stands in brackets can be an ID.
        self._by_brackets = settings.requirements.markers == (Marker.BRACKET,)
        self.labels = frozenset(source.definitions)
        self.sections: list[Section] = []
        self.passages: list[Passage] = []
        self.requirements: list[Requirement] = []
        self.references: list[Mark] = []
        self.section_paths: dict[int, dict[str, None]] = {}
        self.paths: list[NamedPath] = []
        self.conformance = ""
        self.too_deep: list[int] = []
        # What no line of the document has, no passage has: that spares a look into each.
        self._may_bind = has_keyword(source.text)
        self._may_declare = may_declare(source.text)
        self._current = -1
        self._aside_level = 0  # the level of the heading that opened a note or example section
        self._heading_owner = ""
        self._leaves: dict[int, Leaf] = {}

    # Headings and leaves

    def take_headings(self) -> None:
        """Name every heading first: anchors are de-duplicated over the whole page."""
        headings = [node for node in self.source.nodes if node.kind is Kind.HEADING]
        texts = [node.content for node in headings]
        anchors = anchor_names(texts, self.settings.anchors, self.labels)
        github = anchors
        if self.settings.anchors.style is not Anchors.GITHUB:
            github = anchor_names(texts, ON_GITHUB, self.labels)
        for node, *names in zip(headings, anchors, github, strict=True):
            self.sections.append(Section(plain(node.content), int(node.info), node.start + 1, *names))

    def leaf(self, node: Node) -> Leaf:
        """What stands in a paragraph, heading or row; found once."""
        known = self._leaves.get(id(node))
        if known is None:
            known = self._leaves[id(node)] = self._read_leaf(node)
        return known

    def _read_leaf(self, node: Node) -> Leaf:
        text = self.source.inline(node)
        mask = masked(text, self.labels)
        lowercase = self.lowercase and self.conformance != "rfc8174"  # implements: MU-REQ-1018
        binding = lowercase or (self._may_bind and has_keyword(mask))
        unmarked = self._by_brackets and "[" not in mask
        if unmarked and not binding:
            return Leaf(text, mask)
        columns = self.source.columns(node)
        leaf = Leaf(text, mask, columns)
        if not unmarked:
            leaf.marks = marks_in(text, mask, _LEAVES[node.kind], self.grammar, self.labels, (node.start + 1, columns))
            for mark in leaf.marks:
                if mark.defines:
                    leaf.definition = mark
                    break
        if binding:
            definition = not leaf.marks and defines_keywords(text)
            leaf.keywords = keywords_in(mask, node.start + 1, columns, lowercase=lowercase, definition=definition)
        return leaf

    # The walk

    def visit(self, siblings: Sequence[Node], owner: str, depth: int, *, aside: bool) -> None:
        """Take the blocks of one container; `owner` is the requirement that they are part of."""
        owners: dict[int, str] = {}  # blocks that a sibling before them claimed
        for at, node in enumerate(siblings):
            kind = node.kind
            if kind in _LEAVES:
                leaf = self.leaf(node)
                if kind is Kind.HEADING:
                    self._open_section()
                    self._heading_owner = ""
                claimed = ""
                if leaf.definition is not None and node.info != "header":
                    body = self._claimed_with(siblings, at)
                    claimed = self._define(node, [node, *(siblings[part] for part in body)], _LEAVES[kind])
                    owners |= dict.fromkeys(body, claimed)
                    if kind is Kind.HEADING and self.settings.requirements.body is Body.SECTION:
                        self._heading_owner = claimed
                claimed = claimed or ((owners.get(at) if owners and kind is not Kind.HEADING else "") or owner)
                if kind is not Kind.HEADING:
                    claimed = claimed or self._heading_owner
                self._passage(node, leaf, claimed, depth, aside or self._aside_level > 0)
            elif node.children:
                mine = owners.get(at) if owners else ""
                self._visit_container(node, mine or owner or self._heading_owner, depth, aside=aside)

    def _claimed_with(self, siblings: Sequence[Node], at: int) -> list[int]:
        """Where the blocks stand that are part of the requirement that the leaf before them defines."""
        kind = siblings[at].kind
        if kind is Kind.HEADING:
            return self._body_of_heading(siblings, at)
        return list(range(at + 1, at + 1 + self._followers(siblings, at))) if kind is Kind.PARAGRAPH else []

    def _visit_container(self, node: Node, owner: str, depth: int, *, aside: bool) -> None:
        if node.kind is Kind.ADMONITION:
            aside = aside or node.info in _ASIDE_TYPES
        elif node.kind is Kind.QUOTE:
            head = node.children[0]
            aside = aside or (head.kind is Kind.PARAGRAPH and _ALERT.match(head.content) is not None)
        if depth >= DEEPEST - 4 and not self.too_deep:
            self.too_deep.append(node.start + 1)
        definer = self._definer_of(node)
        if definer is None:
            self.visit(node.children, owner, depth + 1, aside=aside)
            return
        block = Block.ITEM if node.kind is Kind.ITEM else Block.QUOTE
        claimed = self._define(definer, node.children, block, node.end)
        for child in node.children:
            if child.kind is Kind.HEADING:
                self._open_section()
            if child.kind in _LEAVES:
                self._passage(child, self.leaf(child), claimed, depth + 1, aside or self._aside_level > 0)
            elif child.children:
                self._visit_container(child, claimed, depth + 1, aside=aside)

    def _definer_of(self, node: Node) -> Node | None:
        """The paragraph by which an item, or a quote with a single requirement, defines one as a whole."""
        kind = node.kind
        if kind is not Kind.ITEM and kind is not Kind.QUOTE:
            return None
        own = [child for child in node.children if child.kind is Kind.PARAGRAPH]
        defining = [child for child in own if self.leaf(child).definition is not None]
        if not defining or (kind is Kind.QUOTE and len(defining) > 1):
            return None
        if node.kind is Kind.QUOTE and defining[0] is not own[0] and defining[0] is not own[-1]:
            return None
        return defining[0]

    def _open_section(self) -> None:
        self._current += 1
        section = self.sections[self._current]
        if self._aside_level and section.level <= self._aside_level:
            self._aside_level = 0
        # The title of a document opens no aside: `Example SPEC` is a spec like any other.
        if not self._aside_level and section.level > 1 and _ASIDE_TITLE.fullmatch(section.title):
            self._aside_level = section.level
        self._heading_owner = ""

    def _followers(self, siblings: Sequence[Node], at: int) -> int:
        """How many of the next blocks belong to a paragraph that defines a requirement."""
        node = siblings[at]
        mark = self.leaf(node).definition
        if mark is None or at + 1 == len(siblings):
            return 0
        after = siblings[at + 1]
        alone = self._is_alone(node, mark)
        if alone and self.grammar.needs:
            last = at + 1
            while last < len(siblings) and not self._ends_need(siblings[last]):
                last += 1
            return last - at - 1
        if alone:
            return 0 if self._defines_within(after) else 1
        bare = self.leaf(node).masked.replace(self._written(mark), "").rstrip(" \n*_.")
        introduces = bare.endswith(":") or (after.kind in (Kind.CODE, Kind.LIST) and after.start <= node.end)
        return 1 if introduces and after.kind in (Kind.CODE, Kind.LIST, Kind.QUOTE, Kind.ROW) else 0

    def _is_alone(self, node: Node, mark: Mark) -> bool:
        return not node.content.replace(self._written(mark), "", 1).strip(" \t\n*_")

    def _ends_need(self, node: Node) -> bool:
        if node.kind in (Kind.HEADING, Kind.RULE):
            return True
        return node.kind is Kind.PARAGRAPH and (
            self.leaf(node).definition is not None or _NEEDS_FIELD.match(node.content) is not None
        )

    def _defines_within(self, node: Node) -> bool:
        return any(inner.kind in _LEAVES and self.leaf(inner).definition for inner in node.walk())

    def _written(self, mark: Mark) -> str:
        line = self.lines[mark.line - 1]
        return line[mark.column - 1 : mark.column - 1 + mark.width]

    # Passages and requirements

    def _passage(self, node: Node, leaf: Leaf, owner: str, depth: int, aside: bool) -> None:
        text, marks = leaf.text, leaf.marks
        header = node.info == "header"
        if not owner and self._may_declare and self.conformance != "rfc8174":
            self.conformance = conformance_in(text) or self.conformance
        if "/" in text and may_name(text):
            if not owner and (found := paths_in(text)):
                self.section_paths.setdefault(self._current, {}).update(dict.fromkeys(found))
            if not (aside or header):
                self._take_paths(leaf, node)
        if marks and not header:
            self.references += [mark for mark in marks if not (mark.defines and mark.id == owner)]
        self.passages.append(
            Passage(
                node.start + 1,
                node.end,
                _LEAVES[node.kind],
                text,
                leaf.masked,
                leaf.columns,
                self._current,
                leaf.keywords,
                marks,
                aside,
                owner,
                depth,
                header,
            )
        )

    def _take_paths(self, leaf: Leaf, node: Node) -> None:
        found = named_in(leaf.text, leaf.masked)
        if not found:
            return
        columns = self.source.columns(node)
        row = first = done = 0
        for path, start, marked, material in found:
            row += leaf.text.count("\n", done, start)
            first = leaf.text.rfind("\n", done, start) + 1 or first
            done = start
            self.paths.append(NamedPath(path, node.start + row + 1, columns[row] + start - first, marked, material))

    def _define(self, node: Node, blocks: Sequence[Node], block: Block, end: int = 0) -> str:
        """Take the requirement that `node` defines, if it does, and return its ID; `blocks` make its text."""
        mark = self.leaf(node).definition
        if mark is None:
            return ""
        composer = Composer(self.leaf, self._definer_of, node, self._written(mark))
        text = composer.text_of(blocks)
        level, negated = level_of(composer.keywords, self.settings.requirements.level)
        last = end or max((inner.end for inner in blocks), default=node.end)
        self.requirements.append(
            Requirement(
                id=ReqId(mark.id),
                place=Place(self.path, mark.line, mark.column, mark.width),
                end_line=max(last, node.end),
                block=block,
                level=level,
                negated=negated,
                title=title_of(composer.first),
                text=text.source,
                section=self._current,
                links=tuple(paths_in(text.source)) if "/" in text.source else (),
                fingerprint=digest_of(text.bare),
            )
        )
        return mark.id

    def _body_of_heading(self, siblings: Sequence[Node], at: int) -> list[int]:
        """Where the blocks stand that a heading with an ID takes as its text.  implements: MU-REQ-1015"""
        last = at + 1
        while last < len(siblings) and siblings[last].kind is not Kind.HEADING:
            last += 1
        if self.settings.requirements.body is Body.QUOTE:
            return [part for part in range(at + 1, last) if siblings[part].kind is Kind.QUOTE][:1]
        return list(range(at + 1, last))

    def with_section_paths(self) -> tuple[Requirement, ...]:
        """Complete each requirement's links: the section's anchor, its own paths, its section's paths."""
        complete = []
        known: dict[str, str] = {}
        for requirement in self.requirements:
            section = self.sections[requirement.section] if requirement.section >= 0 else None
            anchor = f"{self.path}#{section.anchor}" if section else self.path
            named = [*requirement.links, *self.section_paths.get(requirement.section, ())]
            for name in named:
                if name not in known:
                    known[name] = resolved(name, self.path)
            found = [path for name in named if (path := known[name]) and path != self.path]
            complete.append(replace(requirement, links=tuple(dict.fromkeys((anchor, *found)))))
        return tuple(complete)
