"""Addresses of an IP family that the Service may not have."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Node, Service, Severity, finding, rule
from kubelint.exposure.addresses import family_of, listed, network_of
from kubelint.resources import text_of

_FIELDS = ("externalIPs", "loadBalancerSourceRanges", "loadBalancerIP")
"""The fields of which a Service uses the addresses of its own families, and no others."""


@rule(severity=Severity.NOTE)
def ip_family_assumption(service: Service, cluster: Cluster) -> Iterator[Finding]:
    """A Service counts on an IP family that it does not ask for."""
    if service.type == "ExternalName" or service.is_headless:
        return
    if text_of(service.get("spec", "ipFamilyPolicy")) not in (None, "SingleStack"):
        return
    given = [(field, node) for field in _FIELDS if (node := service.get("spec", field)) is not None]
    if not given:
        return
    place, family = _family_said(service, cluster)
    for field, node in given:
        families = _families(node)
        if len(families) != 1:
            continue
        (asked,) = families
        if family is not None and asked != family:
            yield finding(
                node,
                f"all of {field} is {asked}, and the Service has {family} only: none of it is used",
                help=f"write `ipFamilyPolicy: PreferDualStack`, `ipFamilies: [{asked}]`, or addresses of {family}",
                related=[(place, f"this makes it {family}")] if place is not None else [],
            )
        elif family is None and asked == "IPv6":
            yield finding(
                node,
                f"all of {field} is IPv6, and the Service has whichever family the cluster gives out first",
                help="write `ipFamilies: [IPv6]`, or say in the configuration which families the cluster has",
            )


def _family_said(service: Service, cluster: Cluster) -> tuple[Node | None, str | None]:
    """The only family of a single-stack Service, and where it is written: by itself, by its address, or nowhere."""
    written = service.get("spec", "ipFamilies", 0)
    if text_of(written):
        return written, text_of(written)
    address = service.get("spec", "clusterIP") or service.get("spec", "clusterIPs", 0)
    network = network_of(text_of(address) or "")
    if network is not None:
        return address, family_of(network)
    return None, cluster.ip_families[0] if cluster.ip_families else None


def _families(node: Node) -> set[str]:
    """The families of the addresses or networks of a field; none for one that holds no address."""
    texts = [text for _, text in listed(node)] or [text_of(node) or ""]
    return {family_of(network) for text in texts if (network := network_of(text)) is not None}
