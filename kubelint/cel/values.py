"""The values of CEL in Python, and what the language does with values of any type: compare, convert, name, spell.

bool, int, float, str, bytes, None, list and dict are themselves; the classes here are the rest. Behaviour and words are
those of cel-go 0.26 (common/types), whose errors a kube-apiserver passes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError, no_such_overload
from kubelint.cel.types import Type

INT_MINIMUM, INT_MAXIMUM, UINT_MAXIMUM = -(1 << 63), (1 << 63) - 1, (1 << 64) - 1
NANOSECONDS = 1_000_000_000
#: The years 1 to 9999, which a timestamp has to be in, in seconds since 1970.
FIRST_SECOND, LAST_SECOND = -62135596800, 253402300799


class Uint(int):
    """An unsigned integer of 64 bits."""

    __slots__ = ()


class Opaque:
    """A value of a type that CEL itself does not know."""

    __slots__ = ()
    TYPE: ClassVar[Type]
    #: Whether a comparison with another type is an error, rather than false.
    STRICT_EQUALITY: ClassVar[bool] = True

    def is_same(self, other: Opaque) -> bool:
        """Whether the server says that this equals `other`, which is of the same type."""
        raise NotImplementedError


class Duration(Opaque):
    """A span of time, in nanoseconds."""

    __slots__ = ("nanoseconds",)
    TYPE = types.DURATION
    STRICT_EQUALITY = False

    def __init__(self, nanoseconds: int) -> None:
        self.nanoseconds = int_or_overflow(nanoseconds)

    def is_same(self, other: Opaque) -> bool:
        """Whether both are as long."""
        return isinstance(other, Duration) and self.nanoseconds == other.nanoseconds


class Timestamp(Opaque):
    """A point in time: nanoseconds since 1970 in UTC, and the offset from UTC, in seconds, that it was written in."""

    __slots__ = ("nanoseconds", "offset")
    TYPE = types.TIMESTAMP
    STRICT_EQUALITY = False

    def __init__(self, nanoseconds: int, offset: int = 0) -> None:
        if not FIRST_SECOND <= nanoseconds // NANOSECONDS <= LAST_SECOND:
            raise EvaluationError("timestamp overflow")
        self.nanoseconds = nanoseconds
        self.offset = offset

    def is_same(self, other: Opaque) -> bool:
        """Whether both are the same moment."""
        return isinstance(other, Timestamp) and self.nanoseconds == other.nanoseconds


class Optional(Opaque):
    """A value that may be missing; `NONE` is the one that is."""

    __slots__ = ("value",)
    TYPE = types.optional_of(types.DYN)
    STRICT_EQUALITY = False

    def __init__(self, value: object) -> None:
        self.value = value

    def is_same(self, other: Opaque) -> bool:
        """Whether both are missing, or both hold equal values."""
        assert isinstance(other, Optional)
        if self is NONE or other is NONE:
            return self is other
        return equal(self.value, other.value)

    def get(self) -> object:
        """The value.

        Raises:
            EvaluationError: if there is none.
        """
        if self is NONE:
            raise EvaluationError("optional.none() dereference")
        return self.value


NONE = Optional(None)

_TYPES: dict[type, Type] = {
    bool: types.BOOL,
    int: types.INT,
    Uint: types.UINT,
    float: types.DOUBLE,
    str: types.STRING,
    bytes: types.BYTES,
    type(None): types.NULL,
    list: types.LIST,
    dict: types.MAP,
    Type: types.TYPE,
}


def type_of(value: object) -> Type:
    """The type of a value at run time, which knows nothing of elements."""
    found = _TYPES.get(type(value))
    if found is not None:
        return found
    if isinstance(value, Opaque):
        return value.TYPE
    if isinstance(value, dict):
        return types.MAP
    if isinstance(value, list):
        return types.LIST
    raise TypeError(f"{type(value).__name__} is no value of CEL")


def is_number(value: object) -> bool:
    """Whether a value is an int, a uint or a double."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def int_or_overflow(value: int) -> int:
    """The integer, if it is an int of 64 bits.

    Raises:
        EvaluationError: otherwise.
    """
    if INT_MINIMUM <= value <= INT_MAXIMUM:
        return value
    raise EvaluationError("integer overflow")


