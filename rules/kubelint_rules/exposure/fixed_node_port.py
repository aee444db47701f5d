"""A Service that asks for node ports by number."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Service, Severity, finding, rule
from kubelint.resources import integer_of

_WITH_NODE_PORTS = ("NodePort", "LoadBalancer")


@rule(severity=Severity.NOTE)
def fixed_node_port(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """A Service asks for a node port by its number."""
    if service.type not in _WITH_NODE_PORTS:
        return
    first, last = cluster.node_port_range
    end = first + _band_size(last - first + 1)
    for port in service.ports:
        node = port.node.get("nodePort")
        number = integer_of(node)
        if node is None or number is None or not first <= number <= last:
            continue
        if number < end:
            message = f"the node port {number} is fixed, and at most one Service of the cluster can have it"
            help = (
                f"leave nodePort out unless something outside dials the number; {number} is in the band"
                f" {first}-{end - 1} that the cluster draws from last"
            )
        elif end > first:
            message = f"the node port {number} is fixed, and outside of {first}-{end - 1} it may be drawn for another"
            help = f"leave nodePort out, or write a number from {first} to {end - 1}, which the cluster draws last"
        else:
            message = f"the node port {number} is fixed, and it may be drawn for another Service"
            help = "leave nodePort out unless something outside dials the number"
        yield finding(node, message, help=help)


def _band_size(size: int) -> int:
    """How many ports, from the first one of the range, a cluster draws for Services only when all others are taken.

    KEP-3668, on by default since Kubernetes 1.28; k8s.io/kubernetes, pkg/registry/core/service/portallocator:
    calculateRangeOffset.
    """
    return 0 if size <= 16 else min(max(16, size // 32), 128)
