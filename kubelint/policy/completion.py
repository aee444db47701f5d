"""Objects as the server sees them when it creates them: as kustomizations deploy them, decoded, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

from kubelint.application import Application
from kubelint.cel import OpenList
from kubelint.cluster import Cluster
from kubelint.policy.decoded import decoded
from kubelint.policy.defaults import Object, complete, opened
from kubelint.policy.uncertain import Draw, Uncertain, agreed, settled
from kubelint.resources import POD_TEMPLATES, RUNTIME_LABELS, Resource, Workload
from kubelint.sight import PODS, CannotTell
from kubelint.transformers import UNSETTLED, transform
from kubelint.workspace import Workspace, may_share_namespace

_KUSTOMIZED = "what a kustomization sets"
_AS_WRITTEN = ((),)
"""The ways in which an object is deployed that no kustomization changes."""
_CONTROLLED = "what the controller of a workload sets"


class Completion:
    """The objects of a workspace as the server sees them, each completed once, whoever asks for it.

    All of them share one `draw`: whoever judges by it asks about one object at a time.
    """

    def __init__(self, workspace: Workspace, cluster: Cluster) -> None:
        self.workspace = workspace
        self.cluster = cluster
        self.draw = Draw()
        self._objects: dict[Resource, Object] = {}
        self._pods: dict[Resource, Object] = {}
        self._lists: dict[tuple[str, Application, str | None], list[Object]] = {}

    @classmethod
    def of(cls, workspace: Workspace, cluster: Cluster) -> Completion:
        """The one of a workspace and a cluster."""
        found = workspace.completions.get(cluster)
        if not isinstance(found, cls):
            found = workspace.completions[cluster] = cls(workspace, cluster)
        return found

    def object(self, resource: Resource) -> Object:
        """The object as the server sees it; where kustomizations deploy several forms of it, what these agree in."""
        known = self._objects.get(resource)
        if known is None:
            known = self._objects[resource] = self._completed(resource)
        return known

    def _completed(self, resource: Resource) -> Object:
        is_namespaced = resource.is_namespaced
        forms = (complete(form, self.cluster, self.draw, is_namespaced=is_namespaced) for form in self._forms(resource))
        return next(forms) if self.workspace.ways_of(resource) == _AS_WRITTEN else _agreed(forms)

    def pod(self, workload: Workload) -> Object:
        """A pod of a workload, as the server sees it when a controller creates it."""
        known = self._pods.get(workload)
        if known is None:
            known = self._pods[workload] = self._pod(workload)
        return known

    def services_beside(self, resource: Resource) -> list[Object]:
        """The Services that are deployed together with an object; an open list where there may be more."""
        return self._beside(resource, "Service")

    def pods_beside(self, resource: Resource) -> list[Object]:
        """A pod of each workload that is deployed together with an object; an open list where there may be more."""
        return self._beside(resource, "Pod")

    def _beside(self, resource: Resource, kind: str) -> list[Object]:
        application = self.workspace.application_of(resource)
        key = kind, application, resource.namespace
        found = self._lists.get(key)
        if found is None:
            known: list[Object] = []
            if kind == "Service":
                every: Sequence[Resource] = self.workspace.services
                known += [self.object(one) for one in every if application.holds(one.path)]
            else:
                every = self.workspace.workloads
                known += [self.pod(one) for one in self.workspace.workloads if application.holds(one.path)]
            more = self._more(resource, application, every)
            found = self._lists[key] = known if more is None else OpenList(known, more)
        return found

    def _more(self, resource: Resource, application: Application, every: Sequence[Resource]) -> str | None:
        """Why there may be more than an application's own of all objects of a sort, as a noun; None if there is not."""
        of = frozenset(("Service",)) if every is self.workspace.services else PODS
        try:
            self.workspace.require_sight(application, resource.namespace, of)
        except CannotTell as hidden:
            return str(hidden)
        if resource.namespace == "kube-system":
            return "what the cluster itself runs in kube-system"
        if application.is_variant:
            return "what is deployed beside one of several variants"
        if application.is_composed:
            return None
        if of is PODS and not any(application.holds(one.path) for one in every):
            return "pods that are not among the manifests"
        around = self.workspace.surroundings_of(application)
        for other in every:
            if not application.holds(other.path) and around.holds(other.path) and may_share_namespace(other, resource):
                return f"what other folders deploy ({self.workspace.shown(other.path)})"
        return None if self.workspace.sees_around(resource, of) else "what hides in the folders around"

    def _pod(self, workload: Workload) -> Object:
        route = self.workspace.template_route(workload)
        pods = (_pod_of(form, route, workload) for form in self._forms(workload))
        if workload.kind not in POD_TEMPLATES:
            # What the controller of a custom resource makes of its template, nobody knows.
            return _agreed(opened(pod) for pod in pods)
        return _agreed(complete(pod, self.cluster, self.draw, is_namespaced=True) for pod in pods)

    def _forms(self, resource: Resource) -> Iterator[Object]:
        """Each form in which kustomizations deploy an object, before the server adds to it."""
        for way in self.workspace.ways_of(resource):
            object = decoded(resource, self.cluster.version)
            metadata = object.setdefault("metadata", {})
            if not isinstance(metadata, dict):
                metadata = object["metadata"] = {}
            if resource.namespace is not None:
                metadata["namespace"] = resource.namespace
            else:
                # Kustomizations that do not agree replace the one that is written.
                metadata.pop("namespace", None)
            if way:
                transform(object, way)
            yield object


def _agreed(forms: Iterable[Object]) -> Object:
    """What the forms of an object have in common; the rest is not known."""
    known = (settled(form, lambda value: value is UNSETTLED, _KUSTOMIZED) for form in forms)
    return reduce(lambda one, other: agreed(one, other, _KUSTOMIZED), known)


def _pod_of(object: Object, route: tuple[str, ...], workload: Workload) -> Object:
    """The pod that an object is, or that a controller makes of the template at a route of it; `owner` says of what."""
    name = object["metadata"].get("name")
    owner = {"apiVersion": workload.api_version, "kind": workload.kind, "name": name}
    if not route:
        return {**object, "owner": owner}
    template: Any = object
    for step in route:
        template = template.get(step) if isinstance(template, dict) else None
    metadata, spec = (_map_in(template, name) for name in ("metadata", "spec"))
    given = RUNTIME_LABELS.get(workload.kind)
    if given is not None:
        labels = _map_in(metadata, "labels")
        metadata["labels"] = Uncertain(labels, _CONTROLLED, possible=frozenset(given) - labels.keys())
    metadata["name"] = UNSETTLED
    if "namespace" in object["metadata"]:
        metadata["namespace"] = object["metadata"]["namespace"]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "owner": owner}


def _map_in(holder: object, key: str) -> Object:
    found = holder.get(key) if isinstance(holder, dict) else None
    return {**found} if isinstance(found, dict) else {}
