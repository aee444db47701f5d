"""Maps that know what they do not know: fields that a running cluster fills in, or may."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, NoReturn

from kubelint.cel import CelUnknown, OpenList
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

    def replaced(
        self, known: dict[str, object], present: Mapping[str, str], possible: Set[str] = frozenset()
    ) -> Uncertain:
        """The same map with other known entries, and with more keys that are present or possible."""
        return Uncertain(
            known,
            self.why,
            drawn={key: pair for key, pair in self._drawn.items() if key not in present and key not in possible},
            draw=self._draw,
            present={**self._present, **present},
            possible=(self._possible | possible) - known.keys() - present.keys(),
            is_open=self._is_open,
        )

    def common(self, other: Uncertain, why: str) -> tuple[dict[str, object], dict[str, str], set[str]]:
        """What is known of both maps alike; the keys that both have, with the nouns for their values; the keys that
        one of them has, or may have."""
        known: dict[str, object] = {}
        present: dict[str, str] = {}
        possible: set[str] = set()
        for key in dict.fromkeys((*self._keys, *other._keys)):
            if not (key in self._keys and key in other._keys):
                possible.add(key)
            elif dict.__contains__(self, key) and dict.__contains__(other, key):
                found = _common(dict.__getitem__(self, key), dict.__getitem__(other, key), why)
                if found is _DIFFERENT:
                    present[key] = why
                else:
                    known[key] = found
            elif self._drawn.get(key, why) != other._drawn.get(key):
                present[key] = self._present.get(key) or other._present.get(key) or why
        return known, present, possible | self._possible | other._possible

    @property
    def _keys(self) -> dict[str, None]:
        """The keys that are sure to be there."""
        return dict.fromkeys((*dict.keys(self), *self._drawn, *self._present))

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


def settled(value: Any, is_unsettled: Callable[[object], bool], why: str) -> Any:
    """A value in which entries of maps that are unsettled are present, but not known; `why` is a noun."""
    if isinstance(value, OpenList):
        return OpenList(settled(value.known, is_unsettled, why), value.why)
    if isinstance(value, list):
        return [settled(item, is_unsettled, why) for item in value]
    if not isinstance(value, dict):
        return value
    entries = dict(dict.items(value))
    kept = {key: settled(below, is_unsettled, why) for key, below in entries.items() if not is_unsettled(below)}
    present = dict.fromkeys(entries.keys() - kept.keys(), why)
    if isinstance(value, Uncertain):
        return value.replaced(kept, present)
    return Uncertain(kept, why, present=present) if present else kept


_DIFFERENT = object()


def agreed(one: dict[str, Any], other: dict[str, Any], why: str) -> dict[str, Any]:
    """What two maps have in common; in what they differ is not known, and `why`, a noun, says why."""
    left, right = (value if isinstance(value, Uncertain) else Uncertain(value, why) for value in (one, other))
    known, present, possible = left.common(right, why)
    if not present and not possible and not isinstance(one, Uncertain) and not isinstance(other, Uncertain):
        return known
    return left.replaced(known, present, possible)


def _common(one: object, other: object, why: str) -> object:
    if isinstance(one, dict) and isinstance(other, dict):
        return agreed(one, other, why)
    if isinstance(one, OpenList) and isinstance(other, OpenList):
        known = _common(one.known, other.known, why)
        return known if known is _DIFFERENT else OpenList(known, one.why)  # type: ignore[arg-type]
    if isinstance(one, OpenList) or isinstance(other, OpenList):
        return _DIFFERENT
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return _DIFFERENT
        items = [_common(*pair, why) for pair in zip(one, other, strict=True)]
        return _DIFFERENT if any(item is _DIFFERENT for item in items) else items
    return one if type(one) is type(other) and one == other else _DIFFERENT
