"""An object in the namespace `default`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kubelint import Finding, Resource, Severity, finding, rule
from kubelint.resources import is_read


@dataclass(frozen=True)
class Unset:
    """What of the objects that name no namespace."""

    unset: bool = False
    """Whether an object without a namespace counts too; where nobody says otherwise, it lands in `default`."""


@rule(severity=Severity.NOTE, default=False)
def default_namespace(resource: Resource, options: Unset) -> Iterator[Finding]:
    """An object is put into the namespace `default`."""
    if not resource.is_namespaced or not is_read(resource.api_version, resource.kind):
        return
    if (resource.kind, resource.name) in _OF_THE_API_SERVER:
        return
    if resource.namespace == "default":
        yield finding(
            resource.get("metadata", "namespace") or resource.name_place,
            "the namespace `default` is shared by whatever says nothing else: no policy, quota or role is for one team",
            help="give every application a namespace of its own",
        )
    elif resource.namespace is None and options.unset:
        yield finding(
            resource.name_place,
            "no namespace is named, and whoever applies the manifest without one puts it into `default`",
            help="write `metadata.namespace`, or let a kustomization say it",
        )


_OF_THE_API_SERVER = frozenset((kind, "kubernetes") for kind in ("Service", "Endpoints", "EndpointSlice"))
"""What the API server keeps in `default` for itself."""
