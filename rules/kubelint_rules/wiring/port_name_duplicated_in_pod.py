"""A targetPort whose name two containers of a pod give to different ports."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, ServicePort, Severity, Workload, Workspace, finding, rule
from kubelint.wiring.pod_ports import DeclaredPort, declared_ports, serving_workloads, target_name, target_place


@rule(severity=Severity.WARNING)
def port_name_duplicated_in_pod(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A targetPort names two ports of one pod."""
    if service.type == "ExternalName" or not any(map(target_name, service.ports)):
        return
    workloads = serving_workloads(service, workspace)
    for port in service.ports:
        for workload in workloads:
            first, *others = _called(port, workload) or (None,)
            other = next((one for one in others if one is not None and first is not None and _differ(one, first)), None)
            if first is not None and other is not None:
                yield _ambiguous(port, first, other)
                break


def _called(port: ServicePort, workload: Workload) -> list[DeclaredPort]:
    """The ports by the name of a targetPort, the one that Kubernetes takes first."""
    name = target_name(port)
    return [
        one
        for one in declared_ports(workload)
        if name is not None and one.port.name == name and one.port.protocol == port.protocol
    ]


def _differ(one: DeclaredPort, other: DeclaredPort) -> bool:
    # Within one container, the API server refuses it.
    return one.port.number != other.port.number and one.container is not other.container


def _ambiguous(port: ServicePort, first: DeclaredPort, other: DeclaredPort) -> Finding:
    owner = f"{first.workload.kind} {first.workload.name}"
    return finding(
        target_place(port),
        f"two ports of {owner} are called `{first.port.name}`: "
        f"this leads to {_described(first)}, never to {_described(other)}",
        help="give one of the two another name, or write the number of the port",
        related=[(first.place, "this one is taken, being the first"), (other.place, "this one is not")],
    )


def _described(declared: DeclaredPort) -> str:
    return f"{declared.port.number} of `{declared.container_name}`"
