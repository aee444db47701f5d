"""A target port that is a number."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, ServicePort, Severity, Workspace, finding, rule
from kubelint.node import Place
from kubelint.resources import ContainerPort, integer_of


@rule(severity=Severity.NOTE, default=False)
def target_port_numeric(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A target port is a number and not a container port's name."""
    if service.type == "ExternalName" or service.is_headless or not service.selector:
        return
    for port in service.ports:
        if port.target_node is None or not integer_of(port.target_node):
            continue
        declared = _declared(service, port, workspace)
        name = declared.name if declared is not None else None
        related: list[tuple[Place, str]] = []
        if declared is not None and name is not None:
            related = [(declared.node, f"this port is called {name}")]
        yield finding(
            port.target_node,
            _message(name, is_declared=declared is not None),
            help=f"write `targetPort: {name}`"
            if name
            else "give the container's port a name, and write that name here",
            related=related,
        )


def _message(name: str | None, *, is_declared: bool) -> str:
    if not is_declared:
        return "a number does not say which port is meant: whoever changes it in the container has to know of this one"
    calling = f"the container calls this port `{name}`" if name else "the number stands here and in the container"
    return f"{calling}: whoever changes the one number has to know of the other"


def _declared(service: Service, port: ServicePort, workspace: Workspace) -> ContainerPort | None:
    """The container port that the number means, where all of the pods' workloads agree on its name."""
    found = [
        declared
        for workload in workspace.selected_by(service)
        for container in workload.receiving(port)
        for declared in container.ports
        if declared.number == port.target and declared.protocol == port.protocol
    ]
    return found[0] if len({declared.name for declared in found}) == 1 else None
