"""A Service without a selector, beside the pods that it seems to be meant for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import CannotTell, Finding, Mapping, Service, Severity, Workload, Workspace, finding, rule
from kubelint.resources import items_of, text_of
from kubelint.wiring.endpoints import KINDS, endpoints_of

_NAMING = ("app.kubernetes.io/name", "app.kubernetes.io/instance", "app", "k8s-app", "name", "run")
"""Labels whose value is the name of an application."""

_PLAIN_DOMAINS = (
    "kubernetes.io",
    "k8s.io",
    "helm.sh",
    "prometheus.io",
    "kustomize.toolkit.fluxcd.io",
    "argocd.argoproj.io",
)
"""Domains whose labels and annotations do not tell that a controller writes the endpoints."""

_WRITES_ENDPOINTS = re.compile(r"patroni|spilo|stolon|leader-?elect", re.I)
"""What runs in pods that write the endpoints of a Service themselves, to lead to the one that was elected."""


@rule(severity=Severity.WARNING)
def selector_missing(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A Service has no selector, and nothing else gives it endpoints."""
    if service.type == "ExternalName" or _selects(service) or service.added_labels or _is_of_the_server(service):
        return
    if next(endpoints_of(service, workspace), None) is not None:
        return
    if service.namespace == "kube-system":
        raise CannotTell("components of the cluster write endpoints in kube-system")
    sign = _sign_of_a_controller(service)
    if sign is not None:
        raise CannotTell(f"`{sign}` speaks of a controller, which may write the endpoints")
    application = workspace.application_of(service)
    workspace.require_sight(application, service.namespace, frozenset(KINDS))
    workloads = workspace.lasting_workloads(application, service.namespace)
    meant = next((workload for workload in workloads if _fits(workload, service)), None)
    if meant is None:
        raise CannotTell("nothing among the manifests says who writes its endpoints")
    if _writes_endpoints(meant):
        raise CannotTell(f"the pods of {meant.kind} {meant.name} may write the endpoints themselves")
    selector, ports = service.get("spec", "selector"), service.get("spec", "ports")
    place = selector if selector is not None else ports.key if ports is not None else service.name_place
    yield finding(
        place,
        f"without a selector, the Service leads nowhere: not to the pods of {meant.kind} {meant.name} either",
        help="add a selector with labels of the pod template; or an EndpointSlice, if it leads to something else",
        related=[(meant.name_place, "the pods that it seems to be meant for")],
    )


def _selects(service: Service) -> bool:
    selector = service.get("spec", "selector")
    return isinstance(selector, Mapping) and bool(selector.entries)


def _is_of_the_server(service: Service) -> bool:
    """Whether it is the Service whose endpoints are the API servers."""
    return service.name == "kubernetes" and service.namespace in (None, "default")


def _sign_of_a_controller(service: Service) -> str | None:
    """A label or an annotation whose domain is that of some controller."""
    for key in (*service.labels, *service.annotations):
        domain, slash, _ = key.partition("/")
        if slash and not any(domain == plain or domain.endswith(f".{plain}") for plain in _PLAIN_DOMAINS):
            return key
    return None


def _fits(workload: Workload, service: Service) -> bool:
    """Whether a workload, or what its pods are labelled as, bears the Service's name."""
    labels = workload.pod_labels
    return service.name is not None and (
        workload.name == service.name or any(key in labels and labels[key].text == service.name for key in _NAMING)
    )


def _writes_endpoints(workload: Workload) -> bool:
    for container in workload.containers:
        variables = [text_of(item.get("name")) or "" for item in items_of(container.node.get("env"))]
        arguments = [text_of(item) or "" for item in items_of(container.node.get("args"))]
        if any(map(_WRITES_ENDPOINTS.search, (container.image or "", *variables, *arguments))):
            return True
    return False
