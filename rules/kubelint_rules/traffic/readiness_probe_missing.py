"""Pods that a Service sends to whether or not they can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import Finding, Scalar, Service, Severity, Workload, Workspace, finding, rule
from kubelint.node import Node, Place
from kubelint.resources import Container, items_of, text_of
from kubelint.wiring.patches import require_unpatched
from kubelint.wiring.serving import is_for_monitors, services_sending_to

_PROBES = re.compile(r"readiness(Probe|Gates)")
_SLEEPS = re.compile(r"^(?:(?:/bin/|/usr/bin/)?(?:ba|a)?sh -c )?(?:/bin/|/usr/bin/)?sleep\b")
_PASSING = frozenset(("Job", "CronJob"))
"""Workloads whose pods run to an end; nobody waits for them to be ready."""


@rule(severity=Severity.WARNING)
def readiness_probe_missing(workload: Workload, workspace: Workspace) -> Iterator[Finding]:
    """A Service sends to pods that have no readiness probe."""
    if _runs_to_an_end(workload) or workload.template is None or not workload.containers:
        return
    if _is_probed(workload):
        return
    service = next((one for one in services_sending_to(workload, workspace) if _cares(one, workload, workspace)), None)
    if service is None:
        return
    require_unpatched(workload, workspace, _PROBES)
    receiving = [container for port in service.ports for container in workload.receiving(port)]
    container = receiving[0] if receiving else None
    if all(_only_sleeps(one) for one in workload.containers):
        return
    is_started_late = container is not None and container.node.get("startupProbe") is not None
    yield finding(
        _place(workload, container),
        _message(service, container, is_started_late),
        help="add a readinessProbe that asks for what the clients need; a livenessProbe restarts and takes out nothing",
        related=[(service.name_place, f"Service {service.name} selects its pods")],
    )


def _runs_to_an_end(workload: Workload) -> bool:
    """Whether nobody waits for its pods to be ready: those of Jobs, of hooks, and Pods that are not started again."""
    if workload.kind in _PASSING or any("/hook" in annotation for annotation in workload.annotations):
        return True
    return workload.kind == "Pod" and text_of(workload.get("spec", "restartPolicy")) in ("Never", "OnFailure")


def _only_sleeps(container: Container) -> bool:
    """Whether a container is there to be entered, and answers nobody: `sleep infinity`."""
    command = [*items_of(container.node.get("command")), *items_of(container.node.get("args"))]
    words = " ".join(node.text for node in command if isinstance(node, Scalar))
    return _SLEEPS.search(words) is not None


def _is_probed(workload: Workload) -> bool:
    """Whether anything decides when a pod is ready. One container's probe is enough: a pod is ready when all of its
    containers are, and a sidecar can ask for the port of its neighbour."""
    gates = workload.template.get("spec", "readinessGates") if workload.template is not None else None
    return bool(items_of(gates)) or any(
        container.node.get("readinessProbe") is not None for container in workload.containers
    )


def _cares(service: Service, workload: Workload, workspace: Workspace) -> bool:
    """Whether it matters to a Service that a workload's pods are ready: it is sure to be theirs, and for clients."""
    publish = service.get("spec", "publishNotReadyAddresses")
    if isinstance(publish, Scalar) and publish.value is True:
        return False
    return workspace.are_together(service, workload) and not is_for_monitors(service, workspace)


def _place(workload: Workload, container: Container | None) -> Place:
    if container is not None:
        return container.node.get("name") or container.node
    containers: Node | None = workload.template.get("spec", "containers") if workload.template is not None else None
    return containers.key if containers is not None else workload.name_place


def _message(service: Service, container: Container | None, is_started_late: bool) -> str:
    if container is None:
        ready = f"Service {service.name} counts the pods as ready as soon as they run"
        return f"none of these containers has a readinessProbe: {ready}"
    if is_started_late:
        return (
            f"once it has started, Service {service.name} counts this container as ready whether it can answer or not"
        )
    return f"Service {service.name} counts this container as ready as soon as it runs: it has no readinessProbe"
