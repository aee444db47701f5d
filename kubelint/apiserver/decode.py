"""Decoding: does the object have the structure of its kind? Types and known fields, nothing about values.

The server decodes JSON into Go structs, case-sensitively and strictly (k8s.io/apimachinery, serializer/json, with
fieldValidation=Strict). A null is accepted for every field and means that it is absent. Texts that become something
else than text (times, quantities, base64) have to be what they stand for.

YAML becomes JSON first, and its numbers are written anew: `80.0` arrives as 80. A JSON document arrives as it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from kubelint.apiserver.verdict import Statement, Verdict
from kubelint.node import Mapping, Node, Scalar, Sequence
from kubelint.suggestion import closest
from kubelint.template import placeholder_in
from kubelint_schemas import versions_with

if TYPE_CHECKING:
    from kubelint_schemas import Definition, Type

_INTEGER_RANGES = {"integer:int32": (-(2**31), 2**31 - 1), "integer:int64": (-(2**63), 2**63 - 1)}
_QUANTITY = re.compile(r"[+-]?([0-9]*\.?[0-9]*)(?:[eE]([+-]?[0-9]+)|[numkMGTPE]|[KMGT]i|([PE]i))?")
# Texts, which `re` compiles when they are first needed: few objects have such fields.
_TIME = r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})([.,][0-9]+)?(?:Z|[+-]([0-9]{2}):([0-9]{2}))"
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
# The server trims a quantity before it reads its JSON escapes, so tabs and line breaks are never trimmed.
_SPACE = "".join(map(chr, (0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)))
_JSON_START = re.compile(r"\{\s*[\"}]")
_TYPE_WORDS = {
    "integer:int32": "an integer",
    "integer:int64": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "int-or-string": "an integer or a string",
    "quantity": "a quantity (a number or a string such as 500m)",
    "time": "a string (a time such as 2026-01-31T12:00:00Z)",
    "micro-time": "a string (a time such as 2026-01-31T12:00:00.000000Z)",
    "bytes": "a string (base64)",
    "string": "a string",
    "object": "an object",
    "map": "an object",
    "list": "a list",
}


def decode(node: Mapping, definition: Definition, verdict: Verdict) -> None:
    """Hold an object against its definition; write what does not fit into the verdict."""
    fields = definition.fields
    for name, value in node.entries.items():
        type = fields.get(name)
        if type is None:
            verdict.refusals.append(_unknown_field(value, name, definition))
        else:
            decode_value(value, type, verdict)


def decode_value(node: Node, type: Type, verdict: Verdict) -> None:
    """Hold the value of a field against its type."""
    kind = type.kind
    if isinstance(node, Scalar):
        if node.value is not None and not _scalar_fits(node, kind):
            _refuse_type(node, type, verdict)
    elif kind == "object" and isinstance(node, Mapping):
        decode(node, type.definition, verdict)
    elif kind == "list" and isinstance(node, Sequence):
        assert type.item is not None
        for item in node.items:
            decode_value(item, type.item, verdict)
    elif kind == "map" and isinstance(node, Mapping):
        assert type.item is not None
        for value in node.entries.values():
            decode_value(value, type.item, verdict)
    elif kind == "any":
        for child in node.children():
            decode_value(child, type, verdict)
    else:
        _refuse_type(node, type, verdict)


def _scalar_fits(node: Scalar, kind: str) -> bool:
    value = node.value
    if isinstance(value, float) and not math.isfinite(value):
        return False
    if kind == "any":
        return True
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, str):
        if kind in ("string", "int-or-string"):
            return True
        reads = _READERS.get(kind)
        if reads is None or not reads(value):
            return False
        # A quantity is read before the escapes of its JSON are.
        escaped = kind == "quantity" and not node.plain and "\\" in node.span.text
        return not (escaped and _is_json(node))
    assert isinstance(value, int | float)
    if kind in ("number", "quantity"):
        return True
    if isinstance(value, float):
        if not value.is_integer() or _is_json(node):
            return False
        value = _written(value)
    lowest, highest = _INTEGER_RANGES.get("integer:int32" if kind == "int-or-string" else kind, (1, 0))
    return lowest <= value <= highest


def _written(value: float) -> int:
    """A whole number as JSON has it: the fewest digits that tell it from its neighbours, and then zeros."""
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return int(value)
    whole, _, fraction = digits.partition(".")
    return int(whole + fraction + "0" * (int(exponent) - len(fraction)))


def _is_json(node: Node) -> bool:
    """Whether a node stands in a JSON document, whose numbers the server reads as they are written."""
    while node.parent is not None:
        node = node.parent
    text = node.source.text
    before = text[: node.start].rstrip()
    return _JSON_START.match(text, node.start) is not None and (not before or before.endswith("}"))


def _is_quantity(text: str) -> bool:
    """resource.ParseQuantity: a number with a suffix or an exponent.

    Even the number's digits may be missing, unless it is so small or so large that it is read in another way.
    """
    text = text.strip(_SPACE)
    found = _QUANTITY.fullmatch(text)
    if not found or not text:
        return False
    number, exponent = found[1], found[2]
    has_digits = number not in ("", ".")
    if exponent is None:
        return has_digits or found[3] is None
    if not -(2**63) <= int(exponent) < 2**63:
        return False
    # An exponent is cut to 32 bits.
    return has_digits or (int(exponent) + 2**31) % 2**32 - 2**31 >= -9


def _is_time(text: str) -> bool:
    """time.Parse with the layout RFC3339, as metav1.Time uses it: the hour may be one digit."""
    return _time_in(text) is not None


def _is_micro_time(text: str) -> bool:
    """The same with the layout RFC3339Micro, which wants six digits of a second."""
    found = _time_in(text)
    return found is not None and len(found[5] or "") == 7


def _time_in(text: str) -> re.Match[str] | None:
    found = re.fullmatch(_TIME, text)
    if found is None:
        return None
    from datetime import date

    day, hour, minute, second, _, hours_ahead, minutes_ahead = found.groups("0")
    try:
        # Python knows no year 0; the year 4 has as many days.
        date.fromisoformat(day if day[:4] != "0000" else f"0004{day[4:]}")
    except ValueError:
        return None
    fits = int(hour) < 24 and int(minute) < 60 and int(second) < 60
    return found if fits and int(hours_ahead) <= 24 and int(minutes_ahead) <= 60 else None


def _is_base64(text: str) -> bool:
    """base64.StdEncoding.DecodeString, which passes over line breaks."""
    return re.fullmatch(_BASE64, text.replace("\n", "").replace("\r", "")) is not None


_READERS: dict[str, Callable[[str], bool]] = {
    "quantity": _is_quantity,
    "time": _is_time,
    "micro-time": _is_micro_time,
    "bytes": _is_base64,
}
"""By kind of value that is written as a text, whether a text is one."""


def _refuse_type(node: Node, type: Type, verdict: Verdict) -> None:
    if isinstance(node, Scalar) and isinstance(node.value, str) and placeholder_in(node.value):
        verdict.placeholder = verdict.placeholder or node
        return
    found, expected = _found(node), _TYPE_WORDS.get(type.kind, "a JSON value")
    verdict.refusals.append(Statement("wrong-type", node, f"{found} stands where {expected} is due", _help(node, type)))


def _found(node: Node) -> str:
    if not isinstance(node, Scalar):
        return "an object" if isinstance(node, Mapping) else "a list"
    if isinstance(node.value, str):
        return f'the string "{_short(node.value)}"'
    if isinstance(node.value, bool):
        return f"the boolean {_short(node.text)}"
    return f"the number {_short(node.text)}"


def _help(node: Node, type: Type) -> str:
    kind = type.kind
    if isinstance(node, Scalar):
        if kind == "string" and not isinstance(node.value, str):
            return f'quote it: "{node.text}"'
        if isinstance(node.value, str) and not node.plain and _scalar_fits_unquoted(node, kind):
            return f"write it without quotes: {node.value}"
        if kind == "list":
            return f"write a list: [{node.text}]"
        if kind in _INTEGER_RANGES and isinstance(node.value, int | float) and not isinstance(node.value, bool):
            lowest, highest = _INTEGER_RANGES[kind]
            return f"write a whole number from {lowest} to {highest}"
    if kind == "list" and isinstance(node, Mapping) and node.span.text.startswith("{"):
        return "write a list: put it between `[` and `]`"
    if kind == "list" and isinstance(node, Mapping):
        return "write a list: put `- ` before the first key and indent the others below it"
    if kind == "object" and isinstance(node, Sequence):
        return "write one object: remove the `- `"
    return f"write {_TYPE_WORDS.get(kind, 'a value that JSON has')}"


def _scalar_fits_unquoted(node: Scalar, kind: str) -> bool:
    from kubelint.scalar import plain_value

    unquoted = Scalar(node.source, node.start, node.end, node.text, plain_value(node.text), True)
    return unquoted.value is not None and not isinstance(unquoted.value, str) and _scalar_fits(unquoted, kind)


def _unknown_field(node: Node, name: str, definition: Definition) -> Statement:
    kind = definition.name.rpartition(".")[2]
    message = f"{kind} has no field `{_short(name)}`"
    return Statement("unknown-field", node.key, message, _field_help(node, name, definition))


def _field_help(node: Node, name: str, definition: Definition) -> str:
    meant = closest(name, definition.fields, cutoff=0.8)
    if meant is not None:
        return f"write `{meant}`"
    owner = _owner_of(name, node, definition)
    if owner is not None:
        return f"put it below `{owner}`"
    having = versions_with(definition.name, name)
    if having:
        return f"remove it; Kubernetes {having[0]} to {having[-1]} have it"
    known = [field for field in definition.fields if field != "status"]
    return f"write one of {', '.join(known)}, or remove it"


def _owner_of(name: str, node: Node, definition: Definition) -> str | None:
    """The field of the same object below which an unknown one belongs, if there is just one."""
    owners = [
        field for field, type in definition.fields.items() if type.kind == "object" and name in type.definition.fields
    ]
    if definition.name.endswith(".LabelSelector") and isinstance(node, Scalar):
        return "matchLabels"
    return owners[0] if len(owners) == 1 else None


def _short(text: str) -> str:
    text = text if len(text) <= 40 else f"{text[:39]}…"
    return text.replace("\n", " ")
