"""Quantities: `quantity('500Mi').isLessThan(quantity('1Gi'))`.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/quantity.go; k8s.io/apimachinery 0.36, pkg/api/resource. The server keeps
a quantity in one of two forms, and answers some questions by the form rather than by the value: so does this.
"""

from __future__ import annotations

import re

from kubelint.cel.errors import CelUnknown, EvaluationError
from kubelint.cel.functions import Overload, member
from kubelint.cel.types import BOOL, DOUBLE, INT, QUANTITY, STRING
from kubelint.cel.values import INT_MAXIMUM, INT_MINIMUM, Opaque

_SHAPE = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)")
_DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY_SUFFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_NANO = -9
_MOST_DIGITS = 18
#: Beyond it a quantity would take longer to write out than it is worth.
_LARGEST_EXPONENT = 10_000
_WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
_WRONG_NUMBER = "unable to parse numeric part of quantity"
_WRONG_SUFFIX = "unable to parse quantity's suffix"


class Quantity(Opaque):
    """`value` times ten to the power of `scale`; `is_decimal` if the server holds it in its form without bounds."""

    __slots__ = ("is_decimal", "scale", "value")
    TYPE = QUANTITY

    def __init__(self, value: int, scale: int, *, is_decimal: bool = False) -> None:
        self.value, self.scale, self.is_decimal = value, scale, is_decimal

    def is_same(self, other: Opaque) -> bool:
        """Whether both are the same amount."""
        assert isinstance(other, Quantity)
        return _compare(self, other) == 0


def _aligned(left: Quantity, right: Quantity) -> tuple[int, int, int]:
    """The values of both at the smaller of their scales, and that scale."""
    scale = min(left.scale, right.scale)
    return left.value * 10 ** (left.scale - scale), right.value * 10 ** (right.scale - scale), scale


def _compare(left: Quantity, right: Quantity) -> int:
    one, other, _ = _aligned(left, right)
    return (one > other) - (one < other)


def _fits(value: int) -> bool:
    return INT_MINIMUM < value <= INT_MAXIMUM


def _parse(text: str) -> Quantity:
    if not text:
        raise EvaluationError(_WRONG_FORMAT)
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise EvaluationError(_WRONG_FORMAT)
    sign, whole, fraction, suffix = found[1], found[2].lstrip("0"), found[3] or "", found[4]
    base, exponent = _suffix(suffix)
    number = whole or "0"
    small = _small(number, fraction, base, exponent)
    if small is not None:
        return Quantity(-small.value if sign == "-" else small.value, small.scale)
    if not found[2] and not fraction:
        raise EvaluationError(_WRONG_NUMBER)
    return _large(sign, number, fraction, base, exponent)


def _suffix(suffix: str) -> tuple[int, int]:
    """The base of what a suffix multiplies with, and its exponent."""
    if suffix in _DECIMAL_SUFFIXES:
        return 10, _DECIMAL_SUFFIXES[suffix]
    if suffix in _BINARY_SUFFIXES:
        return 2, _BINARY_SUFFIXES[suffix]
    if re.fullmatch(r"[eE][+-]?[0-9]+", suffix) and _fits(int(suffix[1:])):
        # The server takes the lowest 32 bits.
        return 10, (int(suffix[1:]) + (1 << 31)) % (1 << 32) - (1 << 31)
    raise EvaluationError(_WRONG_SUFFIX)


def _small(number: str, fraction: str, base: int, exponent: int) -> Quantity | None:
    """The quantity without its sign in the server's small form; None if it does not fit."""
    mantissa, scale = 1, exponent
    precision = _MOST_DIGITS - len(number) - len(fraction)
    if base == 2:
        mantissa, scale = 1 << exponent, 0
        precision = -1 if fraction else 15 - len(number) - exponent * 3 // 10 - 1
    scale -= len(fraction)
    if precision < 0 or scale < _NANO:
        return None
    value = int(number + fraction) * mantissa
    return Quantity(value, scale) if _fits(value) else None


