"""TCP and UDP on a load balancer of a provider that refuses them together."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Service, Severity, finding, rule
from kubelint.exposure.controllers import sole_controller


@rule(severity=Severity.WARNING)
def mixed_protocols(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """A load balancer has ports of TCP and UDP, which its provider refuses."""
    if len({port.protocol for port in service.ports}) < 2:
        return
    controller = sole_controller(service, cluster)
    if controller is None or "mixed protocols" not in controller.refuses:
        return
    first = service.ports[0]
    other = next(port for port in service.ports if port.protocol != first.protocol)
    yield finding(
        other.node.get("protocol") or other.node,
        f"{controller.name} makes no load balancer with ports of {first.protocol} and {other.protocol}",
        help="write a Service for each protocol, with the same selector",
        related=[(first.node.get("protocol") or first.node, f"this port is {first.protocol}")],
    )
