"""The paths through the nodes: node ports, host ports of the pods, and addresses that nodes answer for."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint.cluster import Cluster
from kubelint.exposure.addresses import level_of, listed
from kubelint.exposure.annotations import first_said, level_said
from kubelint.exposure.model import Confidence, Evidence, Level, Path, Via
from kubelint.facts.providers import providers
from kubelint.node import Scalar
from kubelint.resources import Container, ContainerPort, Service, ServicePort, Workload, integer_of, text_of


def by_node_ports(service: Service, cluster: Cluster) -> Path | None:
    """The path through the node ports of a Service of type NodePort or LoadBalancer; None where it opens none."""
    if not _opens_node_ports(service):
        return None
    written = Evidence(f"`type: {service.type}`", service.type_node, service)
    if cluster.public_nodes:
        public = Evidence("the configuration says that the nodes have public addresses")
        return Path(Level.INTERNET, Via.NODE_PORT, evidence=(written, public))
    if service.type == "NodePort":
        configured = providers().get(cluster.provider or "")
        for controller in (configured,) if configured else providers().meant_by(service.annotations):
            if said := first_said(service, controller.node_port_keys):
                return Path(level_said(said), Via.NODE_PORT, provider=controller.id, evidence=(written, said.evidence))
            if controller.node_ports == "internet":
                opened = Evidence(f"{controller.name} opens the nodes' firewall for it", provider=controller.id)
                evidence = (written, opened)
                return Path(Level.INTERNET, Via.NODE_PORT, Confidence.LIKELY, provider=controller.id, evidence=evidence)
    return Path(Level.NODE, Via.NODE_PORT, evidence=(written,), accompanies=service.type == "LoadBalancer")


def _opens_node_ports(service: Service) -> bool:
    if service.type != "LoadBalancer":
        return service.type == "NodePort"
    allocate = service.get("spec", "allocateLoadBalancerNodePorts")
    is_off = isinstance(allocate, Scalar) and allocate.value is False
    return not is_off or any(integer_of(port.node.get("nodePort")) for port in service.ports)


def by_external_addresses(service: Service) -> Iterator[Path]:
    """A path for each of spec.externalIPs: kube-proxy answers for it on every node; that packets get there is up to
    the network."""
    for node, text in listed(service.get("spec", "externalIPs")):
        evidence = (Evidence(f"`externalIPs` holds `{text}`", node, service),)
        yield Path(level_of(text), Via.EXTERNAL_IP, Confidence.LIKELY, evidence=evidence)


def by_host_ports(service: Service, workloads: tuple[Workload, ...], cluster: Cluster) -> Iterator[Path]:
    """A path for each port of the selected pods that is opened at the address of the pod's node."""
    for workload in workloads:
        for port in service.ports:
            opened = next(_opened_on_host(workload, port), None)
            if opened is not None:
                evidence = (Evidence(*opened, workload),)
                level = Level.INTERNET if cluster.public_nodes else Level.NODE
                yield Path(level, Via.HOST_PORT, evidence=evidence, ports=(port,), owner=workload)


def _opened_on_host(workload: Workload, port: ServicePort) -> Iterator[tuple[str, Scalar]]:
    for container in workload.containers:
        for declared in container.ports:
            if port.target not in (declared.name, declared.number) or declared.protocol != port.protocol:
                continue
            host_port = declared.node.get("hostPort")
            if isinstance(host_port, Scalar) and integer_of(host_port) and not _is_local(declared):
                yield f"`hostPort: {host_port.text}` opens it on the pod's node", host_port
    host_network = workload.template.get("spec", "hostNetwork") if workload.template is not None else None
    if isinstance(host_network, Scalar) and host_network.value is True and _is_listened_on(workload, port):
        yield "`hostNetwork: true` opens the pod's ports on its node", host_network


def _is_listened_on(workload: Workload, port: ServicePort) -> bool:
    containers: tuple[Container, ...] = workload.containers
    return isinstance(port.target, int) or any(
        port.target == declared.name for container in containers for declared in container.ports
    )


def _is_local(declared: ContainerPort) -> bool:
    return (text_of(declared.node.get("hostIP")) or "").startswith(("127.", "::1"))
