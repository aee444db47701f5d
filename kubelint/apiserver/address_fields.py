"""Fields that hold an address or a CIDR: what the API server refuses in them, and what it warns of.

k8s.io/apimachinery, pkg/util/validation/ip.go: IsValidIPForLegacyField, IsValidCIDRForLegacyField, GetWarningsForIP and
GetWarningsForCIDR; k8s.io/kubernetes, pkg/apis/core/validation: ValidateEndpointIP.
"""

from __future__ import annotations

from kubelint.apiserver.addresses import Address, Cidr, parse_address, parse_cidr
from kubelint.apiserver.field import Field
from kubelint.apiserver.text_fields import shown
from kubelint.apiserver.verdict import Verdict

NON_STANDARD = "non-standard-address"
"""The fault of an address or CIDR that is accepted, with a warning about how it is written."""

_ADDRESS_HELP = "write an address such as `10.9.8.7` or `2001:db8::ffff`"
_CIDR_HELP = "write a CIDR such as `10.9.8.0/24` or `2001:db8::/64`"
_SPECIAL_HELP = "write an address that other machines can reach"


def checked_address(field: Field, verdict: Verdict, strict: bool) -> Address | None:
    """The address that a field holds; None, and a refusal, where it holds none or one that is not well formed."""
    text = field.text
    address = parse_address(text)
    if address is None:
        message = f"{shown(text).lstrip()} is no IP address" if text else "the IP address is empty"
        verdict.refuse(field, "Invalid", message, _ADDRESS_HELP)
        return None
    if strict and (address.has_leading_zeros or address.is_mapped):
        verdict.refuse(field, "Invalid", f"the address `{text}` {_irregular(address)}", f"write `{address.plain}`")
        return None
    return address


def refuse_special_address(field: Field, address: Address, verdict: Verdict) -> None:
    """Refuse the addresses at which no endpoint can be reached (ValidateEndpointIP)."""
    range_ = _special_range(address)
    if range_ is not None:
        verdict.refuse(field, "Invalid", f"the address `{field.text}` is {range_}", _SPECIAL_HELP)


def warn_of_address(field: Field, address: Address, verdict: Verdict) -> None:
    """Warn of an accepted address that is not written as it should be."""
    text = field.text
    if address.has_leading_zeros or address.is_mapped:
        message = f"the address `{text}` {_irregular(address)}"
    elif ":" in text and str(address.value) != text:
        message = f"the IPv6 address `{text}` is not in its canonical form"
    else:
        return
    verdict.warn(field, NON_STANDARD, message, f"write `{address.plain}`")


def checked_cidr(field: Field, verdict: Verdict, strict: bool) -> tuple[Cidr | None, bool]:
    """The CIDR that a field holds, or None, and whether it was accepted; with a refusal where it was not."""
    text = field.text
    cidr = parse_cidr(text)
    if cidr is None:
        message = f"{shown(text).lstrip()} is no CIDR" if text else "the CIDR is empty"
        verdict.refuse(field, "Invalid", message, _CIDR_HELP)
        return None, False
    irregular = _irregular_cidr(cidr) if strict else None
    if irregular is not None:
        verdict.refuse(field, "Invalid", f"the CIDR `{text}` {irregular}", _cidr_help(cidr))
    return cidr, irregular is None


def warn_of_cidr(field: Field, cidr: Cidr, verdict: Verdict) -> None:
    """Warn of an accepted CIDR that is not written as it should be."""
    text = field.text
    irregular = _irregular_cidr(cidr)
    if irregular is not None:
        verdict.warn(field, NON_STANDARD, f"the CIDR `{text}` {irregular}", _cidr_help(cidr))
    elif ":" in text and f"{cidr.address.value}/{cidr.length}" != text:
        message = f"the IPv6 CIDR `{text}` is not in its canonical form"
        verdict.warn(field, NON_STANDARD, message, f"write `{_standard(cidr)}`")


def lies_within(inner: Cidr, outer: Cidr) -> bool:
    """Whether a block is a strict part of another one, as net.IPNet.Contains and the lengths of the masks say."""
    if outer.length >= inner.length:
        return False
    network, length, other = outer.network, outer.length, inner.network
    # Go takes an IPv4 address that is written as IPv6 for the IPv4 address, and the mask with it.
    mapped = getattr(network, "ipv4_mapped", None)
    if mapped is not None:
        network, length = mapped, length - 96
    other = getattr(other, "ipv4_mapped", None) or other
    shift = network.max_prefixlen - length
    return network.version == other.version and int(network) >> shift == int(other) >> shift


def _irregular(address: Address) -> str:
    return "has leading zeros" if address.has_leading_zeros else "is an IPv4 address in the form of IPv6"


def _irregular_cidr(cidr: Cidr) -> str | None:
    if cidr.has_leading_zeros:
        return "has leading zeros"
    if cidr.address.is_mapped:
        return "is an IPv4 block in the form of IPv6"
    return "has bits set behind its prefix" if cidr.has_host_bits else None


def _cidr_help(cidr: Cidr) -> str:
    if cidr.has_host_bits and not cidr.address.is_mapped:
        return (
            f"write `{_standard(cidr)}`, or `{cidr.address.value}/{cidr.address.value.max_prefixlen}` for the address"
        )
    return f"write `{_standard(cidr)}`"


def _standard(cidr: Cidr) -> str:
    mapped = getattr(cidr.network, "ipv4_mapped", None)
    return f"{mapped}/{cidr.length - 96}" if mapped is not None else f"{cidr.network}/{cidr.length}"


def _special_range(address: Address) -> str | None:
    value = int(address.plain)
    if value == 0:
        return "the unspecified address"
    if address.family == "IPv4":
        if value >> 24 == 127:
            return "a loopback address (127.0.0.0/8)"
        if value >> 16 == 0xA9FE:
            return "a link-local address (169.254.0.0/16)"
        return "a link-local multicast address (224.0.0.0/24)" if value >> 8 == 0xE00000 else None
    if value == 1:
        return "the loopback address"
    if value >> 118 == 0xFE80 >> 6:
        return "a link-local address (fe80::/10)"
    # net.IP.IsLinkLocalMulticast: whatever the four bits of flags.
    return "a link-local multicast address (ff02::/16)" if (value >> 112) & 0xFF0F == 0xFF02 else None
