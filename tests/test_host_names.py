"""What host names mean by themselves: the spellings of an address, and the names of this machine."""

from __future__ import annotations

import pytest

from kubelint.facts.host_names import (
    address_of,
    embedded_address_of,
    host_of,
    is_loopback_address,
    is_loopback_name,
)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("10.20.0.14", "10.20.0.14"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("127.1", "127.0.0.1"),
        ("127.0.1", "127.0.0.1"),
        ("10.258", "10.0.1.2"),
        ("10.20.258", "10.20.1.2"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.0.0.0x1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("08.8.8.8", "8.8.8.8"),
        ("16777216", "1.0.0.0"),
        ("::1", "::1"),
        ("2001:DB8::0", "2001:db8::"),
        ("::ffff:10.20.0.14", "10.20.0.14"),
        ("::ffff:7f00:1", "127.0.0.1"),
    ],
)
def test_an_address_in_any_spelling(host: str, address: str) -> None:
    assert address_of(host) == address


@pytest.mark.parametrize(
    "host",
    [
        *("", ".", "example.com", "10.20.0.14.example.com", "256.0.0.1", "1.2.3.256", "1.2.3.4.5", "0.0.0.0.0"),
        *("1..2", "4711", "16777215", "0x", "0xfg", "0x1ffffffff", "4294967296", "10.16777216", "10.20.65536"),
        *("-1", "+1", "1_0", "\u0661.0.0.1", "1" * 5000, "0x" + "f" * 5000, "::g", "a:b"),
    ],
)
def test_what_is_no_address(host: str) -> None:
    assert address_of(host) is None


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("10.20.0.14.nip.io", "10.20.0.14"),
        ("10-20-0-14.nip.io", "10.20.0.14"),
        ("app.10.20.0.14.nip.io", "10.20.0.14"),
        ("app-10-20-0-14.sslip.io", "10.20.0.14"),
        ("10.20-0-14.nip.io", None),
        ("1.2.3.256.nip.io", None),
        ("nip.io", None),
        ("app.nip.io", None),
        ("10.20.0.14.example.com", None),
        ("10.20.0.14", None),
    ],
)
def test_a_name_that_holds_its_address(host: str, address: str | None) -> None:
    assert embedded_address_of(host) == address


def test_names_of_this_machine() -> None:
    assert all(map(is_loopback_name, ("localhost", "a.localhost", "localhost.localdomain", "lvh.me", "a.localtest.me")))
    assert not any(map(is_loopback_name, ("localhost.example.com", "mylocalhost", "notlvh.me", "localdomain", "")))


def test_addresses_of_this_machine() -> None:
    assert all(map(is_loopback_address, ("127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::")))
    assert not any(map(is_loopback_address, ("128.0.0.1", "12.7.0.1", "0.0.0.1", "::2", "")))


def test_a_host_as_name_servers_compare_it() -> None:
    assert host_of("Shop.Example.COM.") == "shop.example.com"
    assert host_of("shop.example.com") == "shop.example.com"
