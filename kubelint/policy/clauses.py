"""What a policy is made of, whatever its kind: variables, conditions, demands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kubelint.cel import Route
from kubelint.policy.expression import Expression
from kubelint.policy.settings import PREFIX

_LONGEST_SHOWN = 100
"""Code points of an expression that is shown in a help text."""


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
        seen: set[str] = set()
        open = [expression]
        while open:
            for route in open.pop().reads:
                yield route
                name = str(route.path[0]) if route.variable == "variables" and route.path else ""
                if name in self.variables and name not in seen:
                    seen.add(name)
                    open.append(self.variables[name])


def help_of(id: str, expression: Expression) -> str:
    """The way out where the author of a policy names none: what it demands, or where that can be read."""
    text = " ".join(expression.text.split())
    if len(text) <= _LONGEST_SHOWN:
        return f"the policy demands `{text}`"
    return f"`kubelint explain {PREFIX}{id}` shows what the policy demands"
