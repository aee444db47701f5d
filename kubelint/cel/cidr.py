"""Ranges of IP addresses: `cidr('10.0.0.0/8').containsIP('10.1.2.3')`.

Facts: k8s.io/apiserver 0.36, pkg/cel/library/cidr.go, pkg/cel/cidr.go; Go 1.26, netip.ParsePrefix.
"""

from __future__ import annotations

import re

from kubelint.cel import types
from kubelint.cel.errors import EvaluationError, no_such_overload
from kubelint.cel.functions import Overload, member
from kubelint.cel.ip import Address, BadAddress, parse_address, to_address
from kubelint.cel.spelling import quote
from kubelint.cel.types import BOOL, CIDR, INT, IP, STRING, Type
from kubelint.cel.values import Opaque

_PARSE_ERROR = "network address parse error during conversion from string: "


class Range(Opaque):
    """A range in CIDR notation: an address, whose bits behind the prefix need not be zero, and the prefix's length."""

    __slots__ = ("address", "length")
    TYPE = CIDR

    def __init__(self, address: Address, length: int) -> None:
        self.address, self.length = address, length

    def is_same(self, other: Opaque) -> bool:
        """Whether both are written with one address and one length."""
        assert isinstance(other, Range)
        return self.length == other.length and self.address.is_same(other.address)

    def __str__(self) -> str:
        """The range in CIDR notation."""
        return f"{self.address}/{self.length}"

    @property
    def prefix(self) -> int:
        """The bits of the prefix as a number."""
        return self.address.bits >> (self.address.length - self.length)


def _parse(text: str) -> Range:
    address, slash, length = text.rpartition("/")
    if not slash:
        raise _bad_prefix(text, "no '/'")
    try:
        parsed = parse_address(address)
    except BadAddress as bad:
        raise _bad_prefix(text, str(bad)) from None
    if parsed.zone:
        raise _bad_prefix(text, "IPv6 zones cannot be present in a prefix")
    if not re.fullmatch(r"[0-9]|[1-9][0-9]{1,17}", length):
        raise _bad_prefix(text, f"bad bits after slash: {quote(length)}")
    if int(length) > parsed.length:
        raise _bad_prefix(text, "prefix length out of range")
    if parsed.is_mapped:
        raise EvaluationError(f"{_PARSE_ERROR}IPv4-mapped IPv6 address {quote(text)} is not allowed")
    return Range(parsed, int(length))


def _bad_prefix(text: str, message: str) -> EvaluationError:
    # The server says it twice.
    return EvaluationError(f"{_PARSE_ERROR}{_PARSE_ERROR}netip.ParsePrefix({quote(text)}): {message}")


def _is_cidr(text: str) -> bool:
    try:
        _parse(text)
    except EvaluationError:
        return False
    return True


def _contains_ip(of: Range, address: Address) -> bool:
    return of.address.family == address.family and address.starts_with(of.prefix, of.length)


def _contains_address(of: Range, text: str) -> bool:
    try:
        address = to_address(text)
    except EvaluationError:
        # The server forgets what is wrong with the address.
        raise no_such_overload() from None
    return _contains_ip(of, address)


def _contains_cidr(of: Range, other: Range) -> bool:
    return of.length <= other.length and _contains_ip(of, other.address)


def _masked(of: Range) -> Range:
    behind = of.address.length - of.length
    return Range(Address(of.address.family, of.address.bits >> behind << behind), of.length)


FUNCTIONS: dict[str, list[Overload]] = {
    "cidr": [Overload("string_to_cidr", (STRING,), CIDR, _parse)],
    "containsIP": [
        member("cidr_contains_ip_string", (CIDR, STRING), BOOL, _contains_address),
        member("cidr_contains_ip_ip", (CIDR, IP), BOOL, _contains_ip),
    ],
    "containsCIDR": [
        member("cidr_contains_cidr_string", (CIDR, STRING), BOOL, lambda of, text: _contains_cidr(of, _parse(text))),
        member("cidr_contains_cidr", (CIDR, CIDR), BOOL, _contains_cidr),
    ],
    "ip": [member("cidr_ip", (CIDR,), IP, lambda of: of.address)],
    "prefixLength": [member("cidr_prefix_length", (CIDR,), INT, lambda of: of.length)],
    "masked": [member("cidr_masked", (CIDR,), CIDR, _masked)],
    "isCIDR": [Overload("is_cidr", (STRING,), BOOL, _is_cidr)],
    "string": [Overload("cidr_to_string", (CIDR,), STRING, str)],
}

TYPE_NAMES: dict[str, Type] = {CIDR.name: types.type_of_type(CIDR)}
