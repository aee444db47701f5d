"""What the API server accepts in a Service, and warns of (k8s.io/kubernetes, pkg/api/service: GetWarningsForService).

Kubernetes 1.33 warns of addresses and CIDRs in another way than the versions before it.
"""

from __future__ import annotations

from kubelint.apiserver.field import Field
from kubelint.apiserver.gates import Gates
from kubelint.apiserver.service_spec import NO_ADDRESS, TOPOLOGY_HINTS, TOPOLOGY_MODE, ServiceSpec, named
from kubelint.apiserver.text_fields import shown
from kubelint.apiserver.verdict import Verdict

# Most Services name no address; they are spared the import of what reads them.

_FAULT = "non-standard-address"


def warn(spec: ServiceSpec, gates: Gates, verdict: Verdict) -> None:
    """Warn of what is deprecated, ignored or written oddly in a Service that is accepted."""
    hints = spec.annotation(TOPOLOGY_HINTS)
    if hints is not None:
        message = f"the annotation `{TOPOLOGY_HINTS}` is deprecated since Kubernetes 1.27"
        verdict.warn(named(hints), "deprecated-field", message, f"write `{TOPOLOGY_MODE}`")
    is_headless = spec.type == "ClusterIP" and spec.cluster_ip.text == NO_ADDRESS
    if is_headless:
        if "HeadlessWarnings" in gates:
            _warn_of_headless(spec, verdict)
    elif spec.cluster_ip.text:
        for item in spec.cluster_ips:
            _warn_of_address(item, gates, verdict)
    if spec.external_ips:
        _warn_of_external_ips(spec, is_headless, gates, verdict)
    if spec.load_balancer_ip.text:
        _warn_of_address(spec.load_balancer_ip, gates, verdict)
    for item in spec.source_ranges.items():
        _warn_of_range(item, gates, verdict)
    external_name = spec.field.child("externalName")
    if external_name.text and spec.type != "ExternalName":
        message = f"externalName has no effect on a Service of type{shown(spec.type)}"
        verdict.warn(named(external_name), "ignored-field", message, "remove it, or write type: ExternalName")
    distribution = spec.field.child("trafficDistribution")
    if distribution.text == "PreferClose" and "PreferCloseDeprecation" in gates:
        message = "the traffic distribution `PreferClose` is deprecated since Kubernetes 1.35"
        verdict.warn(distribution, "deprecated-field", message, "write PreferSameZone, which means the same")


def _warn_of_headless(spec: ServiceSpec, verdict: Verdict) -> None:
    if spec.load_balancer_ip.text:
        message = "loadBalancerIP has no effect on a headless Service"
        verdict.warn(named(spec.load_balancer_ip), "ignored-field", message, "remove it")
    affinity = spec.field.child("sessionAffinity")
    if affinity.text not in ("", "None"):
        message = f"sessionAffinity{shown(affinity.text)} has no effect on a headless Service"
        verdict.warn(named(affinity), "ignored-field", message, "remove it, or remove clusterIP: None")


def _warn_of_external_ips(spec: ServiceSpec, is_headless: bool, gates: Gates, verdict: Verdict) -> None:
    for item in spec.external_ips:
        _warn_of_address(item, gates, verdict)
    field = named(spec.field.child("externalIPs"))
    if spec.type == "ExternalName":
        message = "externalIPs has no effect on a Service of type `ExternalName`"
        verdict.warn(field, "ignored-field", message, "remove it")
    elif is_headless:
        if "HeadlessWarnings" in gates:
            verdict.warn(field, "ignored-field", "externalIPs has no effect on a headless Service", "remove it")
    elif "ExternalIPsDeprecation" in gates:
        message = "externalIPs is deprecated since Kubernetes 1.36, and clusters need not serve it"
        verdict.warn(field, "deprecated-field", message, "write type: LoadBalancer, or use a Gateway")


def _warn_of_address(field: Field, gates: Gates, verdict: Verdict) -> None:
    from kubelint.apiserver.address_fields import warn_of_address
    from kubelint.apiserver.addresses import parse_address

    text = field.text
    address = parse_address(text)
    if address is not None and ("IPCIDRWarnings" in gates or not address.is_mapped):
        warn_of_address(field, address, verdict)
    elif "IPCIDRWarnings" not in gates:
        # What is no address can only be a loadBalancerIP. In a zone (`fe80::1%eth0`) an address is one here.
        base = text.partition("%")[0] if ":" in text and text.partition("%")[2] else text
        address = parse_address(base)
        if address is None:
            message, help = f"{shown(text).lstrip()} is no IP address", "write an address such as `10.9.8.7`"
        else:
            canonical = f"::ffff:{address.plain}" if address.is_mapped else str(address.value)
            if canonical == base:
                return
            message, help = f"the IPv6 address `{text}` is not in its canonical form", f"write `{address.plain}`"
        verdict.warn(field, _FAULT, message, help)


def _warn_of_range(field: Field, gates: Gates, verdict: Verdict) -> None:
    from kubelint.apiserver.address_fields import warn_of_cidr
    from kubelint.apiserver.addresses import parse_cidr

    text = field.text
    cidr = parse_cidr(text)
    if "IPCIDRWarnings" in gates:
        # Of a CIDR with space around it nothing is said.
        if cidr is not None:
            warn_of_cidr(field, cidr, verdict)
    elif cidr is None:
        verdict.warn(field, _FAULT, f"the CIDR{shown(text)} has space around it", f"write `{text.strip()}`")
    else:
        # Bits behind the prefix were not minded, nor IPv4 blocks in the form of IPv6.
        address = f"::ffff:{cidr.address.plain}" if cidr.address.is_mapped else str(cidr.address.value)
        canonical = f"{address}/{cidr.length}"
        if cidr.has_leading_zeros:
            verdict.warn(field, _FAULT, f"the CIDR `{text}` has leading zeros", f"write `{canonical}`")
        elif canonical != text:
            message = f"the IPv6 CIDR `{text}` is not in its canonical form"
            verdict.warn(field, _FAULT, message, f"write `{canonical}`")
