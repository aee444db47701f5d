"""Values of one type as values of another: `int(…)`, `string(…)` and the like.

Facts: cel-go 0.26, common/types, ConvertToType of each.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError
from kubelint.cel.spelling import spell_double, spell_duration
from kubelint.cel.times import parse_duration, parse_timestamp, spell_timestamp
from kubelint.cel.types import Type
from kubelint.cel.values import (
    INT_MAXIMUM,
    INT_MINIMUM,
    NANOSECONDS,
    UINT_MAXIMUM,
    Duration,
    Timestamp,
    Uint,
    int_or_overflow,
    type_of,
    uint_or_overflow,
)


def convert(value: object, to: Type) -> object:
    """A value as another type.

    Raises:
        EvaluationError: if the value is nothing of that type.
    """
    converter = _CONVERTERS.get((type_of(value).name, to.name))
    return refuse_conversion(value, to) if converter is None else converter(value)


def refuse_conversion(value: object, to: Type) -> object:
    """Raise the error of a conversion that does not exist."""
    raise EvaluationError(f"type conversion error from '{type_of(value).name}' to '{to.name}'")


def _parse_int(text: object) -> object:
    digits = str(text)
    unsigned = digits[1:] if digits[:1] in ("+", "-") else digits
    if not (unsigned.isascii() and unsigned.isdigit()) or not INT_MINIMUM <= int(digits) <= INT_MAXIMUM:
        return refuse_conversion(text, types.INT)
    return int(digits)


def _parse_uint(text: object) -> object:
    digits = str(text)
    if not (digits.isascii() and digits.isdigit()) or int(digits) > UINT_MAXIMUM:
        return refuse_conversion(text, types.UINT)
    return Uint(digits)


def _parse_double(text: object) -> object:
    import re

    found = str(text)
    if re.fullmatch(r"[+-]?inf(?:inity)?|nan", found, re.IGNORECASE):
        return float(found)
    if re.fullmatch(r"[+-]?0[xX][0-9a-fA-F.]+[pP][+-]?[0-9]+", found):
        return float.fromhex(found)
    digits = "[0-9](?:_?[0-9])*"
    shape = rf"[+-]?(?:{digits}\.?(?:{digits})?|\.{digits})(?:[eE][+-]?{digits})?"
    if not re.fullmatch(shape, found) or math.isinf(float(found)):
        return refuse_conversion(text, types.DOUBLE)
    return float(found)


def _parse_bool(text: object) -> object:
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    return refuse_conversion(text, types.BOOL)


def _double_to_int(value: object) -> object:
    assert isinstance(value, float)
    if not -(2.0**63) < value < 2.0**63:
        raise EvaluationError("integer overflow")
    return int(value)


def _double_to_uint(value: object) -> object:
    assert isinstance(value, float)
    if not 0 <= value < 2.0**64:
        raise EvaluationError("unsigned integer overflow")
    return Uint(value)


def _bytes_to_string(value: object) -> object:
    assert isinstance(value, bytes)
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise EvaluationError("invalid UTF-8 in bytes, cannot convert to string") from None


def _parse_duration(text: object) -> object:
    found = parse_duration(str(text))
    return refuse_conversion(text, types.DURATION) if found is None else Duration(found)


def _parse_timestamp(text: object) -> object:
    found = parse_timestamp(str(text))
    return refuse_conversion(text, types.TIMESTAMP) if found is None else found


def _timestamp_to_string(value: object) -> object:
    assert isinstance(value, Timestamp)
    return spell_timestamp(value)


def as_string(value: object) -> object:
    """What `string(value)` gives."""
    return convert(value, types.STRING)


def _same(value: object) -> object:
    return value


_CONVERTERS: dict[tuple[str, str], Callable[[object], object]] = {
    ("string", "int"): _parse_int,
    ("string", "uint"): _parse_uint,
    ("string", "double"): _parse_double,
    ("string", "bool"): _parse_bool,
    ("string", "bytes"): lambda value: str(value).encode("utf-8", "surrogatepass"),
    ("string", types.DURATION.name): _parse_duration,
    ("string", types.TIMESTAMP.name): _parse_timestamp,
    ("int", "uint"): lambda value: uint_or_overflow(value),  # type: ignore[arg-type]
    ("int", "double"): lambda value: float(value),  # type: ignore[arg-type]
    ("int", "string"): str,
    ("int", types.TIMESTAMP.name): lambda value: Timestamp(value * NANOSECONDS),  # type: ignore[operator]
    ("int", types.DURATION.name): lambda value: refuse_conversion(value, types.DURATION),
    ("uint", "int"): lambda value: int_or_overflow(int(value)),  # type: ignore[call-overload]
    ("uint", "double"): lambda value: float(value),  # type: ignore[arg-type]
    ("uint", "string"): lambda value: str(int(value)),  # type: ignore[call-overload]
    ("double", "int"): _double_to_int,
    ("double", "uint"): _double_to_uint,
    ("double", "string"): lambda value: spell_double(value),  # type: ignore[arg-type]
    ("bool", "string"): lambda value: "true" if value else "false",
    ("bytes", "string"): _bytes_to_string,
    ("null_type", "string"): lambda _: "null",
    ("type", "string"): lambda value: value.name,  # type: ignore[attr-defined]
    (types.DURATION.name, "string"): lambda value: spell_duration(value),  # type: ignore[arg-type]
    (types.DURATION.name, "int"): lambda value: value.nanoseconds,  # type: ignore[attr-defined]
    (types.TIMESTAMP.name, "string"): _timestamp_to_string,
    (types.TIMESTAMP.name, "int"): lambda value: value.nanoseconds // NANOSECONDS,  # type: ignore[attr-defined]
    **{
        (of.name, of.name): _same
        for of in (
            types.INT,
            types.UINT,
            types.DOUBLE,
            types.BOOL,
            types.STRING,
            types.BYTES,
            types.DURATION,
            types.TIMESTAMP,
            types.NULL,
        )
    },
}
