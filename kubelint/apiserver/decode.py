"""Decoding: does the object have the structure of its kind? Types and known fields, nothing about values.

The server decodes JSON into Go structs, case-sensitively and strictly (k8s.io/apimachinery, serializer/json, with
fieldValidation=Strict). A null is accepted for every field and means that it is absent.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from kubelint.apiserver.verdict import Statement, Verdict
from kubelint.node import Mapping, Node, Scalar, Sequence
from kubelint.suggestion import closest
from kubelint.template import placeholder_in

if TYPE_CHECKING:
    from kubelint_schemas import Definition, Type

_INTEGER_RANGES = {"integer:int32": (-(2**31), 2**31 - 1), "integer:int64": (-(2**63), 2**63 - 1)}
_QUANTITY = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?")
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
_FOUND_WORDS = {"string": "string", "null": "null", "object": "object", "array": "list"}


def decode(node: Mapping, definition: Definition, verdict: Verdict) -> None:
    """Hold an object against its definition; write what does not fit into the verdict."""
    fields = definition.fields
    for name, value in node.entries.items():
        type = fields.get(name)
        if type is None:
            verdict.refusals.append(_unknown_field(value, name, definition))
        else:
            _decode_value(value, type, verdict)


def _decode_value(node: Node, type: Type, verdict: Verdict) -> None:
    kind = type.kind
    if isinstance(node, Scalar):
        if node.value is not None and not _scalar_fits(node, kind):
            _refuse_type(node, type, verdict)
    elif kind == "object" and isinstance(node, Mapping):
        decode(node, type.definition, verdict)
    elif kind == "list" and isinstance(node, Sequence):
        assert type.item is not None
        for item in node.items:
            _decode_value(item, type.item, verdict)
    elif kind == "map" and isinstance(node, Mapping):
        assert type.item is not None
        for value in node.entries.values():
            _decode_value(value, type.item, verdict)
    elif kind == "any":
        for child in node.children():
            _decode_value(child, type, verdict)
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
        return kind in ("string", "int-or-string", "time", "micro-time", "bytes") or (
            kind == "quantity" and _QUANTITY.fullmatch(value) is not None
        )
    assert isinstance(value, int | float)
    if kind in ("number", "quantity"):
        return True
    lowest, highest = _INTEGER_RANGES.get("integer:int32" if kind == "int-or-string" else kind, (1, 0))
    return float(value).is_integer() and lowest <= value <= highest


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
    meant = closest(name, definition.fields)
    message = f"{kind} has no field `{_short(name)}`"
    if meant is not None:
        return Statement("unknown-field", node.key, message, f"write `{meant}`")
    owner = _owner_of(name, node, definition)
    if owner is not None:
        return Statement("unknown-field", node.key, message, f"put it below `{owner}`")
    known = [field for field in definition.fields if field != "status"]
    if len(known) <= 12:
        return Statement("unknown-field", node.key, message, f"write one of {', '.join(known)}, or remove it")
    return Statement("unknown-field", node.key, message, "remove it, or move it to the object that it belongs to")


def _owner_of(name: str, node: Node, definition: Definition) -> str | None:
    """The field of the same object below which an unknown one belongs, if there is just one."""
    owners = [
        field
        for field, type in definition.fields.items()
        if (type.kind == "object" and name in type.definition.fields)
        or (type.kind == "map" and isinstance(node, Scalar) and isinstance(node.value, str))
    ]
    return owners[0] if len(owners) == 1 else None


def _short(text: str) -> str:
    text = text if len(text) <= 40 else f"{text[:39]}…"
    return text.replace("\n", " ")
