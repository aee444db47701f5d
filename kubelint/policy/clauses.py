"""What a policy is made of, whatever its kind: variables, conditions, demands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kubelint.cel import Route
from kubelint.policy.expression import Expression
from kubelint.policy.settings import PREFIX

_LONGEST_SHOWN = 100
"""Code points of an expression that is shown in a help text, or in the summary of a policy."""


@dataclass(frozen=True)
class Validation:
    """One demand: what has to be true, and what is said where it is not."""

    expression: Expression
    message: str = ""
    message_expression: Expression | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Clauses:
    """Variables by their names in order, the conditions under which the rest holds, the demands, and what goes to the
    audit log: that denies nothing, unless it has no value.

    `fails_closed` says whether what cannot be evaluated counts as denied.
    """

    variables: dict[str, Expression] = field(default_factory=dict)
    conditions: tuple[Expression, ...] = ()
    validations: tuple[Validation, ...] = ()
    annotations: tuple[Expression, ...] = ()
    fails_closed: bool = True

    def expressions(self) -> Iterator[Expression]:
        """Every expression, in the order in which they are written."""
        yield from self.conditions
        yield from self.variables.values()
        for validation in self.validations:
            yield validation.expression
            if validation.message_expression is not None:
                yield validation.message_expression
        yield from self.annotations

    def reads_of(self, expression: Expression) -> Iterator[Route]:
        """The fields that an expression reads, itself and through the variables that it uses."""
        return self._reads(expression.reads)

    def fields_of(self, routes: Iterable[Route]) -> Iterator[Route]:
        """These fields, and those that the variables among them read; a variable that is a plain route stands for that
        route."""
        return self._reads(resolved(route, self.variables) for route in routes)

    def _reads(self, routes: Iterable[Route]) -> Iterator[Route]:
        seen: set[str] = set()
        open = [routes]
        while open:
            for route in open.pop():
                yield route
                name = _name(route)
                if name in self.variables and name not in seen:
                    seen.add(name)
                    open.append(self.variables[name].reads)


def resolved(route: Route, variables: Mapping[str, Expression]) -> Route:
    """What a route stands for: one that begins at a variable which is a plain route itself goes on from there."""
    while (name := _name(route)) in variables:
        whole = variables[name].route
        if whole is None:
            break
        route = Route(whole.variable, (*whole.path, *route.path[1:]))
    return route


def _name(route: Route) -> str:
    """The variable of a policy that a route begins at; empty for any other."""
    return str(route.path[0]) if route.variable == "variables" and route.path else ""


def help_of(id: str, expression: Expression) -> str:
    """The way out where the author of a policy names none: what it demands, or where that can be read."""
    text = " ".join(expression.text.split())
    if len(text) <= _LONGEST_SHOWN:
        return f"the policy demands `{text}`"
    return f"`kubelint explain {PREFIX}{id}` shows what the policy demands"


def summary_of(demand: Validation) -> str:
    """One line on a demand, without a full stop: its message, else the beginning of its expression."""
    if demand.message:
        return " ".join(demand.message.split()).rstrip(".")
    text = " ".join(demand.expression.text.split())
    return f"Demands {text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1].rstrip() + '…'}"
