"""References by name: whether what an object names is there, and what is wrong where it is not.

Anything found anywhere in the project silences. That something is missing is said only where its neighbours show that
it is meant to be among the manifests, and nothing hides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from kubelint.backends import Backend, backends_in
from kubelint.finding import Finding, Severity, finding
from kubelint.node import Node
from kubelint.resources import Resource, Service, ServicePort, text_of
from kubelint.suggestion import closest, is_slip, without_numbers
from kubelint.template import placeholder_in
from kubelint.wiring.patches import require_unpatched
from kubelint.workspace import Application, CannotTell, Workspace

Reference = TypeVar("Reference")

_SERVICE = "Service"
_OPEN = (None, "default")
"""Namespaces that say nothing of what belongs together."""

_LISTED = 5
"""Names or ports that one message lists."""


def judged(references: Iterable[Reference], judge: Callable[[Reference], Finding | None]) -> Iterator[Finding]:
    """What is wrong with each of several references.

    Raises CannotTell after the last of them, with the first reason, where some could not be decided.
    """
    doubt: CannotTell | None = None
    for reference in references:
        try:
            found = judge(reference)
        except CannotTell as reason:
            doubt = doubt or reason
            continue
        if found is not None:
            yield found
    if doubt is not None:
        raise doubt


def routed_services(route: Resource) -> Iterator[Backend]:
    """The Services that a route names, where it is sure that a Service is meant: nothing for an Ingress.

    A dot in the host of an Istio destination makes it a full name (istio: ResolveShortnameToFQDN), and one that is not
    of the form `name.namespace.svc…` may be that of anything. A name with `@` is of another provider of Traefik's.
    """
    if route.kind == "Ingress":
        return
    for backend in backends_in(route):
        host = text_of(backend.place) or ""
        if "@" not in host and ("." not in host or ".svc." in f"{host}."):
            yield backend


def services_named(reference: Backend, workspace: Workspace) -> tuple[Service, ...]:
    """Every Service that a reference may mean, wherever it stands.

    A kustomization that changes the namespace of a Service changes the references to it, too (kustomize: namespace and
    nameReference transformers). So the namespace that the Service's own file says counts as well, and whatever stands
    in an object of no namespace counts for nothing.
    """
    owner = reference.owner
    application = workspace.application_of(owner)
    is_rewritten = application.files is not None and not owner.is_namespaced
    return tuple(
        service
        for service in workspace.named(_SERVICE, reference.name, None)
        if isinstance(service, Service)
        and (_may_be_in(service, reference.namespace) or (is_rewritten and application.holds(service.path)))
    )


def missing_service(reference: Backend, workspace: Workspace) -> Finding | None:
    """What is wrong with a reference to a Service that is not there; None where it is.

    Raises CannotTell where it may be out of sight.
    """
    if placeholder_in(f"{reference.namespace}/{reference.name}"):
        return None
    if services_named(reference, workspace) or _is_of_the_cluster(reference):
        return None
    _require_names_as_written(reference.name, workspace)
    name, namespace = reference.name, reference.namespace
    others = neighbours(_SERVICE, name, namespace, reference.owner, workspace)
    return absence(_SERVICE, reference.place, name, namespace, others)


def absence(kind: str, place: Node, name: str, namespace: str | None, others: Sequence[Resource]) -> Finding:
    """The finding that no object of a kind bears a name, with the nearest of its neighbours."""
    within = f" of namespace {namespace}" if namespace is not None else ""
    nothing = f"no {kind}{within} is called `{name}`"
    namesake = next((other for other in others if other.name == name), None)
    if namesake is not None:
        return finding(
            place,
            f"{nothing}; {kind} {name} is in namespace {namesake.namespace}",
            help=f"deploy both to one namespace, or name a {kind} of {namespace}",
            related=[(namesake.name_place, f"{kind} {name} in namespace {namesake.namespace}")],
        )
    by_name = {other.name: other for other in others if other.name}
    alike = closest(name, by_name, cutoff=0.6)
    if alike is not None:
        return finding(
            place,
            f"{nothing}; the nearest is {kind} {alike}",
            help=f"write `{alike}`, if that is meant, or add the {kind}",
            related=[(by_name[alike].name_place, f"{kind} {alike}")],
        )
    listed = _enumerated(f"`{other}`" for other in by_name) if len(by_name) <= _LISTED else f"{len(by_name)} others"
    return finding(
        place, f"{nothing}; the manifests have {listed}", help=f"name a {kind} that is there, or add the {kind}"
    )


def neighbours(
    kind: str, name: str, namespace: str | None, owner: Resource, workspace: Workspace
) -> tuple[Resource, ...]:
    """The objects of a kind which show that the one of this name, which was not found, is meant to be among them.

    They are of the application of `owner` and of the same namespace (None: of none that anything says). A folder may
    be a mere collection, and a namespace may hold what is deployed from somewhere else: they count if a kustomization
    or a chart composes them, if one stands in the owner's file or serves another of its backends, if a workload bears
    the name, or if one of them is called alike. Those of another namespace count if one has the very name, and those of
    the folders around if the name may be a slip for one of theirs.

    Raises CannotTell where there are none, or where something may hide one.
    """
    application = workspace.application_of(owner)
    workspace.require_sight(application, namespace, frozenset((kind,)))
    within = [other for other in workspace.of_kind(kind) if other.name and application.holds(other.path)]
    own = _of_namespace(within, namespace)
    if namespace == "kube-system" and not any(is_slip(name, other.name or "") for other in own):
        raise CannotTell(f"kube-system holds objects of kind {kind} that the cluster brings itself")
    is_composed = application.files is not None or application.with_folders_below
    is_evident = workspace.sees_around(owner, frozenset((kind,))) or any(
        is_slip(name, other.name or "") for other in own
    )
    if own and not is_evident:
        raise CannotTell(f"{kind} {name} may be among what cannot be read in the folders around it")
    if own and (is_composed or _are_connected(owner, own) or _is_of_a_workload(name, own, application, workspace)):
        return own
    near = _alike(name, [other for other in within if _may_be_in(other, namespace)])
    near = near or tuple(other for other in within if other.name == name)
    if near:
        return near

    surroundings = workspace.surroundings_of(application)
    workspace.require_sight(surroundings, namespace, frozenset((kind,)))
    every = (other for other in workspace.of_kind(kind) if other.name and surroundings.holds(other.path))
    around = _of_namespace(every, namespace)
    near = around if any(is_slip(name, other.name or "") for other in around) else ()
    if not near and around:
        raise CannotTell(f"nothing shows that {kind} {name} is meant to be among the manifests")
    if not near:
        raise CannotTell(f"no {kind} of its namespace is among the manifests")
    return near


def missing_port(
    reference: Backend, workspace: Workspace, severity_of: Callable[[ServicePort], Severity | None] = lambda port: None
) -> Finding | None:
    """What is wrong with a reference to a port that its Service does not have; None where it has it.

    An ExternalName has no ports of its own. `severity_of` is asked about a port whose targetPort is what is named.
    Raises CannotTell where it is not sure that this Service, as it is written, is the one that is meant.
    """
    named = reference.port
    if named is None or (isinstance(named, str) and (named.isdigit() or placeholder_in(named))):
        return None
    services = services_named(reference, workspace)
    if any(service.type == "ExternalName" or not service.ports for service in services):
        return None
    if not services or any(reference.picks(port) for service in services for port in service.ports):
        return None
    service = _meant(reference, services, workspace)
    require_all_unpatched((reference.owner, service), workspace)

    leading = _leading_to(named, service)
    near = leading or _nearest_port(named, service.ports)
    spelled = f"port {named}" if isinstance(named, int) else f"port called `{named}`"
    found = f"`{named}` is the targetPort of its {_spelled(leading)}" if leading is not None else _ports_of(service)
    return finding(
        reference.port_place or reference.place,
        f"Service {service.name} has no {spelled}; {found}",
        help="name a port of the Service, by the number or the name that stands in its spec.ports",
        related=[(near.number_node or near.node, f"{_spelled(near)} of Service {service.name}")],
        severity=severity_of(leading) if leading is not None else None,
    )


def require_all_unpatched(resources: Iterable[Resource], workspace: Workspace) -> None:
    """Make sure that no patch of a kustomization changes one of these objects. Raises CannotTell."""
    for resource in resources:
        require_unpatched(resource, workspace)


def _of_namespace(resources: Iterable[Resource], namespace: str | None) -> tuple[Resource, ...]:
    return tuple(resource for resource in resources if resource.namespace == namespace)


def _are_connected(owner: Resource, others: Sequence[Resource]) -> bool:
    """Whether one of these objects stands in the file of `owner`, or serves one of its backends."""
    served = {backend.name for backend in backends_in(owner)}
    return any(other.path == owner.path or other.name in served for other in others)


def _is_of_a_workload(name: str, others: Sequence[Resource], application: Application, workspace: Workspace) -> bool:
    """Whether a workload of the application, in the namespace of these Services, bears the name."""
    return any(
        workload.name == name and workload.namespace == others[0].namespace and application.holds(workload.path)
        for workload in workspace.workloads
    )


def _alike(name: str, resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """All of them, if one is called nearly so; else none. `web-1` is no sign of `web-2`."""
    names = [other.name for other in resources if other.name and without_numbers(other.name) != without_numbers(name)]
    return tuple(resources) if closest(name, names) is not None else ()


def _may_be_in(resource: Resource, namespace: str | None) -> bool:
    if None in (namespace, resource.namespace):
        return True
    return namespace in (resource.namespace, text_of(resource.get("metadata", "namespace")))


def _is_of_the_cluster(reference: Backend) -> bool:
    """Whether it names the Service of the API server, which every cluster has."""
    return reference.name == "kubernetes" and reference.namespace in (None, "default")


def _require_names_as_written(name: str, workspace: Workspace) -> None:
    """Make sure that no Service gets this name from a kustomization or a Gateway's controller, unless it may be a slip
    for the name of one. Raises CannotTell.
    """
    if any(is_slip(name, service.name or "") for service in workspace.services):
        return
    for service in workspace.services:
        written = service.name or ""
        if written and name != written and (name.endswith(written) or name.startswith(written)):
            application = workspace.application_of(service)
            if application.files is not None and not application.is_variant:
                raise CannotTell(f"a kustomization may give Service {written} another name")
    for gateway in workspace.of_kind("Gateway"):
        if gateway.name and name.startswith(f"{gateway.name}-"):
            raise CannotTell(f"the controller of Gateway {gateway.name} may make the Service {name}")


def _meant(reference: Backend, services: Sequence[Service], workspace: Workspace) -> Service:
    """Of the Services of a name, the first that is sure to be the one: it stands in the application of whoever names
    it, or both say one namespace that not everybody uses. Around the application it is the one if the port of its pods
    is what is named. Raises CannotTell where none is.
    """
    application = workspace.application_of(reference.owner)
    around = workspace.surroundings_of(application)
    for service in services:
        if application.holds(service.path):
            return service
    for service in services:
        if service.namespace == reference.namespace and service.namespace not in _OPEN:
            return service
        if around.holds(service.path) and _leading_to(reference.port, service) is not None:
            return service
    raise CannotTell(
        f"another Service {reference.name} may be meant than the one in {workspace.shown(services[0].path)}"
    )


def _leading_to(named: int | str | None, service: Service) -> ServicePort | None:
    """The port of a Service whose targetPort this is."""
    return next((port for port in service.ports if port.target_node is not None and port.target == named), None)


def _nearest_port(named: int | str, ports: Sequence[ServicePort]) -> ServicePort:
    names = {port.name: port for port in ports if port.name}
    alike = closest(named, names, cutoff=0.5) if isinstance(named, str) else None
    return names[alike] if alike is not None else ports[0]


def _ports_of(service: Service) -> str:
    if len(service.ports) > _LISTED:
        return f"it has {len(service.ports)} others"
    return f"it has {_enumerated(map(_spelled, service.ports))}"


def _spelled(port: ServicePort) -> str:
    return f"port {port.number} (`{port.name}`)" if port.name else f"port {port.number}"


def _enumerated(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
