"""IP addresses: `ip('10.0.0.1').isLoopback()`.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/ip.go, pkg/cel/ip.go; Go 1.26, net/netip.
"""

from __future__ import annotations

import re

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError
from kubelint.cel.functions import Overload, member
from kubelint.cel.spelling import quote
from kubelint.cel.types import BOOL, INT, IP, STRING, Type
from kubelint.cel.values import Opaque

_GROUPS = 8
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]*")


class BadAddress(Exception):
    """A text that is no address; the message is what Go's net/netip says of it."""

    def __init__(self, text: str, message: str, at: str = "") -> None:
        super().__init__(f"ParseAddr({quote(text)}): {message}" + (f" (at {quote(at)})" if at else ""))


class Address(Opaque):
    """An IP address: its family, 4 or 6, its bits as a number, and its zone (empty: none)."""

    __slots__ = ("bits", "family", "zone")
    TYPE = IP

    def __init__(self, family: int, bits: int, zone: str = "") -> None:
        self.family, self.bits, self.zone = family, bits, zone

    def is_same(self, other: Opaque) -> bool:
        """Whether both are one address of one family."""
        assert isinstance(other, Address)
        return (self.family, self.bits) == (other.family, other.bits)

    def __str__(self) -> str:
        """The address in its canonical form (RFC 5952)."""
        import ipaddress

        if self.family == 4:
            return str(ipaddress.IPv4Address(self.bits))
        if self.is_mapped:
            return f"::ffff:{ipaddress.IPv4Address(self.bits & 0xFFFFFFFF)}"
        # Python before 3.13 writes every address in groups; later ones write mapped ones as above.
        return str(ipaddress.IPv6Address(self.bits))

    @property
    def is_mapped(self) -> bool:
        """Whether this is an IPv4 address in the clothes of IPv6."""
        return self.family == 6 and self.bits >> 32 == 0xFFFF

    @property
    def length(self) -> int:
        """How many bits an address of the family has."""
        return 32 if self.family == 4 else 128

    def starts_with(self, prefix: int, length: int) -> bool:
        """Whether the first `length` bits are those of the number `prefix`."""
        return self.bits >> (self.length - length) == prefix


def parse_address(text: str) -> Address:
    """The address that a text is, as net/netip reads it.

    Raises:
        BadAddress: if it is none.
    """
    for character in text:
        if character == ".":
            return Address(4, _fields(text, text))
        if character == ":":
            return _parse_six(text)
        if character == "%":
            raise BadAddress(text, "missing IPv6 address")
    raise BadAddress(text, "unable to parse IP")


def _fields(whole: str, text: str) -> int:
    """The bits of four numbers with dots between them, which are all or the end of an address."""
    fields: list[int] = []
    value = digits = 0
    for index, character in enumerate(text):
        if "0" <= character <= "9":
            if digits == 1 and value == 0:
                raise BadAddress(whole, "IPv4 field has octet with leading zero")
            value, digits = value * 10 + int(character), digits + 1
            if value > 255:
                raise BadAddress(whole, "IPv4 field has value >255")
        elif character == ".":
            if index in (0, len(text) - 1) or text[index - 1] == ".":
                raise BadAddress(whole, "IPv4 field must have at least one digit", text[index:])
            if len(fields) == 3:
                raise BadAddress(whole, "IPv4 address too long")
            fields.append(value)
            value = digits = 0
        else:
            raise BadAddress(whole, "unexpected character", text[index:])
    if len(fields) < 3:
        raise BadAddress(whole, "IPv4 address too short")
    return int.from_bytes(bytes([*fields, value]))


def _parse_six(text: str) -> Address:
    rest, percent, zone = text.partition("%")
    if percent and not zone:
        raise BadAddress(text, "zone must be a non-empty string")
    groups: list[int] = []
    ellipsis = -1
    if rest.startswith("::"):
        ellipsis, rest = 0, rest[2:]
        if not rest:
            return Address(6, 0, zone)
    while len(groups) < _GROUPS:
        digits = str(_HEXADECIMAL.match(rest)[0])  # type: ignore[index]
        _check_group(text, rest, digits)
        if rest[len(digits) : len(digits) + 1] == ".":
            groups += _embedded(text, rest, len(groups), ellipsis)
            rest = ""
            break
        groups.append(int(digits, 16))
        rest = rest[len(digits) :]
        if not rest:
            break
        rest = _after_colon(text, rest)
        if rest.startswith(":"):
            if ellipsis >= 0:
                raise BadAddress(text, "multiple :: in address", rest)
            ellipsis, rest = len(groups), rest[1:]
            if not rest:
                break
    if rest:
        raise BadAddress(text, "trailing garbage after address", rest)
    return Address(6, _expanded(text, groups, ellipsis), zone)


