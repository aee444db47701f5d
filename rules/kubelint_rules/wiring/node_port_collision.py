"""Two Services that ask for one node port."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Resource, Service, Severity, Workspace, finding, rule
from kubelint.resources import integer_of
from kubelint.wiring.collisions import Claim, are_different, collisions


@rule(severity=Severity.ERROR)
def node_port_collision(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """Two Services ask for the same node port."""
    for claim, earlier in collisions(service, _node_ports, are_different, workspace):
        owner = f"Service {earlier.owner.name}"
        yield finding(
            claim.place,
            f"node port {integer_of(claim.place)} is already that of {owner}{_elsewhere(claim, earlier)}",
            help="write another number, or remove the field: the cluster then chooses a free one",
            related=[(earlier.place, f"{owner} asks for it first")],
        )


def _node_ports(resource: Resource) -> Iterator[Claim]:
    """The node ports that a Service asks for by their numbers, each once for a protocol.

    The API server's allocator hands out numbers whatever the protocol is (pkg/registry/core/service/storage:
    initNodePorts); that TCP and UDP get the same one in two Services is left to it.
    """
    if not isinstance(resource, Service) or resource.type not in ("NodePort", "LoadBalancer"):
        return
    asked = [(port.protocol, port.node.get("nodePort")) for port in resource.ports]
    if resource.type == "LoadBalancer":
        asked.append(("TCP", resource.get("spec", "healthCheckNodePort")))
    told: set[tuple[str, int]] = set()
    for protocol, place in asked:
        number = integer_of(place)
        if place is not None and number and (protocol, number) not in told:
            told.add((protocol, number))
            yield Claim((protocol, number), resource, place)


def _elsewhere(claim: Claim, earlier: Claim) -> str:
    """That namespaces do not keep node ports apart, where one might think so."""
    if claim.owner.namespace != earlier.owner.namespace and earlier.owner.namespace is not None:
        return f" in namespace {earlier.owner.namespace}, and all namespaces share the nodes"
    return ""
