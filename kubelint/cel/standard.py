"""The functions and operators that CEL itself has.

Facts: cel-go 0.26, common/stdlib/standard.go, with comparisons of numbers across their types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kubelint.cel import regex, times, types
from kubelint.cel.conversions import convert
from kubelint.cel.errors import CelUnknown, EvaluationError, no_such_overload
from kubelint.cel.functions import Overload, member
from kubelint.cel.types import BOOL, BYTES, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, TYPE, UINT, Type
from kubelint.cel.values import (
    MISSING,
    Duration,
    Timestamp,
    Uint,
    compare,
    contains,
    find,
    int_or_overflow,
    is_comparable,
    type_of,
    uint_or_overflow,
)

_A, _B = types.parameter("A"), types.parameter("B")
_LIST, _MAP = types.list_of(_A), types.map_of(_A, _B)


def _receives(value: object) -> bool:
    """Whether the server asks a value itself for a function that it does not have, which answers in other words."""
    return isinstance(value, str | Duration | Timestamp)


def _nothing(function: str, value: object) -> EvaluationError:
    return no_such_overload() if _receives(value) else no_such_overload(function)


def _add(left: Any, right: Any) -> object:
    kind = type(left)
    if kind is not type(right):
        return _add_times(left, right)
    if kind is int:
        return int_or_overflow(left + right)
    if kind is Uint:
        return uint_or_overflow(int(left) + int(right))
    if kind in (str, bytes, float, list):
        return left + right
    return _add_times(left, right)


def _add_times(left: object, right: object) -> object:
    if isinstance(left, list) and isinstance(right, list):
        # One of them is open.
        return left + right
    if isinstance(left, Duration) and isinstance(right, Duration):
        return Duration(left.nanoseconds + right.nanoseconds)
    if isinstance(left, Timestamp) and isinstance(right, Duration):
        return Timestamp(left.nanoseconds + right.nanoseconds, left.offset)
    if isinstance(left, Duration) and isinstance(right, Timestamp):
        return Timestamp(left.nanoseconds + right.nanoseconds, right.offset)
    if isinstance(left, bool | dict) or not (_receives(left) or isinstance(left, int | float | bytes | list)):
        raise no_such_overload("_+_")
    raise no_such_overload()


def _subtract(left: Any, right: Any) -> object:
    kind = type(left)
    if kind is type(right):
        if kind is int:
            return int_or_overflow(left - right)
        if kind is Uint:
            return uint_or_overflow(int(left) - int(right))
        if kind is float:
            return left - right
        if kind in (Duration, Timestamp):
            return Duration(left.nanoseconds - right.nanoseconds)
    if isinstance(left, Timestamp) and isinstance(right, Duration):
        return Timestamp(left.nanoseconds - right.nanoseconds, left.offset)
    raise _no_arithmetic("_-_", left)


def _no_arithmetic(function: str, left: object) -> EvaluationError:
    is_number = isinstance(left, int | float) and not isinstance(left, bool)
    return no_such_overload() if is_number else _nothing(function, left)


def _multiply(left: Any, right: Any) -> object:
    if type(left) is type(right):
        if type(left) is int:
            return int_or_overflow(left * right)
        if type(left) is Uint:
            return uint_or_overflow(int(left) * int(right))
        if type(left) is float:
            return left * right
    raise _no_arithmetic("_*_", left)


def _divide(left: Any, right: Any) -> object:
    if type(left) is not type(right) or type(left) not in (int, Uint, float):
        raise _no_arithmetic("_/_", left)
    if type(left) is float:
        return _divide_doubles(left, right)
    if right == 0:
        raise EvaluationError("division by zero")
    quotient = abs(int(left)) // abs(int(right))
    if type(left) is Uint:
        return Uint(quotient)
    return int_or_overflow(quotient if (left < 0) == (right < 0) else -quotient)


def _divide_doubles(left: float, right: float) -> float:
    import math

    if right:
        return left / right
    if not left or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _modulo(left: Any, right: Any) -> object:
    if type(left) is not type(right) or type(left) not in (int, Uint):
        # A double has no remainder.
        raise no_such_overload("_%_") if isinstance(left, float) else _no_arithmetic("_%_", left)
    if right == 0:
        raise EvaluationError("modulus by zero")
    if type(left) is Uint:
        return Uint(int(left) % int(right))
    int_or_overflow(abs(left) // abs(right) if (left < 0) == (right < 0) else 0)
    remainder = abs(left) % abs(right)
    return -remainder if left < 0 else remainder


def _negate(value: Any) -> object:
    if type(value) is int:
        return int_or_overflow(-value)
    if type(value) is float:
        return -value
    if isinstance(value, Duration):
        return Duration(-value.nanoseconds)
    raise no_such_overload() if isinstance(value, bool) else _nothing("-_", value)


def _not(value: object) -> object:
    if isinstance(value, bool):
        return not value
    raise no_such_overload()


def _comparison(function: str, holds: Callable[[int], bool]) -> Callable[[Any, Any], object]:
    def implementation(left: Any, right: Any) -> object:
        if is_comparable(left):
            return holds(compare(left, right))
        raise _nothing(function, left)

    return implementation


def _in(value: object, values: object) -> object:
    if isinstance(values, list):
        return contains(values, value)
    if isinstance(values, dict):
        try:
            return find(values, value) is not MISSING
        except CelUnknown:
            # It may be known that there is a value, if not which.
            return value in values
    raise no_such_overload()


def _size(value: object) -> object:
    if isinstance(value, str | bytes | list | dict):
        return len(value)
    raise _nothing("size", value)


def _matches(text: object, pattern: object) -> object:
    if not isinstance(text, str):
        raise _nothing("matches", text)
    if not isinstance(pattern, str):
        raise no_such_overload()
    return regex.compile(pattern).search(text) is not None


def _strictly(value: object) -> object:
    return value is not False


def _identity(value: object) -> object:
    return value


#: Functions with one implementation for all of their overloads.
SINGLETONS: dict[str, Callable[..., Any]] = {
    "_+_": _add,
    "_-_": _subtract,
    "_*_": _multiply,
    "_/_": _divide,
    "_%_": _modulo,
    "-_": _negate,
    "!_": _not,
    "_<_": _comparison("_<_", lambda order: order < 0),
    "_<=_": _comparison("_<=_", lambda order: order <= 0),
    "_>_": _comparison("_>_", lambda order: order > 0),
    "_>=_": _comparison("_>=_", lambda order: order >= 0),
    "@in": _in,
    "size": _size,
    "matches": _matches,
    "type": type_of,
    "dyn": _identity,
    "@not_strictly_false": _strictly,
}


def _converting(to: Type) -> Callable[[object], object]:
    return lambda value: convert(value, to)


def _conversions(to: Type, *sources: Type) -> list[Overload]:
    name = to.name.rpartition(".")[2].lower()
    return [Overload(f"{of.name}_to_{name}", (of,), to, _converting(to)) for of in (to, *sources)]


def _operator(result: Type | None, *operands: tuple[Type, ...]) -> list[Overload]:
    return [Overload("", arguments, result or arguments[0]) for arguments in operands]


def _pairs(*of: Type) -> list[tuple[Type, ...]]:
    return [(one, one) for one in of]


_NUMBERS = (INT, UINT, DOUBLE)
_ORDERED = [
    *_pairs(BOOL),
    *((left, right) for left in _NUMBERS for right in _NUMBERS),
    *_pairs(STRING, BYTES, TIMESTAMP, DURATION),
]


def _text_test(name: str, holds: Callable[[str, str], bool]) -> Overload:
    def implementation(text: object, part: object) -> object:
        if not isinstance(text, str) or not isinstance(part, str):
            raise no_such_overload()
        return holds(text, part)

    return Overload(name, (STRING, STRING), BOOL, implementation, is_member=True, is_guarded=False)


def _asking(function: str) -> list[Overload]:
    def in_zone(timestamp: Timestamp, zone: str = "UTC") -> int:
        return times.ask(function, timestamp, zone)

    return [
        member(f"timestamp_{function}", (TIMESTAMP,), INT, in_zone),
        member(f"timestamp_{function}_with_tz", (TIMESTAMP, STRING), INT, in_zone),
    ]


def _of_duration(function: str, nanoseconds: int) -> Overload:
    def implementation(duration: Duration) -> int:
        return int(duration.nanoseconds / nanoseconds) if nanoseconds > 10**9 else _whole(duration, nanoseconds)

    return member(f"duration_{function}", (DURATION,), INT, implementation)


def _whole(duration: Duration, nanoseconds: int) -> int:
    whole = abs(duration.nanoseconds) // nanoseconds
    return -whole if duration.nanoseconds < 0 else whole


def _sizes() -> list[Overload]:
    measured = (BYTES, _LIST, _MAP, STRING)
    return [
        *(Overload("", (of,), INT) for of in measured),
        *(Overload("", (of,), INT, is_member=True) for of in measured),
    ]


FUNCTIONS: dict[str, list[Overload]] = {
    "_?_:_": [Overload("conditional", (BOOL, _A, _A), _A)],
    "!_": _operator(BOOL, (BOOL,)),
    "@not_strictly_false": _operator(BOOL, (BOOL,)),
    "_==_": _operator(BOOL, (_A, _A)),
    "_!=_": _operator(BOOL, (_A, _A)),
    "_+_": [
        *_operator(None, (BYTES, BYTES), (DOUBLE, DOUBLE), (DURATION, DURATION)),
        *_operator(TIMESTAMP, (DURATION, TIMESTAMP), (TIMESTAMP, DURATION)),
        *_operator(None, (INT, INT), (_LIST, _LIST), (STRING, STRING), (UINT, UINT)),
    ],
    "_/_": _operator(None, *_pairs(DOUBLE, INT, UINT)),
    "_%_": _operator(None, *_pairs(INT, UINT)),
    "_*_": _operator(None, *_pairs(DOUBLE, INT, UINT)),
    "-_": _operator(None, (DOUBLE,), (INT,)),
    "_-_": [
        *_operator(None, *_pairs(DOUBLE, DURATION, INT)),
        *_operator(None, (TIMESTAMP, DURATION)),
        *_operator(DURATION, (TIMESTAMP, TIMESTAMP)),
        *_operator(None, (UINT, UINT)),
    ],
    "_<_": _operator(BOOL, *_ORDERED),
    "_<=_": _operator(BOOL, *_ORDERED),
    "_>_": _operator(BOOL, *_ORDERED),
    "_>=_": _operator(BOOL, *_ORDERED),
    "_[_]": [*_operator(_A, (_LIST, INT)), *_operator(_B, (_MAP, _A))],
    "@in": _operator(BOOL, (_A, _LIST), (_A, _MAP)),
    "size": _sizes(),
    "type": _operator(types.type_of_type(_A), (_A,)),
    "dyn": _operator(DYN, (_A,)),
    "bool": _conversions(BOOL, STRING),
    "bytes": _conversions(BYTES, STRING),
    "double": _conversions(DOUBLE, INT, STRING, UINT),
    "duration": _conversions(DURATION, INT, STRING),
    "int": _conversions(INT, DOUBLE, DURATION, STRING, TIMESTAMP, UINT),
    "string": _conversions(STRING, BOOL, BYTES, DOUBLE, DURATION, INT, TIMESTAMP, UINT),
    "timestamp": _conversions(TIMESTAMP, INT, STRING),
    "uint": _conversions(UINT, DOUBLE, INT, STRING),
    "contains": [_text_test("contains_string", lambda text, part: part in text)],
    "endsWith": [_text_test("ends_with_string", str.endswith)],
    "startsWith": [_text_test("starts_with_string", str.startswith)],
    "matches": [
        Overload("matches", (STRING, STRING), BOOL),
        Overload("matches_string", (STRING, STRING), BOOL, is_member=True),
    ],
    "getFullYear": _asking("getFullYear"),
    "getMonth": _asking("getMonth"),
    "getDayOfYear": _asking("getDayOfYear"),
    "getDayOfMonth": _asking("getDayOfMonth"),
    "getDate": _asking("getDate"),
    "getDayOfWeek": _asking("getDayOfWeek"),
    "getHours": [*_asking("getHours"), _of_duration("getHours", 3600 * 10**9)],
    "getMinutes": [*_asking("getMinutes"), _of_duration("getMinutes", 60 * 10**9)],
    "getSeconds": [*_asking("getSeconds"), _of_duration("getSeconds", 10**9)],
    "getMilliseconds": [*_asking("getMilliseconds"), _of_duration("getMilliseconds", 10**6)],
}

TYPE_NAMES: dict[str, Type] = {
    of.name: types.type_of_type(of) for of in (BOOL, BYTES, DOUBLE, DURATION, INT, types.NULL, STRING, TIMESTAMP, UINT)
} | {
    "duration": types.type_of_type(DURATION),
    "timestamp": types.type_of_type(TIMESTAMP),
    "type": types.type_of_type(TYPE),
    "list": types.type_of_type(_LIST),
    "map": types.type_of_type(_MAP),
}
