"""The objects that a binding of a ValidatingAdmissionPolicy gives to it as `params`.

k8s.io/apiserver, pkg/admission/plugin/policy/generic/policy_dispatcher.go: CollectParams. They are looked for among the
objects that stand beside the policies; a cluster may have others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kubelint.cel import CelUnknown
from kubelint.cluster import DEFAULT_VERSION
from kubelint.label_selector import LabelSelector
from kubelint.node import Node
from kubelint.policy.admission import Admission
from kubelint.policy.decoded import decoded
from kubelint.policy.defaults import complete
from kubelint.policy.uncertain import Uncertain
from kubelint.resources import Resource, group_and_version, is_cluster_scoped, is_of_kubernetes, text_of
from kubelint_schemas import Index

_SET_BY_SERVER = "what the server sets"
_WITHOUT_DEFAULTS = "ConfigMap"
_DEFINITION = "CustomResourceDefinition"


@dataclass(frozen=True)
class ParameterKind:
    """The kind that a policy takes its parameters from; `is_namespaced` is None where nothing says it."""

    api_version: str
    kind: str
    is_namespaced: bool | None

    @classmethod
    def of(cls, node: Node, known: Iterable[Resource]) -> ParameterKind:
        """A paramKind; of a custom one, what its definition says, if that is among the objects known."""
        api_version, kind = text_of(node.get("apiVersion")) or "", text_of(node.get("kind")) or ""
        return cls(api_version, kind, _is_namespaced(api_version, kind, known))

    def has(self, resource: Resource) -> bool:
        """Whether an object is of this kind."""
        return (resource.api_version, resource.kind) == (self.api_version, self.kind)


def parameters(
    kind: ParameterKind | None, reference: Node | None, known: Iterable[Resource], admission: Admission
) -> list[object]:
    """Every value of `params` with which a policy judges an object; None is a value, too.

    Raises CelUnknown where the object that is referred to is not among those known, or may be another one.
    """
    if kind is None or reference is None:
        return [None]
    meant = [one for one in known if kind.has(one) and _is_named(one, reference)]
    name = text_of(reference.get("name"))
    what = f"the {kind.kind} {name}" if name is not None else f"a {kind.kind} that the binding selects"
    found = meant
    if kind.is_namespaced is not False:
        found = [one for one in meant if one.namespace is not None]
        is_whole = len(found) == len(meant)
        if found:
            namespace = text_of(reference.get("namespace")) or _namespace_of(admission)
            found = [one for one in found if one.namespace == namespace]
        if not is_whole and (name is None or not found):
            raise CelUnknown(f"the namespace of {what}, which its file does not say")
    if not found:
        raise CelUnknown(f"{what}, which is not among the files of the policies")
    return [_held(one, admission) for one in found]


def _is_named(resource: Resource, reference: Node) -> bool:
    """Whether a reference, by its name or by its selector, may mean an object."""
    name = text_of(reference.get("name"))
    if name is not None:
        return resource.name == name
    labels = {key: scalar.text for key, scalar in resource.labels.items()}
    return LabelSelector(reference.get("selector")).selects(labels)


def _namespace_of(admission: Admission) -> str:
    """The namespace of a request: that of a Namespace is the one which it creates."""
    if admission.resource.kind == "Namespace":
        return admission.resource.name or ""
    return admission.namespace


def _held(resource: Resource, admission: Admission) -> object:
    """A parameter as the server holds it."""
    held = decoded(resource, DEFAULT_VERSION)
    metadata = held.get("metadata")
    if not isinstance(metadata, dict):
        return held
    if resource.namespace is not None:
        metadata["namespace"] = resource.namespace
    if resource.kind != _WITHOUT_DEFAULTS and _is_known(resource):
        return complete(held, admission.cluster, admission.draw, is_namespaced=resource.is_namespaced)
    held["metadata"] = Uncertain(
        metadata,
        _SET_BY_SERVER,
        present=dict.fromkeys(("uid", "creationTimestamp", "resourceVersion"), _SET_BY_SERVER),
        possible=frozenset(("managedFields", "generation")) - metadata.keys(),
    )
    return held


def _is_known(resource: Resource) -> bool:
    return Index.of(DEFAULT_VERSION).definition(resource.api_version, resource.kind) is not None


def _is_namespaced(api_version: str, kind: str, known: Iterable[Resource]) -> bool | None:
    if is_of_kubernetes(api_version):
        return not is_cluster_scoped(api_version, kind)
    group, _ = group_and_version(api_version)
    for definition in known:
        if definition.kind == _DEFINITION and (
            text_of(definition.get("spec", "group")) == group
            and text_of(definition.get("spec", "names", "kind")) == kind
        ):
            return text_of(definition.get("spec", "scope")) != "Cluster"
    return None
