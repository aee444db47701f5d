"""Load balancers cost money: somebody pays for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kubelint import Finding, Service, Severity, finding, rule


@dataclass(frozen=True)
class CostCentreOptions:
    """The options of the rule; in the configuration: `rules: {cost-centre: {annotation: …}}`."""

    annotation: str = "shop.example.com/cost-centre"
    """The annotation that names who pays."""


@rule(severity=Severity.WARNING)
def cost_centre(service: Service, options: CostCentreOptions) -> Iterator[Finding]:
    """A load balancer names no cost centre."""
    if service.type != "LoadBalancer" or service.type_node is None or options.annotation in service.annotations:
        return
    message = f"nobody is named who pays for this load balancer: there is no annotation `{options.annotation}`"
    yield finding(service.type_node, message, help=f"annotate the Service with `{options.annotation}`")
