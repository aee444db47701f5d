"""Everything of a project, looked up by kind, namespace and labels; what is deployed together; what cannot be known.

A look-up that cannot know raises `CannotTell`: the engine records it, and the rule says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kubelint.backends import Backend, backends_in
from kubelint.facts.kinds import LOCAL_GROUPS, WITHOUT_PODS
from kubelint.kustomization import Composition
from kubelint.manifest import Manifest, may_hold_pods
from kubelint.node import Mapping, Scalar
from kubelint.paths import folders_upwards, is_below
from kubelint.resources import KINDS, POD_TEMPLATES, RUNTIME_LABELS, Resource, Service, Workload, is_read
from kubelint_schemas import Index


class CannotTell(Exception):
    """The manifests at hand do not decide the question; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something that may stand for pods and cannot be read: where, in which namespace (None: any), and why."""

    path: str
    namespace: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Application:
    """What is deployed together: the folder that holds all of it, and which files there belong to it."""

    folder: str
    files: frozenset[str] | None = None
    """Its files, where a kustomization names them; else every file of the folder."""
    with_folders_below: bool = False
    """Whether the files of the folders below belong to it too."""
    is_variant: bool = False
    """Whether it is one of several files that cannot be deployed together: each defines what another one defines."""

    def holds(self, path: str) -> bool:
        """Whether a file belongs to it."""
        if self.files is not None:
            return path in self.files
        return is_below(path, self.folder) if self.with_folders_below else os.path.dirname(path) == self.folder


_RUNTIME_KEYS = frozenset(key for keys in RUNTIME_LABELS.values() for key in keys)


class Workspace:
    """All manifests of a run and of its surroundings.

    `load` gives them and is called at the first look-up; a run that never looks up never pays for reading them.
    """

    def __init__(
        self,
        root: str,
        load: Callable[[], Iterable[Manifest]],
        composition: Composition,
        folders: tuple[str, ...],
        version: str,
    ) -> None:
        self.root = root
        self._load = load
        self._composition = composition
        self._folders = frozenset(folders)
        self._index = Index.of(version)
        self._applications: dict[str, Application] = {}
        self._lasting: dict[tuple[Application, str | None], tuple[Workload, ...]] = {}
        self._composed: dict[tuple[str, ...], Application] = {}
        self._hiding: dict[tuple[Application, str | None], str | None] = {}

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
            elif isinstance(resource.get("spec", "template", "metadata", "labels"), Mapping):
                found.append(_TemplatedResource(resource))
        return tuple(found)

    def is_without_pods(self, kind: str) -> bool:
        """Whether no object of this kind stands for pods."""
        return kind not in POD_TEMPLATES and (
            kind in KINDS or kind in WITHOUT_PODS or bool(self._index.api_versions_of(kind))
        )

    def application_of(self, resource: Resource) -> Application:
        """What is deployed together with a resource.

        The kustomizations that deploy its file, with all that they reach; else its chart, or a folder that the
        configuration names; else the folder of its file.
        """
        application = self._applications.get(resource.path)
        if application is None:
            application = self._applications[resource.path] = self._find_application(resource.path)
        return application

    def surroundings_of(self, application: Application) -> Application:
        """The folder around an application, as far as the project reaches; of a variant, the variant itself."""
        if application.is_variant:
            return application
        parent = os.path.dirname(application.folder)
        return Application(parent if is_below(parent, self.root) else self.root, with_folders_below=True)

    def selected_by(self, service: Service) -> tuple[Workload, ...]:
        """The workloads whose pods a Service may select: those of its application, else those around it, else any.

        None of them for an empty selector.
        """
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

    def require_sight(self, scope: Application, namespace: str | None) -> None:
        """Make sure that nothing within an application's folder, or anywhere in that namespace, hides pods.

        Raises CannotTell with the first thing that does.
        """
        if (scope, namespace) not in self._hiding:
            self._hiding[scope, namespace] = self._what_hides(scope, namespace)
        hiding = self._hiding[scope, namespace]
        if hiding is not None:
            raise CannotTell(hiding)

    def _what_hides(self, scope: Application, namespace: str | None) -> str | None:
        for spot in self.blind_spots:
            in_scope = scope.holds(spot.path) or is_below(spot.path, scope.folder)
            if spot.namespace is None:
                relevant = in_scope
            else:
                relevant = spot.namespace == namespace or (namespace is None and in_scope)
            if relevant:
                return f"{spot.why} ({self.shown(spot.path)})"
        return None

    def shown(self, path: str) -> str:
        """A path as one reads it in a message: relative to the project."""
        return os.path.relpath(path, self.root) if is_below(path, self.root) else path

    @cached_property
    def blind_spots(self) -> tuple[BlindSpot, ...]:
        """Everything that may stand for pods and cannot be read."""
        return tuple(self._find_blind_spots())

    def _find_blind_spots(self) -> Iterator[BlindSpot]:
        for kustomization in self._composition.kustomizations:
            if kustomization.blind is not None:
                yield BlindSpot(kustomization.path, None, kustomization.blind)
        for manifest in self.manifests:
            if manifest.unreadable is not None:
                yield BlindSpot(manifest.path, None, "a file cannot be read")
            for part in manifest.parts:
                hides_pods = may_hold_pods(part, self.is_without_pods)
                if part.skipped == "kustomize patch":
                    continue
                if part.skipped and hides_pods:
                    yield BlindSpot(manifest.path, None, f"a document is not rendered: {part.skipped}")
                elif part.problem is not None and hides_pods:
                    yield BlindSpot(manifest.path, None, "a document cannot be read")
            for resource in manifest.resources:
                if not self._is_understood(resource):
                    why = f"the kind {resource.kind} is unknown and may stand for pods"
                    yield BlindSpot(manifest.path, resource.namespace, why)

    def _is_understood(self, resource: Resource) -> bool:
        if is_read(resource.api_version, resource.kind):
            return True
        group = resource.api_version.rpartition("/")[0]
        if any(group == local or group.endswith(f".{local}") for local in LOCAL_GROUPS) or resource.name is None:
            return True
        if resource.kind in KINDS or resource.kind in POD_TEMPLATES:
            # A kind of the same name in another group, such as Knative's Service.
            return resource.kind in WITHOUT_PODS
        return self.is_without_pods(resource.kind)

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

    @cached_property
    def _variants(self) -> frozenset[str]:
        """The files that define an object which another file of their folder defines as well."""
        defining: dict[tuple[str, str, str | None, str], set[str]] = {}
        for resource in self.resources:
            if resource.name is not None:
                identity = (os.path.dirname(resource.path), resource.kind, resource.namespace, resource.name)
                defining.setdefault(identity, set()).add(resource.path)
        return frozenset(path for paths in defining.values() if len(paths) > 1 for path in paths)

    def _find_application(self, path: str) -> Application:
        kustomizations = self._composition.reaching.get(path)
        if kustomizations:
            paths = tuple(kustomization.path for kustomization in kustomizations)
            if paths not in self._composed:
                files = frozenset[str]().union(*(self._composition.files_of[one] for one in paths))
                folder = os.path.commonpath([os.path.dirname(file) for file in files])
                self._composed[paths] = Application(folder, files)
            return self._composed[paths]
        for above in folders_upwards(os.path.dirname(path)):
            if above in self._folders:
                return Application(above, with_folders_below=True)
        folder = os.path.dirname(path)
        if path in self._variants:
            return Application(folder, frozenset((path,)), is_variant=True)
        return Application(folder)


class _TemplatedResource(Workload):
    """A custom resource with a pod template where a Deployment has it, such as an Argo Rollout."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource.node, resource.api_version, resource.kind)
        self.namespace = resource.namespace
        self.added_labels = resource.added_labels

    @cached_property
    def template(self) -> Mapping | None:
        """The pod template."""
        template = self.get("spec", "template")
        return template if isinstance(template, Mapping) else None


def may_share_namespace(one: Resource, other: Resource) -> bool:
    """Whether two objects may live in one namespace: an unset namespace may be any."""
    return one.namespace is None or other.namespace is None or one.namespace == other.namespace
