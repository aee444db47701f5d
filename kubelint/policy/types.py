"""The variables of policies and their types, as an API server declares them.

k8s.io/apiserver, pkg/admission/plugin/cel/compile.go: BuildRequestType, BuildNamespaceType, createEnvForOpts.
"""

from __future__ import annotations

from collections.abc import Mapping

from kubelint.cel import (
    AUTHORIZER,
    BOOL,
    DYN,
    INT,
    RESOURCE_CHECK,
    STRING,
    TIMESTAMP,
    Type,
    list_of,
    map_of,
    object_type,
)

_TEXTS = list_of(STRING)
_TEXT_BY_TEXT = map_of(STRING, STRING)


def _texts(*names: str) -> dict[str, Type]:
    return dict.fromkeys(names, STRING)


_KIND = object_type("kubernetes.GroupVersionKind", _texts("group", "version", "kind"))
_RESOURCE = object_type("kubernetes.GroupVersionResource", _texts("group", "version", "resource"))
_USER = object_type(
    "kubernetes.UserInfo", {**_texts("username", "uid"), "groups": _TEXTS, "extra": map_of(STRING, _TEXTS)}
)
REQUEST = object_type(
    "kubernetes.AdmissionRequest",
    {
        **dict.fromkeys(("kind", "requestKind"), _KIND),
        **dict.fromkeys(("resource", "requestResource"), _RESOURCE),
        **_texts("subResource", "requestSubResource", "name", "namespace", "operation"),
        "userInfo": _USER,
        "dryRun": BOOL,
        "options": DYN,
    },
)
"""The type of `request`."""

_CONDITION = object_type(
    "kubernetes.NamespaceCondition",
    {**_texts("status", "type", "message", "reason"), "lastTransitionTime": TIMESTAMP},
)
_NAMESPACE_METADATA = object_type(
    "kubernetes.NamespaceMetadata",
    {
        **_texts("name", "generateName", "namespace", "UID", "resourceVersion"),
        **dict.fromkeys(("labels", "annotations"), _TEXT_BY_TEXT),
        **dict.fromkeys(("creationTimestamp", "deletionTimestamp"), TIMESTAMP),
        **dict.fromkeys(("deletionGracePeriodSeconds", "generation"), INT),
        "finalizers": _TEXTS,
    },
)
NAMESPACE = object_type(
    "kubernetes.Namespace",
    {
        "metadata": _NAMESPACE_METADATA,
        "spec": object_type("kubernetes.NamespaceSpec", {"finalizers": _TEXTS}),
        "status": object_type("kubernetes.NamespaceStatus", {"conditions": list_of(_CONDITION), "phase": STRING}),
    },
)
"""The type of `namespaceObject`."""

ADMISSION_TYPES: Mapping[str, Type] = {
    "object": DYN,
    "oldObject": DYN,
    "request": REQUEST,
    "namespaceObject": NAMESPACE,
    "authorizer": AUTHORIZER,
    "authorizer.requestResource": RESOURCE_CHECK,
}
"""What the expressions of a ValidatingAdmissionPolicy know, beside `params` and `variables`."""

_PATH = object_type("kubelint.Path", {**_texts("level", "via", "confidence", "restriction"), "provider": DYN})
_EXPOSURE = object_type(
    "kubelint.Exposure",
    {
        **_texts("level", "confidence", "restriction"),
        "provider": DYN,
        **dict.fromkeys(("isExternal", "opensNodePorts"), BOOL),
        "paths": list_of(_PATH),
    },
)
OWN_TYPES: Mapping[str, Type] = {
    "exposure": _EXPOSURE,
    "services": list_of(DYN),
    "pods": list_of(DYN),
}
"""What only the policies of a configuration know."""


def variables_declared(types: Mapping[str, Type]) -> dict[str, Type]:
    """`variables` and its type, where there are any: to name one that is not declared, or not yet, does not compile."""
    return {"variables": object_type("kubernetes.variables", dict(types))} if types else {}
