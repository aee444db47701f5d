"""What is known of the cluster that the manifests are meant for."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_VERSION = "1.36"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The Kubernetes minor version (`1.36`), the provider's id (`gke`) or None, and how its API server is configured.

    `node_port_range` holds the first and the last node port. `service_cidrs` are the blocks of cluster IPs, as CIDR
    text, and `ip_families` the families of Services (`IPv4`, `IPv6`), the first one first; empty where nobody said, and
    then nothing is concluded from them. `public_nodes` tells that the nodes have addresses on the internet.
    """

    version: str = DEFAULT_VERSION
    provider: str | None = None
    node_port_range: tuple[int, int] = (30000, 32767)
    service_cidrs: tuple[str, ...] = ()
    ip_families: tuple[str, ...] = ()
    public_nodes: bool = False
