"""Endpoints, written by hand, that lead where a Service has no business."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from kubelint import CannotTell, Finding, Node, Resource, Severity, finding, rule
from kubelint.facts.host_names import address_of, embedded_address_of, host_of, is_loopback_address, is_loopback_name
from kubelint.facts.metadata_services import metadata_service_at, metadata_service_named
from kubelint.resources import integer_of, is_read, items_of, text_of
from kubelint.template import placeholder_in

_KINDS = ("Endpoints", "EndpointSlice")
_DNS_PORT = 53
_HELP = "list the addresses of what the Service is for"
_NAMESPACE_HELP = "let a Service in the pod's own namespace select it, and dial that one"


class _Endpoint(NamedTuple):
    """One endpoint: its addresses, the namespace of the object behind it, the ports of all that stand beside it."""

    addresses: list[Node]
    namespace: Node | None
    ports: list[Node]


@rule(severity=Severity.ERROR)
def endpoint_address(resource: Resource) -> Iterator[Finding]:
    """Endpoints lead to a metadata service, a loopback name or another namespace."""
    if resource.kind not in _KINDS or not is_read(resource.api_version, resource.kind):
        return
    endpoints = list(_slice(resource) if resource.kind == "EndpointSlice" else _subsets(resource))
    for endpoint in endpoints:
        for node in endpoint.addresses:
            fault = _fault(text_of(node) or "", endpoint)
            if fault is not None:
                yield finding(node, fault, help=_HELP)
    yield from _foreign(resource, [endpoint.namespace for endpoint in endpoints if endpoint.namespace is not None])


def _slice(resource: Resource) -> Iterator[_Endpoint]:
    ports = items_of(resource.get("ports"))
    for endpoint in items_of(resource.get("endpoints")):
        yield _Endpoint(items_of(endpoint.get("addresses")), endpoint.get("targetRef", "namespace"), ports)


def _subsets(resource: Resource) -> Iterator[_Endpoint]:
    for subset in items_of(resource.get("subsets")):
        ports = items_of(subset.get("ports"))
        for endpoint in (*items_of(subset.get("addresses")), *items_of(subset.get("notReadyAddresses"))):
            address = endpoint.get("ip")
            yield _Endpoint([address] if address else [], endpoint.get("targetRef", "namespace"), ports)


def _fault(text: str, endpoint: _Endpoint) -> str | None:
    """What is wrong with an address, an IP or a host name; None where nothing is."""
    host = host_of(text)
    address = address_of(host) or embedded_address_of(host) or ""
    service = metadata_service_named(host) or metadata_service_at(address)
    if service is not None and not _is_for_names(endpoint):
        return f"the endpoint `{text}` is {service}, open to whoever reaches the Service"
    if is_loopback_name(host) or is_loopback_address(address):
        return f"the endpoint `{text}` is no other machine: whoever dials it dials itself"
    return None


def _is_for_names(endpoint: _Endpoint) -> bool:
    """Whether only DNS is asked for: at some of these addresses, name servers of the cloud answer as well."""
    numbers = [integer_of(port.get("port")) for port in endpoint.ports]
    return bool(numbers) and all(number == _DNS_PORT for number in numbers)


def _foreign(resource: Resource, namespaces: list[Node]) -> Iterator[Finding]:
    """Endpoints of other namespaces. Raises CannotTell where there may be some and the object's own is not known."""
    named = [(node, text) for node in namespaces if (text := text_of(node)) and not placeholder_in(text)]
    if resource.namespace is None and named:
        raise CannotTell(f"nothing says which namespace the {resource.kind} is in")
    own = resource.get("metadata", "namespace")
    here = (
        [(own, f"the {resource.kind} is in {resource.namespace}")]
        if own is not None and text_of(own) == resource.namespace
        else []
    )
    for node, text in named:
        if text != resource.namespace:
            yield finding(
                node,
                f"the endpoint belongs to namespace {text}, which did not agree to be reached from"
                f" {resource.namespace} (CVE-2021-25740)",
                help=_NAMESPACE_HELP,
                related=tuple(here),
            )
