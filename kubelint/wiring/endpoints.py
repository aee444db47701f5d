"""Endpoints that somebody writes by hand, as EndpointSlices or as Endpoints, and the Service that they belong to.

k8s.io/api discovery/v1: LabelServiceName, EndpointPort; core/v1: Endpoints, whose name is the Service's. kube-proxy
joins both sides by the name and the protocol of a port (pkg/proxy: ServicePortName); their numbers do not matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubelint.node import Node
from kubelint.resources import Resource, Service, is_read, items_of, text_of
from kubelint.workspace import Workspace, may_share_namespace

SERVICE_NAME_LABEL = "kubernetes.io/service-name"
"""The label by which an EndpointSlice names its Service."""

KINDS = ("EndpointSlice", "Endpoints")
"""The kinds that hold endpoints."""


class EndpointPort(NamedTuple):
    """A port of endpoints: its name (empty for none), its protocol, and where to point at when speaking of it."""

    name: str
    protocol: str
    place: Node


def holds_endpoints(resource: Resource) -> bool:
    """Whether it is an EndpointSlice or Endpoints."""
    return resource.kind in KINDS and is_read(resource.api_version, resource.kind)


def is_made_by_a_controller(resource: Resource) -> bool:
    """Whether some object owns it: a copy out of a cluster, where its owner looks after it."""
    return bool(items_of(resource.get("metadata", "ownerReferences")))


def service_name_node(resource: Resource) -> Node | None:
    """Where endpoints name their Service: the slice's label, or the name of Endpoints."""
    if resource.kind == "Endpoints":
        return resource.get("metadata", "name")
    return resource.get("metadata", "labels", SERVICE_NAME_LABEL)


def ports_of(resource: Resource) -> Iterator[EndpointPort]:
    """The ports of endpoints; of Endpoints, those of all subsets."""
    if resource.kind == "Endpoints":
        items = [port for subset in items_of(resource.get("subsets")) for port in items_of(subset.get("ports"))]
    else:
        items = items_of(resource.get("ports"))
    for item in items:
        name = item.get("name")
        place = name if text_of(name) is not None else item.get("port")
        yield EndpointPort(text_of(name) or "", text_of(item.get("protocol")) or "TCP", place or item)


def services_of(resource: Resource, workspace: Workspace) -> tuple[Service, ...]:
    """The Services that endpoints are for: those of their application, else those around it.

    What lies farther away counts only where both sides name the same namespace, and not one that everybody uses.
    """
    found = tuple(
        service
        for service in workspace.named("Service", text_of(service_name_node(resource)), resource.namespace)
        if isinstance(service, Service)
    )
    application = workspace.application_of(resource)
    for circle in (application, workspace.surroundings_of(application)):
        within = tuple(service for service in found if circle.holds(service.path))
        if within:
            return within
    return tuple(
        service for service in found if service.namespace is not None and resource.namespace not in (None, "default")
    )


def endpoints_of(service: Service, workspace: Workspace) -> Iterator[Resource]:
    """The EndpointSlices and Endpoints, anywhere in the project, that name a Service."""
    for kind in KINDS:
        for resource in workspace.of_kind(kind):
            if text_of(service_name_node(resource)) == service.name and may_share_namespace(resource, service):
                yield resource
