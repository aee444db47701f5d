"""Source ranges in the field and in an annotation that do not agree."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kubelint import Cluster, Exposure, Finding, Service, Severity, finding, rule
from kubelint.exposure.addresses import FAMILIES, family_of, holds
from kubelint.exposure.load_balancer import controllers_of
from kubelint.exposure.source_ranges import (
    SOURCE_RANGES_FIELD,
    RangeList,
    ranges_in_annotation,
    ranges_in_field,
    treatment_of,
)
from kubelint.facts.providers import Provider

if TYPE_CHECKING:
    from kubelint.exposure.addresses import Network


@rule(severity=Severity.WARNING)
def source_ranges_conflict(service: Service, exposure: Exposure, cluster: Cluster) -> Iterator[Finding]:
    """Field and annotation give a Service different source ranges."""
    field = ranges_in_field(service)
    if field is None or exposure.load_balancer is None or service.type != "LoadBalancer":
        return
    controllers = controllers_of(service, cluster.provider)
    refused = _refused(service, controllers)
    if refused is not None:
        yield finding(
            refused.place,
            f"{controllers[0].name} makes no load balancer with this annotation beside `loadBalancerSourceRanges`",
            help="keep one of the two, the field if there is no reason for the other",
            related=[(field.place, "the other list")],
        )
        return
    annotation = ranges_in_annotation(service)
    if annotation is None or not annotation.is_known or not field.is_known:
        return
    if controllers and all(treatment_of(service, controller) == "ignored" for controller in controllers):
        # Neither counts, which source-ranges-not-enforced says.
        return
    if field.networks != annotation.networks:
        yield finding(
            annotation.place,
            f"`loadBalancerSourceRanges` wins over this annotation, {_consequence(field, annotation)}",
            help="take the annotation out, and list all client networks in the field",
            related=[(field.place, "the list that counts")],
        )


def _refused(service: Service, controllers: Sequence[Provider]) -> RangeList | None:
    """The annotation that the only possible controller refuses beside the field."""
    if len(controllers) != 1:
        return None
    refused = (
        key for together in controllers[0].refused_together if SOURCE_RANGES_FIELD in together for key in together
    )
    return next((found for key in refused if (found := ranges_in_annotation(service, key)) is not None), None)


def _consequence(field: RangeList, annotation: RangeList) -> str:
    lost = _first_outside(annotation.networks, field)
    if lost is not None:
        return f"so `{lost}` is not let in"
    return f"so `{_first_outside(field.networks, annotation)}` is let in, too"


def _first_outside(networks: Sequence[Network], others: RangeList) -> Network | None:
    """The first of these networks that the other list does not wholly hold."""
    for family in FAMILIES:
        # Such lists have no overlaps: only the last one that begins before a network can hold it.
        holding = [other for other in others.networks if family_of(other) == family]
        starts = [int(other[0]) for other in holding]
        for one in networks:
            if family_of(one) == family:
                place = bisect_right(starts, int(one[0]))
                if place == 0 or not holds(holding[place - 1], one):
                    return one
    return None
