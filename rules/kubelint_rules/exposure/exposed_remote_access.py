"""A way to log in that can be reached from outside the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Service, Severity, Workspace, rule
from kubelint.exposed import exposed
from kubelint.recognition import Kind


@rule(severity=Severity.ERROR)
def exposed_remote_access(service: Service, workspace: Workspace, exposure: Exposure) -> Iterator[Finding]:
    """A login or a file share is reachable from outside the cluster."""
    yield from exposed(
        Kind.REMOTE_ACCESS,
        service,
        workspace,
        exposure,
        help="keep the Service `type: ClusterIP`, or let a VPN or known address ranges alone lead to it",
    )
