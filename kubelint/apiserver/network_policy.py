"""NetworkPolicy (networking.k8s.io/v1): what the API server adds to the structure of the kind.

k8s.io/kubernetes, pkg/apis/networking/validation: ValidateNetworkPolicy; pkg/registry/networking/networkpolicy:
networkPolicyWarnings. A policy without a podSelector, or without a spec, is one that selects every pod.
"""

from __future__ import annotations

from kubelint.apiserver import label_selector
from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.names import port_name, port_number
from kubelint.apiserver.text_fields import (
    PORT_NAME_HELP,
    PORT_NUMBER_HELP,
    PROTOCOLS,
    refuse_ill_formed,
    refuse_unsupported,
)
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster
from kubelint.node import Scalar

_POLICY_TYPES = ("Ingress", "Egress")


def validate(root: Field, verdict: Verdict, cluster: Cluster) -> None:
    """Judge a NetworkPolicy."""
    gates = Gates(cluster.version)
    strict, warns = "StrictIPCIDRValidation" in gates, "IPCIDRWarnings" in gates
    spec = root.child("spec")
    label_selector.validate(spec.child("podSelector"), verdict)
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in spec.child(direction).items():
            for port in rule.child("ports").items():
                _validate_port(port, verdict)
            for peer in rule.child(peers).items():
                _validate_peer(peer, verdict, strict, warns)
    types = spec.child("policyTypes")
    items = types.items()
    if len(items) > len(_POLICY_TYPES):
        message = f"there are {len(items)} policy types, and at most two are allowed"
        verdict.refuse(types, "Invalid", message, "name Ingress and Egress at most once each")
        return
    for item in items:
        refuse_unsupported(item, "the policy type", _POLICY_TYPES, verdict)


def _validate_port(entry: Field, verdict: Verdict) -> None:
    protocol, port, end = entry.child("protocol"), entry.child("port"), entry.child("endPort")
    if protocol.is_set:
        refuse_unsupported(protocol, "the protocol", PROTOCOLS, verdict)
    if isinstance(port.node, Scalar) and isinstance(port.node.value, str):
        is_quoted_number = port.text.isdecimal()
        help = f"write the number without quotes: {port.text}" if is_quoted_number else PORT_NAME_HELP
        refuse_ill_formed(port, "the port name", port_name(port.text) if port.text else ["is empty"], help, verdict)
        if end.is_set:
            message = "endPort stands beside a port that is a name"
            verdict.refuse(end, "Invalid", message, "remove endPort, or write a number as the port")
    elif port.is_set:
        if port_number(port.number):
            message = f"the port {port.number} is not between 1 and 65535"
            verdict.refuse(port, "Invalid", message, PORT_NUMBER_HELP)
        if end.is_set:
            _validate_end_port(port.number, end, verdict)
    elif end.is_set:
        message = "endPort stands without a port"
        verdict.refuse(end, "Invalid", message, "write the first port of the range as `port`")


def _validate_end_port(first: int, end: Field, verdict: Verdict) -> None:
    if port_number(end.number):
        message = f"the last port {end.number} is not between 1 and 65535"
        verdict.refuse(end, "Invalid", message, PORT_NUMBER_HELP)
    elif end.number < first:
        message = f"the last port {end.number} is less than the first one, {first}"
        verdict.refuse(end, "Invalid", message, f"write a number from {first} to 65535")


def _validate_peer(peer: Field, verdict: Verdict, strict: bool, warns: bool) -> None:
    pods, namespaces, block = peer.child("podSelector"), peer.child("namespaceSelector"), peer.child("ipBlock")
    label_selector.validate(pods, verdict)
    label_selector.validate(namespaces, verdict)
    if block.is_set:
        assert block.node is not None
        _validate_block(block, verdict, strict, warns)
        if pods.is_set or namespaces.is_set:
            message = "the peer is both an IP block and selected by labels"
            field = Field(peer.path, None, block.node.key)
            verdict.refuse(field, "Forbidden", message, "make two peers of it: put `- ` before ipBlock")
    elif not pods.is_set and not namespaces.is_set:
        message = "the peer is empty"
        verdict.refuse(peer, "Required", message, "write podSelector, namespaceSelector or ipBlock, or remove the peer")


def _validate_block(block: Field, verdict: Verdict, strict: bool, warns: bool) -> None:
    # The other kinds of peer need no addresses, and most policies have no other peers.
    from kubelint.apiserver.address_fields import checked_cidr, lies_within, warn_of_cidr

    field = block.child("cidr")
    if not field.text:
        verdict.refuse(field, "Required", "the IP block has no CIDR", "write a CIDR such as `10.9.8.0/24`")
        return
    cidr, is_accepted = checked_cidr(field, verdict, strict)
    if cidr is None:
        return
    if warns and is_accepted:
        warn_of_cidr(field, cidr, verdict)
    for item in block.child("except").items():
        part, is_accepted = checked_cidr(item, verdict, strict)
        if part is None:
            continue
        if is_accepted and not lies_within(part, cidr):
            message = f"`{item.text}` is not a strict part of `{field.text}`"
            verdict.refuse(item, "Invalid", message, f"write a smaller block within `{field.text}`")
        elif warns and is_accepted:
            warn_of_cidr(item, part, verdict)
