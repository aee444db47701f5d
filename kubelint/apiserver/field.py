"""A field of an object as the API server sees it: there or not, with its path spelled as the server spells it."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint.node import Mapping, Node, Place, Scalar, Sequence
from kubelint.resources import integer_of


class Field:
    """A field that may be absent: its path (`spec.ports[0].port`), its node, and what to point at without one.

    A null is an absent field, as it is to the server. Of an absent field, `text` is empty, `number` is 0, and there are
    no items and no entries, as in a Go struct.
    """

    __slots__ = ("nearest", "node", "path")

    def __init__(self, path: str, node: Node | None, nearest: Place) -> None:
        self.path = path
        self.node = None if isinstance(node, Scalar) and node.value is None else node
        self.nearest = nearest

    def __repr__(self) -> str:
        return f"Field({self.path!r})"

    @classmethod
    def of(cls, root: Node) -> Field:
        """The object itself."""
        return cls("", root, root)

    @property
    def place(self) -> Place:
        """The value; of an absent field, the nearest thing around it that is there."""
        return self.node if self.node is not None else self.nearest

    @property
    def is_set(self) -> bool:
        """Whether it is there and not null."""
        return self.node is not None

    def child(self, name: str) -> Field:
        """A field of this one."""
        node = self.node.entries.get(name) if isinstance(self.node, Mapping) else None
        return self._below(f"{self.path}.{name}" if self.path else name, node)

    def at(self, *names: str) -> Field:
        """A field further below."""
        field = self
        for name in names:
            field = field.child(name)
        return field

    def key(self, key: str) -> Field:
        """The entry of a map, spelled `metadata.annotations[key]`."""
        node = self.node.entries.get(key) if isinstance(self.node, Mapping) else None
        return self._below(f"{self.path}[{key}]", node)

    def items(self) -> list[Field]:
        """The items of a list, spelled `spec.ports[0]`."""
        if not isinstance(self.node, Sequence):
            return []
        # A null item is there all the same: Go reads it as an empty value.
        return [_Item(f"{self.path}[{index}]", node) for index, node in enumerate(self.node.items)]

    def entries(self) -> Iterator[tuple[str, Field]]:
        """The keys of a map, each with its value."""
        if isinstance(self.node, Mapping):
            for name, node in self.node.entries.items():
                yield name, Field(f"{self.path}[{name}]", node, node.key)

    @property
    def text(self) -> str:
        """The string that it holds; empty if it holds none."""
        return self.node.value if isinstance(self.node, Scalar) and isinstance(self.node.value, str) else ""

    @property
    def number(self) -> int:
        """The whole number that it holds; 0 if it holds none."""
        return integer_of(self.node) or 0

    @property
    def flag(self) -> bool | None:
        """The boolean that it holds; None if it holds none."""
        return self.node.value if isinstance(self.node, Scalar) and isinstance(self.node.value, bool) else None

    @property
    def texts(self) -> list[str]:
        """The strings of a list."""
        return [item.text for item in self.items()]

    def _below(self, path: str, node: Node | None) -> Field:
        # What is around a field is worked out only where the field is absent, which few of those asked for are.
        is_absent = node is None or (isinstance(node, Scalar) and node.value is None)
        return Field(path, node, self._around if is_absent or node is None else node)

    @property
    def _around(self) -> Place:
        if self.node is None:
            return self.nearest
        # A key is short; the mapping below it may be the whole document.
        return self.node.key if self.node.key_start >= 0 or self.node.parent is not None else _first_of(self.node)


class _Item(Field):
    """An item of a list, which is there even where it is null."""

    __slots__ = ()

    def __init__(self, path: str, node: Node) -> None:
        super().__init__(path, node, node)


def _first_of(root: Node) -> Place:
    """What to point at when a whole object lacks something: its kind, else all of it."""
    kind = root.get("kind")
    return kind if kind is not None else root
