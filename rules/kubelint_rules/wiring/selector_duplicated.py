"""Two Services that lead to the same pods in the same way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import Finding, Mapping, Node, Scalar, Service, Severity, Workload, Workspace, finding, rule
from kubelint.node import Place
from kubelint.resources import Resource
from kubelint.wiring.selectors import with_equal_selector

_ON_PURPOSE = frozenset(
    (
        *("metrics", "monitor", "monitoring", "prometheus", "canary", "stable", "preview", "active", "primary"),
        *("baseline", "blue", "green", "headless", "internal", "external", "public", "private", "legacy", "old"),
        *("alias", "admin", "local", "master", "replica", "replicas", "leader", "read", "write", "rw", "ro"),
    )
)
"""Words in a Service's name that say what it is for beside another one with the same pods."""


@rule(severity=Severity.NOTE)
def selector_duplicated(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """Two Services have the same selector and the same ports."""
    if service.type == "ExternalName" or not service.selector or _has_a_purpose(service):
        return
    twins = [other for other in with_equal_selector(service, workspace) if _is_twin(service, other, workspace)]
    if not twins:
        return
    missed = _missed(service, workspace)
    if missed is None:
        # Of two copies, the later one is the copy, unless the other one is called after something else.
        twins = [
            other
            for other in twins
            if _is_earlier(other, service) and _labels(other) == _labels(service) and not _missed(other, workspace)
        ]
    twin = next(iter(twins), None)
    if twin is None or _is_named_by_a_stranger(service, twin, workspace):
        return
    yield _duplicate(service, twin, missed)


def _duplicate(service: Service, twin: Service, missed: Workload | None) -> Finding:
    message = f"Service `{twin.name}` has the same selector and the same ports"
    help = "remove one of the two and use the other's name, or make them differ in what they are for"
    related: list[tuple[Place, str]] = [(twin.name_place, "the other Service")]
    if missed is not None:
        message += f", and {missed.kind} {missed.name} is not selected"
        help = f"write the labels of the pods of {missed.kind} {missed.name}, if they are meant"
        related.append((missed.name_place, "the pods that bear this Service's name"))
    return finding(service.name_place, message, help=help, related=related)


def _missed(service: Service, workspace: Workspace) -> Workload | None:
    """The workload that a Service is called after and does not select."""
    selected = workspace.selected_by(service)
    if any(workload.name == service.name for workload in selected):
        return None
    lasting = workspace.lasting_workloads(workspace.application_of(service), service.namespace)
    return next((workload for workload in lasting if workload.name == service.name), None)


def _is_twin(service: Service, other: Service, workspace: Workspace) -> bool:
    """Whether another Service is the same but for its name."""
    return (
        other.name != service.name
        and other.namespace == service.namespace
        and not _has_a_purpose(other)
        and workspace.are_together(service, other)
        and _meaning(other) == _meaning(service)
    )


def _is_earlier(one: Service, other: Service) -> bool:
    return (one.path, one.span.start) < (other.path, other.span.start)


def _has_a_purpose(service: Service) -> bool:
    names = (service.name or "", *(port.name or "" for port in service.ports))
    return any(word in _ON_PURPOSE for name in names for word in re.findall(r"[a-z]+", name.lower()))


def _meaning(service: Service) -> object:
    """All that a Service does: what it says in its spec and in its annotations, but for what it is called there."""
    spec = service.get("spec")
    rest = {key: _value(node) for key, node in spec.entries.items()} if isinstance(spec, Mapping) else {}
    for told_otherwise in ("ports", "type"):
        rest.pop(told_otherwise, None)
    ports = {(port.number, port.protocol, port.target, port.app_protocol) for port in service.ports}
    annotations = {key: value.text for key, value in service.annotations.items()}
    return service.type, ports, rest, annotations


def _labels(service: Service) -> dict[str, str]:
    """Its own labels: of an alias that somebody has thought of, they differ."""
    return {key: value.text for key, value in service.labels.items()}


def _value(node: Node) -> object:
    if isinstance(node, Mapping):
        return {key: _value(value) for key, value in node.entries.items()}
    return node.text if isinstance(node, Scalar) else [_value(item) for item in node.children()]


def _is_named_by_a_stranger(service: Service, twin: Service, workspace: Workspace) -> bool:
    """Whether a custom resource names one of them: a rollout or a traffic policy tells two Services apart by name."""
    names = {name for name in (service.name, twin.name) if name}
    return any(
        isinstance(node, Scalar) and node.value in names
        for resource in workspace.resources
        if _is_custom(resource) and workspace.are_together(service, resource)
        for node in resource.node.walk()
    )


def _is_custom(resource: Resource) -> bool:
    group = resource.api_version.rpartition("/")[0]
    return "." in group and not group.endswith(".k8s.io")
