"""A NetworkPolicy whose podSelector fits no pod."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kubelint import CannotTell, Finding, Resource, Scalar, Severity, Workload, Workspace, finding, rule
from kubelint.label_selector import LabelSelector
from kubelint.resources import is_read, text_of
from kubelint.suggestion import closest, is_slip
from kubelint.wiring.network_policies import NetworkPolicy, may_select
from kubelint.workspace import may_share_namespace

_MANY = 100
"""Workloads that are compared one by one; of more, only those that share something with the policy."""


@rule(severity=Severity.NOTE)
def network_policy_matches_nothing(resource: Resource, workspace: Workspace) -> Iterator[Finding]:
    """A NetworkPolicy selects no pod."""
    if resource.kind != "NetworkPolicy" or not is_read(resource.api_version, resource.kind):
        return
    policy = NetworkPolicy(resource)
    if policy.is_for_all or _fits_any(policy.selector, resource, workspace):
        return
    if resource.namespace == "kube-system":
        raise CannotTell("kube-system holds pods that the cluster brings itself")

    candidates = _candidates(policy, workspace)
    for key in _keys(policy.selector):
        if _is_of_a_controller(key) and not workspace.is_known_label(key):
            raise CannotTell(f"the label {key} belongs to a controller whose pods are in no manifest")
    yield _nothing(policy, _likely(policy, candidates, workspace))


def _candidates(policy: NetworkPolicy, workspace: Workspace) -> Sequence[Workload]:
    """The workloads that show that the policy's pods are meant to be among the manifests: any that is deployed with it,
    or one in a folder around it that names the same namespace and nearly bears the labels.

    Raises CannotTell where there are none, or where others may hide.
    """
    resource = policy.resource
    application = workspace.application_of(resource)
    own = workspace.lasting_workloads(application, resource.namespace)
    scope = application if own else workspace.surroundings_of(application)
    workspace.require_sight(scope, resource.namespace)
    if own and workspace.sees_around(resource):
        return own
    if own:
        alike = [workload for workload in _likely(policy, own, workspace) if _is_alike(policy, workload)]
        if not alike:
            raise CannotTell("its pods may be among what cannot be read in the folders around it")
        return alike
    around = workspace.lasting_workloads(scope, resource.namespace) if resource.namespace is not None else ()
    alike = [workload for workload in _likely(policy, around, workspace) if _is_alike(policy, workload)]
    if not alike:
        raise CannotTell("no workload of its namespace is deployed with it")
    return alike


def _is_alike(policy: NetworkPolicy, workload: Workload) -> bool:
    labels = workload.pod_labels
    return bool(policy.labels) and all(
        key in labels and (labels[key].text == text or is_slip(text, labels[key].text))
        for key, text in policy.labels.items()
    )


def _fits_any(selector: LabelSelector, resource: Resource, workspace: Workspace) -> bool:
    candidates = workspace.with_labels(selector.match_labels) if selector.match_labels else workspace.workloads
    return any(
        may_share_namespace(workload, resource) and may_select(selector, workload, workspace) for workload in candidates
    )


def _keys(selector: LabelSelector) -> set[str]:
    expressions = (text_of(expression.get("key")) for expression in selector.match_expressions)
    return {*selector.match_labels, *filter(None, expressions)}


def _is_of_a_controller(key: str) -> bool:
    """Whether a label key has a domain of its own, as the labels of operators have."""
    domain, slash, _ = key.partition("/")
    return bool(slash) and domain != "app.kubernetes.io"


def _likely(policy: NetworkPolicy, candidates: Sequence[Workload], workspace: Workspace) -> Sequence[Workload]:
    """Of many candidates, those that are worth a closer look: they share a label with the podSelector."""
    if len(candidates) <= _MANY:
        return candidates
    known = set(candidates)
    sharing = [workload for workload in workspace.sharing_a_label(policy.selector.match_labels) if workload in known]
    return sharing[:_MANY] or candidates[:_MANY]


def _nothing(policy: NetworkPolicy, candidates: Sequence[Workload]) -> Finding:
    wanted = policy.selector.match_labels
    place = policy.selector_node
    assert place is not None
    help = "make the podSelector and the labels of the pod template equal, or remove the policy"
    nearest = _nearest(policy, candidates)
    workload = f"{nearest.kind} {nearest.name}"
    wrong = [
        (key, label)
        for key, label in wanted.items()
        if key not in nearest.pod_labels or nearest.pod_labels[key].text != label.text
    ]
    if not wrong:
        return finding(
            place.key,
            f"no pod meets the podSelector, so the policy has no effect; nearest is {workload}",
            help=help,
            related=[(nearest.name_place, workload)],
        )
    key, label = wrong[0]
    found = nearest.pod_labels.get(key)
    has = f"has `{_spelled(key, found)}`" if found is not None else f"has no label `{key}`"
    return finding(
        label if len(wrong) < len(wanted) or len(wrong) == 1 else place.key,
        f"no pod has the label `{_spelled(key, label)}`, so the policy has no effect; {workload} {has}",
        help=help,
        related=[(found, f"the label of {workload}") if found is not None else (nearest.name_place, workload)],
    )


def _nearest(policy: NetworkPolicy, candidates: Sequence[Workload]) -> Workload:
    """The workload whose labels differ least; of several, the one with the value or the name that is most alike."""
    wanted = policy.labels

    def agreeing(workload: Workload) -> int:
        return sum(key in workload.pod_labels and workload.pod_labels[key].text == wanted[key] for key in wanted)

    most = max(map(agreeing, candidates))
    best = [workload for workload in candidates if agreeing(workload) == most]
    for text in (*wanted.values(), policy.resource.name or ""):
        alike = closest(text, [workload.name or "" for workload in best], cutoff=0.5)
        if alike is not None:
            return next(workload for workload in best if workload.name == alike)
    return best[0]


def _spelled(key: str, scalar: Scalar) -> str:
    return f"{key}: {scalar.text}"
