"""A Service that opens a port on every node."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import Exposure, Finding, Level, Service, Severity, Workspace, finding, rule
from kubelint.exposure import Via
from kubelint.facts.providers import providers
from kubelint.resources import Resource, text_of
from kubelint.wiring.patches import require_unpatched

_TYPE = re.compile(r"\btype\b")
_ALB = "alb.ingress.kubernetes.io/target-type"


@rule(severity=Severity.WARNING)
def node_port_service(service: Service, exposure: Exposure, workspace: Workspace) -> Iterator[Finding]:
    """A Service of type NodePort opens a port on every node."""
    if service.type == "NodePort" and service.type_node is not None and not _is_for_alb(service, workspace):
        require_unpatched(service, workspace, _TYPE)
        yield finding(
            service.type_node,
            f"every node of the cluster opens a port for this Service{_reach(exposure)}",
            help="use ClusterIP, and an Ingress, a Gateway or a load balancer for what must be reached from outside",
        )


def _is_for_alb(service: Service, workspace: Workspace) -> bool:
    """Whether the AWS Load Balancer Controller sends to its node ports, as it does unless told to send to the pods
    (docs/guide/ingress/annotations.md: target-type)."""
    return any(_is_of_alb(backend.owner) for backend in workspace.backends_of(service))


def _is_of_alb(ingress: Resource) -> bool:
    class_node = ingress.get("spec", "ingressClassName") or ingress.annotations.get("kubernetes.io/ingress.class")
    return text_of(class_node) == "alb" and text_of(ingress.annotations.get(_ALB)) != "ip"


def _reach(exposure: Exposure) -> str:
    """How far the node ports reach, where that is known to be farther than the nodes' own network."""
    path = next((path for path in exposure.paths if path.via is Via.NODE_PORT), None)
    if path is None or path.level is not Level.INTERNET:
        return ""
    provider = providers().get(path.provider or "")
    if provider is None:
        return ", and the nodes have public addresses"
    return f", and {provider.name} opens its nodes' firewall for it to the internet"
