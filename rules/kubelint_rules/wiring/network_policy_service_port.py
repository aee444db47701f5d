"""A NetworkPolicy that admits the port of a Service, where the pods listen on another."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Severity, Workspace, finding, rule
from kubelint.node import Node
from kubelint.resources import is_read
from kubelint.wiring.network_policies import (
    ClosedPort,
    NetworkPolicy,
    PolicyPort,
    closed_ports_by,
    require_all_policies,
)


@rule(severity=Severity.WARNING)
def network_policy_service_port(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """A NetworkPolicy admits a Service's port instead of the pods' own."""
    if resource.kind != "NetworkPolicy" or not is_read(resource.api_version, resource.kind):
        return
    told: set[Node] = set()
    for closed in closed_ports_by(resource, workspace):
        for port in closed.mistaken_for(NetworkPolicy(resource)):
            if port.node not in told:
                told.add(port.node)
                require_all_policies(closed, workspace)
                yield _mistake(port, closed)


def _mistake(port: PolicyPort, closed: ClosedPort) -> Finding:
    service = closed.service
    target = closed.port.target
    listening = " or ".join(map(str, sorted(closed.numbers)))
    related = [(closed.port.number_node, f"port of Service {service.name}")]
    if closed.port.target_node is not None:
        related.append((closed.port.target_node, "the port of the pods, which policies see"))
    return finding(
        port.port_node or port.node,
        f"{_spelled(port)} is the port of Service {service.name}, whose pods listen on {listening}: "
        "policies see the pods' port, so this admits nothing",
        help=f"write `port: {target}`",
        related=[(node, words) for node, words in related if node is not None],
    )


def _spelled(port: PolicyPort) -> str:
    return f"`{port.name}`" if port.name is not None else str(port.number)
