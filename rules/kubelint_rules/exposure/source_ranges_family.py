"""Source ranges of one IP family for a load balancer that has two."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Exposure, Finding, Service, Severity, finding, rule
from kubelint.exposure import Restriction
from kubelint.exposure.addresses import FAMILIES, family_of
from kubelint.exposure.load_balancer import controllers_of
from kubelint.exposure.source_ranges import RangeList, families_of, ranges_read
from kubelint.facts.providers import Provider, providers
from kubelint.node import Node
from kubelint.resources import text_of

_ADDRESS_TYPE = "service.beta.kubernetes.io/aws-load-balancer-ip-address-type"
_AWS = ("aws-ccm", "aws-lbc")
_BOTH = "asks for both families"


@rule(severity=Severity.WARNING)
def source_ranges_family(service: Service, exposure: Exposure, cluster: Cluster) -> Iterator[Finding]:
    """A dual-stack load balancer has source ranges of one IP family only."""
    balancer = exposure.load_balancer
    if balancer is None or balancer.restriction is not Restriction.RANGES or service.type != "LoadBalancer":
        return
    controllers = controllers_of(service, cluster.provider)
    read = ranges_read(service, providers().get(balancer.provider or ""))
    families = {family_of(network) for found in read for network in found.networks}
    if any(controller.id in _AWS for controller in controllers):
        yield from _on_aws(service, controllers, read, families)
    elif len(families) == 1 and all(controller.follows_families for controller in controllers):
        yield from _elsewhere(service, cluster, controllers, read[0])


def _on_aws(
    service: Service, controllers: tuple[Provider, ...], read: tuple[RangeList, ...], families: set[str]
) -> Iterator[Finding]:
    """The AWS Load Balancer Controller asks an annotation for the families, and not the Service.

    It opens its security group to the ranges that are written and to nothing else, and refuses IPv6 ranges without
    dual stack (pkg/service/model_build_managed_sg.go: buildCIDRsFromSourceRanges).
    """
    asked = service.annotations.get(_ADDRESS_TYPE)
    kind = text_of(asked) or "ipv4"
    if kind == "dualstack" and asked is not None and len(families) == 1:
        yield finding(
            read[0].place,
            f"the source ranges are {families.pop()} networks, and over {_other(read[0])} nobody can connect",
            help=f"add the clients' {_other(read[0])} networks, or take `dualstack` out",
            related=[(asked, _BOTH)],
        )
    elif kind == "ipv4" and "IPv6" in families and [controller.id for controller in controllers] == ["aws-lbc"]:
        entry = next(
            entry
            for found in read
            for entry in found.ranges
            if entry.network is not None and family_of(entry.network) == "IPv6"
        )
        yield finding(
            entry.place,
            f"{controllers[0].name} makes no load balancer with an IPv6 range unless it is to be dual-stack",
            help=f"set `{_ADDRESS_TYPE}: dualstack`, or take the IPv6 ranges out",
        )


def _elsewhere(
    service: Service, cluster: Cluster, controllers: tuple[Provider, ...], written: RangeList
) -> Iterator[Finding]:
    policy = service.get("spec", "ipFamilyPolicy")
    is_sure = families_of(service, cluster.ip_families) == FAMILIES
    if not is_sure and (text_of(policy) != "PreferDualStack" or cluster.ip_families):
        return
    asking: Node | None = policy or service.get("spec", "ipFamilies")
    other = _other(written)
    opener = controllers[0].other_family_opened_by if len(controllers) == 1 else None
    consequence = f"{opener} lets every {other} client in" if opener else f"the Service gets {other}, too"
    where = "" if is_sure else "where the cluster is dual-stack, "
    yield finding(
        written.place,
        f"no source range is of {other}, and {where}{consequence}",
        help=f"add the clients' {other} networks, or let the Service have one family only",
        related=[(asking, _BOTH)] if asking is not None else [],
    )


def _other(written: RangeList) -> str:
    own = family_of(written.networks[0])
    return next(family for family in FAMILIES if family != own)
