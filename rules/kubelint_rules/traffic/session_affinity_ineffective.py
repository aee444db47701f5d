"""Session affinity that cannot do what it is for."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Cluster, Finding, Resource, Service, Severity, Workspace, finding, rule
from kubelint.exposure.controllers import sole_controller
from kubelint.resources import text_of

_OWN_AFFINITY = ("affinity", "sticky", "session", "upstream-hash", "load-balance", "backend-config", "service-upstream")
"""What the annotations of Ingress controllers are called that keep a client with its pod in a way of their own."""


@rule(severity=Severity.WARNING)
def session_affinity_ineffective(service: Service, workspace: Workspace, cluster: Cluster) -> Iterator[Finding]:
    """The clients that session affinity is for are not kept with their pods."""
    affinity = service.get("spec", "sessionAffinity")
    if affinity is None or text_of(affinity) != "ClientIP":
        return
    if service.is_headless:
        yield finding(
            affinity,
            "clients of a headless Service choose a pod themselves: nothing keeps them with it",
            help="remove sessionAffinity, or remove `clusterIP: None`",
            related=[(place, "headless") for place in (service.get("spec", "clusterIP"),) if place is not None],
        )
        return
    controller = sole_controller(service, cluster)
    if controller is not None and "sessionAffinity" in controller.refuses:
        yield finding(
            affinity,
            f"{controller.name} makes no load balancer for a Service with session affinity",
            help="remove it: as long as it is there, the Service gets no address",
        )
        return
    if service.type != "ClusterIP":
        return
    ingresses = [backend for backend in workspace.backends_of(service) if backend.owner.kind == "Ingress"]
    if not ingresses or any(_keeps_sessions(resource) for resource in (service, *(one.owner for one in ingresses))):
        return
    yield finding(
        affinity,
        f"clients that come through Ingress {ingresses[0].owner.name} are not kept with one pod: "
        "its controller chooses the pod itself, or is a single client to the Service",
        help="let the Ingress controller keep sessions, by a cookie for example; each has annotations for it",
        related=[(ingresses[0].place, "the Ingress sends to the Service here")],
    )


def _keeps_sessions(resource: Resource) -> bool:
    return any(word in annotation for annotation in resource.annotations for word in _OWN_AFFINITY)
