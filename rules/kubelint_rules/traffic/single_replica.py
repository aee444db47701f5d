"""A single pod behind a Service."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, Workload, Workspace, finding, rule
from kubelint.node import Place
from kubelint.resources import text_of
from kubelint.wiring.replicas import COUNTED, replicas_of
from kubelint.wiring.serving import services_sending_to, workloads_together


@rule(severity=Severity.NOTE, default=False)
def single_replica(workload: Workload, workspace: Workspace) -> Iterator[Finding]:
    """A Service has one pod only."""
    if workload.kind not in COUNTED or text_of(workload.get("spec", "strategy", "type")) == "Recreate":
        return
    service = next(
        (one for one in services_sending_to(workload, workspace) if _is_all_of(workload, one, workspace)), None
    )
    if service is None:
        return
    replicas = replicas_of(workload, workspace)
    if replicas.least != 1:
        return
    is_written_here = replicas.place is not None and replicas.owner is workload
    related: list[tuple[Place, str]] = [(service.name_place, f"Service {service.name}")]
    if replicas.place is not None and not is_written_here:
        related.append((replicas.place, f"{replicas.owner.kind} {replicas.owner.name} keeps one pod"))
    yield finding(
        (replicas.place if is_written_here else None) or workload.name_place,
        f"Service {service.name} has one pod: nobody answers while it restarts or its node is drained",
        help="run two or more replicas, if the program can share its work",
        related=related,
    )


def _is_all_of(workload: Workload, service: Service, workspace: Workspace) -> bool:
    return workloads_together(service, workspace) == (workload,)
