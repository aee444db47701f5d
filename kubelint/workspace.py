"""Everything of a project, looked up by kind, namespace and labels; what is deployed together; what cannot be known.

A look-up that cannot know raises `CannotTell`: the engine records it, and the rule says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from collections.abc import Mapping as MappingType
from functools import cached_property

from kubelint.application import Application, Applications
from kubelint.backends import Backend, backends_in
from kubelint.facts.kinds import WITHOUT_PODS
from kubelint.kustomization import NOT_FOLLOWED, Composition, Patch
from kubelint.manifest import Manifest
from kubelint.node import Mapping, Scalar
from kubelint.paths import is_below
from kubelint.resources import KINDS, POD_TEMPLATES, RUNTIME_LABELS, Resource, Service, Workload, is_read
from kubelint.sight import PODS, CannotTell, Sight
from kubelint.transformers import Transformers, names_along
from kubelint_schemas import Index

__all__ = ["Application", "CannotTell", "Workspace", "may_share_namespace"]


_RUNTIME_KEYS = frozenset(key for keys in RUNTIME_LABELS.values() for key in keys)


class Workspace:
    """All manifests of a run and of its surroundings.

    `load` gives them and is called at the first look-up; a run that never looks up never pays for reading them.
    `workload_kinds` are kinds that the configuration teaches, each with the route to its pod template.
    """

    def __init__(
        self,
        root: str,
        load: Callable[[], Iterable[Manifest]],
        composition: Composition,
        folders: tuple[str, ...],
        version: str,
        workload_kinds: MappingType[str, tuple[str, ...]],
    ) -> None:
        self.root = root
        self._load = load
        self._composition = composition
        self._applications = Applications(root, composition, folders, lambda: self.resources)
        self._workload_kinds = workload_kinds
        self._index = Index.of(version)
        self._selected: dict[Service, tuple[Workload, ...]] = {}
        self.completions: dict[object, object] = {}
        """What policies make of the objects, by cluster; it lives as long as the objects do."""
        self._ways: dict[tuple[str, str], tuple[tuple[Transformers, ...], ...]] = {}
        self._lasting: dict[tuple[Application, str | None], tuple[Workload, ...]] = {}
        self._sight = Sight(
            lambda: self.manifests, composition, self.is_without_pods, lambda kind: kind in workload_kinds
        )

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """Every manifest, in the order of their paths."""
        return tuple(sorted(self._load(), key=lambda manifest: manifest.path))

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Every object that can be read, of any kind."""
        return tuple(resource for manifest in self.manifests for resource in manifest.resources)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """Every Service."""
        return tuple(resource for resource in self.resources if isinstance(resource, Service))

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Every Pod and every object with a pod template, custom resources built like a Deployment included."""
        found = []
        for resource in self.resources:
            if isinstance(resource, Workload):
                found.append(resource)
                continue
            route = self._workload_kinds.get(resource.kind, ("spec", "template"))
            if isinstance(resource.get(*route, "metadata", "labels"), Mapping):
                found.append(_TemplatedResource(resource, route))
        return tuple(found)

    def is_without_pods(self, kind: str) -> bool:
        """Whether no object of this kind stands for pods."""
        return kind not in POD_TEMPLATES and (
            kind in KINDS or kind in WITHOUT_PODS or bool(self._index.api_versions_of(kind))
        )

    def template_route(self, workload: Workload) -> tuple[str, ...]:
        """Where a workload keeps its pod template."""
        return workload.route if isinstance(workload, _TemplatedResource) else POD_TEMPLATES[workload.kind]

    def is_served(self, resource: Resource) -> bool:
        """Whether the API server has an object's apiVersion; of kinds that are not built in, nobody knows."""
        versions = self._index.api_versions_of(resource.kind)
        return not versions or resource.api_version in versions

    def application_of(self, resource: Resource) -> Application:
        """What is deployed together with a resource.

        The kustomizations that deploy its file, with all that they reach; else its chart, or a folder that the
        configuration names; else the folder of its file.
        """
        return self._applications.of(resource.path)

    def surroundings_of(self, application: Application) -> Application:
        """The folder around an application, as far as the project reaches; of a variant, the variant itself."""
        return self._applications.around(application)

    def are_together(self, one: Resource, other: Resource) -> bool:
        """Whether two objects are sure to be deployed together; two overlays, or two demos, are not."""
        return self._applications.are_together(one.path, other.path)

    def selected_by(self, service: Service) -> tuple[Workload, ...]:
        """The workloads whose pods a Service may select: those of its application, else those around it, else any.

        None of them for an empty selector.
        """
        selected = self._selected.get(service)
        if selected is None:
            selected = self._selected[service] = self._find_selected(service)
        return selected

    def _find_selected(self, service: Service) -> tuple[Workload, ...]:
        found = tuple(
            workload for workload in self.with_labels(service.selector) if may_share_namespace(workload, service)
        )
        if len(found) < 2:
            return found
        application = self.application_of(service)
        for circle in (application, self.surroundings_of(application)):
            within = tuple(workload for workload in found if circle.holds(workload.path))
            if within:
                return within
        return found

    def with_labels(self, selector: dict[str, Scalar]) -> tuple[Workload, ...]:
        """The workloads in any namespace whose pods may carry all of these labels: as written, added by kustomizations,
        or at run time. None of them for an empty selector.
        """
        if not selector:
            return ()
        bearers = {key: self._workloads_by_label.get((key, wanted.text), {}) for key, wanted in selector.items()}
        # The rarest label leaves the fewest to look at: there is many a label that everything bears.
        rarest = min((bearers[key] for key in selector if key not in _RUNTIME_KEYS), key=len, default=None)
        return tuple(
            workload
            for place, workload in (enumerate(self.workloads) if rarest is None else rarest.items())
            if all(place in bearers[key] or key in RUNTIME_LABELS.get(workload.kind, ()) for key in selector)
        )

    def require_sight(self, scope: Application, namespace: str | None, of: frozenset[str] = PODS) -> None:
        """Make sure that nothing within an application's folder, or anywhere in that namespace, hides objects of these
        kinds, or what makes such objects; by default, pods.

        Raises CannotTell with the first thing that does.
        """
        spot = self._sight.spot_hiding(of, scope, namespace)
        if spot is not None:
            raise CannotTell(f"{spot.why} ({self.shown(spot.path)})")

    def sees_around(self, resource: Resource, of: frozenset[str] = PODS) -> bool:
        """Whether nothing in the folders around an object's application hides objects of these kinds.

        Where something does, what is missing may be there, however much of its kind is in sight.
        """
        around = self.surroundings_of(self.application_of(resource))
        return self._sight.spot_hiding(of, around, resource.namespace) is None

    def shown(self, path: str) -> str:
        """A path as one reads it in a message: relative to the project."""
        return os.path.relpath(path, self.root) if is_below(path, self.root) else path

    def sharing_a_label(self, selector: dict[str, Scalar]) -> tuple[Workload, ...]:
        """The workloads in any namespace whose pods bear at least one of these labels."""
        found: dict[int, Workload] = {}
        for key, wanted in selector.items():
            found |= self._workloads_by_label.get((key, wanted.text), {})
        return tuple(found[place] for place in sorted(found))

    def lasting_workloads(self, scope: Application, namespace: str | None) -> tuple[Workload, ...]:
        """The workloads of an application, in exactly this namespace (None: in none), whose pods are meant to stay.

        Those of Jobs come and go: they are no sign that the pods of a Service are among the manifests.
        """
        known = self._lasting.get((scope, namespace))
        if known is None:
            known = self._lasting[scope, namespace] = tuple(
                workload
                for workload in self.workloads
                if workload.namespace == namespace
                and workload.kind not in ("Job", "CronJob")
                and scope.holds(workload.path)
            )
        return known

    def is_known_label(self, key: str) -> bool:
        """Whether some workload of the project bears a label of this key."""
        return key in self._label_keys

    def backends_of(self, service: Service) -> tuple[Backend, ...]:
        """Where Ingresses, routes and their like send to a Service: those of its application, else those around it.

        What lies farther away counts only where both sides name the same namespace, and not one that everybody uses.
        """
        found = [
            backend
            for backend in self._backends_by_name.get(service.name or "", ())
            if None in (backend.namespace, service.namespace) or backend.namespace == service.namespace
        ]
        if not found:
            return ()
        application = self.application_of(service)
        for circle in (application, self.surroundings_of(application)):
            within = tuple(backend for backend in found if circle.holds(backend.owner.path))
            if within:
                return within
        return tuple(
            backend for backend in found if backend.namespace is not None and service.namespace not in (None, "default")
        )

    @cached_property
    def _backends_by_name(self) -> dict[str, list[Backend]]:
        index: dict[str, list[Backend]] = {}
        for resource in self.resources:
            for backend in backends_in(resource):
                index.setdefault(backend.name, []).append(backend)
        return index

    def named(self, kind: str, name: str | None, namespace: str | None) -> tuple[Resource, ...]:
        """The objects of a kind that kubelint reads, by their name, in this namespace or in one that nothing says."""
        return tuple(
            resource
            for resource in self._resources_by_name.get((kind, name), ())
            if None in (resource.namespace, namespace) or resource.namespace == namespace
        )

    @cached_property
    def _resources_by_name(self) -> dict[tuple[str, str | None], list[Resource]]:
        index: dict[tuple[str, str | None], list[Resource]] = {}
        for resource in self.resources:
            if is_read(resource.api_version, resource.kind):
                index.setdefault((resource.kind, resource.name), []).append(resource)
        return index

    def custom_resources(self, group_and_kind: str) -> tuple[Resource, ...]:
        """Every object of a kind that kubelint does not read, by its API group and kind: `metallb.io/IPAddressPool`."""
        return tuple(self._custom_resources.get(group_and_kind, ()))

    @cached_property
    def _custom_resources(self) -> dict[str, list[Resource]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            if not is_read(resource.api_version, resource.kind):
                index.setdefault(f"{resource.api_version.rpartition('/')[0]}/{resource.kind}", []).append(resource)
        return index

    def of_kind(self, kind: str) -> tuple[Resource, ...]:
        """Every object of a kind that kubelint reads."""
        return self._resources_by_kind.get(kind, ())

    @cached_property
    def _resources_by_kind(self) -> dict[str, tuple[Resource, ...]]:
        index: dict[str, list[Resource]] = {}
        for resource in self.resources:
            if is_read(resource.api_version, resource.kind):
                index.setdefault(resource.kind, []).append(resource)
        return {kind: tuple(found) for kind, found in index.items()}

    def patches_of(self, resource: Resource) -> tuple[Patch, ...]:
        """What the kustomizations that deploy an object change of it; kubelint applies no patch."""
        patches = [
            patch
            for kustomization in self._composition.reaching.get(resource.path, ())
            for patch in kustomization.patches
        ]
        names = self._names_of(resource) if patches else ()
        return tuple(patch for patch in patches if any(patch.changes(resource.kind, name) for name in names))

    def _names_of(self, resource: Resource) -> tuple[str | None, ...]:
        """The names that an object bears until it is deployed, its own first: a patch may mean it by any of them."""
        name = resource.name
        if name is None:
            return (None,)
        ways = self.ways_of(resource)
        return tuple(dict.fromkeys(each for way in ways for each in names_along(name, resource.kind, way)))

    def label_sets_of(self, workload: Workload) -> tuple[dict[str, str], ...]:
        """The labels that a workload's pods may bear: as written, and as each kustomization deploys them."""
        written = {key: scalar.text for key, scalar in workload.pod_labels.items()}
        added = (
            kustomization.labels_for(workload.kind)
            for kustomization in self._composition.reaching.get(workload.path, ())
        )
        return (written, *({**written, **labels} for labels in added if labels))

    def ways_of(self, resource: Resource) -> tuple[tuple[Transformers, ...], ...]:
        """Each way in which kustomizations deploy an object: what they set on it, the innermost first; no patches."""
        key = resource.path, resource.kind
        ways = self._ways.get(key)
        if ways is None:
            ways = self._ways[key] = self._composition.ways_of(*key)
        return ways

    def changing_anything(self, resource: Resource) -> str | None:
        """Why kustomizations that deploy an object may change any field of it; None where they may not."""
        for kustomization in self._composition.reaching.get(resource.path, ()):
            transformers = kustomization.transformers
            if transformers.anything is not None:
                return f"{transformers.anything} of {self.shown(kustomization.path)}"
            if transformers.has_variables and "$(" in resource.span.text:
                return f"vars of {self.shown(kustomization.path)}"
        if any(NOT_FOLLOWED in way for way in self.ways_of(resource)):
            return NOT_FOLLOWED.anything
        return None

    @cached_property
    def _label_keys(self) -> frozenset[str]:
        return frozenset(key for key, _ in self._workloads_by_label)

    @cached_property
    def _workloads_by_label(self) -> dict[tuple[str, str], dict[int, Workload]]:
        """By each label that its pods may bear, the workloads by their place among all."""
        index: dict[tuple[str, str], dict[int, Workload]] = {}
        for place, workload in enumerate(self.workloads):
            for key, scalar in workload.pod_labels.items():
                index.setdefault((key, scalar.text), {})[place] = workload
            # Of the kustomizations that deploy it, each may add another value of a label.
            for kustomization in self._composition.reaching.get(workload.path, ()):
                for label in kustomization.labels_for(workload.kind).items():
                    index.setdefault(label, {})[place] = workload
        return index


class _TemplatedResource(Workload):
    """A custom resource with a pod template, where the configuration says or, like a Deployment, at spec.template."""

    def __init__(self, resource: Resource, route: tuple[str, ...]) -> None:
        super().__init__(resource.node, resource.api_version, resource.kind)
        self.namespace = resource.namespace
        self.added_labels = resource.added_labels
        self.route = route

    @cached_property
    def template(self) -> Mapping | None:
        """The pod template."""
        template = self.get(*self.route)
        return template if isinstance(template, Mapping) else None


def may_share_namespace(one: Resource, other: Resource) -> bool:
    """Whether two objects may live in one namespace: an unset namespace may be any."""
    return one.namespace is None or other.namespace is None or one.namespace == other.namespace
