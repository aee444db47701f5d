"""Which requests a ValidatingAdmissionPolicy, or a binding of one, is about: MatchResources.

k8s.io/apiserver, pkg/admission/plugin/policy/matching/matching.go, and pkg/admission/plugin/webhook/predicates.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelint.cel import CelUnknown
from kubelint.label_selector import LabelSelector
from kubelint.node import Node, Scalar
from kubelint.policy.admission import Admission, group_and_version, resource_name
from kubelint.policy.defaults import Object
from kubelint.resources import Resource, items_of, text_of
from kubelint_schemas import Index


class MatchResources:
    """A MatchResources as it is written; an absent one means every request."""

    def __init__(self, node: Node | None) -> None:
        is_exact = node is not None and text_of(node.get("matchPolicy")) == "Exact"
        self._excluded = _Rules(node and node.get("excludeResourceRules"), is_exact=is_exact)
        self._included = _Rules(node and node.get("resourceRules"), is_exact=is_exact)
        self._objects = LabelSelector(node and node.get("objectSelector"))
        self._namespaces = LabelSelector(node and node.get("namespaceSelector"))

    def means(self, admission: Admission) -> bool:
        """Whether the creation of an object is meant.

        Raises CelUnknown where a selector asks for what nobody knows, and nothing else rules the object out.
        """
        if self._excluded.name(admission) or (self._included.rules and not self._included.name(admission)):
            return False
        return _object_matches(self._objects, admission) and _namespace_matches(self._namespaces, admission)


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


def _object_matches(selector: LabelSelector, admission: Admission) -> bool:
    return selector.is_absent or selector.is_empty or selects(selector, labels_of(admission.object))


def labels_of(object: Object | None) -> Mapping[str, object]:
    """The labels of an object."""
    metadata = object.get("metadata") if object is not None else None
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return labels if isinstance(labels, dict) else {}


def _namespace_matches(selector: LabelSelector, admission: Admission) -> bool:
    if selector.is_absent or selector.is_empty:
        return True
    if admission.resource.kind == "Namespace":
        return selects(selector, labels_of(admission.object))
    if not admission.resource.is_namespaced:
        return True
    return selects(selector, labels_of(admission.namespace_object))


class _Rules:
    """Resource rules, of which those that are about a kind are looked for once a kind."""

    def __init__(self, node: Node | None, *, is_exact: bool) -> None:
        self.rules = [_ResourceRule(item) for item in items_of(node)]
        self._is_exact = is_exact
        self._about: dict[tuple[str, str, bool], list[_ResourceRule]] = {}

    def name(self, admission: Admission) -> bool:
        """Whether one of them names the creation of an object. Raises CelUnknown where a version may be the same."""
        resource = admission.resource
        key = resource.api_version, resource.kind, resource.is_namespaced
        rules = self._about.get(key)
        if rules is None:
            rules = self._about[key] = [rule for rule in self.rules if rule.is_about(resource)]
        return any(self._names(rule, admission) for rule in rules)

    def _names(self, rule: _ResourceRule, admission: Admission) -> bool:
        api_version, kind = admission.resource.api_version, admission.resource.kind
        if rule.names and admission.name not in rule.names:
            return False
        if rule.has_version(api_version):
            return True
        if self._is_exact or Index.of(admission.cluster.version).knows(api_version, kind):
            return False
        # By default a rule means every version of a resource, which the server then converts.
        raise CelUnknown(f"whether {api_version} is the same as the version that the policy names")


class _ResourceRule:
    """One NamedRuleWithOperations; `names` are those of objects, none for any."""

    def __init__(self, node: Node) -> None:
        self.names = _texts(node.get("resourceNames"))
        self._scope = text_of(node.get("scope")) or "*"
        self._creates = not _texts(node.get("operations")).isdisjoint(("*", "CREATE"))
        self._groups = _texts(node.get("apiGroups"))
        self._versions = _texts(node.get("apiVersions"))
        self._resources = _texts(node.get("resources"))

    def is_about(self, resource: Resource) -> bool:
        """Whether it is about the creation of objects of this kind, in whatever version."""
        group, _ = group_and_version(resource.api_version)
        plural = resource_name(resource.kind)
        # A Namespace counts as an object of the cluster, although its request bears its own name as namespace.
        return (
            self._creates
            and (self._scope == "*" or (self._scope == "Namespaced") == resource.is_namespaced)
            and not self._groups.isdisjoint(("*", group))
            and not self._resources.isdisjoint(("*", "*/*", plural, f"{plural}/*"))
        )

    def has_version(self, api_version: str) -> bool:
        """Whether it names the version of an apiVersion."""
        return not self._versions.isdisjoint(("*", group_and_version(api_version)[1]))


def _texts(node: Node | None) -> frozenset[str]:
    return frozenset(str(item.value) for item in items_of(node) if isinstance(item, Scalar) and item.value is not None)
