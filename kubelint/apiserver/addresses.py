"""Addresses and CIDRs as the API server reads them (k8s.io/apimachinery, pkg/util/validation/ip.go; k8s.io/utils/net).

It still parses IPv4 octets with leading zeros, as decimals, for old fields; since 1.36 it refuses what it calls
non-standard (gate StrictIPCIDRValidation), and before it only warned.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

_OCTETS = re.compile(r"[0-9]+(\.[0-9]+){3}")
_LENGTH = re.compile(r"[0-9]{1,9}")
_LONG_GROUP = re.compile(r"(?<![0-9a-fA-F])0+(?=[0-9a-fA-F]{4})")
_MOST_OCTET_DIGITS = 8


class Address(NamedTuple):
    """A parsed address: its value, and how its text departs from the standard."""

    value: IPv4Address | IPv6Address
    has_leading_zeros: bool
    is_mapped: bool
    """An IPv4 address written as IPv6 (`::ffff:10.0.0.1`)."""

    @property
    def family(self) -> str:
        """`IPv4` or `IPv6`; a mapped address is IPv4, as net.IP has it."""
        return "IPv4" if isinstance(self.plain, IPv4Address) else "IPv6"

    @property
    def plain(self) -> IPv4Address | IPv6Address:
        """The address itself: of a mapped one, the IPv4 address."""
        mapped = self.value.ipv4_mapped if isinstance(self.value, IPv6Address) else None
        return mapped or self.value


class Cidr(NamedTuple):
    """A parsed CIDR."""

    address: Address
    length: int
    """The prefix length in bits, of the family that is written."""
    has_leading_zeros: bool

    @property
    def network(self) -> IPv4Address | IPv6Address:
        """The first address of the block."""
        bits = self.address.value.max_prefixlen
        value = int(self.address.value) >> (bits - self.length) << (bits - self.length)
        return type(self.address.value)(value)

    @property
    def has_host_bits(self) -> bool:
        """Whether the address has bits set beyond the prefix length."""
        return self.network != self.address.value


def parse_address(text: str) -> Address | None:
    """netutils.ParseIPSloppy: the address that a text is, or None."""
    if _OCTETS.fullmatch(text):
        # Go stops at a number above 0xFFFFFF; zeros before it make no number larger.
        if any(len(octet.lstrip("0")) > _MOST_OCTET_DIGITS for octet in text.split(".")):
            return None
        octets = [int(octet) for octet in text.split(".")]
        if any(octet > 255 for octet in octets):
            return None
        plain = ".".join(map(str, octets))
        return Address(IPv4Address(plain), plain != text, False)
    if ":" not in text or "%" in text:
        return None
    head, _, tail = text.rpartition(":")
    has_zeros = False
    if "." in tail:
        embedded = parse_address(tail)
        if embedded is None or not isinstance(embedded.value, IPv4Address):
            return None
        has_zeros = embedded.has_leading_zeros
        text = f"{head}:{embedded.value}"
    short = _LONG_GROUP.sub("", text)
    try:
        value = IPv6Address(short)
    except ValueError:
        return None
    return Address(value, has_zeros or short != text, value.ipv4_mapped is not None)


def parse_cidr(text: str) -> Cidr | None:
    """netutils.ParseCIDRSloppy: the block that a text is, or None."""
    before, slash, behind = text.partition("/")
    address = parse_address(before)
    if not slash or address is None or not _LENGTH.fullmatch(behind):
        return None
    length = int(behind)
    if length > address.value.max_prefixlen:
        return None
    return Cidr(address, length, address.has_leading_zeros or behind != str(length))
