"""Where a finding of a policy points: the field that its author names, or the deepest one that the expression reads."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable

from kubelint.cel import Every
from kubelint.cel import Route as Read
from kubelint.exposure import Exposure
from kubelint.node import Mapping, Node, Place, Sequence
from kubelint.resources import Resource

Route = tuple[str | int, ...]

_STEP = re.compile(r"""\.(?P<name>[\w$-]+)|\[(?P<index>\d+)\]|\[(?P<quote>["']?)(?P<key>[^"'\[\]]+)(?P=quote)\]""")
_KEYED = re.compile(r"metadata\.(?P<field>annotations|labels)\.(?P<key>[\w.-]+(?:/[\w.-]+)?)")
"""A label or an annotation, whose key holds dots of its own: no field follows it."""
_HEAD = re.compile(r"[A-Za-z_$]\w*")
_SHALLOWEST = 2
"""Steps of the shortest route that says more than `metadata` or `spec`."""


def route_of(path: str) -> Route | None:
    """The route that a path in the API server's spelling means (`spec.ports[0].port`); None for any other text.

    A label or an annotation may be written without the brackets, too: `metadata.labels.app.kubernetes.io/name`.
    """
    path = path.strip().removeprefix("object.")
    keyed = _KEYED.fullmatch(path)
    if keyed is not None:
        return "metadata", keyed["field"], keyed["key"]
    head = _HEAD.match(path)
    if head is None:
        return None
    steps: list[str | int] = [head[0]]
    position = head.end()
    while position < len(path):
        found = _STEP.match(path, position)
        if found is None:
            return None
        steps.append(found["name"] or found["key"] or int(found["index"]))
        position = found.end()
    return tuple(steps)


def is_route(text: str, variables: Container[str]) -> bool:
    """Whether a text is the path of a field, and no expression over one of these variables."""
    route = route_of(text)
    return route is not None and (text.strip().startswith("object.") or route[0] not in variables)


def place_at(resource: Resource, route: Route) -> Place:
    """The place of a route; where it leads nowhere, the deepest field on its way, else the object's name."""
    return _shown(_deepest(resource.node, route)[1], resource)


def place_read(resource: Resource, reads: Iterable[Read], exposure: Exposure | None) -> Place:
    """The deepest field that an expression reads and that is there; the last one of several.

    Where it reads how far a Service reaches, and no field of its own, what makes it reach so far; where nothing that it
    reads is there, the deepest field on the way to it; else the object's name.
    """
    reads = tuple(reads)
    routes = [read.path for read in reads if read.variable == "object"]
    found = [(route, *_deepest(resource.node, route)) for route in routes]
    whole = [node for route, depth, node in found if depth == len(route) >= _SHALLOWEST]
    if whole:
        # What is asked last is what is demanded; before it stands under which conditions.
        return _shown(max(reversed(whole), key=lambda node: len(node.route)), resource)
    if exposure is not None and exposure.place is not None and any(read.variable == "exposure" for read in reads):
        return exposure.place
    partial = [(depth, node) for _, depth, node in found if depth >= _SHALLOWEST]
    if partial:
        return _shown(max(partial, key=lambda one: one[0])[1], resource)
    return resource.name_place


def _deepest(root: Node, route: Iterable[str | int | Every]) -> tuple[int, Node]:
    """How many steps of a route lead somewhere, and where; an element of a list that nobody names may be the first."""
    node, depth = root, 0
    for step in route:
        below = next(node.children(), None) if isinstance(step, Every) else node.get(step)
        if below is None:
            break
        node, depth = below, depth + 1
    return depth, node


def _shown(node: Node, resource: Resource) -> Place:
    """What to point at: a value, or the key of a list or a map, which may be long; never the object as a whole."""
    if node is resource.node:
        return resource.name_place
    if isinstance(node, Mapping | Sequence) and node.key_start >= 0:
        return node.key
    return node
