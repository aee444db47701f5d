"""What is known of the cluster that the manifests are meant for."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_VERSION = "1.36"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The Kubernetes minor version (`1.36`) and the provider's id (`gke`), or None where nobody said."""

    version: str = DEFAULT_VERSION
    provider: str | None = None
