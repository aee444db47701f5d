"""A targetPort that names no port of the pods."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, ServicePort, Severity, Workload, Workspace, finding, rule
from kubelint.node import Place
from kubelint.suggestion import closest
from kubelint.wiring.pod_ports import (
    DeclaredPort,
    declared_ports,
    is_clear,
    serving_workloads,
    shown,
    target_name,
    target_place,
)

_MOST_SHOWN = 3


@rule(severity=Severity.ERROR)
def target_port_name_unresolved(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A targetPort names a port that the selected pods do not have."""
    if service.type == "ExternalName" or not any(map(target_name, service.ports)):
        return
    workloads = serving_workloads(service, workspace)
    for port in service.ports:
        name = target_name(port)
        lacking = tuple(workload for workload in workloads if not _has(workload, name))
        if name is None or not lacking:
            continue
        if len(lacking) == len(workloads):
            # Without a cluster IP, the pods are found all the same: only what asks for their ports misses them.
            is_certain = not service.is_headless and is_clear(service, workspace)
            yield _missing(port, name, lacking, Severity.ERROR if is_certain else Severity.WARNING)
            continue
        meant = tuple(workload for workload in lacking if _is_meant(workload, name, workloads))
        if meant:
            yield _missing(port, name, meant, Severity.WARNING)


def _has(workload: Workload, name: str | None) -> bool:
    return any(declared.port.name == name for declared in declared_ports(workload))


def _is_meant(workload: Workload, name: str, workloads: tuple[Workload, ...]) -> bool:
    """Whether the Service is meant for a workload without the port that others have: it has the number under another
    name, or without one. A worker that is selected by the way has neither, and is no endpoint, as it ought to be.
    """
    numbers = {
        declared.port.number for other in workloads for declared in declared_ports(other) if declared.port.name == name
    }
    return any(declared.port.number in numbers for declared in declared_ports(workload))


def _missing(port: ServicePort, name: str, lacking: tuple[Workload, ...], severity: Severity) -> Finding:
    declared = [one for workload in lacking for one in declared_ports(workload)]
    nearest = closest(name, [one.port.name for one in declared if one.port.name])
    if nearest is not None:
        help = f"write `{nearest}`, or call the container's port `{name}`"
    else:
        help = f"call the container's port `{name}`, or write its number"
    return finding(
        target_place(port),
        f"no container of {shown(lacking)} has a port called `{name}`, and so these pods get nothing from this port",
        help=help,
        related=list(_related(lacking, declared, nearest)),
        severity=severity,
    )


def _related(
    lacking: tuple[Workload, ...], declared: list[DeclaredPort], nearest: str | None
) -> Iterator[tuple[Place, str]]:
    if nearest is not None:
        declared = [one for one in declared if one.port.name == nearest]
    for one in declared[:_MOST_SHOWN]:
        called = f"called `{one.port.name}`" if one.port.name else "without a name"
        yield one.place, f"this port is {called}"
    if not declared:
        yield lacking[0].name_place, "no container declares a port"
