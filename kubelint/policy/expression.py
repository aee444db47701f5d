"""One expression of a policy: compiled once, evaluated often, its errors at their place in the policy's file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

from kubelint import cel
from kubelint.cel import CelError, CelUnknown, Program, Route, Type
from kubelint.node import Scalar
from kubelint.policy.errors import PolicyError
from kubelint.policy.uncertain import UNKNOWN
from kubelint.settings import Written
from kubelint.source import Source
from kubelint.suggestion import closest

_LINE = re.compile(r"[^\n]*\n")


class Scope(Protocol):
    """Where the values of variables come from."""

    def value_of(self, name: str) -> object:
        """The value of a variable, or UNKNOWN. Raises CannotTell."""


class Expression:
    """An expression of a policy. `types` are the variables that it may use, `results` what it has to give: one of
    these types, any where none is named."""

    def __init__(self, text: Written, types: Mapping[str, Type], *results: Type) -> None:
        self.text = str(text)
        self.node = text.node
        self._types = types
        self._results = results

    @cached_property
    def program(self) -> Program:
        """The compiled expression. Raises PolicyError."""
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
            return self.program.type
        except (PolicyError, CelUnknown):
            return cel.DYN

    @cached_property
    def reads(self) -> tuple[Route, ...]:
        """The fields that it reads, in the order of the text."""
        return tuple(self.program.reads())

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The variables that it uses."""
        return tuple(dict.fromkeys(route.variable for route in self.reads))

    def evaluate(self, scope: Scope) -> object:
        """The value. Raises CelError where there is none, CelUnknown and CannotTell where nobody knows it."""
        values: dict[str, object] = {}
        for name in self.names:
            value = scope.value_of(name)
            # One that is left out is unknown, which matters only if the expression comes so far.
            if value is not UNKNOWN:
                values[name] = value
        return self.program.evaluate(values)

    def error(self, error: CelError) -> PolicyError:
        """What CEL says of it, at its place in the file."""
        source, offset = self.place(error.line, error.column)
        return PolicyError(source, offset, f"{_KINDS[error.kind]}: {error.message}{_meant(error)}")

    def place(self, line: int = 1, column: int = 1) -> tuple[Source, int]:
        """The file that holds it, and the offset of one of its lines and columns (1-based code points)."""
        if self.node is None:
            return Source("", self.text), _offset(self.text, line, column)
        return self.node.source, _offset_within(self.node, _offset(self.text, line, column))


_KINDS = {
    "syntax": "the expression is no CEL",
    "type": "the expression does not type-check",
    "unknown-function": "the expression uses what CEL does not have",
    "evaluation": "the expression has no value",
    "cost": "the expression costs more than an API server allows",
}


def _meant(error: CelError) -> str:
    """What a name that is not declared may have been meant to be."""
    issue = error.issues[0] if error.issues else None
    meant = closest(issue.name, (name for name in issue.declared if name.isidentifier())) if issue else None
    return f"; did you mean `{meant}`?" if meant is not None else ""


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
