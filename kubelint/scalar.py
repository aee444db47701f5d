"""What a YAML scalar means to the API server.

kubectl and the server read YAML through sigs.k8s.io/yaml, which follows go.yaml.in/yaml/v2 (`resolve.go`): neither YAML
1.1 nor 1.2 to the letter. `yes` is a boolean, `0777` and `0o777` are octal, a date is a string.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable

from kubelint.node import Value

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER_STARTS = frozenset("+-.0123456789")
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hexadecimal>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)|0[oO]?(?P<octal>[0-7]+)"
    r"|(?P<decimal>0|[1-9][0-9]*))"
)
_BASES = (("decimal", 10), ("octal", 8), ("hexadecimal", 16), ("binary", 2))
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_MOST_DIGITS = 64
_INT64_LOWEST, _INT64_HIGHEST, _UINT64_HIGHEST = -(2**63), 2**63 - 1, 2**64 - 1

_TAG_PREFIX = "tag:yaml.org,2002:"
MERGE_TAG = _TAG_PREFIX + "merge"
# A text: `re` compiles it when it is first needed; hardly a manifest has the tag !!timestamp.
_TIMESTAMP = (
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:(?:([Tt])| )([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?"
    r"(?(4)(?:Z|[+-][0-9]{2}:[0-9]{2})))?"
)


class UnreadableScalar(ValueError):
    """A tag that its value does not fit, such as `!!int abc`."""


def plain_value(text: str) -> Value:
    """The value of an unquoted, untagged scalar."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMBER_STARTS else text


def tagged_value(tag: str, text: str) -> Value:
    """The value of a scalar with an explicit tag; of a tag that is not YAML's own it is the text.

    Raises UnreadableScalar where the text is not what the tag says.
    """
    if not tag.startswith(_TAG_PREFIX):
        return text
    name = tag.removeprefix(_TAG_PREFIX)
    if name == "binary":
        return _decoded(text)
    if name == "timestamp":
        return _timestamp(text)
    expected = _TAGGED.get(name)
    if expected is None:
        return text
    value = plain_value(text)
    if name == "float" and type(value) is int:
        return float(value)
    if not expected(value):
        raise UnreadableScalar(f"`{text}` is not of the type that its tag !!{name} says")
    return value


def key_text(value: Value) -> str:
    """The JSON key that a scalar becomes. Raises UnreadableScalar for what cannot be one: null, the largest numbers."""
    if value is None:
        raise UnreadableScalar("null cannot be a key")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_key(value)
    if isinstance(value, int) and value > _INT64_HIGHEST:
        raise UnreadableScalar(f"the number {value} is too large to be a key")
    return str(value)


_TAGGED: dict[str, Callable[[Value], bool]] = {
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: type(value) is int,
    "float": lambda value: isinstance(value, float),
    "null": lambda value: value is None,
}


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError) as error:
        raise UnreadableScalar("the value tagged !!binary is not base64") from error


def _timestamp(text: str) -> str:
    """The text itself: JSON has no times, but the server refuses one that is none."""
    from datetime import datetime

    found = re.fullmatch(_TIMESTAMP, text)
    try:
        if found is None:
            raise ValueError
        year, month, day, _, *clock = found.groups("0")
        datetime(*map(int, (year, month, day, *clock)))  # type: ignore[arg-type]
    except ValueError as error:
        raise UnreadableScalar(f"`{text}` is no time, as its tag !!timestamp says") from error
    return text


def _float_key(value: float) -> str:
    """A number as a key: as short as a 32-bit float allows (Go's `FormatFloat(value, 'g', -1, 32)`)."""
    try:
        narrow = _narrow(value)
    except OverflowError:
        narrow = math.copysign(math.inf, value)
    if not math.isfinite(narrow):
        return ".nan" if math.isnan(narrow) else ".inf" if narrow > 0 else "-.inf"
    text = next(text for digits in range(9) if _narrow(float(text := f"{narrow:.{digits}e}")) == narrow)
    mantissa, exponent = text.split("e")
    if -4 <= int(exponent) < 6:
        return f"{float(text):.{max(len(mantissa.lstrip('-').replace('.', '')) - 1 - int(exponent), 0)}f}"
    return text


def _narrow(value: float) -> float:
    """The nearest 32-bit float. Raises OverflowError where there is none."""
    (narrow,) = struct.unpack("f", struct.pack("f", value))
    return float(narrow)


def _number(text: str) -> Value:
    if text[0] == ".":
        return _float(text)
    digits = text.replace("_", "")
    found = _INTEGER.fullmatch(digits)
    if found:
        for name, base in _BASES:
            # Python refuses to convert thousands of digits, and so many mean no integer of 64 bits.
            if found[name] and len(found[name].lstrip("0")) <= _MOST_DIGITS:
                value = int(found["sign"] + found[name], base)
                if _INT64_LOWEST <= value <= _UINT64_HIGHEST and (value <= _INT64_HIGHEST or found["sign"] != "+"):
                    return value
    number = _float(digits)
    return text if isinstance(number, str) else number


def _float(text: str) -> float | str:
    if not _FLOAT.fullmatch(text):
        return text
    value = float(text)
    # Go's ParseFloat reports what is out of range as an error, and the text stays a string.
    return text if value in (float("inf"), float("-inf")) else value
