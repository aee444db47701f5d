"""The tree of an expression, as the parser leaves it: macros are expanded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Macro = Literal["", "all", "exists", "list", "bind"]


@dataclass(slots=True, eq=False)
class Node:
    """A node of the tree; `offset` is the 0-based code point at which the server sees it."""

    offset: int


@dataclass(slots=True, eq=False)
class Constant(Node):
    """A literal."""

    value: object


@dataclass(slots=True, eq=False)
class Identifier(Node):
    """A name; the checker writes the qualified name of a variable such as `authorizer.requestResource` into it."""

    name: str


@dataclass(slots=True, eq=False)
class Select(Node):
    """`operand.field`, or `has(operand.field)` if `is_test`; the point of that is at `point`, a 0-based code point."""

    operand: Node
    field: str
    is_test: bool = False
    point: int = -1


@dataclass(slots=True, eq=False)
class Call(Node):
    """`function(arguments)`, or `target.function(arguments)`; operators are functions with names such as `_+_`."""

    function: str
    target: Node | None
    arguments: list[Node]


@dataclass(slots=True, eq=False)
class ListLiteral(Node):
    """`[elements]`; `optional` holds the indices of those that were written with a question mark."""

    elements: list[Node]
    optional: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class MapEntry(Node):
    """`key: value` or `?key: value`."""

    key: Node
    value: Node
    is_optional: bool


@dataclass(slots=True, eq=False)
class MapLiteral(Node):
    """`{entries}`."""

    entries: list[MapEntry]


@dataclass(slots=True, eq=False)
class MessageLiteral(Node):
    """`Name{field: value}`."""

    name: str
    fields: list[tuple[int, str, Node]]


@dataclass(slots=True, eq=False)
class Comprehension(Node):
    """A loop: what a macro such as `all` becomes.

    `accumulator` starts as `initial` and becomes `step` for each element of `range` while `condition` holds; `result`
    is the value of the whole. `macro` says which shape it has, for an evaluator that knows a shorter way.
    """

    range: Node
    variable: str
    second_variable: str
    accumulator: str
    initial: Node
    condition: Node
    step: Node
    result: Node
    macro: Macro = field(default="")


def children(node: Node) -> Iterator[Node]:
    """The nodes right below a node, in the order in which they are evaluated."""
    if isinstance(node, Call):
        yield from [node.target] if node.target is not None else []
        yield from node.arguments
    elif isinstance(node, Select):
        yield node.operand
    elif isinstance(node, ListLiteral):
        yield from node.elements
    elif isinstance(node, MapLiteral):
        yield from node.entries
    elif isinstance(node, MapEntry):
        yield from (node.key, node.value)
    elif isinstance(node, MessageLiteral):
        yield from (value for _, _, value in node.fields)
    elif isinstance(node, Comprehension):
        yield from (node.range, node.initial, node.condition, node.step, node.result)


def qualified_name(node: Node) -> str:
    """The dotted name that a chain of selections from an identifier spells; empty for everything else."""
    if isinstance(node, Identifier):
        return node.name
    if isinstance(node, Select) and not node.is_test:
        operand = qualified_name(node.operand)
        return f"{operand}.{node.field}" if operand else ""
    return ""
