"""A ServiceMonitor whose selector fits no Service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from kubelint import CannotTell, Finding, Resource, Service, Severity, Workspace, finding, rule
from kubelint.node import Place
from kubelint.suggestion import closest
from kubelint.template import placeholder_in
from kubelint.wiring.service_monitors import ServiceMonitor, service_monitor
from kubelint.workspace import Application

_SERVICES = frozenset(("Service",))
_OF_THE_API_SERVER = {"component": "apiserver", "provider": "kubernetes"}
"""The labels of Service kubernetes in namespace default (pkg/controlplane: kubernetesservice.Controller)."""


@rule(severity=Severity.WARNING)
def service_monitor_matches_nothing(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """A ServiceMonitor selects no Service."""
    monitor = service_monitor(resource)
    if monitor is None or _selects_the_api_server(monitor) or monitor.selected(workspace):
        return
    yield _difference(monitor, _candidates(monitor, workspace), workspace)


def _selects_the_api_server(monitor: ServiceMonitor) -> bool:
    is_there = monitor.namespaces is None or bool({None, "default"} & monitor.namespaces)
    return is_there and monitor.selector.selects(_OF_THE_API_SERVER)


def _candidates(monitor: ServiceMonitor, workspace: Workspace) -> Sequence[Service]:
    """The Services which show that the monitor's own is meant to be among the manifests.

    Raises CannotTell where there are none, or where others may hide: a ServiceMonitor all alone proves nothing.
    """
    namespaces = monitor.namespaces
    if any(placeholder_in(namespace or "") for namespace in namespaces or ()):
        raise CannotTell("a namespace that it selects is a placeholder")
    if namespaces is not None and "kube-system" in namespaces:
        raise CannotTell("kube-system holds Services that the cluster brings itself")
    application = workspace.application_of(monitor.resource)
    surroundings = workspace.surroundings_of(application)
    for circle in (application, surroundings):
        _require_sight(circle, monitor, workspace)
        within = [service for service in workspace.services if circle.holds(service.path)]
        exact = [service for service in within if namespaces is not None and service.namespace in namespaces]
        if circle is application and _are_connected(monitor, exact, application):
            return exact
        alike = [service for service in within if monitor.reaches(service) and _is_alike(monitor, service)]
        if alike:
            return alike
        elsewhere = [service for service in within if monitor.selector.selects(_labels(service))]
        if elsewhere:
            return elsewhere
    raise CannotTell("no Service that it could select is among the manifests")


def _are_connected(monitor: ServiceMonitor, services: Sequence[Service], application: Application) -> bool:
    """Whether anything but their folder shows that these Services are deployed together with the monitor: a
    kustomization or a chart, one file, or the name of one of them."""
    is_composed = application.files is not None or application.with_folders_below
    return bool(services) and (
        is_composed
        or any(service.path == monitor.resource.path for service in services)
        or closest(monitor.resource.name or "", [service.name or "" for service in services]) is not None
    )


def _require_sight(circle: Application, monitor: ServiceMonitor, workspace: Workspace) -> None:
    for namespace in monitor.namespaces or (None,):
        workspace.require_sight(circle, namespace, _SERVICES)


def _labels(service: Service) -> dict[str, str]:
    return {key: str(scalar.value) for key, scalar in service.labels.items()}


def _is_alike(monitor: ServiceMonitor, service: Service) -> bool:
    """Whether a Service is nearly selected: it has every label, some with values that may be slips for one another."""
    wanted = monitor.selector.match_labels
    labels = _labels(service)
    return bool(wanted) and all(
        key in labels and closest(scalar.text, [labels[key]]) is not None for key, scalar in wanted.items()
    )


def _difference(monitor: ServiceMonitor, candidates: Sequence[Service], workspace: Workspace) -> Finding:
    """The finding: what keeps the selector from fitting the nearest Service, at the place where they differ."""
    wanted = monitor.selector.match_labels
    nearest = _nearest(monitor, candidates)
    selector = monitor.selector.node
    assert selector is not None
    service = f"Service {nearest.name}"
    named: list[tuple[Place, str]] = [(nearest.name_place, service)]
    if monitor.selector.selects(_labels(nearest)):
        return finding(
            selector.key,
            f"no Service of {_spelled(monitor.namespaces)} has these labels; {service} of {nearest.namespace} has them",
            help=f"add `namespaceSelector` with `matchNames: [{nearest.namespace}]`",
            related=named,
        )
    labels = nearest.labels
    wrong = {key: scalar for key, scalar in wanted.items() if key not in labels or labels[key].value != scalar.text}
    if not wrong:
        return finding(
            selector.key,
            f"no Service fits the selector; {service} does not meet its matchExpressions",
            help="make the selector and the labels of the Service agree",
            related=named,
        )
    key, scalar = next(iter(wrong.items()))
    label = labels.get(key)
    if workspace.application_of(nearest).files is not None and label is None:
        raise CannotTell(f"a kustomization may give {service} the label {key}")
    place: Place = scalar if len(wrong) < len(wanted) or len(wrong) == 1 else selector.key
    found = f"has `{key}: {label.text}`" if label is not None else f"has no label `{key}`"
    return finding(
        place,
        f"no Service has the label `{key}: {scalar.text}`; {service} {found}",
        help="select by labels in the metadata of the Service; those of its pods do not count",
        related=[(label, f"the label of {service}")] if label is not None else named,
    )


def _nearest(monitor: ServiceMonitor, candidates: Sequence[Service]) -> Service:
    """The Service whose labels differ least; of several, one of the same file, then the one called most alike."""
    wanted = {key: scalar.text for key, scalar in monitor.selector.match_labels.items()}

    def likeness(service: Service) -> tuple[int, int, bool]:
        labels = _labels(service)
        agreeing = sum(labels.get(key) == text for key, text in wanted.items())
        return agreeing, len(wanted.keys() & labels.keys()), service.path == monitor.resource.path

    most = max(map(likeness, candidates))
    best = [service for service in candidates if likeness(service) == most]
    namesake = closest(monitor.resource.name or "", [service.name or "" for service in best], cutoff=0.5)
    return next((service for service in best if service.name == namesake), best[0])


def _spelled(namespaces: Iterable[str | None] | None) -> str:
    names = sorted(name for name in namespaces or () if name)
    return f"namespace {' or '.join(names)}" if names else "its namespace"