def uint_or_overflow(value: int) -> Uint:
    """The integer as a uint, if it is one of 64 bits.

    Raises:
        EvaluationError: otherwise.
    """
    if 0 <= value <= UINT_MAXIMUM:
        return Uint(value)
    raise EvaluationError("unsigned integer overflow")


def equal(left: object, right: object) -> bool:
    """Whether two values are equal as `==` has it: numbers across their types, lists and maps by their content.

    Raises:
        EvaluationError: for an address, a quantity and the like beside another type.
    """
    kind = type(left)
    if kind is str or kind is bool:
        return type(right) is kind and left == right
    if left is None or right is None:
        return left is right
    if isinstance(left, int | float):
        return is_number(right) and left == right
    if isinstance(left, list):
        return isinstance(right, list) and _equal_lists(left, right)
    if isinstance(left, dict):
        return isinstance(right, dict) and _equal_maps(left, right)
    if isinstance(left, Opaque):
        if isinstance(right, Opaque) and right.TYPE == left.TYPE:
            return left.is_same(right)
        if left.STRICT_EQUALITY:
            raise no_such_overload()
        return False
    return type(right) is kind and left == right


def is_not_false(left: object, right: object) -> bool:
    """Whether two elements are equal, or cannot be compared: what the server takes for equal within lists and maps."""
    try:
        return equal(left, right)
    except EvaluationError:
        return True


def is_true(left: object, right: object) -> bool:
    """Whether two values are equal for sure: what the server asks when it looks for a value in a list."""
    try:
        return equal(left, right)
    except EvaluationError:
        return False


def contains(values: list[object], wanted: object) -> bool:
    """Whether a list holds a value."""
    return any(is_true(wanted, value) for value in values)


def _equal_lists(left: list[object], right: list[object]) -> bool:
    return len(left) == len(right) and all(map(is_not_false, left, right))


def _equal_maps(left: Mapping[object, object], right: Mapping[object, object]) -> bool:
    if len(left) != len(right):
        return False
    for key, value in left.items():
        other = find(right, key)
        if other is MISSING or not is_not_false(value, other):
            return False
    return True


_NUMBERS = frozenset((int, float, Uint))


class Missing:
    """The type of what a map does not hold."""


MISSING = Missing()


def find(values: Mapping[object, object], key: object) -> object:
    """What a map holds for a key, numbers being the same across their types; MISSING if it holds nothing."""
    if type(key) is str:
        return values.get(key, MISSING)
    if isinstance(key, list | dict):
        return MISSING
    found = values.get(key, MISSING)
    if found is MISSING:
        return MISSING
    # To Python true is 1, to CEL it is not.
    is_one = any(held == key and isinstance(held, bool) == isinstance(key, bool) for held in values)
    return found if is_one else MISSING


def compare(left: object, right: object) -> int:
    """-1, 0 or 1 for two values that have an order.

    Raises:
        EvaluationError: if they have none.
    """
    kind = type(left)
    if kind in _NUMBERS and type(right) in _NUMBERS:
        if left != left or right != right:
            raise EvaluationError("NaN values cannot be ordered")
        return _order(left, right)
    if kind is not type(right):
        raise no_such_overload()
    if kind in (str, bytes, bool):
        return _order(left, right)
    if isinstance(left, Duration | Timestamp) and isinstance(right, Duration | Timestamp):
        return _order(left.nanoseconds, right.nanoseconds)
    raise no_such_overload()


def _order(left: Any, right: Any) -> int:
    return -1 if left < right else int(left > right)


def is_comparable(value: object) -> bool:
    """Whether values of this type have an order."""
    return isinstance(value, bool | int | float | str | bytes | Duration | Timestamp)


def is_zero(value: object) -> bool:
    """Whether `optional.ofNonZeroValue` takes a value for nothing."""
    if isinstance(value, Duration):
        return value.nanoseconds == 0
    if isinstance(value, Timestamp):
        # The zero of Go's time is the first moment of the year 1.
        return value.nanoseconds == FIRST_SECOND * NANOSECONDS
    return value is None or (isinstance(value, bool | int | float | str | bytes | list | dict) and not value)
