"""A data store that can be reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Service, Severity, Workspace, rule
from kubelint.recognition import Kind, exposed


@rule(severity=Severity.ERROR)
def exposed_database(service: Service, workspace: Workspace, exposure: Exposure) -> Iterator[Finding]:
    """A data store is reachable from outside the cluster."""
    if not exposure.is_external:
        return
    yield from exposed(
        Kind.DATA_STORE,
        service,
        workspace.selected_by(service),
        exposure,
        help="keep the Service `type: ClusterIP`, and Ingresses and routes away from it; "
        "clients in the cluster reach it by its name",
    )
