"""Service (v1): what the API server adds to the structure of the kind.

k8s.io/kubernetes, pkg/registry/core/service/storage: allocateCreate, which comes first and has the last word where it
refuses; pkg/apis/core/validation: validateService; pkg/api/service: GetWarningsForService, of what was accepted.
A Service's metadata are judged elsewhere.

A server that is asked with dryRun allocates nothing, and lets node ports pass that it refuses when it creates the
Service: those out of the cluster's range. Here they are refused.
"""

from __future__ import annotations

import re

from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.names import dns_label, dns_subdomain, label_value, port_name, port_number, qualified_name
from kubelint.apiserver.service_addresses import allocate_addresses, validate_external_ips, validate_source_ranges
from kubelint.apiserver.service_spec import TOPOLOGY_HINTS, TOPOLOGY_MODE, PortSpec, ServiceSpec, named
from kubelint.apiserver.service_warnings import warn
from kubelint.apiserver.text_fields import (
    LABEL_HELP,
    PORT_NAME_HELP,
    PORT_NUMBER_HELP,
    PROTOCOLS,
    QUALIFIED_HELP,
    SUBDOMAIN_HELP,
    refuse_ill_formed,
    shown,
)
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster
from kubelint.node import Scalar

TYPES = ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")
"""The types of Services (supportedServiceType)."""

LONGEST_AFFINITY = 86400
"""The most seconds that session affinity lasts (MaxClientIPServiceAffinitySeconds): a day."""

KUBELET_PORT = 10250
"""The port that a load balancer must not have before Kubernetes 1.33 (ports.KubeletPort)."""

_POLICIES = ("Cluster", "Local")
_VALUE_HELP = "write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
_ANOTHER_NODE_PORT_HELP = "write another node port, or none and let the cluster choose"
_DRAWN = -(2**40)
"""Less than any number that can be asked for: stands for a node port that the server draws."""


def validate(root: Field, verdict: Verdict, cluster: Cluster) -> None:
    """Judge a Service."""
    gates, spec = Gates(cluster.version), ServiceSpec(root)
    strict = "StrictIPCIDRValidation" in gates
    if spec.type != "ExternalName":
        allocate_addresses(spec, cluster, strict, verdict)
    node_ports = [port.node_port.number for port in spec.ports]
    if spec.has_node_ports and not verdict.refusals:
        node_ports = _allocate_node_ports(spec, cluster, verdict)
    if verdict.refusals:
        # The registry allocates before it validates, and answers with what it could not allocate alone.
        verdict.is_final = True
        return
    _validate_topology(spec, verdict)
    _validate_ports(spec, node_ports, gates, verdict)
    _validate_type(spec, verdict)
    if spec.selector.is_set:
        _validate_selector(spec.selector, verdict)
    _validate_affinity(spec.field, verdict)
    validate_external_ips(spec, strict, verdict)
    validate_source_ranges(spec, strict, verdict)
    _validate_load_balancer(spec, verdict)
    _validate_traffic(spec, gates, verdict)
    if not verdict.refusals:
        warn(spec, gates, verdict)


def _allocate_node_ports(spec: ServiceSpec, cluster: Cluster, verdict: Verdict) -> list[int]:
    """The node ports that the ports get (initNodePorts); one that the server draws is negative, one without is 0.

    Refuses the first one that the server cannot give, and no more; else the port for health checks, if it cannot give
    that (allocHealthCheckNodePort).
    """
    wanted = [port.node_port.number for port in spec.ports]
    # Ports of one number, such as TCP and UDP on 53, share the first node port that any of them asks for.
    shared: dict[int, int] = {}
    for port, number in zip(spec.ports, wanted, strict=True):
        if number:
            shared.setdefault(port.number.number, number)
    taken: set[int] = set()
    given: dict[int, int] = {}
    for index, port in enumerate(spec.ports):
        own, number = port.number.number, wanted[index]
        if not number and not spec.allocates_node_ports:
            continue
        if own not in given:
            number = given[own] = shared.get(own, _DRAWN - index)
        elif not number or number == given[own]:
            wanted[index] = given[own]
            continue
        wanted[index] = number
        if number > _DRAWN and _refuse_node_port(number, port.node_port, taken, cluster, verdict):
            return wanted
        taken.add(number)
    health = spec.field.child("healthCheckNodePort")
    if spec.needs_health_check and health.number:
        # The server calls this an internal error and names no field.
        _refuse_node_port(health.number, health, taken, cluster, verdict)
    return wanted


