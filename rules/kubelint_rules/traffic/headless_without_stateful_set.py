"""A headless Service for pods that come and go."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Scalar, Service, Severity, Workspace, finding, rule
from kubelint.wiring.serving import is_for_monitors, services_sending_to, workloads_together

_INTERCHANGEABLE = frozenset(("Deployment", "ReplicaSet", "ReplicationController"))
"""The kinds whose pods have no name and no address that lasts."""

_MEANT = (
    "headless",
    "discovery",
    "peer",
    "gossip",
    "memberlist",
    "cluster",
    "ring",
    "raft",
    "grpc",
    "h2c",
    "metric",
    "prom",
)
"""What Services and ports are called, and their protocols, where clients are to see each pod."""


@rule(severity=Severity.NOTE)
def headless_without_stateful_set(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A headless Service has pods whose addresses do not last."""
    if not service.is_headless or _is_meant(service, workspace):
        return
    workloads = workloads_together(service, workspace)
    if not workloads or any(workload.kind not in _INTERCHANGEABLE for workload in workloads):
        return
    workload = workloads[0]
    yield finding(
        service.get("spec", "clusterIP") or service.get("spec", "clusterIPs") or service.name_place,
        f"clients are given the addresses of the pods of {workload.kind} {workload.name}, which change with every pod, "
        "and nothing spreads connections over them",
        help="remove `clusterIP: None`, unless clients ask the DNS again and choose among the pods, as gRPC can",
        related=[(workload.name_place, f"a {workload.kind} replaces its pods by others")],
    )


def _is_meant(service: Service, workspace: Workspace) -> bool:
    """Whether something says that clients are to see each pod: a name, a monitor, or a second Service for the rest."""
    publish = service.get("spec", "publishNotReadyAddresses")
    if isinstance(publish, Scalar) and publish.value is True:
        return True
    words = [service.name or "", *service.annotations]
    for port in service.ports:
        words += (port.name or "", port.app_protocol or "")
    if any(meant in word.lower() for word in words for meant in _MEANT):
        return True
    return is_for_monitors(service, workspace) or any(
        not other.is_headless
        for workload in workspace.selected_by(service)
        for other in services_sending_to(workload, workspace)
    )
