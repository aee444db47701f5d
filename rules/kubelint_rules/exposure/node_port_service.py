"""A Service that opens a port on every node."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, finding, rule


@rule(severity=Severity.WARNING)
def node_port_service(service: Service) -> Iterator[Finding]:
    """A Service of type NodePort opens a port on every node."""
    if service.type == "NodePort" and service.type_node is not None:
        yield finding(
            service.type_node,
            "every node of the cluster opens a port for this Service",
            help="use ClusterIP, and an Ingress, a Gateway or a load balancer for what must be reached from outside",
        )
