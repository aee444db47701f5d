"""One expression of a policy: compiled once, evaluated often, its errors at their place in the policy's file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kubelint import cel
from kubelint.cel import CelError, CelUnknown, Program, Route, Type
from kubelint.node import Scalar
from kubelint.policy.errors import PolicyError
from kubelint.settings import Written
from kubelint.source import Source

if TYPE_CHECKING:
    from kubelint.cel.failing import Failure, Part

_LINE = re.compile(r"[^\n]*\n")


class Scope(Protocol):
    """Where the values of variables come from."""

    def values_of(self, names: tuple[str, ...]) -> dict[str, object]:
        """The values of variables, without those that nobody knows; not to be changed. Raises CannotTell."""


class Flaw(NamedTuple):
    """What is wrong with an expression that compiles, and the 0-based code point at which it is."""

    offset: int
    message: str


class Expression:
    """An expression of a policy. `types` are the variables that it may use, `results` what it has to give: one of
    these types, any where none is named. `check` says what else is wrong with it."""

    def __init__(
        self,
        text: Written,
        types: Mapping[str, Type],
        *results: Type,
        check: Callable[[Program], Flaw | None] | None = None,
    ) -> None:
        self.text = str(text)
        self.node = text.node
        self._types = types
        self._results = results
        self._check = check

    @cached_property
    def program(self) -> Program:
        """The compiled expression, which nothing is wrong with. Raises PolicyError."""
        flaw = self._check(self.compiled) if self._check is not None else None
        if flaw is not None:
            source, offset = self._place_of(flaw.offset)
            raise PolicyError(source, offset, flaw.message)
        return self.compiled

    @cached_property
    def compiled(self) -> Program:
        """The compiled expression. Raises PolicyError where it does not compile."""
        try:
            program = cel.compile(self.text, self._types)
        except CelError as error:
            raise self.error(error) from error
        if self._results and program.type not in self._results:
            # k8s.io/apiserver, pkg/admission/plugin/cel/compile.go; `dyn` is not enough either.
            words = " ".join("null_type" if result == cel.NULL else str(result) for result in self._results)
            wanted = words if len(self._results) == 1 else f"one of [{words}]"
            raise self.error(CelError("type", f"must evaluate to {wanted} but got {program.type}"))
        return program

    @property
    def type(self) -> Type:
        """The type of its value; `dyn` where it does not compile, which others are to say."""
        try:
            return self.compiled.type
        except (PolicyError, CelUnknown):
            return cel.DYN

    @cached_property
    def reads(self) -> tuple[Route, ...]:
        """The fields that it reads, in the order of the text."""
        return tuple(self.compiled.reads())

    @cached_property
    def route(self) -> Route | None:
        """The field that it is as a whole; None where it is something else, or does not compile."""
        try:
            return self.compiled.route
        except (PolicyError, CelUnknown):
            return None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables that it uses."""
        return tuple(dict.fromkeys(route.variable for route in self.reads))

    def evaluate(self, scope: Scope) -> object:
        """The value. Raises CelError where there is none, CelUnknown and CannotTell where nobody knows it."""
        return self.program.evaluate(self.values(scope))

    def values(self, scope: Scope) -> dict[str, object]:
        """The values of the variables that it uses; one that nobody knows is left out. Raises CannotTell."""
        # It is unknown, which matters only if the expression comes so far.
        return scope.values_of(self.names)

    def parts(self, values: Mapping[str, object]) -> list[Part]:
        """The parts of it that make it true or false for these values; none where nobody can say."""
        try:
            return self.program.parts(values)
        except (PolicyError, CelUnknown):
            return []

    def failure(self, error: CelError, scope: Scope) -> Failure | None:
        """The part of it that has no value, as an error says; None where nobody can say which."""
        if error.kind != "evaluation":
            return None
        try:
            return self.program.failure(self.values(scope))
        except (CelError, CelUnknown):
            return None

    def error(
        self, error: CelError, failure: Failure | None = None, of: str = "", way_out: str | None = None
    ) -> PolicyError:
        """What CEL says of it, with the way out if one is known, at its place in the file; `of` says with which
        object."""
        # Only a wrong expression needs to know what is often meant.
        from kubelint.policy.hints import hint_of

        offset = failure.offset if failure is not None else _offset(self.text, error.line, error.column)
        source, place = self._place_of(offset)
        way_out = way_out or hint_of(error, self.text, offset, self.node, failure)
        return PolicyError(source, place, f"{_KINDS[error.kind]}: {error.message}{of}{way_out and f'; {way_out}'}")

    def place(self, failure: Failure | None = None) -> tuple[Source, int]:
        """The file that holds it, and the offset at which it begins, or at which a part of it fails."""
        return self._place_of(failure.offset if failure is not None else 0)

    def _place_of(self, offset: int) -> tuple[Source, int]:
        if self.node is None:
            return Source("", self.text), offset
        return self.node.source, _offset_within(self.node, offset)


_KINDS = {
    "syntax": "the expression is no CEL",
    "type": "the expression does not type-check",
    "unknown-function": "the expression uses what CEL does not have",
    "evaluation": "the expression has no value",
    "cost": "the expression costs more than an API server allows",
}


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        found = _LINE.match(text, start)
        start = found.end() if found else start
    return min(start + column - 1, len(text))


def _offset_within(node: Scalar, offset: int) -> int:
    """Where a code point of a scalar's value is written: YAML folds lines, indents and escapes.

    What is no blank is written in its order, so that it is found by walking along both.
    """
    text, value = node.source.text, str(node.value)
    position = node.start
    if text[position : position + 1] in ("|", ">"):
        position = text.find("\n", position, node.end) + 1 or position
    elif text[position : position + 1] in ("'", '"'):
        position += 1
    for character in value[:offset]:
        found = -1 if character.isspace() else text.find(character, position, node.end)
        position = found + 1 if found >= 0 else position
    while position < node.end and text[position].isspace():
        position += 1
    return min(position, max(node.end - 1, node.start))
