"""A public load balancer that lets everyone connect."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Exposure, Finding, Level, Service, Severity, finding, rule
from kubelint.exposure import Confidence, Restriction
from kubelint.exposure.source_ranges import ranges_read, treatment_of
from kubelint.facts.providers import providers


@rule(severity=Severity.WARNING)
def source_ranges_missing(service: Service, exposure: Exposure) -> Iterator[Finding]:
    """A public load balancer does not say from which addresses one may connect."""
    balancer = exposure.load_balancer
    if balancer is None or service.type_node is None:
        return
    if balancer.level is not Level.INTERNET or balancer.restriction is not Restriction.NONE:
        return
    controller = providers().get(balancer.provider or "")
    if controller is not None and treatment_of(service, controller) == "ignored":
        # Ranges would be a false comfort there; the provider has firewalls of its own.
        return
    if ranges_read(service, controller):
        # There are some, and that they hold everything is the business of source-ranges-open.
        return

    message = "anyone on the internet can connect to this load balancer"
    if balancer.confidence is Confidence.ASSUMED:
        message += "; that it is public is assumed, since nothing says otherwise"
    # On any other type, which a controller may serve as well, the API server refuses source ranges.
    listing = "list the client networks in `loadBalancerSourceRanges`, or " if service.type == "LoadBalancer" else ""
    known = "" if controller is not None else "; name the `provider` in the configuration, for some ignore the field"
    yield finding(service.type_node, message, help=f"{listing}make the load balancer internal{known}")
