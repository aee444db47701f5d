"""What a library of functions is made of, and how a function finds the right overload while an expression runs.

Facts: cel-go 0.26, common/decls/decls.go (type guards and dynamic dispatch).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kubelint.cel.errors import EvaluationError
from kubelint.cel.types import Type
from kubelint.cel.values import type_of

Implementation = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class Overload:
    """One way to call a function: the types of its arguments (of a member its target first) and what it does.

    Without `implementation` the function has one for all of its overloads. An overload that is not `is_guarded` says
    itself what it thinks of arguments of other types.
    """

    name: str
    arguments: tuple[Type, ...]
    result: Type
    implementation: Implementation | None = None
    is_member: bool = False
    is_guarded: bool = True

    def takes(self, arguments: tuple[object, ...]) -> bool:
        """Whether values are of the overload's types, so far as that can be seen without looking at all elements."""
        return len(arguments) == len(self.arguments) and all(map(is_of, arguments, self.arguments))


def member(name: str, arguments: tuple[Type, ...], result: Type, implementation: Implementation) -> Overload:
    """An overload that is called as `target.function(…)`."""
    return Overload(name, arguments, result, implementation, is_member=True)


def is_of(value: object, of: Type) -> bool:
    """Whether a value is of a type; of a list or a map only the first entry is looked at, as the server does."""
    if of.kind in ("dyn", "parameter"):
        return True
    if type_of(value).name != of.name:
        return False
    if of.kind == "list" and value:
        assert isinstance(value, list)
        return is_of(next(iter(value)), of.parameters[0])
    if of.kind == "map" and value:
        assert isinstance(value, dict)
        key = next(iter(value))
        return is_of(key, of.parameters[0]) and is_of(value[key], of.parameters[1])
    return True


def guarded(function: str, overload: Overload) -> Implementation:
    """The overload's implementation behind a look at the types of what it is called with."""
    implementation = overload.implementation
    assert implementation is not None
    if not overload.is_guarded:
        return implementation

    def call(*arguments: object) -> object:
        if overload.takes(arguments):
            return implementation(*arguments)
        raise nothing_for(function, arguments)

    return call


def dispatching(function: str, overloads: list[Overload]) -> Implementation:
    """An implementation that asks one overload after another whether it takes the arguments."""
    if len(overloads) == 1:
        return guarded(function, overloads[0])

    def call(*arguments: object) -> object:
        for overload in overloads:
            if overload.takes(arguments):
                assert overload.implementation is not None
                return overload.implementation(*arguments)
        raise nothing_for(function, arguments)

    return call


def nothing_for(function: str, arguments: tuple[object, ...]) -> EvaluationError:
    """The error of a function that has no overload for these arguments."""
    names = ", ".join(type_of(argument).name for argument in arguments)
    return EvaluationError(f"no such overload: {function}({names})")
