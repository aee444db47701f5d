"""The zones in which anyone gets a free name: every one is found, and nothing beside it."""

from __future__ import annotations

import pytest

from kubelint.facts import claimable_zones
from kubelint.facts.claimable_zones import claimable_at

PATTERNS = [(giver, name) for giver, names in claimable_zones._ZONES.items() for name in names]


@pytest.mark.parametrize(("giver", "name"), PATTERNS)
def test_every_pattern_fits_its_names_and_no_others(giver: str, name: str) -> None:
    host = name.replace("**", "shop").replace("*", "part")
    assert claimable_at(host) == giver
    assert claimable_at(name.rpartition("*.")[2]) is None
    assert claimable_at(f"{host}.example.com") is None
    assert claimable_at(host.replace(".", "-")) is None
    # Only the names of buckets have dots; Beanstalk's region is a label that may be there.
    has_more = name.startswith("**") or f"*.{name}" in (other for _, other in PATTERNS)
    assert claimable_at(f"one.{host}") == (giver if has_more else None)


@pytest.mark.parametrize(
    "host",
    [
        *("s3.amazonaws.com", "s3.eu-west-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com", "d1.cloudfront.net"),
        *("vpce-1.s3.eu-west-1.vpce.amazonaws.com", "shop.s3-accesspoint.eu-west-1.amazonaws.com"),
        *("orders.c9ak.eu-west-1.rds.amazonaws.com", "shop-1.eu-west-1.elb.amazonaws.com"),
        *("shop-0123456789ab.herokuapp.com", "shop-ds27dh.westus-01.azurewebsites.net", "", "example.com"),
    ],
)
def test_what_cannot_be_claimed(host: str) -> None:
    assert claimable_at(host) is None
