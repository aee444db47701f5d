"""The addresses of a Service: cluster IPs with their families, external IPs, source ranges.

k8s.io/kubernetes, pkg/apis/core/validation: ValidateServiceClusterIPsRelatedFields and validateService;
pkg/registry/core/service/storage: initIPFamilyFields and allocClusterIPs. The same from Kubernetes 1.29 on, but for
StrictIPCIDRValidation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelint.apiserver.field import Field
from kubelint.apiserver.service_spec import NO_ADDRESS, SOURCE_RANGES, ServiceSpec, named
from kubelint.apiserver.text_fields import refuse_unsupported, shown
from kubelint.apiserver.verdict import Verdict
from kubelint.cluster import Cluster

if TYPE_CHECKING:
    from kubelint.apiserver.addresses import Address

# Most Services name no address; they are spared the import of what reads them.

_FAMILIES = ("IPv4", "IPv6")
_POLICIES = ("SingleStack", "PreferDualStack", "RequireDualStack")
_TWO_ADDRESSES_HELP = "list one address, or one of each IP family"


def allocate_addresses(spec: ServiceSpec, cluster: Cluster, strict: bool, verdict: Verdict) -> None:
    """Judge cluster IPs, IP families and their policy as the server does before it allocates addresses.

    That is not done for ExternalName. Nothing may have been refused before.
    """
    policy_field = spec.field.child("ipFamilyPolicy")
    if not spec.cluster_ips and not spec.ip_families and not policy_field.is_set:
        return
    addresses = _check_cluster_ips(spec, strict, verdict)
    _check_families(spec, addresses, verdict)
    if policy_field.is_set:
        refuse_unsupported(policy_field, "the IP family policy", _POLICIES, verdict)
    if verdict.refusals:
        return
    is_selectorless = spec.cluster_ip.text == NO_ADDRESS and not any(True for _ in spec.selector.entries())
    policy = policy_field.text or ("RequireDualStack" if is_selectorless else "SingleStack")
    if policy == "SingleStack":
        _refuse_two_families(spec, policy_field, verdict)
    if cluster.ip_families:
        _refuse_addresses_of_absent_families(spec, addresses, cluster, verdict)
    if verdict.refusals or is_selectorless:
        return
    if cluster.ip_families:
        _refuse_absent_families(spec, policy, policy_field, cluster, verdict)
    if cluster.service_cidrs and not verdict.refusals:
        _refuse_foreign_addresses(spec, addresses, cluster, verdict)


def _check_cluster_ips(spec: ServiceSpec, strict: bool, verdict: Verdict) -> list[Address]:
    """The cluster IPs, if all of them are well formed; none of a headless Service."""
    whole, items, first = spec.cluster_ips_field, spec.cluster_ips, spec.cluster_ip.text
    if first and items[0].text != first:
        message = f"clusterIPs begins with{shown(items[0].text) or ' an empty text'}, and clusterIP is{shown(first)}"
        field = Field(whole.path, None, items[0].place)
        verdict.refuse(field, "Invalid", message, "write the same address as clusterIP and first in clusterIPs")
    elif items and not first:
        help = f"write clusterIP: {items[0].text}" if items[0].text else "remove clusterIPs"
        field = Field(whole.path, None, items[0].place)
        verdict.refuse(field, "Invalid", "clusterIPs stands without clusterIP", help)
    if not items or spec.is_headless:
        return []
    from kubelint.apiserver.address_fields import checked_address

    addresses: list[Address | None] = []
    for index, item in enumerate(items):
        if index == 0 and item.text == NO_ADDRESS:
            addresses.append(None)
            message = "clusterIPs holds `None` beside other values"
            verdict.refuse(whole, "Invalid", message, "write `None` alone, or remove it")
        else:
            addresses.append(checked_address(item, verdict, strict))
    if len(items) > 2:
        message = f"there are {len(items)} cluster IPs, and at most two are allowed"
        verdict.refuse(whole, "Invalid", message, _TWO_ADDRESSES_HELP)
    sound = [address for address in addresses if address is not None]
    if len(sound) < len(addresses):
        return []
    if len(sound) > 1 and len({address.family for address in sound}) < 2:
        message = f"the cluster IPs are all {sound[0].family} addresses"
        verdict.refuse(whole, "Invalid", message, _TWO_ADDRESSES_HELP)
    return sound


def _check_families(spec: ServiceSpec, addresses: list[Address], verdict: Verdict) -> None:
    seen = set()
    for family in spec.ip_families:
        refuse_unsupported(family, "the IP family", _FAMILIES, verdict)
        if family.text in seen:
            message = f"the IP family{shown(family.text)} is listed twice"
            verdict.refuse(family, "Duplicate", message, "list each IP family once")
        seen.add(family.text)
    for item, address, family in zip(spec.cluster_ips, addresses, spec.ip_families, strict=False):
        if family.text in _FAMILIES and family.text != address.family:
            message = f"the cluster IP `{item.text}` is an {address.family} address, and its IP family is {family.text}"
            verdict.refuse(item, "Invalid", message, f"write an {family.text} address, or ipFamilies to match it")


def _refuse_two_families(spec: ServiceSpec, policy: Field, verdict: Verdict) -> None:
    for count, words, field in (
        (len(spec.cluster_ips), "two cluster IPs", spec.cluster_ips_field),
        (len(spec.ip_families), "two IP families", spec.field.child("ipFamilies")),
    ):
        if count == 2:
            # Without a policy the server takes SingleStack.
            message = f"there are {words}, and the IP family policy is SingleStack"
            place = policy if policy.is_set else Field(policy.path, None, field.place)
            verdict.refuse(place, "Invalid", message, "write ipFamilyPolicy: PreferDualStack or RequireDualStack")
            return


def _refuse_addresses_of_absent_families(
    spec: ServiceSpec, addresses: list[Address], cluster: Cluster, verdict: Verdict
) -> None:
    for index, (item, address) in enumerate(zip(spec.cluster_ips, addresses, strict=False)):
        if index >= len(spec.ip_families) and address.family not in cluster.ip_families:
            message = f"the cluster has no {address.family} addresses for Services, such as `{item.text}`"
            verdict.refuse(item, "Invalid", message, f"write an {cluster.ip_families[0]} address, or remove it")


def _refuse_absent_families(
    spec: ServiceSpec, policy: str, policy_field: Field, cluster: Cluster, verdict: Verdict
) -> None:
    known = cluster.ip_families
    if policy == "RequireDualStack" and len(set(known)) < 2:
        message = f"the cluster has {known[0]} addresses only"
        verdict.refuse(policy_field, "Invalid", message, "write ipFamilyPolicy: PreferDualStack or SingleStack")
    for family in spec.ip_families:
        if family.text not in known:
            message = f"the cluster has no {family.text} addresses for Services"
            verdict.refuse(family, "Invalid", message, f"write {known[0]}, or remove ipFamilies")


def _refuse_foreign_addresses(spec: ServiceSpec, addresses: list[Address], cluster: Cluster, verdict: Verdict) -> None:
    for item, address in zip(spec.cluster_ips, addresses, strict=False):
        blocks = [block for block in cluster.service_cidrs if _has_family(block, address.family)]
        if blocks and not any(_is_allocatable(address, block) for block in blocks):
            message = f"the cluster IP `{item.text}` is none that the cluster gives to Services"
            # The server names the list, not the item.
            field = Field("spec.clusterIPs", None, item.place)
            verdict.refuse(field, "Invalid", message, f"write an address within {' or '.join(blocks)}, or remove it")
            return


def _has_family(block: str, family: str) -> bool:
    from kubelint.apiserver.addresses import parse_cidr

    cidr = parse_cidr(block)
    return cidr is not None and cidr.address.family == family


def _is_allocatable(address: Address, block: str) -> bool:
    """Whether a Service can have an address of a block: it cannot have the first one, nor the last one of IPv4."""
    from kubelint.apiserver.addresses import parse_cidr

    cidr = parse_cidr(block)
    if cidr is None:
        return True
    size = 1 << (cidr.address.value.max_prefixlen - cidr.length)
    offset = int(address.plain) - int(cidr.network)
    return 0 < offset < (size - 1 if address.family == "IPv4" else size)


def validate_external_ips(spec: ServiceSpec, strict: bool, verdict: Verdict) -> None:
    """Judge spec.externalIPs."""
    if not spec.external_ips:
        return
    from kubelint.apiserver.address_fields import checked_address, refuse_special_address

    for item in spec.external_ips:
        address = checked_address(item, verdict, strict)
        if address is not None:
            refuse_special_address(item, address, verdict)


def validate_source_ranges(spec: ServiceSpec, strict: bool, verdict: Verdict) -> None:
    """Judge spec.loadBalancerSourceRanges, or else the annotation that stands for it."""
    items = spec.source_ranges.items()
    field = spec.source_ranges if items else spec.annotation(SOURCE_RANGES)
    if field is None:
        return
    if spec.type != "LoadBalancer":
        message = f"source ranges stand on a Service of type{shown(spec.type)}"
        verdict.refuse(named(field), "Forbidden", message, "write type: LoadBalancer, or remove them")
    if items:
        pieces = [(item, item.text) for item in items]
    else:
        pieces = [(field, text) for text in field.text.split(",")] if field.text.strip() else []
    from kubelint.apiserver.address_fields import checked_cidr

    for place, text in pieces:
        # Space around a CIDR does not count.
        checked_cidr(_Piece(place, text.strip()), verdict, strict)


class _Piece(Field):
    """A field of whose text a part counts."""

    __slots__ = ("_piece",)

    def __init__(self, field: Field, piece: str) -> None:
        super().__init__(field.path, field.node, field.nearest)
        self._piece = piece

    @property
    def text(self) -> str:
        return self._piece
