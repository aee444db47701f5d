"""A public load balancer whose source ranges keep hardly anyone out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kubelint import Cluster, Exposure, Finding, Level, Service, Severity, finding, rule
from kubelint.exposure import Confidence, Restriction
from kubelint.exposure.addresses import family_of, holds, is_public, union_of
from kubelint.exposure.source_ranges import SourceRange, families_of, ranges_read, treatment_of
from kubelint.facts.providers import providers

if TYPE_CHECKING:
    from kubelint.exposure.addresses import Network


@dataclass(frozen=True)
class Widths:
    """How wide a public network may be among the source ranges."""

    widest_ipv4: int = 8
    """The prefix length of the widest IPv4 network that is accepted."""
    widest_ipv6: int = 16
    """The prefix length of the widest IPv6 network that is accepted."""

    def widest(self, network: Network) -> int:
        """The prefix length of the widest network of the same family that is accepted."""
        return self.widest_ipv4 if network.version == 4 else self.widest_ipv6


@rule(severity=Severity.WARNING)
def source_ranges_open(service: Service, exposure: Exposure, cluster: Cluster, options: Widths) -> Iterator[Finding]:
    """The source ranges of a public load balancer hold much of the internet, or all."""
    balancer = exposure.load_balancer
    if balancer is None or service.type != "LoadBalancer" or balancer.level is not Level.INTERNET:
        return
    controller = providers().get(balancer.provider or "")
    is_ignored = controller is not None and treatment_of(service, controller) == "ignored"
    if is_ignored or balancer.restriction not in (Restriction.NONE, Restriction.RANGES):
        return

    ranges = [entry for found in ranges_read(service, controller) for entry in found.ranges]
    families = families_of(service, cluster.ip_families)
    too_wide = [
        network
        for network in union_of(entry.text for entry in ranges)
        if network.prefixlen < options.widest(network) and is_public(network)
        # Over a family that the Service does not have, nobody connects.
        if not families or family_of(network) in families
    ]
    if too_wide:
        widest = min(too_wide, key=lambda network: network.prefixlen)
        yield _opened(widest, ranges, options, is_assumed=balancer.confidence is Confidence.ASSUMED)


def _opened(network: Network, ranges: Sequence[SourceRange], options: Widths, *, is_assumed: bool) -> Finding:
    """The finding at the widest of those source ranges that make up this network."""
    parts = [(own, entry) for entry in ranges if (own := entry.network) is not None and holds(network, own)]
    own, first = min(parts, key=lambda part: part[0].prefixlen)
    is_alone = own == network
    others = [] if is_alone else [entry for _, entry in parts if entry.place is not first.place]
    if is_alone:
        message = f"`{first.text.strip()}` lets "
    elif network.prefixlen == 0:
        message = f"together, the source ranges hold every {family_of(network)} address and let "
    else:
        message = f"the source ranges add up to `{network}` and let "
    if network.prefixlen:
        message += "a large part of the internet connect"
    else:
        message += f"anyone on the {'IPv6 ' if network.version == 6 else ''}internet connect"
    if is_assumed:
        message += "; that the load balancer is public is assumed"
    widest = options.widest(network)
    return finding(
        first.place,
        message,
        help=f"list the client networks alone, none of them wider than a /{widest}, or make the load balancer internal",
        related=[(entry.place, "adds to it") for entry in others],
    )
