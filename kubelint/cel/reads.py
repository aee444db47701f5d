"""Which fields of its variables an expression reads."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from kubelint.cel.syntax import Call, Comprehension, Constant, Identifier, Node, Select, children, qualified_name


class Every(Enum):
    """The segment of a route that stands for each element, or for one that only evaluation knows."""

    ELEMENT = "*"


EVERY = Every.ELEMENT
Segment = str | int | Every


class Route(NamedTuple):
    """A variable, and the way down from it: names of fields, indices (0-based), EVERY."""

    variable: str
    path: tuple[Segment, ...]


class Read(NamedTuple):
    """One step of a route where it stands in an expression: the way so far, the 0-based code point, and whether the
    expression goes on where nothing is there (`has`, `.?`, `[?…]`)."""

    route: Route
    offset: int
    is_asked: bool


def reads(root: Node, variables: frozenset[str]) -> list[Route]:
    """The routes that an expression reads, the deepest ones only, in the order in which it does."""
    found = dict.fromkeys(route for _, route in _reads(root, _known(variables)))
    return [route for route in found if not any(_is_above(route, other) for other in found)]


def steps(root: Node, variables: frozenset[str]) -> Iterator[Read]:
    """Every step of every route that an expression reads; a variable that stands for itself is one, too."""
    for node, route in _reads(root, _known(variables)):
        yield from _steps(node, route)


def route_of(root: Node, variables: frozenset[str]) -> Route | None:
    """The route that an expression is as a whole; None if it is something else."""
    return _route(root, _known(variables))


def _known(variables: frozenset[str]) -> dict[str, Route]:
    return {name: Route(name, ()) for name in variables}


def _steps(node: Node, route: Route) -> Iterator[Read]:
    """The steps of a way, the first one first; what a loop's variable stands for has its steps at the loop's list."""
    if isinstance(node, Select) and route.path:
        yield from _steps(node.operand, Route(route.variable, route.path[:-1]))
        yield Read(route, offset_of(node), node.is_test)
    elif isinstance(node, Call) and node.function in ("_[_]", "_[?_]", "_?._"):
        yield from _steps(node.arguments[0], Route(route.variable, route.path[:-1]))
        yield Read(route, offset_of(node), node.function != "_[_]")
    elif isinstance(node, Call) and node.target is not None:
        yield from _steps(node.target, route)
    elif not route.path:
        yield Read(route, node.offset, is_asked=False)


def offset_of(node: Node) -> int:
    """The 0-based code point of a node that says most of it: of a selection the field, of an index what it is."""
    if isinstance(node, Select):
        return max(node.offset, node.point) + 1
    if isinstance(node, Call) and node.function in ("_[_]", "_[?_]", "_?._"):
        return node.arguments[1].offset
    return node.offset


def _is_above(route: Route, other: Route) -> bool:
    return (
        route.variable == other.variable
        and len(route.path) < len(other.path)
        and other.path[: len(route.path)] == route.path
    )


def _route(node: Node, known: dict[str, Route]) -> Route | None:
    """The route that a node is as a whole; None if it is something else."""
    if isinstance(node, Identifier):
        return known.get(node.name.removeprefix("."))
    if isinstance(node, Select):
        whole = known.get(qualified_name(node).removeprefix("."))
        return whole or _below(_route(node.operand, known), node.field)
    if isinstance(node, Call) and node.function in ("_[_]", "_[?_]", "_?._"):
        key = node.arguments[1]
        segment = key.value if isinstance(key, Constant) else EVERY
        of = _route(node.arguments[0], known)
        return _below(of, segment if isinstance(segment, str | int) and not isinstance(segment, bool) else EVERY)
    if isinstance(node, Call) and node.function in ("value", "orValue") and node.target is not None:
        return _route(node.target, known)
    return None


def _below(route: Route | None, segment: Segment) -> Route | None:
    return None if route is None else Route(route.variable, (*route.path, segment))


def _reads(node: Node, known: dict[str, Route]) -> Iterator[tuple[Node, Route]]:
    route = _route(node, known)
    if route is not None:
        yield node, route
        yield from _reads_beside(node, known)
    elif isinstance(node, Comprehension):
        yield from _reads_of_loop(node, known)
    else:
        for child in children(node):
            yield from _reads(child, known)


def _reads_beside(node: Node, known: dict[str, Route]) -> Iterator[tuple[Node, Route]]:
    """What a route reads apart from the way itself: keys that are worked out, values that stand in for missing ones."""
    if isinstance(node, Select):
        yield from _reads_beside(node.operand, known)
    elif isinstance(node, Call):
        way, *rest = children(node)
        yield from _reads_beside(way, known)
        for other in rest:
            yield from _reads(other, known)


def _reads_of_loop(node: Comprehension, known: dict[str, Route]) -> Iterator[tuple[Node, Route]]:
    yield from _reads(node.range, known)
    yield from _reads(node.initial, known)
    inner = dict(known)
    for name in (node.variable, node.second_variable, node.accumulator):
        inner.pop(name, None)
    if node.macro == "bind":
        bound = _route(node.initial, known)
        if bound is not None:
            inner[node.accumulator] = bound
        yield from _reads(node.result, inner)
        return
    element = _below(_route(node.range, known), EVERY)
    if element is not None:
        inner[node.second_variable or node.variable] = element
    yield from _reads(node.step, inner)
    yield from _reads(node.result, inner)
