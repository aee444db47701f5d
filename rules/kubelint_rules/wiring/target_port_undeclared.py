"""A targetPort whose number no container declares, while they declare others."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, Workload, Workspace, finding, rule
from kubelint.wiring.pod_ports import (
    DeclaredPort,
    declared_ports,
    serving_workloads,
    shown,
    target_number,
    target_place,
)
from kubelint.wiring.serving import services_sending_to

_INJECTED = frozenset((15020, 15021, 15090, 4143, 4190, 4191))
"""Ports of the proxies that Istio and Linkerd put into pods (istio.io: Application Requirements; Linkerd's
proxy.ports and the port of its metrics)."""

_MOST_SHOWN = 3


@rule(severity=Severity.NOTE)
def target_port_undeclared(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """The selected pods declare other ports than the targetPort."""
    if service.type == "ExternalName" or service.is_headless or not any(map(target_number, service.ports)):
        return
    workloads = serving_workloads(service, workspace)
    if not workloads or not all(map(_declares_everywhere, workloads)):
        return
    declared = [one for workload in workloads for one in declared_ports(workload)]
    numbers = {one.port.number for one in declared}
    known = numbers | {one.port.name for one in declared}
    is_likely = not any(port.target in known for port in service.ports) and _is_one_left(declared, service, workspace)
    for port in service.ports:
        number = target_number(port)
        if number is None or number in numbers or number in _INJECTED:
            continue
        namesakes = [one for one in declared if port.name is not None and one.port.name == port.name]
        if not is_likely and not namesakes:
            # Whoever declares one port of the Service and not the other has more likely left out a declaration.
            continue
        yield finding(
            target_place(port),
            f"the containers of {shown(workloads)} declare {_listed(numbers)}, not {number}",
            help="write the port that the container listens on; declare it, too, if that is this one",
            related=[(one.number_place, "a declared port") for one in (namesakes or declared)[:_MOST_SHOWN]],
        )


def _declares_everywhere(workload: Workload) -> bool:
    """Whether every container declares some port: one that declares none may listen on any."""
    return all(container.ports for container in workload.containers)


def _is_one_left(declared: list[DeclaredPort], service: Service, workspace: Workspace) -> bool:
    """Whether a declared port is left that no other Service leads to: it is the one that may be meant."""
    others = [other for other in services_sending_to(declared[0].workload, workspace) if other is not service]
    taken = {port.target for other in others for port in other.ports}
    return any(one.port.number not in taken and one.port.name not in taken for one in declared)


def _listed(numbers: set[int | None]) -> str:
    ordered = [str(number) for number in sorted(number for number in numbers if number is not None)]
    if len(ordered) > _MOST_SHOWN:
        return f"{', '.join(ordered[:_MOST_SHOWN])} and others"
    return " and ".join(filter(None, (", ".join(ordered[:-1]), ordered[-1]))) if ordered else "other ports"
