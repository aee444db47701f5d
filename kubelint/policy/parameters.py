"""The objects that a binding of a ValidatingAdmissionPolicy gives to it as `params`.

k8s.io/apiserver, pkg/admission/plugin/policy/generic/policy_dispatcher.go: CollectParams. They are looked for among the
objects that stand beside the policies; a cluster may have others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kubelint.cel import CelUnknown
from kubelint.label_selector import LabelSelector
from kubelint.node import Node, plain
from kubelint.policy.admission import Admission
from kubelint.policy.matching import selects
from kubelint.resources import Resource, text_of


@dataclass(frozen=True)
class ParameterKind:
    """The kind that a policy takes its parameters from."""

    api_version: str
    kind: str


def parameters(
    kind: ParameterKind | None, reference: Node | None, known: Iterable[Resource], admission: Admission
) -> list[object]:
    """Every value of `params` with which a policy judges an object; None is a value, too.

    Raises CelUnknown where the object that is referred to is not among those known.
    """
    if kind is None or reference is None:
        return [None]
    name = text_of(reference.get("name"))
    selector = LabelSelector(reference.get("selector"))
    namespace = text_of(reference.get("namespace"))
    found = [
        one
        for one in known
        if (one.api_version, one.kind) == (kind.api_version, kind.kind)
        and (one.name == name if name is not None else selects(selector, _labels(one)))
        and _is_in(one, namespace, admission)
    ]
    if not found:
        what = f"the {kind.kind} {name}" if name is not None else f"a {kind.kind} that the binding selects"
        raise CelUnknown(f"{what}, which is not among the files of the policies")
    return [plain(one.node) for one in found]


def _labels(resource: Resource) -> dict[str, object]:
    return {key: scalar.text for key, scalar in resource.labels.items()}


def _is_in(resource: Resource, namespace: str | None, admission: Admission) -> bool:
    """Whether a parameter is in the namespace that is meant: the binding's, else the object's own."""
    if resource.namespace is None:
        return True
    return resource.namespace == (namespace if namespace is not None else admission.namespace)
