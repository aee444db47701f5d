"""Maps that know what they do not know: fields that a running cluster fills in, or may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from kubelint.cel import CelUnknown
from kubelint.workspace import CannotTell


class NotKnown(CelUnknown, CannotTell):
    """What only a cluster knows; a noun says what that is."""


UNKNOWN = object()
"""Stands for the value of a variable that nobody knows."""


@dataclass(slots=True)
class Draw:
    """Which of two examples stands for each value that the cluster draws, and whether anybody has looked at one.

    What comes out the same with both, which lie as far apart as they can, does not depend on what is drawn.
    """

    number: int = 0
    is_used: bool = False


class Uncertain(dict[str, object]):
    """A map some of whose entries only a running cluster knows.

    `drawn` holds two examples each of what the cluster is sure to draw; `draw` says which of them is seen. `present`
    are keys that are there, with a value of which nothing is known, and nouns for these (`the namespace`); `possible`
    are keys that may be there; with `is_open`, any key may be. To ask for what is not known raises NotKnown with that
    noun, or `why`.
    """

    def __init__(
        self,
        known: dict[str, object],
        why: str,
        *,
        drawn: Mapping[str, tuple[object, object]] | None = None,
        draw: Draw | None = None,
        present: Mapping[str, str] | None = None,
        possible: frozenset[str] = frozenset(),
        is_open: bool = False,
    ) -> None:
        super().__init__(known)
        self.why = why
        self._drawn = drawn or {}
        self._draw = draw or Draw()
        self._present = present or {}
        self._possible = possible
        self._is_open = is_open

    def with_entry(self, key: str, value: object) -> Uncertain:
        """The same map with another value for a key."""
        return Uncertain(
            {**dict(dict.items(self)), key: value},
            self.why,
            drawn=self._drawn,
            draw=self._draw,
            present=self._present,
            possible=self._possible,
            is_open=self._is_open,
        )

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key) or key in self._drawn or key in self._present:
            return True
        if self._is_open or key in self._possible:
            self._refuse()
        return False

    def __missing__(self, key: str) -> object:
        if key in self._drawn:
            self._draw.is_used = True
            return self._drawn[key][self._draw.number]
        if key in self._present:
            raise NotKnown(self._present[key])
        if self._is_open or key in self._possible:
            self._refuse()
        raise KeyError(key)

    def get(self, key: str, default: object = None) -> object:
        """The value of a key, or the default where the key is known to be missing."""
        return self[key] if key in self else default  # noqa: SIM401 (this is `get`)

    def __iter__(self) -> Iterator[str]:
        self._refuse()

    def __len__(self) -> int:  # noqa: PLE0303 (it never returns)
        self._refuse()

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        self._refuse()

    def __ne__(self, other: object) -> bool:
        self._refuse()

    def keys(self) -> NoReturn:
        """Not known."""
        self._refuse()

    def values(self) -> NoReturn:
        """Not known."""
        self._refuse()

    def items(self) -> NoReturn:
        """Not known."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise NotKnown(self.why)
