"""The request that creates an object, as policies see it: the variables of their expressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from kubelint.cel import CelUnknown
from kubelint.cluster import Cluster
from kubelint.exposure import Exposure
from kubelint.policy.completion import Completion
from kubelint.policy.defaults import Object
from kubelint.policy.uncertain import UNKNOWN, NotKnown, Uncertain
from kubelint.resources import Resource, Workload, group_and_version, items_of, plural_of, text_of
from kubelint.workspace import Workspace

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
        self.is_refused = is_refused or (isinstance(resource, Workload) and not _has_containers(resource))
        self._completion = Completion.of(workspace, cluster)
        self.draw = self._completion.draw
        self._values: dict[str, object] = {"oldObject": None}
        self._unknown: dict[str, str] = {}
        self._maps: dict[tuple[str, ...], dict[str, object]] = {}

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

    def values_of(self, names: tuple[str, ...]) -> dict[str, object]:
        """The values of these variables, without those that only a cluster knows: one map for all who ask for them."""
        values = self._maps.get(names)
        if values is None:
            known = {name: self.value_of(name) for name in names}
            values = self._maps[names] = {name: value for name, value in known.items() if value is not UNKNOWN}
        return values

    def value_of(self, name: str) -> object:
        """The value of a variable of expressions; UNKNOWN for one that only a cluster knows."""
        try:
            return self._values[name]
        except KeyError:
            value = self._values[name] = self._value_of(name)
            return value

    def _value_of(self, name: str) -> object:
        try:
            if name not in _ATTRIBUTES:
                raise NotKnown("what the cluster's authorizer says")
            return getattr(self, _ATTRIBUTES[name])
        except CelUnknown as unknown:
            self._unknown[name] = unknown.what
            return UNKNOWN

    def explained(self, unknown: str) -> str:
        """What has to be known for a variable to have a value, in place of the variable's name; a noun."""
        return self._unknown.get(unknown, unknown)

    @cached_property
    def object(self) -> Object:
        """The object with what the server adds, so far as anybody can know."""
        return self._completion.object(self.resource)

    @cached_property
    def request(self) -> Object:
        """What is asked of the server (admission/v1 AdmissionRequest)."""
        group, version = group_and_version(self.resource.api_version)
        kind = {"group": group, "version": version, "kind": self.resource.kind}
        resource = {"group": group, "version": version, "resource": plural_of(self.resource.kind)}
        known: Object = {"kind": kind, "resource": resource, "requestKind": kind, "requestResource": resource}
        known["operation"] = "CREATE"
        present = dict.fromkeys(("uid", "userInfo"), _UNKNOWN_REQUEST)
        if self.resource.name is not None:
            try:
                known["name"] = self.name
            except NotKnown as unknown:
                present["name"] = str(unknown)
        else:
            present["name"] = "the name that the server generates"
        if self.resource.kind == "Namespace":
            # A Namespace is created in itself (k8s.io/apiserver, endpoints/handlers: createHandler).
            if "name" in known:
                known["namespace"] = known["name"]
        elif self.resource.namespace is not None:
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

    @property
    def services(self) -> list[Object]:
        """The Services that are deployed together with the object; an open list where there may be more."""
        return self._completion.services_beside(self.resource)

    @property
    def pods(self) -> list[Object]:
        """A pod of each workload that is deployed together with the object; an open list as `services` is."""
        return self._completion.pods_beside(self.resource)


def _has_containers(workload: Workload) -> bool:
    """Whether a pod has containers with names and images (k8s.io/kubernetes, core/validation: validateContainers).

    No rule finds it where one has not, so that whoever writes only half of an object is left in peace; to a policy it
    would look as if it asked for what is not there.
    """
    containers = items_of(workload.template.get("spec", "containers")) if workload.template is not None else []
    return bool(containers) and all(text_of(one.get("name")) and text_of(one.get("image")) for one in containers)
