"""The authorizer, which only a cluster has: its expressions compile, and have no value here.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/authz.go.
"""

from __future__ import annotations

from kubelint.cel.errors import CelUnknown
from kubelint.cel.functions import Overload, member
from kubelint.cel.types import AUTHORIZER, BOOL, RESOURCE_CHECK, STRING, Type

_PATH_CHECK = Type("object", "kubernetes.authorization.PathCheck")
_GROUP_CHECK = Type("object", "kubernetes.authorization.GroupCheck")
_DECISION = Type("object", "kubernetes.authorization.Decision")


def _ask(*_: object) -> object:
    raise CelUnknown("the authorizer")


def _overload(of: Type, result: Type, *arguments: Type) -> Overload:
    return member("", (of, *arguments), result, _ask)


FUNCTIONS: dict[str, list[Overload]] = {
    "path": [_overload(AUTHORIZER, _PATH_CHECK, STRING)],
    "group": [_overload(AUTHORIZER, _GROUP_CHECK, STRING)],
    "serviceAccount": [_overload(AUTHORIZER, AUTHORIZER, STRING, STRING)],
    "resource": [_overload(_GROUP_CHECK, RESOURCE_CHECK, STRING)],
    "subresource": [_overload(RESOURCE_CHECK, RESOURCE_CHECK, STRING)],
    "namespace": [_overload(RESOURCE_CHECK, RESOURCE_CHECK, STRING)],
    "name": [_overload(RESOURCE_CHECK, RESOURCE_CHECK, STRING)],
    "fieldSelector": [_overload(RESOURCE_CHECK, RESOURCE_CHECK, STRING)],
    "labelSelector": [_overload(RESOURCE_CHECK, RESOURCE_CHECK, STRING)],
    "check": [_overload(_PATH_CHECK, _DECISION, STRING), _overload(RESOURCE_CHECK, _DECISION, STRING)],
    "errored": [_overload(_DECISION, BOOL)],
    "error": [_overload(_DECISION, STRING)],
    "allowed": [_overload(_DECISION, BOOL)],
    "reason": [_overload(_DECISION, STRING)],
}
