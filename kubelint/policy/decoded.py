"""A manifest as the API server holds it once it is decoded: typed, without nulls, without what Go leaves out as empty.

Policies see the object in this form (k8s.io/apimachinery, runtime.DefaultUnstructuredConverter.ToUnstructured): a field
that is `omitempty` and empty is not there at all, whatever the manifest says.
"""

from __future__ import annotations

from kubelint.node import Mapping, Node, Scalar, Sequence, plain
from kubelint.policy.quantities import number_text, spelled
from kubelint.resources import Resource
from kubelint_schemas import Definition, Index, Type

_PLAIN_FLAGS = frozenset(
    (
        *("hostIPC", "hostNetwork", "hostPID", "paused", "publishNotReadyAddresses", "readOnly", "stdin", "stdinOnce"),
        *("tty", "chapAuthDiscovery", "chapAuthSession", "sslEnabled"),
    )
)
"""Booleans that are no pointers in Go: a false one is left out."""
_PLAIN_NUMBERS = frozenset(
    (
        *("nodePort", "healthCheckNodePort", "hostPort", "minReadySeconds", "initialDelaySeconds"),
        *("timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold", "generation"),
        *("AWSElasticBlockStoreVolumeSource.partition", "GCEPersistentDiskVolumeSource.partition"),
        "ServiceBackendPort.number",
    )
)
"""Numbers that are no pointers in Go: a zero is left out, and then filled in by default."""
_TEXT_POINTERS = frozenset(("storageClassName", "appProtocol", "ingressClassName", "loadBalancerClass", "zone"))
"""Texts that are pointers in Go: an empty one is kept."""
_EMPTY_KEPT = frozenset(
    (
        *("HTTPHeader.value", "HostPathVolumeSource.type", "GRPCAction.service", "PodDNSConfigOption.value"),
        *("Sysctl.value", "StatefulSetSpec.serviceName", "SuccessPolicyRule.succeededIndexes", "ForZone.name"),
        *("PersistentVolumeClaimSpec.volumeAttributesClassName", "CSIVolumeSource.fsType", "CSIVolumeSource.readOnly"),
        *("AzureDiskVolumeSource.fsType", "AzureDiskVolumeSource.readOnly", "discovery.v1.EndpointPort.name"),
        *("ISCSIVolumeSource.initiatorName", "WindowsSecurityContextOptions.gmsaCredentialSpec"),
        *("Endpoint.hostname", "Endpoint.nodeName", "EndpointAddress.nodeName", "TypedLocalObjectReference.apiGroup"),
    )
)
"""Further texts and booleans that are kept, by their definition and name."""
_ALWAYS_THERE: dict[str, dict[str, object]] = {
    "ForZone": {"name": ""},
    "HTTPHeader": {"value": ""},
    "ISCSIVolumeSource": {"lun": 0},
    "NetworkPolicySpec": {"podSelector": {}},
    "OwnerReference": {"apiVersion": "", "kind": "", "name": "", "uid": ""},
    "PodFailurePolicy": {"rules": None},
    "PreferredSchedulingTerm": {"preference": {}},
    "ProjectedVolumeSource": {"sources": None},
    "ResourceFieldSelector": {"divisor": "0"},
    "ScaleIOVolumeSource": {"secretRef": None},
    "StatefulSetOrdinals": {"start": 0},
    "StatefulSetSpec": {"serviceName": ""},
    "Sysctl": {"value": ""},
    "TypedLocalObjectReference": {"apiGroup": None},
}
"""By definition, what Go writes even where a manifest says nothing: fields that are not `omitempty`, and structs."""


def decoded(resource: Resource, version: str) -> dict[str, object]:
    """The object; of a kind whose structure is not known here, what its manifest says."""
    definition = Index.of(version).definition(resource.api_version, resource.kind)
    if definition is None:
        found = plain(resource.node)
        assert isinstance(found, dict)
    else:
        found = _object(resource.node, definition)
    # The items of a typed list need not say what they are.
    return {**found, "apiVersion": resource.api_version, "kind": resource.kind}


def _object(node: Mapping, definition: Definition) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in node.entries.items():
        type = definition.fields.get(name)
        if type is None or not _is_shaped(value, type):
            continue
        held = _value(value, type)
        if not _is_left_out(held, name, type, definition):
            found[name] = held
    return _completed(found, definition)


def _completed(found: dict[str, object], definition: Definition) -> dict[str, object]:
    for name, empty in _ALWAYS_THERE.get(definition.name.rpartition(".")[2], {}).items():
        found.setdefault(name, dict(empty) if isinstance(empty, dict) else empty)
    return found


def _is_shaped(node: Node, type: Type) -> bool:
    """Whether a value can be of a type at all; an object in which one is not, the server refuses."""
    if isinstance(node, Scalar):
        return node.value is not None and type.kind not in _SHAPES
    return isinstance(node, _SHAPES.get(type.kind, (Mapping, Sequence)))


def _is_left_out(held: object, name: str, type: Type, definition: Definition) -> bool:
    if type.kind in ("list", "map"):
        return not held
    *_, group, version, owner = definition.name.split(".")
    names = (name, f"{owner}.{name}", f"{group}.{version}.{owner}.{name}")
    if type.kind == "string":
        return held == "" and _EMPTY_KEPT.isdisjoint(names) and name not in _TEXT_POINTERS
    if type.kind == "boolean":
        return held is False and name in _PLAIN_FLAGS and _EMPTY_KEPT.isdisjoint(names)
    return type.kind.startswith("integer") and held == 0 and not _PLAIN_NUMBERS.isdisjoint(names)


def _value(node: Node, type: Type) -> object:
    if isinstance(node, Mapping) and type.kind == "object":
        return _object(node, type.definition)
    if isinstance(node, Mapping) and type.kind == "map" and type.item is not None:
        # A null among the values is the zero value of their type.
        entries = ((key, value) for key, value in node.entries.items() if _is_item(value, type.item))
        return {key: _value_or_zero(value, type.item, is_amount=True) for key, value in entries}
    if isinstance(node, Sequence) and type.kind == "list" and type.item is not None:
        return [_value_or_zero(item, type.item) for item in node.items if _is_item(item, type.item)]
    if not isinstance(node, Scalar):
        return plain(node)
    if isinstance(node.value, float) and node.value.is_integer() and type.kind in _WHOLE:
        return int(node.value)
    if type.kind == "quantity":
        return _quantity(node, is_amount=False)
    return node.value


def _quantity(node: Scalar, *, is_amount: bool) -> object:
    text = number_text(node.value) if isinstance(node.value, int | float) else node.value
    return spelled(text, is_amount=is_amount) if isinstance(text, str) else text


def _is_item(node: Node, type: Type) -> bool:
    return (isinstance(node, Scalar) and node.value is None) or _is_shaped(node, type)


_SHAPES = {"object": Mapping, "map": Mapping, "list": Sequence}
_WHOLE = ("integer:int32", "integer:int64", "int-or-string")


def _value_or_zero(node: Node, type: Type, *, is_amount: bool = False) -> object:
    if isinstance(node, Scalar) and node.value is None:
        return _completed({}, type.definition) if type.kind == "object" else _ZEROES.get(type.kind)
    if type.kind == "quantity" and isinstance(node, Scalar):
        # The quantities of a map are amounts of resources.
        return _quantity(node, is_amount=is_amount)
    return _value(node, type)


_ZEROES = {"string": "", "quantity": "0", "integer:int32": 0, "integer:int64": 0}
