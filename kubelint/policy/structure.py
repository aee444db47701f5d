"""Whether ValidatingAdmissionPolicies and their bindings have the fields that they need, and no others."""

from __future__ import annotations

from kubelint.node import Mapping, Node, Place, Scalar, Sequence
from kubelint.policy.errors import PolicyError
from kubelint.resources import Resource
from kubelint.suggestion import closest

KIND = "ValidatingAdmissionPolicy"
BINDING_KIND = "ValidatingAdmissionPolicyBinding"
GROUP = "admissionregistration.k8s.io"
VERSIONS = ("v1", "v1beta1")

_RULES = ("apiGroups", "apiVersions", "operations", "resources", "scope", "resourceNames")
_MATCH = ("resourceRules", "excludeResourceRules", "namespaceSelector", "objectSelector", "matchPolicy")
_SELECTOR = ("matchLabels", "matchExpressions")
_FIELDS: dict[str, tuple[str, ...]] = {
    "policy": (
        *("paramKind", "matchConstraints", "matchConditions", "variables", "validations"),
        *("auditAnnotations", "failurePolicy"),
    ),
    "binding": ("policyName", "paramRef", "matchResources", "validationActions"),
    "matchConstraints": _MATCH,
    "matchResources": _MATCH,
    "resourceRules": _RULES,
    "excludeResourceRules": _RULES,
    "namespaceSelector": _SELECTOR,
    "objectSelector": _SELECTOR,
    "selector": _SELECTOR,
    "matchExpressions": ("key", "operator", "values"),
    "matchConditions": ("name", "expression"),
    "variables": ("name", "expression"),
    "validations": ("expression", "message", "messageExpression", "reason"),
    "auditAnnotations": ("key", "valueExpression"),
    "paramKind": ("apiVersion", "kind"),
    "paramRef": ("name", "namespace", "selector", "parameterNotFoundAction"),
}
"""The fields of each object of a policy or a binding, by the name of its own field (k8s.io/api, v1/types.go)."""


def is_of_admission(resource: Resource) -> bool:
    """Whether an object is a ValidatingAdmissionPolicy or a binding of one, of any version."""
    return resource.kind in (KIND, BINDING_KIND) and resource.api_version.startswith(f"{GROUP}/")


def require_structure(resource: Resource) -> None:
    """Make sure that a policy or a binding is built as the server demands. Raises PolicyError."""
    version = resource.api_version.rpartition("/")[2]
    if version not in VERSIONS:
        place = resource.get("apiVersion") or resource.name_place
        raise flaw_at(place, f"{resource.kind} is read as {' and '.join(f'{GROUP}/{one}' for one in VERSIONS)}")
    spec = resource.get("spec")
    if spec is not None:
        _require_known(spec, "policy" if resource.kind == KIND else "binding")
    required(resource, "metadata", "name")


def _require_known(node: Node, name: str) -> None:
    """Make sure that an object and those below it have no field that the server does not know."""
    for one in node.items if isinstance(node, Sequence) else [node]:
        if not isinstance(one, Mapping):
            raise flaw_at(one, f"an object is due here, in `{name}`")
        for key, value in one.entries.items():
            if key not in _FIELDS[name]:
                meant = closest(key, _FIELDS[name])
                way_out = f"; did you mean `{meant}`?" if meant is not None else ""
                raise flaw_at(value.key, f"there is no field `{key}` in a {KIND}'s `{name}`{way_out}")
            if key in _FIELDS and not (isinstance(value, Scalar) and value.value is None):
                _require_known(value, key)


def required(resource: Resource, *route: str) -> Node:
    """The field at the end of a route. Raises PolicyError where there is none."""
    node = resource.get(*route)
    if node is None or (isinstance(node, Scalar) and node.value is None):
        raise flaw_at(resource.name_place, f"{resource.kind} has no `{'.'.join(route)}`")
    return node


def flaw_at(place: Place, message: str) -> PolicyError:
    """What is wrong at a place."""
    return PolicyError(place.span.source, place.span.start, message)
