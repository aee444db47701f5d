"""The request that creates an object, as policies see it: the variables of their expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, reduce
from typing import Any

from kubelint.application import Application
from kubelint.cel import CelUnknown, OpenList
from kubelint.cluster import Cluster
from kubelint.exposure import Exposure
from kubelint.policy.decoded import decoded
from kubelint.policy.defaults import Object, complete, opened
from kubelint.policy.uncertain import UNKNOWN, Draw, NotKnown, Uncertain, agreed, settled
from kubelint.resources import POD_TEMPLATES, RUNTIME_LABELS, Resource, Workload
from kubelint.sight import PODS, CannotTell
from kubelint.transformers import UNSETTLED, transform
from kubelint.workspace import Workspace

_KUSTOMIZED = "what a kustomization sets"
_AS_WRITTEN = ((),)
"""The ways in which an object is deployed that no kustomization changes."""
_CONTROLLED = "what the controller of a workload sets"
_UNKNOWN_REQUEST = "who creates the object, and how"
_ATTRIBUTES = {
    "object": "object",
    "request": "request",
    "namespaceObject": "namespace_object",
    "exposure": "exposure",
    "services": "services",
    "pods": "pods",
}
"""By the name that expressions know, the property that holds the value."""
_SERVICES = frozenset(("Service",))


def resource_name(kind: str) -> str:
    """The plural by which a kind is called in an API path (k8s.io/apimachinery, meta.UnsafeGuessKindToResource)."""
    name = kind.lower()
    if name == "endpoints":
        return name
    if name.endswith("s"):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def group_and_version(api_version: str) -> tuple[str, str]:
    """The two parts of an apiVersion; the group of `v1` is empty."""
    group, _, version = api_version.rpartition("/")
    return group, version


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


class Admission:
    """The creation of one resource; each value is worked out when it is first asked for.

    `exposure` is asked only where an expression speaks of it. `is_refused` tells that the server refuses the object for
    other reasons, and asks no policy.
    """

    def __init__(
        self,
        resource: Resource,
        workspace: Workspace,
        cluster: Cluster,
        exposure: Callable[[], Exposure | None],
        *,
        is_refused: bool = False,
    ) -> None:
        self.resource = resource
        self.workspace = workspace
        self.cluster = cluster
        self._exposure = exposure
        self.is_refused = is_refused
        self._completion = Completion.of(workspace, cluster)
        self.draw = self._completion.draw
        self._values: dict[str, object] = {"oldObject": None}

    @property
    def namespace(self) -> str:
        """The namespace that it lands in; empty for an object without one. Raises NotKnown where nothing says."""
        if not self.resource.is_namespaced:
            return ""
        if self.resource.namespace is None:
            raise NotKnown("the namespace")
        return self.resource.namespace

    @property
    def name(self) -> str | None:
        """The name that it is created with; None where it gets one. Raises NotKnown where kustomizations disagree."""
        if self.resource.name is None:
            return None
        name = self.object["metadata"]["name"]
        assert isinstance(name, str)
        return name

    def value_of(self, name: str) -> object:
        """The value of a variable of expressions; UNKNOWN for one that only a cluster knows."""
        try:
            return self._values[name]
        except KeyError:
            value = self._values[name] = self._value_of(name)
            return value

    def _value_of(self, name: str) -> object:
        attribute = _ATTRIBUTES.get(name)
        try:
            return UNKNOWN if attribute is None else getattr(self, attribute)
        except CelUnknown:
            return UNKNOWN

    @cached_property
    def object(self) -> Object:
        """The object with what the server adds, so far as anybody can know."""
        return self._completion.object(self.resource)

    @cached_property
    def request(self) -> Object:
        """What is asked of the server (admission/v1 AdmissionRequest)."""
        group, version = group_and_version(self.resource.api_version)
        kind = {"group": group, "version": version, "kind": self.resource.kind}
        resource = {"group": group, "version": version, "resource": resource_name(self.resource.kind)}
        known: Object = {"kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource}
        known["operation"] = "CREATE"
        present = dict.fromkeys(("uid", "userInfo"), _UNKNOWN_REQUEST)
        if self.resource.name is not None:
            try:
                known["name"] = self.name
            except NotKnown as unknown:
                present["name"] = str(unknown)
        if self.resource.namespace is not None:
            known["namespace"] = self.resource.namespace
        elif self.resource.is_namespaced:
            present["namespace"] = "the namespace"
        return Uncertain(known, _UNKNOWN_REQUEST, present=present, possible=frozenset(("dryRun", "options")))

    @cached_property
    def namespace_object(self) -> Object | None:
        """The Namespace, from the manifests; None for an object without one.

        Of one that is not among them only the name is known.
        """
        if not self.namespace or self.resource.kind == "Namespace":
            return None
        found = self.workspace.named("Namespace", self.namespace, None)
        if len(found) == 1:
            return self._completion.object(found[0])
        why = f"the Namespace {self.namespace}, which is not among the manifests"
        labels = Uncertain({"kubernetes.io/metadata.name": self.namespace}, why, is_open=True)
        metadata = Uncertain({"name": self.namespace, "labels": labels}, why, is_open=True)
        return Uncertain({"metadata": metadata}, why, is_open=True)

    @cached_property
    def reach(self) -> Exposure | None:
        """The exposure itself, with the places that lead to it."""
        return self._exposure()

    @cached_property
    def exposure(self) -> Object | None:
        """How far a Service reaches; None for any other object."""
        exposure = self.reach
        if exposure is None:
            return None
        return {
            "level": exposure.level.value,
            "confidence": exposure.confidence.value,
            "restriction": exposure.restriction.value,
            "provider": exposure.provider,
            "isExternal": exposure.is_external,
            "opensNodePorts": exposure.opens_node_ports,
            "paths": [
                {
                    "level": path.level.value,
                    "via": path.via.value,
                    "confidence": path.confidence.value,
                    "restriction": path.restriction.value,
                    "provider": path.provider,
                }
                for path in exposure.paths
            ],
        }

    @cached_property
    def services(self) -> list[Object]:
        """The Services that are deployed together with the object; an open list where some may be out of sight."""
        application = self.workspace.application_of(self.resource)
        found = [self._completion.object(one) for one in self.workspace.services if application.holds(one.path)]
        return self._as_far_as_in_sight(found, application, _SERVICES)

    @cached_property
    def pods(self) -> list[Object]:
        """A pod of each workload that is deployed together with the object; an open list as `services` is."""
        application = self.workspace.application_of(self.resource)
        found = [self._completion.pod(one) for one in self.workspace.workloads if application.holds(one.path)]
        return self._as_far_as_in_sight(found, application, PODS)

    def _as_far_as_in_sight(self, found: list[Object], application: Application, of: frozenset[str]) -> list[Object]:
        try:
            self.workspace.require_sight(application, self.resource.namespace, of)
        except CannotTell as hidden:
            return OpenList(found, str(hidden))
        return found


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
