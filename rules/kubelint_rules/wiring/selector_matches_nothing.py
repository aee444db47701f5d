"""A Service whose selector fits no pod."""

from __future__ import annotations

from collections.abc import Iterator

from kubelint import CannotTell, Finding, Scalar, Service, Severity, Workload, Workspace, finding, rule
from kubelint.node import Place
from kubelint.suggestion import closest

_SHORT_LIVED = ("Job", "CronJob")


@rule(severity=Severity.ERROR)
def selector_matches_nothing(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A Service selects no pod."""
    if service.type == "ExternalName" or not service.selector or workspace.selected_by(service):
        return
    if service.namespace == "kube-system":
        raise CannotTell("kube-system holds pods that the cluster brings itself")

    nearest = _nearest(service, _candidates(service, workspace))
    for key in service.selector:
        if _is_of_a_controller(key) and not workspace.is_known_label(key):
            raise CannotTell(f"the label {key} belongs to a controller whose pods are in no manifest")
    place, message, related = _difference(service, nearest)
    yield finding(place, message, help="make the selector and the labels of the pod template equal", related=related)


def _is_of_a_controller(key: str) -> bool:
    """Whether a label key has a domain of its own, as the labels of operators have."""
    domain, slash, _ = key.partition("/")
    return bool(slash) and domain != "app.kubernetes.io"


def _candidates(service: Service, workspace: Workspace) -> list[Workload]:
    """The workloads that show that the Service's pods are meant to be among the manifests.

    Raises CannotTell where there are none, or where others may hide: a Service all alone proves nothing.
    """
    application = workspace.application_of(service)
    surroundings = workspace.surroundings_of(application)
    beside = [workload for workload in workspace.workloads if workload.kind not in _SHORT_LIVED]
    same_namespace = [workload for workload in beside if workload.namespace == service.namespace]

    own = [workload for workload in same_namespace if application.holds(workload.path)]
    if own:
        workspace.require_sight(application, service.namespace)
        return own
    near = [
        workload
        for workload in same_namespace
        if surroundings.holds(workload.path) and (service.namespace is not None or _is_alike(service, workload))
    ]
    elsewhere = [
        workload
        for workload in workspace.with_labels(service.selector)
        if surroundings.holds(workload.path) and workload.namespace != service.namespace
    ]
    workspace.require_sight(surroundings, service.namespace)
    if not near and not elsewhere:
        raise CannotTell("no workload of its namespace is among the manifests")
    return elsewhere or near


def _is_alike(service: Service, workload: Workload) -> bool:
    """Whether a workload in another folder looks as if the Service were meant for it: all but one label agree, or it
    bears the Service's name or nearly its labels, and every label that the selector asks for."""
    agreeing = _agreeing(service, workload)
    if agreeing > 0:
        return agreeing == len(service.selector) - 1
    labels = workload.pod_labels
    if not labels.keys() >= service.selector.keys():
        return False
    return service.name == workload.name or all(
        closest(str(wanted.value), [str(labels[key].value)]) for key, wanted in service.selector.items()
    )


def _nearest(service: Service, candidates: list[Workload]) -> Workload:
    """The workload whose labels differ least; of several, one of the same file, then the one called most alike."""

    def likeness(workload: Workload) -> tuple[int, int, bool]:
        shared = service.selector.keys() & workload.pod_labels.keys()
        return _agreeing(service, workload), len(shared), workload.path == service.path

    most = max(map(likeness, candidates))
    best = [workload for workload in candidates if likeness(workload) == most]
    namesake = closest(service.name or "", [workload.name or "" for workload in best], cutoff=0.5)
    return next((workload for workload in best if workload.name == namesake), best[0])


def _agreeing(service: Service, workload: Workload) -> int:
    labels = workload.pod_labels
    return sum(key in labels and labels[key].value == wanted.value for key, wanted in service.selector.items())


def _difference(service: Service, nearest: Workload) -> tuple[Place, str, list[tuple[Place, str]]]:
    """Where to point, what to say, and the other side: what keeps the selector from fitting the nearest workload."""
    workload = f"{nearest.kind} {nearest.name}"
    wrong = {
        key: wanted
        for key, wanted in service.selector.items()
        if key not in nearest.pod_labels or nearest.pod_labels[key].value != wanted.value
    }
    selector = service.get("spec", "selector")
    assert selector is not None
    if not wrong:
        message = (
            f"no pod in namespace {service.namespace} has these labels; those of {workload} are in {nearest.namespace}"
        )
        return selector.key, message, [(nearest.name_place, f"{workload} in namespace {nearest.namespace}")]
    key, wanted = next(iter(wrong.items()))
    place: Place = wanted if len(wrong) < len(service.selector) or len(wrong) == 1 else selector.key
    label = nearest.pod_labels.get(key)
    if label is not None:
        message = f"no pod has the label `{_spelled(key, wanted)}`; {workload} has `{_spelled(key, label)}`"
        return place, message, [(label, f"the label of {workload}")]
    message = f"no pod has the label `{_spelled(key, wanted)}`; {workload} has no label `{key}`"
    labels = nearest.get("metadata") if nearest.template is None else nearest.template.get("metadata", "labels")
    return place, message, [((labels or nearest.name_place).key, f"the labels of {workload}")]


def _spelled(key: str, scalar: Scalar) -> str:
    return f"{key}: {scalar.text}"
