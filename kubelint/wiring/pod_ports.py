"""The ports that pods declare, as a Service's targetPort finds them.

A number is used as it stands, declared or not; a name is looked up in each pod, container by container, and only a port
of the Service's protocol counts (k8s.io/kubernetes pkg/api/v1/pod: FindPort; with sidecars among the init containers
since kubernetes#128850). A pod without such a port is no endpoint for that port of the Service.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from kubelint.node import Node
from kubelint.resources import Container, ContainerPort, Service, ServicePort, Workload, integer_of, text_of
from kubelint.wiring.patches import PORTS, require_unpatched
from kubelint.workspace import CannotTell, Workspace

_PASSING = ("Job", "CronJob")
_INJECTS = re.compile(r"inject|sidecar(?!\.istio\.io/rewriteAppHTTPProbers)|dapr\.io/enabled")


class DeclaredPort(NamedTuple):
    """A port of a container, and whose it is."""

    workload: Workload
    container: Container
    port: ContainerPort

    @property
    def place(self) -> Node:
        """Where it is declared: its name, else its number."""
        return self.port.node.get("name") or self.number_place

    @property
    def number_place(self) -> Node:
        """Where its number stands."""
        return self.port.node.get("containerPort") or self.port.node

    @property
    def container_name(self) -> str:
        """The name of its container; empty where it has none."""
        return text_of(self.container.node.get("name")) or ""


def declared_ports(workload: Workload) -> tuple[DeclaredPort, ...]:
    """Every port that a workload's pods declare, in the order in which a name is looked up."""
    return tuple(
        DeclaredPort(workload, container, port) for container in workload.containers for port in container.ports
    )


def target_name(port: ServicePort) -> str | None:
    """The name by which a port of a Service finds the port of the pods; None for a number."""
    return port.target if isinstance(port.target, str) else None


def target_number(port: ServicePort) -> int | None:
    """The number of the pods' port that a port of a Service leads to; None for a name."""
    return port.target if isinstance(port.target, int) else None


def target_place(port: ServicePort) -> Node:
    """Where it is written which port of the pods is meant: targetPort, else the port that stands for it."""
    is_written = integer_of(port.target_node) or text_of(port.target_node)
    return (port.target_node if is_written else port.number_node) or port.node


def serving_workloads(service: Service, workspace: Workspace) -> tuple[Workload, ...]:
    """The workloads whose pods a Service is sure to select, and whose ports are all to be seen.

    Those of Jobs only where there are no others. None where the Service selects none at all. Raises CannotTell where
    nobody can say whether Service and pods are deployed together, or what ports the pods have in the end.
    """
    selected = workspace.selected_by(service)
    if not selected:
        return ()
    certain = [workload for workload in selected if _are_together(service, workload, workspace)]
    lasting = [workload for workload in certain if workload.kind not in _PASSING] or certain
    if not lasting:
        raise CannotTell("the pods with these labels may be deployed elsewhere")
    require_unpatched(service, workspace, PORTS)
    for workload in lasting:
        if not workload.containers:
            raise CannotTell(f"the containers of {workload.kind} {workload.name} are not to be seen")
        require_unpatched(workload, workspace, PORTS)
        if _is_injected(workload):
            raise CannotTell(f"{workload.kind} {workload.name} is given further containers when it is deployed")
    return tuple(lasting)


def is_clear(service: Service, workspace: Workspace) -> bool:
    """Whether no other pods that the Service may select are out of sight."""
    try:
        workspace.require_sight(workspace.application_of(service), service.namespace)
    except CannotTell:
        return False
    return True


def shown(workloads: tuple[Workload, ...]) -> str:
    """Workloads as a sentence names them: the first two at most."""
    names = [f"{workload.kind} {workload.name}" for workload in workloads]
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} others"
    return " and ".join(names)


def _are_together(service: Service, workload: Workload, workspace: Workspace) -> bool:
    if workspace.are_together(service, workload):
        return True
    return service.namespace == workload.namespace and service.namespace not in (None, "default")


def _is_injected(workload: Workload) -> bool:
    """Whether an annotation or a label asks a webhook for a container beside those that are written."""
    metadata = workload.template.get("metadata") if workload.template is not None else None
    for field in ("annotations", "labels"):
        entries = metadata.get(field) if metadata is not None else None
        for entry in entries.children() if entries is not None else ():
            asks = _INJECTS.search(str(entry.step)) is not None
            if asks and getattr(entry, "text", "") not in ("false", "disabled", "no"):
                return True
    return False
