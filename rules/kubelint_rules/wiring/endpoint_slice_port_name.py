"""Endpoints whose ports bear other names than those of their Service."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Service, ServicePort, Severity, Workspace, finding, rule
from kubelint.suggestion import closest
from kubelint.wiring.endpoints import (
    EndpointPort,
    endpoints_of,
    holds_endpoints,
    is_made_by_a_controller,
    ports_of,
    services_of,
)
from kubelint.wiring.patches import PORTS, require_unpatched


@rule(severity=Severity.ERROR)
def endpoint_slice_port_name(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """Ports of endpoints fit no port of their Service by name."""
    if not holds_endpoints(resource) or is_made_by_a_controller(resource):
        return
    services = services_of(resource, workspace)
    if not services or any(service.is_headless or service.type == "ExternalName" for service in services):
        # Of a headless Service, clients are given the addresses; nothing is joined.
        return
    ports = tuple(ports_of(resource))
    for service in services:
        require_unpatched(service, workspace, PORTS)
    missed = [_missed(ports, service, workspace) for service in services]
    # Of several Services of that name, such as those of variants, the endpoints may be meant for the one that they fit.
    if all(missed):
        for port in missed[0]:
            yield _mismatch(port, services[0])


def _missed(ports: tuple[EndpointPort, ...], service: Service, workspace: Workspace) -> list[EndpointPort]:
    """The ports that no port of the Service fits, if that leaves endpoints or a port of the Service without traffic.

    A port beyond those of the Service harms nobody.
    """
    wanted = {_key(port) for port in service.ports}
    missed = [port for port in ports if (port.name, port.protocol) not in wanted]
    if not wanted or len(missed) == len(ports):
        return missed if wanted else []
    served = {
        (port.name, port.protocol) for resource in endpoints_of(service, workspace) for port in ports_of(resource)
    }
    return missed if wanted - served else []


def _key(port: ServicePort) -> tuple[str, str]:
    return port.name or "", port.protocol


def _mismatch(port: EndpointPort, service: Service) -> Finding:
    same_name = [other for other in service.ports if (other.name or "") == port.name]
    nearest = (same_name or [_nearest(port, service)])[0]
    place = nearest.name_node or nearest.number_node or nearest.node
    if same_name:
        return finding(
            port.place,
            f"the port {_called(port.name)} is of {port.protocol}, and that of Service {service.name} of "
            f"{nearest.protocol}: no traffic reaches it",
            help=f"write `protocol: {nearest.protocol}`, or change the Service",
            related=[(place, f"port of Service {service.name}")],
        )
    return finding(
        port.place,
        f"no port of Service {service.name} is {_called(port.name)}; it has {_names(service)}, and ports are joined by "
        "their names",
        help=f"write `name: {nearest.name}`" if nearest.name else "remove the name: the Service's port has none",
        related=[(place, f"port of Service {service.name}")],
    )


def _nearest(port: EndpointPort, service: Service) -> ServicePort:
    name = closest(port.name, [other.name or "" for other in service.ports])
    return next((other for other in service.ports if other.name == name), service.ports[0])


def _called(name: str) -> str:
    return f"called `{name}`" if name else "without a name"


def _names(service: Service) -> str:
    return " and ".join(f"`{port.name}`" if port.name else "one without a name" for port in service.ports)
