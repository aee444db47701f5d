"""A traffic distribution that something else in the Service overrides."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import Finding, Node, Service, Severity, finding, rule
from kubelint.resources import text_of

_ANNOTATIONS = ("service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode")
"""The annotations that turn topology hints on; the first one that is there counts (endpointslice: hintsEnabled)."""


@rule(severity=Severity.WARNING)
def traffic_distribution_overridden(service: Service) -> Iterator[Finding]:
    """A traffic distribution has no effect beside what else decides."""
    distribution = service.get("spec", "trafficDistribution")
    if distribution is None or text_of(distribution) is None or service.is_headless:
        return
    hints = _hints(service)
    policy = service.get("spec", "internalTrafficPolicy")
    if policy is not None and text_of(policy) == "Local" and _is_within_cluster(service):
        yield finding(
            distribution,
            "it has no effect: `internalTrafficPolicy: Local` leaves the pods of the client's own node to choose from",
            help="keep one of the two; `PreferSameNode` falls back to other nodes, `Local` drops the connection",
            related=[(policy, "this one decides")],
        )
    elif hints is not None:
        yield finding(
            distribution,
            "it has no effect as long as the annotation asks for topology hints",
            help="remove the annotation: the field replaces it",
            related=[(hints, "this one decides")],
        )


def _is_within_cluster(service: Service) -> bool:
    """Whether all traffic is internal; of the rest, the distribution decides (kube-proxy: UsesClusterEndpoints)."""
    return service.type == "ClusterIP" and not service.get("spec", "externalIPs")


def _hints(service: Service) -> Node | None:
    deciding = next((service.annotations[key] for key in _ANNOTATIONS if key in service.annotations), None)
    return deciding if text_of(deciding) in ("Auto", "auto") else None
