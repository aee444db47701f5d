"""Which Services send to a workload, and which workloads are sure to be a Service's: look-ups of traffic rules."""

from __future__ import annotations

import re
from functools import lru_cache

from kubelint.resources import Service, Workload
from kubelint.wiring.service_monitors import service_monitor
from kubelint.workspace import Workspace

_MONITORING = re.compile(r"metric|prometheus|telemetry|monitoring")


def services_sending_to(workload: Workload, workspace: Workspace) -> tuple[Service, ...]:
    """The Services whose pods may be those of a workload, in the order of their files.

    Those that `Workspace.selected_by` gives the workload for; a Service without a selector is none of them.
    """
    return tuple(_services_by_workload(workspace).get(workload, ()))


def workloads_together(service: Service, workspace: Workspace) -> tuple[Workload, ...]:
    """The workloads whose pods a Service selects; none if some of them may belong to another deployment.

    What is said of a Service's pods as they are has to be said of the pods that it gets.
    """
    workloads = workspace.selected_by(service)
    return workloads if all(workspace.are_together(service, workload) for workload in workloads) else ()


def is_for_monitors(service: Service, workspace: Workspace) -> bool:
    """Whether a Service is there for monitoring, which asks each pod by itself, ready or not: every port is called so,
    or it is headless and a ServiceMonitor selects it."""
    if service.ports and all(_MONITORING.search(port.name or "") for port in service.ports):
        return True
    if service.is_headless and "exporter" in (service.name or ""):
        return True
    monitors = (service_monitor(resource) for resource in workspace.of_kind("ServiceMonitor"))
    return service.is_headless and any(monitor is not None and monitor.selects(service) for monitor in monitors)


# One workspace is asked about many workloads in a row, and then no more.
@lru_cache(maxsize=1)
def _services_by_workload(workspace: Workspace) -> dict[Workload, list[Service]]:
    index: dict[Workload, list[Service]] = {}
    for service in sorted(workspace.services, key=lambda service: (service.path, service.span.start)):
        for workload in workspace.selected_by(service) if service.type != "ExternalName" else ():
            index.setdefault(workload, []).append(service)
    return index
