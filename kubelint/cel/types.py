"""The types of CEL, and how two of them fit together.

The rules are those of cel-go 0.26, which a kube-apiserver 1.36 embeds (checker/types.go, common/types/types.go).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

TypeKind = Literal["dyn", "error", "null", "primitive", "parameter", "type", "list", "map", "opaque", "object"]


@dataclass(frozen=True, slots=True)
class Type:
    """A type of CEL.

    `name` is the name that `type(value)` has at run time, `parameters` the types that it is made of (of a list its
    elements, of a map its keys and its values), `fields` what an object type declares.
    """

    kind: TypeKind
    name: str
    parameters: tuple[Type, ...] = ()
    fields: Mapping[str, Type] = field(default_factory=dict, compare=False, hash=False, repr=False)

    def __str__(self) -> str:
        """The type as the compiler's messages spell it."""
        name = _SPELLINGS.get(self.name, self.name)
        if not self.parameters:
            return name
        return f"{name}({', '.join(map(str, self.parameters))})"


DYN = Type("dyn", "dyn")
ERROR = Type("error", "!error!")
NULL = Type("null", "null_type")
BOOL = Type("primitive", "bool")
INT = Type("primitive", "int")
UINT = Type("primitive", "uint")
DOUBLE = Type("primitive", "double")
STRING = Type("primitive", "string")
BYTES = Type("primitive", "bytes")
DURATION = Type("primitive", "google.protobuf.Duration")
TIMESTAMP = Type("primitive", "google.protobuf.Timestamp")
TYPE = Type("type", "type")
IP = Type("opaque", "net.IP")
CIDR = Type("opaque", "net.CIDR")
URL = Type("object", "kubernetes.URL")
QUANTITY = Type("object", "kubernetes.Quantity")
SEMVER = Type("object", "kubernetes.Semver")
FORMAT = Type("object", "kubernetes.NamedFormat")
AUTHORIZER = Type("object", "kubernetes.authorization.Authorizer")
RESOURCE_CHECK = Type("object", "kubernetes.authorization.ResourceCheck")

_SPELLINGS = {
    "google.protobuf.Duration": "duration",
    "google.protobuf.Timestamp": "timestamp",
    "null_type": "null",
}
_OPTIONAL = "optional_type"


@cache
def list_of(element: Type) -> Type:
    """The type of lists of such elements."""
    return Type("list", "list", (element,))


@cache
def map_of(key: Type, value: Type) -> Type:
    """The type of maps with such keys and values."""
    return Type("map", "map", (key, value))


@cache
def optional_of(value: Type) -> Type:
    """The type of a value that may be missing."""
    return Type("opaque", _OPTIONAL, (value,))


@cache
def type_of_type(of: Type) -> Type:
    """The type of a type."""
    return Type("type", "type", (of,))


@cache
def parameter(name: str) -> Type:
    """A type that an overload leaves open."""
    return Type("parameter", name)


def object_type(name: str, fields: Mapping[str, Type]) -> Type:
    """A type with these fields and no other: to select another one does not compile."""
    return Type("object", name, fields=fields)


LIST = list_of(DYN)
MAP = map_of(DYN, DYN)


def unwrap_optional(of: Type) -> tuple[Type, bool]:
    """The type without its optional, and whether there was one."""
    return (of.parameters[0], True) if of.name == _OPTIONAL and of.parameters else (of, False)


def is_dyn(of: Type) -> bool:
    """Whether a type says nothing."""
    return of.kind == "dyn"


def is_dyn_or_error(of: Type) -> bool:
    """Whether a type says nothing, or follows an error that is reported already."""
    return of.kind in ("dyn", "error")


class Substitutions:
    """What is known of the open types of one expression so far."""

    def __init__(self, known: dict[str, Type] | None = None) -> None:
        self.known = known or {}
        self.count = 0

    def fresh(self) -> Type:
        """A new open type."""
        self.count += 1
        return Type("parameter", f"_var{self.count - 1}")

    def assign(self, to: Sequence[Type], given: Sequence[Type]) -> bool:
        """Whether the types fit, one by one; what follows for the open ones is remembered only if all of them do."""
        attempt = dict(self.known)
        if not _assignable_all(attempt, to, given):
            return False
        self.known = attempt
        return True

    def resolve(self, of: Type, *, open_is_dyn: bool = False) -> Type:
        """The type with everything put in that is known of its open ones."""
        return _substitute(self.known, of, open_is_dyn)