def _check_group(text: str, rest: str, digits: str) -> None:
    if len(digits) > 4:
        raise BadAddress(text, "each group must have 4 or less digits", rest)
    if not digits:
        raise BadAddress(text, "each colon-separated field must have at least one digit", rest)


def _embedded(text: str, rest: str, count: int, ellipsis: int) -> list[int]:
    if ellipsis < 0 and count != 6:
        raise BadAddress(text, "embedded IPv4 address must replace the final 2 fields of the address", rest)
    if count > 6:
        raise BadAddress(text, "too many hex fields to fit an embedded IPv4 at the end of the address", rest)
    bits = _fields(text, rest)
    return [bits >> 16, bits & 0xFFFF]


def _after_colon(text: str, rest: str) -> str:
    if rest[0] != ":":
        raise BadAddress(text, "unexpected character, want colon", rest)
    if len(rest) == 1:
        raise BadAddress(text, "colon must be followed by more characters", rest)
    return rest[1:]


def _expanded(text: str, groups: list[int], ellipsis: int) -> int:
    if len(groups) < _GROUPS:
        if ellipsis < 0:
            raise BadAddress(text, "address string too short")
        groups = [*groups[:ellipsis], *[0] * (_GROUPS - len(groups)), *groups[ellipsis:]]
    elif ellipsis >= 0:
        raise BadAddress(text, "the :: must expand to at least one field of zeros")
    bits = 0
    for group in groups:
        bits = bits << 16 | group
    return bits


def to_address(text: str) -> Address:
    """What `ip(text)` gives.

    Raises:
        EvaluationError: if the text is no address, has a zone, or is an IPv4 address in the clothes of IPv6.
    """
    try:
        found = parse_address(text)
    except BadAddress as bad:
        raise EvaluationError(f"IP Address {quote(text)} parse error during conversion from string: {bad}") from None
    if found.zone:
        raise EvaluationError(f"IP address {quote(text)} with zone value is not allowed")
    if found.is_mapped:
        raise EvaluationError(f"IPv4-mapped IPv6 address {quote(text)} is not allowed")
    return found


def _is_ip(text: str) -> bool:
    try:
        to_address(text)
    except EvaluationError:
        return False
    return True


def _is_loopback(address: Address) -> bool:
    return address.starts_with(127, 8) if address.family == 4 else address.bits == 1


def _is_multicast(address: Address) -> bool:
    return address.starts_with(0xE, 4) if address.family == 4 else address.starts_with(0xFF, 8)


def _is_link_local_multicast(address: Address) -> bool:
    if address.family == 4:
        return address.starts_with(0xE00000, 24)
    return address.starts_with(0xFF, 8) and address.bits >> 112 & 0xF == 2


def _is_link_local_unicast(address: Address) -> bool:
    return address.starts_with(0xA9FE, 16) if address.family == 4 else address.starts_with(0xFE80 >> 6, 10)


def _is_global_unicast(address: Address) -> bool:
    is_broadcast = address.family == 4 and address.bits == 0xFFFFFFFF
    return not (
        address.bits == 0
        or is_broadcast
        or _is_loopback(address)
        or _is_multicast(address)
        or _is_link_local_unicast(address)
    )


FUNCTIONS: dict[str, list[Overload]] = {
    "ip": [Overload("string_to_ip", (STRING,), IP, to_address)],
    "family": [member("ip_family", (IP,), INT, lambda address: address.family)],
    "ip.isCanonical": [Overload("ip_is_canonical", (STRING,), BOOL, lambda text: str(to_address(text)) == text)],
    "isUnspecified": [member("ip_is_unspecified", (IP,), BOOL, lambda address: address.bits == 0)],
    "isLoopback": [member("ip_is_loopback", (IP,), BOOL, _is_loopback)],
    "isLinkLocalMulticast": [member("ip_is_link_local_multicast", (IP,), BOOL, _is_link_local_multicast)],
    "isLinkLocalUnicast": [member("ip_is_link_local_unicast", (IP,), BOOL, _is_link_local_unicast)],
    "isGlobalUnicast": [member("ip_is_global_unicast", (IP,), BOOL, _is_global_unicast)],
    "isIP": [Overload("is_ip", (STRING,), BOOL, _is_ip)],
    "string": [Overload("ip_to_string", (IP,), STRING, str)],
}

TYPE_NAMES: dict[str, Type] = {IP.name: types.type_of_type(IP)}
