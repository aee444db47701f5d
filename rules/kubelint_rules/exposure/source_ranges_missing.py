"""A public load balancer that lets everyone connect."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Level, Service, Severity, finding, rule
from kubelint.exposure import Confidence, Restriction
from kubelint.facts.providers import providers
from kubelint.resources import items_of, text_of


@rule(severity=Severity.WARNING)
def source_ranges_missing(service: Service, exposure: Exposure) -> Iterator[Finding]:
    """A public load balancer does not say from which addresses one may connect."""
    balancer = exposure.load_balancer
    if balancer is None or service.type_node is None:
        return
    if balancer.level is not Level.INTERNET or balancer.restriction is not Restriction.NONE:
        return
    provider = providers().get(balancer.provider or "")
    if provider is not None and provider.source_ranges == "ignored":
        # Ranges would be a false comfort there; the provider has firewalls of its own.
        return

    ranges = items_of(service.get("spec", "loadBalancerSourceRanges"))
    everything = next((node for node in ranges if (text_of(node) or "").endswith("/0")), None)
    if everything is not None:
        yield finding(
            everything,
            "the source ranges let anyone on the internet connect",
            help="list the client networks alone, or make the load balancer internal",
        )
        return
    message = "anyone on the internet can connect to this load balancer"
    if balancer.confidence is Confidence.ASSUMED:
        message += "; that it is public is assumed, since nothing says otherwise"
    yield finding(
        service.type_node,
        message,
        help="list the client networks in `loadBalancerSourceRanges`, or make the load balancer internal",
    )
