"""Whether an object meets what a policy demands.

k8s.io/apiserver, pkg/admission/plugin/policy/validating/validator.go and pkg/admission/plugin/webhook/matchconditions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kubelint.cel import CelError, CelUnknown, EvaluationError
from kubelint.policy.admission import Admission
from kubelint.policy.clauses import Clauses, Validation
from kubelint.policy.defaults import Object
from kubelint.policy.expression import Expression
from kubelint.policy.uncertain import UNKNOWN
from kubelint.workspace import CannotTell

_OF_VARIABLE = re.compile(r'composited variable "(?P<name>\w+)" fails to evaluate: ')
_OF_POLICY = frozenset(("params", "variables"))
"""What every policy has of its own."""
_LONGEST_MESSAGE = 5 * 1024
"""Bytes of what a messageExpression may give (celconfig.MaxEvaluatedMessageExpressionSizeBytes)."""


@dataclass(frozen=True)
class Decision:
    """That an object is denied: why, by which expression, with which reason word and parameter.

    `error` is set where the expression has no value, `message_error` where that of the message has none.
    """

    message: str
    expression: Expression
    reason: str | None = None
    error: CelError | None = None
    params: object = None
    message_error: CelError | None = None


class Variables(dict[str, object]):
    """The values of `variables`, each evaluated when an expression asks for it, and once."""

    def __init__(self, expressions: dict[str, Expression], scope: Evaluation) -> None:
        super().__init__()
        self._expressions = expressions
        self._scope = scope
        self._failed: dict[str, EvaluationError] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._expressions

    def __missing__(self, name: str) -> object:
        if name not in self._expressions:
            raise KeyError(name)
        if name not in self._failed:
            try:
                self[name] = value = self._expressions[name].evaluate(self._scope)
                return value
            except CelError as error:
                self._failed[name] = EvaluationError(f'composited variable "{name}" fails to evaluate: {error.message}')
        raise self._failed[name]

    def get(self, name: str, default: object = None) -> object:
        """The value of a variable, or the default where there is no such variable."""
        return self[name] if name in self else default  # noqa: SIM401 (this is `get`)


class Evaluation:
    """The expressions of one policy over one object, with one parameter; `object` stands in for the one admitted."""

    def __init__(
        self, clauses: Clauses, admission: Admission, params: object = None, object: Object | None = None
    ) -> None:
        self._clauses = clauses
        self._admission = admission
        self._object = object
        self._params = params
        self._variables: Variables | None = None
        self.unknown: CelUnknown | None = None
        """The first thing that nobody knows, although an expression asked for it."""

    def values_of(self, names: tuple[str, ...]) -> dict[str, object]:
        """The values of these variables, without those that nobody knows."""
        if self._object is None and _OF_POLICY.isdisjoint(names):
            return self._admission.values_of(names)
        values = {name: self.value_of(name) for name in names}
        return {name: value for name, value in values.items() if value is not UNKNOWN}

    def value_of(self, name: str) -> object:
        """The value of a variable, as expressions know it; UNKNOWN for one that nobody knows."""
        if name == "params":
            return self._params
        if name == "variables":
            if self._variables is None:
                self._variables = Variables(self._clauses.variables, self)
            return self._variables
        if name == "object" and self._object is not None:
            return self._object
        return self._admission.value_of(name)

    def decisions(self) -> list[Decision]:
        """Why the object is denied, one demand after another; `unknown` is set where one cannot be judged."""
        failed: list[tuple[Expression, CelError]] = []
        for condition in self._clauses.conditions:
            try:
                if condition.evaluate(self) is not True:
                    return []
            except CelError as error:
                failed.append((condition, error))
            except CelUnknown as unknown:
                self._note(unknown)
        if self.unknown is not None:
            return []
        if failed:
            return [self._undone(failed)]
        return [*self._unmet(), *self._unannotated()] if self._clauses.annotations else self._unmet()

    def _unmet(self) -> list[Decision]:
        found: list[Decision] = []
        for validation in self._clauses.validations:
            try:
                if validation.expression.evaluate(self) is not True:
                    found.append(self._denied(validation))
            except CelError as error:
                found.append(self._without_value(validation.expression, error))
            except CelUnknown as unknown:
                self._note(unknown)
        return found

    def _unannotated(self) -> Iterator[Decision]:
        """What goes to the audit log has a budget of its own, and denies only where it has no value."""
        for expression in self._clauses.annotations:
            try:
                expression.evaluate(self)
            except CelError as error:
                yield self._without_value(expression, error)
            except CelUnknown as unknown:
                self._note(unknown)

    def _without_value(self, expression: Expression, error: CelError) -> Decision:
        message = _resulted_in(expression, error)
        return Decision(message, expression, error=error, params=self._params)

    def _note(self, unknown: CelUnknown) -> None:
        # A new one: that which was raised holds on to the frames that it came through, and through them to this object.
        self.unknown = self.unknown or CelUnknown(self._admission.explained(unknown.what))

    def text(self, expression: Expression) -> str | None:
        """The text that an expression gives; None where it gives none that may be shown, or nobody knows which.

        Raises CelError where it has no value.
        """
        try:
            value = expression.evaluate(self)
        except CelUnknown:
            return None
        if not isinstance(value, str) or "\n" in value or len(value.encode()) > _LONGEST_MESSAGE:
            return None
        return value.strip() or None

    def _undone(self, failed: list[tuple[Expression, CelError]]) -> Decision:
        messages = list(dict.fromkeys(_resulted_in(expression, error) for expression, error in failed))
        message = messages[0] if len(messages) == 1 else f"[{', '.join(messages)}]"
        return Decision(message, failed[0][0], error=failed[0][1], params=self._params)

    def _denied(self, validation: Validation) -> Decision:
        message, error = None, None
        if validation.message_expression is not None:
            try:
                message = self.text(validation.message_expression)
            except CelError as raised:
                error = raised
        if message is None:
            message = validation.message.strip() or f"failed expression: {validation.expression.text.strip()}"
        return Decision(message, validation.expression, validation.reason, params=self._params, message_error=error)

    def origin(self, expression: Expression, error: CelError) -> tuple[Expression, CelError]:
        """The expression that an error comes from, and what it is there: an expression, or a variable that it uses."""
        while (found := _OF_VARIABLE.match(error.message)) is not None:
            expression = self._clauses.variables[found["name"]]
            error = EvaluationError(error.message[found.end() :])
        return expression, error


def _resulted_in(expression: Expression, error: CelError) -> str:
    return f"expression '{expression.text}' resulted in error: {error.message}"


def judge(clauses: Clauses, admission: Admission, params: object = None) -> tuple[list[Decision], CelUnknown | None]:
    """Why an object is denied, and the first thing that would have to be known for judging the rest of the demands.

    What depends on a value that the cluster draws is not known. Raises CannotTell of an object that no policy gets to
    see.
    """
    if admission.is_refused:
        raise CannotTell("the API server refuses the object before it asks any policy")
    draw = admission.draw
    draw.is_used = False
    evaluation = Evaluation(clauses, admission, params)
    decisions = evaluation.decisions()
    if not draw.is_used:
        return decisions, evaluation.unknown
    draw.number = 1
    try:
        again = Evaluation(clauses, admission, params)
        others = {id(decision.expression): decision for decision in again.decisions()}
    finally:
        draw.number = 0
    agreed = [decision for decision in decisions if id(decision.expression) in others]
    unknown = evaluation.unknown or again.unknown
    if unknown is None and not len(agreed) == len(decisions) == len(others):
        unknown = CelUnknown("what the cluster allocates")
    return [_shared(decision, others[id(decision.expression)]) for decision in agreed], unknown


def _shared(decision: Decision, other: Decision) -> Decision:
    """A decision without the words that only one of two examples brings about."""
    if decision.message == other.message:
        return decision
    return replace(decision, message=f"failed expression: {decision.expression.text.strip()}")
