"""What differs between Kubernetes versions: feature gates that change the server's answer, and since when they are on.

k8s.io/kubernetes pkg/features/kube_features.go, and the CHANGELOG of each minor version. The one place for such facts.
"""

from __future__ import annotations

ON_SINCE = {
    "TrafficDistribution": "1.31",
    "PreferSameTrafficDistribution": "1.34",
    "RelaxedServiceNameValidation": "1.36",
    "StrictIPCIDRValidation": "1.36",
    "EndpointsDeprecation": "1.33",
    "IPCIDRWarnings": "1.33",
    "ExternalIPsDeprecation": "1.36",
    "PreferCloseDeprecation": "1.35",
    "DuplicatePortNameWarnings": "1.33",
    "HeadlessWarnings": "1.34",
    "KubeletPortOnLoadBalancers": "1.33",
    "PodGeneration": "1.33",
    "GeneratedNamesByResult": "1.34",
    "RetryGenerateName": "1.31",
    "StatefulSetPodValidation": "1.34",
    "StatefulSetServiceNameValidation": "1.33",
}
"""The minor version with which each behaviour is the default."""


class Gates:
    """The behaviours of one minor version: `"StrictIPCIDRValidation" in Gates("1.36")`."""

    def __init__(self, version: str) -> None:
        self.version = version
        self._number = _number(version)

    def __contains__(self, gate: str) -> bool:
        return _number(ON_SINCE[gate]) <= self._number


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
