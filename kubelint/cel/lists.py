"""Functions of lists: those of Kubernetes (isSorted, sum, min, max, indexOf), of cel-go's lists, sets and maps.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/lists.go; cel-go 0.26, ext/lists.go (version 3), ext/sets.go,
ext/comprehensions.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError, no_such_overload
from kubelint.cel.functions import Overload, member
from kubelint.cel.spelling import spell_for_error
from kubelint.cel.standard import SINGLETONS
from kubelint.cel.types import BOOL, BYTES, DOUBLE, DURATION, DYN, INT, STRING, TIMESTAMP, UINT, Type
from kubelint.cel.values import MISSING, Duration, Uint, compare, contains, find, is_comparable, is_true, type_of

_T, _K, _V = types.parameter("T"), types.parameter("K"), types.parameter("V")
_LIST, _MAP = types.list_of(_T), types.map_of(_K, _V)
_SUMMABLE = (INT, UINT, DOUBLE, DURATION)
_COMPARABLE = (INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES)
_ZEROS: dict[Type, object] = {INT: 0, UINT: Uint(0), DOUBLE: 0.0, DURATION: Duration(0)}
#: More elements than any evaluation may make within the server's cost limit.
_LONGEST_RANGE = 1_000_000


def _comparison(left: object, right: object) -> int:
    """The order of two elements; two that have none are taken as they come, as the server does."""
    if not is_comparable(left) or not is_comparable(right):
        raise no_such_overload()
    try:
        return compare(left, right)
    except EvaluationError:
        return 0


def _is_sorted(values: list[object]) -> bool:
    for value in values[:1]:
        _comparison(value, value)
    return all(_comparison(left, right) <= 0 for left, right in pairwise(values))


def _sum(zero: object) -> Callable[[list[object]], object]:
    def implementation(values: list[object]) -> object:
        total = zero
        for value in values:
            total = SINGLETONS["_+_"](total, value)
        return total

    return implementation


def _extreme(name: str, sign: int) -> Callable[[list[object]], object]:
    def implementation(values: list[object]) -> object:
        if not values:
            raise EvaluationError(f"{name} called on empty list")
        found = values[0]
        for value in values:
            if _comparison(value, found) * sign > 0:
                found = value
        return found

    return implementation


def _index_of(values: list[object], wanted: object) -> int:
    return next((index for index in range(len(values)) if is_true(values[index], wanted)), -1)


def _last_index_of(values: list[object], wanted: object) -> int:
    return next((index for index in range(len(values) - 1, -1, -1) if is_true(values[index], wanted)), -1)


def _slice(values: list[object], start: int, end: int) -> list[object]:
    what = f"cannot slice({start}, {end})"
    if start < 0 or end < 0:
        raise EvaluationError(f"{what}, negative indexes not supported")
    if start > end:
        raise EvaluationError(f"{what}, start index must be less than or equal to end index")
    if len(values) < end:
        raise EvaluationError(f"{what}, list is length {len(values)}")
    return values[start:end]


def _flatten(values: list[object], depth: int = 1) -> list[object]:
    if depth < 0:
        raise EvaluationError("level must be non-negative")
    found: list[object] = []
    for value in values:
        if isinstance(value, list) and depth:
            found += _flatten(value, depth - 1)
        else:
            found.append(value)
    return found


def _flatten_any(values: object, *depth: object) -> object:
    if isinstance(values, list) and all(type(one) is int for one in depth):
        return _flatten(values, *depth)  # type: ignore[arg-type]
    spelled = ", ".join(type_of(one).name for one in depth)
    raise EvaluationError(f"no such overload: {type_of(values).name}.flatten({spelled})")


def _sort(values: list[object]) -> list[object]:
    return _sort_by(values, values)


def _sort_by(values: list[object], keys: list[object]) -> list[object]:
    if not isinstance(values, list):
        raise no_such_overload("@sortByAssociatedKeys")
    if len(values) != len(keys):
        raise EvaluationError(
            "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, "
            f"but got {len(values)} and {len(keys)} elements respectively"
        )
    if not values:
        return values
    if not is_comparable(keys[0]):
        raise EvaluationError("list elements must be comparable")
    if len({type_of(key).name for key in keys}) > 1:
        raise EvaluationError("list elements must have the same type")
    by_key = cmp_to_key(_comparison)
    pairs = sorted(zip(keys, values, strict=True), key=lambda pair: by_key(pair[0]))
    return [value for _, value in pairs]


def _sort_any(values: object) -> object:
    if not isinstance(values, list):
        raise no_such_overload() if isinstance(values, str) else no_such_overload("sort")
    return _sort(values)


def _range(count: int) -> list[int]:
    if count > _LONGEST_RANGE:
        raise EvaluationError("operation cancelled: actual cost limit exceeded")
    return list(range(count))


def _reverse(values: list[object]) -> list[object]:
    return values[::-1]


def _distinct(values: list[object]) -> list[object]:
    found: list[object] = []
    for value in values:
        if not any(is_true(value, other) for other in found):
            found.append(value)
    return found


def _sets_contain(values: list[object], wanted: list[object]) -> bool:
    return all(contains(values, one) for one in wanted)


def _sets_intersect(left: list[object], right: list[object]) -> bool:
    return any(contains(right, one) for one in left)


def _insert(into: Mapping[object, object], key: object, value: object) -> dict[object, object]:
    if find(into, key) is not MISSING:
        raise EvaluationError(f"insert failed: key {spell_for_error(key)} already exists")
    return {**into, key: value}


def _insert_all(into: Mapping[object, object], other: Mapping[object, object]) -> dict[object, object]:
    result = dict(into)
    for key, value in other.items():
        result = _insert(result, key, value)
    return result


def _each(of: tuple[Type, ...], result: Type | None, implementation: Callable[[Type], Any]) -> list[Overload]:
    return [member("", (types.list_of(one),), result or one, implementation(one)) for one in of]


SINGLETONS["sort"] = _sort_any
SINGLETONS["@sortByAssociatedKeys"] = _sort_by

FUNCTIONS: dict[str, list[Overload]] = {
    "isSorted": _each(_COMPARABLE, BOOL, lambda _: _is_sorted),
    "sum": _each(_SUMMABLE, None, lambda of: _sum(_ZEROS[of])),
    "max": _each(_COMPARABLE, None, lambda _: _extreme("max", 1)),
    "min": _each(_COMPARABLE, None, lambda _: _extreme("min", -1)),
    "indexOf": [member("list_a_index_of_int", (_LIST, _T), INT, _index_of)],
    "lastIndexOf": [member("list_a_last_index_of_int", (_LIST, _T), INT, _last_index_of)],
    "slice": [member("list_slice", (_LIST, INT, INT), _LIST, _slice)],
    "flatten": [
        Overload("list_flatten", (types.list_of(_LIST),), _LIST, _flatten_any, is_member=True, is_guarded=False),
        Overload(
            "list_flatten_int",
            (types.list_of(DYN), INT),
            types.list_of(DYN),
            _flatten_any,
            is_member=True,
            is_guarded=False,
        ),
    ],
    "sort": [Overload("", (types.list_of(of),), types.list_of(of), is_member=True) for of in _COMPARABLE],
    "@sortByAssociatedKeys": [Overload("", (_LIST, types.list_of(of)), _LIST, is_member=True) for of in _COMPARABLE],
    "lists.range": [Overload("lists_range", (INT,), types.list_of(INT), _range)],
    "reverse": [member("list_reverse", (_LIST,), _LIST, _reverse)],
    "distinct": [member("list_distinct", (_LIST,), _LIST, _distinct)],
    "sets.contains": [Overload("list_sets_contains_list", (_LIST, _LIST), BOOL, _sets_contain)],
    "sets.equivalent": [
        Overload(
            "list_sets_equivalent_list",
            (_LIST, _LIST),
            BOOL,
            lambda left, right: _sets_contain(left, right) and _sets_contain(right, left),
        )
    ],
    "sets.intersects": [Overload("list_sets_intersects_list", (_LIST, _LIST), BOOL, _sets_intersect)],
    "cel.@mapInsert": [
        Overload("cel_@mapInsert_map_key_value", (_MAP, _K, _V), _MAP, _insert),
        Overload("cel_@mapInsert_map_map", (_MAP, _MAP), _MAP, _insert_all),
    ],
}
