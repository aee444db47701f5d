"""Which requests a ValidatingAdmissionPolicy, or a binding of one, is about: MatchResources.

k8s.io/apiserver, pkg/admission/plugin/policy/matching/matching.go, and pkg/admission/plugin/webhook/predicates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kubelint.cel import CelUnknown
from kubelint.label_selector import LabelSelector
from kubelint.node import Node, Scalar
from kubelint.policy.admission import Admission, group_and_version, resource_name
from kubelint.policy.defaults import Object
from kubelint.resources import items_of, text_of
from kubelint_schemas import Index


def matches(resources: Node | None, admission: Admission) -> bool:
    """Whether a MatchResources means the creation of an object; an absent one means every one.

    Raises CelUnknown where a selector asks for what nobody knows, and nothing else rules the object out.
    """
    if resources is None:
        return True
    if _any_rule(resources.get("excludeResourceRules"), admission, resources):
        return False
    rules = resources.get("resourceRules")
    if items_of(rules) and not _any_rule(rules, admission, resources):
        return False
    return _object_matches(resources.get("objectSelector"), admission) and _namespace_matches(
        resources.get("namespaceSelector"), admission
    )


def selects(selector: LabelSelector, labels: Mapping[str, object]) -> bool:
    """Whether a label selector selects an object with these labels. Raises CelUnknown where a label is not known."""
    wanted = {key: scalar.text for key, scalar in selector.match_labels.items()}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _meets(expression, labels) for expression in selector.match_expressions
    )


def _meets(expression: Node, labels: Mapping[str, object]) -> bool:
    key = text_of(expression.get("key")) or ""
    values = {item.text for item in items_of(expression.get("values")) if isinstance(item, Scalar)}
    value = labels.get(key)
    match text_of(expression.get("operator")):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


def _object_matches(node: Node | None, admission: Admission) -> bool:
    selector = LabelSelector(node)
    return selector.is_absent or selector.is_empty or selects(selector, labels_of(admission.object))


def labels_of(object: Object | None) -> Mapping[str, object]:
    """The labels of an object."""
    metadata = object.get("metadata") if object is not None else None
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return labels if isinstance(labels, dict) else {}


def _namespace_matches(node: Node | None, admission: Admission) -> bool:
    selector = LabelSelector(node)
    if selector.is_absent or selector.is_empty:
        return True
    if admission.resource.kind == "Namespace":
        return selects(selector, labels_of(admission.object))
    if not admission.resource.is_namespaced:
        return True
    return selects(selector, labels_of(admission.namespace_object))


def _any_rule(rules: Node | None, admission: Admission, resources: Node) -> bool:
    is_exact = text_of(resources.get("matchPolicy")) == "Exact"
    return any(_rule_matches(rule, admission, is_exact=is_exact) for rule in items_of(rules))


def _rule_matches(rule: Node, admission: Admission, *, is_exact: bool) -> bool:
    group, version = group_and_version(admission.resource.api_version)
    if not (
        _scope_matches(text_of(rule.get("scope")) or "*", admission)
        and _names(rule.get("operations"), "CREATE")
        and _names(rule.get("apiGroups"), group)
        and _resource_matches(rule.get("resources"), resource_name(admission.resource.kind))
        and _name_matches(rule.get("resourceNames"), admission)
    ):
        return False
    if _names(rule.get("apiVersions"), version):
        return True
    is_built_in = Index.of(admission.cluster.version).definition(
        admission.resource.api_version, admission.resource.kind
    )
    if is_exact or is_built_in is not None:
        return False
    # By default a rule means every version of a resource, which the server then converts.
    raise CelUnknown(f"whether {admission.resource.api_version} is the same as the version that the policy names")


def _texts(node: Node | None) -> Iterable[str]:
    return (str(item.value) for item in items_of(node) if isinstance(item, Scalar) and item.value is not None)


def _names(node: Node | None, word: str) -> bool:
    return any(text in ("*", word) for text in _texts(node))


def _resource_matches(node: Node | None, name: str) -> bool:
    for text in _texts(node):
        resource, _, below = text.partition("/")
        if resource in ("*", name) and below in ("", "*"):
            return True
    return False


def _scope_matches(scope: str, admission: Admission) -> bool:
    if scope == "*":
        return True
    # A Namespace counts as an object of the cluster, although its request bears its own name as namespace.
    return (scope == "Namespaced") == admission.resource.is_namespaced


def _name_matches(node: Node | None, admission: Admission) -> bool:
    names = set(_texts(node))
    return not names or admission.resource.name in names