def instantiate(overload: Sequence[Type], substitutions: Substitutions) -> list[Type]:
    """The types of an overload, with fresh open types in the place of its parameters."""
    names = dict.fromkeys(name for of in overload for name in _parameter_names(of))
    fresh = {name: substitutions.fresh() for name in names}
    return [_substitute(fresh, of, False) for of in overload] if fresh else list(overload)


def most_general(first: Type, second: Type) -> Type:
    """The one of two types that fit together that promises less."""
    return first if _equal_or_less_specific(first, second) else second


def are_equivalent(first: Type, second: Type) -> bool:
    """Whether two types are the same but for the names of their open types."""
    if first.kind == second.kind == "parameter":
        return True
    return (
        first.kind == second.kind
        and first.name == second.name
        and len(first.parameters) == len(second.parameters)
        and all(map(are_equivalent, first.parameters, second.parameters))
    )


def _parameter_names(of: Type) -> list[str]:
    if of.kind == "parameter":
        return [of.name]
    return [name for inner in of.parameters for name in _parameter_names(inner)]


def _substitute(known: Mapping[str, Type], of: Type, open_is_dyn: bool) -> Type:
    if of.kind == "parameter":
        found = known.get(of.name)
        if found is not None:
            return _substitute(known, found, open_is_dyn)
        return DYN if open_is_dyn else of
    if not of.parameters:
        return of
    return Type(of.kind, of.name, tuple(_substitute(known, inner, open_is_dyn) for inner in of.parameters))


def _assignable(known: dict[str, Type], first: Type, second: Type) -> bool:
    if second.kind == "parameter":
        valid, had_one = _valid_substitution(known, first, second)
        if valid or had_one:
            return valid
    if first.kind == "parameter":
        return _valid_substitution(known, second, first)[0]
    if is_dyn_or_error(first) or is_dyn_or_error(second):
        return True
    if first.kind == "null":
        return _is_nullable(second)
    if second.kind == "null":
        return _is_nullable(first)
    if first.kind == "type":
        return second.kind == "type"
    if first.kind in ("list", "map", "opaque"):
        return (
            first.kind == second.kind
            and first.name == second.name
            and _assignable_all(known, first.parameters, second.parameters)
        )
    return first.kind == second.kind and first.name == second.name


def _assignable_all(known: dict[str, Type], first: Sequence[Type], second: Sequence[Type]) -> bool:
    return len(first) == len(second) and all(
        _assignable(known, one, other) for one, other in zip(first, second, strict=True)
    )


def _is_nullable(of: Type) -> bool:
    return of.kind in ("null", "opaque", "object") or of in (DURATION, TIMESTAMP)


def _valid_substitution(known: dict[str, Type], to: Type, of: Type) -> tuple[bool, bool]:
    """Whether `of`, an open type, may stand for `to`, and whether something was known of it already."""
    if to == of:
        return True, True
    found = known.get(of.name)
    if found is None:
        if not _is_not_within(known, of, to):
            return False, False
        known[of.name] = to
        return True, False
    if to == found:
        return True, True
    if not _assignable(known, to, found):
        return False, True
    general = most_general(to, found)
    if _is_not_within(known, of, general):
        known[of.name] = general
    return True, True


def _is_not_within(known: Mapping[str, Type], of: Type, within: Type) -> bool:
    if of == within:
        return False
    if within.kind == "parameter":
        found = known.get(within.name)
        return found is None or _is_not_within(known, of, found)
    return all(_is_not_within(known, of, inner) for inner in within.parameters)


def _equal_or_less_specific(first: Type, second: Type) -> bool:
    if first.kind in ("dyn", "parameter"):
        return True
    if second.kind in ("dyn", "parameter") or first.kind != second.kind:
        return False
    if first.kind == "type":
        return True
    return (
        first.name == second.name
        and len(first.parameters) == len(second.parameters)
        and all(map(_equal_or_less_specific, first.parameters, second.parameters))
    )
