"""The table of metadata services: canonical addresses, names in the form in which they are looked up."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from kubelint.facts import metadata_services
from kubelint.facts.host_names import host_of
from kubelint.facts.metadata_services import metadata_service_at, metadata_service_named


@pytest.mark.parametrize("address", metadata_services._ADDRESSES)
def test_an_address_is_written_as_it_is_looked_up(address: str) -> None:
    assert str(ip_address(address)) == address
    assert (metadata_service_at(address) or "").startswith("the ")


@pytest.mark.parametrize("name", metadata_services._NAMES)
def test_a_name_is_written_as_it_is_looked_up(name: str) -> None:
    assert host_of(name) == name
    assert (metadata_service_named(name) or "").startswith("the ")


def test_the_name_of_ec2_in_each_region() -> None:
    assert metadata_service_named("instance-data.eu-west-1.compute.internal") == "the metadata service of AWS"
    assert metadata_service_named("instance-data.example.com") is None
    assert metadata_service_named("ip-10-20-0-14.eu-west-1.compute.internal") is None


def test_everything_else_is_none() -> None:
    assert metadata_service_at("169.254.169.253") is None
    assert metadata_service_at("") is None
    assert metadata_service_named("metadata.example.com") is None
