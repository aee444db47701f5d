"""Endpoints (v1): what the API server adds to the structure of the kind.

k8s.io/kubernetes, pkg/apis/core/validation: ValidateEndpointsCreate; pkg/registry/core/endpoint: endpointsWarnings.
"""

from __future__ import annotations

from kubelint.apiserver.address_fields import checked_address, refuse_special_address, warn_of_address
from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.names import dns_label, dns_subdomain, port_number, qualified_name
from kubelint.apiserver.text_fields import (
    LABEL_HELP,
    PORT_NUMBER_HELP,
    PROTOCOLS,
    QUALIFIED_HELP,
    SUBDOMAIN_HELP,
    refuse_ill_formed,
    refuse_unsupported,
)
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster

_MANAGED_BY = "endpoints.kubernetes.io/managed-by"
_CONTROLLER = "endpoint-controller"


def validate(root: Field, verdict: Verdict, cluster: Cluster) -> None:
    """Judge an Endpoints object."""
    gates = Gates(cluster.version)
    if "EndpointsDeprecation" in gates:
        message = "Endpoints are deprecated since Kubernetes 1.33"
        verdict.warn(root.child("kind"), "deprecated-field", message, "write an EndpointSlice of discovery.k8s.io/v1")
    strict = "StrictIPCIDRValidation" in gates
    # What its own controller writes, the server trusts to be in the right form.
    warns = "IPCIDRWarnings" in gates and root.at("metadata", "labels").key(_MANAGED_BY).text != _CONTROLLER
    for subset in root.child("subsets").items():
        ready, not_ready = subset.child("addresses").items(), subset.child("notReadyAddresses").items()
        if not ready and not not_ready:
            message = "the subset has neither addresses nor notReadyAddresses"
            verdict.refuse(subset, "Required", message, "list addresses, or remove the subset")
        for address in ready:
            _validate_address(address, verdict, strict, warns)
        for address in not_ready:
            _validate_address(address, verdict, strict, warns)
        ports = subset.child("ports").items()
        for port in ports:
            _validate_port(port, len(ports) > 1, verdict)


def _validate_address(endpoint: Field, verdict: Verdict, strict: bool, warns: bool) -> None:
    ip = endpoint.child("ip")
    address = checked_address(ip, verdict, strict)
    if address is not None:
        refuse_special_address(ip, address, verdict)
        if warns:
            warn_of_address(ip, address, verdict)
    hostname = endpoint.child("hostname")
    if hostname.text:
        refuse_ill_formed(hostname, "the host name", dns_label(hostname.text), LABEL_HELP, verdict)
    node_name = endpoint.child("nodeName")
    if node_name.is_set:
        refuse_ill_formed(node_name, "the node name", dns_subdomain(node_name.text), SUBDOMAIN_HELP, verdict)


def _validate_port(port: Field, needs_name: bool, verdict: Verdict) -> None:
    name, number, protocol = port.child("name"), port.child("port"), port.child("protocol")
    if name.text:
        refuse_ill_formed(name, "the port name", dns_label(name.text), LABEL_HELP, verdict)
    elif needs_name:
        message = "the port has no name, and there are several ports"
        place = number.place if number.is_set else name.place
        verdict.refuse(Field(name.path, None, place), "Required", message, "give each port a name of its own")
    if port_number(number.number):
        message = f"the port {number.number} is not between 1 and 65535" if number.is_set else "the port has no number"
        verdict.refuse(number, "Invalid", message, PORT_NUMBER_HELP)
    if protocol.text:
        refuse_unsupported(protocol, "the protocol", PROTOCOLS, verdict)
    app_protocol = port.child("appProtocol")
    if app_protocol.is_set:
        wrong = qualified_name(app_protocol.text)
        refuse_ill_formed(app_protocol, "the application protocol", wrong, QUALIFIED_HELP, verdict)
