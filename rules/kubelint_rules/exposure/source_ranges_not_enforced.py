"""Source ranges that keep nobody out, because whoever serves the load balancer does not enforce them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubelint import Cluster, Exposure, Finding, Level, Service, Severity, finding, rule
from kubelint.exposure import Restriction
from kubelint.exposure.annotations import first_said
from kubelint.exposure.load_balancer import controllers_of
from kubelint.exposure.source_ranges import (
    SOURCE_RANGES_ANNOTATION,
    RangeList,
    ranges_written,
    restriction_by,
    treatment_of,
)
from kubelint.facts.providers import Provider


@rule(severity=Severity.ERROR)
def source_ranges_not_enforced(service: Service, exposure: Exposure, cluster: Cluster) -> Iterator[Finding]:
    """Nobody enforces the source ranges of a load balancer."""
    written = next((found for found in ranges_written(service) if found.restriction is Restriction.RANGES), None)
    balancer = exposure.load_balancer
    if written is None or balancer is None or service.type != "LoadBalancer":
        return
    controllers = controllers_of(service, cluster.provider)
    if not controllers or not all(_is_without_effect(service, controller) for controller in controllers):
        return
    inverting = first_said(service, controllers[0].opaque_keys)
    if inverting is not None and inverting.evidence.place is not None:
        yield finding(
            written.place,
            f"{inverting.evidence.words}: these networks are kept out, and all others are let in",
            help="take the policy out if these are the networks that may connect",
            related=[(inverting.evidence.place, "turns the list round")],
            severity=Severity.NOTE,
        )
        return
    yield finding(
        written.place,
        _message(written, controllers, exposure),
        help=_help(service, controllers[0]),
        severity=Severity.ERROR if balancer.level is Level.INTERNET else Severity.WARNING,
    )


def _is_without_effect(service: Service, controller: Provider) -> bool:
    """Whether a controller is known not to enforce the ranges. What `depends` on the cluster, or is not documented, is
    not known."""
    is_known = treatment_of(service, controller) != "depends"
    return is_known and restriction_by(service, controller) is Restriction.NOT_ENFORCED


def _message(written: RangeList, controllers: Sequence[Provider], exposure: Exposure) -> str:
    names = " and ".join(controller.name for controller in controllers)
    verb = "ignores" if len(controllers) == 1 else "ignore"
    is_annotation = written.key == SOURCE_RANGES_ANNOTATION
    what = "this annotation, which keeps" if is_annotation else "these source ranges, which keep"
    where = "the load balancer" + (" or the node ports" if exposure.opens_node_ports else "")
    return f"{names} {verb} {what} nobody away from {where}"


def _help(service: Service, controller: Provider) -> str:
    if treatment_of(service, controller) == "enforced":
        return f"list the networks in `spec.loadBalancerSourceRanges`, which {controller.name} reads"
    keys = [annotation.key for annotation in controller.restricting_keys or controller.opaque_keys]
    if keys:
        return f"{controller.name} takes such rules from {' or '.join(f'`{key}`' for key in keys)}"
    return "take the list out, and check the client's address behind the load balancer or in a firewall before it"
