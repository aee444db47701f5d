"""A way to log in that can be reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Service, Severity, Workspace, rule
from kubelint.recognition import Kind, exposed


@rule(severity=Severity.ERROR)
def exposed_remote_access(service: Service, workspace: Workspace, exposure: Exposure) -> Iterator[Finding]:
    """A login or a file share is reachable from outside the cluster."""
    if not exposure.is_external:
        return
    yield from exposed(
        Kind.REMOTE_ACCESS,
        service,
        workspace.selected_by(service),
        exposure,
        help="keep the Service `type: ClusterIP`, or let a VPN or known address ranges alone lead to it",
    )
