"""A StatefulSet whose serviceName leads to no Service that gives its pods names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kubelint import CannotTell, Finding, Node, Service, Severity, Workload, Workspace, finding, rule
from kubelint.resources import RUNTIME_LABELS, text_of
from kubelint.suggestion import closest
from kubelint.template import placeholder_in
from kubelint.wiring.patches import require_unpatched
from kubelint.wiring.references import neighbours
from kubelint.wiring.serving import services_sending_to

_SPEAKS_OF_SERVICES = re.compile(r"\b(?:serviceName|clusterIP)\b")


@rule(severity=Severity.ERROR)
def stateful_set_service(workload: Workload, workspace: Workspace) -> Iterator[Finding]:
    """A StatefulSet's serviceName leads to no headless Service of its pods."""
    if workload.kind != "StatefulSet":
        return
    place = workload.get("spec", "serviceName")
    name = text_of(place)
    if place is None or name is None or placeholder_in(name):
        return

    named = workspace.named("Service", name, workload.namespace)
    governing = [service for service in named if isinstance(service, Service)]
    if not governing:
        yield _missing(workload, place, name, workspace)
        return
    faults = [_fault(workload, place, service, workspace) for service in governing]
    if not all(faults):
        return
    certain = [fault for fault, service in zip(faults, governing, strict=True) if _meet(workload, service, workspace)]
    if not certain:
        raise CannotTell(f"the Service {name} among the manifests may be that of another deployment")
    yield from filter(None, certain[:1])


def _meet(workload: Workload, service: Service, workspace: Workspace) -> bool:
    """Whether the Service of this name is the one that the StatefulSet finds."""
    if workspace.are_together(workload, service):
        return True
    return service.namespace == workload.namespace and service.namespace not in (None, "default")


def _missing(workload: Workload, place: Node, name: str, workspace: Workspace) -> Finding:
    """The finding that no Service has the name. Raises CannotTell where one may be out of sight."""
    require_unpatched(workload, workspace, _SPEAKS_OF_SERVICES)
    elsewhere = next((one for one in workspace.services if one.name == name), None)
    if elsewhere is not None and workspace.are_together(workload, elsewhere):
        workspace.require_sight(workspace.application_of(workload), workload.namespace, frozenset(("Service",)))
        return finding(
            place,
            f"the Service `{name}` is in namespace {elsewhere.namespace}, and the pods are in {workload.namespace}",
            help="deploy both to one namespace; a Service gives names to pods of its own only",
            related=[(elsewhere.name_place, f"Service {name} in namespace {elsewhere.namespace}")],
        )
    others = neighbours("Service", name, workload.namespace, workload, workspace)
    own = services_sending_to(workload, workspace)
    headless = next((service for service in own if service.is_headless and service.name), None)
    nearest = headless.name if headless is not None else closest(name, [other.name or "" for other in others])
    meant = headless or next((other for other in others if nearest and other.name == nearest), None)
    return finding(
        place,
        f"no Service is called `{name}`, and so the pods get no names in the DNS",
        help=f"write `{nearest}`" if nearest else f"add a headless Service `{name}`, or remove serviceName",
        related=[(meant.name_place, f"the Service `{meant.name}`")] if meant is not None else [],
    )


def _fault(workload: Workload, place: Node, service: Service, workspace: Workspace) -> Finding | None:
    """What keeps a Service from giving names to the pods of a StatefulSet, or None."""
    if service.type == "ExternalName":
        return finding(
            place,
            f"Service `{service.name}` is an ExternalName and gives no names to pods",
            help="name a headless Service that selects the pods",
            related=[(service.type_node or service.name_place, "an alias in the DNS")],
        )
    if not service.selector:
        raise CannotTell(f"Service {service.name} has no selector, and so somebody else writes its endpoints")
    if not any(one is workload for one in workspace.with_labels(service.selector)):
        require_unpatched(workload, workspace, re.compile(r"label"))
        return _not_selecting(workload, place, service, workspace)
    if service.is_headless:
        return None
    require_unpatched(service, workspace, _SPEAKS_OF_SERVICES)
    return _not_headless(place, service)


def _not_selecting(workload: Workload, place: Node, service: Service, workspace: Workspace) -> Finding:
    labels, borne = workload.pod_labels, workspace.label_sets_of(workload)
    key, wanted = next(
        (key, wanted)
        for key, wanted in service.selector.items()
        if key not in RUNTIME_LABELS["StatefulSet"] and not any(one.get(key) == wanted.text for one in borne)
    )
    label = [(labels[key], "what the pods have")] if key in labels else []
    return finding(
        place,
        f"Service `{service.name}` does not select these pods, which lack the label `{key}: {wanted.text}`, "
        "and so they get no names in the DNS",
        help="make the Service's selector and the labels of the pod template equal",
        related=[
            (wanted, "what the Service selects"),
            *label,
        ],
    )


def _not_headless(place: Node, service: Service) -> Finding:
    return finding(
        place,
        f"Service `{service.name}` is not headless, and so the pods get no names of their own in the DNS",
        help="add `clusterIP: None` to the Service, or name a second Service that has it",
        related=[(service.type_node or service.name_place, "this Service has an address of its own")],
    )
