"""What a host name means by itself, before any name server is asked: an IP address in some spelling, or this machine.

Programs read a host as an address in more spellings than one writes: C's inet_aton takes one to four numbers, in
decimal, octal (`0177`) or hexadecimal (`0x7f`), the last of which fills all bytes that are left.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?P<hexadecimal>0x[0-9a-f]{1,16})|(?P<octal>0[0-7]{0,32})|(?P<decimal>[0-9]{1,32})")
_EMBEDDED = re.compile(r"(?:.*[.-])?(?P<address>[0-9]{1,3}(?:(?P<mark>[.-])[0-9]{1,3})(?:(?P=mark)[0-9]{1,3}){2})")

_LOOPBACK_NAMES = frozenset(
    # The last two lie in public zones and resolve to 127.0.0.1 everywhere.
    ("localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback", "localtest.me", "lvh.me")
)
_LOOPBACK_ZONES = (".localhost", ".localtest.me", ".lvh.me")
"""RFC 6761: whatever ends in `.localhost` is this machine."""
_ADDRESS_ZONES = (".nip.io", ".sslip.io")
"""Zones in which every name resolves to the IP address that it holds: `10.0.0.1.nip.io`, `app-10-0-0-1.sslip.io`."""
_LEAST_SHORT_ADDRESS = 1 << 24


def host_of(text: str) -> str:
    """A host name as name servers compare it: in small letters, without the dot that ends an absolute name."""
    return text.removesuffix(".").lower()


def address_of(host: str) -> str | None:
    """The IP address that a host name is, in its canonical spelling, or None.

    An IPv4 address in the form of IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
    """
    if ":" in host:
        return _ipv6_of(host)
    parts = [_number_of(part) for part in host.split(".")]
    numbers = [part for part in parts if part is not None]
    if len(numbers) < len(parts) or len(parts) > 4:
        return None
    *leading, last = numbers
    if any(number > 255 for number in leading) or last >= 256 ** (4 - len(leading)):
        return None
    value = sum(number << 24 - 8 * place for place, number in enumerate(leading)) + last
    # A small number by itself is no address that anybody means, except for 0, which is 0.0.0.0.
    if len(parts) < 4 and 0 < value < _LEAST_SHORT_ADDRESS:
        return None
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def embedded_address_of(host: str) -> str | None:
    """The IPv4 address to which a name of a public zone for addresses resolves (`10.0.0.1.nip.io`), or None."""
    zone = next((zone for zone in _ADDRESS_ZONES if host.endswith(zone)), None)
    found = _EMBEDDED.fullmatch(host.removesuffix(zone)) if zone is not None else None
    return address_of(found["address"].replace("-", ".")) if found else None


def is_loopback_name(host: str) -> bool:
    """Whether a name is one of this machine's own: `localhost` and its like."""
    return host in _LOOPBACK_NAMES or host.endswith(_LOOPBACK_ZONES)


def is_loopback_address(address: str) -> bool:
    """Whether an address in its canonical spelling leads back to the machine that dials it, as 0.0.0.0 does, too."""
    return address.startswith("127.") or address in ("0.0.0.0", "::1", "::")


def _number_of(text: str) -> int | None:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    if found["hexadecimal"]:
        return int(text, 16)
    return int(text, 8) if found["octal"] else int(text)


def _ipv6_of(host: str) -> str | None:
    # Hardly any host name is an IPv6 address, and importing ipaddress takes as long as reading a manifest.
    from ipaddress import IPv6Address

    try:
        address = IPv6Address(host)
    except ValueError:
        return None
    return str(address.ipv4_mapped or address)