def _refuse_node_port(number: int, field: Field, taken: set[int], cluster: Cluster, verdict: Verdict) -> bool:
    first, last = cluster.node_port_range
    if not first <= number <= last:
        message = f"the node port {number} is not between {first} and {last}"
        help = f"write a number from {first} to {last}, or none and let the cluster choose"
        verdict.refuse(field, "Invalid", message, help)
    elif number in taken:
        message = f"the node port {number} is asked for by another port of the Service"
        verdict.refuse(field, "Invalid", message, _ANOTHER_NODE_PORT_HELP)
    else:
        return False
    return True


def _validate_topology(spec: ServiceSpec, verdict: Verdict) -> None:
    hints, mode = spec.annotation(TOPOLOGY_HINTS), spec.annotation(TOPOLOGY_MODE)
    if hints is not None and mode is not None and hints.text != mode.text:
        message = f"the annotation `{TOPOLOGY_MODE}` differs from `{TOPOLOGY_HINTS}`"
        verdict.refuse(mode, "Invalid", message, f"remove the annotation `{TOPOLOGY_HINTS}`")


def _validate_ports(spec: ServiceSpec, allocated: list[int], gates: Gates, verdict: Verdict) -> None:
    if not spec.ports and spec.type != "ExternalName" and not spec.is_headless:
        message = "the Service has no ports"
        verdict.refuse(spec.ports_field, "Required", message, "list ports, each with its number as `port`")
    names: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    node_ports: set[tuple[str, int]] = set()
    forbids_kubelet = spec.type == "LoadBalancer" and "KubeletPortOnLoadBalancers" not in gates
    for port, node_port in zip(spec.ports, allocated, strict=True):
        _validate_port(port, len(spec.ports) > 1, names, verdict)
        number = port.number.number
        if forbids_kubelet and number == KUBELET_PORT:
            message = f"a load balancer has the kubelet's port {KUBELET_PORT}"
            field = Field(port.field.path, None, port.number.place)
            verdict.refuse(field, "Invalid", message, "write another port; targetPort may stay")
        if node_port:
            if spec.type == "ClusterIP":
                message = f"the node port {node_port} stands on a Service of type `ClusterIP`"
                verdict.refuse(port.node_port, "Forbidden", message, "write type: NodePort, or remove nodePort")
            if (port.protocol, node_port) in node_ports:
                which = f"the node port {node_port}" if port.node_port.number else "the node port of another entry"
                message = f"{which} comes twice for {port.protocol}"
                verdict.refuse(port.node_port, "Duplicate", message, _ANOTHER_NODE_PORT_HELP)
            node_ports.add((port.protocol, node_port))
        if (port.protocol, number) in numbers:
            message = f"the port {number} is listed twice for {port.protocol}"
            field = Field(port.field.path, None, port.number.place)
            verdict.refuse(field, "Duplicate", message, "write another port or protocol, or remove the entry")
        numbers.add((port.protocol, number))


def _validate_port(port: PortSpec, needs_name: bool, names: set[str], verdict: Verdict) -> None:
    name = port.field.child("name")
    if name.text:
        refuse_ill_formed(name, "the port name", dns_label(name.text), LABEL_HELP, verdict)
        if name.text in names:
            message = f"the port name{shown(name.text)} is given twice"
            verdict.refuse(name, "Duplicate", message, "give each port a name of its own")
        names.add(name.text)
    elif needs_name:
        message = "the port has no name, and there are several ports"
        field = Field(name.path, None, name.place if name.is_set else port.number.place)
        verdict.refuse(field, "Required", message, "give each port a name of its own")
    number = port.number.number
    is_valid = not port_number(number)
    if not is_valid:
        message = f"the port {number} is not between 1 and 65535" if port.number.is_set else "the port has no number"
        verdict.refuse(port.number, "Invalid", message, PORT_NUMBER_HELP)
    if port.protocol not in PROTOCOLS:
        _refuse_unsupported(port.protocol_field, "the protocol", PROTOCOLS, verdict)
    _validate_target(port, is_valid, verdict)
    application = port.field.child("appProtocol")
    if application.is_set:
        wrong = qualified_name(application.text)
        refuse_ill_formed(application, "the application protocol", wrong, QUALIFIED_HELP, verdict)


