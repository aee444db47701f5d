"""CEL, the Common Expression Language, as Kubernetes 1.36 has it in admission policies.

    program = compile("object.spec.ports.all(p, p.port > 1024)", {"object": DYN})
    program.evaluate({"object": {"spec": {"ports": [{"port": 80}]}}})

It is an implementation of its own rather than a binding, because every answer is to be the server's: types, values,
errors and their words. `tests/conformance/cel.json.xz` holds what a kube-apiserver says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from kubelint.cel.cost import BUDGET, COST_LIMIT
from kubelint.cel.errors import CelError, CelUnknown, EvaluationError, Issue
from kubelint.cel.open_list import OpenList
from kubelint.cel.reads import EVERY, Every, Read, Route
from kubelint.cel.types import (
    AUTHORIZER,
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    RESOURCE_CHECK,
    STRING,
    TIMESTAMP,
    UINT,
    Type,
    list_of,
    map_of,
    object_type,
    optional_of,
)

if TYPE_CHECKING:
    from kubelint.cel.failing import Failure, Part, Parts

__all__ = [
    "AUTHORIZER",
    "BOOL",
    "BYTES",
    "DOUBLE",
    "DURATION",
    "DYN",
    "EVERY",
    "INT",
    "NULL",
    "RESOURCE_CHECK",
    "STRING",
    "TIMESTAMP",
    "UINT",
    "CelError",
    "CelUnknown",
    "EvaluationError",
    "Every",
    "Issue",
    "OpenList",
    "Program",
    "Read",
    "Route",
    "Type",
    "compile",
    "list_of",
    "map_of",
    "object_type",
    "optional_of",
]

_TOO_DEEP = "an expression that nests this deep"


class Program:
    """An expression that compiles; make one with `compile`."""

    def __init__(self, expression: str, variables: Mapping[str, Type]) -> None:
        from kubelint.cel.checker import Checker
        from kubelint.cel.evaluator import Planner
        from kubelint.cel.parser import Parser
        from kubelint.cel.validators import Validator

        self.expression = expression
        self._variables = dict(variables)
        self._reads: list[Route] | None = None
        self._parts: Parts | None = None
        try:
            self._root = Parser(expression).parse()
            self._checker = Checker(expression, variables)
            self.type = self._checker.check(self._root)
            if not self._checker.issues:
                Validator(self._checker).validate(self._root)
            if self._checker.issues:
                raise CelError.of_issues(self._checker.issues, expression)
            planner = Planner(self._checker, variables)
            self._step: Callable[[dict[str, Any]], Any] = planner.plan(self._root)
            self._has_loops = planner.has_loops
        except EvaluationError as error:
            raise CelError.of_constant(error.message) from None
        except RecursionError:
            raise CelUnknown(_TOO_DEEP) from None

    def evaluate(self, values: dict[str, object], cost_limit: int = COST_LIMIT) -> object:
        """The value of the expression for these variables, which are what JSON has: dict, list, str, int, float, …

        A dict may be one that works its values out when they are asked for. A variable that
        is left out is one whose value nobody knows. `cost_limit` is what the evaluation may cost in the server's units
        (by default its limit for one expression); what is counted is never more than what the server counts.

        Raises:
            EvaluationError: if the expression fails, with the server's words.
            CelError: of kind cost, if it costs more than it may.
            CelUnknown: if its value depends on what is not known.
        """
        try:
            return self._step({**values, BUDGET: [cost_limit]} if self._has_loops else values)
        except RecursionError:
            raise CelUnknown(_TOO_DEEP) from None

    def reads(self) -> list[Route]:
        """The fields of the variables that the expression reads, the deepest ones only, in order of appearance."""
        from kubelint.cel.reads import reads

        if self._reads is None:
            self._reads = reads(self._root, frozenset(self._variables))
        return self._reads

    def steps(self) -> list[Read]:
        """Every step of the ways to these fields, where it stands."""
        from kubelint.cel.reads import steps

        return list(steps(self._root, frozenset(self._variables)))

    @property
    def route(self) -> Route | None:
        """The field that the expression is as a whole; None where it is something else."""
        from kubelint.cel.reads import route_of

        return route_of(self._root, frozenset(self._variables))

    def parts(self, values: Mapping[str, object]) -> list[Part]:
        """The parts of an expression that make it true or false for these values. Raises CelUnknown."""
        from kubelint.cel.failing import Parts

        if self._parts is None:
            self._parts = Parts(self._root, self._step, self._checker, self._variables)
        try:
            return list(self._parts.deciding(values))
        except RecursionError:
            raise CelUnknown(_TOO_DEEP) from None

    def failure(self, values: Mapping[str, object]) -> Failure | None:
        """Which part of it has no value for these values; None where all of it has one.

        Raises CelUnknown, and CelError where it costs too much.
        """
        from kubelint.cel.failing import failure

        try:
            return failure(self._root, self._checker, self._variables, values)
        except RecursionError:
            raise CelUnknown(_TOO_DEEP) from None


def compile(expression: str, variables: Mapping[str, Type]) -> Program:
    """The program of an expression, which may use these variables.

    Raises:
        CelError: of kind syntax, type or unknown-function, if the server would refuse the expression.
        CelUnknown: if it uses what is not known here: a message of protobuf, a class of characters.
    """
    return Program(expression, variables)
