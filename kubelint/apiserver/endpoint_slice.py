"""EndpointSlice (discovery.k8s.io/v1): what the API server adds to the structure of the kind.

k8s.io/kubernetes, pkg/apis/discovery/validation: ValidateEndpointSliceCreate; pkg/registry/discovery/endpointslice:
WarningsOnCreate. `deprecatedTopology` is dropped from objects of v1 before anything is said of it (dropTopologyOnV1);
zones, conditions, the numbers of ports and targetRef are not judged.
"""

from __future__ import annotations

from kubelint.apiserver.address_fields import checked_address, refuse_special_address, warn_of_address
from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.names import dns_label, dns_subdomain, label_value, qualified_name
from kubelint.apiserver.text_fields import (
    LABEL_HELP,
    PROTOCOLS,
    QUALIFIED_HELP,
    SUBDOMAIN_HELP,
    refuse_ill_formed,
    refuse_unsupported,
    shown,
)
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster

_ADDRESS_TYPES = ("IPv4", "IPv6", "FQDN")
_MOST_ENDPOINTS = 1000
_MOST_ADDRESSES = 100
_MOST_PORTS = 20000
_MOST_HINTS = 8
_MANAGED_BY = "endpointslice.kubernetes.io/managed-by"
_CONTROLLERS = ("endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io")
_ZONE_HELP = "write at most 63 letters, digits, `-`, `_` and `.`, with a letter or digit at both ends"
_DOMAIN_HELP = "write a domain name of at least two parts such as `db.example.com`"


def validate(root: Field, verdict: Verdict, cluster: Cluster) -> None:
    """Judge an EndpointSlice."""
    gates = Gates(cluster.version)
    address_type = root.child("addressType")
    if not address_type.text:
        message = "the EndpointSlice does not say of which type its addresses are"
        verdict.refuse(address_type, "Required", message, "write addressType: IPv4 or IPv6")
    else:
        refuse_unsupported(address_type, "the address type", _ADDRESS_TYPES, verdict)
        if address_type.text == "FQDN":
            message = "endpoints with domain names are deprecated"
            verdict.warn(address_type, "deprecated-field", message, "write IPv4 or IPv6, and addresses of that family")
    _validate_ports(root.child("ports"), verdict)
    endpoints = root.child("endpoints")
    items = endpoints.items()
    if len(items) > _MOST_ENDPOINTS:
        _refuse_too_many(endpoints, len(items), _MOST_ENDPOINTS, "endpoints", verdict)
        return
    addresses = _Addresses(root, address_type.text, verdict, gates)
    has_node_hints = "PreferSameTrafficDistribution" in gates
    for endpoint in items:
        addresses.validate(endpoint.child("addresses"))
        node_name, hostname, hints = endpoint.child("nodeName"), endpoint.child("hostname"), endpoint.child("hints")
        if node_name.is_set:
            refuse_ill_formed(node_name, "the node name", dns_subdomain(node_name.text), SUBDOMAIN_HELP, verdict)
        if hostname.is_set:
            refuse_ill_formed(hostname, "the host name", dns_label(hostname.text), LABEL_HELP, verdict)
        if hints.is_set:
            _validate_hints(hints, has_node_hints, verdict)


