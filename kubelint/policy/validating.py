"""ValidatingAdmissionPolicy and its bindings, as a cluster would follow them when an object is created.

k8s.io/apiserver, pkg/admission/plugin/policy/validating/dispatcher.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass

from kubelint.cel import BOOL, DYN, STRING, CelUnknown, Type
from kubelint.finding import Finding, Severity, finding
from kubelint.node import Node, Place, Scalar
from kubelint.policy.admission import Admission
from kubelint.policy.clauses import Clauses, Validation, help_of
from kubelint.policy.culprits import reads_of, require_as_written
from kubelint.policy.evaluation import Decision, judge
from kubelint.policy.expression import Expression
from kubelint.policy.matching import matches
from kubelint.policy.parameters import ParameterKind, parameters
from kubelint.policy.pointing import place_read
from kubelint.policy.structure import KIND, flaw_at, require_structure, required
from kubelint.policy.types import ADMISSION_TYPES, variables_declared
from kubelint.resources import Resource, items_of, text_of
from kubelint.settings import Written
from kubelint.workspace import CannotTell

_SEVERITIES = {"Deny": Severity.ERROR, "Warn": Severity.WARNING, "Audit": Severity.NOTE}


@dataclass(frozen=True)
class Binding:
    """What makes a policy hold: for which objects, with which parameters, and what follows from a denial."""

    name: str
    policy: str
    resources: Node | None
    reference: Node | None
    severity: Severity


UNBOUND = Binding("", "", None, None, Severity.ERROR)
"""Stands for the binding of a policy that has none: whoever names a policy's file wants it to be judged."""


class ValidatingPolicy:
    """One ValidatingAdmissionPolicy with its bindings and the objects that may be its parameters.

    Raises PolicyError where the policy is not built as the server demands.
    """

    def __init__(self, resource: Resource, bindings: Iterable[Binding], known: Iterable[Resource]) -> None:
        require_structure(resource)
        self.id = resource.name or ""
        self.place: Place = resource.name_place
        self.subject = Resource
        self._resource = resource
        spec = required(resource, "spec")
        self.bindings = tuple(bindings) or (UNBOUND,)
        self.constraints = required(resource, "spec", "matchConstraints")
        self._known = tuple(known)
        kind = spec.get("paramKind")
        self.parameter_kind = (
            None
            if kind is None or (isinstance(kind, Scalar) and kind.value is None)
            else ParameterKind(text_of(kind.get("apiVersion")) or "", text_of(kind.get("kind")) or "")
        )
        self.clauses = _clauses(spec, with_params=self.parameter_kind is not None)

    @property
    def severity(self) -> Severity:
        """That of its strictest binding."""
        return max((binding.severity for binding in self.bindings), key=lambda severity: severity.rank)

    @property
    def summary(self) -> str:
        """One line on what it demands."""
        validations = self.clauses.validations
        if not validations:
            return f"{KIND} {self.id}"
        return " ".join((validations[0].message or f"Demands {validations[0].expression.text}").split()).rstrip(".")

    def expressions(self) -> Iterator[Expression]:
        """Every expression of it."""
        return self.clauses.expressions()

    def page(self) -> str:
        """What it says, for people to read."""
        return f"```yaml\n{self._resource.span.text.rstrip()}\n```\n"

    def findings(self, admission: Admission) -> Iterator[Finding]:
        """What the server would answer, one denial after another.

        Raises CannotTell, after the last one, where something that nobody knows could bring about more.
        """
        said: set[tuple[str, Severity]] = set()
        unknown: CelUnknown | None = None
        untold: CannotTell | None = None
        for binding in self.bindings:
            try:
                decisions, missing = self._decisions(binding, admission)
            except CelUnknown as error:
                decisions, missing = [], error
            unknown = unknown or missing
            for decision in decisions:
                if (decision.message, binding.severity) not in said:
                    said.add((decision.message, binding.severity))
                    try:
                        require_as_written(decision, self.clauses, admission)
                    except CannotTell as reason:
                        untold = untold or reason
                    else:
                        yield self._finding(decision, binding, admission)
        if unknown is not None:
            raise CannotTell(f"the policy depends on {unknown}")
        if untold is not None:
            raise untold

    def _decisions(self, binding: Binding, admission: Admission) -> tuple[list[Decision], CelUnknown | None]:
        if not (matches(self.constraints, admission) and matches(binding.resources, admission)):
            return [], None
        if binding is UNBOUND and self.parameter_kind is not None:
            raise CelUnknown(f"the {self.parameter_kind.kind} that a binding would name")
        decisions: list[Decision] = []
        unknown: CelUnknown | None = None
        for params in parameters(self.parameter_kind, binding.reference, self._known, admission):
            denied, missing = judge(self.clauses, admission, params)
            unknown = unknown or missing
            decisions += denied
        if not self.clauses.fails_closed:
            decisions = [decision for decision in decisions if decision.error is None]
        return decisions, unknown

    def _finding(self, decision: Decision, binding: Binding, admission: Admission) -> Finding:
        place = place_read(admission.resource, reads_of(decision, self.clauses, admission), None)
        help = help_of(self.id, decision.expression)
        reason = decision.reason if decision.error is None else None
        return finding(place, decision.message, help=help, severity=binding.severity, reason=reason)


def binding_of(resource: Resource) -> Binding:
    """A ValidatingAdmissionPolicyBinding. Raises PolicyError where it is not built as the server demands."""
    require_structure(resource)
    actions = {text_of(item) or "" for item in items_of(required(resource, "spec", "validationActions"))}
    severities = [_SEVERITIES[action] for action in actions if action in _SEVERITIES]
    if len(severities) < len(actions) or not severities:
        place = required(resource, "spec", "validationActions")
        raise flaw_at(place, f"`validationActions` are some of {', '.join(_SEVERITIES)}")
    return Binding(
        resource.name or "",
        text_of(required(resource, "spec", "policyName")) or "",
        resource.get("spec", "matchResources"),
        resource.get("spec", "paramRef"),
        max(severities, key=lambda severity: severity.rank),
    )


def _clauses(spec: Node, *, with_params: bool) -> Clauses:
    types: dict[str, Type] = {**ADMISSION_TYPES, **({"params": DYN} if with_params else {})}
    conditions = tuple(
        _expression(condition, "expression", types, BOOL) for condition in items_of(spec.get("matchConditions"))
    )
    variables: dict[str, Expression] = {}
    own: dict[str, Type] = {}
    for variable in items_of(spec.get("variables")):
        expression = _expression(variable, "expression", {**types, **variables_declared(own)})
        name = text_of(variable.get("name")) or ""
        variables[name], own[name] = expression, expression.type
    types = {**types, **variables_declared(own)}
    without_authorizer = {name: type for name, type in types.items() if not name.startswith("authorizer")}
    validations = tuple(
        Validation(
            _expression(validation, "expression", types, BOOL),
            text_of(validation.get("message")) or "",
            _expression(validation, "messageExpression", without_authorizer, STRING)
            if text_of(validation.get("messageExpression"))
            else None,
            text_of(validation.get("reason")),
        )
        for validation in items_of(spec.get("validations"))
    )
    fails_closed = text_of(spec.get("failurePolicy")) != "Ignore"
    return Clauses(variables, conditions, validations, fails_closed)


def _expression(holder: Node, key: str, types: MappingType[str, Type], result: Type | None = None) -> Expression:
    node = holder.get(key)
    if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
        raise flaw_at(node or holder, f"`{key}` is missing; write an expression in CEL")
    return Expression(Written.at(node.value, node), types, result)
