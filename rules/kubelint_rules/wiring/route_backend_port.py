"""A route that sends to a port which its Service does not have."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Severity, Workspace, finding, rule
from kubelint.backends import GATEWAY_ROUTES, Backend
from kubelint.wiring.references import judged, missing_port, routed_services


@rule(severity=Severity.ERROR)
def route_backend_port(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """A route names a port that its Service does not have, or none."""
    yield from judged(routed_services(resource), lambda service: _wrong_port(service, workspace))


def _wrong_port(service: Backend, workspace: Workspace) -> Finding | None:
    if service.port_place is None and service.owner.kind in GATEWAY_ROUTES:
        # Gateway API, BackendObjectReference: "Must have port for Service reference".
        return finding(
            service.place,
            f"the reference to Service {service.name} names no port, and the Gateway API demands one",
            help="add `port` with a port of the Service",
        )
    return missing_port(service, workspace)
