"""What an expression is worth: a checked tree becomes a Python function of the variables' values.

Facts: cel-go 0.26, interpreter/planner.go, interpretable.go and attributes.go. Errors travel as exceptions; `&&`, `||`
and the quantifiers catch them, as the language demands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kubelint.cel import regex, types
from kubelint.cel.access import go_type, has, index, optional_index
from kubelint.cel.checker import Checker
from kubelint.cel.cost import CONVERSIONS, is_constant, least_cost, spend
from kubelint.cel.errors import CelUnknown, EvaluationError, no_such_overload
from kubelint.cel.functions import Implementation, Overload, dispatching, guarded
from kubelint.cel.libraries import FUNCTIONS, TYPE_NAMES
from kubelint.cel.open_list import OpenList
from kubelint.cel.spelling import spell_for_error
from kubelint.cel.standard import SINGLETONS
from kubelint.cel.syntax import (
    Call,
    Comprehension,
    Constant,
    Identifier,
    ListLiteral,
    MapLiteral,
    Node,
    Select,
    qualified_name,
)
from kubelint.cel.types import Type
from kubelint.cel.values import MISSING, NONE, Optional, equal, is_true, type_of

Scope = dict[str, Any]
Step = Callable[[Scope], Any]

#: Names of types that the server's compiler knows and its evaluator does not.
_NO_TYPES = frozenset(("duration", "timestamp"))


def _matching(pattern: Node) -> Implementation:
    """`matches` with a pattern that is compiled once."""
    compiled = _compiled(pattern)

    def matches(text: object, _: object) -> bool:
        if isinstance(text, str):
            return compiled.search(text) is not None
        raise no_such_overload()

    return matches


def _with_constant_pattern(pattern: Node, overload: Overload) -> Implementation:
    """`find` or `findAll` with a pattern that is compiled once; what is no text it refuses in its own words."""
    _compiled(pattern)
    implementation = overload.implementation
    assert implementation is not None

    def call(text: object, pattern: object, *count: object) -> object:
        if isinstance(text, str) and all(type(one) is int for one in count):
            return implementation(text, pattern, *count)
        raise no_such_overload()

    return call


def _compiled(pattern: Node) -> re.Pattern[str]:
    assert isinstance(pattern, Constant)
    return regex.compile(str(pattern.value))


class Planner:
    """Makes the function of a checked tree."""

    def __init__(self, checker: Checker, variables: Mapping[str, Type]) -> None:
        self.checker = checker
        self.bound = set(variables)
        self.has_loops = False
        """Whether what was planned may go on for long, and so needs a budget."""

    def plan(self, node: Node) -> Step:
        """The function that evaluates a node."""
        return _PLANS[type(node)](self, node)

    def _constant(self, node: Constant) -> Step:
        value = node.value
        return lambda _: value

    def _identifier(self, node: Identifier) -> Step:
        return self._name(node.name.removeprefix("."))

    def _name(self, name: str) -> Step:
        if name not in self.bound:
            if name in _NO_TYPES:
                raise EvaluationError(f"reference to undefined type: {name}")
            of = type_value(TYPE_NAMES[name].parameters[0])
            return lambda _: of

        def variable(scope: Scope) -> Any:
            try:
                return scope[name]
            except KeyError:
                raise CelUnknown(name) from None

        return variable

    def _select(self, node: Select) -> Step:
        name = qualified_name(node).removeprefix(".")
        if name in self.bound or name in TYPE_NAMES:
            return self._name(name)
        field = node.field
        if node.is_test:
            operand = self.plan(node.operand)
            return lambda scope: has(operand(scope), field)
        if isinstance(node.operand, Identifier) and node.operand.name in self.bound:
            return _field_of_variable(node.operand.name, field)
        return _field(self.plan(node.operand), field)

    def _call(self, node: Call) -> Step:
        special = _SPECIAL.get(node.function)
        if node.function in ("_[_]", "_[?_]") and is_constant(node.arguments[1]):
            self._check_constant_index(node.arguments[1])
        operands = [*([node.target] if node.target is not None else []), *node.arguments]
        steps = [self.plan(operand) for operand in operands]
        if special is not None:
            return special(steps)
        implementation = self._implementation(node)
        if node.function in CONVERSIONS and len(operands) == 1 and is_constant(operands[0]):
            # The server does it once and for all, and says so before anything is evaluated.
            value = implementation(steps[0]({}))
            return lambda _: value
        return _applied(implementation, steps)

    def _check_constant_index(self, node: Node) -> None:
        key = self.plan(node)({})
        if not isinstance(key, str | int | float | bool):
            raise EvaluationError(f"invalid qualifier type: {go_type(key)}")

    def _implementation(self, node: Call) -> Implementation:
        function = node.function.removeprefix(".")
        if function == "matches" and isinstance(node.arguments[-1], Constant):
            return _matching(node.arguments[-1])
        if function in SINGLETONS:
            return SINGLETONS[function]
        matching = self.checker.overloads[node]
        if function in ("find", "findAll") and isinstance(node.arguments[0], Constant):
            return _with_constant_pattern(node.arguments[0], matching[0])
        if len(matching) == 1:
            return guarded(function, matching[0])
        return dispatching(function, [one for one in FUNCTIONS[function] if one.implementation is not None])

    def _list(self, node: ListLiteral) -> Step:
        steps = [self.plan(element) for element in node.elements]
        if not node.optional:
            return lambda scope: [step(scope) for step in steps]
        optional = node.optional

        def build(scope: Scope) -> list[Any]:
            built = []
            for position, step in enumerate(steps):
                value = step(scope)
                if position in optional:
                    if not isinstance(value, Optional):
                        what = "cannot initialize optional list element from non-optional value"
                        raise EvaluationError(f"{what} {spell_for_error(value)}")
                    if value is NONE:
                        continue
                    value = value.value
                built.append(value)
            return built

        return build

    def _map(self, node: MapLiteral) -> Step:
        entries = [(self.plan(entry.key), self.plan(entry.value), entry.is_optional) for entry in node.entries]

        def build(scope: Scope) -> dict[Any, Any]:
            built: dict[Any, Any] = {}
            for key_step, value_step, is_optional in entries:
                key, value = _key(key_step(scope)), value_step(scope)
                if is_optional:
                    value = _present(key, value)
                    if value is MISSING:
                        built.pop(key, None)
                        continue
                built[key] = value
            return built

        return build

    def _comprehension(self, node: Comprehension) -> Step:
        over, initial = self.plan(node.range), self.plan(node.initial)
        before = set(self.bound)
        self.bound |= {node.accumulator}
        result = self.plan(node.result)
        self.bound |= {node.variable, *([node.second_variable] if node.second_variable else [])}
        loop = self._loop(node)
        self.bound = before
        if node.macro == "bind":
            return _bound(node.accumulator, initial, result)
        self.has_loops = True
        names = (node.variable, node.second_variable, node.accumulator)
        gives_list = _collected(node) is not None

        def run(scope: Scope) -> Any:
            # The range is outside of the loop, and so is everything that has the loop's names there.
            values = over(scope)
            is_open = gives_list and type(values) is OpenList
            pairs = _entries(values.known if is_open else values, is_double=bool(node.second_variable))
            inner = dict(scope)
            for name in names:
                inner.pop(name, None)
            found = loop(inner, pairs, initial, result)
            return OpenList(found, values.why) if is_open else found

        return run

    def _loop(self, node: Comprehension) -> Callable[[Scope, Iterator[Any], Step, Step], Any]:
        first, second, accumulator = node.variable, node.second_variable, node.accumulator
        each = least_cost(node.condition) + least_cost(node.step)
        if node.macro in ("all", "exists"):
            assert isinstance(node.step, Call)
            decisive, predicate = node.macro == "exists", node.step.arguments[1]
            # It is evaluated in every round: a round that could do without would not take place.
            cost = least_cost(predicate)
            going_on = least_cost(predicate, not decisive) - cost
            return _quantifier(first, second, self.plan(predicate), each + cost, going_on, decisive=decisive)
        collected = _collected(node)
        if collected is not None:
            condition, value = collected
            return _collector(
                first, second, None if condition is None else self.plan(condition), self.plan(value), each
            )
        step = self.plan(node.step)

        def loop(scope: Scope, entries: Iterator[Any], initial: Step, result: Step) -> Any:
            accumulated = initial(scope)
            for entry in entries:
                spend(scope, each)
                _bind(scope, first, second, entry)
                scope[accumulator] = accumulated
                accumulated = step(scope)
            scope[accumulator] = accumulated
            return result(scope)

        return loop


def _field(operand: Step, field: str) -> Step:
    def select(scope: Scope) -> Any:
        value = operand(scope)
        if isinstance(value, dict):
            try:
                return value[field]
            except KeyError:
                raise EvaluationError(f"no such key: {field}") from None
        return index(value, field)

    return select


def _field_of_variable(name: str, field: str) -> Step:
    """The same for `object.spec`, which nearly every expression has, in one step."""

    def select(scope: Scope) -> Any:
        try:
            value = scope[name]
        except KeyError:
            raise CelUnknown(name) from None
        if isinstance(value, dict):
            try:
                return value[field]
            except KeyError:
                raise EvaluationError(f"no such key: {field}") from None
        return index(value, field)

    return select


def type_value(of: Type) -> Type:
    """The type as `type(…)` gives it, which knows nothing of elements."""
    return {
        "list": types.LIST,
        "map": types.MAP,
        "optional_type": Optional.TYPE,
    }.get(of.name, of)


def _bind(scope: Scope, first: str, second: str, entry: Any) -> None:
    if second:
        scope[first], scope[second] = entry
    else:
        scope[first] = entry


def _entries(values: Any, *, is_double: bool) -> Iterator[Any]:
    if isinstance(values, list):
        return iter(enumerate(values) if is_double else values)
    if isinstance(values, dict):
        return iter(values.items() if is_double else values)
    name = go_type(values)
    if is_double:
        raise EvaluationError(f"unsupported comprehension range type: {name}")
    raise EvaluationError(f"got '{name}', expected iterable type")


def _bound(name: str, value: Step, result: Step) -> Step:
    return lambda scope: result({**scope, name: value(scope)})


def _collected(node: Comprehension) -> tuple[Node | None, Node] | None:
    """The condition and the value of a loop that only appends to a list."""
    step: Node = node.step
    condition: Node | None = None
    if isinstance(step, Call) and step.function == "_?_:_":
        condition, step = step.arguments[0], step.arguments[1]
    if not isinstance(step, Call) or step.function != "_+_" or not isinstance(step.arguments[1], ListLiteral):
        return None
    return (condition, step.arguments[1].elements[0]) if node.macro == "list" else None


def _collector(
    first: str, second: str, condition: Step | None, value: Step, each: int
) -> Callable[[Scope, Iterator[Any], Step, Step], Any]:
    def loop(scope: Scope, entries: Iterator[Any], _: Step, __: Step) -> Any:
        collected = []
        for entry in entries:
            spend(scope, each)
            _bind(scope, first, second, entry)
            if condition is None or _truth(condition(scope)):
                collected.append(value(scope))
        return collected

    return loop


def _quantifier(
    first: str, second: str, predicate: Step, each: int, going_on: int, *, decisive: bool
) -> Callable[[Scope, Iterator[Any], Step, Step], Any]:
    """A loop that ends with the first element that decides it, and until then forgives errors.

    A round costs `each`, and `going_on` more where the predicate has a value that does not decide.
    """

    def loop(scope: Scope, entries: Iterator[Any], _: Step, __: Step) -> Any:
        problem = _Problem()
        for entry in entries:
            spend(scope, each)
            _bind(scope, first, second, entry)
            if problem.holds(predicate, scope, decisive):
                return decisive
            if problem.is_none:
                spend(scope, going_on)
        return problem.resolve(not decisive)

    return loop


class _Problem:
    """The errors of terms that another term may still outvote."""

    __slots__ = ("error", "unknown")

    def __init__(self, first: EvaluationError | CelUnknown | None = None) -> None:
        self.error = first if isinstance(first, EvaluationError) else None
        self.unknown = first if isinstance(first, CelUnknown) else None

    def holds(self, term: Step, scope: Scope, wanted: bool) -> bool:
        """Whether a term is what decides; its error is kept."""
        try:
            value = term(scope)
        except EvaluationError as error:
            self.error = self.error or error
            return False
        except CelUnknown as unknown:
            self.unknown = self.unknown or unknown
            return False
        if value is wanted:
            return True
        if not isinstance(value, bool):
            self.error = self.error or no_such_overload()
        return False

    @property
    def is_none(self) -> bool:
        """Whether nothing went wrong so far."""
        return self.error is None and self.unknown is None

    def resolve(self, value: bool) -> bool:
        """The value, if nothing went wrong."""
        if self.unknown is not None:
            raise self.unknown
        if self.error is not None:
            raise self.error
        return value


def _truth(value: Any) -> bool:
    if value is True:
        return True
    if value is False:
        return False
    raise no_such_overload()


def _logic(decisive: bool) -> Callable[[list[Step]], Step]:
    def special(steps: list[Step]) -> Step:
        def logic(scope: Scope) -> Any:
            for position, step in enumerate(steps):
                try:
                    value = step(scope)
                except (EvaluationError, CelUnknown) as error:
                    return outvoted(scope, _Problem(error), position + 1)
                if value is decisive:
                    return decisive
                if not isinstance(value, bool):
                    return outvoted(scope, _Problem(no_such_overload()), position + 1)
            return not decisive

        def outvoted(scope: Scope, problem: _Problem, position: int) -> Any:
            for step in steps[position:]:
                if problem.holds(step, scope, decisive):
                    return decisive
            return problem.resolve(not decisive)

        return logic

    return special


def _conditional(steps: list[Step]) -> Step:
    condition, yes, no = steps
    return lambda scope: yes(scope) if _truth(condition(scope)) else no(scope)


def _or(steps: list[Step]) -> Step:
    left, right = steps

    def either(scope: Scope) -> Any:
        value = left(scope)
        return right(scope) if value is NONE else value

    return either


def _or_value(steps: list[Step]) -> Step:
    left, right = steps

    def either(scope: Scope) -> Any:
        value = left(scope)
        if value is NONE:
            return right(scope)
        return value.value if isinstance(value, Optional) else value

    return either


def _applied(implementation: Implementation, steps: list[Step]) -> Step:
    if len(steps) == 1:
        only = steps[0]
        return lambda scope: implementation(only(scope))
    if len(steps) == 2:
        left, right = steps
        return lambda scope: implementation(left(scope), right(scope))
    return lambda scope: implementation(*[step(scope) for step in steps])


def _applying(implementation: Implementation) -> Callable[[list[Step]], Step]:
    return lambda steps: _applied(implementation, steps)


def _key(key: Any) -> Any:
    if isinstance(key, list | dict):
        raise EvaluationError(f"unsupported key type: {type_of(key).name}")
    return key


def _present(key: Any, value: Any) -> Any:
    if not isinstance(value, Optional):
        what = f"cannot initialize optional entry '{spell_for_error(key)}' from non-optional value"
        raise EvaluationError(f"{what} {spell_for_error(value)}")
    return MISSING if value is NONE else value.value


_SPECIAL: dict[str, Callable[[list[Step]], Step]] = {
    "_&&_": _logic(False),
    "_||_": _logic(True),
    "_?_:_": _conditional,
    "_==_": _applying(equal),
    # What cannot be compared is different.
    "_!=_": _applying(lambda left, right: not is_true(left, right)),
    "_[_]": _applying(index),
    "_[?_]": _applying(optional_index),
    "_?._": _applying(optional_index),
    "or": _or,
    "orValue": _or_value,
}

_PLANS: dict[type[Node], Callable[[Planner, Any], Step]] = {
    Constant: Planner._constant,
    Identifier: Planner._identifier,
    Select: Planner._select,
    Call: Planner._call,
    ListLiteral: Planner._list,
    MapLiteral: Planner._map,
    Comprehension: Planner._comprehension,
}
