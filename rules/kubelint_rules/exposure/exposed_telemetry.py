"""Telemetry that can be reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Service, Severity, Workspace, rule
from kubelint.exposed import exposed
from kubelint.recognition import Kind


@rule(severity=Severity.WARNING)
def exposed_telemetry(service: Service, workspace: Workspace, exposure: Exposure) -> Iterator[Finding]:
    """Metrics, logs, traces or profiles are reachable from outside the cluster."""
    yield from exposed(
        Kind.TELEMETRY,
        service,
        workspace,
        exposure,
        help="keep the Service `type: ClusterIP`, and Ingresses and routes away from it; "
        "what collects them reaches it within the cluster",
        most=Severity.WARNING,
    )
