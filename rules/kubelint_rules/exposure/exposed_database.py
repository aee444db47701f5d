"""A data store that can be reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Service, Severity, Workspace, rule
from kubelint.exposed import exposed
from kubelint.recognition import Kind


@rule(severity=Severity.ERROR)
def exposed_database(service: Service, workspace: Workspace, exposure: Exposure) -> Iterator[Finding]:
    """A data store is reachable from outside the cluster."""
    yield from exposed(
        Kind.DATA_STORE,
        service,
        workspace,
        exposure,
        help="keep the Service `type: ClusterIP`, and Ingresses and routes away from it; "
        "clients in the cluster reach it by its name",
    )
