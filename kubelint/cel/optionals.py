"""Optional values: `optional.of(x)`, `x.orValue(y)`, `list.first()`.

Facts: cel-go 0.26, cel/library.go (the optional library with everything that it has).
`or` and `orValue` are the evaluator's, because they leave their argument alone where they do not need it.
"""

from __future__ import annotations

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError
from kubelint.cel.functions import Overload, member
from kubelint.cel.spelling import spell_for_error
from kubelint.cel.types import BOOL, INT, STRING, Type
from kubelint.cel.values import NONE, Optional, is_zero

_K, _V = types.parameter("K"), types.parameter("V")
_OPTIONAL, _LIST, _MAP = types.optional_of(_V), types.list_of(_V), types.map_of(_K, _V)


def _of_non_zero(value: object) -> Optional:
    return NONE if is_zero(value) else Optional(value)


def _unwrap(values: list[object]) -> list[object]:
    found = []
    for value in values:
        if not isinstance(value, Optional):
            raise EvaluationError(f"value {spell_for_error(value)} is not optional")
        if value is not NONE:
            found.append(value.value)
    return found


FUNCTIONS: dict[str, list[Overload]] = {
    "optional.of": [Overload("optional_of", (_V,), _OPTIONAL, Optional, is_guarded=False)],
    "optional.ofNonZeroValue": [Overload("optional_ofNonZeroValue", (_V,), _OPTIONAL, _of_non_zero, is_guarded=False)],
    "optional.none": [Overload("optional_none", (), _OPTIONAL, lambda: NONE)],
    "optional.unwrap": [Overload("optional_unwrap", (types.list_of(_OPTIONAL),), _LIST, _unwrap)],
    "unwrapOpt": [member("optional_unwrapOpt", (types.list_of(_OPTIONAL),), _LIST, _unwrap)],
    "value": [member("optional_value", (_OPTIONAL,), _V, Optional.get)],
    "hasValue": [member("optional_hasValue", (_OPTIONAL,), BOOL, lambda value: value is not NONE)],
    "or": [Overload("optional_or_optional", (_OPTIONAL, _OPTIONAL), _OPTIONAL, is_member=True)],
    "orValue": [Overload("optional_orValue_value", (_OPTIONAL, _V), _V, is_member=True)],
    "first": [member("list_first", (_LIST,), _OPTIONAL, lambda values: Optional(values[0]) if values else NONE)],
    "last": [member("list_last", (_LIST,), _OPTIONAL, lambda values: Optional(values[-1]) if values else NONE)],
    "_?._": [Overload("select_optional_field", (types.DYN, STRING), _OPTIONAL)],
    "_[?_]": [
        Overload("list_optindex_optional_int", (_LIST, INT), _OPTIONAL),
        Overload("optional_list_optindex_optional_int", (types.optional_of(_LIST), INT), _OPTIONAL),
        Overload("map_optindex_optional_value", (_MAP, _K), _OPTIONAL),
        Overload("optional_map_optindex_optional_value", (types.optional_of(_MAP), _K), _OPTIONAL),
    ],
    "_[_]": [
        Overload("optional_list_index_int", (types.optional_of(_LIST), INT), _OPTIONAL),
        Overload("optional_map_index_value", (types.optional_of(_MAP), _K), _OPTIONAL),
    ],
}

TYPE_NAMES: dict[str, Type] = {"optional_type": types.type_of_type(_OPTIONAL)}
