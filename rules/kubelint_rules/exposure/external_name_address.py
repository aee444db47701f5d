"""An ExternalName that is an address, or that leads back to whoever dials it, or to a metadata service."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Service, Severity, finding, rule
from kubelint.facts.host_names import address_of, embedded_address_of, host_of, is_loopback_address, is_loopback_name
from kubelint.facts.metadata_services import metadata_service_at, metadata_service_named

_ADDRESS_HELP = "write a Service without a selector and an EndpointSlice with the address, or give the address a name"
_LOOPBACK_HELP = "write the name of the machine that is meant, as others know it"
_METADATA_HELP = "remove the Service: whatever may ask for metadata asks for it without one"


@rule(severity=Severity.ERROR)
def external_name_address(service: Service) -> Iterator[Finding]:
    """An ExternalName is an IP address, a loopback name or a metadata service."""
    node = service.external_name
    if node is None:
        return
    text = node.text
    host = host_of(text)
    address = address_of(host)
    said = _of_address(address, host) if address is not None else _of_name(host)
    if said is not None:
        fault, help = said
        yield finding(node, f"the external name `{text}` {fault}", help=help)


def _of_address(address: str, host: str) -> tuple[str, str]:
    """What is wrong with an address, and what to write instead."""
    spelled = "" if address == host else f", {address}"
    metadata_service = metadata_service_at(address)
    if metadata_service is not None:
        return f"is the address of {metadata_service}{spelled}", _METADATA_HELP
    if is_loopback_address(address):
        return f"is a loopback address{spelled}: DNS knows no such name, and a proxy dials itself", _ADDRESS_HELP
    return f"is an IP address{spelled}: DNS takes it for a name, and it leads nowhere", _ADDRESS_HELP


def _of_name(host: str) -> tuple[str, str] | None:
    """What is wrong with a name, and what to write instead; None where nothing is."""
    address = embedded_address_of(host) or ""
    metadata_service = metadata_service_named(host) or metadata_service_at(address)
    if metadata_service is not None:
        return f"leads to {metadata_service}, which hands out credentials", _METADATA_HELP
    if is_loopback_name(host) or is_loopback_address(address):
        return "leads whoever dials the Service back to itself", _LOOPBACK_HELP
    return None
