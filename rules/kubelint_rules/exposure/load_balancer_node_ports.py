"""A load balancer that opens node ports and does not use them."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Exposure, Finding, Service, Severity, finding, rule
from kubelint.annotations.readers import annotation_texts
from kubelint.exposure.load_balancer import controllers_of
from kubelint.resources import integer_of, text_of

_CILIUM_TYPE = "service.cilium.io/type"
"""With `LoadBalancer`, Cilium answers at the load balancer's address only, whatever ports the API server allocates."""


@rule(severity=Severity.NOTE)
def load_balancer_node_ports(service: Service, exposure: Exposure, cluster: Cluster) -> Iterator[Finding]:
    """A load balancer opens node ports that it does not need."""
    if service.type != "LoadBalancer" or service.type_node is None or not exposure.opens_node_ports:
        return
    if text_of(service.get("spec", "externalTrafficPolicy")) == "Local" or _asks_for_node_ports(service):
        # With Local, something has to find out which nodes have a pod, and it may ask them at these ports.
        return
    texts = annotation_texts(service)
    controllers = controllers_of(service, cluster.provider)
    if not controllers or any(controller.needs_node_ports(texts) is not False for controller in controllers):
        return
    yield finding(
        service.get("spec", "allocateLoadBalancerNodePorts") or service.type_node,
        f"every node opens ports for this Service, and {controllers[0].name} does not send anything to them",
        help="set `allocateLoadBalancerNodePorts: false`",
    )


def _asks_for_node_ports(service: Service) -> bool:
    """Whether something beside the load balancer may dial the node ports, or nobody answers at them."""
    is_numbered = any(integer_of(port.node.get("nodePort")) for port in service.ports)
    return is_numbered or _CILIUM_TYPE in service.annotations