def _large(sign: str, number: str, fraction: str, base: int, exponent: int) -> Quantity:
    if abs(exponent) > _LARGEST_EXPONENT:
        raise CelUnknown(f"a quantity with the exponent {exponent}")
    value, scale = int(number + fraction), -len(fraction)
    if base == 2:
        value <<= exponent
    else:
        scale += exponent
    if value:
        value, scale = _rounded_up(value, scale)
    if base == 2 and value > INT_MAXIMUM * 10**-scale:
        value, scale = INT_MAXIMUM, 0
    return Quantity(-value if sign == "-" else value, scale, is_decimal=True)


def _rounded_up(value: int, scale: int) -> tuple[int, int]:
    """A positive value at the scale of nano, no smaller than it was."""
    if scale >= _NANO:
        return value * 10 ** (scale - _NANO), _NANO
    return -(-value // 10 ** (_NANO - scale)), _NANO


def _is_quantity(text: str) -> bool:
    try:
        _parse(text)
    except EvaluationError:
        return False
    return True


def _integer(quantity: Quantity) -> int | None:
    if quantity.is_decimal or quantity.scale < 0:
        return None
    value = quantity.value * 10 ** min(quantity.scale, 20)
    return value if _fits(value) or not quantity.scale else None


def _as_integer(quantity: Quantity) -> int:
    found = _integer(quantity)
    if found is None:
        raise EvaluationError("cannot convert value to integer")
    return found


def _as_float(quantity: Quantity) -> float:
    base = float(quantity.value)
    return base * float(f"1e{quantity.scale}") if quantity.scale else base


def _sum(left: Quantity, right: Quantity) -> Quantity:
    if not left.is_decimal and not right.is_decimal:
        small = _small_sum(left, right)
        if small is not None:
            return small
    one, other, scale = _aligned(left, right)
    return Quantity(one + other, scale, is_decimal=True)


def _small_sum(left: Quantity, right: Quantity) -> Quantity | None:
    if right.value == 0:
        return left
    if left.value == 0:
        return right
    one, other, scale = _aligned(left, right)
    total = one + other
    return Quantity(total, scale) if _fits(one) and _fits(other) and _fits(total) else None


def _difference(left: Quantity, right: Quantity) -> Quantity:
    return _sum(left, Quantity(-right.value, right.scale, is_decimal=right.is_decimal))


def _whole(value: int) -> Quantity:
    return Quantity(value, 0)


FUNCTIONS: dict[str, list[Overload]] = {
    "quantity": [Overload("string_to_quantity", (STRING,), QUANTITY, _parse)],
    "isQuantity": [Overload("is_quantity_string", (STRING,), BOOL, _is_quantity)],
    "sign": [Overload("quantity_sign", (QUANTITY,), INT, lambda quantity: (quantity.value > 0) - (quantity.value < 0))],
    "isGreaterThan": [
        member("quantity_is_greater_than", (QUANTITY, QUANTITY), BOOL, lambda one, other: _compare(one, other) > 0)
    ],
    "isLessThan": [
        member("quantity_is_less_than", (QUANTITY, QUANTITY), BOOL, lambda one, other: _compare(one, other) < 0)
    ],
    "compareTo": [member("quantity_compare_to", (QUANTITY, QUANTITY), INT, _compare)],
    "asApproximateFloat": [member("quantity_get_float", (QUANTITY,), DOUBLE, _as_float)],
    "asInteger": [member("quantity_get_int", (QUANTITY,), INT, _as_integer)],
    "isInteger": [member("quantity_is_integer", (QUANTITY,), BOOL, lambda quantity: _integer(quantity) is not None)],
    "add": [
        member("quantity_add", (QUANTITY, QUANTITY), QUANTITY, _sum),
        member("quantity_add_int", (QUANTITY, INT), QUANTITY, lambda one, other: _sum(one, _whole(other))),
    ],
    "sub": [
        member("quantity_sub", (QUANTITY, QUANTITY), QUANTITY, _difference),
        member("quantity_sub_int", (QUANTITY, INT), QUANTITY, lambda one, other: _difference(one, _whole(other))),
    ],
}
