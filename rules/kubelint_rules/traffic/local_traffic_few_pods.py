"""A Service that only nodes with a pod answer for, with pods on few nodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubelint import Cluster, Finding, Node, Service, Severity, Workload, Workspace, finding, rule
from kubelint.exposure.controllers import passes_nodes_by
from kubelint.resources import text_of
from kubelint.wiring.replicas import COUNTED, Replicas, is_spread, replicas_of
from kubelint.wiring.serving import workloads_together


@rule(severity=Severity.WARNING)
def local_traffic_few_pods(service: Service, workspace: Workspace, cluster: Cluster) -> Iterator[Finding]:
    """Traffic from outside stays on nodes that run a pod, and few of them do."""
    policy = service.get("spec", "externalTrafficPolicy")
    if policy is None or text_of(policy) != "Local" or passes_nodes_by(service, cluster):
        return
    workloads = workloads_together(service, workspace)
    if not workloads or any(workload.kind not in COUNTED for workload in workloads):
        return
    counts = [replicas_of(workload, workspace) for workload in workloads]
    pods = sum(replicas.least for replicas in counts)
    if pods == 1:
        yield _one_pod(policy, next(replicas for replicas in counts if replicas.least == 1))
    elif pods > 1 and len(workloads) == 1 and not is_spread(workloads[0], workspace):
        yield _close_together(policy, workloads, pods)


def _one_pod(policy: Node, replicas: Replicas) -> Finding:
    keeper = f"{replicas.owner.kind} {replicas.owner.name}"
    return finding(
        policy,
        f"only the nodes with a pod take this traffic, and {keeper} keeps one pod: the traffic waits while it moves",
        help="run two or more replicas on different nodes, a DaemonSet, or write `externalTrafficPolicy: Cluster`",
        related=[(replicas.place or replicas.owner.name_place, "one replica")],
    )


def _close_together(policy: Node, workloads: Sequence[Workload], pods: int) -> Finding:
    workload = workloads[0]
    return finding(
        policy,
        f"only the nodes with a pod take this traffic, and nothing keeps the {pods} pods of "
        f"{workload.kind} {workload.name} on different nodes",
        help="add topologySpreadConstraints for `kubernetes.io/hostname`; the scheduler spreads only as well as it can",
        related=[(workload.name_place, "its pods may share a node")],
    )
