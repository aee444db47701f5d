"""A ServiceMonitor that scrapes a port which none of its Services has."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import CannotTell, Finding, Node, Resource, Scalar, Service, Severity, Workspace, finding, rule
from kubelint.node import Place
from kubelint.suggestion import closest
from kubelint.template import placeholder_in
from kubelint.wiring.references import judged, require_all_unpatched
from kubelint.wiring.service_monitors import service_monitor

_LISTED = 5


@rule(severity=Severity.ERROR)
def service_monitor_port(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """A ServiceMonitor names a port that no Service it selects has."""
    monitor = service_monitor(resource)
    if monitor is None or monitor.selector.is_empty:
        # What selects everything is meant for those Services that have the port.
        return
    services = [service for service in monitor.selected(workspace) if service.type != "ExternalName" and service.ports]
    if services:
        yield from judged(monitor.endpoints, lambda endpoint: _wrong_port(endpoint, resource, services, workspace))


def _wrong_port(endpoint: Node, monitor: Resource, services: list[Service], workspace: Workspace) -> Finding | None:
    """What is wrong with the port of an endpoint; None where one of the Services has it.

    Prometheus keeps what bears this name among the ports of the endpoints, which have them from their Service.
    """
    place = endpoint.get("port")
    if not isinstance(place, Scalar) or not place.text or placeholder_in(place.text):
        return None
    if any(port.name == place.text for service in services for port in service.ports):
        return None
    near = _meant(monitor, services, workspace)
    for service in near:
        if not service.selector:
            raise CannotTell(f"Service {service.name} has no selector, so that its Endpoints name the ports")
    require_all_unpatched((monitor, *near), workspace)
    return _finding(place, near[0])


def _meant(monitor: Resource, services: list[Service], workspace: Workspace) -> list[Service]:
    """Of the Services that it selects, those that are sure to be meant: of its application, or the only one around it.

    Raises CannotTell where there are none.
    """
    application = workspace.application_of(monitor)
    within = [service for service in services if application.holds(service.path)]
    if within:
        return within
    if len(services) == 1 and workspace.surroundings_of(application).holds(services[0].path):
        return services
    raise CannotTell(f"other Services may be meant than the one in {workspace.shown(services[0].path)}")


def _finding(place: Scalar, service: Service) -> Finding:
    numbered = next((port for port in service.ports if str(port.number) == place.text), None)
    names = {port.name: port for port in service.ports if port.name}
    alike = closest(place.text, names, cutoff=0.5)
    near = numbered or (names[alike] if alike is not None else service.ports[0])
    related: list[tuple[Place, str]] = [(near.name_node or near.number_node or near.node, f"Service {service.name}")]
    if numbered is not None:
        called = f"is called `{numbered.name}`" if numbered.name else "has no name"
        return finding(
            place,
            f"the port of an endpoint is a name, and port {place.text} of Service {service.name} {called}",
            help=f"write `port: {numbered.name}`"
            if numbered.name
            else "name the port of the Service, and write that name",
            related=related,
        )
    has = "none of its ports has a name"
    if names:
        has = f"it has {', '.join(f'`{name}`' for name in names) if len(names) <= _LISTED else f'{len(names)} others'}"
    return finding(
        place,
        f"Service {service.name} has no port called `{place.text}`; {has}",
        help="write the name of a port of the Service; the number of a port of the pods goes to `targetPort`",
        related=related,
    )
