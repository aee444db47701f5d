"""More public load balancers in one application than it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kubelint import Cluster, Exposure, Finding, Level, Service, Severity, Workspace, finding, rule
from kubelint.exposure import exposure_of


@dataclass(frozen=True)
class Limit:
    """How many load balancers an application may have."""

    max: int = 3
    """The number of public load balancers in one application that is accepted."""


@rule(severity=Severity.NOTE, default=False)
def load_balancer_sprawl(
    service: Service, exposure: Exposure, workspace: Workspace, cluster: Cluster, options: Limit
) -> Iterator[Finding]:
    """An application has more public load balancers than one Ingress would need."""
    if service.type_node is None or not _is_replaceable(service, exposure):
        return
    application = workspace.application_of(service)
    alike = [
        other
        for other in workspace.services
        if application.holds(other.path) and _is_replaceable(other, exposure_of(other, cluster))
    ]
    if len(alike) <= options.max or not _is_same(alike[options.max], service):
        return
    yield finding(
        service.type_node,
        f"the application has {len(alike)} public load balancers, each with an address and a bill of its own",
        help="let one Ingress or Gateway lead to these Services, and make them `type: ClusterIP`",
        related=[(other.name_place, "another one") for other in alike if not _is_same(other, service)],
    )


def _is_replaceable(service: Service, exposure: Exposure) -> bool:
    """Whether a Service has a public load balancer that an Ingress or a Gateway could stand for: over TCP alone."""
    balancer = exposure.load_balancer
    if service.type != "LoadBalancer" or balancer is None or balancer.level is not Level.INTERNET:
        return False
    return all(port.protocol == "TCP" for port in service.ports)


def _is_same(one: Service, other: Service) -> bool:
    """Whether two views are of one and the same object."""
    return one.path == other.path and one.span.start == other.span.start
