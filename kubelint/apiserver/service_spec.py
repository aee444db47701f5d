"""The spec of a Service as the API server sees it when it validates: its defaults filled in, its cluster IPs in step.

k8s.io/kubernetes, pkg/apis/core/v1: SetDefaults_Service; pkg/registry/core/service/storage: normalizeClusterIPs;
pkg/api/service: ExternallyAccessible and NeedsHealthCheck. The same from Kubernetes 1.29 on.
"""

from __future__ import annotations

from kubelint.apiserver.field import Field
from kubelint.node import Mapping, Node

NO_ADDRESS = "None"
"""The cluster IP of a headless Service."""

NODE_PORT_TYPES = ("NodePort", "LoadBalancer")
"""The types whose ports have node ports."""

SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
"""core/v1 AnnotationLoadBalancerSourceRangesKey: counts where spec.loadBalancerSourceRanges is empty."""
TOPOLOGY_HINTS = "service.kubernetes.io/topology-aware-hints"
"""core/v1 DeprecatedAnnotationTopologyAwareHints."""
TOPOLOGY_MODE = "service.kubernetes.io/topology-mode"
"""core/v1 AnnotationTopologyMode."""


class PortSpec:
    """An entry of spec.ports; its protocol is TCP where none is given."""

    __slots__ = ("field", "node_port", "number", "protocol", "protocol_field")

    def __init__(self, field: Field) -> None:
        self.field = field
        self.number = field.child("port")
        self.node_port = field.child("nodePort")
        self.protocol_field = field.child("protocol")
        self.protocol = self.protocol_field.text or "TCP"


class ServiceSpec:
    """A Service's spec with the server's defaults.

    `cluster_ips` holds a clusterIP without clusterIPs, too, as `spec.clusterIPs[0]`. `allocates_node_ports` says
    whether a port without a node port is given one.
    """

    __slots__ = (
        "allocates_node_ports",
        "annotations",
        "cluster_ip",
        "cluster_ips",
        "cluster_ips_field",
        "external_ips",
        "external_traffic_policy",
        "field",
        "ip_families",
        "load_balancer_ip",
        "ports",
        "ports_field",
        "selector",
        "source_ranges",
        "type",
        "type_field",
    )

    def __init__(self, root: Field) -> None:
        node = root.at("metadata", "annotations").node
        self.annotations: dict[str, Node] = node.entries if isinstance(node, Mapping) else {}
        self.field = field = root.child("spec")
        self.type_field = field.child("type")
        self.type = self.type_field.text or "ClusterIP"
        self.selector = field.child("selector")
        self.ports_field = field.child("ports")
        self.ports = [PortSpec(item) for item in self.ports_field.items()]
        self.cluster_ip = field.child("clusterIP")
        self.cluster_ips_field = field.child("clusterIPs")
        self.cluster_ips = self.cluster_ips_field.items()
        if self.cluster_ip.text and not self.cluster_ips:
            self.cluster_ips = [Field("spec.clusterIPs[0]", self.cluster_ip.node, self.cluster_ip.place)]
        self.ip_families = field.child("ipFamilies").items()
        self.external_ips = field.child("externalIPs").items()
        self.load_balancer_ip = field.child("loadBalancerIP")
        self.source_ranges = field.child("loadBalancerSourceRanges")
        policy = field.child("externalTrafficPolicy").text
        self.external_traffic_policy = policy or ("Cluster" if self.is_externally_accessible else "")
        allocates = field.child("allocateLoadBalancerNodePorts").flag
        self.allocates_node_ports = self.type == "NodePort" or (self.type == "LoadBalancer" and allocates is not False)

    @property
    def is_headless(self) -> bool:
        """Whether its one cluster IP is None."""
        return len(self.cluster_ips) == 1 and self.cluster_ips[0].text == NO_ADDRESS

    @property
    def has_node_ports(self) -> bool:
        """Whether its type is one with node ports."""
        return self.type in NODE_PORT_TYPES

    @property
    def is_externally_accessible(self) -> bool:
        """Whether it takes an externalTrafficPolicy: by its type, or for its external addresses."""
        return self.has_node_ports or (self.type == "ClusterIP" and bool(self.external_ips))

    @property
    def needs_health_check(self) -> bool:
        """Whether it has a healthCheckNodePort."""
        return self.type == "LoadBalancer" and self.external_traffic_policy == "Local"

    def annotation(self, name: str) -> Field | None:
        """An annotation that is there; one without a value holds the empty text."""
        node = self.annotations.get(name)
        return Field(f"metadata.annotations[{name}]", node, node.key) if node is not None else None


def named(field: Field) -> Field:
    """The same field with its key to point at, where the field is wrong as such, whatever it holds."""
    return Field(field.path, None, field.node.key if field.node is not None else field.nearest)
