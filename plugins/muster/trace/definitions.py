"""What the nodes of syntax trees define, and by which name. implements: MU-TRACE-3004"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node

COMMENTS = frozenset("comment line_comment block_comment hash_bang_line shebang html_comment".split())
LEADING = COMMENTS | {"attribute_item", "decorator"}  # belongs to the definition below
STEPPED_OVER = frozenset("export default abstract declare".split())  # between a decorator and its class

# Their field `name` is the name.
NAMED = frozenset(
    """class_definition
    mod_item function_item function_signature_item struct_item enum_item union_item trait_item macro_definition
    function_declaration generator_function_declaration class_declaration abstract_class_declaration class
    interface_declaration enum_declaration method_definition method_signature abstract_method_signature
    function_signature internal_module module
    type_spec method_elem
    record_declaration annotation_type_declaration constructor_declaration compact_constructor_declaration
    namespace_definition""".split()
)
WITH_BODY = frozenset("class_specifier struct_specifier union_specifier enum_specifier".split())  # else a mere mention
FUNCTIONS = frozenset("arrow_function function_expression generator_function".split())
VALUES = FUNCTIONS | {"class"}
TITLED = frozenset("describe context suite it test specify".split())
MODIFIERS = frozenset("only skip each concurrent sequential serial failing fails todo".split())
GTEST = frozenset("TEST TEST_F TEST_P TYPED_TEST TYPED_TEST_P".split())
LONGEST = 500  # bytes of a name
CLIMB = 32  # steps from a statement, or a declarator, to its name


def name_of(node: Node) -> str:
    """The name of what a node defines; "" where it defines nothing."""
    kind = node.type
    if kind in NAMED:
        return _text(node.child_by_field_name("name"))
    if kind in WITH_BODY:
        return _plain(node.child_by_field_name("name")) if node.child_by_field_name("body") else ""
    special = SPECIAL.get(kind)
    return special(node) if special else ""


def unwrapped(node: Node) -> Node:
    """The definition in a statement: what is exported, declared, decorated or called there."""
    for _ in range(CLIMB):
        fields = WRAPPERS.get(node.type)
        if fields is None or (node.type == "type_definition" and name_of(node)):
            return node
        inner = next(filter(None, map(node.child_by_field_name, fields)), None)
        if inner is None and node.named_child_count:
            inner = node.named_child(node.named_child_count - 1 if node.type in LAST else 0)
        if inner is None:
            return node
        node = inner
    return node


# The fields in which the definition is, or else it is the first child; in `LAST`, the last one.
WRAPPERS: Mapping[str, tuple[str, ...]] = {
    "export_statement": ("declaration", "value"),
    "expression_statement": (),
    "lexical_declaration": (),
    "variable_declaration": (),
    "decorated_definition": ("definition",),
    "block": (),  # a comment at the top of a block of Python stands before it
    "template_declaration": (),
    "type_declaration": (),
    "type_definition": ("type",),
    "ambient_declaration": (),
    "linkage_specification": ("body",),
    "field_declaration": ("type",),
    "declaration": ("type",),
}
LAST = frozenset({"template_declaration", "ambient_declaration"})


def _text(node: Node | None) -> str:
    """A name as it stands, on one line, without quotes."""
    if node is None or node.text is None:
        return ""
    text = " ".join(node.text[:LONGEST].decode(errors="replace").split())
    if node.type in {"string", "template_string"}:
        text = text[1:-1].strip() if text[-1:] == text[:1] else text[1:]
    return text.replace("::", ".")


def _implemented(node: Node) -> str:
    """The type of an `impl` block, without its parameters."""
    type_ = node.child_by_field_name("type")
    if type_ is not None and type_.type == "generic_type":
        type_ = type_.child_by_field_name("type")
    return _text(type_)


def _method(node: Node) -> str:
    """A method of Java, or one of Go with the type of its receiver."""
    type_ = node.child_by_field_name("receiver")
    for _ in range(CLIMB):
        if type_ is None or type_.type == "type_identifier":
            break
        type_ = next((child for child in type_.named_children if child.type in RECEIVED), None)
    return ".".join(filter(None, (_text(type_), _text(node.child_by_field_name("name")))))


RECEIVED = frozenset("parameter_declaration pointer_type generic_type parenthesized_type type_identifier".split())


def _function(node: Node) -> str:
    """A function of Python, or one of C and C++ by its declarator."""
    return _text(node.child_by_field_name("name")) or declared_function(node)


def declared_function(node: Node) -> str:
    """The name in the declarator of a function, with the classes before it; "" for a variable."""
    function: Node | None = None
    inner = node.child_by_field_name("declarator")
    for _ in range(CLIMB):
        if inner is None or inner.type not in DECLARATORS:
            break
        function = inner if inner.type == "function_declarator" else function
        inner = inner.child_by_field_name("declarator") or _last(inner)
    if inner is None or (function is None and inner.type != "operator_cast" and not _is_cast(inner)):
        return ""
    name = ".".join(_qualified(inner))
    parameters = function.child_by_field_name("parameters") if function else None
    if name in GTEST and parameters:
        return ".".join(map(_text, parameters.named_children[:2]))
    return name


DECLARATORS = frozenset(
    """pointer_declarator reference_declarator function_declarator parenthesized_declarator attributed_declarator
    array_declarator init_declarator""".split()
)


def _last(node: Node) -> Node | None:
    return node.named_child(node.named_child_count - 1) if node.named_child_count else None


def _is_cast(node: Node) -> bool:
    """Whether a qualified name ends in a conversion: `Queue::operator bool`."""
    name = node.child_by_field_name("name") if node.type == "qualified_identifier" else None
    return name is not None and name.type in {"operator_cast", "qualified_identifier"} and "operator" in _text(name)


def _qualified(node: Node) -> list[str]:
    """The names of `a::Queue<T>::push`, without what is between angle brackets."""
    names: list[str] = []
    inner: Node | None = node
    for _ in range(CLIMB):
        if inner is None or inner.type != "qualified_identifier":
            break
        names.append(_plain(inner.child_by_field_name("scope")))
        inner = inner.child_by_field_name("name")
    return [*filter(None, names), _plain(inner)]


def _plain(node: Node | None) -> str:
    if node is not None and node.type in {"template_type", "template_function", "template_method"}:
        return _text(node.child_by_field_name("name"))
    if node is not None and node.type == "operator_cast":
        return f"operator {_text(node.child_by_field_name('type'))}"
    return _text(node)


def _type_definition(node: Node) -> str:
    """The name that `typedef struct {...} Queue;` gives a structure without a name."""
    type_ = node.child_by_field_name("type")
    bare = type_ is not None and type_.type in WITH_BODY and type_.child_by_field_name("name") is None
    return _text(node.child_by_field_name("declarator")) if bare else ""


def _value(left: str, right: str) -> Callable[[Node], str]:
    """The name of a variable or property whose value is a function or a class."""

    def name(node: Node) -> str:
        value = node.child_by_field_name(right)
        if value is None or value.type not in VALUES:
            return ""
        target = node.child_by_field_name(left)
        if target is not None and target.type == "member_expression":
            target = target.child_by_field_name("property")
        has_its_own = value.type == "class" and value.child_by_field_name("name")
        return "" if has_its_own or _text(target) == "exports" else _text(target)

    return name


def _called(node: Node) -> str:
    """The title of `it("...", () => {...})` and its kin."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None or not arguments.named_child_count or not _is_titled(node.child_by_field_name("function")):
        return ""
    title = arguments.named_children[0]
    if title.type not in {"string", "template_string"}:
        return ""
    plain = all(child.type != "template_substitution" for child in title.children)
    runs = any(child.type in FUNCTIONS for child in arguments.named_children[1:4])
    return _text(title) if plain and runs else ""


def _is_titled(function: Node | None) -> bool:
    """Whether a function is `it`, `it.only`, `describe.each(...)`, `test.describe`."""
    for _ in range(CLIMB):
        if function is None:
            return False
        if function.type == "identifier":
            return _text(function) in TITLED
        if function.type == "member_expression":
            if _text(function.child_by_field_name("property")) not in TITLED | MODIFIERS:
                return False
            function = function.child_by_field_name("object")
        elif function.type == "call_expression":
            function = function.child_by_field_name("function")
        else:
            return False
    return False


SPECIAL: Mapping[str, Callable[[Node], str]] = {
    "impl_item": _implemented,
    "method_declaration": _method,
    "function_definition": _function,
    "field_declaration": declared_function,
    "type_definition": _type_definition,
    "variable_declarator": _value("name", "value"),
    "pair": _value("key", "value"),
    "field_definition": _value("property", "value"),
    "public_field_definition": _value("name", "value"),
    "assignment_expression": _value("left", "right"),
    "call_expression": _called,
}
