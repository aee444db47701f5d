"""A Service whose selector fits the pods of workloads that do different things."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import Finding, Service, Severity, Workload, Workspace, finding, rule
from kubelint.wiring.patches import require_unpatched
from kubelint.wiring.pod_ports import declared_ports, shown, target_name, target_number
from kubelint.wiring.tracks import are_tracks, run_the_same

_IDENTIFYING = ("app.kubernetes.io/name", "app.kubernetes.io/component", "app", "k8s-app", "name", "component", "run")
"""Labels that say what an application is, by what Kubernetes recommends and by what is common."""

_HOOKS = ("helm.sh/hook", "argocd.argoproj.io/hook")
"""Annotations of what runs before, after or instead of the rest: a test, a migration."""

_LABELS = re.compile(r"label|selector", re.I)
_METRICS = re.compile(r"metrics|monitoring|prometheus|health|stats", re.I)


@rule(severity=Severity.WARNING)
def selector_spans_workloads(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A selector fits the pods of several workloads that do different things."""
    if service.type == "ExternalName" or service.is_headless or _is_for_metrics(service):
        return
    selected = [
        workload for workload in workspace.selected_by(service) if _are_deployed_together(service, workload, workspace)
    ]
    lasting = [workload for workload in selected if workload.kind not in ("Job", "CronJob")]
    if len(selected) < 2 or not lasting:
        return
    meant = max(lasting, key=lambda workload: (_serves(workload, service), workload.name == service.name))
    strangers = tuple(
        workload
        for workload in selected
        if workload is not meant and workspace.are_together(workload, meant) and _is_stranger(workload, meant, service)
    )
    selector = service.get("spec", "selector")
    if not strangers or selector is None:
        return
    for resource in (service, meant, *strangers):
        require_unpatched(resource, workspace, _LABELS)
    yield finding(
        selector.key,
        f"the selector fits the pods of {shown((meant,))} and those of {shown(strangers)}, "
        "and so connections go to either by chance",
        help="add a label to the selector that only the pods meant have",
        related=[(workload.name_place, "its pods are selected") for workload in (meant, *strangers)],
    )


def _is_for_metrics(service: Service) -> bool:
    """Whether it only gathers pods to be watched, as a Service for Prometheus does."""
    names = [port.name or "" for port in service.ports] or [service.name or ""]
    return all(map(_METRICS.search, names))


def _are_deployed_together(service: Service, workload: Workload, workspace: Workspace) -> bool:
    if any(hook in workload.annotations for hook in _HOOKS):
        return False
    return service.namespace == workload.namespace and workspace.are_together(service, workload)


def _serves(workload: Workload, service: Service) -> bool:
    """Whether its pods declare every port that the Service leads to."""
    declared = declared_ports(workload)
    known = {one.port.number for one in declared} | {one.port.name for one in declared}
    return all(port.target in known for port in service.ports)


def _is_stranger(workload: Workload, meant: Workload, service: Service) -> bool:
    """Whether connections that a Service sends to a workload's pods are lost on them."""
    if not _receives(workload, service):
        return False
    if are_tracks(workload, meant):
        return False
    if _serves(workload, service) or not _serves(meant, service):
        # Whether it answers is not to be seen. It is somebody else if it says so and runs something else.
        return _is_another(workload, meant) and not run_the_same(workload, meant, as_one=False)
    return not run_the_same(workload, meant, as_one=True)


def _receives(workload: Workload, service: Service) -> bool:
    """Whether its pods are endpoints of some port: by number they all are, by name those that have the name."""
    names = {one.port.name for one in declared_ports(workload)}
    return any(target_number(port) is not None or target_name(port) in names for port in service.ports)


def _is_another(workload: Workload, meant: Workload) -> bool:
    """Whether a label that says what an application is differs."""
    labels, others = workload.pod_labels, meant.pod_labels
    return any(labels[key].text != others[key].text for key in _IDENTIFYING if key in labels and key in others)
