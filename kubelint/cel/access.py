"""What stands at a key, an index or a field of a value: `a.b`, `a[b]`, `a[?b]`, `has(a.b)`.

Facts: cel-go 0.26, interpreter/attributes.go, whose words the errors are.
"""

from __future__ import annotations

from typing import Any

from kubelint.cel.errors import CelUnknown, EvaluationError
from kubelint.cel.spelling import spell_for_error
from kubelint.cel.types import Type
from kubelint.cel.values import MISSING, NONE, Duration, Optional, Timestamp, Uint, find, is_number, type_of

_GO_TYPES: dict[type, str] = {
    bool: "types.Bool",
    int: "types.Int",
    Uint: "types.Uint",
    float: "types.Double",
    str: "types.String",
    bytes: "types.Bytes",
    type(None): "types.Null",
    Duration: "types.Duration",
    Timestamp: "types.Timestamp",
    Optional: "*types.Optional",
    Type: "*types.Type",
    list: "*types.baseList",
    dict: "*types.baseMap",
}
#: The same for values that come from a variable as they are.
_GO_DATA: dict[type, str] = {type(None): "<nil>", list: "[]interface {}", dict: "map[string]interface {}"}


def look_up(value: Any, key: Any) -> Any:
    """What a map or a list holds at a key; MISSING if it holds nothing there, or is neither.

    Raises:
        EvaluationError: if a list is asked for what is no index.
    """
    if isinstance(value, dict):
        return find(value, key)
    if not isinstance(value, list):
        return MISSING
    position = _position(key)
    return value[position] if 0 <= position < len(value) else MISSING


def _position(key: Any) -> int:
    if not is_number(key):
        raise EvaluationError(f"unsupported index type '{type_of(key).name}' in list")
    if key != key or key != int(key):
        raise EvaluationError(f"unsupported index value {spell_for_error(key)} in list")
    return int(key)


def _check_qualifier(key: Any) -> None:
    if not isinstance(key, str | int | float | bool):
        raise EvaluationError(f"invalid qualifier type: {_GO_DATA.get(type(key)) or go_type(key)}")


def go_type(value: Any) -> str:
    """What the server's own language calls a value of CEL, which some errors say."""
    return _GO_TYPES.get(type(value), type(value).__name__)


def index(value: Any, key: Any) -> Any:
    """`value[key]`, which of an optional is optional too.

    Raises:
        EvaluationError: if there is nothing at the key.
    """
    _check_qualifier(key)
    if isinstance(value, Optional):
        return optional_index(value, key)
    found = look_up(value, key)
    if found is not MISSING:
        return found
    if isinstance(value, list):
        raise EvaluationError(f"index out of bounds: {spell_for_error(key)}")
    raise EvaluationError(f"no such key: {spell_for_error(key)}")


def optional_index(value: Any, key: Any) -> Optional:
    """`value[?key]`."""
    _check_qualifier(key)
    if isinstance(value, Optional):
        if value is NONE:
            return NONE
        value = value.value
    found = look_up(value, key)
    return NONE if found is MISSING else Optional(found)


def has(value: Any, field: str) -> bool:
    """`has(value.field)`."""
    if isinstance(value, Optional):
        return value is not NONE and look_up(value.value, field) is not MISSING
    try:
        return look_up(value, field) is not MISSING
    except CelUnknown:
        # It may be known that there is a value, if not which.
        return field in value
