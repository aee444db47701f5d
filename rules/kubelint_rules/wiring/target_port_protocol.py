"""A targetPort that the pods declare for another protocol."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, ServicePort, Severity, Workload, Workspace, finding, rule
from kubelint.wiring.pod_ports import DeclaredPort, declared_ports, serving_workloads, target_name, target_place


@rule(severity=Severity.WARNING)
def target_port_protocol(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """The selected pods declare the targetPort for another protocol."""
    if service.type == "ExternalName":
        return
    workloads = serving_workloads(service, workspace)
    for port in service.ports:
        declared = _declared(port, workloads)
        protocols = {one.port.protocol for one in declared}
        if not declared or port.protocol in protocols or (service.is_headless and target_name(port) is None):
            continue
        if target_name(port) is None and _is_served_by_another(port, protocols, service):
            continue
        yield _mismatch(port, declared[0], service)


def _declared(port: ServicePort, workloads: tuple[Workload, ...]) -> list[DeclaredPort]:
    return [
        one
        for workload in workloads
        for one in declared_ports(workload)
        if port.target is not None and port.target in (one.port.name, one.port.number)
    ]


def _is_served_by_another(port: ServicePort, protocols: set[str], service: Service) -> bool:
    """Whether the Service has the same number for the declared protocol as well.

    A DNS server answers on one number over both, and HTTP/3 is beside HTTPS: whoever asks for both knows that, and has
    left the second declaration out.
    """
    return any(other.target == port.target and other.protocol in protocols for other in service.ports)


def _mismatch(port: ServicePort, declared: DeclaredPort, service: Service) -> Finding:
    name, workload = target_name(port), declared.workload
    owner = f"{workload.kind} {workload.name}"
    message = f"{owner} declares port {port.target} for {declared.port.protocol} only, and this is {port.protocol}"
    if name is not None:
        message = f"the port `{name}` of {owner} is {declared.port.protocol}, and none for {port.protocol} is called so"
    return finding(
        port.node.get("protocol") or target_place(port),
        message,
        help=f"write `protocol: {declared.port.protocol}`, or declare the container's port for {port.protocol}",
        related=[(declared.port.node.get("protocol") or declared.place, f"declared for {declared.port.protocol}")],
    )
