"""Endpoints that belong to no Service."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import CannotTell, Finding, Resource, Severity, Workspace, finding, rule
from kubelint.resources import items_of, text_of
from kubelint.wiring.endpoints import SERVICE_NAME_LABEL, holds_endpoints, is_made_by_a_controller, service_name_node
from kubelint.wiring.references import absence, neighbours


@rule(severity=Severity.WARNING)
def endpoint_slice_orphan(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """An EndpointSlice or Endpoints object belongs to no Service."""
    if not holds_endpoints(resource) or is_made_by_a_controller(resource) or not _has_addresses(resource):
        return
    place = service_name_node(resource)
    name = text_of(place)
    if place is None or name is None:
        yield from _nameless(resource)
    # Every cluster has a Service called kubernetes.
    elif name != "kubernetes" and not workspace.named("Service", name, resource.namespace):
        _require_names_as_written(name, workspace)
        others = neighbours("Service", name, resource.namespace, resource, workspace)
        yield absence("Service", place, name, resource.namespace, others)


def _nameless(resource: Resource) -> Iterator[Finding]:
    """An EndpointSlice that names no Service, unless it names what stands for one in some other way."""
    if resource.kind == "EndpointSlice" and not any(key.endswith("/service-name") for key in resource.labels):
        yield finding(
            resource.name_place,
            f"the EndpointSlice has no label {SERVICE_NAME_LABEL}, so it belongs to no Service",
            help=f"write `{SERVICE_NAME_LABEL}: ` and the Service's name among its labels",
        )


def _has_addresses(resource: Resource) -> bool:
    """Whether it lists endpoints; objects without any once served as locks."""
    if resource.kind == "EndpointSlice":
        return bool(items_of(resource.get("endpoints")))
    return any(
        items_of(subset.get(name))
        for subset in items_of(resource.get("subsets"))
        for name in ("addresses", "notReadyAddresses")
    )


def _require_names_as_written(name: str, workspace: Workspace) -> None:
    """Make sure that no kustomization gives a Service this name: it changes the Service's, and no slice's label."""
    for service in workspace.services:
        is_composed = workspace.application_of(service).files is not None
        if service.name and is_composed and (name.startswith(service.name) or name.endswith(service.name)):
            raise CannotTell(f"a kustomization may give Service {service.name} another name")
