"""A Service that takes traffic to addresses which it names itself."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Level, Service, Severity, finding, rule
from kubelint.facts.host_names import address_of
from kubelint.facts.metadata_services import metadata_service_at
from kubelint.resources import items_of, text_of

_PROXIED = ("ClusterIP", "NodePort", "LoadBalancer")


@rule(severity=Severity.WARNING)
def external_ips(service: Service) -> Iterator[Finding]:
    """A Service takes the traffic to external addresses, whoever they belong to."""
    if service.type not in _PROXIED or service.is_headless:
        return
    for node in items_of(service.get("spec", "externalIPs")):
        text = text_of(node) or ""
        address = address_of(text)
        if address is None:
            # The server refuses it.
            continue
        yield finding(
            node,
            f"every node takes the traffic to {_described(text, address)} for this Service, whoever it is meant for"
            " (CVE-2020-8554)",
            help="write type: LoadBalancer, or use a Gateway; the admission plug-in DenyServiceExternalIPs refuses the"
            " field, and Kubernetes is going to remove it (KEP-5707)",
        )


def _described(text: str, address: str) -> str:
    # Addresses are seldom written into a Service, and importing ipaddress takes as long as reading a manifest.
    from kubelint.exposure.addresses import level_of

    service = metadata_service_at(address)
    if service is not None:
        return f"{service} (`{text}`)"
    match level_of(text):
        case Level.INTERNET:
            return f"the public address `{text}`"
        case Level.PRIVATE:
            return f"the private address `{text}`"
    return f"the address `{text}`"
