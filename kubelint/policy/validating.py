"""ValidatingAdmissionPolicy and its bindings, as a cluster would follow them when an object is created.

k8s.io/apiserver, pkg/admission/plugin/policy/validating/dispatcher.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from dataclasses import dataclass

from kubelint.cel import BOOL, DYN, NULL, STRING, CelUnknown, Type
from kubelint.finding import Finding, Severity, finding
from kubelint.node import Node, Place, Scalar
from kubelint.policy.admission import Admission
from kubelint.policy.as_written import require_as_written
from kubelint.policy.clauses import Clauses, Validation, help_of, summary_of
from kubelint.policy.culprits import reads_of
from kubelint.policy.errors import PolicyError
from kubelint.policy.evaluation import Decision, Evaluation, judge
from kubelint.policy.expression import Expression
from kubelint.policy.flawed import page_of
from kubelint.policy.matching import MatchResources
from kubelint.policy.parameters import ParameterKind, parameters
from kubelint.policy.pointing import place_read
from kubelint.policy.structure import KIND, flaw_at
from kubelint.policy.types import ADMISSION_TYPES, variables_declared
from kubelint.resources import Resource, items_of, text_of
from kubelint.settings import Written
from kubelint.source import Span
from kubelint.workspace import CannotTell

_DEFAULT_REASON = "Invalid"
_SEVERITIES = {"Deny": Severity.ERROR, "Warn": Severity.WARNING, "Audit": Severity.NOTE}


@dataclass(frozen=True)
class Binding:
    """What makes a policy hold: for which objects, with which parameters, and what follows from a denial."""

    name: str
    policy: str
    resources: MatchResources
    reference: Node | None
    severity: Severity


UNBOUND = Binding("", "", MatchResources(None), None, Severity.ERROR)
"""Stands for the binding of a policy that has none: whoever names a policy's file wants it to be judged."""


_Judged = tuple[Binding, list[Decision], CelUnknown | None]


class ValidatingPolicy:
    """One ValidatingAdmissionPolicy that the server takes, with its bindings and the objects that may be its
    parameters. Without a binding it judges nothing."""

    def __init__(self, resource: Resource, bindings: Iterable[Binding], known: Iterable[Resource]) -> None:
        self.id = resource.name or ""
        self.place: Place = resource.name_place
        self._resource = resource
        self.bindings = tuple(bindings)
        self.constraints = MatchResources(resource.get("spec", "matchConstraints"))
        self._known = tuple(known)
        kind = resource.get("spec", "paramKind")
        self.parameter_kind = None if kind is None or _is_null(kind) else ParameterKind.of(kind, self._known)
        self.clauses = _clauses(resource, with_params=self.parameter_kind is not None)

    @property
    def severity(self) -> Severity:
        """That of its strictest binding."""
        severities = (binding.severity for binding in self.bindings)
        return max(severities, key=lambda severity: severity.rank, default=UNBOUND.severity)

    @property
    def summary(self) -> str:
        """One line on what it demands."""
        validations = self.clauses.validations
        return summary_of(validations[0]) if validations else f"{KIND} {self.id}"

    def is_about(self, resource: Resource) -> bool:
        """Whether its resource rules are about objects of this apiVersion and kind."""
        return self.constraints.may_mean(resource)

    def expressions(self) -> Iterator[Expression]:
        """Every expression of it."""
        return self.clauses.expressions()

    def page(self) -> str:
        """What it says, for people to read."""
        return page_of(self._resource.node)

    def findings(self, admission: Admission) -> Iterable[Finding]:
        """What the server would answer, one denial after another.

        Raises CannotTell, after the last one, where something that nobody knows could bring about more.
        """
        judged = [(binding, *self._decisions(binding, admission)) for binding in self.bindings]
        is_accepted = not any(decisions or unknown is not None for _, decisions, unknown in judged)
        return () if is_accepted else self._findings(judged, admission)

    def _findings(self, judged: list[_Judged], admission: Admission) -> Iterator[Finding]:
        said: set[tuple[str, Severity]] = set()
        untold: CannotTell | None = None
        for binding, decisions, _ in judged:
            for decision in decisions:
                severity = self._severity(decision, binding)
                if (decision.message, severity) not in said:
                    said.add((decision.message, severity))
                    try:
                        require_as_written(decision, self.clauses, admission, self._matched_by(binding))
                    except CannotTell as reason:
                        untold = untold or reason
                    else:
                        yield self._finding(decision, severity, admission)
        for _, _, unknown in judged:
            if unknown is not None:
                raise CannotTell(f"the policy depends on {unknown}")
        if untold is not None:
            raise untold

    def _decisions(self, binding: Binding, admission: Admission) -> tuple[list[Decision], CelUnknown | None]:
        """What follows from a binding, and the first thing that nobody knows, although it counts."""
        decisions: list[Decision] = []
        unknown: CelUnknown | None = None
        try:
            if not (self.constraints.means(admission) and binding.resources.means(admission)):
                return decisions, None
            if binding is UNBOUND and self.parameter_kind is not None:
                return decisions, CelUnknown(f"the {self.parameter_kind.kind} that a binding would name")
            for params in parameters(self.parameter_kind, binding.reference, self._known, admission):
                denied, missing = judge(self.clauses, admission, params)
                unknown = unknown or missing
                decisions += denied
        except CelUnknown as error:
            return decisions, error
        if not self.clauses.fails_closed:
            decisions = [decision for decision in decisions if decision.error is None]
        return decisions, unknown

    def _finding(self, decision: Decision, severity: Severity, admission: Admission) -> Finding:
        place = place_read(admission.resource, reads_of(decision, self.clauses, admission), None)
        help = help_of(self.id, decision.expression)
        reason = decision.reason or _DEFAULT_REASON
        related = self._related(decision, admission)
        return finding(place, decision.message, help=help, severity=severity, reason=reason, related=related)

    def _related(self, decision: Decision, admission: Admission) -> list[tuple[Place, str]]:
        """Where the policy is wrong, of an expression without a value."""
        if decision.error is None:
            return []
        evaluation = Evaluation(self.clauses, admission, decision.params)
        expression, error = evaluation.origin(decision.expression, decision.error)
        flaw = expression.error(error, expression.failure(error, evaluation))
        return [(Span(flaw.source, flaw.offset, flaw.offset + 1), str(flaw))]

    def _matched_by(self, binding: Binding) -> frozenset[str]:
        """The fields of an object's metadata by which it is selected."""
        selects = self.constraints.selects_objects or binding.resources.selects_objects
        return frozenset(("labels",)) if selects else frozenset()

    def _severity(self, decision: Decision, binding: Binding) -> Severity:
        # What goes to the audit log and has no value denies, whatever the binding says.
        return Severity.ERROR if decision.expression in self.clauses.annotations else binding.severity


