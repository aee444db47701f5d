"""Which requests a ValidatingAdmissionPolicy, or a binding of one, is about: MatchResources.

k8s.io/apiserver, pkg/admission/plugin/policy/matching/matching.go, and pkg/admission/plugin/webhook/predicates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from kubelint.cel import CelUnknown
from kubelint.label_selector import LabelSelector
from kubelint.node import Node, Scalar
from kubelint.policy.admission import Admission
from kubelint.policy.defaults import Object
from kubelint.resources import Resource, group_and_version, items_of, plural_of, text_of
from kubelint_schemas import Index


class MatchResources:
    """A MatchResources as it is written; an absent one means every request."""

    def __init__(self, node: Node | None) -> None:
        is_exact = node is not None and text_of(node.get("matchPolicy")) == "Exact"
        self._excluded = _Rules(node and node.get("excludeResourceRules"), is_exact=is_exact)
        self._included = _Rules(node and node.get("resourceRules"), is_exact=is_exact)
        self._objects = LabelSelector(node and node.get("objectSelector"))
        self._namespaces = LabelSelector(node and node.get("namespaceSelector"))
        self._demands = tuple(self._demanded())

    def _demanded(self) -> Iterator[Callable[[Admission], bool]]:
        if self._excluded.rules:
            yield lambda admission: not self._excluded.name(admission)
        if self._included.rules:
            yield self._included.name
        if self.selects_objects:
            yield lambda admission: self._objects.selects(labels_of(admission.object))
        if not (self._namespaces.is_absent or self._namespaces.is_empty):
            yield self._has_namespace

    @property
    def selects_objects(self) -> bool:
        """Whether it asks for labels of the objects."""
        return not (self._objects.is_absent or self._objects.is_empty)

    def may_mean(self, resource: Resource) -> bool:
        """Whether its rules are about objects of this apiVersion and kind, for which these alone count."""
        return not self._included.rules or bool(self._included.about(resource).rules)

    def means(self, admission: Admission) -> bool:
        """Whether the creation of an object is meant.

        Raises CelUnknown where something asks for what nobody knows, and nothing else rules the object out.
        """
        unknown: CelUnknown | None = None
        for demand in self._demands:
            try:
                if not demand(admission):
                    return False
            except CelUnknown as error:
                unknown = unknown or error
        if unknown is not None:
            raise unknown
        return True

    def _has_namespace(self, admission: Admission) -> bool:
        if admission.resource.kind == "Namespace":
            return self._namespaces.selects(labels_of(admission.object))
        if not admission.resource.is_namespaced:
            return True
        return self._namespaces.selects(labels_of(admission.namespace_object))


def labels_of(object: Object | None) -> Mapping[str, object]:
    """The labels of an object."""
    metadata = object.get("metadata") if object is not None else None
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return labels if isinstance(labels, dict) else {}


class _Rules:
    """Resource rules, of which those that are about a kind are looked for once a kind."""

    def __init__(self, node: Node | None, *, is_exact: bool) -> None:
        self.rules = [_ResourceRule(item) for item in items_of(node)]
        self._is_exact = is_exact
        self._about: dict[tuple[str, str], _Concerned] = {}

    def about(self, resource: Resource) -> _Concerned:
        """Those that are about objects of an apiVersion and kind."""
        key = resource.api_version, resource.kind
        found = self._about.get(key)
        if found is None:
            rules = [rule for rule in self.rules if rule.is_about(resource)]
            is_sure = any(not rule.names and rule.has_version(resource.api_version) for rule in rules)
            found = self._about[key] = _Concerned(rules, is_sure)
        return found

    def name(self, admission: Admission) -> bool:
        """Whether one of them names the creation of an object. Raises CelUnknown where a version may be the same."""
        found = self.about(admission.resource)
        return found.is_sure or any(self._names(rule, admission) for rule in found.rules)

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


class _Concerned(NamedTuple):
    """Resource rules that are about a kind, and whether one of them names every object of it."""

    rules: list[_ResourceRule]
    is_sure: bool


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
        plural = plural_of(resource.kind)
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
