"""Why an expression has the value that it has, or none: asked afterwards, of its tree and of what its parts give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from kubelint.cel.checker import Checker
from kubelint.cel.cost import BUDGET, COST_LIMIT
from kubelint.cel.errors import CelError, CelUnknown, EvaluationError
from kubelint.cel.evaluator import Planner, Scope, Step
from kubelint.cel.reads import Route, offset_of, reads, route_of
from kubelint.cel.syntax import Call, Node, children
from kubelint.cel.types import Type
from kubelint.cel.values import type_of


class Part:
    """A part of an expression that can make it what it is, and that has a value by itself."""

    def __init__(self, node: Node, step: Step, variables: frozenset[str]) -> None:
        self._node = node
        self._step = step
        self._variables = variables

    @cached_property
    def route(self) -> Route | None:
        """The field that it is as a whole; None where it is something else."""
        return route_of(self._node, self._variables)

    @cached_property
    def reads(self) -> tuple[Route, ...]:
        """The fields that it reads, as `Program.reads` gives those of the whole."""
        return tuple(reads(self._node, self._variables))

    def evaluate(self, values: Mapping[str, object]) -> object:
        """Its value. Raises what `Program.evaluate` does."""
        return self._step(_scope(values))


class Parts:
    """The parts of one expression; `step` evaluates all of it. Each is planned when it is first asked for."""

    def __init__(self, root: Node, step: Step, checker: Checker, variables: Mapping[str, Type]) -> None:
        self._root = root
        self._checker = checker
        self._variables = variables
        self._names = frozenset(variables)
        self._planned = {root: Part(root, step, self._names)}

    def deciding(self, values: Mapping[str, object]) -> Iterator[Part]:
        """The parts that make the expression true or false for these values, in the order of the text.

        Of `a && b` that is false, the first operand that is; of `a || b` both; of `!a` that of `a`; of `a ? b : c` the
        condition, and the branch that was taken.
        """
        return self._deciding(self._root, values)

    def _deciding(self, node: Node, values: Mapping[str, object]) -> Iterator[Part]:
        if not isinstance(node, Call) or node.function not in ("_&&_", "_||_", "!_", "_?_:_"):
            yield self._part(node)
            return
        operands = node.arguments
        if node.function == "_?_:_":
            operands = [operands[0], operands[1 if self._value(operands[0], values) is True else 2]]
        elif node.function != "!_":
            decisive = node.function == "_||_"
            operands = [one for one in operands if self._value(one, values) is decisive][:1] or operands
        for operand in operands:
            yield from self._deciding(operand, values)

    def _part(self, node: Node) -> Part:
        if node not in self._planned:
            step = Planner(self._checker, self._variables).plan(node)
            self._planned[node] = Part(node, step, self._names)
        return self._planned[node]

    def _value(self, node: Node, values: Mapping[str, object]) -> object:
        try:
            return self._part(node).evaluate(values)
        except (CelError, CelUnknown):
            return None


class Failure(NamedTuple):
    """The part of an expression that has no value: its 0-based code point, what it calls (`_+_`, `int`; empty for a
    field), and the types of what that was called with."""

    offset: int
    function: str
    types: tuple[str, ...]


def failure(
    root: Node, checker: Checker, variables: Mapping[str, Type], values: Mapping[str, object]
) -> Failure | None:
    """Where an expression that has no value fails first, of its error; None where it has a value after all."""
    tracer = _Tracer(checker, variables)
    try:
        tracer.plan(root)(_scope(values))
    except EvaluationError as error:
        node = tracer.failed[id(error)][1]
        function = node.function if isinstance(node, Call) else ""
        types = tuple(type_of(tracer.values[child]).name for child in children(node) if child in tracer.values)
        return Failure(offset_of(node), function, types)
    return None


class _Tracer(Planner):
    """Makes a function that remembers which node failed, and what the others gave."""

    def __init__(self, checker: Checker, variables: Mapping[str, Type]) -> None:
        super().__init__(checker, variables)
        self.failed: dict[int, tuple[EvaluationError, Node]] = {}
        self.values: dict[Node, object] = {}

    def plan(self, node: Node) -> Step:
        """The function that evaluates a node."""
        step = super().plan(node)

        def traced(scope: Scope) -> object:
            try:
                value = self.values[node] = step(scope)
            except EvaluationError as error:
                # The error is kept, too, so that no other one gets its identity.
                self.failed.setdefault(id(error), (error, node))
                raise
            return value

        return traced


def _scope(values: Mapping[str, object]) -> Scope:
    return {**values, BUDGET: [COST_LIMIT]}