def binding_of(resource: Resource) -> Binding:
    """A ValidatingAdmissionPolicyBinding that the server takes."""
    reference = resource.get("spec", "paramRef")
    actions = (text_of(item) or "" for item in items_of(resource.get("spec", "validationActions")))
    return Binding(
        resource.name or "",
        text_of(resource.get("spec", "policyName")) or "",
        MatchResources(resource.get("spec", "matchResources")),
        None if reference is None or _is_null(reference) else reference,
        max((_SEVERITIES[action] for action in actions), key=lambda severity: severity.rank),
    )


def parameter_flaw(policy: ValidatingPolicy, binding: Binding) -> PolicyError | None:
    """What is wrong with the parameters that a binding gives to a policy: the server denies all that it matches."""
    kind, reference = policy.parameter_kind, binding.reference
    namespace = reference.get("namespace") if reference is not None else None
    if kind is None or kind.is_namespaced is not False or namespace is None or text_of(namespace) is None:
        return None
    return flaw_at(namespace, "paramRef.namespace must not be provided for a cluster-scoped `paramKind`")


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _clauses(resource: Resource, *, with_params: bool) -> Clauses:
    types: dict[str, Type] = {**ADMISSION_TYPES, **({"params": DYN} if with_params else {})}
    conditions = tuple(
        _expression(condition, "expression", types, BOOL)
        for condition in items_of(resource.get("spec", "matchConditions"))
    )
    variables: dict[str, Expression] = {}
    own: dict[str, Type] = {}
    for variable in items_of(resource.get("spec", "variables")):
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
        for validation in items_of(resource.get("spec", "validations"))
    )
    annotations = tuple(
        _expression(annotation, "valueExpression", types, STRING, NULL)
        for annotation in items_of(resource.get("spec", "auditAnnotations"))
    )
    fails_closed = text_of(resource.get("spec", "failurePolicy")) != "Ignore"
    return Clauses(variables, conditions, validations, annotations, fails_closed)


def _expression(holder: Node, key: str, types: MappingType[str, Type], *results: Type) -> Expression:
    node = holder.get(key)
    assert isinstance(node, Scalar)
    return Expression(Written.at(str(node.value), node), types, *results)
