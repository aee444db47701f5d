"""A list of which only some elements are known: there may be more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from kubelint.cel.errors import CelUnknown


class OpenList(list[Any]):
    """A list that may hold more than is known of it, anywhere.

    Whoever asks for what depends on there being more gets a CelUnknown with `why`, a noun. What the known elements
    alone decide is certain: an `exists` that finds one, an `all` that fails on one.
    """

    __slots__ = ("why",)
    __hash__ = None

    def __init__(self, known: list[Any], why: str) -> None:
        super().__init__(known)
        self.why = why

    @property
    def known(self) -> list[Any]:
        """The elements that are known, as a list of its own."""
        return list(list.__iter__(self))

    def __iter__(self) -> Iterator[Any]:
        yield from list.__iter__(self)
        self._refuse()

    def __getitem__(self, index: Any) -> Any:
        self._refuse()

    def __bool__(self) -> bool:
        return list.__len__(self) > 0 or self._refuse()

    def __len__(self) -> int:  # noqa: PLE0303 (it never returns)
        self._refuse()

    def __eq__(self, other: object) -> bool:
        self._refuse()

    def __ne__(self, other: object) -> bool:
        self._refuse()

    def __add__(self, other: list[Any]) -> OpenList:
        return OpenList([*self.known, *_known(other)], self.why)

    def __radd__(self, other: list[Any]) -> OpenList:
        return OpenList([*_known(other), *self.known], self.why)

    def __contains__(self, element: object) -> bool:
        return list.__contains__(self, element) or self._refuse()

    def _refuse(self) -> NoReturn:
        raise CelUnknown(self.why)


def _known(values: list[Any]) -> list[Any]:
    return values.known if isinstance(values, OpenList) else values
