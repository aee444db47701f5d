"""An interface for administrators that can be reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Service, Severity, Workspace, rule
from kubelint.exposed import exposed
from kubelint.recognition import Kind


@rule(severity=Severity.ERROR)
def exposed_admin_interface(service: Service, workspace: Workspace, exposure: Exposure) -> Iterator[Finding]:
    """A control plane, a console or a debugger is reachable from outside the cluster."""
    yield from exposed(
        Kind.ADMIN_INTERFACE,
        service,
        workspace,
        exposure,
        help="keep the Service `type: ClusterIP`, and Ingresses and routes away from it; "
        "`kubectl port-forward` or a VPN leads people to it",
    )
