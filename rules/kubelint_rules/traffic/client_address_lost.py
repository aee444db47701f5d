"""A Service that hides its clients' addresses from the pods."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import Cluster, Exposure, Finding, Service, Severity, Workspace, finding, rule
from kubelint.exposure import Via
from kubelint.exposure.controllers import passes_nodes_by
from kubelint.resources import text_of

_PROXY_PROTOCOL = re.compile(r"proxy-?protocol|send-proxy")
_BY_NODES = frozenset((Via.LOAD_BALANCER, Via.NODE_PORT, Via.EXTERNAL_IP))
"""The paths on which a node passes connections on, and puts its own address in the client's place."""


@rule(severity=Severity.NOTE, default=False)
def client_address_lost(
    service: Service, exposure: Exposure, workspace: Workspace, cluster: Cluster
) -> Iterator[Finding]:
    """The pods see the address of a node where they might see that of the client."""
    policy = service.get("spec", "externalTrafficPolicy")
    if text_of(policy) == "Local" or service.is_headless or not any(path.via in _BY_NODES for path in exposure.paths):
        return
    if passes_nodes_by(service, cluster) or _is_told(service) or workspace.backends_of(service):
        return
    place = policy or service.type_node or service.get("spec", "externalIPs")
    if place is None:
        return
    yield finding(
        place,
        "the pods see the address of a node, not the client's: logs, limits and policies by address see nodes only",
        help="write `externalTrafficPolicy: Local`, and run pods on every node that is to answer",
    )


def _is_told(service: Service) -> bool:
    """Whether the load balancer tells the client's address by itself: in the PROXY protocol, or in an HTTP header."""
    return any(
        _PROXY_PROTOCOL.search(key) or (key.endswith("protocol") and value.text.lower().startswith("http"))
        for key, value in service.annotations.items()
    )
