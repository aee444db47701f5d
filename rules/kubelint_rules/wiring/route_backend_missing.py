"""A route that sends to a Service which is not there."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Severity, Workspace, rule
from kubelint.backends import Backend
from kubelint.resources import items_of, text_of
from kubelint.wiring.references import judged, missing_service, routed_services, services_named


@rule(severity=Severity.ERROR)
def route_backend_missing(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """A route names a Service that does not exist."""
    yield from judged(routed_services(resource), lambda service: _missing(service, workspace))


def _missing(service: Backend, workspace: Workspace) -> Finding | None:
    if services_named(service, workspace) or _is_registered(service, workspace):
        return None
    return missing_service(service, workspace)


def _is_registered(backend: Backend, workspace: Workspace) -> bool:
    """Whether Istio knows its host from a ServiceEntry."""
    if backend.owner.kind != "VirtualService":
        return False
    hosts = [
        text_of(host) or ""
        for entry in workspace.resources
        if entry.kind == "ServiceEntry"
        for host in items_of(entry.get("spec", "hosts"))
    ]
    return any(
        host == "*" or host.partition(".")[0] == backend.name or (host.startswith("*.") and host.endswith(".local"))
        for host in hosts
    )
