"""How the server writes values within its messages and texts: Go's %v, %g and %q, and durations."""

from __future__ import annotations

import math

from kubelint.cel.types import Type
from kubelint.cel.values import NANOSECONDS, Duration


def spell_duration(value: Duration) -> str:
    """A duration as the server writes it: seconds, with as many decimals as it takes."""
    seconds, rest = divmod(abs(value.nanoseconds), NANOSECONDS)
    # As in the server, a float holds the sum.
    return spell_float((-1 if value.nanoseconds < 0 else 1) * (seconds + rest / 1e9)) + "s"


def spell_float(value: float) -> str:
    """A number without an exponent, as short as it can be."""
    from decimal import Decimal

    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def spell_double(value: float) -> str:
    """A double as Go's %g has it: as short as it can be, with an exponent from 1e+06 on and below 0.0001."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    from decimal import Decimal

    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).rstrip("0") or "0"
    point = len(digits) + exponent - 1 if any(digits) else 0
    if point < -4 or point >= 6:
        mantissa = text[0] + ("." + text[1:] if len(text) > 1 else "")
        return f"{'-' if sign else ''}{mantissa}e{'-' if point < 0 else '+'}{abs(point):02d}"
    plain = spell_float(abs(value))
    return ("-" if sign else "") + plain


def quote(text: str) -> str:
    """A text in double quotes, as Go's %q has it."""
    return '"' + "".join(map(_quoted, text)) + '"'


GO_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def _quoted(character: str) -> str:
    if character in GO_ESCAPES:
        return GO_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def spell_for_error(value: object) -> str:
    """A value within an error message, as Go's %v has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return spell_double(value)
    if value is None:
        return "null"
    if isinstance(value, Type):
        return value.name
    if isinstance(value, list):
        return "[" + ", ".join(map(spell_for_error, value)) + "]"
    return str(value)