class _Addresses:
    """What is said of the addresses of an endpoint, which depends on the type that the whole slice has."""

    def __init__(self, root: Field, address_type: str, verdict: Verdict, gates: Gates) -> None:
        self.address_type = address_type
        self.verdict = verdict
        self.is_strict = "StrictIPCIDRValidation" in gates
        self.has_standard_ipv6 = "IPCIDRWarnings" in gates
        # What their own controllers write, the server trusts to be in the right form.
        managed_by = root.at("metadata", "labels").key(_MANAGED_BY).text
        self.warns = self.has_standard_ipv6 and managed_by not in _CONTROLLERS

    def validate(self, addresses: Field) -> None:
        items = addresses.items()
        if not items:
            self.verdict.refuse(addresses, "Required", "the endpoint has no address", "list at least one address")
        elif len(items) > _MOST_ADDRESSES:
            _refuse_too_many(addresses, len(items), _MOST_ADDRESSES, "addresses", self.verdict)
        if self.address_type == "FQDN":
            for item in items:
                self._validate_domain(item)
        elif self.address_type in ("IPv4", "IPv6"):
            for item in items:
                self._validate_ip(item, addresses)

    def _validate_ip(self, item: Field, addresses: Field) -> None:
        verdict, family = self.verdict, self.address_type
        # Addresses of IPv6 are judged as those of a new field, of which nothing irregular was ever allowed.
        is_new = family == "IPv6" and self.has_standard_ipv6
        address = checked_address(item, verdict, self.is_strict or is_new)
        if address is None:
            return
        if is_new and str(address.value) != item.text:
            message = f"the IPv6 address `{item.text}` is not in its canonical form"
            verdict.refuse(item, "Invalid", message, f"write `{address.value}`")
            return
        if address.family != family:
            # Since Kubernetes 1.33 the server names the list, not the item.
            field = Field(addresses.path, None, item.place) if self.has_standard_ipv6 else item
            message = f"`{item.text}` is no {family} address"
            verdict.refuse(field, "Invalid", message, f"write an {family} address, or another addressType")
        refuse_special_address(item, address, verdict)
        if self.warns:
            warn_of_address(item, address, verdict)

    def _validate_domain(self, item: Field) -> None:
        """k8s.io/apimachinery, pkg/util/validation: IsFullyQualifiedDomainName."""
        name = item.text.removesuffix(".")
        if not item.text:
            self.verdict.refuse(item, "Required", "the address is empty", _DOMAIN_HELP)
            return
        wrong = dns_subdomain(name)
        if not wrong and "." not in name:
            wrong = ["is a domain name of one part only"]
        if not wrong and any(len(part) > 63 for part in name.split(".")):
            wrong = ["has a part longer than 63 characters"]
        refuse_ill_formed(item, "the address", wrong, _DOMAIN_HELP, self.verdict)


def _validate_ports(ports: Field, verdict: Verdict) -> None:
    items = ports.items()
    if len(items) > _MOST_PORTS:
        _refuse_too_many(ports, len(items), _MOST_PORTS, "ports", verdict)
        return
    names: set[str] = set()
    for port in items:
        name, protocol, app_protocol = port.child("name"), port.child("protocol"), port.child("appProtocol")
        if name.text:
            refuse_ill_formed(name, "the port name", dns_label(name.text), LABEL_HELP, verdict)
        # A port without a name has the empty one, and that, too, may occur once only.
        if name.text in names:
            message = f"the port name{shown(name.text)} is taken already" if name.text else "two ports have no name"
            number = port.child("port")
            field = Field(name.path, name.node, number.place if number.is_set else name.place)
            verdict.refuse(field, "Duplicate", message, "give each port a name of its own")
        names.add(name.text)
        if protocol.is_set:
            refuse_unsupported(protocol, "the protocol", PROTOCOLS, verdict)
        if app_protocol.is_set:
            wrong = qualified_name(app_protocol.text)
            refuse_ill_formed(app_protocol, "the application protocol", wrong, QUALIFIED_HELP, verdict)


def _validate_hints(hints: Field, has_node_hints: bool, verdict: Verdict) -> None:
    zones = hints.child("forZones")
    items = zones.items()
    if len(items) > _MOST_HINTS:
        _refuse_too_many(zones, len(items), _MOST_HINTS, "zones", verdict)
        return
    seen: set[str] = set()
    for item in items:
        name = item.child("name")
        _refuse_repeated_hint(name, "zone", seen, verdict)
        refuse_ill_formed(name, "the zone", label_value(name.text), _ZONE_HELP, verdict)
    if not has_node_hints:
        # The server drops the field before it looks at it.
        return
    nodes = hints.child("forNodes")
    items = nodes.items()
    if len(items) > _MOST_HINTS:
        _refuse_too_many(nodes, len(items), _MOST_HINTS, "nodes", verdict)
        return
    seen = set()
    for item in items:
        name = item.child("name")
        _refuse_repeated_hint(name, "node", seen, verdict)
        refuse_ill_formed(name, "the node name", dns_subdomain(name.text), SUBDOMAIN_HELP, verdict)


def _refuse_repeated_hint(name: Field, what: str, seen: set[str], verdict: Verdict) -> None:
    if name.text in seen:
        message = f"the {what}{shown(name.text)} stands in the list already"
        verdict.refuse(name, "Duplicate", message, f"name each {what} once")
    seen.add(name.text)


def _refuse_too_many(field: Field, count: int, most: int, what: str, verdict: Verdict) -> None:
    message = f"there are {count} {what}, and at most {most} are allowed"
    verdict.refuse(field, "TooMany", message, f"split the {what} up, or remove some")
