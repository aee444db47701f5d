"""The source ranges of a Service: where they are written, which of them a controller reads, what they amount to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from kubelint.exposure.addresses import FAMILIES, listed, narrowed_by, network_of, union_of
from kubelint.exposure.annotations import first_said
from kubelint.exposure.model import Restriction
from kubelint.facts.providers import Provider
from kubelint.node import Node
from kubelint.resources import Service, text_of

if TYPE_CHECKING:
    from kubelint.exposure.addresses import Network

SOURCE_RANGES_FIELD = "spec.loadBalancerSourceRanges"
SOURCE_RANGES_ANNOTATION = "service.beta.kubernetes.io/load-balancer-source-ranges"


class SourceRange(NamedTuple):
    """One source range: its text, and the node that holds it (an item of the field, or an annotation)."""

    text: str
    place: Node

    @property
    def network(self) -> Network | None:
        """What it holds; None for a text that is no CIDR, such as a placeholder."""
        return network_of(self.text)


class RangeList(NamedTuple):
    """The ranges that stand in one place: in the field or in an annotation. At least one.

    `key` is `spec.loadBalancerSourceRanges` or the annotation's key, `place` the list or the annotation's value.
    """

    key: str
    place: Node
    ranges: tuple[SourceRange, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The ranges as they are written."""
        return tuple(entry.text for entry in self.ranges)

    @property
    def is_known(self) -> bool:
        """Whether each of them can be read: none is a placeholder, none is no CIDR."""
        return all(entry.network is not None for entry in self.ranges)

    @property
    def networks(self) -> tuple[Network, ...]:
        """The fewest networks that hold the same addresses."""
        return union_of(self.texts)

    @property
    def restriction(self) -> Restriction:
        """What it narrows where it is enforced."""
        return narrowed_by(self.texts)


def ranges_in_field(service: Service) -> RangeList | None:
    """What stands in spec.loadBalancerSourceRanges; None for nothing."""
    place = service.get("spec", "loadBalancerSourceRanges")
    ranges = tuple(SourceRange(text, node) for node, text in listed(place))
    return RangeList(SOURCE_RANGES_FIELD, place, ranges) if place is not None and ranges else None


def ranges_in_annotation(service: Service, key: str = SOURCE_RANGES_ANNOTATION) -> RangeList | None:
    """What stands between the commas of an annotation; None for nothing."""
    place = service.annotations.get(key)
    parts = (text_of(place) or "").split(",")
    ranges = tuple(SourceRange(part, place) for part in parts if place is not None and part.strip())
    return RangeList(key, place, ranges) if place is not None and ranges else None


def ranges_written(service: Service) -> Iterator[RangeList]:
    """The lists that are written for whoever reads them: that of the field, then that of the annotation."""
    for found in (ranges_in_field(service), ranges_in_annotation(service)):
        if found is not None:
            yield found


def ranges_read(service: Service, controller: Provider | None) -> tuple[RangeList, ...]:
    """The lists that a controller adds up: the field's alone, else those of the annotations that it reads.

    Without a known controller, the annotation counts that most of them read. Whether the controller enforces what it
    reads is another question: `treatment_of`.
    """
    field = ranges_in_field(service)
    if field is not None:
        return (field,)
    keys = controller.range_keys if controller else (SOURCE_RANGES_ANNOTATION,)
    return tuple(found for key in keys if (found := ranges_in_annotation(service, key)) is not None)


def treatment_of(service: Service, controller: Provider) -> str:
    """What a controller does with the ranges of a Service: `enforced`, `ignored`, or `depends` on the cluster."""
    return controller.treatment_of_ranges(text_of(service.get("spec", "loadBalancerClass")))


def restriction_by(service: Service, controller: Provider | None) -> Restriction:
    """What narrows who can connect through the load balancer; without a known controller, as most of them do it."""
    if controller and (said := first_said(service, controller.opaque_keys)):
        return Restriction.NOT_ENFORCED if said.outcome == "not-enforced" else Restriction.OPAQUE

    read = ranges_read(service, controller)
    narrowed = narrowed_by(text for found in read or ranges_written(service) for text in found.texts)
    treatment = treatment_of(service, controller) if controller else "enforced"
    if read and treatment == "enforced" and narrowed is not Restriction.NONE:
        return narrowed
    if controller and first_said(service, controller.restricting_keys):
        return Restriction.OPAQUE
    if narrowed is Restriction.NONE:
        return Restriction.NONE
    return Restriction.OPAQUE if read and treatment == "depends" else Restriction.NOT_ENFORCED


def families_of(service: Service, configured: Iterable[str] = ()) -> tuple[str, ...]:
    """The IP families (`IPv4`, `IPv6`) that a Service gets for sure; empty where manifest and cluster do not tell.

    `configured` are the families of the cluster, empty where nobody said. A Service that says nothing gets the
    cluster's first one; PreferDualStack gets both only where the cluster has both (Kubernetes: dual-stack networking).
    """
    cluster = tuple(configured)
    asked = tuple(text for _, text in listed(service.get("spec", "ipFamilies")) if text in FAMILIES)
    policy = text_of(service.get("spec", "ipFamilyPolicy"))
    if policy == "RequireDualStack":
        return FAMILIES
    if policy == "PreferDualStack":
        return tuple(sorted(asked if len(asked) == len(FAMILIES) else cluster))
    return (asked or cluster)[:1] if policy in (None, "SingleStack") else ()
