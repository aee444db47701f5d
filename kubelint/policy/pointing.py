"""Where a finding of a policy points: the field that its author names, or the deepest one that the expression reads."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from collections.abc import Mapping as MappingType
from functools import cache, cached_property

from kubelint.cel import STRING, Every, Program, Type, compile
from kubelint.cel import Route as Read
from kubelint.exposure import Exposure
from kubelint.node import Mapping, Node, Place, Sequence
from kubelint.policy.expression import Expression, Flaw
from kubelint.policy.fields import KnownFields
from kubelint.resources import Resource, field_path
from kubelint.settings import Written

Route = tuple[str | int, ...]

_STEP = re.compile(r"""\.(?P<name>[\w$-]+)|\[(?P<index>\d+)\]|\[(?P<quote>["']?)(?P<key>[^"'\[\]]+)(?P=quote)\]""")
_KEYED = re.compile(r"metadata\.(?P<field>annotations|labels)\.(?P<key>[\w.-]+(?:/[\w.-]+)?)")
"""A label or an annotation, whose key holds dots of its own: no field follows it."""
_HEAD = re.compile(r"[A-Za-z_$]\w*")
_OTHER_SPELLING = re.compile(r"(?P<head>\$?[./]+)(?P<path>[\w$./~\[\]*-]*)")
"""A path as JSONPath, JSON Pointer and others spell it."""
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


class Pointer(Expression):
    """Where the findings of a policy point: the path of a field, which stands for itself, or an expression that gives
    such a path."""

    def __init__(self, text: Written, types: MappingType[str, Type], fields: KnownFields) -> None:
        path = str(text).strip()
        self.path = path if is_route(path, types) else None
        """The path, where that is what stands there."""
        self._fields = fields
        other = _OTHER_SPELLING.fullmatch(path)
        self._meant = _respelled(other) if other is not None else None
        self._is_path = not path or self.path is not None or self._meant is not None
        super().__init__(text, types, STRING, check=self._flaw if self._is_path else fields.flaw)

    @cached_property
    def compiled(self) -> Program:
        """The compiled expression; of a path any text, since nobody evaluates it. Raises PolicyError."""
        return _any_text() if self._is_path else super().compiled

    def _flaw(self, _: Program) -> Flaw | None:
        """What is wrong with a path."""
        path = self.text.strip()
        route = route_of(path) if self._meant is None else None
        if not path:
            message = "`at` is empty: write the path of a field, such as `spec.type`, or leave it out"
        elif route is None:
            message = f"`{path}` is no path of a field; write `{self._meant}`"
        elif "*" in route:
            message = f"`{path}` names no item; write `[0]`, or leave `at` out: the item that is wrong is found then"
        else:
            found = self._fields.flaw_of_path(route)
            return Flaw(0, found) if found is not None else None
        return Flaw(0, message)


@cache
def _any_text() -> Program:
    return compile("''", {})


def _respelled(other: re.Match[str]) -> str:
    """The path that is meant."""
    if "/" not in other["head"]:
        return other["path"].replace("[*]", "[0]") or "spec.type"
    steps = (step.replace("~1", "/").replace("~0", "~") for step in other["path"].split("/"))
    return field_path(tuple(int(step) if step.isdigit() else step for step in steps if step)) or "spec.type"


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
