"""How many pods a workload is to have: as written, as an autoscaler keeps it, or as nobody says."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from kubelint.node import Node
from kubelint.resources import Resource, Workload, integer_of, text_of
from kubelint.wiring.patches import require_unpatched
from kubelint.workspace import Workspace, may_share_namespace

COUNTED = frozenset(("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "Rollout"))
"""The kinds that say in `spec.replicas` how many pods they keep; 1 where it is unset (Kubernetes: SetDefaults_*)."""

AUTOSCALERS = frozenset(("HorizontalPodAutoscaler", "ScaledObject"))
"""The kinds that set `spec.replicas` of another object: Kubernetes' own, and KEDA's (keda.sh)."""


_NUMBER = re.compile(r"\breplicas\b")
_SPREAD = re.compile(r"topologySpreadConstraints|podAntiAffinity")


class Replicas(NamedTuple):
    """The fewest pods that a workload keeps: how many, and where it says so (None: nobody does, and it is 1).

    `owner` is the object in which `place` stands: the workload, or an autoscaler.
    """

    least: int
    place: Node | None
    owner: Resource


def replicas_of(workload: Workload, workspace: Workspace) -> Replicas:
    """The fewest pods of a workload of one of the kinds that are `COUNTED`.

    Of several autoscalers, as variants of an application have them, the most generous one counts. Raises CannotTell
    where a kustomize patch may change the number, and where none is written and something unreadable may set it.
    """
    require_unpatched(workload, workspace, _NUMBER)
    autoscaled = [_kept_by(autoscaler) for autoscaler in _autoscalers_of(workload, workspace)]
    if autoscaled:
        return max(autoscaled, key=lambda replicas: replicas.least)
    place = workload.get("spec", "replicas")
    written = integer_of(place)
    if written is not None:
        return Replicas(written, place, workload)
    workspace.require_sight(workspace.application_of(workload), workload.namespace, AUTOSCALERS)
    return Replicas(1, None, workload)


def is_spread(workload: Workload, workspace: Workspace) -> bool:
    """Whether a workload asks for its pods to be on different nodes: by spread constraints or anti-affinity, with
    whatever topology, or because no two of them fit on one node for their host ports.

    Raises CannotTell where a kustomize patch may ask for it.
    """
    spec = workload.template.get("spec") if workload.template is not None else None
    if spec is None:
        return False
    if spec.get("topologySpreadConstraints") or spec.get("affinity", "podAntiAffinity"):
        return True
    if _has_host_ports(workload, spec):
        return True
    require_unpatched(workload, workspace, _SPREAD)
    return False


def _has_host_ports(workload: Workload, spec: Node) -> bool:
    # With hostNetwork, every declared port is a host port (Kubernetes: SetDefaults_PodSpec).
    is_on_host_network = getattr(spec.get("hostNetwork"), "value", None) is True
    ports = [port for container in workload.containers for port in container.ports]
    return any(is_on_host_network or integer_of(port.node.get("hostPort")) for port in ports)


def _autoscalers_of(workload: Workload, workspace: Workspace) -> tuple[Resource, ...]:
    return tuple(
        autoscaler
        for autoscaler in _autoscalers_by_target(workspace).get(workload.name or "", ())
        if may_share_namespace(autoscaler, workload)
        and (text_of(autoscaler.get("spec", "scaleTargetRef", "kind")) or "Deployment") == workload.kind
    )


@lru_cache(maxsize=1)
def _autoscalers_by_target(workspace: Workspace) -> dict[str, list[Resource]]:
    index: dict[str, list[Resource]] = {}
    for resource in workspace.resources:
        target = text_of(resource.get("spec", "scaleTargetRef", "name")) if resource.kind in AUTOSCALERS else None
        if target is not None:
            index.setdefault(target, []).append(resource)
    return index


def _kept_by(autoscaler: Resource) -> Replicas:
    """autoscaling/v2: minReplicas, 1 where it is unset; keda.sh/v1alpha1: minReplicaCount, 0 where it is unset."""
    is_own = autoscaler.kind == "HorizontalPodAutoscaler"
    place = autoscaler.get("spec", "minReplicas" if is_own else "minReplicaCount")
    least = integer_of(place)
    return Replicas(least if least is not None else int(is_own), place or autoscaler.name_place, autoscaler)
