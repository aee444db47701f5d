"""A Service whose manifest writes the status of its load balancer."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Scalar, Service, Severity, finding, rule
from kubelint.resources import items_of, text_of
from kubelint.template import placeholder_in

_SET_BY_THE_SERVER = ("uid", "resourceVersion", "managedFields", "creationTimestamp")


@rule(severity=Severity.WARNING)
def status_in_manifest(service: Service) -> Iterator[Finding]:
    """The manifest says at which addresses a load balancer answers."""
    ingress = service.get("status", "loadBalancer", "ingress")
    addresses = [
        text
        for entry in items_of(ingress)
        for field in ("ip", "hostname")
        if (text := text_of(entry.get(field))) and not placeholder_in(text)
    ]
    if ingress is None or not addresses:
        return
    shown = f"`{addresses[0]}`" if len(addresses) == 1 else f"`{addresses[0]}` and {len(addresses) - 1} more"
    if _is_exported(service):
        yield finding(
            ingress.key,
            f"the status of a running Service ({shown}) has been exported with it; the server ignores it here",
            help="remove status, and what the server has set in metadata: it belongs to that one cluster",
            severity=Severity.NOTE,
        )
        return
    yield finding(
        ingress.key,
        f"the manifest gives its load balancer the address {shown}; whoever may write that to the status takes the"
        " cluster's traffic to it (CVE-2020-8554)",
        help="remove status: only the controller that makes the load balancer knows its address; to ask for an address,"
        " use the provider's annotation",
    )


def _is_exported(service: Service) -> bool:
    """Whether the object has been read from a cluster: its metadata holds what only the server sets."""
    found = [service.get("metadata", field) for field in _SET_BY_THE_SERVER]
    return any(node is not None and not (isinstance(node, Scalar) and node.value is None) for node in found)
