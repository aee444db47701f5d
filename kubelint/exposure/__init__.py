"""How far a Service reaches: what its manifest says, read the way that whoever serves it reads it.

Every answer carries how sure it is and the places that led to it. What a manifest leaves to the cluster is `unknown`,
never a guess; the one assumption made is that a load balancer or an Ingress nobody speaks of is public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint.cluster import Cluster
from kubelint.exposure.annotations import by_annotations
from kubelint.exposure.load_balancer import by_load_balancer, shown_by_objects, without_type
from kubelint.exposure.model import Confidence, Evidence, Exposure, Level, Path, Restriction, Via
from kubelint.exposure.nodes import by_external_addresses, by_host_ports, by_node_ports
from kubelint.exposure.routes import by_routes
from kubelint.facts.providers import NO_PROVIDER, providers
from kubelint.kustomization import Patch
from kubelint.resources import Service
from kubelint.workspace import Workspace

__all__ = ["Confidence", "Evidence", "Exposure", "Level", "Path", "Restriction", "Via", "exposure_of"]


def exposure_of(service: Service, cluster: Cluster, workspace: Workspace | None = None) -> Exposure:
    """How far a Service reaches. Without a workspace: as far as its own manifest tells."""
    if workspace is not None and (patch := _patch_of(service, workspace)) is not None:
        changed = Evidence(f"a kustomization changes it when it is deployed ({workspace.shown(patch.path)})")
        return Exposure((Path(Level.UNKNOWN, Via.PATCH, evidence=(changed,)),))
    if service.type == "ExternalName":
        return Exposure()
    paths = sorted(_paths(service, cluster, workspace), key=lambda path: path.width, reverse=True)
    return Exposure(tuple(paths) or (_within_cluster(service),))


def _paths(service: Service, cluster: Cluster, workspace: Workspace | None) -> Iterator[Path]:
    """Every path from outside the cluster."""
    yield from by_annotations(service)
    if service.type == "LoadBalancer":
        if cluster.provider != NO_PROVIDER:
            shown = None if cluster.provider or workspace is None else shown_by_objects(service, workspace)
            yield by_load_balancer(service, cluster.provider, shown)
    elif not service.is_headless and (path := without_type(service, cluster.provider)):
        yield path
    if not service.is_headless:
        if path := by_node_ports(service, cluster):
            yield path
        yield from by_external_addresses(service)
    if workspace is not None:
        yield from by_routes(service, workspace)
        yield from by_host_ports(service, workspace.selected_by(service), cluster)


def _patch_of(service: Service, workspace: Workspace) -> Patch | None:
    """The first patch of a Service that speaks of what decides its reach; None for none."""
    for patch in workspace.patches_of(service):
        text = patch.text.replace("~1", "/")
        annotates = "annotations" in text and any(
            prefix in text for controller in providers().values() for prefix in controller.prefixes
        )
        if annotates or _DECIDING.search(text):
            return patch
    return None


_DECIDING = re.compile(r"\b(?:type|loadBalancerClass|loadBalancerIP|loadBalancerSourceRanges|externalIPs|clusterIP)\b")


def _within_cluster(service: Service) -> Path:
    if service.is_headless:
        headless = service.get("spec", "clusterIP") or service.get("spec", "clusterIPs")
        return Path(Level.CLUSTER, Via.POD_IP, evidence=(Evidence("`clusterIP: None`", headless, service),))
    written = Evidence(f"`type: {service.type}`", service.type_node, service)
    if service.type in ("ClusterIP", "LoadBalancer"):
        return Path(Level.CLUSTER, Via.CLUSTER_IP, evidence=(written,))
    return Path(Level.UNKNOWN, Via.TYPE, evidence=(written,))
