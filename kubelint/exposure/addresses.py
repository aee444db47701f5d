"""How far IP addresses reach, and what lists of addresses and of address ranges amount to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from kubelint.exposure.model import Level, Restriction
from kubelint.node import Node, Scalar
from kubelint.resources import items_of, text_of
from kubelint.template import placeholder_in

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

    Network = IPv4Network | IPv6Network

# Few Services name addresses, and importing ipaddress takes as long as reading a manifest: hence the late imports.


def listed(node: Node | None) -> list[tuple[Node, str]]:
    """The texts of a list; a placeholder in the list's place counts as one text that is not known yet."""
    if isinstance(node, Scalar) and placeholder_in(node.text):
        return [(node, node.text)]
    return [(item, text) for item in items_of(node) if (text := text_of(item))]


def level_of(address: str) -> Level:
    """How far an address reaches. Documentation addresses stand for public ones, as they do in examples."""
    from ipaddress import ip_address

    try:
        parsed = ip_address(address.strip())
    except ValueError:
        return Level.UNKNOWN
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    is_local = parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified
    if is_local or parsed.is_multicast or (parsed.version == 4 and parsed.is_reserved):
        return Level.UNKNOWN
    return Level.PRIVATE if any(parsed in network for network in private_networks()) else Level.INTERNET


@cache
def private_networks() -> tuple[Network, ...]:
    """RFC 1918, carrier-grade NAT (RFC 6598), unique local addresses (RFC 4193)."""
    from ipaddress import ip_network

    return tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))


FAMILIES = ("IPv4", "IPv6")
"""The IP families, in the API's spelling."""


def family_of(network: Network) -> str:
    """`IPv4` or `IPv6`."""
    return FAMILIES[network.version == 6]


def holds(outer: Network, inner: Network) -> bool:
    """Whether a network holds all of another one."""
    return inner[0] in outer and inner[-1] in outer


def is_private(network: Network) -> bool:
    """Whether all of a network lies within a private one."""
    return any(holds(private, network) for private in private_networks())


def is_public(network: Network) -> bool:
    """Whether a network holds addresses of the internet: it is not wholly private, local, multicast or reserved."""
    set_aside = network.is_multicast or network.is_link_local or network.is_loopback or network.is_reserved
    return not set_aside and not is_private(network)


def network_of(text: str) -> Network | None:
    """A range from CIDR text, host bits and blanks around it forgiven; None where it is none."""
    from ipaddress import ip_network

    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def union_of(texts: Iterable[str]) -> tuple[Network, ...]:
    """The fewest ranges that hold the same addresses as these; texts that are no CIDR are left out."""
    from ipaddress import IPv4Network, IPv6Network, collapse_addresses

    networks = [network for text in texts if (network := network_of(text)) is not None]
    return (
        *collapse_addresses([network for network in networks if isinstance(network, IPv4Network)]),
        *collapse_addresses([network for network in networks if isinstance(network, IPv6Network)]),
    )


def narrowed_by(ranges: Iterable[str]) -> Restriction:
    """What a list of address ranges amounts to: nothing where all of them together are a whole address space."""
    texts = tuple(ranges)
    if not texts or any(network.prefixlen == 0 for network in union_of(texts)):
        return Restriction.NONE
    return Restriction.RANGES if all(network_of(text) is not None for text in texts) else Restriction.OPAQUE