_FEW_DIGITS = re.compile(r"[0-9]{1,5}")


def _validate_target(port: PortSpec, has_valid_number: bool, verdict: Verdict) -> None:
    target = port.field.child("targetPort")
    if isinstance(target.node, Scalar) and isinstance(target.node.value, str) and target.text:
        # A quoted number is the name of a port, and no good one.
        is_number = _FEW_DIGITS.fullmatch(target.text) is not None and not port_number(int(target.text))
        help = f"write it without quotes: {target.text}" if is_number else PORT_NAME_HELP
        refuse_ill_formed(target, "the target port", port_name(target.text), help, verdict)
    elif target.number:
        if port_number(target.number):
            message = f"the target port {target.number} is not between 1 and 65535"
            verdict.refuse(target, "Invalid", message, PORT_NUMBER_HELP)
    elif not has_valid_number:
        # Without a targetPort the server takes the port for it, whatever that is.
        message = "the target port is the port itself, which is no valid number"
        field = Field(target.path, None, target.place if target.is_set else port.number.place)
        verdict.refuse(field, "Invalid", message, "correct the port, or write a targetPort")


def _validate_type(spec: ServiceSpec, verdict: Verdict) -> None:
    if spec.type not in TYPES:
        _refuse_unsupported(spec.type_field, "the type", TYPES, verdict)
    elif spec.has_node_ports:
        if spec.is_headless:
            message = f"the Service is headless and of type `{spec.type}`"
            verdict.refuse(spec.cluster_ips[0], "Invalid", message, "remove `None`, or write type: ClusterIP")
    elif spec.type == "ExternalName":
        _validate_external_name(spec, verdict)


def _validate_external_name(spec: ServiceSpec, verdict: Verdict) -> None:
    policy = spec.field.child("ipFamilyPolicy")
    for field, written, is_wrong in (
        (spec.cluster_ips_field, "clusterIPs" if spec.cluster_ips_field.is_set else "clusterIP", spec.cluster_ips),
        (spec.field.child("ipFamilies"), "ipFamilies", spec.ip_families),
        (policy, "ipFamilyPolicy", policy.is_set),
    ):
        if is_wrong:
            message = f"{written} stands on a Service of type `ExternalName`"
            culprit = Field(field.path, None, named(spec.field.child(written)).place)
            verdict.refuse(culprit, "Forbidden", message, "remove it, or write another type")
    name = spec.field.child("externalName")
    host = name.text.removesuffix(".")
    if host:
        refuse_ill_formed(name, "the external name", dns_subdomain(host), SUBDOMAIN_HELP, verdict)
    else:
        place = name.place if name.is_set else spec.type_field.place
        message = "the Service is of type `ExternalName` and has no external name"
        verdict.refuse(Field(name.path, None, place), "Required", message, "write externalName: shop.example.com")


def _validate_selector(selector: Field, verdict: Verdict) -> None:
    for name, value in selector.entries():
        # The server names the selector in both cases, never the entry.
        wrong = qualified_name(name)
        if wrong:
            field = Field(selector.path, None, value.nearest)
            message = f"the label{shown(name)} {' and '.join(wrong)}"
            verdict.refuse(field, "Invalid", message, QUALIFIED_HELP)
        wrong = label_value(value.text)
        if wrong:
            message = f"the value{shown(value.text)} of the label{shown(name)} {' and '.join(wrong)}"
            verdict.refuse(Field(selector.path, None, value.place), "Invalid", message, _VALUE_HELP)


