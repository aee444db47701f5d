"""A public load balancer that lets private addresses in alone."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Level, Service, Severity, finding, rule
from kubelint.exposure import Confidence, Restriction
from kubelint.exposure.addresses import is_private
from kubelint.exposure.source_ranges import ranges_read
from kubelint.facts.providers import providers


@rule(severity=Severity.NOTE)
def source_ranges_private_only(service: Service, exposure: Exposure) -> Iterator[Finding]:
    """The source ranges of a public load balancer hold private networks only."""
    balancer = exposure.load_balancer
    if (
        balancer is None
        or service.type != "LoadBalancer"
        or balancer.level is not Level.INTERNET
        or balancer.restriction is not Restriction.RANGES
    ):
        return
    controller = providers().get(balancer.provider or "")
    if controller is not None and controller.default == "address":
        # Where nodes answer for its address, clients beside them may be meant.
        return
    read = ranges_read(service, controller)
    if not read or not all(is_private(network) for found in read for network in found.networks):
        return
    message = (
        "the load balancer is public, and the source ranges are private: no packet comes from there over the internet"
    )
    if balancer.confidence is Confidence.ASSUMED:
        message += "; that it is public is assumed"
    yield finding(
        read[0].place,
        message,
        help="list the clients' public addresses, or make the load balancer internal",
        related=[(entry.place, entry.words) for entry in balancer.evidence if entry.place is not None],
    )
