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


def reads(root: Node, variables: frozenset[str]) -> list[Route]:
    """The routes that an expression reads, the deepest ones only, in the order in which it does."""
    found = dict.fromkeys(_reads(root, {name: Route(name, ()) for name in variables}))
    return [route for route in found if not any(_is_above(route, other) for other in found)]


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


def _reads(node: Node, known: dict[str, Route]) -> Iterator[Route]:
    route = _route(node, known)
    if route is not None:
        yield route
        yield from _reads_beside(node, known)
    elif isinstance(node, Comprehension):
        yield from _reads_of_loop(node, known)
    else:
        for child in children(node):
            yield from _reads(child, known)


def _reads_beside(node: Node, known: dict[str, Route]) -> Iterator[Route]:
    """What a route reads apart from the way itself: keys that are worked out, values that stand in for missing ones."""
    if isinstance(node, Select):
        yield from _reads_beside(node.operand, known)
    elif isinstance(node, Call):
        way, *rest = children(node)
        yield from _reads_beside(way, known)
        for other in rest:
            yield from _reads(other, known)


def _reads_of_loop(node: Comprehension, known: dict[str, Route]) -> Iterator[Route]:
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