def _validate_affinity(spec: Field, verdict: Verdict) -> None:
    affinity = spec.child("sessionAffinity")
    # With `None`, the default, the server drops the settings.
    if not affinity.text or affinity.text == "None":
        return
    if affinity.text != "ClientIP":
        _refuse_unsupported(affinity, "the session affinity", ("None", "ClientIP"), verdict)
        return
    timeout = spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds")
    if timeout.is_set and not 1 <= timeout.number <= LONGEST_AFFINITY:
        message = f"session affinity of {timeout.number} seconds is not between 1 and {LONGEST_AFFINITY}"
        help = f"write a number from 1 to {LONGEST_AFFINITY}, or none for three hours"
        verdict.refuse(timeout, "Invalid", message, help)


def _validate_load_balancer(spec: ServiceSpec, verdict: Verdict) -> None:
    load_balancer_class = spec.field.child("loadBalancerClass")
    if spec.type == "LoadBalancer":
        if load_balancer_class.is_set:
            wrong = qualified_name(load_balancer_class.text)
            refuse_ill_formed(load_balancer_class, "the load balancer class", wrong, QUALIFIED_HELP, verdict)
        return
    for field in (load_balancer_class, spec.field.child("allocateLoadBalancerNodePorts")):
        if field.is_set:
            name = field.path.rpartition(".")[2]
            message = f"{name} stands on a Service of type{shown(spec.type)}"
            verdict.refuse(named(field), "Forbidden", message, "write type: LoadBalancer, or remove it")


def _validate_traffic(spec: ServiceSpec, gates: Gates, verdict: Verdict) -> None:
    external, internal = spec.field.child("externalTrafficPolicy"), spec.field.child("internalTrafficPolicy")
    if external.text:
        if not spec.is_externally_accessible:
            message = f"externalTrafficPolicy stands on a Service of type{shown(spec.type)}"
            help = "remove it, or write type: LoadBalancer or NodePort"
            if spec.type == "ClusterIP":
                message += " without external IPs"
            verdict.refuse(named(external), "Invalid", message, help)
        elif external.text not in _POLICIES:
            _refuse_unsupported(external, "the external traffic policy", _POLICIES, verdict)
    if internal.is_set and internal.text not in _POLICIES:
        _refuse_unsupported(internal, "the internal traffic policy", _POLICIES, verdict)
    health = spec.field.child("healthCheckNodePort")
    if health.number and not spec.needs_health_check:
        message = "healthCheckNodePort stands on a Service that is no LoadBalancer with externalTrafficPolicy Local"
        help = "remove it, or write type: LoadBalancer and externalTrafficPolicy: Local"
        verdict.refuse(named(health), "Invalid", message, help)
    elif health.number and port_number(health.number):
        message = f"the port {health.number} for health checks is not between 1 and 65535"
        verdict.refuse(health, "Invalid", message, PORT_NUMBER_HELP)
    _validate_distribution(spec.field.child("trafficDistribution"), gates, verdict)


def _validate_distribution(distribution: Field, gates: Gates, verdict: Verdict) -> None:
    # Before its gate was on, the server dropped the field.
    if not distribution.is_set or "TrafficDistribution" not in gates:
        return
    supported: tuple[str, ...] = ("PreferClose",)
    if "PreferSameTrafficDistribution" in gates:
        supported = ("PreferSameZone", "PreferSameNode", "PreferClose")
    if distribution.text not in supported:
        _refuse_unsupported(distribution, "the traffic distribution", supported, verdict)


def _refuse_unsupported(field: Field, what: str, supported: tuple[str, ...], verdict: Verdict) -> None:
    """Refuse a value as NotSupported. What it is most like is the help."""
    from kubelint.suggestion import closest

    message = f"{what}{shown(field.text)} is not supported" if field.text else f"{what} is empty"
    meant = closest(field.text, supported) if field.text else None
    help = f"write {meant}" if meant else f"write {', '.join(supported[:-1])} or {supported[-1]}"
    verdict.refuse(field, "NotSupported", message, help)
