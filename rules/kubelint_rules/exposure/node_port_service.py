"""A Service that opens a port on every node."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Level, Service, Severity, finding, rule
from kubelint.exposure import Via
from kubelint.facts.providers import providers


@rule(severity=Severity.WARNING)
def node_port_service(service: Service, exposure: Exposure) -> Iterator[Finding]:
    """A Service of type NodePort opens a port on every node."""
    if service.type == "NodePort" and service.type_node is not None:
        yield finding(
            service.type_node,
            f"every node of the cluster opens a port for this Service{_reach(exposure)}",
            help="use ClusterIP, and an Ingress, a Gateway or a load balancer for what must be reached from outside",
        )


def _reach(exposure: Exposure) -> str:
    """How far the node ports reach, where that is known to be farther than the nodes' own network."""
    path = next((path for path in exposure.paths if path.via is Via.NODE_PORT), None)
    if path is None or path.level is not Level.INTERNET:
        return ""
    provider = providers().get(path.provider or "")
    if provider is None:
        return ", and the nodes have public addresses"
    return f", and {provider.name} opens its nodes' firewall for it to the internet"
