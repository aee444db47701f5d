"""Everything that an expression of Kubernetes 1.36 can call.

Facts: k8s.io/apiserver 0.36, pkg/cel/environment/base.go. The order is the server's, because overloads are tried in it.
"""

from __future__ import annotations

from kubelint.cel import (
    authorizer,
    cidr,
    ip,
    lists,
    named_formats,
    optionals,
    quantity,
    regex,
    semver,
    standard,
    strings,
    urls,
)
from kubelint.cel.functions import Overload
from kubelint.cel.types import Type

_LIBRARIES = (
    standard.FUNCTIONS,
    urls.FUNCTIONS,
    regex.FUNCTIONS,
    lists.FUNCTIONS,
    authorizer.FUNCTIONS,
    optionals.FUNCTIONS,
    quantity.FUNCTIONS,
    strings.FUNCTIONS,
    ip.FUNCTIONS,
    cidr.FUNCTIONS,
    named_formats.FUNCTIONS,
    semver.FUNCTIONS,
)


def _merged() -> dict[str, list[Overload]]:
    merged: dict[str, list[Overload]] = {}
    for library in _LIBRARIES:
        for name, overloads in library.items():
            merged.setdefault(name, []).extend(overloads)
    return merged


FUNCTIONS: dict[str, list[Overload]] = _merged()

TYPE_NAMES: dict[str, Type] = standard.TYPE_NAMES | optionals.TYPE_NAMES | ip.TYPE_NAMES | cidr.TYPE_NAMES
