"""A Service that answers within the cluster only on nodes with a pod, and whose pods are not on every node."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, Workspace, finding, rule
from kubelint.resources import text_of
from kubelint.wiring.replicas import COUNTED
from kubelint.wiring.serving import workloads_together


@rule(severity=Severity.WARNING)
def internal_local_without_daemon_set(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """Clients reach pods of their own node only, and not every node has one."""
    policy = service.get("spec", "internalTrafficPolicy")
    if policy is None or text_of(policy) != "Local" or service.is_headless or service.type == "ExternalName":
        return
    workloads = workloads_together(service, workspace)
    if not workloads or any(workload.kind not in COUNTED for workload in workloads):
        return
    workload = workloads[0]
    yield finding(
        policy,
        f"clients reach pods of their own node only, and {workload.kind} {workload.name} runs on some nodes: "
        "from the others every connection is dropped",
        help="write `trafficDistribution: PreferSameNode`, which falls back to other nodes, or run a DaemonSet",
        related=[(workload.name_place, f"a {workload.kind} does not run on every node")],
    )
