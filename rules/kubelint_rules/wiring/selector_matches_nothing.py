"""A Service whose selector fits no pod."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubelint import CannotTell, Finding, Scalar, Service, Severity, Workload, Workspace, finding, rule
from kubelint.facts.kinds import ROLE_LABELS
from kubelint.node import Place
from kubelint.suggestion import closest, is_slip

_MANY = 100
"""Workloads that are compared one by one; of more, only those that share something with the Service."""


@rule(severity=Severity.ERROR)
def selector_matches_nothing(service: Service, workspace: Workspace) -> Iterator[Finding]:
    """A Service selects no pod."""
    if service.type == "ExternalName" or not service.selector or workspace.selected_by(service):
        return
    if service.namespace == "kube-system":
        raise CannotTell("kube-system holds pods that the cluster brings itself")

    nearest = _nearest(service, _likely(service, _candidates(service, workspace), workspace))
    for key in service.selector:
        if (_is_of_a_controller(key) or key in ROLE_LABELS) and not workspace.is_known_label(key):
            raise CannotTell(f"the label {key} belongs to a controller whose pods are in no manifest")
    yield _difference(service, nearest, is_elsewhere=bool(workspace.with_labels(service.selector)))


def _is_of_a_controller(key: str) -> bool:
    """Whether a label key has a domain of its own, as the labels of operators have."""
    domain, slash, _ = key.partition("/")
    return bool(slash) and domain != "app.kubernetes.io"


def _candidates(service: Service, workspace: Workspace) -> Sequence[Workload]:
    """The workloads that show that the Service's pods are meant to be among the manifests.

    Raises CannotTell where there are none, or where others may hide: a Service all alone proves nothing.
    """
    application = workspace.application_of(service)
    own = workspace.lasting_workloads(application, service.namespace)
    if own:
        workspace.require_sight(application, service.namespace)
        if workspace.sees_around(service):
            return own
        alike = [workload for workload in _likely(service, own, workspace) if _is_alike(service, workload)]
        if not alike:
            raise CannotTell("its pods may be among what cannot be read in the folders around it")
        return alike

    surroundings = workspace.surroundings_of(application)
    workspace.require_sight(surroundings, service.namespace)
    elsewhere = [
        workload
        for workload in workspace.with_labels(service.selector)
        if surroundings.holds(workload.path) and workload.namespace != service.namespace
    ]
    if elsewhere:
        return elsewhere
    near = workspace.lasting_workloads(surroundings, service.namespace)
    if service.namespace is None:
        near = tuple(workload for workload in _likely(service, near, workspace) if _is_alike(service, workload))
    if not near:
        raise CannotTell("no workload of its namespace is among the manifests")
    return near


def _likely(service: Service, candidates: Sequence[Workload], workspace: Workspace) -> Sequence[Workload]:
    """Of many candidates, those that are worth a closer look: they share a label with the selector, or the name."""
    if len(candidates) <= _MANY:
        return candidates
    known = {id(workload) for workload in candidates}
    sharing = [workload for workload in workspace.sharing_a_label(service.selector) if id(workload) in known]
    return sharing[:_MANY] or candidates[:_MANY]


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
        is_slip(wanted.text, labels[key].text) for key, wanted in service.selector.items()
    )


def _nearest(service: Service, candidates: Sequence[Workload]) -> Workload:
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
    return sum(key in labels and labels[key].text == wanted.text for key, wanted in service.selector.items())


def _difference(service: Service, nearest: Workload, *, is_elsewhere: bool) -> Finding:
    """The finding: what keeps the selector from fitting the nearest workload, at the place where they differ.

    `is_elsewhere` tells that pods of other namespaces bear the labels.
    """
    workload = f"{nearest.kind} {nearest.name}"
    selector = service.get("spec", "selector")
    assert selector is not None
    wrong = {
        key: wanted
        for key, wanted in service.selector.items()
        if key not in nearest.pod_labels or nearest.pod_labels[key].text != wanted.text
    }
    if not wrong:
        own, other = f"namespace {service.namespace}", str(nearest.namespace)
        return finding(
            selector.key,
            f"no pod in {own} has these labels; those of {workload} are in {other}",
            help="deploy both to one namespace; a Service selects pods of its own only",
            related=[(nearest.name_place, f"{workload} in namespace {other}")],
        )
    key, wanted = next(iter(wrong.items()))
    within = f" of namespace {service.namespace}" if is_elsewhere else ""
    place: Place = wanted if len(wrong) < len(service.selector) or len(wrong) == 1 else selector.key
    label = nearest.pod_labels.get(key)
    found = f"has `{_spelled(key, label)}`" if label is not None else f"has no label `{key}`"
    return finding(
        place,
        f"no pod{within} has the label `{_spelled(key, wanted)}`; {workload} {found}",
        help="make the selector and the labels of the pod template equal",
        related=[(label, f"the label of {workload}")] if label is not None else [(nearest.name_place, workload)],
    )


def _spelled(key: str, scalar: Scalar) -> str:
    return f"{key}: {scalar.text}"
