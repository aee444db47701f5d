"""Values of a YAML document that know where they stand: read-only once they are built, and no word of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kubelint.source import Span

if TYPE_CHECKING:
    from kubelint.source import Source

Value = str | int | float | bool | None


class Node:
    """A mapping, a sequence or a scalar: its place, its key's place, and the way from the document's root to it.

    `step` is the key or index under which the parent holds it. `repeats` is the anchored node whose value this one
    takes over through an alias or a merge key; such a node stands where it is used.
    """

    __slots__ = ("end", "key_end", "key_start", "parent", "repeats", "source", "start", "step")

    type_name = "nothing"

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.parent: Node | None = None
        self.step: str | int | None = None
        self.key_start = -1
        self.key_end = -1
        self.repeats: Node | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'.'.join(map(str, self.route))!r})"

    @property
    def span(self) -> Span:
        """Where the value stands."""
        return Span(self.source, self.start, self.end)

    @property
    def key(self) -> Key:
        """The key that names this value: a place of its own."""
        return Key(self)

    @property
    def node(self) -> Node:
        """Itself: what a place, which is a node or a node's key, belongs to."""
        return self

    @property
    def entry(self) -> Span:
        """Where key and value stand together; the value alone where there is no key."""
        if self.key_start < 0:
            return self.span
        return Span(self.source, min(self.key_start, self.start), max(self.key_end, self.end))

    @property
    def route(self) -> tuple[str | int, ...]:
        """The keys and indices that lead here from the document's root."""
        steps: list[str | int] = []
        node: Node | None = self
        while node is not None and node.step is not None:
            steps.append(node.step)
            node = node.parent
        return tuple(reversed(steps))

    def get(self, *route: str | int) -> Node | None:
        """The node at the end of a route from here, or None where the route leads nowhere."""
        node: Node | None = self
        for step in route:
            if isinstance(node, Mapping):
                node = node.entries.get(step) if isinstance(step, str) else None
            elif isinstance(node, Sequence):
                node = node.items[step] if isinstance(step, int) and step < len(node.items) else None
            else:
                return None
        return node

    def children(self) -> Iterator[Node]:
        """The nodes directly below, in the order of the text; none below a scalar."""
        return iter(())

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children():
            yield from child.walk()


class Key:
    """The key of a node, as a place to point at."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    @property
    def span(self) -> Span:
        """Where the key stands; where the value stands if it has no key of its own (an item, a document)."""
        if self.node.key_start < 0:
            return self.node.span
        return Span(self.node.source, self.node.key_start, self.node.key_end)


Place = Node | Key | Span
"""What a finding can point at: a value, a key, or a stretch of text that is neither."""


class Mapping(Node):
    """Keys and their values. The key's text is what JSON would have; of a key given twice, the last value is held."""

    __slots__ = ("entries",)

    type_name = "object"

    def __init__(self, source: Source, start: int, end: int) -> None:
        super().__init__(source, start, end)
        self.entries: dict[str, Node] = {}

    def children(self) -> Iterator[Node]:
        return iter(self.entries.values())


class Sequence(Node):
    """A list of values."""

    __slots__ = ("items",)

    type_name = "array"

    def __init__(self, source: Source, start: int, end: int) -> None:
        super().__init__(source, start, end)
        self.items: list[Node] = []

    def children(self) -> Iterator[Node]:
        return iter(self.items)


class Scalar(Node):
    """A single value: `text` is what the YAML says, `value` what the API server reads, `plain` if it is unquoted."""

    __slots__ = ("plain", "text", "value")

    def __init__(self, source: Source, start: int, end: int, text: str, value: Value, plain: bool) -> None:
        super().__init__(source, start, end)
        self.text = text
        self.value = value
        self.plain = plain

    @property
    def type_name(self) -> str:  # type: ignore[override]
        """The JSON type: string, integer, number, boolean or null."""
        return _TYPE_NAMES[type(self.value)]


_TYPE_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def plain(node: Node) -> object:
    """What JSON would have in its place: a dict, a list, a text, a number, true, false or None."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None
