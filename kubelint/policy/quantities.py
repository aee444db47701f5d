"""Quantities as the API server spells them once they are decoded: `0.5` is `500m`, `1024Mi` is `1Gi`.

k8s.io/apimachinery 0.36, pkg/api/resource: ParseQuantity and Quantity.CanonicalizeBytes.
"""

from __future__ import annotations

import re
from decimal import Decimal

_SHAPE = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?")
_DECIMAL = {-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"}
_BINARY = {10: "Ki", 20: "Mi", 30: "Gi", 40: "Ti", 50: "Pi", 60: "Ei"}
_EXPONENTS = {suffix: exponent for table in (_DECIMAL, _BINARY) for exponent, suffix in table.items()}
_NANO, _MILLI = -9, -3
_LARGEST = 2**63 - 1


def number_text(number: float) -> str:
    """A number that stands for a quantity as JSON writes it, which is how it gets to the server."""
    return str(int(number)) if number == int(number) else f"{Decimal(repr(number)):f}"


def spelled(text: str, *, is_amount: bool) -> str:
    """A quantity's text as the server gives it back; one that is no quantity stays as it is.

    `is_amount` tells that it is among the amounts of a list of resources, which are rounded up to thousandths.
    """
    found = _SHAPE.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        return text
    whole, fraction, suffix = found[2].lstrip("0") or "0", found[3] or "", found[4] or ""
    is_exponent = suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix != "Ei"
    exponent = int(suffix[1:]) if is_exponent else _EXPONENTS[suffix]
    value = int(whole + fraction)
    if abs(exponent) > 60:
        return text
    if suffix.endswith("i"):
        value, scale = value << exponent, -len(fraction)
        is_kept = not fraction and value < 10**14 and bool(int(whole) & 7)
    else:
        digits, scale = whole + fraction, exponent - len(fraction)
        fits = len(digits) <= 18 and scale >= _NANO
        is_kept = fits and scale % 3 == 0 and not digits.endswith("000") and digits[0] != "0"
    smallest = _MILLI if is_amount else _NANO
    if is_kept and scale >= smallest:
        return text.strip()
    if scale < smallest:
        value, scale = -(-value // 10 ** (smallest - scale)), smallest
    if suffix.endswith("i") and value > _LARGEST * 10**-scale:
        value, scale = _LARGEST, 0
    if not value:
        return "0"
    sign = "-" if found[1] == "-" else ""
    return sign + (_binary(value, scale) if suffix.endswith("i") else _decimal(value, scale, is_exponent=is_exponent))


def _decimal(value: int, scale: int, *, is_exponent: bool) -> str:
    while value % 10 == 0:
        value, scale = value // 10, scale + 1
    value, scale = value * 10 ** (scale % 3), scale - scale % 3
    if is_exponent:
        return f"{value}e{scale}" if scale else str(value)
    return f"{value}{_DECIMAL.get(scale, '')}"


def _binary(value: int, scale: int) -> str:
    one = 10**-scale
    if value < 1024 * one or value % one:
        return _decimal(value, scale, is_exponent=False)
    value, exponent = value // one, 0
    while value % 1024 == 0:
        value, exponent = value // 1024, exponent + 10
    return f"{value}{_BINARY.get(exponent, '')}"
