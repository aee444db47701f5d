"""A Service that sends clients to pods which say that they are not ready."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Scalar, Service, Severity, Workspace, finding, rule
from kubelint.node import Place
from kubelint.resources import RUNTIME_LABELS
from kubelint.wiring.serving import services_sending_to


@rule(severity=Severity.WARNING)
def not_ready_published(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A Service with a cluster IP sends clients to pods that are not ready."""
    publish = service.get("spec", "publishNotReadyAddresses")
    if (
        publish is None
        or not _is_true(publish)
        or service.is_headless
        or service.type == "ExternalName"
        or not service.selector
    ):
        return
    if any(key in RUNTIME_LABELS["StatefulSet"] for key in service.selector) or _is_for_peers(service, workspace):
        return
    backend = next(iter(workspace.backends_of(service)), None)
    related: list[tuple[Place, str]] = []
    if backend is not None:
        related = [(backend.place, f"{backend.owner.kind} {backend.owner.name} sends clients here")]
    yield finding(
        publish,
        "clients of this Service are sent to pods that are starting, failing their probes or shutting down",
        help="remove it; for pods that look for their peers, write a second, headless Service with it",
        related=related,
    )


def _is_for_peers(service: Service, workspace: Workspace) -> bool:
    """Whether clients have another Service for the same pods, one that leaves out those that are not ready."""
    others = (
        other for workload in workspace.selected_by(service) for other in services_sending_to(workload, workspace)
    )
    return any(
        not other.is_headless and not _is_true(other.get("spec", "publishNotReadyAddresses")) for other in others
    )


def _is_true(node: object) -> bool:
    return isinstance(node, Scalar) and node.value is True
